"""A writer that is killed in the middle with SIGKILL, in a forked process, so that nothing is imported again."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable


def child(work: Callable[[], object]) -> int:
    """Do some work in a forked process, which says nothing; its id."""
    pid = os.fork()
    if pid == 0:
        try:
            with (
                open(os.devnull, "w") as silence,
                contextlib.redirect_stdout(silence),
                contextlib.redirect_stderr(silence),
            ):
                work()
        finally:
            os._exit(0)
    return pid


def lifetime(work: Callable[[], object]) -> float:
    """Seconds that the work takes when it is left alone."""
    start = time.monotonic()
    os.waitpid(child(work), 0)
    return time.monotonic() - start


def kill_once(work: Callable[[], object], when: Callable[[], bool]) -> bool:
    """Do the work and kill it once `when` holds; whether it was still alive."""
    pid = child(work)
    while not when():
        if os.waitpid(pid, os.WNOHANG) != (0, 0):
            return False
        time.sleep(0.0002)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def after(seconds: float) -> Callable[[], bool]:
    """Whether so many seconds have gone by since now."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end
