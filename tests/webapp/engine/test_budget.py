"""Shares: nobody takes the engine from the others, and nothing is worked out for somebody who has left."""

from __future__ import annotations

import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask

import webapp
from tests.support.live import live
from tests.support.serving import PATIENCE
from tests.support.web_base import make
from webapp.engine.budget import MOST_CLIENTS, Budget, BudgetSpentError
from webapp.site.site import site_of

SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
AWAY, OTHER = "192.0.2.7", "192.0.2.8"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("budget"))


@pytest.fixture
def app(home: Path) -> Iterator[Flask]:
    made = webapp.create_app(home, WORKERS=1, TIMEOUT_SECONDS=1, BUDGET_SECONDS=1, PROXIES=1, KEPT_BYTES=0)
    yield made
    webapp.close(made)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_share_is_used_up_and_comes_back() -> None:
    clock = Clock()
    budget = Budget(30, clock=clock)
    for _ in range(3):
        assert may_ask(budget, AWAY)
        budget.charge(AWAY, 10)
    with pytest.raises(BudgetSpentError) as spent, budget.turn(AWAY):
        pass
    assert may_ask(budget, OTHER)
    clock.now += spent.value.seconds
    assert may_ask(budget, AWAY)
    clock.now += 10_000
    budget.charge(AWAY, 29)
    assert may_ask(budget, AWAY)
    budget.charge(AWAY, 2)
    assert not may_ask(budget, AWAY)


def test_only_so_many_questions_are_under_way_at_once() -> None:
    budget = Budget(0, 2, Clock())
    with budget.turn(AWAY), budget.turn(AWAY):
        assert not may_ask(budget, AWAY)
        assert may_ask(budget, OTHER)
    assert may_ask(budget, AWAY)
    assert not budget.running, "nothing is kept of those who have gone"


def may_ask(budget: Budget, address: str | None) -> bool:
    """Whether a client is let through."""
    try:
        with budget.turn(address):
            return True
    except BudgetSpentError:
        return False


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", None, ""])
def test_this_machine_has_no_limit(address: str | None) -> None:
    budget = Budget(1, 1, Clock())
    budget.charge(address, 100)
    assert may_ask(budget, address)


def test_no_limit_is_no_limit() -> None:
    budget = Budget(0, 0, Clock())
    budget.charge(AWAY, 100)
    assert may_ask(budget, AWAY)


def test_addresses_of_one_network_are_one_client() -> None:
    budget = Budget(1, 1, Clock())
    budget.charge("2001:db8:1:2:3::4", 2)
    assert not may_ask(budget, "2001:db8:1:2:ffff::1%eth0")
    assert may_ask(budget, "2001:db8:1:3::1")
    budget.charge("not an address", 2)
    assert not may_ask(budget, "not an address")


def test_what_is_remembered_does_not_grow_for_ever() -> None:
    budget = Budget(1, 1, Clock())
    for number in range(MOST_CLIENTS + 10):
        budget.charge(f"client {number}", 0.1)
    assert len(budget.left) == MOST_CLIENTS


def test_a_client_that_has_used_its_share_is_told_when_to_come_back(app: Flask) -> None:
    client = app.test_client()
    away, other = {"X-Forwarded-For": AWAY}, {"X-Forwarded-For": f"{AWAY}, {OTHER}"}
    assert client.get("/sparql", query_string={"query": SLOW}, headers=away).status_code == 503
    refused = client.get("/sparql", query_string={"query": "ASK {}"}, headers=away)
    assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    page = client.get("/", query_string={"query": "ASK {}"}, headers={**away, "Accept": "text/html"})
    assert page.status_code == 429 and int(page.headers["Retry-After"]) > 0
    assert "time than its share" in page.get_data(as_text=True)
    assert client.get("/claim/pier-damaged", headers=away).status_code == 200, "pages are for everybody"
    assert client.get("/sparql", query_string={"query": "ASK {}"}, headers=other).status_code == 200
    assert client.get("/sparql", query_string={"query": "ASK {}"}).status_code == 200, "this machine"


def test_a_forwarded_address_is_not_believed_without_a_proxy(home: Path) -> None:
    app = webapp.create_app(home, WORKERS=1, TIMEOUT_SECONDS=1, BUDGET_SECONDS=1, KEPT_BYTES=0)
    try:
        client = app.test_client()
        remote = {"REMOTE_ADDR": AWAY}
        client.get("/sparql", query_string={"query": SLOW}, environ_overrides=remote)
        for claimed in (OTHER, "127.0.0.1"):
            response = client.get(
                "/sparql",
                query_string={"query": "ASK {}"},
                headers={"X-Forwarded-For": claimed},
                environ_overrides=remote,
            )
            assert response.status_code == 429
    finally:
        webapp.close(app)


def test_long_questions_do_not_keep_the_short_ones_waiting(home: Path) -> None:
    app = webapp.create_app(
        home,
        WORKERS=1,
        TIMEOUT_SECONDS=PATIENCE,
        WAIT_SECONDS=PATIENCE,
        LONG_AFTER_SECONDS=0.2,
        LONG_QUESTIONS=1,
        KEPT_BYTES=0,
    )
    answers: list[tuple[int, str]] = []

    def ask(sparql: str) -> tuple[int, str]:
        response = app.test_client().get("/sparql", query_string={"query": sparql})
        return response.status_code, (response.get_json() or {}).get("limit", "")

    first, second = (threading.Thread(target=lambda: answers.append(ask(SLOW))) for _ in range(2))
    try:
        first.start()
        assert ask("ASK {}") == (200, ""), "the long one has made room"
        second.start()
        assert ask("ASK {}") == (200, "")
        while ask("ASK {}") == (200, "") and second.is_alive():  # until the second one has run for long
            pass
        second.join(PATIENCE)
        assert answers == [(503, "busy")], "there is room for one long question, and somebody waited"
        assert first.is_alive()
        assert len(site_of(app).pool.alive) <= 4
    finally:
        webapp.close(app)
        first.join()
        second.join()


def test_a_question_ends_when_whoever_asked_has_gone(home: Path) -> None:
    app = webapp.create_app(home, WORKERS=1, TIMEOUT_SECONDS=PATIENCE, WAIT_SECONDS=PATIENCE / 4)
    pool = site_of(app).pool
    with live(app) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(f"GET /sparql?query={quote(SLOW)} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            deadline = time.monotonic() + PATIENCE
            while not any(worker.asked for worker in list(pool.alive)) and time.monotonic() < deadline:
                time.sleep(0.05)
            busy = {worker for worker in pool.alive if worker.asked}
            assert busy
        with urllib.request.urlopen(f"{url}/sparql?query=ASK%7B%7D", timeout=PATIENCE) as reply:
            assert reply.status == 200, "the only place is free again, long before the time limit"
        assert not busy & pool.alive, "and the worker that was busy has been ended"
