"""`kill -9` in the middle of each writing command, 100 times: the file holds the old content or the new."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.killing import kill_once, lifetime

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
    pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),
]

ROUNDS = 100
LATER, SOONER = 1.05, 0.8
"""How the time to choose from follows the machine: later after a kill, sooner after a run that had ended by itself."""
RECORD = "corpus/mill-bridge.ttl"
CLAIMS = "kb/claims/mill-bridge.ttl"


def state(folder: Path) -> dict[str, bytes]:
    """Every file that counts, by name; leftovers of a killed writer are hidden files and do not count."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }


def unformat(base: Path) -> None:
    path = base / CLAIMS
    path.write_text(path.read_text("utf-8").replace("    oa:end", "  oa:end"), "utf-8")


def change_text(base: Path) -> None:
    path = base / "corpus/texts/mill-bridge.txt"
    path.write_text(path.read_text("utf-8") + "\nA new last line.\n", "utf-8")


def forget_record(base: Path) -> None:
    (base / RECORD).unlink()


def old_output(base: Path) -> None:
    (base / "out").write_text("old")


def restore(kept: Path, base: Path) -> None:
    """The base as it was, and the process in it."""
    shutil.rmtree(base)
    shutil.copytree(kept, base)
    os.chdir(base)


COMMANDS: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "add": (forget_record, ["add", "corpus/texts/mill-bridge.txt", "--slug", "mill-bridge"]),
    "add --update": (
        change_text,
        ["add", "corpus/texts/mill-bridge.txt", "--slug", "mill-bridge", "--update"],
    ),
    "fmt": (unformat, ["fmt"]),
    "export": (old_output, ["export", "--output", "out"]),
    "check": (old_output, ["check", "--format", "json", "--no-time", "--output", "out"]),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_old_or_new_content_and_nothing_else(name: str, mybase: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare, words = COMMANDS[name]
    prepare(mybase)
    if name == "add":
        (mybase / CLAIMS).unlink()
    monkeypatch.chdir(mybase)
    words = [*words, "--home", "."]
    before = state(mybase)
    kept = mybase.with_name("kept")
    shutil.copytree(mybase, kept)
    span = lifetime(words)
    after = state(mybase)
    assert after != before
    chance, killed = random.Random(name), 0
    for _ in range(ROUNDS):
        restore(kept, mybase)
        hit = kill_once(words, chance.uniform(0, span))
        assert state(mybase) in (before, after)
        killed += hit
        span *= LATER if hit else SOONER
    assert killed > ROUNDS // 4
    assert lifetime(words) >= 0 and state(mybase) == after
    assert not list(mybase.rglob("*.kbtmp"))
