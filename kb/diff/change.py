"""What a comparison says: the differences of claims, citations and entities, as values."""

from __future__ import annotations

from dataclasses import dataclass

from kb.vocab import FC

RANKS = {FC.Uncited: 0, FC.Contested: 1, FC.SingleSource: 2, FC.Corroborated: 3}
"""How well a claim stands; a lower rank is a fall."""


KINDS = ("claim", "citation")


ADDED, CHANGED, REMOVED = "added", "changed", "removed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that says something else: its predicate, and the values that went and came, in N-Triples form.

    A list is written as its members between brackets.
    """

    predicate: str
    gone: tuple[str, ...]
    come: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One claim or citation that was added, changed or removed.

    Attributes:
        kind: one of `KINDS`.
        state: `ADDED`, `CHANGED` or `REMOVED`.
        iri, label: which; the label is empty where it has none.
        status: the status of the claim after the change, or before it was removed; empty for a citation.
        differences: for what was changed.
    """

    kind: str
    state: str
    iri: str
    label: str
    status: str = ""
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """One claim that stands elsewhere.

    Attributes:
        claim, label: which.
        before, after: its status, as IRIs.
        origins: its number of independent origins, before and after.
        reasons: why, in words; claims with the same reasons are told together.
    """

    claim: str
    label: str
    before: str
    after: str
    origins: tuple[int, int]
    reasons: tuple[str, ...]

    @property
    def falls(self) -> bool:
        """Whether it stands worse."""
        return RANKS[self.after] < RANKS[self.before]

    @property
    def verb(self) -> str:
        """`fall`, `rise`, or `turn` for a claim that was asserted by no one and is contested now."""
        if self.before == FC.Uncited and self.after == FC.Contested:
            return "turn"
        return "fall" if self.falls else "rise"


@dataclass(frozen=True)
class Comparison:
    """What a change does.

    Attributes:
        base, head: what was compared, as the user wrote it.
        changes: claims first, then citations; added, changed, removed; by IRI.
        moves: falls first; by status, reasons and claim.
        recounted: claims with the same status and another number of origins: claim, before, after.
        claims: number of claims before and after.
    """

    base: str
    head: str
    changes: tuple[Change, ...]
    moves: tuple[Move, ...]
    recounted: tuple[tuple[str, int, int], ...]
    claims: tuple[int, int]

    @property
    def falls(self) -> int:
        """How many claims stand worse."""
        return sum(move.falls for move in self.moves)

    @property
    def groups(self) -> tuple[tuple[Move, ...], ...]:
        """The moves, those with the same statuses and reasons together."""
        found: dict[tuple[str, str, tuple[str, ...]], list[Move]] = {}
        for move in self.moves:
            found.setdefault((move.before, move.after, move.reasons), []).append(move)
        return tuple(tuple(moves) for moves in found.values())

    def count(self, kind: str, state: str) -> int:
        """How many claims or citations were added, changed or removed."""
        return sum((change.kind, change.state) == (kind, state) for change in self.changes)
