"""Writes SPARQL results in the four W3C formats, a few rows at a time, so that a result can be streamed.

JSON (https://www.w3.org/TR/sparql12-results-json/) is written here, one row on each line. The engine writes XML, CSV
and TSV. It can only write whole documents, so it gets a few rows at a time, and the start and end of its document are
cut off.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias

import pyoxigraph as ox

from kb.sparql.xml import check_characters, escape_returns
from kb.vocab import XSD

ResultTerm: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row: TypeAlias = Sequence[ResultTerm | None]


class RowWriter(Protocol):
    """Writes one table: first the head, then rows in any number of calls, then the foot."""

    def head(self) -> bytes:
        """The text before the rows."""

    def rows(self, rows: Iterable[Row]) -> bytes:
        """The next rows."""

    def foot(self) -> bytes:
        """The text after the rows."""


def write_table(columns: Sequence[str], rows: Iterable[Row], format: str) -> bytes:
    """A whole table in a format of `RESULT_WRITERS`."""
    writer = RESULT_WRITERS[format](columns)
    return writer.head() + writer.rows(rows) + writer.foot()


def write_truth(truth: bool, format: str) -> bytes:
    """The result of an ASK in a format of `RESULT_WRITERS`."""
    return _converted(_dump({"head": {}, "boolean": truth}), _FORMATS[format])


def term_json(term: ResultTerm) -> dict[str, Any]:
    """A term in the JSON of SPARQL results (section 3.2.2)."""
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Triple):
        parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
        return {"type": "triple", "value": {name: term_json(part) for name, part in parts.items()}}
    found = {"type": "literal", "value": term.value}
    if term.language:
        direction = {"its:dir": str(term.direction)} if term.direction else {}
        return {**found, "xml:lang": term.language, **direction}
    return found if term.datatype.value == XSD.string else {**found, "datatype": term.datatype.value}


class _JsonRows:
    """Rows in JSON, one on each line."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = columns
        self.begun = False

    def head(self) -> bytes:
        return b'{"head":' + _dump({"vars": list(self.columns)}) + b',"results":{"bindings":['

    def rows(self, rows: Iterable[Row]) -> bytes:
        lines = []
        for row in rows:
            cells = {name: term_json(term) for name, term in zip(self.columns, row, strict=True) if term is not None}
            lines.append((b",\n" if self.begun else b"\n") + _dump(cells))
            self.begun = True
        return b"".join(lines)

    def foot(self) -> bytes:
        return b"\n]}}\n"


class _EngineRows:
    """Rows in a format that the engine writes (CSV, TSV)."""

    def __init__(self, columns: Sequence[str], format: ox.QueryResultsFormat) -> None:
        self.columns = columns
        self.format = format
        empty = self._document(())
        at = empty.index(b"</results>") if format == ox.QueryResultsFormat.XML else len(empty)
        self.before, self.after = empty[:at], empty[at:]

    def head(self) -> bytes:
        return self.before

    def rows(self, rows: Iterable[Row]) -> bytes:
        document = self._document(rows)
        return document[len(self.before) : len(document) - len(self.after)]

    def foot(self) -> bytes:
        return self.after

    def _document(self, rows: Iterable[Row]) -> bytes:
        document = _converted(write_table(self.columns, rows, "json"), self.format)
        return escape_returns(document) if self.format == ox.QueryResultsFormat.XML else document


class _XmlRows(_EngineRows):
    """Rows in XML, where every value has only characters that XML has."""

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__(columns, ox.QueryResultsFormat.XML)

    def rows(self, rows: Iterable[Row]) -> bytes:
        return super().rows(_checked(rows))


def _checked(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        for term in row:
            check_characters(term)
        yield row


def _converted(document: bytes, format: ox.QueryResultsFormat) -> bytes:
    """A JSON document converted to another format."""
    return ox.parse_query_results(document, format=ox.QueryResultsFormat.JSON).serialize(format=format) or b""


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


_FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
RESULT_WRITERS: Mapping[str, Callable[[Sequence[str]], RowWriter]] = MappingProxyType(
    {
        "json": _JsonRows,
        "xml": _XmlRows,
        "csv": lambda columns: _EngineRows(columns, ox.QueryResultsFormat.CSV),
        "tsv": lambda columns: _EngineRows(columns, ox.QueryResultsFormat.TSV),
    }
)
"""For each format, a function that takes the column names and returns a writer."""
