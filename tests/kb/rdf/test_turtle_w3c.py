"""The W3C suite of RDF 1.1 Turtle through the gate: every positive, evaluation and negative case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from kb.errors import TurtleError
from kb.rdf.turtle import read_turtle, syntax_only

pytestmark = pytest.mark.w3c

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
RDFT = "http://www.w3.org/ns/rdftest#"
BASE = "https://w3c.github.io/rdf-tests/rdf/rdf11/rdf-turtle/"
COUNTS = {
    "TestTurtlePositiveSyntax": 74,
    "TestTurtleEval": 145,
    "TestTurtleNegativeSyntax": 94,
}


def cases(folder: Path, kind: str) -> Iterator[tuple[str, Path, Path | None]]:
    """Name, action and result of each case of a kind, from the suite's manifest."""
    manifest = folder / "rdf" / "rdf11" / "rdf-turtle" / "manifest.ttl"
    store = ox.Store()
    store.load(path=str(manifest), format=ox.RdfFormat.TURTLE, base_iri=BASE + "manifest.ttl")
    query = f"""SELECT ?n ?a ?r {{
        ?t a <{RDFT}{kind}> ; <{MF}name> ?n ; <{MF}action> ?a . OPTIONAL {{ ?t <{MF}result> ?r }}
    }}"""
    rows = store.query(query)
    assert isinstance(rows, ox.QuerySolutions)
    for row in rows:
        result = manifest.parent / row["r"].value.rpartition("/")[2] if row["r"] is not None else None
        yield row["n"].value, manifest.parent / row["a"].value.rpartition("/")[2], result


@pytest.mark.parametrize("kind", ["TestTurtlePositiveSyntax", "TestTurtleEval"])
def test_accepts_every_sound_file(w3c: Path, kind: str) -> None:
    found = list(cases(w3c, kind))
    for _, action, _ in found:
        read_turtle(action.read_bytes(), source=action.name, policy=syntax_only(BASE + action.name))
    assert len(found) == COUNTS[kind]


def test_reads_the_graph_that_the_suite_expects(w3c: Path) -> None:
    for name, action, result in cases(w3c, "TestTurtleEval"):
        assert result is not None
        document = read_turtle(action.read_bytes(), source=action.name, policy=syntax_only(BASE + action.name))
        expected = ox.parse(result.read_bytes(), format=ox.RdfFormat.N_TRIPLES)
        assert canonical(document.triples) == canonical(
            ox.Triple(quad.subject, quad.predicate, quad.object) for quad in expected
        ), name


def test_refuses_every_malformed_file_and_says_where(w3c: Path) -> None:
    found = list(cases(w3c, "TestTurtleNegativeSyntax"))
    for name, action, _ in found:
        with pytest.raises(TurtleError) as refused:
            read_turtle(action.read_bytes(), source=action.name, policy=syntax_only(BASE + action.name))
        assert refused.value.line and refused.value.column, name
        assert refused.value.exit_code == 3
    assert len(found) == COUNTS["TestTurtleNegativeSyntax"]


def canonical(triples: Iterator[ox.Triple] | tuple[ox.Triple, ...]) -> list[str]:
    """The triples with canonical blank node labels, sorted."""
    data = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    data.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, data))
