"""Matches recorded paragraphs with the paragraphs of a newer text.

A record contains no text, only digests and lengths, so these are compared: the same digest in the same order first,
then the same digest elsewhere (moved), then what remains between two matched neighbours, by length (edited). What a
person wrote about a paragraph must not end up at another one, so doubtful pairs are left out, and a person has to
review edited paragraphs.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from kb.rdf.canonical import natural_key
from kb.rdf.datatypes import whole
from kb.rdf.graph import Graph
from kb.text import TextParagraph
from kb.vocab import DCTERMS, FC

EVEN_LIKENESS = 0.5
"""Least ratio of the shorter to the longer length of two paragraphs that are one paragraph, edited."""

UNEVEN_LIKENESS = 0.8
"""The same ratio where one of the two gaps has more paragraphs, so that the pairs are less certain."""

MAX_CHOICES = 2_000
"""How many ways of pairing an uneven gap are tried; a larger gap is not paired."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded paragraph.

    Attributes:
        name: its IRI.
        index: its number in the text; None where it is no longer there.
        length, digest: of its text.
        replaces: IRIs of paragraphs whose words it has had since an update of the record.
    """

    name: str
    index: int | None
    length: int
    digest: str
    replaces: frozenset[str] = frozenset()


def recorded_paragraphs(graph: Graph, article: str) -> tuple[Recorded, ...]:
    """The recorded paragraphs of an article, by name: `p2` before `p10`."""
    return tuple(
        Recorded(
            name,
            whole(graph.value(name, FC.index)) or None,
            whole(graph.value(name, FC.length)) or 0,
            graph.value(name, FC.digest) or "",
            frozenset(graph.nodes(name, DCTERMS.replaces)),
        )
        for name in sorted(graph.subjects(DCTERMS.isPartOf, article), key=natural_key)
    )


def align(recorded: Sequence[Recorded], text: Sequence[TextParagraph]) -> dict[int, str]:
    """Index of each paragraph of the text to the name of the recorded paragraph that it matches.

    Every recorded name is used at most once; new paragraphs of the text are left out.
    """
    numbered = sorted((old for old in recorded if old.index), key=lambda old: (old.index or 0, old.name))
    pairs: dict[int, Recorded] = dict(_match_same_order(numbered, text))
    pairs |= dict(_match_moved(recorded, text, pairs))
    pairs |= dict(_match_edited(numbered, text, pairs))
    return {index: pairs[index].name for index in sorted(pairs)}


def _match_same_order(numbered: Sequence[Recorded], text: Sequence[TextParagraph]) -> Iterator[tuple[int, Recorded]]:
    matcher = difflib.SequenceMatcher(
        None, [old.digest for old in numbered], [new.digest for new in text], autojunk=False
    )
    for block in matcher.get_matching_blocks():
        for step in range(block.size):
            yield text[block.b + step].index, numbered[block.a + step]


def _match_moved(
    recorded: Sequence[Recorded], text: Sequence[TextParagraph], pairs: Mapping[int, Recorded]
) -> Iterator[tuple[int, Recorded]]:
    used = {old.name for old in pairs.values()}
    free: dict[str, list[Recorded]] = {}
    for old in recorded:
        if old.name not in used:
            free.setdefault(old.digest, []).append(old)
    for new in text:
        if new.index not in pairs and free.get(new.digest):
            yield new.index, free[new.digest].pop(0)


def _match_edited(
    numbered: Sequence[Recorded], text: Sequence[TextParagraph], pairs: Mapping[int, Recorded]
) -> Iterator[tuple[int, Recorded]]:
    for old_gap, new_gap in _gaps(numbered, text, pairs):
        likeness = EVEN_LIKENESS if len(old_gap) == len(new_gap) else UNEVEN_LIKENESS
        for old, new in _closest(old_gap, new_gap):
            if min(old.length, len(new.text)) >= likeness * max(old.length, len(new.text)):
                yield new.index, old


def _gaps(
    numbered: Sequence[Recorded], text: Sequence[TextParagraph], pairs: Mapping[int, Recorded]
) -> Iterator[tuple[list[Recorded], list[TextParagraph]]]:
    """The paragraphs that are not paired yet, between two pairs in the same order."""
    at = {old.name: position for position, old in enumerate(numbered)}
    used = {old.name for old in pairs.values()}
    last, gap = -1, list[TextParagraph]()
    for new in [*text, None]:
        pair = pairs.get(new.index) if new else None
        if new is not None and pair is None:
            gap.append(new)
            continue
        position = at.get(pair.name, -1) if pair else len(numbered)
        if position <= last:  # moved here from elsewhere, so no gap ends here
            continue
        yield [old for old in numbered[last + 1 : position] if old.name not in used], gap
        last, gap = position, []


def _closest(old_gap: Sequence[Recorded], new_gap: Sequence[TextParagraph]) -> Sequence[tuple[Recorded, TextParagraph]]:
    """The pairs, in order, whose lengths differ least; the first choice where several are equal."""
    few = min(len(old_gap), len(new_gap))
    many = max(len(old_gap), len(new_gap))
    if few == 0 or _choices(many, few) > MAX_CHOICES:
        return ()
    best: tuple[int, tuple[tuple[Recorded, TextParagraph], ...]] | None = None
    for chosen in combinations(range(many), few):
        old = [old_gap[i] for i in chosen] if len(old_gap) == many else old_gap
        new = [new_gap[i] for i in chosen] if len(new_gap) == many else new_gap
        pairs = tuple(zip(old, new, strict=True))
        cost = sum(abs(o.length - len(n.text)) for o, n in pairs)
        if best is None or cost < best[0]:
            best = cost, pairs
    return best[1] if best else ()


def _choices(many: int, few: int) -> int:
    total = 1
    for step in range(few):
        total = total * (many - step) // (step + 1)
    return total
