"""New data for a running server, whenever somebody asks for it: a signal, or a file that has changed.

One thread does the work, so that two loads never run at once, and no caller has to wait. Who asks while it
works is heard afterwards; several who ask at once are one.
"""

from __future__ import annotations

import sys
import threading
import time
from queue import Empty, SimpleQueue

from flask import Flask

import kb
import webapp
from webapp.site.site import site_of


class Reloader:
    """Loads the base of an app again when asked, and prints the result on standard output or standard error."""

    def __init__(self) -> None:
        self.asked: SimpleQueue[bool] = SimpleQueue()  # a signal may come while another is put into it
        self.thread: threading.Thread | None = None

    def ask(self) -> None:
        """Ask for new data; from any thread, and from a signal handler."""
        self.asked.put(True)

    def start(self, app: Flask) -> None:
        """Begin to take requests, and those that came before."""
        self.thread = threading.Thread(target=self._run, args=(app,), name="factcite-renewal", daemon=True)
        self.thread.start()

    def watch(self, app: Flask) -> None:
        """Ask by oneself whenever a file of the base has changed."""
        threading.Thread(target=self._watch, args=(app,), name="factcite-watch", daemon=True).start()

    def stop(self) -> None:
        """Take no more requests; a load that is running ends first. A second stop has no effect."""
        self.asked.put(False)
        if self.thread is not None:
            self.thread.join()

    def _run(self, app: Flask) -> None:
        while self._wanted():
            work = threading.Thread(target=renew, args=(app,), name="factcite-load")  # a mistake of ours ends only this
            work.start()
            work.join()

    def _wanted(self) -> bool:
        """Wait until somebody asks; False where it is all over."""
        going_on = self.asked.get()
        while going_on:
            try:
                going_on = self.asked.get_nowait()
            except Empty:
                return True
        return False

    def _watch(self, app: Flask) -> None:
        here = site_of(app)
        changes = kb.changes(here.base.home, texts=here.settings.texts, since=here.stamps)
        del here  # another site is going to take its place
        for _ in changes:
            self.ask()


def renew(app: Flask) -> None:
    """Load the base again, and print the figures, or the reason why the old data stay."""
    started, before = time.perf_counter(), numbers(app)
    try:
        changed = webapp.reload(app)
    except (kb.KbError, OSError) as error:
        print(f"kb serve: the old data stay, because the new cannot be loaded:\n{error}", file=sys.stderr, flush=True)
        return
    if changed:
        seconds = time.perf_counter() - started
        print(f"Factcite serves {numbers(app)} now, loaded in {seconds:.1f} s (before: {before})", flush=True)


def numbers(app: Flask) -> str:
    """How much is served, in a few words."""
    figures = site_of(app).figures
    claims, articles = figures.claims, len(figures.articles)
    return f"{claims} claim{'s' * (claims != 1)} of {articles} article{'s' * (articles != 1)}"
