"""`kill -9` in the middle of every command that writes: a file holds its old content or its new content, whole.

`python -m tests.players.kill --rounds 100 --seed 1` kills each command so many times, at random moments, and prints how
many runs were caught in the middle. Exit code 0 if every run left the old or the new content, 1 if one did not, 4 if
too few were caught for that to mean anything. The tests do the same with fewer rounds.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kb.authoring.init import init
from kb.cli.main import main as kb_main
from kb.home import find_home
from tests.support.killing import after, kill_once, lifetime

LATER, SOONER = 1.05, 0.8
"""How the time to choose from follows the machine: later after a kill, sooner after a run that had ended by itself."""
RECORD = "corpus/mill-bridge.ttl"
CLAIMS = "kb/claims/mill-bridge.ttl"
TEXT = "corpus/texts/mill-bridge.txt"
INIT = "init"


@dataclass(frozen=True)
class Outcome:
    """What the killed runs of one command left.

    Attributes:
        rounds: how many runs there were.
        killed: how many of them were caught in the middle.
        broken: what was neither old nor new, a sentence each.
    """

    rounds: int
    killed: int
    broken: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """1 if anything was broken, 4 if no more than a quarter of the runs were caught, else 0."""
        return 1 if self.broken else 4 if self.killed <= self.rounds // 4 else 0


# --- commands that change a base ---------------------------------------------------------------------------


def unformat(base: Path) -> None:
    """Indent some lines otherwise."""
    path = base / CLAIMS
    path.write_text(path.read_text("utf-8").replace("    oa:end", "  oa:end"), "utf-8")


def change_text(base: Path) -> None:
    """Add a line to the text."""
    path = base / TEXT
    path.write_text(path.read_text("utf-8") + "\nA new last line.\n", "utf-8")


def forget_record(base: Path) -> None:
    """Remove the record of the article and what was cited from it."""
    (base / RECORD).unlink()
    (base / CLAIMS).unlink()


def old_output(base: Path) -> None:
    """Write something where the output is going to be."""
    (base / "out").write_text("old")


COMMANDS: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "add": (forget_record, ["add", TEXT, "--slug", "mill-bridge"]),
    "add --update": (change_text, ["add", TEXT, "--slug", "mill-bridge", "--update"]),
    "fmt": (unformat, ["fmt"]),
    "export": (old_output, ["export", "--output", "out"]),
    "check": (old_output, ["check", "--format", "json", "--no-time", "--output", "out"]),
}
"""Each command with what it is given to do."""


def state(folder: Path) -> dict[str, bytes]:
    """Every file that counts, by name; leftovers of a killed writer are hidden files and do not count."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }


def restore(kept: Path, base: Path) -> None:
    """The base as it was, and the process in it."""
    shutil.rmtree(base)
    shutil.copytree(kept, base)
    os.chdir(base)


def kill_command(name: str, base: Path, rounds: int, chance: random.Random) -> Outcome:
    """Kill one command in the middle again and again, then leave it alone; the process stays in the base.

    Args:
        base: a fresh base, which is changed.
        chance: chooses the moments.
    """
    prepare, words = COMMANDS[name]
    prepare(base)
    os.chdir(base)
    work = partial(kb_main, [*words, "--home", "."])
    before = state(base)
    kept = base.with_name("kept")
    shutil.copytree(base, kept)
    span = lifetime(work)
    done = state(base)
    broken = ["it changed nothing when it was left alone"] if done == before else []
    killed = 0
    for number in range(rounds):
        restore(kept, base)
        hit = kill_once(work, after(chance.uniform(0, span)))
        if state(base) not in (before, done):
            broken.append(f"round {number}: neither the old content nor the new")
        killed += hit
        span *= LATER if hit else SOONER
    lifetime(work)
    if state(base) != done:
        broken.append("the run after the last kill did not end with the new content")
    if list(base.rglob("*.kbtmp")):
        broken.append("the run after the last kill left what killed ones had begun")
    return Outcome(rounds, killed, tuple(broken))


# --- init, which makes one ---------------------------------------------------------------------------------


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder: name and bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def written(folder: Path) -> int:
    """How many files the running `init` has made so far."""
    scratch = folder.glob(".mybase.*")
    return sum(len(names) for place in scratch for _, _, names in os.walk(place))


def kill_init(folder: Path, rounds: int) -> Outcome:
    """Kill `kb init` after each share of its files, then leave it alone: there is a whole base, or none."""
    source = find_home()
    init(folder / "whole", source=source)
    whole, target = files(folder / "whole"), folder / "mybase"
    killed, broken = 0, []
    for number in range(rounds):
        enough = max(1, number * len(whole) // rounds)
        kill_once(partial(init, target, source=source), lambda enough=enough: written(folder) >= enough)  # type: ignore[misc]
        killed += written(folder) > 0
        if target.exists():
            if files(target) != whole:
                broken.append(f"round {number}: a part of a base")
            target.rename(folder / f"done-{number}")
    init(target, source=source)
    if files(target) != whole:
        broken.append("the run after the last kill did not make a whole base")
    if list(folder.glob(".mybase.*")):
        broken.append("the run after the last kill left what killed ones had begun")
    return Outcome(rounds, killed, tuple(broken))


# --- the command -------------------------------------------------------------------------------------------


def kill(name: str, rounds: int, seed: int) -> Outcome:
    """Kill one command in a folder of its own."""
    start = Path.cwd()
    with tempfile.TemporaryDirectory() as scratch:
        try:
            if name == INIT:
                return kill_init(Path(scratch), rounds)
            base = Path(scratch) / "mybase"
            init(base, source=find_home())
            return kill_command(name, base, rounds, random.Random(f"{name} {seed}"))
        finally:
            os.chdir(start)


def main(words: list[str] | None = None) -> int:
    """Kill every command, and print what that left; the worst exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=100, help="how often each command is killed")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(words)
    codes = []
    for name in (*COMMANDS, INIT):
        found = kill(name, arguments.rounds, arguments.seed)
        codes.append(found.exit_code)
        print(f"{name:14} {found.rounds} runs, {found.killed} killed in the middle, {len(found.broken)} broken")
        for line in found.broken[:20]:
            print(f"  {line}")
    return 1 if 1 in codes else max(codes)


if __name__ == "__main__":
    sys.exit(main())
