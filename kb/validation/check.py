"""Checks a knowledge base: the gate, the shapes, the citations and the checks in code; the result is a `Report`.

The report says what was checked as well as what was found, because a check of nothing passes everything. A base without
shapes or claims, or with a shape that matches no node, is exit code 4, never a pass.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from importlib import metadata
from pathlib import Path

from kb.errors import CannotLookError
from kb.finding import TEXT_RULES, CitationsChecked, Coverage, Fault, FileChecked, Finding, Report, ShapeChecked
from kb.git import read_commit
from kb.home import Home, find_home
from kb.model.knowledge_base import KnowledgeBase, LoadedFile, read_files
from kb.rdf.curies import short_iri
from kb.rdf.turtle import SHAPES
from kb.shacl.engine import focus_nodes, has_target
from kb.shacl.incremental import IncrementalCache
from kb.shacl.rules import describe_rules
from kb.text import digest_bytes
from kb.validation.characters import find_invisible
from kb.validation.duplicates import find_duplicates, find_scattered
from kb.validation.findings import (
    Inputs,
    apply_suppressions,
    gate_findings,
    is_host,
    lint_findings,
    list_unchecked,
    make_finding,
    shape_findings,
)
from kb.validation.suppressions import read_waivers
from kb.validation.text_reuse import find_shared_words
from kb.validation.thresholds import find_below, measure, read_floors
from kb.verification.copies import LocalCopies
from kb.verification.faults import find_faults
from kb.verification.verify import Verification, verify_copies
from kb.vocab import FC, SH

TOOLS = ("factcite", "pyoxigraph", "pyshacl", "rapidfuzz", "rdflib")


def check(
    home: Home | Path | str | None = None,
    *,
    texts: Iterable[Path] = (),
    today: date | None = None,
    memory: IncrementalCache | None = None,
    progress: Callable[[str], None] | None = None,
    base: KnowledgeBase | None = None,
) -> Report:
    """Check a whole base.

    Args:
        home: a `Home`, a folder, or None for the base that came with the program.
        texts: folders with the user's own copies, in addition to `corpus/texts`.
        today: the date for the end of waivers; None for the current date.
        memory: the cache of an earlier check of the same base; makes this one faster, with the same result.
        progress: is called with a short description of each step.
        base: a base that is already loaded; then `home` is ignored, and the data files are not read again.

    Raises:
        HomeError: there is no base. All other problems are in the report.
    """
    started, clock = datetime.now(UTC), time.perf_counter()
    place = base.home if base else home if isinstance(home, Home) else find_home(home)
    steps = _Steps(memory or IncrementalCache(), progress or (lambda step: None), base)
    report = _check(place, texts, today or date.today(), steps)
    return replace(report, started=f"{started:%Y-%m-%dT%H:%M:%SZ}", seconds=round(time.perf_counter() - clock, 3))


# --- steps -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Steps:
    """What the steps share: the cache, the progress callback, and a base that is already loaded."""

    memory: IncrementalCache
    tell: Callable[[str], None]
    base: KnowledgeBase | None


def _check(place: Home, texts: Iterable[Path], today: date, steps: _Steps) -> Report:
    steps.tell("reading the files")
    inputs = _read(place, steps.memory, steps.base)
    refused = tuple(gate_findings(inputs))
    if refused:
        return _report(inputs, refused, stopped="the gate refused a file", exit_code=3)
    of_shapes = tuple(lint_findings(inputs, steps.memory))
    if any(finding.code == "FC958" for finding in of_shapes):
        return _report(inputs, of_shapes, stopped="a shape cannot be run", exit_code=3)
    counted = _count_nodes(inputs)
    reason = _why_meaningless(inputs, counted)
    if reason:
        return _report(inputs, of_shapes, shapes=counted, stopped=reason, exit_code=4)
    steps.tell(f"running {len(counted)} rules over {len(inputs.kb.graph.triples):,} triples")
    try:
        of_data = tuple(shape_findings(inputs, steps.memory))
    except CannotLookError as error:
        return _report(inputs, of_shapes, shapes=counted, stopped=error.message, exit_code=4)
    steps.tell("comparing the citations with the available texts")
    copies, verification = verify_copies(inputs.kb.graph, [place.texts, *texts])
    coverage = measure(inputs.kb)
    of_code = (make_finding(inputs, fault) for fault in _run_code_checks(inputs, copies, verification, coverage))
    unchecked = tuple(list_unchecked(inputs, copies, verification))
    unseen = TEXT_RULES if unchecked or verification.citations.not_checked else ()
    findings = apply_suppressions(inputs, (*of_shapes, *of_data, *of_code), today, unseen)
    return _report(
        inputs,
        findings,
        shapes=counted,
        verification=verification,
        unchecked=unchecked,
        coverage=coverage,
        exit_code=int(any(finding.fails for finding in findings)),
    )


def _run_code_checks(
    inputs: Inputs, copies: LocalCopies, verification: Verification, coverage: Coverage
) -> Iterator[Fault]:
    """What the checks in code find, one after the other."""
    graph = inputs.kb.graph
    yield from find_faults(graph, copies.copies, verification)
    yield from find_shared_words(graph, {article: copy.paragraphs for article, copy in copies.copies.items()})
    yield from find_invisible(graph)
    yield from find_scattered(inputs.kb.files)
    yield from find_duplicates(graph, inputs.kb.prefixes)
    yield from find_below(inputs.floors, coverage, verification.citations)


def _read(home: Home, memory: IncrementalCache, loaded: KnowledgeBase | None) -> Inputs:
    files, errors = (loaded.files, ()) if loaded else read_files(home, home.data_files(), known=memory.files)
    shape_files, shape_errors = read_files(home, home.shape_files(), SHAPES, known=memory.files)
    memory.keep((*files, *shape_files))
    base = loaded or KnowledgeBase(home, files)
    return Inputs(
        base,
        shape_files,
        memory.of_shapes(shape_files, "graph", lambda: KnowledgeBase(home, shape_files).graph),
        memory.of_shapes(shape_files, "rules", lambda: describe_rules(KnowledgeBase(home, shape_files))),
        errors + shape_errors,
        read_waivers(home, base.prefixes),
        read_floors(home),
    )


def _count_nodes(inputs: Inputs) -> tuple[ShapeChecked, ...]:
    hosts = {rule.host for rule in inputs.rules if rule.host}
    reached = {host: len(focus_nodes(inputs.shapes, host, inputs.kb.graph)) for host in hosts}
    on = {rule.iri: not rule.off for rule in inputs.rules}
    return tuple(
        ShapeChecked(rule.iri, rule.code, reached[rule.host] * on[rule.iri]) for rule in inputs.rules if rule.host
    )


def _why_meaningless(inputs: Inputs, counted: Sequence[ShapeChecked]) -> str:
    """Why a pass would be meaningless; empty if it would not."""
    if not any(has_target(inputs.shapes, rule.host) for rule in inputs.rules if rule.host and not rule.off):
        return "no shapes: there is nothing to check against"
    if not inputs.kb.graph.instances(FC.Claim):
        return "no claims: there is nothing to check"
    rules = {rule.iri: rule for rule in inputs.rules}
    nodes = {shape.iri: shape.nodes for shape in counted}
    for shape in sorted(inputs.shapes.instances(SH.NodeShape)):
        if has_target(inputs.shapes, shape) and shape not in rules and not is_host(inputs, shape):
            return f"the shape {short_iri(shape)} has no rule code"
    for iri, count in sorted(nodes.items()):
        if not has_target(inputs.shapes, rules[iri].host):
            return f"the shape {short_iri(iri)} has no target, so it checks nothing"
        if count == 0 and not rules[iri].idle and not rules[iri].off:
            return f"the shape {short_iri(iri)} ({rules[iri].code}) matches no node"
    return ""


def _report(
    inputs: Inputs,
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


def _data(inputs: Inputs) -> Iterator[tuple[str, bytes]]:
    for file in (*inputs.kb.files, *inputs.shape_files):
        yield file.name, file.document.data
    for settings in (inputs.floors.settings, inputs.waivers.settings):
        if settings is not None:
            yield settings.name, settings.data


def _settings_checked(inputs: Inputs) -> Iterator[FileChecked]:
    for settings in (inputs.floors.settings, inputs.waivers.settings):
        if settings is not None:
            yield FileChecked(settings.name, len(settings.data), digest_bytes(settings.data), 0)


def _file_checked(file: LoadedFile) -> FileChecked:
    document = file.document
    return FileChecked(file.name, len(document.data), document.digest, len(document.triples))


def versions() -> dict[str, str]:
    """Name and version of every tool that is used in a check."""
    return {"python": platform.python_version(), **dict(_tools())}


@cache
def _tools() -> tuple[tuple[str, str], ...]:
    """Name and version of every package, read from their files once."""
    return tuple((name, metadata.version(name)) for name in TOOLS)
