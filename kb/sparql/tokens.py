"""The tokens of a SPARQL query, by the terminals of the standard (https://www.w3.org/TR/sparql12-query/#terminals).

The longest terminal wins, as the standard says. Anything else is an error with line and column. The kind of a token is
the name of its terminal in lower case, or the token itself: a keyword in capitals, or a punctuation mark.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from kb.errors import QueryRefusedError
from kb.rdf.tokens import position

_BASE = (  # PN_CHARS_BASE
    r"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF"
    r"\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_VARNAME = rf"{_BASE}_0-9\u00B7\u0300-\u036F\u203F\u2040"
_CHARS = rf"{_VARNAME}\-"  # PN_CHARS
_PLX = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL = rf"(?:[{_BASE}_:0-9]|{_PLX})(?:(?:[{_CHARS}.:]|{_PLX})*(?:[{_CHARS}:]|{_PLX}))?"
_UCHAR = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_NUMBER = r"[0-9]+\.[0-9]*[eE][+-]?[0-9]+|\.?[0-9]+[eE][+-]?[0-9]+|[0-9]*\.[0-9]+|[0-9]+"
_SPACE = r"(?:[ \t\r\n]++|\#[^\r\n]*+)"  # possessive, so that no part of a comment is read as something else
_PREFIX = re.compile(rf"[{_BASE}][{_CHARS}.]*")
_NAME = re.compile(rf":({_LOCAL})?")
_TOKEN = re.compile(
    rf"""(?P<space>{_SPACE}++)
    |(?P<var>[?$][{_BASE}_0-9][{_VARNAME}]*)
    |(?P<keyword>[A-Za-z][A-Za-z0-9_]*)
    |(?P<iriref><(?:[^<>"{{}}|^`\\\x00-\x20]|{_UCHAR})*>)
    |(?P<string_literal_long2>\"{{3}}(?:\"{{0,2}}(?:[^\"\\]|\\.))*\"{{3}})
    |(?P<string_literal_long1>'{{3}}(?:'{{0,2}}(?:[^'\\]|\\.))*'{{3}})
    |(?P<string_literal2>\"(?:[^\"\\\n\r]|\\.)*\")
    |(?P<string_literal1>'(?:[^'\\\n\r]|\\.)*')
    |(?P<number>[+-]?(?:{_NUMBER}))
    |(?P<blank_node_label>_:[{_BASE}_0-9](?:[{_CHARS}.]*[{_CHARS}])?)
    |(?P<lang_dir>@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[A-Za-z]+)?)
    |(?P<nil>\({_SPACE}*+\))
    |(?P<anon>\[{_SPACE}*+\])
    |(?P<mark><<\(|\)>>|\|\||&&|\^\^|<=|>=|!=|<<|>>|\{{\||\|\}}|[{{}}()\[\];,.+*/<>=!^|~?-])""",
    re.VERBOSE | re.DOTALL,
)


class QueryToken(NamedTuple):
    """A token of a query: kind, text as written, code point offset."""

    kind: str
    text: str
    start: int


def tokenize(text: str) -> Iterator[QueryToken]:
    """The tokens of a query, white space and comments left out, in linear time.

    Raises:
        QueryRefusedError: the text at this place is not a token; with line and column.
    """
    at, prefix_end, size = 0, 0, len(text)
    while at < size:
        if at >= prefix_end:
            prefix = _PREFIX.match(text, at)
            if prefix is not None:
                prefix_end = prefix.end()
        colon = prefix_end if at < prefix_end else at
        if text.startswith(":", colon) and (colon == at or text[colon - 1] != "."):
            name = _NAME.match(text, colon)
            end = colon + 1 if name is None else name.end()
            yield QueryToken("pname_ln" if end > colon + 1 else "pname_ns", text[at:end], at)
            at = end
            continue
        match = _TOKEN.match(text, at)
        if match is None:
            raise _no_token(text, at)
        kind, found = str(match.lastgroup), match[0]
        if kind != "space":
            yield QueryToken(_kind(kind, found), found, at)
        at = match.end()


def refused(text: str, start: int, message: str, help: str) -> QueryRefusedError:
    """The error for a query, at an offset of its text."""
    line, column = position(text, start)
    return QueryRefusedError(message, line=line, column=column, help=help)


def _kind(group: str, found: str) -> str:
    if group == "keyword":
        return "a" if found == "a" else found.upper()
    if group == "mark":
        return found
    if group == "number":
        sign = {"+": "_positive", "-": "_negative"}.get(found[0], "")
        name = "double" if "e" in found or "E" in found else "decimal" if "." in found else "integer"
        return name + sign
    return group


def _no_token(text: str, at: int) -> QueryRefusedError:
    character = text[at]
    if character in "\"'":
        return refused(text, at, "this string is not closed", f"write the closing {character}")
    if character == "\\":
        return refused(
            text, at, "an escape outside of a string or an IRI", "write the character itself, or put it in a string"
        )
    if character.isalpha() and character.isascii():
        return refused(text, at, "this word cannot be read", "correct the query at this place")
    name = unicodedata.name(character, "")
    shown = f"U+{ord(character):04X} {name}".rstrip() if not character.isascii() or not character.isprintable() else ""
    return refused(
        text, at, f"not SPARQL: the character {shown or character} cannot be here", "remove it, or put it in a string"
    )
