"""The one model that every report shares: a `Report` of `Finding`s, of the `Rule`s and of what was looked at.

A writer (text, JSON, Turtle, a page) reads these values and nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

SEVERITIES = ("violation", "warning", "info")
STATES = ("new", "known", "waived")
UNUSED_WAIVER = "FC961"
"""The one warning that fails nothing: whoever mends what was waived must not turn the check red."""
TEXT_RULES = ("FC92", "FC93")
"""Beginnings of the codes of rules that look only where an article's text is at hand."""
BLANK = "[]"
"""How a blank node is written: the one value without a name, since its label would say nothing."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: a shape, or a check in code that the shapes describe.

    Attributes:
        iri, code, severity, message, help: as the shapes say; severity is one of `SEVERITIES`; `help` is a good
            example, or the next thing to do.
        host: the node shape whose targets it looks at; empty for a check in code.
        idle: whether it may look at nothing.
        why: why it matters, in a sentence.
        bad: an example that breaks it.
        checks: what it looks at and what it asks, in words made from the shape itself.
        off: whether the shape is deactivated, so that it looks at nothing.
        file: the shapes file, relative to the home; empty where unknown.
        line: 1-based line in `file`.
    """

    iri: str
    code: str
    severity: str
    message: str
    help: str
    host: str
    idle: bool
    why: str = ""
    bad: str = ""
    checks: tuple[str, ...] = ()
    off: bool = False
    file: str = ""
    line: int | None = None

    @property
    def name(self) -> str:
        """The last part of its IRI: `CitationKind`; the code where it has no IRI."""
        return self.iri.rpartition("#")[2].rpartition("/")[2] or self.code


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem that a check in code found, before it becomes a `Finding` with its place in a file.

    Attributes:
        code: the code of the rule that is broken.
        node: the node it is about, as an IRI or a blank node label; empty where there is none.
        message: what is wrong.
        path: IRI of the property; empty where there is none.
        value: the offending value in N-Triples form; empty where there is none.
        help: what to do; empty where the help of the rule is enough.
        file: the settings file that is wrong; empty where the place follows from the node.
        line: 1-based line in `file`; None where unknown.
    """

    code: str
    node: str
    message: str
    path: str = ""
    value: str = ""
    help: str = ""
    file: str = ""
    line: int | None = None


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
        reported_focus: the focus node as the engine named it, in N-Triples form, where that is not `focus` (the
            node to mend may be another one); `BLANK` for a blank node.
        reported_severity: IRI of a severity of the shape's own, beside the three of SHACL.
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
    reported_focus: str = ""
    reported_severity: str = ""

    @property
    def width(self) -> int:
        """How many code points of its line are meant, from `column` on; at least 1."""
        return max(1, self.excerpt[1].count("^")) if len(self.excerpt) > 1 else 1

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
    """One shape with a rule code, and how many nodes it looked at."""

    iri: str
    code: str
    nodes: int


@dataclass(frozen=True, slots=True)
class CitationsChecked:
    """How many citations were recomputed on the text at hand.

    Attributes:
        total, exact, failed, not_checked: counts; the last three add up to the first.
        reasons: why citations were not checked, with counts.
        states: how many are exact, moved, ambiguous and so on, best first (kb/verification/ladder.py).
    """

    total: int = 0
    exact: int = 0
    failed: int = 0
    not_checked: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a base has come.

    Attributes:
        paragraphs: recorded paragraphs.
        covered: those with a citation, or with a reason why they yield no claim.
        two_origins: claims with two independent origins or more.
    """

    paragraphs: int = 0
    covered: int = 0
    two_origins: int = 0


@dataclass(frozen=True, slots=True)
class Commit:
    """The commit that was checked out where the files were read.

    Attributes:
        name: its full hash.
        differing: the files read that are not, byte for byte, those of the commit.
    """

    name: str
    differing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """The answer of one check. Two reports of the same input are equal: the time is no part of it.

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
        coverage: how far the base has come; None where the check did not run to its end.
        rules: every rule that the base has, by code.
        commit: None where the base is no git checkout.
        started: when the check began, as an `xsd:dateTime` in UTC; empty where it is left out.
        seconds: how long it took; None where it is left out.
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
    coverage: Coverage | None = None
    rules: tuple[Rule, ...] = ()
    commit: Commit | None = None
    started: str = field(default="", compare=False)
    seconds: float | None = field(default=None, compare=False)

    def untimed(self, started: str = "") -> Report:
        """The same report without its times, or with a given start, so that the same input gives the same bytes."""
        return replace(self, started=started, seconds=None)

    def under(self, folder: str) -> Report:
        """The same report with every file name below `folder` (with forward slashes), for readers who start there."""
        prefix = folder.strip("/") + "/" if folder.strip("/.") else ""
        return replace(
            self,
            findings=tuple(
                replace(
                    finding,
                    file=finding.file and prefix + finding.file,
                    related=tuple((prefix + file, line, column) for file, line, column in finding.related),
                )
                for finding in self.findings
            ),
            files=tuple(replace(file, name=prefix + file.name) for file in self.files),
        )

    @property
    def conforms(self) -> bool:
        """True only when the check looked and found no violation and no warning; known and waived ones count."""
        sound = all(finding.severity == "info" or finding.code == UNUSED_WAIVER for finding in self.findings)
        return self.exit_code == 0 and sound

    def count(self, state: str) -> int:
        """How many findings are in one of `STATES`."""
        return sum(finding.state == state for finding in self.findings)
