"""The error tree: what is drawn in the docstring is what the classes are, exit codes included."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache

import pytest

import kb.errors
import webapp
from kb.errors import HomeError, KbError

LINE = re.compile(r"^ {4}(?P<indent> *)(?P<name>[A-Z]\w+)(?: +\((?P<code>\d)\))?(?:  +(?P<meaning>\S.*))?$")
BESIDE = {"BrokenOffError"}
"""`webapp.endpoint.protocol.BrokenOffError` makes the server close the connection, so it is an error of the server."""


def drawn() -> dict[str, tuple[str | None, int]]:
    """Name to (parent, exit code) as drawn; a code that is not written is the parent's."""
    found: dict[str, tuple[str | None, int]] = {}
    way: list[str] = []
    for line in (kb.errors.__doc__ or "").splitlines():
        match = LINE.match(line)
        if match:
            depth = len(match["indent"]) // 2
            way = [*way[:depth], match["name"]]
            parent = way[-2] if depth else None
            code = int(match["code"]) if match["code"] else found[parent][1] if parent else KbError.exit_code
            found.setdefault(match["name"], (parent, code))
    return found


@cache
def classes() -> dict[str, type[BaseException]]:
    """Every public error class of both packages, by name."""
    found: dict[str, type[BaseException]] = {}
    for package in (kb, webapp):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith(("__main__", "wsgi", "conftest")):
                for name, each in vars(importlib.import_module(module.name)).items():
                    own = isinstance(each, type) and each.__module__ == module.name and not name.startswith("_")
                    if own and issubclass(each, BaseException):
                        found[name] = each
    return found


def errors() -> dict[str, type[KbError]]:
    """Those of the tree."""
    return {name: each for name, each in classes().items() if issubclass(each, KbError)}


def test_the_tree_is_drawn_as_it_is() -> None:
    built = {
        name: (None if each is KbError else each.__bases__[0].__name__, each.exit_code)
        for name, each in errors().items()
    }
    assert drawn() == built


def test_every_error_is_in_the_tree() -> None:
    assert classes().keys() - errors().keys() == BESIDE
    assert all(name.endswith("Error") for name in classes())
    assert all((each.__doc__ or "").strip() for each in classes().values())
    of_the_command = {each for each in errors().values() if each.__module__.startswith("kb.")}
    assert {each.__module__ for each in of_the_command} == {"kb.errors"}


def test_exit_codes_are_those_that_are_promised() -> None:
    assert {each.exit_code for each in errors().values()} == {1, 2, 3, 4}


OF_KB = {name: each for name, each in vars(kb.errors).items() if isinstance(each, type) and issubclass(each, KbError)}


@pytest.mark.parametrize("name", sorted(OF_KB))
def test_every_error_says_where_and_what_to_try(name: str) -> None:
    error = OF_KB[name]("is wrong", source="kb/x.ttl", line=3, column=7, help="fix it")
    assert str(error) == "kb/x.ttl:3:7: is wrong\n  help: fix it"
    assert isinstance(error, KbError)


def test_what_is_not_known_is_not_made_up() -> None:
    assert str(HomeError("is wrong")) == "is wrong"
    assert HomeError("is wrong", source="x").where == "x"
    assert HomeError("is wrong", source="x", line=3).where == "x:3"
