"""What each part of a check found, as findings with their place in the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from shlex import quote

import pyoxigraph as ox

from kb.authoring.record import local_name
from kb.errors import InputError, KbError, TurtleError
from kb.finding import Coverage, Finding
from kb.model.knowledge_base import KnowledgeBase, LoadedFile, Place
from kb.rdf.curies import is_iri, short_iri
from kb.rdf.graph import Graph, key
from kb.shacl.engine import Result, Rule, severity_word
from kb.shacl.incremental import IncrementalCache
from kb.shacl.lint import lint
from kb.text import TextParagraph
from kb.validation.characters import find_invisible
from kb.validation.duplicates import find_duplicates
from kb.validation.suppressions import FILE as WAIVERS
from kb.validation.suppressions import MALFORMED as BAD_WAIVERS
from kb.validation.suppressions import Suppressions, apply_waivers
from kb.validation.text_reuse import find_shared_words
from kb.validation.thresholds import MALFORMED as BAD_FLOORS
from kb.validation.thresholds import Thresholds, below, unjudged
from kb.verification.spans import MOVED
from kb.verification.verify import CitationResult, Difference, Verification
from kb.vocab import FC, PREFIXES, RDF, SH


@dataclass(frozen=True)
class Inputs:
    """What was read: the base, the shapes, the errors of the gate, the waivers and the floors."""

    kb: KnowledgeBase
    shape_files: tuple[LoadedFile, ...]
    shapes: Graph
    rules: tuple[Rule, ...]
    errors: tuple[KbError, ...]
    waivers: Suppressions
    floors: Thresholds


def gate_findings(inputs: Inputs) -> Iterator[Finding]:
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
    """A `rel:` term that the vocabulary does not declare, anywhere in the base."""
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
                finding = Finding(
                    "FC905",
                    "violation",
                    f"rel:{term[len(PREFIXES['rel']) :]} is not declared in the vocabulary",
                    help="declare it in kb/vocabulary.ttl, or use a declared relation",
                    focus=term,
                    shape=_rule_iri(inputs, "FC905"),
                )
                yield _placed(finding, [Place(file, span) for span in file.positions.uses(term)])


def is_host(inputs: Inputs, shape: str) -> bool:
    return any(rule.host == shape for rule in inputs.rules)


def lint_findings(inputs: Inputs, memory: IncrementalCache) -> Iterator[Finding]:
    """What is wrong with the shapes themselves, each at its place in their files."""
    shapes = KnowledgeBase(inputs.kb.home, inputs.shape_files)
    flaws = memory.of_shapes(inputs.shape_files, "flaws", lambda: lint(inputs.shapes, inputs.rules))
    for flaw in flaws:
        node = shapes.holder(flaw.node)
        finding = _code_finding(inputs, flaw.code, node if is_iri(node) else "", flaw.message, path=flaw.path)
        if flaw.code == "FC951":  # about a term, wherever it is written
            yield _placed(finding, [Place(f, span) for f in inputs.shape_files for span in f.positions.uses(flaw.node)])
        else:
            yield _placed(finding, shapes.locate(flaw.node, flaw.path))


def shape_findings(inputs: Inputs, memory: IncrementalCache) -> Iterator[Finding]:
    rules = {rule.iri: rule for rule in inputs.rules}
    for result in dict.fromkeys(memory.run(inputs.kb.graph, inputs.shapes)):
        predicate = result.path if is_iri(result.path) else ""
        finding = finding_of(result, rules)
        if result.focus.startswith("_:"):
            finding = replace(finding, focus=inputs.kb.holder(result.focus))
        yield _placed(finding, inputs.kb.locate(result.focus, predicate, result.value))


def finding_of(result: Result, rules: Mapping[str, Rule]) -> Finding:
    """A result of the engine as a finding, nothing of it lost; without its place.

    Args:
        rules: IRI of a shape to its rule; a shape without one is `FC953`.
    """
    uncoded = Rule("", "FC953", severity_word(result.severity), "a shape without a code was broken", "", "", False)
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


def _placed(finding: Finding, places: Sequence[Place]) -> Finding:
    """The finding with its file, line and column; as it is where nothing describes its focus."""
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


def verification_findings(inputs: Inputs, verification: Verification) -> Iterator[Finding]:
    for outcome in verification.outcomes:
        if outcome.failed:
            message = f"{outcome.state}: {outcome.reason}"
            help = _how_to_cite(outcome)
            yield _code_finding(inputs, "FC921", outcome.node, message, path=FC.digest, help=help)
    for code, differences in (("FC922", verification.paragraphs), ("FC923", verification.files)):
        for each in differences:
            yield _code_finding(inputs, code, each.node, each.message, help=_how_to_record(each))


def _how_to_cite(outcome: CitationResult) -> str:
    """The command that helps with a citation that failed."""
    place = outcome.to or outcome.at
    if outcome.state == MOVED:
        return "kb verify --propose"
    if place is None:
        return "kb verify"
    return f'kb cite {local_name(outcome.article)} {place.paragraph} "the words that say it now"'


def _how_to_record(difference: Difference) -> str:
    """The command that records a text anew, and shows what changed."""
    return f"kb add {quote(difference.copy)} --slug {local_name(difference.article)} --update"


def wording_findings(inputs: Inputs, texts: Mapping[str, Sequence[TextParagraph]]) -> Iterator[Finding]:
    for found in find_shared_words(inputs.kb.graph, texts):
        place = f"paragraph {found.paragraph} of {local_name(found.article)}"
        yield _code_finding(
            inputs,
            "FC931",
            found.node,
            f"shares six words in a row with {place}",
            path=found.predicate,
            value=str(found.value),
        )


def character_findings(inputs: Inputs) -> Iterator[Finding]:
    for odd in find_invisible(inputs.kb.graph):
        yield _code_finding(inputs, "FC932", odd.node, odd.why, path=odd.predicate, value=str(odd.value))


def unworded(inputs: Inputs, copies: Mapping[str, object]) -> Iterator[str]:
    missing = [article for article in inputs.kb.graph.instances(FC.Article) if article not in copies]
    if missing:
        names = ", ".join(sorted(local_name(article) for article in missing))
        yield f"wording not compared with {len(missing)} texts that are not at hand: {names}"


def double_findings(inputs: Inputs) -> Iterator[Finding]:
    """A node typed in two files: which one is right can no longer be told."""
    typed: dict[str, list[str]] = {}
    for file in inputs.kb.files:
        for subject in sorted({key(t.subject) for t in file.document.triples if t.predicate.value == RDF.type}):
            typed.setdefault(subject, []).append(file.name)
    for subject, names in sorted(typed.items()):
        if len(names) > 1:
            yield _code_finding(inputs, "FC941", subject, f"is described in {' and in '.join(names)}", path=RDF.type)
    for double in find_duplicates(inputs.kb.graph):
        message = f"{_SAME[double.code]} {short_iri(double.other, inputs.kb.prefixes)}"
        value = "" if double.value is None else str(double.value)
        yield _code_finding(inputs, double.code, double.node, message, path=double.path, value=value)


_SAME = {
    "FC942": "is the same file, byte for byte, as",
    "FC943": "has the name of",
    "FC944": "cites the same words for the same claim as",
    "FC945": "has the same words as",
}
"""How a double is told, with the other one after it."""


def floor_findings(inputs: Inputs, coverage: Coverage, verification: Verification) -> Iterator[Finding]:
    for code, sentence, line in below(inputs.floors, coverage, verification.citations):
        yield replace(_code_finding(inputs, code, "", sentence), file=inputs.floors.name, line=line)


def not_judged(inputs: Inputs, verification: Verification) -> tuple[str, ...]:
    sentence = unjudged(inputs.floors, verification.citations)
    return (sentence,) if sentence else ()


def waived(inputs: Inputs, findings: Sequence[Finding], today: date, unseen: tuple[str, ...]) -> tuple[Finding, ...]:
    """The findings with waivers applied, and what is wrong with the waivers."""
    marked, problems = apply_waivers(inputs.waivers.waivers, findings, today=today, blind=unseen)
    wrong = (
        replace(
            _code_finding(inputs, problem.code, "", problem.message),
            focus=problem.waiver.node,
            value=str(ox.Literal(problem.waiver.rule)),
            file=WAIVERS,
            line=problem.waiver.line,
        )
        for problem in problems
    )
    return (*marked, *wrong)


def _code_finding(
    inputs: Inputs, code: str, node: str, message: str, *, path: str = "", value: str = "", help: str = ""
) -> Finding:
    """A finding of a rule that the program checks itself, with the rule's example for help where there is no better."""
    rule = next((rule for rule in inputs.rules if rule.code == code), None)
    finding = Finding(
        code,
        rule.severity if rule else "violation",
        message,
        help=help or (rule.help if rule else ""),
        focus=node,
        path=path,
        value=value,
        shape=rule.iri if rule else "",
    )
    return _placed(finding, inputs.kb.locate(node, path, value))


def _rule_iri(inputs: Inputs, code: str) -> str:
    return next((rule.iri for rule in inputs.rules if rule.code == code), "")
