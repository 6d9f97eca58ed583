"""The order in which values of a column are sorted, so that it is the one that people expect and always the same.

Numbers go by size, dates by time, words by their letters: case and accents decide only between words that are the
same without them, and digits inside words count as numbers. Letters go by Unicode, which is the order of the
dictionary for English and Korean; other languages have letters at other places in their alphabets, which a list of
many languages is not worth.
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
    """What words are sorted by: letters without accents, then accents, then case, then the language.

    >>> sorted(["paragraph 10", "paragraph 2", "Öl", "orange"], key=words_key)
    ['Öl', 'orange', 'paragraph 2', 'paragraph 10']
    """
    folded = unicodedata.normalize("NFC", text).casefold()
    bare = "".join(char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char))
    return kb.natural_key(unicodedata.normalize("NFC", bare)), folded, text, lang
