"""The places of a paragraph that are most like some words, for a reader who mistyped them.

Quotes, dashes and case are no difference. The whole paragraph is compared, up to a limit that the result names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.fuzz import partial_ratio_alignment

MAX_TEXT = 1_000_000
"""Characters of a paragraph that are compared."""

MAX_WORDS = 1_000
"""Characters of the words that are compared."""

MAX_PLACES = 3
MIN_LIKENESS = 70
"""Least likeness in percent; below it, long texts have places that are alike by chance."""

_QUOTES = str.maketrans("‘’‚‛“”„‟«»–—−\u00a0", '\'\'\'\'""""""--- ')
_USED = "\0"
_MAX_EDGE = 12
_FIRST_IDEOGRAPHIC = "\u2e80"
"""From here on, scripts write words without spaces between them, except Hangul."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """The places that are most like the words.

    Attributes:
        places: start and end of each, most alike first; they do not overlap.
        compared: how many characters of the paragraph were compared.
    """

    places: tuple[tuple[int, int], ...]
    compared: int


def find_nearest(text: str, words: str) -> Nearest:
    """The places of a paragraph that are most like some words; none below `MIN_LIKENESS`."""
    compared = text[:MAX_TEXT]
    return Nearest(tuple(_places(compared, words[:MAX_WORDS])), len(compared))


def _places(text: str, words: str) -> Iterator[tuple[int, int]]:
    rest, wanted = _fold(text), _fold(words)
    for _ in range(MAX_PLACES):
        found = partial_ratio_alignment(wanted, rest, score_cutoff=MIN_LIKENESS)
        if found is None or found.dest_start >= found.dest_end:
            return
        start, end = _whole_words(rest, found.dest_start, found.dest_end)
        yield start, end
        rest = rest[:start] + _USED * (end - start) + rest[end:]


def _fold(text: str) -> str:
    """Without differences of case and quotes; every character stays one character, so that offsets hold."""
    return "".join(sign.casefold() if len(sign.casefold()) == 1 else sign for sign in text.translate(_QUOTES))


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The place with whole words at its ends, in scripts that separate words, and without marks around them."""
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    for _ in range(_MAX_EDGE):
        start -= start > 0 and _joined(text[start - 1], text[start : start + 1])
        end += end < len(text) and _joined(text[end - 1 : end], text[end])
    return start, end


def _joined(left: str, right: str) -> bool:
    """Whether two neighbouring characters are in one word."""
    spaced = all(sign < _FIRST_IDEOGRAPHIC or "\uac00" <= sign <= "\ud7a3" for sign in left + right)
    return spaced and left.isalnum() and right.isalnum()
