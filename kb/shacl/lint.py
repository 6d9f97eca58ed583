"""Checks the shapes themselves, and reports what a SHACL engine ignores silently.

pySHACL ignores unknown terms, so a shape with a misspelt constraint checks nothing and every base passes. A shape
without a target checks nothing, and a finding without a code or a message cannot be looked up or fixed. A pattern or a
query that is invalid would stop the engine during a run. A query that calls another server is refused, and so is a
shape that refers to itself, which the engine abandons and passes.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pyoxigraph as ox

from kb.errors import QueryRefusedError
from kb.finding import Fault, Rule
from kb.rdf.graph import Graph, key, reachable
from kb.shacl.engine import has_target, query_prefixes
from kb.sparql.engine import run
from kb.sparql.guard import refuse
from kb.vocab import FC, RDF, SH, ClosedNamespace

_RUN = ClosedNamespace(
    SH.iri,
    """
    NodeShape PropertyShape Shape targetClass targetNode targetSubjectsOf targetObjectsOf property path deactivated
    severity message Violation Warning Info name description order group defaultValue PropertyGroup
    inversePath alternativePath zeroOrMorePath oneOrMorePath zeroOrOnePath
    class datatype nodeKind BlankNode IRI Literal BlankNodeOrIRI BlankNodeOrLiteral IRIOrLiteral minCount maxCount
    minExclusive minInclusive maxExclusive maxInclusive minLength maxLength pattern flags languageIn uniqueLang
    equals disjoint lessThan lessThanOrEquals not and or xone node qualifiedValueShape qualifiedMinCount
    qualifiedMaxCount qualifiedValueShapesDisjoint closed ignoredProperties hasValue in
    sparql SPARQLConstraint select prefixes declare prefix namespace PrefixDeclaration
    ConstraintComponent SPARQLConstraintComponent parameter Parameter optional labelTemplate validator
    nodeValidator propertyValidator SPARQLAskValidator SPARQLSelectValidator ask
    """,
)
"""The terms of SHACL (https://www.w3.org/TR/shacl/) that are supported here."""

_NOT_RUN = ClosedNamespace(
    SH.iri,
    """
    Function SPARQLFunction SPARQLRule SPARQLTarget SPARQLTargetType Rule TripleRule Target TargetType rule target
    condition construct update expression filterShape nodes intersection union this subject predicate object
    returnType SPARQLAskExecutable SPARQLConstructExecutable SPARQLSelectExecutable SPARQLUpdateExecutable
    SPARQLExecutable Validator Parameterizable ResultAnnotation resultAnnotation annotationProperty annotationValue
    annotationVarName entailment shapesGraph suggestedShapesGraph js jsFunctionName jsLibrary jsLibraryURL
    JSConstraint JSConstraintComponent JSExecutable JSFunction JSLibrary JSRule JSTarget JSTargetType JSValidator
    """,
)
"""Terms that are not supported: those of SHACL's advanced features (https://www.w3.org/TR/shacl-af/,
https://www.w3.org/TR/shacl-js/), and those for entailment or other graphs. Nothing is inferred or fetched, and no
script runs."""

_SILENT = ClosedNamespace(
    SH.iri,
    "targetClass targetNode targetSubjectsOf targetObjectsOf property path deactivated severity message name "
    "description order group defaultValue flags ignoredProperties",
)
"""Terms that a shape may use without checking anything."""


def lint(shapes: Graph, rules: Sequence[Rule]) -> tuple[Fault, ...]:
    """Every problem of the shapes, by rule and shape."""
    faults = (
        *_unknown_terms(shapes),
        *_incomplete_rules(shapes, rules),
        *_shapes_without_code(shapes, rules),
        *_repeated_codes(rules),
        *_invalid_patterns(shapes),
        *_invalid_queries(shapes),
        *_circular_shapes(shapes),
    )
    return tuple(sorted(faults, key=lambda fault: (fault.code, fault.node)))


def _unknown_terms(shapes: Graph) -> Iterator[Fault]:
    terms = {
        term.value
        for triple in shapes.triples
        for term in (triple.subject, triple.predicate, triple.object)
        if isinstance(term, ox.NamedNode) and term.value.startswith(SH.iri)
    }
    for term in sorted(terms):
        name = term.removeprefix(SH.iri)
        if term in _NOT_RUN:
            yield Fault("FC951", term, f"sh:{name} is not supported: there is no inference, no fetching and no script")
        elif term not in _RUN:
            near = difflib.get_close_matches(name, sorted(_RUN.terms), 1)
            hint = f"; did you mean sh:{near[0]}?" if near else ""
            yield Fault("FC951", term, f"SHACL has no term sh:{name}, and the engine ignores it silently{hint}")


def _incomplete_rules(shapes: Graph, rules: Sequence[Rule]) -> Iterator[Fault]:
    for rule in rules:
        if not rule.message:
            yield Fault("FC952", rule.iri, f"the rule {rule.code} has no message", SH.message)
        if not rule.help:
            yield Fault("FC954", rule.iri, f"the rule {rule.code} does not say what to write instead", FC.help)
        if rule.host and not has_target(shapes, rule.host):
            yield Fault("FC955", rule.iri, f"the rule {rule.code} has no target, so it checks nothing")
        if rule.off:
            yield Fault("FC956", rule.iri, f"the rule {rule.code} is deactivated, so it checks nothing", SH.deactivated)


def _shapes_without_code(shapes: Graph, rules: Sequence[Rule]) -> Iterator[Fault]:
    """Shapes that are reached from a target, can report results of their own, and have no code."""
    coded = {rule.iri for rule in rules}
    typed = {*shapes.subjects(RDF.type, SH.NodeShape), *shapes.subjects(RDF.type, SH.PropertyShape)}
    reached = sorted({shape for shape in (*typed, *_targeted(shapes)) if has_target(shapes, shape)})
    seen = set(reached)
    while reached:
        shape = reached.pop()
        asks = [p for p in shapes.predicates(shape) if p.startswith(SH.iri) and p not in _SILENT]
        if shape not in coded and asks:
            yield Fault("FC953", shape, "a shape that reports results has no rule code")
        members = [member for member in shapes.nodes(shape, SH.property) if member not in seen]
        reached += members
        seen.update(members)


def _targeted(shapes: Graph) -> set[str]:
    return {
        shape
        for predicate in (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
        for shape, _ in shapes.pairs(predicate)
    }


def _repeated_codes(rules: Sequence[Rule]) -> Iterator[Fault]:
    counts = Counter(rule.code for rule in rules)
    for rule in rules:
        if counts[rule.code] > 1:
            yield Fault("FC957", rule.iri, f"{counts[rule.code]} rules have the code {rule.code}", FC.code)


def _invalid_patterns(shapes: Graph) -> Iterator[Fault]:
    for node, text in _texts(shapes, "pattern"):
        try:
            re.compile(text)
        except (re.error, OverflowError, RecursionError) as error:
            yield Fault("FC958", node, f"the pattern cannot be read: {error}", SH.iri + "pattern")


def _invalid_queries(shapes: Graph) -> Iterator[Fault]:
    """Queries that are invalid, or that would call another server, as for the saved queries of a base."""
    for name in ("select", "ask"):
        for node, text in _texts(shapes, name):
            wrong = _query_fault(text, query_prefixes(shapes, node))
            if wrong:
                yield Fault("FC958", node, f"the query cannot be run: {wrong}", SH.iri + name)


def _query_fault(text: str, prefixes: Mapping[str, str]) -> str:
    if re.search(r"\\[uU][0-9A-Fa-f]{4}", text):
        return "a character is written as an escape code, which can hide a keyword"
    try:
        refuse(text, graphs=(), prefixes=prefixes)
        run(ox.Store(), text, prefixes=prefixes)
    except QueryRefusedError as error:
        return error.message
    except (SyntaxError, ValueError, RuntimeError) as error:
        return str(error)
    return ""


def _circular_shapes(shapes: Graph) -> Iterator[Fault]:
    """Shapes that refer to themselves, which the standard leaves undefined (section 3.4.3) and the engine abandons."""
    asked: dict[str, set[str]] = {}
    for name in ("property", "node", "not", "qualifiedValueShape", "and", "or", "xone"):
        for shape, other in shapes.pairs(SH.iri + name):
            asked.setdefault(shape, set()).update((other, *shapes.items(other)))
    for shape in sorted(name for name in asked if not name.startswith("_:")):
        if any(shape in reachable(other, asked) for other in asked[shape]):
            yield Fault("FC958", shape, "the shape refers to itself, and SHACL does not define the result")


def _texts(shapes: Graph, name: str) -> Iterator[tuple[str, str]]:
    """Every (subject, text) of a property of SHACL."""
    for triple in shapes.triples:
        if triple.predicate.value == SH.iri + name:
            yield key(triple.subject), key(triple.object)
