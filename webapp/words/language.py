"""Which language a request is answered in, and the switch in the footer.

A visitor's choice is a cookie; without one the Accept-Language header decides, and without that English. The switch
is a link that works without script. Every page says what it depends on (`Vary`), so that no cache mixes languages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import quote

from flask import Blueprint, Flask, Response, g, has_request_context, redirect, request
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as AnyResponse

from webapp.words.catalogue import FIRST, LANGUAGES, Words

COOKIE = "factcite_language"
YEAR = 365 * 24 * 60 * 60
SEE_OTHER = 303

blueprint = Blueprint("language", __name__)


@blueprint.get(f"/language/<any({','.join(LANGUAGES)}):code>")
def choose(code: str) -> AnyResponse:
    """Keep a visitor's choice, and go back to the page that was seen."""
    response = redirect(local(request.args.get("back", "")), SEE_OTHER)
    response.set_cookie(
        COOKIE, code, max_age=YEAR, path=root(), secure=request.is_secure, httponly=True, samesite="Lax"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def chosen() -> str:
    """The language of this request; English if none is asked for."""
    if not has_request_context():
        return FIRST
    if "language" not in g:
        cookie = request.cookies.get(COOKIE, "")
        g.language = cookie if cookie in LANGUAGES else request.accept_languages.best_match(LANGUAGES, FIRST)
    language: str = g.language
    return language


def root() -> str:
    """Where the site begins on this host."""
    return request.script_root + "/"


def local(address: str) -> str:
    """A path of this site, with its query; the front page for anything that could lead elsewhere.

    A browser reads a backslash as a slash, and leaves out tabs and line ends, so an address that has any is refused.
    """
    if not address.startswith(root()) or address.startswith("//") or "\\" in address or not address.isprintable():
        return root()
    return address


def here() -> str:
    """The page that is seen, as an address to come back to."""
    if request.method not in ("GET", "HEAD"):
        return root()
    query = request.query_string.decode("ascii", "replace")
    return request.script_root + quote(request.path) + (f"?{query}" if query else "")


def add_language_headers(response: Response) -> Response:
    """Say of a page which language it is in, and what that depended on."""
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = chosen()
        response.vary.update(("Accept-Language", "Cookie"))
    return response


# --- for templates ---------------------------------------------------------------------------------------


def register_language(app: Flask, words: Callable[[], Words], names: Sequence[tuple[str, str]]) -> None:
    """Give templates the words of the request's language, and the marks that are put into sentences.

    Args:
        words: gives the words of the request's language.
        names: the languages of the site, and what each calls itself.
    """
    app.jinja_env.globals.update(
        t=lambda key, /, **values: words()(key, **values),
        translated=lambda english: words().translated(english),
        listed=lambda parts: words().listed(parts),
        strong=lambda text: Markup("<strong>{}</strong>").format(text),
        code=lambda text: Markup("<code>{}</code>").format(text),
        to=link_to,
        languages=lambda: names,
        language=chosen,
        language_name=lambda tag: words().language_name(tag),
        here=here,
    )
    app.jinja_env.filters["number"] = lambda value: words().number(value)


def link_to(href: str, text: str, **attributes: str) -> Markup:
    """A link to put into a sentence."""
    more = Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in attributes.items())
    return Markup('<a href="{}"{}>{}</a>').format(href, more, escape(text))
