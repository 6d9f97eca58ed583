"""Starting a server as a person would, on a port of its own, and stopping it again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 120
"""Seconds in which a server has to answer; generous, because the machine may be busy."""


def hear_signals() -> None:
    """Let a program that is about to start hear SIGINT and SIGHUP, even if the tests ignore them, as under nohup."""
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)


BEFORE_START = hear_signals if os.name == "posix" else None
"""For `preexec_fn`, which other systems do not have."""


@contextmanager
def serving(words: str, *, folder: Path, port: int, env: Mapping[str, str]) -> Iterator[list[str]]:
    """Run a server while the block runs; what it printed is in the list afterwards.

    Args:
        words: the command, for a shell.
        folder: where it is run.
        port: where it is going to answer.
        env: its environment.
    """
    process = subprocess.Popen(
        words,
        shell=True,
        cwd=folder,
        env={**env, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        start_new_session=True,
        preexec_fn=BEFORE_START,
    )
    said: list[str] = []
    try:
        deadline = time.monotonic() + PATIENCE
        while not page(port) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        yield said
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        output, _ = process.communicate(timeout=PATIENCE)
        said.append(output)


def page(port: int, path: str = "/") -> str:
    """A page from this port; empty where none comes."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as reply:
            return str(reply.read().decode("utf-8"))
    except (urllib.error.URLError, OSError):
        return ""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def until(done: Callable[[], bool]) -> bool:
    """Whether it comes true in a while."""
    deadline = time.monotonic() + PATIENCE
    while not done() and time.monotonic() < deadline:
        time.sleep(0.1)
    return done()


def children(pid: int) -> list[int]:
    """The processes that a process has made, and theirs, as far as the system says."""
    done = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [(int(child), int(parent)) for child, parent in map(str.split, done.stdout.splitlines())]
    found = [pid]
    for each in found:
        found += [child for child, parent in pairs if parent == each]
    return found[1:]


def is_gone(pid: int) -> bool:
    """Whether a process has ended, as far as the system says."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
