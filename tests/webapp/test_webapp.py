"""The site from outside: what it answers, in which format, what it refuses, what it survives."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, quote, urljoin, urlsplit

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import kb
import webapp
from tests.support.listening import listening
from tests.support.serving import PATIENCE, free_port, page
from tests.support.web_base import NAMES, make, served
from webapp.endpoint.media import choose
from webapp.engine.evaluate import QueryRequest
from webapp.engine.worker import StoppedError
from webapp.site.site import site_of

SECONDS = 3
NUMBERS = itertools.count()
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
HUNGRY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } ORDER BY ?c ?f ?i ?l"
VIEW_ARGUMENTS = {"view", "sort", "page", "rows", "from", "to", "by", "as"}
DEEP = "SELECT * {" + "{" * 20_000 + "?s ?p ?o" + "}" * 20_000 + "}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("web"))


@pytest.fixture(scope="module")
def app(home: Path) -> Iterator[Flask]:
    made = webapp.create_app(home, TIMEOUT_SECONDS=SECONDS, MEMORY_MB=300, MAX_ROWS=500, PAGE_ROWS=50)
    yield made
    webapp.close(made)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def listener() -> Iterator[tuple[str, list[object]]]:
    """An address on loopback, and everyone who called it."""
    with listening() as found:
        yield found


def ask(client: FlaskClient, sparql: str, accept: str = "", **more: str) -> TestResponse:
    headers = {"Accept": accept} if accept else {}
    return client.get("/sparql", query_string={"query": sparql, **more}, headers=headers)


def is_well(client: FlaskClient) -> bool:
    """Whether the site still answers a plain question, one that nobody has asked before."""
    return bool(ask(client, f"ASK {{ ?s ?p ?o }} # {next(NUMBERS)}").get_json()["boolean"])


# --- pages -----------------------------------------------------------------------------------------------


class Links(HTMLParser):
    """The addresses on a page, and everything on it that could run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.running: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = tag == "script" and re.fullmatch(r"/static/[a-z/]+\.js", dict(attrs).get("src") or "")
        if tag in ("script", "iframe", "object", "embed", "base", "style") and not own:
            self.running.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "srcdoc", "formaction"):
                self.running.append(name)
            if name in ("href", "src", "action"):
                self.found.add(value or "")


def links(response: TestResponse) -> Links:
    parser = Links()
    parser.feed(response.get_data(as_text=True))
    return parser


def test_every_link_leads_somewhere_and_no_page_runs_anything_but_our_files(client: FlaskClient) -> None:
    waiting, seen = ["/"], {"/"}
    while waiting:
        path = waiting.pop()
        response = client.get(path, headers={"Accept": "text/html"})
        if re.search(r"format=(rdf)?xml\b|\.(rdf|srx)\b", path) and response.status_code == 406:
            assert "U+0007" in response.get_data(as_text=True), "a label of this base has what XML does not"
            continue
        assert response.status_code == 200, path
        if response.mimetype != "text/html":
            response.close()
            continue
        found = links(response)
        assert found.running == [], path
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        for href in found.found:
            assert urlsplit(href).scheme in ("", "http", "https"), href
            outside = bool(urlsplit(href).scheme)
            assert not outside or path.startswith("/?") or "example.org" in href, "only data leads out of the site"
            target = urljoin(path, href).partition("#")[0]
            choices = urlsplit(target).query.count("&") if urlsplit(target).path in ("/claims", "/citations") else 0
            views = VIEW_ARGUMENTS & set(parse_qs(urlsplit(target).query)) if urlsplit(target).path == "/" else set()
            choices += len(views) - 1 if "question=" in target else len(views)
            if target.startswith("/language/"):  # would change what the rest of the walk sees
                continue
            if not outside and target not in seen and choices <= 0:  # not every choice with every other
                seen.add(target)
                waiting.append(target)
    pages = {f"/{path}" for path in site_of(client.application).names.paths.values()}
    assert len(pages) > 40
    assert {path for path in pages if "/claim/" in path or "/article/" in path} <= seen
    assert {f"{path}.ttl" for path in pages & seen} <= seen


def test_a_claim_says_who_through_whom_and_where(client: FlaskClient) -> None:
    text = client.get("/claim/repair-lasts-five-years").get_data(as_text=True)
    assert ">contested</span>" in text
    assert "Who asserts it" in text and "Who mentions it without meaning it" in text
    chain = text[text.index('<ol class="chain"') : text.index("</ol>")]
    voices = [chain.index(f'href="/{path}"') for path in ("article/dari", "entity/lessel-gazette", "entity/hostile")]
    assert voices == sorted(voices), "outermost first"
    assert 'href="/article/dari#p1"' in text and "characters 0–7" in text
    assert "allegation" in text and "hedged" in text
    assert "Claims that contradict it" in text and "How long does the repair last?" in text


def test_support_by_way_of_a_more_specific_claim_is_shown(client: FlaskClient) -> None:
    text = client.get("/claim/pier-damaged").get_data(as_text=True)
    assert "Who asserts something more specific" in text and 'href="/claim/pier-weakened"' in text


def test_how_a_status_comes_about_is_said_with_links(client: FlaskClient) -> None:
    text = client.get("/claim/council-ignored-warning").get_data(as_text=True)
    path = text[text.index('<ul class="path"') :].partition("</ul>")[0]
    assert "https://example.org" not in path
    for href in ("entity/lessel-gazette", "entity/harrowmere-council", "citation/mill-bridge-6-2"):
        assert f'<a href="/{href}">' in path
    assert "(ent:" not in path, "a name behind its own label is folded into the label"


def test_an_article_shows_its_paragraphs_in_order_without_its_text(client: FlaskClient, home: Path) -> None:
    text = client.get("/article/mill-bridge").get_data(as_text=True)
    anchors = [int(found) for found in re.findall(r'id="p(\d+)"', text)]
    assert anchors == list(range(1, 9))
    words = (home / "corpus" / "texts" / "mill-bridge.txt").read_text("utf-8").splitlines()
    assert not [line for line in words if len(line) > 60 and line in text]


def test_markup_and_control_characters_in_data_are_shown_not_obeyed(client: FlaskClient) -> None:
    for path in ("/entity/hostile", "/claim/repair-lasts-five-years", "/article/dari", "/citation/dari-1-1"):
        text = client.get(path).get_data(as_text=True)
        assert "<script" not in text and "&lt;script&gt;" in text
        assert "\u202e" not in text and "\x07" not in text
        assert '<span class="control">\\u202e</span>' in text


@pytest.mark.parametrize(
    "cell",
    [
        'IRI("javascript:alert(1)")',
        'IRI("data:text/html,x")',
        'STRDT("x", IRI("javascript:alert(2)"))',
        'STRLANG("x", "en")',
        '"<img src=x onerror=alert(3)>"',
        '"\\" autofocus onfocus=alert(4) x=\\""',
        'IRI("http://example.org/\\u0022onclick=alert(5)")',
        'STRDT("<b>", <http://example.org/type>)',
        "BNODE()",
        "<<( <http://example.org/a> <http://example.org/b> '<i>' )>>",
    ],
)
def test_hostile_cells_stay_text(client: FlaskClient, cell: str) -> None:
    response = client.get("/", query_string={"query": f"SELECT ({cell} AS ?x) {{}}"})
    found = links(response)
    assert response.status_code in (200, 400)
    assert found.running == []
    assert not [href for href in found.found if urlsplit(href).scheme not in ("", "http", "https")]


@pytest.mark.parametrize("path", ["/claim/nope", "/nope", "/kb.exe", "/claim/..%2f..%2fetc", "/article/", "/claim/a.b"])
def test_what_is_not_there_is_a_page_that_helps(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 404
    assert "There is no such page" in response.get_data(as_text=True)
    near = client.get("/claim/pier-damage", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert 'href="/claim/pier-damaged"' in near


def test_the_query_behind_a_page_gives_what_the_page_is_made_of(client: FlaskClient) -> None:
    for path in ("claim/pier-damaged", "article/dari", "entity/hostile", "citation/dari-1-1"):
        text = client.get(f"/{path}").get_data(as_text=True)
        behind = re.search(r'href="(/\?query=[^"]+)"[^>]*>The query behind', text)
        assert behind is not None
        answer = client.get(behind[1].replace("&amp;", "&")).get_data(as_text=True)
        count = re.search(r"([\d,]+) triples", answer)
        sparql = site_of(client.application).behind(path.split("/")[0], NAMES + path)
        body = ask(client, sparql, "application/n-triples").get_data(as_text=True)
        assert count is not None and int(count[1]) == len(body.splitlines()) > 10


@pytest.mark.parametrize(
    "kind", ["claim/pier-damaged", "citation/dari-1-1", "entity/hostile", "question/was-there-a-warning"]
)
def test_every_page_has_its_turtle(client: FlaskClient, kind: str) -> None:
    first, again = client.get(f"/{kind}.ttl"), client.get(f"/{kind}.ttl")
    subjects = {quad.subject for quad in ox.parse(first.data, format=ox.RdfFormat.TURTLE)}
    assert ox.NamedNode(NAMES + kind) in subjects
    assert first.data == again.data and first.content_type == "text/turtle; charset=utf-8"


# --- downloads -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["ttl", "nt", "nq", "trig", "jsonld"])
def test_the_base_downloads_as_it_is_exported(client: FlaskClient, home: Path, suffix: str) -> None:
    formats = {"ttl": "turtle", "nt": "ntriples", "nq": "nquads", "trig": "trig", "jsonld": "jsonld"}
    response = client.get(f"/kb.{suffix}")
    assert response.data == kb.export(kb.load_kb(home), format=formats[suffix])
    again = client.get(f"/kb.{suffix}", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_an_article_downloads_as_it_is_exported(client: FlaskClient, home: Path) -> None:
    wanted = kb.export(kb.load_kb(home), format="turtle", article="mill-bridge")
    assert client.get("/article/mill-bridge.ttl").data == wanted


def test_the_report_is_a_page_and_says_what_was_not_checked(client: FlaskClient) -> None:
    text = client.get("/report").get_data(as_text=True)
    assert "not checked" in text and "Not checked is not passed" in text
    document = client.get("/report.json").get_json()
    assert document["checked"]["citations"]["total"] == 14
    assert f"{len(document['findings'])} finding" in text
    assert ox.parse(client.get("/report.ttl").data, format=ox.RdfFormat.TURTLE)


# --- the protocol ----------------------------------------------------------------------------------------

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
CSV, TSV = "text/csv; charset=utf-8", "text/tab-separated-values; charset=utf-8"
TURTLE, LD = "text/turtle; charset=utf-8", "application/ld+json"
SELECT, GRAPH = "SELECT * { ?s ?p ?o } LIMIT 1", "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 1"


@pytest.mark.parametrize(
    ("sparql", "accept", "wanted"),
    [
        (SELECT, "", JSON),
        (SELECT, "*/*", JSON),
        (SELECT, "application/json", "application/json"),
        (SELECT, XML, XML),
        (SELECT, "text/csv", CSV),
        (SELECT, "text/tab-separated-values", TSV),
        (SELECT, "text/csv;q=0.5, text/tab-separated-values;q=0.9", TSV),
        (SELECT, "text/csv;q=0, */*;q=0.1", JSON),
        (SELECT, "text/*", CSV),
        (SELECT, "text/turtle, application/sparql-results+xml;q=0.1", XML),
        (SELECT, "text/turtle", None),
        (SELECT, "image/png", None),
        (SELECT, "application/sparql-results+json;q=nonsense", None),
        ("ASK {}", XML, XML),
        ("ASK {}", "text/csv", CSV),
        (GRAPH, "", TURTLE),
        (GRAPH, "application/n-triples", "application/n-triples"),
        (GRAPH, "application/ld+json", LD),
        (GRAPH, "application/rdf+xml", "application/rdf+xml"),
        (GRAPH, "application/json;q=0.9, text/turtle;q=0.8", "application/json"),
        (GRAPH, JSON, None),
        ("DESCRIBE <https://example.org/mybase/claim/pier-damaged>", "text/turtle", TURTLE),
    ],
)
def test_the_format_is_chosen_by_the_accept_header(
    client: FlaskClient, sparql: str, accept: str, wanted: str | None
) -> None:
    response = ask(client, sparql, accept)
    assert response.status_code == (406 if wanted is None else 200)
    assert response.content_type == (wanted or "application/problem+json")
    assert "Accept" in response.headers["Vary"]


def test_quality_goes_to_the_most_specific_range() -> None:
    offers = ("a/x", "a/y", "b/z")
    assert choose("a/*;q=0.2, a/y;q=0.1, */*;q=0.05", offers) == "a/x"
    assert choose("b/z;q=0, */*", offers) == "a/x"
    assert choose("*/*;q=0", offers) is None
    assert choose("b/z, */*", offers) == "b/z", "what is named before what is covered"
    assert choose("text/html, *; q=.2, */*; q=.2", offers) == "a/x", "Java's default"
    assert choose("b/z;charset=utf-8", offers) == "b/z"


def test_a_long_accept_header_costs_no_time() -> None:
    started = time.perf_counter()
    assert choose("*/*, " + "a/b," * 60_000, ("a/x", "a/y", "b/z") * 5) == "a/x"
    assert time.perf_counter() - started < 0.3


@pytest.mark.parametrize(
    "format",
    ["json", "xml", "csv", "tsv"],
)
def test_the_four_table_formats_say_the_same(client: FlaskClient, format: str) -> None:
    rows_asked = r'(<http://example.org/x> "다리\t\"\n,"@ko UNDEF) (1 "x"^^<http://d.org/> 2.50)'
    sparql = f"SELECT * {{ VALUES (?a ?b ?c) {{ {rows_asked} }} }}"
    suffixes = {
        "json": ox.QueryResultsFormat.JSON,
        "xml": ox.QueryResultsFormat.XML,
        "tsv": ox.QueryResultsFormat.TSV,
    }
    body = ask(client, sparql, format=format).data
    if format == "csv":
        assert body.decode() == 'a,b,c\r\nhttp://example.org/x,"다리\t""\n,",\r\n1,x,2.5\r\n'
        return
    rows = [list(row) for row in ox.parse_query_results(body, format=suffixes[format])]  # type: ignore[union-attr]
    number = ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    assert rows[0] == [ox.NamedNode("http://example.org/x"), ox.Literal('다리\t"\n,', language="ko"), None]
    assert rows[1][:2] == [ox.Literal("1", datatype=number), ox.Literal("x", datatype=ox.NamedNode("http://d.org/"))]


def test_the_three_ways_to_ask_give_the_same_answer(client: FlaskClient) -> None:
    got = client.get("/sparql", query_string={"query": SELECT})
    form = client.post("/sparql", data={"query": SELECT})
    direct = client.post("/sparql", data=SELECT.encode(), content_type="application/sparql-query; charset=UTF-8")
    assert got.status_code == 200
    assert got.data == form.data == direct.data


def test_head_and_options(client: FlaskClient) -> None:
    got, head = ask(client, SELECT), client.head("/sparql", query_string={"query": SELECT})
    assert head.data == b"" and head.headers["Content-Type"] == got.headers["Content-Type"]
    assert head.headers["Content-Length"] == str(len(got.data))
    allow = client.options("/sparql").headers["Allow"]
    assert {method.strip() for method in allow.split(",")} == {"GET", "HEAD", "OPTIONS", "POST"}
    assert not [name for name, _ in got.headers if name.startswith("Access-Control")]


DIRECT, FORM = "application/sparql-query", "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("method", "arguments", "body", "type", "status"),
    [
        ("GET", "default-graph-uri=urn:x", b"", "", 400),
        ("GET", "query=ASK{}&query=ASK{}", b"", "", 400),
        ("GET", "update=CLEAR+ALL", b"", "", 400),
        ("GET", "query=SELECT+{", b"", "", 400),
        ("POST", "", b"query=ASK{}", "text/plain", 415),
        ("POST", "", b"ASK {}", "", 415),
        ("POST", "", b"CLEAR ALL", "application/sparql-update", 415),
        ("POST", "", b"update=CLEAR+ALL", FORM, 400),
        ("POST", "query=ASK{}", b"query=ASK{}", FORM, 400),
        ("POST", "", "ASK {}".encode("utf-16"), DIRECT, 400),
        ("POST", "", b"ASK {}", DIRECT + "; charset=utf-16", 415),
        ("POST", "", b"x" * 3_000_000, DIRECT, 413),
        ("POST", "", b"query=" + b"x" * 3_000_000, FORM, 413),
        ("PUT", "query=ASK{}", b"", "", 405),
        ("DELETE", "", b"", "", 405),
    ],
)
def test_what_the_protocol_does_not_allow_is_a_problem(
    client: FlaskClient, method: str, arguments: str, body: bytes, type: str, status: int
) -> None:
    response = client.open("/sparql?" + arguments, method=method, data=body, content_type=type or None)
    document = json.loads(response.data)
    assert response.status_code == document["status"] == status
    assert response.mimetype == "application/problem+json"
    assert document["title"] and document["detail"]


def test_a_mistake_is_shown_where_it_is(client: FlaskClient) -> None:
    sparql = "SELECT ?x\nWHERE {\n  ?x nope:y ?z\n}"
    document = ask(client, sparql).get_json()
    assert (document["line"], document["column"]) == (3, 6)
    response = client.get("/", query_string={"query": sparql})
    text = response.get_data(as_text=True)
    assert response.status_code == 400
    assert "line 3, column 6" in text and "  ?x <mark>n</mark>ope:y ?z" in text and ">^</span>" in text


@pytest.mark.parametrize(
    "sparql",
    [
        "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
        "SELECT * { FILTER EXISTS { SERVICE SILENT <URL> { ?s ?p ?o } } }",
        "SELECT * { # x\n sErViCe ?g { ?s ?p ?o } VALUES ?g { <URL> } }",
        "SELECT * FROM <URL> { ?s ?p ?o }",
        "SELECT * FROM NAMED <URL> { GRAPH ?g { ?s ?p ?o } }",
        "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
        "LOAD <URL>",
        "INSERT DATA { <URL> <URL> <URL> }",
        "DELETE WHERE { ?s ?p ?o }",
        "PREFIX x: <URL> CLEAR ALL",
    ],
)
def test_nothing_calls_out_and_nothing_is_changed(
    client: FlaskClient, listener: tuple[str, list[object]], sparql: str
) -> None:
    url, calls = listener
    asked = sparql.replace("URL", url)
    before = ask(client, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", format="csv").data
    for response in (ask(client, asked), client.post("/sparql", data={"query": asked})):
        assert response.status_code == 400
        assert response.get_json()["line"] >= 1
    assert client.get("/", query_string={"query": asked}).status_code == 400
    assert ask(client, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", format="csv").data == before
    assert calls == []


def test_a_worker_cannot_call_out_even_when_the_text_gets_through(
    app: Flask, listener: tuple[str, list[object]]
) -> None:
    url, calls = listener
    pool = site_of(app).pool
    pool.ask(QueryRequest("ASK {}"), page=True)
    if not any(worker.walls.get("no_network") for worker in pool.alive):
        pytest.skip("this system has no filter for a worker's calls: only the text is looked at")
    with pytest.raises(kb.QueryRefusedError):
        pool.ask(QueryRequest(f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}"))
    assert calls == []


def test_a_dataset_is_made_of_graphs_that_are_here(client: FlaskClient) -> None:
    claims = kb.GRAPHS + "kb/claims/mill-bridge.ttl"
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"

    def number(sparql: str, **more: str) -> int:
        return int(ask(client, sparql, format="csv", **more).data.split()[1])

    part = number(count, **{"default-graph-uri": claims})
    assert 0 < part < number(count)
    assert part == number(named, **{"named-graph-uri": claims})
    assert part == number(count.replace("{", f"FROM <{claims}> {{", 1))
    assert number(named, **{"default-graph-uri": claims}) == 0
    assert number(count, **{"named-graph-uri": claims}) == 0
    elsewhere = ask(client, count, format="csv", **{"default-graph-uri": "http://127.0.0.1:9/x"})
    assert elsewhere.data.split()[1] == b"0"
    assert elsewhere.headers["Factcite-Unknown-Graphs"] == "1"


def test_variables_can_be_given_values(client: FlaskClient) -> None:
    sparql = "SELECT ?s WHERE { ?s rdfs:label ?l }"
    for value in ("ent:jonas-feld", f"<{NAMES}entity/jonas-feld>", f"{NAMES}entity/jonas-feld"):
        assert ask(client, sparql, format="csv", **{"$s": value}).data.split() == [
            b"s",
            f"{NAMES}entity/jonas-feld".encode(),
        ]
    assert ask(client, sparql, format="csv", **{"$l": '"Jonas Feld"@en'}).data.count(b"\n") == 2
    assert ask(client, sparql, format="csv", **{"$l": "Jonas Feld"}).data.count(b"\n") == 1


def test_what_is_called_by_itself_breaks_no_page(tmp_path: Path) -> None:
    made = make(tmp_path)
    one, other = (f"<{NAMES}dependence/{name}>" for name in ("one", "other"))
    (made / "kb/claims/circle.ttl").write_text(
        f"@prefix fc: <{kb.FC.iri}> .\n\n"
        f"{one} a fc:Dependence ; fc:notIndependentOf {one} , {other} .\n\n"
        f"{other} a fc:Dependence ; fc:notIndependentOf {one} .\n"
    )
    app = webapp.create_app(made, WORKERS=1)
    try:
        for path in (
            "/",
            "/overview",
            "/report",
            "/dependence/one",
            "/dependence/other",
            "/completion.json",
            "/void.ttl",
        ):
            assert app.test_client().get(path).status_code == 200, path
    finally:
        webapp.close(app)


def test_errors_say_what_they_depend_on(client: FlaskClient) -> None:
    for accept in ("text/html", "application/json"):
        assert "Accept" in client.get("/nosuch", headers={"Accept": accept}).vary
    beyond = client.get("/static/site.css", headers={"Range": "bytes=9999999-"})
    assert beyond.status_code == 416 and re.fullmatch(r"bytes \*/\d+", beyond.headers["Content-Range"])


def test_a_browser_is_sent_to_the_page(client: FlaskClient) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    response = ask(client, "ASK {}", browser)
    assert response.status_code == 303
    assert response.headers["Location"] == "/?query=ASK+%7B%7D"
    assert client.get("/sparql", headers={"Accept": browser}).headers["Location"] == "/"
    nowhere = {"query": "ASK { ?s ?p ?o }", "default-graph-uri": "urn:nowhere"}  # which the page cannot be told
    answer = client.get("/sparql", query_string=nowhere, headers={"Accept": browser})
    assert (answer.status_code, answer.mimetype) == (200, "application/xml") and "false" in answer.text


# --- saved questions -------------------------------------------------------------------------------------


def test_every_saved_question_runs_with_what_its_form_offers(client: FlaskClient) -> None:
    here = site_of(client.application)
    values = {
        "claim": "claim:pier-damaged",
        "article": "art:mill-bridge",
        "entity": "ent:jonas-feld",
        "citation": "cite:mill-bridge-4-2",
        "question": "q:was-there-a-warning",
        "paragraph": "art:mill-bridge-p4",
    }
    names = [name for name in here.saved_queries if not name.startswith("page-")]
    assert len(names) > 3
    for name in names:
        params = {
            f"${param.name}": values.get(param.name, "ent:jonas-feld" if param.type == "iri" else "1")
            for param in here.saved_queries[name].params
        }
        response = client.get("/", query_string={"question": name, **params})
        text = response.get_data(as_text=True)
        assert response.status_code == 200, name
        assert re.search(r'class="(count|truth)"', text), name
        permanent = re.search(r'href="([^"]+)">Permanent link', text)
        assert permanent is not None
        assert client.get(unescape(permanent[1])).status_code == 200
        for label in ("CSV", "Turtle"):
            href = re.search(rf'href="(/sparql[^"]+)"[^>]*>{label}<', text)
            assert href is None or client.get(unescape(href[1])).status_code == 200


@pytest.mark.parametrize(
    "arguments", [{"question": "nope"}, {"question": "who-says"}, {"question": "who-says", "$claim": "no iri"}]
)
def test_a_saved_question_says_what_it_lacks(client: FlaskClient, arguments: dict[str, str]) -> None:
    response = client.get("/", query_string=arguments)
    assert response.status_code == 400
    assert "What to do:" in response.get_data(as_text=True)


def test_a_column_that_says_what_another_is_called_is_shown_once(client: FlaskClient) -> None:
    sparql = "SELECT ?claim ?says { ?claim a fc:Claim ; rdfs:label ?says } ORDER BY ?claim"
    html = client.get("/", query_string={"query": sparql}).get_data(as_text=True)
    table = html[html.index("<table ") : html.index("</table>")]
    assert re.findall(r"<th[^>]*><a[^>]*>.*?<bdi>(.*?)</bdi>", table) == ["claim · says"]
    assert table.count("The pier is a third weaker than it was.") == 1
    assert ask(client, sparql, format="csv").data.startswith(b"claim,says\r\n"), "downloads keep both"
    other = client.get("/", query_string={"query": sparql.replace("?says {", "(STR(?says) AS ?other) ?says {")})
    table = other.get_data(as_text=True)
    assert "claim · other · says" in table[table.index("<table ") :]
    apart = client.get("/", query_string={"query": sparql.replace("?says {", '("x" AS ?other) {')})
    assert "claim ·" not in apart.get_data(as_text=True)


def test_names_in_a_text_are_links_where_the_base_holds_them(client: FlaskClient) -> None:
    sparql = 'SELECT ("Denied in cite:mill-bridge-4-2. See cite:nowhere-1 <script>" AS ?why) {}'
    html = client.get("/", query_string={"query": sparql}).get_data(as_text=True)
    table = html[html.index("<table ") : html.index("</table>")]
    body = table[table.index("<tbody>") :]
    assert body.count("<a ") == 1 and 'href="/citation/mill-bridge-4-2"' in table
    assert "cite:nowhere-1" in table and "<script" not in table


# --- limits ----------------------------------------------------------------------------------------------


def test_a_slow_question_is_stopped_and_the_site_goes_on(client: FlaskClient) -> None:
    response = ask(client, SLOW)
    assert response.status_code == 503
    assert response.headers["Retry-After"].isdigit()
    assert response.get_json()["limit"] == "time"
    assert is_well(client)
    shown = client.get("/", query_string={"query": SLOW})
    assert shown.status_code == 503 and "was stopped" in shown.get_data(as_text=True)


def test_pages_answer_while_heavy_questions_run(app: Flask) -> None:
    heavy = [threading.Thread(target=ask, args=(app.test_client(), SLOW)) for _ in range(3)]
    for thread in heavy:
        thread.start()
    client = app.test_client()
    statuses = [client.get("/claim/pier-damaged").status_code for _ in range(20)]
    alive = [thread.is_alive() for thread in heavy]
    for thread in heavy:
        thread.join()
    assert statuses == [200] * 20
    assert any(alive), "the pages came before the heavy questions were over"
    assert is_well(client)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory of a process is capped on Linux only")
def test_a_hungry_question_is_stopped_and_the_site_goes_on(client: FlaskClient) -> None:
    response = ask(client, HUNGRY)
    assert response.status_code == 503
    assert response.get_json()["limit"] == "memory"
    assert is_well(client)


def test_a_question_that_breaks_its_worker_breaks_nothing_else(app: Flask, client: FlaskClient) -> None:
    pool = site_of(app).pool

    def crash() -> bool:
        for worker in pool.alive - set(pool.idle):
            assert worker.process.pid is not None
            os.kill(worker.process.pid, signal.SIGSEGV)
        return False

    with pytest.raises(StoppedError) as stopped:
        pool.ask(QueryRequest("SELECT * { ?s ?p ?o }"), gone=crash)
    assert stopped.value.reason == "crash"
    assert is_well(client)
    assert ask(client, DEEP).status_code == 400, "and the text is refused before any worker sees it"


def test_a_worker_that_was_killed_from_outside_is_replaced(app: Flask, client: FlaskClient) -> None:
    assert is_well(client)
    pool = site_of(app).pool
    for worker in list(pool.alive):
        assert worker.process.pid is not None
        os.kill(worker.process.pid, signal.SIGKILL)
    for worker in list(pool.alive):
        worker.process.join()
    assert is_well(client)


def test_an_answer_that_was_cut_says_so(client: FlaskClient) -> None:
    many = "SELECT * { ?s ?p ?o . ?a ?b ?c FILTER(ISIRI(?o) && ISIRI(?c)) }"
    for format in ("json", "xml", "csv", "tsv"):
        response = ask(client, many, format=format)
        assert response.headers["Factcite-Truncated"] == "rows"
        assert response.headers["Factcite-Rows"] == "500"
    assert ask(client, "CONSTRUCT WHERE { ?s ?p ?o }").headers["Factcite-Truncated"] == "rows"
    assert "Factcite-Truncated" not in ask(client, "SELECT * { ?s ?p ?o } LIMIT 500").headers
    text = client.get("/", query_string={"query": many}).get_data(as_text=True)
    assert "This answer was cut." in text and "Rows 1 to 50 of 500" in text


def test_an_answer_that_is_too_large_is_refused_whole(home: Path) -> None:
    app = webapp.create_app(home, MAX_BYTES=10_000, WORKERS=1)
    try:
        for format in ("json", "csv", "turtle"):
            sparql = "CONSTRUCT WHERE { ?s ?p ?o }" if format == "turtle" else "SELECT * { ?s ?p ?o }"
            response = ask(app.test_client(), sparql, format=format)
            assert (response.status_code, response.get_json()["limit"]) == (503, "size")
        assert is_well(app.test_client())
    finally:
        webapp.close(app)


def test_whoever_finds_no_free_worker_is_told_to_come_back(home: Path) -> None:
    app = webapp.create_app(home, TIMEOUT_SECONDS=SECONDS, WORKERS=1, WAIT_SECONDS=0)
    try:
        assert is_well(app.test_client())
        heavy = threading.Thread(target=ask, args=(app.test_client(), SLOW))
        heavy.start()
        while not any(worker.asked > 1 for worker in list(site_of(app).pool.alive)) and heavy.is_alive():
            pass
        response = ask(app.test_client(), "ASK {}")
        heavy.join()
        assert (response.status_code, response.get_json()["limit"]) == (503, "busy")
        assert response.headers["Retry-After"]
    finally:
        webapp.close(app)


# --- the life of a site ----------------------------------------------------------------------------------


def test_closing_ends_the_workers_and_removes_their_store(home: Path) -> None:
    before = set(multiprocessing.active_children())
    app = webapp.create_app(home)
    assert is_well(app.test_client())
    folder = site_of(app).pool.storage.folder
    assert folder.is_dir()
    webapp.close(app)
    assert not folder.exists()
    assert set(multiprocessing.active_children()) <= before
    assert ask(app.test_client(), "ASK {}").status_code == 503


def test_a_worker_is_replaced_after_so_many_questions(home: Path) -> None:
    app = webapp.create_app(home, WORKERS=1, RECYCLE_AFTER=3)
    try:
        for _ in range(10):
            assert is_well(app.test_client())
        assert all(worker.asked < 3 for worker in site_of(app).pool.alive)
    finally:
        webapp.close(app)


def test_an_unknown_setting_is_refused(home: Path) -> None:
    with pytest.raises(kb.UsageError, match="TIMEOUT_SECOND"):
        webapp.create_app(home, TIMEOUT_SECOND=1)


def test_the_host_header_is_not_believed(home: Path) -> None:
    app = webapp.create_app(home, TRUSTED_HOSTS=["localhost"], PUBLIC_BASE="https://facts.example/")
    try:
        client = app.test_client()
        evil = client.get("/", headers={"Host": "evil.example"})
        assert evil.status_code == 400 and b"evil" not in evil.data
        text = client.get("/", query_string={"query": "ASK {}"}).get_data(as_text=True)
        assert 'href="https://facts.example/?query=ASK' in text and "localhost" not in text
    finally:
        webapp.close(app)


def test_a_site_below_a_path_links_to_itself(home: Path) -> None:
    app = webapp.create_app(home, WORKERS=1, TRUSTED_HOSTS=["localhost"], PUBLIC_BASE="https://facts.example/kb/")
    try:
        client = app.test_client()
        page = client.get("/?query=ASK {}", base_url="http://localhost/kb/").get_data(as_text=True)
        assert 'href="https://facts.example/kb/?query=ASK' in page and 'href="/kb/claims"' in page
        said = client.get("/sparql", base_url="http://localhost/kb/").get_data(as_text=True)
        assert "sd:endpoint <https://facts.example/kb/sparql>" in said and "kb/kb" not in said
    finally:
        webapp.close(app)


@pytest.mark.parametrize("path", ["/index.ttl", "/about.ttl", "/overview.ttl", "/void.ttl", "/export.ttl", "/sparql"])
def test_what_is_said_to_one_name_is_not_said_to_another(home: Path, path: str) -> None:
    app = webapp.create_app(home, WORKERS=1, TRUSTED_HOSTS=["localhost", "127.0.0.1"])
    try:
        client = app.test_client()
        hosts = ("localhost:1234", "127.0.0.1:8000")
        first, second = (client.get(path, headers={"Host": host}).get_data(as_text=True) for host in hosts)
        assert hosts[0] in first and hosts[1] in second
        assert hosts[0] not in second
    finally:
        webapp.close(app)


@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGINT])
def test_serve_says_one_line_answers_and_stops_cleanly(home: Path, ended_by: signal.Signals) -> None:
    port = free_port()
    with served("--home", str(home), "--port", str(port)) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line == f"Factcite serves 11 claims of 2 articles on http://127.0.0.1:{port} (Ctrl+C stops it)\n"
        assert "11 claims" in page(port)
        assert '"boolean":true' in page(port, "/sparql?query=" + quote("ASK { ?s ?p ?o }"))
        heavy = threading.Thread(target=page, args=(port, "/sparql?query=" + quote(SLOW)))
        heavy.start()
        process.send_signal(ended_by)
        out, err = process.communicate(timeout=PATIENCE)
        heavy.join()
    assert (process.returncode, out, err) == (0, "", "")


def test_the_folder_it_is_started_in_is_not_imported_from(home: Path, tmp_path: Path) -> None:
    trap = 'raise SystemExit("imported from the folder")\n'
    for name in ("kb.py", "webapp.py", "multiprocessing.py", "json.py"):
        (tmp_path / name).write_text(trap)
    port = free_port()
    with served("--home", str(home.resolve()), "--port", str(port), folder=tmp_path) as process:
        assert process.stdout is not None and process.stdout.readline().startswith("Factcite serves")
        assert '"boolean":true' in page(port, "/sparql?query=" + quote("ASK { ?s ?p ?o }"))


def test_serve_says_when_the_port_is_taken_or_the_base_is_not_there(home: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with served("--home", str(home), "--port", str(port)) as process:
            out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (2, "")
    assert f"port {port}" in err and "help:" in err and "Traceback" not in err
    with served("--home", str(tmp_path), "--port", str(free_port())) as process:
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (3, "")
    assert "no knowledge base here" in err and "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--host", "a..b"), "cannot listen on a..b"),
        (("--port", "70000"), "'70000' is no number from 0 to 65535"),
        (("--public-base", "facts.example"), "'facts.example' is no address"),
        (("--public-base", "https://[facts/"), "'https://[facts/' is no address"),
        (("--proxies", "-1"), "PROXIES is -1"),
    ],
)
def test_serve_refuses_what_makes_no_sense(home: Path, words: tuple[str, str], said: str) -> None:
    with served("--home", str(home), "--port", str(free_port()), *words) as process:
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (2, "")
    assert said in err and "Traceback" not in err


def test_those_who_connect_and_do_not_ask_keep_nobody_out(home: Path) -> None:
    port = free_port()
    with served("--home", str(home), "--port", str(port)) as process, ExitStack() as stack:
        assert process.stdout is not None and process.stdout.readline()
        for _ in range(150):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            client.sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert "11 claims" in page(port)


def test_serve_below_a_path_answers_with_and_without_it(home: Path) -> None:
    port = free_port()
    with served("--home", str(home), "--port", str(port), "--public-base", "https://facts.example/kb/") as process:
        assert process.stdout is not None and process.stdout.readline()
        for path in ("/kb/claims", "/claims"):
            assert 'href="/kb/claim/' in page(port, path), path
        assert "sd:endpoint <https://facts.example/kb/sparql>" in page(port, "/kb/sparql")
