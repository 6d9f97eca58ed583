"""What became of every mutant, and how that is told: a table for people, JSON for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.report.json import dumps
from kb.sparql.results import visible

CAUGHT = "caught"
OTHERWISE = "caught by another rule"
SURVIVED = "survived"
UNSEEN = "unseen"
ALLOWED = "allowed"
NO_PLACE = "no place"
OF_A_RULE = "shape "
"""How the label of damage to a rule begins."""
RULES = "the rules"
STATES = (SURVIVED, OTHERWISE, ALLOWED, UNSEEN, NO_PLACE, CAUGHT)
"""What can become of a mutant, the worst first. Unseen and allowed ones survived, and a reason is written down."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mutant.

    Attributes:
        mutant: its label.
        where: the place that was broken, or the witness that noticed; empty where there was none.
        state: one of `STATES`.
        expected: the rules that should notice.
        noticed: the rules that did, each once.
        reason: why it may survive; empty where it may not, or did not.
    """

    mutant: str
    where: str
    state: str
    expected: tuple[str, ...] = ()
    noticed: tuple[str, ...] = ()
    reason: str = ""

    @property
    def part(self) -> str:
        """The part of the base that was broken; `RULES` for damage to a rule."""
        return RULES if self.mutant.startswith(OF_A_RULE) else self.mutant.partition(":")[0]

    @property
    def fails(self) -> bool:
        """Whether something is missing: a rule, a case, or a reason."""
        return self.state in (SURVIVED, OTHERWISE)


@dataclass(frozen=True)
class Mutation:
    """Everything that was broken.

    Attributes:
        base: what was broken, in a few words.
        triples: how many the base has.
        operators: how many ways of breaking the base there are.
        verdicts: on the base, then on the shapes.
        unused: mutants that are allowed to survive and did not, or do not exist; they fail, so that the list shrinks.
    """

    base: str
    triples: int
    operators: int
    verdicts: tuple[Verdict, ...]
    unused: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """State to number, the worst first."""
        found = Counter(verdict.state for verdict in self.verdicts)
        return {state: found[state] for state in STATES}

    @property
    def rules(self) -> dict[str, int]:
        """Rule to the number of mutants that it noticed, by code."""
        found = Counter(code for verdict in self.verdicts for code in _noticed_by(verdict))
        return dict(sorted(found.items()))

    @property
    def exit_code(self) -> int:
        """0 where every mutant was caught or has its reason, 4 where nothing could be broken, else 1."""
        if not any(verdict.state != NO_PLACE for verdict in self.verdicts):
            return 4
        return int(bool(self.unused) or any(verdict.fails for verdict in self.verdicts))


def mutation_text(mutation: Mutation, *, every: bool = False) -> str:
    """A table of what was not caught as meant; `every` lists the rest as well."""
    return "\n".join(_lines(mutation, every)) + "\n"


def _noticed_by(verdict: Verdict) -> tuple[str, ...]:
    """The rules that noticed; damage to a rule is noticed in what that rule finds."""
    return verdict.noticed or (verdict.expected if verdict.state == CAUGHT else ())


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
            yield from (f"  {visible(line)}" for verdict in listed for line in _row(verdict))
    yield ""
    yield from (
        f"unused     {visible(label)} is allowed to survive, and did not: take it out" for label in mutation.unused
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
        rules = {code for verdict in listed for code in _noticed_by(verdict)}
        yield f"{visible(part):<14}{len(listed):>9,}{counts}{len(rules):>8,}"


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
