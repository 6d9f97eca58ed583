"""Literals come back as the files write them, although the engine keeps values."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

import kb
from kb.sparql.lexical import in_engine
from tests.support.small_base import triples

FILES = """
claim:a rdf:object "2.50"^^xsd:decimal , 01 , 1 , "x"@en , "01" , "1891-07-09Z"^^xsd:date .
claim:b rdf:object "true"^^xsd:boolean , "1"^^xsd:boolean , "1E0"^^xsd:double , "not a number"^^xsd:integer .
claim:c rdf:object 2.5 , "007"^^xsd:nonNegativeInteger , "2024-01-01T24:00:00Z"^^xsd:dateTime ; rdf:predicate 2.500 .
"""


def test_an_answer_of_the_engine_is_as_written() -> None:
    written = kb.Graph.of(triples(FILES))
    store = kb.open_store([ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode("urn:g")) for t in written.triples])
    answer = kb.ask(store, "CONSTRUCT WHERE { ?s ?p ?o }").triples
    assert answer is not None and set(answer) != set(written.triples)
    assert set(kb.as_written(answer, (written,))) == set(written.triples)


def test_what_no_file_says_stays_as_it_is() -> None:
    computed = triples("claim:a fc:mentionCount 3 ; rdfs:label 'x' ; fc:path ent:a .")
    assert list(kb.as_written(computed, (kb.Graph.of(triples(FILES)),))) == list(computed)


@pytest.mark.parametrize(
    ("written", "kept"), [('"01"^^xsd:integer', "1"), ('"2.50"^^xsd:decimal', "2.5"), ('"x"^^xsd:integer', "x")]
)
def test_what_the_engine_makes_of_a_literal(written: str, kept: str) -> None:
    literal = triples(f"ent:a ent:b {written} .")[0].object
    assert isinstance(literal, ox.Literal) and in_engine(literal).value == kept
