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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from kb.verification.alignment import Recorded, align
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

TELLING = 16
"""Fewer characters than this stand in many texts by chance, so they do not tell which article they are from."""

LIKENESS = 0.6
"""Below this likeness, from 0 to 1, a stretch is not shown as the nearest one."""

MAX_HASHES = 5_000_000
"""Stretches that one run hashes in other articles (some seconds); what is beyond is not looked at, and said."""

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class At:
    """A place in a copy: 1-based number of the paragraph, code point offsets, end-exclusive."""

    paragraph: int
    start: int
    end: int

    def __str__(self) -> str:
        return f"paragraph {self.paragraph}, characters {self.start} to {self.end}"


@dataclass(frozen=True, slots=True)
class Anchor:
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
class Fate:
    """What became of a span.

    Attributes:
        state: one of `LADDER`.
        reason: why it is not exact, with offsets and without words; empty for exact.
        to: where the words stand now (moved), or where to look (drifted); None where nothing is known.
        similarity: likeness of what stands at `to`, from 0 to 1; None where the old words are not known.
    """

    state: str
    reason: str = ""
    to: At | None = None
    similarity: float | None = None


# --- finding words by their digest -------------------------------------------------------------------------


@dataclass
class Seeker:
    """Finds stretches of text by length and digest; each text is hashed once for each length.

    Attributes:
        wanted: length to the digests that some span of the base has.
        hashed: how many stretches were hashed so far.
    """

    wanted: Mapping[int, frozenset[str]]
    hashed: int = 0
    _found: dict[tuple[int, int], dict[str, tuple[At, ...]]] = field(default_factory=dict)

    def places(self, copy: Copy, length: int, digest: str) -> tuple[At, ...]:
        """Every place of a copy where words with this length and digest stand, in order."""
        return self._hits(copy, length).get(digest, ())

    def reaches(self, copy: Copy, length: int) -> bool:
        """Whether a copy has been hashed for this length, or still may be."""
        return (id(copy), length) in self._found or self.hashed < MAX_HASHES

    def _hits(self, copy: Copy, length: int) -> dict[str, tuple[At, ...]]:
        known = self._found.get((id(copy), length))
        if known is None:
            known = self._found[id(copy), length] = self._scan(copy, length)
        return known

    def _scan(self, copy: Copy, length: int) -> dict[str, tuple[At, ...]]:
        wanted = {bytes.fromhex(digest.partition(":")[2]): digest for digest in self.wanted.get(length, ())}
        found: dict[str, list[At]] = {}
        for paragraph in copy.paragraphs if wanted and length > 0 else ():
            text = paragraph.text
            for start in range(len(text) - length + 1):
                hit = wanted.get(hashlib.sha256(text[start : start + length].encode()).digest())
                if hit is not None:
                    found.setdefault(hit, []).append(At(paragraph.index, start, start + length))
            self.hashed += max(0, len(text) - length + 1)
        return {digest: tuple(places) for digest, places in found.items()}


def read_digest(lexical: str | None) -> str | None:
    """A digest as the base writes it; None where it is none."""
    head, _, rest = (lexical or "").partition(":")
    hexadecimal = len(rest) == 64 and all(sign in "0123456789abcdef" for sign in rest)
    return lexical if head == "sha256" and hexadecimal else None


# --- which paragraph is which ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paragraphs:
    """The recorded paragraphs of one article against a copy of it.

    Attributes:
        recorded: every recorded paragraph of the article.
        copy: the copy at hand.
    """

    recorded: tuple[Recorded, ...]
    copy: Copy

    @cached_property
    def by_name(self) -> Mapping[str, Recorded]:
        """Paragraph IRI to what is recorded of it."""
        return {old.name: old for old in self.recorded}

    @cached_property
    def placed(self) -> tuple[Recorded, ...]:
        """The recorded paragraphs that have a number, in its order."""
        numbered = [old for old in self.recorded if old.index is not None]
        return tuple(sorted(numbered, key=lambda old: (old.index or 0, old.name)))

    @cached_property
    def standing(self) -> Mapping[str, tuple[int, ...]]:
        """Digest of a paragraph to the numbers of the copy's paragraphs that have it."""
        found: dict[str, list[int]] = {}
        for paragraph in self.copy.paragraphs:
            found.setdefault(paragraph.digest, []).append(paragraph.index)
        return {digest: tuple(numbers) for digest, numbers in found.items()}

    @cached_property
    def free(self) -> frozenset[int]:
        """Numbers of the copy's paragraphs whose text is not recorded: they are new, or were edited."""
        known = {old.digest for old in self.recorded}
        return frozenset(p.index for p in self.copy.paragraphs if p.digest not in known)

    @cached_property
    def whole(self) -> Mapping[str, int]:
        """Recorded paragraphs that stand in the copy unchanged, and where.

        Paragraphs with the same text are told apart by their own number first; the rest by their order, and
        only where as many stand there as are recorded.
        """
        found: dict[str, int] = {}
        for digest, twins in self._twins.items():
            places = self.standing.get(digest, ())
            own = {old.name: old.index for old in twins if old.index in places}
            found.update({name: index for name, index in own.items() if index is not None})
            left = [old.name for old in twins if old.name not in own]
            empty = [place for place in places if place not in own.values()]
            if len(left) == len(empty):
                found.update(zip(left, empty, strict=True))
        return found

    @cached_property
    def crowded(self) -> Mapping[str, tuple[int, ...]]:
        """Recorded paragraphs whose text stands in the copy, but at which of these places cannot be told."""
        taken = set(self.whole.values())
        found: dict[str, tuple[int, ...]] = {}
        for digest, twins in self._twins.items():
            empty = tuple(place for place in self.standing.get(digest, ()) if place not in taken)
            found.update({old.name: empty for old in twins if old.name not in self.whole and empty})
        return found

    @cached_property
    def _twins(self) -> Mapping[str, tuple[Recorded, ...]]:
        found: dict[str, list[Recorded]] = {}
        unplaced = [old for old in self.recorded if old.index is None]
        for old in (*self.placed, *unplaced):
            found.setdefault(old.digest, []).append(old)
        return {digest: tuple(twins) for digest, twins in found.items()}

    @cached_property
    def homes(self) -> Mapping[str, int]:
        """Edited paragraphs that are known for certain: one for one between unchanged neighbours."""
        return {run[0].name: gap[0] for run, gap in self._runs if len(run) == len(gap) == 1}

    @cached_property
    def settled(self) -> bool:
        """Whether every recorded paragraph has a place of its own, so that none can be mistaken for another."""
        return all(len(run) == len(gap) for run, gap in self._runs)

    @cached_property
    def mistakable(self) -> frozenset[str]:
        """Edited paragraphs that may have changed places with another edited one, by their lengths."""
        edited = [(self.by_name[name], len(self.text(index))) for name, index in sorted(self.homes.items())]
        return frozenset(
            old.name
            for old, length in edited
            for other, its in edited
            if other is not old
            and abs(old.length - its) + abs(other.length - length) <= abs(old.length - length) + abs(other.length - its)
        )

    @cached_property
    def _runs(self) -> tuple[tuple[tuple[Recorded, ...], tuple[int, ...]], ...]:
        """Runs of recorded paragraphs that do not stand unchanged, each with the free places in its stead."""
        if not self.whole:
            return ((self.placed, ()),) if self.placed else ()
        found: list[tuple[tuple[Recorded, ...], tuple[int, ...]]] = []
        before = 0
        for unchanged, group in groupby(self.placed, key=lambda old: old.name in self.whole):
            run = tuple(group)
            if unchanged:
                before = self.whole[run[-1].name]
                continue
            after = next((self.whole[o.name] for o in self.placed if self._follows(o, run[-1])), self._end)
            between = tuple(range(before + 1, after))
            found.append((run, between if self.free.issuperset(between) else ()))
        return tuple(found)

    def _follows(self, old: Recorded, other: Recorded) -> bool:
        return old.name in self.whole and (old.index or 0) > (other.index or 0)

    @property
    def _end(self) -> int:
        return len(self.copy.paragraphs) + 1

    @cached_property
    def likely(self) -> Mapping[str, int]:
        """Where `kb add --update` takes each recorded paragraph to be: certain or not, a place to look at."""
        return {name: index for index, name in align(self.recorded, self.copy.paragraphs).items()}

    @cached_property
    def names(self) -> Mapping[int, str]:
        """Number in the copy to the recorded paragraph that stands there: for certain first, else likely."""
        found = {index: name for name, index in self.likely.items()}
        for known in (self.homes, self.whole):
            taken = set(known)
            found = {index: name for index, name in found.items() if name not in taken}
            found.update({index: name for name, index in known.items()})
        return found

    def text(self, index: int) -> str:
        """The text of one paragraph of the copy."""
        return self.copy.paragraphs[index - 1].text


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
    seeker: Seeker
    stranger: str = ""
    others: tuple[tuple[str, Copy], ...] = ()
    spare: tuple[Copy, ...] = ()

    def fate(self, anchor: Anchor) -> Fate:
        """What became of one span."""
        own = self.paragraphs.by_name[anchor.paragraph]
        if anchor.length < 1 or anchor.start < 0:
            return Fate(DRIFTED, f"characters {anchor.start} to {anchor.end} are no span")
        at = self.paragraphs.whole.get(own.name)
        if at is not None and self._fits(anchor, at):
            return self._unchanged(anchor, own, at)
        if self.stranger:
            return Fate(WRONG_DOCUMENT, f"the copy at hand is the text of {self.stranger}")
        if own.name in self.paragraphs.crowded:
            return self._crowded(anchor, own)
        places = self.seeker.places(self.paragraphs.copy, anchor.length, anchor.digest)
        found = self._in_place(anchor, own, places) or self._elsewhere(anchor, own, places)
        return found or self._lost(anchor, own, places)

    # --- steps

    def _fits(self, anchor: Anchor, index: int) -> bool:
        text = self.paragraphs.text(index)
        words = text[anchor.start : anchor.end]
        return anchor.end <= len(text) and _digest(words) == anchor.digest

    def _unchanged(self, anchor: Anchor, own: Recorded, at: int) -> Fate:
        if at == own.index:
            return Fate(EXACT)
        was = f"was {own.index}" if own.index else "had left the text"
        to = At(at, anchor.start, anchor.end)
        return Fate(MOVED, f"its paragraph is number {at} in the copy at hand and {was}; the words are the same", to)

    def _crowded(self, anchor: Anchor, own: Recorded) -> Fate:
        places = [At(index, anchor.start, anchor.end) for index in self.paragraphs.crowded[own.name]]
        reason = f"the text of its paragraph stands {_times(places)} now, and it cannot be told which one it is"
        return Fate(AMBIGUOUS, reason)

    def _in_place(self, anchor: Anchor, own: Recorded, places: Sequence[At]) -> Fate | None:
        """Inside the paragraph that is known to be the recorded one, edited or not."""
        home = self.paragraphs.whole.get(own.name) or self.paragraphs.homes.get(own.name)
        inside = [place for place in places if place.paragraph == home]
        if home is None or not inside:
            return None
        if len(inside) > 1:
            return Fate(AMBIGUOUS, f"the words stand {_times(inside)}, and the paragraph was edited")
        (to,) = inside
        same = (home, to.start) == (own.index, anchor.start)
        if not same:
            return Fate(MOVED, f"the words stand in {to} now", to)
        alike = [place for place in places if place.paragraph != home and self._is_free(place)]
        if alike:
            return Fate(AMBIGUOUS, f"the words stand {_times([to, *alike])}, and these paragraphs were edited")
        if self.paragraphs.settled and own.name not in self.paragraphs.mistakable:
            return Fate(EXACT)
        return Fate(AMBIGUOUS, f"the words stand in {to}, but more paragraphs changed, and this may be another one")

    def _elsewhere(self, anchor: Anchor, own: Recorded, places: Sequence[At]) -> Fate | None:
        """In a paragraph that is new, or was edited; anywhere, where the citation never fitted its paragraph."""
        open_places = places if own.name in self.paragraphs.whole else [p for p in places if self._is_free(p)]
        if not open_places:
            return None
        if len(places) > 1:
            return Fate(AMBIGUOUS, f"the words stand {_times(places)}, and it cannot be told which is meant")
        (to,) = open_places
        if (to.paragraph, to.start) == (own.index, anchor.start):
            return Fate(
                AMBIGUOUS,
                f"the words stand in {to}, but the paragraphs around it changed too, so that this may be another one",
            )
        return Fate(MOVED, f"the words stand in {to} now", to)

    def _is_free(self, place: At) -> bool:
        return place.paragraph in self.paragraphs.free

    def _lost(self, anchor: Anchor, own: Recorded, places: Sequence[At]) -> Fate:
        """The words are not there, or only where they always stood as somebody else's."""
        home = self.paragraphs.whole.get(own.name) or self.paragraphs.homes.get(own.name)
        if home is None:
            other = self._in_other_article(anchor)
            if other:
                return Fate(WRONG_DOCUMENT, f"the words stand in {other}")
        near = self._nearest(anchor, home)
        if near is not None:
            return near
        likely = home or self.paragraphs.likely.get(own.name)
        if likely is not None:
            return self._edited(anchor, own, likely)
        lookalike = f"; the same words stand {_times(places)}, as they always did" if places else ""
        return Fate(MISSING, f"{self._gone(own)}{lookalike}{self._unlooked(anchor)}")

    def _edited(self, anchor: Anchor, own: Recorded, at: int) -> Fate:
        if own.name in self.paragraphs.whole:
            reason = f"paragraph {at} is the recorded one, so the offsets or the digest of the citation are wrong"
        else:
            reason = f"paragraph {at} was edited, and characters {anchor.start} to {anchor.end} are not the cited ones"
        length = len(self.paragraphs.text(at))
        if anchor.end > length:
            reason += f"; it has {length} characters"
        return Fate(DRIFTED, reason, At(at, min(anchor.start, length), min(anchor.end, length)))

    def _gone(self, own: Recorded) -> str:
        if own.index is None:
            return "its paragraph has left the text"
        count = len(self.paragraphs.copy.paragraphs)
        if own.index > count:
            return f"the copy at hand has no paragraph {own.index}; it ends with {count}"
        return f"its paragraph, number {own.index} of the record, is not in the copy at hand"

    def _in_other_article(self, anchor: Anchor) -> str:
        """The first other article that holds the words, as a place; empty where none does."""
        for name, copy in self.others if anchor.length >= TELLING else ():
            if self.seeker.reaches(copy, anchor.length):
                for place in self.seeker.places(copy, anchor.length, anchor.digest):
                    return f"{name}, {place}"
        return ""

    def _unlooked(self, anchor: Anchor) -> str:
        if anchor.length < TELLING:
            return "; too short to be looked for in other articles" if self.others else ""
        out = any(not self.seeker.reaches(copy, anchor.length) for _, copy in self.others)
        return "; not looked for in all other articles, which are too many" if out else ""

    # --- where the old words are known

    def _nearest(self, anchor: Anchor, home: int | None) -> Fate | None:
        """The likest stretch of the copy, where another file at hand still has the old words."""
        words = self._words(anchor)
        if words is None:
            return None
        numbers = [home] if home is not None else sorted(self.paragraphs.free)
        found = [(_likeness(words, self.paragraphs.text(number)), number) for number in numbers]
        (likeness, start, end), number = max(found, key=lambda each: (each[0][0], -each[1]), default=((0.0, 0, 0), 0))
        if likeness < LIKENESS:
            return None
        to = At(number, start, end)
        return Fate(DRIFTED, f"the words are not there any more; nearest: {to}, {likeness:.0%} alike", to, likeness)

    def _words(self, anchor: Anchor) -> str | None:
        for copy in self.spare:
            if self.seeker.reaches(copy, anchor.length):
                for place in self.seeker.places(copy, anchor.length, anchor.digest):
                    return copy.paragraphs[place.paragraph - 1].text[place.start : place.end]
        return None


def between(anchor: Anchor, fate: Fate, known: Sequence[tuple[Anchor, At]], lengths: tuple[int, int]) -> At | None:
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
    return At(fate.to.paragraph, start, end)


def _by_end(pair: tuple[Anchor, At]) -> int:
    return pair[0].end


def _by_start(pair: tuple[Anchor, At]) -> int:
    return pair[0].start


def _likeness(words: str, text: str) -> tuple[float, int, int]:
    """How alike the likest stretch of a text is, from 0 to 1, and where it stands."""
    from rapidfuzz.fuzz import partial_ratio_alignment  # only drifted words of an older copy need it

    found = partial_ratio_alignment(words, text) if text else None
    return (found.score / 100, found.dest_start, found.dest_end) if found else (0.0, 0, 0)


def _times(places: Sequence[At]) -> str:
    """`2 times (paragraph 1, characters 0 to 9; paragraph 3, characters 4 to 13)`."""
    shown = "; ".join(str(place) for place in places[:_SHOWN])
    more = f"; and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    return f"{len(places)} times ({shown}{more})" if len(places) > 1 else f"in {shown}"


def _digest(words: str) -> str:
    return "sha256:" + hashlib.sha256(words.encode()).hexdigest()
