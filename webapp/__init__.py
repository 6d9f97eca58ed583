"""The web application: the base as pages, and as a SPARQL endpoint.

`create_app` is a function of a base and its settings: it loads once, and writes a store on disk for the workers. What
it has loaded never changes; `reload` puts a new load in its place, between two requests. It uses only the face of the
library.

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
from webapp.endpoint import completion, dereference, describe, documents, graphs, openapi, protocol
from webapp.endpoint.response_cache import ResponseCache
from webapp.engine.budget import Budget
from webapp.pages import browse, exports, overview, query, reference, report, scripts, search, thing
from webapp.settings import LARGEST, MEGABYTE, Settings, read_settings
from webapp.site.generations import Generations, RequestBinding
from webapp.site.loading import build_site, load_site
from webapp.site.site import KEY, site, site_of, turns_of
from webapp.words import language, spelling

__all__ = ["WAITRESS", "Settings", "close", "create_app", "reload"]

MAX_BODY = 2 * 1024 * 1024
WAITRESS = {
    "ident": "factcite",
    "max_request_body_size": 2 * MAX_BODY,
    "connection_limit": 400,
    "channel_timeout": 30,
    "cleanup_interval": 10,
    "channel_request_lookahead": 1,
    "outbuf_overflow": 64 * 1024,
    "outbuf_high_watermark": LARGEST + MEGABYTE,
}
"""Settings for waitress. A connection that sends nothing for half a minute is closed, so that idle clients take no
places from the others for long. The lookahead is how it notices that a client has gone. What a client has not read
yet lies in a temporary file, not in memory, up to the largest answer, so that a slow reader keeps neither a thread nor
a worker."""
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
        base: one that is loaded already; then `home` is ignored.
        settings: in capitals, see `webapp.settings.Settings`; and Flask's TESTING, TRUSTED_HOSTS,
            MAX_CONTENT_LENGTH, SERVER_NAME, APPLICATION_ROOT.

    Raises:
        HomeError: no base there.
        InputError: a file that does not pass the gate, or no space for temporary files.
        UsageError: a setting that does not exist.
    """
    ours, flasks = read_settings(settings)
    budget = Budget(ours.budget_seconds, ours.most_at_once)
    if base is not None:
        first = build_site(base, ours, budget, kb.stamps(base.home, texts=ours.texts))
    else:
        first = load_site(home if isinstance(home, kb.Home) else kb.find_home(home), ours, budget)
    turns = Generations(first)
    app = Flask(__name__)
    configure(app, flasks)
    if ours.proxies:
        proxied = ProxyFix(app.wsgi_app, x_for=ours.proxies, x_proto=0, x_host=0)
        app.wsgi_app = proxied  # type: ignore[method-assign]
    if ours.kept_bytes:
        app.wsgi_app = ResponseCache(app.wsgi_app)  # type: ignore[method-assign]
    app.wsgi_app = RequestBinding(app.wsgi_app, turns)  # type: ignore[method-assign]
    app.extensions[KEY] = turns
    for module in (
        *(protocol, query, overview, thing, browse, search, report, reference),
        *(dereference, graphs, describe, exports, openapi, language, completion),
    ):
        app.register_blueprint(module.blueprint)
    dress_templates(app)
    handle_errors(app)
    app.after_request(documents.revalidated)  # functions run last to first: this one sees the response last
    app.after_request(protect)
    app.after_request(language.add_language_headers)
    return app


def close(app: Flask) -> None:
    """End the workers of an app before the program ends; without it they end with the program."""
    turns_of(app).close()


def reload(app: Flask) -> bool:
    """Load the base of an app again next to the old one, and use it from the next request on.

    Requests that have begun keep what they began with; it goes with the last of them. What clients have left of their
    budgets is as it was. Not for two threads at once.

    Returns:
        Whether the new data answer now; not where the app has been closed meanwhile.

    Raises:
        InputError: a file that does not pass the gate, no space for temporary files, or files that keep changing. Then
            the old data go on answering.
        QueryStoppedError: no worker will start; the same.
    """
    old = site_of(app)
    new = load_site(old.base.home, old.settings, old.budget)
    try:
        new.pool.warm()
    except BaseException:
        new.close()
        raise
    return turns_of(app).change(new)


# --- steps -----------------------------------------------------------------------------------------------


def configure(app: Flask, given: Mapping[str, Any]) -> None:
    """Flask's own settings."""
    app.config.from_mapping({"MAX_CONTENT_LENGTH": MAX_BODY, "MAX_FORM_MEMORY_SIZE": MAX_BODY, **given})


def dress_templates(app: Flask) -> None:
    """What every template may use."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(shown=spelling.shown, plain=spelling.plain, pieces=thing.pieces)
    app.context_processor(lambda: {"version": kb.__version__, "forms": documents.hidden_fields()})
    spoken = site_of(app).spoken
    scripts.register_scripts(app)
    language.register_language(app, lambda: site().words, [(tag, names.words.name) for tag, names in spoken.items()])


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
    if not protocol.wants_page():
        response = protocol.problem(status, error.description or "")
    else:
        near = site().names.near(request.path.rpartition("/")[2]) if status == 404 else ()
        page = render_template("error.html", status=status, detail=error.description or "", help="", near=near)
        response = Response(page, status=status)
        response.vary.add("Accept")
    if error.response is not None:
        return response
    for name, value in error.get_headers():
        if name.lower() in ("allow", "content-range", "retry-after"):
            response.headers[name] = value
    return response


def show_query_error(error: kb.QueryError) -> Response:
    """A page of a thing whose query was stopped."""
    response = protocol.problem_of(error)
    if protocol.wants_page():
        status = response.status_code
        page = render_template("error.html", status=status, detail=error.message, help=error.help or "", near=())
        shown = Response(page, status=status)
        shown.vary.add("Accept")
        shown.headers.update({name: value for name, value in response.headers.items() if name == "Retry-After"})
        return shown
    return response
