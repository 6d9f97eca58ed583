"""The house's plan, held: imports go one way, and each outside library has its rooms.

Imports are read with `ast`, inside functions too. A room that the plan does not know yet is held to the general
rules only; give it a place in `STAGES`.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import kb

ROOT = Path(kb.__file__).resolve().parent.parent
PACKAGES = ("kb", "webapp")

STAGES = (
    ("errors", "vocab", "finding", "progress"),  # use nothing
    ("lists",),
    ("text", "files", "home", "commit", "graph", "rdf", "lexical", "dates"),
    ("settings", "baseline", "turtle", "canon", "copies", "align", "pieces", "origins", "standing", "results"),
    ("record", "merge", "article", "store", "derive"),
    ("floors", "load"),
    ("revision", "shapes", "drift", "verify", "wording", "characters", "doubles", "query"),
    ("reach", "waivers"),
    ("recheck",),
    ("answer", "rules", "lint", "explain", "check", "report", "export", "cite", "fmt", "init", "fates", "reanchor"),
    ("blast", "watch", "mutate"),
    ("blast_report",),
    ("",),  # the face
    ("cli", "__main__"),
)
"""The rooms of `kb` in the order in which data travels; a room uses its own stage and those above it."""

MAY_USE = {
    "errors": (),
    "vocab": (),
    "finding": (),
    "text": ("errors",),
    "home": ("errors",),
    "store": ("turtle", "home", "vocab"),
    "derive": ("vocab", "graph", "lists", "dates", "origins", "standing"),
    "export": ("load", "turtle", "canon", "graph", "vocab", "errors"),
    "report": ("finding", "answer", "canon", "vocab", "errors"),
    "baseline": ("errors", "files", "finding"),
    "progress": (),
    "cli": ("",),
}
"""Rooms whose uses are few by design. A report is a function of `Finding`s; what is derived reads a graph only."""

LIBRARIES = {
    "rdflib": ("kb.rdf", "kb.shapes", "kb.reach", "kb.recheck"),  # it changes literals on load: validation only
    "pyshacl": ("kb.shapes",),
    "edtf": ("kb.dates",),
    "flask": ("webapp",),
    "werkzeug": ("webapp",),
    "jinja2": ("webapp", "kb.report.html"),
    "markupsafe": ("webapp",),
    "waitress": ("webapp",),
    "babel": ("webapp.words",),
    "py3langid": ("kb.pieces",),
}
"""Outside library to the modules, or the packages, that may use it; one that is not listed may be used anywhere."""

LATE = {"pyshacl": "kb.shapes", "jinja2": "kb.report.html", "py3langid": "kb.pieces"}
"""Outside library to the module that loads it inside a function, because few commands need it."""

BROUGHT_BY = {"werkzeug": "flask", "jinja2": "flask", "markupsafe": "flask"}
NETWORK = {"socket", "ssl", "http", "urllib.request", "requests", "asyncio", "ftplib", "smtplib", "xmlrpc"}


@cache
def modules() -> dict[str, ast.Module]:
    """Dotted name to parsed source, of every module of the two packages."""
    found: dict[str, ast.Module] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    return found


def imports(name: str, *, types: bool = True) -> Iterator[str]:
    """The dotted names that a module imports; `types=False` leaves out what only the type checker sees."""
    known = modules()
    for node in nodes(known[name], types=types):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}, line {node.lineno}: a relative import; write it in full"
            parts = [f"{node.module}.{alias.name}" for alias in node.names]
            inner = [part for part in parts if part in known and part != name]
            yield from inner
            if len(inner) < len(parts):
                yield str(node.module)


def nodes(tree: ast.AST, *, types: bool) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if not types and isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue
        yield node
        yield from nodes(node, types=types)


def inside(name: str) -> set[str]:
    """The modules of the two packages that a module imports, itself left out."""
    return {other for other in imports(name) if other in modules()} - {name}


def rooms() -> list[str]:
    return [name.removeprefix("kb").removeprefix(".") for name in modules() if name.split(".")[0] == "kb"]


def test_both_packages_were_found() -> None:
    assert {"kb", "kb.errors", "kb.turtle", "kb.derive", "kb.export", "webapp"} <= modules().keys()
    assert "kb.vocab" in inside("kb.derive")


def test_no_import_goes_in_a_circle() -> None:
    try:
        TopologicalSorter({name: inside(name) for name in modules()}).prepare()
    except CycleError as error:
        pytest.fail("imports go in a circle: " + " <- ".join(error.args[1]))


def test_kb_never_imports_webapp() -> None:
    assert not [name for name in modules() if name.startswith("kb") and any("webapp" in x for x in imports(name))]


def test_webapp_uses_only_the_face() -> None:
    rooms_used = {
        (name, other)
        for name in modules()
        if name.startswith("webapp")
        for other in imports(name)
        if other.startswith("kb.")
    }
    assert not rooms_used, "webapp uses `kb` itself, not its rooms"


@pytest.mark.parametrize("name", [name for name in modules() if name.startswith("webapp") or name == "kb.cli"])
def test_only_listed_names_of_the_face_are_used(name: str) -> None:
    tree = modules()[name]
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "kb"
    }
    used |= {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "kb"
        for alias in node.names
    }
    assert used <= set(kb.__all__)


def test_the_listed_names_are_there_and_sorted() -> None:
    assert all(hasattr(kb, name) for name in kb.__all__)
    assert len(set(kb.__all__)) == len(kb.__all__)


@pytest.mark.parametrize("room", rooms())
def test_data_travels_one_way(room: str) -> None:
    """A folder is one room: its files use one another, and all of them stand where the folder stands."""
    stage = {name: number for number, names in enumerate(STAGES) for name in names}
    name = f"kb.{room}" if room else "kb"
    folder = room.partition(".")[0]
    used = {other.removeprefix("kb").removeprefix(".") for other in inside(name) if other.startswith("kb")}
    used = {other.partition(".")[0] for other in used} - {folder}
    if folder in stage:
        above = [other for other in used if stage.get(other, -1) > stage[folder]]
        assert not above, f"{name} may not use {above}, which come later on the way"
    if folder in MAY_USE:
        assert used <= set(MAY_USE[folder])


def test_only_the_command_uses_the_face_inside_kb() -> None:
    assert {name for name in modules() if name.startswith("kb.") and "kb" in inside(name)} <= {"kb.cli", "kb.__main__"}


@pytest.mark.parametrize("library", LIBRARIES)
def test_each_outside_library_has_its_rooms(library: str) -> None:
    allowed = LIBRARIES[library]
    for name in modules():
        if name not in allowed and name.split(".")[0] not in allowed:
            assert library not in {other.split(".")[0] for other in imports(name)}, f"{name} may not use {library}"


@pytest.mark.parametrize("library", LATE)
def test_a_slow_library_is_loaded_where_it_is_called(library: str) -> None:
    assert library in {other.split(".")[0] for other in imports(LATE[library])}
    for node in modules()[LATE[library]].body:
        found = [node.module] if isinstance(node, ast.ImportFrom) else []
        found += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        assert library not in {str(name).split(".")[0] for name in found}, f"line {node.lineno} loads it at import"


def test_every_outside_library_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {line.split(">")[0].split("=")[0].strip().lower() for line in project["dependencies"]}
    for name in modules():
        for other in imports(name, types=False):
            top = other.split(".")[0]
            if top not in sys.stdlib_module_names and top not in PACKAGES:
                assert BROUGHT_BY.get(top, top) in declared, f"{name} uses {top}, which pyproject.toml does not name"


def test_kb_opens_no_connection() -> None:
    for name in modules():
        if name.split(".")[0] == "kb":
            reached = [other for other in imports(name) if other in NETWORK or other.split(".")[0] in NETWORK]
            assert not reached, f"{name} may not use {reached}"


def test_nothing_depends_on_the_tests() -> None:
    used = {other.split(".")[0] for name in modules() for other in imports(name)}
    assert not used & {"tests", "pytest", "hypothesis", "playwright"}
