"""The shapes checked: what an engine passes over in silence is found, at its place, and nothing else is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest

import kb
from kb.errors import CannotLookError
from kb.rdf.graph import Graph
from kb.rdf.turtle import SHAPES, read_turtle
from kb.shacl.engine import read_rules, run_shapes
from kb.shacl.lint import _NOT_RUN, _RUN, lint
from kb.vocab import SH
from tests.support.shape_cases import all_rules, all_shapes

HEAD = """@prefix fc: <https://w3id.org/factcite/ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SOUND = (
    "<urn:s> a sh:PropertyShape ; fc:code 'FC999' ; sh:targetClass fc:Claim ; sh:path fc:kind ; sh:maxCount 5 ;\n"
    "    sh:message 'x'@en ; fc:help 'y'@en .\n"
)


def graph(turtle: str) -> Graph:
    """Some shapes."""
    return Graph.of(read_turtle((HEAD + turtle).encode(), source="x.ttl", policy=SHAPES).triples)


def flaws(turtle: str) -> list[tuple[str, str]]:
    """Code and node of every flaw."""
    shapes = graph(turtle)
    return [(flaw.code, flaw.node) for flaw in lint(shapes, read_rules(shapes))]


def test_our_own_shapes_have_no_flaw() -> None:
    assert lint(all_shapes(), all_rules()) == ()


def test_a_sound_shape_has_no_flaw() -> None:
    assert flaws(SOUND) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("sh:maxCount", "sh:maxcount", "FC951"),
        ("sh:PropertyShape", "sh:PropertySchape", "FC951"),
        ("sh:maxCount 5", "sh:nodeKind sh:Iri", "FC951"),
        ("sh:maxCount 5", "sh:js <urn:x>", "FC951"),
        ("sh:maxCount 5", "sh:severity sh:Warnung", "FC951"),
        ("sh:message 'x'@en ;", "", "FC952"),
        ("fc:code 'FC999' ;", "", "FC953"),
        ("; fc:help 'y'@en", "", "FC954"),
        ("sh:targetClass fc:Claim ;", "", "FC955"),
        ("sh:maxCount 5", "sh:maxCount 5 ; sh:deactivated true", "FC956"),
        ("sh:maxCount 5", "sh:pattern '('", "FC958"),
        ("sh:maxCount 5", "sh:pattern 'a{99999999999}'", "FC958"),
        ("sh:maxCount 5", f"sh:pattern '{'(' * 3000}{')' * 3000}'", "FC958"),
        ("sh:maxCount 5", "sh:not <urn:s>", "FC958"),
        ("sh:maxCount 5", "sh:or ( [ sh:node <urn:s> ] [ sh:minCount 1 ] )", "FC958"),
    ],
)
def test_each_flaw_is_found(old: str, new: str, code: str) -> None:
    assert SOUND.count(old) == 1
    assert [found for found, _ in flaws(SOUND.replace(old, new))] == [code]


def test_a_switched_on_shape_is_not_switched_off() -> None:
    assert flaws(SOUND.replace("sh:maxCount 5", "sh:maxCount 5 ; sh:deactivated false")) == []


def test_two_rules_with_one_code() -> None:
    assert flaws(SOUND + SOUND.replace("urn:s", "urn:t")) == [("FC957", "urn:s"), ("FC957", "urn:t")]


def test_a_part_with_a_constraint_needs_a_code_and_a_part_without_does_not() -> None:
    host = "<urn:h> a sh:NodeShape ; sh:targetClass fc:Claim ; sh:property <urn:p> .\n"
    assert flaws(host + "<urn:p> a sh:PropertyShape ; sh:path fc:kind ; sh:minCount 1 .") == [("FC953", "urn:p")]
    assert flaws(host + "<urn:p> a sh:PropertyShape ; sh:path fc:kind .") == []
    assert flaws("<urn:p> a sh:PropertyShape ; sh:path fc:kind ; sh:minCount 1 .") == []
    nameless = host.replace("<urn:p>", "[ sh:path fc:kind ; sh:minCount 1 ]")
    assert [code for code, _ in flaws(nameless)] == ["FC953"]


@pytest.mark.parametrize(
    ("select", "fault"),
    [
        ("SELECT $this WHERE { $this a fc:Claim }", "prefix"),
        ("SELECT nonsense", ""),
        ("SELECT $this WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE"),
        ("SELECT $this WHERE { \\\\u0053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "code"),
        ("SELECT $this FROM <http://127.0.0.1:9/x> WHERE { ?s ?p ?o }", "graph"),
        ("SELECT $this WHERE { $this a ?c FILTER (<urn:f>(?c)) }", "urn:f"),
        ("SELECT $this WHERE { $this a <urn:C> }", None),
    ],
)
def test_a_query_is_read_before_it_is_run(select: str, fault: str | None) -> None:
    turtle = SOUND.replace("sh:maxCount 5", f'sh:sparql [ sh:select "{select}" ]')
    shapes = graph(turtle)
    found = [flaw for flaw in lint(shapes, read_rules(shapes)) if flaw.code == "FC958"]
    assert [str(fault) in flaw.message for flaw in found] == ([] if fault is None else [True])


def test_every_term_of_shacl_is_known_as_run_or_not_run() -> None:
    """The terms of the standard and its notes, as the engine ships them; a report's own terms are for no shape."""
    file = Path(pyshacl.__file__).parent / "assets" / "shacl.ttl"
    terms = {
        quad.subject.value.removeprefix(SH.iri)
        for quad in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE)
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(SH.iri)
    }
    of_reports = {term for term in terms if "ConstraintComponent" in term} | {
        *("AbstractResult", "ValidationReport", "ValidationResult", "Severity", "NodeKind", "conforms", "detail"),
        *("focusNode", "result", "resultMessage", "resultPath", "resultSeverity", "sourceConstraint", "sourceShape"),
        *("value", "shapesGraphWellFormed", "JSConstraint-js", ""),
    }
    known = _RUN.terms | _NOT_RUN.terms
    assert known <= terms and terms - known <= of_reports
    assert not _RUN.terms & _NOT_RUN.terms


# --- in a check ------------------------------------------------------------------------------------------


def add_shape(base: Path, turtle: str) -> None:
    """One more shapes file."""
    (base / "shapes" / "more.ttl").write_text(HEAD + turtle, "utf-8")


def test_a_misspelt_constraint_fails_the_check_at_its_place(mybase: Path) -> None:
    add_shape(mybase, SOUND.replace("sh:maxCount", "sh:maxcount"))
    report = kb.check(mybase)
    (finding,) = report.findings
    assert (finding.code, finding.file, finding.line) == ("FC951", "shapes/more.ttl", 4)
    assert finding.excerpt[0][(finding.column or 1) - 1 :].startswith("sh:maxcount 5")
    assert "did you mean sh:maxCount?" in finding.message and report.exit_code == 1


def test_a_switched_off_rule_is_told_and_counts_no_nodes(mybase: Path) -> None:
    add_shape(mybase, SOUND.replace("sh:maxCount 5", "sh:maxCount 0 ; sh:deactivated true"))
    report = kb.check(mybase)
    assert [finding.code for finding in report.findings] == ["FC956"]
    assert [shape.nodes for shape in report.shapes if shape.code == "FC999"] == [0]


def test_when_every_rule_is_switched_off_the_check_did_not_look(mybase: Path) -> None:
    shutil.rmtree(mybase / "shapes")
    (mybase / "shapes").mkdir()
    add_shape(mybase, SOUND.replace("sh:maxCount 5", "sh:maxCount 5 ; sh:deactivated true"))
    report = kb.check(mybase)
    assert report.exit_code == 4 and report.stopped


def test_a_shape_that_cannot_be_run_stops_the_check(mybase: Path) -> None:
    add_shape(mybase, SOUND.replace("sh:maxCount 5", "sh:pattern '('"))
    report = kb.check(mybase)
    assert (report.exit_code, [finding.code for finding in report.findings]) == (3, ["FC958"])
    assert report.findings[0].file == "shapes/more.ttl" and report.citations.exact == 0
    add_shape(mybase, SOUND.replace("sh:maxCount 5", "sh:sparql [ sh:select 'SELECT nonsense' ]"))
    (finding,) = kb.check(mybase).findings
    assert (finding.code, finding.file, finding.line) == ("FC958", "shapes/more.ttl", 4), "of a shape without a name"


@pytest.mark.parametrize(
    "turtle",
    [
        SOUND.replace("sh:maxCount 5", "sh:maxCount 'five'"),
        SOUND.replace("sh:path fc:kind ;", ""),
        SOUND.replace("sh:path fc:kind", "sh:path [ sh:inversePath [] ]"),
    ],
)
def test_what_the_engine_refuses_is_no_crash(mybase: Path, turtle: str) -> None:
    add_shape(mybase, turtle)
    report = kb.check(mybase)
    assert report.exit_code == 4 and "refuses the shapes" in report.stopped


def test_the_engine_s_refusal_is_an_error_of_ours() -> None:
    data = Graph.of(read_turtle(b"<urn:x> a <https://w3id.org/factcite/ns#Claim> .", source="x").triples)
    with pytest.raises(CannotLookError, match="sh:path"):
        run_shapes(data, graph(SOUND.replace("sh:path fc:kind ;", "")))
