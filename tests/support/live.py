"""A site behind a real socket inside the test's own process, so that a test can look at both ends."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from waitress.server import create_server

import webapp


@contextmanager
def live(app: Flask, *, threads: int = 4) -> Iterator[str]:
    """Serve an app on a free port of loopback while the block runs, then close it; the address, without a slash."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = create_server(app, host="127.0.0.1", port=0, threads=threads, **webapp.WAITRESS)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        webapp.close(app)
        server.trigger.pull_trigger(server.close)
        thread.join()
        server.task_dispatcher.shutdown()
