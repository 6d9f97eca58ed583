"""Origins: which voices count as one voice when independent support is counted.

Two articles that quote the same press office are one origin. A voice is the innermost speaker of an attribution chain:
an agent, or an article for its author's own words. Links connect voices (author, declared dependence, restatement), and
an origin is a connected class. Each class is a breadth-first tree, so that the reasons why two voices count as one can
be read from it in a few steps, and the same base always gives the same reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kb.rdf.graph import Graph, reachable
from kb.vocab import DCTERMS, FC, RDF, RDFS, RESTATEMENTS


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """Why two voices count as one.

    Attributes:
        kind: `author` (an article's own voice and its named author), `dependence` (declared), `restatement`.
        one, other: the two voices, in the order in which the reason is written.
        node: the IRI of the dependence, or of the restating citation; empty for an author.
        reason: the declared reason of a dependence; for a restatement the IRI of the restated citation.
    """

    kind: str
    one: str
    other: str
    node: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Voices:
    """Every class of voices, as a forest.

    Attributes:
        parents: voice to the next voice towards the root of its class, with the link between them.
        depths: voice to its distance from the root; voices without links are not included.
        classes: voice to the root of its class.
    """

    parents: Mapping[str, tuple[str, Link]]
    depths: Mapping[str, int]
    classes: Mapping[str, str]

    @classmethod
    def of(cls, links: Iterable[Link]) -> Voices:
        """The classes that these links connect, in any order of the links."""
        neighbours: dict[str, dict[str, Link]] = {}
        for link in sorted(set(links)):
            if link.one != link.other:
                neighbours.setdefault(link.one, {}).setdefault(link.other, link)
                neighbours.setdefault(link.other, {}).setdefault(link.one, link)
        parents: dict[str, tuple[str, Link]] = {}
        depths: dict[str, int] = {}
        classes: dict[str, str] = {}
        for root in sorted(neighbours):
            if root not in depths:
                members = _grow(root, neighbours, parents, depths)
                classes.update(dict.fromkeys(members, root))
        return cls(parents, depths, classes)

    def root(self, voice: str) -> str:
        """The voice that represents the class of `voice`."""
        return self.classes.get(voice, voice)

    def why(self, voices: Iterable[str]) -> tuple[Link, ...]:
        """The links that join `voices`, all of one class, in a fixed order; empty for a single voice."""
        found: set[Link] = set()
        names = sorted(set(voices))
        for voice in names[1:]:
            found.update(self._between(names[0], voice))
        return tuple(sorted(found))

    def _between(self, one: str, other: str) -> Iterator[Link]:
        """The links on the way from one voice to another, by their nearest common ancestor."""
        while one != other:
            if self.depths[one] < self.depths[other]:
                one, other = other, one
            one, link = self.parents[one]
            yield link


def _grow(
    root: str,
    neighbours: Mapping[str, Mapping[str, Link]],
    parents: dict[str, tuple[str, Link]],
    depths: dict[str, int],
) -> list[str]:
    """Add the class of `root` to the forest, breadth first and sorted, and return its members."""
    members: list[str] = []
    depths[root] = 0
    layer = [root]
    while layer:
        members += layer
        following: list[str] = []
        for voice in layer:
            for near in sorted(neighbours[voice]):
                if near not in depths:
                    depths[near] = depths[voice] + 1
                    parents[near] = (voice, neighbours[voice][near])
                    following.append(near)
        layer = following
    return members


def links(graph: Graph, speakers: Mapping[str, str]) -> Iterator[Link]:
    """Every link between voices.

    Args:
        speakers: each citation to its innermost speaker.
    """
    yield from _author_links(graph)
    yield from _dependence_links(graph)
    yield from _restatement_links(graph, speakers)


def _author_links(graph: Graph) -> Iterator[Link]:
    for article in graph.instances(FC.Article):
        for creator in graph.nodes(article, DCTERMS.creator):
            yield Link("author", creator, article)


def _dependence_links(graph: Graph) -> Iterator[Link]:
    agents = frozenset(graph.subclasses(FC.Agent))
    members: dict[str, set[str]] = {}
    for node, voice in graph.pairs(FC.notIndependentOf):
        members.setdefault(node, set()).add(voice)
    for node, voices in members.items():
        if not agents.isdisjoint(graph.nodes(node, RDF.type)):
            voices.add(node)
        first, *others = sorted(voices)
        reason = "; ".join(sorted(term.value for term in graph.objects(node, RDFS.comment)))
        for other in others:
            yield Link("dependence", first, other, node, reason)


def _restatement_links(graph: Graph, speakers: Mapping[str, str]) -> Iterator[Link]:
    for citation, restated in restatements(graph):
        if citation in speakers and restated in speakers:
            yield Link("restatement", speakers[citation], speakers[restated], citation, restated)


def restatements(graph: Graph) -> Iterator[tuple[str, str]]:
    """Every (citation, restated citation), by `fc:restates` or one of its sub-properties."""
    for predicate in RESTATEMENTS:
        yield from graph.pairs(predicate)


# --- unnamed voices --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SupportingClass:
    """One class of voices behind a claim.

    Attributes:
        where: the articles in which it speaks.
        named: those articles in which a named speaker of it speaks.
        known: whether at least one named speaker is an original source. Every speaker that an original source
            restates, directly or indirectly, restates it in turn, and all of them are named.
    """

    where: frozenset[str]
    named: frozenset[str]
    known: bool

    def beside(self, other: SupportingClass) -> frozenset[str]:
        """The articles in which a named speaker of one class and any speaker of the other appear together."""
        return (self.where & other.named) | (self.named & other.where)


def find_doubtful(classes: Mapping[str, SupportingClass]) -> dict[str, frozenset[str]]:
    """The classes that may be the same as another class, with the articles in which both appear.

    If unnamed classes appear only with one another, one of them counts.
    """
    met = {
        one: {other: articles for other in classes if other != one and (articles := cls.beside(classes[other]))}
        for one, cls in classes.items()
        if not cls.known
    }
    unnamed = {one: others.keys() & met.keys() for one, others in met.items()}
    found = {}
    for one, others in met.items():
        group = reachable(one, unnamed)
        beside_known = any(met[each].keys() - met.keys() for each in group)
        if beside_known or one != min(group):
            found[one] = frozenset().union(*others.values())
    return found
