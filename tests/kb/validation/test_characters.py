"""Invisible characters are found in the literals of a base, and letters of all scripts are accepted."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

import kb
from kb.rdf.graph import Graph
from kb.validation.characters import find_invisible
from kb.vocab import DCTERMS, FC, RDFS, SKOS


def why(text: str, predicate: str = RDFS.label) -> list[str]:
    """The problems of a literal."""
    value = ox.Literal(text, language="en")
    triple = ox.Triple(ox.NamedNode("urn:x"), ox.NamedNode(predicate), value)
    return [fault.message for fault in find_invisible(Graph.of([triple]))]


@pytest.mark.parametrize("sign", [*"\x00\x07\x1b\x7f\x85\xad\u200b\u202e\u2028\u2060\u2066\u2069\ufeff"])
def test_an_invisible_character_is_named(sign: str) -> None:
    expected = [f"contains the invisible character U+{ord(sign):04X}"]
    assert why(f"a{sign}b") == why(f"a{sign}b", RDFS.comment) == why(f"a{sign}b", FC.noClaim) == expected


@pytest.mark.parametrize(
    "text",
    ["Caf\u00e9", "다리", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647", "\u05d0\u200f\u05d1", "a\u00a0b", "👩\u200d🔧"],
)
def test_letters_and_joiners_of_all_scripts_are_left_alone(text: str) -> None:
    assert why(text) == []


@pytest.mark.parametrize("text", ["Cafe\u0301", "\u1103\u1161\u1105\u1175"])
def test_letters_in_parts_are_found(text: str) -> None:
    assert why(text) == why(text, RDFS.comment) == ["contains letters that are not composed (Unicode NFC)"]


@pytest.mark.parametrize("predicate", [RDFS.label, SKOS.altLabel, DCTERMS.title])
def test_a_name_is_one_line_without_space_around_it(predicate: str) -> None:
    assert why("a\nb", predicate) == why("a\tb", predicate) == ["contains a line break or a tab"]
    assert why(" a", predicate) == why("a ", predicate) == ["begins or ends with a space"]
    assert why("a b", predicate) == []


def test_a_note_may_have_lines() -> None:
    assert why("a\n\tb ", RDFS.comment) == []


def test_an_escape_that_the_gate_lets_in_is_found_by_the_check(mybase: Path) -> None:
    path = mybase / "kb/questions.ttl"
    path.write_text(path.read_text("utf-8").replace('?"@en', '\\u202E?"@en', 1), "utf-8")
    (finding,) = kb.check(mybase).findings
    assert (finding.code, finding.file) == ("FC932", "kb/questions.ttl") and "U+202E" in finding.message
    assert kb.check(mybase).exit_code == 1
