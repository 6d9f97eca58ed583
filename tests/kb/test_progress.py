"""What a person who waits is told, and where nothing is ever said."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kb.progress import progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_it_says_what_is_done_and_leaves_nothing_behind() -> None:
    stream = Terminal()
    with progress(stream, after=0, every=0.001) as tell:
        for step in ("reading", "thinking"):
            tell(step)
            while step not in stream.getvalue():
                time.sleep(0.001)
    shown = stream.getvalue()
    assert "reading … 0 s" in shown and "thinking … 0 s" in shown
    assert shown.endswith("\r\x1b[K")


def test_what_is_quick_says_nothing() -> None:
    stream = Terminal()
    with progress(stream) as tell:
        tell("reading")
    assert stream.getvalue() == ""


def test_where_no_terminal_is_nothing_is_said() -> None:
    stream = io.StringIO()
    with progress(stream, after=0, every=0.001) as tell:
        tell("reading")
        time.sleep(0.05)
    assert stream.getvalue() == ""


def test_it_ends_with_what_it_is_about() -> None:
    stream = Terminal()
    with pytest.raises(KeyError), progress(stream, after=0, every=0.001):
        raise KeyError
    said = stream.getvalue()
    time.sleep(0.05)
    assert stream.getvalue() == said


def test_a_pipe_sees_the_report_only(mybase: Path) -> None:
    """Standard output is a pipe and the error stream a terminal, as in `kb check | less`."""
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "kb.cli", "check", "--home", str(mybase)]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 0 and b"\x1b" not in done.stdout and "…" not in done.stdout.decode()
