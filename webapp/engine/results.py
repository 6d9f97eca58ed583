"""SPARQL results in the W3C's formats and in CSV that is safe for spreadsheets, written while they come."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import pyoxigraph as ox

import kb

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


Row: TypeAlias = Sequence[Term | None]


class SafeCsv:
    """Rows as a spreadsheet may open them: no cell is a formula.

    The W3C's CSV has values exactly as they are, and a value that begins with `=` would be run by the program that
    opens the file. Here such a cell gets an apostrophe before it, which spreadsheets take for "this is text"; a cell
    that is a number stays one. UTF-8 with a mark at the beginning, without which some programs take it for another
    encoding, and lines that end with CR LF (RFC 4180).
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = columns

    def head(self) -> bytes:
        """What is before the rows."""
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


WRITERS: Mapping[str, Callable[[Sequence[str]], kb.RowWriter]] = {**kb.RESULT_WRITERS, "csv-safe": SafeCsv}


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
