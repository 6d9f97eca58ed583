"""Matches the recorded paragraphs of an article with the paragraphs of a copy."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from kb.verification.alignment import Recorded, align
from kb.verification.copies import Copy

CLEAR_MARGIN = 8
"""Characters by which a place must be more like one recorded paragraph in length than like any other."""

FEW = 4
"""Changed paragraphs between two unchanged ones, up to which one of them is near another."""

MAX_NEAR = 40
"""How many paragraphs are searched where a text is too large to search all of it."""


@dataclass(frozen=True)
class Paragraphs:
    """The recorded paragraphs of one article, and the paragraphs of a copy that they match.

    Attributes:
        recorded: every recorded paragraph of the article.
        copy: the copy that they are compared with.
    """

    recorded: tuple[Recorded, ...]
    copy: Copy

    @cached_property
    def by_name(self) -> Mapping[str, Recorded]:
        """Paragraph IRI to its record."""
        return {old.name: old for old in self.recorded}

    @cached_property
    def numbered(self) -> tuple[Recorded, ...]:
        """The recorded paragraphs that have a number, in that order."""
        numbered = [old for old in self.recorded if old.index is not None]
        return tuple(sorted(numbered, key=lambda old: (old.index or 0, old.name)))

    @cached_property
    def positions(self) -> Mapping[str, tuple[int, ...]]:
        """Digest to the numbers of the copy's paragraphs that have it."""
        found: dict[str, list[int]] = {}
        for paragraph in self.copy.paragraphs:
            found.setdefault(paragraph.digest, []).append(paragraph.index)
        return {digest: tuple(numbers) for digest, numbers in found.items()}

    @cached_property
    def unrecorded(self) -> frozenset[int]:
        """Numbers of the copy's paragraphs whose text is not recorded: new or edited ones."""
        known = {old.digest for old in self.recorded}
        return frozenset(p.index for p in self.copy.paragraphs if p.digest not in known)

    @cached_property
    def unchanged(self) -> Mapping[str, int]:
        """Recorded paragraphs that the copy has unchanged, and their numbers there.

        Paragraphs with the same text are distinguished by their recorded number; the rest by their order, and only
        where the copy has as many of them as are recorded.
        """
        found: dict[str, int] = {}
        for digest, twins in self._same_text.items():
            places = self.positions.get(digest, ())
            own = {old.name: old.index for old in twins if old.index in places}
            found.update({name: index for name, index in own.items() if index is not None})
            left = [old.name for old in twins if old.name not in own]
            empty = [place for place in places if place not in own.values()]
            if len(left) == len(empty):
                found.update(zip(left, empty, strict=True))
        return found

    @cached_property
    def ambiguous(self) -> Mapping[str, tuple[int, ...]]:
        """Recorded paragraphs whose text the copy has, but at several places; which one is meant is unclear."""
        taken = set(self.unchanged.values())
        found: dict[str, tuple[int, ...]] = {}
        for digest, twins in self._same_text.items():
            empty = tuple(place for place in self.positions.get(digest, ()) if place not in taken)
            found.update({old.name: empty for old in twins if old.name not in self.unchanged and empty})
        return found

    @cached_property
    def _same_text(self) -> Mapping[str, tuple[Recorded, ...]]:
        """Digest to the recorded paragraphs that have it."""
        found: dict[str, list[Recorded]] = {}
        unnumbered = [old for old in self.recorded if old.index is None]
        for old in (*self.numbered, *unnumbered):
            found.setdefault(old.digest, []).append(old)
        return {digest: tuple(twins) for digest, twins in found.items()}

    @cached_property
    def edited(self) -> Mapping[str, int]:
        """Edited paragraphs that are certain, and their numbers in the copy: one alone between unchanged neighbours."""
        return {run[0].name: places[0] for run, places in self._gaps if len(run) == len(places) == 1}

    def near(self, name: str) -> tuple[int, ...]:
        """Numbers of the copy's changed paragraphs where a changed one is most probably, the nearest first.

        At most `MAX_NEAR` of those between the same unchanged paragraphs; else of those near its number.
        """
        old = self.by_name[name]
        probable = self.unchanged.get(name) or self.edited.get(name) or self.probable.get(name) or old.index or 1
        places = next((places for run, places in self._gaps if old in run and places), tuple(self.unrecorded))
        ranked = sorted({*places, probable} if probable <= len(self.copy.paragraphs) else places)
        return tuple(sorted(ranked, key=lambda number: abs(number - probable))[:MAX_NEAR])

    def are_near(self, name: str, index: int) -> bool:
        """Whether a changed paragraph and this place are among few between the same unchanged paragraphs."""
        gap = self._gap_with(self.by_name[name], index)
        return gap is not None and max(map(len, gap)) <= FEW

    def _gap_with(self, old: Recorded, index: int) -> tuple[tuple[Recorded, ...], tuple[int, ...]] | None:
        return next(((run, places) for run, places in self._gaps if old in run and index in places), None)

    def is_clear(self, name: str, index: int, seen: Mapping[str, Set[int]]) -> bool:
        """Whether an edited paragraph can only be the one with this number in the copy.

        Both must be between the same unchanged paragraphs, and no other recorded paragraph may fit this place as well.
        One whose own words were found again, but not here, does not fit. For any other the lengths decide: one that
        lost its place must fit worse; one that has a place of its own must not fit as well when both change places.

        Args:
            name: IRI of the recorded paragraph.
            index: number of the copy's paragraph.
            seen: IRI of a recorded paragraph to the numbers of the edited ones that contain words only it is known for.
        """
        own, length = self.by_name[name], len(self.text(index))
        gap = self._gap_with(own, index)
        if gap is None:
            return False
        for run, places in self._gaps:
            has_places = len(run) == len(places)
            margin = CLEAR_MARGIN if (run, places) == gap or not has_places else 0
            for position, other in enumerate(run):
                if other is own or (seen.get(other.name) and index not in seen[other.name]):
                    continue
                if (run, places) == gap and len(run) > len(places):
                    return False  # one of these paragraphs is gone, and their lengths do not say which
                its = len(self.text(places[position])) if has_places else None
                if not _fits_worse(own.length, length, other.length, its, margin):
                    return False
        return True

    @cached_property
    def _gaps(self) -> tuple[tuple[tuple[Recorded, ...], tuple[int, ...]], ...]:
        """Runs of changed paragraphs of the record, each with the unrecorded places between its neighbours."""
        if not self.unchanged:
            return ((self.numbered, ()),) if self.numbered else ()
        found: list[tuple[tuple[Recorded, ...], tuple[int, ...]]] = []
        before = 0
        for is_unchanged, group in groupby(self.numbered, key=lambda old: old.name in self.unchanged):
            run = tuple(group)
            if is_unchanged:
                before = self.unchanged[run[-1].name]
                continue
            after = next((self.unchanged[o.name] for o in self.numbered if self._follows(o, run[-1])), self._end)
            between = tuple(range(before + 1, after))
            found.append((run, between if self.unrecorded.issuperset(between) else ()))
        return tuple(found)

    def _follows(self, old: Recorded, other: Recorded) -> bool:
        return old.name in self.unchanged and (old.index or 0) > (other.index or 0)

    @property
    def _end(self) -> int:
        return len(self.copy.paragraphs) + 1

    @cached_property
    def probable(self) -> Mapping[str, int]:
        """Recorded paragraphs and their numbers in the copy as `kb add --update` matches them, certain or not."""
        return {name: index for index, name in align(self.recorded, self.copy.paragraphs).items()}

    @cached_property
    def names(self) -> Mapping[int, str]:
        """Number in the copy to the recorded paragraph there: a certain match first, else a probable one."""
        found = {index: name for name, index in self.probable.items()}
        for known in (self.edited, self.unchanged):
            taken = set(known)
            found = {index: name for index, name in found.items() if name not in taken}
            found.update({index: name for name, index in known.items()})
        return found

    def text(self, index: int) -> str:
        """The text of one paragraph of the copy."""
        return self.copy.paragraphs[index - 1].text


def _fits_worse(own: int, place: int, other: int, its_place: int | None, margin: int) -> bool:
    """Whether the length of another paragraph fits a place worse than that of its own one does.

    Args:
        own, other: lengths of the recorded paragraphs.
        place: length of the place that is asked about.
        its_place: length of the other paragraph's place; None where it has none.
        margin: characters by which it must be worse.
    """
    if its_place is None:
        return abs(other - place) >= 2 * abs(own - place) + margin
    return abs(other - place) + abs(own - its_place) >= abs(own - place) + abs(other - its_place) + margin
