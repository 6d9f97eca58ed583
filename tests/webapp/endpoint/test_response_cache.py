"""Answers are kept for those who ask the same, and only for those."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import webapp
from tests.support.serving import PATIENCE
from tests.support.web_base import make
from webapp.site.cache import ByteCache
from webapp.site.site import site_of

ASKED = "SELECT ?s ?l { ?s rdfs:label ?l } ORDER BY ?s LIMIT 30"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("answered"))


@pytest.fixture
def app(home: Path) -> Iterator[Flask]:
    made = webapp.create_app(home, WORKERS=1, TRUSTED_HOSTS=["localhost", "127.0.0.1"])
    yield made
    webapp.close(made)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def ask(client: FlaskClient, sparql: str = ASKED, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get("/sparql", query_string={"query": sparql}, headers=named)


def questions(app: Flask) -> int:
    """How many questions the workers have been asked."""
    return sum(worker.asked for worker in site_of(app).pool.alive)


def was_kept(response: TestResponse) -> bool:
    return response.headers.get("Server-Timing") == "kept"


def test_the_same_question_costs_a_worker_once(app: Flask, client: FlaskClient) -> None:
    first = ask(client)
    count = questions(app)
    again = ask(client)
    assert (was_kept(first), was_kept(again)) == (False, True)
    assert questions(app) == count == 1
    assert again.data == first.data and again.status == first.status
    both = [sorted((name, value) for name, value in each.headers if name != "Server-Timing") for each in (first, again)]
    assert both[0] == both[1], "with every header that protects it"
    assert "Content-Security-Policy" in again.headers and again.headers["Vary"]


def test_what_the_answer_depends_on_is_told_apart(client: FlaskClient) -> None:
    ask(client)
    table = ask(client, Accept="text/csv")
    assert not was_kept(table) and table.mimetype == "text/csv"
    assert not was_kept(ask(client, ASKED + " "))
    assert not was_kept(client.get("/sparql", query_string={"query": ASKED}, base_url="http://127.0.0.1/"))
    assert not was_kept(client.get("/sparql", query_string={"query": ASKED, "format": "csv"}))
    assert was_kept(ask(client, Accept="text/csv"))
    coded = ask(client, Accept_Encoding="gzip")
    assert was_kept(coded) and coded.data == ask(client).data, "a proxy compresses, not the site"


def test_a_kept_answer_that_somebody_has_is_not_sent_again(client: FlaskClient) -> None:
    etag = ask(client).headers["ETag"]
    again = ask(client, If_None_Match=etag)
    assert (again.status_code, again.data, was_kept(again)) == (304, b"", True)
    assert again.headers["ETag"] == etag and "Content-Length" not in again.headers
    other = ask(client, If_None_Match='W/"other"')
    assert (other.status_code, was_kept(other)) == (200, True) and other.data


@pytest.mark.parametrize(
    "sparql",
    [
        "SELECT (NOW() AS ?x) {}",
        "SELECT (NOW # now\n () AS ?x) {}",
        "SELECT (rand () AS ?x) {}",
        "SELECT (STRUUID() AS ?x) {}",
        "SELECT (UUID() AS ?x) {}",
        "nonsense",
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    ],
)
def test_what_changes_and_what_fails_is_not_kept(client: FlaskClient, sparql: str) -> None:
    first, again = ask(client, sparql), ask(client, sparql)
    assert not was_kept(first) and not was_kept(again)
    assert first.status_code in (400, 200) and (first.status_code == 400 or first.data != again.data)


def test_only_a_get_of_the_endpoint_is_kept(client: FlaskClient) -> None:
    for _ in range(2):
        assert not was_kept(client.post("/sparql", data={"query": ASKED}))
        assert not was_kept(client.get("/sparql"))
        assert not was_kept(client.get("/", query_string={"query": ASKED}))
        assert not was_kept(client.get("/sparql", query_string={"query": ASKED}, headers={"Accept": "text/html"}))
    ask(client)
    head = client.head("/sparql", query_string={"query": ASKED})
    assert not was_kept(head) and head.data == b""


def test_a_name_that_is_not_ours_gets_nothing_that_is_kept(client: FlaskClient) -> None:
    ask(client)
    evil = client.get("/sparql", query_string={"query": ASKED}, headers={"Host": "evil.example"})
    assert evil.status_code == 400


def test_a_client_with_nothing_left_may_have_what_is_kept(home: Path) -> None:
    app = webapp.create_app(home, WORKERS=1, BUDGET_SECONDS=1e-9)
    try:
        away = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.7"}}
        client, asked = app.test_client(), {"query": ASKED}
        assert client.get("/sparql", query_string=asked, **away).status_code == 200
        fresh = {"query": f"{ASKED} # another"}
        assert client.get("/sparql", query_string=fresh, **away).status_code == 429
        assert client.get("/sparql", query_string=asked, **away).status_code == 200
    finally:
        webapp.close(app)


def test_nothing_is_kept_where_there_is_no_room(home: Path) -> None:
    app = webapp.create_app(home, WORKERS=1, KEPT_BYTES=0)
    try:
        assert [was_kept(ask(app.test_client())) for _ in range(2)] == [False, False]
    finally:
        webapp.close(app)


def test_what_is_kept_stays_within_its_room() -> None:
    kept: ByteCache[str, bytes] = ByteCache(3_200, 32)
    for number in range(100):
        kept.keep(f"{number:02}", b"x" * 90, 92)
        assert kept.values.currsize <= 3_200
    assert len(kept.values) == 3_200 // 92
    assert kept.find("99") and not kept.find("00"), "the last asked for stay"
    kept.keep("large", b"x" * 200, 205)
    assert not kept.find("large"), "one value may not take the room of many"
    oldest = next(iter(kept.values))
    assert kept.find(oldest)
    kept.keep("new", b"x" * 90, 93)
    assert kept.find(oldest) and kept.values.currsize == sum(size for _, size in kept.values.values())


def test_one_makes_it_and_the_others_wait_for_that() -> None:
    cache: ByteCache[str, str] = ByteCache(1_000, 2)
    waiting, go_on = threading.Barrier(5), threading.Event()
    made: list[str] = []

    def make() -> str:
        assert go_on.wait(PATIENCE)
        made.append("once")
        return "made"

    def ask() -> str:
        waiting.wait(PATIENCE)
        return cache.get("key", make, len)

    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(ask) for _ in range(4)]
        waiting.wait(PATIENCE)
        time.sleep(0.1)
        go_on.set()
        assert [each.result(PATIENCE) for each in asked] == ["made"] * 4
    assert made == ["once"] and cache.get("key", lambda: "again", len) == "made"


def test_what_could_not_be_made_is_made_by_the_next() -> None:
    cache: ByteCache[str, str] = ByteCache(1_000, 2)
    waits, fails = threading.Event(), threading.Event()

    def fail() -> str:
        waits.set()
        assert fails.wait(PATIENCE)
        raise ValueError("no")

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(cache.get, "key", fail, len)
        assert waits.wait(PATIENCE)
        second = threads.submit(cache.get, "key", lambda: "made", len)
        fails.set()
        assert second.result(PATIENCE) == "made"
        with pytest.raises(ValueError, match="no"):
            first.result(PATIENCE)
    assert cache.get("key", lambda: "again", len) in ("made", "again")
    assert cache.get("other", lambda: "x" * 501, len) and cache.find("other") is None, "too large to keep"


def test_a_page_is_made_once_for_all_that_it_says(app: Flask, client: FlaskClient) -> None:
    path, pages = "/claim/pier-damaged", site_of(app).pages
    first = client.get(path)
    assert len(pages.values) == 1
    assert client.get(path).data == first.data and len(pages.values) == 1
    etag = first.headers["ETag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    others = {
        "language": client.get(path, headers={"Accept-Language": "ko"}),
        "address": client.get(f"{path}?one=1"),
        "bytes": client.get(f"{path}?one=%C3%A9"),
        "root": client.get(path, environ_overrides={"SCRIPT_NAME": "/facts"}),
    }
    assert len({each.data for each in (first, *others.values())}) == 5 == len(pages.values)
    assert b'href="/facts/' in others["root"].data and b"one=1" in others["address"].data
    assert client.get(path, base_url="http://evil.example/").status_code == 400


def test_a_page_costs_a_worker_once(app: Flask, client: FlaskClient) -> None:
    first = client.get("/claim/pier-damaged")
    count = questions(app)
    again = client.get("/claim/pier-damaged", headers={"Accept-Language": "ko"})
    assert (first.status_code, again.status_code, questions(app)) == (200, 200, count)
    assert 'lang="ko"' in again.text and 'lang="en"' in first.text
    data = client.get("/claim/pier-damaged.ttl")
    assert data.status_code == 200 and questions(app) == count, "its data come from the same answer"


def test_pages_are_asked_anew_where_there_is_no_room(home: Path) -> None:
    app = webapp.create_app(home, WORKERS=1, PAGE_BYTES=0)
    try:
        client, before = app.test_client(), questions(app)
        assert [client.get("/claim/pier-damaged").status_code for _ in range(2)] == [200, 200]
        assert questions(app) == before + 2
    finally:
        webapp.close(app)
