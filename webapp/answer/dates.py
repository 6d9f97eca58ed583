"""Dated things on a time axis: which marks to draw, where, and how a date is said in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from webapp.site.names import Link, Names
from webapp.things.views import StatusView, status_view
from webapp.words.catalogue import Words

Row: TypeAlias = Mapping[str, Mapping[str, Any]]


Rows: TypeAlias = Sequence[Row]
"""The bindings of an answer in the JSON of SPARQL results."""


MOST_MARKS = 80
"""Claims that a timeline shows; what is beyond can be asked for."""


MOST_LANES = 14


STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


MOST_TICKS = 8


LEFT, RIGHT = 5.0, 95.0
"""The places of the first and the last year, in per cent of the width; the rest is space for arrows."""


POINT_YEARS = 1.01


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
    return draw_timeline(found, names.words, undated=total - len(found))


def draw_timeline(found: Sequence[Dated], words: Words, *, undated: int, most: int = MOST_MARKS) -> Timeline:
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
