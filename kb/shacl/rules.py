"""The rules of a base with their explanations: what each rule checks, why, and a bad and a good example.

All of it is read from the shapes. The description of a rule is made from its own targets, path and constraints, so that
it always agrees with the check.
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
    SH.targetSubjectsOf: "every subject of {}",
    SH.targetObjectsOf: "every value of {}",
    SH.targetNode: "{}",
}
_CONSTRAINTS = {
    "minCount": "at least {}",
    "maxCount": "at most {}",
    "class": "is a {}",
    "datatype": "has the datatype {}",
    "nodeKind": "is of the node kind {}",
    "in": "is one of {}",
    "hasValue": "is {}",
    "pattern": "matches the pattern {}",
    "minLength": "is at least {} characters long",
    "maxLength": "is at most {} characters long",
    "minInclusive": "is {} or more",
    "minExclusive": "is more than {}",
    "maxInclusive": "is {} or less",
    "maxExclusive": "is less than {}",
    "languageIn": "is in one of the languages {}",
    "uniqueLang": "has at most one value for each language",
    "equals": "has the same values as {}",
    "disjoint": "shares no value with {}",
    "lessThan": "is less than {}",
    "lessThanOrEquals": "is not more than {}",
    "node": "conforms to {}",
    "not": "does not conform to {}",
    "or": "one of these holds: {}",
    "and": "all of these hold: {}",
    "xone": "exactly one of these holds: {}",
    "closed": "has no property that the shape does not name",
    "sparql": "a query finds no problem: {}",
}
"""Constraint of SHACL to its description, in the order of a description."""


def rules(home: Home | Path | str | None = None) -> tuple[Rule, ...]:
    """Every rule of a base, by code.

    Raises:
        HomeError: there is no base.
        TurtleError: the first shapes file that is refused.
    """
    return describe_rules(load_shapes(home))


def load_shapes(home: Home | Path | str | None = None) -> KnowledgeBase:
    """The shapes files of a base.

    Raises:
        HomeError: there is no base.
        TurtleError: the first shapes file that is refused.
    """
    place = home if isinstance(home, Home) else find_home(home)
    files, errors = read_files(place, place.shape_files(), SHAPES)
    if errors:
        raise errors[0]
    return KnowledgeBase(place, files)


def rule(home: Home | Path | str | None, code: str) -> Rule:
    """One rule by its code, in upper or lower case.

    Raises:
        UsageError: no rule has that code.
        HomeError, TurtleError: as `rules`.
    """
    found = [each for each in rules(home) if each.code == code.upper()]
    if not found:
        raise UsageError(f"no rule {code}", help="kb explain lists every rule")
    return found[0]


def describe_rules(shapes: KnowledgeBase) -> tuple[Rule, ...]:
    """Every rule of some shapes files, with its description and its position."""
    graph = shapes.graph
    found = []
    for plain in read_rules(graph):
        file, line = shapes.file_of(plain.iri) or ("", None)
        checks = tuple(_checks(graph, plain)) if plain.host else ()
        found.append(replace(plain, checks=checks, file=file, line=line))
    return tuple(found)


def _checks(graph: Graph, rule: Rule) -> Iterator[str]:
    if any(graph.objects(rule.iri, SH.sparql)):
        yield "checks the whole base with one query"
    else:
        yield f"checks {_describe_targets(graph, rule)}"
    path = graph.value(rule.iri, SH.path)
    if path is not None:
        yield f"at the path {_path(graph, path)}"
    yield from _describe_constraints(graph, rule.iri)


def _describe_targets(graph: Graph, rule: Rule) -> str:
    """The targets of the shape, and the path from them to the nodes that are checked."""
    targets = []
    for predicate, words in _TARGETS.items():
        names = [short_iri(node) for node in graph.nodes(rule.host, predicate)]
        targets += [words.format(_join_names(names, "or"))] if names else []
    said = _join_names(targets, "and") or "nothing"
    path = graph.value(rule.host, SH.path)
    return said if rule.host == rule.iri or path is None else f"the values of {_path(graph, path)} for {said}"


def _join_names(names: Sequence[str], last: str) -> str:
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)


def _values(graph: Graph, shape: str, predicate: str) -> Iterator[str]:
    """The values of one constraint as text; the members of a list form one text."""
    for term in sorted(graph.objects(shape, predicate), key=str):
        members = graph.items(key(term)) if not isinstance(term, ox.Literal) else ()
        yield ", ".join(_shape(graph, member) for member in members) or _shape(graph, key(term))


def _shape(graph: Graph, node: str) -> str:
    """A value as text: the name and comment of a shape, or the constraints of a shape without a name."""
    if not node.startswith("_:"):
        comment = graph.value(node, RDFS.comment)
        return short_iri(node) + (f" ({comment})" if comment else "")
    asked = " and ".join(_describe_constraints(graph, node))
    path = graph.value(node, SH.path)
    return f"{_path(graph, path)} {asked}" if path else asked


def _describe_constraints(graph: Graph, shape: str) -> Iterator[str]:
    for name, words in _CONSTRAINTS.items():
        for value in _values(graph, shape, SH.iri + name):
            yield words.format(value)


def _path(graph: Graph, path: str) -> str:
    written = path_text(graph.value, path)
    return re.sub(r"<([^<>]*)>", lambda match: short_iri(match[1]), short_iri(written))
