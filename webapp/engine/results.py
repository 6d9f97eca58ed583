"""SPARQL results in the W3C's formats and in CSV that is safe for spreadsheets, written while they come."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import pyoxigraph as ox

import kb

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


Row: TypeAlias = tuple[Term | None, ...]


TABLE_FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}


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


class Json:
    """Rows in the JSON of SPARQL results, each on a line of its own."""

    def __init__(self, columns: Sequence[str], name: str = "json") -> None:
        self.columns = columns
        self.begun = False

    def head(self) -> bytes:
        """What stands before the rows."""
        return b'{"head":' + dump({"vars": list(self.columns)}) + b',"results":{"bindings":['

    def rows(self, rows: Iterable[Row]) -> bytes:
        """Some rows more."""
        lines = []
        for row in rows:
            cells = {name: as_json(term) for name, term in zip(self.columns, row, strict=True) if term is not None}
            lines.append((b",\n" if self.begun else b"\n") + dump(cells))
            self.begun = True
        return b"".join(lines)

    def foot(self) -> bytes:
        """What stands behind them."""
        return b"\n]}}\n"


class Engine:
    """Rows in a format that the engine writes.

    It cannot stop after so many rows, nor write to somewhere as it goes. So it is given some rows at a time, as a
    document of their own, and what stands before and behind the rows is taken off again.
    """

    def __init__(self, columns: Sequence[str], name: str) -> None:
        self.columns = columns
        self.format = TABLE_FORMATS[name]
        empty = self._document(())
        at = empty.index(b"</results>") if name == "xml" else len(empty)
        self.before, self.after = empty[:at], empty[at:]

    def head(self) -> bytes:
        """What stands before the rows."""
        return self.before

    def rows(self, rows: Iterable[Row]) -> bytes:
        """Some rows more."""
        document = self._document(rows)
        return document[len(self.before) : len(document) - len(self.after)]

    def foot(self) -> bytes:
        """What stands behind them."""
        return self.after

    def _document(self, rows: Iterable[Row]) -> bytes:
        writer = Json(self.columns)
        document = writer.head() + writer.rows(rows) + writer.foot()
        parsed = ox.parse_query_results(document, format=ox.QueryResultsFormat.JSON)
        return parsed.serialize(format=self.format) or b""


class SafeCsv:
    """Rows as a spreadsheet may open them: no cell is a formula.

    The W3C's CSV has values exactly as they are, and a value that begins with `=` would be run by the program that
    opens the file. Here such a cell gets an apostrophe before it, which spreadsheets take for "this is text"; a cell
    that is a number stays one. UTF-8 with a mark at the beginning, without which some programs take it for another
    encoding, and lines that end with CR LF (RFC 4180).
    """

    def __init__(self, columns: Sequence[str], name: str = "csv-safe") -> None:
        self.columns = columns

    def head(self) -> bytes:
        """What stands before the rows."""
        return BOM + self._line(self.columns)

    def rows(self, rows: Iterable[Row]) -> bytes:
        """Some rows more."""
        return b"".join(self._line("" if term is None else safe_cell(term) for term in row) for row in rows)

    def foot(self) -> bytes:
        """Nothing."""
        return b""

    def _line(self, cells: Iterable[str]) -> bytes:
        quoted = (f'"{cell.replace(chr(34), chr(34) * 2)}"' if SPECIAL.search(cell) else cell for cell in cells)
        return (",".join(quoted) + "\r\n").encode("utf-8", "surrogatepass")


BOM = b"\xef\xbb\xbf"


SPECIAL = re.compile(r'[",;\t\r\n]|^\s|\s$')


FORMULA = re.compile(r"(^|;)(?=[ \"]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")
"""Where a cell would begin to be a formula; behind a semicolon too, which parts cells where a comma parts decimals."""


NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


NUMBERS = frozenset(kb.PREFIXES["xsd"] + name for name in ("integer", "decimal", "double", "float"))


WRITERS: Mapping[str, Callable[[Sequence[str], str], Json | Engine | SafeCsv]] = {
    "json": Json,
    "xml": Engine,
    "csv": Engine,
    "tsv": Engine,
    "csv-safe": SafeCsv,
}


def safe_cell(term: Term) -> str:
    """A term as a cell that no spreadsheet runs.

    >>> safe_cell(ox.Literal("=1+1")), safe_cell(ox.Literal(-1))
    ("'=1+1", '-1')
    """
    if isinstance(term, ox.BlankNode | ox.Triple):
        return safe_text(str(term))
    if isinstance(term, ox.Literal) and term.datatype.value in NUMBERS and NUMBER.fullmatch(term.value):
        return term.value
    return safe_text(term.value)


def safe_text(text: str) -> str:
    """A text as a cell that no spreadsheet runs."""
    return FORMULA.sub(r"\1'", text)


def dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
