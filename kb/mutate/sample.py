"""The small base that is broken, and what a break is: triples that go and come, or other bytes in a file.

A mutant is written as files and read back through the gate, so that it is judged as a writer's mistake would be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import pyoxigraph as ox

from kb.model.knowledge_base import KnowledgeBase
from kb.rdf.canonical import natural_key, write_turtle
from kb.rdf.graph import Graph, key
from kb.verification.copies import LocalCopies, find_texts
from kb.vocab import DCTERMS, FC, PROV, RDF, SCHEMA

KINDS: Mapping[str, str] = {
    "article": FC.Article,
    "paragraph": FC.Paragraph,
    "citation": FC.Citation,
    "claim": FC.Claim,
    "question": FC.Question,
    "relation": FC.Relation,
    "agent": SCHEMA.Person,
    "unnamed": FC.UnnamedSource,
    "place": SCHEMA.Place,
    "event": SCHEMA.Event,
    "segment": FC.Segment,
    "span": FC.Span,
}
"""What `{claim}` and the like stand for in a break: the first such node that is not the one broken."""

_SLOT = re.compile(r"\{([a-z]+)([2-9]?)\}")


@dataclass(frozen=True)
class Break:
    """One way of breaking the base at one place.

    Attributes:
        where: the place, for people.
        gone: triples that go.
        new: triples that come.
        files: bytes of files instead, by name; None for a file that goes.
    """

    where: str
    gone: frozenset[ox.Triple] = frozenset()
    new: tuple[ox.Triple, ...] = ()
    files: Mapping[str, bytes | None] = field(default_factory=dict)


Breaker: TypeAlias = "Callable[[Sample], Iterator[Break]]"


@dataclass(frozen=True)
class Sample:
    """A base that is sound, to be broken.

    Attributes:
        kb: the base.
        baseline: fingerprints of what is found in it as it is.
    """

    kb: KnowledgeBase
    baseline: frozenset[str] = frozenset()

    @property
    def graph(self) -> Graph:
        """Every authored triple."""
        return self.kb.graph

    @cached_property
    def texts(self) -> LocalCopies:
        """The copies of the articles that lie in the base."""
        return find_texts(self.graph, [self.kb.home.texts])

    def nodes(self, cls: str) -> list[str]:
        """The instances of a class, by name."""
        return sorted(self.graph.instances(cls), key=natural_key)

    def article_of(self, node: str) -> str:
        """The article that a citation quotes from, or that a paragraph is part of; empty where there is none."""
        paragraph = self.graph.value(node, PROV.wasQuotedFrom) or node
        return self.graph.value(paragraph, DCTERMS.isPartOf) or ""

    def at_hand(self, node: str) -> bool:
        """Whether there is a copy of a node's article."""
        return (self.article_of(node) or node) in self.texts.copies

    def chain(self, citation: str) -> tuple[str, ...]:
        """The names in the attribution of a citation."""
        return self.graph.items(self.graph.value(citation, FC.attribution) or RDF.nil)

    # --- writing breaks

    def turtle(self, text: str, this: str = "") -> tuple[ox.Triple, ...] | None:
        """Triples of a Turtle text with slots for nodes of the base; None where a slot cannot be filled.

        `{this}` is the node that is broken, `{home}` its article, `{paragraph}` the first paragraph that is not
        that node, `{paragraph2}` the second one.
        """
        filled = {match[0]: self._slot(match[1], int(match[2] or 1), this) for match in _SLOT.finditer(text)}
        if "" in filled.values():
            return None
        for slot, iri in filled.items():
            text = text.replace(slot, f"<{iri}>")
        head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in sorted(self.kb.prefixes.items()))
        return tuple(quad.triple for quad in ox.parse(head + text, format=ox.RdfFormat.TURTLE))

    def _slot(self, name: str, number: int, this: str) -> str:
        if name == "this":
            return this
        if name == "home":
            return self.article_of(this)
        others = [node for node in self.nodes(KINDS[name]) if node != this]
        if name == "unnamed":  # one who says something
            others = [node for node in others if self.graph.subjects(RDF.first, node)]
        return others[number - 1] if len(others) >= number else ""

    def about(self, node: str, predicates: Iterable[str]) -> frozenset[ox.Triple]:
        """The triples that say one of these things about a node."""
        wanted = set(predicates)
        return frozenset(
            triple for triple in self.graph.triples if key(triple.subject) == node and triple.predicate.value in wanted
        )

    def whole(self, node: str) -> frozenset[ox.Triple]:
        """Every triple with a node as its subject."""
        return frozenset(triple for triple in self.graph.triples if key(triple.subject) == node)

    def broken(self, change: Break) -> tuple[ox.Triple, ...]:
        """The triples of the base with a break in it that is no matter of bytes."""
        return tuple(_connected([*(t for t in self.graph.triples if t not in change.gone), *change.new]))

    # --- writing files

    def files(self, change: Break) -> Mapping[str, bytes | None]:
        """The files that a break changes, with their new bytes."""
        if change.files:
            return change.files
        holder = {key(t.object): key(t.subject) for t in change.new if isinstance(t.object, ox.BlankNode)}
        placed: dict[str, list[ox.Triple]] = {}
        for triple in change.new:
            subject = key(triple.subject)
            while subject in holder:
                subject = holder[subject]
            placed.setdefault(self._file_of(subject), []).append(triple)
        for file in self.kb.files:
            if change.gone.intersection(file.document.triples):
                placed.setdefault(file.name, [])
        return {name: self._written(name, change.gone, new) for name, new in placed.items()}

    def _file_of(self, subject: str) -> str:
        known = self._homes.get(subject)
        return known or next((name for name in self._names if name.startswith("kb/claims/")), self._names[-1])

    @cached_property
    def _names(self) -> list[str]:
        return [file.name for file in self.kb.files]

    @cached_property
    def _homes(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for file in self.kb.files:
            for triple in file.document.triples:
                found.setdefault(key(triple.subject), file.name)
        return found

    def _written(self, name: str, gone: frozenset[ox.Triple], new: list[ox.Triple]) -> bytes:
        document = next(file.document for file in self.kb.files if file.name == name)
        kept = _connected([*(triple for triple in document.triples if triple not in gone), *new])
        return write_turtle(kept, prefixes=self.kb.prefixes, source=name)


def _connected(triples: list[ox.Triple]) -> list[ox.Triple]:
    """Without list cells that nothing points at any more."""
    while True:
        used = {triple.object for triple in triples if isinstance(triple.object, ox.BlankNode)}
        kept = [t for t in triples if not isinstance(t.subject, ox.BlankNode) or t.subject in used]
        if len(kept) == len(triples):
            return kept
        triples = kept


# --- families of breaks ------------------------------------------------------------------------------------


def each(
    cls: str,
    minus: Iterable[str] = (),
    plus: str = "",
    *,
    where: Callable[[Sample, str], bool] | None = None,
    needed: bool = True,
) -> Breaker:
    """At each instance of a class: what it says by these predicates goes, and a Turtle text comes.

    Args:
        cls: the class.
        minus: the predicates.
        plus: Turtle with slots, see `Sample.turtle`.
        where: only at nodes for which this holds.
        needed: only where something goes, if anything is to go.
    """
    predicates = tuple(minus)

    def breaks(sample: Sample) -> Iterator[Break]:
        for node in sample.nodes(cls):
            if where is not None and not where(sample, node):
                continue
            gone, new = sample.about(node, predicates), sample.turtle(plus, node)
            if new is not None and (gone or new) and (gone or not predicates or not needed):
                yield Break(node, gone, new)

    return breaks


def plant(text: str) -> Breaker:
    """A Turtle text comes, once."""

    def breaks(sample: Sample) -> Iterator[Break]:
        new = sample.turtle(text)
        if new:
            yield Break(key(new[0].subject), frozenset(), new)

    return breaks


def remove(cls: str, where: Callable[[Sample, str], bool] | None = None) -> Breaker:
    """Each instance of a class goes, with what is said of it."""

    def breaks(sample: Sample) -> Iterator[Break]:
        for node in sample.nodes(cls):
            if where is None or where(sample, node):
                yield Break(node, sample.whole(node))

    return breaks


def in_file(prefix: str, change: Callable[[str], str | bytes]) -> Breaker:
    """The text of each file whose name begins so becomes another."""

    def breaks(sample: Sample) -> Iterator[Break]:
        for file in sample.kb.files:
            if file.name.startswith(prefix):
                after = change(file.document.text)
                data = after.encode() if isinstance(after, str) else after
                if data != file.document.data:
                    yield Break(file.name, files={file.name: data})

    return breaks


def in_copy(change: Callable[[list[str]], list[str] | None]) -> Breaker:
    """The non-empty lines of a reader's copy become others; None where that cannot be done."""

    def breaks(sample: Sample) -> Iterator[Break]:
        for article, copy in sorted(sample.texts.copies.items()):
            lines = [line for line in copy.path.read_text("utf-8").split("\n") if line.strip()]
            after = change(list(lines))
            if after is not None and after != lines:
                name = sample.kb.home.name(copy.path)
                yield Break(f"the copy of {article.rpartition('/')[2]}", files={name: "\n".join(after).encode()})

    return breaks


def has(predicate: str, value: str = "") -> Callable[[Sample, str], bool]:
    """Whether a node says something by a predicate (that value, if one is given)."""

    def holds(sample: Sample, node: str) -> bool:
        found = [key(term) for term in sample.graph.objects(node, predicate)]
        return value in found if value else bool(found)

    return holds


def lacks(predicate: str, value: str = "") -> Callable[[Sample, str], bool]:
    """The opposite of `has`."""
    holds = has(predicate, value)
    return lambda sample, node: not holds(sample, node)
