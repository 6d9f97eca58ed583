"""The site keeps to one core, because its threads cannot use two at once.

Threads of one Python process take turns at the interpreter. On several cores each turn that ends wakes a thread
elsewhere and waits until it has come back, which costs more than what the threads do in their turns; on one core the
system lets whoever runs run on. What needs cores are the processes that answer questions: they keep them all, because
they come from a fork server that has been started before.
"""

from __future__ import annotations

import os


def keep_to_one_core() -> bool:
    """Let this thread, and those that it starts from now on, run on one core; whether the system has the means.

    Which of the cores that the process may use follows from its number, so that several sites spread.
    """
    if not hasattr(os, "sched_setaffinity"):
        return False
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[os.getpid() % len(cores)]})
    return True
