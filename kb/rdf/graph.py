"""An immutable graph in memory with indexes, for derivation, verification and pages.

The terms are pyoxigraph's, as the parser gives them, so that lexical forms stay as written. (An RDF store may turn
"007" into "7"; text that is hashed or exported does not go through a store.) Nodes are named by strings: an IRI, or
`_:label` for a blank node.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import pyoxigraph as ox

from kb.rdf.lists import members
from kb.vocab import RDF, RDFS

Node: TypeAlias = ox.NamedNode | ox.BlankNode
Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal


def key(term: Term | ox.Triple) -> str:
    """The plain string that names a node (`_:label` for a blank one), or a literal's lexical form."""
    if isinstance(term, ox.Triple):
        return str(term)  # RDF 1.2: the reader refuses it, but pyoxigraph's types allow it
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else term.value


@dataclass(frozen=True)
class Graph:
    """An immutable set of triples with look-ups.

    Attributes:
        triples: in the order given; look-ups answer in that order, without duplicates.
    """

    triples: tuple[ox.Triple, ...]

    @classmethod
    def of(cls, triples: Iterable[ox.Triple]) -> Graph:
        """A graph of the distinct triples, in the order of their first mention."""
        return cls(tuple(dict.fromkeys(triples)))

    @cached_property
    def _forward(self) -> dict[str, dict[str, list[Term]]]:
        index: dict[str, dict[str, list[Term]]] = {}
        for triple in self.triples:
            if not isinstance(triple.object, ox.Triple):
                index.setdefault(key(triple.subject), {}).setdefault(triple.predicate.value, []).append(triple.object)
        return index

    @cached_property
    def _backward(self) -> dict[str, dict[str, list[str]]]:
        index: dict[str, dict[str, list[str]]] = {}
        for triple in self.triples:
            if not isinstance(triple.object, ox.Literal):
                index.setdefault(triple.predicate.value, {}).setdefault(key(triple.object), []).append(
                    key(triple.subject)
                )
        return index

    @cached_property
    def _ends(self) -> dict[str, dict[tuple[str, str], None]]:
        ends: dict[str, dict[tuple[str, str], None]] = {}
        for triple in self.triples:
            ends.setdefault(triple.predicate.value, {})[key(triple.subject), key(triple.object)] = None
        return ends

    def ends(self, predicate: str) -> tuple[tuple[str, str], ...]:
        """Every (subject, object) of `predicate`, by name or lexical form, in the order of first mention."""
        return tuple(self._ends.get(predicate, ()))

    def objects(self, subject: str, predicate: str) -> tuple[Term, ...]:
        """Every object of (subject, predicate)."""
        return tuple(self._forward.get(subject, {}).get(predicate, ()))

    def nodes(self, subject: str, predicate: str) -> tuple[str, ...]:
        """Every object of (subject, predicate) that is a node, by name."""
        return tuple(key(term) for term in self.objects(subject, predicate) if not isinstance(term, ox.Literal))

    def value(self, subject: str, predicate: str) -> str | None:
        """The name or lexical form of the first object; None if there is no object."""
        found = self._forward.get(subject, {}).get(predicate)
        return key(found[0]) if found else None

    def predicates(self, subject: str) -> tuple[str, ...]:
        """The predicates that `subject` has."""
        return tuple(self._forward.get(subject, ()))

    def pairs(self, predicate: str) -> tuple[tuple[str, str], ...]:
        """Every (subject, object) of `predicate` where the object is a node."""
        return tuple((s, o) for o, subjects in self._backward.get(predicate, {}).items() for s in subjects)

    def subjects(self, predicate: str, node: str) -> tuple[str, ...]:
        """Every subject with the value `node` of `predicate`."""
        return tuple(self._backward.get(predicate, {}).get(node, ()))

    def instances(self, cls: str) -> tuple[str, ...]:
        """Every instance of `cls` or of a declared subclass, in the order of first mention."""
        found: dict[str, None] = {}
        for name in self.subclasses(cls):
            found.update(dict.fromkeys(self.subjects(RDF.type, name)))
        return tuple(found)

    def subclasses(self, cls: str) -> tuple[str, ...]:
        """`cls` and all its subclasses (`rdfs:subClassOf`), also if they form a circle."""
        found = {cls: None}
        queue = [cls]
        while queue:
            for below in self.subjects(RDFS.subClassOf, queue.pop()):
                if below not in found:
                    found[below] = None
                    queue.append(below)
        return tuple(found)

    def items(self, head: str) -> tuple[str, ...]:
        """The names of the members of the RDF list at `head`, up to the first broken cell."""
        return members(head, self.value)

    def __contains__(self, subject: str) -> bool:
        return subject in self._forward


def reachable(start: str, following: Mapping[str, set[str]]) -> frozenset[str]:
    """Everything that can be reached from `start`, and `start` itself."""
    if start not in following:
        return frozenset((start,))
    found = {start}
    queue = [start]
    while queue:
        new = following.get(queue.pop(), set()) - found
        found |= new
        queue.extend(new)
    return frozenset(found)
