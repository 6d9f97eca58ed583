"""Which nodes a change can make a shape say something else about: a reading of the shapes, not of their results.

To validate only what changed is easy to get wrong: a citation that goes leaves a claim uncited in another file. So
each shape with targets is read once for everything that it reads from the data (its *reads*): each step of each
path, with the way that leads there from the focus node. A changed triple can only matter where a read takes that
step, and the focus nodes are found by going the way back.

A shape with a query, or whose results are about other nodes than its targets, is *whole*: it is run over all its
targets, whenever a triple changes with a predicate that it asks for. Whatever this reading does not understand is
run over all its targets at every change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from rdflib.graph import Graph as RdfGraph
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.paths import Path as RdfPath
from rdflib.term import BNode, Node, URIRef

from kb.shacl.engine import read_rdflib_path
from kb.shacl.graph import FlatGraph, Triple
from kb.vocab import RDF, RDFS, SH

_SH = SH.iri


def _names(words: str) -> frozenset[str]:
    return frozenset(_SH + word for word in words.split())


_TARGETS = _names("targetClass targetNode targetSubjectsOf targetObjectsOf")
_SAYS_NOTHING = _TARGETS | _names(
    "path message severity name description order group defaultValue deactivated flags ignoredProperties "
    "qualifiedMinCount qualifiedMaxCount"
)
_OF_VALUES = _names(
    "minCount maxCount datatype nodeKind minExclusive minInclusive maxExclusive maxInclusive minLength maxLength "
    "pattern languageIn uniqueLang hasValue in"
)
_OF_SHAPES = _names("node not qualifiedValueShape")
_OF_SHAPE_LISTS = _names("and or xone")
_OF_PAIRS = _names("equals disjoint lessThan lessThanOrEquals")
_TYPES = SequencePath(URIRef(RDF.type), MulPath(URIRef(RDFS.subClassOf), "*"))

Way = RdfPath | URIRef | None


@dataclass(frozen=True)
class Read:
    """One look into the data.

    Attributes:
        way: the path from the focus node to where it is taken; None is the focus node itself.
        predicate: what is asked for there; None asks for everything that the node says.
        inverse: whether it asks who points there.
    """

    way: Way
    predicate: URIRef | None
    inverse: bool = False


@dataclass(frozen=True)
class ShapeReads:
    """What one shape with targets reads.

    Attributes:
        reads: its looks into the data.
        whole: whether it is run over all its targets or none.
        asks: for a whole shape, the predicates that it asks for; None where any could matter.
    """

    reads: tuple[Read, ...] = ()
    whole: bool = False
    asks: frozenset[Node] | None = None

    def stirred(self, predicates: frozenset[Node]) -> bool:
        """Whether a whole shape has to run again when triples with these predicates change."""
        return self.whole and (self.asks is None or not self.asks.isdisjoint(predicates))


class _NotUnderstoodError(Exception):
    """The shape says something that this reading does not know."""


@dataclass(frozen=True)
class ShapeDependencies:
    """What every shape with targets reads.

    Attributes:
        shapes: the shapes.
        readings: shape to what it reads.
        roots: a property shape inside others, to the shape with targets that holds it.
    """

    shapes: RdfGraph
    readings: Mapping[Node, ShapeReads]
    roots: Mapping[Node, Node]

    @classmethod
    def of(cls, shapes: RdfGraph) -> ShapeDependencies:
        """Read some shapes."""
        aimed = {s for name in _TARGETS for s in shapes.subjects(URIRef(name), None)}
        classes = set(shapes.subjects(URIRef(RDF.type), URIRef(RDFS.Class)))  # a class that is a shape aims at itself
        targeted = sorted(aimed | classes, key=str)
        readings = {shape: _reading(shapes, shape) for shape in targeted}
        roots = {member: shape for shape in targeted for member in _members(shapes, shape, ())}
        return cls(shapes, readings, roots)

    @cached_property
    def _by_predicate(self) -> Mapping[Node | None, tuple[tuple[Read, tuple[Node, ...]], ...]]:
        """Predicate to the reads that ask for it, each with its shapes."""
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
        """The shapes with targets, and what they hold, by name: an IRI, or `_:label`."""
        return {node.n3() if isinstance(node, BNode) else str(node): node for node in (*self.readings, *self.roots)}

    def root(self, name: str) -> Node | None:
        """The shape with targets that a result of the shape of that name belongs to; None where none is known."""
        node = self._by_name.get(name)
        return None if node is None else self.roots.get(node, node)

    def touched(self, data: RdfGraph, triples: Iterable[Triple]) -> set[tuple[Node, Node]]:
        """Every (shape, focus node) that reads one of these triples, all of which stand in `data`."""
        found: set[tuple[Node, Node]] = set()
        ways: dict[tuple[Way, Node], frozenset[Node]] = {}
        for subject, predicate, value in triples:
            for read, shapes in (*self._by_predicate.get(predicate, ()), *self._by_predicate.get(None, ())):
                place = (read.way, value if read.inverse else subject)
                if place not in ways:
                    ways[place] = _back(data, *place)
                found.update((shape, focus) for shape in shapes for focus in ways[place])
        return found

    def stirred(self, triples: Iterable[Triple]) -> frozenset[Node]:
        """The whole shapes that have to run again when these triples change."""
        predicates = frozenset(predicate for _, predicate, _ in triples)
        return frozenset(shape for shape, reading in self.readings.items() if reading.stirred(predicates))

    def targets(self, data: RdfGraph, shape: Node, focus: Node) -> bool:
        """Whether a node is one that a shape looks at (SHACL section 2.1)."""
        shapes = self.shapes
        return (
            (shape, URIRef(SH.targetNode), focus) in shapes
            or any(True for p in shapes.objects(shape, URIRef(SH.targetSubjectsOf)) for _ in data.objects(focus, p))
            or any(True for p in shapes.objects(shape, URIRef(SH.targetObjectsOf)) for _ in data.subjects(p, focus))
            or not set(shapes.objects(shape, URIRef(SH.targetClass))).isdisjoint(data.objects(focus, _TYPES))
        )

    def aimed(self, pairs: Iterable[tuple[Node, Node]], whole: frozenset[Node]) -> FlatGraph:
        """The same shapes, made to look at these (shape, focus node) only; those in `whole` keep their targets."""
        graph = FlatGraph()
        for triple in self.shapes:
            if str(triple[1]) not in _TARGETS or triple[0] in whole:
                graph.add(triple)
        for shape, focus in pairs:
            graph.add((shape, URIRef(SH.targetNode), focus))
        return graph


def _back(data: RdfGraph, way: Way, node: Node) -> frozenset[Node]:
    """The nodes from which a way leads to `node`."""
    return frozenset((node,)) if way is None else frozenset(data.subjects(way, node))


# --- reading the shapes ----------------------------------------------------------------------------------


def _reading(shapes: RdfGraph, shape: Node) -> ShapeReads:
    """What one shape with targets reads."""
    try:
        if _is_odd(shapes, shape):
            raise _NotUnderstoodError
        reads = tuple(dict.fromkeys((*_target_reads(shapes, shape), *_reads(shapes, shape, None, ()))))
        queries = tuple(shapes.objects(shape, URIRef(SH.sparql)))
        asked = frozenset(predicate for query in queries for predicate in _asked(shapes, shape, query))
    except _NotUnderstoodError:
        return ShapeReads(whole=True)
    elsewhere = shapes.value(shape, URIRef(SH.path)) is not None and (shape, URIRef(SH.property), None) in shapes
    if not queries and not elsewhere:
        return ShapeReads(reads)
    predicates = frozenset(read.predicate for read in reads)
    known = frozenset(predicate for predicate in predicates if predicate is not None)
    return ShapeReads(reads, True, None if None in predicates else known | asked)


def _is_odd(shapes: RdfGraph, shape: Node) -> bool:
    """Whether a shape may be run, or may have results, in ways that its own lines do not tell."""
    holders = Counter(shapes.objects(None, URIRef(SH.property)))
    members = tuple(_members(shapes, shape, ()))
    return (
        any(shapes.subjects(URIRef(RDF.type), URIRef(_SH + "ConstraintComponent")))
        or any((each, URIRef(RDF.type), URIRef(RDFS.Class)) in shapes for each in (shape, *members))
        or shape in holders
        or any(holders[member] > 1 or _has_target(shapes, member) for member in members)
        or not all(_says_its_own(shapes, each) for each in (shape, *members))
    )


def _says_its_own(shapes: RdfGraph, shape: Node) -> bool:
    """Whether its results carry its own words; the engine's own describe blank nodes by whatever they say."""
    messages = tuple(shapes.objects(shape, URIRef(SH.message)))
    names = (str(predicate) for predicate in shapes.predicates(shape))
    silent = all(name in _SAYS_NOTHING or name == SH.property for name in names if name.startswith(_SH))
    return silent or (bool(messages) and not any("{" in str(message) for message in messages))


def _has_target(shapes: RdfGraph, shape: Node) -> bool:
    return any((shape, URIRef(name), None) in shapes for name in _TARGETS)


def _members(shapes: RdfGraph, shape: Node, inside: tuple[Node, ...]) -> Iterator[Node]:
    """The property shapes inside a shape, at any depth; circles end."""
    for member in shapes.objects(shape, URIRef(SH.property)):
        if member not in inside:
            yield member
            yield from _members(shapes, member, (*inside, member))


def _target_reads(shapes: RdfGraph, shape: Node) -> Iterator[Read]:
    """What decides whether a node is a target."""
    if (shape, URIRef(SH.targetClass), None) in shapes:
        yield from _steps(_TYPES, None)
    for predicate in shapes.objects(shape, URIRef(SH.targetSubjectsOf)):
        yield Read(None, _iri(predicate))
    for predicate in shapes.objects(shape, URIRef(SH.targetObjectsOf)):
        yield Read(None, _iri(predicate), inverse=True)


def _reads(shapes: RdfGraph, shape: Node, at: Way, inside: tuple[Node, ...]) -> Iterator[Read]:
    """What a shape reads when it looks at the nodes that `at` leads to.

    Args:
        inside: the shapes that ask for this one, outermost first.
    """
    if shape in inside:
        raise _NotUnderstoodError
    path = shapes.value(shape, URIRef(SH.path))
    here = at
    if path is not None:
        walk = read_rdflib_path(shapes, path)
        yield from _steps(walk, at)
        here = _join(at, walk)
    for predicate, value in shapes.predicate_objects(shape):
        name = str(predicate)
        if name.startswith(_SH) and name not in _SAYS_NOTHING | _OF_VALUES:
            yield from _component_reads(shapes, name, value, at, here, (*inside, shape))


def _component_reads(
    shapes: RdfGraph, name: str, value: Node, at: Way, here: Way, inside: tuple[Node, ...]
) -> Iterator[Read]:
    """What one line of a shape reads beyond its path; `at` are its focus nodes, `here` its value nodes."""
    if name == _SH + "class":
        yield from _steps(_TYPES, here)
    elif name == SH.property or name in _OF_SHAPES:
        yield from _reads(shapes, value, here, inside)
    elif name in _OF_SHAPE_LISTS:
        for member in shapes.items(value):
            yield from _reads(shapes, member, here, inside)
    elif name in _OF_PAIRS:
        yield Read(at, _iri(value))
    elif name == _SH + "closed":
        yield Read(here, None)
    elif name != SH.sparql or len(inside) > 1:  # a query of its own is read apart
        raise _NotUnderstoodError


def _steps(path: RdfPath | URIRef, way: Way) -> Iterator[Read]:
    """Each step of a path that begins where `way` ends."""
    if isinstance(path, URIRef):
        yield Read(way, path)
    elif isinstance(path, InvPath):
        if isinstance(path.arg, URIRef):
            yield Read(way, path.arg, inverse=True)
        else:
            yield from _steps(_turned(path.arg), way)
    elif isinstance(path, SequencePath):
        for step in path.args:
            yield from _steps(step, way)
            way = _join(way, step)
    elif isinstance(path, AlternativePath):
        for step in path.args:
            yield from _steps(step, way)
    elif isinstance(path, MulPath):
        yield from _steps(path.path, way if path.mod == "?" else _join(way, MulPath(path.path, "*")))
    else:
        raise _NotUnderstoodError


def _turned(path: RdfPath | URIRef) -> RdfPath:
    """The same path, walked from its other end; but no sequence, whose steps the engine takes in the wrong order."""
    if isinstance(path, SequencePath):
        raise _NotUnderstoodError
    if isinstance(path, AlternativePath):
        return AlternativePath(*(_turned(step) for step in path.args))
    if isinstance(path, MulPath):
        return MulPath(_turned(path.path), path.mod)
    if isinstance(path, InvPath):
        return path.arg if isinstance(path.arg, RdfPath) else SequencePath(path.arg)
    return InvPath(path)


def _join(way: Way, path: RdfPath | URIRef) -> RdfPath | URIRef:
    return path if way is None else SequencePath(way, path)


def _iri(node: Node) -> URIRef:
    if not isinstance(node, URIRef):
        raise _NotUnderstoodError
    return node


# --- reading a query -------------------------------------------------------------------------------------


def _asked(shapes: RdfGraph, shape: Node, query: Node) -> frozenset[Node]:
    """The predicates that a query asks for."""
    from rdflib.plugins.sparql import prepareQuery  # a tenth of a second to import, and only a second run needs it
    from rdflib.plugins.sparql.algebra import traverse

    text = shapes.value(query, URIRef(_SH + "select"))
    if text is None or "$PATH" in str(text) or shapes.value(shape, URIRef(SH.path)) is not None:
        raise _NotUnderstoodError
    found: set[Node] = set()

    def visit(part: object) -> None:
        for triple in getattr(part, "triples", None) or ():
            found.update(_predicates(triple[1]))

    traverse(prepareQuery(str(text), initNs=_prefixes(shapes, query)).algebra, visitPre=visit)
    return frozenset(found)


def _prefixes(shapes: RdfGraph, query: Node) -> dict[str, str]:
    declared = [each for of in shapes.objects(query, URIRef(_SH + "prefixes")) for each in _declared(shapes, of)]
    return {
        str(shapes.value(d, URIRef(_SH + "prefix"))): str(shapes.value(d, URIRef(_SH + "namespace"))) for d in declared
    }


def _declared(shapes: RdfGraph, of: Node) -> Iterator[Node]:
    return shapes.objects(of, URIRef(_SH + "declare"))


def _predicates(path: object) -> Iterator[Node]:
    """The predicates of a triple pattern's path, which may not match without a triple."""
    if _may_be_empty(path):
        raise _NotUnderstoodError
    if isinstance(path, URIRef):
        yield path
    elif isinstance(path, RdfPath):
        yield from (read.predicate for read in _steps(path, None) if read.predicate is not None)
    else:
        raise _NotUnderstoodError


def _may_be_empty(path: object) -> bool:
    if isinstance(path, MulPath):
        return path.mod in ("*", "?") or _may_be_empty(path.path)
    if isinstance(path, SequencePath):
        return all(_may_be_empty(step) for step in path.args)
    if isinstance(path, AlternativePath):
        return any(_may_be_empty(step) for step in path.args)
    return isinstance(path, InvPath) and _may_be_empty(path.arg)
