"""The W3C's tests of SPARQL 1.1 queries, evaluation and syntax, asked of a running server and of the engine alone.

    python -m tests.players.w3c_query --cases DIR   # a checkout of w3c/rdf-tests, its sparql/sparql11, or one manifest

The cases are not kept here and not fetched; the source archive of rdflib on PyPI carries a copy of them
(`test/data/suites/w3c/sparql11`), w3c/rdf-tests is where they live. Every data file of the suite becomes a named
graph of one base, and each question names its dataset as the protocol has it (`default-graph-uri`,
`named-graph-uri`), unless the query names it itself. The query's own address is put in front of it as BASE, because
HTTP has no other place for it. The engine alone gets the same graphs, datasets and questions, in a process that has
given up the network.

A test that the endpoint refuses on purpose (SERVICE, FROM with a graph that is not here) counts as failed, with the
reason. Numbers and booleans are compared as values, because neither side promises how it writes them; everything else
is compared as terms, rows as a bag. Exit 0 where the server passes all that the engine passes, but for what it refuses
on purpose.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import io
import json
import multiprocessing
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlencode

import pyoxigraph as ox

import kb
import webapp
from kb.rdf.turtle import read_turtle, syntax_only
from kb.sandbox import leave_network
from tests.players.w3c_protocol import MF, NamedFile
from tests.support.live import live

ROOT = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/"
"""Where the suite says that it is; addresses of its files are made from it and lead back to the folder."""
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
SD = "http://www.w3.org/ns/sparql-service-description#"
EVALUATION = {"QueryEvaluationTest", "CSVResultFormatTest"}
POSITIVE = {"PositiveSyntaxTest11", "PositiveSyntaxTest"}
NEGATIVE = {"NegativeSyntaxTest11", "NegativeSyntaxTest"}
RDF_SUFFIXES = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".trig": ox.RdfFormat.TRIG,
}
RESULT_SUFFIXES = {
    ".srx": ox.QueryResultsFormat.XML,
    ".srj": ox.QueryResultsFormat.JSON,
    ".tsv": ox.QueryResultsFormat.TSV,
}
ACCEPT = {
    ".srx": "application/sparql-results+xml",
    ".srj": "application/sparql-results+json",
    ".tsv": "text/tab-separated-values",
    ".csv": "text/csv",
    "graph": "application/n-triples",
}
SIGNED = ("negativeInteger", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger")
SIZED = ("int", "long", "short", "byte", "unsignedInt")
NUMERIC = {kb.PREFIXES["xsd"] + name for name in ("integer", "decimal", "float", "double", *SIGNED, *SIZED)}
BOOLEAN = kb.PREFIXES["xsd"] + "boolean"
TRUTHS = {"0": "false", "1": "true"}
POLICY = ("SERVICE is not allowed", "and nothing is fetched")
NOWHERE = ROOT + "no-such-graph"

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row: TypeAlias = Mapping[str, Term]


@dataclass(frozen=True)
class Case:
    """One test.

    Attributes:
        name: `folder/label: title`.
        kind: the last part of its type.
        query, result: files; no result for a syntax test.
        base: the address of the query.
        files: addresses of its data files.
        data, named: addresses of the graphs of the dataset.
        lax: whether each row may come more or less often.
    """

    name: str
    kind: str
    query: Path
    base: str
    result: Path | None = None
    files: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    lax: bool = False

    @property
    def text(self) -> str:
        """The query."""
        return self.query.read_text("utf-8")

    @property
    def dataset(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Graphs of the default graph, and named graphs; both empty where the query itself names them."""
        if re.search(r"^\s*FROM\b", self.text, re.IGNORECASE | re.MULTILINE):
            return (), ()
        return self.data or (NOWHERE,), self.named


@dataclass(frozen=True)
class Suite:
    """The tests, and how many were left out, by the reason."""

    cases: tuple[Case, ...]
    left_out: Mapping[str, int]
    folder: Path

    @property
    def files(self) -> tuple[str, ...]:
        """Every data file that some test needs."""
        return tuple(sorted({iri for case in self.cases for iri in case.files}))

    def path(self, iri: str) -> Path:
        """The file behind an address."""
        return self.folder / iri.removeprefix(ROOT)


@dataclass(frozen=True)
class Found:
    """What came back: rows and the form of the answer, or a reason why none did.

    Attributes:
        rows: of a table; a triple is a row of three.
        truth: of an ASK.
        text: of an answer in CSV.
        refused: why there is no answer.
    """

    rows: tuple[Row, ...] = ()
    truth: bool | None = None
    text: str | None = None
    refused: str = ""


# --- reading the suite -----------------------------------------------------------------------------------


def read_suite(cases: Path) -> Suite:
    """The tests that a manifest and those it includes list."""
    places = [cases, cases / "manifest-all.ttl", cases / "sparql" / "sparql11" / "manifest-all.ttl"]
    top = next((place for place in places if place.is_file()), None)
    if top is None:
        raise kb.UsageError(f"no manifest-all.ttl in {cases}", help="give a checkout of w3c/rdf-tests")
    found: dict[str, Case] = {}
    left_out: Counter[str] = Counter()
    for place in manifests(top, top.parent):
        for case in [place] if isinstance(place, str) else read_manifest(place, top.parent):
            if isinstance(case, Case):
                found[case.name] = case
            else:
                left_out[case] += 1
    return Suite(tuple(found.values()), left_out, top.parent)


def manifests(path: Path, folder: Path) -> Iterator[Path | str]:
    """A manifest and all that it includes; a reason in place of one that belongs to another suite."""
    graph = read_graph(path, folder)
    yield path
    for _, head in graph.pairs(MF + "include"):
        for iri in graph.items(head):
            if iri.startswith(ROOT):
                yield from manifests(folder / iri.removeprefix(ROOT), folder)
            else:
                yield "a manifest of another suite"


def read_graph(path: Path, folder: Path) -> kb.Graph:
    """The triples of a file of the suite that are in no named graph."""
    return read_graphs(path, folder)[address(path, folder)]


def read_graphs(path: Path, folder: Path) -> dict[str, kb.Graph]:
    """The graphs of a file of the suite by name; the one without a name under the address of the file."""
    base = address(path, folder)
    found: dict[str, list[ox.Triple]] = {base: []}
    for quad in ox.parse(path.read_bytes(), format=RDF_SUFFIXES[path.suffix], base_iri=base):
        name = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else base
        found.setdefault(name, []).append(quad.triple)
    return {name: kb.Graph.of(triples) for name, triples in found.items()}


def address(path: Path, folder: Path) -> str:
    """Where the suite says that a file is."""
    return ROOT + path.relative_to(folder).as_posix()


def read_manifest(path: Path, folder: Path) -> Iterator[Case | str]:
    """Its tests; a reason in place of one that is left out."""
    graph = read_graph(path, folder)
    for _, head in graph.pairs(MF + "entries"):
        for node in graph.items(head):
            kinds = [kind.rpartition("#")[2] for kind in graph.nodes(node, kb.RDF.type)]
            kind = next((kind for kind in kinds if kind in EVALUATION | POSITIVE | NEGATIVE), "")
            action = next(iter(graph.nodes(node, MF + "action")), "")
            if not kind or action.endswith(".ru"):
                yield f"{kinds[0] if kinds else 'no type'}: not a test of queries"
            elif graph.nodes(action, SD + "entailmentRegime") or path.parent.name == "entailment":
                yield "needs an entailment regime"
            else:
                yield read_case(graph, node, kind, action, folder)


def read_case(graph: kb.Graph, node: str, kind: str, action: str, folder: Path) -> Case:
    """One test."""
    query = graph.value(action, QT + "query") or action
    result = graph.value(node, MF + "result")
    title = graph.value(node, MF + "name") or ""
    data, named = graph.nodes(action, QT + "data"), graph.nodes(action, QT + "graphData")
    datasets = [iri for iri in data if iri.endswith(".trig")]
    inside = [name for iri in datasets for name in read_graphs(folder / iri.removeprefix(ROOT), folder)]
    place = query.removeprefix(ROOT).rpartition("/")[0]
    return Case(
        name=f"{place}/{node.rpartition('#')[2]}: {title}",
        kind=kind,
        query=folder / query.removeprefix(ROOT),
        base=query,
        result=folder / result.removeprefix(ROOT) if result else None,
        files=(*data, *named),
        data=data,
        named=(*named, *(name for name in inside if name not in data)),
        lax=MF + "LaxCardinality" in graph.nodes(node, MF + "resultCardinality"),
    )


def read_base(suite: Suite) -> kb.KnowledgeBase:
    """A base in which every data file of the suite is a named graph, and that declares no prefix of its own."""
    graphs: dict[str, kb.Graph] = {}
    for iri in suite.files:
        for name, graph in read_graphs(suite.path(iri), suite.folder).items():
            if graphs.setdefault(name, graph) != graph:
                raise kb.UsageError(f"two tests mean different graphs by <{name}>", help="play them one by one")
    files = []
    for iri, graph in graphs.items():
        data = ox.serialize(graph.triples, format=ox.RdfFormat.N_TRIPLES) or b""
        document = read_turtle(data, source=iri, policy=syntax_only(iri))
        files.append(NamedFile(iri, replace(document, prefixes={})))
    return kb.KnowledgeBase(kb.find_home(), tuple(files))


# --- asking ----------------------------------------------------------------------------------------------


@contextmanager
def serving(suite: Suite) -> Iterator[str]:
    """A server over the graphs of the suite; where it is, without a slash at the end."""
    with live(webapp.create_app(base=read_base(suite), WORKERS=1, TRUSTED_HOSTS=["127.0.0.1"])) as url:
        yield url


def over_http(url: str, case: Case) -> Found:
    """The answer of a server."""
    data, named = case.dataset
    dataset = urlencode([("default-graph-uri", iri) for iri in data] + [("named-graph-uri", iri) for iri in named])
    suffix = case.result.suffix if case.result else ""
    accept = ", ".join(dict.fromkeys((ACCEPT.get(suffix, ACCEPT[".srj"]), ACCEPT["graph"])))
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    try:
        headers = {"Content-Type": "application/sparql-query", "Accept": accept}
        connection.request("POST", f"/sparql?{dataset}", f"BASE <{case.base}>\n{case.text}".encode(), headers)
        response = connection.getresponse()
        body = response.read()
        media_type = (response.getheader("Content-Type") or "").partition(";")[0]
    finally:
        connection.close()
    if response.status != 200:
        return Found(refused=f"{response.status} {json.loads(body).get('detail', '')}")
    if media_type == ACCEPT["graph"]:
        return Found(rows=tuple(_as_row(quad.triple) for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)))
    if media_type == "text/csv":
        return Found(text=body.decode())
    return read_table(body, next(RESULT_SUFFIXES[suffix] for suffix in RESULT_SUFFIXES if ACCEPT[suffix] == media_type))


def alone(suite: Suite) -> list[Found]:
    """The answers of the engine, in a process of its own without network."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=leave_network) as process:
        return process.submit(ask_engine, suite).result()


def ask_engine(suite: Suite) -> list[Found]:
    """The answers of the engine, in this process."""
    store = ox.Store()
    store.extend(read_base(suite).quads(derived=False))
    return [_ask_engine(store, case) for case in suite.cases]


def _ask_engine(store: ox.Store, case: Case) -> Found:
    data, named = case.dataset
    default: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = [ox.NamedNode(iri) for iri in data]
    graphs: list[ox.NamedNode | ox.BlankNode] = [ox.NamedNode(iri) for iri in named]
    try:
        result = store.query(case.text, base_iri=case.base, default_graph=default or None, named_graphs=graphs or None)
        if isinstance(result, ox.QueryBoolean):
            return Found(truth=bool(result))
        if isinstance(result, ox.QueryTriples):
            return Found(rows=tuple(_as_row(triple) for triple in result))
        if case.result is not None and case.result.suffix == ".csv":
            return Found(text=(result.serialize(format=ox.QueryResultsFormat.CSV) or b"").decode())
        return Found(rows=_rows(result))
    except SyntaxError as error:
        return Found(refused=str(error))
    except (ValueError, RuntimeError, OSError) as error:
        return Found(refused=f"cannot answer: {error}")


def read_table(body: bytes, format: ox.QueryResultsFormat) -> Found:
    """A table or a truth in one of the result formats."""
    result = ox.parse_query_results(body, format=format)
    return Found(truth=bool(result)) if isinstance(result, ox.QueryBoolean) else Found(rows=_rows(result))


def _rows(result: ox.QuerySolutions) -> tuple[Row, ...]:
    names = [variable.value for variable in result.variables]
    return tuple(
        {name: term for name, term in zip(names, solution, strict=True) if term is not None} for solution in result
    )


def _as_row(triple: ox.Triple) -> Row:
    return {"subject": triple.subject, "predicate": triple.predicate, "object": triple.object}


# --- judging ---------------------------------------------------------------------------------------------


def judge(suite: Suite, case: Case, found: Found) -> str:
    """What is wrong with an answer; empty where nothing is."""
    if case.kind in NEGATIVE:
        return "" if found.refused else "accepted, and it is no SPARQL"
    if found.refused:
        return "" if case.kind in POSITIVE and "cannot answer:" in found.refused else found.refused
    return differs(read_result(suite, case), found, lax=case.lax) if case.kind in EVALUATION else ""


def read_result(suite: Suite, case: Case) -> Found:
    """What a test expects."""
    assert case.result is not None, f"{case.name} has no result"
    body, suffix = case.result.read_bytes(), case.result.suffix
    if suffix == ".csv":
        return Found(text=body.decode())
    if suffix in RESULT_SUFFIXES:
        return read_table(body, RESULT_SUFFIXES[suffix])
    graph = read_graph(case.result, suite.folder)
    sets = graph.instances(RS + "ResultSet")
    if not sets:
        return Found(rows=tuple(_as_row(triple) for triple in graph.triples))
    truth = graph.value(sets[0], RS + "boolean")
    if truth is not None:
        return Found(truth=truth == "true")
    return Found(rows=tuple(_solution(graph, node) for node in graph.nodes(sets[0], RS + "solution")))


def _solution(graph: kb.Graph, node: str) -> Row:
    bindings = graph.nodes(node, RS + "binding")
    return {graph.value(each, RS + "variable") or "": graph.objects(each, RS + "value")[0] for each in bindings}


def differs(wanted: Found, found: Found, *, lax: bool = False) -> str:
    """How an answer differs from the one that is expected; empty where it does not."""
    if wanted.truth is not None or found.truth is not None:
        return "" if wanted.truth == found.truth else f"{found.truth}, not {wanted.truth}"
    if wanted.text is not None:
        ours, theirs = _lines(found.text or ""), _lines(wanted.text)
        return "" if ours == theirs else f"other lines: {sorted((ours - theirs).elements())[:2]}"
    left, right = ([_normal(row) for row in rows] for rows in (wanted.rows, found.rows))
    if lax:
        left, right = list(dict.fromkeys(left)), list(dict.fromkeys(right))
    if len(left) != len(right):
        return f"{len(right)} rows, not {len(left)}"
    return "" if same(left, right) else "other rows"


def _lines(text: str) -> Counter[tuple[tuple[str, str], ...]]:
    """The lines of a CSV answer as a bag, columns by name, numbers as values; labels of blank nodes all the same."""
    cells = ({name: "_:" if cell.startswith("_:") else cell for name, cell in row.items()} for row in _csv(text))
    return Counter(tuple(sorted((name, _number(cell)) for name, cell in row.items())) for row in cells)


def _csv(text: str) -> Iterator[dict[str, str]]:
    return iter(csv.DictReader(io.StringIO(text)))


Normal: TypeAlias = tuple[tuple[str, str, str], ...]
"""A row: variable, what kind of term (`blank` for a blank node), and what it says."""


def _normal(row: Row) -> Normal:
    return tuple(sorted((name, *_said(term)) for name, term in row.items()))


def _said(term: Term) -> tuple[str, str]:
    if isinstance(term, ox.BlankNode):
        return "blank", term.value
    if isinstance(term, ox.Literal) and term.datatype.value in NUMERIC:
        return term.datatype.value, _number(term.value)
    if isinstance(term, ox.Literal) and term.datatype.value == BOOLEAN:
        return BOOLEAN, TRUTHS.get(term.value, term.value)
    return "term", str(term)


def _number(text: str) -> str:
    try:
        return str(Decimal(text).normalize() + 0)
    except InvalidOperation:
        return text


def same(left: Sequence[Normal], right: Sequence[Normal]) -> bool:
    """Whether two bags of rows are the same but for the labels of blank nodes."""
    by_shape: dict[Normal, list[Normal]] = {}
    for row in right:
        by_shape.setdefault(_shape(row), []).append(row)
    if Counter(map(_shape, left)) != Counter(map(_shape, right)):
        return False
    blank = [row for row in left if any(kind == "blank" for _, kind, _ in row)]
    return _match(sorted(blank, key=lambda row: len(by_shape[_shape(row)])), by_shape, {}, set())


def _shape(row: Normal) -> Normal:
    return tuple((name, kind, "" if kind == "blank" else said) for name, kind, said in row)


def _match(
    rows: Sequence[Normal], others: Mapping[Normal, list[Normal]], names: Mapping[str, str], used: set[int]
) -> bool:
    """Give each row another of the same shape, so that each blank node has one name there and no two share it."""
    if not rows:
        return True
    for other in others[_shape(rows[0])]:
        if id(other) in used:
            continue
        pairs = {(a[2], b[2]) for a, b in zip(rows[0], other, strict=True) if a[1] == "blank"}
        more = {**dict(pairs), **names}
        fits = all(more[a] == b for a, b in pairs) and len(set(more.values())) == len(more)
        if fits and _match(rows[1:], others, more, used | {id(other)}):
            return True
    return False


# --- the command -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Played:
    """A test, and what was wrong at the server and at the engine alone; empty where nothing was."""

    case: Case
    served: str
    alone: str

    @property
    def policy(self) -> bool:
        """Whether the server refused what it refuses on purpose."""
        return any(said in self.served for said in POLICY)

    @property
    def where(self) -> str:
        """Who failed."""
        if self.served and self.alone:
            return "both"
        return "only over HTTP" if self.served else "only the engine alone"


def play(suite: Suite) -> list[Played]:
    """Every test at both."""
    engine = alone(suite)
    with serving(suite) as url:
        served = [over_http(url, case) for case in suite.cases]
    return [
        Played(case, judge(suite, case, ours), judge(suite, case, theirs))
        for case, ours, theirs in zip(suite.cases, served, engine, strict=True)
    ]


def worse(played: Iterable[Played]) -> list[Played]:
    """Tests that the engine passes and the server does not, though it refuses nothing on purpose."""
    return [each for each in played if each.served and not each.alone and not each.policy]


def report(played: Sequence[Played], left_out: Mapping[str, int]) -> str:
    """What failed where, and the scores."""
    lines = []
    for each in played:
        if each.served or each.alone:
            said = " ".join((each.served or each.alone).split())[:150]
            lines.append(f"failed, {each.where:22}{each.case.name}: {said}")
    refused = sum(each.policy and not each.alone for each in played)
    lines.append(f"over HTTP:        {sum(not each.served for each in played)} of {len(played)} passed")
    lines.append(f"the engine alone: {sum(not each.alone for each in played)} of {len(played)} passed")
    lines.append(
        f"passed by the engine alone, failed over HTTP: {refused} refused on purpose, {len(worse(played))} else"
    )
    lines += [f"left out: {count} ({reason})" for reason, count in sorted(left_out.items())]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the suite and print it; 0 where the server fails nothing that the engine passes, but what it refuses.

    4 where nothing was played.
    """
    parser = argparse.ArgumentParser(description="Play the W3C's SPARQL 1.1 query tests against a server of ours.")
    parser.add_argument("--cases", type=Path, required=True, metavar="DIR", help="a checkout of w3c/rdf-tests")
    try:
        suite = read_suite(parser.parse_args(arguments).cases)
    except kb.KbError as error:
        print(f"{error}\nnothing was played", file=sys.stderr)
        return 4
    played = play(suite)
    print(report(played, suite.left_out))
    return bool(worse(played))


if __name__ == "__main__":
    sys.exit(main())
