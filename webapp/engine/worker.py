"""One worker process: it is started, asked, watched and ended from here."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from typing import Any

import kb
from webapp.engine.evaluate import QueryRequest

START_SECONDS = 60.0


END_SECONDS = 2.0


LOOK_SECONDS = 0.1  # between two checks whether the client is still there


PROCESSES = threading.Lock()  # multiprocessing reads an exit code once: two threads that look would lose it


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a query.

    Attributes:
        form: `select`, `ask` or `graph`.
        format: the format that `body` is in, as asked for.
        body: the whole answer.
        rows: rows or triples in it.
        truncated: whether there were more rows than the limit.
        seconds: time the engine took.
    """

    form: str
    format: str
    body: bytes
    rows: int
    truncated: bool
    seconds: float


class NotAcceptableError(kb.QueryError):
    """The client accepts no format that this form of answer has."""


class StoppedError(kb.QueryStoppedError):
    """A query that was stopped.

    Args:
        reason: `time`, `memory`, `size`, `rows`, `crash`, `busy`, `slow` or `gone`.
    """

    def __init__(self, reason: str, message: str, *, help: str | None = None) -> None:
        super().__init__(message, help=help)
        self.reason = reason


class WorkerDiedError(kb.QueryStoppedError):
    """The worker process ended."""


class QueryTimeoutError(kb.QueryStoppedError):
    """The worker did not answer in time."""


class ClientGoneError(kb.QueryStoppedError):
    """The client does not wait for the answer any more."""


class QueueFullError(kb.QueryStoppedError):
    """The query is long, the slots for long queries are taken, and another one waits."""


def never_interrupted(seconds: float) -> None:
    """Let a query run without a limit."""


class Worker:
    """One process and the pipe to it. Used by one thread at a time."""

    def __init__(self, process: BaseProcess, connection: Connection) -> None:
        self.process = process
        self.connection = connection
        self.asked = 0
        self.walls: Mapping[str, Any] = {}

    def greet(self) -> None:
        """Wait until the worker can take queries.

        Raises:
            Died, Late: it will not.
        """
        if not self.walls:
            self.walls = self._head_and_body(START_SECONDS)[0]

    def ask(
        self, query: QueryRequest, seconds: float, watch: Callable[[float], None] = never_interrupted
    ) -> tuple[dict[str, Any], bytes]:
        """Head and body of the worker's reply; where the head says `pieces`, they have to be taken one by one.

        Args:
            watch: called now and then with the seconds that have passed; what it raises ends the waiting.

        Raises:
            Died: in the middle of it.
            Late: it took longer than `seconds`.
        """
        self.asked += 1
        try:
            self.connection.send(query)
        except OSError as error:
            raise WorkerDiedError("the worker process ended") from error
        return self._head_and_body(seconds, watch)

    def piece(self, seconds: float, watch: Callable[[float], None] = never_interrupted) -> tuple[bytes, dict[str, Any]]:
        """The next piece of an answer; behind the last, an empty one and what the worker has to say at the end.

        Raises:
            Died, Late: as `ask` says.
        """
        found = self._receive(seconds, watch)
        return (found, {}) if found else (b"", json.loads(self._receive(seconds, watch)))

    def end(self) -> None:
        """End the process, even in the middle of its work. Another thread that waits for its answer meets `Died`."""
        with PROCESSES:
            self.process.kill()
            self.process.join()

    def exit_code(self) -> int | None:
        """The exit code of a worker that has died by itself, negative for a signal."""
        with PROCESSES:
            self.process.join(END_SECONDS)
            return self.process.exitcode

    def is_alive(self) -> bool:
        """Whether the process runs."""
        with PROCESSES:
            return self.process.is_alive()

    def _head_and_body(
        self, seconds: float, watch: Callable[[float], None] = never_interrupted
    ) -> tuple[dict[str, Any], bytes]:
        head: dict[str, Any] = json.loads(self._receive(seconds, watch))
        return head, b"" if head.get("pieces") else self._receive(seconds, watch)

    def _receive(self, seconds: float, watch: Callable[[float], None]) -> bytes:
        """One message."""
        start = time.monotonic()
        try:
            while not self.connection.poll(min(LOOK_SECONDS, max(start + seconds - time.monotonic(), 0))):
                passed = time.monotonic() - start
                watch(passed)
                if passed >= seconds:
                    raise QueryTimeoutError("the worker did not answer in time")
            return self.connection.recv_bytes()
        except (EOFError, OSError) as error:
            raise WorkerDiedError("the worker process ended") from error


def context() -> ForkServerContext | SpawnContext:
    if "forkserver" in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("forkserver")
    return multiprocessing.get_context("spawn")


@contextlib.contextmanager
def safe_path() -> Iterator[None]:
    """Python processes started in here do not import from the folder that the server was started in."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


def error(head: Mapping[str, Any]) -> kb.QueryError:
    if head["problem"] == "refused":
        return kb.QueryRefusedError(head["message"], line=head["line"], column=head["column"], help=head["help"])
    if head["problem"] == "unacceptable":
        return NotAcceptableError(head["message"])
    return StoppedError(head["problem"], head["message"], help=head["help"])
