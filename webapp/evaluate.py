"""The inside of a worker process: one question in, one whole answer out, over a pipe.

An answer is complete before its first byte leaves the worker, so that a question that fails half way gives a
clean error and never a cut document with status 200. The price is memory for one answer, which is capped.
Only bytes cross the pipe on the way back (a JSON head, then the body): a worker that has been taken over by a
hostile question cannot hand its parent anything to execute.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox

import kb
from webapp.sandbox import address_space, allow_cpu, cap_memory, follow_parent, leave_network
from webapp.settings import MEGABYTE, Settings

if TYPE_CHECKING:
    from typing_extensions import Buffer

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

NO_GRAPH = "urn:x-factcite:no-graph"  # names no graph, so that a dataset without default or named graphs can be said
TABLE_FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
GRAPH_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
}
ROWS = "rows"  # a graph as a table of subject, predicate and object, in the JSON of SPARQL results


@dataclass(frozen=True, slots=True)
class Question:
    """What a worker is asked.

    Attributes:
        sparql: already looked at by `kb.refuse`.
        table: format of the answer if it is a table or a truth, a key of `TABLE_FORMATS`; None accepts neither.
        graph: format of the answer if it is a graph, a key of `GRAPH_FORMATS` or `ROWS`; None does not accept one.
        params: values of variables, by name.
        default_graphs: IRIs of the graphs that make the default graph; with `named_graphs` empty too: all.
        named_graphs: IRIs of the graphs that GRAPH can name.
        max_rows: rows or triples of the answer; None for the setting's.
        base: what relative IRIs are resolved against; empty refuses them.
    """

    sparql: str
    table: str | None = "json"
    graph: str | None = "turtle"
    params: Mapping[str, ox.NamedNode | ox.Literal] = field(default_factory=dict)
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    max_rows: int | None = None
    base: str = ""


class TooLarge(Exception):
    """The answer has more bytes than allowed."""


class NotOffered(Exception):
    """The asker accepts no format that this form of answer has."""


def work(connection: Connection, folder: str, settings: Settings, prefixes: dict[str, str]) -> None:
    """Answer questions until the other end of the pipe closes. The target of a worker process."""
    follow_parent()
    no_network = leave_network()
    store = kb.open_read_only(Path(folder))
    capped = cap_memory(settings.memory_mb)
    empty = address_space()
    _send(connection, {"no_network": no_network, "memory_capped": capped})
    while True:
        try:
            question = connection.recv()
        except (EOFError, OSError):
            return
        allow_cpu(settings.timeout_seconds)
        head, body = reply(store, question, settings, prefixes)
        head["tired"] = address_space() - empty > settings.memory_mb * MEGABYTE // 2
        try:
            _send(connection, head, body)
        except OSError:
            return


def reply(
    store: ox.Store, question: Question, settings: Settings, prefixes: Mapping[str, str]
) -> tuple[dict[str, Any], bytes]:
    """Head and body of the answer, or of the error: nothing that a question can do raises."""
    started = time.perf_counter()
    try:
        head, body = answer(store, question, settings, prefixes)
    except kb.QueryError as error:
        return _problem("refused", error.message, line=error.line, column=error.column, help=error.help), b""
    except NotOffered as error:
        return _problem("unacceptable", str(error)), b""
    except TooLarge:
        size = f"{settings.max_bytes:,} bytes"
        return _problem("size", f"the answer is larger than {size}", help="ask for less, or use LIMIT"), b""
    except MemoryError:
        return _problem("memory", f"the question needed more than {settings.memory_mb:,} MB of memory"), b""
    except (RuntimeError, ValueError, OSError) as error:  # the engine's own errors while rows are read
        return _problem("refused", f"the engine cannot answer: {error}", help="simplify the question"), b""
    return {**head, "seconds": time.perf_counter() - started}, body


def answer(
    store: ox.Store, question: Question, settings: Settings, prefixes: Mapping[str, str]
) -> tuple[dict[str, Any], bytes]:
    """Evaluate and serialise, within the caps on rows and bytes."""
    limits = settings if question.max_rows is None else replace(settings, max_rows=question.max_rows)
    result = kb.run(
        store,
        question.sparql,
        params=question.params,
        prefixes=prefixes,
        default_graphs=_dataset(question.default_graphs, question.named_graphs),
        named_graphs=_dataset(question.named_graphs, question.default_graphs),
        base_iri=question.base or None,
    )
    if isinstance(result, ox.QueryTriples):
        return _graph(result, question.graph, limits, prefixes)
    form = "ask" if isinstance(result, ox.QueryBoolean) else "select"
    if question.table is None:
        raise NotOffered(f"an answer to {form.upper()} is a table")
    if isinstance(result, ox.QueryBoolean):
        body = _truth(bool(result), question.table)
        return {"form": form, "format": question.table, "rows": 1, "truncated": False}, body
    columns = [variable.value for variable in result.variables]
    body, rows, truncated = _table(columns, (list(row) for row in result), question.table, limits)
    return {"form": form, "format": question.table, "rows": rows, "truncated": truncated}, body


def _dataset(these: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """A dataset that names graphs of one sort only has none of the other (SPARQL 1.1 Query, section 13.2)."""
    return (NO_GRAPH,) if others and not these else these


def _truth(truth: bool, name: str) -> bytes:
    document = json.dumps({"head": {}, "boolean": truth}).encode()
    parsed = ox.parse_query_results(document, format=ox.QueryResultsFormat.JSON)
    return parsed.serialize(format=TABLE_FORMATS[name]) or b""


def _table(
    columns: list[str], rows: Iterable[list[Term | None]], name: str, settings: Settings
) -> tuple[bytes, int, bool]:
    """Body, number of rows, and whether there were more.

    The engine can write all four formats but not stop after so many rows, so the rows are counted into JSON here,
    and the engine turns that into the other three.
    """
    out = Capped(settings.max_bytes)
    out.write(b'{"head":' + _dump({"vars": columns}) + b',"results":{"bindings":[')
    count, truncated = 0, False
    for row in rows:
        if count == settings.max_rows:
            truncated = True
            break
        cells = {name: as_json(term) for name, term in zip(columns, row, strict=True) if term is not None}
        out.write((b",\n" if count else b"\n") + _dump(cells))
        count += 1
    out.write(b"\n]}}\n")
    document = out.getvalue()
    if name == "json":
        return document, count, truncated
    other = Capped(settings.max_bytes)
    parsed = ox.parse_query_results(document, format=ox.QueryResultsFormat.JSON)
    parsed.serialize(other, format=TABLE_FORMATS[name])
    return other.getvalue(), count, truncated


def _graph(
    triples: Iterable[ox.Triple], name: str | None, settings: Settings, prefixes: Mapping[str, str]
) -> tuple[dict[str, Any], bytes]:
    if name is None:
        raise NotOffered("an answer to CONSTRUCT or DESCRIBE is a graph")
    cut = Cut(triples, settings.max_rows)
    if name == ROWS:
        rows: Iterator[list[Term | None]] = ([t.subject, t.predicate, t.object] for t in cut)
        body = _table(["subject", "predicate", "object"], rows, "json", settings)[0]
    else:
        out = Capped(settings.max_bytes)
        triples = tuple(cut)
        ox.serialize(triples, out, GRAPH_FORMATS[name], prefixes=_used(prefixes, triples))
        body = out.getvalue()
    return {"form": "graph", "format": name, "rows": cut.count, "truncated": cut.truncated}, body


def _used(prefixes: Mapping[str, str], triples: Iterable[ox.Triple]) -> dict[str, str]:
    """The prefixes that shorten something in these triples, sorted."""
    terms = {term.value for t in triples for term in t if isinstance(term, ox.NamedNode)}
    terms |= {t.object.datatype.value for t in triples if isinstance(t.object, ox.Literal)}
    spaces = {iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] for iri in terms}
    return {name: space for name, space in sorted(prefixes.items()) if space in spaces}


def as_json(term: Term) -> dict[str, Any]:
    """A term in the JSON of SPARQL results (https://www.w3.org/TR/sparql12-results-json/#select-encode-terms)."""
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Triple):
        parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
        return {"type": "triple", "value": {name: as_json(part) for name, part in parts.items()}}
    found = {"type": "literal", "value": term.value}
    if term.language:
        direction = {"its:dir": str(term.direction)} if term.direction else {}
        return {**found, "xml:lang": term.language, **direction}
    plain = term.datatype.value == "http://www.w3.org/2001/XMLSchema#string"
    return found if plain else {**found, "datatype": term.datatype.value}


class Capped(io.BytesIO):
    """A file in memory that refuses to grow beyond so many bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def write(self, data: Buffer, /) -> int:
        """Keep `data`.

        Raises:
            TooLarge: it would not fit.
        """
        if self.tell() + memoryview(data).nbytes > self.limit:
            raise TooLarge
        return super().write(data)


class Cut:
    """The first so many triples of an answer, counted as they pass, each once."""

    def __init__(self, triples: Iterable[ox.Triple], limit: int) -> None:
        self.triples = triples
        self.limit = limit
        self.count = 0
        self.truncated = False

    def __iter__(self) -> Iterator[ox.Triple]:
        seen: set[ox.Triple] = set()
        for triple in self.triples:
            if triple in seen:
                continue
            if self.count == self.limit:
                self.truncated = True
                return
            seen.add(triple)
            self.count += 1
            yield triple


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _problem(reason: str, message: str, **more: Any) -> dict[str, Any]:
    return {"problem": reason, "message": message, "line": None, "column": None, "help": None, **more}


def _send(connection: Connection, head: Mapping[str, Any], body: bytes = b"") -> None:
    connection.send_bytes(json.dumps(head).encode())
    connection.send_bytes(body)
