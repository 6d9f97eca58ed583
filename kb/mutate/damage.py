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
from kb.graph import Graph, Term, key
from kb.mutate.verdict import CAUGHT, NO_PLACE, SURVIVED, Verdict
from kb.rdf import FlatGraph, rdf_graph
from kb.shapes import literals_kept, rdf_shapes, run_graphs
from kb.turtle import read_turtle
from kb.vocab import RDF, SH, SHAPES, XSD

NOTHING = SHAPES + "mutant-nothing"
TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
STEPS = {"minCount": -1, "maxCount": 1, "minInclusive": -1, "minLength": -1, "maxLength": 1}
DROPPED = (
    *("minCount", "maxCount", "minInclusive", "minLength", "maxLength", "datatype", "class", "nodeKind", "pattern"),
    *("in", "hasValue", "uniqueLang", "lessThan", "equals", "disjoint", "or", "not", "property", "sparql"),
)
_HEAD = re.compile(r"^# remove: (\S+)(?: (\S+))?$", re.MULTILINE)
_PREFIX = re.compile(r"^@prefix (\w+): <([^>]*)> \.$", re.MULTILINE)


@dataclass(frozen=True)
class Witness:
    """A base that rules are run over: its name, its triples, the codes that it is about (none: any)."""

    name: str
    triples: tuple[ox.Triple, ...]
    codes: frozenset[str] = frozenset()

    @cached_property
    def graph(self) -> FlatGraph:
        """As the engine takes it; `kb.shapes.literals_kept` must be entered."""
        return rdf_graph(self.triples)


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
        shapes: every shape.
    """

    rule: Rule
    shapes: Graph

    @cached_property
    def own(self) -> tuple[ox.Triple, ...]:
        """The triples of the rule itself, and of the parts that it names."""
        return self._reach(self.rule.iri)

    @cached_property
    def host(self) -> tuple[ox.Triple, ...]:
        """Those of the shape that gives the rule its nodes; the same, where the rule has targets of its own."""
        return self._reach(self.rule.host)

    def _reach(self, start: str) -> tuple[ox.Triple, ...]:
        seen, waiting = set[str](), [start]
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting += [
                    key(t.object) for t in self._by_subject.get(node, ()) if not isinstance(t.object, ox.Literal)
                ]
        return tuple(triple for node in sorted(seen) for triple in self._by_subject.get(node, ()))

    @cached_property
    def _by_subject(self) -> Mapping[str, list[ox.Triple]]:
        found: dict[str, list[ox.Triple]] = {}
        for triple in self.shapes.triples:
            found.setdefault(key(triple.subject), []).append(triple)
        return found

    # --- damage

    def to_the_rule(self) -> Iterator[Damage]:
        """The rule off, aimed at nothing, or no more than a note."""
        node = ox.NamedNode(self.rule.iri)
        off = ox.Triple(node, ox.NamedNode(SH.deactivated), ox.Literal("true", datatype=ox.NamedNode(XSD.boolean)))
        yield Damage("switched off", frozenset(), (off,))
        targets = [t for t in self.host if key(t.subject) == self.rule.host and t.predicate.value in TARGETS]
        nothing = ox.NamedNode(SH.targetClass), ox.NamedNode(NOTHING)
        elsewhere = tuple(ox.Triple(triple.subject, *nothing) for triple in targets[:1])
        yield Damage("aimed at nothing", frozenset(targets), elsewhere)
        severity = frozenset(t for t in self.own if t.subject == node and t.predicate.value == SH.severity)
        yield Damage(
            "lowered to a note", severity, (ox.Triple(node, ox.NamedNode(SH.severity), ox.NamedNode(SH.Info)),)
        )

    def to_its_constraints(self) -> Iterator[Damage]:
        """Each constraint dropped or loosened, each of several targets and members lost."""
        for triple in self.own:
            term = triple.predicate.value.removeprefix(SH.iri)
            name = f"{_short(key(triple.subject))} {term}"
            if term in DROPPED and triple.predicate.value.startswith(SH.iri):
                yield Damage(f"{name} dropped ({_shown(triple.object)})", frozenset((triple,)))
            if term in STEPS and not (term in ("minCount", "minLength") and key(triple.object) == "1"):
                number = ox.Literal(str(int(key(triple.object)) + STEPS[term]), datatype=ox.NamedNode(XSD.integer))
                yield Damage(f"{name} {number.value}", frozenset((triple,)), (_with(triple, number),))
            if term in ("in", "or", "alternativePath"):
                yield from self._shorter(triple, name)
            if term == "path" and isinstance(triple.object, ox.NamedNode):
                yield Damage(f"{name} elsewhere", frozenset((triple,)), (_with(triple, ox.NamedNode(NOTHING)),))
        targets = [t for t in self.host if key(t.subject) == self.rule.host and t.predicate.value in TARGETS]
        for triple in targets if len(targets) > 1 else ():
            yield Damage(f"target {_shown(triple.object)} lost", frozenset((triple,)))

    def _shorter(self, triple: ox.Triple, name: str) -> Iterator[Damage]:
        """A list without each of its members."""
        cells = list(self._cells(key(triple.object)))
        for at, (cell, member) in enumerate(cells if len(cells) > 1 else ()):
            rest = next(t for t in self._by_subject[cell] if t.predicate.value == RDF.rest)
            before = triple if at == 0 else next(t for t in self.shapes.triples if key(t.object) == cell)
            yield Damage(f"{name} without {_shown(member)}", frozenset((before,)), (_with(before, rest.object),))

    def _cells(self, cell: str) -> Iterator[tuple[str, Term]]:
        while cell in self._by_subject and self.shapes.objects(cell, RDF.first):
            yield cell, self.shapes.objects(cell, RDF.first)[0]
            cell = self.shapes.nodes(cell, RDF.rest)[0]

    def damaged(self, damage: Damage) -> Graph:
        """The rule as it is run, with the damage done."""
        prefixes = self._reach(SHAPES.removesuffix("#"))
        kept = (triple for triple in (*self.host, *self.own, *prefixes) if triple not in damage.gone)
        return Graph.of((*kept, *damage.new))


def _with(triple: ox.Triple, value: Term | ox.Triple) -> ox.Triple:
    return ox.Triple(triple.subject, triple.predicate, value)


def _short(name: str) -> str:
    return "part" if name.startswith("_:") else re.split(r"[#/]", name)[-1]


def _shown(term: Term | ox.Triple) -> str:
    text = term.value if isinstance(term, ox.Literal) else _short(key(term))
    return text if len(text) <= 40 else text[:40] + "…"


# --- judging -----------------------------------------------------------------------------------------------


def damage_rules(
    shapes: Graph,
    rules: Sequence[Rule],
    witnesses: Sequence[Witness],
    *,
    constraints: bool,
    tell: Callable[[str], None] = lambda step: None,
) -> Iterator[Verdict]:
    """What became of every damage to every rule.

    Args:
        shapes: every shape.
        rules: the rules; those in code are left alone.
        witnesses: bases to run them over.
        constraints: whether single constraints are damaged too; this needs cases at every boundary.
        tell: is told what is being done.
    """
    for rule in rules:
        if not rule.host or rule.off:
            continue
        tell(f"damaging {rule.code}")
        parts = RuleParts(rule, shapes)
        about = [witness for witness in witnesses if rule.code in witness.codes]
        others = [witness for witness in witnesses if rule.code not in witness.codes]
        before = _Before(parts)
        with literals_kept():
            for damage in (*parts.to_the_rule(), *(parts.to_its_constraints() if constraints else ())):
                shapes_now = parts.damaged(damage)
                noticed = next((w.name for w in (*about, *others) if _found(shapes_now, rule, w) != before.of(w)), "")
                state = CAUGHT if noticed else SURVIVED if about else NO_PLACE
                yield Verdict(f"shape {rule.code} {rule.name}: {damage.label}", noticed, state, (rule.code,))


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
    return frozenset((r.focus, r.path, r.value, severity) for r in results if r.shape == rule.iri)


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
    base = folder / "base.ttl"
    data = read_bytes(base)
    known = tuple(vocabulary)
    triples = read_turtle(data, source=str(base)).triples
    prefixes = dict(_PREFIX.findall(data.decode("utf-8")))
    paths = sorted(folder.glob("*/*.ttl"))
    if not paths:
        raise InputError("holds no cases", source=str(folder), help="a case is a file CODE/NAME.ttl beside base.ttl")
    for path in paths:
        text = read_bytes(path)
        gone = [tuple(_iri(name, prefixes) for name in found) for found in _HEAD.findall(text.decode("utf-8"))]
        kept = tuple(triple for triple in triples if not any(_is(triple, pattern) for pattern in gone))
        added = read_turtle(text, source=str(path)).triples
        yield Witness(f"{path.parent.name}/{path.stem}", (*known, *kept, *added), frozenset((path.parent.name,)))


def _iri(name: str, prefixes: Mapping[str, str]) -> str:
    prefix, _, local = name.partition(":")
    return prefixes.get(prefix, "") + local


def _is(triple: ox.Triple, pattern: tuple[str, ...]) -> bool:
    subject, predicate = pattern
    return key(triple.subject) == subject and predicate in ("", triple.predicate.value)
