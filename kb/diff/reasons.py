"""Why a claim gained or lost support between two versions of a base."""

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


class Side:
    """One of the two bases, with what is asked of it, each computed at the first question."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    @cached_property
    def standings(self) -> Mapping[str, Standing]:
        return standings(self.graph)

    @cached_property
    def citations(self) -> Mapping[str, Citation]:
        """Every whole citation."""
        found = (citation for standing in self.standings.values() for citation in standing.mentions)
        return {citation.iri: citation for citation in found}

    @cached_property
    def links(self) -> frozenset[Link]:
        """Every link between voices."""
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

    def lines(self, iri: str) -> dict[str, tuple[str, ...]]:
        """What is said of a node: predicate to values, lists written out."""
        return {
            predicate: tuple(sorted(self._written(term) for term in self.graph.objects(iri, predicate)))
            for predicate in self.graph.predicates(iri)
        }

    def _written(self, term: Term) -> str:
        if not isinstance(term, ox.BlankNode):
            return str(term)
        return f"( {' '.join(f'<{member}>' for member in self.graph.items(key(term)))} )"


_STANCES = {FC.asserts: "asserts", FC.denies: "denies", FC.mentions: "only mentions"}


@dataclass(frozen=True)
class Why:
    """Two bases, and how to say what made a claim stand elsewhere."""

    before: Side
    after: Side
    prefixes: Mapping[str, str]
    taken: str = ""

    def name(self, iri: str) -> str:
        return short_iri(iri, self.prefixes)

    def reasons(self, old: Standing, new: Standing) -> Iterator[str]:
        """What made the difference: objections where it is about those, else what changed its support."""
        objected = FC.Contested in (old.status, new.status)
        if objected:
            yield from self._raised(self.before, old, new)
            yield from self._settled(self.after, new, old)
        counted = not objected or FC.Uncited in (old.status, new.status)
        if counted and RANKS[new.status] < RANKS[old.status]:
            yield from self._less(old, new)
        elif counted:
            yield from self._more(old, new)

    def _raised(self, earlier: Side, old: Standing, new: Standing) -> Iterator[str]:
        """The objections that were not there before."""
        for citation in _new(old.denials, new.denials):
            name = self.name(citation.iri)
            yield f"{name} now denies it" if citation.iri in earlier.citations else f"{name} is new and denies it"
        for claim in _new(old.contradicting, new.contradicting):
            name = self.name(claim)
            spoken = earlier.is_supported(claim)
            yield f"{name} now contradicts it" if spoken else f"{name}, which contradicts it, is now asserted"
        for rival in _new(old.rivals, new.rivals):
            name, answer = self.name(rival.claim), f"another answer to {self.name(rival.question)}"
            spoken = earlier.is_supported(rival.claim)
            yield f"{name} is now {answer}" if spoken else f"{name}, {answer}, is now asserted"

    def _settled(self, later: Side, new: Standing, old: Standing) -> Iterator[str]:
        """The objections that are no longer there."""
        for citation in _new(new.denials, old.denials):
            name = self.name(citation.iri)
            yield (
                f"{name} no longer denies it"
                if citation.iri in later.citations
                else f"{name}, which denied it, is gone"
            )
        for claim in _new(new.contradicting, old.contradicting):
            name = self.name(claim)
            spoken = later.is_supported(claim)
            yield (
                f"{name} no longer contradicts it" if spoken else f"{name}, which contradicts it, is no longer asserted"
            )
        for rival in _new(new.rivals, old.rivals):
            name, answer = self.name(rival.claim), f"another answer to {self.name(rival.question)}"
            spoken = later.is_supported(rival.claim)
            yield f"{name} is no longer {answer}" if spoken else f"{name}, {answer}, is no longer asserted"

    def _less(self, old: Standing, new: Standing) -> Iterator[str]:
        """Why there are fewer origins."""
        there = {support.citation.iri for support in new.support}
        for support in old.support:
            if support.citation.iri not in there:
                yield self._lost(support.citation, support.via or old.claim, old.claim)
        yield from self._voices(old, new)
        joined = _joining(old.origins, new.origins, self.after.links - self.before.links)
        yield from (self._linked(link, "now ") for link in joined)
        yield from self._beside(old, new, "now stands")

    def _more(self, old: Standing, new: Standing) -> Iterator[str]:
        """Why there are more origins: why there would be fewer, the other way round."""
        there = {support.citation.iri for support in old.support}
        for support in new.support:
            if support.citation.iri not in there:
                yield self._gained(support.citation, support.via or new.claim, new.claim)
        yield from self._voices(old, new)
        parted = _joining(new.origins, old.origins, self.before.links - self.after.links)
        yield from (self._linked(link, "no longer ") for link in parted)
        yield from self._beside(new, old, "no longer stands")

    def _lost(self, citation: Citation, asserted: str, claim: str) -> str:
        name, found = self.name(citation.iri), self.after.citations.get(citation.iri)
        if found is None:
            return f"{self.name(self.taken)} is taken away" if self.taken else f"{name} is gone"
        if found.claim != citation.claim:
            return f"{name} is now about {self.name(found.claim)}"
        if found.stance != FC.asserts:
            return f"{name} now {_STANCES[found.stance]} {self.name(found.claim)}"
        return f"{self.name(asserted)} no longer specialises {self.name(claim)}"

    def _gained(self, citation: Citation, asserted: str, claim: str) -> str:
        name, found = self.name(citation.iri), self.before.citations.get(citation.iri)
        if found is None:
            return f"{name} is new"
        if found.claim != citation.claim:
            return f"{name} is now about {self.name(citation.claim)}"
        if found.stance != FC.asserts:
            return f"{name} now asserts {self.name(citation.claim)}"
        return f"{self.name(asserted)} now specialises {self.name(claim)}"

    def _voices(self, old: Standing, new: Standing) -> Iterator[str]:
        """Citations that support it as before, in another voice."""
        speakers = {support.citation.iri: support.citation.speaker for support in old.support}
        for support in new.support:
            iri, speaker = support.citation.iri, support.citation.speaker
            if speakers.get(iri, speaker) != speaker:
                yield f"{self.name(iri)} is now in the voice of {self.name(speaker)}, not {self.name(speakers[iri])}"

    def _linked(self, link: Link, now: str) -> str:
        if link.kind == "restatement":
            return f"{self.name(link.node)} {now}restates {self.name(link.reason)}"
        if link.kind == "author":
            return f"{self.name(link.one)} is {now}an author of {self.name(link.other)}"
        pair = f"{self.name(link.one)} and {self.name(link.other)}"
        return f"{pair} are {now}declared not independent ({self.name(link.node)})"

    def _beside(self, old: Standing, new: Standing, words: str) -> Iterator[str]:
        """Unnamed voices that counted in `old`, and that share an article with a named one in `new`."""
        counted = {voice for origin in old.origins if origin.counts for voice in origin.voices}
        for origin in new.origins:
            if not origin.counts and counted.intersection(origin.voices):
                voices = " and ".join(map(self.name, origin.voices))
                articles = " and ".join(map(self.name, origin.beside))
                yield f"{voices}, unnamed, {words} beside a named voice in {articles}"


def _new(old: Iterable[T], new: Iterable[T]) -> list[T]:
    """What is in `new` and not in `old`; a citation is identified by its IRI alone."""
    known = {getattr(each, "iri", each) for each in old}
    return [each for each in new if getattr(each, "iri", each) not in known]


def _joining(apart: Sequence[Origin], together: Sequence[Origin], new: frozenset[Link]) -> Iterator[Link]:
    """The new links by which origins that stood apart are one."""
    home = {voice: number for number, origin in enumerate(apart) for voice in origin.voices}
    for origin in together:
        if len({home[voice] for voice in origin.voices if voice in home}) > 1:
            yield from (link for link in origin.links if link in new)
