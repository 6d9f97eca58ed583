"""Where the words of a citation have gone: the drift ladder.

The base does not know the words, only how many characters they are and their digest. So they are looked for by
hashing every stretch of that length, and a paragraph is known by its own digest. Exact is said only where it is
proven, because a lookalike (another paragraph with the same words at the same characters) has the same digest:

- a paragraph with the recorded digest at the recorded number is the recorded one; the characters are compared;
- a paragraph with another digest is the recorded one, edited, only where both its neighbours stand beside it,
  unchanged, every other recorded paragraph has a place of its own, and no other edited one would fit better by its
  length; and then the words may stand once only, for a sentence that went may have left its twin there;
- words in a paragraph that is recorded as another one, and is unchanged, stood there all along: they are not
  ours. Where our paragraph is gone, it is missing.

One limit is left: a paragraph that repeats itself and is edited twice, so that the repetition comes to stand at the
very characters of the words that went. Whatever is not exact comes with offsets only, never with words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from kb.verification.alignment import Recorded
from kb.verification.copies import Copy
from kb.verification.paragraphs import Paragraphs
from kb.verification.spans import (
    AMBIGUOUS,
    DRIFTED,
    EXACT,
    MISSING,
    MOVED,
    WRONG_DOCUMENT,
    DigestSearch,
    Span,
    SpanResult,
    TextPlace,
)

TELLING = 16
"""Fewer characters than this stand in many texts by chance, so they do not tell which article they are from."""

LIKENESS = 0.6
"""Below this likeness, from 0 to 1, a stretch is not shown as the nearest one."""


_SHOWN = 3


# --- finding words by their digest -------------------------------------------------------------------------


# --- which paragraph is which ------------------------------------------------------------------------------


# --- the ladder --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ladder:
    """Decides the fate of every span that quotes from one article.

    Attributes:
        paragraphs: the recorded paragraphs against the copy.
        seeker: finds words by their digest.
        stranger: the name of the article whose text the copy really is; empty where it is its own.
        others: copies of other articles, with their names.
        spare: further files at hand, such as an older copy: words are looked up in them, for comparing.
    """

    paragraphs: Paragraphs
    seeker: DigestSearch
    stranger: str = ""
    others: tuple[tuple[str, Copy], ...] = ()
    spare: tuple[Copy, ...] = ()

    def fate(self, anchor: Span) -> SpanResult:
        """What became of one span."""
        own = self.paragraphs.by_name[anchor.paragraph]
        if anchor.length < 1 or anchor.start < 0:
            return SpanResult(DRIFTED, f"characters {anchor.start} to {anchor.end} are no span")
        at = self.paragraphs.whole.get(own.name)
        if at is not None and self._fits(anchor, at):
            return self._unchanged(anchor, own, at)
        if self.stranger:
            return SpanResult(WRONG_DOCUMENT, f"the copy at hand is the text of {self.stranger}")
        if own.name in self.paragraphs.crowded:
            return self._crowded(anchor, own)
        places = self.seeker.places(self.paragraphs.copy, anchor.length, anchor.digest)
        found = self._in_place(anchor, own, places) or self._elsewhere(anchor, own, places)
        return found or self._lost(anchor, own, places)

    # --- steps

    def _fits(self, anchor: Span, index: int) -> bool:
        text = self.paragraphs.text(index)
        words = text[anchor.start : anchor.end]
        return anchor.end <= len(text) and _digest(words) == anchor.digest

    def _unchanged(self, anchor: Span, own: Recorded, at: int) -> SpanResult:
        if at == own.index:
            return SpanResult(EXACT)
        was = f"was {own.index}" if own.index else "had left the text"
        to = TextPlace(at, anchor.start, anchor.end)
        return SpanResult(
            MOVED, f"its paragraph is number {at} in the copy at hand and {was}; the words are the same", to
        )

    def _crowded(self, anchor: Span, own: Recorded) -> SpanResult:
        places = [TextPlace(index, anchor.start, anchor.end) for index in self.paragraphs.crowded[own.name]]
        reason = f"the text of its paragraph stands {_times(places)} now, and it cannot be told which one it is"
        return SpanResult(AMBIGUOUS, reason)

    def _in_place(self, anchor: Span, own: Recorded, places: Sequence[TextPlace]) -> SpanResult | None:
        """Inside the paragraph that is known to be the recorded one, edited or not."""
        home = self.paragraphs.whole.get(own.name) or self.paragraphs.homes.get(own.name)
        inside = [place for place in places if place.paragraph == home]
        if home is None or not inside:
            return None
        if len(inside) > 1:
            return SpanResult(AMBIGUOUS, f"the words stand {_times(inside)}, and the paragraph was edited")
        (to,) = inside
        same = (home, to.start) == (own.index, anchor.start)
        if not same:
            return SpanResult(MOVED, f"the words stand in {to} now", to)
        alike = [place for place in places if place.paragraph != home and self._is_free(place)]
        if alike:
            return SpanResult(AMBIGUOUS, f"the words stand {_times([to, *alike])}, and these paragraphs were edited")
        if self.paragraphs.settled and own.name not in self.paragraphs.mistakable:
            return SpanResult(EXACT)
        return SpanResult(
            AMBIGUOUS, f"the words stand in {to}, but more paragraphs changed, and this may be another one"
        )

    def _elsewhere(self, anchor: Span, own: Recorded, places: Sequence[TextPlace]) -> SpanResult | None:
        """In a paragraph that is new, or was edited; anywhere, where the citation never fitted its paragraph."""
        open_places = places if own.name in self.paragraphs.whole else [p for p in places if self._is_free(p)]
        if not open_places:
            return None
        if len(places) > 1:
            return SpanResult(AMBIGUOUS, f"the words stand {_times(places)}, and it cannot be told which is meant")
        (to,) = open_places
        if (to.paragraph, to.start) == (own.index, anchor.start):
            return SpanResult(
                AMBIGUOUS,
                f"the words stand in {to}, but the paragraphs around it changed too, so that this may be another one",
            )
        return SpanResult(MOVED, f"the words stand in {to} now", to)

    def _is_free(self, place: TextPlace) -> bool:
        return place.paragraph in self.paragraphs.free

    def _lost(self, anchor: Span, own: Recorded, places: Sequence[TextPlace]) -> SpanResult:
        """The words are not there, or only where they always stood as somebody else's."""
        home = self.paragraphs.whole.get(own.name) or self.paragraphs.homes.get(own.name)
        if home is None:
            other = self._in_other_article(anchor)
            if other:
                return SpanResult(WRONG_DOCUMENT, f"the words stand in {other}")
        near = self._nearest(anchor, home)
        if near is not None:
            return near
        likely = home or self.paragraphs.likely.get(own.name)
        if likely is not None:
            return self._edited(anchor, own, likely)
        lookalike = f"; the same words stand {_times(places)}, as they always did" if places else ""
        return SpanResult(MISSING, f"{self._gone(own)}{lookalike}{self._unlooked(anchor)}")

    def _edited(self, anchor: Span, own: Recorded, at: int) -> SpanResult:
        if own.name in self.paragraphs.whole:
            reason = f"paragraph {at} is the recorded one, so the offsets or the digest of the citation are wrong"
        else:
            reason = f"paragraph {at} was edited, and characters {anchor.start} to {anchor.end} are not the cited ones"
        length = len(self.paragraphs.text(at))
        if anchor.end > length:
            reason += f"; it has {length} characters"
        return SpanResult(DRIFTED, reason, TextPlace(at, min(anchor.start, length), min(anchor.end, length)))

    def _gone(self, own: Recorded) -> str:
        if own.index is None:
            return "its paragraph has left the text"
        count = len(self.paragraphs.copy.paragraphs)
        if own.index > count:
            return f"the copy at hand has no paragraph {own.index}; it ends with {count}"
        return f"its paragraph, number {own.index} of the record, is not in the copy at hand"

    def _in_other_article(self, anchor: Span) -> str:
        """The first other article that holds the words, as a place; empty where none does."""
        for name, copy in self.others if anchor.length >= TELLING else ():
            if self.seeker.reaches(copy, anchor.length):
                for place in self.seeker.places(copy, anchor.length, anchor.digest):
                    return f"{name}, {place}"
        return ""

    def _unlooked(self, anchor: Span) -> str:
        if anchor.length < TELLING:
            return "; too short to be looked for in other articles" if self.others else ""
        out = any(not self.seeker.reaches(copy, anchor.length) for _, copy in self.others)
        return "; not looked for in all other articles, which are too many" if out else ""

    # --- where the old words are known

    def _nearest(self, anchor: Span, home: int | None) -> SpanResult | None:
        """The likest stretch of the copy, where another file at hand still has the old words."""
        words = self._words(anchor)
        if words is None:
            return None
        numbers = [home] if home is not None else sorted(self.paragraphs.free)
        found = [(_likeness(words, self.paragraphs.text(number)), number) for number in numbers]
        (likeness, start, end), number = max(found, key=lambda each: (each[0][0], -each[1]), default=((0.0, 0, 0), 0))
        if likeness < LIKENESS:
            return None
        to = TextPlace(number, start, end)
        return SpanResult(
            DRIFTED, f"the words are not there any more; nearest: {to}, {likeness:.0%} alike", to, likeness
        )

    def _words(self, anchor: Span) -> str | None:
        for copy in self.spare:
            if self.seeker.reaches(copy, anchor.length):
                for place in self.seeker.places(copy, anchor.length, anchor.digest):
                    return copy.paragraphs[place.paragraph - 1].text[place.start : place.end]
        return None


def _likeness(words: str, text: str) -> tuple[float, int, int]:
    """How alike the likest stretch of a text is, from 0 to 1, and where it stands."""
    from rapidfuzz.fuzz import partial_ratio_alignment  # only drifted words of an older copy need it

    found = partial_ratio_alignment(words, text) if text else None
    return (found.score / 100, found.dest_start, found.dest_end) if found else (0.0, 0, 0)


def _times(places: Sequence[TextPlace]) -> str:
    """`2 times (paragraph 1, characters 0 to 9; paragraph 3, characters 4 to 13)`."""
    shown = "; ".join(str(place) for place in places[:_SHOWN])
    more = f"; and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    return f"{len(places)} times ({shown}{more})" if len(places) > 1 else f"in {shown}"


def _digest(words: str) -> str:
    return "sha256:" + hashlib.sha256(words.encode()).hexdigest()
