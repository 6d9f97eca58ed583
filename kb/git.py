"""Which commit the files were read from, and which of them are not what it holds.

git is asked for two names and nothing else: no hook, no filter and no file watcher of the repository runs. Whether
a file is the commit's own is then told by its digest (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects).
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Mapping

from kb.finding import Commit
from kb.home import Home

_SECONDS = 10
_HASHES = {40: hashlib.sha1, 64: hashlib.sha256}


def read_commit(home: Home, files: Mapping[str, bytes]) -> Commit | None:
    """The commit that is checked out at the root of a home; None where that is no git checkout.

    Args:
        files: the bytes of each file that was read, by its name relative to the home.
    """
    if not (home.root / ".git").exists():
        return None
    name = _git(home, "rev-parse", "--verify", "HEAD^{commit}").strip()
    if len(name) not in _HASHES:
        return None
    held = {path: blob for path, blob in map(_entry, _git(home, "ls-tree", "-r", "-z", name).split("\0")) if path}
    differing = (path for path, data in files.items() if held.get(path) != _blob(data, len(name)))
    return Commit(name, tuple(sorted(differing)))


def _git(home: Home, *words: str) -> str:
    """What git says; nothing where it cannot say, or is not there."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    command = ["git", "--git-dir", str(home.root / ".git"), "-c", "core.quotePath=false", *words]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else ""


def _entry(line: str) -> tuple[str, str]:
    """`mode type hash<tab>path` as (path, hash)."""
    head, _, path = line.partition("\t")
    return path, head.rpartition(" ")[2]


def _blob(data: bytes, digits: int) -> str:
    return _HASHES[digits](b"blob %d\0" % len(data) + data).hexdigest()
