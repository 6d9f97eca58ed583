"""What several tests share: where the outside material lies, and a base of one's own to work on."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

import kb
from tests.support.paths import ROOT, SHARED

settings.register_profile("untimed", deadline=None)  # a slow machine is no defect
settings.load_profile("untimed")


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
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go, here and in the programs that a test starts."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


@pytest.fixture
def mybase(tmp_path: Path) -> Path:
    """A fresh base of one's own, as `kb init` makes it."""
    target = tmp_path / "mybase"
    kb.init(target, source=kb.find_home())
    return target
