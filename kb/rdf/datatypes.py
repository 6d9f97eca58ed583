"""Lexical forms: the valid texts of a typed literal.

rdflib silently turns `"yes"^^xsd:boolean` into false, and SHACL engines do not check all forms. So the Turtle reader
checks them, for the datatypes that are in use (XML Schema Part 2, https://www.w3.org/TR/xmlschema11-2/). A shape
checks values in the Extended Date/Time Format.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable

from kb.vocab import EDTF, RDF, XSD, local_name

MAX_DIGITS = 1000
_ZONE = r"(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)?"
_YEAR = rf"-?(?:[1-9]\d{{3,{MAX_DIGITS}}}|0\d{{3}})"
_DATE = rf"({_YEAR})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = r"(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?|24:00:00(\.0+)?)"


def _pattern(expression: str) -> Callable[[str], bool]:
    compiled = re.compile(expression, re.ASCII)
    return lambda value: compiled.fullmatch(value) is not None


def _integer(value: str) -> bool:
    return len(value) <= MAX_DIGITS and re.fullmatch(r"[+-]?[0-9]+", value) is not None


def _natural(value: str) -> bool:
    return _integer(value) and (not value.startswith("-") or set(value[1:]) == {"0"})


def _date_form(expression: str) -> Callable[[str], bool]:
    compiled = re.compile(expression, re.ASCII)

    def fits(value: str) -> bool:
        match = compiled.fullmatch(value)
        if match is None:
            return False
        year, month, day = int(match[1]), int(match[2]), int(match[3])
        return day <= calendar.monthrange(year % 400 + 2000, month)[1]

    return fits


FORMS: dict[str, Callable[[str], bool]] = {
    XSD.string: lambda _: True,
    RDF.langString: lambda _: True,
    XSD.boolean: _pattern("true|false|1|0"),
    XSD.integer: _integer,
    XSD.nonNegativeInteger: _natural,
    XSD.decimal: _pattern(r"[+-]?([0-9]{1,1000}(\.[0-9]{0,1000})?|\.[0-9]{1,1000})"),
    XSD.double: _pattern(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?INF|NaN"),
    XSD.date: _date_form(_DATE + _ZONE),
    XSD.dateTime: _date_form(_DATE + "T" + _TIME + _ZONE),
    XSD.gYear: _pattern(_YEAR + _ZONE),
    XSD.gYearMonth: _pattern(_YEAR + r"-(0[1-9]|1[0-2])" + _ZONE),
    XSD.anyURI: _pattern(r"[^\s<>\"{}|\\^`]*"),
    EDTF: lambda _: True,
}


def whole(lexical: str | None) -> int | None:
    """The value of an integer; None if the text is not one, or has more than nine digits.

    >>> whole("-12"), whole("twelve"), whole(None)
    (-12, None, None)
    """
    return int(lexical) if lexical is not None and re.fullmatch(r"[+-]?[0-9]{1,9}", lexical) else None


def problem(lexical: str, datatype: str) -> str | None:
    """What is wrong with a typed literal, in one sentence; None if it is valid.

    >>> problem("yes", XSD.boolean)
    '"yes" is not a valid boolean'
    """
    form = FORMS.get(datatype)
    if form is None:
        return f"the datatype <{datatype}> is not supported"
    if form(lexical):
        return None
    shown = lexical if len(lexical) <= 40 else lexical[:40] + "…"
    return f'"{shown}" is not a valid {local_name(datatype)}'
