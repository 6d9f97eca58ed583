"""What would change if an article, a citation or a voice were withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kb.diff.change import Comparison
from kb.diff.compare import compare_graphs
from kb.errors import UsageError
from kb.model.derive import attribution_chain
from kb.rdf.curies import expand, short_iri
from kb.rdf.graph import Graph, key
from kb.rdf.lists import cells
from kb.vocab import DCTERMS, FC, PREFIXES, PROV, RDF


def retract(graph: Graph, name: str, *, prefixes: Mapping[str, str] = PREFIXES) -> Comparison:
    """Compare a base with the same base without an article, a citation, or all citations of one voice.

    Args:
        graph: the authored triples.
        name: an article, a citation or an agent, with a prefix or as an IRI; an article also by its slug.
        prefixes: how IRIs are shortened.

    Raises:
        UsageError: there is no such article, citation or agent.
    """
    iri = _retractable(graph, name, prefixes)
    removed = set(_citations_of(graph, iri))
    removed |= {cell for citation in removed for cell in _attribution_cells(graph, citation)}
    rest = Graph(tuple(triple for triple in graph.triples if key(triple.subject) not in removed))
    names = ("the base", f"the base without {short_iri(iri, prefixes)}")
    return compare_graphs(graph, rest, names=names, prefixes=prefixes, withdrawn=iri)


def _retractable(graph: Graph, name: str, prefixes: Mapping[str, str]) -> str:
    candidates = (expand(name, prefixes), *(iri for iri in graph.instances(FC.Article) if iri.endswith(f"/{name}")))
    kinds = {iri for cls in (FC.Article, FC.Citation, FC.Agent) for iri in graph.instances(cls)}
    found = next((iri for iri in candidates if iri in kinds), None)
    if found is None:
        raise UsageError(
            f"{name!r} is not an article, citation or agent of this base", help="name one, such as art:old-bridge"
        )
    return found


def _citations_of(graph: Graph, iri: str) -> Iterable[str]:
    """The citations that are removed with an article, a citation or a voice."""
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
