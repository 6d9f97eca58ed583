"""The shapes are broken too: would anybody notice that a rule is off, aims elsewhere, or lets more in?

A damaged rule is run over witnesses, bases that break it (from the operators, or from a folder of cases), and over
sound ones. Where what is found stays the same, nobody would notice. Damage to whole rules is judged by what the
operators did to the base; damage to a single constraint needs cases that stand right at its boundary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from kb.errors import InputError, KbError
from kb.files import read_bytes
from kb.finding import Rule
from kb.mutate.constraints import STEPS, Known, object_of, short
from kb.mutate.paths import NOTHING
from kb.mutate.verdict import CAUGHT, NO_PLACE, OF_A_RULE, SURVIVED, Verdict
from kb.rdf.graph import Graph, Term, key
from kb.rdf.turtle import read_turtle
from kb.shacl.engine import keep_literals, rdf_shapes, read_rules, run_graphs
from kb.shacl.graph import FlatGraph, rdf_graph
from kb.vocab import PREFIXES, SH, SHAPES, XSD

TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
DROPPED = (
    *STEPS,
    *("datatype", "class", "nodeKind", "pattern", "in", "hasValue", "uniqueLang", "lessThan", "equals", "disjoint"),
    *("or", "xone", "not", "node", "property", "sparql"),
)
_HEAD = re.compile(r"^# remove: (\S+)(?: (\S+))?$", re.MULTILINE)
_OWN = re.compile("|".join(re.escape(PREFIXES[name]) for name in ("art", "cite", "claim", "ent", "q", "rel")))
_PREFIX = re.compile(r"^@prefix (\w+): <([^>]*)> \.$", re.MULTILINE)


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
        known: every shape, and the classes.
        by_subject: the triples of the shapes.
        others: the other rules.
    """

    rule: Rule
    known: Known
    by_subject: Mapping[str, Sequence[ox.Triple]]
    others: frozenset[str]

    @cached_property
    def own(self) -> tuple[ox.Triple, ...]:
        """The triples of the rule itself, and of the parts that it names."""
        return self._reach(self.rule.iri)

    @cached_property
    def host(self) -> tuple[ox.Triple, ...]:
        """Those of the shape that gives the rule its nodes; the same, where the rule has targets of its own."""
        return self._reach(self.rule.host)

    @cached_property
    def constraints(self) -> tuple[ox.Triple, ...]:
        """What the rule asks, and what leads to it from the shape that gives it its nodes; no targets."""
        targets, led = set(self.targets), self._reach(self.rule.host, without=self.others)
        said = (t for t in dict.fromkeys((*self.own, *led)) if t.predicate.value.startswith(SH.iri))
        return tuple(t for t in said if t not in targets and key(object_of(t)) not in self.others)

    def _reach(self, start: str, without: frozenset[str] = frozenset()) -> tuple[ox.Triple, ...]:
        """In the order in which they are met, which no label of a blank node decides."""
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

    # --- damage

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

    def to_its_constraints(self) -> Iterator[Damage]:
        """Each constraint dropped, loosened, narrowed or pointed elsewhere, each of several targets lost."""
        for triple in self.constraints:
            if triple.predicate.value.removeprefix(SH.iri) in DROPPED:
                yield Damage(f"{self._named(triple)} dropped", frozenset((triple,)))
            yield from self._changed(triple)
        for triple in self.targets:
            if len(self.targets) > 1:
                yield Damage(f"{self._named(triple)} lost", frozenset((triple,)))
            yield from self._changed(triple)

    def _changed(self, triple: ox.Triple) -> Iterator[Damage]:
        for change in self.known.changes(triple):
            new = ox.Triple(triple.subject, triple.predicate, change.value)
            yield Damage(f"{self._named(triple)} -> {change.shown}", frozenset((triple,)), (new, *change.extra))

    def _named(self, triple: ox.Triple) -> str:
        """`ParagraphLength minCount '1'`; the rule's own name is left out."""
        subject = key(triple.subject)
        name = f"{short(subject)} " if subject != self.rule.iri else ""
        return f"{name}{short(triple.predicate.value)} {self.known.shown(triple)}".rstrip()

    def damaged(self, damage: Damage) -> Graph:
        """The rule as it is run, with the damage done."""
        prefixes = self._reach(SHAPES.removesuffix("#"))
        kept = (triple for triple in (*self.host, *self.own, *prefixes) if triple not in damage.gone)
        return Graph.of((*kept, *damage.new))


# --- judging -----------------------------------------------------------------------------------------------


def damage_rules(
    shapes: Graph,
    rules: Sequence[Rule],
    witnesses: Sequence[Witness],
    *,
    constraints: bool,
    vocabulary: Iterable[ox.Triple] = (),
    tell: Callable[[str], None] = lambda step: None,
) -> Iterator[Verdict]:
    """What became of every damage to every rule.

    Args:
        shapes: every shape.
        rules: the rules; those in code are left alone.
        witnesses: bases to run them over.
        constraints: whether single constraints are damaged too; this needs cases at every boundary.
        vocabulary: triples that say which class is part of which.
        tell: is told what is being done.
    """
    known = Known(shapes, Graph.of(vocabulary))
    by_subject: dict[str, list[ox.Triple]] = {}
    for triple in shapes.triples:
        by_subject.setdefault(key(triple.subject), []).append(triple)
    cases = [witness for witness in witnesses if witness.shared]
    together = [in_one(cases)]
    coded = frozenset(each.iri for each in read_rules(shapes))
    running = [rule for rule in rules if rule.host and not rule.off]
    for number, rule in enumerate(running, 1):
        tell(f"damaging the rules, {number} of {len(running)}: {rule.code}")
        parts = RuleParts(rule, known, by_subject, coded - {rule.iri})
        about = [witness for witness in witnesses if rule.code in witness.codes]
        others = together if cases else [witness for witness in witnesses if rule.code not in witness.codes]
        before = _Before(parts)
        with keep_literals():
            for damage in (*parts.to_the_rule(), *(parts.to_its_constraints() if constraints else ())):
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


# --- cases -------------------------------------------------------------------------------------------------


def read_cases(folder: Path, vocabulary: Iterable[ox.Triple]) -> Iterator[Witness]:
    """The cases of a folder: `base.ttl`, and `<code>/<name>.ttl` with what is added to it and taken from it.

    A case names what it takes away in its head: `# remove: SUBJECT [PREDICATE]`.

    Args:
        folder: where they lie.
        vocabulary: triples that every case is given.

    Raises:
        InputError: no such folder, or a file that cannot be read.
    """
    base, help = (
        folder / "base.ttl",
        "cases are a base.ttl, and files CODE/NAME.ttl that add to it or take from it",
    )
    if not base.is_file():
        raise InputError("no cases here: there is no base.ttl", source=str(folder), help=help)
    data = read_bytes(base)
    known = tuple(vocabulary)
    triples = read_turtle(data, source=str(base)).triples
    prefixes = dict(_PREFIX.findall(data.decode("utf-8")))
    paths = sorted(folder.glob("*/*.ttl"))
    if not paths:
        raise InputError("no cases here: there is only base.ttl", source=str(folder), help=help)
    for path in paths:
        added = read_turtle(read_bytes(path), source=str(path))
        gone = [tuple(_iri(name, prefixes) for name in found) for found in _HEAD.findall(added.text)]
        kept = tuple(triple for triple in triples if not any(_is(triple, pattern) for pattern in gone))
        yield Witness(f"{path.parent.name}/{path.stem}", (*kept, *added.triples), frozenset((path.parent.name,)), known)


def in_one(cases: Sequence[Witness]) -> Witness:
    """All cases as one base, each with names of its own, since one run of the engine is quicker than hundreds."""
    triples = tuple(_moved(triple, at) for at, case in enumerate(cases) for triple in case.triples)
    return Witness("all cases", triples, shared=cases[0].shared if cases else ())


def _moved(triple: ox.Triple, number: int) -> ox.Triple:
    """The same triple under names of its own."""
    assert not isinstance(triple.subject, ox.Triple)  # the gate lets no triple term in
    subject, value = _renamed(triple.subject, number), _renamed(object_of(triple), number)
    assert not isinstance(subject, ox.Literal)
    return ox.Triple(subject, triple.predicate, value)


def _renamed(term: Term, number: int) -> Term:
    if isinstance(term, ox.NamedNode):
        return ox.NamedNode(_OWN.sub(rf"\g<0>{number}/", term.value, count=1))
    return ox.BlankNode(f"{term.value}w{number}") if isinstance(term, ox.BlankNode) else term


def _iri(name: str, prefixes: Mapping[str, str]) -> str:
    prefix, _, local = name.partition(":")
    return prefixes.get(prefix, "") + local


def _is(triple: ox.Triple, pattern: tuple[str, ...]) -> bool:
    subject, predicate = pattern
    return key(triple.subject) == subject and predicate in ("", triple.predicate.value)
