"""`kb mutate` for a person and for programs: the verdicts as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kb.characters import escape_for_terminal
from kb.mutate.verdict import (
    ALLOWED,
    CAUGHT,
    NO_PLACE,
    OTHERWISE,
    RULES,
    SURVIVED,
    UNSEEN,
    Mutation,
    Verdict,
    noticed_by,
)
from kb.report.json import dumps


def mutation_text(mutation: Mutation, *, every: bool = False) -> str:
    """A table of what was not caught as meant; `every` lists the rest as well."""
    return "\n".join(_lines(mutation, every)) + "\n"


def _lines(mutation: Mutation, every: bool) -> Iterator[str]:
    yield f"broke      {mutation.base}, {mutation.triples:,} triples, in {mutation.operators} ways"
    damaged = sum(verdict.part == RULES for verdict in mutation.verdicts)
    total = len(mutation.verdicts)
    yield f"mutants    {total:,}: {total - damaged:,} of the base, {damaged:,} of the rules"
    yield f"noticed    by {len(mutation.rules.keys() - {'exit-4'})} rules"
    yield ""
    yield from _table(mutation.verdicts)
    for state, count in mutation.counts.items():
        listed = [verdict for verdict in mutation.verdicts if verdict.state == state]
        if count and (every or state not in (CAUGHT, NO_PLACE)):
            yield ""
            yield f"{state} ({count:,})"
            yield from (f"  {escape_for_terminal(line)}" for verdict in listed for line in _row(verdict))
    yield ""
    yield from (
        f"unused     {escape_for_terminal(label)} is allowed to survive, and did not: take it out"
        for label in mutation.unused
    )
    if any(verdict.fails for verdict in mutation.verdicts):
        yield "what next  write the rule that would notice, or say in a file for --allow why it may survive"
    yield (
        "result     "
        + ", ".join(f"{count:,} {state}" for state, count in reversed(mutation.counts.items()) if count)
        + (f" (exit {mutation.exit_code})")
    )


_COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("caught", (CAUGHT,)),
    ("excused", (UNSEEN, ALLOWED)),
    ("missed", (SURVIVED, OTHERWISE)),
    ("no place", (NO_PLACE,)),
)


def _table(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """A row for each part of the base: mutants by what became of them, and how many rules noticed any."""
    yield f"{'part':<14}{'mutants':>9}" + "".join(f"{name:>10}" for name, _ in _COLUMNS) + f"{'rules':>8}"
    for part in dict.fromkeys(verdict.part for verdict in verdicts):
        listed = [verdict for verdict in verdicts if verdict.part == part]
        counts = "".join(f"{sum(v.state in states for v in listed):>10,}" for _, states in _COLUMNS)
        rules = {code for verdict in listed for code in noticed_by(verdict)}
        yield f"{escape_for_terminal(part):<14}{len(listed):>9,}{counts}{len(rules):>8,}"


def _row(verdict: Verdict) -> Iterator[str]:
    expected = f"  [{' '.join(verdict.expected)}]" if verdict.expected else ""
    noticed = f" -> {' '.join(verdict.noticed)}" if verdict.noticed else ""
    yield f"{verdict.mutant}{expected}{noticed}"
    if verdict.where:
        yield f"    at {verdict.where}"
    if verdict.reason:
        yield f"    {verdict.reason}"


def mutation_json(mutation: Mutation) -> str:
    """Every verdict, for programs."""
    content = {
        "base": mutation.base,
        "triples": mutation.triples,
        "operators": mutation.operators,
        "counts": mutation.counts,
        "rules": mutation.rules,
        "exit_code": mutation.exit_code,
        "unused": list(mutation.unused),
        "mutants": [
            {
                "mutant": verdict.mutant,
                "where": verdict.where,
                "state": verdict.state,
                "expected": list(verdict.expected),
                "noticed": list(verdict.noticed),
                "reason": verdict.reason,
            }
            for verdict in mutation.verdicts
        ],
    }
    return dumps(content)
