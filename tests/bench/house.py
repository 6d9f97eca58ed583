"""The shape of the code in figures, for this checkout and for an earlier commit beside it.

    python -m tests.bench.house [--base COMMIT] [--tests]

Prints one table: files in the fullest folders, imports between modules, the longest function, lines of product and of
tests, names of the public interface, and processor time to start. With `--base`, the same is measured in a temporary
worktree of that commit. The command `duplicates` counts duplicates; without it, the row says so. With `--tests`, the
script also runs and times `make test`.
"""

from __future__ import annotations

import argparse
import ast
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT

PACKAGES = ("kb", "webapp")
SCRIPTS = ("webapp/static/*.js", "webapp/frontend/src/**/*.js")
TEMPLATES = ("webapp/templates/*", "kb/report/*.jinja")
STARTS = (("kb --version", ("--version",)), ("kb --help", ("--help",)), ("kb check --help", ("check", "--help")))
RUNS = 5


@dataclass(frozen=True)
class Tree:
    """A checkout, with the syntax tree of every Python file of the product, by its name."""

    root: Path
    files: dict[str, ast.Module]


def read_tree(root: Path) -> Tree:
    """The product in a checkout."""
    paths = sorted(path for package in PACKAGES for path in (root / package).rglob("*.py") if _is_source(path))
    return Tree(root, {path.relative_to(root).as_posix(): ast.parse(path.read_text("utf-8")) for path in paths})


def _is_source(path: Path) -> bool:
    return not {"node_modules", "__pycache__", "_data"}.intersection(path.parts)


# --- the figures -----------------------------------------------------------------------------------------


def fullest_folders(tree: Tree) -> str:
    """The three folders with the most Python files."""
    found = Counter(name.rpartition("/")[0] for name in tree.files)
    return ", ".join(f"{folder}/ {number}" for folder, number in found.most_common(3))


def imports_per_file(tree: Tree) -> str:
    """How many modules of the product a file imports, on average."""
    modules = {name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in tree.files}
    total = sum(len(set(_imported(module)) & modules) for module in tree.files.values())
    return f"{total / len(tree.files):.1f}"


def _imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def longest_function(tree: Tree) -> str:
    """Lines of the longest function."""
    functions = (
        (node.end_lineno or node.lineno) - node.lineno + 1
        for module in tree.files.values()
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return str(max(functions))


def count_lines(root: Path, patterns: tuple[str, ...]) -> int:
    """Lines of the files that match, generated and downloaded ones left out."""
    found = {path for pattern in patterns for path in root.glob(pattern) if path.is_file() and _is_source(path)}
    return sum(len(path.read_text("utf-8").splitlines()) for path in found if "built" not in path.parts)


def lines_of_product(tree: Tree) -> str:
    """Lines of Python, scripts and templates; catalogues, styles and data are not counted."""
    python = count_lines(tree.root, tuple(f"{package}/**/*.py" for package in PACKAGES))
    scripts, templates = count_lines(tree.root, SCRIPTS), count_lines(tree.root, TEMPLATES)
    return f"{python + scripts + templates:,} ({python:,} Python, {scripts:,} scripts, {templates:,} templates)"


def lines_of_tests(tree: Tree) -> str:
    """Lines of Python under tests/."""
    return f"{count_lines(tree.root, ('tests/**/*.py',)):,}"


def public_names(tree: Tree) -> str:
    """Names in the public interface of `kb`."""
    words = [sys.executable, "-c", "import kb; print(len(kb.__all__))"]
    environment = {**os.environ, "PYTHONPATH": str(tree.root)}
    done = subprocess.run(words, cwd=tree.root, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def duplicates(tree: Tree) -> str:
    """Pairs of places in the product that share six lines or more."""
    command = shutil.which("duplicates")
    if command is None:
        return "NOT COUNTED: there is no command `duplicates`"
    counts = []
    for package in PACKAGES:
        words = [command, "--repo", str(tree.root / package), "--most", "1", "--seconds", "120"]
        said = subprocess.run(words, cwd=tree.root, capture_output=True, text=True, check=False).stdout
        counts.append(f"{package}/ {said.partition(chr(10))[0].split()[0]}")
    return ", ".join(counts)


def start_up(tree: Tree) -> str:
    """Processor seconds of some commands, the least of a few runs."""
    return ", ".join(f"{name} {_processor_seconds(tree.root, words):.2f}" for name, words in STARTS)


def _processor_seconds(root: Path, words: tuple[str, ...]) -> float:
    module = "kb.cli" if (root / "kb/cli").is_dir() or (root / "kb/cli.py").is_file() else "kb"
    environment = {**os.environ, "PYTHONPATH": str(root)}
    best = float("inf")
    for _ in range(RUNS):
        before = os.times()
        subprocess.run([sys.executable, "-m", module, *words], cwd=root, env=environment, capture_output=True)
        after = os.times()
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        best = min(best, spent)
    return best


def time_tests(tree: Tree) -> str:
    """Seconds of `make test`."""
    started = time.monotonic()
    done = subprocess.run(["make", "test"], cwd=tree.root, capture_output=True, check=False)
    return f"{time.monotonic() - started:.0f} s (exit {done.returncode})"


ROWS: tuple[tuple[str, Callable[[Tree], str]], ...] = (
    ("files in the fullest folders", fullest_folders),
    ("Python files", lambda tree: str(len(tree.files))),
    ("imports a file", imports_per_file),
    ("longest function, lines", longest_function),
    ("product, lines", lines_of_product),
    ("tests, lines", lines_of_tests),
    ("duplicates, pairs", duplicates),
    ("public names of kb", public_names),
    ("start-up, processor seconds", start_up),
)


# --- the command -----------------------------------------------------------------------------------------


@contextmanager
def worktree(commit: str) -> Iterator[Path]:
    """A commit in a temporary folder, which is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="factcite-house-") as scratch:
        folder = Path(scratch) / "checkout"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(folder), commit], cwd=ROOT, check=True)
        try:
            yield folder
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(folder)], cwd=ROOT, check=True)


def main() -> int:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.house", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--base", metavar="COMMIT", help="an earlier commit to compare with")
    parser.add_argument("--tests", action="store_true", help="run and time make test too")
    arguments = parser.parse_args()
    rows = (*ROWS, ("make test", time_tests)) if arguments.tests else ROWS
    here = [measure(read_tree(ROOT)) for _, measure in rows]
    if arguments.base is None:
        _print(("", "here"), [(name, value) for (name, _), value in zip(rows, here, strict=True)])
        return 0
    with worktree(arguments.base) as folder:
        before = [measure(read_tree(folder)) for _, measure in rows]
    _print(
        ("", arguments.base, "here"),
        [(name, was, now) for (name, _), was, now in zip(rows, before, here, strict=True)],
    )
    return 0


def _print(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    for row in (head, ("---",) * len(head), *rows):
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    sys.exit(main())
