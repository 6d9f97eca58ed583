"""A budget for each client: so many seconds of the engine's time in a minute, refilled steadily.

It is time that is counted, not requests: a thousand small queries cost less than one that searches for its whole
time limit. Only so many of its queries may run at once, so that no client fills the queue. A client on this
machine has no limit, because it is the user's own.
"""

from __future__ import annotations

import contextlib
import ipaddress
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator

import kb

MINUTE = 60.0
MOST_CLIENTS = 10_000
"""Clients that are remembered; those who asked longest ago are forgotten first."""
IPV6_NETWORK = 64
"""Bits of an IPv6 address that tell one client from another: the rest is theirs to choose."""


class BudgetSpentError(kb.QueryError):
    """A client has used up its share; `seconds` from now there may be some again."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message, help="wait, or ask smaller queries")
        self.seconds = seconds


class Budget:
    """What each client has left, in seconds of the engine's time.

    Args:
        seconds: what a client may use in a minute; 0 for no limit.
        at_once: queries that a client may have under way; 0 for no limit.
        clock: seconds that only go up.
    """

    def __init__(self, seconds: float, at_once: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self.at_once = at_once
        self.clock = clock
        self.lock = threading.Lock()
        self.running: Counter[str] = Counter()
        self.left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what is left, and when that was so

    @contextlib.contextmanager
    def turn(self, address: str | None) -> Iterator[None]:
        """Let a client ask one query.

        Raises:
            Spent: it has nothing left, or too many queries under way.
        """
        client = self._client(address)
        if client is None:
            yield
            return
        with self.lock:
            self._refuse(client)
            self.running[client] += 1
        try:
            yield
        finally:
            with self.lock:
                self.running[client] -= 1
                if not self.running[client]:
                    del self.running[client]

    def _refuse(self, client: str) -> None:
        left = self._now(client)
        if self.seconds > 0 and left <= 0:
            until = (0.1 * self.seconds - left) * MINUTE / self.seconds  # when there is a tenth again
            raise BudgetSpentError("this client has used more of the engine's time than its share", until)
        if self.at_once and self.running[client] >= self.at_once:
            raise BudgetSpentError(f"this client has {self.at_once} queries under way already", 1.0)

    def charge(self, address: str | None, seconds: float) -> None:
        """Take from a client what its query has cost."""
        client = self._client(address)
        if client is None or self.seconds <= 0:
            return
        with self.lock:
            self.left[client] = (self._now(client) - seconds, self.clock())
            self.left.move_to_end(client)
            while len(self.left) > MOST_CLIENTS:
                self.left.popitem(last=False)

    def _now(self, client: str) -> float:
        left, then = self.left.get(client, (self.seconds, self.clock()))
        return min(left + (self.clock() - then) * self.seconds / MINUTE, self.seconds)

    def _client(self, address: str | None) -> str | None:
        """What a client is remembered by; None for one without a budget."""
        if not address:
            return None
        try:
            parsed = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return address
        if isinstance(parsed, ipaddress.IPv6Address):
            parsed = parsed.ipv4_mapped or parsed
        if parsed.is_loopback:
            return None
        if isinstance(parsed, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((parsed, IPV6_NETWORK), strict=False))
        return str(parsed)
