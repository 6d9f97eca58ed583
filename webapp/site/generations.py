"""Which site answers a request: the newest when it began, to its end.

A site is one load of a base, and never changes. New data are another site, made beside it while it goes on answering;
then the two change places in one step. A request that had begun keeps its site until its last byte, so no answer
mixes two loads; a site that was replaced ends its workers and removes its store when its last request has ended.
Cached answers belong to the site that gave them, and are removed with it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SITE = "factcite.site"
"""What the environment of a request calls the site that answers it."""


class Closes(Protocol):
    """What a site is here: something to be closed."""

    def close(self) -> None:
        """End it. Closing twice is closing once."""


S = TypeVar("S", bound=Closes)


class Generation(Generic[S]):
    """A site, and how many requests it has left to answer."""

    def __init__(self, site: S) -> None:
        self.site = site
        self.requests = 0


class Generations(Generic[S]):
    """The site that answers new requests, and those before it that still have some.

    Attributes:
        closed: whether the program ends; then no other site takes its turn.
    """

    def __init__(self, first: S) -> None:
        self.lock = threading.Lock()
        self.turn = Generation(first)
        self.before: set[Generation[S]] = set()
        self.closed = False

    @property
    def now(self) -> S:
        """The site that answers new requests."""
        return self.turn.site

    def take(self) -> Generation[S]:
        """Begin a request; `give_back` ends it."""
        with self.lock:
            self.turn.requests += 1
            return self.turn

    def give_back(self, turn: Generation[S]) -> None:
        """End a request, and its site too, if that has been replaced and this was its last."""
        with self.lock:
            turn.requests -= 1
            over = turn in self.before and not turn.requests
            if over:
                self.before.discard(turn)
        if over:
            turn.site.close()

    def change(self, site: S) -> bool:
        """Let another site answer from now on; False where the program ends, and the site has been closed."""
        new = Generation(site)
        with self.lock:
            old, closed = self.turn, self.closed
            if not closed:
                self.turn = new
            idle = not closed and not old.requests
            if not closed and not idle:
                self.before.add(old)
        if closed:
            site.close()
        if idle:
            old.site.close()
        return not closed

    def close(self) -> None:
        """Close every site, even if it is working. A second call has no effect."""
        with self.lock:
            self.closed = True
            turns = (self.turn, *self.before)
            self.before = set()
        for turn in turns:
            turn.site.close()


class RequestBinding(Generic[S]):
    """A WSGI application whose every request has one site, from its beginning to its last byte."""

    def __init__(self, app: WSGIApplication, turns: Generations[S]) -> None:
        self.app = app
        self.turns = turns

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer with the site that the request finds."""
        turn = self.turns.take()
        environ[SITE] = turn.site
        try:
            body = self.app(environ, start_response)
        except BaseException:
            self.turns.give_back(turn)
            raise
        return BoundBody(body, self.turns, turn)


class BoundBody(Generic[S]):
    """The body of a response, which keeps its site until it is closed, or has been taken whole."""

    def __init__(self, body: Iterable[bytes], turns: Generations[S], turn: Generation[S]) -> None:
        self.body = body
        self.pieces = iter(body)
        self.turns = turns
        self.turn: Generation[S] | None = turn

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """The next piece."""
        try:
            return next(self.pieces)
        except StopIteration:
            self._end()
            raise

    def close(self) -> None:
        """The server needs no more of it."""
        try:
            close = getattr(self.body, "close", None)
            if close is not None:
                close()
        finally:
            self._end()

    def _end(self) -> None:
        turn, self.turn = self.turn, None
        if turn is not None:
            self.turns.give_back(turn)
