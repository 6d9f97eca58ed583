"""Pictures of the base: where its dates lie, what its articles share, and its figures, as plain values to lay out.

A picture is the answer to one stored query, turned into places in per cent. It is drawn in the page itself (SVG
between words), so that it needs no script, grows and shrinks with the window, prints, and can be read aloud.
Nothing is shown by colour alone: shapes differ, and every mark is next to its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import kb
from webapp.answer.dates import Row, Rows
from webapp.site.names import Link, Names
from webapp.things.views import StatusView, status_view
from webapp.words.catalogue import Words

MOST_ROWS = 40
"""Rows of a table of what is shared."""
SIGNS = {
    kb.FC.asserts: ("asserts", "sign.asserts"),
    kb.FC.specialises: ("specific", "sign.specific"),
    kb.FC.denies: ("denies", "sign.denies"),
    kb.FC.mentions: ("mentions", "sign.mentions"),
}


# --- the timeline ----------------------------------------------------------------------------------------


# --- what articles share ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sign:
    """What an article does with a claim: the name of the sign, the key of its words, how many citations do it."""

    name: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class Column:
    """An article: its link, and its short name to stand over a narrow column."""

    link: Link
    short: str


@dataclass(frozen=True, slots=True)
class SharedRow:
    """A claim or a question, and a cell for each article."""

    link: Link
    status: StatusView | None
    cells: tuple[tuple[Sign, ...], ...]

    @property
    def articles(self) -> int:
        """How many take part."""
        return sum(map(bool, self.cells))


@dataclass(frozen=True, slots=True)
class Sharing:
    """Rows that two or more articles share; `more` are not shown."""

    columns: tuple[Column, ...]
    rows: tuple[SharedRow, ...]
    more: int


def shared_claims(rows: Rows, names: Names) -> Sharing:
    """The answer to `page-shared`, as a table: those that most articles share first."""
    return _sharing(
        "claim", rows, lambda row: Sign(*SIGNS[row["stance"]["value"]], int(row["citations"]["value"])), names
    )


def shared_questions(rows: Rows, names: Names) -> Sharing:
    """The answer to `page-topics`, as a table of how many answers each article gives."""
    return _sharing("question", rows, lambda row: Sign("answers", "sign.answers", int(row["answers"]["value"])), names)


def _sharing(thing: str, rows: Rows, sign: Callable[[Row], Sign], names: Names) -> Sharing:
    rank = {name: at for at, (name, _) in enumerate(SIGNS.values())}
    found: dict[str, dict[str, list[Sign]]] = {}
    status: dict[str, StatusView] = {}
    for row in rows:
        iri = row[thing]["value"]
        found.setdefault(iri, {}).setdefault(row["article"]["value"], []).append(sign(row))
        if "status" in row:
            status[iri] = status_view(row["status"]["value"], names)
    articles = sorted({article for cells in found.values() for article in cells})
    lines = [
        SharedRow(
            names.link(iri),
            status.get(iri),
            tuple(tuple(sorted(cells.get(each, ()), key=lambda sign: rank.get(sign.name, 0))) for each in articles),
        )
        for iri, cells in found.items()
    ]
    lines.sort(key=lambda line: (-line.articles, line.link.text, line.link.name))
    columns = tuple(Column(names.link(iri), re.split(r"[/#:]", iri)[-1]) for iri in articles)
    return Sharing(columns, tuple(lines[:MOST_ROWS]), max(len(lines) - MOST_ROWS, 0))


# --- voices that do not count apart ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DependenceLine:
    """Voices that share an origin, and why; the link is to a page of its own."""

    link: Link
    voices: tuple[Link, ...]
    reason: Link | None


def dependences(rows: Rows, names: Names) -> tuple[DependenceLine, ...]:
    """The answer to `page-dependences`."""
    voices: dict[str, dict[str, None]] = {}
    reasons: dict[str, Link] = {}
    for row in rows:
        node = row["dependence"]["value"]
        voices.setdefault(node, {})[row["voice"]["value"]] = None
        if "reason" in row:
            reasons[node] = Link(row["reason"]["value"], lang=str(row["reason"].get("xml:lang", "")))
    lines = (
        DependenceLine(names.link(node), tuple(map(names.link, found)), reasons.get(node))
        for node, found in voices.items()
    )
    return tuple(sorted(lines, key=lambda line: ([voice.text for voice in line.voices], line.link.name)))


# --- figures ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FigureTable:
    """The answer to a query for figures.

    Attributes:
        query: its name, title and description.
        columns: heads; those of `numbers` are set to the right.
        rows: cells.
        more: rows that are not shown.
    """

    query: kb.SavedQuery
    columns: tuple[Link, ...]
    numbers: tuple[bool, ...]
    rows: tuple[tuple[Link | None, ...], ...]
    more: int


def figures(query: kb.SavedQuery, columns: Sequence[str], rows: Rows, names: Names) -> FigureTable:
    """A table for people: numbers by two properties become a table of rows and columns."""
    if _is_crossed(columns, rows):
        return _crossed(query, columns, rows, names)
    cells = tuple(tuple(_cell(row.get(column), names) for column in columns) for row in rows)
    heads = tuple(_head(column, names.words) for column in columns)
    numbers = tuple(bool(rows) and all(_is_number(row.get(column)) for row in rows) for column in columns)
    return FigureTable(query, heads, numbers, cells[:MOST_ROWS], max(len(cells) - MOST_ROWS, 0))


def _is_crossed(columns: Sequence[str], rows: Rows) -> bool:
    """Whether the rows say a number for things by a property that several of them have."""
    if len(columns) != 3 or not all(set(columns) <= row.keys() and _is_number(row[columns[2]]) for row in rows):
        return False
    return len({row[columns[1]]["value"] for row in rows}) < len(rows)


def _crossed(query: kb.SavedQuery, columns: Sequence[str], rows: Rows, names: Names) -> FigureTable:
    """First column down, second column across, third in the cells."""
    down, across, number = columns
    heads = {name: _cell(row[across], names) for row in rows for name in [row[across]["value"]]}
    lines = {name: _cell(row[down], names) for row in rows for name in [row[down]["value"]]}
    values = {(row[down]["value"], row[across]["value"]): _cell(row[number], names) for row in rows}
    wide = sorted(heads)
    body = tuple((lines[line], *(values.get((line, head)) for head in wide)) for line in sorted(lines))
    return FigureTable(
        query,
        (_head(down, names.words), *(heads[head] or Link(head) for head in wide)),
        (False, *(True for _ in wide)),
        body[:MOST_ROWS],
        max(len(body) - MOST_ROWS, 0),
    )


def _cell(term: Mapping[str, Any] | None, names: Names) -> Link | None:
    """A value of an answer; queries ask for the words of the vocabulary in English."""
    link = names.cell(term)
    return link and names.spoken(link)


def _head(column: str, words: Words) -> Link:
    """The name of a variable of a stored query, which is English."""
    text, language = words.translated(column.replace("_", " "))
    return Link(text, lang=language)


def _is_number(cell: Mapping[str, Any] | None) -> bool:
    return cell is not None and str(cell.get("datatype", "")).endswith("#integer")
