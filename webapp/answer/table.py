"""An answer as a table: labels beside names, sorted by a column, a page at a time. Plain links do all of it.

Sorting looks at every row that the page has been given, so the first page of a sorted answer holds the first rows of
all of them. Where the answer itself was cut, it says that only the rows before the cut are sorted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from webapp.site.names import Link, Names, cut_short
from webapp.things.views import STATUSES, StatusView, status_view
from webapp.words.collation import NUMBERS, sort_key

Binding: TypeAlias = Mapping[str, Mapping[str, Any]]
"""A row of the JSON of SPARQL results."""
MOST_CHARS = 1_000_000
"""Code points of all values of one page; where there are more, each is cut to its share."""
SIZES = (25, 100, 500)
"""Rows on a page that a visitor can choose, beside the number that the site starts with."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value: what is shown for it, and the status that it is."""

    link: Link
    status: StatusView | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """A column.

    Attributes:
        names: of the column, and of those that only say what its things are called.
        number: whether it holds numbers.
        sorted: `ascending`, `descending`, or empty.
        href: where it is sorted by this column, or the other way round.
    """

    names: tuple[str, ...]
    number: bool
    sorted: str
    href: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row and its number in the answer as it is sorted, from 1."""

    number: int
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A number of rows that a page can have, and where it has so many; `chosen` for the one that is seen."""

    rows: int
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class TableView:
    """A page of the table.

    Attributes:
        total: rows in all; `first` to `last` of them are shown.
        page, pages: numbers from 1.
        before, after, start, end: where the other pages are; empty where there is none.
        sizes: how many rows a page may have; empty where all fit on the smallest.
        sorted_by: the column it is sorted by; empty for the order of the query, which is at `unsorted`.
        unknown: a column to sort by that the answer does not have.
    """

    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    total: int
    page: int
    pages: int
    before: str
    after: str
    start: str
    end: str
    sizes: tuple[Choice, ...]
    sorted_by: str
    unsorted: str
    unknown: str

    @property
    def first(self) -> int:
        """Number of the first row that is shown."""
        return self.lines[0].number if self.lines else 0

    @property
    def last(self) -> int:
        """Number of the last."""
        return self.lines[-1].number if self.lines else 0


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of the table is asked for.

    Attributes:
        sort: a column, with `-` before it for the other direction; empty for the order of the query.
        page: from 1; one that is not there is the nearest that is.
        rows: on a page.
        usual: rows on a page if the visitor does not choose.
    """

    sort: str
    page: int
    rows: int
    usual: int


def table_of(
    columns: Sequence[str], bindings: Sequence[Binding], names: Names, place: Place, at: Callable[..., str]
) -> TableView:
    """A page of the table.

    Args:
        at: gives the address of another part; takes `sort`, `page` and `rows`.
    """
    cells = [_Row(row, columns, names) for row in bindings]
    told = _label_columns(columns, cells)
    by = place.sort.removeprefix("-")
    known = by in columns
    order = _order(columns, bindings, cells, place.sort) if known else range(len(cells))
    pages = max(-(-len(cells) // place.rows), 1)
    page = min(max(place.page, 1), pages)
    start = (page - 1) * place.rows
    kept = [at for at in range(len(columns)) if at not in told]
    shown = [[cells[row][each] for each in kept] for row in order[start : start + place.rows]]
    share = _share(shown)
    return TableView(
        heads=tuple(_head(each, columns, bindings, told, place, at) for each in kept),
        lines=tuple(
            Line(
                start + number,
                tuple(cell and replace(cell, link=cut_short(cell.link, share, names.words)) for cell in row),
            )
            for number, row in enumerate(shown, 1)
        ),
        total=len(cells),
        page=page,
        pages=pages,
        before=at(page=page - 1) if page > 1 else "",
        after=at(page=page + 1) if page < pages else "",
        start=at(page=1) if page > 2 else "",
        end=at(page=pages) if page < pages - 1 else "",
        sizes=_sizes(len(cells), place, at),
        sorted_by=by if known else "",
        unsorted=at(sort="", page=1) if known else "",
        unknown=by if by and not known else "",
    )


def _share(rows: Sequence[Sequence[Cell | None]]) -> int:
    """The most code points that one value on a page may have."""
    sizes = [len(cell.link.text) for row in rows for cell in row if cell is not None]
    return max(sizes, default=0) if sum(sizes) <= MOST_CHARS else MOST_CHARS // len(sizes)


class _Row:
    """The values of a row, each made when it is first looked at: an answer has many more than a page shows."""

    def __init__(self, binding: Binding, columns: Sequence[str], names: Names) -> None:
        self.binding = binding
        self.columns = columns
        self.names = names
        self.made: dict[int, Cell | None] = {}

    def __getitem__(self, at: int) -> Cell | None:
        if at not in self.made:
            self.made[at] = _cell(self.binding.get(self.columns[at]), self.names)
        return self.made[at]


def _cell(term: Mapping[str, Any] | None, names: Names) -> Cell | None:
    if term is None:
        return None
    link = names.cell(term)
    assert link is not None, "a value is shown as something"
    is_status = term["type"] == "uri" and term["value"] in STATUSES
    return Cell(link, status_view(str(term["value"]), names) if is_status else None)


def _order(columns: Sequence[str], bindings: Sequence[Binding], cells: Sequence[_Row], sort: str) -> Sequence[int]:
    """The rows in order; those without a value come last in both directions, and equal ones stay as they were."""
    name, backwards = sort.removeprefix("-"), sort.startswith("-")
    at = list(columns).index(name)
    filled = [
        (sort_key(bindings[row][name], cell.link.text, cell.link.lang), row)
        for row, each in enumerate(cells)
        if (cell := each[at]) is not None
    ]
    filled.sort(key=lambda pair: pair[0], reverse=backwards)
    return [*(row for _, row in filled), *(row for row, each in enumerate(cells) if each[at] is None)]


def _head(
    index: int,
    columns: Sequence[str],
    bindings: Sequence[Binding],
    told: Mapping[int, int],
    place: Place,
    at: Callable[..., str],
) -> Head:
    name = columns[index]
    upwards, downwards = place.sort == name, place.sort == f"-{name}"
    filled = [row[name] for row in bindings if name in row]
    return Head(
        names=(name, *(columns[other] for other, teller in told.items() if teller == index)),
        number=bool(filled) and all(term.get("datatype", "") in NUMBERS for term in filled),
        sorted="ascending" if upwards else "descending" if downwards else "",
        href=at(sort=f"-{name}" if upwards else name, page=1),
    )


def _sizes(total: int, place: Place, at: Callable[..., str]) -> tuple[Choice, ...]:
    numbers = sorted({*SIZES, place.usual, place.rows})
    if total <= numbers[0]:
        return ()
    return tuple(Choice(number, at(rows=number, page=1), number == place.rows) for number in numbers)


# --- columns that say what others are called -------------------------------------------------------------


def _label_columns(columns: Sequence[str], rows: Sequence[_Row]) -> dict[int, int]:
    """Columns that only say what the things of another are called, and that other one.

    They are left out, because the things are shown by what they are called; the head of the other column names both.
    Downloads have every column.
    """
    return {
        at: teller for at in range(len(columns)) for teller in [_teller(at, rows, len(columns))] if teller is not None
    }


def _teller(at: int, rows: Sequence[_Row], width: int) -> int | None:
    """The column of things whose labels are the words of the column `at`; None where there is none."""
    words: list[Link | None] = []
    for row in rows:
        cell = row[at]
        if cell and (cell.link.name or cell.link.note):
            return None
        words.append(cell.link if cell else None)
    if not any(words):
        return None
    for other in range(width):
        things = (cell.link if cell else None for row in rows for cell in [row[other]])
        if all(
            (thing and thing.href and thing.text == word.text) if word else thing is None or thing.name
            for thing, word in zip(things, words, strict=True)
        ):
            return other
    return None
