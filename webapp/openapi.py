"""The addresses of the site that programs use, as an OpenAPI 3.1 document.

It is made from the same tables as the answers: formats from the media types, kinds of things from the names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, request, url_for

import kb
from webapp.documents import SUFFIXES
from webapp.media import DATASETS, GRAPHS, PROBLEM, SAFE_CSV, TABLES, Media, offered
from webapp.names import KINDS
from webapp.site import Download, Site, site

blueprint = Blueprint("openapi", __name__)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The description."""
    found = Download.of((json.dumps(description(site()), indent=2, ensure_ascii=False) + "\n").encode())
    response = Response(found.body, content_type="application/json")
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(found.etag, weak=True)
    response.make_conditional(request)
    return response


def description(here: Site) -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Factcite",
            "version": kb.__version__,
            "description": (
                "Claims from articles, each with who says it, through whom, in which paragraph, at which characters. "
                "Read-only. Nothing here says that a claim is true."
            ),
        },
        "servers": [{"url": here.origin + url_for("pages.home").rstrip("/")}],
        "paths": {
            "/sparql": _sparql(),
            "/graph": {"get": _graph()},
            "/{kind}/{name}": {"get": _thing()},
            "/{kind}/{name}.{suffix}": {"get": _thing(suffix=True)},
            "/kb.{suffix}": {"get": _download()},
            "/report.{suffix}": {"get": _report()},
            "/.well-known/void": {"get": _void(GRAPHS)},
            "/void.ttl": {"get": _void(GRAPHS[:1])},
        },
        "components": {"schemas": {"Problem": PROBLEM_SCHEMA}},
    }


PROBLEM_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["title", "status", "detail"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "line": {"type": "integer", "description": "of the query, from 1"},
        "column": {"type": "integer", "description": "of the query, from 1"},
        "help": {"type": "string", "description": "what to do"},
        "limit": {"type": "string", "enum": ["time", "memory", "size", "crash", "busy", "gone"]},
    },
}
PROBLEMS = {
    "400": "the question is not SPARQL, or not allowed",
    "404": "there is no such thing",
    "406": "no such format",
    "415": "the body is not a question",
    "429": "this client has used up its share; Retry-After says when to come back",
    "503": "stopped at a limit; Retry-After says when to come back",
}


# --- operations ------------------------------------------------------------------------------------------


def _sparql() -> dict[str, Any]:
    query = _parameter("query", "the question; without it, the description of the service", required=False)
    graphs = [
        _parameter(name, words, many=True)
        for name, words in (
            ("default-graph-uri", "graphs that make the default graph"),
            ("named-graph-uri", "graphs that GRAPH can name"),
        )
    ]
    format = _parameter(
        "format", "instead of an Accept header", choices=[media.name for media in (*TABLES, SAFE_CSV, *GRAPHS)]
    )
    answer = _answers("the answer", offered((*TABLES, *GRAPHS)), ("400", "406", "415", "429", "503"))
    answer["200"]["headers"] = {
        "Factcite-Rows": _header("rows or triples in the answer, where it is sent whole", "integer"),
        "Factcite-Truncated": _header("`rows` where there would have been more", "string"),
        "Factcite-Streamed": _header(
            "`yes` where the answer is sent as it is made; if it is stopped, the connection ends without a last chunk",
            "string",
        ),
    }
    properties = {name: {"type": "string"} for name in ("query", "format")}
    body = {
        "required": True,
        "content": {
            "application/sparql-query": {"schema": {"type": "string"}},
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "required": ["query"], "properties": properties}
            },
        },
    }
    return {
        "get": {
            "operationId": "query",
            "summary": "Ask a SPARQL 1.1 question",
            "parameters": [query, *graphs, format],
            "responses": answer,
        },
        "post": {
            "operationId": "queryByPost",
            "summary": "Ask a SPARQL 1.1 question that is too long for an address",
            "parameters": [*graphs, format],
            "requestBody": body,
            "responses": answer,
        },
    }


def _graph() -> dict[str, Any]:
    return {
        "operationId": "graph",
        "summary": "One graph, or all as one (Graph Store Protocol, read side)",
        "parameters": [
            {**_parameter("default", "all graphs as one"), "allowEmptyValue": True},
            _parameter("graph", "the IRI of one graph"),
        ],
        "responses": _answers("the graph", offered(GRAPHS), ("400", "404", "406")),
    }


def _thing(*, suffix: bool = False) -> dict[str, Any]:
    types = dict.fromkeys(media_type for _, media_type in SUFFIXES.values())
    parameters = [_path("kind", "what it is", KINDS), _path("name", "the last part of its IRI")]
    if suffix:
        parameters.append(_path("suffix", "the format", SUFFIXES))
    return {
        "operationId": "thingInFormat" if suffix else "thing",
        "summary": "What a page is made of, as RDF" if suffix else "A thing as a page, or as RDF by the Accept header",
        "parameters": parameters,
        "responses": _answers("the thing", types if suffix else ("text/html", *types), ("404", "406", "503")),
    }


def _download() -> dict[str, Any]:
    return {
        "operationId": "download",
        "summary": "The whole base in one document",
        "parameters": [_path("suffix", "the format", [media.suffix for media in DATASETS])],
        "responses": _answers("the base", [media.types[0] for media in DATASETS], ("404",)),
    }


def _report() -> dict[str, Any]:
    return {
        "operationId": "report",
        "summary": "The validation report",
        "parameters": [_path("suffix", "the format", ("json", "ttl", "txt"))],
        "responses": _answers("the report", ("application/json", "text/turtle", "text/plain"), ("404",)),
    }


def _void(medias: Iterable[Media]) -> dict[str, Any]:
    types = offered(tuple(medias))
    return {
        "operationId": "void" if len(types) == 1 else "wellKnownVoid",
        "summary": "What the base holds and where to get it (VoID, DCAT)",
        "responses": _answers("the description", types, ("406",)),
    }


# --- small parts -----------------------------------------------------------------------------------------


def _parameter(
    name: str, words: str, *, required: bool = False, many: bool = False, choices: Iterable[str] = ()
) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", **({"enum": list(choices)} if choices else {})}
    return {
        "name": name,
        "in": "query",
        "description": words,
        "required": required,
        "schema": {"type": "array", "items": schema} if many else schema,
    }


def _path(name: str, words: str, choices: Iterable[str] = ()) -> dict[str, Any]:
    return {**_parameter(name, words, required=True, choices=choices), "in": "path"}


def _header(words: str, type: str) -> dict[str, Any]:
    return {"description": words, "schema": {"type": type}}


def _answers(words: str, types: Iterable[str], problems: Iterable[str]) -> dict[str, Any]:
    problem = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        "200": {"description": words, "content": {name: {} for name in types}},
        **{code: {"description": PROBLEMS[code], "content": problem} for code in problems},
    }
