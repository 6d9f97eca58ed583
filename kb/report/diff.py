"""Writes a comparison as text for a terminal, as JSON, and as Markdown for a comment on a pull request.

The claims that fall come first, with the reasons; the lists of changes follow. In Markdown these lists are collapsed.
They are cut before the comment exceeds the size limit of GitHub, and the number of remaining lines is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from kb.diff.change import ADDED, CHANGED, KINDS, REMOVED, Change, Comparison, Move
from kb.rdf.curies import short_iri
from kb.report.common import and_more, clean, plural
from kb.report.json import dumps
from kb.report.markdown import plain
from kb.vocab import FC, PREFIXES

MAX_COMMENT = 60_000
"""The most characters in a comment; the limit of GitHub is 65,536."""

_STATUS = {
    FC.Uncited: "uncited",
    FC.Contested: "contested",
    FC.Corroborated: "corroborated",
    FC.SingleSource: "single-source",
}
_SIGNS = {ADDED: "+", CHANGED: "~", REMOVED: "-"}


def diff_text(comparison: Comparison, *, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """Text for a terminal."""
    lines = [f"from       {clean(comparison.base)} ({plural(comparison.claims[0], 'claim')})"]
    lines.append(f"to         {clean(comparison.head)} ({plural(comparison.claims[1], 'claim')})")
    lines += [f"{kind + 's':10} {_counts(comparison, kind)}" for kind in KINDS]
    lines.append(f"statuses   {_count_moves(comparison)}")
    for moves in comparison.groups:
        lines += ["", clean(_sentence(moves))]
        lines += [f"  {short_iri(move.claim, prefixes)}  {clean(move.label)}".rstrip() for move in moves]
    if comparison.origin_changes:
        lines += ["", "same status, different number of independent origins:"]
        lines += [
            f"  {short_iri(claim, prefixes)}  {one} -> {other}" for claim, one, other in comparison.origin_changes
        ]
    if comparison.changes:
        lines += ["", *(_describe(change, prefixes) for change in comparison.changes)]
    return "\n".join(lines) + "\n"


def _counts(comparison: Comparison, kind: str) -> str:
    return ", ".join(f"{comparison.count(kind, state):,} {state}" for state in (ADDED, CHANGED, REMOVED))


def _count_moves(comparison: Comparison) -> str:
    verbs = [move.verb for move in comparison.moves]
    said = [f"{verbs.count(verb):,} {verb}" for verb in ("fall", "rise", "turn") if verb in verbs]
    return ", ".join(said) if said else "no claim changes status"


def _sentence(moves: Sequence[Move]) -> str:
    """`3 claims fall from corroborated to single-source because cite:a now restates cite:b`."""
    first, several = moves[0], len(moves) > 1
    verb = first.verb if several else f"{first.verb}s"
    way = f"from {_STATUS[first.before]} to {_STATUS[first.after]}"
    return f"{plural(len(moves), 'claim')} {verb} {way} because {'; '.join(first.reasons)}"


def _describe(change: Change, prefixes: Mapping[str, str]) -> str:
    parts = [_SIGNS[change.state], change.kind, short_iri(change.iri, prefixes)]
    if change.label:
        parts.append(clean(change.label))
    if change.status and change.state != CHANGED:
        parts.append(f"({_STATUS[change.status]})")
    if change.differences:
        parts.append(f"[{', '.join(short_iri(each.predicate, prefixes) for each in change.differences)}]")
    return " ".join(parts)


def diff_json(comparison: Comparison, *, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """JSON for programs. Keys are added and never renamed; names are IRIs."""
    content = {
        "base": comparison.base,
        "head": comparison.head,
        "claims": {"before": comparison.claims[0], "after": comparison.claims[1]},
        "falls": comparison.falls,
        "moves": [
            {
                "claim": move.claim,
                "label": move.label,
                "verb": move.verb,
                "before": move.before,
                "after": move.after,
                "origins": {"before": move.origins[0], "after": move.origins[1]},
                "reasons": list(move.reasons),
            }
            for move in comparison.moves
        ],
        "recounted": [
            {"claim": claim, "before": one, "after": other} for claim, one, other in comparison.origin_changes
        ],
        "changes": [
            {
                "kind": change.kind,
                "state": change.state,
                "iri": change.iri,
                "label": change.label,
                "status": change.status or None,
                "differences": [
                    {"predicate": each.predicate, "gone": list(each.removed), "come": list(each.added)}
                    for each in change.differences
                ],
            }
            for change in comparison.changes
        ],
    }
    return dumps(content)


def diff_markdown(comparison: Comparison, *, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """Markdown for a comment on a pull request."""
    before, after = comparison.claims
    mark = "⚠️" if comparison.falls else "✅"
    lines = [
        f"## {mark} {plain(_count_moves(comparison))}",
        "",
        f"From {plain(comparison.base)} to {plain(comparison.head)}: {before:,} claims, then {after:,}.",
        "",
        "| | added | changed | removed |",
        "|---|--:|--:|--:|",
        *(f"| {kind}s | {' | '.join(str(comparison.count(kind, s)) for s in _SIGNS)} |" for kind in KINDS),
        "",
    ]
    lines += _collapse("moves", [line for moves in comparison.groups for line in _group(moves, prefixes)], lines)
    origins = [
        f"- {plain(short_iri(claim, prefixes))}: {one} → {other}" for claim, one, other in comparison.origin_changes
    ]
    lines += _collapse("Same status, different number of independent origins", origins, lines)
    changes = [f"- {plain(_describe(change, prefixes))}" for change in comparison.changes]
    lines += _collapse("Claims and citations", changes, lines)
    return "\n".join(lines) + "\n"


def _group(moves: Sequence[Move], prefixes: Mapping[str, str]) -> Iterator[str]:
    yield f"- **{plain(_sentence(moves))}**"
    for move in moves:
        yield f"  - {plain(short_iri(move.claim, prefixes))} {plain(move.label)}".rstrip()


def _collapse(title: str, items: Sequence[str], before: Sequence[str]) -> list[str]:
    """A list, collapsed unless it contains the changes of status, and cut to the space that is left."""
    if not items:
        return []
    space = MAX_COMMENT - sum(len(line) + 1 for line in before) - 200
    shown: list[str] = []
    for item in items:
        space -= len(item) + 1
        if space < 0:
            shown.append(f"- {and_more(len(items) - len(shown), 'line')}")
            break
        shown.append(item)
    if title == "moves":
        return [*shown, ""]
    return [f"<details><summary>{title} ({len(items):,})</summary>", "", *shown, "", "</details>", ""]


DIFF_FORMATS: Mapping[str, Callable[..., str]] = MappingProxyType(
    {"text": diff_text, "json": diff_json, "markdown": diff_markdown}
)
"""Name of a format to its writer."""
