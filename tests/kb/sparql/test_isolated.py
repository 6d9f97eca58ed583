"""A query of the command runs in a process without the network, and its limits end it."""

from __future__ import annotations

import socket
import sys
import time

import pytest

import kb
from kb.sparql.isolated import run_isolated

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have no such filter")


def test_bytes_come_back_whole() -> None:
    body = bytes(range(256)) * 10_000
    assert run_isolated(lambda: body).output == body
    assert run_isolated(lambda: b"").output == b""


@LINUX
def test_the_process_cannot_open_a_connection() -> None:
    def call() -> bytes:
        try:
            socket.create_connection(("127.0.0.1", 9), timeout=1).close()
        except PermissionError:
            return b"no access"
        except OSError:
            return b"called"
        return b"called"

    found = run_isolated(call)
    assert found.output == b"no access" and found.missing == ()


@LINUX
def test_time_and_memory_are_limited() -> None:
    def wait() -> bytes:
        time.sleep(60)
        return b""

    def grow() -> bytes:
        return bytes(200 * 1024 * 1024)[:1]

    with pytest.raises(kb.QueryStoppedError, match="longer than 0 seconds"):
        run_isolated(wait, seconds=0.1)
    with pytest.raises(kb.QueryStoppedError, match="more than 16 MB of memory"):
        run_isolated(grow, memory_mb=16)


@LINUX
def test_a_refusal_keeps_its_place_and_a_crash_is_said() -> None:
    def refused() -> bytes:
        raise kb.QueryRefusedError("no", line=3, column=4, help="yes")

    def crash() -> bytes:
        raise AssertionError("a bug")

    with pytest.raises(kb.QueryRefusedError) as error:
        run_isolated(refused)
    assert (error.value.line, error.value.column, error.value.help) == (3, 4, "yes")
    with pytest.raises(kb.QueryStoppedError, match="crashed the engine"):
        run_isolated(crash)


def test_where_there_are_no_walls_it_says_so() -> None:
    found = run_isolated(lambda: b"x", fork=False)
    assert found.output == b"x" and "no access to the network" in found.missing
