"""The web application: the base as pages, and as a SPARQL endpoint.

`create_app` is a function of a base and its settings: it loads once, writes a store on disk for the workers, and
never changes anything afterwards. It uses only the face of the library.

    app = webapp.create_app("mybase", TIMEOUT_SECONDS=5)

A program that calls it itself does so under `if __name__ == "__main__":`, because the workers are processes that
import the program's main module (Python's multiprocessing asks for that).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

import kb
from webapp import (
    browse,
    completion,
    dereference,
    describe,
    documents,
    exports,
    graphs,
    language,
    openapi,
    overview,
    pages,
    protocol,
    reference,
    scripts,
)
from webapp.answered import Answered
from webapp.budget import Budget
from webapp.compress import compress
from webapp.media import HTML, PROBLEM, choose
from webapp.names import Names, Places
from webapp.settings import LARGEST, MEGABYTE, Settings, read_settings
from webapp.site import KEY, Site, site, site_of
from webapp.storage import store_on_disk
from webapp.words import read_words
from webapp.worker import Pool

__all__ = ["WAITRESS", "Settings", "close", "create_app"]

MAX_BODY = 2 * 1024 * 1024
WAITRESS = {
    "ident": "factcite",
    "max_request_body_size": 2 * MAX_BODY,
    "channel_request_lookahead": 1,
    "outbuf_overflow": 64 * 1024,
    "outbuf_high_watermark": LARGEST + MEGABYTE,
}
"""Settings for waitress. Looking ahead is how it notices that a client has gone. What a client has not read yet lies
in a temporary file, not in memory, up to the largest answer, so that a slow reader keeps neither a thread nor a
worker."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def create_app(
    home: kb.Home | Path | str | None = None, *, base: kb.KnowledgeBase | None = None, **settings: Any
) -> Flask:
    """A site over one knowledge base.

    Args:
        home: a `Home`, a folder, or None for the base that came with the program.
        base: one that is loaded already; then `home` is not looked at.
        settings: in capitals, see `webapp.settings.Settings`; and Flask's TESTING, TRUSTED_HOSTS,
            MAX_CONTENT_LENGTH, SERVER_NAME, APPLICATION_ROOT.

    Raises:
        HomeError: no base there.
        InputError: a file that does not pass the gate, or no room for temporary files.
        UsageError: a setting that does not exist.
    """
    ours, flasks = read_settings(settings)
    loaded = base if base is not None else kb.load_kb(home)
    app = Flask(__name__)
    configure(app, flasks)
    if ours.proxies:
        proxied = ProxyFix(app.wsgi_app, x_for=ours.proxies, x_proto=0, x_host=0)
        app.wsgi_app = proxied  # type: ignore[method-assign]
    if ours.kept_bytes:
        app.wsgi_app = Answered(app.wsgi_app, ours.kept_bytes)  # type: ignore[method-assign]
    app.extensions[KEY] = build_site(loaded, ours)
    for room in (
        *(protocol, pages, overview, browse, reference),
        *(dereference, graphs, describe, exports, openapi, language, completion),
    ):
        app.register_blueprint(room.blueprint)
    dress_templates(app)
    handle_errors(app)
    app.after_request(compress)  # functions run last to first: this one sees the response last
    app.after_request(documents.revalidated)
    app.after_request(protect)
    app.after_request(language.mark)
    return app


def close(app: Flask) -> None:
    """End the workers of an app before the program ends; without it they end with the program."""
    found: Site = app.extensions[KEY]
    found.pool.close()


# --- steps -----------------------------------------------------------------------------------------------


def configure(app: Flask, given: Mapping[str, Any]) -> None:
    """Flask's own settings."""
    app.config.from_mapping({"MAX_CONTENT_LENGTH": MAX_BODY, "MAX_FORM_MEMORY_SIZE": MAX_BODY, **given})


def build_site(base: kb.KnowledgeBase, settings: Settings) -> Site:
    """Load everything that requests look at, and start the workers."""
    places = Places(base)
    spoken = {tag: Names(places, words) for tag, words in read_words().items()}
    pool = Pool(store_on_disk(base), settings, places.prefixes)
    pool.start()
    budget = Budget(settings.budget_seconds, settings.most_at_once)
    return Site(base, settings, pool, spoken, read_questions(base), budget)


def read_questions(base: kb.KnowledgeBase) -> dict[str, kb.SavedQuestion]:
    """The saved questions of the base, and the program's own page queries, which fit its templates."""
    own = {question.name: question for question in kb.saved_questions(base.home)}
    shipped = kb.saved_questions(kb.find_home())
    return own | {question.name: question for question in shipped if question.name.startswith("page-")}


def dress_templates(app: Flask) -> None:
    """What every template may use."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(shown=pages.shown, plain=pages.plain, pieces=pages.pieces)
    app.context_processor(lambda: {"version": kb.__version__, "forms": documents.forms()})
    spoken = site_of(app).spoken
    scripts.dress(app)
    language.dress(app, lambda: site().words, [(tag, names.words.name) for tag, names in spoken.items()])


def handle_errors(app: Flask) -> None:
    """Errors as pages for people and as problem details for programs; never a stack."""
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(kb.QueryError, show_query_error)


def protect(response: Response) -> Response:
    """Headers that keep a page to itself: only our own files run, nothing from elsewhere, no frames, no guessing."""
    there = {name.lower() for name in dict(response.headers)}
    response.headers.extend({name: value for name, value in HEADERS.items() if name.lower() not in there})
    return response


# --- errors ----------------------------------------------------------------------------------------------


def show_http_error(error: HTTPException) -> Response:
    """An error of HTTP: not found, not allowed, too large, broken."""
    status = error.code or 500
    if isinstance(error, SecurityError):  # called by a name that is not ours: no page, which would have links
        return Response("This server does not go by that name.\n", status=400, content_type="text/plain")
    if not wants_page():
        response = protocol.problem(status, error.description or "")
    else:
        near = site().names.near(request.path.rpartition("/")[2]) if status == 404 else ()
        page = render_template("error.html", status=status, detail=error.description or "", help="", near=near)
        response = Response(page, status=status)
    if error.response is not None:
        return response
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def show_query_error(error: kb.QueryError) -> Response:
    """A page of a thing whose query was stopped."""
    response = protocol.problem_of(error)
    if wants_page():
        status = response.status_code
        page = render_template("error.html", status=status, detail=error.message, help=error.help or "", near=())
        shown = Response(page, status=status)
        shown.headers.update({name: value for name, value in response.headers.items() if name == "Retry-After"})
        return shown
    return response


def wants_page() -> bool:
    """Whether whoever asks can read a page; the endpoint's clients want data."""
    if request.path.rstrip("/").endswith("/sparql"):
        return request.method != "POST" and protocol.prefers_page(request)
    return choose(request.headers.get("Accept", ""), (HTML, PROBLEM, "application/json")) in (HTML, None)
