"""Turns the results of each part of a check into findings with their place in the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pyoxigraph as ox

from kb.errors import InputError, KbError, TurtleError
from kb.finding import Fault, Finding
from kb.model.knowledge_base import KnowledgeBase, LoadedFile, Place
from kb.rdf.curies import is_iri
from kb.rdf.graph import Graph
from kb.shacl.engine import Result, Rule, severity_word
from kb.shacl.incremental import IncrementalCache
from kb.shacl.lint import lint
from kb.validation.suppressions import MALFORMED as BAD_WAIVERS
from kb.validation.suppressions import Suppressions, apply_waivers
from kb.validation.thresholds import MALFORMED as BAD_FLOORS
from kb.validation.thresholds import Thresholds, describe_unchecked
from kb.verification.copies import LocalCopies
from kb.verification.verify import Verification
from kb.vocab import FC, PREFIXES, SH, local_name


@dataclass(frozen=True)
class Inputs:
    """The input of a check: the base, the shapes, the errors of the gate, the waivers and the floors."""

    kb: KnowledgeBase
    shape_files: tuple[LoadedFile, ...]
    shapes: Graph
    rules: tuple[Rule, ...]
    errors: tuple[KbError, ...]
    waivers: Suppressions
    floors: Thresholds


def gate_findings(inputs: Inputs) -> Iterator[Finding]:
    """FC901 to FC908: files that the gate refused; FC964 and FC974: malformed waivers and floors."""
    for error in inputs.errors:
        problems = error.problems if isinstance(error, TurtleError) else ()
        for problem in problems:
            yield Finding(
                problem.code,
                "violation",
                problem.message,
                help=problem.help,
                file=error.source or "",
                line=problem.line,
                column=problem.column,
                shape=_rule_iri(inputs, problem.code),
            )
        if not problems:
            yield Finding("FC901", "violation", error.message, help=error.help or "", file=error.source or "")
    for code, wrong in ((BAD_WAIVERS, inputs.waivers.errors), (BAD_FLOORS, inputs.floors.errors)):
        yield from (_settings_finding(inputs, code, error) for error in wrong)
    if not inputs.errors:
        yield from _undeclared(inputs)


def _settings_finding(inputs: Inputs, code: str, error: InputError) -> Finding:
    return Finding(
        code,
        "violation",
        error.message,
        help=error.help or "",
        file=error.source or "",
        line=error.line,
        column=error.column,
        shape=_rule_iri(inputs, code),
    )


def _undeclared(inputs: Inputs) -> Iterator[Finding]:
    """FC905: a `rel:` term that the vocabulary does not declare, anywhere in the base."""
    graph = inputs.kb.graph
    for file in inputs.kb.files:
        terms = {
            term.value
            for triple in file.document.triples
            for term in (triple.subject, triple.predicate, triple.object)
            if isinstance(term, ox.NamedNode) and term.value.startswith(PREFIXES["rel"])
        }
        for term in sorted(terms):
            if term not in graph:
                message = f"rel:{term[len(PREFIXES['rel']) :]} is not declared in the vocabulary"
                fault = Fault(
                    "FC905", term, message, help="declare it in kb/vocabulary.ttl, or use a declared relation"
                )
                yield make_finding(inputs, fault, [Place(file, span) for span in file.positions.uses(term)])


def is_host(inputs: Inputs, shape: str) -> bool:
    """Whether a shape has the targets of a rule."""
    return any(rule.host == shape for rule in inputs.rules)


def lint_findings(inputs: Inputs, memory: IncrementalCache) -> Iterator[Finding]:
    """FC951 to FC958: problems of the shapes themselves, each at its place in their files."""
    shapes = KnowledgeBase(inputs.kb.home, inputs.shape_files)
    faults = memory.of_shapes(inputs.shape_files, "flaws", lambda: lint(inputs.shapes, inputs.rules))
    for fault in faults:
        if fault.code == "FC951":  # about a term, wherever it is written
            places = tuple(Place(file, span) for file in inputs.shape_files for span in file.positions.uses(fault.node))
        else:
            places = shapes.locate(fault.node, fault.path)
        node = shapes.holder(fault.node)
        yield make_finding(inputs, replace(fault, node=node if is_iri(node) else ""), places)


def shape_findings(inputs: Inputs, memory: IncrementalCache) -> Iterator[Finding]:
    """The results of the SHACL shapes, each with its rule and its place."""
    rules = {rule.iri: rule for rule in inputs.rules}
    for result in dict.fromkeys(memory.run(inputs.kb.graph, inputs.shapes)):
        predicate = result.path if is_iri(result.path) else ""
        finding = finding_of(result, rules)
        if result.focus.startswith("_:"):
            finding = replace(finding, focus=inputs.kb.holder(result.focus))
        yield _with_place(finding, inputs.kb.locate(result.focus, predicate, result.value))


def finding_of(result: Result, rules: Mapping[str, Rule]) -> Finding:
    """A result of the engine as a finding with all its details, but without its place.

    Args:
        rules: IRI of a shape to its rule; a shape without one is `FC953`.
    """
    uncoded = Rule("", "FC953", severity_word(result.severity), "a shape without a code is violated", "", "", False)
    rule = rules.get(result.shape, replace(uncoded, help="give the shape an fc:code"))
    named = not result.focus.startswith("_:") and not result.reported_focus.startswith('"')
    own_severity = result.severity not in (SH.Violation, SH.Warning, SH.Info)
    return Finding(
        rule.code,
        rule.severity,
        result.message or rule.message,
        help=rule.help,
        focus=result.focus if named else "",
        path=result.path,
        value=result.value,
        shape=result.shape,
        component=result.component,
        reported_focus="" if result.reported_focus == f"<{result.focus}>" else result.reported_focus,
        reported_severity=result.severity if own_severity else "",
    )


def _with_place(finding: Finding, places: Sequence[Place]) -> Finding:
    """The finding with its file, line and column; unchanged if no file describes its focus."""
    if not places:
        return finding
    first, *others = places
    return replace(
        finding,
        file=first.file.name,
        line=first.line,
        column=first.column,
        excerpt=first.excerpt,
        related=tuple((place.file.name, place.line, place.column) for place in others),
    )


def list_unchecked(inputs: Inputs, copies: LocalCopies, verification: Verification) -> Iterator[str]:
    """Sentences about what this run did not check, with the reasons."""
    yield from copies.ignored
    yield from copies.passed_over
    missing = [article for article in inputs.kb.graph.instances(FC.Article) if copies.of(article) is None]
    if missing:
        names = ", ".join(sorted(local_name(article) for article in missing))
        yield f"wording not compared with {len(missing)} texts that are not available: {names}"
    sentence = describe_unchecked(inputs.floors, verification.citations)
    if sentence:
        yield sentence


def apply_suppressions(
    inputs: Inputs, findings: Sequence[Finding], today: date, unseen: tuple[str, ...]
) -> tuple[Finding, ...]:
    """The findings with waivers applied, and what is wrong with the waivers."""
    marked, faults = apply_waivers(inputs.waivers.waivers, findings, today=today, blind=unseen)
    return (*marked, *(make_finding(inputs, fault) for fault in faults))


def make_finding(inputs: Inputs, fault: Fault, places: Sequence[Place] | None = None) -> Finding:
    """A problem found by a check in code as a finding, with the severity and help of its rule and its place.

    Args:
        places: where it is; None for the place of its node in the data files.
    """
    rule = next((rule for rule in inputs.rules if rule.code == fault.code), None)
    finding = Finding(
        fault.code,
        rule.severity if rule else "violation",
        fault.message,
        help=fault.help or (rule.help if rule else ""),
        focus=fault.node,
        path=fault.path,
        value=fault.value,
        shape=rule.iri if rule else "",
    )
    if fault.file:
        return replace(finding, file=fault.file, line=fault.line)
    found = inputs.kb.locate(fault.node, fault.path, fault.value) if places is None else places
    return _with_place(finding, found)


def _rule_iri(inputs: Inputs, code: str) -> str:
    return next((rule.iri for rule in inputs.rules if rule.code == code), "")
