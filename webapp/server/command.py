"""`kb serve`: the site under waitress, on this machine unless told otherwise.

Registered as an entry point, so that the library never imports the site. One line says where the site is once it
listens; before that, only errors are printed. SIGHUP loads the base again, and so does a change of its files with
`--watch`; one line a load says what is served then.
"""

from __future__ import annotations

import argparse
import ipaddress
import logging
import os
import re
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from flask import Flask
from waitress.server import create_server

import kb
from webapp import WAITRESS, close, create_app
from webapp.server.process import give_back_memory, keep_to_one_core
from webapp.server.reload import Reloader, numbers
from webapp.settings import ENVIRONMENT, public_address, read_environment

THREADS = 16
LOOPBACK_NAMES = ["localhost", "127.0.0.1"]


def serve(arguments: Sequence[str]) -> int:
    """Serve a base until Ctrl+C or SIGTERM.

    Args:
        arguments: what follows `kb serve`.

    Returns:
        0 after a clean stop; 2 for a port that is taken or arguments that make no sense; 3 for a base that cannot
        be read.
    """
    try:
        run(parse(arguments))
    except kb.KbError as error:
        print(f"kb serve: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 0
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the arguments, and what the environment says where they say nothing.

    Leaves the program with 2 where the arguments make no sense.

    Raises:
        UsageError: the environment makes no sense.
    """
    found = read_environment(os.environ)
    parser = argparse.ArgumentParser(prog="kb serve", description="Serve a knowledge base as web pages.")
    home = os.environ.get(f"{ENVIRONMENT}HOME") or None
    parser.add_argument(
        "--home",
        type=Path,
        metavar="DIR",
        default=home,
        help="the folder of the base (default: the base of the program)",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1: this machine only)")
    parser.add_argument("--port", type=port_number, default=8000, help="port to listen on (8000); 0 takes a free one")
    parser.add_argument(
        "--texts",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="folder with your copies of articles, for the report; pages show them where only you can reach the site",
    )
    parser.add_argument(
        "--public-base",
        type=public_address,
        default=found.get("PUBLIC_BASE", ""),
        metavar="URL",
        help="where the site is seen from outside, behind a proxy",
    )
    parser.add_argument(
        "--proxies",
        type=int,
        default=found.get("PROXIES", 0),
        metavar="N",
        help="proxies in front that add to X-Forwarded-For (0)",
    )
    parser.add_argument("--watch", action="store_true", help="load the base again when one of its files changes")
    parser.set_defaults(settings=found)
    return parser.parse_args(arguments)


def port_number(text: str) -> int:
    """A port, 0 to 65535."""
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 65535")
    return int(text)


def run(options: argparse.Namespace) -> None:
    """Listen, load, say so, serve. The port is taken first: if it is in use, the error comes before the load.

    Raises:
        UsageError: the address cannot be listened on.
        KbError: the base cannot be read.
    """
    signal.signal(signal.SIGTERM, stop)
    renewal = Reloader()
    listen_to_hang_ups(renewal)
    give_back_memory()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that somebody waits a moment is no news
    listener = listen(options.host, options.port)
    with listener:
        said = {
            "TEXTS": (*options.texts, *options.settings.get("TEXTS", ())),
            "SHOW_TEXTS": is_private(listener.getsockname()[0], options),
            "PUBLIC_BASE": options.public_base,
            "PROXIES": options.proxies,
        }
        named = {"TRUSTED_HOSTS": trusted_hosts(options.host, options.public_base)}
        app = create_app(options.home, **{**named, **options.settings, **said})
        try:
            end_questions_first(app)
            renewal.start(app)
            if options.watch:
                renewal.watch(app)
            keep_to_one_core()  # the threads that serve; those that are there already, and the workers, keep all
            server = create_server(
                app,
                sockets=[listener],
                threads=THREADS,
                url_prefix=urlsplit(options.public_base).path.rstrip("/"),
                clear_untrusted_proxy_headers=False,  # they tell who comes through somebody else
                **WAITRESS,
            )
            print(greeting(app, options.host, listener.getsockname()[1]), flush=True)
            server.run()
        finally:
            close(app)
            renewal.stop()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        UsageError: no such address, or the port is taken.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(128)
        except OSError:
            listener.close()
            raise
    except (OSError, UnicodeError) as error:
        raise kb.UsageError(
            f"cannot listen on {host} port {port}: {getattr(error, 'strerror', None) or error}",
            help=f"is something else running there? try: kb serve --port {port + 1 if port < 65535 else 0}",
        ) from error
    return listener


def greeting(app: Flask, host: str, port: int) -> str:
    """The one line."""
    name = f"[{host}]" if ":" in host else host
    return f"Factcite serves {numbers(app)} on http://{name}:{port} (Ctrl+C stops it)"


def trusted_hosts(host: str, public_base: str) -> list[str] | None:
    """Names that a request may call this server by; None for any.

    A server for this machine only answers to this machine's names, so that a page from elsewhere cannot reach it
    under a name of its own (DNS rebinding). The test does not know addresses with colons; there, any name goes.
    """
    public = urlsplit(public_base).hostname
    if ":" in host:
        return None
    if is_loopback(host):
        return [*LOOPBACK_NAMES, host, *([public] if public else [])]
    return [public, *LOOPBACK_NAMES] if public else None


def is_loopback(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_private(address: str, options: argparse.Namespace) -> bool:
    """Whether only this machine sees the site, so that it may show a reader the reader's own copies.

    A site that is told of a proxy, of an address outside, or of names to go by, is seen from there. One that answers
    to any name can be seen by pages from elsewhere, through a browser on this machine.

    Args:
        address: that the socket is really bound to.
    """
    outside = options.proxies or options.public_base or options.settings.get("TRUSTED_HOSTS")
    return is_loopback(address) and not outside and trusted_hosts(options.host, "") is not None


def stop(signal_number: int, frame: FrameType | None) -> None:
    """SIGTERM ends the program as Ctrl+C does; a second one changes nothing."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def listen_to_hang_ups(renewal: Reloader) -> None:
    """From now on, SIGHUP asks for new data; but it ends the program where it says that the terminal has gone.

    Who has told the program not to end with its terminal (`nohup`) is heard.
    """
    if not hasattr(signal, "SIGHUP"):
        return
    ends = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN and has_terminal()

    def hang_up(signal_number: int, frame: FrameType | None) -> None:
        if ends and not has_terminal():
            signal.raise_signal(signal.SIGTERM)
        else:
            renewal.ask()

    signal.signal(signal.SIGHUP, hang_up)


def has_terminal() -> bool:
    """Whether the program belongs to a terminal that is still there."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def end_questions_first(app: Flask) -> None:
    """From now on, SIGTERM and Ctrl+C end the running queries first, so that no thread has to wait for one."""

    def end(signal_number: int, frame: FrameType | None) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        close(app)
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # as in a script's background
        signal.signal(signal.SIGINT, end)
