"""Every rule of a base as a value that explains itself: what it looks at, why, a bad and a good example.

All of it is read from the shapes. What a rule looks at and asks is said in words made from its own targets, path
and constraints, so that no explanation can say something else than the check does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox

from kb.errors import UsageError
from kb.finding import Rule
from kb.home import Home, find_home
from kb.model.knowledge_base import KnowledgeBase, read_files
from kb.rdf.curies import short_iri
from kb.rdf.graph import Graph, key
from kb.rdf.turtle import SHAPES
from kb.shacl.engine import read_rules
from kb.shacl.paths import path_text
from kb.vocab import RDFS, SH

_TARGETS = {
    SH.targetClass: "every {}",
    SH.targetSubjectsOf: "whatever has {}",
    SH.targetObjectsOf: "whatever {} points at",
    SH.targetNode: "{}",
}
_ASKED = {
    "minCount": "at least {}",
    "maxCount": "at most {}",
    "class": "is a {}",
    "datatype": "has the datatype {}",
    "nodeKind": "is of the node kind {}",
    "in": "is one of {}",
    "hasValue": "is {}",
    "pattern": "holds the pattern {}",
    "minLength": "is at least {} characters long",
    "maxLength": "is at most {} characters long",
    "minInclusive": "is {} or more",
    "minExclusive": "is more than {}",
    "maxInclusive": "is {} or less",
    "maxExclusive": "is less than {}",
    "languageIn": "is in one of the languages {}",
    "uniqueLang": "no language twice",
    "equals": "has the same values as {}",
    "disjoint": "shares no value with {}",
    "lessThan": "is less than {}",
    "lessThanOrEquals": "is not more than {}",
    "node": "conforms to {}",
    "not": "does not fit {}",
    "or": "one of these holds: {}",
    "and": "all of these hold: {}",
    "xone": "exactly one of these holds: {}",
    "closed": "has no property that the shape does not name",
    "sparql": "a query finds nothing wrong: {}",
}
"""Constraint of SHACL to words for it, in the order in which they are said."""


def rules(home: Home | Path | str | None = None) -> tuple[Rule, ...]:
    """Every rule of a base, by code.

    Raises:
        HomeError: no base there.
        TurtleError: the first shapes file that does not pass the gate.
    """
    return describe_rules(load_shapes(home))


def load_shapes(home: Home | Path | str | None = None) -> KnowledgeBase:
    """The shapes files of a base, to be read: the rules as they are written.

    Raises:
        HomeError: no base there.
        TurtleError: the first shapes file that does not pass the gate.
    """
    place = home if isinstance(home, Home) else find_home(home)
    files, errors = read_files(place, place.shape_files(), SHAPES)
    if errors:
        raise errors[0]
    return KnowledgeBase(place, files)


def rule(home: Home | Path | str | None, code: str) -> Rule:
    """One rule by its code, in capitals or small letters.

    Raises:
        UsageError: no rule has that code.
        HomeError, TurtleError: as `rules`.
    """
    found = [each for each in rules(home) if each.code == code.upper()]
    if not found:
        raise UsageError(f"no rule {code}", help="kb explain lists every rule")
    return found[0]


def describe_rules(shapes: KnowledgeBase) -> tuple[Rule, ...]:
    """Every rule of some shapes files, with what it asks and where it stands."""
    graph = shapes.graph
    found = []
    for plain in read_rules(graph):
        file, line = shapes.file_of(plain.iri) or ("", None)
        checks = tuple(_checks(graph, plain)) if plain.host else ()
        found.append(replace(plain, checks=checks, file=file, line=line))
    return tuple(found)


def _checks(graph: Graph, rule: Rule) -> Iterator[str]:
    if any(graph.objects(rule.iri, SH.sparql)):
        yield "looks at the whole base at once, with a query"
    else:
        yield f"looks at {_reached(graph, rule)}"
    path = graph.value(rule.iri, SH.path)
    if path is not None:
        yield f"there at {_path(graph, path)}"
    yield from _asked(graph, rule.iri)


def _reached(graph: Graph, rule: Rule) -> str:
    """The targets of the host in words, and the way on from them."""
    targets = []
    for predicate, words in _TARGETS.items():
        names = [short_iri(node) for node in graph.nodes(rule.host, predicate)]
        targets += [words.format(_listed(names, "or"))] if names else []
    said = _listed(targets, "and") or "nothing"
    path = graph.value(rule.host, SH.path)
    return said if rule.host == rule.iri or path is None else f"what {_path(graph, path)} leads to from {said}"


def _listed(names: Sequence[str], last: str) -> str:
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)


def _values(graph: Graph, shape: str, predicate: str) -> Iterator[str]:
    """The values of one constraint, in words; one each, but the members of a list together."""
    for term in sorted(graph.objects(shape, predicate), key=str):
        members = graph.items(key(term)) if not isinstance(term, ox.Literal) else ()
        yield ", ".join(_shape(graph, member) for member in members) or _shape(graph, key(term))


def _shape(graph: Graph, node: str) -> str:
    """A value; a part with a name by that and by its comment, one without by what it asks."""
    if not node.startswith("_:"):
        comment = graph.value(node, RDFS.comment)
        return short_iri(node) + (f" ({comment})" if comment else "")
    asked = " and ".join(_asked(graph, node))
    path = graph.value(node, SH.path)
    return f"{_path(graph, path)} {asked}" if path else asked


def _asked(graph: Graph, shape: str) -> Iterator[str]:
    for name, words in _ASKED.items():
        for value in _values(graph, shape, SH.iri + name):
            yield words.format(value)


def _path(graph: Graph, path: str) -> str:
    written = path_text(graph.value, path)
    return re.sub(r"<([^<>]*)>", lambda match: short_iri(match[1]), short_iri(written))
