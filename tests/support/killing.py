"""A writer that is killed in the middle, again and again, for tests/kb/cli/test_kill.py.

Each round forks, runs one `kb` command in the child and kills it with SIGKILL.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time

from kb.cli.main import main


def child(words: list[str]) -> int:
    """Run one command in a forked process; its id."""
    pid = os.fork()
    if pid == 0:
        with open(os.devnull, "w") as silence, contextlib.redirect_stdout(silence):
            main(words)
        os._exit(0)
    return pid


def lifetime(words: list[str]) -> float:
    """Seconds that the command takes when it is left alone."""
    start = time.monotonic()
    os.waitpid(child(words), 0)
    return time.monotonic() - start


def kill_once(words: list[str], after: float) -> bool:
    """Run the command and kill it after so many seconds; whether it was still alive."""
    pid = child(words)
    time.sleep(after)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)
