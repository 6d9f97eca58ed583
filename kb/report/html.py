"""The report as one page that needs nothing else: to keep beside a run, to send, to print.

Findings stand under their rule, whole, with why the rule is there and how it is kept; by file and by severity they
are listed with links to that place. Everything is in the page without a script; a small one adds a filter. The
policy in the head allows that script and that style by their digests, and nothing from anywhere else
(https://www.w3.org/TR/CSP3/).

This module prepares values; the markup is in `page.html.jinja`. Every text that the template prints is cleaned of
hidden characters and escaped by the template engine, so neither can be forgotten.
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
    idle,
    marked,
    place,
    plural,
    related,
    rules_by_code,
    verdict,
)

if TYPE_CHECKING:
    from jinja2 import Template

_FOLDER = Path(__file__).resolve().parent
_OPEN = 10
"""So many findings are unfolded from the start."""


@dataclass(frozen=True, slots=True)
class _Asset:
    """A style or a script that is written into the page, and its digest for the policy."""

    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class _Shown:
    """A finding with the name of its place in the page, and what is said of it."""

    finding: Finding
    anchor: str
    place: str
    marked: tuple[str, str, str]
    about: tuple[str, ...]
    related: tuple[str, ...]
    help: str


@dataclass(frozen=True, slots=True)
class _Group:
    """Findings that have one thing in common.

    Attributes:
        key: what they share: the code of a rule, the name of a file, or a severity.
        severity: the worst of theirs.
        members: the findings, in the order in which they are shown.
        rule: their rule, when they are grouped by rule.
        message: the message that all of them share; empty where they differ.
    """

    key: str
    severity: str
    members: tuple[_Shown, ...]
    rule: Rule | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class _ShapeRow:
    """A row of the table of rules: what a shape looked at and how many findings it has."""

    code: str
    name: str
    nodes: int
    findings: int


def as_html(report: Report) -> str:
    """One self-contained page, HTML5, UTF-8."""
    shown = _shown(report)
    return _template().render(
        report=report,
        style=_asset("page.css"),
        script=_asset("page.js"),
        verdict=verdict(report),
        counts=count_by_severity(report.findings),
        severities=[severity for severity in SEVERITIES if any(f.severity == severity for f in report.findings)],
        by_rule=_by_rule(shown, report),
        by_file=_by_file(shown),
        by_severity=sorted(_grouped(shown, lambda f: f.severity), key=lambda group: SEVERITIES.index(group.key)),
        opened=len(shown) <= _OPEN,
        facts=[*checked_facts(report), *circumstances(report)],
        idle=idle(report),
        shapes=list(_shapes(report)),
        files=[(*file_row(file), file.digest.removeprefix("sha256:")) for file in report.files],
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # loaded only when a page is written

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_cleaned,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(words=WORDS, plural=plural)
    return environment.get_template("page.html.jinja")


def _cleaned(value: object) -> object:
    """A printed value, a plain string without hidden characters; markup of the template itself is left as it is."""
    return clean(value) if type(value) is str else value


def _asset(name: str) -> _Asset:
    text = (_FOLDER / name).read_text("utf-8")
    return _Asset(text, b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii"))


# --- findings --------------------------------------------------------------------------------------------


def _shown(report: Report) -> tuple[_Shown, ...]:
    rules = rules_by_code(report)
    seen: Counter[str] = Counter()
    shown = []
    for finding in report.findings:
        seen[finding.fingerprint] += 1
        again = f"-{seen[finding.fingerprint]}" if seen[finding.fingerprint] > 1 else ""
        shown.append(
            _Shown(
                finding,
                anchor=f"f-{finding.fingerprint}{again}",
                place=place(finding),
                marked=marked(finding),
                about=about(finding, report.prefixes),
                related=related(finding),
                help="" if finding.help == rules[finding.code].help else finding.help,
            )
        )
    return tuple(shown)


def _by_rule(shown: Iterable[_Shown], report: Report) -> Iterator[_Group]:
    rules = rules_by_code(report)
    for group in _grouped(shown, lambda finding: finding.code):
        messages = {member.finding.message for member in group.members}
        message = messages.pop() if len(messages) == 1 else ""
        yield _Group(group.key, group.severity, group.members, rules[group.key], message)


def _by_file(shown: Iterable[_Shown]) -> list[_Group]:
    ordered = sorted(shown, key=lambda member: (member.finding.line or 0, member.finding.column or 0))
    return sorted(_grouped(ordered, lambda finding: finding.file), key=lambda group: group.key)


def _grouped(shown: Iterable[_Shown], key: Callable[[Finding], str]) -> Sequence[_Group]:
    """Findings by what `key` says of them, in the order in which they come."""
    groups: dict[str, list[_Shown]] = {}
    for member in shown:
        groups.setdefault(key(member.finding), []).append(member)
    return [
        _Group(name, min((m.finding.severity for m in members), key=SEVERITIES.index), tuple(members))
        for name, members in groups.items()
    ]


# --- what was checked ----------------------------------------------------------------------------------


def _shapes(report: Report) -> Iterator[_ShapeRow]:
    names = {rule.iri: rule.name for rule in report.rules}
    found = Counter(finding.shape for finding in report.findings)
    for shape in report.shapes:
        yield _ShapeRow(shape.code, names.get(shape.iri, shape.iri), shape.nodes, found[shape.iri])
