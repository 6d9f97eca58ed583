"""Spans of a paragraph, the states a citation can be in, and the search for words by their digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kb.verification.copies import Copy

EXACT = "exact"


MOVED = "moved"


AMBIGUOUS = "ambiguous"


DRIFTED = "drifted"


WRONG_DOCUMENT = "wrong document"


MISSING = "missing"


NOT_CHECKED = "not checked"


LADDER = (EXACT, MOVED, AMBIGUOUS, DRIFTED, WRONG_DOCUMENT, MISSING, NOT_CHECKED)
"""The states of a span, best first."""


FAILED_STATES = (MOVED, AMBIGUOUS, DRIFTED, WRONG_DOCUMENT, MISSING)


MAX_HASHES = 5_000_000
"""Stretches that one run hashes in other articles (some seconds); what is beyond is not looked at, and said."""


@dataclass(frozen=True, slots=True)
class TextPlace:
    """A place in a copy: 1-based number of the paragraph, code point offsets, end-exclusive."""

    paragraph: int
    start: int
    end: int

    def __str__(self) -> str:
        return f"paragraph {self.paragraph}, characters {self.start} to {self.end}"


@dataclass(frozen=True, slots=True)
class Span:
    """What the base says of a span: the IRI of its paragraph, its offsets, the digest of its words."""

    paragraph: str
    start: int
    end: int
    digest: str

    @property
    def length(self) -> int:
        """Code points; below 1 where the offsets are no span."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class SpanResult:
    """What became of a span.

    Attributes:
        state: one of `LADDER`.
        reason: why it is not exact, with offsets and without words; empty for exact.
        to: where the words stand now (moved), or where to look (drifted); None where nothing is known.
        similarity: likeness of what stands at `to`, from 0 to 1; None where the old words are not known.
    """

    state: str
    reason: str = ""
    to: TextPlace | None = None
    similarity: float | None = None


@dataclass
class DigestSearch:
    """Finds stretches of text by length and digest; each text is hashed once for each length.

    Attributes:
        wanted: length to the digests that some span of the base has.
        hashed: how many stretches were hashed so far.
    """

    wanted: Mapping[int, frozenset[str]]
    hashed: int = 0
    _found: dict[tuple[int, int], dict[str, tuple[TextPlace, ...]]] = field(default_factory=dict)

    def places(self, copy: Copy, length: int, digest: str) -> tuple[TextPlace, ...]:
        """Every place of a copy where words with this length and digest stand, in order."""
        return self._hits(copy, length).get(digest, ())

    def reaches(self, copy: Copy, length: int) -> bool:
        """Whether a copy has been hashed for this length, or still may be."""
        return (id(copy), length) in self._found or self.hashed < MAX_HASHES

    def _hits(self, copy: Copy, length: int) -> dict[str, tuple[TextPlace, ...]]:
        known = self._found.get((id(copy), length))
        if known is None:
            known = self._found[id(copy), length] = self._scan(copy, length)
        return known

    def _scan(self, copy: Copy, length: int) -> dict[str, tuple[TextPlace, ...]]:
        wanted = {bytes.fromhex(digest.partition(":")[2]): digest for digest in self.wanted.get(length, ())}
        found: dict[str, list[TextPlace]] = {}
        for paragraph in copy.paragraphs if wanted and length > 0 else ():
            text = paragraph.text
            for start in range(len(text) - length + 1):
                hit = wanted.get(hashlib.sha256(text[start : start + length].encode()).digest())
                if hit is not None:
                    found.setdefault(hit, []).append(TextPlace(paragraph.index, start, start + length))
            self.hashed += max(0, len(text) - length + 1)
        return {digest: tuple(places) for digest, places in found.items()}


def read_digest(lexical: str | None) -> str | None:
    """A digest as the base writes it; None where it is none."""
    head, _, rest = (lexical or "").partition(":")
    hexadecimal = len(rest) == 64 and all(sign in "0123456789abcdef" for sign in rest)
    return lexical if head == "sha256" and hexadecimal else None


def between(
    anchor: Span, fate: SpanResult, known: Sequence[tuple[Span, TextPlace]], lengths: tuple[int, int]
) -> TextPlace | None:
    """Where to look for drifted words that nobody knows: between what still stands before and behind them.

    Args:
        anchor: the span that drifted.
        fate: its fate, with the paragraph to look at.
        known: spans of the same recorded paragraph whose words were found in that paragraph, and where.
        lengths: code points of the recorded paragraph and of the copy's.
    """
    if fate.to is None:
        return None
    before = [to.end - old.end for old, to in sorted(known, key=_by_end) if old.end <= anchor.start]
    behind = [to.start - old.start for old, to in sorted(known, key=_by_start) if old.start >= anchor.end]
    start = anchor.start + (before[-1] if before else 0)
    end = anchor.end + (behind[0] if behind else lengths[1] - lengths[0])
    start = max(0, min(start, lengths[1]))
    end = max(start, min(end, lengths[1]))
    return TextPlace(fate.to.paragraph, start, end)


def _by_end(pair: tuple[Span, TextPlace]) -> int:
    return pair[0].end


def _by_start(pair: tuple[Span, TextPlace]) -> int:
    return pair[0].start
