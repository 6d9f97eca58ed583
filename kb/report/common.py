"""What the writers share: the words for severities, places and verdicts, and text that is safe to show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kb.answer import short_iri, visible
from kb.finding import Finding, Report

WORDS = {"violation": "error", "warning": "warning", "info": "note"}


def clean(text: str) -> str:
    """Text of the base, for people: control, format and direction characters spelt out, in one line.

    So are the noncharacters, which XML cannot hold, and the bracket of `##[`, by which a runner takes commands.
    """
    spelt = re.sub("[\ufdd0-\ufdef\ufffe\uffff]", lambda match: f"\\u{ord(match[0]):04x}", visible(text))
    return spelt.replace("##[", "##\\u005b")


def place(finding: Finding) -> str:
    """`file:line:column`, as far as known."""
    parts = (finding.file, finding.line, finding.column)
    return clean(":".join(str(part) for part in parts if part not in ("", None))) or "(no file)"


def about(finding: Finding, prefixes: Mapping[str, str]) -> tuple[str, ...]:
    """The focus, the path and the value, short, as far as each says more than the one before it."""
    value = "" if finding.value == f"<{finding.focus}>" else finding.value
    parts = (finding.focus, finding.path, value) if finding.focus else ()
    return tuple(clean(_shortened(part, prefixes)) for part in parts if part)


def _shortened(text: str, prefixes: Mapping[str, str]) -> str:
    """An IRI, a path of IRIs or a value in N-Triples form, with prefixes where they fit."""
    if text.startswith('"'):
        return text
    return re.sub(r"<([^<>]*)>", lambda match: short_iri(match[1], prefixes), short_iri(text, prefixes))


def plural(count: int, word: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def looked_at(report: Report) -> Iterator[tuple[str, str]]:
    """What was looked at and what was not, as short names and sentences; a name may stand more than once."""
    size = sum(file.size for file in report.files)
    yield (
        "read",
        f"{len(report.files)} files, {size:,} bytes, {report.triples:,} triples, {report.claims:,} claims",
    )
    if report.shapes:
        idle = [shape for shape in report.shapes if shape.nodes == 0]
        nodes = sum(shape.nodes for shape in report.shapes)
        rest = f"; {len(idle)} had nothing to look at" if idle else ""
        yield "rules", f"{len(report.shapes)} shapes looked at nodes {nodes:,} times{rest}"
    else:
        yield "rules", "not run"
    counts = report.citations
    yield (
        "citations",
        f"{counts.total:,}: {counts.exact:,} exact, {counts.failed:,} failed, {counts.not_checked:,} not checked",
    )
    for reason, count in counts.reasons.items():
        yield "", f"not checked: {count:,}, {clean(reason)}"
    for sentence in report.unchecked:
        yield "unchecked", clean(sentence)
    if report.fixed is not None:
        gone = plural(report.fixed, "finding")
        yield "baseline", f"{report.count('known'):,} known; {gone} of the baseline no longer there"


def verdict(report: Report) -> str:
    """The one line that says it all."""
    if report.stopped:
        return f"not checked: {clean(report.stopped)} (exit {report.exit_code})"
    if not report.findings:
        return f"nothing found (exit {report.exit_code})"
    new = [finding for finding in report.findings if finding.state == "new"]
    counts = {word: sum(f.severity == name for f in new) for name, word in WORDS.items()}
    said = [plural(count, word) for word, count in counts.items() if count] or ["nothing new"]
    said += [f"{report.count(state):,} {state}" for state in ("known", "waived") if report.count(state)]
    return f"{', '.join(said)} (exit {report.exit_code})"
