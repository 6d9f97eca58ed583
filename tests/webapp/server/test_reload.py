"""New data change places with the old while people ask: nobody is turned away, and nobody gets some of each."""

from __future__ import annotations

import gc
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask, request

import kb
import webapp
from kb.errors import TurtleError
from tests.support.serving import BEFORE_START, PATIENCE, children, free_port, is_gone, page, until
from tests.support.web_base import NAMES, make, served
from webapp.server.reload import Reloader
from webapp.site.site import site_of

CLOCK = """\
@prefix ent: <https://example.org/mybase/entity/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .

ent:clock a schema:Thing ; rdfs:label "clock {0}"@en ; rdfs:comment "ticks {0}"@en ; rdfs:seeAlso <urn:hand-{0}> .
"""
FILE = "kb/claims/clock.ttl"
SAYS = f"SELECT ?l ?c {{ <{NAMES}entity/clock> rdfs:label ?l ; rdfs:comment ?c }}"
ALL = f"SELECT ?a ?c ?e ?l {{ <{NAMES}entity/clock> rdfs:label ?l . ?a ?b ?c . ?d ?e ?f }} LIMIT 150000"
DOORS = (
    f"/sparql?format=csv&query={quote(SAYS)}",
    "/entity/clock",
    "/entity/clock.ttl",
    "/kb.nt",
    "/completion.json",
    f"/?query={quote(SAYS)}",
)
TOLD = re.compile(r"\b(?:clock|ticks|urn:hand-) ?(\d+)")

signals = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


def write(home: Path, text: str) -> None:
    """Write the file of the clock as git does: another file takes its name."""
    new = home / FILE
    new.with_suffix(".new").write_text(text, "utf-8")
    new.with_suffix(".new").replace(new)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = make(tmp_path)
    write(made, CLOCK.format(0))
    return made


def stores(place: Path) -> int:
    return len(list(place.glob("factcite-*")))


def told(text: str) -> set[int]:
    """The numbers that a page or an answer gives."""
    return set(map(int, TOLD.findall(text)))


# --- over a real server ----------------------------------------------------------------------------------


@contextmanager
def serving(home: Path, *words: str, **settings: object) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`kb serve` over the base while the block runs; its process and its port."""
    port = free_port()
    with served("--home", str(home), "--port", str(port), *words, **settings) as process:  # type: ignore[arg-type]
        assert "Factcite serves" in said(process)
        yield process, port
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def said(process: subprocess.Popen[str]) -> str:
    """The next line on standard output."""
    assert process.stdout is not None
    return process.stdout.readline()


def complained(process: subprocess.Popen[str]) -> str:
    """The next two lines on standard error: that something is wrong, and where."""
    assert process.stderr is not None
    return process.stderr.readline() + process.stderr.readline()


class Client(threading.Thread):
    """Asks again and again until it is told to stop, and notes what was wrong."""

    def __init__(self, port: int, first: int) -> None:
        super().__init__()
        self.port = port
        self.first = first
        self.enough = threading.Event()
        self.wrong: list[str] = []
        self.seen: set[int] = set()

    def run(self) -> None:
        """Ask at one door after another; numbers may only go up."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        last, asked = 0, self.first
        while not self.enough.is_set():
            door, asked = DOORS[asked % len(DOORS)], asked + 1
            try:
                connection.request("GET", door)
                response = connection.getresponse()
                found = told(response.read().decode())
            except (http.client.HTTPException, OSError) as error:
                self.wrong.append(f"{door}: {error!r}")
                connection.close()
                continue
            if response.status != 200 or len(found) != 1 or min(found) < last:
                self.wrong.append(f"{door}: {response.status}, {found} after {last}")
            last = max(found, default=last)
            self.seen.add(last)
        connection.close()


@signals
def test_no_request_is_lost_while_data_change(home: Path, place: Path) -> None:
    with serving(home) as (process, port):
        clients = [Client(port, number) for number in range(6)]
        for client in clients:
            client.start()
        try:
            for number in range(1, 6):
                write(home, CLOCK.format(number))
                process.send_signal(signal.SIGHUP)
                assert re.match(r"Factcite serves 11 claims of 2 articles now, loaded in \d+\.\d s \(", said(process))
                assert [told(page(port, door)) for door in DOORS] == [{number}] * len(DOORS)
            write(home, CLOCK.format(6).replace('"@en', "@en"))
            for _ in range(3):
                process.send_signal(signal.SIGHUP)
            why = complained(process)
            assert "the old data stay" in why and f"{FILE}:5" in why and "Traceback" not in why
            assert [told(page(port, door)) for door in DOORS] == [{5}] * len(DOORS)
            write(home, CLOCK.format(7))
            process.send_signal(signal.SIGHUP)
            assert " now, " in said(process)
            assert [told(page(port, door)) for door in DOORS] == [{7}] * len(DOORS)
        finally:
            for client in clients:
                client.enough.set()
            for client in clients:
                client.join(PATIENCE)
        assert [problem for client in clients for problem in client.wrong] == []
        assert {7} < set.union(*(client.seen for client in clients)) <= {0, 1, 2, 3, 4, 5, 7}
        assert until(lambda: stores(place) == 1), "the stores of the others are gone"
    assert stores(place) == 0


def workers(process: subprocess.Popen[str]) -> set[int]:
    """The processes that answer questions: the ones that the fork server has made."""
    everybody = set(children(process.pid))
    return {pid for each in everybody for pid in children(each)}


@signals
@linux
def test_an_answer_on_its_way_ends_with_what_it_began_with(home: Path, place: Path) -> None:
    with serving(home, STREAM_AFTER=10_000, TIMEOUT_SECONDS=PATIENCE, SEND_SECONDS=PATIENCE) as (process, port):
        old = workers(process)
        assert len(old) == 3
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request("GET", f"/sparql?format=csv&query={quote(ALL)}")
        response = connection.getresponse()
        begun = response.read(1_000)
        for pid in old:
            os.kill(pid, signal.SIGSTOP)
        write(home, CLOCK.format(1))
        process.send_signal(signal.SIGHUP)
        assert " now, " in said(process)
        assert told(page(port, DOORS[0])) == {1}
        assert stores(place) == 2 and not any(map(is_gone, old)), "the old one still has somebody to answer"
        for pid in old:
            os.kill(pid, signal.SIGCONT)
        rows = (begun + response.read()).decode().splitlines()[1:]
        assert response.headers["Factcite-Streamed"] == "yes"
        connection.close()
        assert len(rows) == 150_000 and {row.rpartition(",")[2] for row in rows} == {"clock 0"}
        assert until(lambda: stores(place) == 1 and all(map(is_gone, old)))
        assert len(workers(process)) == 3
        assert told(page(port, DOORS[0])) == {1}


@signals
@linux
def test_a_client_that_leaves_lets_the_old_data_go(home: Path, place: Path) -> None:
    with serving(home, STREAM_AFTER=10_000, TIMEOUT_SECONDS=PATIENCE, SEND_SECONDS=PATIENCE) as (process, port):
        old = workers(process)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request("GET", f"/sparql?format=csv&query={quote(ALL)}")
        response = connection.getresponse()
        assert response.read(1_000)
        for pid in old:
            os.kill(pid, signal.SIGSTOP)
        process.send_signal(signal.SIGHUP)
        assert " now, " in said(process)
        assert stores(place) == 2
        response.close()
        connection.close()
        assert until(lambda: stores(place) == 1 and all(map(is_gone, old)))


def test_watching_loads_what_is_saved(home: Path) -> None:
    with serving(home, "--watch") as (process, port):
        write(home, CLOCK.format(1))
        assert " now, " in said(process)
        assert told(page(port, DOORS[0])) == {1}
        write(home, CLOCK.format(2).replace('"@en', "@en"))
        why = complained(process)
        assert "the old data stay" in why and f"{FILE}:5" in why
        assert told(page(port, DOORS[1])) == {1}
        write(home, CLOCK.format(3))
        assert " now, " in said(process)
        assert told(page(port, DOORS[0])) == {3}
        (home / FILE).unlink()
        assert " now, " in said(process)
        assert told(page(port, DOORS[0])) == set()
        question = home / "kb" / "queries" / "clocks.rq"
        question.write_text("# title: Clocks\n# description: All clocks.\nASK {}\n", "utf-8")
        assert " now, " in said(process)
        assert "Clocks" in page(port)


@pytest.mark.parametrize("watched", [False, True])
def test_nothing_holds_data_that_were_replaced(home: Path, watched: bool) -> None:
    app = webapp.create_app(home, WORKERS=1)
    try:
        for path in ("/", "/claims", "/report", "/sparql?query=ASK{}"):
            app.test_client().get(path).close()
        old = weakref.ref(site_of(app))
        if watched:
            Reloader().watch(app)
        assert webapp.reload(app)
        assert until(lambda: gc.collect() >= 0 and old() is None)
    finally:
        webapp.close(app)


@signals
def test_a_server_goes_with_its_terminal(home: Path, place: Path) -> None:
    import pty  # not on every system

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "kb.cli", "serve", "--home", str(home), "--port", "0"]
    begin = "import fcntl, os, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    begin += "os.execv(sys.argv[1], sys.argv[1:])"
    environment = {**os.environ, "PYTHONPATH": str(kb.find_home().root)}
    with subprocess.Popen(
        [sys.executable, "-c", begin, *command],
        env=environment,
        preexec_fn=BEFORE_START,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        try:
            heard = b""
            while b"Ctrl+C" not in heard:
                heard += os.read(ours, 1_000)
            process.send_signal(signal.SIGHUP)
            while b" now, " not in heard:
                heard += os.read(ours, 1_000)
            assert process.poll() is None, "asked for new data by a signal, it has gone on"
            os.close(ours)
            assert process.wait(PATIENCE) == 0
        finally:
            if process.poll() is None:
                process.kill()
    assert stores(place) == 0


# --- within a program ------------------------------------------------------------------------------------


@pytest.fixture
def app(home: Path, place: Path) -> Iterator[Flask]:
    made = webapp.create_app(home, WORKERS=1)
    yield made
    webapp.close(made)
    assert stores(place) == 0


def test_nothing_that_was_kept_is_given_for_other_data(app: Flask, home: Path) -> None:
    client = app.test_client()
    before = [client.get(door) for door in DOORS]
    assert client.get(DOORS[0]).headers["Server-Timing"] == "kept"
    write(home, CLOCK.format(1))
    assert [told(client.get(door).text) for door in DOORS] == [{0}] * len(DOORS), "nobody has asked for the new data"
    assert webapp.reload(app)
    for door, old in zip(DOORS, before, strict=True):
        etag = old.headers["ETag"]
        new = client.get(door, headers={"If-None-Match": etag})
        assert (new.status_code, told(new.text)) == (200, {1})
        assert new.headers["ETag"] != etag and new.headers.get("Server-Timing") != "kept"
    assert client.get(DOORS[0]).headers["Server-Timing"] == "kept"
    same = client.get(DOORS[0]).headers["ETag"]
    assert webapp.reload(app)
    assert client.get(DOORS[0], headers={"If-None-Match": same}).status_code == 304, "the same data, the same ETag"


@pytest.mark.parametrize("door", DOORS)
def test_a_request_keeps_what_it_began_with(app: Flask, home: Path, door: str) -> None:
    @app.before_request
    def load() -> None:
        if "now" in request.headers.get("X-Reload", ""):
            assert webapp.reload(app)

    client = app.test_client()
    write(home, CLOCK.format(1))
    assert told(client.get(door, headers={"X-Reload": "now"}).text) == {0}
    assert told(client.get(door).text) == {1}


def test_nobody_gains_a_new_budget(home: Path) -> None:
    app = webapp.create_app(home, WORKERS=1, BUDGET_SECONDS=1e-9)
    try:
        away = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.7"}}
        client = app.test_client()
        assert client.get(DOORS[0], **away).status_code == 200
        assert client.get(DOORS[0], **away).status_code == 200, "kept"
        assert webapp.reload(app)
        assert client.get(DOORS[0], **away).status_code == 429
        assert client.get(DOORS[0]).status_code == 200
    finally:
        webapp.close(app)


def test_what_cannot_be_loaded_changes_nothing(app: Flask, home: Path, place: Path) -> None:
    before = site_of(app)
    write(home, CLOCK.format(1) + "ent:clock ent:ticks\n")
    with pytest.raises(TurtleError) as refused:
        webapp.reload(app)
    assert refused.value.where.startswith(f"{FILE}:")
    write(home, CLOCK.format(1))
    question = home / "kb" / "queries" / "broken.rq"
    question.write_bytes(b"\xff")
    with pytest.raises(kb.InputError):
        webapp.reload(app)
    question.unlink()
    shape = home / "shapes" / "broken.ttl"
    shape.write_text("@prefix sh: <", "utf-8")
    with pytest.raises(kb.InputError):
        webapp.reload(app)
    shape.unlink()
    assert site_of(app) is before and stores(place) == 1
    assert told(app.test_client().get(DOORS[1]).text) == {0}


def test_the_report_is_about_what_is_served(app: Flask, home: Path) -> None:
    write(home, "no Turtle at all")
    report = json.loads(app.test_client().get("/report.json").text)
    assert report["exit_code"] == 1, "the oddities of the base, not the file on the disk"


def test_an_app_that_is_closed_takes_no_other_data(home: Path, place: Path) -> None:
    app = webapp.create_app(home, WORKERS=1)
    webapp.close(app)
    assert not webapp.reload(app)
    assert stores(place) == 0
