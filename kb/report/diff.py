"""The effect of a change for a terminal, for a program, and for the conversation under a pull request.

What matters comes first: who falls, and why. The lists of what changed come after; in Markdown they are folded away,
and end before the size that GitHub takes for a comment, with how many more there are.
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
"""Characters of a comment; GitHub takes 65,536."""

_STATUS = {
    FC.Uncited: "uncited",
    FC.Contested: "contested",
    FC.Corroborated: "corroborated",
    FC.SingleSource: "single-source",
}
_SIGNS = {ADDED: "+", CHANGED: "~", REMOVED: "-"}


def blast_text(blast: Comparison, *, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """For a terminal."""
    lines = [f"from       {clean(blast.base)} ({plural(blast.claims[0], 'claim')})"]
    lines.append(f"to         {clean(blast.head)} ({plural(blast.claims[1], 'claim')})")
    lines += [f"{kind + 's':10} {_counts(blast, kind)}" for kind in KINDS]
    lines.append(f"statuses   {_moved(blast)}")
    for moves in blast.groups:
        lines += ["", clean(_sentence(moves))]
        lines += [f"  {short_iri(move.claim, prefixes)}  {clean(move.label)}".rstrip() for move in moves]
    if blast.recounted:
        lines += ["", "stand as they stood, with another number of independent origins:"]
        lines += [f"  {short_iri(claim, prefixes)}  {one} -> {other}" for claim, one, other in blast.recounted]
    if blast.changes:
        lines += ["", *(_change(change, prefixes) for change in blast.changes)]
    return "\n".join(lines) + "\n"


def _counts(blast: Comparison, kind: str) -> str:
    return ", ".join(f"{blast.count(kind, state):,} {state}" for state in (ADDED, CHANGED, REMOVED))


def _moved(blast: Comparison) -> str:
    verbs = [move.verb for move in blast.moves]
    said = [f"{verbs.count(verb):,} {verb}" for verb in ("fall", "rise", "turn") if verb in verbs]
    return ", ".join(said) if said else "no claim stands elsewhere"


def _sentence(moves: Sequence[Move]) -> str:
    """`3 claims fall from corroborated to single-source since cite:a now restates cite:b`."""
    first, several = moves[0], len(moves) > 1
    verb = first.verb if several else f"{first.verb}s"
    way = f"from {_STATUS[first.before]} to {_STATUS[first.after]}"
    return f"{plural(len(moves), 'claim')} {verb} {way} since {'; '.join(first.reasons)}"


def _change(change: Change, prefixes: Mapping[str, str]) -> str:
    parts = [_SIGNS[change.state], change.kind, short_iri(change.iri, prefixes)]
    if change.label:
        parts.append(clean(change.label))
    if change.status and change.state != CHANGED:
        parts.append(f"({_STATUS[change.status]})")
    if change.differences:
        parts.append(f"[{', '.join(short_iri(each.predicate, prefixes) for each in change.differences)}]")
    return " ".join(parts)


def blast_json(blast: Comparison, *, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """For a program; keys are added and never renamed, names are IRIs."""
    content = {
        "base": blast.base,
        "head": blast.head,
        "claims": {"before": blast.claims[0], "after": blast.claims[1]},
        "falls": blast.falls,
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
            for move in blast.moves
        ],
        "recounted": [{"claim": claim, "before": one, "after": other} for claim, one, other in blast.recounted],
        "changes": [
            {
                "kind": change.kind,
                "state": change.state,
                "iri": change.iri,
                "label": change.label,
                "status": change.status or None,
                "differences": [
                    {"predicate": each.predicate, "gone": list(each.gone), "come": list(each.come)}
                    for each in change.differences
                ],
            }
            for change in blast.changes
        ],
    }
    return dumps(content)


def blast_markdown(blast: Comparison, *, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """For a comment under a pull request."""
    mark = "⚠️" if blast.falls else "✅"
    lines = [
        f"## {mark} {plain(_moved(blast))}",
        "",
        f"From {plain(blast.base)} to {plain(blast.head)}: {blast.claims[0]:,} claims, then {blast.claims[1]:,}.",
        "",
        "| | added | changed | removed |",
        "|---|--:|--:|--:|",
        *(f"| {kind}s | {' | '.join(str(blast.count(kind, s)) for s in _SIGNS)} |" for kind in KINDS),
        "",
    ]
    lines += _folded("moves", [line for moves in blast.groups for line in _group(moves, prefixes)], lines)
    recounted = [f"- {plain(short_iri(claim, prefixes))}: {one} → {other}" for claim, one, other in blast.recounted]
    lines += _folded("Another number of independent origins", recounted, lines)
    changes = [f"- {plain(_change(change, prefixes))}" for change in blast.changes]
    lines += _folded("Claims and citations", changes, lines)
    return "\n".join(lines) + "\n"


def _group(moves: Sequence[Move], prefixes: Mapping[str, str]) -> Iterator[str]:
    yield f"- **{plain(_sentence(moves))}**"
    for move in moves:
        yield f"  - {plain(short_iri(move.claim, prefixes))} {plain(move.label)}".rstrip()


def _folded(title: str, items: Sequence[str], before: Sequence[str]) -> list[str]:
    """A list, collapsed unless it holds the changes of status; cut to the space that is left."""
    if not items:
        return []
    room = MAX_COMMENT - sum(len(line) + 1 for line in before) - 200
    shown: list[str] = []
    for item in items:
        room -= len(item) + 1
        if room < 0:
            shown.append(f"- {and_more(len(items) - len(shown), 'line')}")
            break
        shown.append(item)
    if title == "moves":
        return [*shown, ""]
    return [f"<details><summary>{title} ({len(items):,})</summary>", "", *shown, "", "</details>", ""]


DIFF_FORMATS: Mapping[str, Callable[..., str]] = MappingProxyType(
    {"text": blast_text, "json": blast_json, "markdown": blast_markdown}
)
"""Name of a format to its writer."""
