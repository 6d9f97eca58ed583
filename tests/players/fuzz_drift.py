"""Texts that change, at random but repeatably, and the question whether a citation ever reads as exact wrongly.

`python -m tests.players.fuzz_drift --cases 1000 --seed 1` prints the states found and every false exact with its seed.
Exit code 0 where there is none, 1 where there is, 4 where nothing was compared.

Every character of a changed text remembers where it stood in the first one. A citation is falsely exact when a
character that it is said to name is known to be from another paragraph, or when no shortest way of editing the old
paragraph into the new one would leave its characters alone.
The article is full of lookalikes on purpose: paragraphs that open alike, that end alike, and one that stands twice.
"""

from __future__ import annotations

import random
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import Indel

from kb.rdf.graph import Graph
from kb.text import digest, normalise, paragraphs
from kb.verification.copies import Copy
from kb.verification.spans import EXACT, MOVED, TextPlace
from kb.verification.verify import CitationResult, Verification, verify
from tests.players.seeds import print_faults, read_seeds
from tests.support.small_base import iri, triples

ARTICLE = (
    "The ferry of Lower Marl runs again",
    "The ferry of Lower Marl runs again. The council of Marl paid for the engine, and the council of Marl is content.",
    "The council of Marl said that the pier is sound. Nobody had asked.",
    "The council of Marl said that the pier is sound. The harbour master said so too.",
    "The harbour master said that it rained. It rained. It rained on the pier, said the harbour master.",
    "The ferry of Lower Marl runs again",
    "The council of Marl said that the fare is two crowns. Nobody had asked.",
    "“The café at the quay is open,” said Ilse Ruhn, who keeps the café at the quay.",
    "A ferry, a quay, a pier: Marl has them all. A ferry, a quay, a pier.",
    "The harbour master said that it rained. The council of Marl said that the pier is sound.",
)
"""Ten invented paragraphs."""

LENGTHS = (6, 11, 18, 27, 34)

Signs = list[tuple[str, tuple[int, int] | None]]
"""A paragraph as characters, each with the place (paragraph, offset) where it first stood; None for a new one."""


# --- the base ----------------------------------------------------------------------------------------------


def spans(text: Sequence[str] = ARTICLE) -> list[TextPlace]:
    """The spans that are cited: several of each paragraph, whole paragraphs and short ones among them."""
    found = [TextPlace(index, 0, len(words)) for index, words in enumerate(text, 1)]
    for index, words in enumerate(text, 1):
        for number, length in enumerate(LENGTHS):
            start = 0 if number % 2 else (index * 7 + number * 11) % max(1, len(words) - length)
            if start + length <= len(words):
                found.append(TextPlace(index, start, start + length))
    return sorted(set(found), key=lambda at: (at.paragraph, at.start, at.end))


def base(text: Sequence[str] = ARTICLE, cited: Sequence[TextPlace] | None = None, *, slug: str = "marl") -> Graph:
    """A record of a text and one citation for each span."""
    lines = [f'art:{slug} a fc:Article ; fc:digest "{digest(chr(10).join(text))}" .']
    for index, words in enumerate(map(normalise, text), 1):
        lines.append(
            f"art:{slug}-p{index} a fc:Paragraph ; dcterms:isPartOf art:{slug} ; fc:index {index} ; "
            f'fc:length {len(words)} ; fc:digest "{digest(words)}" .'
        )
    for number, at in enumerate(spans(text) if cited is None else cited, 1):
        words = normalise(text[at.paragraph - 1])[at.start : at.end]
        lines.append(
            f"cite:{slug}-{at.paragraph}-{number} a fc:Citation ; prov:wasQuotedFrom art:{slug}-p{at.paragraph} ; "
            f'oa:start {at.start} ; oa:end {at.end} ; fc:digest "{digest(words)}" .'
        )
    return Graph.of(triples("\n".join(lines)))


def copy_of(raw: str, name: str = "marl.txt") -> Copy:
    """A reader's copy."""
    return Copy(Path(name), paragraphs(raw), False)


def against(raw: str, graph: Graph, *, slug: str = "marl", spare: Sequence[Copy] = ()) -> Verification:
    """The base against one copy."""
    return verify(graph, {iri(f"art:{slug}"): copy_of(raw)}, spare=spare)


# --- changes -----------------------------------------------------------------------------------------------


def _one(text: list[Signs], chance: random.Random) -> Signs:
    return text[chance.randrange(len(text))]


def change_sign(text: list[Signs], chance: random.Random) -> None:
    """One character becomes another one."""
    words = _one(text, chance)
    at = chance.randrange(len(words))
    words[at] = ("x" if words[at][0] != "x" else "y", None)


def drop_sign(text: list[Signs], chance: random.Random) -> None:
    """One character goes."""
    words = _one(text, chance)
    if len(words) > 2:
        del words[chance.randrange(len(words))]


def add_sign(text: list[Signs], chance: random.Random) -> None:
    """One character comes."""
    words = _one(text, chance)
    words.insert(chance.randrange(1, len(words)), (chance.choice("xyz,"), None))


def drop_piece(text: list[Signs], chance: random.Random) -> None:
    """Some words go, a sentence perhaps."""
    words = _one(text, chance)
    start = chance.choice([0, *(at + 1 for at, sign in enumerate(words[:-1]) if sign[0] in " .")])
    end = min(len(words), start + chance.randrange(4, 50))
    if end - start < len(words) - 4:
        del words[start:end]


def repeat_piece(text: list[Signs], chance: random.Random) -> None:
    """Some words stand twice."""
    words, other = _one(text, chance), _one(text, chance)
    start = chance.randrange(len(words))
    piece = [(sign, None) for sign, _ in words[start : start + chance.randrange(6, 40)]]
    at = chance.choice([0, len(other), chance.randrange(len(other) + 1)])
    other[at:at] = [*piece, (" ", None)]


def swap_pieces(text: list[Signs], chance: random.Random) -> None:
    """The two halves of a paragraph change places."""
    words = _one(text, chance)
    at = chance.randrange(1, len(words))
    words[:] = [*words[at:], (" ", None), *words[:at]]


def drop_paragraph(text: list[Signs], chance: random.Random) -> None:
    """A paragraph goes."""
    if len(text) > 3:
        del text[chance.randrange(len(text))]


def add_paragraph(text: list[Signs], chance: random.Random) -> None:
    """A new paragraph comes; it may open like another one."""
    opening = ARTICLE[chance.randrange(len(ARTICLE))][: chance.choice([0, 12, 34, 49])]
    text.insert(chance.randrange(len(text) + 1), [(sign, None) for sign in f"{opening} something new."])


def repeat_paragraph(text: list[Signs], chance: random.Random) -> None:
    """A paragraph stands twice."""
    words = _one(text, chance)
    text.insert(chance.randrange(len(text) + 1), [(sign, None) for sign, _ in words])


def move_paragraph(text: list[Signs], chance: random.Random) -> None:
    """A paragraph moves elsewhere."""
    words = text.pop(chance.randrange(len(text)))
    text.insert(chance.randrange(len(text) + 1), words)


def swap_paragraphs(text: list[Signs], chance: random.Random) -> None:
    """Two paragraphs change places."""
    one, other = chance.randrange(len(text)), chance.randrange(len(text))
    text[one], text[other] = text[other], text[one]


def join_paragraphs(text: list[Signs], chance: random.Random) -> None:
    """Two paragraphs become one."""
    if len(text) > 3:
        at = chance.randrange(len(text) - 1)
        text[at : at + 2] = [[*text[at], (" ", None), *text[at + 1]]]


def split_paragraph(text: list[Signs], chance: random.Random) -> None:
    """One paragraph becomes two."""
    number = chance.randrange(len(text))
    words = text[number]
    breaks = [at for at, sign in enumerate(words) if sign[0] == " " and 3 < at < len(words) - 3]
    if breaks:
        at = chance.choice(breaks)
        text[number : number + 1] = [words[:at], words[at + 1 :]]


CHANGES: tuple[Callable[[list[Signs], random.Random], None], ...] = (
    change_sign,
    drop_sign,
    add_sign,
    drop_piece,
    repeat_piece,
    swap_pieces,
    drop_paragraph,
    add_paragraph,
    repeat_paragraph,
    move_paragraph,
    swap_paragraphs,
    join_paragraphs,
    split_paragraph,
)

FORMS: tuple[Callable[[str], str], ...] = (
    lambda raw: raw,
    lambda raw: unicodedata.normalize("NFD", raw),
    lambda raw: raw.replace("\n", "\r\n"),
    lambda raw: raw.replace("\n", "  \n \t"),
)
"""The same text in other bytes: decomposed, with the line ends of another system, with spaces at the ends."""


@dataclass(frozen=True)
class Changed:
    """A changed text: its seed, what was done, its characters with their first places, the bytes to read."""

    seed: int
    done: tuple[str, ...]
    signs: tuple[Signs, ...]
    raw: str


def changed(seed: int) -> Changed:
    """The text that belongs to a seed: one to four changes."""
    chance = random.Random(seed)
    text: list[Signs] = [
        [(sign, (number, at)) for at, sign in enumerate(words)] for number, words in enumerate(ARTICLE, 1)
    ]
    done = [chance.choice(CHANGES) for _ in range(chance.choice([1, 1, 2, 2, 3, 4]))]
    for change in done:
        change(text, chance)
    trimmed = tuple(signs for signs in map(_trimmed, text) if signs)
    raw = "\n".join("".join(sign for sign, _ in signs) for signs in trimmed)
    return Changed(seed, tuple(change.__name__ for change in done), trimmed, chance.choice(FORMS)(raw))


def _trimmed(signs: Signs) -> Signs:
    """Under text profile 1: runs of white space one space, ends trimmed."""
    kept: Signs = []
    for sign, origin in signs:
        if sign != " " or (kept and kept[-1][0] != " "):
            kept.append((sign, origin))
    return kept[:-1] if kept and kept[-1][0] == " " else kept


# --- judging -----------------------------------------------------------------------------------------------


TWIN = {6: 1}
"""Two paragraphs with one text are one: nobody can tell which of them was moved or edited."""


def foreign(text: Changed, cited: TextPlace, found: TextPlace) -> bool:
    """Whether a character at a place is known to be from another paragraph than the cited one."""
    home = TWIN.get(cited.paragraph, cited.paragraph)
    origins = [origin for _, origin in text.signs[found.paragraph - 1][found.start : found.end]]
    return any(origin is not None and TWIN.get(origin[0], origin[0]) != home for origin in origins)


def kept(old: str, new: str, start: int, end: int) -> bool:
    """Whether a shortest way of turning `old` into `new` leaves the characters from `start` to `end` alone.

    The oracle for edits inside a paragraph: where the same words stand twice and one of the two went, nobody can
    say which, and the shortest way is what a reader would take for what happened.
    """
    around = Indel.distance(old[:start], new[:start]) + Indel.distance(old[end:], new[end:])
    return old[start:end] == new[start:end] and around == Indel.distance(old, new)


def false_exact(text: Changed, found: Verification) -> list[CitationResult]:
    """The citations that read as exact and are not."""
    wrong = []
    for outcome in found.outcomes:
        if outcome.state == EXACT:
            at = outcome.at
            assert at is not None
            new = "".join(sign for sign, _ in text.signs[at.paragraph - 1])
            if foreign(text, at, at) or not kept(ARTICLE[at.paragraph - 1], new, at.start, at.end):
                wrong.append(outcome)
    return wrong


def false_moves(text: Changed, found: Verification) -> list[CitationResult]:
    """The citations that are said to stand elsewhere, where others stand."""
    return [
        outcome
        for outcome in found.outcomes
        if outcome.state == MOVED and outcome.at and outcome.to and foreign(text, outcome.at, outcome.to)
    ]


def run(seeds: Sequence[int]) -> tuple[Counter[str], list[str], Counter[str]]:
    """States counted, every false exact told, false moves counted."""
    graph = base()
    states, wrong, moves = Counter[str](), list[str](), Counter[str]()
    for seed in seeds:
        text = changed(seed)
        found = against(text.raw, graph)
        states.update(outcome.state for outcome in found.outcomes)
        wrong += [f"seed {seed} ({', '.join(text.done)}): {o.node}" for o in false_exact(text, found)]
        moves.update({"moved": sum(o.state == MOVED for o in found.outcomes)})
        moves.update({"to words of another paragraph": len(false_moves(text, found))})
    return states, wrong, moves


def main(words: Sequence[str] | None = None) -> int:
    """Print the states, the false exacts and the seeds."""
    seeds = read_seeds(__doc__, words)
    states, wrong, moves = run(seeds)
    if not states[EXACT]:
        print("nothing was compared: no citation reads as exact")
        return 4
    print(f"seeds {seeds[0]} to {seeds[-1]}, {sum(states.values()):,} citations compared")
    for state, count in states.most_common():
        print(f"  {state:15} {count:8,}")
    print(f"  moves: {dict(moves)}")
    return print_faults("false exact", wrong)


if __name__ == "__main__":
    sys.exit(main())
