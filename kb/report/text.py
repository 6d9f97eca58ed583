"""Writes the report as text for a terminal: the inputs, each finding with its line and carets, and the result.

The caller requests colour if the output is a terminal. Without colour, the text is plain and reproducible.
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
    idle_rules,
    place,
    related,
    result_line,
    split_excerpt,
)
from kb.terminal import columns_of

_WIDTH = 110
_COLOURS = {"error": "31", "warning": "33", "note": "36", "strong": "1", "faint": "2"}


def report_text(report: Report, *, colour: bool = False, brief: bool = False) -> str:
    """The report as text; control characters of the base are escaped.

    Args:
        colour: whether to use colour.
        brief: whether to leave out the lists of files and rules.
    """
    paint = _Paint(colour)
    lines = [] if brief else [*_inputs(report, paint), ""]
    for finding in report.findings:
        lines += [*_finding(finding, report.prefixes, paint), ""]
    lines += [f"{name:10} {sentence}" for name, sentence in checked_facts(report)]
    result = "error" if report.exit_code else "strong"
    lines.append(f"{'result':10} {paint(result, result_line(report))}")
    return "\n".join(lines) + "\n"


class _Paint:
    """Adds colour for a terminal, or returns the text unchanged."""

    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, colour: str, text: str) -> str:
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self.on and text else text


def _inputs(report: Report, paint: _Paint) -> Iterator[str]:
    """The tools, every file and every rule, to show that they were used."""
    for name, sentence in circumstances(report, times=False):
        yield f"{name:10} {sentence}"
    if report.files:
        yield paint("strong", "files      digest          bytes  triples")
    for digest, size, triples, name in map(file_row, report.files):
        yield f"           {digest} {size:>8} {triples:>8}  {name}"
    if report.shapes:
        yield paint("strong", "rules      and how many nodes each checked")
        yield from _wrap("  ", (f"{shape.code}\u00a0{shape.nodes:,}" for shape in report.shapes))
    if idle_rules(report):
        yield paint("strong", "idle       rules that had no node to check")
        yield from _wrap(", ", (name.replace(" ", "\u00a0") for name in idle_rules(report)))


def _wrap(between: str, words: Iterator[str]) -> Iterator[str]:
    """Wrapped lines; no word is split."""
    lines = textwrap.wrap(between.join(words), _WIDTH - 11, break_long_words=False, break_on_hyphens=False)
    for line in lines:
        yield "           " + line.replace("\u00a0", " ")


def _finding(finding: Finding, prefixes: Mapping[str, str], paint: _Paint) -> Iterator[str]:
    word = WORDS[finding.severity]
    state = "" if finding.state == "new" else f"{finding.state} "
    head = paint(word, f"{state}{word}[{finding.code}]")
    yield f"{head} {paint('strong', place(finding))}: {clean(finding.message)}"
    if finding.excerpt:
        before, words, after = split_excerpt(finding)
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
