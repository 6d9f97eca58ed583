"""`kb check --watch`: a result for each change, the same as that of a full check, and a clean exit."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import kb
from kb.cli.main import main
from kb.validation.watch import WatchResult
from tests.support.serving import BEFORE_START

CLAIMS = "kb/claims/mill-bridge.ttl"
TEXT = "corpus/texts/mill-bridge.txt"
KIND = "    fc:kind fc:Denial ;\n"


def edit(base: Path, name: str, old: str, new: str) -> None:
    """Replace words in a file of the base; they must be there."""
    path = base / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def watching(base: Path, *edits: Callable[[], object] | None) -> Iterator[WatchResult]:
    """The results while the edits are made, one before each comparison of the files; None lets time pass."""
    coming = iter(edits)

    def sleep(seconds: float) -> None:
        assert seconds < 1
        try:
            change = next(coming)
        except StopIteration:
            raise KeyboardInterrupt from None
        if change is not None:
            change()

    try:
        yield from kb.watch(kb.find_home(base), sleep=sleep)
    except KeyboardInterrupt:
        return


def same(report: kb.Report, other: kb.Report) -> bool:
    """Whether two reports are equal except for the times."""
    return (report.findings, report.citations, report.shapes, report.files, report.exit_code, report.coverage) == (
        other.findings,
        other.citations,
        other.shapes,
        other.files,
        other.exit_code,
        other.coverage,
    )


def test_each_answer_is_what_a_full_check_says(mybase: Path) -> None:
    sound = (mybase / CLAIMS).read_text("utf-8")
    blocks = sound.split("\n\n")
    edits = [
        lambda: edit(mybase, CLAIMS, KIND, ""),
        lambda: (mybase / CLAIMS).write_text("\n\n".join(blocks[:3] + blocks[4:]), "utf-8"),
        lambda: (mybase / CLAIMS).write_text(sound, "utf-8"),
        lambda: edit(mybase, TEXT, "two years", "six years"),
        lambda: (mybase / "waivers.toml").write_text("[[waiver]]\n", "utf-8"),
        lambda: (mybase / "waivers.toml").unlink(),
        lambda: edit(mybase, CLAIMS, " .\n", "\n"),
        lambda: (mybase / CLAIMS).write_text(sound, "utf-8"),
        lambda: edit(mybase, "shapes/claim.ttl", "sh:maxLength 300", "sh:maxLength 10"),
        lambda: (mybase / CLAIMS).unlink(),
    ]
    answers = 0
    for result in watching(mybase, *edits):
        answers += 1
        assert same(result.report, kb.check(mybase)), result.words
    assert answers == len(edits) + 1


def test_nothing_changes_and_nothing_is_said(mybase: Path) -> None:
    assert len(list(watching(mybase, *[None] * 50))) == 1


def test_an_answer_says_what_it_is_about_and_a_full_check_follows(mybase: Path) -> None:
    first, second, third = watching(mybase, lambda: edit(mybase, CLAIMS, KIND, ""), *[None] * 60)
    assert first.words == third.words == "a full check"
    assert second.changed == (CLAIMS,)
    assert CLAIMS in second.words and "a full check follows" in second.words
    assert 0 < second.size.pairs < 100
    assert same(second.report, third.report) and second.report.exit_code == 1


def test_a_file_written_again_with_the_same_words_changes_nothing(mybase: Path) -> None:
    results = list(watching(mybase, lambda: os.utime(mybase / CLAIMS, (1, 1))))
    assert len(results) == 2
    assert results[1].size.pairs == results[1].size.whole == 0
    assert same(results[0].report, results[1].report)


@contextmanager
def run_watch(base: Path, **keywords: Any) -> Iterator[subprocess.Popen[bytes]]:
    """`kb check --watch` as a process, which is always ended after the test."""
    words = [sys.executable, "-m", "kb.cli", "check", "--home", str(base), "--watch"]
    with subprocess.Popen(words, preexec_fn=BEFORE_START, **keywords) as process:
        try:
            yield process
        finally:
            process.kill()


def read_until(handle: int, words: str) -> str:
    """The output up to these words."""
    found = ""
    while words not in found:
        found += os.read(handle, 65536).decode("utf-8", "replace")
    return found


def test_the_command_answers_and_ctrl_c_ends_it(mybase: Path) -> None:
    with run_watch(mybase, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        said = read_until(process.stdout.fileno(), "(exit 0)")
        assert "a full check" in said and "\x1b" not in said
        edit(mybase, CLAIMS, KIND, "")
        assert "FC324" in read_until(process.stdout.fileno(), "(exit 1)")
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
        assert process.stderr.read() == b""


def test_on_a_terminal_it_draws_over_what_stood_there(mybase: Path) -> None:
    ours, theirs = pty.openpty()
    environ = {**os.environ, "LINES": "20", "COLUMNS": "200"}
    with run_watch(mybase, stdout=theirs, stderr=subprocess.DEVNULL, env=environ) as process:
        os.close(theirs)
        first = read_until(ours, "\x1b[J")
        assert first.startswith("\x1b[H") and "(exit 0)" in first
        edit(mybase, CLAIMS, KIND, "")
        second = read_until(ours, "\x1b[J")
        assert second.startswith("\x1b[H") and "FC324" in second and "(exit 1)" in second
        assert second.count("\n") < 20
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
    os.close(ours)


@pytest.mark.parametrize("more", [["--format", "json"], ["--output", "x"], ["--also", "json=x"], ["--raise-floors"]])
def test_it_writes_nothing(mybase: Path, more: list[str]) -> None:
    assert main(["check", "--home", str(mybase), "--watch", *more]) == 2


def test_a_check_tells_its_steps(mybase: Path) -> None:
    seen: list[str] = []
    report = kb.check(mybase, progress=seen.append)
    assert same(report, kb.check(mybase))
    assert len(seen) > 2 and all(seen)
