"""Exports: the base, or one article of it, as RDF for other programs.

The same base gives the same bytes on every machine: statements are distinct and sorted, list cells have the labels of
RDFC-1.0, and there is no date. Literals keep their lexical form ("007" stays "007"). Each format loses something:

    format    what it loses
    --------  -------------------------------------------------------------------------------------------------
    turtle    which file a statement came from (the comment on top lists the files); comments
    ntriples  the same; the list of the files; prefixes; the short form of lists (each cell is written)
    nquads    comments; prefixes; the short form of lists
    trig      comments
    jsonld    as ntriples

Lists are read back as the same lists. Readers may rename blank nodes. No export contains the text of an article; the
base has none.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import pyoxigraph as ox

from kb.characters import escape_for_terminal
from kb.errors import UsageError
from kb.model.knowledge_base import KnowledgeBase
from kb.rdf.blank_nodes import label_canonically
from kb.rdf.canonical import write_turtle
from kb.rdf.graph import key
from kb.vocab import DCTERMS, DERIVED_GRAPH, FC, RDF, RDFS, SKOS

EXPORT_FORMATS: Mapping[str, ox.RdfFormat] = MappingProxyType(
    {
        "turtle": ox.RdfFormat.TURTLE,
        "ntriples": ox.RdfFormat.N_TRIPLES,
        "nquads": ox.RdfFormat.N_QUADS,
        "trig": ox.RdfFormat.TRIG,
        "jsonld": ox.RdfFormat.JSON_LD,
    }
)
"""Name to format, in the order in which they are offered."""

_FILES = "which file a statement came from"
_CARRIED = "which files it carries"
_COMMENTS = "comments"
_PREFIXES = "prefixes"
_LISTS = "the short form of lists"

EXPORT_LOSSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "turtle": (_FILES, _COMMENTS),
        "ntriples": (_FILES, _CARRIED, _COMMENTS, _PREFIXES, _LISTS),
        "nquads": (_COMMENTS, _PREFIXES, _LISTS),
        "trig": (_COMMENTS,),
        "jsonld": (_FILES, _CARRIED, _COMMENTS, _PREFIXES, _LISTS),
    }
)
"""What each format loses: the table above as data."""

_SOURCE = "the export"
_DESCRIBING = frozenset({RDF.type, RDFS.label, DCTERMS.title, SKOS.altLabel, SKOS.definition})


def export(kb: KnowledgeBase, *, format: str, article: str | None = None, derived: bool = True) -> bytes:
    """The base as RDF, in UTF-8.

    Args:
        format: one of `EXPORT_FORMATS`.
        article: a slug: export only the article's record, its claims and citations, and the names and types of the
            nodes that they refer to.
        derived: whether derived facts are included, in a graph of their own if the format has graphs.

    Raises:
        UsageError: an unknown format, or an article that is not in the base.
    """
    if format not in EXPORT_FORMATS:
        raise UsageError(f"there is no export format {format!r}", help="use one of: " + ", ".join(EXPORT_FORMATS))
    quads = tuple(kb.quads(derived=derived))
    if article is not None:
        quads = tuple(_of_article(quads, _article_graphs(kb, article)))
    header = _header(quads, kb, article)
    if format == "turtle":
        return write_turtle(_union(quads), prefixes=kb.prefixes, header=header, source=_SOURCE)
    if format == "trig":
        return _trig(quads, kb.prefixes, header)
    named = sorted(label_canonically(quads), key=_order)
    return _serialize(named if format == "nquads" else _union(named), EXPORT_FORMATS[format])


# --- one article -----------------------------------------------------------------------------------------


def _article_graphs(kb: KnowledgeBase, slug: str) -> frozenset[str]:
    """The graphs of an article's record and of its claims.

    Raises:
        UsageError: no record has that slug; the message suggests a similar one.
    """
    slugs = {
        file.name.removeprefix("corpus/").removesuffix(".ttl") for file in kb.files if file.name.startswith("corpus/")
    }
    if slug not in slugs:
        near = difflib.get_close_matches(slug, sorted(slugs), 1)
        hint = f"did you mean {near[0]}?" if near else "the articles are: " + (", ".join(sorted(slugs)) or "none")
        raise UsageError(f"there is no article {slug!r}", help=hint)
    names = (f"corpus/{slug}.ttl", f"kb/claims/{slug}.ttl")
    return frozenset(file.graph_iri for file in kb.files if file.name in names)


def _of_article(quads: Sequence[ox.Quad], graphs: frozenset[str]) -> Iterator[ox.Quad]:
    """The article's files, the facts derived from it, and the names and types of the nodes that it refers to."""
    own = [quad for quad in quads if _graph(quad) in graphs]
    own_subjects = {key(quad.subject) for quad in own}
    pointed = {quad.object.value for quad in own if isinstance(quad.object, ox.NamedNode)}
    pointed = {iri for iri in pointed - own_subjects if not iri.startswith(FC.iri)}
    yield from own
    for quad in quads:
        graph, subject = _graph(quad), key(quad.subject)
        describes = subject in pointed and quad.predicate.value in _DESCRIBING
        if graph not in graphs and (subject in own_subjects if graph == DERIVED_GRAPH else describes):
            yield quad


# --- writing ---------------------------------------------------------------------------------------------


def _header(quads: Iterable[ox.Quad], kb: KnowledgeBase, article: str | None) -> list[str]:
    """The comment on top: the content, the licence and the graphs. It has no date, so that it stays the same."""
    name = None if article is None else escape_for_terminal(article)  # it may be any file name
    what = "A Factcite knowledge base" if name is None else f"One article of a Factcite knowledge base: {name}"
    licences = sorted({str(triple.object) for triple in kb.graph.triples if triple.predicate.value == DCTERMS.license})
    graphs = sorted({_graph(quad) for quad in quads})
    return [
        f"# {what}.",
        "# Nothing here is asserted as true: a claim is what a speaker says; its citations say who and where.",
        "# The texts of the articles are not included; they belong to their publishers.",
        f"# Licence that the base states: {', '.join(licences) or 'none'}",
        f"# Graphs in this export ({len(graphs)}):",
        *(f"#   <{graph}>" + (" (computed, not authored)" if graph == DERIVED_GRAPH else "") for graph in graphs),
    ]


def _union(quads: Iterable[ox.Quad]) -> list[ox.Triple]:
    """The triples of all graphs, distinct and sorted."""
    return sorted({quad.triple for quad in quads}, key=str)


def _serialize(statements: Iterable[ox.Triple] | Iterable[ox.Quad], format: ox.RdfFormat) -> bytes:
    data = ox.serialize(statements, format=format)
    assert data is not None
    return data if data.endswith(b"\n") else data + b"\n"


def _trig(quads: Sequence[ox.Quad], prefixes: Mapping[str, str], header: Sequence[str]) -> bytes:
    """Canonical Turtle, graph by graph (the engine's TriG writer changes the order of prefixes between runs)."""
    graphs: dict[str, list[ox.Triple]] = {}
    for quad in quads:
        graphs.setdefault(_graph(quad), []).append(quad.triple)
    declared: set[str] = set()
    blocks: list[str] = []
    for graph in sorted(graphs):
        head, blank, body = write_turtle(graphs[graph], prefixes=prefixes, source=graph).decode().partition("\n\n")
        if not head.startswith("@prefix "):
            head, body = "", head + blank + body
        declared.update(head.splitlines())
        blocks.append(f"<{graph}> {{\n\n{body}\n}}" if graph else body.rstrip("\n"))
    parts = ["\n".join(header), "\n".join(sorted(declared)), *blocks]
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def _graph(quad: ox.Quad) -> str:
    """The IRI of the graph; empty for the default graph."""
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""


def _order(quad: ox.Quad) -> tuple[str, str, str, str]:
    return _graph(quad), str(quad.subject), str(quad.predicate), str(quad.object)
