"""The blast radius of a change: what was added, changed and removed, which claims stand elsewhere now, and why.

A reviewer sees lines; what counts is what they do to the claims. One citation that turns out to restate another can
take the second origin from a dozen claims in other files. So two bases are compared by their standings
(`kb.standing`), and each claim that stands elsewhere comes with what made it so, in words that claims share: those
with the same reasons are told together.

`retract` answers the other question, before anything changes: who falls when an article is withdrawn?
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import pyoxigraph as ox

from kb.answer import short_iri
from kb.derive import attribution_chain, standings
from kb.errors import UsageError
from kb.graph import Graph, Term, key
from kb.lists import cells
from kb.origins import Link, links
from kb.query import expand
from kb.standing import Citation, Origin, Standing
from kb.vocab import DCTERMS, FC, PREFIXES, PROV, RDF, RDFS

T = TypeVar("T")

RANKS = {FC.Uncited: 0, FC.Contested: 1, FC.SingleSource: 2, FC.Corroborated: 3}
"""How well a claim stands; a lower rank is a fall."""

KINDS = ("claim", "citation")
ADDED, CHANGED, REMOVED = "added", "changed", "removed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that says something else: its predicate, and the values that went and came, in N-Triples form.

    A list is written as its members between brackets.
    """

    predicate: str
    gone: tuple[str, ...]
    come: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One claim or citation that was added, changed or removed.

    Attributes:
        kind: one of `KINDS`.
        state: `ADDED`, `CHANGED` or `REMOVED`.
        iri, label: which; the label is empty where it has none.
        status: where the claim stands after, or stood before it was removed; empty for a citation.
        differences: for what was changed.
    """

    kind: str
    state: str
    iri: str
    label: str
    status: str = ""
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """One claim that stands elsewhere.

    Attributes:
        claim, label: which.
        before, after: its status, as IRIs.
        origins: its number of independent origins, before and after.
        reasons: why, in words; claims with the same reasons are told together.
    """

    claim: str
    label: str
    before: str
    after: str
    origins: tuple[int, int]
    reasons: tuple[str, ...]

    @property
    def falls(self) -> bool:
        """Whether it stands worse."""
        return RANKS[self.after] < RANKS[self.before]

    @property
    def verb(self) -> str:
        """`fall`, `rise`, or `turn` for a claim that nobody asserted and that is contested at once."""
        if self.before == FC.Uncited and self.after == FC.Contested:
            return "turn"
        return "fall" if self.falls else "rise"


@dataclass(frozen=True)
class Blast:
    """What a change does.

    Attributes:
        base, head: what was compared, in the words of whoever asked.
        changes: claims first, then citations; added, changed, removed; by IRI.
        moves: falls first; by status, reasons and claim.
        recounted: claims with the same status and another number of origins: claim, before, after.
        claims: number of claims before and after.
    """

    base: str
    head: str
    changes: tuple[Change, ...]
    moves: tuple[Move, ...]
    recounted: tuple[tuple[str, int, int], ...]
    claims: tuple[int, int]

    @property
    def falls(self) -> int:
        """How many claims stand worse."""
        return sum(move.falls for move in self.moves)

    @property
    def groups(self) -> tuple[tuple[Move, ...], ...]:
        """The moves, those with the same statuses and reasons together."""
        found: dict[tuple[str, str, tuple[str, ...]], list[Move]] = {}
        for move in self.moves:
            found.setdefault((move.before, move.after, move.reasons), []).append(move)
        return tuple(tuple(moves) for moves in found.values())

    def count(self, kind: str, state: str) -> int:
        """How many claims or citations were added, changed or removed."""
        return sum((change.kind, change.state) == (kind, state) for change in self.changes)


# --- the doors -------------------------------------------------------------------------------------------


def compare_graphs(
    base: Graph,
    head: Graph,
    *,
    names: tuple[str, str] = ("base", "head"),
    prefixes: Mapping[str, str] = PREFIXES,
    taken: str = "",
) -> Blast:
    """What the way from one base to another does.

    Args:
        base, head: the authored triples.
        names: what to call the two.
        prefixes: how IRIs are shortened in reasons.
        taken: IRI of what was taken away, where that is why citations are gone.
    """
    before, after = _Side(base), _Side(head)
    why = _Why(before, after, prefixes, taken)
    common = [claim for claim in before.standings if claim in after.standings]
    moved = [claim for claim in common if before.standings[claim].status != after.standings[claim].status]
    moves = (_move(why, claim) for claim in moved)
    recounted = (
        (claim, before.standings[claim].origin_count, after.standings[claim].origin_count)
        for claim in common
        if before.standings[claim].status == after.standings[claim].status
    )
    return Blast(
        *names,
        changes=tuple(change for kind in KINDS for change in _changes(before, after, kind)),
        moves=tuple(sorted(moves, key=_move_key)),
        recounted=tuple((claim, one, other) for claim, one, other in recounted if one != other),
        claims=(len(before.standings), len(after.standings)),
    )


def retract(graph: Graph, name: str, *, prefixes: Mapping[str, str] = PREFIXES) -> Blast:
    """Who falls when the citations of an article are taken away, or one citation, or all that one voice says.

    Args:
        graph: the authored triples.
        name: an article, a citation or an agent, with a prefix or as an IRI; an article by its slug too.
        prefixes: how IRIs are written.

    Raises:
        UsageError: there is no such article, citation or agent.
    """
    iri = _retractable(graph, name, prefixes)
    gone = set(_citations_of(graph, iri))
    gone |= {cell for citation in gone for cell in _attribution_cells(graph, citation)}
    rest = Graph(tuple(triple for triple in graph.triples if key(triple.subject) not in gone))
    names = ("the base", f"the base without {short_iri(iri, prefixes)}")
    return compare_graphs(graph, rest, names=names, prefixes=prefixes, taken=iri)


# --- one side of a comparison ----------------------------------------------------------------------------


class _Side:
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


def _changes(before: _Side, after: _Side, kind: str) -> Iterator[Change]:
    old, new = dict.fromkeys(before.iris(kind)), dict.fromkeys(after.iris(kind))
    for iri in sorted(new.keys() - old.keys()):
        yield Change(kind, ADDED, iri, after.label(iri), after.status(iri))
    for iri in sorted(old.keys() & new.keys()):
        differences = tuple(_differences(before.lines(iri), after.lines(iri)))
        if differences:
            yield Change(kind, CHANGED, iri, after.label(iri), after.status(iri), differences)
    for iri in sorted(old.keys() - new.keys()):
        yield Change(kind, REMOVED, iri, before.label(iri), before.status(iri))


def _differences(old: Mapping[str, tuple[str, ...]], new: Mapping[str, tuple[str, ...]]) -> Iterator[Difference]:
    for predicate in sorted(old.keys() | new.keys()):
        gone, come = old.get(predicate, ()), new.get(predicate, ())
        if gone != come:
            yield Difference(
                predicate,
                tuple(value for value in gone if value not in come),
                tuple(value for value in come if value not in gone),
            )


# --- why a claim stands elsewhere --------------------------------------------------------------------------

_STANCES = {FC.asserts: "asserts", FC.denies: "denies", FC.mentions: "only mentions"}


def _move(why: _Why, claim: str) -> Move:
    old, new = why.before.standings[claim], why.after.standings[claim]
    reasons = tuple(dict.fromkeys(why.reasons(old, new))) or ("its support is counted in another way",)
    origins = (old.origin_count, new.origin_count)
    return Move(claim, why.after.label(claim), old.status, new.status, origins, reasons)


def _move_key(move: Move) -> tuple[object, ...]:
    return not move.falls, -RANKS[move.before], RANKS[move.after], move.reasons, move.claim


@dataclass(frozen=True)
class _Why:
    """Two bases, and how to say what made a claim stand elsewhere."""

    before: _Side
    after: _Side
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

    def _raised(self, earlier: _Side, old: Standing, new: Standing) -> Iterator[str]:
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

    def _settled(self, later: _Side, new: Standing, old: Standing) -> Iterator[str]:
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
        """Unnamed voices that counted in `old` and stand beside a named one in `new`."""
        counted = {voice for origin in old.origins if origin.counts for voice in origin.voices}
        for origin in new.origins:
            if not origin.counts and counted.intersection(origin.voices):
                voices = " and ".join(map(self.name, origin.voices))
                articles = " and ".join(map(self.name, origin.beside))
                yield f"{voices}, unnamed, {words} beside a named voice in {articles}"


def _new(old: Iterable[T], new: Iterable[T]) -> list[T]:
    """What is in `new` and not in `old`; a citation is known by its name, whatever else it says."""
    known = {getattr(each, "iri", each) for each in old}
    return [each for each in new if getattr(each, "iri", each) not in known]


def _joining(apart: Sequence[Origin], together: Sequence[Origin], new: frozenset[Link]) -> Iterator[Link]:
    """The new links by which origins that stood apart are one."""
    home = {voice: number for number, origin in enumerate(apart) for voice in origin.voices}
    for origin in together:
        if len({home[voice] for voice in origin.voices if voice in home}) > 1:
            yield from (link for link in origin.links if link in new)


# --- retracting ------------------------------------------------------------------------------------------


def _retractable(graph: Graph, name: str, prefixes: Mapping[str, str]) -> str:
    candidates = (expand(name, prefixes), *(iri for iri in graph.instances(FC.Article) if iri.endswith(f"/{name}")))
    kinds = {iri for cls in (FC.Article, FC.Citation, FC.Agent) for iri in graph.instances(cls)}
    found = next((iri for iri in candidates if iri in kinds), None)
    if found is None:
        raise UsageError(
            f"{name!r} is no article, citation or agent of this base", help="name one, such as art:old-bridge"
        )
    return found


def _citations_of(graph: Graph, iri: str) -> Iterable[str]:
    """The citations that go with an article, a citation or a voice."""
    citations = frozenset(graph.instances(FC.Citation))
    if iri in citations:
        return (iri,)
    if iri in graph.instances(FC.Article):
        paragraphs = graph.subjects(DCTERMS.isPartOf, iri)
        return (c for paragraph in paragraphs for c in graph.subjects(PROV.wasQuotedFrom, paragraph) if c in citations)
    return (citation for citation in citations if attribution_chain(graph, citation)[-1:] == (iri,))


def _attribution_cells(graph: Graph, citation: str) -> Iterator[str]:
    for head in graph.nodes(citation, FC.attribution):
        found = cells(head, lambda cell: graph.value(cell, RDF.rest))
        yield from (cell for cell in found if cell.startswith("_:"))
