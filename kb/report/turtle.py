"""The report as the W3C's validation report (https://www.w3.org/TR/shacl/#validation-report), in Turtle."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from kb.answer import is_iri
from kb.canon import write_turtle
from kb.finding import Finding, Report
from kb.vocab import DCTERMS, FC, RDF, SH, SHAPES, XSD


def as_turtle(report: Report) -> str:
    """The W3C validation report (https://www.w3.org/TR/shacl/#validation-report), every result with an IRI."""
    node = ox.NamedNode("urn:factcite:report")
    triples = [
        ox.Triple(node, _iri(RDF.type), _iri(SH.ValidationReport)),
        ox.Triple(node, _iri(SH.conforms), _boolean(report.conforms)),
    ]
    if report.stopped:
        triples.append(ox.Triple(node, _iri(DCTERMS.description), ox.Literal(report.stopped)))
    for finding in report.findings:
        result = ox.NamedNode(f"urn:factcite:finding:{finding.fingerprint}")
        triples.append(ox.Triple(node, _iri(SH.result), result))
        triples += [ox.Triple(result, _iri(predicate), value) for predicate, value in _result_values(finding)]
    return write_turtle(triples, source="the report").decode("utf-8")


def _result_values(finding: Finding) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
    yield RDF.type, _iri(SH.ValidationResult)
    yield (
        SH.resultSeverity,
        _iri({"violation": SH.Violation, "warning": SH.Warning, "info": SH.Info}[finding.severity]),
    )
    yield SH.resultMessage, ox.Literal(finding.message, language="en")
    yield (
        SH.focusNode,
        _iri(finding.focus) if is_iri(finding.focus) else _iri(f"urn:factcite:file:{finding.file}"),
    )
    component = finding.component or SHAPES + "CodeComponent"
    yield SH.sourceConstraintComponent, _iri(component)
    yield FC.code, ox.Literal(finding.code)
    if finding.shape:
        yield SH.sourceShape, _iri(finding.shape)
    if is_iri(finding.path):
        yield SH.resultPath, _iri(finding.path)
    if finding.value:
        yield SH.value, _value(finding.value)
    if finding.file:
        yield (
            DCTERMS.source,
            ox.Literal(finding.file if finding.line is None else f"{finding.file}:{finding.line}"),
        )


def _value(written: str) -> ox.NamedNode | ox.Literal:
    """A value in N-Triples form as a term; a literal of its own spelling where it cannot be read back."""
    try:
        (quad,) = ox.parse(f"<urn:s> <urn:p> {written} .".encode(), format=ox.RdfFormat.N_TRIPLES)
    except (SyntaxError, ValueError):
        return ox.Literal(written)
    return quad.object if isinstance(quad.object, (ox.NamedNode, ox.Literal)) else ox.Literal(written)


def _iri(name: str) -> ox.NamedNode:
    return ox.NamedNode(name)


def _boolean(value: bool) -> ox.Literal:
    return ox.Literal("true" if value else "false", datatype=ox.NamedNode(XSD.boolean))
