"""Which paragraph of a copy is which recorded paragraph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from kb.verification.alignment import Recorded, align
from kb.verification.copies import Copy


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
