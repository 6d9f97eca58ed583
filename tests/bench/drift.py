"""How citations fare under the edits of real texts: `python -m tests.bench.drift` prints a table.

Each line of `shared/real/drift/*.jsonl.gz` is an older and a newer version of one text. Spans of the older version are
cited, and the citations are verified on the newer one: first from digests alone, then with the older version as a spare
copy. The texts are not part of the repository; without them the command says so and exits with 4.

Both versions are known here, so the right answer is known too. A citation is decidable where its words occur once in
the older version and once in the newer one, in the same paragraph. What is counted as false:

- exact: the words occur several times, and another place in the newer version is the likelier one;
- moved: the same, for the proposed place.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from pathlib import Path

from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from kb.home import PACKAGE
from kb.text import normalise, occurrences
from kb.verification.copies import Copy
from kb.verification.spans import EXACT, MOVED, TextPlace
from kb.verification.verify import CitationResult
from tests.players.fuzz_drift import against, base, copy_of

FOLDER = PACKAGE.parent.parent / "shared" / "real" / "drift"
"""Where the versions of real texts are: beside the checkout, never in it."""

SPANS = 45
"""Citations of one pair of versions."""

MIN_RATIO = 0.4
"""Least likeness of two paragraphs that are versions of one another."""

STATES = ("exact", "moved", "drifted", "ambiguous", "missing")
JUDGED = ("undecided", "false exact", "false move")
COLUMNS = ("citations", *STATES, "decidable", *JUDGED)


@dataclass(frozen=True)
class Pair:
    """Two versions of one text, a paragraph for each item."""

    name: str
    old: tuple[str, ...]
    new: tuple[str, ...]

    @cached_property
    def partners(self) -> Mapping[int, int]:
        """Number of an old paragraph to the number of the new one that is its version."""
        found = dict[int, int]()
        for block in SequenceMatcher(None, self.old, self.new, autojunk=False).get_matching_blocks():
            found.update({block.a + step + 1: block.b + step + 1 for step in range(block.size)})
        left = [number for number in range(1, len(self.old) + 1) if number not in found]
        free = [number for number in range(1, len(self.new) + 1) if number not in found.values()]
        if not left or not free:
            return found
        ratios = cdist(
            [self.old[n - 1] for n in left], [self.new[n - 1] for n in free], scorer=Indel.normalized_similarity
        )
        ranked = sorted(
            (-ratios[row][column], abs(old - new), old, new)
            for row, old in enumerate(left)
            for column, new in enumerate(free)
            if ratios[row][column] >= MIN_RATIO
        )
        for _, _, old, new in ranked:
            if old not in found and new not in found.values():
                found[old] = new
        return found


def read_pairs(path: Path) -> Iterator[Pair]:
    """The pairs of one file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            old, new = (tuple(filter(None, map(normalise, row[key]))) for key in ("old", "new"))
            yield Pair(row["id"], old, new)


def choose_spans(pair: Pair, count: int = SPANS) -> list[TextPlace]:
    """The spans that are cited: sentences, phrases and whole paragraphs of the older version, always the same ones."""
    chance = random.Random(pair.name)
    found = set[TextPlace]()
    for _ in range(count):
        index = chance.randrange(len(pair.old))
        text = pair.old[index]
        kind = chance.random()
        start, end = (0, len(text)) if kind < 0.15 else _sentence(text, chance) if kind < 0.6 else _phrase(text, chance)
        found.add(TextPlace(index + 1, start, end))
    return sorted(found, key=lambda at: (at.paragraph, at.start, at.end))


def _sentence(text: str, chance: random.Random) -> tuple[int, int]:
    return chance.choice([match.span() for match in re.finditer(r"\S.*?(?:[.!?]”?(?=\s)|$)", text)])


def _phrase(text: str, chance: random.Random) -> tuple[int, int]:
    words = [match.span() for match in re.finditer(r"\S+", text)]
    first = chance.randrange(len(words))
    last = min(len(words), first + chance.randrange(2, 9)) - 1
    return words[first][0], words[last][1]


# --- judging -----------------------------------------------------------------------------------------------


def places(text: Sequence[str], words: str) -> list[TextPlace]:
    """Every place of words in a text."""
    return [
        TextPlace(number, start, start + len(words))
        for number, paragraph in enumerate(text, 1)
        for start in occurrences(paragraph, words)
    ]


def is_decidable(pair: Pair, at: TextPlace) -> bool:
    """Whether the words occur once before and once after, in the same paragraph."""
    words = pair.old[at.paragraph - 1][at.start : at.end]
    after = places(pair.new, words)
    return (
        len(after) == 1 and pair.partners.get(at.paragraph) == after[0].paragraph and len(places(pair.old, words)) == 1
    )


def is_less_likely(pair: Pair, at: TextPlace, to: TextPlace) -> bool:
    """Whether the words of a citation are more likely at another place than at `to`.

    The version of the cited paragraph is likelier than any other paragraph; within a paragraph, the place that takes
    the fewest insertions and deletions is.
    """
    old, words = pair.old[at.paragraph - 1], pair.old[at.paragraph - 1][at.start : at.end]
    if pair.new[to.paragraph - 1][to.start : to.end] != words:
        return True
    partner = pair.partners.get(at.paragraph)
    own = [place for place in places(pair.new, words) if place.paragraph == partner]
    if not own:
        return _were_there(pair, at, to, words)
    if to.paragraph != partner:
        return pair.new[to.paragraph - 1] != pair.new[own[0].paragraph - 1]
    new = pair.new[to.paragraph - 1]
    costs = {place: _cost(old, new, at, place) for place in own}
    return costs[to] > min(costs.values())


def _were_there(pair: Pair, at: TextPlace, to: TextPlace, words: str) -> bool:
    """Whether the words at a place belong to the older version of that paragraph, which is not the cited one."""
    before = next((old for old, new in pair.partners.items() if new == to.paragraph), at.paragraph)
    had = len(occurrences(pair.old[before - 1], words))
    return pair.old[before - 1] != pair.old[at.paragraph - 1] and had >= len(
        occurrences(pair.new[to.paragraph - 1], words)
    )


def _cost(old: str, new: str, at: TextPlace, to: TextPlace) -> int:
    before = Indel.distance(old[: at.start], new[: to.start])
    return before + Indel.distance(old[at.end :], new[to.end :])


def judge(pair: Pair, outcome: CitationResult) -> Iterator[str]:
    """The columns in which one result is counted."""
    yield "citations"
    yield outcome.state
    at = outcome.at
    assert at is not None
    if is_decidable(pair, at):
        yield "decidable"
        if outcome.state not in (EXACT, MOVED):
            yield "undecided"
    if outcome.state == EXACT and is_less_likely(pair, at, at):
        yield "false exact"
    if outcome.state == MOVED and outcome.to is not None and is_less_likely(pair, at, outcome.to):
        yield "false move"


def measure(pair: Pair, *, spare: bool = False) -> list[tuple[CitationResult, tuple[str, ...]]]:
    """The result of every citation of one pair, with the columns it is counted in."""
    graph = base(pair.old, choose_spans(pair), slug="text")
    copies: list[Copy] = [copy_of("\n".join(pair.old), "old.txt")] if spare else []
    found = against("\n".join(pair.new), graph, slug="text", spare=copies)
    return [(outcome, tuple(judge(pair, outcome))) for outcome in found.outcomes]


# --- the table ---------------------------------------------------------------------------------------------


def table(rows: Mapping[str, Counter[str]]) -> str:
    """The counts, a row for each file, in Markdown."""
    lines = [f"| {' | '.join(('texts', *COLUMNS))} |", "|---|" + "---:|" * len(COLUMNS)]
    lines += [
        f"| {name} | {' | '.join(f'{counts[column]:,}' for column in COLUMNS)} |" for name, counts in rows.items()
    ]
    return "\n".join(lines)


def main(words: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--pairs", type=int, help="only the first pairs of each file")
    parser.add_argument("--show", choices=JUDGED, action="append", default=[], help="list these results")
    arguments = parser.parse_args(words)
    files = sorted(arguments.folder.glob("*.jsonl.gz"))
    if not files:
        print(f"NOTHING MEASURED: no texts in {arguments.folder}", file=sys.stderr)
        return 4
    false = 0
    for spare in (False, True):
        rows = dict[str, Counter[str]]()
        for file in files:
            counts = rows[file.name.partition(".")[0]] = Counter[str]()
            for pair in list(read_pairs(file))[: arguments.pairs]:
                for outcome, columns in measure(pair, spare=spare):
                    counts.update(columns)
                    if set(columns) & set(arguments.show):
                        print(pair.name, columns[2:], outcome.at, outcome.to, outcome.state, outcome.reason)
        rows["all"] = sum(rows.values(), Counter[str]())
        print("with the older version as a spare copy" if spare else "from digests alone", end="\n\n")
        print(table(rows), end="\n\n", flush=True)
        share = rows["all"]["undecided"] / max(1, rows["all"]["decidable"])
        print(f"undecided: {share:.2%} of the decidable citations", end="\n\n", flush=True)
        false += rows["all"]["false exact"] + rows["all"]["false move"]
    return int(false > 0)


if __name__ == "__main__":
    sys.exit(main())
