"""What is going on, for somebody who waits: one line on the terminal, after two seconds, gone when it is done.

A run that is quick says nothing, and nothing is ever written where no person looks: a file, a pipe, a CI log. The
line is drawn by a thread of its own: most of the time is spent in one call to an engine that reports no progress.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

AFTER = 2.0
"""Seconds before anything is said."""

EVERY = 0.25
"""Seconds between two drawings."""

Tell = Callable[[str], None]


@contextmanager
def progress(stream: TextIO | None = None, *, after: float = AFTER, every: float = EVERY) -> Iterator[Tell]:
    """Tell what is being done while this is entered; what is told last is shown, with the seconds so far.

    Args:
        stream: where to; None is the process's own error stream. Nothing is said unless it is a terminal.
        after: seconds before anything is said.
        every: seconds between two drawings.

    Yields:
        What to call with a few words at each step.
    """
    target = sys.stderr if stream is None else stream
    if not target.isatty():
        yield lambda step: None
        return
    line = _Line(target, after, every)
    thread = threading.Thread(target=line.draw_until_done, daemon=True)
    thread.start()
    try:
        yield line.tell
    finally:
        line.done.set()
        thread.join()


class _Line:
    """The line and what it shows."""

    def __init__(self, stream: TextIO, after: float, every: float) -> None:
        self.stream = stream
        self.after = after
        self.every = every
        self.step = ""
        self.start = time.monotonic()
        self.done = threading.Event()

    def tell(self, step: str) -> None:
        self.step = step

    def draw_until_done(self) -> None:
        if self.done.wait(self.after):
            return
        while not self.done.wait(self.every):
            seconds = time.monotonic() - self.start
            self.stream.write(f"\r\x1b[K{self.step} … {seconds:.0f} s")
            self.stream.flush()
        self.stream.write("\r\x1b[K")
        self.stream.flush()
