"""The effect of a change: what was added, changed and removed, which claims have another status now, and why.

A reviewer sees lines; what counts is what they do to the claims. One citation that turns out to restate another can
take the second origin from a dozen claims in other files. So two bases are compared by their standings
(`kb.model.standing`), and each claim that stands elsewhere comes with what made it so, in words that claims share:
those with the same reasons are told together.

`retract` answers the other question, before anything changes: who falls when an article is withdrawn?
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kb.diff.change import ADDED, CHANGED, KINDS, RANKS, REMOVED, Change, Comparison, Difference, Move
from kb.diff.reasons import Side, Why
from kb.rdf.graph import Graph
from kb.vocab import PREFIXES

# --- the doors -------------------------------------------------------------------------------------------


def compare_graphs(
    base: Graph,
    head: Graph,
    *,
    names: tuple[str, str] = ("base", "head"),
    prefixes: Mapping[str, str] = PREFIXES,
    taken: str = "",
) -> Comparison:
    """What the way from one base to another does.

    Args:
        base, head: the authored triples.
        names: what to call the two.
        prefixes: how IRIs are shortened in reasons.
        taken: IRI of what was taken away, where that is why citations are gone.
    """
    before, after = Side(base), Side(head)
    why = Why(before, after, prefixes, taken)
    common = [claim for claim in before.standings if claim in after.standings]
    moved = [claim for claim in common if before.standings[claim].status != after.standings[claim].status]
    moves = (_move(why, claim) for claim in moved)
    recounted = (
        (claim, before.standings[claim].origin_count, after.standings[claim].origin_count)
        for claim in common
        if before.standings[claim].status == after.standings[claim].status
    )
    return Comparison(
        *names,
        changes=tuple(change for kind in KINDS for change in _changes(before, after, kind)),
        moves=tuple(sorted(moves, key=_move_key)),
        recounted=tuple((claim, one, other) for claim, one, other in recounted if one != other),
        claims=(len(before.standings), len(after.standings)),
    )


# --- one side of a comparison ----------------------------------------------------------------------------


def _changes(before: Side, after: Side, kind: str) -> Iterator[Change]:
    old, new = dict.fromkeys(before.iris(kind)), dict.fromkeys(after.iris(kind))
    for iri in sorted(new.keys() - old.keys()):
        yield Change(kind, ADDED, iri, after.label(iri), after.status(iri))
    for iri in sorted(old.keys() & new.keys()):
        differences = tuple(_differences(before.lines(iri), after.lines(iri)))
        if differences:
            yield Change(kind, CHANGED, iri, after.label(iri), after.status(iri), differences)
    for iri in sorted(old.keys() - new.keys()):
        yield Change(kind, REMOVED, iri, before.label(iri), before.status(iri))


def _differences(old: Mapping[str, tuple[str, ...]], new: Mapping[str, tuple[str, ...]]) -> Iterator[Difference]:
    for predicate in sorted(old.keys() | new.keys()):
        gone, come = old.get(predicate, ()), new.get(predicate, ())
        if gone != come:
            yield Difference(
                predicate,
                tuple(value for value in gone if value not in come),
                tuple(value for value in come if value not in gone),
            )


# --- why a claim stands elsewhere --------------------------------------------------------------------------


def _move(why: Why, claim: str) -> Move:
    old, new = why.before.standings[claim], why.after.standings[claim]
    reasons = tuple(dict.fromkeys(why.reasons(old, new))) or ("its support is counted in another way",)
    origins = (old.origin_count, new.origin_count)
    return Move(claim, why.after.label(claim), old.status, new.status, origins, reasons)


def _move_key(move: Move) -> tuple[object, ...]:
    return not move.falls, -RANKS[move.before], RANKS[move.after], move.reasons, move.claim


# --- retracting ------------------------------------------------------------------------------------------
