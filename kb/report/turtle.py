"""Writes the report in RDF: the W3C validation report (https://www.w3.org/TR/shacl/#validation-report) and its
provenance (https://www.w3.org/TR/prov-o/): the run, the files it used with their digests, and the tools with versions.

Every node has an IRI, except where SHACL requires a blank node: a property path that is not a single property, and a
value or focus that is a blank node itself. The canonical writer does not accept blank nodes, so each is replaced by a
temporary IRI, which is removed from the text afterwards.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import quote

import pyoxigraph as ox

from kb.finding import BLANK, FileChecked, Finding, Report
from kb.rdf.canonical import write_turtle
from kb.rdf.curies import is_iri
from kb.report.common import checked_facts, clean
from kb.shacl.paths import parse_path
from kb.vocab import DCTERMS, FC, PREFIXES, PROV, RDF, RDFS, SCHEMA, SH, SHAPES, XSD

_REPORT = "urn:factcite:report"
_RUN = "urn:factcite:run"
_SEVERITIES = {"violation": SH.Violation, "warning": SH.Warning, "info": SH.Info}
_PATH = re.compile(r"(?:<[^<>\s\"{}|\\^`]*>|[\^()/|*+?])+")

_Value = ox.NamedNode | ox.Literal


def as_turtle(report: Report) -> str:
    """The W3C validation report, in which every result has an IRI, and the PROV activity that generated it."""
    writer = _Writer(report)
    triples = [ox.Triple(ox.NamedNode(s), ox.NamedNode(p), o) for s, p, o in writer.triples()]
    return writer.with_blanks(write_turtle(triples, source="the report").decode("utf-8"))


class _Writer:
    """Writes one report, and keeps a list of its blank nodes."""

    def __init__(self, report: Report) -> None:
        self.report = report
        prints = "".join(finding.fingerprint for finding in report.findings)
        self.mark = f"urn:factcite:blank:{hashlib.sha256(prints.encode()).hexdigest()}:"
        self.blanks: list[str] = []

    # --- statements

    def triples(self) -> Iterator[tuple[str, str, _Value]]:
        yield _REPORT, RDF.type, _iri(SH.ValidationReport)
        yield _REPORT, SH.conforms, _boolean(self.report.conforms and not self.report.findings)
        yield _REPORT, PROV.wasGeneratedBy, _iri(_RUN)
        if self.report.stopped:
            yield _REPORT, DCTERMS.description, _text(self.report.stopped)
        for name, sentence in checked_facts(self.report):
            yield _REPORT, DCTERMS.description, _text(f"{name}: {sentence}" if name else sentence)
        seen: Counter[str] = Counter()
        for finding in self.report.findings:
            seen[finding.fingerprint] += 1
            again = f":{seen[finding.fingerprint]}" if seen[finding.fingerprint] > 1 else ""
            node = f"urn:factcite:finding:{finding.fingerprint}{again}"
            yield _REPORT, SH.result, _iri(node)
            yield from ((node, predicate, value) for predicate, value in self.result(finding))
        yield from self.run()

    def result(self, finding: Finding) -> Iterator[tuple[str, _Value]]:
        yield RDF.type, _iri(SH.ValidationResult)
        yield SH.resultSeverity, _iri(finding.reported_severity or _SEVERITIES[finding.severity])
        yield SH.resultMessage, _text(finding.message, language="en")
        yield SH.sourceConstraintComponent, _iri(finding.component or SHAPES + "CodeComponent")
        yield FC.code, _text(finding.code)
        yield SH.focusNode, self.focus(finding)
        if finding.reported_focus and finding.focus:
            yield DCTERMS.subject, _node(finding.focus)
        if finding.shape:
            yield SH.sourceShape, _node(finding.shape) if is_iri(finding.shape) else self.blank(BLANK)
        if finding.path:
            written = _PATH.fullmatch(finding.path) is not None
            yield SH.resultPath, self.blank(parse_path(finding.path).turtle()) if written else _node(finding.path)
        if finding.value:
            yield SH.value, self.term(finding.value)
        if finding.file:
            place = finding.file if finding.line is None else f"{finding.file}:{finding.line}:{finding.column or 1}"
            yield DCTERMS.source, _text(place)

    def focus(self, finding: Finding) -> _Value:
        if finding.reported_focus:
            return self.term(finding.reported_focus)
        return _node(finding.focus) if finding.focus else _iri(f"urn:factcite:file:{_quoted(finding.file)}")

    def run(self) -> Iterator[tuple[str, str, _Value]]:
        yield _RUN, RDF.type, _iri(PROV.Activity)
        yield _RUN, RDFS.label, _text("kb check", language="en")
        for file in self.report.files:
            yield from _input(file)
        for name, version in self.report.versions.items():
            tool = f"urn:factcite:tool:{_quoted(name)}:{_quoted(version)}"
            yield _RUN, PROV.wasAssociatedWith, _iri(tool)
            yield tool, RDF.type, _iri(PROV.SoftwareAgent)
            yield tool, RDFS.label, _text(name)
            yield tool, SCHEMA.softwareVersion, _text(version)
        if self.report.commit is not None:
            commit = f"urn:factcite:commit:{_quoted(self.report.commit.name)}"
            yield _RUN, PROV.used, _iri(commit)
            yield commit, RDF.type, _iri(PROV.Entity)
            yield commit, DCTERMS.identifier, _text(self.report.commit.name)
        if self.report.started:
            yield _RUN, PROV.startedAtTime, _time(self.report.started)
            if self.report.seconds is not None:
                ended = datetime.fromisoformat(self.report.started) + timedelta(seconds=self.report.seconds)
                yield _RUN, PROV.endedAtTime, _time(ended.isoformat().replace("+00:00", "Z"))

    # --- terms

    def term(self, written: str) -> _Value:
        """A value in N-Triples form as a term; if it cannot be parsed, a literal with the same text."""
        if written == BLANK:
            return self.blank(BLANK)
        try:
            (quad,) = ox.parse(f"<urn:s> <urn:p> {written} .".encode(), format=ox.RdfFormat.N_TRIPLES)
        except (SyntaxError, ValueError):
            return _text(written)
        return quad.object if isinstance(quad.object, ox.NamedNode | ox.Literal) else _text(written)

    def blank(self, turtle: str) -> ox.NamedNode:
        """The temporary IRI for a blank node."""
        self.blanks.append(turtle)
        return _iri(f"{self.mark}{len(self.blanks) - 1}")

    def with_blanks(self, text: str) -> str:
        """The text with each temporary IRI replaced by its blank node. No value of the base can contain one."""
        return re.sub(f"<{self.mark}([0-9]+)>", lambda match: self.blanks[int(match[1])], text)


def _input(file: FileChecked) -> Iterator[tuple[str, str, _Value]]:
    node = f"urn:factcite:input:{_quoted(file.name)}"
    yield _RUN, PROV.used, _iri(node)
    yield node, RDF.type, _iri(PROV.Entity)
    yield node, DCTERMS.identifier, _text(file.name)
    yield node, FC.digest, _text(file.digest)
    yield node, PREFIXES["dcat"] + "byteSize", _integer(file.size)
    yield node, PREFIXES["void"] + "triples", _integer(file.triples)


def _iri(name: str) -> ox.NamedNode:
    return ox.NamedNode(name)


def _node(name: str) -> ox.NamedNode:
    """A node of the base. A text that is not an IRI, for example in a settings file, is encoded in an IRI."""
    try:
        return _iri(name)
    except ValueError:
        return _iri(f"urn:factcite:name:{_quoted(name)}")


def _text(value: str, language: str | None = None) -> ox.Literal:
    """A string; lone surrogates, for example from a file name that is not UTF-8, are escaped."""
    valid = value if value.isascii() or value == value.encode("utf-8", "replace").decode() else clean(value)
    return ox.Literal(valid, language=language)


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogateescape"), safe="/:")


def _time(value: str) -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode(XSD.dateTime))


def _integer(value: int) -> ox.Literal:
    return ox.Literal(str(value), datatype=ox.NamedNode(XSD.integer))


def _boolean(value: bool) -> ox.Literal:
    return ox.Literal("true" if value else "false", datatype=ox.NamedNode(XSD.boolean))
