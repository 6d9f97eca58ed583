"""`kill -9` in the middle of each writing command: the file holds the old content or the new.

Some rounds of `python -m tests.players.kill`, which does a hundred for each command.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.players.kill import COMMANDS, Outcome, kill_command

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
    pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),
]

ROUNDS = 15


@pytest.mark.parametrize("name", COMMANDS)
def test_old_or_new_content_and_nothing_else(name: str, mybase: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(mybase)
    found = kill_command(name, mybase, ROUNDS, random.Random(name))
    assert found.broken == ()
    assert found.killed > ROUNDS // 4


def test_a_writer_that_writes_in_place_is_caught(mybase: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That the rounds can fail: this one writes its output piece by piece."""

    def in_pieces(words: list[str]) -> None:
        for name in ("out", "out.more"):
            (mybase / name).write_text(" ".join(words))
            os.sched_yield()
            sum(range(3_000_000))

    monkeypatch.setattr("tests.players.kill.kb_main", in_pieces)
    monkeypatch.chdir(mybase)
    found = kill_command("export", mybase, ROUNDS, random.Random(1))
    assert found.broken and found.exit_code == 1


def test_too_few_kills_show_nothing() -> None:
    assert [Outcome(100, killed, ()).exit_code for killed in (25, 26)] == [4, 0]
    assert Outcome(100, 0, ("round 3",)).exit_code == 1
