"""The faithful exits: the base, or one article of it, as RDF that other programs read.

The same base gives the same bytes, on every machine: statements are distinct and sorted, list cells are named by
the subject that holds them and their position, nothing is dated. Literals keep the form in which they were written
("007" stays "007"), because nothing passes through a store. What an exit cannot carry is listed, not hidden:

    format    what it loses
    --------  -------------------------------------------------------------------------------------------------
    turtle    which file a statement came from (the comment on top lists the files); comments
    ntriples  the same, and says nowhere which files it carries; prefixes; lists are spelt out, cell by cell
    nquads    comments; prefixes; lists are spelt out, cell by cell
    trig      comments
    jsonld    as ntriples

Lists come back as the same lists. A blank cell has no name in RDF, so that readers may rename it. No exit carries
an article's text: the base has none.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType

import pyoxigraph as ox

from kb.errors import UsageError
from kb.model.knowledge_base import KnowledgeBase
from kb.rdf.canonical import write_turtle
from kb.rdf.graph import key
from kb.vocab import DCTERMS, DERIVED_GRAPH, FC, RDF, RDFS, SKOS

FORMATS: Mapping[str, ox.RdfFormat] = MappingProxyType(
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

LOSSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "turtle": (_FILES, _COMMENTS),
        "ntriples": (_FILES, _CARRIED, _COMMENTS, _PREFIXES, _LISTS),
        "nquads": (_COMMENTS, _PREFIXES, _LISTS),
        "trig": (_COMMENTS,),
        "jsonld": (_FILES, _CARRIED, _COMMENTS, _PREFIXES, _LISTS),
    }
)
"""What each format does not carry; the table above, for programs."""

_SOURCE = "the export"
_DESCRIBING = frozenset({RDF.type, RDFS.label, DCTERMS.title, SKOS.altLabel, SKOS.definition})


def export(kb: KnowledgeBase, *, format: str, article: str | None = None, derived: bool = True) -> bytes:
    """The base as RDF, in UTF-8.

    Args:
        format: one of `FORMATS`.
        article: a slug; then only the article's record, its claims and citations, and the names and types of what
            they point to.
        derived: whether computed facts come along, in a graph of their own where the format has graphs.

    Raises:
        UsageError: an unknown format, or an article that is not in the base.
    """
    if format not in FORMATS:
        raise UsageError(f"there is no export format {format!r}", help="use one of: " + ", ".join(FORMATS))
    quads = tuple(kb.quads(derived=derived))
    if article is not None:
        quads = tuple(_of_article(quads, _article_graphs(kb, article)))
    header = _header(quads, kb, article)
    if format == "turtle":
        return write_turtle(_union(quads), prefixes=kb.prefixes, header=header, source=_SOURCE)
    if format == "trig":
        return _trig(quads, kb.prefixes, header)
    named = _relabel(quads)
    return _serialize(named if format == "nquads" else _union(named), FORMATS[format])


# --- one article -----------------------------------------------------------------------------------------


def _article_graphs(kb: KnowledgeBase, slug: str) -> frozenset[str]:
    """The graphs of an article's record and of its claims.

    Raises:
        UsageError: no record has that slug; the nearest one is named.
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
    """What the article's files say, what is computed of it, and the names and types of what it points to."""
    own = [quad for quad in quads if _graph(quad) in graphs]
    told = {key(quad.subject) for quad in own}
    pointed = {quad.object.value for quad in own if isinstance(quad.object, ox.NamedNode)}
    pointed = {iri for iri in pointed - told if not iri.startswith(FC.iri)}
    yield from own
    for quad in quads:
        graph, subject = _graph(quad), key(quad.subject)
        describes = subject in pointed and quad.predicate.value in _DESCRIBING
        if graph not in graphs and (subject in told if graph == DERIVED_GRAPH else describes):
            yield quad


# --- one name for every list cell --------------------------------------------------------------------------


def _relabel(quads: Sequence[ox.Quad]) -> tuple[ox.Quad, ...]:
    """The distinct quads, sorted, every list cell named by the subject that holds the list and by its position."""
    labels = _labels(quads)

    def named(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> ox.NamedNode | ox.BlankNode | ox.Literal:
        assert not isinstance(term, ox.Triple)
        return labels.get(term, term) if isinstance(term, ox.BlankNode) else term

    found = {
        ox.Quad(named(quad.subject), quad.predicate, named(quad.object), quad.graph_name)  # type: ignore[arg-type]
        for quad in quads
    }
    return tuple(sorted(found, key=_order))


def _labels(quads: Sequence[ox.Quad]) -> dict[ox.BlankNode, ox.BlankNode]:
    """New names for list cells; a cell that no IRI leads to keeps its name."""
    cells: dict[ox.BlankNode, list[ox.Quad]] = {}
    for quad in quads:
        if isinstance(quad.subject, ox.BlankNode):
            cells.setdefault(quad.subject, []).append(quad)
    found: dict[ox.BlankNode, ox.BlankNode] = {}
    for subject, predicate, heads in _lists(quads, cells):
        for number, head in enumerate(heads):
            digest = hashlib.sha256(f"{subject} {predicate} {number}".encode()).hexdigest()
            _name_cells(head, f"l{digest[:16]}", cells, found)
    return found


def _lists(
    quads: Sequence[ox.Quad], cells: Mapping[ox.BlankNode, Sequence[ox.Quad]]
) -> Iterator[tuple[str, str, list[ox.BlankNode]]]:
    """Each (subject, predicate) with the lists it holds: by what is in them, then by graph, then as in the file."""
    holders = [q for q in quads if isinstance(q.object, ox.BlankNode) and not isinstance(q.subject, ox.BlankNode)]
    order = {quad: (_members(quad.object, cells), _graph(quad)) for quad in holders}
    holders.sort(key=lambda quad: (str(quad.subject), str(quad.predicate), order[quad]))
    for (subject, predicate), group in groupby(holders, key=lambda quad: (str(quad.subject), str(quad.predicate))):
        yield subject, predicate, [quad.object for quad in group if isinstance(quad.object, ox.BlankNode)]


def _members(head: object, cells: Mapping[ox.BlankNode, Sequence[ox.Quad]]) -> tuple[str, ...]:
    """The members of a list, to sort it by; a list within a list counts as empty."""
    found: list[str] = []
    seen: set[ox.BlankNode] = set()
    while isinstance(head, ox.BlankNode) and head not in seen:
        seen.add(head)
        following: object = None
        for quad in cells.get(head, ()):
            if quad.predicate.value == RDF.rest:
                following = quad.object
            else:
                found.append("[]" if isinstance(quad.object, ox.BlankNode) else str(quad.object))
        head = following
    return tuple(found)


def _name_cells(
    head: ox.BlankNode,
    stem: str,
    cells: Mapping[ox.BlankNode, Sequence[ox.Quad]],
    found: dict[ox.BlankNode, ox.BlankNode],
) -> None:
    """Name the cells of one list and of the lists in it: `stem`, `x` and the position, for each depth."""
    queue = [(head, stem, 0)]
    while queue:
        cell, stem, position = queue.pop()
        if cell in found:
            continue
        found[cell] = ox.BlankNode(f"{stem}x{position}")
        for quad in cells.get(cell, ()):
            if isinstance(quad.object, ox.BlankNode):
                rest = quad.predicate.value == RDF.rest
                queue.append((quad.object, *((stem, position + 1) if rest else (f"{stem}x{position}", 0))))


# --- writing ---------------------------------------------------------------------------------------------


def _header(quads: Iterable[ox.Quad], kb: KnowledgeBase, article: str | None) -> list[str]:
    """The comment on top: what this is, which graphs it carries, under which licence. No date, so that it is stable."""
    name = article if article is None or article.isprintable() else ascii(article)  # which may be any name of a file
    what = "A Factcite knowledge base" if name is None else f"One article of a Factcite knowledge base: {name}"
    licences = sorted({str(triple.object) for triple in kb.graph.triples if triple.predicate.value == DCTERMS.license})
    graphs = sorted({_graph(quad) for quad in quads})
    return [
        f"# {what}.",
        "# Nothing here is asserted as true: a claim is what somebody puts forward; its citations say who and where.",
        "# The texts of the articles are not in here; they belong to others.",
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
    """Canonical Turtle, graph by graph (the engine's own TriG writer orders prefixes anew on every run)."""
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
