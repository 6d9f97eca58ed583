"""The Graph Store Protocol, read side (https://www.w3.org/TR/sparql11-http-rdf-update/): each graph as a document.

`/graph?default` is the union of all graphs, `/graph?graph=IRI` one of them. Graphs are files and what is derived from
them, so a graph is sent with the literals that its writer wrote.
"""

from __future__ import annotations

import pyoxigraph as ox
from flask import Blueprint, Response, request

import kb
from webapp.documents import by_accept, send, serialised
from webapp.media import GRAPHS, named
from webapp.protocol import problem
from webapp.site import Site, site

ALLOW = "GET, HEAD, OPTIONS"

blueprint = Blueprint("graphs", __name__)


@blueprint.get("/graph")
def graph() -> Response:
    """One graph, or all of them as one."""
    here = site()
    asked = request.args.getlist("graph")
    if ("default" in request.args) + len(asked) != 1:
        return problem(400, "Say which graph: /graph?default, or /graph?graph=IRI with one IRI.")
    iri = asked[0] if asked else None
    triples = triples_of(here, iri)
    if triples is None:
        return problem(404, "There is no such graph in this base.", help="/void.ttl lists the graphs")
    short = request.args.get("format", "")
    media, media_type = (named(GRAPHS, short), "") if short else by_accept(GRAPHS)
    if media is None:
        return problem(406, f"There is no format {short[:40]!r}.", help=", ".join(each.name for each in GRAPHS))
    name = f"graph {iri} {media.name}"
    document = here.keep_data(name, lambda: serialised(triples, media, here.names.prefixes, source="the graph"))
    return send(document, media, "factcite-graph", media_type)


def triples_of(here: Site, iri: str | None) -> tuple[ox.Triple, ...] | None:
    """The triples of a named graph, or of their union; None where there is no such graph."""
    base = here.base
    if iri is None:
        return (*base.graph.triples, *base.derived.triples)
    if iri == kb.DERIVED_GRAPH:
        return base.derived.triples
    found = (file.document.triples for file in base.files if file.graph_iri == iri)
    return next(found, None)
