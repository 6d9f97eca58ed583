"""The store of our own under rdflib: it answers as rdflib's does, and gives back what was put in."""

from __future__ import annotations

import random
from collections import Counter
from itertools import product
from typing import Any

import pytest
import rdflib
import rdflib.plugins.sparql
from hypothesis import given
from hypothesis import strategies as st
from rdflib.paths import MulPath
from rdflib.term import BNode, Literal, URIRef

from kb.shacl.graph import FlatGraph

NODES = (URIRef("urn:a"), URIRef("urn:b"), BNode("c"))
PREDICATES = (URIRef("urn:p"), URIRef("urn:q"))
VALUES = (*NODES, Literal("x"), Literal("x", lang="en"), Literal("1", datatype=rdflib.XSD.integer))
TRIPLES = st.tuples(st.sampled_from(NODES), st.sampled_from(PREDICATES), st.sampled_from(VALUES))


def both(triples: list[tuple[URIRef | BNode, URIRef, URIRef | BNode | Literal]]) -> tuple[rdflib.Graph, FlatGraph]:
    """The same triples in rdflib's own store and in ours."""
    theirs, ours = rdflib.Graph(), FlatGraph()
    for triple in triples:
        theirs.add(triple)
        ours.add(triple)
    return theirs, ours


def assert_same(theirs: rdflib.Graph, ours: FlatGraph) -> None:
    """Every question with or without subject, predicate and value has the same answer."""
    assert len(theirs) == len(ours)
    for s, p, o in product((None, *NODES), (None, *PREDICATES), (None, *VALUES)):
        assert set(theirs.triples((s, p, o))) == set(ours.triples((s, p, o)))
        assert ((s, p, o) in theirs) == ((s, p, o) in ours)
    for node, p in product(NODES, PREDICATES):
        assert Counter(theirs.objects(node, p)) == Counter(ours.objects(node, p))
        assert Counter(theirs.subjects(p, node)) == Counter(ours.subjects(p, node))
    assert set(theirs.objects(None, PREDICATES[0])) == set(ours.objects(None, PREDICATES[0]))
    assert set(theirs.subjects(PREDICATES[0])) == set(ours.subjects(PREDICATES[0]))


@given(st.lists(TRIPLES), st.randoms(use_true_random=False))
def test_it_answers_as_rdflib_s_own(
    triples: list[tuple[URIRef | BNode, URIRef, URIRef | BNode | Literal]], chance: random.Random
) -> None:
    theirs, ours = both(triples)
    assert_same(theirs, ours)
    for triple in triples:
        if chance.random() < 0.5:
            theirs.remove(triple)
            ours.remove(triple)
    assert_same(theirs, ours)
    theirs.remove((NODES[0], None, None))
    ours.remove((NODES[0], None, None))
    assert_same(theirs, ours)


def test_paths_and_queries_work_over_it() -> None:
    graph = FlatGraph()
    a, b, c = (URIRef(f"urn:{name}") for name in "abc")
    p = URIRef("urn:p")
    graph.add((a, p, b))
    graph.add((b, p, c))
    assert set(graph.objects(a, MulPath(p, "+"))) == {b, c}
    assert set(graph.subjects(MulPath(p, "*"), c)) == {a, b, c}
    assert [str(row[0]) for row in graph.query("SELECT ?x { ?x <urn:p>/<urn:p> ?y }")] == ["urn:a"]


def test_a_query_that_is_asked_again_has_the_answer_of_now() -> None:
    graph = FlatGraph()
    a, p = URIRef("urn:a"), URIRef("urn:p")
    question = "ASK { ?x <urn:p> ?y }"
    assert not graph.query(question).askAnswer
    graph.add((a, p, a))
    assert graph.query(question).askAnswer
    assert not graph.query(question, initBindings={"x": URIRef("urn:b")}).askAnswer
    graph.remove((a, p, a))
    assert not graph.query(question).askAnswer


def test_a_query_is_parsed_once_for_all_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    prepare = rdflib.plugins.sparql.prepareQuery

    def counted(text: str, **named: Any) -> Any:
        parsed.append(text)
        return prepare(text, **named)

    monkeypatch.setattr("rdflib.plugins.sparql.prepareQuery", counted)
    question = "ASK { ?x <urn:asked-in-this-test-only> ?y }"
    full, empty = FlatGraph(), FlatGraph()
    full.add((NODES[0], URIRef("urn:asked-in-this-test-only"), NODES[1]))
    assert [full.query(question).askAnswer, empty.query(question).askAnswer] == [True, False]
    assert parsed == [question]


def test_a_query_means_what_the_prefixes_of_its_graph_say() -> None:
    answers = []
    for space in ("urn:one:", "urn:two:"):
        graph = FlatGraph()
        graph.bind("p", space)
        graph.add((NODES[0], URIRef("urn:one:x"), NODES[1]))
        answers.append(graph.query("ASK { ?x p:x ?y }").askAnswer)
    assert answers == [True, False]
