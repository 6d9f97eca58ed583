"""The model that every report shares: a `Report` with its `Finding`s, the `Rule`s and what was checked.

Every report writer (text, JSON, Turtle, HTML) reads only these values.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kb.vocab import local_name

SEVERITIES = ("violation", "warning", "info")
STATES = ("new", "known", "waived")
UNUSED_WAIVER = "FC961"
"""The only warning that does not fail a check: fixing what was waived must not make the check fail."""
TEXT_RULES = ("FC92", "FC93")
"""Prefixes of the codes of rules that need the text of an article."""
BLANK = "[]"
"""How a blank node is written: without a name, because its label has no meaning."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: a shape, or a check in code that the shapes files describe.

    Attributes:
        iri, code, severity, message, help: as in the shapes; severity is one of `SEVERITIES`; `help` is a good
            example, or the next thing to do.
        host: the node shape whose targets it checks; empty for a check in code.
        idle: whether it may have nothing to check.
        why: why it matters, in a sentence.
        bad: an example that breaks it.
        checks: what it checks and requires, in words generated from the shape.
        off: whether the shape is deactivated, so that it checks nothing.
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
        return local_name(self.iri) or self.code


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
    """A problem, or something that should be reviewed.

    Attributes:
        code: stable rule code, `FC001`.
        severity: one of `SEVERITIES`.
        message: what is wrong, for the author of the base.
        help: what to write instead; may be empty.
        focus: the node it is about, as an IRI; empty where there is none (such as a file that does not parse).
        path: the property, as an IRI or a SPARQL property path; empty where there is none.
        value: the offending value in N-Triples form; empty where there is none.
        file: the file, relative to the home; empty where unknown.
        line: 1-based line in `file`; None where unknown.
        column: 1-based column in `file`, in code points; None where unknown.
        related: further places of the same problem, as (file, line, column).
        excerpt: the line it points at and a line of carets below it; empty where unknown.
        shape: IRI of the shape or rule.
        component: IRI of the SHACL constraint component; empty for rules in code.
        state: one of `STATES`: new, known to the baseline, or waived by `waivers.toml`.
        reason: why it is waived, by whom, until when; empty unless waived.
        reported_focus: the focus node as the engine named it, in N-Triples form, where that is not `focus` (the
            node to correct may be another one); `BLANK` for a blank node.
        reported_severity: IRI of the severity, where the shape has one other than the three of SHACL.
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
        """How many code points of its line it covers, from `column` on; at least 1."""
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
    """One shape with a rule code, and how many nodes it checked."""

    iri: str
    code: str
    nodes: int


@dataclass(frozen=True, slots=True)
class CitationsChecked:
    """How many citations were recomputed on the available texts.

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
    """How complete a base is.

    Attributes:
        paragraphs: recorded paragraphs.
        covered: those with a citation, or with a reason why they contain no claim.
        two_origins: claims with at least two independent origins.
    """

    paragraphs: int = 0
    covered: int = 0
    two_origins: int = 0


@dataclass(frozen=True, slots=True)
class Commit:
    """The git commit that was checked out when the files were read.

    Attributes:
        name: its full hash.
        differing: the files that differ from those of the commit.
    """

    name: str
    differing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """The result of one check. Two reports of the same input are equal: times are not compared.

    Attributes:
        findings: sorted by `Finding.sort_key`.
        files: every file read.
        shapes: every rule and the number of nodes it checked.
        citations: the verification counts.
        claims: number of claims in the base.
        triples: number of authored triples.
        unchecked: sentences about what this run did not check.
        stopped: why the check could not start or continue; empty when it was completed.
        exit_code: 0 no problems, 1 problems, 3 malformed input, 4 the check was not possible.
        versions: name and version of every tool that was used.
        prefixes: how IRIs are shortened.
        fixed: how many findings of the baseline are no longer found; None without a baseline.
        coverage: how complete the base is; None where the check was not completed.
        rules: every rule of the base, by code.
        commit: None where the base is not in a git checkout.
        started: when the check began, as an `xsd:dateTime` in UTC; empty where it is omitted.
        seconds: how long it took; None where it is omitted.
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
        """The report without its times, or with a given start, so that the same input gives the same bytes."""
        return replace(self, started=started, seconds=None)

    def under(self, folder: str) -> Report:
        """The report with every file name prefixed by `folder`, for tools that resolve names from a parent folder."""
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
        """Whether the check was completed without a violation or a warning; known and waived ones count too."""
        sound = all(finding.severity == "info" or finding.code == UNUSED_WAIVER for finding in self.findings)
        return self.exit_code == 0 and sound

    def count(self, state: str) -> int:
        """How many findings are in one of `STATES`."""
        return sum(finding.state == state for finding in self.findings)
