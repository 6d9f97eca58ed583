"""`kb init`: a new base, with the same folders and one worked example.

The example is in `kb/template/`. The terms, the rules and the saved queries come from the base that
ships with the program, so that a new base starts with what the program knows now and not with a copy kept
beside it. Everything is made in a folder next door and renamed into place: a crash leaves all of it or none.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from glob import escape
from pathlib import Path

import pyoxigraph as ox

from kb.errors import InputError, UsageError
from kb.files import LEFTOVER, read_bytes, sync_folder
from kb.home import PACKAGE, Home
from kb.rdf.canonical import write_turtle
from kb.rdf.turtle import read_turtle
from kb.vocab import PREFIXES

TEMPLATE = PACKAGE / "template"
VOCABULARY = Path("kb/vocabulary.ttl")
_OWN_DATA = ("art", "cite", "claim", "ent", "q", "rel")
_SPACES = "|".join(re.escape(PREFIXES[name]) for name in _OWN_DATA)
_OWN_NAME = rf"(?:(?<![\w:])(?:{'|'.join(_OWN_DATA)}):(?=\w)|{_SPACES})"


def init(target: Path, *, source: Home) -> tuple[Path, ...]:
    """Make a knowledge base at `target`.

    Args:
        target: a folder that is not there yet, or an empty one.
        source: the base whose terms, rules and saved queries the new one starts with.

    Returns:
        The files made, in order.

    Raises:
        UsageError: something is there already.
        InputError: the folder cannot be written.
    """
    _refuse_taken(target)
    place = Path(os.path.abspath(target))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _sweep(place)
        scratch = place.parent / f".{place.name}.{os.getpid()}{LEFTOVER}"
        try:
            _fill(scratch, source)
            _put(scratch, place)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", source=str(target), help="no base was made") from error
    return tuple(target / path.relative_to(place) for path in _files(place))


def _refuse_taken(target: Path) -> None:
    if Path.cwd().is_relative_to(os.path.abspath(target)):
        raise UsageError(
            "the folder you are in cannot become a base",
            source=str(target),
            help="give the name of a folder that does not exist yet",
        )
    empty_folder = target.is_dir() and not target.is_symlink() and not any(target.iterdir())
    if os.path.lexists(target) and not empty_folder:
        raise UsageError(
            "something is there already, and nothing of it was touched",
            source=str(target),
            help="give the name of a folder that does not exist yet",
        )


def _sweep(place: Path) -> None:
    """Remove what an earlier run left behind when it was killed."""
    for leftover in place.parent.glob(f".{escape(place.name)}.*{LEFTOVER}"):
        shutil.rmtree(leftover, ignore_errors=True)


def _fill(folder: Path, source: Home) -> None:
    folder.mkdir()
    for name, data in _contents(source):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


def _put(scratch: Path, place: Path) -> None:
    if place.is_dir():
        place.rmdir()  # empty, as was made sure of; some systems do not rename over a folder
    os.rename(scratch, place)
    sync_folder(place.parent)


def _contents(source: Home) -> Iterator[tuple[Path, bytes]]:
    """Every file of a new base: name and bytes."""
    for path in _files(TEMPLATE):
        name = path.relative_to(TEMPLATE)
        if name != VOCABULARY:
            yield name, read_bytes(path)
    yield VOCABULARY, _vocabulary(source)
    for path in source.shape_files():
        yield Path("shapes", path.name), read_bytes(path)
    for path in source.question_files():
        question = _question(read_bytes(path))
        if question is not None:
            yield Path("kb/queries", path.name), question


def _vocabulary(source: Home) -> bytes:
    """The terms of the source without its relations, and the relations of the example."""
    path = source.kb / "vocabulary.ttl"
    shipped = read_turtle(read_bytes(path), source=source.name(path))
    own = read_turtle(read_bytes(TEMPLATE / VOCABULARY), source=VOCABULARY.as_posix())
    kept = [triple for triple in shipped.triples if not _is_relation(triple)]
    header = own.statements[0].above
    return write_turtle([*kept, *own.triples], prefixes={**PREFIXES, **own.prefixes}, header=header)


def _is_relation(triple: ox.Triple) -> bool:
    return isinstance(triple.subject, ox.NamedNode) and triple.subject.value.startswith(PREFIXES["rel"])


def _question(query: bytes) -> bytes | None:
    """A saved query without the default values that name the shipped base's own data.

    None where the question itself names such data, and so makes no sense elsewhere.
    """
    text = re.sub(rf"(?m)^(# param \w+ iri ){_OWN_NAME}\S*", r"\1-", query.decode("utf-8"))
    asked = re.sub(r"(?m)^#.*$", "", text)
    return None if re.search(_OWN_NAME, asked) else text.encode("utf-8")


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
