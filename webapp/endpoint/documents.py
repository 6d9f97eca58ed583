"""The RDF of the pages: the records of the things that each page shows, as a document.

Every page has its data at the same address with a suffix. The page at `/claims?kind=fc:Denial` has them at
`/claims.ttl?kind=fc:Denial`, and under the suffixes `.nt`, `.jsonld` and `.json`, and at its own address for a client
that asks by the Accept header. The page `/` is called `/index`. The data are RDF: the records of the things that the
page shows, all that the base says of them, however little of it the page lays out; what an address chooses, and on
which page of a list one is, holds for both. `.json` is the same JSON-LD under the general media type. There is one
exception: the JSON of the report is the report of `kb check --format json`, because programs know that.

Whole graphs and exports come from the triples in memory, with their literals as they were written; a thing comes from
the answer to the query behind its page. The same triples give the same bytes, whose digest is the ETag.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from flask import Response, abort, current_app, request

import kb
from webapp.endpoint.media import GRAPHS, HTML, Media, choose, content_type, find, offered
from webapp.engine.evaluate import GRAPH_FORMATS
from webapp.site.site import Download, Site

SUFFIXES: Mapping[str, tuple[Media, str]] = {
    "ttl": (GRAPHS[0], GRAPHS[0].types[0]),
    "nt": (GRAPHS[1], GRAPHS[1].types[0]),
    "jsonld": (GRAPHS[2], GRAPHS[2].types[0]),
    "json": (GRAPHS[2], "application/json"),
}
"""What stands behind the dot of an address, and the format and media type that it asks for."""
THINGS = GRAPHS[:3]
"""Formats of the data of pages; JSON-LD has two addresses, because programs look for `.json`."""
DATA = f".<any({','.join(SUFFIXES)}):suffix>"
"""What is added to the address of a page where its data are registered; the view is told the `suffix`."""
FRONT = "/index"
"""What the front page is called where an address needs a name."""
NOT_DATA = frozenset({"text"})
"""Arguments that change a page, and never its data."""


@dataclass(frozen=True, slots=True)
class Form:
    """The data of a page in one format: a name for people, and where they are."""

    label: str
    media_type: str
    href: str


@dataclass(frozen=True, slots=True)
class PageData:
    """The data of a page.

    Attributes:
        name: of the file, without its suffix; never from a request.
        triples: made when they are asked for.
        kept: whether they are kept for later requests with the same name; not for what a request chooses.
        prefixes: in addition to those of the base.
        links: how other addresses stand to this one (RFC 8288), such as `next`.
        headers: what else is to be said.
    """

    name: str
    triples: Callable[[], Iterable[ox.Triple]]
    kept: bool = False
    prefixes: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


# --- pages and their data --------------------------------------------------------------------------------


def page_or_data(here: Site, suffix: str, page: Callable[[], str], data: PageData) -> Response:
    """A page or its data, by suffix or by the Accept header."""
    media, media_type = SUFFIXES[suffix] if suffix else by_accept(THINGS, page=True)
    if media is None:
        response = Response(page())
        response.vary.add("Accept")
    else:
        response = send(_made(here, data, media), media, data.name, media_type)
        response.headers.update(data.headers)
    for relation, href in data.links.items():
        response.headers.add("Link", f'<{_beside(href, suffix)}>; rel="{relation}"')
    return response


def _made(here: Site, data: PageData, media: Media) -> Download:
    prefixes = {**kb.PREFIXES, **data.prefixes, **here.names.prefixes}

    def make() -> Download:
        return serialised(data.triples(), media, prefixes, source=data.name)

    if not data.kept:
        return make()
    return Download.of(here.pages.get((data.name, media.name, here.origin), lambda: make().body, len))


def hidden_fields() -> tuple[Form, ...]:
    """The data of the page that is asked for; none where it has none."""
    rule = request.url_rule
    if rule is None or not _has_data(rule.endpoint):
        return ()
    path = quote(request.path) if request.path != "/" else FRONT
    arguments = [(name, value) for name, value in request.args.items(multi=True) if name not in NOT_DATA]
    if path == FRONT and arguments:
        return ()  # what a query answers is taken along from beside the answer
    href = request.script_root + path + (f"?{urlencode(arguments)}" if arguments else "")
    return tuple(
        Form("JSON" if suffix == "json" else media.label, media_type, _beside(href, suffix))
        for suffix, (media, media_type) in SUFFIXES.items()
    )


def _has_data(endpoint: str) -> bool:
    return endpoint == "query.home" or any(
        "suffix" in rule.arguments for rule in current_app.url_map.iter_rules(endpoint)
    )


def _beside(href: str, suffix: str) -> str:
    """The address of the data of a page."""
    path, mark, query = href.partition("?")
    return f"{path}.{suffix}{mark}{query}" if suffix else href


def revalidated(response: Response) -> Response:
    """A page with an ETag, and 304 for a client that has it already; not a page that must not be stored."""
    fresh = response.status_code == 200 and response.mimetype == HTML and not response.is_streamed
    if fresh and not response.get_etag()[0] and not response.cache_control.no_store:
        response.headers.setdefault("Cache-Control", "no-cache")
        response.set_etag(hashlib.sha256(response.get_data()).hexdigest(), weak=True)
        response.make_conditional(request)
    return response


def records(graph: kb.Graph, iris: Iterable[str]) -> Iterator[ox.Triple]:
    """All that a graph says of some things: what has them as subject, and the lists that it holds."""
    waiting = list(dict.fromkeys(iris))
    seen = set(waiting)
    while waiting:
        name = waiting.pop()
        subject = ox.BlankNode(name[2:]) if name.startswith("_:") else ox.NamedNode(name)
        for predicate in graph.predicates(name):
            for term in graph.objects(name, predicate):
                yield ox.Triple(subject, ox.NamedNode(predicate), term)
                cell = f"_:{term.value}" if isinstance(term, ox.BlankNode) else ""
                if cell and cell not in seen:
                    seen.add(cell)
                    waiting.append(cell)


# --- documents -------------------------------------------------------------------------------------------


def by_suffix(name: str) -> tuple[str, Media | None, str]:
    """A name without its suffix, and the format and media type that the suffix asks for."""
    stem, _, suffix = name.rpartition(".")
    if stem and suffix in SUFFIXES:
        return stem, *SUFFIXES[suffix]
    return name, None, ""


def by_accept(medias: Sequence[Media], *, page: bool = False, first: bool = True) -> tuple[Media | None, str]:
    """The format and media type that the Accept header asks for; no format where it asks for a page.

    Ends the request with 406 where nothing is acceptable.

    Args:
        page: whether there is one.
        first: whether the page, rather than the first format, is what a client gets that does not care.
    """
    pages = (HTML,) if page else ()
    offers = (*pages, *offered(medias)) if first else (*offered(medias), *pages)
    chosen = choose(request.headers.get("Accept", ""), offers)
    if chosen is None:
        abort(406, "No format here is acceptable. There is: " + ", ".join(offers))
    return find(medias, chosen), chosen


def serialised(
    triples: Iterable[ox.Triple], media: Media, prefixes: Mapping[str, str], *, source: str = "the graph"
) -> Download:
    """A document of some triples."""
    ordered = sorted(set(triples), key=str)
    if media.name == "turtle" and _is_canonical(ordered):
        return Download.of(kb.write_turtle(ordered, prefixes=prefixes, source=source))
    if media.name == "turtle":
        return Download.of(_with_blanks(ordered, prefixes))
    if media.name == "rdfxml":
        return Download.of(_rdf_xml(ordered, prefixes))
    return Download.of(ox.serialize(ordered, format=GRAPH_FORMATS[media.name]) or b"")


def _rdf_xml(triples: Sequence[ox.Triple], prefixes: Mapping[str, str]) -> bytes:
    """RDF/XML; ends the request with 406 where a triple cannot be written in it."""
    output = io.BytesIO()
    try:
        kb.write_rdf_xml(triples, output, kb.used_prefixes(prefixes, (triple.predicate.value for triple in triples)))
    except kb.NotWritableError as error:
        abort(406, f"{error.message}; {error.help}.")
    return output.getvalue()


def _is_canonical(triples: Sequence[ox.Triple]) -> bool:
    """Whether every blank node is the cell of a list, as in all data; shapes have others."""
    cells = {triple.subject for triple in triples if triple.predicate.value == kb.RDF.first}
    return all(
        not isinstance(term, ox.BlankNode) or term in cells
        for triple in triples
        for term in (triple.subject, triple.object)
    )


def _with_blanks(triples: Sequence[ox.Triple], prefixes: Mapping[str, str]) -> bytes:
    """Turtle with blank nodes by their labels. The engine lists prefixes in any order, so they are sorted here."""
    known = kb.used_prefixes(
        prefixes, (term.value for each in triples for term in each if isinstance(term, ox.NamedNode))
    )
    lines = (ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=known) or b"").decode().splitlines()
    head = [line for line in lines if line.startswith("@prefix ")]
    return ("\n".join([*sorted(head), "", *lines[len(head) :]]) + "\n").encode()


def send(document: Download, media: Media, name: str, media_type: str = "") -> Response:
    """A document with its type, its file name, and 304 for a client that has it already.

    Args:
        name: of the file, without its suffix; never from a request.
        media_type: of several that the format has.
    """
    response = Response(document.body, content_type=content_type(media_type or media.types[0]))
    response.headers["Content-Disposition"] = f'inline; filename="{name}.{media.suffix}"'
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept")
    response.set_etag(document.etag, weak=True)  # the same for a copy that a proxy compressed
    response.make_conditional(request)
    return response
