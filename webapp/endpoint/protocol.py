"""The SPARQL 1.1 Protocol over HTTP, read side (https://www.w3.org/TR/sparql11-protocol/).

One address, `/sparql`: GET with `query`, POST of a form, POST of the query itself. What comes back is chosen by the
Accept header, or by `format=` where a plain link has to say it. Errors are `application/problem+json` (RFC 9457) with
line and column where there are any; an answer that was cut says so in a header; a browser that comes by hand is sent
to the page. A large answer is sent in pieces, as it is made; what stops it then breaks the connection off, so that
no client can take it for whole. Nothing is ever fetched for FROM or for `default-graph-uri`: a graph that is not here
is an empty one.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import pyoxigraph as ox
from flask import Blueprint, Request, Response, redirect, request, url_for
from waitress.channel import ClientDisconnected
from werkzeug.datastructures import MultiDict
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response as AnyResponse

import kb
from webapp.endpoint import describe
from webapp.endpoint.media import (
    GRAPHS,
    HTML,
    PROBLEM,
    SAFE_CSV,
    TABLES,
    Media,
    choose,
    content_type,
    find,
    named,
    offered,
)
from webapp.engine.budget import BudgetSpentError
from webapp.engine.evaluate import QueryRequest
from webapp.engine.pool import Stream
from webapp.engine.worker import NotAcceptableError, Reply, StoppedError
from webapp.site.site import Site, site

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
ALLOW = "GET, HEAD, OPTIONS, POST"
RETRY_SECONDS = "5"

Wanted: TypeAlias = tuple[tuple[Media, str] | None, tuple[Media, str] | None]
"""Format and media type of the answer if it is a table, and if it is a graph; None where it may not be one."""

blueprint = Blueprint("protocol", __name__)


class BadRequestError(kb.QueryError):
    """A request that the protocol does not allow; `status` is the answer."""

    def __init__(self, status: int, message: str, *, help: str | None = None) -> None:
        super().__init__(message, help=help)
        self.status = status


class BrokenOffError(ClientDisconnected, ConnectionResetError):  # type: ignore[misc]
    """An answer that stops after it has begun: the server closes the connection without an end.

    It is both errors because waitress takes the one, and gunicorn the other, for nothing to write a stack about.
    """


@blueprint.route("/sparql", methods=["GET", "POST"], strict_slashes=False)
def sparql() -> AnyResponse:
    """Answer one query."""
    here = site()
    try:
        if wants_page():
            response = redirect(url_for("query.home", **_for_page(request.args)), 303)
            response.vary.add("Accept")
            return response
        if request.method != "POST" and not (set(request.args) - {"format"}):
            return describe.service(_graph_format(request.args.get("format")))
        wanted = _formats(request)
        query = _question(here, request, *wanted)
        reply = here.open(query)
    except kb.QueryError as error:
        return problem_of(error)
    return _answer(reply, wanted, query, here)


# --- reading a request -----------------------------------------------------------------------------------


def wants_page() -> bool:
    """Whether the client of this request would rather see a page than data; at the endpoint, only if it says so."""
    accept = request.headers.get("Accept", "")
    if not request.path.rstrip("/").endswith("/sparql"):
        return choose(accept, (HTML, PROBLEM, "application/json")) in (HTML, None)
    chosen = [name for name in ("format", "default-graph-uri", "named-graph-uri") if request.args.get(name)]
    if request.method == "POST" or chosen or not accept:  # what the page cannot be told is answered here
        return False
    return choose(accept, (*offered(TABLES), *offered(GRAPHS), HTML)) == HTML


def _for_page(arguments: MultiDict[str, str]) -> dict[str, Any]:
    return {name: values for name, values in arguments.lists() if name == "query" or name.startswith("$")}


def _graph_format(short: str | None) -> Media | None:
    """The format of a graph that is asked for by name; None where none is."""
    media = named(GRAPHS, short) if short else None
    if short and media is None:
        raise _no_format(short, GRAPHS)
    return media


def _question(
    here: Site, request: Request, table: tuple[Media, str] | None, graph: tuple[Media, str] | None
) -> QueryRequest:
    sparql, arguments = _query_and_arguments(request)
    return QueryRequest(
        sparql=sparql,
        table=table[0].name if table else None,
        graph=graph[0].name if graph else None,
        params=bindings(here, arguments),
        default_graphs=_graphs(arguments, "default-graph-uri"),
        named_graphs=_graphs(arguments, "named-graph-uri"),
        base=here.endpoint,
        pieces=request.environ.get("SERVER_PROTOCOL") != "HTTP/1.0",  # there, an end cannot be told from a break
    )


def _query_and_arguments(request: Request) -> tuple[str, MultiDict[str, str]]:
    """The text of the query and the other arguments, from wherever the protocol puts them."""
    arguments = MultiDict(request.args)
    if request.method == "POST":
        if request.mimetype == DIRECT:
            return _direct(request), arguments
        if request.mimetype != FORM:
            help = f"send {DIRECT}, or a form as {FORM}"
            if request.mimetype == UPDATE:
                raise BadRequestError(415, "this base is read-only: it takes no updates", help=help)
            raise BadRequestError(415, f"a body of type {request.mimetype or 'unknown'} is not a query", help=help)
        arguments.update(request.form)
    if "update" in arguments:
        raise BadRequestError(400, "this base is read-only: it takes no updates", help="ask with query=")
    queries = arguments.getlist("query")
    if len(queries) != 1:
        said = "no query" if not queries else f"{len(queries)} queries"
        raise BadRequestError(400, f"{said} in the request", help="send exactly one query=")
    return queries[0], arguments


def _graphs(arguments: MultiDict[str, str], name: str) -> tuple[str, ...]:
    """The graphs that a request names; ones that are not here are empty, but what is no IRI is a mistake."""
    found = tuple(arguments.getlist(name))
    for iri in found:
        try:
            ox.NamedNode(iri)
        except ValueError:
            raise BadRequestError(
                400, f"{name} is {iri[:200]!r}, which is no IRI", help="write the whole IRI"
            ) from None
    return found


def _direct(request: Request) -> str:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise BadRequestError(415, f"a query in {charset} cannot be read", help="send UTF-8")
    try:
        return request.get_data().decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequestError(400, f"byte {error.start} of the query is not UTF-8", help="send UTF-8") from error


def bindings(here: Site, arguments: Mapping[str, str]) -> dict[str, Any]:
    """Values for variables of the query: arguments named `$variable`, as RDF4J's protocol has them."""
    named = {name[1:]: value for name, value in arguments.items() if name.startswith("$")}
    return {name: here.term(value) for name, value in named.items() if name.isidentifier()}


# --- choosing a format -----------------------------------------------------------------------------------


def _formats(request: Request) -> Wanted:
    """The format of the answer if it is a table, and if it is a graph.

    Raises:
        BadRequestError: 406, neither could be given.
    """
    short = request.args.get("format") or (request.form.get("format") if request.mimetype == FORM else None)
    if short:
        safe = SAFE_CSV if short == SAFE_CSV.name else None
        table, graph = named(TABLES, short) or safe, named(GRAPHS, short) or safe
        if table is None and graph is None:
            raise _no_format(short, (*TABLES, SAFE_CSV, *GRAPHS))
        return _proper(table), _proper(graph)
    accept = request.headers.get("Accept", "")
    table_type, graph_type = choose(accept, offered(TABLES)), choose(accept, offered(GRAPHS))
    if table_type is None and graph_type is None:
        raise BadRequestError(
            406, "no format here is acceptable", help="formats: " + ", ".join(offered((*TABLES, *GRAPHS)))
        )
    return _found(TABLES, table_type), _found(GRAPHS, graph_type)


def _no_format(short: str, medias: tuple[Media, ...]) -> BadRequestError:
    names = ", ".join(media.name for media in medias)
    return BadRequestError(406, f"there is no format {short[:40]!r}", help=f"one of: {names}")


def _proper(media: Media | None) -> tuple[Media, str] | None:
    return (media, media.types[0]) if media else None


def _found(medias: tuple[Media, ...], media_type: str | None) -> tuple[Media, str] | None:
    media = find(medias, media_type)
    return (media, media_type) if media and media_type else None


# --- answering -------------------------------------------------------------------------------------------


def _answer(reply: Reply | Stream, wanted: Wanted, query: QueryRequest, here: Site) -> Response:
    chosen = wanted[1] if reply.form == "graph" else wanted[0]
    assert chosen is not None, "a worker answers in the format it was asked for"
    media, media_type = chosen
    response = _whole(reply) if isinstance(reply, Reply) else _in_pieces(reply)
    response.content_type = content_type(media_type)
    response.headers["Content-Disposition"] = f'inline; filename="{file_name(media)}"'
    if reply.truncated:
        response.headers["Factcite-Truncated"] = "rows"
    unknown = set(query.default_graphs + query.named_graphs) - set(here.graphs)
    if unknown:
        response.headers["Factcite-Unknown-Graphs"] = str(len(unknown))
    response.vary.add("Accept")
    if request.method != "POST":
        response.headers["Cache-Control"] = "no-cache"
        if isinstance(reply, Reply):
            response.set_etag(hashlib.sha256(reply.body).hexdigest(), weak=True)
            response.make_conditional(request)
    return response


def file_name(media: Media) -> str:
    """What an answer is called when it is saved."""
    return f"factcite-answer{'-spreadsheet' if media is SAFE_CSV else ''}.{media.suffix}"


def _whole(reply: Reply) -> Response:
    response = Response(reply.body)
    response.headers["Server-Timing"] = f"query;dur={reply.seconds * 1000:.1f}"
    response.headers["Factcite-Rows"] = str(reply.rows)
    return response


def _in_pieces(stream: Stream) -> Response:
    """The number of rows is not known yet, and there is no digest to compare."""
    response = Response(Pieces(stream))
    response.headers["Factcite-Streamed"] = "yes"
    return response


class Pieces:
    """The body of an answer in pieces, for a server to iterate and close."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """The next piece.

        Raises:
            BrokenOffError: there is more, but it does not come.
        """
        try:
            return next(self.stream)
        except kb.QueryError as error:
            raise BrokenOffError(error.message) from None

    def close(self) -> None:
        """End the query, if it still runs."""
        self.stream.close()


def status_of(error: kb.QueryError) -> int:
    """The HTTP status that says what became of a query."""
    if isinstance(error, BadRequestError):
        return error.status
    if isinstance(error, NotAcceptableError):
        return 406
    if isinstance(error, BudgetSpentError):
        return 429
    return 503 if isinstance(error, StoppedError) else 400


def problem_of(error: kb.QueryError) -> Response:
    """An error of a query, as problem details."""
    more: dict[str, Any] = {"line": error.line, "column": error.column, "help": error.help}
    if isinstance(error, StoppedError):
        more["limit"] = error.reason
    response = problem(status_of(error), error.message, **more)
    response.headers.update(retry_after(error))
    return response


def retry_after(error: kb.KbError) -> dict[str, str]:
    """The header that says when to come back; none where waiting does not help."""
    if isinstance(error, BudgetSpentError):
        return {"Retry-After": str(math.ceil(error.seconds))}
    worth_it = isinstance(error, StoppedError) and error.reason in ("time", "busy")
    return {"Retry-After": RETRY_SECONDS} if worth_it else {}


def problem(status: int, detail: str, **more: Any) -> Response:
    """Problem details (RFC 9457) of no type but their status, whose name is the title; what is None is left out."""
    document = {"title": HTTP_STATUS_CODES.get(status, "Error"), "status": status, "detail": detail}
    document |= {name: value for name, value in more.items() if value is not None}
    response = Response(json.dumps(document, ensure_ascii=False) + "\n", status=status, content_type=PROBLEM)
    response.vary.add("Accept")
    if status == 405:
        response.headers["Allow"] = ALLOW
    return response
