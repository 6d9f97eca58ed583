"""Honest clients are answered while others attack, and the command that measures it sees what goes wrong."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import kb
from tests.players import load
from tests.players.load import Errand, Outcome, Tally
from tests.support.serving import free_port
from tests.support.web_base import make


@pytest.mark.slow
def test_no_honest_request_fails_while_others_attack(tmp_path: Path) -> None:
    outcome = load.run(kb.find_home(make(tmp_path)), clients=4, killers=2, seconds=3)
    assert outcome.tally.failures == []
    assert outcome.well and outcome.tally.killed > 0
    assert {"answer", "page", "page of a claim", "document of a claim"} <= set(outcome.tally.seconds)
    said = outcome.report()
    assert "0 failed" in said and "is alive" in said and "p99" in said


def test_what_fails_is_counted() -> None:
    tally = Tally()
    load.honest(free_port(), iter([Errand("page", "/", "text/html")] * 1000), time.monotonic() + 0.01, tally)
    assert tally.failures and "ConnectionRefused" in tally.failures[0]
    assert not Outcome(tally, 1.0, True, 1.0, 1.0).well
    assert not Outcome(Tally({"page": [0.1]}), 1.0, False, 1.0, 1.0).well
    assert not Outcome(Tally(), 1.0, True, 1.0, 1.0).well
    assert Outcome(Tally({"page": [0.1]}), 1.0, True, 1.0, 1.0).well
