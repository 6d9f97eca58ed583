"""What a running site may be told, with the values it takes when told nothing."""

from __future__ import annotations

import difflib
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import kb

MEGABYTE = 1024 * 1024
LARGEST = 64 * MEGABYTE
"""Bytes of the largest answer, where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one site.

    Attributes:
        timeout_seconds: a query that takes longer is ended.
        max_rows: rows (or triples) of one answer; an answer with more is cut, and says so: in its head, or, if that
            has left already, by breaking off the connection.
        max_bytes: bytes of one answer; a larger one is refused, or broken off where it has begun to leave.
        whole_bytes: the same for an answer that has to be held whole, as for a page.
        stream_after: bytes of an answer of the endpoint that are kept back, so that it can still become an error;
            more of them, and it is sent in pieces, as it is made.
        send_seconds: how long it may take until the last piece has left; a client that reads more slowly is left.
        table_rows: rows of an answer that the query page looks at.
        memory_mb: memory that one worker may take for its queries.
        workers: how many queries of visitors run at once; the site's own pages have one worker more.
        long_after_seconds: a visitor's query that runs longer is a long one.
        long_questions: how many long ones have places of their own; with them there are as many workers more.
        wait_seconds: how long a query waits for a free worker before the site says that it is busy.
        kept_bytes: bytes of answers that are kept for the same request again; 0 keeps none.
        page_bytes: bytes of pages of things, and of answers to the queries of pages, that are kept for the next view,
            half of it each; 0 keeps none. A page that might show a reader's copy is not kept.
        recycle_after: queries after which a worker is replaced by a fresh one.
        max_query_chars: code points of one query.
        page_rows: rows of an answer on one page, where a visitor chooses no other number.
        texts: folders with a reader's own copies of the articles, for the report and, with `show_texts`, the pages.
        show_texts: whether pages of articles and citations show the text from those copies. `kb serve` says so where
            only this machine can reach the site. No request can say it.
        budget_seconds: seconds of the engine's time that one client may use in a minute; 0 for no limit. Clients on
            this machine have no limit.
        most_at_once: queries that one client may have under way; 0 for no limit.
        proxies: how many proxies are in front; each has added the address of its client to X-Forwarded-For. With
            0, that header is not believed.
        public_base: where the site is seen from outside, such as `https://facts.example/`; empty for nowhere in
            particular. Used where an address has to be whole, as in permanent links; every other link is relative, and
            the Host header is never used. The path of it is what the server has as SCRIPT_NAME.
    """

    timeout_seconds: float = 10.0
    max_rows: int = 1_000_000
    max_bytes: int = LARGEST
    whole_bytes: int = 20 * MEGABYTE
    stream_after: int = 4 * MEGABYTE
    send_seconds: float = 60.0
    table_rows: int = 10_000
    memory_mb: int = 1024
    workers: int = 2
    long_after_seconds: float = 1.0
    long_questions: int = 2
    wait_seconds: float = 10.0
    kept_bytes: int = 32 * MEGABYTE
    page_bytes: int = 32 * MEGABYTE
    recycle_after: int = 2_000
    max_query_chars: int = 100_000
    page_rows: int = 100
    budget_seconds: float = 60.0
    most_at_once: int = 4
    proxies: int = 0
    texts: tuple[Path, ...] = ()
    show_texts: bool = False
    public_base: str = ""


ENVIRONMENT = "FACTCITE_"
MAY_BE_NOTHING = frozenset(
    {
        *("stream_after", "long_after_seconds", "long_questions", "wait_seconds", "kept_bytes", "page_bytes"),
        *("budget_seconds", "most_at_once", "proxies", "show_texts"),
    }
)
"""Settings that may be 0; every other number has to be more."""
FLASK_SETTINGS = frozenset({"TESTING", "TRUSTED_HOSTS", "MAX_CONTENT_LENGTH", "SERVER_NAME", "APPLICATION_ROOT"})


def read_settings(given: Mapping[str, Any]) -> tuple[Settings, dict[str, Any]]:
    """Split what `create_app` was given into the site's settings and Flask's.

    Args:
        given: names in capitals, as Flask writes them (`TIMEOUT_SECONDS=5`).

    Raises:
        UsageError: a name that neither knows, a number that makes no sense, or an address that is none.
    """
    ours = {field.name.upper(): field.name for field in fields(Settings)}
    unknown = sorted(set(given) - set(ours) - FLASK_SETTINGS)
    if unknown:
        near = difflib.get_close_matches(unknown[0], [*ours, *FLASK_SETTINGS], 1)
        raise kb.UsageError(
            f"the site has no setting {unknown[0]}", help=f"did you mean {near[0]}?" if near else ", ".join(ours)
        )
    settings = Settings(**{ours[name]: value for name, value in given.items() if name in ours})
    for name in ours.values():
        _check_number(name, getattr(settings, name))
    public_address(settings.public_base)
    return settings, {name: value for name, value in given.items() if name not in ours}


def _check_number(name: str, value: object) -> None:
    least = 0 if name in MAY_BE_NOTHING else 1
    if isinstance(value, int | float) and not (math.isfinite(value) and (value > 0 or value == least)):
        help = f"say a number that is {'0 or more' if name in MAY_BE_NOTHING else 'more than 0'}"
        raise kb.UsageError(f"the setting {name.upper()} is {value}", help=help)


def public_address(text: str) -> str:
    """Where the site is seen from outside: an address of http or https, or nothing.

    Raises:
        UsageError: it is something else.
    """
    try:
        parts = urlsplit(text)
        bare = parts.scheme in ("http", "https") and parts.netloc and "@" not in parts.netloc
        is_address = bare and kb.expand(text, {}) == text and not parts.query + parts.fragment and parts.port != 0
    except ValueError:
        is_address = False
    if text and not is_address:
        raise kb.UsageError(f"the public base {text!r} is no address", help="such as https://facts.example/")
    return text


def read_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Settings that a program's environment holds, as `create_app` takes them: `FACTCITE_TIMEOUT_SECONDS=5`.

    `FACTCITE_TEXTS` is a list of folders, separated as PATH is; `FACTCITE_TRUSTED_HOSTS` one of names, by commas.
    Whether a reader's copies are shown is not said here: that follows from where the server listens.

    Raises:
        UsageError: a name that is no setting, or a value that is no number.
    """
    found: dict[str, Any] = {}
    known = {field.name.upper(): field.type for field in fields(Settings) if field.name != "show_texts"}
    for name in sorted(environment):
        if not name.startswith(ENVIRONMENT) or not environment[name]:
            continue
        setting, text = name.removeprefix(ENVIRONMENT), environment[name]
        if setting == "TRUSTED_HOSTS":
            found[setting] = [host.strip() for host in text.split(",")]
        elif setting == "TEXTS":
            found[setting] = tuple(Path(folder) for folder in text.split(os.pathsep))
        elif setting in known:
            found[setting] = _value(name, text, known[setting])
        elif setting != "HOME":
            near = difflib.get_close_matches(setting, known, 1)
            help = f"did you mean {ENVIRONMENT}{near[0]}?" if near else "one of: " + ", ".join(known)
            raise kb.UsageError(f"the site has no setting {name}", help=help)
    return found


def _value(name: str, text: str, type: object) -> str | int | float:
    try:
        if type == "int":
            return int(text)
        return float(text) if type == "float" else text
    except ValueError:
        raise kb.UsageError(f"{name} is {text!r}, which is no number", help=f"say {name}=5") from None
