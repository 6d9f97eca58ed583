"""A second shapes engine over everything that the first one is tested on: two programs that share no code must say
the same.

    python -m tests.players.second_engine [--w3c FOLDER]

The first is pySHACL, run as `kb check` runs it. The second is pyshifty, an engine in Rust with a SPARQL engine of its
own, used in tests only. Compared is every result: shape, component, severity, focus node, path and value. Where the
two differ and one is known to be wrong, `KNOWN` says which, why, and how to see it in a few lines; that list may only
shrink. With the W3C's cases at hand the second engine is played against them too, so that one knows how far to trust
it. Exit code 0 where all agree or differ as known, 1 where not, 4 where nothing was compared.
"""

from __future__ import annotations

import argparse
import logging
import re
import shutil
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import rdflib

import kb
from kb.finding import BLANK
from kb.model.knowledge_base import load_kb
from kb.rdf.graph import Graph, key
from kb.rdf.turtle import SHAPES, read_turtle
from kb.shacl.engine import keep_literals, read_rules, run_shapes
from kb.shacl.graph import ox_term
from kb.shacl.paths import path_text
from kb.vocab import PREFIXES, RDF, SH
from tests.kb.validation.test_seeded_defects import seed
from tests.players import earl
from tests.support.shape_cases import CASES, ROOT, all_shapes, case_files, home, read_case, vocabulary, world

W3C = ROOT.parent / "shared" / "w3c" / "shacl" / "core"
REAL, SEEDED = "the real base", "the real base, with defects put in"


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """One result: rule code or name of the shape, component, severity, focus node, path of the shape, value."""

    shape: str
    component: str
    severity: str
    focus: str
    path: str
    value: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What only one of the two engines says of a fixture."""

    first: frozenset[Row]
    second: frozenset[Row]

    def __bool__(self) -> bool:
        return bool(self.first or self.second)


@dataclass(frozen=True, slots=True)
class Known:
    """A difference that is understood.

    Attributes:
        fixtures: which fixtures show it.
        wrong: the engine that is wrong.
        reason: why, in a sentence.
        shape, component: what the results that differ are about.
        data, shapes: Turtle (with the prefixes of the house) in which the two differ for this reason alone.
        first, second: how many results each finds there.
    """

    fixtures: tuple[str, ...]
    wrong: str
    reason: str
    shape: str
    component: str
    data: str
    shapes: str
    first: int
    second: int

    def covers(self, fixture: str, difference: Difference) -> bool:
        """Whether this is the whole of a difference."""
        rows = difference.first | difference.second
        about = {(row.shape, row.component) for row in rows}
        return fixture in self.fixtures and about == {(self.shape, self.component)}


KNOWN: tuple[Known, ...] = ()
"""Every fixture on which the two differ; there is none."""

W3C_WRONG: Mapping[str, str] = {
    "property/uniqueLang-002": 'takes sh:uniqueLang "1" for true (pySHACL does so too; see kb.shapes)',
}
"""The W3C's cases that the second engine does not pass."""


# --- the engines -------------------------------------------------------------------------------------------


def first(data: Graph, shapes: Graph) -> frozenset[Row]:
    """What pySHACL finds, as `kb check` runs it."""
    codes = _codes(shapes)
    return frozenset(
        Row(
            codes.get(result.shape, result.shape),
            _local(result.component),
            _local(result.severity),
            result.reported_focus,
            result.path,
            result.value,
        )
        for result in run_shapes(data, shapes)
    )


def second(data: Graph, shapes: Graph) -> frozenset[Row]:
    """What pyshifty finds. Whatever it does not support is an error, and so is whatever it warns of."""
    report = second_report(data, shapes)
    codes = _codes(shapes)

    def row(result: str) -> Row:
        shape = report.value(result, SH.sourceShape) or ""
        path = shapes.value(shape, SH.path) or report.value(result, SH.resultPath) or ""
        return Row(
            codes.get(shape, shape),
            _local(report.value(result, SH.sourceConstraintComponent) or ""),
            _local(report.value(result, SH.resultSeverity) or ""),
            _written(report.objects(result, SH.focusNode)),
            path_text(shapes.value, path),
            _written(report.objects(result, SH.value)),
        )

    return frozenset(map(row, report.subjects(RDF.type, SH.ValidationResult)))


def second_report(data: Graph, shapes: Graph) -> Graph:
    """The second engine's report. It names blank nodes anew, so a path that has no name is put in as the shape has it.

    Raises:
        ValueError: it refuses the shapes.
        shifty.ShaclDiagnosticWarning: it cannot do what they ask for.
    """
    import shifty  # tests that need it are skipped where there is none

    with warnings.catch_warnings(), keep_literals():
        warnings.simplefilter("error", shifty.ShaclDiagnosticWarning)
        engine = shifty.PreparedValidator(_ntriples(shapes))
        _, report, _ = engine.validate(
            _ntriples(data), graph_mode="data", infer=False, sort_results=False, on_unsupported="error"
        )
        return Graph.of(triple for row in sorted(report) for triple in _with_path(report, row, shapes))


def _with_path(report: rdflib.Graph, row: tuple[rdflib.term.Node, ...], shapes: Graph) -> Iterator[ox.Triple]:
    subject, predicate, value = map(ox_term, row)
    assert isinstance(predicate, ox.NamedNode) and not isinstance(subject, ox.Literal)
    if predicate.value == SH.resultPath and isinstance(value, ox.BlankNode):
        shape = report.value(row[0], rdflib.URIRef(SH.sourceShape))
        for value in shapes.objects(str(shape), SH.path):
            yield from _beneath(shapes, key(value))
    yield ox.Triple(subject, predicate, value)


def _beneath(graph: Graph, node: str) -> Iterator[ox.Triple]:
    """The triples of a blank node, and of those that it points at."""
    if node.startswith("_:"):
        for predicate in graph.predicates(node):
            for value in graph.objects(node, predicate):
                yield ox.Triple(ox.BlankNode(node[2:]), ox.NamedNode(predicate), value)
                yield from _beneath(graph, key(value))


def _ntriples(graph: Graph) -> bytes:
    return "".join(f"{triple} .\n" for triple in graph.triples).encode()


def _codes(shapes: Graph) -> dict[str, str]:
    return {rule.iri: rule.code for rule in read_rules(shapes)}


def _local(iri: str) -> str:
    return iri.removeprefix(SH.iri)


def _written(terms: Sequence[object]) -> str:
    return "" if not terms else BLANK if isinstance(terms[0], ox.BlankNode) else str(terms[0])


# --- the fixtures ------------------------------------------------------------------------------------------


def compare(data: Graph, shapes: Graph) -> tuple[Difference, frozenset[Row]]:
    """What only one engine says, and what both do."""
    one, other = first(data, shapes), second(data, shapes)
    return Difference(one - other, other - one), one & other


def rule_fixtures() -> Iterator[tuple[str, Difference, int]]:
    """Each fixture of the rules: its name, what differs, how many results both find. One run of each engine."""
    cases = [read_case(path) for path in case_files()]
    worlds = (triple for number, case in enumerate(cases) for triple in world(case.triples, number))
    difference, both = compare(Graph.of((*vocabulary(), *worlds)), all_shapes())
    only, others, shared = (_by_world(rows) for rows in (difference.first, difference.second, both))
    for number, case in enumerate(cases):
        rows = Difference(frozenset(only.get(number, ())), frozenset(others.get(number, ())))
        yield case.label, rows, len(shared.get(number, ()))


def _by_world(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:  # a rule that asks the whole base from one node names what it found in the value
        number = home(row.focus.strip("<>"))[0] or home(row.value.strip("<>"))[0]
        found.setdefault(number, []).append(row)
    return found


def bases() -> Iterator[tuple[str, Graph, Graph]]:
    """Whole bases with their shapes: the small ones, the real one, and the real one with the seeded defects."""
    for name in ("base", "least"):
        document = read_turtle((CASES / f"{name}.ttl").read_bytes(), source=name)
        yield f"{name}.ttl", Graph.of((*vocabulary(), *document.triples)), all_shapes()
    yield REAL, load_kb(ROOT).graph, all_shapes()
    with tempfile.TemporaryDirectory() as folder:
        place = kb.find_home(ROOT)
        for path in (*place.data_files(), *place.shape_files()):
            target = Path(folder) / place.name(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        seed(Path(folder))
        broken = kb.find_home(Path(folder))
        shapes = (read_turtle(p.read_bytes(), source=p.name, policy=SHAPES) for p in broken.shape_files())
        triples = tuple(triple for document in shapes for triple in document.triples)
        yield SEEDED, load_kb(broken).graph, Graph.of(triples)


def base_fixtures() -> Iterator[tuple[str, Difference, int]]:
    """Each whole base: its name, what differs, how many results both find."""
    for name, data, shapes in bases():
        difference, both = compare(data, shapes)
        yield name, difference, len(both)


def reproduced(known: Known) -> tuple[int, int]:
    """How many results each engine finds in the few lines of a known difference."""
    head = "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in PREFIXES.items())
    data, shapes = (
        Graph.of(read_turtle((head + text).encode(), source="x", policy=SHAPES).triples)
        for text in (known.data, known.shapes)
    )
    return len(first(data, shapes)), len(second(data, shapes))


# --- judging -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What came of a comparison.

    Attributes:
        fixtures: each by name, with the number of results that both engines find.
        known: fixtures that differ as known.
        unknown: fixtures that differ otherwise.
        outlived: fixtures that are said to differ and do not, in sentences.
    """

    fixtures: Mapping[str, int]
    known: Mapping[str, Known]
    unknown: Mapping[str, Difference]
    outlived: tuple[str, ...]


def judge(found: Iterable[tuple[str, Difference, int]], known: Sequence[Known] = KNOWN) -> Outcome:
    """Sort the fixtures into those that agree, those that differ as known, and the others."""
    fixtures, understood, unknown = dict[str, int](), dict[str, Known](), dict[str, Difference]()
    for name, difference, count in found:
        fixtures[name] = count
        entry = next((each for each in known if each.covers(name, difference)), None)
        if difference and entry:
            understood[name] = entry
        elif difference:
            unknown[name] = difference
    said = [name for each in known for name in each.fixtures]
    outlived = tuple(f"{name} agrees now, or is gone: take it off the list" for name in said if name not in understood)
    return Outcome(fixtures, understood, unknown, outlived)


def w3c(folder: Path) -> dict[str, str]:
    """The W3C's core cases through the second engine alone: name of the case to what it says otherwise."""
    return {case.name: _w3c_fault(case) for case in earl.cases(folder)}


def _w3c_fault(case: earl.Case) -> str:
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)  # ill-typed literals are what some cases are about
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = second_report(case.data, case.shapes)
    (node,) = report.subjects(RDF.type, SH.ValidationReport)
    want, have = earl.results(case.expected, case.report), earl.results(report, node)
    faults = [f"missing {row}" for row in (want - have).elements()]
    faults += [f"too many {row}" for row in (have - want).elements()]
    if earl.conforms(case.expected, case.report) != earl.conforms(report, node):
        faults.append(f"sh:conforms is {earl.conforms(report, node)}")
    return "; ".join(faults)


def table(outcome: Outcome) -> str:
    """The comparison for people."""
    lines = [f"{'':10} {'fixtures':>8} {'results of both':>16} {'agree':>6} {'known':>6} {'unknown':>8}"]
    rooms = Counter(map(_room, outcome.fixtures))
    for room, count in sorted(rooms.items()):
        names = [name for name in outcome.fixtures if _room(name) == room]
        shared = sum(outcome.fixtures[name] for name in names)
        known, unknown = (sum(name in rows for name in names) for rows in (outcome.known, outcome.unknown))
        lines.append(f"{room:10} {count:8} {shared:16} {count - known - unknown:6} {known:6} {unknown:8}")
    for name, entry in outcome.known.items():
        lines += [f"\n{name}: {entry.wrong} is wrong", f"  {entry.reason}"]
        lines += [f"  data    {entry.data}", f"  shapes  {entry.shapes}"]
    for name, difference in outcome.unknown.items():
        lines.append(f"\n{name}: THE ENGINES DIFFER")
        lines += [f"  only pySHACL   {row}" for row in sorted(difference.first)]
        lines += [f"  only pyshifty  {row}" for row in sorted(difference.second)]
    return "\n".join([*lines, *(f"\n{sentence}" for sentence in outcome.outlived)])


def _room(name: str) -> str:
    match = re.match(r"FC\d", name)
    return f"{match[0]}.." if match else "bases"


def main(words: Sequence[str] | None = None) -> int:
    """Compare, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--w3c", type=Path, default=W3C, help="the folder with the W3C's SHACL core cases")
    arguments = parser.parse_args(words)
    outcome = judge((*rule_fixtures(), *base_fixtures()))
    print(table(outcome))
    failed = bool(outcome.unknown or outcome.outlived)
    if arguments.w3c.is_dir():
        faults = w3c(arguments.w3c)
        wrong = {name: fault for name, fault in faults.items() if fault}
        print(f"\nW3C SHACL core, pyshifty alone: {len(faults) - len(wrong)} of {len(faults)}")
        for name, fault in wrong.items():
            print(f"  {name}: {W3C_WRONG.get(name, f'UNKNOWN: {fault}')}")
        failed = failed or set(wrong) != set(W3C_WRONG)
    else:
        print(f"\nNO W3C CASES in {arguments.w3c}: the second engine was not played against them")
    if not sum(outcome.fixtures.values()):
        print("nothing was compared: no results at all")
        return 4
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
