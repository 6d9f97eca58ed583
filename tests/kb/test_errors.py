"""The error tree: what is drawn in the docstring is what the classes are, exit codes included."""

from __future__ import annotations

import inspect
import re

import pytest

import kb.errors
from kb.errors import HomeError, KbError

LINE = re.compile(r"^ {4}(?P<indent> *)(?P<name>[A-Z]\w+)(?: +\((?P<code>\d)\))?  +(?P<meaning>\S.*)$")


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
            found[match["name"]] = (parent, code)
    return found


def classes() -> dict[str, type[KbError]]:
    """Every error class of the room."""
    members = inspect.getmembers(kb.errors, inspect.isclass)
    return {name: each for name, each in members if issubclass(each, KbError)}


def test_the_tree_is_drawn_as_it_is() -> None:
    built = {
        name: (None if each is KbError else each.__bases__[0].__name__, each.exit_code)
        for name, each in classes().items()
    }
    assert drawn() == built


def test_every_error_of_the_house_is_in_the_tree() -> None:
    importable = {each for each in classes().values()}
    assert {each.__module__ for each in importable} == {"kb.errors"}
    assert all((each.__doc__ or "").strip() for each in importable)


def test_exit_codes_are_those_that_are_promised() -> None:
    assert {each.exit_code for each in classes().values()} == {1, 2, 3, 4}


@pytest.mark.parametrize("name", sorted(classes()))
def test_every_error_says_where_and_what_to_try(name: str) -> None:
    error = classes()[name]("is wrong", source="kb/x.ttl", line=3, column=7, help="mend it")
    assert str(error) == "kb/x.ttl:3:7: is wrong\n  help: mend it"
    assert isinstance(error, KbError)


def test_what_is_not_known_is_not_made_up() -> None:
    assert str(HomeError("is wrong")) == "is wrong"
    assert HomeError("is wrong", source="x").where == "x"
    assert HomeError("is wrong", source="x", line=3).where == "x:3"
