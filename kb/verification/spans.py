"""Spans of a paragraph, the states of a citation, and the search for words by their digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kb.rdf.datatypes import whole
from kb.rdf.graph import Graph
from kb.verification.copies import Copy
from kb.vocab import FC, OA, PROV

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
"""The states of a span that was compared and is not exact."""

MAX_HASHES = 5_000_000
"""Stretches that one run hashes (some seconds); then other articles are no longer searched, and the result says so."""

MAX_OWN_HASHES = 20_000_000
"""The same for the copies of the articles themselves: then only paragraphs near the recorded one are searched."""


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
    """A span as the base records it: the IRI of its paragraph, its offsets, the digest of its words."""

    paragraph: str
    start: int
    end: int
    digest: str

    @property
    def length(self) -> int:
        """Code points; below 1 where the offsets are invalid."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class SpanResult:
    """The result of verifying a span.

    Attributes:
        state: one of `LADDER`.
        reason: why it is not exact, with offsets and without words; empty for exact.
        to: where the words are now (moved), or where to look (drifted); None where nothing is known.
        similarity: likeness of the words at `to`, from 0 to 1; None where the old words are not known.
    """

    state: str
    reason: str = ""
    to: TextPlace | None = None
    similarity: float | None = None


@dataclass
class DigestSearch:
    """Finds stretches of text by length and digest; each text is hashed once for each length.

    Attributes:
        digests: length to the digests of the spans that have this length.
        hashed: how many stretches were hashed so far.
    """

    digests: Mapping[int, frozenset[str]]
    hashed: int = 0
    _found: dict[tuple[int, int], dict[str, tuple[TextPlace, ...]]] = field(default_factory=dict)

    def places(self, copy: Copy, length: int, digest: str) -> tuple[TextPlace, ...]:
        """Every place of a copy that has words with this length and digest, in order."""
        return self._places_by_digest(copy, length).get(digest, ())

    def places_in(self, copy: Copy, numbers: Iterable[int], span: Span) -> tuple[TextPlace, ...]:
        """Every place of the words of a span in some paragraphs of a copy, in order of these numbers."""
        wanted = bytes.fromhex(span.digest.partition(":")[2])
        found = []
        for number in numbers:
            text = copy.paragraphs[number - 1].text
            found += [TextPlace(number, start, start + span.length) for start in _starts(text, span.length, wanted)]
            self.hashed += max(0, len(text) - span.length + 1)
        return tuple(found)

    def can_search_own(self, copy: Copy, length: int) -> bool:
        """Whether the copy of the article itself has been hashed for this length, or the limit still allows it."""
        return (id(copy), length) in self._found or self.hashed < MAX_OWN_HASHES

    def can_search(self, copy: Copy, length: int) -> bool:
        """Whether a copy has been hashed for this length, or the limit still allows it."""
        return (id(copy), length) in self._found or self.hashed < MAX_HASHES

    def _places_by_digest(self, copy: Copy, length: int) -> dict[str, tuple[TextPlace, ...]]:
        known = self._found.get((id(copy), length))
        if known is None:
            known = self._found[id(copy), length] = self._scan(copy, length)
        return known

    def _scan(self, copy: Copy, length: int) -> dict[str, tuple[TextPlace, ...]]:
        digests = {bytes.fromhex(digest.partition(":")[2]): digest for digest in self.digests.get(length, ())}
        found: dict[str, list[TextPlace]] = {}
        for paragraph in copy.paragraphs if digests and length > 0 else ():
            text = paragraph.text
            for start in range(len(text) - length + 1):
                hit = digests.get(hashlib.sha256(text[start : start + length].encode()).digest())
                if hit is not None:
                    found.setdefault(hit, []).append(TextPlace(paragraph.index, start, start + length))
            self.hashed += max(0, len(text) - length + 1)
        return {digest: tuple(places) for digest, places in found.items()}


def _starts(text: str, length: int, wanted: bytes) -> Iterator[int]:
    for start in range(len(text) - length + 1):
        if hashlib.sha256(text[start : start + length].encode()).digest() == wanted:
            yield start


def digests_by_length(spans: Iterable[Span]) -> Mapping[int, frozenset[str]]:
    """Length to the digests of the spans that have this length."""
    found: dict[int, set[str]] = {}
    for span in spans:
        found.setdefault(span.length, set()).add(span.digest)
    return {length: frozenset(digests) for length, digests in found.items()}


def read_span(graph: Graph, node: str) -> Span | None:
    """The span of a citation or another quote; None where a part of it is not recorded."""
    paragraph = graph.value(node, PROV.wasQuotedFrom)
    start, end = whole(graph.value(node, OA.start)), whole(graph.value(node, OA.end))
    digest = read_digest(graph.value(node, FC.digest))
    if paragraph is None or start is None or end is None or digest is None:
        return None
    return Span(paragraph, start, end, digest)


def read_digest(lexical: str | None) -> str | None:
    """A digest as the base writes it; None where the text is not a digest."""
    head, _, rest = (lexical or "").partition(":")
    hexadecimal = len(rest) == 64 and all(sign in "0123456789abcdef" for sign in rest)
    return lexical if head == "sha256" and hexadecimal else None


def estimate_place(
    span: Span, paragraph: int, known: Sequence[tuple[Span, TextPlace]], lengths: tuple[int, int]
) -> TextPlace:
    """Where drifted words probably are: between the spans before and after them that were found again.

    Args:
        span: the span that drifted.
        paragraph: number of the paragraph in the copy that is searched.
        known: spans of the same recorded paragraph whose words were found in that paragraph, and where.
        lengths: code points of the recorded paragraph and of the copy's.
    """
    before = [place.end - old.end for old, place in sorted(known, key=_end) if old.end <= span.start]
    after = [place.start - old.start for old, place in sorted(known, key=_start) if old.start >= span.end]
    start = span.start + (before[-1] if before else 0)
    end = span.end + (after[0] if after else lengths[1] - lengths[0])
    start = max(0, min(start, lengths[1]))
    end = max(start, min(end, lengths[1]))
    return TextPlace(paragraph, start, end)


def _end(pair: tuple[Span, TextPlace]) -> int:
    return pair[0].end


def _start(pair: tuple[Span, TextPlace]) -> int:
    return pair[0].start
