"""Names lead somewhere: an IRI of the base, or the path of one, is sent on to the page or document about it.

Addresses here are shorter than the IRIs. A redirect for `https://w3id.org/factcite/` needs to keep the path only:
`kb/claim/…` is sent on to `/claim/…`, `ns` and `rel` are the vocabulary. A base with names of its own asks with
`/resource?iri=…`. The target chooses the format, by the Accept header that the client sends again.
"""

from __future__ import annotations

import pyoxigraph as ox
from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

import kb
from webapp.endpoint.documents import by_accept, by_suffix, send, serialised
from webapp.endpoint.media import GRAPHS, Media
from webapp.site.site import Download, Site, site

ROOT = kb.GRAPHS.removesuffix("graph/")
SEE_OTHER = 303

blueprint = Blueprint("dereference", __name__)


@blueprint.get("/resource")
def resource() -> AnyResponse:
    """A thing with an IRI in this base."""
    return see(site(), request.args.get("iri", ""))


@blueprint.get("/kb/<path:name>")
def named(name: str) -> AnyResponse:
    """The path of an IRI of the house's own base."""
    stem, media, _ = by_suffix(name)
    return see(site(), ROOT + (stem if media else name), f".{name.rpartition('.')[2]}" if media else "")


def see(here: Site, iri: str, suffix: str = "") -> AnyResponse:
    """To the page of a thing, the place of a paragraph on its article's, or the document of a graph."""
    if iri + suffix in here.graphs:
        return redirect(url_for("graphs.graph", graph=iri + suffix), SEE_OTHER)
    path, mark, place = here.names.path(iri).partition("#")
    if not path:
        abort(404, "This base holds nothing of that name.")
    return redirect(url_for("query.home") + path + (suffix or mark + place), SEE_OTHER)


@blueprint.get("/ns")
def vocabulary() -> AnyResponse:
    """The terms of the vocabulary."""
    return terms(site(), kb.FC.iri, "factcite-ns")


@blueprint.get("/rel")
def relations() -> AnyResponse:
    """The relations that claims state."""
    here = site()
    return terms(here, here.names.prefixes["rel"], "factcite-rel")


def terms(here: Site, space: str, name: str) -> AnyResponse:
    """What a namespace holds: in words for people, its triples for programs."""
    media, media_type = by_accept(GRAPHS, page=True)
    if media is None:
        response: AnyResponse = redirect(url_for("reference.about"), SEE_OTHER)
        response.vary.add("Accept")
        return response
    document = here.keep_data(f"{name} {media.name}", lambda: _document(here, space, media))
    return send(document, media, name, media_type)


def _document(here: Site, space: str, media: Media) -> Download:
    triples = (triple for triple in here.base.graph.triples if _is_in(triple, space))
    return serialised(triples, media, here.names.prefixes, source=space)


def _is_in(triple: ox.Triple, space: str) -> bool:
    return isinstance(triple.subject, ox.NamedNode) and triple.subject.value.startswith(space)
