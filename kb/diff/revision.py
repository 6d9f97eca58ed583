"""A base as a folder holds it, or as a commit did; the files of the work tree are never touched.

A commit's files are read from git's own store, by name and in memory: no checkout, no temporary folder, no hook and
no filter. What is read here is compared, not judged, so the gate's rules of the house do not apply: an old commit
may well use a term that has gone since. It must be Turtle, though.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from kb.errors import HomeError, InputError, TurtleError, UsageError
from kb.files import read_bytes
from kb.home import Home, find_home
from kb.model.knowledge_base import KnowledgeBase, LoadedFile
from kb.rdf.turtle import Policy, read_turtle

_ANY = Policy(house=False)
_FILES = ("corpus/*.ttl", "kb/*.ttl", "kb/claims/*.ttl")
_SECONDS = 60


def read_revision(home: Home, word: str | None, *, known: Mapping[str, LoadedFile] | None = None) -> KnowledgeBase:
    """A base by its name.

    Args:
        home: the base that commits are looked up for.
        word: a folder that holds a base, or a commit of the repository that `home` is in; None is `home` as it is.
        known: files of another revision, by name; one with the same bytes is not parsed again.

    Raises:
        UsageError: neither a base nor a commit.
        InputError: git is not there, or a file is no Turtle.
    """
    if word is None:
        return _folder(home, known or {})
    if Path(word).is_dir():
        with suppress(HomeError):  # a branch may be called as a folder is
            return _folder(find_home(word), known or {})
    return _commit(home, word, known or {})


def _folder(home: Home, known: Mapping[str, LoadedFile]) -> KnowledgeBase:
    contents = {home.name(path): read_bytes(path, limit=_ANY.max_bytes) for path in home.data_files()}
    return KnowledgeBase(home, tuple(_files(contents, known, "")))


def _commit(home: Home, word: str, known: Mapping[str, LoadedFile]) -> KnowledgeBase:
    asked = _run(home, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{word}^{{commit}}")
    name = asked.stdout.decode().strip()
    if asked.returncode or not name:
        said = asked.stderr.decode("utf-8", "replace").partition("\n")[0]  # no repository, or one of another owner
        raise UsageError(
            f"{word!r} is neither a folder with a base nor a commit" + (f"; git says: {said}" if said else ""),
            source=str(home.root),
            help="name a folder, a branch, a tag or a commit; in a clone with few commits, fetch more of them",
        )
    listed = _git(home, "ls-tree", "-r", "-z", name, "--", "corpus", "kb").decode("utf-8", "surrogateescape")
    blobs = {path: blob for path, blob in map(_entry, listed.split("\0")) if path and _is_data(path)}
    contents = dict(zip(blobs, _blobs(home, tuple(blobs.values())), strict=True))
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


def _is_data(path: str) -> bool:
    hidden = PurePosixPath(path).name.startswith(".")
    return not hidden and any(
        PurePosixPath(path).match(pattern) and path.count("/") == pattern.count("/") for pattern in _FILES
    )


def _entry(line: str) -> tuple[str, str]:
    """`mode type hash<tab>path` as (path, hash); a link or a submodule has no path."""
    head, _, path = line.partition("\t")
    return (path if head.startswith("100") else ""), head.rpartition(" ")[2]


def _blobs(home: Home, names: tuple[str, ...]) -> Iterator[bytes]:
    """The bytes of some blobs, in their order (https://git-scm.com/docs/git-cat-file#_batch_output)."""
    data = _git(home, "cat-file", "--batch", stdin="".join(f"{name}\n" for name in names).encode())
    at = 0
    for name in names:
        end = data.find(b"\n", at)
        head = data[at:end].split()
        if end < 0 or len(head) != 3:
            raise InputError(f"git does not hold {name}", source=str(home.root), help="fetch the whole history")
        size = int(head[2])
        yield data[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


def _git(home: Home, *words: str, stdin: bytes = b"") -> bytes:
    """What git says in the folder of a home; nothing where it says no."""
    done = _run(home, *words, stdin=stdin)
    return done.stdout if done.returncode == 0 else b""


def _run(home: Home, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    command = ["git", "-C", str(home.root), "-c", "core.fsmonitor=false", *words]
    try:
        return subprocess.run(command, env=environment, input=stdin, capture_output=True, timeout=_SECONDS, check=False)
    except FileNotFoundError as error:
        raise InputError("git is not there", source=str(home.root), help="compare two folders instead") from error
    except subprocess.TimeoutExpired as error:
        raise InputError("git does not answer", source=str(home.root), help="compare two folders instead") from error
