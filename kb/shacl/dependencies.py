"""Which shapes and focus nodes depend on which triples, for incremental validation.

To validate only the changed nodes would be wrong: a citation that is removed leaves a claim uncited in another file.
So each changed triple is compared with what each shape reads (kb/shacl/reads.py): it can affect a shape only through a
read of its predicate, and the inverse of the path of this read leads to the focus nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from rdflib.graph import Graph as RdfGraph
from rdflib.term import BNode, Node, URIRef

from kb.shacl.graph import FlatGraph, Triple
from kb.shacl.reads import TARGETS, TYPES, Read, ShapeReads, Way, analyse, nested_shapes
from kb.vocab import RDF, RDFS, SH


@dataclass(frozen=True)
class ShapeDependencies:
    """What every shape with targets reads.

    Attributes:
        shapes: the shapes.
        readings: shape to what it reads.
        roots: nested property shape to the shape with targets that contains it.
    """

    shapes: RdfGraph
    readings: Mapping[Node, ShapeReads]
    roots: Mapping[Node, Node]

    @classmethod
    def of(cls, shapes: RdfGraph) -> ShapeDependencies:
        """Analyse some shapes."""
        targets = {s for name in TARGETS for s in shapes.subjects(URIRef(name), None)}
        classes = set(shapes.subjects(URIRef(RDF.type), URIRef(RDFS.Class)))  # implicit class targets
        targeted = sorted(targets | classes, key=str)
        readings = {shape: analyse(shapes, shape) for shape in targeted}
        roots = {member: shape for shape in targeted for member in nested_shapes(shapes, shape, ())}
        return cls(shapes, readings, roots)

    @cached_property
    def _by_predicate(self) -> Mapping[Node | None, tuple[tuple[Read, tuple[Node, ...]], ...]]:
        """Predicate to its reads, each with its shapes."""
        shapes: dict[Read, list[Node]] = {}
        for shape, reading in self.readings.items():
            for read in () if reading.whole else reading.reads:
                shapes.setdefault(read, []).append(shape)
        found: dict[Node | None, list[tuple[Read, tuple[Node, ...]]]] = {}
        for read, of in shapes.items():
            found.setdefault(read.predicate, []).append((read, tuple(of)))
        return {predicate: tuple(reads) for predicate, reads in found.items()}

    @cached_property
    def _by_name(self) -> Mapping[str, Node]:
        """The shapes with targets and their nested shapes, by name: an IRI, or `_:label`."""
        return {node.n3() if isinstance(node, BNode) else str(node): node for node in (*self.readings, *self.roots)}

    def root(self, name: str) -> Node | None:
        """The shape with targets that contains the shape of this name; None if none is known."""
        node = self._by_name.get(name)
        return None if node is None else self.roots.get(node, node)

    def affected(self, data: RdfGraph, triples: Iterable[Triple]) -> set[tuple[Node, Node]]:
        """Every (shape, focus node) that reads one of these triples; `data` must contain them."""
        found: set[tuple[Node, Node]] = set()
        ways: dict[tuple[Way, Node], frozenset[Node]] = {}
        for subject, predicate, value in triples:
            for read, shapes in (*self._by_predicate.get(predicate, ()), *self._by_predicate.get(None, ())):
                place = (read.way, value if read.inverse else subject)
                if place not in ways:
                    ways[place] = _back(data, *place)
                found.update((shape, focus) for shape in shapes for focus in ways[place])
        return found

    def needs_rerun(self, triples: Iterable[Triple]) -> frozenset[Node]:
        """The whole shapes that must run again when these triples change."""
        predicates = frozenset(predicate for _, predicate, _ in triples)
        return frozenset(shape for shape, reading in self.readings.items() if reading.needs_rerun(predicates))

    def targets(self, data: RdfGraph, shape: Node, focus: Node) -> bool:
        """Whether a node is a target of a shape (SHACL section 2.1)."""
        shapes = self.shapes
        return (
            (shape, URIRef(SH.targetNode), focus) in shapes
            or any(True for p in shapes.objects(shape, URIRef(SH.targetSubjectsOf)) for _ in data.objects(focus, p))
            or any(True for p in shapes.objects(shape, URIRef(SH.targetObjectsOf)) for _ in data.subjects(p, focus))
            or not set(shapes.objects(shape, URIRef(SH.targetClass))).isdisjoint(data.objects(focus, TYPES))
        )

    def with_targets(self, pairs: Iterable[tuple[Node, Node]], whole: frozenset[Node]) -> FlatGraph:
        """The same shapes with only these focus nodes as targets; the shapes in `whole` keep their targets."""
        graph = FlatGraph()
        for triple in self.shapes:
            if str(triple[1]) not in TARGETS or triple[0] in whole:
                graph.add(triple)
        for shape, focus in pairs:
            graph.add((shape, URIRef(SH.targetNode), focus))
        return graph


def _back(data: RdfGraph, way: Way, node: Node) -> frozenset[Node]:
    """The nodes from which a path leads to `node`."""
    return frozenset((node,)) if way is None else frozenset(data.subjects(way, node))
