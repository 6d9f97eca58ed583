"""Values that are kept to be given again, up to so many bytes; the one that was not used for longest goes first.

A base does not change while it is served, so what follows from it is computed once and then reused. There may
be more of it than memory, so a cache is bounded. Several threads may look for the same at once, as when a page is
linked from elsewhere: one of them makes it, the others wait for that one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Generic, TypeVar

from cachetools import LRUCache, cached

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class ByteCache(Generic[Key, Value]):
    """Values by their keys, up to so many bytes; for several threads.

    Args:
        limit: bytes that may be kept in all; 0 keeps nothing.
        share: the largest value that is kept is the limit divided by this number.
    """

    def __init__(self, limit: int, share: int) -> None:
        self.values: LRUCache[Key, tuple[Value, int]] = LRUCache(
            limit, getsizeof=lambda kept: kept[1] if kept[1] * share <= limit else limit + 1
        )
        self.lock = threading.Condition()
        self._get = cached(self.values, key=lambda key, *_: key, condition=self.lock)(_weighed)

    def find(self, key: Key) -> Value | None:
        """What is kept under a key."""
        with self.lock:
            found = self.values.get(key)
        return None if found is None else found[0]

    def keep(self, key: Key, value: Value, size: int) -> None:
        """Keep a value, unless it is too large, and remove others if there is no space.

        Args:
            size: bytes of the value and its key, about.
        """
        with self.lock, suppress(ValueError):  # too large
            self.values[key] = (value, size)

    def get(self, key: Key, make: Callable[[], Value], size: Callable[[Value], int]) -> Value:
        """What is kept under a key; made now where nothing is, by one thread at a time.

        Raises:
            what `make` raises; then nothing is kept.
        """
        found: tuple[Value, int] = self._get(key, make, size)
        return found[0]


def _weighed(_: Key, make: Callable[[], Value], size: Callable[[Value], int]) -> tuple[Value, int]:
    """A new value and its size."""
    value = make()
    return value, size(value)
