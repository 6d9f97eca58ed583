"""The cases in `tests/shapes` as witnesses: each about its rule, and all of them in one base."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kb.mutate.damage import Cases, Damage, RuleParts, Witness
from kb.rdf.graph import Graph
from tests.players.shape_mutation.constraints import Known, damage_constraints
from tests.support.shape_cases import Case, case_files, read_case, vocabulary, world


def read_cases(shapes: Graph) -> Cases:
    """Every case, with damage to every constraint of the shapes."""
    return make_cases(shapes, [read_case(path) for path in case_files()])


def make_cases(shapes: Graph, cases: Sequence[Case]) -> Cases:
    """These cases only. One run of the engine over all of them is quicker than hundreds of runs."""
    witnesses = tuple(Witness(case.label, case.triples, frozenset((case.code,)), vocabulary()) for case in cases)
    worlds = tuple(triple for number, case in enumerate(cases) for triple in world(case.triples, number))
    known = Known(shapes, Graph.of(vocabulary()))

    def damages(parts: RuleParts) -> Iterator[Damage]:
        return damage_constraints(parts, known)

    return Cases(witnesses, (Witness("all cases", worlds, shared=vocabulary()),), damages)
