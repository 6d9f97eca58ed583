"""What a shape reads from the data, found by an analysis of the shape and not of its results.

Each shape with targets is analysed once for all that it reads (its *reads*): each step of each path, with the path that
leads to it from the focus node.

A shape with a query, or with results about other nodes than its targets, is *whole*: it runs over all its targets when
a triple changes whose predicate it reads. A shape with parts that this analysis does not know runs over all its targets
at every change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from rdflib.graph import Graph as RdfGraph
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.paths import Path as RdfPath
from rdflib.term import Node, URIRef

from kb.shacl.engine import read_rdflib_path
from kb.vocab import RDF, RDFS, SH

_SH = SH.iri


def _names(words: str) -> frozenset[str]:
    return frozenset(_SH + word for word in words.split())


TARGETS = _names("targetClass targetNode targetSubjectsOf targetObjectsOf")
_NO_CONSTRAINT = TARGETS | _names(
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
TYPES = SequencePath(URIRef(RDF.type), MulPath(URIRef(RDFS.subClassOf), "*"))

Way = RdfPath | URIRef | None


@dataclass(frozen=True)
class Read:
    """One access to the data.

    Attributes:
        way: the path from the focus node to the node where it starts; None is the focus node itself.
        predicate: the predicate that is read there; None reads all triples of the node.
        inverse: whether it reads the subjects that have the node as value.
    """

    way: Way
    predicate: URIRef | None
    inverse: bool = False


@dataclass(frozen=True)
class ShapeReads:
    """What one shape with targets reads.

    Attributes:
        reads: its accesses to the data.
        whole: whether it always runs over all its targets.
        asks: for a whole shape, the predicates that it reads; None for all.
    """

    reads: tuple[Read, ...] = ()
    whole: bool = False
    asks: frozenset[Node] | None = None

    def needs_rerun(self, predicates: frozenset[Node]) -> bool:
        """Whether a whole shape must run again when triples with these predicates change."""
        return self.whole and (self.asks is None or not self.asks.isdisjoint(predicates))


class _NotUnderstoodError(Exception):
    """The shape has a part that this analysis does not know."""


# --- reading the shapes ----------------------------------------------------------------------------------


def analyse(shapes: RdfGraph, shape: Node) -> ShapeReads:
    """What one shape with targets reads."""
    try:
        if _is_unpredictable(shapes, shape):
            raise _NotUnderstoodError
        reads = tuple(dict.fromkeys((*_target_reads(shapes, shape), *_reads(shapes, shape, None, ()))))
        queries = tuple(shapes.objects(shape, URIRef(SH.sparql)))
        asked = frozenset(predicate for query in queries for predicate in _query_predicates(shapes, shape, query))
    except _NotUnderstoodError:
        return ShapeReads(whole=True)
    elsewhere = shapes.value(shape, URIRef(SH.path)) is not None and (shape, URIRef(SH.property), None) in shapes
    if not queries and not elsewhere:
        return ShapeReads(reads)
    predicates = frozenset(read.predicate for read in reads)
    known = frozenset(predicate for predicate in predicates if predicate is not None)
    return ShapeReads(reads, True, None if None in predicates else known | asked)


def _is_unpredictable(shapes: RdfGraph, shape: Node) -> bool:
    """Whether a shape may run, or have results, for reasons outside its own triples."""
    holders = Counter(shapes.objects(None, URIRef(SH.property)))
    members = tuple(nested_shapes(shapes, shape, ()))
    return (
        any(shapes.subjects(URIRef(RDF.type), URIRef(_SH + "ConstraintComponent")))
        or any((each, URIRef(RDF.type), URIRef(RDFS.Class)) in shapes for each in (shape, *members))
        or shape in holders
        or any(holders[member] > 1 or _has_target(shapes, member) for member in members)
        or not all(_has_own_messages(shapes, each) for each in (shape, *members))
    )


def _has_own_messages(shapes: RdfGraph, shape: Node) -> bool:
    """Whether its results have its own messages; the engine's messages describe blank nodes by all their triples."""
    messages = tuple(shapes.objects(shape, URIRef(SH.message)))
    names = (str(predicate) for predicate in shapes.predicates(shape))
    silent = all(name in _NO_CONSTRAINT or name == SH.property for name in names if name.startswith(_SH))
    return silent or (bool(messages) and not any("{" in str(message) for message in messages))


def _has_target(shapes: RdfGraph, shape: Node) -> bool:
    return any((shape, URIRef(name), None) in shapes for name in TARGETS)


def nested_shapes(shapes: RdfGraph, shape: Node, inside: tuple[Node, ...]) -> Iterator[Node]:
    """The property shapes inside a shape, at any depth, also if they form a circle."""
    for member in shapes.objects(shape, URIRef(SH.property)):
        if member not in inside:
            yield member
            yield from nested_shapes(shapes, member, (*inside, member))


def _target_reads(shapes: RdfGraph, shape: Node) -> Iterator[Read]:
    """The reads that decide whether a node is a target."""
    if (shape, URIRef(SH.targetClass), None) in shapes:
        yield from _steps(TYPES, None)
    for predicate in shapes.objects(shape, URIRef(SH.targetSubjectsOf)):
        yield Read(None, _iri(predicate))
    for predicate in shapes.objects(shape, URIRef(SH.targetObjectsOf)):
        yield Read(None, _iri(predicate), inverse=True)


def _reads(shapes: RdfGraph, shape: Node, at: Way, inside: tuple[Node, ...]) -> Iterator[Read]:
    """What a shape reads when it validates the nodes at the end of `at`.

    Args:
        inside: the shapes that refer to this one, outermost first.
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
        if name.startswith(_SH) and name not in _NO_CONSTRAINT | _OF_VALUES:
            yield from _component_reads(shapes, name, value, at, here, (*inside, shape))


def _component_reads(
    shapes: RdfGraph, name: str, value: Node, at: Way, here: Way, inside: tuple[Node, ...]
) -> Iterator[Read]:
    """What one constraint reads beyond the path; `at` leads to the focus nodes, `here` to the value nodes."""
    if name == _SH + "class":
        yield from _steps(TYPES, here)
    elif name == SH.property or name in _OF_SHAPES:
        yield from _reads(shapes, value, here, inside)
    elif name in _OF_SHAPE_LISTS:
        for member in shapes.items(value):
            yield from _reads(shapes, member, here, inside)
    elif name in _OF_PAIRS:
        yield Read(at, _iri(value))
    elif name == _SH + "closed":
        yield Read(here, None)
    elif name != SH.sparql or len(inside) > 1:  # its own query is analysed separately
        raise _NotUnderstoodError


def _steps(path: RdfPath | URIRef, way: Way) -> Iterator[Read]:
    """Each step of a path that begins where `way` ends."""
    if isinstance(path, URIRef):
        yield Read(way, path)
    elif isinstance(path, InvPath):
        if isinstance(path.arg, URIRef):
            yield Read(way, path.arg, inverse=True)
        else:
            yield from _steps(_invert(path.arg), way)
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


def _invert(path: RdfPath | URIRef) -> RdfPath:
    """The inverse of a path, except of a sequence, whose steps the engine takes in the wrong order."""
    if isinstance(path, SequencePath):
        raise _NotUnderstoodError
    if isinstance(path, AlternativePath):
        return AlternativePath(*(_invert(step) for step in path.args))
    if isinstance(path, MulPath):
        return MulPath(_invert(path.path), path.mod)
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


def _query_predicates(shapes: RdfGraph, shape: Node, query: Node) -> frozenset[Node]:
    """The predicates that a query reads."""
    from rdflib.plugins.sparql import (
        prepareQuery,  # takes a tenth of a second to import, and only a second run needs it
    )
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
    """The predicates in the path of a triple pattern; a path that can match without a triple is not understood."""
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
