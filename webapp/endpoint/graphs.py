"""The Graph Store Protocol, read side (https://www.w3.org/TR/sparql11-http-rdf-update/): each graph as a document.

`/graph?default` is the union of all graphs, `/graph?graph=IRI` one of them. Graphs are files and what is derived from
them, so a graph is sent with the literals that its writer wrote. A client that prefers a page gets one about the graph.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox
from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

import kb
from webapp.endpoint.documents import DATA, SUFFIXES, by_accept, send, serialised
from webapp.endpoint.media import GRAPHS, Media, named
from webapp.endpoint.protocol import problem
from webapp.engine.evaluate import QueryRequest
from webapp.site.names import Link
from webapp.site.site import PAGE_ROWS, Site, site

blueprint = Blueprint("graphs", __name__)


MOST_THINGS = 500
"""Things of one graph that its page lists."""
SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class GraphPage:
    """A graph: its name and IRI, how many triples it has, and what it speaks of; `more` things are not listed."""

    name: str
    iri: str
    triples: int
    things: tuple[tuple[Link, int], ...]
    more: int


@blueprint.get("/graph")
@blueprint.get(f"/graph{DATA}")
def graph(suffix: str = "") -> AnyResponse:
    """One graph, or all of them as one."""
    here = site()
    asked = request.args.getlist("graph")
    if ("default" in request.args) + len(asked) != 1:
        return problem(400, "Say which graph: /graph?default, or /graph?graph=IRI with one IRI.")
    iri = asked[0] if asked else None
    triples = triples_of(here, iri)
    if triples is None:
        return problem(404, "There is no such graph in this base.", help="/void.ttl lists the graphs")
    media, media_type = _format(suffix, short := request.args.get("format", ""))
    if media is None and short:
        return problem(406, f"There is no format {short[:40]!r}.", help=", ".join(each.name for each in GRAPHS))
    if media is None:
        return page_of(here, iri, len(set(triples)))
    name = f"graph {iri} {media.name}"
    document = here.keep_data(name, lambda: serialised(triples, media, here.names.prefixes, source="the graph"))
    return send(document, media, "factcite-graph", media_type)


def _format(suffix: str, short: str) -> tuple[Media | None, str]:
    """By suffix, by `format`, or by the Accept header, where a page is what a client gets that prefers it."""
    if suffix or short:
        return SUFFIXES[suffix] if suffix else (named(GRAPHS, short), "")
    return by_accept(GRAPHS, page=True, first=False)


def page_of(here: Site, iri: str | None, triples: int) -> AnyResponse:
    """The page of a graph; all of them as one are on the page of the exports."""
    response: AnyResponse
    if iri is None:
        response = redirect(url_for("exports.export"), SEE_OTHER)
    else:
        behind = here.behind("graph", iri)
        rows = here.rows(QueryRequest(behind, graph=None, max_rows=PAGE_ROWS))
        counts = {row["thing"]["value"]: int(row["triples"]["value"]) for row in rows}
        things = [(here.names.link(thing), counts[thing]) for thing in sorted(counts, key=kb.natural_key)]
        page = GraphPage(
            iri.removeprefix(kb.GRAPHS), iri, triples, tuple(things[:MOST_THINGS]), max(len(things) - MOST_THINGS, 0)
        )
        response = Response(render_template("graph.html", page=page, behind=url_for("query.home", query=behind)))
    response.vary.add("Accept")
    return response


def triples_of(here: Site, iri: str | None) -> tuple[ox.Triple, ...] | None:
    """The triples of a named graph, or of their union; None where there is no such graph."""
    base = here.base
    if iri is None:
        return (*base.graph.triples, *base.derived.triples)
    if iri == kb.DERIVED_GRAPH:
        return base.derived.triples
    found = (file.document.triples for file in base.files if file.graph_iri == iri)
    return next(found, None)
