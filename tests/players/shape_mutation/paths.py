"""Damage to property paths, and paths and lists written back as triples (SHACL section 2.3.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from kb.mutate.damage import NOTHING
from kb.rdf.graph import Graph, Term, key
from kb.rdf.lists import members
from kb.shacl import paths
from kb.shacl.paths import REPEATS, PropertyPath
from kb.vocab import RDF, SH

_TERMS = {**REPEATS, "^": SH.inversePath, "|": SH.alternativePath}


def read_path(shapes: Graph, node: Term) -> PropertyPath:
    """The tree of a path in the shapes."""
    return paths.read_path(shapes.value, key(node))


def path_variants(tree: PropertyPath) -> Iterator[PropertyPath]:
    """The same path with one spot damaged: a step elsewhere or gone, a way lost, another multiple, not turned round."""
    if tree.kind == "iri":
        yield PropertyPath("iri", iri=NOTHING)
    elif tree.kind in "|/":
        yield from _many_variants(tree)
    else:
        inner = tree.parts[0]
        yield inner
        yield from (PropertyPath(sign, (inner,)) for sign in "*+?" if tree.kind != "^" and sign != tree.kind)
        yield from (PropertyPath(tree.kind, (variant,)) for variant in path_variants(inner))


def _many_variants(tree: PropertyPath) -> Iterator[PropertyPath]:
    for at, part in enumerate(tree.parts):
        before, after = tree.parts[:at], tree.parts[at + 1 :]
        rest = (*before, *after)
        if rest:
            yield PropertyPath(tree.kind, rest) if len(rest) > 1 else rest[0]
        if tree.kind == "/" or part.kind != "iri":  # of two ways, one that leads nowhere is one that is lost
            yield from (PropertyPath(tree.kind, (*before, variant, *after)) for variant in path_variants(part))


def write_path(tree: PropertyPath) -> tuple[ox.NamedNode | ox.BlankNode, list[ox.Triple]]:
    """A node for a path, and the triples that say what it is."""
    if tree.kind == "iri":
        return ox.NamedNode(tree.iri), []
    built = [write_path(part) for part in tree.parts]
    triples = [triple for _, inner in built for triple in inner]
    target = built[0][0]
    if tree.kind in "|/":
        target, cells = write_list([node for node, _ in built])
        triples += cells
        if tree.kind == "/":
            return target, triples
    node = ox.BlankNode()
    return node, [*triples, ox.Triple(node, ox.NamedNode(_TERMS[tree.kind]), target)]


def list_members(graph: Graph, head: Term) -> list[Term]:
    """The members of a list; none where there is no list. A list that runs in a circle is read once round."""

    def value(cell: Term, predicate: str) -> Term | None:
        return next(iter(graph.objects(key(cell), predicate)), None)

    found: tuple[Term, ...] = members(head, value)
    return list(found)


def write_list(members: Sequence[Term]) -> tuple[ox.NamedNode | ox.BlankNode, list[ox.Triple]]:
    """A list with these members: its head, and its triples."""
    head: ox.NamedNode | ox.BlankNode = ox.NamedNode(RDF.nil)
    triples: list[ox.Triple] = []
    for member in reversed(members):
        cell = ox.BlankNode()
        triples.append(ox.Triple(cell, ox.NamedNode(RDF.first), member))
        triples.append(ox.Triple(cell, ox.NamedNode(RDF.rest), head))
        head = cell
    return head, triples
