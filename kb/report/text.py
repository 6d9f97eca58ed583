"""The report for a person at a terminal: each finding with its line and carets, then what was looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kb.finding import Finding, Report
from kb.report.common import WORDS, about, clean, looked_at, place, verdict


def as_text(report: Report) -> str:
    """What a person reads on a terminal; plain text, control characters spelt out."""
    lines: list[str] = []
    for finding in report.findings:
        lines += [*_finding(finding, report.prefixes), ""]
    lines += [f"{name:10} {sentence}" for name, sentence in (*looked_at(report), ("result", verdict(report)))]
    return "\n".join(lines) + "\n"


def _finding(finding: Finding, prefixes: Mapping[str, str]) -> Iterator[str]:
    state = "" if finding.state == "new" else f"{finding.state} "
    yield f"{state}{WORDS[finding.severity]}[{finding.code}] {place(finding)}: {clean(finding.message)}"
    for line in finding.excerpt:
        yield f"    | {clean(line)}"
    if finding.focus:
        yield "    about " + "  ".join(about(finding, prefixes))
    if finding.reason:
        yield f"    waived: {clean(finding.reason)}"
    if finding.help:
        yield f"    help: {clean(finding.help)}"
