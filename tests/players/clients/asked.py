"""What the clients are asked to do, what has to come back, and the table of how they fared.

What is expected comes from the engine in this process over the same base, so no client is its own judge.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import kb
from tests.support.serving import PATIENCE, free_port, page
from tests.support.web_base import NAMES, make, served

PREFIXES = f"""\
PREFIX claim: <{NAMES}claim/>
PREFIX fc: <{kb.FC.iri}>
PREFIX rdfs: <{kb.PREFIXES["rdfs"]}>
"""
SELECT = f"{PREFIXES}SELECT ?claim ?says {{ ?claim a fc:Claim ; rdfs:label ?says }}"
ASK = f"{PREFIXES}ASK {{ claim:pier-damaged a fc:Claim }}"
CONSTRUCT = f"{PREFIXES}CONSTRUCT {{ ?claim rdfs:label ?says }} WHERE {{ ?claim a fc:Claim ; rdfs:label ?says }}"
DESCRIBE = f"{PREFIXES}DESCRIBE claim:pier-damaged"
COUNT = f"{PREFIXES}SELECT (COUNT(*) AS ?n) {{ ?citation fc:asserts ?claim . ?claim rdfs:label ?says }}"
OPTIONAL = f"""{PREFIXES}SELECT ?claim ?other {{
  ?claim a fc:Claim OPTIONAL {{ ?claim fc:contradicts ?other }} FILTER(CONTAINS(STR(?claim), "repair"))
}} ORDER BY ?claim"""


@dataclass(frozen=True)
class Outcome:
    """One thing that a client did: its name, and what went wrong; empty where nothing did."""

    name: str
    problem: str


@dataclass(frozen=True)
class Expected:
    """The right answers: rows of the table as strings, whether the ASK is true, sizes of the graphs and of all."""

    rows: frozenset[tuple[str, str]]
    truth: bool
    constructed: int
    described: int
    asserted: int
    optional: int
    triples: int

    @classmethod
    def of(cls, home: Path) -> Expected:
        """Ask the engine in this process."""
        base = kb.load_kb(home)
        store = kb.open_store(base.quads())
        rows = kb.ask(store, SELECT).rows
        (count,) = kb.ask(store, COUNT).rows
        everything = kb.ask(store, "CONSTRUCT WHERE { ?s ?p ?o }", max_rows=1_000_000).triples
        return cls(
            rows=frozenset((_text(claim), _text(says)) for claim, says in rows),
            truth=bool(kb.ask(store, ASK).truth),
            constructed=len(set(kb.ask(store, CONSTRUCT).triples or ())),
            described=len(set(kb.ask(store, DESCRIBE).triples or ())),
            asserted=int(_text(count[0])),
            optional=len(kb.ask(store, OPTIONAL).rows),
            triples=len(set(everything or ())),
        )


def _text(term: object) -> str:
    return str(getattr(term, "value", ""))


@contextmanager
def server(home: Path) -> Iterator[str]:
    """`kb serve` over a base while the block runs; the address of its endpoint."""
    port = free_port()
    with served("--home", str(home), "--port", str(port)) as process:
        assert process.stdout is not None
        if not process.stdout.readline():
            raise RuntimeError(f"kb serve ended: {process.communicate(timeout=PATIENCE)[1]}")
        assert page(port, "/sparql?query=ASK%7B%7D"), "the server answers"
        yield f"http://127.0.0.1:{port}/sparql"


@contextmanager
def invented() -> Iterator[Path]:
    """An invented base in a folder that is gone after the block."""
    with tempfile.TemporaryDirectory() as folder:
        yield make(Path(folder))


def outcome(name: str, work: Callable[[], str], failures: tuple[type[Exception], ...]) -> Outcome:
    """Do it; what it says went wrong, or the error that it raised."""
    try:
        return Outcome(name, work())
    except failures as error:
        return Outcome(name, f"{type(error).__name__}: {error}")


def differs(found: object, wanted: object) -> str:
    """What is wrong with what was found; empty where nothing is."""
    return "" if found == wanted else f"{str(found)[:80]}, not {str(wanted)[:80]}"


def report(title: str, outcomes: Sequence[Outcome]) -> str:
    """The table of one client."""
    lines = [f"{'failed' if each.problem else 'passed'}  {each.name}  {each.problem}".rstrip() for each in outcomes]
    passed = sum(not each.problem for each in outcomes)
    return "\n".join([*lines, f"{title}: {passed} of {len(outcomes)} passed"])
