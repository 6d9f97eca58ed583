"""Extended Date/Time Format: the first and the last day that a date allows (https://www.loc.gov/standards/datetime/).

The `edtf` library reads plain dates. Intervals, sets and qualifiers are read here, because the library adds ten years
to an unknown end, fails on some valid values and prints messages. Nothing is guessed: an open or unknown end, an
unknown year and a year outside 1 to 9999 give no bound. A season has the bounds of its year, because countries differ
on its first day. A month or day with one unknown digit counts as unknown. Qualifiers (`?` `~` `%`) change no bound.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import lru_cache
from time import struct_time

import edtf

MAX_LENGTH = 200
_DATE = re.compile(
    r"""[?~%]?(?P<year>-?[0-9X]{4})[?~%]?
    (?:-[?~%]?(?P<month>[0-9X]{2})[?~%]?(?:-[?~%]?(?P<day>[0-9X]{2})[?~%]?)?)?
    (?P<time>(?<=[0-9]-[0-9]{2}-[0-9]{2})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]
    (?:Z|[-+][01][0-9](?::[0-5][0-9])?)?)?""",
    re.VERBOSE,
)
_LONG_YEAR = re.compile(r"Y-?[1-9][0-9]{0,29}(E[1-9][0-9]{0,8})?(S[1-9][0-9]{0,8})?|-?[0-9]{4}S[1-9]")
_SEASONS = range(21, 42)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The days between which a date lies; None if there is no bound."""

    earliest: datetime.date | None = None
    latest: datetime.date | None = None


@lru_cache(maxsize=4096)
def bounds(text: str) -> Bounds | None:
    """The bounds of an EDTF value; None if `text` is not EDTF.

    >>> bounds("197X")
    Bounds(earliest=datetime.date(1970, 1, 1), latest=datetime.date(1979, 12, 31))
    >>> bounds("XXXX-07-09")
    Bounds(earliest=None, latest=None)
    """
    if len(text) > MAX_LENGTH or not text.isascii():
        return None
    if text[:1] + text[-1:] in ("[]", "{}"):
        return _hull([_member(part.strip()) for part in text[1:-1].split(",")])
    return _span(text, "/") if "/" in text else _atom(text)


def _member(text: str) -> Bounds | None:
    """One member of a set: a date, `a..b`, `..b` or `a..`."""
    return _span(text, "..") if ".." in text else _atom(text)


def _span(text: str, mark: str) -> Bounds | None:
    """The bounds of an interval: the first day of the left end and the last day of the right end."""
    ends = text.split(mark) if mark == "/" else list(text.partition(mark)[::2])
    if len(ends) != 2 or ends == ["", ""]:
        return None
    left, right = (Bounds() if end in ("", "..") else _atom(end) for end in ends)
    return None if left is None or right is None else _drop_reversed(Bounds(left.earliest, right.latest))


def _hull(parts: list[Bounds | None]) -> Bounds | None:
    """The smallest interval that contains every part; None if one of them is not EDTF."""
    known = [part for part in parts if part is not None]
    if len(known) != len(parts):
        return None
    starts = [part.earliest for part in known if part.earliest is not None]
    ends = [part.latest for part in known if part.latest is not None]
    return Bounds(min(starts) if len(starts) == len(parts) else None, max(ends) if len(ends) == len(parts) else None)


def _atom(text: str) -> Bounds | None:
    """A single date; a year of more than four digits, or with significant digits, is EDTF without bounds."""
    if _LONG_YEAR.fullmatch(text):
        return Bounds()
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = match["year"], match["month"], match["day"]
    if month and month.isdigit() and int(month) in _SEASONS and day is None:
        month = None
    try:
        parsed = edtf.parse_edtf("-".join(_mask_partial(part) for part in (year.lstrip("-"), month, day) if part))
    except edtf.EDTFParseException:
        return None
    if year.startswith("-") or year == "XXXX":
        return Bounds()
    found = Bounds(_day(parsed.lower_strict()), _day(parsed.upper_strict()))
    no_such_day = found == Bounds() and year.isdigit() and year != "0000"
    return None if no_such_day else found


def _mask_partial(part: str) -> str:
    """A month or day with one unknown digit counts as unknown."""
    return "XX" if len(part) == 2 and "X" in part else part


def _day(moment: struct_time | float) -> datetime.date | None:
    """The calendar day; None for an infinite bound and for a day that does not exist."""
    if isinstance(moment, float):
        return None
    try:
        return datetime.date(moment.tm_year, moment.tm_mon, moment.tm_mday)
    except ValueError:
        return None


def _drop_reversed(found: Bounds) -> Bounds:
    """The bounds, or no bounds if the last day is before the first."""
    backwards = found.earliest is not None and found.latest is not None and found.latest < found.earliest
    return Bounds() if backwards else found
