"""The order in which tests are started names files that exist, and puts them first."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.support.order import APART, SLOW, slow_first
from tests.support.paths import ROOT


def test_every_named_file_exists() -> None:
    assert [name for name in (*SLOW, *APART) if not (ROOT / name).is_file()] == []


def test_slow_files_come_first_and_the_rest_keeps_its_order() -> None:
    names = ["tests/b.py::x", f"{SLOW[1]}::x", "tests/a.py::x", f"{SLOW[0]}::y", f"{SLOW[1]}::a"]
    items: Any = [SimpleNamespace(nodeid=name) for name in names]
    ordered = [item.nodeid for item in slow_first(items)]
    assert ordered == [f"{SLOW[0]}::y", f"{SLOW[1]}::x", f"{SLOW[1]}::a", "tests/b.py::x", "tests/a.py::x"]
