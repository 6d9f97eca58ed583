"""Rules read from the shapes, and validation with pySHACL; only kb/shacl uses rdflib.

pySHACL ignores terms that it does not know, and a shape without focus nodes passes. So the focus nodes of every shape
are counted here. pySHACL also changes rdflib's setting for literals; it is restored after each run.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, cast

import pyoxigraph as ox
import rdflib
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.paths import Path as RdfPath

from kb.errors import CannotLookError
from kb.finding import BLANK
from kb.finding import Rule as Rule
from kb.rdf.graph import Graph, Term, key
from kb.shacl.graph import FlatGraph, ox_term, rdf_graph
from kb.shacl.paths import PropertyPath, path_text, read_path
from kb.vocab import FC, RDF, SH

_TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)


@dataclass(frozen=True, slots=True)
class Result:
    """One result of the shapes engine.

    Attributes:
        shape, component, severity: IRIs; a shape without an IRI is `_:label`.
        focus: the name of the node to correct: the engine's focus node, or a node between it and the value.
        path: an IRI, or a property path in SPARQL's notation; empty for a node shape.
        value: in N-Triples form, `finding.BLANK` for a blank node; empty if the result has none.
        value_node: the name of the value.
        message: empty if the shape has none.
        reported_focus: the engine's own focus node, as `value` is.
        node: the engine's own focus node, in N-Triples form; `_:label` if it is blank.
    """

    shape: str
    component: str
    focus: str
    path: str
    value: str
    value_node: str
    message: str
    severity: str
    reported_focus: str
    node: str = ""


def read_rules(shapes: Graph) -> tuple[Rule, ...]:
    """Every rule, by code: a node with `fc:code` in the shapes files."""
    return tuple(sorted(_rules(shapes), key=lambda rule: (rule.code, rule.iri)))


def _rules(shapes: Graph) -> Iterator[Rule]:
    hosts = {member: host for host, member in shapes.pairs(SH.property)}
    for iri in dict.fromkeys(key(triple.subject) for triple in shapes.triples if triple.predicate.value == FC.code):
        in_code = FC.Rule in shapes.nodes(iri, RDF.type)
        host = "" if in_code else _outermost(iri, hosts)
        severity = severity_word(shapes.value(iri, SH.severity) or SH.Violation)
        message = shapes.value(iri, SH.message) or ""
        idle = shapes.value(host or iri, FC.mayTargetNothing) == "true"
        help = shapes.value(iri, FC.help) or ""
        off = "true" in (shapes.value(iri, SH.deactivated), shapes.value(host, SH.deactivated))
        why, bad = shapes.value(iri, FC.why) or "", shapes.value(iri, FC.badExample) or ""
        code = shapes.value(iri, FC.code) or ""
        yield Rule(iri, code, severity, message, help, host, idle, why=why, bad=bad, off=off)


def severity_word(iri: str) -> str:
    """One of `finding.SEVERITIES` for a severity of SHACL; any other severity counts as a violation."""
    return {SH.Warning: "warning", SH.Info: "info"}.get(iri, "violation")


def _outermost(iri: str, hosts: Mapping[str, str]) -> str:
    seen = {iri}
    while iri in hosts and hosts[iri] not in seen:
        iri = hosts[iri]
        seen.add(iri)
    return iri


def focus_nodes(shapes: Graph, shape: str, data: Graph) -> frozenset[str]:
    """The focus nodes of a shape (SHACL section 2.1), without implicit class targets."""
    found: set[str] = set(shapes.nodes(shape, SH.targetNode))
    for cls in shapes.nodes(shape, SH.targetClass):
        found.update(data.instances(cls))
    for predicate in shapes.nodes(shape, SH.targetSubjectsOf):
        found.update(subject for subject, _ in data.ends(predicate))
    for predicate in shapes.nodes(shape, SH.targetObjectsOf):
        found.update(value for _, value in data.ends(predicate))
    return frozenset(found)


def has_target(shapes: Graph, shape: str) -> bool:
    """Whether a shape has a target."""
    return any(shapes.objects(shape, predicate) for predicate in _TARGETS)


def query_prefixes(shapes: Graph, node: str) -> dict[str, str]:
    """The prefixes of the query of a node (SHACL section 5.2.1)."""
    return {
        str(shapes.value(declaration, SH.iri + "prefix")): str(shapes.value(declaration, SH.iri + "namespace"))
        for place in shapes.nodes(node, SH.iri + "prefixes")
        for declaration in shapes.nodes(place, SH.iri + "declare")
    }


@contextmanager
def keep_literals() -> Iterator[None]:
    """Make rdflib keep lexical forms, without a warning for those that Python has no value for (a year 12345).

    The settings are restored at the end.
    """
    log = logging.getLogger("rdflib.term")
    before = rdflib.NORMALIZE_LITERALS, log.disabled
    rdflib.NORMALIZE_LITERALS, log.disabled = False, True
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS, log.disabled = before


def run_shapes(data: Graph, shapes: Graph) -> tuple[Result, ...]:
    """Validate with pySHACL, and trace each result back to the node that an author can correct.

    Nothing is fetched or inferred: no imports, no rules, no scripts. Equal results are kept (for two languages, or for
    two paths to one node).

    Raises:
        CannotLookError: the engine refuses the shapes.
    """
    with keep_literals():
        return run_graphs(rdf_graph(data.triples), rdf_shapes(shapes))


def rdf_shapes(shapes: Graph) -> FlatGraph:
    """The shapes as an rdflib graph, adapted for the engine."""
    return rdf_graph(_adapt(shapes))


def run_graphs(data: rdflib.Graph, shapes: rdflib.Graph) -> tuple[Result, ...]:
    """As `run_shapes` for rdflib graphs, inside `keep_literals`."""
    from pyshacl import validate  # takes half a second to import, and only a check needs it
    from pyshacl.errors import ReportableRuntimeError

    try:
        answer = validate(data, shacl_graph=shapes, inference="none", do_owl_imports=False, js=False)
    except ReportableRuntimeError as error:
        raise _refusal(error) from error
    results = answer[1]
    if not isinstance(results, rdflib.Graph):
        raise _refusal(results)
    nodes = results.objects(None, _uri(SH.result))  # not sh:detail, which only explains one of these
    return sort_results(result for node in nodes for result in _result(results, node, shapes, data))


def sort_results(results: Iterable[Result]) -> tuple[Result, ...]:
    """Results in the order of reports."""
    return tuple(sorted(results, key=lambda result: tuple(getattr(result, name) for name in Result.__slots__)))


def _refusal(reason: object) -> CannotLookError:
    sentence = str(reason).partition("\n")[0]
    return CannotLookError(
        f"the shapes engine refuses the shapes: {sentence}", help="correct the shape that the message names"
    )


def _adapt(shapes: Graph) -> Iterator[ox.Triple]:
    """The shapes, changed so that the engine follows the standard.

    `sh:uniqueLang` needs the literal true (section 4.4.2), but the engine also accepts "1". `$` in a pattern is the end
    of the text (section 4.4.3, XPath functions 5.6.1), but for Python also the position before a last line break.
    """
    for triple in shapes.triples:
        if triple.predicate.value == SH.iri + "pattern":
            lines = "m" in (shapes.value(key(triple.subject), SH.iri + "flags") or "")
            yield triple if lines else ox.Triple(triple.subject, triple.predicate, _anchor_end(triple.object))
        elif triple.predicate.value != SH.uniqueLang or key(triple.object) == "true":
            yield triple


_ENDS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\$", re.DOTALL)
"""An escaped character, a character class, or a dollar sign that is in neither."""


def _anchor_end(pattern: Term | ox.Triple) -> Term | ox.Triple:
    if not isinstance(pattern, ox.Literal) or "$" not in pattern.value:
        return pattern
    text = _ENDS.sub(lambda found: r"\Z" if found[0] == "$" else found[0], pattern.value)
    return ox.Literal(text, datatype=pattern.datatype)


def _result(
    results: rdflib.Graph, node: rdflib.term.Node, shapes: rdflib.Graph, data: rdflib.Graph
) -> Iterator[Result]:
    def one(predicate: str) -> rdflib.term.Node | None:
        return results.value(node, _uri(predicate))

    shape, focus, value = one(SH.sourceShape), one(SH.focusNode), one(SH.value)
    path = shapes.value(shape, _uri(SH.path)) if shape is not None else None
    path = one(SH.resultPath) if path is None else path  # a query may name the property
    between = _nodes_between(shapes, data, path, focus, value)
    if isinstance(value, rdflib.URIRef) and _queries_whole_base(shapes, shape, focus):
        between = [value]
    messages = sorted(results.objects(node, _uri(SH.resultMessage)), key=lambda text: (_language(text) != "en", text))
    message = str(messages[0]) if messages else ""
    for faulty in between or [focus] if focus is not None else []:
        yield Result(
            shape=_name(shape),
            component=_name(one(SH.sourceConstraintComponent)),
            focus=_name(faulty),
            path=path_text(_look_up(shapes), _name(path)),
            value=_n_triples(value),
            value_node=_name(value),
            message=message,
            severity=_name(one(SH.resultSeverity)),
            reported_focus=_n_triples(focus),
            node=focus.n3() if focus is not None else "",
        )


def _queries_whole_base(shapes: rdflib.Graph, shape: rdflib.term.Node | None, focus: rdflib.term.Node | None) -> bool:
    """Whether a shape is one query over the whole base; its values are the nodes to correct."""
    if shape is None or focus is None or shapes.value(shape, _uri(SH.sparql)) is None:
        return False
    return (shape, _uri(SH.targetNode), focus) in shapes


def _nodes_between(
    shapes: rdflib.Graph,
    data: rdflib.Graph,
    path: rdflib.term.Node | None,
    focus: rdflib.term.Node | None,
    value: rdflib.term.Node | None,
) -> list[rdflib.term.Node]:
    """The nodes between the focus node and the value, if the path starts with an inverse step.

    Such a path leads from a paragraph to its citations and on to a value; the citations with that value are wrong.
    """
    read = read_path(_look_up(shapes), _name(path))
    if read.kind != "/" or len(read.parts) < 2 or read.parts[0].kind != "^" or focus is None or value is None:
        return []
    back, *onward = map(rdflib_path, (read.parts[0].parts[0], *read.parts[1:]))
    between = set(data.subjects(back, focus))
    return sorted((node for node in between if value in set(data.objects(node, SequencePath(*onward)))), key=str)


def rdflib_path(path: PropertyPath) -> RdfPath | rdflib.URIRef:
    """A property path as one of rdflib's."""
    if path.kind == "iri":
        return _uri(path.iri)
    parts = [rdflib_path(part) for part in path.parts]
    if path.kind == "/":
        return SequencePath(*parts)
    if path.kind == "|":
        return AlternativePath(*parts)
    if path.kind == "^":
        return InvPath(parts[0])
    return MulPath(parts[0], cast(Literal["*", "+", "?"], path.kind))


def read_rdflib_path(shapes: rdflib.Graph, node: rdflib.term.Node) -> RdfPath | rdflib.URIRef:
    """The path that a node of the shapes describes, as one of rdflib's."""
    return rdflib_path(read_path(_look_up(shapes), _name(node)))


def _look_up(graph: rdflib.Graph) -> Callable[[str, str], str | None]:
    """The first object of a subject and a predicate, by name."""

    def value(subject: str, predicate: str) -> str | None:
        node = rdflib.BNode(subject[2:]) if subject.startswith("_:") else _uri(subject)
        return _name(graph.value(node, _uri(predicate))) or None

    return value


def _n_triples(node: rdflib.term.Node | None) -> str:
    """A term in N-Triples form, without the label of a blank node, which the engine made."""
    if node is None:
        return ""
    return BLANK if isinstance(node, rdflib.BNode) else str(ox_term(node))  # n3() keeps line breaks


def _language(text: rdflib.term.Node) -> str:
    return (text.language if isinstance(text, rdflib.Literal) else None) or ""


def _name(node: rdflib.term.Node | None) -> str:
    if node is None:
        return ""
    return f"_:{node}" if isinstance(node, rdflib.BNode) else str(node)


def _uri(iri: str) -> rdflib.URIRef:
    return rdflib.URIRef(iri)
