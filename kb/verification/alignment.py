"""Which recorded paragraph is which paragraph of a newer text.

A record keeps no text, only digests and lengths, so identity is read from these: the same digest in the same
order first, then the same digest elsewhere (moved), then what is left between two known neighbours, by length
(edited). What a person wrote about a paragraph must not end up at another one, so a doubtful pair is no pair,
and an edited paragraph is for a person to look at again.
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
"""Shorter through longer length, below which two paragraphs are not the same one edited."""

UNEVEN_LIKENESS = 0.8
"""The same where one of the two gaps holds more paragraphs, so that it is open which is which."""

MAX_CHOICES = 2_000
"""Ways of pairing an uneven gap that are tried; a wider gap stays unpaired."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A paragraph as the record has it: IRI, index (None where it has left the text), length, digest."""

    name: str
    index: int | None
    length: int
    digest: str


def recorded_paragraphs(graph: Graph, article: str) -> tuple[Recorded, ...]:
    """The recorded paragraphs of an article, by name: `p2` before `p10`."""
    return tuple(
        Recorded(
            name,
            whole(graph.value(name, FC.index)) or None,
            whole(graph.value(name, FC.length)) or 0,
            graph.value(name, FC.digest) or "",
        )
        for name in sorted(graph.subjects(DCTERMS.isPartOf, article), key=natural_key)
    )


def align(recorded: Sequence[Recorded], text: Sequence[TextParagraph]) -> dict[int, str]:
    """Index of a paragraph of the text to the name of the recorded paragraph that it is.

    Every recorded name is used once at most; paragraphs of the text that are new are left out.
    """
    placed = sorted((old for old in recorded if old.index), key=lambda old: (old.index or 0, old.name))
    pairs: dict[int, Recorded] = dict(_same_order(placed, text))
    pairs |= dict(_moved(recorded, text, pairs))
    pairs |= dict(_edited(placed, text, pairs))
    return {index: pairs[index].name for index in sorted(pairs)}


def _same_order(placed: Sequence[Recorded], text: Sequence[TextParagraph]) -> Iterator[tuple[int, Recorded]]:
    matcher = difflib.SequenceMatcher(
        None, [old.digest for old in placed], [new.digest for new in text], autojunk=False
    )
    for block in matcher.get_matching_blocks():
        for step in range(block.size):
            yield text[block.b + step].index, placed[block.a + step]


def _moved(
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


def _edited(
    placed: Sequence[Recorded], text: Sequence[TextParagraph], pairs: Mapping[int, Recorded]
) -> Iterator[tuple[int, Recorded]]:
    for old_gap, new_gap in _gaps(placed, text, pairs):
        likeness = EVEN_LIKENESS if len(old_gap) == len(new_gap) else UNEVEN_LIKENESS
        for old, new in _closest(old_gap, new_gap):
            if min(old.length, len(new.text)) >= likeness * max(old.length, len(new.text)):
                yield new.index, old


def _gaps(
    placed: Sequence[Recorded], text: Sequence[TextParagraph], pairs: Mapping[int, Recorded]
) -> Iterator[tuple[list[Recorded], list[TextParagraph]]]:
    """What is unpaired between two pairs that stand in the same order."""
    at = {old.name: position for position, old in enumerate(placed)}
    used = {old.name for old in pairs.values()}
    last, gap = -1, list[TextParagraph]()
    for new in [*text, None]:
        pair = pairs.get(new.index) if new else None
        if new is not None and pair is None:
            gap.append(new)
            continue
        position = at.get(pair.name, -1) if pair else len(placed)
        if position <= last:  # moved here from elsewhere: it bounds no gap
            continue
        yield [old for old in placed[last + 1 : position] if old.name not in used], gap
        last, gap = position, []


def _closest(old_gap: Sequence[Recorded], new_gap: Sequence[TextParagraph]) -> Sequence[tuple[Recorded, TextParagraph]]:
    """The pairs, in order, whose lengths differ least; the first such choice where several tie."""
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
