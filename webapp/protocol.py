"""The SPARQL 1.1 Protocol over HTTP, read side (https://www.w3.org/TR/sparql11-protocol/).

One address, `/sparql`: GET with `query`, POST of a form, POST of the query itself. What comes back is chosen by the
Accept header, or by `format=` where a plain link has to say it. Errors are `application/problem+json` (RFC 9457) with
line and column where there are any; an answer that was cut says so in a header; a browser that comes by hand is sent
to the page. Nothing is ever fetched for FROM or for `default-graph-uri`: a graph that is not here is an empty one.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Request, Response, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

import kb
from webapp import describe
from webapp.budget import Spent
from webapp.evaluate import Question
from webapp.media import GRAPHS, HTML, PROBLEM, TABLES, Media, choose, content_type, find, named, offered
from webapp.site import Site, site
from webapp.worker import Reply, Stopped, Unacceptable

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
ALLOW = "GET, HEAD, OPTIONS, POST"
RETRY_SECONDS = "5"
TITLES = {
    400: "the question was not answered",
    404: "not found",
    405: "method not allowed",
    406: "no such format",
    413: "too long",
    415: "not a question",
    429: "too much for one client",
    500: "something broke",
    503: "stopped",
}

blueprint = Blueprint("protocol", __name__)


class BadRequest(kb.QueryError):
    """A request that the protocol does not allow; `status` is the answer."""

    def __init__(self, status: int, message: str, *, help: str | None = None) -> None:
        super().__init__(message, help=help)
        self.status = status


@blueprint.route("/sparql", methods=["GET", "POST"], strict_slashes=False)
def sparql() -> AnyResponse:
    """Answer one question."""
    here = site()
    try:
        if request.method != "POST" and prefers_page(request):
            response = redirect(url_for("pages.home", **_for_page(request.args)), 303)
            response.vary.add("Accept")
            return response
        if request.method != "POST" and not (set(request.args) - {"format"}):
            return describe.service()
        wanted = _formats(request)
        question = _question(here, request, *wanted)
        reply = here.ask(question)
    except kb.QueryError as error:
        return problem_of(error)
    return _answer(reply, wanted, question, here)


# --- reading a request -----------------------------------------------------------------------------------


def prefers_page(request: Request) -> bool:
    """Whether whoever asks would rather see a page than data: a browser that follows a link by hand."""
    if request.args.get("format") or not request.headers.get("Accept"):
        return False
    offers = (*offered(TABLES), *offered(GRAPHS), HTML)
    return choose(request.headers["Accept"], offers) == HTML


def _for_page(arguments: MultiDict[str, str]) -> dict[str, Any]:
    return {name: values for name, values in arguments.lists() if name == "query" or name.startswith("$")}


def _question(here: Site, request: Request, table: str | None, graph: str | None) -> Question:
    sparql, arguments = _query_and_arguments(request)
    return Question(
        sparql=sparql,
        table=find_name(TABLES, table),
        graph=find_name(GRAPHS, graph),
        params=bindings(here, arguments),
        default_graphs=tuple(arguments.getlist("default-graph-uri")),
        named_graphs=tuple(arguments.getlist("named-graph-uri")),
        base=here.endpoint,
    )


def _query_and_arguments(request: Request) -> tuple[str, MultiDict[str, str]]:
    """The text of the question and the other arguments, from wherever the protocol puts them."""
    arguments = MultiDict(request.args)
    if request.method == "POST":
        if request.mimetype == DIRECT:
            return _direct(request), arguments
        if request.mimetype != FORM:
            help = f"send {DIRECT}, or a form as {FORM}"
            if request.mimetype == UPDATE:
                raise BadRequest(415, "this base is read-only: it takes no updates", help=help)
            raise BadRequest(415, f"a body of type {request.mimetype or 'unknown'} is not a question", help=help)
        arguments.update(request.form)
    if "update" in arguments:
        raise BadRequest(400, "this base is read-only: it takes no updates", help="ask with query=")
    queries = arguments.getlist("query")
    if len(queries) != 1:
        said = "no question" if not queries else f"{len(queries)} questions"
        raise BadRequest(400, f"{said} in the request", help="send exactly one query=")
    return queries[0], arguments


def _direct(request: Request) -> str:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise BadRequest(415, f"a question in {charset} cannot be read", help="send UTF-8")
    try:
        return request.get_data().decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(400, f"byte {error.start} of the question is not UTF-8", help="send UTF-8") from error


def bindings(here: Site, arguments: Mapping[str, str]) -> dict[str, Any]:
    """Values for variables of the question: arguments named `$variable`, as RDF4J's protocol has them."""
    named = {name[1:]: value for name, value in arguments.items() if name.startswith("$")}
    return {name: here.term(value) for name, value in named.items() if name.isidentifier()}


# --- choosing a format -----------------------------------------------------------------------------------


def _formats(request: Request) -> tuple[str | None, str | None]:
    """The media types of the answer if it is a table, and if it is a graph.

    Raises:
        BadRequest: 406, neither could be given.
    """
    short = request.args.get("format") or (request.form.get("format") if request.mimetype == FORM else None)
    if short:
        table, graph = named(TABLES, short), named(GRAPHS, short)
        if table is None and graph is None:
            names = ", ".join(media.name for media in (*TABLES, *GRAPHS))
            raise BadRequest(406, f"there is no format {short[:40]!r}", help=f"one of: {names}")
        return table.types[0] if table else None, graph.types[0] if graph else None
    accept = request.headers.get("Accept", "")
    table_type, graph_type = choose(accept, offered(TABLES)), choose(accept, offered(GRAPHS))
    if table_type is None and graph_type is None:
        raise BadRequest(406, "no format here is acceptable", help="formats: " + ", ".join(offered((*TABLES, *GRAPHS))))
    return table_type, graph_type


def find_name(medias: tuple[Media, ...], media_type: str | None) -> str | None:
    """The worker's name for a media type."""
    media = find(medias, media_type)
    return media.name if media else None


# --- answering -------------------------------------------------------------------------------------------


def _answer(reply: Reply, wanted: tuple[str | None, str | None], question: Question, here: Site) -> Response:
    media_type = wanted[1] if reply.form == "graph" else wanted[0]
    media = find(GRAPHS if reply.form == "graph" else TABLES, media_type)
    assert media is not None and media_type is not None, "a worker answers in the format it was asked for"
    response = Response(reply.body, content_type=content_type(media_type))
    response.headers["Content-Disposition"] = f'inline; filename="factcite-answer.{media.suffix}"'
    response.headers["Server-Timing"] = f"query;dur={reply.seconds * 1000:.1f}"
    response.headers["Factcite-Rows"] = str(reply.rows)
    if reply.truncated:
        response.headers["Factcite-Truncated"] = "rows"
    unknown = set(question.default_graphs + question.named_graphs) - set(here.graphs)
    if unknown:
        response.headers["Factcite-Unknown-Graphs"] = str(len(unknown))
    response.vary.add("Accept")
    if request.method != "POST":
        response.headers["Cache-Control"] = "no-cache"
        response.set_etag(hashlib.sha256(reply.body).hexdigest(), weak=True)
        response.make_conditional(request)
    return response


def status_of(error: kb.QueryError) -> int:
    """The HTTP status that says what became of a question."""
    if isinstance(error, BadRequest):
        return error.status
    if isinstance(error, Unacceptable):
        return 406
    if isinstance(error, Spent):
        return 429
    return 503 if isinstance(error, Stopped) else 400


def problem_of(error: kb.QueryError) -> Response:
    """An error of a question, as problem details."""
    more: dict[str, Any] = {"line": error.line, "column": error.column, "help": error.help}
    if isinstance(error, Stopped):
        more["limit"] = error.reason
    response = problem(status_of(error), error.message, **more)
    response.headers.update(retry_after(error))
    return response


def retry_after(error: kb.KbError) -> dict[str, str]:
    """The header that says when to come back; none where waiting does not help."""
    if isinstance(error, Spent):
        return {"Retry-After": str(math.ceil(error.seconds))}
    worth_it = isinstance(error, Stopped) and error.reason in ("time", "busy")
    return {"Retry-After": RETRY_SECONDS} if worth_it else {}


def problem(status: int, detail: str, **more: Any) -> Response:
    """Problem details (RFC 9457); what is None is left out."""
    document = {"title": TITLES.get(status, "error"), "status": status, "detail": detail}
    document |= {name: value for name, value in more.items() if value is not None}
    response = Response(json.dumps(document, ensure_ascii=False) + "\n", status=status, content_type=PROBLEM)
    response.vary.add("Accept")
    if status == 405:
        response.headers["Allow"] = ALLOW
    return response
