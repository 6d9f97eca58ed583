"""Keep answers, and give them again to a client that asks exactly the same.

A base does not change while it is served, so the answer to a query cannot either, unless the query asks for the
time or for chance. What is kept is the whole response to a GET of the endpoint, by everything that it depends on: the
query string, the name of the server, and the headers that its `Vary` names. It is in front of the site, because
what is kept has passed every test already; so it costs no worker and no budget. Only answers that came whole
are kept. They belong to the site that gave them: one over newer data has none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import unquote_plus

from werkzeug.http import parse_etags

from webapp.site.generations import SITE
from webapp.site.site import Answer, Site

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Key: TypeAlias = tuple[str, ...]
Headers: TypeAlias = list[tuple[str, str]]

PATH = "/sparql"
DEPENDS = ("QUERY_STRING", "HTTP_HOST", "wsgi.url_scheme", "SCRIPT_NAME", "HTTP_ACCEPT")
VARY = {"accept"}
ROWS = "factcite-rows"  # the header of an answer, which no other response of the endpoint has
LONGEST = 16_384
"""Characters of everything that an answer depends on; longer, and it is not looked for."""
OF_THE_MOMENT = re.compile(r"\b(NOW|RAND|UUID|STRUUID|BNODE)\b", re.IGNORECASE)
OF_THE_BODY = {"content-length", "content-type", "content-encoding", "content-disposition"}


class ResponseCache:
    """A WSGI application that keeps answers of another, each with the site that gave it.

    Args:
        app: what is asked when nothing is kept.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from what is kept, or ask and keep."""
        key = key_of(environ)
        if key is None:
            return self.app(environ, start_response)
        here: Site = environ[SITE]
        found = here.answers.find(key)
        if found is not None:
            return _send(found, environ, start_response)
        return self._ask(here, key, environ, start_response)

    def _ask(self, here: Site, key: Key, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        said: list[tuple[str, Headers]] = []

        def listen(status: str, headers: Headers, *more: object) -> object:
            said[:] = [(status, headers)]
            return start_response(status, headers, *more)  # type: ignore[arg-type]

        body = self.app(environ, listen)  # type: ignore[arg-type]
        if not said or not _stays(*said[0], key[0]):
            return body
        try:
            whole = b"".join(body)
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                close()
        answer = _kept(said[0][1], whole)
        here.answers.keep(key, answer, answer.size + sum(map(len, key)))
        return [whole]


def key_of(environ: WSGIEnvironment) -> Key | None:
    """Everything that the answer to a request depends on; None for a request whose answer is not kept."""
    if environ["REQUEST_METHOD"] != "GET" or environ.get("PATH_INFO") != PATH:
        return None
    key = tuple(environ.get(name, "") for name in DEPENDS)
    return key if "query=" in key[0] and sum(map(len, key)) <= LONGEST else None


def _stays(status: str, headers: Headers, query: str) -> bool:
    """Whether a response is a whole answer that would be the same at any time, for all who send the same headers."""
    found = {name.lower(): value for name, value in headers}
    vary = {name.strip().lower() for name in found.get("vary", "").split(",")}
    whole = status.startswith("200 ") and ROWS in found and "content-length" in found
    return whole and vary <= VARY and "set-cookie" not in found and not OF_THE_MOMENT.search(unquote_plus(query))


def _kept(headers: Headers, body: bytes) -> Answer:
    """A response without the time that the engine took, which it will not take again."""
    lasting = tuple((name, value) for name, value in headers if name.lower() != "server-timing")
    etag = next((value for name, value in lasting if name.lower() == "etag"), "")
    return Answer((*lasting, ("Server-Timing", "kept")), etag, body)


def _send(found: Answer, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The response, or nothing new for somebody who has it."""
    known = environ.get("HTTP_IF_NONE_MATCH")
    if known and found.etag and parse_etags(known).contains_raw(found.etag):
        start_response("304 NOT MODIFIED", [each for each in found.headers if each[0].lower() not in OF_THE_BODY])
        return []
    start_response("200 OK", list(found.headers))
    return [found.body]
