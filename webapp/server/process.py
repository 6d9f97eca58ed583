"""What a process that serves the site asks of the system: one core for its threads, and few heaps.

Threads of one Python process take turns at the interpreter. On several cores each turn that ends wakes a thread
elsewhere and waits for it; on one core the thread that runs goes on running. Measured on two cores: 13,472 cached
answers a second on one, 6,396 on both. The processes that answer queries keep every core.

GNU's C library keeps a heap for every thread and never gives back what once was large in it. Measured after 144
answers of some megabytes by sixteen threads: 87 MB with two heaps, 293 MB without a limit.
"""

from __future__ import annotations

import ctypes
import os
import sys

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # of mallopt(3)
LARGE = 128 * 1024
HEAPS = 2


def keep_to_one_core() -> bool:
    """Let this thread, and those that it starts from now on, run on one core; whether the system has the means.

    Which of the cores that the process may use follows from its number, so that several sites spread.
    """
    if not hasattr(os, "sched_setaffinity"):
        return False
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[os.getpid() % len(cores)]})
    return True


def give_back_memory() -> bool:
    """Let this process keep few heaps and no large blocks, from now on; whether the system has the means."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:  # another C library than GNU's
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, LARGE)) and bool(mallopt(M_ARENA_MAX, HEAPS))
