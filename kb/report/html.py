"""Writes the report as one self-contained HTML page: to keep with a CI run, to send, or to print.

Findings are grouped by rule, with the reason for the rule and examples. Two more lists, by file and by severity, link
to them. The page is complete without a script; a small script adds a filter. The policy in the head allows only that
script and the style, by their digests (https://www.w3.org/TR/CSP3/).

This module prepares the values; the markup is in `page.html.jinja`. The template engine removes hidden characters from
every printed text and escapes it.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kb.finding import SEVERITIES, Finding, Report, Rule
from kb.report.common import (
    WORDS,
    about,
    checked_facts,
    circumstances,
    clean,
    count_by_severity,
    file_row,
    idle_rules,
    place,
    plural,
    related,
    result_line,
    rules_by_code,
    split_excerpt,
)

if TYPE_CHECKING:
    from jinja2 import Template

_FOLDER = Path(__file__).resolve().parent
_OPEN = 10
"""Findings are expanded at the start if there are at most this many."""


@dataclass(frozen=True, slots=True)
class _Asset:
    """A style or a script in the page, with its digest for the policy."""

    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A finding with its anchor in the page and the texts shown for it."""

    finding: Finding
    anchor: str
    place: str
    excerpt: tuple[str, str, str]
    about: tuple[str, ...]
    related: tuple[str, ...]
    help: str


@dataclass(frozen=True, slots=True)
class _Group:
    """Findings with the same rule, file or severity.

    Attributes:
        key: the code of the rule, the name of the file, or the severity.
        severity: the worst severity of the members.
        members: the findings, in the order in which they are shown.
        rule: their rule, if they are grouped by rule.
        message: the message, if all members have the same one; otherwise empty.
    """

    key: str
    severity: str
    members: tuple[_Entry, ...]
    rule: Rule | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class _ShapeRow:
    """A row of the table of rules: how many nodes a shape checked, and how many findings it has."""

    code: str
    name: str
    nodes: int
    findings: int


def as_html(report: Report) -> str:
    """One self-contained page, HTML5, UTF-8."""
    entries = _make_entries(report)
    return _template().render(
        report=report,
        style=_asset("page.css"),
        script=_asset("page.js"),
        result=result_line(report),
        counts=count_by_severity(report.findings),
        severities=[severity for severity in SEVERITIES if any(f.severity == severity for f in report.findings)],
        by_rule=_by_rule(entries, report),
        by_file=_by_file(entries),
        by_severity=sorted(_group(entries, lambda f: f.severity), key=lambda group: SEVERITIES.index(group.key)),
        opened=len(entries) <= _OPEN,
        facts=[*checked_facts(report), *circumstances(report)],
        idle=idle_rules(report),
        shapes=list(_shape_rows(report)),
        files=[(*file_row(file), file.digest.removeprefix("sha256:")) for file in report.files],
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # only loaded when a page is written

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_clean_value,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(words=WORDS, plural=plural)
    return environment.get_template("page.html.jinja")


def _clean_value(value: object) -> object:
    """A printed value; in a plain string, hidden characters are escaped. Markup of the template is not changed."""
    return clean(value) if type(value) is str else value


def _asset(name: str) -> _Asset:
    text = (_FOLDER / name).read_text("utf-8")
    return _Asset(text, b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii"))


# --- findings --------------------------------------------------------------------------------------------


def _make_entries(report: Report) -> tuple[_Entry, ...]:
    rules = rules_by_code(report)
    seen: Counter[str] = Counter()
    entries = []
    for finding in report.findings:
        seen[finding.fingerprint] += 1
        again = f"-{seen[finding.fingerprint]}" if seen[finding.fingerprint] > 1 else ""
        entries.append(
            _Entry(
                finding,
                anchor=f"f-{finding.fingerprint}{again}",
                place=place(finding),
                excerpt=split_excerpt(finding),
                about=about(finding, report.prefixes),
                related=related(finding),
                help="" if finding.help == rules[finding.code].help else finding.help,
            )
        )
    return tuple(entries)


def _by_rule(entries: Iterable[_Entry], report: Report) -> Iterator[_Group]:
    rules = rules_by_code(report)
    for group in _group(entries, lambda finding: finding.code):
        messages = {member.finding.message for member in group.members}
        message = messages.pop() if len(messages) == 1 else ""
        yield _Group(group.key, group.severity, group.members, rules[group.key], message)


def _by_file(entries: Iterable[_Entry]) -> list[_Group]:
    ordered = sorted(entries, key=lambda member: (member.finding.line or 0, member.finding.column or 0))
    return sorted(_group(ordered, lambda finding: finding.file), key=lambda group: group.key)


def _group(entries: Iterable[_Entry], key: Callable[[Finding], str]) -> Sequence[_Group]:
    """Findings grouped by the value of `key`, in their order."""
    groups: dict[str, list[_Entry]] = {}
    for member in entries:
        groups.setdefault(key(member.finding), []).append(member)
    return [
        _Group(name, min((m.finding.severity for m in members), key=SEVERITIES.index), tuple(members))
        for name, members in groups.items()
    ]


# --- what was checked ----------------------------------------------------------------------------------


def _shape_rows(report: Report) -> Iterator[_ShapeRow]:
    names = {rule.iri: rule.name for rule in report.rules}
    found = Counter(finding.shape for finding in report.findings)
    for shape in report.shapes:
        yield _ShapeRow(shape.code, names.get(shape.iri, shape.iri), shape.nodes, found[shape.iri])
