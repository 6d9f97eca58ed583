"""RDF documents over HTTP: a thing, a graph, a description, in the format that was asked for.

Whole graphs and exports come from the triples in memory, with their literals as they were written; a thing comes from
the answer to the query behind its page. The same triples give the same bytes, whose digest is the ETag.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pyoxigraph as ox
from flask import Response, abort, request

import kb
from webapp.evaluate import GRAPH_FORMATS
from webapp.media import GRAPHS, HTML, Media, choose, content_type, find, offered
from webapp.site import Download

SUFFIXES: Mapping[str, tuple[Media, str]] = {
    "ttl": (GRAPHS[0], GRAPHS[0].types[0]),
    "nt": (GRAPHS[1], GRAPHS[1].types[0]),
    "jsonld": (GRAPHS[2], GRAPHS[2].types[0]),
    "json": (GRAPHS[2], "application/json"),
}
"""What stands behind the dot of an address, and the format and media type that it asks for."""


def by_suffix(name: str) -> tuple[str, Media | None, str]:
    """A name without its suffix, and the format and media type that the suffix asks for."""
    stem, _, suffix = name.rpartition(".")
    if stem and suffix in SUFFIXES:
        return stem, *SUFFIXES[suffix]
    return name, None, ""


def by_accept(medias: Sequence[Media], *, page: bool = False) -> tuple[Media | None, str]:
    """The format and media type that the Accept header asks for; no format where it asks for a page.

    Ends the request with 406 where nothing is acceptable.

    Args:
        page: whether there is one; then it is what a client gets that does not care.
    """
    offers = (*((HTML,) if page else ()), *offered(medias))
    chosen = choose(request.headers.get("Accept", ""), offers)
    if chosen is None:
        abort(406, "No format here is acceptable. There is: " + ", ".join(offers))
    return find(medias, chosen), chosen


def serialised(
    triples: Iterable[ox.Triple], media: Media, prefixes: Mapping[str, str], *, source: str = "the graph"
) -> Download:
    """A document of some triples."""
    if media.name == "turtle":
        return Download.of(kb.write_turtle(triples, prefixes=prefixes, source=source))
    ordered = sorted(set(triples), key=str)
    body = ox.serialize(ordered, format=GRAPH_FORMATS[media.name], prefixes=_used(ordered, media, prefixes))
    return Download.of(body or b"")


def _used(triples: Sequence[ox.Triple], media: Media, prefixes: Mapping[str, str]) -> dict[str, str] | None:
    """The prefixes that RDF/XML needs for its predicates; the other formats have none, or make their own."""
    if media.name != "rdfxml":
        return None
    spaces = {term.value[: max(term.value.rfind("#"), term.value.rfind("/")) + 1] for _, term, _ in triples}
    return {name: space for name, space in sorted(prefixes.items()) if space in spaces}


def send(document: Download, media: Media, name: str, media_type: str = "") -> Response:
    """A document with its type, its file name, and 304 for whoever has it already.

    Args:
        name: of the file, without its suffix; never from a request.
        media_type: of several that the format has.
    """
    response = Response(document.body, content_type=content_type(media_type or media.types[0]))
    response.headers["Content-Disposition"] = f'inline; filename="{name}.{media.suffix}"'
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept")
    response.set_etag(document.etag, weak=True)  # the same for a compressed copy
    response.make_conditional(request)
    return response
