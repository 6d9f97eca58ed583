"""Duplicates: a file, a name, a citation or a paragraph that is recorded twice would count twice.

Each copy is valid by itself, so no shape of one node finds it. Compared is what the copies have in common: the digest
of a file, a name, the place of a citation, the digest of a paragraph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from kb.finding import Fault
from kb.model.knowledge_base import LoadedFile
from kb.rdf.curies import short_iri
from kb.rdf.datatypes import whole
from kb.rdf.graph import Graph, Term, key
from kb.vocab import DCTERMS, FC, OA, PREFIXES, PROV, RDF, RDFS, SCHEMA, STANCES

NAMED = (FC.Claim, FC.Question, FC.Relation, SCHEMA.Thing)
"""Classes whose instances must have different labels."""

_MESSAGES = {
    "FC942": "is the same file, byte for byte, as",
    "FC943": "has the same name as",
    "FC944": "cites the same words for the same claim as",
    "FC945": "has the same words as",
}
"""Code of a rule to its message, which the name of the first node follows."""

_Pair: TypeAlias = tuple[str, str, str, str, Term]
"""Code of the rule, later node, first node, the property that is the same, and its value."""


def find_duplicates(graph: Graph, prefixes: Mapping[str, str] = PREFIXES) -> tuple[Fault, ...]:
    """Every node that repeats an earlier one, by rule and node."""
    pairs = (*_same_file(graph), *_same_name(graph), *_same_citation(graph), *_same_paragraph(graph))
    faults = {
        Fault(code, node, f"{_MESSAGES[code]} {short_iri(first, prefixes)}", path, str(value))
        for code, node, first, path, value in pairs
    }
    return tuple(sorted(faults, key=lambda fault: (fault.code, fault.node, fault.path, fault.value, fault.message)))


def find_scattered(files: Iterable[LoadedFile]) -> Iterator[Fault]:
    """FC941: every node that two files describe, so that it is unclear which one is right."""
    typed: dict[str, list[str]] = {}
    for file in files:
        for subject in sorted({key(t.subject) for t in file.document.triples if t.predicate.value == RDF.type}):
            typed.setdefault(subject, []).append(file.name)
    for subject, names in sorted(typed.items()):
        if len(names) > 1:
            yield Fault("FC941", subject, f"is described in {' and in '.join(names)}", RDF.type)


def _same_file(graph: Graph) -> Iterator[_Pair]:
    """FC942: one file, recorded as two articles."""
    first: dict[str, str] = {}
    for article in graph.instances(FC.Article):
        for digest in graph.objects(article, FC.digest):
            other = first.setdefault(key(digest), article)
            if other != article:
                yield "FC942", article, other, FC.digest, digest


def _same_name(graph: Graph) -> Iterator[_Pair]:
    """FC943: one name for two things of a kind; case and spaces are ignored."""
    for cls in NAMED:
        first: dict[tuple[str, str | None], str] = {}
        for node in graph.instances(cls):
            for label in graph.objects(node, RDFS.label):
                other = first.setdefault((" ".join(key(label).casefold().split()), _language(label)), node)
                if other != node:
                    yield "FC943", node, other, RDFS.label, label


def _language(term: Term) -> str | None:
    return getattr(term, "language", None)


def _same_citation(graph: Graph) -> Iterator[_Pair]:
    """FC944: the same characters, cited twice for one claim."""
    first: dict[tuple[str, ...], str] = {}
    for citation in graph.instances(FC.Citation):
        place = tuple(graph.value(citation, part) or "" for part in (PROV.wasQuotedFrom, OA.start, OA.end))
        for stance in STANCES if all(place) else ():
            for claim in graph.objects(citation, stance):
                other = first.setdefault((*place, key(claim)), citation)
                if other != citation:
                    yield "FC944", citation, other, stance, claim


def _same_paragraph(graph: Graph) -> Iterator[_Pair]:
    """FC945: the same words, printed twice in an article and cited at both places as two different ones."""
    first: dict[tuple[str, str], str] = {}
    for paragraph in _cited(graph):
        for digest in graph.objects(paragraph, FC.digest):
            other = first.setdefault((graph.value(paragraph, DCTERMS.isPartOf) or "", key(digest)), paragraph)
            if _original(graph, other) != _original(graph, paragraph):
                yield "FC945", paragraph, other, FC.digest, digest


def _cited(graph: Graph) -> Iterable[str]:
    """The paragraphs that a citation quotes from, in the order of their numbers."""
    citations = frozenset(graph.instances(FC.Citation))
    found = {paragraph for citation, paragraph in graph.pairs(PROV.wasQuotedFrom) if citation in citations}
    return sorted(found, key=lambda node: (whole(graph.value(node, FC.index)) or 0, node))


def _original(graph: Graph, paragraph: str) -> str:
    """The paragraph that `fc:duplicateOf` leads to; for a circle, the first of its names."""
    seen = [paragraph]
    while (other := graph.value(seen[-1], FC.duplicateOf)) is not None:
        if other in seen:
            return min(seen[seen.index(other) :])
        seen.append(other)
    return seen[-1]
