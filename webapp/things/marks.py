"""Which words of a paragraph are cited, and by what: a text cut where a marked stretch begins or ends.

Stretches nest, overlap and coincide, and markup can do none of that. So the text is cut at every beginning and
every end, and each piece knows all stretches that it lies in. A piece leads to one citation, the one with the
fewest words around it; each citation is named once, where its words end, and there the keyboard stops.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Cited:
    """The words of a citation in a paragraph.

    Attributes:
        start, end: code points from 0, end not included.
        number: what the citation is called on this page.
        title: who does what with which claim.
        mark: identifier of the place where the words begin; `card`: of the card about the citation.
    """

    start: int
    end: int
    number: int
    title: str = ""
    mark: str = ""
    card: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """Words that name a speaker; `title` says of which citation."""

    start: int
    end: int
    title: str


Stretch = TypeVar("Stretch", Cited, Named)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that lies in the same marked stretches from end to end.

    Attributes:
        inside: citations that it is part of, the one with the fewest words first; it leads to that one.
        begins: citations whose words begin with it.
        ends: citations whose words end with it.
        names: words that name a speaker, of which it is part.
        named: those of them that end with it.
    """

    text: str
    inside: tuple[Cited, ...] = ()
    begins: tuple[Cited, ...] = ()
    ends: tuple[Cited, ...] = ()
    names: tuple[Named, ...] = ()
    named: tuple[Named, ...] = ()

    @property
    def to(self) -> Cited | None:
        """The citation that it leads to."""
        return self.inside[0] if self.inside else None

    @property
    def stops(self) -> bool:
        """Whether the citation that it leads to is named here."""
        return self.to in self.ends

    @property
    def others(self) -> tuple[Cited, ...]:
        """The other citations whose words end with it."""
        return tuple(each for each in self.ends if each != self.to)


def cut(
    text: str, cited: Sequence[Cited], named: Sequence[Named] = (), *, start: int = 0, end: int | None = None
) -> tuple[Piece, ...]:
    """The pieces of a text, or of a part of it; joined, they are that text again.

    Args:
        cited, named: what to mark. Stretches that are empty or reach beyond the text are left out.
        start, end: the part, in code points; None for the end of the text.
    """
    stop = len(text) if end is None else min(end, len(text))
    quotes = [each for each in cited if 0 <= each.start < each.end <= len(text)]
    names = [each for each in named if 0 <= each.start < each.end <= len(text)]
    spans = [(each.start, each.end) for each in quotes] + [(each.start, each.end) for each in names]
    edges = {start, stop, *(edge for span in spans for edge in span)}
    kept = sorted(edge for edge in edges if start <= edge <= stop)
    return tuple(_piece(text, low, high, quotes, names, kept[-1]) for low, high in pairwise(kept))


def _piece(text: str, low: int, high: int, quotes: Iterable[Cited], names: Iterable[Named], last: int) -> Piece:
    """`last` is where the part ends: what goes on behind it is named there."""
    inside = sorted(_over(quotes, low, high), key=lambda each: (each.end - each.start, each.number))
    around = tuple(_over(names, low, high))
    return Piece(
        text[low:high],
        inside=tuple(inside),
        begins=tuple(each for each in inside if each.start == low),
        ends=tuple(sorted((each for each in inside if _ends(each.end, high, last)), key=lambda each: each.number)),
        names=around,
        named=tuple(each for each in around if _ends(each.end, high, last)),
    )


def _over(each: Iterable[Stretch], low: int, high: int) -> Iterator[Stretch]:
    return (one for one in each if one.start <= low and high <= one.end)


def _ends(end: int, high: int, last: int) -> bool:
    return end == high or (high == last and end > last)


SENTENCE_ENDS = re.compile(r"[.!?…。！？]+[\"'”’»)\]]*(?=\s)|[。！？]+[」』）]*")


def sentences_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentences begin and end that hold a stretch; an abbreviation may pass for the end of one.

    >>> sentences_around("One. Two is here. Three.", 5, 8)
    (5, 17)
    """
    ends = [match.end() for match in SENTENCE_ENDS.finditer(text)]
    before = max((at for at in ends if at <= start), default=0)
    after = min((at for at in ends if at >= end), default=len(text))
    begin = before + len(text[before:]) - len(text[before:].lstrip())
    return min(begin, start), after
