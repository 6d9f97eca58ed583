"""An answer for people and programs: a table, SPARQL results as CSV or JSON, triples as Turtle.

CSV and JSON are the W3C's (https://www.w3.org/TR/sparql11-results-csv-tsv/, https://www.w3.org/TR/sparql11-results-json/).
In the table, IRIs of known prefixes are short, control characters are shown and never sent to the terminal.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from itertools import accumulate, takewhile

import pyoxigraph as ox

from kb.rdf.curies import Value, short
from kb.sparql.engine import Answer
from kb.terminal import columns_of, visible
from kb.vocab import PREFIXES, RDF, XSD


def as_table(answer: Answer, *, prefixes: Mapping[str, str] = PREFIXES, width: int = 60) -> str:
    """A plain text table; cells longer than `width` columns are cut with an ellipsis."""
    if answer.truth is not None:
        return "yes" if answer.truth else "no"
    columns, rows = answer.columns, answer.rows
    if answer.triples is not None:
        columns, rows = (
            ("subject", "predicate", "object"),
            tuple((t.subject, t.predicate, t.object) for t in answer.triples),
        )
    cells = [[_cut(visible(short(value, prefixes)), width) for value in row] for row in rows]
    widths = [max(map(columns_of, [name, *(row[at] for row in cells)])) for at, name in enumerate(columns)]
    lines = [_line(columns, widths), _line(["-" * size for size in widths], widths)]
    lines += [_line(row, widths) for row in cells]
    count = f"{len(cells)} row" + ("" if len(cells) == 1 else "s")
    more = ", and more: the answer was cut" if answer.truncated else ""
    return "\n".join([*lines, f"({count}{more})"])


def as_csv(answer: Answer) -> str:
    """SPARQL 1.1 results as CSV; an ASK gives one column `answer`, a graph three columns."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if answer.truth is not None:
        writer.writerows([["answer"], ["true" if answer.truth else "false"]])
    elif answer.triples is not None:
        writer.writerow(["subject", "predicate", "object"])
        writer.writerows([_plain(t.subject), _plain(t.predicate), _plain(t.object)] for t in answer.triples)
    else:
        writer.writerow(answer.columns)
        writer.writerows([_plain(value) for value in row] for row in answer.rows)
    return out.getvalue()


def as_json(answer: Answer) -> str:
    """SPARQL 1.1 results as JSON; a graph becomes solutions of subject, predicate and object."""
    if answer.truth is not None:
        return json.dumps({"head": {}, "boolean": answer.truth}, indent=2) + "\n"
    columns, rows = answer.columns, answer.rows
    if answer.triples is not None:
        columns, rows = (
            ("subject", "predicate", "object"),
            tuple((t.subject, t.predicate, t.object) for t in answer.triples),
        )
    bindings = [
        {name: _json(value) for name, value in zip(columns, row, strict=True) if value is not None} for row in rows
    ]
    return (
        json.dumps({"head": {"vars": list(columns)}, "results": {"bindings": bindings}}, indent=2, ensure_ascii=False)
        + "\n"
    )


def _cut(text: str, width: int) -> str:
    if columns_of(text) <= width:
        return text
    taken = accumulate(map(columns_of, text))
    return text[: sum(1 for _ in takewhile(lambda columns: columns < width, taken))] + "…"


def _line(cells: list[str] | tuple[str, ...], widths: list[int]) -> str:
    padded = (cell + " " * (size - columns_of(cell)) for cell, size in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _plain(value: Value | None) -> str:
    if value is None:
        return ""
    return f"_:{value.value}" if isinstance(value, ox.BlankNode) else str(getattr(value, "value", value))


def _json(value: Value) -> dict[str, str]:
    if isinstance(value, ox.NamedNode):
        return {"type": "uri", "value": value.value}
    if isinstance(value, ox.BlankNode):
        return {"type": "bnode", "value": value.value}
    if not isinstance(value, ox.Literal):
        return {"type": "literal", "value": str(value)}
    found = {"type": "literal", "value": value.value}
    if value.language:
        return {**found, "xml:lang": value.language}
    plain = value.datatype.value in (XSD.string, RDF.langString)
    return found if plain else {**found, "datatype": value.datatype.value}
