"""The drift ladder: decides whether the words of a citation are exact, moved, ambiguous, drifted or missing.

The base does not contain the words, only their number of characters and their digest. So every stretch of that length
is hashed, and a paragraph is recognised by its own digest. "Exact" is reported only where it is certain, because
another paragraph with the same words at the same characters has the same digest:

- A paragraph with the recorded digest and the recorded number is the recorded one; the characters are compared.
- A paragraph with another digest is the recorded one, edited, only if it is between the same unchanged neighbours, and
  no other recorded paragraph fits this place as well by its length and by the other words that are cited from it.
  Then the words may occur only once, since a deleted sentence may have left an identical one there.
- Words in an unchanged paragraph that is recorded as another one were there before, so they are not the cited ones.
  Where the cited paragraph is gone, the words are missing.

Where a spare file still has the recorded text, the words themselves are compared, so that less is ambiguous. Where a
text is too large to search all of it, the result says so, and nothing is called missing.

One case is not detected: a paragraph that repeats itself and is edited so that the repetition is at exactly the
characters of the deleted words. Results that are not exact contain offsets only, never words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property

from kb.verification.alignment import Recorded
from kb.verification.copies import Copy
from kb.verification.older import OlderText, find_words
from kb.verification.paragraphs import Paragraphs
from kb.verification.spans import (
    AMBIGUOUS,
    DRIFTED,
    EXACT,
    MISSING,
    MOVED,
    NOT_CHECKED,
    WRONG_DOCUMENT,
    DigestSearch,
    Span,
    SpanResult,
    TextPlace,
)

MIN_SEARCH_LENGTH = 16
"""Shorter words occur in many texts by chance, so they do not identify an article."""

MIN_EDITED_LENGTH = 8
"""Shorter words occur often in one paragraph, so in an edited one they may be others than the cited ones."""

MIN_SIMILARITY = 0.6
"""Least similarity, from 0 to 1, of a stretch that is reported as the most similar one."""

_MAX_PLACES = 3
"""How many places a reason lists."""


@dataclass(frozen=True)
class Ladder:
    """Decides the state of every span that quotes from one article.

    Attributes:
        paragraphs: the recorded paragraphs, matched with the copy.
        search: finds words by their digest.
        mistaken_for: name of the article whose text the copy really contains; empty where it is the right one.
        others: copies of other articles, with their names.
        spare: further files, such as an older copy, which may still contain the old words.
        doubt: why the copy may be another text, so that nothing is exact in it; empty where it cannot be.
        spans: every span that quotes from the article.
    """

    paragraphs: Paragraphs
    search: DigestSearch
    mistaken_for: str = ""
    others: tuple[tuple[str, Copy], ...] = ()
    spare: tuple[Copy, ...] = ()
    doubt: str = ""
    spans: tuple[Span, ...] = ()

    def verify(self, span: Span) -> SpanResult:
        """The result for one span."""
        if span.length < 1 or span.start < 0:
            return SpanResult(DRIFTED, f"characters {span.start} to {span.end} are not a valid span")
        if self.mistaken_for:
            return SpanResult(WRONG_DOCUMENT, f"the copy contains the text of {self.mistaken_for}")
        recorded = self.paragraphs.by_name[span.paragraph]
        result = self._verify(span, recorded)
        if not self.doubt:
            return result
        if result.state == EXACT:
            to = TextPlace(recorded.index or 0, span.start, span.end)
            return SpanResult(MOVED, f"the words are in {to}, but {self.doubt}", to)
        return replace(result, reason=f"{result.reason}; {self.doubt}")

    def _verify(self, span: Span, recorded: Recorded) -> SpanResult:
        index = self.paragraphs.unchanged.get(recorded.name)
        if index is not None and self._matches(span, index):
            return self._in_unchanged_paragraph(span, recorded, index)
        only = self._older.only_place(span, self.paragraphs.copy)
        if only is not None:
            is_same = (only.paragraph, only.start) == (recorded.index, span.start)
            return SpanResult(EXACT) if is_same else SpanResult(MOVED, f"the words are now in {only}", only)
        if recorded.name in self.paragraphs.ambiguous:
            return self._in_ambiguous_paragraph(span, recorded)
        words = self._older.words(span)
        copy = self.paragraphs.copy
        if words is None and not self.search.can_search_own(copy, span.length):
            return self._search_nearby(span, recorded)
        places = self.search.places(copy, span.length, span.digest) if words is None else find_words(copy, words)
        found = self._in_own_paragraph(span, recorded, places) or self._elsewhere(span, recorded, places)
        return found or self._not_found(span, recorded, places)

    @cached_property
    def _older(self) -> OlderText:
        return OlderText(self.paragraphs.recorded, self.spare)

    @cached_property
    def _seen(self) -> Mapping[str, Set[int]]:
        """Changed paragraphs of the record, and the numbers of the edited ones that have words of theirs, once."""
        found: dict[str, set[int]] = {}
        for span in self.spans:
            is_known = span.paragraph in self.paragraphs.unchanged
            can_search = self.search.can_search_own(self.paragraphs.copy, span.length)
            if span.length >= MIN_SEARCH_LENGTH and not is_known and can_search:
                places = self.search.places(self.paragraphs.copy, span.length, span.digest)
                if len(places) == 1 and self._is_unrecorded(places[0]):
                    found.setdefault(span.paragraph, set()).add(places[0].paragraph)
        return found

    # --- steps

    def _matches(self, span: Span, index: int) -> bool:
        text = self.paragraphs.text(index)
        words = text[span.start : span.end]
        return span.end <= len(text) and _digest(words) == span.digest

    def _in_unchanged_paragraph(self, span: Span, recorded: Recorded, index: int) -> SpanResult:
        if index == recorded.index:
            return SpanResult(EXACT)
        before = f"number {recorded.index} in the record" if recorded.index else "recorded as removed"
        reason = f"its paragraph is number {index} in the copy and {before}; the words are the same"
        return SpanResult(MOVED, reason, TextPlace(index, span.start, span.end))

    def _in_ambiguous_paragraph(self, span: Span, recorded: Recorded) -> SpanResult:
        places = [TextPlace(index, span.start, span.end) for index in self.paragraphs.ambiguous[recorded.name]]
        reason = f"the text of its paragraph now occurs {_list(places)}, and it is unclear which one is meant"
        return SpanResult(AMBIGUOUS, reason)

    def _own_index(self, recorded: Recorded) -> int | None:
        """Number in the copy of the recorded paragraph, edited or not; None where it is not certain."""
        return self.paragraphs.unchanged.get(recorded.name) or self.paragraphs.edited.get(recorded.name)

    def _in_own_paragraph(self, span: Span, recorded: Recorded, places: Sequence[TextPlace]) -> SpanResult | None:
        """The result where the words are in the paragraph that is certain to be the recorded one."""
        own = self._own_index(recorded)
        inside = [place for place in places if place.paragraph == own]
        if own is None or not inside:
            return None
        if len(inside) > 1:
            return SpanResult(AMBIGUOUS, f"the words occur {_list(inside)}, and the paragraph was edited")
        (to,) = inside
        if (own, to.start) != (recorded.index, span.start):
            return SpanResult(MOVED, f"the words are now in {to}", to)
        alike = [place for place in places if place.paragraph != own and self._is_unrecorded(place)]
        if alike:
            return SpanResult(AMBIGUOUS, f"the words occur {_list([to, *alike])}, and these paragraphs were edited")
        if self._is_too_short(span, recorded, to):
            return SpanResult(AMBIGUOUS, f"the words are in {to}, but the paragraph was edited, and they are too short")
        if self.paragraphs.is_clear(recorded.name, to.paragraph, self._seen):
            return SpanResult(EXACT)
        reason = f"the words are in {to}, but more paragraphs changed, and this may be another one"
        return SpanResult(AMBIGUOUS, reason)

    def _is_too_short(self, span: Span, recorded: Recorded, to: TextPlace) -> bool:
        """Whether words are too short to be sure in a paragraph that became longer or shorter."""
        return span.length < MIN_EDITED_LENGTH and len(self.paragraphs.text(to.paragraph)) != recorded.length

    def _elsewhere(self, span: Span, recorded: Recorded, places: Sequence[TextPlace]) -> SpanResult | None:
        """The result where the words are in a paragraph that may have them from the recorded one."""
        possible = [place for place in places if self._may_come_from(recorded, place)]
        if not possible:
            return None
        if len(places) > 1:
            return SpanResult(AMBIGUOUS, f"the words occur {_list(places)}, and it is unclear which place is meant")
        (to,) = possible
        if (to.paragraph, to.start) == (recorded.index, span.start):
            is_clear = self.paragraphs.is_clear(recorded.name, to.paragraph, self._seen)
            if is_clear and not self._is_too_short(span, recorded, to):
                return SpanResult(EXACT)
            reason = f"the words are in {to}, but the paragraphs around it changed too, so this may be another one"
            return SpanResult(AMBIGUOUS, reason)
        if self._may_have_been_there(span, recorded, to):
            reason = f"the words are now only in {to}, but that paragraph may have had them before"
            return SpanResult(AMBIGUOUS, reason)
        return SpanResult(MOVED, f"the words are now in {to}", to)

    def _search_nearby(self, span: Span, recorded: Recorded) -> SpanResult:
        """The result where the copy is too large to search all of it; what was not searched is never called missing."""
        near = self.paragraphs.near(recorded.name)
        places = self.search.places_in(self.paragraphs.copy, near, span)
        limit = f"the text is too large to search all of it: only {len(near)} paragraphs near the recorded one were"
        if places:
            return SpanResult(AMBIGUOUS, f"the words occur {_list(places)}, and maybe elsewhere; {limit}")
        own = self._own_index(recorded)
        if own is not None:
            result = self._in_edited_paragraph(span, recorded, own)
            return replace(result, reason=f"{result.reason}; {limit}")
        return SpanResult(NOT_CHECKED, limit)

    def _may_have_been_there(self, span: Span, recorded: Recorded, to: TextPlace) -> bool:
        """Whether words may have been in an edited paragraph before, and not only at the cited place.

        So it is where that paragraph was another one and has not grown by as many characters; and where short words,
        which occur in many places by chance, are far from their paragraph.
        """
        if not self._is_unrecorded(to):
            return False
        if span.length < MIN_SEARCH_LENGTH and not self.paragraphs.are_near(recorded.name, to.paragraph):
            return True
        other = self.paragraphs.by_name.get(self.paragraphs.names.get(to.paragraph, ""))
        if other is None or other is recorded:
            return False
        return len(self.paragraphs.text(to.paragraph)) - other.length < span.length

    def _may_come_from(self, recorded: Recorded, place: TextPlace) -> bool:
        """Whether words at a place may be from a recorded paragraph, and not from another one that had them before.

        The paragraph there is new or edited, or the recorded one itself, or it replaces that one since an update.
        """
        if self._is_unrecorded(place) or self.paragraphs.unchanged.get(recorded.name) == place.paragraph:
            return True
        there = self.paragraphs.by_name.get(self.paragraphs.names.get(place.paragraph, ""))
        return there is not None and recorded.name in there.replaces

    def _is_unrecorded(self, place: TextPlace) -> bool:
        return place.paragraph in self.paragraphs.unrecorded

    def _not_found(self, span: Span, recorded: Recorded, places: Sequence[TextPlace]) -> SpanResult:
        """The result where the words are not in the copy, or only in paragraphs that are recorded as other ones."""
        own = self._own_index(recorded)
        if own is None:
            other = self._find_in_other_article(span, recorded)
            if other:
                return SpanResult(WRONG_DOCUMENT, f"the words are in {other}")
        similar = self._find_similar(span, own)
        if similar is not None:
            return similar
        probable = own or self.paragraphs.probable.get(recorded.name)
        if probable is not None:
            return self._in_edited_paragraph(span, recorded, probable)
        same = f"; the same words also occur {_list(places)}, but in unchanged paragraphs" if places else ""
        return SpanResult(MISSING, f"{self._describe_missing(recorded)}{same}{self._describe_search(span)}")

    def _in_edited_paragraph(self, span: Span, recorded: Recorded, index: int) -> SpanResult:
        if recorded.name in self.paragraphs.unchanged:
            reason = (
                f"paragraph {index} is the recorded one, so the offsets or the digest of the citation are wrong, "
                "or older than the record"
            )
        else:
            reason = f"paragraph {index} was edited, and characters {span.start} to {span.end} are not the cited ones"
        length = len(self.paragraphs.text(index))
        if span.end > length:
            reason += f"; it has {length} characters"
        return SpanResult(DRIFTED, reason, TextPlace(index, min(span.start, length), min(span.end, length)))

    def _describe_missing(self, recorded: Recorded) -> str:
        if recorded.index is None:
            return "its paragraph is recorded as removed from the text"
        count = len(self.paragraphs.copy.paragraphs)
        if recorded.index > count:
            return f"the copy has no paragraph {recorded.index}; the last one is {count}"
        return f"its paragraph, number {recorded.index} in the record, is not in the copy"

    def _find_in_other_article(self, span: Span, recorded: Recorded) -> str:
        """The first other article that contains the words, with the place; empty where none does.

        A paragraph that both articles have says nothing about which of them was meant.
        """
        for name, copy in self.others if span.length >= MIN_SEARCH_LENGTH else ():
            if self.search.can_search(copy, span.length):
                for place in self.search.places(copy, span.length, span.digest):
                    if copy.paragraphs[place.paragraph - 1].digest != recorded.digest:
                        return f"{name}, {place}"
        return ""

    def _describe_search(self, span: Span) -> str:
        """Which other articles were not searched; empty where all were."""
        if span.length < MIN_SEARCH_LENGTH:
            return "; too short to search for in other articles" if self.others else ""
        skipped = any(not self.search.can_search(copy, span.length) for _, copy in self.others)
        return "; not all other articles were searched, because there are too many" if skipped else ""

    # --- where the old words are known

    def _find_similar(self, span: Span, own: int | None) -> SpanResult | None:
        """The most similar stretch of the copy, where a spare file still contains the old words."""
        words = self._find_words(span)
        if words is None:
            return None
        numbers = (own,) if own is not None else self.paragraphs.near(span.paragraph)
        found = [(_similarity(words, self.paragraphs.text(number)), number) for number in numbers]
        (score, start, end), number = max(found, key=lambda each: (each[0][0], -each[1]), default=((0.0, 0, 0), 0))
        if score < MIN_SIMILARITY:
            return None
        to = TextPlace(number, start, end)
        left = len(self.paragraphs.unrecorded.difference(numbers)) if own is None else 0
        more = f"; {left} changed paragraphs further away were not compared" if left else ""
        return SpanResult(DRIFTED, f"the words are no longer there; most similar: {to}, {score:.0%}{more}", to, score)

    def _find_words(self, span: Span) -> str | None:
        known = self._older.words(span)
        if known is not None:
            return known
        for copy in self.spare:
            if self.search.can_search(copy, span.length):
                for place in self.search.places(copy, span.length, span.digest):
                    return copy.paragraphs[place.paragraph - 1].text[place.start : place.end]
        return None


def _similarity(words: str, text: str) -> tuple[float, int, int]:
    """The most similar stretch of a text: its similarity, from 0 to 1, its start and its end."""
    from rapidfuzz.fuzz import partial_ratio_alignment  # needed only for drifted words of an older copy

    found = partial_ratio_alignment(words, text) if text else None
    return (found.score / 100, found.dest_start, found.dest_end) if found else (0.0, 0, 0)


def _list(places: Sequence[TextPlace]) -> str:
    """`2 times (paragraph 1, characters 0 to 9; paragraph 3, characters 4 to 13)`."""
    listed = "; ".join(str(place) for place in places[:_MAX_PLACES])
    more = f"; and {len(places) - _MAX_PLACES} more" if len(places) > _MAX_PLACES else ""
    return f"{len(places)} times ({listed}{more})" if len(places) > 1 else f"in {listed}"


def _digest(words: str) -> str:
    return "sha256:" + hashlib.sha256(words.encode()).hexdigest()
