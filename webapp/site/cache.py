"""What is kept to be given again: so many bytes of it; what nobody has asked for longest goes first.

A base does not change while it is served, so whatever follows from it is made once and then given again. There may
be more of it than memory, so a shelf has an end. Several threads may look for the same at once, as when a page is
linked from elsewhere: one of them makes it, the others wait for that one.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Shelf(Generic[Key, Value]):
    """Values by their keys, up to so many bytes.

    Args:
        room: bytes that may be kept in all; 0 keeps nothing.
        share: the largest value that is kept is one of so many that fill the room.
    """

    def __init__(self, room: int, share: int) -> None:
        self.room = room
        self.share = share
        self.lock = threading.Lock()
        self.values: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self.held = 0
        self.making: dict[Key, threading.Event] = {}

    def find(self, key: Key) -> Value | None:
        """What is kept under a key."""
        with self.lock:
            return self._find(key)

    def keep(self, key: Key, value: Value, size: int) -> None:
        """Keep a value, and let go of others where there is no room.

        Args:
            size: bytes of the value and its key, about.
        """
        if size * self.share > self.room:
            return
        with self.lock:
            if key not in self.values:
                self.values[key] = (value, size)
                self.held += size
            while self.held > self.room:
                _, (_, gone) = self.values.popitem(last=False)
                self.held -= gone

    def get(self, key: Key, make: Callable[[], Value], size: Callable[[Value], int]) -> Value:
        """What is kept under a key; made now where nothing is.

        Whoever asks for what another thread is making waits for it. Where that comes to nothing, each makes its own.

        Raises:
            what `make` raises; then nothing is kept.
        """
        with self.lock:
            found = self._find(key)
            if found is not None:
                return found
            other = self.making.get(key)
            made = threading.Event()
            if other is None:
                self.making[key] = made
        if other is not None:
            other.wait()
            found = self.find(key)
            return make() if found is None else found
        try:
            value = make()
            self.keep(key, value, size(value))
            return value
        finally:
            with self.lock:
                del self.making[key]
            made.set()

    def _find(self, key: Key) -> Value | None:
        found = self.values.get(key)
        if found is None:
            return None
        self.values.move_to_end(key)
        return found[0]
