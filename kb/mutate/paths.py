"""Property paths as values, so that one spot of a path can be damaged (SHACL section 2.3.1).

A path in the shapes is a web of blank nodes; here it is a small tree that can be changed, shown and written back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from kb.rdf.graph import Graph, Term, key
from kb.vocab import RDF, SH, SHAPES, local_name

NOTHING = SHAPES + "mutant-nothing"
"""A term that no base has."""

_SIGNS = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}
_TERMS = {sign: term for term, sign in _SIGNS.items()} | {"^": SH.inversePath, "|": SH.alternativePath}


@dataclass(frozen=True, slots=True)
class PathTree:
    """A property path.

    Attributes:
        kind: `iri`, `^`, `|`, `/`, `*`, `+` or `?`.
        parts: what it is made of; none for an IRI, one for `^`, `*`, `+` and `?`.
        iri: of a single step.
    """

    kind: str
    parts: tuple[PathTree, ...] = ()
    iri: str = ""

    def __str__(self) -> str:
        if self.kind == "iri":
            return local_name(self.iri)
        if self.kind in "|/":
            return f"({self.kind.join(map(str, self.parts))})"
        inner = str(self.parts[0])
        return f"^{inner}" if self.kind == "^" else f"({inner}){self.kind}"


def read_path(shapes: Graph, node: Term) -> PathTree:
    """The tree of a path in the shapes; one that cannot be read is a step that leads nowhere."""
    if isinstance(node, ox.NamedNode):
        return PathTree("iri", iri=node.value)
    members = list_members(shapes, node)
    if members:
        return PathTree("/", tuple(read_path(shapes, member) for member in members))
    for predicate in shapes.predicates(key(node)):
        inner = shapes.objects(key(node), predicate)[0]
        if predicate == SH.alternativePath:
            return PathTree("|", tuple(read_path(shapes, member) for member in list_members(shapes, inner)))
        if predicate in (*_SIGNS, SH.inversePath):
            return PathTree(_SIGNS.get(predicate, "^"), (read_path(shapes, inner),))
    return PathTree("iri", iri=NOTHING)


def path_variants(tree: PathTree) -> Iterator[PathTree]:
    """The same path with one spot damaged: a step elsewhere or gone, a way lost, another multiple, not turned round."""
    if tree.kind == "iri":
        yield PathTree("iri", iri=NOTHING)
    elif tree.kind in "|/":
        yield from _many_variants(tree)
    else:
        inner = tree.parts[0]
        yield inner
        yield from (PathTree(sign, (inner,)) for sign in "*+?" if tree.kind != "^" and sign != tree.kind)
        yield from (PathTree(tree.kind, (variant,)) for variant in path_variants(inner))


def _many_variants(tree: PathTree) -> Iterator[PathTree]:
    for at, part in enumerate(tree.parts):
        before, after = tree.parts[:at], tree.parts[at + 1 :]
        rest = (*before, *after)
        if rest:
            yield PathTree(tree.kind, rest) if len(rest) > 1 else rest[0]
        if tree.kind == "/" or part.kind != "iri":  # of two ways, one that leads nowhere is one that is lost
            yield from (PathTree(tree.kind, (*before, variant, *after)) for variant in path_variants(part))


def write_path(tree: PathTree) -> tuple[ox.NamedNode | ox.BlankNode, list[ox.Triple]]:
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
    members, cell, seen = list[Term](), key(head), set[str]()
    while cell not in seen and (first := graph.objects(cell, RDF.first)):
        seen.add(cell)
        members.append(first[0])
        cell = graph.value(cell, RDF.rest) or RDF.nil
    return members


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
