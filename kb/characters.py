"""Characters that are not shown: one table of them, and one function for each format that writes them visibly.

An invisible character in a name hides from the reader, and a direction control can show words in another order. Files
are refused for the worst of them (FC902), literals for most (FC932), and every output escapes all of them:

    format      written as           what is escaped
    ----------  -------------------  --------------------------------------------------------------------------------
    Turtle      \\u202E, \\U000E0041   every hidden character and every joiner; it reads back as the same text
    JSON        \\u202e, \\udb40\\udc41  the same
    terminal    \\u202e, \\U000e0041   every hidden character, in one line
    HTML        \\u202e, marked       every hidden character except tabs and line ends

CSV, TSV and XML results of a query have no escape for them, or are data of another standard, and are written as they
are. The table follows the general categories and the property Default_Ignorable_Code_Point of
https://www.unicode.org/reports/tr44/; a test compares it with `unicodedata` for every code point.
"""

from __future__ import annotations

import json
import re

# Each category is the inside of a character class of a regular expression.

WHITE_SPACE = "\t\n\r"
"""Controls that are white space in every text format."""

CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
"""The other controls (general category Cc), with the escape character of terminals."""

BIDI_MARKS = "\u061c\u200e\u200f"
"""Marks that set the direction of the characters beside them; right-to-left scripts need them."""

BIDI_CONTROLS = "\u202a-\u202e\u2066-\u2069"
"""Embeddings, overrides and isolates: they change the order in which whole passages are shown."""

SEPARATORS = "\u2028\u2029"
"""Line and paragraph separators (Zl, Zp)."""

BYTE_ORDER_MARK = "\ufeff"

FORMATS = (
    "\u00ad\u180e\u200b\u2060-\u2065\u206a-\u206f\ufff9-\ufffb"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
"""Other characters that are there for programs only (Cf): the soft hyphen, zero-width spaces, tags and the like."""

FILLERS = "\u3164\uffa0"
"""Letters without a shape, which make a name that looks empty."""

SURROGATES = "\ud800-\udfff"
"""Halves of UTF-16 pairs (Cs): in Python, the bytes of a file name that are not UTF-8."""

NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane * 0x10000 + 0xFFFE)}-{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17)
)
"""Code points that never will be characters; XML cannot hold some of them."""

JOINERS = "\u200c\u200d"
"""Zero-width joiners: spelling in Persian and in the scripts of India, and the glue of many emoji."""

SHOWN_FORMATS = "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
"""Signs of the category Cf that have a shape, such as the Arabic number sign: they are not hidden."""

_REFUSABLE = CONTROLS + BIDI_CONTROLS + SEPARATORS + BYTE_ORDER_MARK + FORMATS + FILLERS + SURROGATES + NONCHARACTERS
HIDDEN = _REFUSABLE + BIDI_MARKS
"""Every character that is not shown, except white space and joiners."""

_JOINING = (
    "\u0590-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\u1a20-\u1cff\u2600-\u27bf\ufb1d-\ufdcf\ufe0f\ufe70-\ufefc"
    "\U00010800-\U00011fff\U0001e900-\U0001efff\U0001f000-\U0001faff"
)
"""Scripts and emoji in which a joiner has an effect on what is shown."""

_FLAG = "\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
"""A flag such as that of Wales: a black flag and tags, shown as one emoji."""

_IN_FILES = re.compile(f"[{CONTROLS}{BIDI_CONTROLS}{BYTE_ORDER_MARK}]")
_IN_LITERALS = re.compile(f"{_FLAG}|([{_REFUSABLE}])")
_IN_TURTLE = re.compile(f'[{WHITE_SPACE}{HIDDEN}{JOINERS}"\\\\]')
_IN_JSON = re.compile(f"[{HIDDEN}{JOINERS}]")
_IN_LINES = re.compile(f"{_FLAG}|[{_JOINING}][{JOINERS}]|([{WHITE_SPACE}{HIDDEN}{JOINERS}])")
_IN_PAGES = re.compile(f"{_FLAG}|[{_JOINING}][{JOINERS}]|([\r{HIDDEN}{JOINERS}])")

_TURTLE_NAMES = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def find_in_file(text: str) -> int | None:
    """The offset of the first character that no Turtle file may hold (FC902); None if there is none."""
    found = _IN_FILES.search(text)
    return None if found is None else found.start()


def find_in_literal(text: str) -> int | None:
    """The offset of the first character that no literal may hold, even escaped (FC932); None if there is none.

    Allowed are white space, joiners, marks of direction, and the tags in the emoji of a flag.
    """
    return next((found.start() for found in _IN_LITERALS.finditer(text) if found[1]), None)


def escape_for_turtle(text: str) -> str:
    """The text between the quotes of a Turtle string, quotes and backslashes escaped too."""
    return _IN_TURTLE.sub(lambda found: _TURTLE_NAMES.get(found[0]) or _code(found[0], upper=True), text)


def escape_for_json(document: str) -> str:
    """A JSON document with the hidden characters in its strings escaped; it is read as the same data."""
    return _IN_JSON.sub(lambda found: json.dumps(found[0])[1:-1], document)


def escape_for_terminal(text: str) -> str:
    """One line of text for a terminal or a report; line ends and tabs are escaped too.

    A joiner is kept after a letter of a script that needs it, and in an emoji.

    >>> escape_for_terminal("red\\x1b[31m")
    'red\\\\u001b[31m'
    """
    return text if _is_plain(text) else _IN_LINES.sub(lambda found: _code(found[1]) if found[1] else found[0], text)


def escape_for_page(text: str, mark: str = "{}") -> str:
    """Text for a web page, tabs and line feeds kept.

    Args:
        mark: HTML around each escaped character, with `{}` for it.
    """
    if _is_plain(text):
        return text
    return _IN_PAGES.sub(lambda found: mark.format(_code(found[1])) if found[1] else found[0], text)


def _is_plain(text: str) -> bool:
    """Whether no character is hidden, by a test that is fast and fails for some texts without hidden characters."""
    return text.isprintable() and not any(filler in text for filler in FILLERS)


def _code(char: str, *, upper: bool = False) -> str:
    """The character as `\\u` with four hex digits, or `\\U` with eight."""
    number = ord(char)
    digits = f"{number:04x}" if number <= 0xFFFF else f"{number:08x}"
    return ("\\u" if number <= 0xFFFF else "\\U") + (digits.upper() if upper else digits)
