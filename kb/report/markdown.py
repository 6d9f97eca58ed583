"""Writes the report in Markdown, for the summary of a CI run
(https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary).

A summary may have 1 MiB. Findings are written up to that limit, followed by the number of those left out. Text of the
base is escaped so that it contains no Markdown and no HTML.
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
    idle_rules,
    place,
    plural,
    result_line,
    split_excerpt,
)

MAX_BYTES = 1024 * 1024
_MARKS = {"violation": "❌", "warning": "⚠️", "info": "ℹ️"}


def as_markdown(report: Report) -> str:
    """A summary of at most `MAX_BYTES`."""
    head = [*_head(report)]
    foot = [*_inputs(report)]
    space = MAX_BYTES - _size(head) - _size(foot) - 500
    if space < 0:  # a base with many thousands of files: leave out the lists, keep the findings
        foot = [f"<p>{len(report.files):,} files and {len(report.shapes):,} rules: see the full report.</p>"]
        space = MAX_BYTES - _size(head) - _size(foot) - 500
    return "\n".join([*head, *_findings(report, space), *foot]) + "\n"


def _size(lines: Sequence[str]) -> int:
    return sum(len(line.encode("utf-8")) + 1 for line in lines)


def _head(report: Report) -> Iterator[str]:
    mark = "✅" if report.exit_code == 0 else "❌"
    yield f"## {mark} Factcite: {plain(result_line(report))}"
    yield ""
    yield "| | |"
    yield "|---|---|"
    for name, sentence in (*checked_facts(report), *circumstances(report)):
        yield f"| {name or 'citations'} | {plain(sentence)} |"
    yield ""


def _findings(report: Report, space: int) -> Iterator[str]:
    """The findings that fit into the space."""
    if not report.findings:
        return
    counts = count_by_severity(report.findings)
    total = ", ".join(plural(count, WORDS[severity]) for severity, count in counts.items() if count)
    lines = [f"### Findings: {total}", "", "| | rule | place | problem and correction |", "|---|---|---|---|"]
    left = len(report.findings)
    space -= _size(lines)
    for finding in report.findings:
        row = _row(finding, report.prefixes)
        if _size([row]) > space:
            break
        space -= _size([row])
        left -= 1
        lines.append(row)
    yield from lines
    yield ""
    if left:
        yield f"**{and_more(left, 'finding')}**: they do not fit into the summary; see the full report."
        yield ""


def _row(finding: Finding, prefixes: Mapping[str, str]) -> str:
    before, words, after = split_excerpt(finding)
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
        title = f"{plural(len(report.shapes), 'rule')}, {len(idle_rules(report))} with nothing to check"
        yield f"<details><summary>{title}</summary>"
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
    """Text without special characters: each one is written as a numeric character reference."""
    return re.sub(r"[^A-Za-z0-9 ,;=/.-]|(?<=www)\.", _character_reference, clean(text), flags=re.ASCII | re.IGNORECASE)


def _character_reference(match: re.Match[str]) -> str:
    if match[0] == "@":  # with a comment after it, so that GitHub makes no link of an address or a user name
        return "&#64;<!-- -->"
    return f"&#{ord(match[0])};" if match[0].isascii() else match[0]
