"""An answer on a timeline: each date of it as a mark that leads to the thing of its row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import kb
from webapp.answer.dates import Dated, Timeline, draw_timeline
from webapp.answer.table import Binding
from webapp.site.names import Link, Names
from webapp.things.views import STATUSES, status_view
from webapp.words.collation import DATES, day_bounds

MOST = 200
"""Marks that are shown; what is beyond is in the table."""
MOST_COLUMNS = 10
"""Columns whose dates are drawn."""


@dataclass(frozen=True, slots=True)
class TimelineView:
    """The dates of an answer.

    Attributes:
        columns: whose dates these are; none where no column holds a date.
        rows: of the answer.
    """

    columns: tuple[str, ...]
    line: Timeline
    rows: int


def timeline_view(columns: Sequence[str], bindings: Sequence[Binding], names: Names) -> TimelineView:
    """Draw the dates of an answer.

    A row may say a date and, beside it, the days that were worked out of it. Then the date itself is drawn, which is
    the column of EDTF, and not its bounds as if they were dates of their own.
    """
    dated = [name for name in columns if any(_datatype(row, name) in DATES for row in bindings)]
    own = [name for name in dated if any(_datatype(row, name) == kb.EDTF for row in bindings)]
    chosen = tuple((own or dated)[:MOST_COLUMNS])
    found = [_dated(row, name, columns, names) for row in bindings for name in chosen if _datatype(row, name) in DATES]
    without = sum(1 for row in bindings if not any(_datatype(row, name) in DATES for name in chosen))
    return TimelineView(chosen, draw_timeline(found, names.words, undated=without, most=MOST), len(bindings))


def _datatype(row: Binding, name: str) -> str:
    return str(row[name].get("datatype", "")) if name in row else ""


def _dated(row: Binding, name: str, columns: Sequence[str], names: Names) -> Dated:
    when = str(row[name]["value"])
    first, last = day_bounds(when)
    status = next((str(row[each]["value"]) for each in columns if each in row and _is_status(row, each)), "")
    iri, thing = _thing(row, name, columns, names)
    return Dated(
        iri=iri,
        thing=thing,
        when=when,
        earliest=first.isoformat() if first else "",
        latest=last.isoformat() if last else "",
        status=status_view(status, names) if status else None,
    )


def _thing(row: Binding, date: str, columns: Sequence[str], names: Names) -> tuple[str, Link]:
    """What a row is about: its first thing that has a page here, or its first thing, or its first words."""
    others = [name for name in columns if name in row and name != date and not _is_status(row, name)]
    iris = [str(row[name]["value"]) for name in others if row[name]["type"] == "uri"]
    iri = next((each for each in iris if names.path(each)), iris[0] if iris else "")
    if iri:
        return iri, names.link(iri)
    words = next((names.cell(row[name]) for name in others if _datatype(row, name) not in DATES), None)
    return (words.text if words else ""), words or Link(date)


def _is_status(row: Binding, name: str) -> bool:
    return bool(row[name]["type"] == "uri" and row[name]["value"] in STATUSES)
