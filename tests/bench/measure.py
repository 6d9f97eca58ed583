"""Measuring for commands: seconds of the processor and by the clock, and how many times another's they are."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Took:
    """What something took, in seconds: the median of several runs."""

    cpu: float
    wall: float

    def against(self, other: Took) -> str:
        """Both figures, and the ratio to another's processor time."""
        return f"{self.cpu:7.2f} s cpu  {self.wall:7.2f} s by the clock  {self.cpu / other.cpu:6.2f} times"


def took(work: Callable[[], object], *, runs: int = 3) -> Took:
    """Run something several times, alone in this process."""
    found = []
    for _ in range(runs):
        gc.collect()
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        found.append((time.process_time() - cpu, time.perf_counter() - wall))
    return Took(median(cpu for cpu, _ in found), median(wall for _, wall in found))
