"""The table of hidden characters is that of Unicode, and every output escapes them."""

from __future__ import annotations

import json
import re
import sys
import unicodedata

import pyoxigraph as ox
import pytest

from kb import characters
from kb.characters import escape_for_page, escape_for_terminal, escape_for_turtle, find_in_file, find_in_literal
from kb.rdf.canonical import write_turtle
from kb.report.common import clean
from kb.report.json import dumps
from kb.vocab import RDFS
from webapp.words.spelling import plain, shown

EVERY = "".join(map(chr, range(sys.maxunicode + 1)))
SURROGATES = set(EVERY[0xD800:0xE000])


def members(inside: str) -> set[str]:
    """The characters of a class of a regular expression."""
    return set(re.findall(f"[{inside}]", EVERY))


def of_category(*names: str) -> set[str]:
    return {char for char in EVERY if unicodedata.category(char) in names}


HIDDEN = members(characters.HIDDEN)
JOINERS = set(characters.JOINERS)
WHITE_SPACE = set(characters.WHITE_SPACE)
NONCHARACTERS = {char for char in EVERY if ord(char) & 0xFFFE == 0xFFFE or "\ufdd0" <= char <= "\ufdef"}


def test_the_table_is_that_of_unicode() -> None:
    by_unicode = of_category("Cc", "Cf", "Cs", "Zl", "Zp") | NONCHARACTERS | set(characters.FILLERS)
    unassigned = members(characters.FORMATS) & of_category("Cn")
    assert unassigned < {"\u2065", *map(chr, range(0x13439, 0x13440)), *map(chr, range(0xE0000, 0xE0080))}
    shown_formats = members(characters.SHOWN_FORMATS)
    assert (by_unicode - JOINERS - WHITE_SPACE - shown_formats) | unassigned == HIDDEN
    assert shown_formats <= of_category("Cf") and of_category("Cf") >= JOINERS
    assert members(characters.NONCHARACTERS) == NONCHARACTERS


def test_each_output_escapes_its_set() -> None:
    """All code points at once: what a text still holds after it is escaped is what the output does not escape."""
    scalars = "".join(char for char in EVERY if char not in SURROGATES)
    alone = EVERY.translate(dict.fromkeys(map(ord, JOINERS))) + "x".join(("", *JOINERS))
    turtle = write_turtle([ox.Triple(ox.NamedNode("urn:x"), ox.NamedNode(RDFS.label), ox.Literal(scalars))])
    lost = {
        "Turtle": set(EVERY) - SURROGATES - set(turtle.decode()),
        "JSON": set(EVERY) - set(dumps([EVERY])),
        "terminal": set(EVERY) - set(escape_for_terminal(alone)),
        "report": set(EVERY) - set(clean(alone)),
        "page": set(EVERY) - set(plain(alone)),
        "marked": set(EVERY) - set(shown(alone)) - {"'"},  # which HTML has as a reference
    }
    assert lost == {
        "Turtle": (HIDDEN - SURROGATES) | JOINERS | {"\t", "\r"},  # a line feed ends each line of the file
        "JSON": HIDDEN | JOINERS | {"\t", "\r"},
        "terminal": HIDDEN | JOINERS | WHITE_SPACE,
        "report": HIDDEN | JOINERS | WHITE_SPACE,
        "page": HIDDEN | JOINERS | {"\r"},
        "marked": HIDDEN | JOINERS | {"\r"},
    }


def test_each_check_refuses_its_set() -> None:
    in_file = {char for char in EVERY if find_in_file(char) is not None}
    in_literal = {char for char in EVERY if find_in_literal(char) is not None}
    assert in_file < in_literal == HIDDEN - set(characters.BIDI_MARKS)
    assert in_file == of_category("Cc") - WHITE_SPACE | members(characters.BIDI_CONTROLS) | {"\ufeff"}


def test_every_escape_reads_back_as_the_same_text() -> None:
    scalars = "".join(char for char in EVERY if char not in SURROGATES)
    turtle = f'<urn:x> <urn:y> "{escape_for_turtle(scalars)}" .'
    (quad,) = ox.parse(turtle, format=ox.RdfFormat.TURTLE)
    assert isinstance(quad.object, ox.Literal) and quad.object.value == scalars
    assert json.loads(dumps([scalars])) == [scalars]
    assert json.loads(dumps(["\udcff"])) == ["\udcff"]


@pytest.mark.parametrize(
    "text",
    [
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647",
        "क्\u200dष",
        "👩\u200d🔧",
        "\u2764\ufe0f\u200d🔥",
        "🏴" + "".join(chr(0xE0000 + ord(tag)) for tag in "gbwls\x7f"),
    ],
)
def test_a_joiner_or_a_flag_is_left_where_it_is_spelling(text: str) -> None:
    assert escape_for_terminal(text) == escape_for_page(text) == text
    assert find_in_literal(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pay\u200dpal", r"pay\u200dpal"),
        ("\u200c\u0645", "\\u200c\u0645"),
        ("a\U000e0041", r"a\U000e0041"),
        ("🏴\U000e0041", "🏴\\U000e0041"),
        ("\ud83d", r"\ud83d"),
    ],
)
def test_a_joiner_or_a_tag_elsewhere_is_escaped(text: str, expected: str) -> None:
    assert escape_for_terminal(text) == escape_for_page(text) == expected


def test_a_page_marks_what_is_escaped() -> None:
    assert shown("<b>\u202e&\n") == '&lt;b&gt;<span class="control">\\u202e</span>&amp;\n'
