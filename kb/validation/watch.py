"""`kb check --watch`: an answer for each save, in less than a second, and a full check when nobody types.

`changes` is the plain half of it, for whoever serves a base rather than checks it: which files are not what they were.

Files are asked for their times every `PAUSE` seconds, which needs no package and works on every disk. What one check
learnt helps the next (`kb.recheck.Memory`), and gives the same findings. Because a promise of that kind should not
be taken on trust, the whole base is checked anew from the start when nothing has changed for `IDLE` seconds.
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
from kb.shacl.incremental import CachedRun, IncrementalCache
from kb.validation.check import check
from kb.validation.suppressions import FILE as WAIVERS

PAUSE = 0.3
"""Seconds between two looks at the files."""

IDLE = 5.0
"""Seconds without a change before a full check."""

Stamps: TypeAlias = dict[Path, tuple[int, int, int]]
"""Time, size and number of files."""


@dataclass(frozen=True)
class WatchResult:
    """One answer.

    Attributes:
        report: what the check found.
        changed: the files that changed since the answer before, by name; empty for a full check.
        looked: how much of the base the shapes were run over.
    """

    report: Report
    changed: tuple[str, ...]
    looked: CachedRun

    @property
    def words(self) -> str:
        """What this answer rests on, in a sentence."""
        if self.looked.full:
            return "a full check"
        rest = "the other results stand from before; a full check follows when nothing changes"
        aimed = f"rules looked again at {self.looked.looks} places"
        whole = f" and {self.looked.whole} rules at all of theirs" if self.looked.whole else ""
        return f"about {', '.join(self.changed) or 'what changed'}: {aimed}{whole}; {rest}"


def watch(
    home: Home,
    *,
    texts: Iterable[Path] = (),
    today: Callable[[], date] = date.today,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[WatchResult]:
    """An answer at once, and one for every change from then on; never ends by itself.

    Args:
        texts: folders with a reader's own copies, beside `corpus/texts`.
        today: the day on which waivers are judged.
        sleep: waits so many seconds between two looks at the files.
    """
    folders = tuple(texts)
    memory = IncrementalCache()
    known = _stamps(home, folders)
    yield _look(home, folders, today, memory)
    idle, settled = 0.0, True
    while True:
        memory.run.prepare()
        sleep(PAUSE)
        idle += PAUSE
        now = _stamps(home, folders)
        if now != known:
            changed, known, idle = _changed(home, known, now), now, 0.0
            glimpse = _look(home, folders, today, memory, changed)
            settled = glimpse.looked.full
            yield glimpse
        elif not settled and idle >= IDLE:
            memory.run.forget()
            settled = True
            yield _look(home, folders, today, memory)


def stamps(home: Home, *, texts: Iterable[Path] = ()) -> Stamps:
    """Time, size and number of every file that a check or a site reads; equal ones say that nothing has changed.

    Args:
        texts: folders with a reader's own copies, beside `corpus/texts`.
    """
    return _stamps(home, texts, home.question_files())


def changes(
    home: Home,
    *,
    texts: Iterable[Path] = (),
    since: Stamps | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[tuple[str, ...]]:
    """Names of the files that changed, each time that they have come to rest; never ends by itself.

    Args:
        texts: folders with a reader's own copies, beside `corpus/texts`.
        since: what `stamps` said when they were read; None for the first look.
        sleep: waits so many seconds between two looks at the files.
    """
    folders = tuple(texts)
    known = stamps(home, texts=folders) if since is None else since
    while True:
        before, now = known, stamps(home, texts=folders)
        while now != before or now == known:
            sleep(PAUSE)
            before, now = now, stamps(home, texts=folders)
        yield _changed(home, known, now)
        known = now


def _look(
    home: Home,
    texts: tuple[Path, ...],
    today: Callable[[], date],
    memory: IncrementalCache,
    changed: tuple[str, ...] = (),
) -> WatchResult:
    report = check(home, texts=texts, today=today(), memory=memory)
    return WatchResult(report, changed, memory.run.looked)


def _stamps(home: Home, texts: Iterable[Path], more: Iterable[Path] = ()) -> Stamps:
    """Time, size and number of every file that a check reads, and of more."""
    settings = (home.root / WAIVERS, home.root / "pyproject.toml", home.corpus / "floors.toml")
    copies = (path for folder in (home.texts, *texts) for path in _entries(folder))
    found: Stamps = {}
    for path in (*home.data_files(), *home.shape_files(), *settings, *copies, *more):
        try:
            stat = path.stat()
        except OSError:
            continue  # gone, or not there yet
        found[path] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    return found


def _changed(home: Home, before: Stamps, now: Stamps) -> tuple[str, ...]:
    """Names of the files that are other than before."""
    return tuple(sorted({_name(home, path) for path, _ in now.items() ^ before.items()}))


def _entries(folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(folder.iterdir())
    except OSError:
        return ()


def _name(home: Home, path: Path) -> str:
    name = home.name(path)
    return path.name if Path(name).is_absolute() else name
