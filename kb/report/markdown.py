"""The report in Markdown, for the summary of a run
(https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary).

A summary may have 1 MiB; findings are told until that is full, and then how many more there are. Text of the base
is written so that Markdown and HTML see letters in it and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from kb.finding import Finding, Report
from kb.report.common import (
    WORDS,
    about,
    and_more,
    checked_facts,
    circumstances,
    clean,
    count_by_severity,
    file_row,
    idle,
    marked,
    place,
    plural,
    verdict,
)

MAX_BYTES = 1024 * 1024
_MARKS = {"violation": "❌", "warning": "⚠️", "info": "ℹ️"}


def as_markdown(report: Report) -> str:
    """A summary of at most `MAX_BYTES`."""
    head = [*_head(report)]
    foot = [*_inputs(report)]
    room = MAX_BYTES - _size(head) - _size(foot) - 500
    if room < 0:  # a base of many thousand files: the summary is about the findings
        foot = [f"<p>{len(report.files):,} files and {len(report.shapes):,} rules: see the whole report.</p>"]
        room = MAX_BYTES - _size(head) - _size(foot) - 500
    return "\n".join([*head, *_findings(report, room), *foot]) + "\n"


def _size(lines: Sequence[str]) -> int:
    return sum(len(line.encode("utf-8")) + 1 for line in lines)


def _head(report: Report) -> Iterator[str]:
    mark = "✅" if report.exit_code == 0 else "❌"
    yield f"## {mark} Factcite: {plain(verdict(report))}"
    yield ""
    yield "| | |"
    yield "|---|---|"
    for name, sentence in (*checked_facts(report), *circumstances(report)):
        yield f"| {name or 'citations'} | {plain(sentence)} |"
    yield ""


def _findings(report: Report, room: int) -> Iterator[str]:
    """As many findings as fit."""
    if not report.findings:
        return
    counts = count_by_severity(report.findings)
    said = ", ".join(plural(count, WORDS[severity]) for severity, count in counts.items() if count)
    lines = [f"### Findings: {said}", "", "| | rule | place | what is wrong, and what to write |", "|---|---|---|---|"]
    left = len(report.findings)
    room -= _size(lines)
    for finding in report.findings:
        row = _row(finding, report.prefixes)
        if _size([row]) > room:
            break
        room -= _size([row])
        left -= 1
        lines.append(row)
    yield from lines
    yield ""
    if left:
        yield f"**{and_more(left, 'finding')}**: they do not fit into a summary; the full report has all of them."
        yield ""


def _row(finding: Finding, prefixes: Mapping[str, str]) -> str:
    before, words, after = marked(finding)
    state = "" if finding.state == "new" else f" <em>{finding.state}</em>"
    excerpt = f"{_code(before.lstrip())}<b>{_code(words)}</b>{_code(after.rstrip())}" if finding.excerpt else ""
    named = _code("  ".join(about(finding, prefixes)))
    help = f"help: {_code(finding.help)}" if finding.help else ""
    text = "<br>".join(part for part in (plain(finding.message), excerpt, named, help) if part)
    mark = f"{_MARKS[finding.severity]} {WORDS[finding.severity]}{state}"
    return f"| {mark} | {plain(finding.code)} | {_code(place(finding))} | {text} |"


def _inputs(report: Report) -> Iterator[str]:
    if report.files:
        yield f"<details><summary>{plural(len(report.files), 'file')} read</summary>"
        yield ""
        yield "| SHA-256 | bytes | triples | file |"
        yield "|---|--:|--:|---|"
        for digest, size, triples, name in map(file_row, report.files):
            yield f"| {_code(digest)} | {size} | {triples} | {_code(name)} |"
        yield ""
        yield "</details>"
    if report.shapes:
        names = {rule.iri: rule.name for rule in report.rules}
        yield f"<details><summary>{plural(len(report.shapes), 'rule')}, {len(idle(report))} without a node</summary>"
        yield ""
        yield "| rule | name | nodes checked |"
        yield "|---|---|--:|"
        for shape in report.shapes:
            nodes = f"{shape.nodes:,}" if shape.nodes else "**none**"
            yield f"| {plain(shape.code)} | {plain(names.get(shape.iri, shape.iri))} | {nodes} |"
        yield ""
        yield "</details>"


def _code(text: str) -> str:
    return f"<code>{plain(text)}</code>" if text else ""


def plain(text: str) -> str:
    """Text in which no character has a meaning: each that could have one is written as its number."""
    return re.sub(r"[^A-Za-z0-9 ,;=/.-]|(?<=www)\.", _numbered, clean(text), flags=re.ASCII | re.IGNORECASE)


def _numbered(match: re.Match[str]) -> str:
    if match[0] == "@":  # a comment behind it, so that no address and no name is made a link
        return "&#64;<!-- -->"
    return f"&#{ord(match[0])};" if match[0].isascii() else match[0]
