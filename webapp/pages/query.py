"""The pages: each is one stored query and one template, and links to the query behind it.

The query page is the front door. Everything works as plain links and forms; scripts only make it easier.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Blueprint, Response, make_response, render_template, request

import kb
from webapp.answer.view import Asked, Shown, answer_view, typed
from webapp.endpoint import describe
from webapp.endpoint.protocol import bindings, retry_after, status_of
from webapp.pages.gallery import gallery_of
from webapp.pages.overview import statuses, timeline_of
from webapp.pages.scripts import editor_words
from webapp.site.site import Site, site

EXCERPT = 70  # code points of a long line shown on either side of a mistake
FIRST_QUESTION = """\
PREFIX fc: <https://w3id.org/factcite/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?claim ?status ?origins
WHERE {
  ?claim a fc:Claim ;
         rdfs:label ?label ;
         fc:status ?status ;
         fc:originCount ?origins .
}
ORDER BY DESC(?origins) ?label
LIMIT 20
"""

blueprint = Blueprint("query", __name__)


# --- what the query page receives ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ErrorView:
    """What went wrong with a query, and where: the line in three pieces, the middle one to point at."""

    message: str
    help: str
    status: int
    line: int | None = None
    column: int | None = None
    before: str = ""
    at: str = ""
    after: str = ""


# --- the query page --------------------------------------------------------------------------------------


@blueprint.get("/")
def home() -> Response:
    """The query page, with an answer if something was asked; without a query, what the base is as data too."""
    if request.args:
        return make_response(_query_page())
    return describe.front(page=lambda: _query_page()[0])


def _query_page() -> tuple[str, int, dict[str, str]]:
    here = site()
    asked, answer, error = None, None, None
    headers: dict[str, str] = {}
    try:
        asked = _asked(here)
        if asked is not None:
            answer = answer_view(here, asked, Shown.of(request.args))
    except (kb.QueryError, kb.UsageError) as problem:
        asked = asked or Asked(request.args.get("query", ""))
        error, headers = _error(problem, asked.text), retry_after(problem)
    page = render_template(
        "home.html",
        asked=asked,
        text=asked.text if asked else FIRST_QUESTION,
        answer=answer,
        error=error,
        gallery=gallery_of(here, asked.saved if asked else None),
        editor_words=editor_words(here.words),
        suggestions=here.names.suggestions,
        values={name: typed(here, term) for name, term in asked.params.items()} if asked else {},
        figures=here.figures,
        timeline=None if request.args else timeline_of(here),
        statuses=statuses(here),
        max_rows=here.settings.max_rows,
        timeout=here.settings.timeout_seconds,
    )
    return page, error.status if error else 200, headers


def _asked(here: Site) -> Asked | None:
    """What the address asks for; None where it asks for nothing.

    Raises:
        UsageError: a saved query that does not exist, or values that do not fit it.
    """
    name, text = request.args.get("question", ""), request.args.get("query", "")
    if text.strip():
        return Asked(text.replace("\r\n", "\n"), bindings(here, request.args))
    if not name:
        return None
    saved = here.saved_queries.get(name)
    if saved is None:
        raise kb.UsageError(f"there is no saved query {name[:60]!r}", help="choose one from the list below")
    values = {key[1:]: value.strip() for key, value in request.args.items() if key.startswith("$")}
    return Asked(saved.text, kb.bind(saved, values, prefixes=here.names.prefixes), saved)


def _error(problem: kb.KbError, text: str) -> ErrorView:
    status = status_of(problem) if isinstance(problem, kb.QueryError) else 400
    lines = re.split(r"\r\n|\r|\n", text)
    line, column = problem.line, problem.column
    if line is None or column is None or not 1 <= line <= len(lines):
        return ErrorView(problem.message, problem.help or "", status)
    content, at = lines[line - 1], min(max(column - 1, 0), len(lines[line - 1]))
    before, after = content[:at], content[at + 1 :]
    return ErrorView(
        problem.message,
        problem.help or "",
        status,
        line,
        column,
        before=before if len(before) <= EXCERPT else "…" + before[-EXCERPT:],
        at=content[at : at + 1] or " ",
        after=after if len(after) <= EXCERPT else after[:EXCERPT] + "…",
    )


# --- pages of things -------------------------------------------------------------------------------------


# --- downloads and the report ----------------------------------------------------------------------------


# --- for templates ---------------------------------------------------------------------------------------
