"""Large answers over a real socket: sent as they are made, and never taken for whole when they are not."""

from __future__ import annotations

import csv
import http.client
import io
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pyoxigraph as ox
import pytest
from flask import Flask

import webapp
from tests.support.live import live
from tests.support.serving import PATIENCE
from tests.support.web_base import make
from webapp.engine.evaluate import QueryRequest
from webapp.engine.pool import Pool, Stream
from webapp.engine.worker import Reply, StoppedError
from webapp.site.site import site_of

ROWS = 12_000
MANY = f"SELECT * {{ ?a ?b ?c . ?d ?e ?f }} LIMIT {ROWS}"
TRIPLES = """CONSTRUCT { ?a ?b ?x } WHERE {
  SELECT DISTINCT ?a ?b ?x {
    ?a ?b ?c . ?d ?e ?f
    BIND(CONCAT(STR(?c), STR(?d), STR(?e), STR(?f)) AS ?x)
    FILTER(BOUND(?x))
  } LIMIT %d
}"""
ENDLESS = """SELECT * {
  { SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 20000 }
  UNION {
    SELECT * {
      ?a ?b ?c . ?d ?e ?f . ?g ?h ?i
      OPTIONAL { ?j ?k ?l FILTER(?a = ?d && ?d = ?g && ?g = ?j && ?a != ?j) }
      FILTER(BOUND(?l))
    }
  }
}"""
"""Rows that come at once, and then none for longer than anybody waits."""
TABLES = {"json", "xml", "csv", "tsv", "csv-safe"}
GRAPHS = {"turtle", "ntriples", "jsonld", "rdfxml", "csv-safe"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base without the control character that XML does not have."""
    base = make(tmp_path_factory.mktemp("streaming"))
    for path in base.rglob("*.ttl"):
        path.write_text(path.read_text("utf-8").replace("\\u0007", ""), "utf-8")
    return base


@pytest.fixture(scope="module")
def app(home: Path) -> Flask:
    return webapp.create_app(home, STREAM_AFTER=100_000, MAX_ROWS=300_000, TIMEOUT_SECONDS=60)


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    with live(app) as url:
        yield url


@contextmanager
def site(home: Path, **settings: Any) -> Iterator[tuple[Flask, str]]:
    app = webapp.create_app(home, STREAM_AFTER=100_000, **settings)
    with live(app) as url:
        yield app, url


@contextmanager
def asked(url: str, sparql: str, method: str = "GET", **more: str) -> Iterator[http.client.HTTPResponse]:
    """The beginning of an answer."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    try:
        connection.request(method, "/sparql?" + urlencode({"query": sparql, **more}))
        with connection.getresponse() as response:
            yield response
    finally:
        connection.close()


def until(true: Callable[[], bool]) -> None:
    """Wait for something that has to come."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def busy(pool: Pool) -> set[int | None]:
    """The workers that have something to do."""
    with pool.lock:
        return {worker.process.pid for worker in pool.alive - set(pool.idle)}


def is_well(app: Flask) -> bool:
    pool = site_of(app).pool
    until(lambda: not busy(pool))
    return bool(json.loads(pool.ask(QueryRequest("ASK {}")).body)["boolean"])


# --- whole -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", sorted(TABLES | GRAPHS))
def test_in_pieces_or_whole_the_answer_is_the_same(app: Flask, address: str, format: str) -> None:
    sparqls = [*([MANY] if format in TABLES else []), *([TRIPLES % ROWS] if format in GRAPHS else [])]
    for sparql in sparqls:
        with asked(address, sparql, format=format) as response:
            body = response.read()
            assert (response.status, response.headers["Factcite-Streamed"]) == (200, "yes")
            assert response.headers["Transfer-Encoding"] == "chunked"
            assert not {"Content-Length", "ETag", "Factcite-Rows"} & set(response.headers)
        question = QueryRequest(sparql, table=format, graph=format, base=f"{address}/sparql")
        whole = site_of(app).pool.ask(question)
        assert body == whole.body
        assert (whole.rows, whole.truncated) == (ROWS, False)


def test_what_is_sent_in_pieces_can_be_read(address: str) -> None:
    with asked(address, MANY, format="json") as response:
        assert len(json.loads(response.read())["results"]["bindings"]) == ROWS
    for name, form in (("json", "JSON"), ("xml", "XML"), ("tsv", "TSV")):
        with asked(address, MANY, format=name) as response:
            found = ox.parse_query_results(response.read(), format=getattr(ox.QueryResultsFormat, form))
        assert isinstance(found, ox.QuerySolutions) and sum(1 for _ in found) == ROWS
    with asked(address, MANY, format="csv") as response:
        assert sum(1 for _ in csv.reader(io.StringIO(response.read().decode(), newline=""))) == ROWS + 1
    with asked(address, TRIPLES % ROWS, format="turtle") as response:
        assert sum(1 for _ in ox.parse(response.read(), format=ox.RdfFormat.TURTLE)) == ROWS


def test_a_small_answer_is_whole(address: str) -> None:
    with asked(address, "SELECT * { ?s ?p ?o } LIMIT 10") as response:
        assert len(response.read()) == int(response.headers["Content-Length"])
        assert response.headers["Factcite-Rows"] == "10" and response.headers["ETag"]
        assert "Factcite-Streamed" not in response.headers


def test_whoever_speaks_http_1_0_gets_it_whole(address: str) -> None:
    """There, the end of the connection is the end of the answer, and a break could not be told from it."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=PATIENCE) as client:
        client.sendall(f"GET /sparql?{urlencode({'query': MANY})} HTTP/1.0\r\n\r\n".encode())
        head, _, body = b"".join(iter(lambda: client.recv(65536), b"")).partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head and b"Factcite-Streamed" not in head
    assert len(json.loads(body)["results"]["bindings"]) == ROWS


def test_head_of_a_large_answer_has_no_body_and_leaves_nobody_at_work(app: Flask, address: str) -> None:
    with asked(address, MANY, "HEAD") as response:
        assert (response.status, response.read()) == (200, b"")
    assert is_well(app)


# --- as it is made ---------------------------------------------------------------------------------------


def test_the_first_piece_is_there_while_the_worker_still_works(app: Flask, address: str) -> None:
    pool = site_of(app).pool
    with asked(address, ENDLESS, format="csv") as response:
        first = response.read1()
        assert busy(pool)
        assert first.startswith(b"a,b,c,d,e,f,g,h,i,j,k,l\r\n")
    assert is_well(app)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
def test_a_large_answer_does_not_grow_the_server(address: str) -> None:
    def resident() -> int:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def read() -> tuple[int, int, int]:
        lines, size, most = 0, 0, resident()
        with asked(address, TRIPLES % 200_000, format="ntriples") as response:
            while piece := response.read(65536):
                lines, size, most = lines + piece.count(b"\n"), size + len(piece), max(most, resident())
        return lines, size, most

    read()  # everything has been loaded and every buffer made once
    before = resident()
    lines, size, most = read()
    assert lines == 200_000
    assert size > 30_000_000
    assert most - before < size / 3


# --- broken off ------------------------------------------------------------------------------------------


def test_an_answer_that_takes_too_long_after_it_has_begun_is_broken_off(home: Path) -> None:
    with site(home, TIMEOUT_SECONDS=2) as (app, url):
        with asked(url, ENDLESS, format="json") as response:
            assert (response.status, response.headers["Factcite-Streamed"]) == (200, "yes")
            with pytest.raises(http.client.IncompleteRead) as broken:
                response.read()
            begun = broken.value.partial
            assert begun.startswith(b'{"head":') and b"stopped" not in begun[-200:]
        assert is_well(app)


@pytest.mark.parametrize("format", sorted(TABLES))
def test_an_answer_with_too_many_rows_is_broken_off(home: Path, format: str) -> None:
    with site(home, MAX_ROWS=ROWS - 1) as (app, url):
        with asked(url, MANY, format=format) as response, pytest.raises(http.client.IncompleteRead) as broken:
            response.read()
        assert "Factcite-Truncated" not in response.headers
        assert b"</sparql>" not in broken.value.partial and b"]}}" not in broken.value.partial
        assert is_well(app)


@pytest.mark.parametrize("format", sorted(GRAPHS))
def test_a_graph_that_is_too_large_is_broken_off(home: Path, format: str) -> None:
    for settings in ({"MAX_ROWS": ROWS - 1}, {"MAX_BYTES": 300_000}):
        with (
            site(home, **settings) as (_, url),
            asked(url, TRIPLES % ROWS, format=format) as response,
            pytest.raises(http.client.IncompleteRead),
        ):
            response.read()


def test_what_is_cut_before_it_has_begun_says_so_in_its_head(home: Path) -> None:
    with site(home, MAX_ROWS=100) as (_, url):
        for format in sorted(TABLES | GRAPHS):
            with asked(url, MANY if format in TABLES else TRIPLES % ROWS, format=format) as response:
                response.read()
                assert response.headers["Factcite-Truncated"] == "rows"
                assert response.headers["Factcite-Rows"] == "100"


def test_when_the_client_goes_its_worker_goes(app: Flask, address: str) -> None:
    pool = site_of(app).pool
    with asked(address, ENDLESS, format="csv") as response:
        response.read(1000)
        at_work = busy(pool)
        assert at_work
    until(lambda: not at_work & {worker.process.pid for worker in pool.alive})
    assert is_well(app)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_worker_that_dies_in_the_middle_is_replaced(app: Flask, address: str) -> None:
    pool = site_of(app).pool
    workers = len(pool.alive)
    with asked(address, ENDLESS, format="csv") as response:
        response.read(1000)
        (pid,) = busy(pool)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(http.client.IncompleteRead):
            response.read()
    assert is_well(app)
    assert len(pool.alive) >= workers


def test_nobody_keeps_a_worker_by_not_reading(home: Path) -> None:
    app = webapp.create_app(home, STREAM_AFTER=100_000, WORKERS=1, LONG_QUESTIONS=0, SEND_SECONDS=0.5, WAIT_SECONDS=60)
    try:
        pool = site_of(app).pool
        stream = pool.open(QueryRequest(MANY, pieces=True))
        assert isinstance(stream, Stream) and next(stream)
        assert isinstance(pool.open(QueryRequest("ASK {}", pieces=True)), Reply), "the place has come free"
        with pytest.raises(StoppedError) as stopped:
            next(stream)
        assert stopped.value.reason == "slow"
        stream.close()
    finally:
        webapp.close(app)


def test_a_client_has_only_so_many_large_answers_at_once(home: Path) -> None:
    app = webapp.create_app(home, STREAM_AFTER=100_000, MOST_AT_ONCE=1)
    try:
        client = app.test_client()
        elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
        asked = {"query": MANY}
        first = client.get("/sparql", query_string=asked, environ_overrides=elsewhere)
        assert client.get("/sparql", query_string=asked, environ_overrides=elsewhere).status_code == 429
        first.close()
        again = client.get("/sparql", query_string=asked, environ_overrides=elsewhere)
        assert again.status_code == 200 and again.get_data()
    finally:
        webapp.close(app)


def test_a_long_answer_that_is_ended_while_it_changes_its_place_keeps_none(home: Path) -> None:
    app = webapp.create_app(home, STREAM_AFTER=100_000, WORKERS=1, LONG_QUESTIONS=1, LONG_AFTER_SECONDS=1_000)
    try:
        pool = site_of(app).pool
        streams: list[Stream] = []

        def gone() -> bool:
            for stream in streams:
                pool.settings = replace(pool.settings, long_after_seconds=0)  # from now on the question is a long one
                stream.close()  # as the clock does, in a thread of its own
            return False

        stream = pool.open(QueryRequest(ENDLESS, pieces=True), gone=gone)
        assert isinstance(stream, Stream)
        streams.append(stream)
        assert len(list(stream)) < 2, "what was under way at most"
        for place in (pool.long, pool.visitors, pool.everybody):
            assert place.acquire(blocking=False), "the place is free again"
    finally:
        webapp.close(app)
