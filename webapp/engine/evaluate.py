"""The inside of a worker process: one query in, one answer out, over a pipe.

An answer is complete before its first byte leaves the worker, so that a query that fails half way gives a
clean error and never a cut document with status 200. Only where the asker takes it in pieces, and it has grown
beyond what is worth keeping back, does it leave as it is made; what goes wrong after that is said at the end of the
pipe, for the parent to break off. Either way the memory for one answer is capped.
Only bytes cross the pipe on the way back (a JSON head, then the body): a worker that has been taken over by a
hostile query cannot hand its parent anything to execute.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import pyoxigraph as ox

import kb
from webapp.engine.results import BOM, WRITERS, Row
from webapp.settings import MEGABYTE, Settings

if TYPE_CHECKING:
    from typing_extensions import Buffer

Item = TypeVar("Item")

NO_GRAPH = "urn:x-factcite:no-graph"  # names no graph, so that a dataset without default or named graphs can be said
GRAPH_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
}
ROWS = "rows"  # a graph as a table of subject, predicate and object, in the JSON of SPARQL results
GRAPH_TABLES = {ROWS: "json", "csv-safe": "csv-safe"}
"""Formats of graphs that are tables of subject, predicate and object, and the format of the table."""
TRIPLE = ("subject", "predicate", "object")
BATCH = 500  # rows that are written at once
CHUNK = 64 * 1024  # bytes of an answer in pieces that cross the pipe at once
PEEK = 10_000  # triples that are read for the prefixes that they need


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """What a worker is asked.

    Attributes:
        sparql: already looked at by `kb.refuse`.
        table: format of the answer if it is a table or a truth, a key of `WRITERS`; None accepts neither.
        graph: the same if it is a graph, a key of `GRAPH_FORMATS` or `GRAPH_TABLES`; None does not accept one.
        params: values of variables, by name.
        default_graphs: IRIs of the graphs that make the default graph; with `named_graphs` empty too: all.
        named_graphs: IRIs of the graphs that GRAPH can name.
        max_rows: rows or triples of the answer; None for the setting's.
        base: what relative IRIs are resolved against; empty refuses them.
        pieces: whether a large answer is taken in pieces, as it is made.
    """

    sparql: str
    table: str | None = "json"
    graph: str | None = "turtle"
    params: Mapping[str, ox.NamedNode | ox.Literal] = field(default_factory=dict)
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    max_rows: int | None = None
    base: str = ""
    pieces: bool = False


class TooLargeError(kb.QueryStoppedError):
    """The answer has more bytes than allowed."""


class TooManyError(kb.QueryStoppedError):
    """The answer has more rows than allowed, and the rows before have left already."""


class NotOfferedError(kb.QueryError):
    """The asker accepts no format that this form of answer has."""


def work(connection: Connection, folder: str, settings: Settings, prefixes: dict[str, str]) -> None:
    """Answer queries until the other end of the pipe closes. The target of a worker process."""
    kb.follow_parent()
    no_network = kb.leave_network()
    store = kb.open_read_only(Path(folder))
    capped = kb.cap_memory(settings.memory_mb)
    empty = kb.address_space()
    _send(connection, {"no_network": no_network, "memory_capped": capped})
    while True:
        try:
            query = connection.recv()
        except (EOFError, OSError):
            return
        kb.allow_cpu(settings.timeout_seconds)
        outlet = OutputBuffer(connection.send_bytes, *_sizes(settings, query))
        tail = reply(store, query, settings, prefixes, outlet)
        tail["tired"] = kb.address_space() - empty > settings.memory_mb * MEGABYTE // 2
        try:
            outlet.finish(tail)
        except OSError:
            return


def _sizes(settings: Settings, query: QueryRequest) -> tuple[int, int]:
    """Most bytes of the answer, and how many of them are kept back before any leaves."""
    whole = min(settings.whole_bytes, settings.max_bytes)
    return (settings.max_bytes, min(settings.stream_after, whole)) if query.pieces else (whole, whole)


def reply(
    store: ox.Store, query: QueryRequest, settings: Settings, prefixes: Mapping[str, str], outlet: OutputBuffer
) -> dict[str, Any]:
    """What there is to say after the answer, or of the error: nothing that a query can do raises."""
    started = time.perf_counter()
    rows = settings.max_rows if query.max_rows is None else query.max_rows
    try:
        tail = answer(store, query, rows, prefixes, outlet)
    except (NotOfferedError, kb.NotWritableError) as error:
        return _problem("unacceptable", f"{error.message}; {error.help}" if error.help else error.message)
    except TooManyError:
        return _problem("rows", f"the answer has more than {rows:,} rows", help="ask for less, or use LIMIT")
    except TooLargeError:
        size = f"{outlet.limit:,} bytes"
        return _problem("size", f"the answer is larger than {size}", help="ask for less, or use LIMIT")
    except kb.QueryError as error:
        return _problem("refused", error.message, line=error.line, column=error.column, help=error.help)
    except MemoryError:
        return _problem("memory", f"the query needed more than {settings.memory_mb:,} MB of memory")
    except (RuntimeError, ValueError, OSError) as error:  # the engine's own errors while rows are read
        return _problem("refused", f"the engine cannot answer: {error}", help="simplify the query")
    return {**tail, "seconds": time.perf_counter() - started}


def answer(
    store: ox.Store, query: QueryRequest, max_rows: int, prefixes: Mapping[str, str], outlet: OutputBuffer
) -> dict[str, Any]:
    """Evaluate and serialise, within the caps on rows and bytes; the number of rows, and whether there were more."""
    result = kb.run(
        store,
        query.sparql,
        params=query.params,
        prefixes=prefixes,
        default_graphs=_dataset(query.default_graphs, query.named_graphs),
        named_graphs=_dataset(query.named_graphs, query.default_graphs),
        base_iri=query.base or None,
    )
    if isinstance(result, ox.QueryTriples):
        if query.graph is None:
            raise NotOfferedError("an answer to CONSTRUCT or DESCRIBE is a graph")
        outlet.head = {"form": "graph", "format": query.graph}
        return _graph(result, query.graph, max_rows, prefixes, outlet)
    form = "ask" if isinstance(result, ox.QueryBoolean) else "select"
    if query.table is None:
        raise NotOfferedError(f"an answer to {form.upper()} is a table")
    outlet.head = {"form": form, "format": query.table}
    if isinstance(result, ox.QueryBoolean):
        outlet.write(_truth(bool(result), query.table))
        return {"rows": 1, "truncated": False}
    columns = [variable.value for variable in result.variables]
    cut = RowLimit((tuple(row) for row in result), max_rows, outlet)
    _table(columns, cut, query.table, outlet)
    return cut.tail


def _dataset(these: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """A dataset that names graphs of one sort only has none of the other (SPARQL 1.1 Query, section 13.2)."""
    return (NO_GRAPH,) if others and not these else these


def _truth(truth: bool, name: str) -> bytes:
    return BOM + kb.write_truth(truth, "csv") if name == "csv-safe" else kb.write_truth(truth, name)


def _table(columns: Sequence[str], rows: Iterable[Row], name: str, outlet: OutputBuffer) -> None:
    writer = WRITERS[name](columns)
    outlet.write(writer.head())
    coming = iter(rows)
    while batch := list(islice(coming, BATCH)):
        outlet.write(writer.rows(batch))
    outlet.write(writer.foot())


def _graph(
    triples: Iterable[ox.Triple], name: str, max_rows: int, prefixes: Mapping[str, str], outlet: OutputBuffer
) -> dict[str, Any]:
    cut = RowLimit(_each_once(triples), max_rows, outlet)
    if name in GRAPH_TABLES:
        _table(TRIPLE, ((t.subject, t.predicate, t.object) for t in cut), GRAPH_TABLES[name], outlet)
        return cut.tail
    coming = iter(cut)
    first = list(islice(coming, PEEK))
    known = kb.used_prefixes(prefixes, _iris(first)) if len(first) < PEEK else dict(sorted(prefixes.items()))
    if name == "rdfxml":
        kb.write_rdf_xml(chain(first, coming), outlet, known)
    else:
        ox.serialize(chain(first, coming), outlet, GRAPH_FORMATS[name], prefixes=known)  # type: ignore[arg-type]
    return cut.tail


def _each_once(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """DESCRIBE gives a triple as often as there are graphs that have it."""
    seen: set[ox.Triple] = set()
    for triple in triples:
        if triple not in seen:
            seen.add(triple)
            yield triple


def _iris(triples: Iterable[ox.Triple]) -> Iterator[str]:
    """Everything in these triples that a prefix may shorten."""
    for triple in triples:
        yield from (term.value for term in triple if isinstance(term, ox.NamedNode))
        if isinstance(triple.object, ox.Literal):
            yield triple.object.datatype.value


# --- writing tables --------------------------------------------------------------------------------------


# --- where the bytes go ----------------------------------------------------------------------------------


class OutputBuffer:
    """Where the bytes of an answer go: kept back, and sent on as they come once there are many.

    What crosses the pipe is a head and the body; or a head that says `pieces`, the pieces, an empty one, and the
    tail.

    Args:
        send: sends one message.
        limit: most bytes of the answer.
        keep: bytes that are kept back before the first is sent; with `limit`, the answer is sent whole.
    """

    def __init__(self, send: Callable[[bytes], None], limit: int, keep: int) -> None:
        self.send = send
        self.limit = limit
        self.keep = keep
        self.head: dict[str, Any] = {}
        self.kept = bytearray()
        self.size = 0
        self.begun = False

    def write(self, data: Buffer, /) -> int:
        """Take some more bytes of the answer.

        Raises:
            TooLargeError: there would be more than the limit.
            OSError: the other end is closed.
        """
        with memoryview(data) as view:
            size = view.nbytes
            if self.size + size > self.limit:
                raise TooLargeError("the answer is too large")
            self.kept += view
        self.size += size
        if self.size > self.keep:
            self._send_on()
        return size

    def flush(self) -> None:
        """Part of being a file: what is kept back stays."""

    def _send_on(self) -> None:
        if not self.begun:
            self.begun = True
            self.send(_dump({**self.head, "pieces": True}))
        while len(self.kept) >= CHUNK:
            self.send(bytes(self.kept[:CHUNK]))
            del self.kept[:CHUNK]

    def finish(self, tail: Mapping[str, Any]) -> None:
        """Send what is left, and the tail.

        Raises:
            OSError: the other end is closed.
        """
        failed = "problem" in tail
        rest = b"" if failed else bytes(self.kept)
        if not self.begun:
            self.send(_dump({**self.head, **tail}))
            self.send(rest)
            return
        if rest:
            self.send(rest)
        self.send(b"")
        self.send(_dump(tail))


class RowLimit(Generic[Item]):
    """The first so many rows or triples of an answer, counted as they pass.

    Where there are more, it says so: in the head, as long as that has not left; afterwards it is an error.
    """

    def __init__(self, items: Iterable[Item], limit: int, outlet: OutputBuffer) -> None:
        self.items = items
        self.limit = limit
        self.outlet = outlet
        self.count = 0
        self.truncated = False

    def __iter__(self) -> Iterator[Item]:
        for item in self.items:
            if self.count == self.limit:
                if self.outlet.begun:
                    raise TooManyError("the answer has too many rows")
                self.truncated = True
                self.outlet.head |= self.tail
                return
            self.count += 1
            yield item

    @property
    def tail(self) -> dict[str, Any]:
        """What there is to say at the end."""
        return {"rows": self.count, "truncated": self.truncated}


def _problem(reason: str, message: str, **more: Any) -> dict[str, Any]:
    return {"problem": reason, "message": message, "line": None, "column": None, "help": None, **more}


def _send(connection: Connection, head: Mapping[str, Any], body: bytes = b"") -> None:
    connection.send_bytes(json.dumps(head).encode())
    connection.send_bytes(body)


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
