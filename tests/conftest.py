"""What several tests share: where the outside material lies, and a base of one's own to work on."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import kb
from tests.support.order import Scheduling, slow_first
from tests.support.paths import ROOT, SHARED

settings.register_profile("untimed", deadline=None)  # a slow machine is no defect
settings.register_profile("full", deadline=None)  # as many examples as `tests.support.examples` says
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "untimed"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slow files first."""
    items[:] = slow_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    """Give `--dist loadfile` the order of the house."""
    return Scheduling(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def articles() -> Path:
    """The folder with the real articles; the test is skipped, and says so, where there is none."""
    folder = SHARED / "articles"
    if not folder.is_dir():
        pytest.skip("the real articles are not at hand (../shared/articles): nothing was compared with them")
    return folder


@pytest.fixture(scope="session")
def w3c() -> Path:
    """The folder with the W3C cases; the test is skipped, and says so, where there is none."""
    folder = SHARED / "w3c"
    if not folder.is_dir():
        pytest.skip("the W3C cases are not at hand (../shared/w3c): the suite was not run")
    return folder


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary files go, here and in the programs that a test starts; short, as sockets have their names there.

    The name of a socket has 107 bytes at most, and the folders of pytest's workers have long names.
    """
    with tempfile.TemporaryDirectory(prefix="fc-", ignore_cleanup_errors=True) as name:
        monkeypatch.setenv("TMPDIR", name)
        monkeypatch.setattr("tempfile.tempdir", None)
        yield Path(name)


@pytest.fixture(scope="session")
def initial_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `kb init` makes; to be copied and not changed."""
    target = tmp_path_factory.mktemp("initial") / "mybase"
    kb.init(target, source=kb.find_home())
    return target


@pytest.fixture
def mybase(tmp_path: Path, initial_base: Path) -> Path:
    """A fresh base of one's own, as `kb init` makes it."""
    target = tmp_path / "mybase"
    shutil.copytree(initial_base, target)
    return target
