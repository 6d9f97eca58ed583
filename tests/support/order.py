"""Which worker runs which tests, and what is started first, so that no worker waits long for another at the end.

A file goes to one worker whole, because its tests share what its fixtures make; the tests of a file in `APART` share
nothing and are handed out one by one. The slow files go first.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from xdist.scheduler import LoadFileScheduling

SLOW = (
    "tests/webapp/pages/test_axe.py",
    "tests/test_readme.py",
    "tests/kb/mutate/test_run.py",
    "tests/webapp/test_webapp.py",
    "tests/players/test_second_engine.py",
    "tests/kb/cli/test_main.py",
    "tests/webapp/server/test_reload.py",
    "tests/webapp/things/test_texts.py",
    "tests/webapp/pages/test_query.py",
    "tests/webapp/pages/test_browser.py",
    "tests/test_wheel.py",
    "tests/webapp/engine/test_streaming.py",
    "tests/players/test_hostile.py",
    "tests/test_deploy.py",
    "tests/players/test_clients.py",
)
"""Files that take the longest, the slowest first (`make test` prints the slowest tests)."""

APART = frozenset({"tests/kb/cli/test_kill.py", "tests/kb/cli/test_main.py", "tests/webapp/server/test_reload.py"})
"""Files without fixtures that several tests share."""


def file_of(nodeid: str) -> str:
    """The file that a test stands in."""
    return nodeid.partition("::")[0]


def slow_first(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The tests of the slow files before all others; else the order stays."""
    rank = {file: place for place, file in enumerate(SLOW)}
    return sorted(items, key=lambda item: rank.get(file_of(item.nodeid), len(rank)))


class Scheduling(LoadFileScheduling):
    """Hands out files in the given order, and the tests of some files one by one."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if file_of(nodeid) in APART else file_of(nodeid)
