"""Pictures of the base: where its dates lie, what its articles share, and its figures, as plain values to lay out.

A picture is the answer to one stored query, turned into places in per cent. It is drawn in the page itself (SVG
between words), so that it needs no script, grows and shrinks with the window, prints, and can be read aloud.
Nothing is said by colour alone: shapes differ, and every mark stands beside its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import kb
from webapp.site.names import Link, Names
from webapp.things.views import StatusView, status_view
from webapp.words.catalogue import Words

Row: TypeAlias = Mapping[str, Mapping[str, Any]]
Rows: TypeAlias = Sequence[Row]
"""The bindings of an answer in the JSON of SPARQL results."""

MOST_MARKS = 80
"""Claims that a timeline shows; what is beyond can be asked for."""
MOST_ROWS = 40
"""Rows of a table of what is shared."""
MOST_LANES = 14
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
MOST_TICKS = 8
LEFT, RIGHT = 5.0, 95.0
"""Where the first and the last year stand, in per cent of the width; the rest is room for arrows."""
POINT_YEARS = 1.01
SIGNS = {
    kb.FC.asserts: ("asserts", "sign.asserts"),
    kb.FC.specialises: ("specific", "sign.specific"),
    kb.FC.denies: ("denies", "sign.denies"),
    kb.FC.mentions: ("mentions", "sign.mentions"),
}


# --- the timeline ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tick:
    """A year on the axis, and where it stands, in per cent."""

    year: int
    at: float


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that is dated: a claim, or the thing of a row.

    Attributes:
        when: the date as the base has it (EDTF).
        words: the same for people.
        shape: `point`, `whole` (all the time from start to end), `within` (some time between them), `since`,
            `until`; empty where no year is known.
        start, end: in per cent of the width.
        lane: row of the small picture, from 0.
        notes: what to know about the date: uncertain, approximate, computed; keys of `webapp.words`.
    """

    thing: Link
    status: StatusView | None
    when: str
    words: str
    shape: str = ""
    start: float = 0.0
    end: float = 0.0
    lane: int = 0
    notes: tuple[str, ...] = ()

    @property
    def middle(self) -> float:
        """Where a point stands."""
        return (self.start + self.end) / 2

    @property
    def width(self) -> float:
        """Length of a bar."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Dated:
    """A thing and its date, before it is drawn.

    Attributes:
        iri: of the thing, to sort by; or anything else that is always the same.
        when: the date as it is recorded.
        earliest, latest: the days between which it lies (`YYYY-MM-DD`); empty where it does not say.
        computed: whether the date was computed.
    """

    iri: str
    thing: Link
    when: str
    earliest: str = ""
    latest: str = ""
    status: StatusView | None = None
    computed: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """When things are dated to.

    Attributes:
        ticks: the years of the axis.
        marks: things with a year, in the order of time; `more` of them are not shown.
        yearless: things with a date that names no year.
        undated: number of things that say no date.
        lanes: rows of the small picture.
    """

    ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    more: int
    yearless: tuple[Mark, ...]
    undated: int
    lanes: int

    @property
    def dated(self) -> int:
        """Things with a year."""
        return len(self.marks) + self.more


def timeline(rows: Rows, names: Names) -> Timeline:
    """The answer to `page-timeline`, as a picture."""
    total = int(rows[0]["claims"]["value"]) if rows else 0
    found = [_dated_claim(row, names) for row in _by_claim(rows)]
    return drawn(found, names.words, undated=total - len(found))


def drawn(found: Sequence[Dated], words: Words, *, undated: int, most: int = MOST_MARKS) -> Timeline:
    """A picture of dates.

    Args:
        words: of the language that is spoken.
        undated: how many things beside these say no date.
        most: marks that are shown.
    """
    dated = [each for each in found if each.earliest or each.latest]
    years = [_year(day) for each in dated for day in (each.earliest, each.latest) if day]
    ticks, place = _axis(min(years), max(years)) if years else ((), float)
    marks = [_mark(each, words, place) for each in sorted(dated, key=_in_time)[:most]]
    packed, lanes = _packed(marks)
    yearless = [each for each in found if not each.earliest and not each.latest]
    return Timeline(
        ticks=ticks,
        marks=packed,
        more=len(dated) - len(marks),
        yearless=tuple(_plain_mark(each, words) for each in yearless[:most]),
        undated=undated,
        lanes=lanes,
    )


def _by_claim(rows: Rows) -> list[Row]:
    """One row a claim: the first where the answer has several."""
    found: dict[str, Row] = {}
    for row in rows:
        if "claim" in row:
            found.setdefault(row["claim"]["value"], row)
    return list(found.values())


def _dated_claim(row: Row, names: Names) -> Dated:
    claim = row["claim"]["value"]
    return Dated(
        iri=claim,
        thing=names.link(claim),
        when=row["when"]["value"],
        earliest=row.get("earliest", {}).get("value", ""),
        latest=row.get("latest", {}).get("value", ""),
        status=status_view(row["status"]["value"], names) if "status" in row else None,
        computed=row.get("computed", {}).get("value") == "true",
    )


def _in_time(each: Dated) -> tuple[float, float, str, str]:
    first = _year(each.earliest or each.latest)
    last = _year(each.latest) if each.latest else float("inf")
    return first, last, each.iri, each.when


def _axis(first: float, last: float) -> tuple[tuple[Tick, ...], Callable[[float], float]]:
    """Round years, and the function from a year to its place."""
    step = next((step for step in STEPS if (last - first) / step <= MOST_TICKS - 1), STEPS[-1])
    half = max(step // 2, 1)
    low = int(first // half * half)
    high = max(int(-(-last // half) * half), low + half)
    scale = (RIGHT - LEFT) / (high - low)

    def place(year: float) -> float:
        return round(LEFT + (year - low) * scale, 2)

    years = range(-(-low // step) * step, high + 1, step)
    return tuple(Tick(year, place(year)) for year in years), place


def _mark(each: Dated, words: Words, place: Callable[[float], float]) -> Mark:
    plain = _plain_mark(each, words)
    first = _year(each.earliest) if each.earliest else None
    last = _year(each.latest, end=True) if each.latest else None
    whole = "/" in plain.when or ".." in plain.when
    if first is None or last is None:
        shape = "since" if last is None else "until"
    elif last - first <= POINT_YEARS:
        shape = "point"
    else:
        shape = "whole" if whole else "within"
    start = LEFT if first is None else place(first)
    end = RIGHT if last is None else place(last)
    return replace(plain, shape=shape, start=start, end=end)


def _plain_mark(each: Dated, words: Words) -> Mark:
    """A mark without its place."""
    when = each.when
    notes = [word for sign, word in (("?", "date.uncertain"), ("~", "date.approximate")) if sign in when]
    if "%" in when:
        notes = ["date.uncertain", "date.approximate"]
    if each.computed:
        notes.append("date.computed")
    said = in_words(when, each.earliest or None, each.latest or None, words)
    return Mark(each.thing, each.status, when, said, notes=tuple(notes))


def _year(day: str, *, end: bool = False) -> float:
    """A day as a fraction of years; `end` takes the evening of it."""
    match = re.fullmatch(r"(-?\d+)-(\d\d)-(\d\d)", day)
    if match is None:
        return 0.0
    return int(match[1]) + (int(match[2]) - 1) / 12 + (int(match[3]) - (0 if end else 1)) / 372


def in_words(when: str, first: str | None, last: str | None, words: Words) -> str:
    """A date for people, such as `1970 to 1989`, or `some time from 1990 to 1999` where it is one of those years.

    Args:
        when: EDTF.
        first, last: the days between which it lies (`YYYY-MM-DD`), where they are known.
        words: of the language that is spoken.
    """
    if first is None and last is None:
        match = re.fullmatch(r"X{4}-(\d\d)-(\d\d)", when)
        if not match or not 1 <= int(match[1]) <= 12:
            return when
        return words.text("date.yearless", day=str(int(match[2])), month=words.month(int(match[1])))
    if last is None:
        return words.text("date.since", date=_said(words, first or "", first or "", opens=True))
    if first is None:
        return words.text("date.until", date=_said(words, last, last, closes=True))
    together = _said(words, first, last)
    if together:
        return together
    key = "date.range" if "/" in when or ".." in when else "date.within"
    return words.text(key, first=_said(words, first, first, opens=True), last=_said(words, last, last, closes=True))


def _said(words: Words, first: str, last: str, *, opens: bool = False, closes: bool = False) -> str:
    """A day, a month or a year that reaches from `first` to `last`; empty where none does.

    An interval that opens on a first of January, or closes on the last of December, is said in years.
    """
    year, month, day = first.rsplit("-", 2)
    ends = (opens and (month, day) == ("01", "01")) or (closes and (month, day) == ("12", "31"))
    if ends or (first, last) == (f"{year}-01-01", f"{year}-12-31"):
        return words.text("date.year", year=year)
    if first == last:
        return words.text("date.day", day=str(int(day)), month=words.month(int(month)), year=year)
    same_month = last.startswith(f"{year}-{month}-") and day == "01" and int(last[-2:]) >= 28
    return words.text("date.month", month=words.month(int(month)), year=year) if same_month else ""


def _packed(marks: Sequence[Mark]) -> tuple[tuple[Mark, ...], int]:
    """Marks in lanes, so that those of one lane do not touch even on a phone; and the number of lanes."""
    free: list[float] = []
    found = []
    for mark in marks:
        start, end = min(mark.start, mark.middle - 1.6), max(mark.end, mark.middle + 1.6)
        lane = next((at for at, until in enumerate(free) if until + 0.8 <= start), len(free))
        lane = min(lane, MOST_LANES - 1)
        if lane == len(free):
            free.append(end)
        free[lane] = max(free[lane], end)
        found.append(replace(mark, lane=lane))
    return tuple(found), len(free)


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
    """The answer to a question of figures.

    Attributes:
        question: its name, title and description.
        columns: heads; those of `numbers` are set to the right.
        rows: cells.
        more: rows that are not shown.
    """

    question: kb.SavedQuestion
    columns: tuple[Link, ...]
    numbers: tuple[bool, ...]
    rows: tuple[tuple[Link | None, ...], ...]
    more: int


def figures(question: kb.SavedQuestion, columns: Sequence[str], rows: Rows, names: Names) -> FigureTable:
    """A table for people: numbers by two properties become a table of rows and columns."""
    if _is_crossed(columns, rows):
        return _crossed(question, columns, rows, names)
    cells = tuple(tuple(_cell(row.get(column), names) for column in columns) for row in rows)
    heads = tuple(_head(column, names.words) for column in columns)
    numbers = tuple(bool(rows) and all(_is_number(row.get(column)) for row in rows) for column in columns)
    return FigureTable(question, heads, numbers, cells[:MOST_ROWS], max(len(cells) - MOST_ROWS, 0))


def _is_crossed(columns: Sequence[str], rows: Rows) -> bool:
    """Whether the rows say a number for things by a property that several of them have."""
    if len(columns) != 3 or not all(set(columns) <= row.keys() and _is_number(row[columns[2]]) for row in rows):
        return False
    return len({row[columns[1]]["value"] for row in rows}) < len(rows)


def _crossed(question: kb.SavedQuestion, columns: Sequence[str], rows: Rows, names: Names) -> FigureTable:
    """First column down, second column across, third in the cells."""
    down, across, number = columns
    heads = {name: _cell(row[across], names) for row in rows for name in [row[across]["value"]]}
    lines = {name: _cell(row[down], names) for row in rows for name in [row[down]["value"]]}
    values = {(row[down]["value"], row[across]["value"]): _cell(row[number], names) for row in rows}
    wide = sorted(heads)
    body = tuple((lines[line], *(values.get((line, head)) for head in wide)) for line in sorted(lines))
    return FigureTable(
        question,
        (_head(down, names.words), *(heads[head] or Link(head) for head in wide)),
        (False, *(True for _ in wide)),
        body[:MOST_ROWS],
        max(len(body) - MOST_ROWS, 0),
    )


def _cell(term: Mapping[str, Any] | None, names: Names) -> Link | None:
    """A value of an answer; questions ask for the words of the vocabulary in English."""
    link = names.cell(term)
    return link and names.spoken(link)


def _head(column: str, words: Words) -> Link:
    """The name of a variable of a stored query, which is English."""
    text, language = words.translated(column.replace("_", " "))
    return Link(text, lang=language)


def _is_number(cell: Mapping[str, Any] | None) -> bool:
    return cell is not None and str(cell.get("datatype", "")).endswith("#integer")
