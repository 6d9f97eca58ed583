"""The threads of a site share one core; the processes that answer questions have all of them."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.serving import children, free_port, page, until
from tests.support.web_base import make, served

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2, reason="one core, or no way to choose"
)


def serving_threads(process: int) -> list[set[int]]:
    """The cores of each thread of a process."""
    return [os.sched_getaffinity(int(thread)) for thread in os.listdir(f"/proc/{process}/task")]


def workers(process: int) -> set[int]:
    """The processes that the fork server has made."""
    return {grandchild for child in children(process) for grandchild in children(child)}


def test_the_site_keeps_to_one_core_and_its_workers_have_all(tmp_path: Path) -> None:
    port, every = free_port(), os.sched_getaffinity(0)
    with served("--home", str(make(tmp_path)), "--port", str(port)) as process:
        assert until(lambda: page(port) != "")
        cores = serving_threads(process.pid)
        (one,) = os.sched_getaffinity(process.pid)
        assert sum(each == {one} for each in cores) > 16, "the main thread, and those that serve"
        assert all(each in ({one}, every) for each in cores)
        before = workers(process.pid)
        assert before and all(os.sched_getaffinity(worker) == every for worker in before)
        for worker in before:
            os.kill(worker, signal.SIGKILL)
        assert until(lambda: page(port, "/sparql?query=ASK%7B%7D&format=json") != "")
        after = workers(process.pid) - before
        assert after and all(os.sched_getaffinity(worker) == every for worker in after)
