"""The places that are most like some words: in every script, to the end of a long paragraph, or the limit is named."""

from __future__ import annotations

import pytest

from kb.authoring import nearest
from kb.authoring.nearest import find_nearest


def shown(text: str, words: str) -> list[str]:
    return [text[start:end] for start, end in find_nearest(text, words).places]


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        (
            "議会は発表した。船長は「船は三十人しか乗れない」と話した。",
            "船は30人しか乗れない",
            "船は三十人しか乗れない",
        ),
        ("He said: it’s the boatman’s fault entirely.", "it's the boatman's fault entirely", None),
        ("A mayor came. The MAYOR spoke at length.", "the mayor spoke", "The MAYOR spoke"),
        ("The bridge of Tamber is open.", "The brige of Tamber", "The bridge of Tamber"),
        ("다리는 매우 튼튼합니다. 강은 넓습니다.", "다리는 매우 튼튼하다", "다리는 매우 튼튼합니다"),
    ],
)
def test_the_nearest_words_are_found(text: str, words: str, expected: str | None) -> None:
    assert (expected or "it’s the boatman’s fault entirely") in shown(text, words)


def test_a_place_at_the_end_of_a_long_paragraph_is_found() -> None:
    text = "The council met again, and nothing was decided. " * 2_000 + "it’s the boatman’s fault entirely"
    assert shown(text, "it's the boatman's fault entirely")[0] == "it’s the boatman’s fault entirely"


def test_places_do_not_overlap_and_offsets_hold_where_case_changes_lengths() -> None:
    text = "Straße İstanbul: the ferry sails. The ferry sailed. A ferry sails."
    places = find_nearest(text, "The ferry sails").places
    assert len(places) == 3 and "the ferry sails" in [text[start:end] for start, end in places]
    assert all(a == b or a[1] <= b[0] or b[1] <= a[0] for a in places for b in places)


def test_nothing_alike_is_empty_and_the_limit_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_nearest("The river is wide.", "zebras xylophone quiz") == nearest.Nearest((), 18)
    monkeypatch.setattr(nearest, "MAX_TEXT", 9)
    assert find_nearest("The river is wide.", "is wide!!") == nearest.Nearest((), 9)
