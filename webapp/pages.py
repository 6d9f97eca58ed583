"""The pages: each is one stored query and one template, and links to the query behind it.

The query page is the front door. Everything works as plain links and forms; scripts only make it easier.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pyoxigraph as ox
from flask import Blueprint, Response, abort, make_response, render_template, request, url_for

import kb
from webapp import describe, language
from webapp.answers import Asked, Shown, answered, typed
from webapp.documents import DATA, SUFFIXES, THINGS, by_accept, send, serialised
from webapp.evaluate import ROWS, Question
from webapp.gallery import gallery_of
from webapp.media import DATASETS, Media, content_type, named
from webapp.names import KINDS, Link
from webapp.overview import statuses, timeline_of
from webapp.protocol import bindings, retry_after, status_of
from webapp.reader import Reader
from webapp.scripts import editor_words
from webapp.site import PAGE_ROWS, Download, Site, site
from webapp.texts import might_show, possible, text_of
from webapp.things import PAGES, linked
from webapp.words import FIRST
from webapp.worker import Reply

EXCERPT = 70  # code points of a long line shown on either side of a mistake
FIRST_QUESTION = """\
PREFIX fc: <https://w3id.org/factcite/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?claim ?status ?origins
WHERE {
  ?claim a fc:Claim ;
         rdfs:label ?label ;
         fc:status ?status ;
         fc:originCount ?origins .
}
ORDER BY DESC(?origins) ?label
LIMIT 20
"""

blueprint = Blueprint("pages", __name__)


# --- what the query page receives ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ErrorView:
    """What went wrong with a question, and where: the line in three pieces, the middle one to point at."""

    message: str
    help: str
    status: int
    line: int | None = None
    column: int | None = None
    before: str = ""
    at: str = ""
    after: str = ""


# --- the query page --------------------------------------------------------------------------------------


@blueprint.get("/")
def home() -> Response:
    """The query page, with an answer if something was asked; without a question, what the base is as data too."""
    if request.args:
        return make_response(_query_page())
    return describe.front(page=lambda: _query_page()[0])


def _query_page() -> tuple[str, int, dict[str, str]]:
    here = site()
    asked, answer, error = None, None, None
    headers: dict[str, str] = {}
    try:
        asked = _asked(here)
        if asked is not None:
            answer = answered(here, asked, Shown.of(request.args))
    except (kb.QueryError, kb.UsageError) as problem:
        asked = asked or Asked(request.args.get("query", ""))
        error, headers = _error(problem, asked.text), retry_after(problem)
    page = render_template(
        "home.html",
        asked=asked,
        text=asked.text if asked else FIRST_QUESTION,
        answer=answer,
        error=error,
        gallery=gallery_of(here, asked.saved if asked else None),
        editor_words=editor_words(here.words),
        suggestions=here.names.suggestions,
        values={name: typed(here, term) for name, term in asked.params.items()} if asked else {},
        figures=here.figures,
        timeline=None if request.args else timeline_of(here),
        statuses=statuses(here),
        max_rows=here.settings.max_rows,
        timeout=here.settings.timeout_seconds,
    )
    return page, error.status if error else 200, headers


def _asked(here: Site) -> Asked | None:
    """What the address asks for; None where it asks for nothing.

    Raises:
        UsageError: a saved question that is not there, or values that do not fit it.
    """
    name, text = request.args.get("question", ""), request.args.get("query", "")
    if text.strip():
        return Asked(text.replace("\r\n", "\n"), bindings(here, request.args))
    if not name:
        return None
    saved = here.questions.get(name)
    if saved is None:
        raise kb.UsageError(f"there is no saved question {name[:60]!r}", help="choose one from the list below")
    values = {key[1:]: value.strip() for key, value in request.args.items() if key.startswith("$")}
    return Asked(saved.text, kb.bind(saved, values, prefixes=here.names.prefixes), saved)


def _error(problem: kb.KbError, text: str) -> ErrorView:
    status = status_of(problem) if isinstance(problem, kb.QueryError) else 400
    lines = re.split(r"\r\n|\r|\n", text)
    line, column = problem.line, problem.column
    if line is None or column is None or not 1 <= line <= len(lines):
        return ErrorView(problem.message, problem.help or "", status)
    content, at = lines[line - 1], min(max(column - 1, 0), len(lines[line - 1]))
    before, after = content[:at], content[at + 1 :]
    return ErrorView(
        problem.message,
        problem.help or "",
        status,
        line,
        column,
        before=before if len(before) <= EXCERPT else "…" + before[-EXCERPT:],
        at=content[at : at + 1] or " ",
        after=after if len(after) <= EXCERPT else after[:EXCERPT] + "…",
    )


# --- pages of things -------------------------------------------------------------------------------------


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
        behind=url_for(".home", query=here.behind(kind, iri)),
    )
    return html.encode(), text.shown


def _graph(here: Site, kind: str, iri: str) -> kb.Graph:
    """The answer to the query behind a page."""
    return graph_of(here.ask(Question(here.behind(kind, iri), graph=ROWS, max_rows=PAGE_ROWS), page=True))


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


# --- downloads and the report ----------------------------------------------------------------------------


@blueprint.get("/kb.<suffix>")
def download(suffix: str) -> Response:
    """The whole base in one document."""
    media = named(DATASETS, suffix)
    if media is None or suffix != media.suffix:
        abort(404)
    return send(site().download(media.name), media, "factcite")


REPORT_JSON = Media("report", ("application/json",), "json", "JSON")


@blueprint.get("/report")
@blueprint.get(f"/report{DATA}")
def report(suffix: str = "") -> Response:
    """The validation report; as data, SHACL's report, and as plain JSON that of `kb check --format json`."""
    here = site()
    media, media_type = SUFFIXES[suffix] if suffix else by_accept(THINGS, page=True)
    if media is not None:
        media = REPORT_JSON if media_type in REPORT_JSON.types else media
        return send(_report(here, media), media, "factcite-report", media_type)
    found = here.report()
    focus = {finding.focus: here.names.link(finding.focus) for finding in found.findings if finding.focus}
    response = Response(render_template("report.html", report=found, focus=focus, names=here.names))
    response.vary.add("Accept")
    return response


@blueprint.get("/report.txt")
def report_text() -> Response:
    """The validation report as the command prints it."""
    return Response(kb.REPORT_FORMATS["text"](site().report()), content_type=content_type("text/plain"))


def _report(here: Site, media: Media) -> Download:
    if media is REPORT_JSON:
        return Download.of(kb.REPORT_FORMATS["json"](here.report()).encode())
    turtle = kb.REPORT_FORMATS["turtle"](here.report()).encode()
    if media.name == "turtle":
        return Download.of(turtle)
    quads = kb.label_blank_nodes(ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    return serialised((quad.triple for quad in quads), media, here.names.prefixes, source="the report")


# --- for templates ---------------------------------------------------------------------------------------

NAMED = re.compile(r"\b(?:cite|claim|ent|art|q):[a-z]|<https?:[^<>\s]+>")


def pieces(link: Link) -> tuple[Link, ...]:
    """A text in which the names of things are links, as pieces; anything else whole.

    Where such a text has no language, it was computed (`fc:path`), and is in English.
    """
    if link.href or link.name or not NAMED.search(link.text):
        return (link,)
    found = linked(link.text, site().names)
    return tuple(replace(piece, lang=piece.lang if piece.href else link.lang or FIRST) for piece in found)
