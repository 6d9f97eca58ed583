"""Answers are kept for those who ask the same, and only for those."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import webapp
from tests.web_base import make
from webapp.answered import Answered, Kept
from webapp.site import site_of

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
    small = ask(client, Accept_Encoding="gzip")
    assert not was_kept(table) and table.mimetype == "text/csv"
    assert not was_kept(small) and small.headers["Content-Encoding"] == "gzip"
    assert not was_kept(ask(client, ASKED + " "))
    assert not was_kept(client.get("/sparql", query_string={"query": ASKED}, base_url="http://127.0.0.1/"))
    assert not was_kept(client.get("/sparql", query_string={"query": ASKED, "format": "csv"}))
    again = ask(client, Accept_Encoding="gzip")
    assert was_kept(again) and gzip.decompress(again.data) == ask(client).data
    assert was_kept(ask(client, Accept="text/csv"))


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
    app = webapp.create_app(home, WORKERS=1, BUDGET_SECONDS=0.001)
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
    kept = Answered(lambda environ, start_response: [], 3_200)
    for number in range(100):
        kept.keep((f"{number:02}",), Kept((), "", b"x" * 90))
        assert kept.held <= 3_200
    assert len(kept.kept) == 3_200 // 92
    assert kept.find(("99",)) and not kept.find(("00",)), "the last asked for stay"
    kept.keep(("large",), Kept((), "", b"x" * 200))
    assert not kept.find(("large",)), "one answer may not take the room of many"
    oldest = next(iter(kept.kept))
    assert kept.find(oldest)
    kept.keep(("new",), Kept((), "", b"x" * 90))
    assert kept.find(oldest) and kept.held == sum(each.size + len(key[0]) for key, each in kept.kept.items())
