"""Damage the rules too: is it detected that a rule is switched off, has no nodes to check, or is only a note?

A damaged rule is run over witnesses: bases that break it, made by the operators, and bases that do not. If the findings
stay the same, the damage is not detected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pyoxigraph as ox

from kb.errors import KbError
from kb.finding import Rule
from kb.mutate.verdict import CAUGHT, NO_PLACE, OF_A_RULE, SURVIVED, Verdict
from kb.rdf.graph import Graph, Term, key
from kb.shacl.engine import keep_literals, rdf_shapes, read_rules, run_graphs
from kb.shacl.graph import FlatGraph, rdf_graph
from kb.vocab import SH, SHAPES, XSD

TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
NOTHING = SHAPES + "mutant-nothing"
"""A term that no base has."""


@dataclass(frozen=True)
class Witness:
    """A base that rules are run over.

    Attributes:
        name: for people.
        triples: its own.
        codes: the rules that it is about.
        shared: what it has in common with others, such as the vocabulary.
    """

    name: str
    triples: tuple[ox.Triple, ...]
    codes: frozenset[str] = frozenset()
    shared: tuple[ox.Triple, ...] = ()

    @cached_property
    def graph(self) -> FlatGraph:
        """As the engine takes it; `kb.shacl.engine.keep_literals` must be entered."""
        return rdf_graph((*self.shared, *self.triples))


def object_of(triple: ox.Triple) -> Term:
    """The object of a triple."""
    assert not isinstance(triple.object, ox.Triple)  # the gate lets no triple term in
    return triple.object


@dataclass(frozen=True)
class Damage:
    """What is done to a rule: a label, the triples that go and come."""

    label: str
    gone: frozenset[ox.Triple]
    new: tuple[ox.Triple, ...] = ()


@dataclass(frozen=True)
class RuleParts:
    """A rule and the triples that it is made of.

    Attributes:
        rule: the rule.
        by_subject: the triples of the shapes.
        others: the other rules.
    """

    rule: Rule
    by_subject: Mapping[str, Sequence[ox.Triple]]
    others: frozenset[str]

    @cached_property
    def own(self) -> tuple[ox.Triple, ...]:
        """The triples of the rule itself, and of the parts that it names."""
        return self.reach(self.rule.iri)

    @cached_property
    def host(self) -> tuple[ox.Triple, ...]:
        """Those of the shape that gives the rule its nodes; the same, where the rule has targets of its own."""
        return self.reach(self.rule.host)

    def reach(self, start: str, without: frozenset[str] = frozenset()) -> tuple[ox.Triple, ...]:
        """The triples reached from a node, in an order that does not depend on the labels of blank nodes."""
        seen, waiting = dict[str, None](), [start]
        while waiting:
            node = waiting.pop()
            if node not in seen and node not in without:
                seen[node] = None
                objects = (object_of(triple) for triple in self.by_subject.get(node, ()))
                waiting += [key(term) for term in objects if not isinstance(term, ox.Literal)]
        return tuple(triple for node in seen for triple in self.by_subject.get(node, ()))

    @property
    def targets(self) -> tuple[ox.Triple, ...]:
        """What gives the rule its nodes."""
        return tuple(t for t in self.host if key(t.subject) == self.rule.host and t.predicate.value in TARGETS)

    def to_the_rule(self) -> Iterator[Damage]:
        """The rule off, aimed at nothing, or no more than a note."""
        node = ox.NamedNode(self.rule.iri)
        off = ox.Triple(node, ox.NamedNode(SH.deactivated), ox.Literal("true", datatype=ox.NamedNode(XSD.boolean)))
        yield Damage("switched off", frozenset(), (off,))
        nothing = ox.NamedNode(SH.targetClass), ox.NamedNode(NOTHING)
        elsewhere = tuple(ox.Triple(triple.subject, *nothing) for triple in self.targets[:1])
        yield Damage("aimed at nothing", frozenset(self.targets), elsewhere)
        severity = frozenset(t for t in self.own if t.subject == node and t.predicate.value == SH.severity)
        yield Damage(
            "lowered to a note", severity, (ox.Triple(node, ox.NamedNode(SH.severity), ox.NamedNode(SH.Info)),)
        )

    def damaged(self, damage: Damage) -> Graph:
        """The rule as it is run, with the damage done."""
        prefixes = self.reach(SHAPES.removesuffix("#"))
        kept = (triple for triple in (*self.host, *self.own, *prefixes) if triple not in damage.gone)
        return Graph.of((*kept, *damage.new))


# --- judging -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cases:
    """What damages the rules in more ways than a user's base can show; `tests/players/shape_mutation` has some.

    Attributes:
        witnesses: bases that are about a rule.
        together: bases that every rule is run over.
        damages: more damage to a rule.
    """

    witnesses: Sequence[Witness]
    together: Sequence[Witness]
    damages: Callable[[RuleParts], Iterable[Damage]]


def damage_rules(
    shapes: Graph,
    rules: Sequence[Rule],
    witnesses: Sequence[Witness],
    *,
    cases: Cases | None = None,
    tell: Callable[[str], None] = lambda step: None,
) -> Iterator[Verdict]:
    """Damage every rule, and see whether its findings change.

    Args:
        shapes: every shape.
        rules: the rules; those in code are not damaged.
        witnesses: bases to run them over.
        cases: more bases and more damage.
        tell: is called with a short description of each step.
    """
    by_subject: dict[str, list[ox.Triple]] = {}
    for triple in shapes.triples:
        by_subject.setdefault(key(triple.subject), []).append(triple)
    witnesses = (*witnesses, *(cases.witnesses if cases else ()))
    coded = frozenset(each.iri for each in read_rules(shapes))
    running = [rule for rule in rules if rule.host and not rule.off]
    for number, rule in enumerate(running, 1):
        tell(f"damaging the rules, {number} of {len(running)}: {rule.code}")
        parts = RuleParts(rule, by_subject, coded - {rule.iri})
        about = [witness for witness in witnesses if rule.code in witness.codes]
        others = cases.together if cases else [witness for witness in witnesses if rule.code not in witness.codes]
        before = _Before(parts)
        with keep_literals():
            for damage in (*parts.to_the_rule(), *(cases.damages(parts) if cases else ())):
                shapes_now = parts.damaged(damage)
                noticed = next((w.name for w in (*about, *others) if _found(shapes_now, rule, w) != before.of(w)), "")
                state = CAUGHT if noticed else SURVIVED if about else NO_PLACE
                yield Verdict(f"{OF_A_RULE}{rule.code} {rule.name}: {damage.label}", noticed, state, (rule.code,))


@dataclass
class _Before:
    """What a rule finds undamaged, asked once for each witness."""

    parts: RuleParts
    found: dict[str, frozenset[tuple[str, ...]]] = field(default_factory=dict)

    def of(self, witness: Witness) -> frozenset[tuple[str, ...]]:
        if witness.name not in self.found:
            whole = self.parts.damaged(Damage("none", frozenset()))
            self.found[witness.name] = _found(whole, self.parts.rule, witness)
        return self.found[witness.name]


def _found(shapes: Graph, rule: Rule, witness: Witness) -> frozenset[tuple[str, ...]]:
    """What a rule finds in a witness; empty where the engine does not take it."""
    severity = shapes.value(rule.iri, SH.severity) or ""
    try:
        results = run_graphs(witness.graph, rdf_shapes(shapes))
    except KbError:
        return frozenset((("the engine refuses it",),))
    asks = bool(shapes.objects(rule.iri, SH.sparql))  # a query says which property it means; a path goes with the shape
    return frozenset((r.focus, r.path if asks else "", r.value, severity) for r in results if r.shape == rule.iri)
