"""Every known way of breaking a base: what is done, to which part, and which rule should notice.

Most ways are lines of `operators.txt` beside this file; those that need a number, a neighbour or the bytes of a file
are here. Both are written from the model and from the mistakes that people make, not from the shapes: a break that
no rule notices is a rule that is missing. What only a reader of the text can see is marked, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.mutate.data_ways import DATA_WAYS
from kb.mutate.file_ways import FILE_WAYS
from kb.mutate.places import PLACES
from kb.mutate.sample import Breaker, Sample, each, has, lacks, plant
from kb.vocab import PREFIXES, RDF

TABLE = Path(__file__).parent / "operators.txt"


@dataclass(frozen=True)
class Operator:
    """One way of breaking the base.

    Attributes:
        part: article, paragraph, citation, chain, ….
        name: what is done, in a few words.
        rules: codes, one of which should notice; none where no rule can.
        breaks: every place where it can be done.
        unseen: why no rule can notice; empty where one should.
    """

    part: str
    name: str
    rules: tuple[str, ...]
    breaks: Breaker
    unseen: str = ""

    @property
    def label(self) -> str:
        """`citation: no digest`."""
        return f"{self.part}: {self.name}"


def operators() -> tuple[Operator, ...]:
    """The lines of the table, then those in code."""
    return (*read_table(TABLE.read_text("utf-8")), *_in_code())


# --- the table ---------------------------------------------------------------------------------------------


def read_table(text: str) -> Iterator[Operator]:
    """The operators of a table; its head says how it is written."""
    part = cls = ""
    for line in text.splitlines():
        if line.startswith("["):
            part, _, cls = line[1:].partition("]")
        elif line.strip() and not line.startswith("#"):
            name, rules, where, minus, plus = (cell.strip() for cell in f"{line} ".split("|", 4))
            breaks = _row(_full(cls.strip()), where, minus, plus) if cls.strip() else plant(_long(plus))
            unseen = rules[1:-1] if rules.startswith("(") else ""
            yield Operator(part, name, () if unseen else tuple(rules.split()), breaks, unseen)


def _row(cls: str, where: str, minus: str, plus: str) -> Breaker:
    predicates = [_full(word.removesuffix("?")) for word in minus.split()]
    text = f"{{this}} {_long(plus)} ." if plus else ""
    return each(cls, predicates, text, where=_condition(where), needed=not minus.endswith("?"))


def _condition(where: str) -> Callable[[Sample, str], bool] | None:
    if not where:
        return None
    if where.startswith("@"):
        return PLACES[where[1:]]
    predicate, _, value = where.removeprefix("!").partition(" ")
    wanted = (_full(predicate), _full(value) if value else "")
    return lacks(*wanted) if where.startswith("!") else has(*wanted)


def _full(name: str) -> str:
    prefix, _, local = name.partition(":")
    return RDF.type if name == "a" else PREFIXES[prefix] + local


def _long(plus: str) -> str:
    """`{long:90}` becomes as many words."""
    return re.sub(r"\{long:(\d+)\}", lambda match: "long " * int(match[1]), plus)


# --- those in code -----------------------------------------------------------------------------------------


def _in_code() -> Iterator[Operator]:
    for part, rows in (*DATA_WAYS.items(), *FILE_WAYS.items()):
        for name, rules, breaks in rows:
            unseen = rules[1:-1] if rules.startswith("(") else ""
            yield Operator(part, name, () if unseen else tuple(rules.split()), breaks, unseen)
