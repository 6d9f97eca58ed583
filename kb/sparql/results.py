"""A query result as text: a table for people, CSV or JSON for programs.

CSV and JSON follow the W3C (https://www.w3.org/TR/sparql11-results-csv-tsv/,
https://www.w3.org/TR/sparql11-results-json/). The table abbreviates IRIs with known prefixes, and shows control
characters as escapes, so that they never reach the terminal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, takewhile

import pyoxigraph as ox

from kb.characters import escape_for_terminal
from kb.rdf.curies import short
from kb.sparql.engine import Answer
from kb.sparql.writers import Row, write_table, write_truth
from kb.terminal import columns_of
from kb.vocab import PREFIXES


def as_table(answer: Answer, *, prefixes: Mapping[str, str] = PREFIXES, width: int = 60) -> str:
    """A plain text table; cells longer than `width` columns are cut with an ellipsis."""
    if answer.truth is not None:
        return "yes" if answer.truth else "no"
    columns, rows = _table(answer)
    cells = [[_cut(escape_for_terminal(short(value, prefixes)), width) for value in row] for row in rows]
    widths = [max(map(columns_of, [name, *(row[at] for row in cells)])) for at, name in enumerate(columns)]
    lines = [_line(columns, widths), _line(["-" * size for size in widths], widths)]
    lines += [_line(row, widths) for row in cells]
    count = f"{len(cells)} row" + ("" if len(cells) == 1 else "s")
    more = ", and more: the answer was cut" if answer.truncated else ""
    return "\n".join([*lines, f"({count}{more})"])


def as_csv(answer: Answer) -> str:
    """SPARQL 1.1 results as CSV; an ASK has one column, `answer`, and a graph has three."""
    if answer.truth is not None:
        return write_table(["answer"], [[ox.Literal("true" if answer.truth else "false")]], "csv").decode()
    return write_table(*_table(answer), "csv").decode()


def as_json(answer: Answer) -> str:
    """SPARQL 1.1 results as JSON; each triple of a graph is a row of subject, predicate and object."""
    if answer.truth is not None:
        return write_truth(answer.truth, "json").decode() + "\n"
    return write_table(*_table(answer), "json").decode()


def _table(answer: Answer) -> tuple[tuple[str, ...], Sequence[Row]]:
    """The columns and rows of a result that is not a boolean."""
    if answer.triples is None:
        return answer.columns, answer.rows
    return ("subject", "predicate", "object"), [(t.subject, t.predicate, t.object) for t in answer.triples]


def _cut(text: str, width: int) -> str:
    if columns_of(text) <= width:
        return text
    taken = accumulate(map(columns_of, text))
    return text[: sum(1 for _ in takewhile(lambda columns: columns < width, taken))] + "…"


def _line(cells: list[str] | tuple[str, ...], widths: list[int]) -> str:
    padded = (cell + " " * (size - columns_of(cell)) for cell, size in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()
