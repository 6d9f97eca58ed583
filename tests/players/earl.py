"""The W3C's SHACL core suite through our own report: each case is validated, written as our Turtle report, read
back, and compared with the results that the case expects. As a program it writes an EARL report.

What is compared is what the suite's own rules ask for: whether the data conforms, and of every result the focus
node, the path, the value, the severity, the component and the shape, blank nodes alike; a message where the case
names one. Results that are there twice count twice.
"""

from __future__ import annotations

import argparse
import logging
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

import kb
from kb.finding import Report
from kb.rdf.graph import Graph, key
from kb.rdf.turtle import read_turtle, syntax_only
from kb.report import as_turtle
from kb.shacl.engine import read_rules, run_shapes
from kb.validation.findings import finding_of
from kb.vocab import RDF, RDFS, SH
from tests.support.paths import ROOT, SHARED

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"
SUITE = "https://w3c.github.io/data-shapes/data-shapes-test-suite/tests/core/"

# What a result says, in the order of the standard (section 3.6.2).
_SAID = (SH.focusNode, SH.resultPath, SH.value, SH.resultSeverity, SH.sourceConstraintComponent, SH.sourceShape)


@dataclass(frozen=True)
class Case:
    """One case: its IRI, its name, the data, the shapes, what is expected."""

    iri: str
    name: str
    data: Graph
    shapes: Graph
    expected: Graph
    report: str


def cases(folder: Path) -> tuple[Case, ...]:
    """Every case below the folder `core`, in the order of their names."""
    found = (case for path in sorted(folder.rglob("*.ttl")) for case in _cases(path, folder))
    return tuple(sorted(found, key=lambda case: case.name))


def _cases(path: Path, folder: Path) -> Iterator[Case]:
    base = SUITE + path.relative_to(folder).as_posix()
    manifest = _read(path, base)
    for iri in manifest.subjects(RDF.type, SHT + "Validate"):
        action, result = manifest.value(iri, MF + "action"), manifest.value(iri, MF + "result")
        assert action and result, f"{path}: a case without an action or a result"
        data, shapes = (_graph(folder, manifest.value(action, SHT + name)) for name in ("dataGraph", "shapesGraph"))
        name = f"{path.relative_to(folder).parent.as_posix()}/{iri.rpartition('/')[2]}"
        yield Case(iri, name, data, shapes, manifest, result)


def _graph(folder: Path, iri: str | None) -> Graph:
    return _read(folder / str(iri).removeprefix(SUITE), iri)


def _read(path: Path, base: str | None) -> Graph:
    return Graph.of(read_turtle(path.read_bytes(), source=path.name, policy=syntax_only(base)).triples)


def reported(case: Case) -> Graph:
    """Our report on a case, as it was written and read back."""
    rules = {rule.iri: rule for rule in read_rules(case.shapes)}
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)  # ill-typed literals are what some cases are about
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        findings = [finding_of(result, rules) for result in run_shapes(case.data, case.shapes)]
    report = Report(tuple(sorted(findings, key=lambda finding: finding.sort_key)))
    text = as_turtle(report)
    return Graph.of(read_turtle(text.encode(), source="the report", policy=syntax_only(None)).triples)


def difference(case: Case) -> str:
    """What the report says otherwise than the case expects; empty where it says the same."""
    ours = reported(case)
    (node,) = ours.subjects(RDF.type, SH.ValidationReport)
    want, have = results(case.expected, case.report), results(ours, node)
    messages, said = _messages(case.expected, case.report), _messages(ours, node)
    faults = [f"missing {row}" for row in sorted((want - have).elements())]
    faults += [f"too many {row}" for row in sorted((have - want).elements())]
    faults += [f"message {text} is missing" for text in sorted(messages - said)]
    if conforms(case.expected, case.report) != conforms(ours, node):
        faults.append(f"sh:conforms is {conforms(ours, node)}")
    return "; ".join(faults)


def conforms(graph: Graph, report: str) -> bool:
    """What a report says of the whole."""
    return graph.value(report, SH.conforms) in ("true", "1")


def _messages(graph: Graph, report: str) -> set[str]:
    return {str(text) for result in graph.nodes(report, SH.result) for text in graph.objects(result, SH.resultMessage)}


def results(graph: Graph, report: str) -> Counter[tuple[str, ...]]:
    """Each result as what it says; a blank node is as good as another, but a path is compared step by step."""
    rows = []
    for result in graph.nodes(report, SH.result):
        said = [_first(graph, result, predicate) for predicate in _SAID]
        said[1] = _path(graph, graph.value(result, SH.resultPath))
        rows.append(tuple(said))
    return Counter(rows)


def _first(graph: Graph, subject: str, predicate: str) -> str:
    found = graph.objects(subject, predicate)
    return _text(found[0]) if found else "-"


def _text(term: object) -> str:
    return "[]" if isinstance(term, ox.BlankNode) else str(term)


def _path(graph: Graph, node: str | None) -> str:
    """A path, steps in the order in which they stand."""
    if node is None:
        return "-"
    if graph.value(node, RDF.first) is not None:
        return "( " + " ".join(_path(graph, member) for member in graph.items(node)) + " )"
    steps = [
        f"[ {predicate.removeprefix(SH.iri)} {_path(graph, key(term))} ]"
        for predicate in graph.predicates(node)
        for term in graph.objects(node, predicate)
        if node.startswith("_:")
    ]
    return " ".join(steps) or f"<{node}>"


# --- the EARL report -------------------------------------------------------------------------------------


def earl(outcomes: dict[str, str]) -> str:
    """An EARL report (https://www.w3.org/TR/EARL10-Schema/): one assertion a case.

    Args:
        outcomes: IRI of a case to what differs; empty where it passed.
    """
    passed = sum(not fault for fault in outcomes.values())
    head = f"""@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix doap: <http://usefulinc.com/ns/doap#> .
@prefix earl: <http://www.w3.org/ns/earl#> .
@prefix rdfs: <{RDFS.iri}> .

<urn:factcite> a doap:Project , earl:Software , earl:TestSubject , earl:Assertor ;
    doap:name "Factcite" ;
    doap:release [ doap:revision "{kb.__version__}" ] ;
    rdfs:comment "{passed} of {len(outcomes)} passed"@en .
"""
    return head + "".join(_assertion(iri, fault) for iri, fault in sorted(outcomes.items()))


def _assertion(iri: str, fault: str) -> str:
    outcome = "failed" if fault else "passed"
    comment = f" ; dcterms:description {ox.Literal(fault)}" if fault else ""
    return f"""
[] a earl:Assertion ;
    earl:assertedBy <urn:factcite> ;
    earl:subject <urn:factcite> ;
    earl:test <{iri}> ;
    earl:mode earl:automatic ;
    earl:result [ a earl:TestResult ; earl:outcome earl:{outcome}{comment} ] .
"""


def main(words: Sequence[str] | None = None) -> int:
    """Run the suite, write the report, say what failed; exit code 1 where something did, 4 where nothing was run."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.players.earl", description="The W3C's SHACL cases as an EARL report."
    )
    parser.add_argument("--cases", type=Path, metavar="DIR", default=SHARED / "w3c" / "shacl" / "core")
    parser.add_argument("--output", type=Path, metavar="FILE", default=ROOT / "build" / "earl.ttl")
    given = parser.parse_args(words)
    found = cases(given.cases)
    if not found:
        print(f"no cases in {given.cases}: nothing was run", file=sys.stderr)
        return 4
    outcomes = {case.iri: difference(case) for case in found}
    names = {case.iri: case.name for case in found}
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(earl(outcomes), "utf-8")
    failed = {names[iri]: fault for iri, fault in outcomes.items() if fault}
    print(f"{len(outcomes) - len(failed)} of {len(outcomes)} passed; {given.output}")
    for name, fault in sorted(failed.items()):
        print(f"failed {name}: {fault}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
