"""Finds out why a claim gained or lost support between two versions of a base."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import pyoxigraph as ox

from kb.diff.change import RANKS
from kb.model.derive import attribution_chain, standings
from kb.model.origins import Link, links
from kb.model.standing import Citation, Origin, Standing
from kb.rdf.curies import short_iri
from kb.rdf.graph import Graph, Term, key
from kb.vocab import FC, RDFS

T = TypeVar("T")


class Version:
    """One of the two versions of a base; each value is computed when it is first needed."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    @cached_property
    def standings(self) -> Mapping[str, Standing]:
        return standings(self.graph)

    @cached_property
    def citations(self) -> Mapping[str, Citation]:
        """Every complete citation."""
        found = (citation for standing in self.standings.values() for citation in standing.mentions)
        return {citation.iri: citation for citation in found}

    @cached_property
    def links(self) -> frozenset[Link]:
        """Every link between voices that makes them count as one."""
        chains = {iri: attribution_chain(self.graph, iri) for iri in self.iris("citation")}
        return frozenset(links(self.graph, {iri: chain[-1] for iri, chain in chains.items() if chain}))

    def is_supported(self, claim: str) -> bool:
        return claim in self.standings and bool(self.standings[claim].support)

    def iris(self, kind: str) -> tuple[str, ...]:
        cls = FC.Claim if kind == "claim" else FC.Citation
        return tuple(iri for iri in self.graph.instances(cls) if not iri.startswith("_:"))

    def label(self, iri: str) -> str:
        labels = [term for term in self.graph.objects(iri, RDFS.label) if isinstance(term, ox.Literal)]
        return min(((term.language != "en", term.value) for term in labels), default=(False, ""))[1]

    def status(self, iri: str) -> str:
        return self.standings[iri].status if iri in self.standings else ""

    def properties(self, iri: str) -> dict[str, tuple[str, ...]]:
        """The properties of a node: predicate to values, with the members of lists."""
        return {
            predicate: tuple(sorted(self._format(term) for term in self.graph.objects(iri, predicate)))
            for predicate in self.graph.predicates(iri)
        }

    def _format(self, term: Term) -> str:
        if not isinstance(term, ox.BlankNode):
            return str(term)
        return f"( {' '.join(f'<{member}>' for member in self.graph.items(key(term)))} )"


_STANCES = {FC.asserts: "asserts", FC.denies: "denies", FC.mentions: "only mentions"}


@dataclass(frozen=True)
class Reasons:
    """Two versions of a base, and why a claim has a different status in each."""

    before: Version
    after: Version
    prefixes: Mapping[str, str]
    withdrawn: str = ""

    def name(self, iri: str) -> str:
        return short_iri(iri, self.prefixes)

    def find(self, old: Standing, new: Standing) -> Iterator[str]:
        """The reasons for a change of status: new or removed objections, or a change in support."""
        objected = FC.Contested in (old.status, new.status)
        if objected:
            yield from self._new_objections(self.before, old, new)
            yield from self._removed_objections(self.after, new, old)
        counted = not objected or FC.Uncited in (old.status, new.status)
        if counted and RANKS[new.status] < RANKS[old.status]:
            yield from self._lost_support(old, new)
        elif counted:
            yield from self._new_support(old, new)

    def _new_objections(self, earlier: Version, old: Standing, new: Standing) -> Iterator[str]:
        """The objections that are new."""
        for citation in _find_new(old.denials, new.denials):
            name = self.name(citation.iri)
            yield f"{name} now denies it" if citation.iri in earlier.citations else f"{name} is new and denies it"
        for claim in _find_new(old.contradicting, new.contradicting):
            name = self.name(claim)
            asserted = earlier.is_supported(claim)
            yield f"{name} now contradicts it" if asserted else f"{name}, which contradicts it, is now asserted"
        for rival in _find_new(old.rivals, new.rivals):
            name, answer = self.name(rival.claim), f"another answer to {self.name(rival.question)}"
            asserted = earlier.is_supported(rival.claim)
            yield f"{name} is now {answer}" if asserted else f"{name}, {answer}, is now asserted"

    def _removed_objections(self, later: Version, new: Standing, old: Standing) -> Iterator[str]:
        """The objections that no longer exist."""
        for citation in _find_new(new.denials, old.denials):
            name = self.name(citation.iri)
            yield (
                f"{name} no longer denies it"
                if citation.iri in later.citations
                else f"{name}, which denied it, is gone"
            )
        for claim in _find_new(new.contradicting, old.contradicting):
            name = self.name(claim)
            asserted = later.is_supported(claim)
            yield (
                f"{name} no longer contradicts it"
                if asserted
                else f"{name}, which contradicts it, is no longer asserted"
            )
        for rival in _find_new(new.rivals, old.rivals):
            name, answer = self.name(rival.claim), f"another answer to {self.name(rival.question)}"
            asserted = later.is_supported(rival.claim)
            yield f"{name} is no longer {answer}" if asserted else f"{name}, {answer}, is no longer asserted"

    def _lost_support(self, old: Standing, new: Standing) -> Iterator[str]:
        """Why there are fewer origins."""
        known = {support.citation.iri for support in new.support}
        for support in old.support:
            if support.citation.iri not in known:
                yield self._loss(support.citation, support.via or old.claim, old.claim)
        yield from self._changed_voices(old, new)
        joining = _find_joining_links(old.origins, new.origins, self.after.links - self.before.links)
        yield from (self._describe_link(link, "now ") for link in joining)
        yield from self._unnamed_voices(old, new, "now appears")

    def _new_support(self, old: Standing, new: Standing) -> Iterator[str]:
        """Why there are more origins: the opposite of `_lost_support`."""
        known = {support.citation.iri for support in old.support}
        for support in new.support:
            if support.citation.iri not in known:
                yield self._gain(support.citation, support.via or new.claim, new.claim)
        yield from self._changed_voices(old, new)
        parting = _find_joining_links(new.origins, old.origins, self.before.links - self.after.links)
        yield from (self._describe_link(link, "no longer ") for link in parting)
        yield from self._unnamed_voices(new, old, "no longer appears")

    def _loss(self, citation: Citation, asserted: str, claim: str) -> str:
        name, found = self.name(citation.iri), self.after.citations.get(citation.iri)
        if found is None:
            return f"{self.name(self.withdrawn)} is withdrawn" if self.withdrawn else f"{name} is gone"
        if found.claim != citation.claim:
            return f"{name} is now about {self.name(found.claim)}"
        if found.stance != FC.asserts:
            return f"{name} now {_STANCES[found.stance]} {self.name(found.claim)}"
        return f"{self.name(asserted)} no longer specialises {self.name(claim)}"

    def _gain(self, citation: Citation, asserted: str, claim: str) -> str:
        name, found = self.name(citation.iri), self.before.citations.get(citation.iri)
        if found is None:
            return f"{name} is new"
        if found.claim != citation.claim:
            return f"{name} is now about {self.name(citation.claim)}"
        if found.stance != FC.asserts:
            return f"{name} now asserts {self.name(citation.claim)}"
        return f"{self.name(asserted)} now specialises {self.name(claim)}"

    def _changed_voices(self, old: Standing, new: Standing) -> Iterator[str]:
        """Citations that still support it, with a different speaker."""
        speakers = {support.citation.iri: support.citation.speaker for support in old.support}
        for support in new.support:
            iri, speaker = support.citation.iri, support.citation.speaker
            if speakers.get(iri, speaker) != speaker:
                yield f"{self.name(iri)} is now in the voice of {self.name(speaker)}, not {self.name(speakers[iri])}"

    def _describe_link(self, link: Link, now: str) -> str:
        if link.kind == "restatement":
            return f"{self.name(link.node)} {now}restates {self.name(link.reason)}"
        if link.kind == "author":
            return f"{self.name(link.one)} is {now}an author of {self.name(link.other)}"
        pair = f"{self.name(link.one)} and {self.name(link.other)}"
        return f"{pair} are {now}declared not independent ({self.name(link.node)})"

    def _unnamed_voices(self, old: Standing, new: Standing, words: str) -> Iterator[str]:
        """Unnamed voices that counted in `old`, and that share an article with a named one in `new`."""
        counted = {voice for origin in old.origins if origin.counts for voice in origin.voices}
        for origin in new.origins:
            if not origin.counts and counted.intersection(origin.voices):
                voices = " and ".join(map(self.name, origin.voices))
                articles = " and ".join(map(self.name, origin.beside))
                yield f"{voices}, unnamed, {words} together with a named voice in {articles}"


def _find_new(old: Iterable[T], new: Iterable[T]) -> list[T]:
    """The elements of `new` that are not in `old`; a citation is identified by its IRI alone."""
    known = {getattr(each, "iri", each) for each in old}
    return [each for each in new if getattr(each, "iri", each) not in known]


def _find_joining_links(apart: Sequence[Origin], together: Sequence[Origin], new: frozenset[Link]) -> Iterator[Link]:
    """The new links that join origins which were separate before."""
    number_of = {voice: number for number, origin in enumerate(apart) for voice in origin.voices}
    for origin in together:
        if len({number_of[voice] for voice in origin.voices if voice in number_of}) > 1:
            yield from (link for link in origin.links if link in new)
