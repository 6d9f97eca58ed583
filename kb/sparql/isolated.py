"""A query in a process of its own, for the command line: without the network, with limits on memory and time.

The website has worker processes for this (`webapp/engine`); a command runs one query and ends, so it splits off a child
that shares the store as it is in memory. Only bytes come back, never objects.
Where the system cannot split a process, or has no filter for system calls, the query runs with fewer walls or none;
`Isolated.missing` names them.
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
    """What came back.

    Attributes:
        output: the bytes that the work returned.
        missing: each wall that this system does not have.
    """

    output: bytes
    missing: tuple[str, ...]


def run_isolated(
    work: Callable[[], bytes], *, seconds: float = SECONDS, memory_mb: int = MEMORY_MB, fork: bool | None = None
) -> Isolated:
    """Run `work` behind the walls that this system has.

    Args:
        work: evaluates the query, and returns the answer as it is printed.
        seconds: most time.
        memory_mb: most memory beyond what the process has already.
        fork: whether to split off a process; None does so on Linux, where it is safe.

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
    """Give up what a query does not need, do the work, send the outcome, and end. Runs in the child."""
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
    """Everything that the child sends until it closes the pipe; None where time runs out."""
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
