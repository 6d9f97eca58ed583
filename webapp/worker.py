"""Questions are answered in worker processes, because only a process can be stopped.

The query engine has no time limit of its own, a crash of it cannot be caught, and running out of memory ends the
process it happens in. So each worker is a process that opens the store on disk for reading, lives for many
questions, and is killed and replaced when a question goes over its time, its memory, or its wits. The request
that asked gets a clean error; nobody else notices.

Workers come from a fork server, which is a fresh process that has already imported what they need: a new worker
starts in a few hundredths of a second. They are never forked from the site itself, whose threads would be copied
in whatever state they are in.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import kb
from webapp.evaluate import Question, work
from webapp.settings import Settings

START_SECONDS = 60.0
END_SECONDS = 2.0
LOOK_SECONDS = 0.1  # between two looks whether whoever asked is still there
START_TRIES = 3
PROCESSES = threading.Lock()  # multiprocessing reads an exit code once: two threads that look would lose it


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a question.

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


class Unacceptable(kb.QueryError):
    """The asker accepts no format that this form of answer has."""


class Stopped(kb.QueryStopped):
    """A question that was stopped.

    Args:
        reason: `time`, `memory`, `size`, `crash`, `busy` or `gone`.
    """

    def __init__(self, reason: str, message: str, *, help: str | None = None) -> None:
        super().__init__(message, help=help)
        self.reason = reason


class Died(Exception):
    """The worker at the other end is gone."""


class Late(Exception):
    """The worker did not answer in time."""


class Gone(Exception):
    """Nobody waits for the answer any more."""


class Crowded(Exception):
    """The question is long, the places for long ones are taken, and somebody else waits."""


def stays() -> bool:
    """Whether somebody who never leaves has left."""
    return False


def patient(seconds: float) -> None:
    """Let a question take its time."""


def unpaid(seconds: float) -> None:
    """Charge nobody."""


class Worker:
    """One process and the pipe to it. Used by one thread at a time."""

    def __init__(self, process: BaseProcess, connection: Connection) -> None:
        self.process = process
        self.connection = connection
        self.asked = 0
        self.walls: Mapping[str, Any] = {}

    def greet(self) -> None:
        """Wait until the worker can take questions.

        Raises:
            Died, Late: it will not.
        """
        if not self.walls:
            self.walls = self._receive(START_SECONDS)[0]

    def ask(
        self, question: Question, seconds: float, watch: Callable[[float], None] = patient
    ) -> tuple[dict[str, Any], bytes]:
        """Head and body of the worker's reply.

        Args:
            watch: called now and then with the seconds that have passed; what it raises ends the waiting.

        Raises:
            Died: in the middle of it.
            Late: it took longer than `seconds`.
        """
        self.asked += 1
        try:
            self.connection.send(question)
        except OSError as error:
            raise Died from error
        return self._receive(seconds, watch)

    def end(self) -> None:
        """End the process, whatever it is doing. Another thread that waits for its answer meets `Died`."""
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

    def _receive(self, seconds: float, watch: Callable[[float], None] = patient) -> tuple[dict[str, Any], bytes]:
        start = time.monotonic()
        try:
            while not self.connection.poll(min(LOOK_SECONDS, max(start + seconds - time.monotonic(), 0))):
                passed = time.monotonic() - start
                watch(passed)
                if passed >= seconds:
                    raise Late
            head: dict[str, Any] = json.loads(self.connection.recv_bytes())
            return head, self.connection.recv_bytes()
        except (EOFError, OSError) as error:
            raise Died from error


class Seat:
    """The place that a question has in front of the workers, from the moment it waits for one.

    Most questions are short. One that turns out to be long moves to one of a few places of its own, so that the
    short ones go on; where those are taken, it may stay as long as nobody waits for its place.
    """

    def __init__(self, pool: Pool, page: bool, gone: Callable[[], bool]) -> None:
        self.pool = pool
        self.page = page
        self.gone = gone
        self.held: list[threading.Semaphore] = []

    def take(self) -> None:
        """Wait for a place.

        Raises:
            Stopped: there is none, or nobody waits for the answer any more.
        """
        end = time.monotonic() + self.pool.settings.wait_seconds
        with self.pool.queue():
            for place in (self.pool.everybody,) if self.page else (self.pool.visitors, self.pool.everybody):
                while not place.acquire(timeout=min(LOOK_SECONDS, max(end - time.monotonic(), 0))):
                    if self.gone():
                        raise Stopped("gone", "nobody waits for the answer any more")
                    if time.monotonic() >= end:
                        raise Stopped("busy", "too many questions are being answered", help=LATER)
                self.held.append(place)

    def watch(self, seconds: float) -> None:
        """Look after a question that has run for so long.

        Raises:
            Gone, Crowded: it has to end.
        """
        if self.gone():
            raise Gone
        if self.page or seconds < self.pool.settings.long_after_seconds or self.pool.long in self.held:
            return
        if self.pool.long.acquire(blocking=False):
            self.leave()
            self.held.append(self.pool.long)
        elif self.pool.waiting:
            raise Crowded

    def leave(self) -> None:
        """Give the place back."""
        while self.held:
            self.held.pop().release()


class Pool:
    """So many workers over one store, and the queue in front of them.

    Questions of visitors take turns at `settings.workers` places. The site's own pages may use one worker more,
    so that a few heavy questions do not take the pages away from everybody else. Long questions have places of
    their own.
    """

    def __init__(self, folder: Path, settings: Settings, prefixes: Mapping[str, str]) -> None:
        self.folder = folder
        self.settings = settings
        self.prefixes = dict(prefixes)
        self.context = _context()
        self.visitors = threading.BoundedSemaphore(settings.workers)
        self.everybody = threading.BoundedSemaphore(settings.workers + 1)
        self.long = threading.BoundedSemaphore(settings.long_questions) if settings.long_questions else NOWHERE
        self.lock = threading.Lock()
        self.idle: list[Worker] = []
        self.alive: set[Worker] = set()
        self.waiting = 0
        self.closed = False

    def start(self) -> None:
        """Start every worker, and have them ended when the program ends."""
        self.context.set_forkserver_preload(["webapp.evaluate"])
        atexit.register(self.close)
        workers = [self._spawn() for _ in range(self.settings.workers + 1)]
        with self.lock:
            self.idle.extend(workers)

    def close(self) -> None:
        """End every worker and remove the store's folder. Closing twice is closing once."""
        atexit.unregister(self.close)
        with self.lock:
            self.closed = True
            workers, self.alive, self.idle = self.alive, set(), []
        for worker in workers:
            worker.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(
        self,
        question: Question,
        *,
        page: bool = False,
        gone: Callable[[], bool] = stays,
        spent: Callable[[float], None] = unpaid,
    ) -> Reply:
        """Answer one question, within the limits.

        Args:
            page: a question of the site itself rather than of a visitor.
            gone: whether whoever asked has gone; then the question ends.
            spent: told how many seconds a worker has spent on it, however it ends.

        Raises:
            QueryRefused: not SPARQL (line and column), or beyond the engine.
            Unacceptable: no format fits.
            Stopped: over a limit, or no worker is free.
        """
        with contextlib.ExitStack() as after:
            seat = Seat(self, page, gone)
            after.callback(seat.leave)
            seat.take()
            head, body = self._answer(question, seat.watch, spent)
        if "problem" in head:
            raise _error(head)
        return Reply(head["form"], head["format"], body, head["rows"], head["truncated"], head["seconds"])

    def _answer(
        self, question: Question, watch: Callable[[float], None], spent: Callable[[float], None]
    ) -> tuple[dict[str, Any], bytes]:
        """Head and body of a worker's reply; a worker that has not replied is ended."""
        worker = self._take()
        started = time.monotonic()
        try:
            head, body = worker.ask(question, self.settings.timeout_seconds, watch)
        except Gone:
            self._replace(worker)
            raise Stopped("gone", "nobody waits for the answer any more") from None
        except Crowded:
            self._replace(worker)
            raise Stopped("busy", "too many long questions are being answered", help=LATER) from None
        except Late:
            self._replace(worker)
            raise self._out_of_time() from None
        except Died:
            code = worker.exit_code()
            self._replace(worker)
            raise self._death(code) from None
        finally:
            spent(time.monotonic() - started)
        if head.get("tired") or worker.asked >= self.settings.recycle_after:
            self._replace(worker)
        else:
            self._give_back(worker)
        return head, body

    @contextlib.contextmanager
    def queue(self) -> Iterator[None]:
        """Be counted among those who wait for a place."""
        with self.lock:
            self.waiting += 1
        try:
            yield
        finally:
            with self.lock:
                self.waiting -= 1

    def _take(self) -> Worker:
        """A worker that is alive and ready; those that died while they waited are left behind."""
        for _ in range(START_TRIES):
            worker = self._waiting() or self._spawn()
            try:
                worker.greet()
                return worker
            except (Died, Late):
                self._drop(worker)
        raise Stopped("crash", "no worker will start", help="look at the messages of the server")

    def _waiting(self) -> Worker | None:
        """An idle worker that is alive; None where there is none."""
        while True:
            with self.lock:
                if self.closed:
                    raise Stopped("busy", "the site is closing")
                if not self.idle:
                    return None
                worker = self.idle.pop()
            if worker.is_alive():
                return worker
            self._drop(worker)

    def _give_back(self, worker: Worker) -> None:
        """Keep a worker for the next question, unless enough of them wait already."""
        with self.lock:
            if self.closed or len(self.idle) <= self.settings.workers:
                if not self.closed:
                    self.idle.append(worker)
                return
        self._drop(worker)

    def _replace(self, worker: Worker) -> None:
        """End a worker; another starts in its place while nobody waits for it."""
        self._drop(worker)
        with self.lock:
            enough = self.closed or len(self.idle) > self.settings.workers
        if not enough:
            self._give_back(self._spawn())

    def _drop(self, worker: Worker) -> None:
        with self.lock:
            known = worker in self.alive
            self.alive.discard(worker)
        if known:
            worker.end()

    def _spawn(self) -> Worker:
        ours, theirs = self.context.Pipe()
        process = self.context.Process(
            target=work,
            args=(theirs, str(self.folder), self.settings, self.prefixes),
            name="factcite-worker",
            daemon=True,
        )
        with PROCESSES, _safe_path():
            process.start()
        theirs.close()
        worker = Worker(process, ours)
        with self.lock:
            self.alive.add(worker)
        return worker

    def _out_of_time(self) -> Stopped:
        seconds = f"{self.settings.timeout_seconds:g} seconds"
        return Stopped("time", f"the question took longer than {seconds} and was stopped", help=NARROW)

    def _death(self, code: int | None) -> Stopped:
        if self.closed:
            return Stopped("busy", "the site is closing")
        if code == -signal.SIGABRT:
            memory = f"{self.settings.memory_mb:,} MB of memory"
            return Stopped("memory", f"the question needed more than {memory} and was stopped", help=NARROW)
        if code == -getattr(signal, "SIGXCPU", 0):
            return self._out_of_time()
        return Stopped("crash", "the question broke the engine that was answering it", help="ask it in another way")


NOWHERE = threading.Semaphore(0)
LATER = "try again in a moment"
NARROW = "narrow the question: name a claim, an article or a speaker, or ask for fewer combinations"


def store_on_disk(base: kb.KnowledgeBase) -> Path:
    """Write the base into a store in a new temporary folder, for workers to read.

    Raises:
        InputError: no room, or no permission, for temporary files.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix="factcite-"))
        try:
            kb.open_store(base.quads(), folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    except OSError as error:
        raise kb.InputError(
            f"the store cannot be written: {error}", source=tempfile.gettempdir(), help="free some space there"
        ) from error
    return folder


def _context() -> ForkServerContext | SpawnContext:
    if "forkserver" in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("forkserver")
    return multiprocessing.get_context("spawn")


@contextlib.contextmanager
def _safe_path() -> Iterator[None]:
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


def _error(head: Mapping[str, Any]) -> kb.QueryError:
    if head["problem"] == "refused":
        return kb.QueryRefused(head["message"], line=head["line"], column=head["column"], help=head["help"])
    if head["problem"] == "unacceptable":
        return Unacceptable(head["message"])
    return Stopped(head["problem"], head["message"], help=head["help"])
