"""`kb check --watch`: a result for each save, in less than a second, and a full check when nothing changes.

`changes` only lists the files that changed; the web application uses it to reload a base.

File times are read every `PAUSE` seconds, which needs no package and works on every file system. Each check uses the
cache of the one before (`kb.shacl.incremental.IncrementalCache`) and gives the same findings as a full check. To
confirm that, the whole base is checked again without the cache when nothing has changed for `IDLE` seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias

from kb.finding import Report
from kb.home import Home
from kb.shacl.incremental import IncrementalCache, RunSize
from kb.validation.check import check
from kb.validation.suppressions import FILE as WAIVERS

PAUSE = 0.3
"""Seconds between two comparisons of the files."""

IDLE = 5.0
"""Seconds without a change before a full check."""

Stamps: TypeAlias = dict[Path, tuple[int, int, int]]
"""Path to the time, size and inode of the file."""


@dataclass(frozen=True)
class WatchResult:
    """The result of one check.

    Attributes:
        report: what the check found.
        changed: the files that changed since the check before, by name; empty for a full check.
        size: how much of the base the shapes were run on.
    """

    report: Report
    changed: tuple[str, ...]
    size: RunSize

    @property
    def words(self) -> str:
        """What was checked, in a sentence."""
        if self.size.full:
            return "a full check"
        rest = "the other results are from the check before; a full check follows when nothing changes"
        nodes = f"rules were checked at {self.size.pairs} nodes"
        whole = f", and {self.size.whole} rules at all their nodes" if self.size.whole else ""
        return f"after a change of {', '.join(self.changed) or 'the base'}: {nodes}{whole}; {rest}"


def watch(
    home: Home,
    *,
    texts: Iterable[Path] = (),
    today: Callable[[], date] = date.today,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[WatchResult]:
    """A result at once, and one after every change; never ends by itself.

    Args:
        texts: folders with the user's own copies, in addition to `corpus/texts`.
        today: the date for the end of waivers.
        sleep: waits for a number of seconds between two comparisons of the files.
    """
    folders = tuple(texts)
    memory = IncrementalCache()
    known = _stamps(home, folders)
    yield _check_once(home, folders, today, memory)
    idle, complete = 0.0, True
    while True:
        memory.run.prepare()
        sleep(PAUSE)
        idle += PAUSE
        now = _stamps(home, folders)
        if now != known:
            changed, known, idle = _list_changed(home, known, now), now, 0.0
            result = _check_once(home, folders, today, memory, changed)
            complete = result.size.full
            yield result
        elif not complete and idle >= IDLE:
            memory.run.forget()
            complete = True
            yield _check_once(home, folders, today, memory)


def stamps(home: Home, *, texts: Iterable[Path] = ()) -> Stamps:
    """Time, size and inode of every file that a check or a site reads; if they are equal, nothing has changed.

    Args:
        texts: folders with the user's own copies, in addition to `corpus/texts`.
    """
    return _stamps(home, texts, home.question_files())


def changes(
    home: Home,
    *,
    texts: Iterable[Path] = (),
    since: Stamps | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[tuple[str, ...]]:
    """Names of the files that changed, each time that no more changes follow; never ends by itself.

    Args:
        texts: folders with the user's own copies, in addition to `corpus/texts`.
        since: the `stamps` when the files were read; None for those of now.
        sleep: waits for a number of seconds between two comparisons of the files.
    """
    folders = tuple(texts)
    known = stamps(home, texts=folders) if since is None else since
    while True:
        before, now = known, stamps(home, texts=folders)
        while now != before or now == known:
            sleep(PAUSE)
            before, now = now, stamps(home, texts=folders)
        yield _list_changed(home, known, now)
        known = now


def _check_once(
    home: Home,
    texts: tuple[Path, ...],
    today: Callable[[], date],
    memory: IncrementalCache,
    changed: tuple[str, ...] = (),
) -> WatchResult:
    report = check(home, texts=texts, today=today(), memory=memory)
    return WatchResult(report, changed, memory.run.size)


def _stamps(home: Home, texts: Iterable[Path], more: Iterable[Path] = ()) -> Stamps:
    """Time, size and inode of every file that a check reads, and of further files."""
    settings = (home.root / WAIVERS, home.root / "pyproject.toml", home.corpus / "floors.toml")
    copies = (path for folder in (home.texts, *texts) for path in _entries(folder))
    found: Stamps = {}
    for path in (*home.data_files(), *home.shape_files(), *settings, *copies, *more):
        try:
            stat = path.stat()
        except OSError:
            continue  # removed, or not created yet
        found[path] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    return found


def _list_changed(home: Home, before: Stamps, now: Stamps) -> tuple[str, ...]:
    """Names of the files that changed, were added or were removed."""
    return tuple(sorted({_name(home, path) for path, _ in now.items() ^ before.items()}))


def _entries(folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(folder.iterdir())
    except OSError:
        return ()


def _name(home: Home, path: Path) -> str:
    name = home.name(path)
    return path.name if Path(name).is_absolute() else name
