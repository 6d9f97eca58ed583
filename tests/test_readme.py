"""What the README shows is what happens: every command in it is run, in order, in a copy of the checkout.

A block marked `console` holds commands (`$ …`) and, where it shows any, their exact output. A line that is
only `…` stands for any lines, a `…` inside a line for any words. A block under the comment `numbers change`
is compared with every number masked, because the base grows. A block under `file: NAME` is written to that
file. A block marked `python` is run as it is. A command in the running text has to exist, with its options.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import kb
from kb.cli.main import main
from tests.support.paths import ROOT
from tests.support.readme import BLOCKS, MUTATE, README, SHOWN, Command, commands, like
from tests.support.serving import free_port, page, serving

# Said to make, and not done: these install, run the tests from within the tests, take a minute, or throw away.
NOT_DONE = ("make test", "make lint", "make mutate", "make fuzz", "make pins", "make clean")

pytestmark = pytest.mark.skipif(not README.is_file(), reason="no checkout: there is no README")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, so that a command that writes leaves the real one alone."""
    target = tmp_path_factory.mktemp("readme") / "factcite"
    names = [path for path in ROOT.iterdir() if not path.name.startswith(".") and path.name not in ("build", "dist")]
    target.mkdir()
    for path in [*names, ROOT / ".ci"]:
        if path.is_dir():
            shutil.copytree(path, target / path.name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        else:
            shutil.copy(path, target)
    return target


def environment(copy: Path) -> dict[str, str]:
    """`kb` and `python` of this environment, working on the copy."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("KB_", "MAKE", "MFLAGS"))}
    programs = str(Path(sys.executable).parent)
    return {
        **clean,
        "PATH": programs + os.pathsep + clean["PATH"],
        "PYTHONPATH": str(copy),
        "PYTHONDONTWRITEBYTECODE": "1",
        "COLUMNS": "100",
    }


def as_done(words: str, port: int) -> str:
    """The command that is run for the one shown: make installs nothing, servers take a free port."""
    if words.startswith(NOT_DONE):
        return words.replace("make ", "make --dry-run ", 1)
    if words.startswith("make "):
        words = f"{words} INSTALL=true FRONTEND=true BIN={Path(sys.executable).parent}"
        return f"{words} PORT={port}" if "serve" in words else words
    return re.sub(r"( --port \d+)?$", f" --port {port}", words, count=1) if "kb serve" in words else words


def test_every_command_does_what_is_shown(copy: Path) -> None:
    differences: list[str] = []
    for block in BLOCKS:
        if block.note.startswith("file: "):
            (copy / block.note.removeprefix("file: ")).write_text(block.text, "utf-8")
        elif block.language == "console":
            for command in commands(block):
                if command.words == MUTATE:
                    continue
                differences += difference(command, copy)
    assert SHOWN
    assert not differences, "\n\n".join(differences)


def difference(command: Command, copy: Path) -> Iterator[str]:
    """Run one command; what differs from the README, for a person who writes it anew."""
    port = free_port()
    words = as_done(command.words, port)
    where = f"README.md:{command.line}: {command.words}"
    if re.search(r"\bserve\b", words) and "--dry-run" not in words:
        lines = (command.output or "").count("\n")  # what a server says later depends on who asks
        output = "".join(served(words, copy, port).splitlines(keepends=True)[:lines]).replace(str(port), "8000")
    else:
        done = run(words, copy)
        output = done.stdout
        shown = re.search(r"\(exit (\d)\)", command.output or "")
        expected = int(shown[1]) if shown else 0
        if done.returncode != expected:
            yield f"{where}: exit code {done.returncode}, shown {expected}\n{output}"
    if command.output is not None and not like(command, output):
        yield f"{where}\n--- shown\n{command.output}\n--- printed\n{output}"


def run(words: str, copy: Path) -> subprocess.CompletedProcess[str]:
    """One command as a reader would type it, its errors among its output."""
    return subprocess.run(
        words,
        shell=True,
        cwd=copy,
        env=environment(copy),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def served(words: str, copy: Path, port: int) -> str:
    """What a server says when it has started and answers; it is then told to stop, and has to."""
    with serving(words, folder=copy, port=port, env=environment(copy)) as said:
        answer = page(port)
    assert answer, f"{words}: nothing answers on port {port}\n{said[0]}"
    return said[0]


def test_every_kb_command_is_shown() -> None:
    usage = subprocess.run(
        [sys.executable, "-m", "kb.cli", "--help"], capture_output=True, check=True, text=True
    ).stdout
    known = set(re.findall(r"^    ([a-z]+) ", usage, re.MULTILINE))
    shown = {word for command in SHOWN for word in re.findall(r"\bkb ([a-z]+)", command.words)}
    assert "check" in known
    assert known - shown == set()


def test_every_command_in_the_running_text_exists(capsys: pytest.CaptureFixture[str]) -> None:
    text = re.sub(r"^ *```.*?^ *```$", "", README.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"`kb ([a-z]+)([^`]*)`", text)
    assert found
    for name, rest in found:
        with pytest.raises(SystemExit) as left:
            main([name, "--help"])
        assert left.value.code == 0, name
        usage = capsys.readouterr().out
        assert [option for option in re.findall(r"--[a-z-]+", rest) if option not in usage] == [], name


def test_every_word_of_make_is_shown() -> None:
    known = set(re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)[0].split())
    shown = {word for command in SHOWN for word in re.findall(r"\bmake ([a-z]+)", command.words)}
    assert known - shown == {"help", "clean"}


def test_the_numbers_of_rules_are_the_current_ones() -> None:
    rules = kb.rules()
    shapes = sum(1 for rule in rules if rule.host)
    text = " ".join(README.read_text("utf-8").split())
    assert f"has {len(rules)} rules: {shapes} are SHACL shapes, and {len(rules) - shapes} are checks" in text


def test_python_that_is_shown_runs(copy: Path) -> None:
    texts = [block for block in BLOCKS if block.language == "python"]
    assert texts
    for block in texts:
        done = subprocess.run(
            [sys.executable, "-c", block.text],
            cwd=copy,
            env=environment(copy),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"README.md:{block.line}\n{done.stderr}"


def test_every_file_that_is_linked_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README.read_text("utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_the_exit_codes_are_the_command_s() -> None:
    usage = subprocess.run(
        [sys.executable, "-m", "kb.cli", "--help"], capture_output=True, check=True, text=True
    ).stdout
    codes = re.findall(r"^\| (\d) \|", README.read_text("utf-8"), re.MULTILINE)
    assert codes == sorted(set(re.findall(r"\b(\d) [a-z]", usage.partition("Exit codes:")[2])))
