"""Text profile 1: what is the same text, where a character stands, and what a digest is made of."""

from __future__ import annotations

import doctest
import hashlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kb.authoring.segments
import kb.text
import kb.vocab
from kb.errors import TextError
from kb.text import decode, digest, digest_bytes, normalise, occurrences, paragraphs

any_text = st.text(st.characters(exclude_categories=["Cs"]))
any_line = any_text.map(lambda text: text.replace("\n", " ").replace("\r", " "))


@given(any_text)
def test_normalising_twice_changes_nothing(raw: str) -> None:
    assert normalise(normalise(raw)) == normalise(raw)


@given(any_text)
def test_a_normal_text_is_nfc_with_single_plain_spaces_inside(raw: str) -> None:
    text = normalise(raw)
    assert unicodedata.is_normalized("NFC", text)
    assert text == text.strip() and "  " not in text
    assert not any(sign.isspace() and sign != " " for sign in text)


@given(any_text)
def test_nothing_but_white_space_and_composition_is_touched(raw: str) -> None:
    bare = "".join(unicodedata.normalize("NFC", raw).split())
    assert normalise(raw).replace(" ", "") == bare


@given(st.lists(any_line, max_size=6), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_paragraphs_are_the_non_empty_lines_whatever_ends_them(lines: list[str], end: str, last: bool) -> None:
    found = paragraphs(end.join(lines) + (end if last else ""))
    assert [paragraph.text for paragraph in found] == [normalise(line) for line in lines if line.strip()]
    assert [paragraph.index for paragraph in found] == list(range(1, len(found) + 1))


@given(any_line)
def test_a_paragraph_is_a_fixed_point(line: str) -> None:
    for paragraph in paragraphs(line):
        assert paragraphs(paragraph.text)[0].digest == paragraph.digest
        assert paragraph.digest == digest(paragraph.text)


@given(any_text, st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=3))
def test_every_occurrence_is_one_and_none_is_missed(text: str, words: str) -> None:
    starts = occurrences(text, words)
    assert starts == tuple(at for at in range(len(text)) if text.startswith(words, at))


def test_no_break_space_counts_as_white_space() -> None:
    (plain,) = paragraphs("The bridge\u00a0is open.\u00a0")
    assert plain.text == "The bridge is open."


def test_offsets_are_code_points_not_bytes_or_code_units() -> None:
    (paragraph,) = paragraphs("\U0001f309 다리 is a bridge")
    assert occurrences(paragraph.text, "is") == (5,)


def test_a_composed_and_a_decomposed_letter_are_one_text() -> None:
    assert digest(normalise("cafe\u0301")) == digest(normalise("caf\u00e9"))


def test_quotes_case_and_typos_stay() -> None:
    assert normalise("“Teh Bridge’s”") == "“Teh Bridge’s”"
    assert digest("Bridge") != digest("bridge")


def test_the_digest_is_sha_256_of_utf_8() -> None:
    assert digest("다리") == "sha256:" + hashlib.sha256("다리".encode()).hexdigest() == digest_bytes("다리".encode())


def test_a_missing_final_newline_loses_no_paragraph() -> None:
    assert len(paragraphs("one\ntwo")) == len(paragraphs("one\ntwo\n\n\n")) == 2


def test_indentation_is_read_before_normalising() -> None:
    assert [paragraph.indent for paragraph in paragraphs("a\n  b\n\u00a0\tc")] == [0, 2, 2]


def test_other_separators_are_white_space_inside_a_line() -> None:
    assert [p.text for p in paragraphs("one\u2028two\x0cthree")] == ["one two three"]


def test_a_byte_order_mark_is_no_character() -> None:
    assert decode(b"\xef\xbb\xbfbridge", source="x.txt") == "bridge"


@pytest.mark.parametrize(("data", "line"), [(b"one\ntwo \xff", 2), (b"one\ntwo\nthr\x00ee", 3)])
def test_what_is_no_text_is_refused_with_its_line(data: bytes, line: int) -> None:
    with pytest.raises(TextError) as error:
        decode(data, source="x.txt")
    assert error.value.where == f"x.txt:{line}"
    assert error.value.help


@pytest.mark.parametrize("module", [kb.text, kb.authoring.segments, kb.vocab], ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    failed, tried = doctest.testmod(module)  # type: ignore[arg-type]
    assert failed == 0 < tried
