"""Starting a server as a person would, on a port of its own, and stopping it again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 120
"""Seconds in which a server has to answer; generous, because the machine may be busy."""


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
