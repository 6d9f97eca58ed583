"""The shapes as values, and pySHACL run over them: the one room that knows rdflib.

pySHACL ignores what it does not know and passes what it does not look at, so the focus nodes of every shape
are counted here, apart from it. It also leaves rdflib's literal switch turned; that is saved and restored.
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
        shape, component, severity: IRIs; a nameless shape is `_:label`.
        focus: the node to mend, by name; the engine's focus node, or a node between it and the value.
        path: an IRI, or SPARQL's way of writing a property path; empty for a node shape.
        value: in N-Triples form, `finding.BLANK` for a blank node; empty where the result has none.
        value_node: the value by name.
        message: empty where the shape has none.
        reported_focus: the engine's own focus node, as `value` is.
        node: the engine's own focus node, in N-Triples form; `_:label` where it is blank.
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
    """One of `finding.SEVERITIES` for a severity of SHACL; any other severity is as grave as a violation."""
    return {SH.Warning: "warning", SH.Info: "info"}.get(iri, "violation")


def _outermost(iri: str, hosts: Mapping[str, str]) -> str:
    seen = {iri}
    while iri in hosts and hosts[iri] not in seen:
        iri = hosts[iri]
        seen.add(iri)
    return iri


def focus_nodes(shapes: Graph, shape: str, data: Graph) -> frozenset[str]:
    """The nodes that a shape's targets reach (SHACL section 2.1); implicit class targets are unused."""
    found: set[str] = set(shapes.nodes(shape, SH.targetNode))
    for cls in shapes.nodes(shape, SH.targetClass):
        found.update(data.instances(cls))
    for predicate in shapes.nodes(shape, SH.targetSubjectsOf):
        found.update(subject for subject, _ in data.ends(predicate))
    for predicate in shapes.nodes(shape, SH.targetObjectsOf):
        found.update(value for _, value in data.ends(predicate))
    return frozenset(found)


def has_target(shapes: Graph, shape: str) -> bool:
    """Whether a shape says what it looks at."""
    return any(shapes.objects(shape, predicate) for predicate in _TARGETS)


def query_prefixes(shapes: Graph, node: str) -> dict[str, str]:
    """The prefixes that a query is given, by the node that holds it (SHACL section 5.2.1)."""
    return {
        str(shapes.value(declaration, SH.iri + "prefix")): str(shapes.value(declaration, SH.iri + "namespace"))
        for place in shapes.nodes(node, SH.iri + "prefixes")
        for declaration in shapes.nodes(place, SH.iri + "declare")
    }


@contextmanager
def literals_kept() -> Iterator[None]:
    """rdflib leaves lexical forms as they are while this is entered, and does not write to the terminal of those that
    Python has no value for (a year 12345); its switches are restored behind it."""
    log = logging.getLogger("rdflib.term")
    before = rdflib.NORMALIZE_LITERALS, log.disabled
    rdflib.NORMALIZE_LITERALS, log.disabled = False, True
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS, log.disabled = before


def run_shapes(data: Graph, shapes: Graph) -> tuple[Result, ...]:
    """Validate with pySHACL, and trace each result back to the node that a writer can mend.

    Nothing is fetched or inferred: no imports, no rules, no scripts. A result that is there twice (for two
    languages, or by two ways to one node) is there twice.

    Raises:
        CannotLookError: the engine does not take the shapes.
    """
    with literals_kept():
        return run_graphs(rdf_graph(data.triples), rdf_shapes(shapes))


def rdf_shapes(shapes: Graph) -> FlatGraph:
    """The shapes as the engine gets them."""
    return rdf_graph(_meant(shapes))


def run_graphs(data: rdflib.Graph, shapes: rdflib.Graph) -> tuple[Result, ...]:
    """The same as `run_shapes` for graphs of rdflib; `literals_kept` must be entered."""
    from pyshacl import validate  # half a second to import, and only a check needs it
    from pyshacl.errors import ReportableRuntimeError

    try:
        answer = validate(data, shacl_graph=shapes, inference="none", do_owl_imports=False, js=False)
    except ReportableRuntimeError as error:
        raise _refused(error) from error
    results = answer[1]
    if not isinstance(results, rdflib.Graph):
        raise _refused(results)
    nodes = results.objects(None, _uri(SH.result))  # and not sh:detail, which says again why one of these is there
    return sorted_results(result for node in nodes for result in _result(results, node, shapes, data))


def sorted_results(results: Iterable[Result]) -> tuple[Result, ...]:
    """Results in the one order that they are told in."""
    return tuple(sorted(results, key=lambda result: tuple(getattr(result, name) for name in Result.__slots__)))


def _refused(reason: object) -> CannotLookError:
    sentence = str(reason).partition("\n")[0]
    return CannotLookError(
        f"the shapes engine refuses the shapes: {sentence}", help="correct the shape that it is about"
    )


def _meant(shapes: Graph) -> Iterator[ox.Triple]:
    """The shapes as the engine has to be told, so that it reads them as the standard does. `sh:uniqueLang` asks for
    the literal true (section 4.4.2), and the engine takes "1" for it too; `$` in a pattern is the end of the text
    (section 4.4.3, XPath functions 5.6.1), and to Python also the place before a last line break."""
    for triple in shapes.triples:
        if triple.predicate.value == SH.iri + "pattern":
            lines = "m" in (shapes.value(key(triple.subject), SH.iri + "flags") or "")
            yield triple if lines else ox.Triple(triple.subject, triple.predicate, _ends_alike(triple.object))
        elif triple.predicate.value != SH.uniqueLang or key(triple.object) == "true":
            yield triple


_ENDS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\$", re.DOTALL)
"""What may hide a dollar sign in a pattern (after a backslash, in brackets), and the dollar sign."""


def _ends_alike(pattern: Term | ox.Triple) -> Term | ox.Triple:
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
    path = one(SH.resultPath) if path is None else path  # a query may say which property it means
    culprits = _culprits(shapes, data, path, focus, value)
    if isinstance(value, rdflib.URIRef) and _asks_whole_base(shapes, shape, focus):
        culprits = [value]
    messages = sorted(results.objects(node, _uri(SH.resultMessage)), key=lambda text: (_language(text) != "en", text))
    message = str(messages[0]) if messages else ""
    for culprit in culprits or [focus] if focus is not None else []:
        yield Result(
            shape=_name(shape),
            component=_name(one(SH.sourceConstraintComponent)),
            focus=_name(culprit),
            path=path_text(_named_values(shapes), _name(path)),
            value=_written(value),
            value_node=_name(value),
            message=message,
            severity=_name(one(SH.resultSeverity)),
            reported_focus=_written(focus),
            node=focus.n3() if focus is not None else "",
        )


def _asks_whole_base(shapes: rdflib.Graph, shape: rdflib.term.Node | None, focus: rdflib.term.Node | None) -> bool:
    """Whether a shape is one query that looks at everything from one node; its values are what it found."""
    if shape is None or focus is None or shapes.value(shape, _uri(SH.sparql)) is None:
        return False
    return (shape, _uri(SH.targetNode), focus) in shapes


def _culprits(
    shapes: rdflib.Graph,
    data: rdflib.Graph,
    path: rdflib.term.Node | None,
    focus: rdflib.term.Node | None,
    value: rdflib.term.Node | None,
) -> list[rdflib.term.Node]:
    """Where a path goes back from the focus first (a paragraph to its citations) and then on to a value, the
    nodes in between that reach that value are the ones to mend."""
    read = read_path(_named_values(shapes), _name(path))
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
    return rdflib_path(read_path(_named_values(shapes), _name(node)))


def _named_values(graph: rdflib.Graph) -> Callable[[str, str], str | None]:
    """The first object of a subject and a predicate, by name."""

    def value(subject: str, predicate: str) -> str | None:
        node = rdflib.BNode(subject[2:]) if subject.startswith("_:") else _uri(subject)
        return _name(graph.value(node, _uri(predicate))) or None

    return value


def _written(node: rdflib.term.Node | None) -> str:
    """A term in N-Triples form; a blank node's label is the engine's own, so it is left out."""
    if node is None:
        return ""
    return BLANK if isinstance(node, rdflib.BNode) else str(ox_term(node))  # n3() breaks lines where the text does


def _language(text: rdflib.term.Node) -> str:
    return (text.language if isinstance(text, rdflib.Literal) else None) or ""


def _name(node: rdflib.term.Node | None) -> str:
    if node is None:
        return ""
    return f"_:{node}" if isinstance(node, rdflib.BNode) else str(node)


def _uri(iri: str) -> rdflib.URIRef:
    return rdflib.URIRef(iri)
