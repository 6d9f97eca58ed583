"""The result of a comparison: the differences between claims and citations, as values."""

from __future__ import annotations

from dataclasses import dataclass

from kb.vocab import FC

RANKS = {FC.Uncited: 0, FC.Contested: 1, FC.SingleSource: 2, FC.Corroborated: 3}
"""How well each status supports a claim. A claim that moves to a lower rank falls."""

KINDS = ("claim", "citation")
ADDED, CHANGED, REMOVED = "added", "changed", "removed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One property whose values changed: its predicate, and the values removed and added, in N-Triples form.

    A list is written as its members in parentheses.
    """

    predicate: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One claim or citation that was added, changed or removed.

    Attributes:
        kind: one of `KINDS`.
        state: `ADDED`, `CHANGED` or `REMOVED`.
        iri, label: its IRI and its label; the label is empty if it has none.
        status: the status of the claim after the change, or before it was removed; empty for a citation.
        differences: the changed properties, if the state is `CHANGED`.
    """

    kind: str
    state: str
    iri: str
    label: str
    status: str = ""
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """One claim whose status changed.

    Attributes:
        claim, label: its IRI and its label.
        before, after: its status, as IRIs.
        origins: its number of independent origins, before and after.
        reasons: why its status changed, in words.
    """

    claim: str
    label: str
    before: str
    after: str
    origins: tuple[int, int]
    reasons: tuple[str, ...]

    @property
    def falls(self) -> bool:
        """Whether its new status is lower."""
        return RANKS[self.after] < RANKS[self.before]

    @property
    def verb(self) -> str:
        """`fall`, `rise`, or `turn` for a claim that had no assertion and is now contested."""
        if self.before == FC.Uncited and self.after == FC.Contested:
            return "turn"
        return "fall" if self.falls else "rise"


@dataclass(frozen=True)
class Comparison:
    """The difference between two versions of a base.

    Attributes:
        base, head: names of the two versions, as the user wrote them.
        changes: claims first, then citations; added, then changed, then removed; sorted by IRI.
        moves: claims whose status changed; falls first, then sorted by status, reasons and claim.
        origin_changes: claims with the same status and a different number of origins: claim, before, after.
        claims: number of claims before and after.
    """

    base: str
    head: str
    changes: tuple[Change, ...]
    moves: tuple[Move, ...]
    origin_changes: tuple[tuple[str, int, int], ...]
    claims: tuple[int, int]

    @property
    def falls(self) -> int:
        """The number of claims with a lower status."""
        return sum(move.falls for move in self.moves)

    @property
    def groups(self) -> tuple[tuple[Move, ...], ...]:
        """The moves, grouped by their statuses and reasons."""
        found: dict[tuple[str, str, tuple[str, ...]], list[Move]] = {}
        for move in self.moves:
            found.setdefault((move.before, move.after, move.reasons), []).append(move)
        return tuple(tuple(moves) for moves in found.values())

    def count(self, kind: str, state: str) -> int:
        """The number of claims or citations that were added, changed or removed."""
        return sum((change.kind, change.state) == (kind, state) for change in self.changes)
