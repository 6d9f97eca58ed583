"""Labels of blank nodes: the same data gets the same labels, in a file that is read and in an export.

A label in a file has no meaning (https://www.w3.org/TR/rdf11-concepts/#section-blank-nodes), and a parser makes up
new ones each time it reads. Two labellings replace them:

    label_by_holder     for files: made of the file and of the node that points at the blank node, so that a list that
                        changes keeps the labels of all others
    label_canonically   for exports: those of RDFC-1.0 (https://www.w3.org/TR/rdf-canon/)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyoxigraph as ox

from kb.rdf.graph import key, reachable
from kb.vocab import RDF


def label_by_holder(triples: Sequence[ox.Triple], source: str) -> tuple[ox.Triple, ...]:
    """Distinct triples, with labels made of the file's name and of the subject and predicate that point at the node.

    Blank nodes at which no node points, or more than one, are numbered in the order in which they appear.
    """
    blank = [triple for triple in triples if any(isinstance(term, ox.BlankNode) for term in triple)]
    stem = hashlib.sha256(source.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    labels = _labels_by_holder(blank, stem)
    renamed = {triple: ox.Triple(*(labels.get(term, term) for term in triple)) for triple in blank}
    return tuple(dict.fromkeys(renamed.get(triple, triple) for triple in triples))


def _labels_by_holder(triples: Sequence[ox.Triple], stem: str) -> dict[Any, ox.BlankNode]:
    """Each blank node in these triples, and the one with its new label."""
    labels: dict[str, None] = {}
    pointers: dict[str, list[tuple[str, str]]] = {}
    for triple in triples:
        subject, object_ = triple.subject, triple.object
        if isinstance(subject, ox.BlankNode):
            labels[subject.value] = None
        if isinstance(object_, ox.BlankNode):
            labels[object_.value] = None
            pointers.setdefault(object_.value, []).append((str(subject), triple.predicate.value))
    names: dict[str, str] = {}
    taken: dict[str, int] = {}
    for label in labels:
        for each in reversed(_unlabelled_holders(label, pointers, names, len(labels))):
            names[each] = _label(pointers.get(each, []), names, taken, stem)
    return {ox.BlankNode(label): ox.BlankNode(name) for label, name in names.items()}


def _unlabelled_holders(
    label: str, pointers: dict[str, list[tuple[str, str]]], names: dict[str, str], most: int
) -> list[str]:
    """The blank node, its only holder, the holder of that, and so on, as far as they have no new label yet."""
    way = [label]
    while way[-1] not in names and len(pointers.get(way[-1], ())) == 1 and len(way) <= most:
        holder = pointers[way[-1]][0][0]
        if not holder.startswith("_:"):
            break
        way.append(holder[2:])
    return [each for each in dict.fromkeys(way) if each not in names]


def _label(pointers: Sequence[tuple[str, str]], names: dict[str, str], taken: dict[str, int], stem: str) -> str:
    """A label made of the one node that points here, with a number if it is taken."""
    known = len(pointers) == 1 and names.get(pointers[0][0][2:], pointers[0][0])
    owner = f"{known} {pointers[0][1]}" if known else ""
    name = f"c{stem}x{hashlib.sha256(owner.encode()).hexdigest()[:12]}"
    taken[name] = taken.get(name, -1) + 1
    return f"{name}x{taken[name]}" if taken[name] else name


_MOST_CONNECTED = 32
"""How many blank nodes may be connected: the time of RDFC-1.0 grows with the cube of their number."""


def label_canonically(quads: Iterable[ox.Quad]) -> tuple[ox.Quad, ...]:
    """Distinct quads with the labels of RDFC-1.0, in no order.

    If more than `_MOST_CONNECTED` blank nodes are connected, as in a long list, all of them are numbered instead, in
    the order of the quads.

    Args:
        quads: their blank nodes are cells of lists or parts of paths.
    """
    given = tuple(quads)
    if _most_connected(given) > _MOST_CONNECTED:
        return _number(given)
    dataset = ox.Dataset(given)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return tuple(dataset)


def _most_connected(quads: Iterable[ox.Quad]) -> int:
    """The size of the largest group of connected blank nodes."""
    beside: dict[str, set[str]] = {}
    for quad in quads:
        if isinstance(quad.subject, ox.BlankNode) and isinstance(quad.object, ox.BlankNode):
            beside.setdefault(key(quad.subject), set()).add(key(quad.object))
            beside.setdefault(key(quad.object), set()).add(key(quad.subject))
    most = 0
    while beside:
        group = reachable(next(iter(beside)), beside)
        most = max(most, len(group))
        for name in group:
            del beside[name]
    return most


def _number(quads: Iterable[ox.Quad]) -> tuple[ox.Quad, ...]:
    labels: dict[ox.BlankNode, ox.BlankNode] = {}

    def rename(term: Any) -> Any:
        return labels.setdefault(term, ox.BlankNode(f"b{len(labels)}")) if isinstance(term, ox.BlankNode) else term

    found = (ox.Quad(rename(quad.subject), quad.predicate, rename(quad.object), quad.graph_name) for quad in quads)
    return tuple(dict.fromkeys(found))


def find_outside_lists(triples: Iterable[ox.Triple]) -> Iterator[str]:
    """The names of the blank nodes that are not cells of a list: one member, one rest, and one use each."""
    predicates: dict[str, list[str]] = {}
    uses: dict[str, int] = {}
    for triple in triples:
        if isinstance(triple.subject, ox.BlankNode):
            predicates.setdefault(key(triple.subject), []).append(triple.predicate.value)
        if isinstance(triple.object, ox.BlankNode):
            uses[key(triple.object)] = uses.get(key(triple.object), 0) + 1
    for name in {**predicates, **uses}:
        if sorted(predicates.get(name, ())) != [RDF.first, RDF.rest] or uses.get(name) != 1:
            yield name
