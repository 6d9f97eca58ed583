"""Answers a second of `kb serve`, beside Flask over rdflib and rdflib-endpoint, in one run on the same machine.

    python -m tests.bench.serve                       # the base of this repository
    python -m tests.bench.serve --rounds 5 --seconds 4

The peers are installed with pip into an environment of their own, `build/peers`, never into the project's. All three
hold the same triples and get the same questions, one after another over eight connections that stay open. Before
anything is measured their answers are compared. Rounds alternate between the servers; what is printed is the ratio
within each round, because the figures themselves say more of the machine than of the servers. Asked are small
questions and the saved questions of the base, in two ways: the same ones again and again, and each with a word of its
own, so that no answer can be kept.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import quote
from urllib.request import Request, urlopen

import kb
from tests.support.serving import PATIENCE, free_port
from tests.support.web_base import served

PEERS = ("flask==3.1.3", "rdflib==7.6.0", "waitress==3.0.2", "rdflib-endpoint==0.6.3", "uvicorn==0.54.0")
HERE = Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "build" / "peers"
CONNECTIONS = 8
OURS, FLASK, ENDPOINT = "kb serve", "Flask + rdflib, waitress", "rdflib-endpoint, uvicorn"
MIX: Mapping[str, str] = {
    "a few rows": "SELECT ?s ?o { ?s fc:asserts ?o } LIMIT 10",
    "one thing": "SELECT ?p ?o { CLAIM ?p ?o }",
    "who says it": "SELECT ?c ?by { ?c fc:asserts CLAIM ; prov:wasQuotedFrom ?by }",
    "a label": 'SELECT ?s { ?s rdfs:label ?l FILTER(LANG(?l) = "en") } LIMIT 20',
    "a count": "SELECT (COUNT(*) AS ?n) { CLAIM ?p ?o }",
    "optional": "SELECT ?c ?k { ?c fc:asserts CLAIM OPTIONAL { ?c fc:kind ?k } } ORDER BY ?c",
    "a truth": "ASK { ?c fc:denies CLAIM }",
    "a join": "SELECT ?c ?a { ?c fc:asserts CLAIM ; prov:wasQuotedFrom ?p . ?p dcterms:isPartOf ?a }",
}
TOO_LONG = frozenset(
    {"allegations-and-denials", "answers", "labels-applied", "letter-says", "organisations-at", "paragraph-claims"}
)
"""Saved questions that are left out in favour of the peers: rdflib takes seconds for two, a minute or more for four."""


# --- the servers -----------------------------------------------------------------------------------------


def peers() -> Path:
    """The Python of an environment that holds the peers.

    Raises:
        CalledProcessError: pip cannot get them.
    """
    python = BUILD / "bin" / "python"
    done = BUILD / "installed"
    wanted = "\n".join(PEERS)
    if not done.is_file() or done.read_text() != wanted:
        venv.create(BUILD, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *PEERS], check=True)
        done.write_text(wanted)
    return python


@contextmanager
def peer(python: Path, script: str, data: Path) -> Iterator[int]:
    """A peer while the block runs; its port."""
    port = free_port()
    command = [str(python), str(HERE / "peers" / script), str(data), str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait(port, lambda: process.poll() is None)
            yield port
        finally:
            process.terminate()


@contextmanager
def ours(home: kb.Home) -> Iterator[int]:
    """`kb serve` while the block runs; its port."""
    port = free_port()
    with served("--home", str(home.root), "--port", str(port)) as process:
        wait(port, lambda: process.poll() is None)
        yield port


def wait(port: int, lives: Callable[[], bool]) -> None:
    """Wait until somebody listens."""
    deadline = time.monotonic() + PATIENCE
    while lives() and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"nobody listens on port {port}")


@contextmanager
def all_three(home: kb.Home) -> Iterator[dict[str, int]]:
    """The three servers over the same triples; the port of each."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        data = Path(folder, "data.nt")
        data.write_bytes(kb.export(kb.load_kb(home), format="ntriples"))
        python = peers()
        yield {
            OURS: stack.enter_context(ours(home)),
            FLASK: stack.enter_context(peer(python, "flask_rdflib.py", data)),
            ENDPOINT: stack.enter_context(peer(python, "rdflib_endpoint_app.py", data)),
        }


# --- the questions ---------------------------------------------------------------------------------------


def questions(home: kb.Home) -> tuple[str, ...]:
    """The mix, about ten claims of a base, with prefixes declared."""
    graph = kb.load_kb(home).graph
    claims = graph.instances(kb.FC.Claim)
    head = "".join(f"PREFIX {name}: <{kb.PREFIXES[name]}>\n" for name in ("fc", "prov", "rdfs", "dcterms"))
    chosen = claims[:: max(len(claims) // 10, 1)][:10]
    return tuple(head + text.replace("CLAIM", f"<{claim}>") for claim in chosen for text in MIX.values())


def saved(home: kb.Home) -> tuple[str, ...]:
    """The saved questions of a base that need nothing filled in, look at no named graph, and are not too long."""
    prefixes = kb.load_kb(home).prefixes
    return tuple(
        kb.with_values(question.text, kb.bind(question, {}, prefixes=prefixes))
        for question in kb.saved_queries(home)
        if question.name not in TOO_LONG
        and all(param.default is not None for param in question.params)
        and "GRAPH " not in question.text
    )


def same(ports: Mapping[str, int], asked: Sequence[str]) -> str:
    """The first question that two servers answer differently; nothing where all agree.

    A LIMIT without an order leaves the choice of rows to the server: there the number of rows is compared.
    """
    for sparql in asked:
        answers = {name: read(port, sparql) for name, port in ports.items()}
        found = {len(rows) if "LIMIT" in sparql else rows for rows in answers.values()}
        if len(found) != 1:
            return f"{sparql}\n{answers}"
    return ""


def read(port: int, sparql: str) -> tuple[str, ...]:
    """The rows of an answer, or its truth, as text, in one order."""
    url = f"http://127.0.0.1:{port}/sparql?query={quote(sparql)}"
    with urlopen(Request(url, headers={"Accept": "application/sparql-results+json"}), timeout=PATIENCE) as reply:
        document = json.load(reply)
    if "boolean" in document:
        return (str(document["boolean"]),)
    rows = document["results"]["bindings"]
    return tuple(sorted(" ".join(f"{name}={row[name]['value']}" for name in sorted(row)) for row in rows))


# --- measuring -------------------------------------------------------------------------------------------


def rate(port: int, asked: Sequence[str], seconds: float, *, fresh: bool) -> float:
    """Answers a second over all connections.

    Args:
        fresh: whether each question gets a word of its own.
    """
    counts = [0] * CONNECTIONS
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=_ask_on, args=(port, asked, until, counts, number, fresh))
        for number in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def _ask_on(port: int, asked: Sequence[str], until: float, counts: list[int], number: int, fresh: bool) -> None:
    tails = [f" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/sparql-results+json\r\n\r\n".encode()]
    paths = [f"GET /sparql?query={quote(sparql)}".encode() for sparql in asked]
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        file = connection.makefile("rb")
        at = number * len(paths) // CONNECTIONS
        while time.monotonic() < until:
            word = b"%23" + f"{time.monotonic_ns()}x{number}".encode() if fresh else b""
            connection.sendall(paths[at % len(paths)] + (b"%0A" + word if fresh else b"") + tails[0])
            _read_answer(file.readline, file.read)
            counts[number] += 1
            at += 1


def _read_answer(line: Callable[[], bytes], read: Callable[[int], bytes]) -> None:
    status = line()
    if b" 200 " not in status:
        raise RuntimeError(f"not an answer: {status!r}")
    length = None
    while (header := line()) not in (b"\r\n", b""):
        if header.lower().startswith(b"content-length:"):
            length = int(header.partition(b":")[2])
    if length is None:
        raise RuntimeError("an answer without a length")
    read(length)


def measure(ports: Mapping[str, int], asked: Sequence[str], rounds: int, seconds: float, *, fresh: bool) -> None:
    """Print the ratios of one way to ask."""
    print("  each question with a word of its own" if fresh else "  the same questions again and again")
    for port in ports.values():
        rate(port, asked, seconds / 2, fresh=fresh)
    found: dict[str, list[float]] = {name: [] for name in ports}
    for _ in range(rounds):
        for name, port in ports.items():
            found[name].append(rate(port, asked, seconds, fresh=fresh))
    for name in (FLASK, ENDPOINT):
        ratios = sorted(mine / theirs for mine, theirs in zip(found[OURS], found[name], strict=True))
        spread = f"{median(ratios):5.1f} times (least {ratios[0]:.1f}, most {ratios[-1]:.1f})"
        print(f"    {OURS} answers {spread} as many as {name}")
    print(
        "    here and now, answers a second: " + ", ".join(f"{name} {median(each):.0f}" for name, each in found.items())
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, measure, print; 1 where the servers do not agree."""
    parser = argparse.ArgumentParser(description="Compare kb serve with other endpoints.")
    parser.add_argument("--home", type=Path, metavar="DIR", help="the base; without it, the one that came along")
    parser.add_argument("--rounds", type=int, default=5, help="rounds (5)")
    parser.add_argument("--seconds", type=float, default=4.0, help="seconds for each server in each round (4)")
    options = parser.parse_args(arguments)
    home = kb.find_home(options.home)
    with all_three(home) as ports:
        for kind, asked in (("small", questions(home)), ("saved", saved(home))):
            differs = same(ports, asked)
            if differs:
                print(f"the servers do not agree: {differs}")
                return 1
            print(f"{len(asked)} {kind} questions, answered alike by all three")
            for fresh in (False, True):
                measure(ports, asked, options.rounds, options.seconds, fresh=fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main())
