"""Reads a base from a folder or from a commit.

The files of a commit are read from the repository, by name and in memory: there is no checkout and no temporary folder.
They are compared, not checked, so the rules of this project do not apply: an old commit may use a term that was removed
later. They must be Turtle, though.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from kb.errors import HomeError, TurtleError, UsageError
from kb.files import read_bytes
from kb.git import find_repository, list_files, read_blobs, run_git
from kb.home import Home, find_home
from kb.model.knowledge_base import KnowledgeBase, LoadedFile
from kb.rdf.turtle import Policy, read_turtle

_ANY = Policy(house=False)


def read_revision(home: Home, word: str | None, *, known: Mapping[str, LoadedFile] | None = None) -> KnowledgeBase:
    """Read a version of a base.

    Args:
        home: the base that commits are looked up for.
        word: a folder that contains a base, or a commit of the repository that contains `home`; None for `home` itself.
        known: files of another version, by name; a file with the same bytes is not parsed again.

    Raises:
        UsageError: `word` is neither a base nor a commit.
        InputError: git is not installed, or a file is not Turtle.
    """
    if word is None:
        return _folder(home, known or {})
    if Path(word).is_dir():
        with suppress(HomeError):  # a branch may have the name of a folder
            return _folder(find_home(word), known or {})
    return _commit(home, word, known or {})


def _folder(home: Home, known: Mapping[str, LoadedFile]) -> KnowledgeBase:
    contents = {home.name(path): read_bytes(path, limit=_ANY.max_bytes) for path in home.data_files()}
    return KnowledgeBase(home, tuple(_files(contents, known, "")))


def _commit(home: Home, word: str, known: Mapping[str, LoadedFile]) -> KnowledgeBase:
    repository = find_repository(home.root)
    message = f"{word!r} is neither a folder with a base nor a commit"
    advice = "name a folder, a branch, a tag or a commit"
    if repository is None:
        raise UsageError(f"{message}; the base is in no git repository", source=str(home.root), help=advice)
    found = run_git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{word}^{{commit}}")
    name = found.stdout.decode("ascii", "replace").strip()
    if found.returncode or not name:
        said = found.stderr.decode("utf-8", "replace").partition("\n")[0]
        raise UsageError(
            message + (f"; git says: {said}" if said else ""),
            source=str(home.root),
            help=f"{advice}; in a clone with few commits, fetch more of them",
        )
    stored = {path: blob for path, blob in list_files(repository, name).items() if home.reads_data(path)}
    contents = dict(zip(stored, read_blobs(repository, tuple(stored.values())), strict=True))
    return KnowledgeBase(home, tuple(_files(contents, known, f"{word}:")))


def _files(contents: Mapping[str, bytes], known: Mapping[str, LoadedFile], prefix: str) -> Iterator[LoadedFile]:
    for name in sorted(contents):
        before = known.get(name)
        if before is not None and before.document.data == contents[name]:
            yield before
            continue
        try:
            yield LoadedFile(name, read_turtle(contents[name], source=name, policy=_ANY))
        except TurtleError as error:
            error.source = prefix + name
            raise
