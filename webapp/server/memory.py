"""Memory goes back to the system when it is free.

A server's threads each hand on large answers now and then. The C library keeps a heap for every thread and never
gives up what once was large in it, so a server of sixteen threads would grow by the largest answer sixteen times.
Told to keep few heaps, and to take large blocks from the system one by one, it stays as large as what it holds.
"""

from __future__ import annotations

import ctypes
import sys

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # of mallopt(3)
LARGE = 128 * 1024
HEAPS = 2


def give_back_memory() -> bool:
    """Let this process keep few heaps and no large blocks, from now on; whether the system has the means."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:  # another C library than GNU's
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, LARGE)) and bool(mallopt(M_ARENA_MAX, HEAPS))
