"""The page of one thing: a claim, a citation, an article, an entity."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace

import pyoxigraph as ox
from flask import Blueprint, Response, abort, render_template, request, url_for

import kb
from webapp.endpoint.documents import DATA, SUFFIXES, THINGS, by_accept, send, serialised
from webapp.engine.evaluate import ROWS, QueryRequest
from webapp.engine.worker import Reply
from webapp.site.names import KINDS, Link
from webapp.site.site import PAGE_ROWS, Site, site
from webapp.things.read import PAGES, linked
from webapp.things.reader import Reader
from webapp.things.texts import might_show, possible, text_of
from webapp.words import language
from webapp.words.catalogue import FIRST

blueprint = Blueprint("thing", __name__)


@blueprint.get(f"/<any({','.join(KINDS)}):kind>/<name>")
@blueprint.get(f"/<any({','.join(KINDS)}):kind>/<name>{DATA}")
def thing(kind: str, name: str, suffix: str = "") -> Response:
    """The page of a thing; or what the page is made of, as RDF, by suffix or by the Accept header."""
    here = site()
    iri = here.names.iri(kind, name)
    if iri is None:
        abort(404)
    media, media_type = SUFFIXES[suffix] if suffix else by_accept(THINGS, page=True)
    if media is None:
        response = _page(here, kind, iri)
        response.vary.add("Accept")
        return response
    slug = here.slug(iri) if kind == "article" else None
    if slug is not None:
        return send(here.download(media.name, slug), media, f"factcite-{name}", media_type)
    triples = _graph(here, kind, iri).triples
    document = serialised(triples, media, here.names.prefixes, source=f"{kind}/{name}")
    return send(document, media, f"factcite-{kind}-{name}", media_type)


def _page(here: Site, kind: str, iri: str) -> Response:
    """The page, kept for the next view; but never one that might hold an article's text."""
    if might_show(here, kind):
        html, shown = _made(here, kind, iri)
        response = Response(html)
        if shown:
            response.headers["Cache-Control"] = "no-store"
        return response
    address = (request.script_root, request.path, request.query_string)
    key = (possible(here), language.chosen(), *address)
    return Response(here.pages.get(key, lambda: _made(here, kind, iri)[0], len))


def _made(here: Site, kind: str, iri: str) -> tuple[bytes, bool]:
    """A page, and whether it shows an article's text."""
    page = PAGES[kind](Reader(_graph(here, kind, iri), here.names), iri)
    text = text_of(here, page)
    html = render_template(
        f"{kind}.html",
        page=page,
        text=text,
        behind=url_for("query.home", query=here.behind(kind, iri)),
    )
    return html.encode(), text.shown


def _graph(here: Site, kind: str, iri: str) -> kb.Graph:
    """The answer to the query behind a page, literals as the files write them."""
    found = graph_of(here.ask(QueryRequest(here.behind(kind, iri), graph=ROWS, max_rows=PAGE_ROWS), page=True))
    return kb.Graph.of(kb.as_written(found.triples, (here.base.graph, here.base.derived)))


def graph_of(reply: Reply) -> kb.Graph:
    """The triples of an answer in rows."""
    rows = json.loads(reply.body)["results"]["bindings"]
    return kb.Graph.of(
        ox.Triple(_term(row["subject"]), _term(row["predicate"]), _term(row["object"]))  # type: ignore[arg-type]
        for row in rows
    )


def _term(cell: Mapping[str, str]) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if cell["type"] == "uri":
        return ox.NamedNode(cell["value"])
    if cell["type"] == "bnode":
        return ox.BlankNode(cell["value"])
    if "xml:lang" in cell:
        return ox.Literal(cell["value"], language=cell["xml:lang"])
    datatype = cell.get("datatype")
    return ox.Literal(cell["value"], datatype=ox.NamedNode(datatype) if datatype else None)


NAMED = re.compile(r"\b(?:cite|claim|ent|art|q):[a-z]|<https?:[^<>\s]+>")


def pieces(link: Link) -> tuple[Link, ...]:
    """A text in which the names of things are links, as pieces; anything else whole.

    Where such a text has no language, it was computed (`fc:path`), and is in English.
    """
    if link.href or link.name or not NAMED.search(link.text):
        return (link,)
    found = linked(link.text, site().names)
    return tuple(replace(piece, lang=piece.lang if piece.href else link.lang or FIRST) for piece in found)
