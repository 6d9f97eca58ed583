"""Derived facts: the speakers, dates, independent origins and status of each claim.

Facts that can be computed are never authored. One walk over the graph computes them, not queries, so that ten
thousand claims take seconds and each number keeps its reasons. `standings` gives them as values, for pages and
reports; `derive` gives them as triples, for queries and exports.

The rules:

- The support of a claim is every citation that asserts it, or that asserts a claim which specialises it, directly or
  indirectly.
- An origin is a class of voices (kb/model/origins.py) among the innermost speakers of the support. A restatement is
  in the class of what it restates, for any speaker, so that it cannot add an origin.
- An unnamed voice adds no origin if a named voice of another class supports the claim in the same article, because
  both may be the same person, and a count must never be too high. This holds for all articles of the unnamed voice.
  A class is unnamed if all its original speakers are unnamed; a named speaker who restates them does not change that.
- Broken input is left out and raises no error; the shapes report it. A value that must be single and is not (two
  stances, two paragraphs, two rests of a list cell) counts as missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import pyoxigraph as ox

from kb.model.dates import Bounds, bounds
from kb.model.origins import SupportingClass, Voices, find_doubtful, links
from kb.model.sentences import in_words, own_voice, short
from kb.model.standing import Citation, Origin, Rival, Standing, Support
from kb.rdf.graph import Graph, reachable
from kb.rdf.lists import whole_members
from kb.vocab import DCTERMS, EDTF, FC, PROV, RDFS, RESTATEMENTS, STANCES, XSD

# --- the public functions --------------------------------------------------------------------------------


def derive(graph: Graph) -> tuple[ox.Triple, ...]:
    """Every derived triple of a base, sorted; the order of files and triples has no influence.

    Derived triples that are in `graph` already are ignored.
    """
    return standings(graph).triples()


def standings(graph: Graph) -> Standings:
    """Every claim with its standing, sorted by IRI; each is computed at its first use and cached."""
    return Standings(_Base(graph))


def standing(graph: Graph, claim: str) -> Standing:
    """The standing of one claim. It indexes the whole graph; use `standings` for several claims.

    Raises:
        KeyError: `claim` is not a claim of the graph.
    """
    return standings(graph)[claim]


# --- reading the graph -----------------------------------------------------------------------------------


def _only(values: Sequence[str]) -> str:
    """The only value; empty if there is none, or more than one."""
    return values[0] if len(values) == 1 else ""


def _only_iri(values: Sequence[str]) -> str:
    """The only value if it is an IRI, else empty."""
    return "" if _only(values).startswith("_:") else _only(values)


def _iris(names: Iterable[str]) -> list[str]:
    """The names that are IRIs, sorted."""
    return sorted(name for name in names if not name.startswith("_:"))


def attribution_chain(graph: Graph, citation: str) -> tuple[str, ...]:
    """The voices of a citation, the article first; empty unless they form one list of IRIs without faults."""
    return whole_members(_only(graph.nodes(citation, FC.attribution)), graph.nodes)


def _neighbours(graph: Graph, predicate: str, *, both: bool = False) -> dict[str, set[str]]:
    """Subject to objects of `predicate`, and object to subjects if `both`."""
    found: dict[str, set[str]] = {}
    for one, other in graph.pairs(predicate):
        if one != other:
            found.setdefault(one, set()).add(other)
            if both:
                found.setdefault(other, set()).add(one)
    return found


class _Base:
    """The parts of a graph from which standings are computed, each at its first use."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    @cached_property
    def claims(self) -> Mapping[str, None]:
        """Every claim, sorted."""
        return dict.fromkeys(_iris(self.graph.instances(FC.Claim)))

    @cached_property
    def chains(self) -> Mapping[str, tuple[str, ...]]:
        """Every citation that has an attribution chain, with the chain."""
        found = {iri: attribution_chain(self.graph, iri) for iri in _iris(self.graph.instances(FC.Citation))}
        return {citation: chain for citation, chain in found.items() if chain}

    @cached_property
    def citations(self) -> Mapping[str, Citation]:
        """Every complete citation."""
        found = (self._citation(iri, chain) for iri, chain in self.chains.items())
        return {citation.iri: citation for citation in found if citation is not None}

    def _citation(self, iri: str, chain: tuple[str, ...]) -> Citation | None:
        stances = [(stance, claim) for stance in STANCES for claim in self.graph.nodes(iri, stance)]
        paragraph = _only_iri(self.graph.nodes(iri, PROV.wasQuotedFrom))
        article = _only_iri(self.graph.nodes(paragraph, DCTERMS.isPartOf))
        if len(stances) != 1 or not article:
            return None
        restated = {other for predicate in RESTATEMENTS for other in self.graph.nodes(iri, predicate)}
        return Citation(iri, *stances[0], paragraph, article, chain, tuple(sorted(restated & self.chains.keys())))

    @cached_property
    def cited(self) -> Mapping[str, tuple[Citation, ...]]:
        """Claim to the citations of the claim itself, sorted by IRI."""
        found: dict[str, list[Citation]] = {}
        for citation in self.citations.values():
            found.setdefault(citation.claim, []).append(citation)
        return {claim: tuple(citations) for claim, citations in found.items()}

    @cached_property
    def below(self) -> Mapping[str, set[str]]:
        """Claim to the claims that specialise it."""
        found: dict[str, set[str]] = {}
        for special, generals in self.above.items():
            for general in generals:
                found.setdefault(general, set()).add(special)
        return found

    @cached_property
    def above(self) -> Mapping[str, set[str]]:
        """Claim to the claims that it specialises."""
        return _neighbours(self.graph, FC.specialises)

    @cached_property
    def against(self) -> Mapping[str, set[str]]:
        """Claim to the claims that contradict it, or that it contradicts."""
        return _neighbours(self.graph, FC.contradicts, both=True)

    @cached_property
    def questions(self) -> Mapping[str, tuple[str, ...]]:
        """Single-answer question to the asserted claims that answer it."""
        found: dict[str, tuple[str, ...]] = {}
        for question in self.graph.instances(FC.SingleAnswerQuestion):
            answers = sorted(self.graph.subjects(FC.answers, question))
            found[question] = tuple(claim for claim in answers if self.supported(claim))
        return found

    @cached_property
    def voices(self) -> Voices:
        """The classes of voices."""
        return Voices.of(links(self.graph, {iri: chain[-1] for iri, chain in self.chains.items()}))

    @cached_property
    def unnamed(self) -> frozenset[str]:
        """Every speaker without a name."""
        return frozenset(self.graph.instances(FC.UnnamedSource))

    @cached_property
    def articles(self) -> frozenset[str]:
        """Every article."""
        return frozenset(self.graph.instances(FC.Article))

    def name(self, iri: str) -> str:
        """The name of a voice: label and prefixed name of an agent, or the prefixed name of an article."""
        if iri in self.articles:
            return own_voice(iri).words.format(article=short(iri))
        labels = self.graph.objects(iri, RDFS.label)
        choices = sorted((term.language != "en", term.value) for term in labels if isinstance(term, ox.Literal))
        return f"{choices[0][1]} ({short(iri)})" if choices else short(iri)

    # --- one claim ---

    def asserting(self, claim: str) -> tuple[Citation, ...]:
        """The citations that assert the claim itself."""
        return tuple(c for c in self.cited.get(claim, ()) if c.stance == FC.asserts)

    def supported(self, claim: str) -> bool:
        """Whether anything supports the claim."""
        return any(self.asserting(each) for each in reachable(claim, self.below))

    def standing(self, claim: str) -> Standing:
        """The standing of one claim."""
        mentions = self.cited.get(claim, ())
        support = self._support(claim)
        denials = tuple(citation for citation in mentions if citation.stance == FC.denies)
        contradicting = tuple(sorted(c for c in self.against.get(claim, ()) if self.supported(c)))
        rivals = self._rivals(claim)
        origins = self._origins(support)
        status = _status(origins, contested=bool(denials or contradicting or rivals))
        found = Standing(claim, status, support, mentions, denials, contradicting, rivals, origins, self._dates(claim))
        return replace(found, path=in_words(found, self.name))

    def _support(self, claim: str) -> tuple[Support, ...]:
        found = sorted(
            (citation.iri, "" if each == claim else each)
            for each in reachable(claim, self.below)
            for citation in self.asserting(each)
        )
        return tuple(Support(self.citations[iri], via) for iri, via in found)

    def _rivals(self, claim: str) -> tuple[Rival, ...]:
        asked = sorted(q for q in self.graph.nodes(claim, FC.answers) if q in self.questions)
        if not asked:
            return ()
        kin = reachable(claim, self.below) | reachable(claim, self.above)
        return tuple(Rival(q, other) for q in asked for other in self.questions[q] if other not in kin)

    def _origins(self, support: tuple[Support, ...]) -> tuple[Origin, ...]:
        classes: dict[str, list[Support]] = {}
        for each in support:
            classes.setdefault(self.voices.root(each.citation.speaker), []).append(each)
        doubtful = find_doubtful({root: self._supporting_class(members) for root, members in classes.items()})
        found = [self._origin(tuple(members), doubtful.get(root, frozenset())) for root, members in classes.items()]
        return tuple(sorted(found, key=lambda origin: (not origin.counts, origin.voices)))

    def _supporting_class(self, members: Sequence[Support]) -> SupportingClass:
        cited = [each.citation for each in members]
        speakers = {citation.iri: citation.speaker for citation in cited}
        after: dict[str, set[str]] = {voice: set() for voice in speakers.values()}
        for citation in cited:
            after[citation.speaker] |= {speakers[iri] for iri in citation.restates if iri in speakers}
        behind = {voice: reachable(voice, after) for voice in after}
        named = after.keys() - self.unnamed
        return SupportingClass(
            where=frozenset(citation.article for citation in cited),
            named=frozenset(citation.article for citation in cited if citation.speaker in named),
            known=any(all(each in named and voice in behind[each] for each in behind[voice]) for voice in after),
        )

    def _origin(self, members: tuple[Support, ...], beside: frozenset[str]) -> Origin:
        voices = tuple(sorted({each.citation.speaker for each in members}))
        return Origin(voices, members, self.voices.why(voices), tuple(sorted(beside)))

    def _dates(self, claim: str) -> Bounds:
        values = self.graph.objects(claim, FC.when)
        if len(values) != 1 or not isinstance(values[0], ox.Literal) or values[0].datatype.value != EDTF:
            return Bounds()
        return bounds(values[0].value) or Bounds()


def _status(origins: tuple[Origin, ...], *, contested: bool) -> str:
    """The status, by the first rule that applies."""
    if not origins:
        return FC.Uncited
    if contested:
        return FC.Contested
    return FC.Corroborated if sum(origin.counts for origin in origins) > 1 else FC.SingleSource


@dataclass(frozen=True, eq=False)
class Standings(Mapping[str, Standing]):
    """Every claim with its standing; `standings` makes it."""

    base: _Base
    found: dict[str, Standing] = field(default_factory=dict)

    def __getitem__(self, claim: str) -> Standing:
        if claim not in self.base.claims:
            raise KeyError(claim)
        if claim not in self.found:
            self.found[claim] = self.base.standing(claim)
        return self.found[claim]

    def __iter__(self) -> Iterator[str]:
        return iter(self.base.claims)

    def __len__(self) -> int:
        return len(self.base.claims)

    def triples(self) -> tuple[ox.Triple, ...]:
        """Every derived triple, sorted."""
        found = [*_citation_triples(self.base)]
        for each in self.values():
            found += _claim_triples(each)
        return tuple(sorted(found, key=str))


# --- writing triples -------------------------------------------------------------------------------------


def _citation_triples(base: _Base) -> Iterator[ox.Triple]:
    for iri, chain in base.chains.items():
        yield _triple(iri, FC.speaker, ox.NamedNode(chain[-1]))
        yield _triple(iri, FC.attributionDepth, _integer(len(chain) - 1))


def _claim_triples(found: Standing) -> Iterator[ox.Triple]:
    for paragraph in found.paragraphs:
        yield _triple(found.claim, PROV.wasDerivedFrom, ox.NamedNode(paragraph))
    for predicate, day in ((FC.earliest, found.dates.earliest), (FC.latest, found.dates.latest)):
        if day is not None:
            yield _triple(found.claim, predicate, _typed(day.isoformat(), XSD.date))
    yield _triple(found.claim, FC.mentionCount, _integer(len(found.mentions)))
    yield _triple(found.claim, FC.articleCount, _integer(len(found.articles)))
    yield _triple(found.claim, FC.originCount, _integer(found.origin_count))
    yield _triple(found.claim, FC.status, ox.NamedNode(found.status))
    yield _triple(found.claim, FC.path, ox.Literal(found.path))


def _triple(subject: str, predicate: str, object_: ox.NamedNode | ox.Literal) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), object_)


def _typed(lexical: str, datatype: str) -> ox.Literal:
    return ox.Literal(lexical, datatype=ox.NamedNode(datatype))


def _integer(number: int) -> ox.Literal:
    return _typed(str(number), XSD.integer)
