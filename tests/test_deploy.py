"""The files in `.deploy` do what their README says, as far as a machine without root and certificates can tell."""

from __future__ import annotations

import gzip
import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from email.message import Message
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.paths import ROOT
from tests.support.serving import PATIENCE, children, free_port, is_gone, page, until
from tests.support.web_base import make, served
from tests.webapp.engine.test_streaming import ENDLESS
from webapp.settings import Settings

DEPLOY = ROOT / ".deploy"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
MANY = "SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f }"
NGINX = shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="gunicorn, nginx and systemd are not for this system"),
    pytest.mark.skipif(not DEPLOY.is_dir(), reason="no checkout: there is nothing to deploy"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("deploy"))


def ask(port: int, sparql: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
    """Status and body of an answer."""
    url = f"http://127.0.0.1:{port}/sparql?query={quote(sparql)}"
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, headers=dict(headers or {})), timeout=PATIENCE
        ) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_the_health_check_of_the_image_asks_a_worker_each_time(home: Path) -> None:
    path = re.search(r"http://127\.0\.0\.1:8000(/[^']*)'", (DEPLOY / "Containerfile").read_text("utf-8"))
    assert path is not None
    port = free_port()
    with served("--home", str(home), "--port", str(port)) as process:
        assert process.stdout is not None and process.stdout.readline()
        for _ in range(3):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path[1]}", timeout=PATIENCE) as reply:
                assert reply.status == 200 and "kept" not in reply.headers["Server-Timing"]


# --- gunicorn --------------------------------------------------------------------------------------------


@contextmanager
def gunicorn(home: Path, temporary: Path, **settings: object) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """gunicorn with our configuration while the block runs; its port, and its first process."""
    port = free_port()
    given = {f"FACTCITE_{name}": str(value) for name, value in settings.items()}
    environment = {**os.environ, **given, "FACTCITE_HOME": str(home), "TMPDIR": str(temporary)}
    command = [sys.executable, "-m", "gunicorn", "--config", str(DEPLOY / "gunicorn.conf.py")]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    with subprocess.Popen(command, cwd=ROOT, env={**environment, "PYTHONPATH": str(ROOT)}) as process:
        try:
            assert until(lambda: process.poll() is not None or page(port) != "")
            yield port, process
        finally:
            if process.poll() is None:
                process.terminate()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_gunicorn_serves_the_site_and_bears_the_death_of_its_process(home: Path, tmp_path: Path) -> None:
    with gunicorn(home, tmp_path, TIMEOUT_SECONDS=1) as (port, process):
        assert "11 claims" in page(port)
        assert ask(port, "ASK { ?s ?p ?o }")[0] == 200
        status, body = ask(port, SLOW)
        assert (status, b'"limit": "time"' in body) == (503, True)
        assert len(list(tmp_path.glob("factcite-*"))) == 1
        before = children(process.pid)
        worker = before[0]
        assert len(before) > 2, "processes for questions"
        assert len(os.sched_getaffinity(worker)) == 1, "the site keeps to one core"
        assert all(os.sched_getaffinity(each) == os.sched_getaffinity(0) for each in before[1:])
        os.kill(worker, signal.SIGKILL)
        assert until(lambda: all(is_gone(pid) for pid in before)), "nothing of it is left"
        assert until(lambda: page(port) != "") and ask(port, "ASK { ?s ?p ?o } # again")[0] == 200
        assert len(list(tmp_path.glob("factcite-*"))) == 1, "nor its store"
        after = children(process.pid)
        process.terminate()
        assert process.wait(PATIENCE) == 0
    assert until(lambda: all(is_gone(pid) for pid in after))
    assert list(tmp_path.glob("factcite-*")) == []


def test_gunicorn_takes_new_data_when_it_is_told(home: Path, tmp_path: Path) -> None:
    base = shutil.copytree(home, tmp_path / "base")
    file = base / "kb" / "claims" / "oddities.ttl"
    with gunicorn(base, tmp_path) as (port, process):
        assert "takes five years" in page(port, "/claim/repair-lasts-five-years")
        file.write_text(file.read_text("utf-8").replace("takes five years", "takes 5 years"), "utf-8")
        process.send_signal(signal.SIGHUP)
        wrong: list[str] = []

        def new() -> bool:
            found = page(port, "/claim/repair-lasts-five-years")
            wrong.extend([] if "years" in found else ["no page"])
            return "takes 5 years" in found

        assert until(new) and not wrong
        assert until(lambda: len(list(tmp_path.glob("factcite-*"))) == 1)


def test_gunicorn_knows_clients_by_what_the_proxy_says(home: Path, tmp_path: Path) -> None:
    names = "facts.example,127.0.0.1"
    with gunicorn(home, tmp_path, PROXIES=1, TIMEOUT_SECONDS=1, BUDGET_SECONDS=1, TRUSTED_HOSTS=names) as (port, _):
        away, other = {"X-Forwarded-For": "198.51.100.1, 192.0.2.7"}, {"X-Forwarded-For": "192.0.2.8"}
        asked = ((SLOW, away), ("ASK { ?s ?p ?o }", away), ("ASK { ?s ?p ?o }", other))
        assert [ask(port, sparql, headers)[0] for sparql, headers in asked] == [503, 429, 200]
        assert ask(port, "ASK {}", {"Host": "evil.example"})[0] == 400


# --- nginx -----------------------------------------------------------------------------------------------


@contextmanager
def nginx(folder: Path, behind: int) -> Iterator[int]:
    """nginx with our configuration, but for its certificates, in front of a server; its port."""
    port, other = free_port(), free_port()
    text = (DEPLOY / "nginx.conf").read_text()
    text = re.sub(r"listen 443 ssl;", f"listen 127.0.0.1:{port};", text)
    text = re.sub(r"listen 80;", f"listen 127.0.0.1:{other};", text)
    text = re.sub(r" *ssl_certificate.*\n", "", text)
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{behind}")
    places = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    head = f"daemon off; pid {folder}/pid; error_log {folder}/errors; events {{}}"
    whole = folder / "whole.conf"
    whole.write_text(f"{head}\nhttp {{ access_log off; {places}\n{text}\n}}\n")
    assert NGINX is not None
    with subprocess.Popen([NGINX, "-p", str(folder), "-e", str(folder / "errors"), "-c", str(whole)]) as process:
        try:
            assert until(lambda: process.poll() is not None or page(port) != "")
            yield port
        finally:
            process.terminate()


@pytest.mark.skipif(NGINX is None, reason="no nginx here: the file for it was not tried")
def test_nginx_stands_in_front(home: Path, tmp_path: Path) -> None:
    settings = {"PROXIES": 1, "TIMEOUT_SECONDS": 3, "STREAM_AFTER": 10_000}
    port = free_port()
    with served("--home", str(home), "--port", str(port), **settings) as process:  # type: ignore[arg-type]
        assert process.stdout is not None and process.stdout.readline()
        with nginx(tmp_path, port) as front:
            assert "11 claims" in page(front)
            assert ask(front, "ASK { ?s ?p ?o }") == ask(port, "ASK { ?s ?p ?o }")
            assert ask(front, SLOW)[0] == 503
            large = f"{MANY} LIMIT 20000"
            assert ask(front, large) == ask(port, large), "in pieces, and whole"
            assert ask(front, "ASK {}", {"X-Forwarded-For": "192.0.2.7"})[0] == 200
            compresses(front, port, large)
            long = http.client.HTTPConnection("127.0.0.1", front, timeout=PATIENCE)
            long.request("POST", "/sparql", b"#" * 3_000_000, {"Content-Type": "application/sparql-query"})
            assert long.getresponse().status == 413
            long.close()
            breaks(front)


def compresses(front: int, port: int, sparql: str) -> None:
    """Every text leaves nginx compressed for those who read it, an answer in pieces as it is made."""
    answer = f"/sparql?query={quote(sparql)}&format="
    paths = [*(answer + name for name in ("json", "xml", "csv", "tsv")), "/", "/openapi.json", "/report.txt"]
    paths += [f"/kb.{suffix}" for suffix in ("ttl", "nt", "nq", "trig", "jsonld")]
    for path in (*paths, "/static/site.css", "/static/ask.js"):
        plain, coded = fetch(port, path), fetch(front, path, "gzip")
        assert "Content-Encoding" not in plain[0] and coded[0]["Content-Encoding"] == "gzip", path
        assert "Accept-Encoding" in coded[0]["Vary"] and "Content-Encoding" not in fetch(front, path)[0], path
        if path not in ("/", "/report.txt", "/openapi.json"):  # they say how long something took, or where it is
            assert gzip.decompress(coded[1]) == plain[1], path
    tag = fetch(front, "/kb.ttl", "gzip")[0]["ETag"]
    assert fetch(front, "/kb.ttl", "gzip", {"If-None-Match": tag})[1] == b""
    assert "Content-Encoding" not in fetch(front, "/sparql?query=ASK%7B%7D", "gzip")[0], "it would only grow"
    connection = http.client.HTTPConnection("127.0.0.1", front, timeout=PATIENCE)
    connection.request("GET", f"/sparql?query={quote(ENDLESS)}&format=csv", headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    assert (response.headers["Factcite-Streamed"], response.headers["Content-Encoding"]) == ("yes", "gzip")
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
    begun = b""
    while not begun:
        begun = reader.decompress(response.read1() or pytest.fail("nothing came"))
    began = time.monotonic()
    assert begun.startswith(b"a,b,c,d,e,f,g,h,i,j,k,l\r\n")
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        response.read()
    assert not reader.eof and time.monotonic() - began > 0.5, "it came before the question was ended"
    connection.close()


def fetch(port: int, path: str, coding: str = "", headers: Mapping[str, str] | None = None) -> tuple[Message, bytes]:
    """Headers and body of an answer, as they are sent."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path, headers={"Accept-Encoding": coding, **(headers or {})})
    response = connection.getresponse()
    found = response.headers, response.read()
    connection.close()
    return found


def breaks(port: int) -> None:
    """An answer that runs out of time after it has begun does not look whole."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", f"/sparql?query={quote(MANY + ' ORDER BY RAND()')}&format=json")
    response = connection.getresponse()
    if response.status == 200:
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            response.read()
    else:
        assert response.status == 503
    connection.close()


# --- the unit, the image, the README ---------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here: the unit was not looked at")
def test_the_unit_is_one(tmp_path: Path) -> None:
    program = tmp_path / "kb"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = tmp_path / "factcite.service"
    text = (DEPLOY / "factcite.service").read_text()
    unit.write_text(text.replace("/opt/factcite/.venv/bin/kb", str(program)))
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    unit.write_text(unit.read_text().replace("PrivateTmp=", "PrivateTemp="))
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
    assert "PrivateTemp" in done.stderr


def test_what_the_image_copies_and_runs_is_there() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    for line in re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE):
        assert (ROOT / line).exists(), line
    for script in re.findall(r"\.ci/\w+", text):
        assert os.access(ROOT / script, os.X_OK), script
    assert "USER factcite" in text


def test_every_setting_that_is_named_exists() -> None:
    known = {f"FACTCITE_{field.name.upper()}" for field in fields(Settings)} - {"FACTCITE_SHOW_TEXTS"}
    known |= {"FACTCITE_HOME", "FACTCITE_TRUSTED_HOSTS"}
    for path in sorted(path for path in DEPLOY.iterdir() if path.is_file()):
        named = set(re.findall(r"FACTCITE_[A-Z_]*[A-Z]", path.read_text("utf-8")))
        assert named <= known, path.name
    defaults = dict(re.findall(r"`FACTCITE_([A-Z_]+)`[^\n]*?\((\d+)\)", (DEPLOY / "README.md").read_text("utf-8")))
    assert len(defaults) > 4
    for name, value in defaults.items():
        assert float(value) == getattr(Settings(), name.lower()), name


def test_the_proxy_waits_longer_than_the_server() -> None:
    settings = Settings()
    together = settings.wait_seconds + settings.timeout_seconds + settings.send_seconds
    (nginx_waits,) = re.findall(r"proxy_read_timeout (\d+)s", (DEPLOY / "nginx.conf").read_text())
    (gunicorn_waits,) = re.findall(r"^timeout = (\d+)", (DEPLOY / "gunicorn.conf.py").read_text(), re.MULTILINE)
    assert int(nginx_waits) >= together and int(gunicorn_waits) >= together


def test_a_question_ends_when_the_client_of_the_proxy_leaves() -> None:
    """nginx closes its connection to us when its client leaves, unless it is told to go on; nothing tells it."""
    assert "proxy_ignore_client_abort" not in (DEPLOY / "nginx.conf").read_text()
