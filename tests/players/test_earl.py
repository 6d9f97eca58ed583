"""The W3C's SHACL core suite through our own report, and that a fault in a report would be noticed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from kb.rdf.graph import Graph, Term, key
from kb.vocab import SH, XSD
from tests.players.earl import Case, cases, difference, earl, main

pytestmark = pytest.mark.w3c


@pytest.fixture(scope="module")
def suite(w3c: Path) -> tuple[Case, ...]:
    """Every core case."""
    return cases(w3c / "shacl" / "core")


def test_every_core_case_is_told_whole(suite: tuple[Case, ...]) -> None:
    assert len(suite) == 98
    differences = {case.name: difference(case) for case in suite}
    assert {name: found for name, found in differences.items() if found} == {}


OTHER: dict[str, Term] = {
    SH.focusNode: ox.NamedNode("urn:elsewhere"),
    SH.value: ox.NamedNode("urn:elsewhere"),
    SH.resultPath: ox.NamedNode("urn:elsewhere"),
    SH.resultSeverity: ox.NamedNode("urn:elsewhere"),
    SH.sourceConstraintComponent: ox.NamedNode("urn:elsewhere"),
    SH.sourceShape: ox.NamedNode("urn:elsewhere"),
    SH.resultMessage: ox.Literal("elsewhere"),
    SH.conforms: ox.Literal("true", datatype=ox.NamedNode(XSD.boolean)),
    SH.result: ox.NamedNode("urn:elsewhere"),
}


@pytest.mark.parametrize("predicate", OTHER, ids=lambda iri: iri.removeprefix(SH.iri))
def test_another_expectation_would_fail(suite: tuple[Case, ...], predicate: str) -> None:
    case = next(
        case
        for case in suite
        if any(triple.predicate.value == predicate for triple in case.expected.triples)
        and case.expected.value(case.report, SH.conforms) == "false"
    )
    first = next(triple for triple in case.expected.triples if triple.predicate.value == predicate)
    changed = [
        ox.Triple(triple.subject, triple.predicate, OTHER[predicate]) if triple == first else triple
        for triple in case.expected.triples
    ]
    assert key(first.object) != key(OTHER[predicate])
    assert difference(case) == "" and difference(replace(case, expected=Graph.of(changed))) != ""


def test_the_program_writes_an_earl_report(w3c: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "build" / "earl.ttl"
    assert main(["--cases", str(w3c / "shacl" / "core" / "node"), "--output", str(target)]) == 0
    assert "passed" in capsys.readouterr().out
    graph = Graph.of(quad.triple for quad in ox.parse(target.read_bytes(), format=ox.RdfFormat.TURTLE))
    outcomes = [key(t.object) for t in graph.triples if t.predicate.value == "http://www.w3.org/ns/earl#outcome"]
    assert len(outcomes) == 32 and set(outcomes) == {"http://www.w3.org/ns/earl#passed"}


def test_an_earl_report_says_what_failed() -> None:
    text = earl({"urn:a": "", "urn:b": 'missing "x"\nand more'})
    assert "1 of 2 passed" in text and "earl:failed" in text
    ox_graph = list(ox.parse(text.encode(), format=ox.RdfFormat.TURTLE))
    assert any(isinstance(quad.object, ox.Literal) and "and more" in quad.object.value for quad in ox_graph)
