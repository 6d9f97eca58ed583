"""Read a git repository: which commit is checked out, which files differ from it, and the files of any commit.

Only names and stored files are read. No hook, filter, file watcher or pager of the repository runs, and nothing is
fetched. The repository is named with `--git-dir`, so git never mistakes a folder of the base for a repository.
Whether a file is the one in the commit is decided by its digest
(https://git-scm.com/book/en/v2/Git-Internals-Git-Objects).
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.errors import InputError
from kb.finding import Commit
from kb.home import Home

_SECONDS = 60
_HASHES = {40: hashlib.sha1, 64: hashlib.sha256}
_OPTIONS = ("core.quotePath=false", "core.fsmonitor=false", "core.hooksPath=/dev/null", "safe.bareRepository=explicit")


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository, and where a base is in it.

    Attributes:
        git_dir: the folder `.git`, or the file of that name in a worktree or submodule.
        prefix: the folder of the base, relative to the top, with forward slashes; empty at the top.
    """

    git_dir: Path
    prefix: str = ""

    def tree(self, commit: str) -> str:
        """The name of the folder of the base in a commit (https://git-scm.com/docs/gitrevisions)."""
        return f"{commit}:{self.prefix}"


def find_repository(folder: Path) -> Repository | None:
    """The repository that a folder is in; None if it is in none."""
    place = folder.resolve()
    for top in (place, *place.parents):
        if (top / ".git").exists():
            return Repository(top / ".git", "" if place == top else place.relative_to(top).as_posix())
    return None


def run_git(repository: Repository, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run one git command without the settings of the environment.

    Raises:
        InputError: git is not installed, or did not answer within a minute.
    """
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment["GIT_NO_LAZY_FETCH"] = "1"
    options = [word for option in _OPTIONS for word in ("-c", option)]
    command = ["git", "--git-dir", str(repository.git_dir), *options, *words]
    try:
        return subprocess.run(command, env=environment, input=stdin, capture_output=True, timeout=_SECONDS, check=False)
    except OSError as error:
        raise InputError("git is not installed", source=str(repository.git_dir), help="compare two folders") from error
    except subprocess.TimeoutExpired as error:
        raise InputError("git does not answer", source=str(repository.git_dir), help="compare two folders") from error


def list_files(repository: Repository, commit: str) -> dict[str, str]:
    """The regular files of a base in a commit: their names, relative to the base, with the hash of each."""
    listed = run_git(repository, "ls-tree", "-r", "-z", "--full-tree", repository.tree(commit))
    entries = map(_entry, listed.stdout.decode("utf-8", "surrogateescape").split("\0"))
    return {path: blob for path, blob in entries if path}


def read_blobs(repository: Repository, hashes: tuple[str, ...]) -> Iterator[bytes]:
    """The bytes of stored files, in order (https://git-scm.com/docs/git-cat-file#_batch_output).

    Raises:
        InputError: the repository does not have one of them.
    """
    data = run_git(repository, "cat-file", "--batch", stdin="".join(f"{name}\n" for name in hashes).encode()).stdout
    at = 0
    for name in hashes:
        end = data.find(b"\n", at)
        head = data[at:end].split()
        if end < 0 or len(head) != 3:
            source = str(repository.git_dir)
            raise InputError(f"the repository does not have {name}", source=source, help="fetch the whole history")
        size = int(head[2])
        yield data[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


def read_commit(home: Home, files: Mapping[str, bytes]) -> Commit | None:
    """The commit that is checked out where a base is; None without a repository, git or commit.

    Args:
        files: the bytes of each file that was read, by its name relative to the base.
    """
    repository = find_repository(home.root)
    if repository is None:
        return None
    try:
        found = run_git(repository, "rev-parse", "--verify", "HEAD^{commit}")
        name = found.stdout.decode("ascii", "replace").strip()
        if found.returncode or len(name) not in _HASHES:
            return None
        stored = list_files(repository, name)
    except InputError:
        return None
    changed = (path for path, data in files.items() if stored.get(path) != _blob_hash(data, len(name)))
    missing = (path for path in stored if path not in files and home.reads(path))
    return Commit(name, tuple(sorted((*changed, *missing))))


def _entry(line: str) -> tuple[str, str]:
    """`mode type hash<tab>path` as (path, hash). A link or a submodule has no path: its hash is not that of a file."""
    head, _, path = line.partition("\t")
    return (path if head.startswith("100") else ""), head.rpartition(" ")[2]


def _blob_hash(data: bytes, digits: int) -> str:
    return _HASHES[digits](b"blob %d\0" % len(data) + data).hexdigest()
