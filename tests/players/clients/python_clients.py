"""SPARQLWrapper, and rdflib's SPARQLStore and SERVICE, against `kb serve`.

    python -m tests.players.clients.python_clients

SPARQLWrapper asks in three ways (GET, POST of a form, POST of the query) for every form of question in every format
that it knows: 42. SPARQLStore does the same in the formats that it can read, and looks at the endpoint as at a graph:
29. rdflib asks the endpoint from inside a question of its own: 1.
"""

from __future__ import annotations

import csv
import io
import sys
import urllib.error
from collections.abc import Iterator
from functools import partial
from typing import Any, Literal
from xml.dom.minidom import Document
from xml.parsers.expat import ExpatError

import rdflib
import SPARQLWrapper as wrapper
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from tests.players.clients.asked import (
    ASK,
    CONSTRUCT,
    COUNT,
    DESCRIBE,
    SELECT,
    Expected,
    Outcome,
    differs,
    invented,
    outcome,
    report,
    server,
)

WAYS = {
    "GET": (wrapper.GET, wrapper.URLENCODED),
    "POST of a form": (wrapper.POST, wrapper.URLENCODED),
    "POST of the query": (wrapper.POST, wrapper.POSTDIRECTLY),
}
TABLES = (wrapper.JSON, wrapper.XML, wrapper.CSV, wrapper.TSV)
TRUTHS = (wrapper.JSON, wrapper.XML)
GRAPHS = (wrapper.TURTLE, wrapper.N3, wrapper.RDFXML, wrapper.JSONLD)
FAILURES = (
    SPARQLWrapperException,
    urllib.error.URLError,
    ExpatError,
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
)


# --- SPARQLWrapper ---------------------------------------------------------------------------------------


def sparqlwrapper(endpoint: str, wanted: Expected) -> list[Outcome]:
    """The 42 things that it is asked to do."""
    questions = [("SELECT", SELECT, TABLES), ("ASK", ASK, TRUTHS)]
    questions += [("CONSTRUCT", CONSTRUCT, GRAPHS), ("DESCRIBE", DESCRIBE, GRAPHS)]
    return [
        outcome(f"{form} as {format}, {way}", partial(_wrapped, endpoint, wanted, way, form, sparql, format), FAILURES)
        for way in WAYS
        for form, sparql, formats in questions
        for format in formats
    ]


def _wrapped(endpoint: str, wanted: Expected, way: str, form: str, sparql: str, format: str) -> str:
    client = wrapper.SPARQLWrapper(endpoint)
    method, request_method = WAYS[way]
    client.setMethod(method)
    client.setRequestMethod(request_method)
    client.setReturnFormat(format)
    client.setOnlyConneg(True)
    client.setQuery(sparql)
    found: Any = client.query().convert()
    if form == "SELECT":
        return differs(frozenset(rows(found, format)), wanted.rows)
    if form == "ASK":
        truth = found["boolean"] if isinstance(found, dict) else _only(found, "boolean") == "true"
        return differs(truth, wanted.truth)
    graph = found if isinstance(found, rdflib.Graph) else rdflib.Graph().parse(data=found, format="turtle")
    return differs(len(graph), wanted.constructed if form == "CONSTRUCT" else wanted.described)


def rows(found: Any, format: str) -> Iterator[tuple[str, str]]:
    """The rows of a table as SPARQLWrapper hands them over in this format."""
    if format == wrapper.JSON:
        yield from ((row["claim"]["value"], row["says"]["value"]) for row in found["results"]["bindings"])
    elif format == wrapper.XML:
        for result in found.getElementsByTagName("result"):
            cells = {cell.getAttribute("name"): cell for cell in result.getElementsByTagName("binding")}
            yield _only(cells["claim"], "uri"), _only(cells["says"], "literal")
    elif format == wrapper.CSV:
        yield from ((row["claim"], row["says"]) for row in csv.DictReader(io.StringIO(found.decode())))
    else:
        for line in found.decode().splitlines()[1:]:
            claim, says = (rdflib.util.from_n3(cell) for cell in line.split("\t"))
            yield str(claim), str(says)


def _only(document: Document, name: str) -> str:
    (element,) = document.getElementsByTagName(name)
    return str(element.firstChild.data)  # type: ignore[union-attr]


# --- rdflib ----------------------------------------------------------------------------------------------


def sparqlstore(endpoint: str, wanted: Expected) -> list[Outcome]:
    """The 29 things that it is asked to do."""
    return [outcome(name, work, FAILURES) for name, work in _store_work(endpoint, wanted)]


def _store_work(endpoint: str, wanted: Expected) -> Iterator[tuple[str, Any]]:
    methods: tuple[Literal["GET", "POST", "POST_FORM"], ...] = ("GET", "POST", "POST_FORM")
    for method in methods:
        for format in ("xml", "json", "csv", "tsv"):
            graph = rdflib.Graph(SPARQLStore(endpoint, method=method, returnFormat=format))
            yield f"SELECT as {format}, {method}", lambda g=graph: differs(_pairs(g.query(SELECT)), wanted.rows)
        for format in ("xml", "json"):
            graph = rdflib.Graph(SPARQLStore(endpoint, method=method, returnFormat=format))
            yield f"ASK as {format}, {method}", lambda g=graph: differs(g.query(ASK).askAnswer, wanted.truth)
        graph = rdflib.Graph(SPARQLStore(endpoint, method=method))
        yield f"CONSTRUCT, {method}", lambda g=graph: differs(_size(g.query(CONSTRUCT)), wanted.constructed)
        yield f"DESCRIBE, {method}", lambda g=graph: differs(_size(g.query(DESCRIBE)), wanted.described)
    graph = rdflib.Graph(SPARQLStore(endpoint))
    label, claim = rdflib.RDFS.label, rdflib.URIRef(sorted(wanted.rows)[0][0])
    says = rdflib.Literal(sorted(wanted.rows)[0][1], lang="en")
    yield "triples() with a subject", lambda: differs([str(o) for o in graph.objects(claim, label)], [str(says)])
    yield "triples() with an object", lambda: differs(list(graph.subjects(label, says)), [claim])
    yield "triples() that finds nothing", lambda: differs(list(graph.triples((claim, claim, None))), [])
    yield "a triple in the graph", lambda: differs((claim, label, says) in graph, True)
    yield "len()", lambda: differs(len(graph), wanted.triples)


def _pairs(result: rdflib.query.Result) -> frozenset[tuple[str, str]]:
    return frozenset((str(row[0]), str(row[1])) for row in result)  # type: ignore[index]


def _size(result: rdflib.query.Result) -> int:
    assert result.graph is not None
    return len(result.graph)


def service(endpoint: str, wanted: Expected) -> list[Outcome]:
    """rdflib asks a question of its own, part of it here."""
    prologue, _, rest = COUNT.partition("SELECT")
    inner = rest.partition("{")[2].rpartition("}")[0]

    def work() -> str:
        found = rdflib.Graph().query(f"{prologue}SELECT (COUNT(*) AS ?n) {{ SERVICE <{endpoint}> {{ {inner} }} }}")
        return differs([str(row[0]) for row in found], [str(wanted.asserted)])  # type: ignore[index]

    return [outcome("SERVICE inside rdflib's own question", work, FAILURES)]


# --- the command -----------------------------------------------------------------------------------------

CLIENTS = {"SPARQLWrapper": sparqlwrapper, "rdflib SPARQLStore": sparqlstore, "rdflib SERVICE": service}


def play() -> dict[str, list[Outcome]]:
    """Every client against one server."""
    with invented() as home, server(home) as endpoint:
        wanted = Expected.of(home)
        return {title: client(endpoint, wanted) for title, client in CLIENTS.items()}


def main() -> int:
    """Print the tables; 0 where everything passed."""
    played = play()
    print("\n".join(report(title, outcomes) for title, outcomes in played.items()))
    return any(each.problem for outcomes in played.values() for each in outcomes)


if __name__ == "__main__":
    sys.exit(main())
