"""A store for rdflib graphs with one graph and two indexes.

pySHACL makes a million look-ups for a base of fifteen thousand triples. rdflib's own store handles contexts in each
of them, which we do not have; two plain dictionaries make a whole check a third faster. Triples can also be removed, so
that a base with a small change is not read again.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox
from rdflib.graph import Graph as RdfGraph
from rdflib.store import Store
from rdflib.term import BNode, Identifier, Literal, Node, URIRef

from kb.vocab import XSD

if TYPE_CHECKING:
    from rdflib.plugins.sparql.sparql import Query

Triple: TypeAlias = tuple[Node, Node, Node]
_Index: TypeAlias = dict[Node, dict[Node, dict[Node, Triple]]]


class FlatStore(Store):
    """A store for one graph. It declares that it supports contexts, because pySHACL requires that."""

    context_aware = True
    graph_aware = True

    def __init__(self) -> None:
        super().__init__()
        self.by_subject: _Index = {}
        self.by_predicate: _Index = {}
        self.size = 0
        self.graphs: tuple[RdfGraph, ...] = ()
        self._spaces: dict[str, URIRef] = {}

    def add(self, triple: Triple, context: Any = None, quoted: bool = False) -> None:
        """Add a triple; one that exists already is kept."""
        subject, predicate, value = triple
        values = self.by_subject.setdefault(subject, {}).setdefault(predicate, {})
        if value not in values:
            values[value] = triple
            self.by_predicate.setdefault(predicate, {}).setdefault(value, {})[subject] = triple
            self.size += 1

    def remove(self, triple: Any, context: Any = None) -> None:
        """Remove every triple that matches; None matches everything."""
        for (subject, predicate, value), _ in list(self.triples(triple)):
            _drop(self.by_subject, subject, predicate, value)
            _drop(self.by_predicate, predicate, value, subject)
            self.size -= 1

    def triples(self, triple_pattern: Any, context: Any = None) -> Generator[tuple[Triple, Iterator[Any]], None, None]:
        """Every triple that matches, in the order in which they were added to each index."""
        for found in self.find(*triple_pattern):
            yield found, iter(self.graphs)

    def find(self, subject: Node | None, predicate: Node | None, value: Node | None) -> Iterator[Triple]:
        """Every triple that matches a subject, a predicate and a value; None matches everything."""
        if subject is not None:
            return _match(self.by_subject.get(subject, {}), predicate, value)
        if predicate is not None:
            return _match(self.by_predicate.get(predicate, {}), value, None)
        inner = (_match(values, value, None) for values in self.by_predicate.values())
        return (triple for found in inner for triple in found)

    def __len__(self, context: Any = None) -> int:
        return self.size

    def contexts(self, triple: Any = None) -> Generator[Any, None, None]:
        """The one graph."""
        yield from self.graphs

    def add_graph(self, graph: RdfGraph) -> None:
        """Do nothing: there is one graph."""

    def remove_graph(self, graph: RdfGraph) -> None:
        """Do nothing: there is one graph."""

    def bind(self, prefix: str, namespace: URIRef, override: bool = True) -> None:
        """Add a prefix."""
        self._spaces[prefix] = namespace

    def namespace(self, prefix: str) -> URIRef | None:
        """The namespace of a prefix."""
        return self._spaces.get(prefix)

    def prefix(self, namespace: URIRef) -> str | None:
        """The prefix for a namespace."""
        return next((name for name, space in self._spaces.items() if space == namespace), None)

    def namespaces(self) -> Iterator[tuple[str, URIRef]]:
        """Every prefix with its namespace."""
        return iter(list(self._spaces.items()))


class FlatGraph(RdfGraph):
    """A graph in a `FlatStore`, with short cuts for the two most frequent look-ups of pySHACL."""

    def __init__(self) -> None:
        self._flat = FlatStore()
        super().__init__(store=self._flat, bind_namespaces="none")
        self._flat.graphs = (self,)

    def query(self, query_object: Any, *words: Any, **named: Any) -> Any:
        """Run a query as rdflib does; a query that was run before, on any graph, is not parsed again."""
        given = named.get("initNs") or (words[2] if len(words) > 2 else None)
        if isinstance(query_object, str) and not given:
            query_object = _prepared(query_object, tuple(self.namespaces()), threading.get_ident())
        return super().query(query_object, *words, **named)

    # Iterators, because rdflib's generators cost a frame each.

    def objects(self, subject: Any = None, predicate: Any = None, unique: bool = False) -> Iterator[Any]:  # type: ignore[override]
        """As in rdflib, but directly from the index if both are given and the predicate is not a path."""
        if subject is None or not isinstance(predicate, URIRef):
            return super().objects(subject, predicate, unique)
        return iter(list(self._flat.by_subject.get(subject, {}).get(predicate, ())))

    def subjects(self, predicate: Any = None, object: Any = None, unique: bool = False) -> Iterator[Any]:  # type: ignore[override]
        """As in rdflib, but directly from the index if both are given and the predicate is not a path."""
        if object is None or isinstance(object, list | tuple) or not isinstance(predicate, URIRef):
            return super().subjects(predicate, object, unique)
        return iter(list(self._flat.by_predicate.get(predicate, {}).get(object, ())))


@lru_cache(maxsize=256)
def _prepared(text: str, prefixes: tuple[tuple[str, URIRef], ...], thread: int) -> Query:
    """A query, parsed once for all graphs of a thread; rdflib keeps the state of a run in the parsed query."""
    from rdflib.plugins.sparql import prepareQuery  # a tenth of a second to import

    return prepareQuery(text, initNs=dict(prefixes))


def _match(index: dict[Node, dict[Node, Triple]], middle: Node | None, last: Node | None) -> Iterator[Triple]:
    rows = index.values() if middle is None else (index.get(middle, {}),)
    if last is None:
        return (triple for row in list(rows) for triple in list(row.values()))
    return (row[last] for row in list(rows) if last in row)


def _drop(index: _Index, first: Node, second: Node, third: Node) -> None:
    """Remove an entry from an index, and the levels that become empty."""
    del index[first][second][third]
    if not index[first][second]:
        del index[first][second]
        if not index[first]:
            del index[first]


def rdf_graph(triples: Iterable[ox.Triple]) -> FlatGraph:
    """An rdflib graph of some triples; lexical forms are kept inside `kb.shacl.engine.keep_literals`."""
    graph = FlatGraph()
    for triple in rdf_triples(triples):
        graph.store.add(triple, graph)
    return graph


def rdf_triples(triples: Iterable[ox.Triple]) -> Iterator[Triple]:
    """The same triples with rdflib's terms."""
    known: dict[object, Identifier] = {}

    def term(of: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Identifier:
        found = known.get(of)
        if found is None:
            found = known[of] = rdf_term(of)
        return found

    return ((term(t.subject), term(t.predicate), term(t.object)) for t in triples)


def rdf_term(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Identifier:
    """One term as rdflib's."""
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    assert isinstance(term, ox.Literal)  # the reader refuses triple terms
    if term.language:
        return Literal(term.value, lang=term.language)
    return Literal(term.value, datatype=None if term.datatype.value == XSD.string else URIRef(term.datatype.value))


def ox_term(term: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """One of rdflib's terms as pyoxigraph's, which reports and positions use."""
    if isinstance(term, URIRef):
        return ox.NamedNode(term)
    if isinstance(term, BNode):
        return ox.BlankNode(term)
    assert isinstance(term, Literal)
    if term.language:
        return ox.Literal(term, language=term.language)
    return ox.Literal(term, datatype=ox.NamedNode(term.datatype or XSD.string))
