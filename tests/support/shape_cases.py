"""The cases of the shapes: a sound small base, and for each rule a few triples to add to it or take from it.

A case is a Turtle file `tests/shapes/<code>/<good|bad|boundary>[-n].ttl`. Its head says, in comments, what it is
about, what to take away from the base (`# remove: SUBJECT [PREDICATE]`) and what must be found
(`# expect: CODE SEVERITY NODE [VALUE]`; a finding without a value stands for any value). Nothing else may be
found. Every file passes the gate, so that it is the shapes that decide.

The engine spends most of its time on reading the shapes, so many cases are checked in one run: each in a world
of its own, which is to say with its own names for everything but the vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from kb.rdf.graph import Graph, Term, key
from kb.rdf.turtle import SHAPES, read_turtle
from kb.shacl.engine import Rule, read_rules, run_shapes
from kb.vocab import PREFIXES
from tests.support.paths import ROOT

CASES = ROOT / "tests" / "shapes"
_HEAD = re.compile(r"^# (remove|expect): (.+)$", re.MULTILINE)
_PREFIX = re.compile(r"^@prefix (\w+): <([^>]*)> \.$", re.MULTILINE)
_WORLD = re.compile(r"^https://w3id\.org/factcite/(kb/|rel#)")
_TERM = re.compile(r'"(?:[^"\\]|\\.)*"\S*|\S+')


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: rule code, severity, the node it is about, the lexical form of the value (None: any)."""

    code: str
    severity: str
    node: str
    value: str | None = None

    def covers(self, other: Found) -> bool:
        """Whether `other` is what this one expects."""
        same = (self.code, self.severity, self.node) == (other.code, other.severity, other.node)
        return same and self.value in (None, other.value)


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its rule, its file name without suffix, what to expect, the base without the vocabulary."""

    code: str
    name: str
    expected: tuple[Found, ...]
    triples: tuple[ox.Triple, ...]

    @property
    def label(self) -> str:
        """`FC001/bad`."""
        return f"{self.code}/{self.name}"

    def holds(self, found: Iterable[Found]) -> bool:
        """Whether exactly what is expected was found."""
        actual = set(found)
        return all(any(e.covers(a) for e in self.expected) for a in actual) and all(
            any(e.covers(a) for a in actual) for e in self.expected
        )


def read_case(path: Path) -> Case:
    """One case from its file.

    Raises:
        TurtleError: the gate refuses the file.
        ValueError: its head takes away what the base does not have.
    """
    data = path.read_bytes()
    prefixes = dict(_PREFIX.findall(base_text()))
    triples = read_turtle(base_text().encode(), source="base.ttl").triples
    expected = []
    for word, rest in _HEAD.findall(data.decode()):
        terms = _TERM.findall(rest)
        if word == "remove":
            triples = _without(triples, [_iri(term, prefixes) for term in terms], path)
        else:
            value = _lexical(terms[3]) if len(terms) > 3 else None
            expected.append(Found(terms[0], terms[1], _iri(terms[2], prefixes), value))
    added = read_turtle(data, source=path.name).triples
    return Case(path.parent.name, path.stem, tuple(expected), (*triples, *added))


def case_files(code: str = "FC*") -> tuple[Path, ...]:
    """The file of every case, or of those of one rule, by name."""
    return tuple(sorted(CASES.glob(f"{code}/*.ttl")))


@cache
def base_text() -> str:
    """The sound small base that every case starts from."""
    return (CASES / "base.ttl").read_text("utf-8")


@cache
def vocabulary() -> tuple[ox.Triple, ...]:
    """The triples of the vocabulary, relations apart: the small base has relations of its own."""
    document = read_turtle((ROOT / "kb" / "vocabulary.ttl").read_bytes(), source="vocabulary.ttl")
    return tuple(triple for triple in document.triples if not key(triple.subject).startswith(PREFIXES["rel"]))


@cache
def all_shapes() -> Graph:
    """Every shape of the repository."""
    files = sorted((ROOT / "shapes").glob("*.ttl"))
    documents = [read_turtle(file.read_bytes(), source=file.name, policy=SHAPES) for file in files]
    return Graph.of(triple for document in documents for triple in document.triples)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of the repository, rules in code included."""
    return read_rules(all_shapes())


def find(cases: Sequence[Case], shapes: Graph) -> tuple[frozenset[Found], ...]:
    """What the shapes find in each case, in their order; one run of the engine for all of them."""
    worlds = [triple for number, case in enumerate(cases) for triple in world(case.triples, number)]
    rules = {rule.iri: rule for rule in read_rules(shapes)}
    found: list[set[Found]] = [set() for _ in cases]
    for result in run_shapes(Graph.of((*vocabulary(), *worlds)), shapes):
        if result.shape in rules:
            rule = rules[result.shape]
            number, node = home(result.focus)
            value = home(result.value_node)[1]
            found[number].add(Found(rule.code, rule.severity, node, value))
    return tuple(frozenset(each) for each in found)


def world(triples: Iterable[ox.Triple], number: int) -> Iterable[ox.Triple]:
    """The same triples under names of their own, so that many cases can be checked in one run."""

    def moved(term: Term | ox.Triple) -> Term:
        assert not isinstance(term, ox.Triple)  # the gate lets no triple term in
        if isinstance(term, ox.NamedNode):
            return ox.NamedNode(_WORLD.sub(rf"\g<0>{number}/", term.value))
        return ox.BlankNode(f"{term.value}w{number}") if isinstance(term, ox.BlankNode) else term

    for triple in triples:
        subject = moved(triple.subject)
        assert not isinstance(subject, ox.Literal)
        yield ox.Triple(subject, triple.predicate, moved(triple.object))


def home(name: str) -> tuple[int, str]:
    """The number of the world that a name is from (0 where it is from none), and the name at home."""
    match = re.match(_WORLD.pattern + r"(\d+)/", name)
    return (int(match[2]), name[: match.end(1)] + name[match.end() :]) if match else (0, name)


def _without(triples: tuple[ox.Triple, ...], pattern: list[str], path: Path) -> tuple[ox.Triple, ...]:
    subject, predicate = (*pattern, None)[:2]
    kept = tuple(
        triple
        for triple in triples
        if key(triple.subject) != subject or predicate not in (None, triple.predicate.value)
    )
    if len(kept) == len(triples):
        raise ValueError(f"{path}: nothing to remove for {' '.join(pattern)}")
    return kept


def _iri(name: str, prefixes: dict[str, str]) -> str:
    prefix, _, local = name.partition(":")
    return prefixes[prefix] + local


def _lexical(term: str) -> str:
    (triple,) = ox.parse(f"<urn:s> <urn:p> {term.partition('^^')[0]} .", format=ox.RdfFormat.N_TRIPLES)
    value: Term = triple.object
    return key(value)
