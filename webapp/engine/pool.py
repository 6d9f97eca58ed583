"""Queries are answered in worker processes, because only a process can be stopped.

The query engine has no time limit of its own, a crash of it cannot be caught, and running out of memory ends the
process it happens in. So each worker is a process that opens the store on disk for reading, answers many queries, and
is killed and replaced when a query exceeds its time or its memory, or crashes it. The request that asked gets a clean
error; other requests are not affected. An answer in pieces keeps its worker until the last piece, and ends it if the
rest is not read.

Workers come from a fork server, which is a fresh process that has already imported what they need: a new worker
starts in a few hundredths of a second. They are never forked from the site itself, whose threads would be copied
in any state.
"""

from __future__ import annotations

import atexit
import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from webapp.engine.evaluate import QueryRequest, work
from webapp.engine.storage import Storage
from webapp.engine.worker import (
    LOOK_SECONDS,
    PROCESSES,
    ClientGoneError,
    QueryTimeoutError,
    QueueFullError,
    Reply,
    StoppedError,
    Worker,
    WorkerDiedError,
    context,
    error,
    safe_path,
)
from webapp.settings import Settings

START_TRIES = 3
Received = TypeVar("Received")


def never_gone() -> bool:
    """Whether somebody who never leaves has left."""
    return False


def no_charge(seconds: float) -> None:
    """Charge no one."""


class Slot:
    """The place that a query has in front of the workers, from the moment it waits for one.

    Most queries are short. One that turns out to be long moves to one of a few places of its own, so that the
    short ones go on; where those are taken, it may stay until another query waits for its place.
    """

    def __init__(self, pool: Pool, page: bool, gone: Callable[[], bool]) -> None:
        self.pool = pool
        self.page = page
        self.gone = gone
        self.lock = threading.Lock()
        self.held: list[threading.Semaphore] = []
        self.over = False

    def take(self) -> None:
        """Wait for a place.

        Raises:
            Stopped: there is none, or the client has gone.
        """
        end = time.monotonic() + self.pool.settings.wait_seconds
        with self.pool.queue():
            for place in (self.pool.everybody,) if self.page else (self.pool.visitors, self.pool.everybody):
                while not place.acquire(timeout=min(LOOK_SECONDS, max(end - time.monotonic(), 0))):
                    if self.gone():
                        raise StoppedError("gone", "the client has gone")
                    if time.monotonic() >= end:
                        raise StoppedError("busy", "too many queries are being answered", help=LATER)
                self.held.append(place)

    def watch(self, seconds: float) -> None:
        """Look after a query that has run for so long.

        Raises:
            Gone, Crowded: it has to end.
        """
        if self.gone():
            raise ClientGoneError("the client has gone")
        if self.page or seconds < self.pool.settings.long_after_seconds or self.pool.long in self.held:
            return
        if self.pool.long.acquire(blocking=False):
            self._change(self.pool.long)
        elif self.pool.waiting:
            raise QueueFullError("every slot for long queries is taken")

    def _change(self, place: threading.Semaphore) -> None:
        """Go to another place, and give the one before back; both where another thread has ended the query."""
        with self.lock:
            self.held, given = ([], [*self.held, place]) if self.over else ([place], self.held)
        for each in given:
            each.release()

    def leave(self) -> None:
        """Give the place back, for good."""
        with self.lock:
            self.over, self.held, given = True, [], self.held
        for each in given:
            each.release()


class Job:
    """A query at a worker, from the request to the last byte of the answer.

    The limit counts the time in which the worker works, not the time in which the reader does not ask for the next
    piece.
    """

    def __init__(self, pool: Pool, worker: Worker, watch: Callable[[float], None]) -> None:
        self.pool = pool
        self.worker = worker
        self.watch = watch
        self.started = time.monotonic()
        self.waited = 0.0

    def ask(self, query: QueryRequest) -> tuple[dict[str, Any], bytes]:
        """Head and body of the reply.

        Raises:
            Stopped: the worker has not replied, and was ended.
        """
        return self._wait(lambda seconds, watch: self.worker.ask(query, seconds, watch))

    def piece(self) -> tuple[bytes, dict[str, Any]]:
        """The next piece of the answer, or nothing and the tail.

        Raises:
            Stopped: none has come, and the worker was ended.
        """
        return self._wait(self.worker.piece)

    def finish(self, tail: Mapping[str, Any]) -> None:
        """Let the worker go to its next query, if it is fit for one."""
        if tail.get("tired") or self.worker.asked >= self.pool.settings.recycle_after:
            self.pool.replace(self.worker)
        else:
            self.pool.give_back(self.worker)

    def give_up(self) -> None:
        """End the worker."""
        self.pool.replace(self.worker)

    def _wait(self, receive: Callable[[float, Callable[[float], None]], Received]) -> Received:
        pool, before = self.pool, time.monotonic()
        try:
            self.watch(before - self.started)
            return receive(
                max(pool.settings.timeout_seconds - self.waited, 0.0),
                lambda passed: self.watch(before - self.started + passed),
            )
        except ClientGoneError:
            self.give_up()
            raise StoppedError("gone", "the client has gone") from None
        except QueueFullError:
            self.give_up()
            raise StoppedError("busy", "too many long queries are being answered", help=LATER) from None
        except QueryTimeoutError:
            self.give_up()
            raise pool.out_of_time() from None
        except WorkerDiedError:
            code = self.worker.exit_code()
            self.give_up()
            raise pool.death(code) from None
        finally:
            self.waited += time.monotonic() - before


class Stream:
    """An answer that is taken in pieces, as the worker makes it.

    It is iterated by one thread and closed by any: at its end, by a reader that gives up, or by the clock. Until
    then it keeps its worker and its place.

    Attributes:
        form, format: as of a `Reply`.
        truncated: whether it is known already that there are more rows than the limit. Where that comes out later,
            the last piece is followed by an error.
    """

    def __init__(self, job: Job, head: Mapping[str, Any], after: contextlib.ExitStack) -> None:
        self.form: str = head["form"]
        self.format: str = head["format"]
        self.truncated: bool = head.get("truncated", False)
        self.job = job
        self.after = after
        self.lock = threading.Lock()
        self.ended = False
        self.slow = False
        self.clock = threading.Timer(job.pool.settings.send_seconds, self._too_slow)
        self.clock.daemon = True
        self.clock.start()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """The next piece.

        Raises:
            Stopped: there is more, but it does not come.
        """
        if self.slow:
            raise self._slowness()
        if self.ended:
            raise StopIteration
        try:
            piece, tail = self.job.piece()
        except StoppedError:
            closed = self.ended
            self._end(ended=True)
            if self.slow:
                raise self._slowness() from None
            if closed:  # by another thread, which ended the worker
                raise StopIteration from None
            raise
        if piece:
            return piece
        self._end(tail)
        if "problem" in tail:
            raise error(tail)
        raise StopIteration

    def close(self) -> None:
        """The rest is not needed."""
        self._end()

    def until_end(self, keep: contextlib.ExitStack) -> None:
        """Keep something until the stream has ended."""
        with self.lock:
            if not self.ended:
                self.after.push(keep.pop_all())
        keep.close()

    def _too_slow(self) -> None:
        self.slow = True
        self._end()

    def _slowness(self) -> StoppedError:
        return StoppedError("slow", "the answer was not read in time", help="ask for less, or read faster")

    def _end(self, tail: Mapping[str, Any] | None = None, *, ended: bool = False) -> None:
        """Give everything back, once.

        Args:
            tail: what the worker said at the end; without it, it is ended.
            ended: whether it has been ended already.
        """
        with self.lock:
            if self.ended:
                return
            self.ended = True
        self.clock.cancel()
        if tail is not None:
            self.job.finish(tail)
        elif not ended:
            self.job.give_up()
        self.after.close()


class Pool:
    """So many workers over one store, and the queue in front of them.

    Queries of visitors take turns at `settings.workers` places. The site's own pages may use one worker more,
    so that a few heavy queries do not take the pages away from everybody else. Long queries have places of
    their own.
    """

    def __init__(self, storage: Storage, settings: Settings, prefixes: Mapping[str, str]) -> None:
        self.storage = storage
        self.settings = settings
        self.prefixes = dict(prefixes)
        self.context = context()
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
        self.context.set_forkserver_preload(["webapp.engine.evaluate"])
        atexit.register(self.close)
        workers = [self._spawn() for _ in range(self.settings.workers + 1)]
        with self.lock:
            self.idle.extend(workers)

    def warm(self) -> None:
        """Wait until every worker can take queries, so that the first client does not have to.

        Raises:
            Stopped: they will not start.
        """
        for worker in [self._take() for _ in range(self.settings.workers + 1)]:
            self.give_back(worker)

    def close(self) -> None:
        """End every worker and remove the store's folder. Closing twice is closing once."""
        atexit.unregister(self.close)
        with self.lock:
            self.closed = True
            workers, self.alive, self.idle = self.alive, set(), []
        for worker in workers:
            worker.end()
        self.storage.remove()

    def ask(
        self,
        query: QueryRequest,
        *,
        page: bool = False,
        gone: Callable[[], bool] = never_gone,
        spent: Callable[[float], None] = no_charge,
    ) -> Reply:
        """Answer one query, within the limits.

        Args:
            page: a query of the site itself rather than of a visitor.
            gone: whether the client has gone; then the query ends.
            spent: told how many seconds a worker has spent on it, however it ends.

        Raises:
            QueryRefusedError: not SPARQL (line and column), or beyond the engine.
            NotAcceptableError: no format fits.
            Stopped: over a limit, or no worker is free.
        """
        found = self.open(replace(query, pieces=False), page=page, gone=gone, spent=spent)
        assert isinstance(found, Reply), "no pieces were requested"
        return found

    def open(
        self,
        query: QueryRequest,
        *,
        page: bool = False,
        gone: Callable[[], bool] = never_gone,
        spent: Callable[[float], None] = no_charge,
    ) -> Reply | Stream:
        """The same; where the query takes pieces and the answer is large, it comes in pieces.

        Raises:
            QueryRefusedError, NotAcceptableError, Stopped: as `ask` says; while the pieces are taken, `Stopped` only.
        """
        with contextlib.ExitStack() as after:
            slot = Slot(self, page, gone)
            after.callback(slot.leave)
            slot.take()
            job = Job(self, self._take(), slot.watch)
            after.callback(lambda: spent(job.waited))
            head, body = job.ask(query)
            if head.get("pieces"):
                return Stream(job, head, after.pop_all())
            job.finish(head)
        if "problem" in head:
            raise error(head)
        return Reply(head["form"], head["format"], body, head["rows"], head["truncated"], head["seconds"])

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
            except (WorkerDiedError, QueryTimeoutError):
                self._drop(worker)
        raise StoppedError("crash", "no worker will start", help="look at the messages of the server")

    def _waiting(self) -> Worker | None:
        """An idle worker that is alive; None where there is none."""
        while True:
            with self.lock:
                if self.closed:
                    raise StoppedError("busy", "the site is closing")
                if not self.idle:
                    return None
                worker = self.idle.pop()
            if worker.is_alive():
                return worker
            self._drop(worker)

    def give_back(self, worker: Worker) -> None:
        """Keep a worker for the next query, unless enough of them wait already."""
        with self.lock:
            if self.closed or len(self.idle) <= self.settings.workers:
                if not self.closed:
                    self.idle.append(worker)
                return
        self._drop(worker)

    def replace(self, worker: Worker) -> None:
        """End a worker; another starts in its place before a query needs it."""
        self._drop(worker)
        with self.lock:
            enough = self.closed or len(self.idle) > self.settings.workers
        if not enough:
            self.give_back(self._spawn())

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
            args=(theirs, str(self.storage.store), self.settings, self.prefixes),
            name="factcite-worker",
            daemon=True,
        )
        with PROCESSES, safe_path():
            process.start()
        theirs.close()
        worker = Worker(process, ours)
        with self.lock:
            self.alive.add(worker)
        return worker

    def out_of_time(self) -> StoppedError:
        """What to say of a query that was too slow."""
        seconds = f"{self.settings.timeout_seconds:g} seconds"
        return StoppedError("time", f"the query took longer than {seconds} and was stopped", help=NARROW)

    def death(self, code: int | None) -> StoppedError:
        """What to say of a worker that ended by itself."""
        if self.closed:
            return StoppedError("busy", "the site is closing")
        if code == -signal.SIGABRT:
            memory = f"{self.settings.memory_mb:,} MB of memory"
            return StoppedError("memory", f"the query needed more than {memory} and was stopped", help=NARROW)
        if code == -getattr(signal, "SIGXCPU", 0):
            return self.out_of_time()
        return StoppedError("crash", "the query broke the engine that was answering it", help="ask it in another way")


NOWHERE = threading.Semaphore(0)
LATER = "try again in a moment"
NARROW = "narrow the query: name a claim, an article or a speaker, or ask for fewer combinations"
