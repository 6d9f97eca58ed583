"""The addresses of the site that programs use, as an OpenAPI 3.1 document.

It is made from the same tables as the answers: formats from the media types, kinds of things from the names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, request, url_for

import kb
from webapp.endpoint.documents import SUFFIXES
from webapp.endpoint.media import (
    DATASETS,
    GRAPHS,
    HTML,
    PROBLEM,
    SAFE_CSV,
    TABLES,
    Media,
    offered,
)
from webapp.pages.browse import FACETS
from webapp.site.names import KINDS
from webapp.site.site import Download, Site, site

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
            "/graph.{suffix}": {"get": _graph(suffix=True)},
            "/{kind}/{name}": {"get": _thing()},
            "/{kind}/{name}.{suffix}": {"get": _thing(suffix=True)},
            **_pages(),
            "/index.{suffix}": {"get": _page("/index", "what the base is, and its articles", (), suffix=True)},
            "/kb.{suffix}": {"get": _download("the whole base", "download")},
            "/export/{slug}.{suffix}": {"get": _download("one article", "downloadArticle", (_path("slug", SLUG),))},
            "/report.txt": {"get": _report_text()},
            "/resource": {"get": _resource()},
            "/kb/{name}": {"get": _local_name()},
            **{path: {"get": _terms(path, words)} for path, words in TERMS.items()},
            "/completion.json": {"get": _completion()},
            "/openapi.json": {"get": _self()},
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
        _parameter(name, words, many=True, format="iri")
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
    properties = {"query": {"type": "string"}, **{each["name"]: each["schema"] for each in (*graphs, format)}}
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


def _graph(*, suffix: bool = False) -> dict[str, Any]:
    parameters = [
        {**_parameter("default", "all graphs as one"), "allowEmptyValue": True},
        _parameter("graph", "the IRI of one graph"),
    ]
    if not suffix:
        parameters.append(_parameter("format", "instead of an Accept header", choices=[each.name for each in GRAPHS]))
    types = RDF if suffix else (*offered(GRAPHS), HTML)
    return {
        "operationId": "graphInFormat" if suffix else "graph",
        "summary": "One graph, or all as one (Graph Store Protocol, read side)",
        "parameters": [*parameters, SUFFIX] if suffix else parameters,
        "responses": _answers("the graph", types, ("400", "404", "406")),
    }


def _thing(*, suffix: bool = False) -> dict[str, Any]:
    parameters = [_path("kind", "what it is", KINDS), _path("name", "the last part of its IRI")]
    if suffix:
        parameters.append(SUFFIX)
    return {
        "operationId": "thingInFormat" if suffix else "thing",
        "summary": "What a page is made of, as RDF" if suffix else "A thing as a page, or as RDF by the Accept header",
        "parameters": parameters,
        "responses": _answers("the thing", RDF if suffix else (HTML, *RDF), ("404", "406", "503")),
    }


def _pages() -> dict[str, Any]:
    """Each page at its address, and its data beside it."""
    found: dict[str, Any] = {}
    for path, (words, parameters) in PAGES.items():
        found[path] = {"get": _page(path, words, parameters)}
        found[f"{path}.{{suffix}}"] = {"get": _page(path, words, parameters, suffix=True)}
    return found


def _page(path: str, words: str, parameters: Iterable[dict[str, Any]], *, suffix: bool = False) -> dict[str, Any]:
    name = path.strip("/").replace("/{code}", "")
    types = RDF if suffix else (HTML, *RDF)
    answers = _answers(words, types, ("404", "406", "503"))
    if path in LISTS:
        answers["200"]["headers"] = {
            "Factcite-Total": _header("how many there are; the document holds those of one page", "integer"),
            "Link": _header("the pages before and after, as `prev` and `next` (RFC 8288)", "string"),
        }
    return {
        "operationId": f"{name}Data" if suffix else f"{name}Page",
        "summary": f"{'The data of a page' if suffix else 'A page, or its data by the Accept header'}: {words}",
        "parameters": [*parameters, SUFFIX] if suffix else list(parameters),
        "responses": answers,
    }


def _download(words: str, name: str, parameters: Iterable[dict[str, Any]] = ()) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": f"{words[0].upper()}{words[1:]} in one document",
        "parameters": [*parameters, _path("suffix", "the format", [media.suffix for media in DATASETS])],
        "responses": _answers(words, [media.types[0] for media in DATASETS], ("404",)),
    }


def _report_text() -> dict[str, Any]:
    return {
        "operationId": "reportText",
        "summary": "The validation report as the command prints it",
        "responses": _answers("the report", ("text/plain",), ()),
    }


def _resource() -> dict[str, Any]:
    return {
        "operationId": "resource",
        "summary": "From an IRI of the base to its page or document",
        "parameters": [_parameter("iri", "the IRI", required=True)],
        "responses": _elsewhere(),
    }


def _local_name() -> dict[str, Any]:
    return {
        "operationId": "localName",
        "summary": "From the path of an IRI below https://w3id.org/factcite/kb/ to its page or document",
        "parameters": [_path("name", "the rest of the path; a suffix chooses a format")],
        "responses": _elsewhere(),
    }


def _terms(path: str, words: str) -> dict[str, Any]:
    return {
        "operationId": f"{path.strip('/')}Terms",
        "summary": words,
        "responses": {**_answers("the terms", offered(GRAPHS), ("406",)), **_elsewhere(("303",))},
    }


def _completion() -> dict[str, Any]:
    like = _parameter("like", "words of names or labels; then only the things that hold them, at most 50")
    return {
        "operationId": "completion",
        "summary": "What an editor completes from: prefixes, classes, predicates and things, in the reader's language",
        "parameters": [like],
        "responses": _answers("what is completed", ("application/json",), ()),
    }


def _self() -> dict[str, Any]:
    return {
        "operationId": "openapi",
        "summary": "This description",
        "responses": _answers("the description", ("application/json",), ()),
    }


def _void(medias: Iterable[Media]) -> dict[str, Any]:
    types = offered(tuple(medias))
    return {
        "operationId": "void" if len(types) == 1 else "wellKnownVoid",
        "summary": "What the base holds and where to get it (VoID, DCAT)",
        "responses": _answers("the description", types, ("406",)),
    }


# --- small parts -----------------------------------------------------------------------------------------


def _elsewhere(codes: Iterable[str] = ("303", "404")) -> dict[str, Any]:
    words = {"303": "where it is; ask there with the same Accept header", "404": PROBLEMS["404"]}
    return {code: {"description": words[code]} for code in codes}


def _parameter(
    name: str,
    words: str,
    *,
    required: bool = False,
    many: bool = False,
    choices: Iterable[str] = (),
    format: str = "",
) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "string",
        **({"enum": list(choices)} if choices else {}),
        **({"format": format} if format else {}),
    }
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
    problem = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}, HTML: {}}
    return {
        "200": {"description": words, "content": {name: {} for name in types}},
        **{code: {"description": PROBLEMS[code], "content": problem} for code in problems},
    }


# --- tables ----------------------------------------------------------------------------------------------

RDF = tuple(dict.fromkeys(media_type for _, media_type in SUFFIXES.values()))
SUFFIX = _path("suffix", "the format", SUFFIXES)
SLUG = "what the files of the article are called"
WORDS = _parameter("q", "words, every one of which has to be there")
CHOICES = tuple(_parameter(name, f"choose by {name}: a prefixed name, an IRI, or a year") for name, _ in FACETS)
LISTING = (
    WORDS,
    *CHOICES,
    {**_parameter("page", "from 1; one that is not there is the nearest"), "schema": {"type": "integer"}},
)
LISTS = ("/claims", "/citations", "/search")
PAGES: Mapping[str, tuple[str, tuple[dict[str, Any], ...]]] = {
    "/overview": ("what the pictures name, and the counts", ()),
    "/claims": ("claims, by choices", LISTING),
    "/citations": ("citations, by choices", LISTING),
    "/search": ("things by their names", (WORDS,)),
    "/about": ("what the words of the base mean, VoID and DCAT", ()),
    "/rules": ("the rules of the check; as data, the shapes", ()),
    "/shapes": ("the same: where the names of shapes lead", ()),
    "/rule/{code}": ("one rule; as data, its shape", (_path("code", "such as FC001"),)),
    "/report": ("the validation report; its JSON is that of `kb check --format json`", ()),
    "/export": ("every export; as data, DCAT with sizes and digests", ()),
}
"""Address of a page to what it holds, and what it can be told; each has its data beside it."""
TERMS = {"/ns": "The terms of the vocabulary", "/rel": "The relations that claims state"}
