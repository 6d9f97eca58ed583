"""The one model that every report shares: a `Report` of `Finding`s and of what was looked at.

A writer (text, JSON, Turtle, a page) reads these values and nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

SEVERITIES = ("violation", "warning", "info")
STATES = ("new", "known", "waived")
UNUSED_WAIVER = "FC961"
"""The one warning that fails nothing: whoever mends what was waived must not turn the check red."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or worth a look.

    Attributes:
        code: stable rule code, `FC001`.
        severity: one of `SEVERITIES`.
        message: what is wrong, for the person who writes the base.
        help: what to write instead; may be empty.
        focus: the node it is about, as an IRI; empty where there is none (a file that does not parse).
        path: the property, as an IRI or a SPARQL property path; empty where there is none.
        value: the offending value in N-Triples form; empty where there is none.
        file: the file, relative to the home; empty where unknown.
        line: 1-based line in `file`; None where unknown.
        column: 1-based column in `file`, in code points; None where unknown.
        related: further places of the same, as (file, line, column).
        excerpt: the line it points at and a line of carets under it; empty where unknown.
        shape: IRI of the shape or rule.
        component: IRI of the SHACL constraint component; empty for rules in code.
        state: one of `STATES`: new, known to the baseline, or waived by `waivers.toml`.
        reason: why it is waived, by whom, until when; empty unless waived.
    """

    code: str
    severity: str
    message: str
    help: str = ""
    focus: str = ""
    path: str = ""
    value: str = ""
    file: str = ""
    line: int | None = None
    column: int | None = None
    related: tuple[tuple[str, int, int], ...] = ()
    excerpt: tuple[str, ...] = ()
    shape: str = ""
    component: str = ""
    state: str = "new"
    reason: str = ""

    @property
    def fails(self) -> bool:
        """Whether it makes a check fail: no note, neither known nor waived."""
        return self.state == "new" and self.severity != "info" and self.code != UNUSED_WAIVER

    @property
    def fingerprint(self) -> str:
        """Stable over time: of code, focus (else the file), path and value; no line."""
        parts = (self.code, self.focus or self.file, self.path, self.value)
        return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]

    @property
    def sort_key(self) -> tuple[object, ...]:
        """New first, then worst first, then by place, then by rule: one order for every writer."""
        return (
            STATES.index(self.state),
            SEVERITIES.index(self.severity),
            self.file,
            self.line or 0,
            self.column or 0,
            self.code,
            self.focus,
            self.path,
            self.value,
            self.message,
        )


@dataclass(frozen=True, slots=True)
class FileChecked:
    """One input file as it was read: name relative to the home, bytes, SHA-256, triples."""

    name: str
    size: int
    digest: str
    triples: int


@dataclass(frozen=True, slots=True)
class ShapeChecked:
    """One rule and how many nodes it looked at."""

    iri: str
    code: str
    nodes: int


@dataclass(frozen=True, slots=True)
class CitationsChecked:
    """How many citations were recomputed on the text at hand.

    Attributes:
        total, exact, failed, not_checked: counts; the last three add up to the first.
        reasons: why citations were not checked, with counts.
    """

    total: int = 0
    exact: int = 0
    failed: int = 0
    not_checked: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """The answer of one check.

    Attributes:
        findings: sorted by `Finding.sort_key`.
        files: every file read.
        shapes: every rule and the number of nodes it looked at.
        citations: the verification counts.
        claims: number of claims in the base.
        triples: number of authored triples.
        unchecked: sentences on what this run did not look at.
        stopped: why the check could not look, or could not go on; empty when it ran to the end.
        exit_code: 0 clean, 1 findings, 3 malformed input, 4 could not look.
        versions: name and version of every tool that took part.
        prefixes: how IRIs are shortened for people.
        fixed: how many findings of the baseline are no longer there; None where none was compared with.
    """

    findings: tuple[Finding, ...]
    files: tuple[FileChecked, ...] = ()
    shapes: tuple[ShapeChecked, ...] = ()
    citations: CitationsChecked = CitationsChecked()
    claims: int = 0
    triples: int = 0
    unchecked: tuple[str, ...] = ()
    stopped: str = ""
    exit_code: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(default_factory=dict)
    fixed: int | None = None

    @property
    def conforms(self) -> bool:
        """True only when the check looked and found no violation and no warning; known and waived ones count."""
        sound = all(finding.severity == "info" or finding.code == UNUSED_WAIVER for finding in self.findings)
        return self.exit_code == 0 and sound

    def count(self, state: str) -> int:
        """How many findings are in one of `STATES`."""
        return sum(finding.state == state for finding in self.findings)
