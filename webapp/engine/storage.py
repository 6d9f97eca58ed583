"""Where the store of a running site lies: a temporary folder that goes when the site goes, however it goes.

A site that ends in order removes its folder. One that is killed cannot, so each folder holds a file that its site
keeps locked; the system takes the lock away with the process, and the next site to start on the machine removes the
folders of its own user that are not locked. A number of a process would not do: it is used again, and means nothing
in another container. Where the system has no such locks, folders of killed sites stay.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import kb

PREFIX = "factcite-"
LOCK, STORE = "lock", "store"
PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class Storage:
    """A folder of this process.

    Attributes:
        folder: temporary; other users cannot read it.
        lock: the descriptor of its locked file; -1 where there are no locks.
    """

    folder: Path
    lock: int

    @property
    def store(self) -> Path:
        """Where the store is."""
        return self.folder / STORE

    def remove(self) -> None:
        """Remove the folder, then let go of it; once."""
        if self.folder.exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            if self.lock >= 0:
                os.close(self.lock)


def store_on_disk(base: kb.KnowledgeBase) -> Storage:
    """Write the base into a store in a new temporary folder, for workers to read; folders of the killed go.

    Raises:
        InputError: no space, or no permission, for temporary files.
    """
    try:
        clean(Path(tempfile.gettempdir()))
        storage = take()
        try:
            kb.open_store(base.quads(), storage.store)
        except BaseException:
            storage.remove()
            raise
    except OSError as error:
        raise kb.InputError(
            f"the store cannot be written: {error}", source=tempfile.gettempdir(), help="free some space there"
        ) from error
    return storage


def take() -> Storage:
    """A new folder, locked.

    Raises:
        OSError: no space, or no permission, for temporary files.
    """
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = _open(folder / LOCK, os.O_CREAT | os.O_EXCL)
        if not _lock(lock, wait=True):
            os.close(lock)
            return Storage(folder, -1)
        if (folder / LOCK).exists():  # else somebody who cleaned has been faster
            return Storage(folder, lock)
        os.close(lock)


def clean(place: Path) -> tuple[Path, ...]:
    """Remove the folders of this user in `place` whose sites are gone; which they were."""
    return tuple(folder for folder in sorted(place.glob(f"{PREFIX}*")) if _is_ours(folder) and _remove(folder))


def _is_ours(folder: Path) -> bool:
    """Whether it is a folder as `take` makes them, of this user, and no link to one."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    if not hasattr(os, "getuid"):
        return False
    return stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == PRIVATE and found.st_uid == os.getuid()


def _remove(folder: Path) -> bool:
    """Remove a folder if no process has locked it; one without a lock is being made, or is not ours."""
    with contextlib.suppress(OSError), _opened(folder / LOCK) as lock:
        if _lock(lock, wait=False):
            shutil.rmtree(folder, ignore_errors=True)
            return True
    return False


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = _open(path)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _open(path: Path, more: int = 0) -> int:
    return os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | more, 0o600)


def _lock(descriptor: int, *, wait: bool) -> bool:
    """Lock a file for this process alone; whether that was possible."""
    try:
        import fcntl
    except ImportError:  # Windows
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True
