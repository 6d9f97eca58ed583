"""Nothing that is known to hurt an endpoint hurts ours: not the server, not its memory, and nobody is called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

import kb
import webapp
from tests.players import hostile
from tests.players.hostile import (
    BROKEN,
    QUESTIONS,
    TRAP,
    Answer,
    Attack,
    Result,
    Target,
    attacks,
    data,
    target,
)
from tests.support.listening import listening
from tests.support.web_base import make
from webapp.engine.evaluate import QueryRequest
from webapp.site.site import site_of

LIMIT = 1.0
AMPLE = 90.0
"""A time limit for what must be answered, however busy the machine is."""
GROWTH_MB = 100
"""What all attacks together may add to the memory of a fresh server."""
REFUSED = [(f"{row}: {name}", sparql) for row, name, sparql, wanted in QUESTIONS if wanted == (400,)]

pytestmark = pytest.mark.slow


@dataclass
class Watched:
    """A server, and its memory after each attack."""

    server: Target
    sizes: list[float]


@pytest.fixture(scope="module")
def strict() -> Iterator[Watched]:
    """A server that stops a question soon."""
    yield from watched(LIMIT)


@pytest.fixture(scope="module")
def patient() -> Iterator[Watched]:
    """A server with time for every question."""
    yield from watched(AMPLE)


def watched(limit: float) -> Iterator[Watched]:
    with target(limit) as server:
        assert server.is_well()
        yield Watched(server, [server.megabytes()])


@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: f"{attack.row}: {attack.name}")
def test_an_attack_is_answered_and_the_server_goes_on(strict: Watched, patient: Watched, attack: Attack) -> None:
    """What may be stopped, is stopped soon; what must be answered or refused, is, even if the machine is busy."""
    one = strict if 503 in attack.wanted else patient
    result = hostile.run(one.server, attack)
    one.sizes.append(result.megabytes)
    assert result.problem == ""


def test_no_server_has_grown(strict: Watched, patient: Watched) -> None:
    for one in (strict, patient):
        assert max(one.sizes) - one.sizes[0] <= GROWTH_MB, [round(size) for size in one.sizes]


# --- behind the first wall -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    home = make(tmp_path_factory.mktemp("hostile"))
    made = webapp.create_app(home, TIMEOUT_SECONDS=LIMIT, MEMORY_MB=hostile.MEMORY_MB, WORKERS=1)
    yield made
    webapp.close(made)


@pytest.fixture(scope="module")
def trap() -> Iterator[tuple[str, list[object]]]:
    with listening() as found:
        yield found


@pytest.mark.parametrize(("name", "sparql"), REFUSED, ids=[name for name, _ in REFUSED])
def test_what_the_text_is_refused_for_breaks_no_more_than_its_worker(
    app: Flask, trap: tuple[str, list[object]], name: str, sparql: str
) -> None:
    """The same questions, had nobody looked at their text: a worker may die of one, and nothing else."""
    pool = site_of(app).pool
    pool.ask(QueryRequest("ASK {}"), page=True)
    if not any(worker.walls.get("no_network") for worker in pool.alive):
        pytest.skip("this system has no filter for a worker's calls: only the text is looked at")
    try:
        pool.ask(QueryRequest(sparql.replace(TRAP, trap[0])))
    except kb.QueryError as error:
        assert error.message
    assert pool.ask(QueryRequest("ASK {}")).rows == 1
    assert trap[1] == []


# --- the players themselves ------------------------------------------------------------------------------


def test_every_kind_of_attack_is_in_the_table() -> None:
    rows = {attack.row for attack in attacks()}
    assert rows >= {"SERVICE", "FROM", "update", "cross product", "paths", "regex", "doubling", "nesting", "many"}
    assert rows >= {"large", "upload", "header injection", "Host", "redirect", "traversal", "cells", "spreadsheet"}
    names = [(attack.row, attack.name) for attack in attacks()]
    assert len(names) == len(set(names)) > 120


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(500, "", b"", 0.0), "500, not 200"),
        (Answer(BROKEN, "", b"", 0.0), "0, not 200"),
        (Answer(200, "X-Evil: 1\n", b"held", 0.0), "'X-Evil' is in the answer"),
        (Answer(200, "", b"held, and root:x:0", 0.0), "'root:' is in the answer"),
        (Answer(200, "", b"other", 0.0), "'held' is not in the answer"),
        (Answer(200, "", b"held", 0.0), ""),
    ],
)
def test_a_wrong_answer_is_seen(answer: Answer, said: str) -> None:
    attack = Attack("row", "name", frozenset({200}), never=("root:",), holds="held")
    assert attack.problem(answer) == said


def test_a_server_that_calls_or_dies_or_is_late_is_seen(tmp_path: Path) -> None:
    plain = Attack("row", "name", frozenset({200}), path=data("ASK {}"))
    with target(LIMIT) as running:
        assert hostile.run(running, plain).problem == ""
        running.calls.append("somebody")
        assert "it called" in hostile.run(running, plain).problem
        running.calls.clear()
        running.process.kill()
        running.process.wait()
        assert not running.is_well()
    late = Result(plain, "", Answer(200, "", b"", LIMIT + 1), 50.0)
    said, well = hostile.report([late], LIMIT)
    assert not well and "later than 1.5 s" in said
