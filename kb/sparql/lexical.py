"""Restores literals in query results to the form that the files have.

The engine keeps numbers, times, durations and truth values as values: `"2.50"^^xsd:decimal` comes back as `2.5`, `01`
as `1`, and `"7"^^xsd:nonNegativeInteger` as an `xsd:integer`. Pages and documents show the form in the
files, so it is looked up again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import pyoxigraph as ox

from kb.rdf.graph import Graph, key
from kb.vocab import XSD

_KEPT = frozenset({XSD.string, XSD.anyURI})
_NODE = ox.NamedNode("urn:x-factcite:any")


def as_written(triples: Iterable[ox.Triple], graphs: Sequence[Graph]) -> Iterator[ox.Triple]:
    """The triples, each literal in the form that it has in `graphs`; if there are several forms, all of them."""
    for triple in triples:
        literal = triple.object
        if not isinstance(literal, ox.Literal) or literal.language or literal.datatype.value in _KEPT:
            yield triple
            continue
        subject, predicate = key(triple.subject), triple.predicate.value
        written = [
            term
            for graph in graphs
            for term in graph.objects(subject, predicate)
            if isinstance(term, ox.Literal) and in_engine(term) == literal
        ]
        for term in dict.fromkeys(written) or (literal,):
            yield ox.Triple(triple.subject, triple.predicate, term)


@lru_cache(maxsize=4096)
def in_engine(literal: ox.Literal) -> ox.Literal:
    """A literal as the engine stores it."""
    store = ox.Store()
    store.add(ox.Quad(_NODE, _NODE, literal))
    found = next(iter(store)).object
    assert isinstance(found, ox.Literal), "a literal stays one"
    return found
