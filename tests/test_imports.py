"""Holds the layout: imports go one way, and each outside library is used in its own place.

Imports are read with `ast`, inside functions too. A new wing needs a place in `WINGS`, and a reason.
"""

from __future__ import annotations

import ast
import re
import subprocess
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
NAMES: list[str] = vars(kb)["__all__"]
"""The public interface."""

GROUND = ("errors", "vocab", "characters", "finding", "files", "home", "text", "terminal", "progress", "git", "sandbox")
"""Small modules of `kb` that stand in no wing; they use one another and nothing else of `kb`."""

WINGS = {
    "kb": (
        *("rdf", "model", "sparql", "verification", "shacl", "authoring", "diff", "exports", "validation"),
        *("mutate", "report", "", "cli"),
    ),
    "webapp": ("settings", "engine", "words", "site", "endpoint", "things", "answer", "pages", "", "server", "wsgi"),
}
"""The wings in the order in which data travels; each uses itself and those before it. The empty name is the package."""

MAY_USE = {
    "kb.errors": (),
    "kb.vocab": (),
    "kb.finding": ("kb.vocab",),
    "kb.progress": (),
    "kb.text": ("kb.errors",),
    "kb.home": ("kb.errors",),
    "kb.characters": (),
    "kb.terminal": ("kb.characters",),
}
"""Modules whose uses are few by design."""

LIBRARIES = {
    "rdflib": ("kb.shacl",),  # it changes literals on load: validation only
    "pyshacl": ("kb.shacl",),
    "edtf": ("kb.model.dates",),
    "flask": ("webapp",),
    "werkzeug": ("webapp",),
    "jinja2": ("kb.report.html", "webapp"),
    "markupsafe": ("webapp",),
    "waitress": ("webapp",),
    "babel": ("webapp.words",),
    "cachetools": ("webapp.site.cache",),
    "py3langid": ("kb.authoring.segments",),
}
"""Outside library to the modules, wings or packages that may use it; one that is not listed may be used anywhere."""

LATE = {"pyshacl": "kb.shacl.engine", "jinja2": "kb.report.html", "py3langid": "kb.authoring.segments"}
"""Outside library to the module that loads it inside a function, because few commands need it."""

BROUGHT_BY = {"werkzeug": "flask", "jinja2": "flask", "markupsafe": "flask", "lazy_loader": "lazy-loader"}
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


def wing(name: str) -> str:
    """The part of a package that a module belongs to: a folder, a module of the ground, or the package itself."""
    return name.partition(".")[2].partition(".")[0]


def test_both_packages_were_found() -> None:
    assert {"kb", "kb.errors", "kb.vocab", "webapp", "webapp.settings"} <= modules().keys()
    assert "kb.errors" in inside("kb.home")


def test_no_import_goes_in_a_circle() -> None:
    try:
        TopologicalSorter({name: inside(name) for name in modules()}).prepare()
    except CycleError as error:
        pytest.fail("imports go in a circle: " + " <- ".join(error.args[1]))


def test_kb_never_imports_webapp() -> None:
    assert not [name for name in modules() if name.startswith("kb") and any("webapp" in x for x in imports(name))]


def test_webapp_uses_only_the_face() -> None:
    used = {
        (name, other)
        for name in modules()
        if name.startswith("webapp")
        for other in imports(name)
        if other.startswith("kb.")
    }
    assert not used, "webapp uses `kb` itself, not its modules"


@pytest.mark.parametrize("name", [name for name in modules() if name.startswith("webapp") or wing(name) == "cli"])
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
    assert used <= {*NAMES, "__version__"}


def names_used() -> set[str]:
    """The names of the public interface that the command, the web application or the README uses."""
    users = [tree for name, tree in modules().items() if name.startswith("webapp") or wing(name) == "cli"]
    used = {
        node.attr
        for tree in users
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "kb"
    }
    return used | set(re.findall(r"\bkb\.(\w+)", (ROOT / "README.md").read_text(encoding="utf-8")))


def test_every_name_of_the_face_is_there_and_used() -> None:
    assert all(hasattr(kb, name) for name in NAMES)
    assert len(set(NAMES)) == len(NAMES)
    assert set(NAMES) - names_used() == set()


def test_no_name_of_the_face_hides_a_module() -> None:
    inner = {wing(name) for name in modules() if name.startswith("kb.")}
    assert not inner & set(NAMES)


def test_the_command_starts_without_what_it_does_not_need() -> None:
    """`kb --help` loads neither an RDF library nor the parts of `kb` that commands are made of."""
    code = (
        "import sys; from kb.cli.main import main\ntry: main(['--help'])\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stderr.split()
    assert "kb.cli.main" in loaded
    heavy = ("rdflib", "pyoxigraph", "pyshacl", "edtf", "flask", "numpy", "jinja2", "kb.rdf", "kb.report", "kb.model")
    assert not [name for name in loaded if name.startswith(heavy)]


def test_every_error_says_so_in_its_name() -> None:
    errors = {
        f"{name}.{node.name}"
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any(_is_error(base) for base in node.bases)
    }
    assert len(errors) > 20
    assert not [name for name in errors if not name.endswith("Error")]


def _is_error(base: ast.expr) -> bool:
    name = ast.unparse(base).rpartition(".")[2]
    return name.endswith(("Error", "Exception"))


@pytest.mark.parametrize("name", modules())
def test_data_travels_one_way(name: str) -> None:
    """Data travels in the order of `WINGS`; a wing's modules use one another, and what stands before it."""
    package = name.partition(".")[0]
    order: list[tuple[str, ...]] = [(part,) for part in WINGS[package]]
    if package == "kb":
        order.insert(0, GROUND)
    place = {part: number for number, parts in enumerate(order) for part in parts}
    assert wing(name) in place, f"{name} stands in no wing of tests/test_imports.py"
    used = {wing(other) for other in inside(name) if other.split(".")[0] == package}
    later = sorted(part or package for part in used if place[part] > place[wing(name)])
    assert not later, f"{name} may not use {later}, which come later"
    if name in MAY_USE:
        assert inside(name) <= set(MAY_USE[name])


def test_only_the_command_uses_the_face_inside_kb() -> None:
    users = {name for name in modules() if name.startswith("kb.") and "kb" in inside(name)}
    assert {wing(name) for name in users} <= {"cli"}


@pytest.mark.parametrize("library", LIBRARIES)
def test_each_outside_library_has_its_rooms(library: str) -> None:
    allowed = LIBRARIES[library]
    for name in modules():
        if not any(f"{name}.".startswith(f"{place}.") for place in allowed):
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
