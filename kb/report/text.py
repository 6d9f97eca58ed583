"""The report for a person at a terminal: what was read, each finding with its line and carets, the result.

The caller asks for colour if there is a terminal; without it the text is plain, and the same every time.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from kb.finding import Finding, Report
from kb.report.common import (
    WORDS,
    about,
    checked_facts,
    circumstances,
    clean,
    file_row,
    idle,
    marked,
    place,
    related,
    verdict,
)
from kb.terminal import columns_of

_WIDTH = 110
_COLOURS = {"error": "31", "warning": "33", "note": "36", "strong": "1", "faint": "2"}


def report_text(report: Report, *, colour: bool = False, brief: bool = False) -> str:
    """What a person reads on a terminal; control characters of the base are spelt out.

    Args:
        colour: whether to colour it, for a terminal.
        brief: without the files and the rules one by one.
    """
    paint = _Paint(colour)
    lines = [] if brief else [*_inputs(report, paint), ""]
    for finding in report.findings:
        lines += [*_finding(finding, report.prefixes, paint), ""]
    lines += [f"{name:10} {sentence}" for name, sentence in checked_facts(report)]
    result = "error" if report.exit_code else "strong"
    lines.append(f"{'result':10} {paint(result, verdict(report))}")
    return "\n".join(lines) + "\n"


class _Paint:
    """Colour for a terminal, or none."""

    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, colour: str, text: str) -> str:
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self.on and text else text


def _inputs(report: Report, paint: _Paint) -> Iterator[str]:
    """Every file and every rule, so that a reader sees that they were checked."""
    for name, sentence in circumstances(report, times=False):
        yield f"{name:10} {sentence}"
    if report.files:
        yield paint("strong", "files      digest          bytes  triples")
    for digest, size, triples, name in map(file_row, report.files):
        yield f"           {digest} {size:>8} {triples:>8}  {name}"
    if report.shapes:
        yield paint("strong", "rules      and how many nodes each checked")
        yield from _filled("  ", (f"{shape.code}\u00a0{shape.nodes:,}" for shape in report.shapes))
    if idle(report):
        yield paint("strong", "idle       rules that found no node to check")
        yield from _filled(", ", (name.replace(" ", "\u00a0") for name in idle(report)))


def _filled(between: str, words: Iterator[str]) -> Iterator[str]:
    """Lines of words that stay whole."""
    lines = textwrap.wrap(between.join(words), _WIDTH - 11, break_long_words=False, break_on_hyphens=False)
    for line in lines:
        yield "           " + line.replace("\u00a0", " ")


def _finding(finding: Finding, prefixes: Mapping[str, str], paint: _Paint) -> Iterator[str]:
    word = WORDS[finding.severity]
    state = "" if finding.state == "new" else f"{finding.state} "
    head = paint(word, f"{state}{word}[{finding.code}]")
    yield f"{head} {paint('strong', place(finding))}: {clean(finding.message)}"
    if finding.excerpt:
        before, words, after = marked(finding)
        before, after = before[-70:], after[: max(0, _WIDTH - columns_of(before[-70:] + words))]
        yield f"{paint('faint', f'{finding.line or 0:>6} |')} {before}{paint(word, words)}{after}".rstrip()
        yield f"{paint('faint', '       |')} {' ' * columns_of(before)}{paint(word, '^' * max(1, columns_of(words)))}"
    if finding.focus:
        yield "    about " + "  ".join(about(finding, prefixes))
    if finding.related:
        yield "    also at " + ", ".join(related(finding))
    if finding.reason:
        yield f"    waived: {clean(finding.reason)}"
    if finding.help:
        yield f"    help: {clean(finding.help)}"
