"""The order in which values of a column are sorted, so that it is the one that people expect and always the same.

Numbers go by size, dates by time, words by their letters: case and accents decide only between words that are the
same without them, digits inside words count as numbers, and letters that stand at another place in the alphabet of
a language stand there. Words of a language that has no such letters are sorted as Unicode has them, which is the
order of the dictionary for Korean. There is no list of all languages here: a locale library would give another order
with each of its versions.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

import kb

Key: TypeAlias = tuple[Any, ...]

XSD = kb.PREFIXES["xsd"]
NUMBERS = frozenset(
    XSD + name
    for name in (
        *("integer", "decimal", "double", "float", "int", "long", "short", "byte", "nonNegativeInteger"),
        *("positiveInteger", "nonPositiveInteger", "negativeInteger", "unsignedInt", "unsignedLong"),
        *("unsignedShort", "unsignedByte"),
    )
)
DATES = frozenset([*(XSD + name for name in ("date", "dateTime", "dateTimeStamp", "gYear", "gYearMonth")), kb.EDTF])
LONGEST = 300
"""Code points of a text that its letters are looked up for; what differs behind them goes by its code points."""
NUMBER, DATE, WORDS, UNNAMED = range(4)
"""What comes first where a column holds several sorts of values."""
AFTER: Mapping[str, Mapping[str, str]] = {
    "sv": {"å": "z1", "ä": "z2", "ö": "z3"},
    "fi": {"å": "z1", "ä": "z2", "ö": "z3"},
    "da": {"æ": "z1", "ø": "z2", "å": "z3"},
    "nb": {"æ": "z1", "ø": "z2", "å": "z3"},
    "nn": {"æ": "z1", "ø": "z2", "å": "z3"},
    "no": {"æ": "z1", "ø": "z2", "å": "z3"},
    "et": {"š": "s1", "ž": "s3", "z": "s2", "õ": "w1", "ä": "w2", "ö": "w3", "ü": "w4"},
    "es": {"ñ": "n1"},
    "pl": {"ą": "a1", "ć": "c1", "ę": "e1", "ł": "l1", "ń": "n1", "ó": "o1", "ś": "s1", "ź": "z1", "ż": "z2"},
    "cs": {"č": "c1", "ř": "r1", "š": "s1", "ž": "z1"},
    "tr": {"ç": "c1", "ğ": "g1", "ı": "h1", "ö": "o1", "ş": "s1", "ü": "u1"},
}
"""Letters of their own: each stands behind the letter named, in the order of the digits."""
_PIECES = re.compile(r"(\d+)")
_ZONE = re.compile(r"(Z|[+-]\d\d:\d\d)$")


def sort_key(cell: Mapping[str, Any], text: str, lang: str) -> Key:
    """What a value is sorted by.

    Args:
        cell: the value in the JSON of SPARQL results.
        text: what a page shows for it; what things are sorted by.
        lang: language of the text.
    """
    kind, datatype, value = cell["type"], cell.get("datatype", ""), str(cell["value"])
    if datatype in NUMBERS:
        number = as_number(value)
        if number is not None:
            return NUMBER, number, value
    if datatype in DATES:
        return DATE, *_date_key(value), value
    if kind in ("bnode", "triple"):
        return UNNAMED, value
    return WORDS, *words_key(text[:LONGEST], lang), value, datatype


def as_number(lexical: str) -> Decimal | None:
    """A number of XSD; None for what is none, and for NaN, which has no place among numbers."""
    try:
        number = Decimal(lexical.strip().replace("INF", "Infinity"))
    except InvalidOperation:
        return None
    return None if number.is_nan() else number


def day_bounds(lexical: str) -> tuple[datetime.date | None, datetime.date | None]:
    """The first and the last day of a date of XSD or EDTF; None where it does not say."""
    found = kb.bounds(_ZONE.sub("", lexical.partition("T")[0]))
    return (found.earliest, found.latest) if found else (None, None)


def _date_key(lexical: str) -> Key:
    """First day, seconds into it, last day; a point in time by its day in UTC."""
    moment = _moment(lexical)
    if moment is not None:
        into = moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6
        return moment.date(), into, moment.date()
    first, last = day_bounds(lexical)
    return first or last or datetime.date.max, 0.0, last or datetime.date.max


def _moment(lexical: str) -> datetime.datetime | None:
    """A point in time in UTC, or as it is where no zone is said; None for a day or more."""
    if "T" not in lexical:
        return None
    try:
        found = datetime.datetime.fromisoformat(lexical)
        return found.astimezone(datetime.UTC).replace(tzinfo=None) if found.tzinfo else found
    except (ValueError, OverflowError):
        return None


def words_key(text: str, lang: str = "") -> Key:
    """What words are sorted by: letters, then accents, then case, then the language.

    >>> sorted(["paragraph 10", "paragraph 2"], key=words_key)
    ['paragraph 2', 'paragraph 10']
    """
    own = AFTER.get(lang.partition("-")[0].lower(), {})
    folded = unicodedata.normalize("NFC", text).casefold()
    pieces = tuple(_piece(piece, own) for piece in _PIECES.split(folded) if piece)
    return pieces, folded, text, lang


def _piece(piece: str, own: Mapping[str, str]) -> Key:
    """Digits by their number, before letters by their place."""
    if piece.isdecimal():
        digits = "".join(str(unicodedata.decimal(char)) for char in piece).lstrip("0")
        return 0, len(digits), digits
    return 1, tuple(_letter(char, own) for char in piece)


def _letter(char: str, own: Mapping[str, str]) -> tuple[str, str]:
    """The letter that a letter stands at or behind, and its place behind it."""
    if char in own:
        return own[char][0], own[char][1]
    apart = unicodedata.normalize("NFKD", char)
    bare = "".join(each for each in apart if not unicodedata.combining(each))
    return unicodedata.normalize("NFC", bare), ""
