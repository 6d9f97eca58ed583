"""What became of every mutant, and how that is told: a table for people, JSON for programs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

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
        found = Counter(code for verdict in self.verdicts for code in noticed_by(verdict))
        return dict(sorted(found.items()))

    @property
    def exit_code(self) -> int:
        """0 where every mutant was caught or has its reason, 4 where nothing could be broken, else 1."""
        if not any(verdict.state != NO_PLACE for verdict in self.verdicts):
            return 4
        return int(bool(self.unused) or any(verdict.fails for verdict in self.verdicts))


def noticed_by(verdict: Verdict) -> tuple[str, ...]:
    """The rules that noticed; damage to a rule is noticed in what that rule finds."""
    return verdict.noticed or (verdict.expected if verdict.state == CAUGHT else ())
