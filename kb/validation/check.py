"""Gate, shapes, verification, lint: a home becomes a `Report`.

The report says what was looked at beside what was found, because a check that looks at nothing passes
everything: no shapes, no claims, or a shape that reaches no node is exit 4, never a pass.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path
from shlex import quote

import pyoxigraph as ox

from kb.authoring.record import local_name
from kb.errors import CannotLook, InputError, KbError, TurtleError
from kb.finding import TEXT_RULES, CitationsChecked, Coverage, FileChecked, Finding, Report, ShapeChecked
from kb.git import read_commit
from kb.home import Home, find_home
from kb.model.knowledge_base import (
    KnowledgeBase,
    LoadedFile,
    Place,
    read_files,
)
from kb.rdf.graph import Graph, key
from kb.rdf.turtle import SHAPES
from kb.shacl.engine import (
    Result,
    Rule,
    focus_nodes,
    has_target,
    severity_word,
)
from kb.shacl.incremental import Memory
from kb.shacl.lint import lint
from kb.shacl.rules import explained
from kb.sparql.results import is_iri, short_iri
from kb.text import TextParagraph, digest_bytes
from kb.validation.characters import odd_texts
from kb.validation.duplicates import doubles
from kb.validation.suppressions import FILE as WAIVERS
from kb.validation.suppressions import MALFORMED as BAD_WAIVERS
from kb.validation.suppressions import Waivers, apply_waivers, read_waivers
from kb.validation.text_reuse import borrowed
from kb.validation.thresholds import MALFORMED as BAD_FLOORS
from kb.validation.thresholds import (
    Floors,
    below,
    measure,
    read_floors,
    unjudged,
)
from kb.verification.copies import find_texts
from kb.verification.ladder import MOVED
from kb.verification.verify import (
    Difference,
    Outcome,
    Verification,
    verify,
)
from kb.vocab import FC, PREFIXES, RDF, SH

TOOLS = ("factcite", "pyoxigraph", "pyshacl", "rapidfuzz", "rdflib")


@dataclass(frozen=True)
class _Inputs:
    """What was read: the base, the shapes, the errors of the gate, the waivers and the floors."""

    kb: KnowledgeBase
    shape_files: tuple[LoadedFile, ...]
    shapes: Graph
    rules: tuple[Rule, ...]
    errors: tuple[KbError, ...]
    waivers: Waivers
    floors: Floors


def check(
    home: Home | Path | str | None = None,
    *,
    texts: Iterable[Path] = (),
    today: date | None = None,
    memory: Memory | None = None,
    progress: Callable[[str], None] | None = None,
    base: KnowledgeBase | None = None,
) -> Report:
    """Check a whole base.

    Args:
        home: a `Home`, a folder, or None for the base that came with the program.
        texts: folders with a reader's own copies, beside `corpus/texts`.
        today: the day on which waivers are judged; None is the day it is.
        memory: what an earlier check of the same base left; makes this one quick and changes no answer.
        progress: is told what is being done, in a few words.
        base: one that is loaded already; then `home` is not looked at, and the data files are not read again.

    Raises:
        HomeError: no base there. Everything else that is wrong stands in the report.
    """
    started, clock = datetime.now(UTC), time.perf_counter()
    place = base.home if base else home if isinstance(home, Home) else find_home(home)
    steps = _Steps(memory or Memory(), progress or (lambda step: None), base)
    report = _check(place, texts, today or date.today(), steps)
    return replace(report, started=f"{started:%Y-%m-%dT%H:%M:%SZ}", seconds=round(time.perf_counter() - clock, 3))


# --- steps -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Steps:
    """What the steps share beside their inputs: the memory, whom to tell, and a base that is loaded already."""

    memory: Memory
    tell: Callable[[str], None]
    base: KnowledgeBase | None


def _check(place: Home, texts: Iterable[Path], today: date, steps: _Steps) -> Report:
    steps.tell("reading the files")
    inputs = _read(place, steps.memory, steps.base)
    gate = tuple(_gate_findings(inputs))
    if gate:
        return _report(inputs, gate, stopped="the gate refused a file", exit_code=3)
    flaws = tuple(_lint_findings(inputs))
    if any(finding.code == "FC958" for finding in flaws):
        return _report(inputs, flaws, stopped="a shape cannot be run", exit_code=3)
    counted = _count_nodes(inputs)
    blind = _blind(inputs, counted)
    if blind:
        return _report(inputs, flaws, shapes=counted, stopped=blind, exit_code=4)
    steps.tell(f"running {len(counted)} rules over {len(inputs.kb.graph.triples):,} triples")
    try:
        broken = tuple(_shape_findings(inputs, steps.memory))
    except CannotLook as error:
        return _report(inputs, flaws, shapes=counted, stopped=error.message, exit_code=4)
    steps.tell("comparing the citations with the texts at hand")
    at_hand = find_texts(inputs.kb.graph, [place.texts, *texts])
    verification = verify(inputs.kb.graph, at_hand.copies, spare=at_hand.spare)
    coverage = measure(inputs.kb)
    unchecked = (*at_hand.ignored, *_unworded(inputs, at_hand.copies), *_unjudged(inputs, verification))
    found = (
        *flaws,
        *broken,
        *_verification_findings(inputs, verification),
        *_wording_findings(inputs, {article: copy.paragraphs for article, copy in at_hand.copies.items()}),
        *_character_findings(inputs),
        *_double_findings(inputs),
        *_floor_findings(inputs, coverage, verification),
    )
    unseen = TEXT_RULES if unchecked or verification.citations.not_checked else ()
    findings = _waived(inputs, found, today, unseen)
    return _report(
        inputs,
        findings,
        shapes=counted,
        verification=verification,
        unchecked=unchecked,
        coverage=coverage,
        exit_code=int(any(finding.fails for finding in findings)),
    )


def _read(home: Home, memory: Memory, loaded: KnowledgeBase | None) -> _Inputs:
    read = (loaded.files, ()) if loaded else read_files(home, home.data_files(), known=memory.files)
    files, errors = read
    shape_files, shape_errors = read_files(home, home.shape_files(), SHAPES, known=memory.files)
    memory.keep((*files, *shape_files))
    shapes = Graph.of(triple for file in shape_files for triple in file.document.triples)
    base = loaded or KnowledgeBase(home, files)
    return _Inputs(
        base,
        shape_files,
        shapes,
        memory.rules(shape_files, lambda: explained(KnowledgeBase(home, shape_files))),
        errors + shape_errors,
        read_waivers(home, base.prefixes),
        read_floors(home),
    )


def _gate_findings(inputs: _Inputs) -> Iterator[Finding]:
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


def _settings_finding(inputs: _Inputs, code: str, error: InputError) -> Finding:
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


def _undeclared(inputs: _Inputs) -> Iterator[Finding]:
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


def _count_nodes(inputs: _Inputs) -> tuple[ShapeChecked, ...]:
    hosts = {rule.host for rule in inputs.rules if rule.host}
    reached = {host: len(focus_nodes(inputs.shapes, host, inputs.kb.graph)) for host in hosts}
    on = {rule.iri: not rule.off for rule in inputs.rules}
    return tuple(
        ShapeChecked(rule.iri, rule.code, reached[rule.host] * on[rule.iri]) for rule in inputs.rules if rule.host
    )


def _blind(inputs: _Inputs, counted: Sequence[ShapeChecked]) -> str:
    """Why a pass would mean nothing; empty when it would not."""
    if not any(has_target(inputs.shapes, rule.host) for rule in inputs.rules if rule.host and not rule.off):
        return "no shapes: there is nothing to check against"
    if not inputs.kb.graph.instances(FC.Claim):
        return "no claims: there is nothing to check"
    rules = {rule.iri: rule for rule in inputs.rules}
    nodes = {shape.iri: shape.nodes for shape in counted}
    for shape in sorted(inputs.shapes.instances(SH.NodeShape)):
        if has_target(inputs.shapes, shape) and shape not in rules and not _is_host(inputs, shape):
            return f"the shape {short_iri(shape)} carries no rule code"
    for iri, count in sorted(nodes.items()):
        if not has_target(inputs.shapes, rules[iri].host):
            return f"the shape {short_iri(iri)} has no target, so it looks at nothing"
        if count == 0 and not rules[iri].idle and not rules[iri].off:
            return f"the shape {short_iri(iri)} ({rules[iri].code}) reaches no node"
    return ""


def _is_host(inputs: _Inputs, shape: str) -> bool:
    return any(rule.host == shape for rule in inputs.rules)


def _lint_findings(inputs: _Inputs) -> Iterator[Finding]:
    """What is wrong with the shapes themselves, each at its place in their files."""
    shapes = KnowledgeBase(inputs.kb.home, inputs.shape_files)
    for flaw in lint(inputs.shapes, inputs.rules):
        node = shapes.holder(flaw.node)
        finding = _code_finding(inputs, flaw.code, node if is_iri(node) else "", flaw.message, path=flaw.path)
        if flaw.code == "FC951":  # about a term, wherever it is written
            yield _placed(finding, [Place(f, span) for f in inputs.shape_files for span in f.positions.uses(flaw.node)])
        else:
            yield _placed(finding, shapes.locate(flaw.node, flaw.path))


def _shape_findings(inputs: _Inputs, memory: Memory) -> Iterator[Finding]:
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


def _verification_findings(inputs: _Inputs, verification: Verification) -> Iterator[Finding]:
    for outcome in verification.outcomes:
        if outcome.failed:
            message = f"{outcome.state}: {outcome.reason}"
            help = _how_to_cite(outcome)
            yield _code_finding(inputs, "FC921", outcome.node, message, path=FC.digest, help=help)
    for code, differences in (("FC922", verification.paragraphs), ("FC923", verification.files)):
        for each in differences:
            yield _code_finding(inputs, code, each.node, each.message, help=_how_to_record(each))


def _how_to_cite(outcome: Outcome) -> str:
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


def _wording_findings(inputs: _Inputs, texts: Mapping[str, Sequence[TextParagraph]]) -> Iterator[Finding]:
    for found in borrowed(inputs.kb.graph, texts):
        place = f"paragraph {found.paragraph} of {local_name(found.article)}"
        yield _code_finding(
            inputs,
            "FC931",
            found.node,
            f"shares six words in a row with {place}",
            path=found.predicate,
            value=str(found.value),
        )


def _character_findings(inputs: _Inputs) -> Iterator[Finding]:
    for odd in odd_texts(inputs.kb.graph):
        yield _code_finding(inputs, "FC932", odd.node, odd.why, path=odd.predicate, value=str(odd.value))


def _unworded(inputs: _Inputs, copies: Mapping[str, object]) -> Iterator[str]:
    missing = [article for article in inputs.kb.graph.instances(FC.Article) if article not in copies]
    if missing:
        names = ", ".join(sorted(local_name(article) for article in missing))
        yield f"wording not compared with {len(missing)} texts that are not at hand: {names}"


def _double_findings(inputs: _Inputs) -> Iterator[Finding]:
    """A node typed in two files: which one is right can no longer be told."""
    typed: dict[str, list[str]] = {}
    for file in inputs.kb.files:
        for subject in sorted({key(t.subject) for t in file.document.triples if t.predicate.value == RDF.type}):
            typed.setdefault(subject, []).append(file.name)
    for subject, names in sorted(typed.items()):
        if len(names) > 1:
            yield _code_finding(inputs, "FC941", subject, f"is described in {' and in '.join(names)}", path=RDF.type)
    for double in doubles(inputs.kb.graph):
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


def _floor_findings(inputs: _Inputs, coverage: Coverage, verification: Verification) -> Iterator[Finding]:
    for code, sentence, line in below(inputs.floors, coverage, verification.citations):
        yield replace(_code_finding(inputs, code, "", sentence), file=inputs.floors.name, line=line)


def _unjudged(inputs: _Inputs, verification: Verification) -> tuple[str, ...]:
    sentence = unjudged(inputs.floors, verification.citations)
    return (sentence,) if sentence else ()


def _waived(inputs: _Inputs, findings: Sequence[Finding], today: date, unseen: tuple[str, ...]) -> tuple[Finding, ...]:
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
    inputs: _Inputs, code: str, node: str, message: str, *, path: str = "", value: str = "", help: str = ""
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


def _rule_iri(inputs: _Inputs, code: str) -> str:
    return next((rule.iri for rule in inputs.rules if rule.code == code), "")


def _report(
    inputs: _Inputs,
    findings: Iterable[Finding],
    *,
    shapes: tuple[ShapeChecked, ...] = (),
    verification: Verification | None = None,
    unchecked: tuple[str, ...] = (),
    coverage: Coverage | None = None,
    stopped: str = "",
    exit_code: int,
) -> Report:
    kb = inputs.kb
    total = len(kb.graph.instances(FC.Citation))
    unseen = CitationsChecked(total, 0, 0, total, {stopped: total} if total else {})
    return Report(
        tuple(sorted(findings, key=lambda finding: finding.sort_key)),
        files=(*(_file_checked(file) for file in (*kb.files, *inputs.shape_files)), *_settings_checked(inputs)),
        shapes=shapes,
        citations=verification.citations if verification else unseen,
        claims=len(kb.graph.instances(FC.Claim)),
        triples=len(kb.graph.triples),
        unchecked=(*unchecked, *(f"{error.source} could not be read" for error in inputs.errors)),
        stopped=stopped,
        exit_code=exit_code,
        versions=versions(),
        prefixes=kb.prefixes,
        coverage=coverage,
        rules=inputs.rules,
        commit=read_commit(kb.home, dict(_data(inputs))),
    )


def _data(inputs: _Inputs) -> Iterator[tuple[str, bytes]]:
    for file in (*inputs.kb.files, *inputs.shape_files):
        yield file.name, file.document.data
    for settings in (inputs.floors.settings, inputs.waivers.settings):
        if settings is not None:
            yield settings.name, settings.data


def _settings_checked(inputs: _Inputs) -> Iterator[FileChecked]:
    for settings in (inputs.floors.settings, inputs.waivers.settings):
        if settings is not None:
            yield FileChecked(settings.name, len(settings.data), digest_bytes(settings.data), 0)


def _file_checked(file: LoadedFile) -> FileChecked:
    document = file.document
    return FileChecked(file.name, len(document.data), document.digest, len(document.triples))


def versions() -> dict[str, str]:
    """Name and version of every tool that takes part in a check."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in TOOLS}}
