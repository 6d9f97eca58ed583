"""Sites over invented bases, for all tests that only read: each is started once, as a start takes seconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

import webapp
from tests.support import hard_base, web_base


@pytest.fixture(scope="session")
def plain_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The site of the invented base; a test that changes the base or the settings starts its own."""
    made = webapp.create_app(web_base.make(tmp_path_factory.mktemp("plain")), WORKERS=1)
    yield made
    webapp.close(made)


@pytest.fixture(scope="session")
def hard_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The site of the base of hard cases; a test that changes the base or the settings starts its own."""
    made = webapp.create_app(hard_base.make(tmp_path_factory.mktemp("hard")), WORKERS=1)
    yield made
    webapp.close(made)
