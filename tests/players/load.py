"""Honest clients ask for pages, answers and documents while others send killing questions and leave.

    python -m tests.players.load --clients 8 --killers 2 --seconds 60

One `kb serve` over the base of this repository, or another with `--home`. Each honest client has a connection of its
own and asks the next thing when it has the answer to the last; each killer sends a question that cannot be answered
and hangs up, after a moment, or stays until it is stopped. Clients on this machine have no budget, which makes it
harder. Exit 1 where an honest request failed, or the server has died.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

import kb
from tests.players.hostile import QUESTIONS, TRAP
from tests.support.serving import PATIENCE, free_port, page
from tests.support.web_base import served

KILLING = tuple(sparql for _, _, sparql, wanted in QUESTIONS if 503 in wanted or "nesting" in sparql)
STAY = (0.05, 0.3, 1.0, PATIENCE)
"""Seconds after which a killer hangs up."""
ACCEPTS = {
    "table": "application/sparql-results+json",
    "sheet": "text/csv",
    "graph": "text/turtle",
    "page": "text/html",
}


@dataclass(frozen=True)
class Errand:
    """Something honest to ask for: a kind, an address, an Accept header."""

    kind: str
    path: str
    accept: str


@dataclass
class Tally:
    """What became of the honest requests: seconds of each, by kind, and what went wrong; and how many attacks."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    killed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, errand: Errand, seconds: float, problem: str) -> None:
        """Count one request."""
        with self.lock:
            self.seconds.setdefault(errand.kind, []).append(seconds)
            if problem:
                self.failures.append(f"{errand.path[:80]}: {problem}")

    def every(self) -> list[float]:
        """Seconds of all, shortest first."""
        return sorted(itertools.chain.from_iterable(self.seconds.values()))


# --- what is asked ---------------------------------------------------------------------------------------


def errands(home: kb.Home) -> tuple[Errand, ...]:
    """A mix of pages, documents and answers over what is in a base."""
    base = kb.load_kb(home)
    things = [
        (kind, iri.rpartition("/")[2])
        for kind, wanted in (("claim", kb.FC.Claim), ("article", kb.FC.Article), ("citation", kb.FC.Citation))
        for iri in base.graph.instances(wanted)[:20]
    ]
    found = [Errand(f"page of a {kind}", f"/{kind}/{name}", ACCEPTS["page"]) for kind, name in things]
    found += [Errand(f"document of a {kind}", f"/{kind}/{name}.ttl", ACCEPTS["graph"]) for kind, name in things]
    found += [Errand("page", path, ACCEPTS["page"]) for path in ("/", "/claims", "/citations", "/about", "/overview")]
    found += [Errand("search", f"/search?q={word}", ACCEPTS["page"]) for word in ("bridge", "north", "town")]
    questions = [
        ("table", "SELECT ?claim ?says { ?claim a fc:Claim ; rdfs:label ?says } LIMIT 50"),
        ("table", "SELECT (COUNT(*) AS ?n) { ?citation fc:asserts ?claim }"),
        ("table", "ASK { ?citation fc:denies ?claim }"),
        (
            "sheet",
            "SELECT ?claim (COUNT(?c) AS ?n) { ?c fc:asserts ?claim } GROUP BY ?claim ORDER BY DESC(?n) LIMIT 20",
        ),
        ("graph", "CONSTRUCT { ?c fc:asserts ?claim } WHERE { ?c fc:asserts ?claim } LIMIT 100"),
    ]
    found += [Errand("answer", "/sparql?" + urlencode({"query": text}), ACCEPTS[kind]) for kind, text in questions * 6]
    return tuple(found)


# --- clients ---------------------------------------------------------------------------------------------


def honest(port: int, asked: Iterator[Errand], until: float, tally: Tally) -> None:
    """Ask for one thing after another until the time is over."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    while time.monotonic() < until:
        errand, started = next(asked), time.monotonic()
        try:
            connection.request("GET", errand.path, headers={"Accept": errand.accept})
            response = connection.getresponse()
            body = response.read()
            problem = "" if response.status == 200 and body else f"status {response.status}, {len(body)} bytes"
        except (http.client.HTTPException, OSError) as error:
            connection.close()
            problem = f"{type(error).__name__}: {error}"
        tally.add(errand, time.monotonic() - started, problem)
    connection.close()


def killer(port: int, chosen: random.Random, until: float, tally: Tally) -> None:
    """Send questions that cannot be answered, and leave."""
    while time.monotonic() < until:
        body = chosen.choice(KILLING).replace(TRAP, "http://127.0.0.1:9/").encode("utf-8", "surrogatepass")
        head = f"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
        head += f"Content-Type: application/sparql-query\r\nContent-Length: {len(body)}\r\n\r\n"
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
            connection.sendall(head.encode() + body)
            connection.settimeout(max(min(chosen.choice(STAY), until - time.monotonic()), 0.01))
            while connection.recv(65536):
                pass
        with tally.lock:
            tally.killed += 1


# --- the run ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """How it went: the tally, the seconds, whether the server lives, its megabytes before and after."""

    tally: Tally
    seconds: float
    alive: bool
    before: float
    after: float

    @property
    def well(self) -> bool:
        """Whether every honest request was answered, and there were some."""
        return self.alive and not self.tally.failures and bool(self.tally.seconds)

    def report(self) -> str:
        """The figures."""
        times = self.tally.every()
        lines = [f"{kind:22} {_spread(sorted(each))}" for kind, each in sorted(self.tally.seconds.items())]
        lines.append(f"{'all':22} {_spread(times)}")
        lines += [f"failed: {problem}" for problem in self.tally.failures[:20]]
        lines.append(f"{len(times) / self.seconds:.1f} honest requests a second, {len(self.tally.failures)} failed")
        lines.append(f"{self.tally.killed} killing questions; the server {'is alive' if self.alive else 'HAS DIED'}")
        lines.append(f"its own process: {self.before:.0f} MB before, {self.after:.0f} MB after")
        return "\n".join(lines)


def _spread(times: Sequence[float]) -> str:
    def at(share: float) -> float:
        return times[min(int(len(times) * share), len(times) - 1)] if times else 0.0

    return f"{len(times):6} requests  p50 {at(0.5):6.3f} s  p99 {at(0.99):6.3f} s  most {at(1.0):6.3f} s"


def megabytes(process: subprocess.Popen[str]) -> float:
    """Memory that a process holds; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


@contextmanager
def server(home: kb.Home) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """`kb serve` over a base; its port and its process."""
    port = free_port()
    with served("--home", str(home.root), "--port", str(port)) as process:
        assert process.stdout is not None and process.stdout.readline(), "it starts"
        yield port, process


def run(home: kb.Home, clients: int, killers: int, seconds: float) -> Outcome:
    """Let them all loose on one server."""
    mix, tally = errands(home), Tally()
    with server(home) as (port, process):
        honest(port, _walk(mix, -1), time.monotonic() + 1, Tally())  # what is made at the first look
        before, until = megabytes(process), time.monotonic() + seconds
        threads = [threading.Thread(target=honest, args=(port, _walk(mix, n), until, tally)) for n in range(clients)]
        threads += [
            threading.Thread(target=killer, args=(port, random.Random(n), until, tally)) for n in range(killers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        alive = process.poll() is None and "true" in page(port, "/sparql?query=" + quote("ASK {}"))
        return Outcome(tally, seconds, alive, before, megabytes(process))


def _walk(mix: Sequence[Errand], number: int) -> Iterator[Errand]:
    """The mix in an order of one's own, again and again."""
    order, chosen = list(mix), random.Random(number)
    while True:
        chosen.shuffle(order)
        yield from order


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and print the figures; 0 where no honest request failed."""
    parser = argparse.ArgumentParser(description="Load a server of ours while others attack it.")
    parser.add_argument("--home", type=Path, metavar="DIR", help="the base; without it, the one that came along")
    parser.add_argument("--clients", type=int, default=8, help="honest clients (8)")
    parser.add_argument("--killers", type=int, default=2, help="clients that send killing questions (2)")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (60)")
    options = parser.parse_args(arguments)
    outcome = run(kb.find_home(options.home), options.clients, options.killers, options.seconds)
    print(outcome.report())
    return not outcome.well


if __name__ == "__main__":
    sys.exit(main())
