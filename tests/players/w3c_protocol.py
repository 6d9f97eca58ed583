"""The W3C's tests of the SPARQL 1.1 Protocol and of service descriptions, played against a running server.

    python -m tests.players.w3c_protocol                    # cases in ../shared/w3c, a server of its own
    python -m tests.players.w3c_protocol --cases FOLDER

Tests that change data are left out and counted: the endpoint is read-only. The cases are read where they lie; none
of them is kept here.
"""

from __future__ import annotations

import argparse
import http.client
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

import kb
import webapp
from kb.model.knowledge_base import LoadedFile
from kb.rdf.turtle import read_turtle, syntax_only
from tests.support.live import live
from tests.support.paths import SHARED

CASES = SHARED / "w3c"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
HT = "http://www.w3.org/2011/http#"
CNT = "http://www.w3.org/2011/content#"
UT = "http://www.w3.org/2009/sparql/tests/test-update#"
SD = "http://www.w3.org/ns/sparql-service-description#"
BOOLEAN = {"application/sparql-results+json", "application/sparql-results+xml", "application/json"}
TABULAR = {*BOOLEAN, "text/csv", "text/tab-separated-values"}
RDF = {"text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"}
RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
}


@dataclass(frozen=True)
class Outcome:
    """One test: its name, and what went wrong; empty where it passed."""

    name: str
    problem: str


class NamedFile(LoadedFile):
    """A file whose graph has the name that a test gives it."""

    @property
    def graph_iri(self) -> str:
        """The name of the file is the name of the graph."""
        return self.name


# --- the server ------------------------------------------------------------------------------------------


@contextmanager
def serving(cases: Path) -> Iterator[str]:
    """A server with the graphs of the protocol tests; where it is, without a slash at the end."""
    with live(webapp.create_app(base=base(cases), WORKERS=1, TRUSTED_HOSTS=["127.0.0.1"])) as url:
        yield url


def base(cases: Path) -> kb.KnowledgeBase:
    """A base that holds the graphs of the protocol tests and nothing else."""
    folder = cases / "sparql" / "sparql11" / "protocol"
    graph = manifest(folder / "manifest.ttl")
    names = {
        file.removeprefix("file://"): label
        for node in {data for _, data in graph.pairs(UT + "graphData")}
        for file in graph.nodes(node, UT + "graph")
        for label in [graph.value(node, kb.RDFS.label) or ""]
    }
    files = (
        NamedFile(label, read_turtle(Path(file).read_bytes(), source=label, policy=syntax_only(label)))
        for file, label in sorted(names.items())
    )
    return kb.KnowledgeBase(kb.find_home(), tuple(files))


def manifest(path: Path) -> kb.Graph:
    """The triples of a manifest."""
    quads = ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=path.as_uri())
    return kb.Graph.of(quad.triple for quad in quads)


# --- the protocol ----------------------------------------------------------------------------------------


def protocol(url: str, cases: Path) -> tuple[list[Outcome], int]:
    """The outcome of every test that only reads, and the number of those that do not."""
    graph = manifest(cases / "sparql" / "sparql11" / "protocol" / "manifest.ttl")
    (entries,) = {node for _, node in graph.pairs(MF + "entries")}
    names = graph.items(entries)
    reading = [name for name in names if "update" not in name.rpartition("#")[2]]
    return [Outcome(_label(graph, name), play(url, graph, name)) for name in reading], len(names) - len(reading)


def _label(graph: kb.Graph, name: str) -> str:
    return graph.value(name, MF + "name") or name


def play(url: str, graph: kb.Graph, name: str) -> str:
    """Send every request of a test; the first thing that is not as expected, or nothing."""
    (action,) = graph.nodes(name, MF + "action")
    for request in graph.items(graph.nodes(action, HT + "requests")[0]):
        status, media_type, body = send(url, graph, request)
        (response,) = graph.nodes(request, HT + "resp")
        problem = differs(graph, response, status, media_type, body)
        if problem:
            return problem
    return ""


def send(url: str, graph: kb.Graph, request: str) -> tuple[int, str, bytes]:
    """Status, media type and body of the answer to a request."""
    headers = {
        graph.value(field, HT + "fieldName") or "": graph.value(field, HT + "fieldValue") or ""
        for head in graph.nodes(request, HT + "headers")
        for field in graph.items(head)
    }
    content = b"".join(
        (graph.value(body, CNT + "chars") or "").encode(graph.value(body, CNT + "characterEncoding") or "utf-8")
        for body in graph.nodes(request, HT + "body")
    )
    path = graph.value(request, HT + "absolutePath") or ""
    return fetch(url, graph.value(request, HT + "methodName") or "", path, headers, content)


def fetch(url: str, method: str, path: str, headers: dict[str, str], content: bytes = b"") -> tuple[int, str, bytes]:
    """One request, with no header that was not asked for."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    try:
        connection.request(method, path, body=content or None, headers=headers)
        response = connection.getresponse()
        media_type = (response.getheader("Content-Type") or "").partition(";")[0]
        return response.status, media_type, response.read()
    finally:
        connection.close()


def differs(graph: kb.Graph, response: str, status: int, media_type: str, body: bytes) -> str:
    """What is not as expected."""
    wanted = [code.rpartition("StatusCode")[2] for code in graph.nodes(response, MF + "expectedStatus")]
    if f"{status // 100}xx" not in wanted:
        return f"status {status}, not {' or '.join(wanted)}"
    formats = {"boolean": BOOLEAN, "tabular": TABULAR, "RDF": RDF}
    format = graph.value(response, MF + "expectedFormat")
    if format and media_type not in formats[format]:
        return f"{media_type} is not {format}"
    truth = graph.value(response, MF + "expectedBoolean")
    if truth is not None:
        found = ox.parse_query_results(body, format=RESULTS[media_type])
        if str(bool(found)).lower() != truth:
            return f"the answer is not {truth}"
    return ""


# --- the service description -----------------------------------------------------------------------------


def description(url: str, cases: Path) -> list[Outcome]:
    """The outcome of the three tests of service descriptions."""
    tests = {
        "returns-rdf": lambda graph: "" if graph.triples else "nothing in it",
        "has-endpoint-triple": lambda graph: _endpoint(graph, f"{url}/sparql"),
        "conforms-to-schema": _schema,
    }
    graph = manifest(cases / "sparql" / "sparql11" / "service-description" / "manifest.ttl")
    (entries,) = {node for _, node in graph.pairs(MF + "entries")}
    status, media_type, body = fetch(url, "GET", "/sparql", {"Accept": "text/turtle"})
    if status != 200 or media_type != "text/turtle":
        return [Outcome(_label(graph, name), f"{status}, {media_type}") for name in graph.items(entries)]
    found = kb.Graph.of(quad.triple for quad in ox.parse(body, format=ox.RdfFormat.TURTLE))
    return [Outcome(_label(graph, name), tests[name.rpartition("#")[2]](found)) for name in graph.items(entries)]


def _endpoint(graph: kb.Graph, endpoint: str) -> str:
    found = [node for _, node in graph.pairs(SD + "endpoint")]
    return "" if endpoint in found else f"sd:endpoint is {found}, not {endpoint}"


def _schema(graph: kb.Graph) -> str:
    """What the schema asks: a class for every resource it speaks of, a name for a named graph, a default graph."""
    ranges = {
        "endpoint": (SD + "Service", ""),
        "defaultDataset": (SD + "Service", SD + "Dataset"),
        "defaultGraph": (SD + "Dataset", SD + "Graph"),
        "namedGraph": (SD + "Dataset", SD + "NamedGraph"),
        "graph": (SD + "NamedGraph", SD + "Graph"),
        "name": (SD + "NamedGraph", ""),
    }
    for name, (domain, range) in ranges.items():
        for subject, value in graph.pairs(SD + name):
            if domain not in graph.nodes(subject, kb.RDF.type):
                return f"{subject} has sd:{name} and is no {domain}"
            if range and range not in graph.nodes(value, kb.RDF.type):
                return f"{value} is the sd:{name} of something and is no {range}"
    for node in graph.instances(SD + "NamedGraph"):
        if len(graph.nodes(node, SD + "name")) != 1:
            return f"{node} has not one sd:name"
    for node in graph.instances(SD + "Dataset"):
        if len(graph.nodes(node, SD + "defaultGraph")) != 1:
            return f"{node} has not one sd:defaultGraph"
    return "" if graph.instances(SD + "Service") else "no sd:Service"


# --- the command -----------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Play everything and print it; 0 where everything passed, 4 where nothing was played."""
    parser = argparse.ArgumentParser(description="Play the W3C's protocol and service description tests.")
    parser.add_argument("--cases", type=Path, default=CASES, metavar="DIR", help="the folder with the cases")
    options = parser.parse_args(arguments)
    if not (options.cases / "sparql" / "sparql11").is_dir():
        print(
            f"no sparql/sparql11 in {options.cases}: nothing was run; give a checkout of w3c/rdf-tests", file=sys.stderr
        )
        return 4
    with serving(options.cases) as url:
        asked, left_out = protocol(url, options.cases)
        described = description(url, options.cases)
    for outcome in (*asked, *described):
        print(f"{'failed' if outcome.problem else 'passed'}  {outcome.name}  {outcome.problem}".rstrip())
    for title, outcomes in (("protocol, read side", asked), ("service description", described)):
        print(f"{title}: {sum(not outcome.problem for outcome in outcomes)} of {len(outcomes)} passed")
    print(f"left out because they change data: {left_out}")
    return any(outcome.problem for outcome in (*asked, *described))


if __name__ == "__main__":
    sys.exit(main())
