"""Compares two versions of a base: what was added, changed and removed, which claims changed status, and why.

A reviewer sees changed lines, but what matters is their effect on claims. If one citation turns out to restate another,
a dozen claims in other files can lose their second origin. Therefore the standings of the claims are compared
(`kb.model.standing`), and each claim whose status changed comes with its reasons. Claims with the same reasons are
reported as a group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kb.diff.change import ADDED, CHANGED, KINDS, RANKS, REMOVED, Change, Comparison, Difference, Move
from kb.diff.reasons import Reasons, Version
from kb.rdf.graph import Graph
from kb.vocab import PREFIXES


def compare_graphs(
    base: Graph,
    head: Graph,
    *,
    names: tuple[str, str] = ("base", "head"),
    prefixes: Mapping[str, str] = PREFIXES,
    withdrawn: str = "",
) -> Comparison:
    """Compare two versions of a base.

    Args:
        base, head: the authored triples.
        names: names of the two versions.
        prefixes: how IRIs are shortened in reasons.
        withdrawn: IRI of the article, citation or voice whose withdrawal removed the citations, if there is one.
    """
    before, after = Version(base), Version(head)
    reasons = Reasons(before, after, prefixes, withdrawn)
    common = [claim for claim in before.standings if claim in after.standings]
    moved = [claim for claim in common if before.standings[claim].status != after.standings[claim].status]
    moves = (_move(reasons, claim) for claim in moved)
    origin_counts = (
        (claim, before.standings[claim].origin_count, after.standings[claim].origin_count)
        for claim in common
        if before.standings[claim].status == after.standings[claim].status
    )
    return Comparison(
        *names,
        changes=tuple(change for kind in KINDS for change in _changes(before, after, kind)),
        moves=tuple(sorted(moves, key=_move_key)),
        origin_changes=tuple((claim, one, other) for claim, one, other in origin_counts if one != other),
        claims=(len(before.standings), len(after.standings)),
    )


# --- added, changed, removed -----------------------------------------------------------------------------


def _changes(before: Version, after: Version, kind: str) -> Iterator[Change]:
    old, new = dict.fromkeys(before.iris(kind)), dict.fromkeys(after.iris(kind))
    for iri in sorted(new.keys() - old.keys()):
        yield Change(kind, ADDED, iri, after.label(iri), after.status(iri))
    for iri in sorted(old.keys() & new.keys()):
        differences = tuple(_differences(before.properties(iri), after.properties(iri)))
        if differences:
            yield Change(kind, CHANGED, iri, after.label(iri), after.status(iri), differences)
    for iri in sorted(old.keys() - new.keys()):
        yield Change(kind, REMOVED, iri, before.label(iri), before.status(iri))


def _differences(old: Mapping[str, tuple[str, ...]], new: Mapping[str, tuple[str, ...]]) -> Iterator[Difference]:
    for predicate in sorted(old.keys() | new.keys()):
        before, after = old.get(predicate, ()), new.get(predicate, ())
        if before != after:
            yield Difference(
                predicate,
                removed=tuple(value for value in before if value not in after),
                added=tuple(value for value in after if value not in before),
            )


# --- changes of status -------------------------------------------------------------------------------------


def _move(reasons: Reasons, claim: str) -> Move:
    old, new = reasons.before.standings[claim], reasons.after.standings[claim]
    found = tuple(dict.fromkeys(reasons.find(old, new))) or ("its support is counted differently",)
    origins = (old.origin_count, new.origin_count)
    return Move(claim, reasons.after.label(claim), old.status, new.status, origins, found)


def _move_key(move: Move) -> tuple[object, ...]:
    return not move.falls, -RANKS[move.before], RANKS[move.after], move.reasons, move.claim
