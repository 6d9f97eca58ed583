"""Writing files so that a reader, or a crash, meets the old content or the new, never a piece.

A temporary file in the same folder, flushed to the disk, then renamed over the old one, then the folder
flushed. Leftovers of a writer that was killed are swept at the next write of the same file.
"""

from __future__ import annotations

import os
from glob import escape
from pathlib import Path

from kb.errors import InputError

LEFTOVER = ".kbtmp"


def read_bytes(path: Path, *, limit: int | None = None) -> bytes:
    """The bytes of a file.

    Args:
        limit: refuse more than so many bytes.

    Raises:
        InputError: missing, unreadable, a folder, or over `limit`.
    """
    try:
        with open(path, "rb") as file:
            data = file.read() if limit is None else file.read(limit + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", source=str(path)) from error
    if limit is not None and len(data) > limit:
        raise InputError(f"is larger than {limit:,} bytes", source=str(path), help="split the file")
    return data


def write_atomic(path: Path, data: bytes) -> None:
    """Write `data` to `path`, whole or not at all; an existing file keeps its permissions, and a link stays one.

    What is there and is no regular file, such as a pipe or `/dev/stdout`, is written to as it is.

    Raises:
        InputError: the folder cannot be written; the old content stands.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        else:
            _replace(Path(os.path.realpath(path)), data)
    except OSError as error:
        raise InputError(
            f"cannot be written: {error.strerror}", source=str(path), help="nothing was changed"
        ) from error


def _replace(path: Path, data: bytes) -> None:
    """The steps of `write_atomic` for a regular file."""
    folder = path.parent
    for leftover in folder.glob(f".{escape(path.name)}.*{LEFTOVER}"):
        leftover.unlink(missing_ok=True)
    temporary = folder / f".{path.name}.{os.getpid()}{LEFTOVER}"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if path.exists():
                os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to the disk, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
