"""Runs a query in a separate process, for the command line: without network access, with limits on memory and time.

The website has worker processes for this (`webapp/engine`). A command runs only one query, so it forks a child process,
which shares the store in memory. The child sends back bytes, never objects.
If the system cannot fork, or cannot filter system calls, some protections are missing; `Isolated.missing` names them.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kb.errors import KbError, QueryRefusedError, QueryStoppedError
from kb.sandbox import cap_memory, follow_parent, leave_network

SECONDS = 300.0
MEMORY_MB = 2048

_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Isolated:
    """The result of the process.

    Attributes:
        output: the bytes that `work` returned.
        missing: each protection that this system does not have.
    """

    output: bytes
    missing: tuple[str, ...]


def run_isolated(
    work: Callable[[], bytes], *, seconds: float = SECONDS, memory_mb: int = MEMORY_MB, fork: bool | None = None
) -> Isolated:
    """Run `work` with the protections that this system has.

    Args:
        work: evaluates the query, and returns the output to print.
        seconds: the time limit.
        memory_mb: the limit on memory beyond what the process uses already.
        fork: whether to fork a process; None forks on Linux only.

    Raises:
        QueryRefusedError: as `work` raised it.
        QueryStoppedError: it took too long or too much memory, or the engine crashed.
    """
    if not (sys.platform.startswith("linux") if fork is None else fork):
        return Isolated(work(), ("no access to the network", "a limit on time", "a limit on memory"))
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _serve(work, writer, memory_mb)  # never returns
    os.close(writer)
    try:
        message = _receive(reader, seconds)
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
    if message is None:
        raise QueryStoppedError(f"the query took longer than {seconds:,.0f} seconds", help="ask for less, or use LIMIT")
    return _outcome(message, status, memory_mb)


def _serve(work: Callable[[], bytes], writer: int, memory_mb: int) -> None:
    """Drop access to the network, do the work, send the outcome, and exit. Runs in the child."""
    head: dict[str, object] = {"problem": "crash"}
    output = b""
    try:
        follow_parent()
        missing = [] if leave_network() else ["no access to the network"]
        missing += [] if cap_memory(memory_mb) else ["a limit on memory"]
        output = work()
        head = {"missing": missing, "size": len(output)}
    except KbError as error:
        refused = isinstance(error, QueryRefusedError)
        head = {"problem": "refused" if refused else "stopped", "message": error.message, "line": error.line}
        head |= {"column": error.column, "help": error.help}
    except MemoryError:
        head = {"problem": "stopped", "message": f"the query needed more than {memory_mb:,} MB of memory"}
    except (OSError, ValueError, RuntimeError) as error:  # the engine's own errors while rows are read
        head = {"problem": "refused", "message": f"the engine cannot answer: {error}", "help": "simplify the query"}
    finally:
        try:
            with os.fdopen(writer, "wb") as pipe:
                pipe.write(json.dumps(head).encode() + b"\n" + output)
        finally:
            os._exit(0)  # no exit handlers: they belong to the parent


def _receive(reader: int, seconds: float) -> bytes | None:
    """Everything that the child sends until it closes the pipe; None if the time limit is reached."""
    end = time.monotonic() + seconds
    chunks: list[bytes] = []
    while select.select([reader], [], [], max(end - time.monotonic(), 0))[0]:
        chunk = os.read(reader, _CHUNK)
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)
    return None


def _outcome(message: bytes, status: int, memory_mb: int) -> Isolated:
    line, _, output = message.partition(b"\n")
    head: dict[str, Any] = json.loads(line) if line else {"problem": "crash"}
    if head.get("size") == len(output):
        return Isolated(output, tuple(head["missing"]))
    if head.get("problem", "crash") == "crash":
        ended = f", signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else ""
        said = f"the query needed more than {memory_mb:,} MB of memory, or crashed the engine{ended}"
        raise QueryStoppedError(said, help="simplify the query, or use LIMIT")
    if head["problem"] == "stopped":
        raise QueryStoppedError(head["message"], help=head.get("help") or "ask for less, or use LIMIT")
    raise QueryRefusedError(head["message"], line=head.get("line"), column=head.get("column"), help=head.get("help"))
