"""Canonical form for files: what `kb fmt` writes and `kb fmt --check` compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.files import read_bytes, write_atomic
from kb.home import Home
from kb.rdf.canonical import format_turtle
from kb.rdf.turtle import HOUSE, read_turtle


@dataclass(frozen=True, slots=True)
class Formatted:
    """A file, and whether its canonical form differs from what it holds."""

    path: Path
    changed: bool


def format_files(paths: Sequence[Path], *, write: bool) -> tuple[Formatted, ...]:
    """Bring files into canonical form; every file is read before the first is written.

    Args:
        paths: Turtle files in the data folders.
        write: False only compares.

    Raises:
        TurtleError: a file does not pass the gate, or a comment cannot be kept; nothing is written.
        InputError: a file cannot be read or written.
    """
    before = [read_bytes(path, limit=HOUSE.max_bytes) for path in paths]
    after = [format_turtle(read_turtle(data, source=str(path))) for path, data in zip(paths, before, strict=True)]
    found = tuple(Formatted(path, old != new) for path, old, new in zip(paths, before, after, strict=True))
    for formatted, new in zip(found, after, strict=True):
        if write and formatted.changed:
            write_atomic(formatted.path, new)
    return found


def files_of(home: Home) -> tuple[Path, ...]:
    """The files that `kb fmt` looks at when none is named; shapes keep the form their writer gave them."""
    return home.data_files()
