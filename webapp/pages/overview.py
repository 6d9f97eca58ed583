"""The base at a glance: its pictures and figures, each with the stored query behind it.

A base does not change while it is served, so each picture is asked for once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox
from flask import Blueprint, Response, render_template

import kb
from webapp.answer.dates import Timeline, timeline
from webapp.endpoint import describe
from webapp.endpoint.documents import DATA, PageData, page_or_data, records
from webapp.pages.pictures import (
    DependenceLine,
    FigureTable,
    Sharing,
    dependences,
    figures,
    shared_claims,
    shared_questions,
)
from webapp.site.site import Site, site
from webapp.things.views import STATUSES, StatusView, status_view

blueprint = Blueprint("overview", __name__)


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """Everything on the page; each part comes from one stored query."""

    timeline: Timeline
    claims: Sharing
    questions: Sharing
    dependences: tuple[DependenceLine, ...]
    tables: tuple[FigureTable, ...]


PICTURES = ("page-timeline", "page-shared", "page-topics", "page-dependences")
"""The queries behind the pictures."""


@blueprint.get("/overview")
@blueprint.get(f"/overview{DATA}")
def overview(suffix: str = "") -> Response:
    """The pictures and the figures; as data, what they show, and the counts."""
    here = site()
    data = PageData("factcite-overview", lambda: overview_triples(here), kept=True, prefixes=describe.PREFIXES)

    def page() -> str:
        kept = here.keep("overview", lambda: overview_page(here))
        return render_template("overview.html", page=kept, queries=here.saved_queries)

    return page_or_data(here, suffix, page, data)


def overview_triples(here: Site) -> Iterator[ox.Triple]:
    """Everything that a picture names, and how much there is of everything."""
    rows = (row for name in PICTURES for row in here.table(name)[1])
    yield from records(
        here.base.whole, (cell["value"] for row in rows for cell in row.values() if cell["type"] == "uri")
    )
    yield from describe.void_triples(here)


def overview_page(here: Site) -> OverviewPage:
    """Ask every query of the page.

    Raises:
        QueryError: one was stopped.
    """
    return OverviewPage(
        timeline=timeline_of(here),
        claims=shared_claims(here.table("page-shared")[1], here.names),
        questions=shared_questions(here.table("page-topics")[1], here.names),
        dependences=dependences(here.table("page-dependences")[1], here.names),
        tables=tuple(
            figures(here.saved_queries[name], *here.table(name), here.names)
            for name in kb.STATS_QUERIES
            if name in here.saved_queries
        ),
    )


def timeline_of(here: Site) -> Timeline:
    """The timeline; the front page shows a small one."""
    return here.keep("timeline", lambda: timeline(here.table("page-timeline")[1], here.names))


def statuses(here: Site) -> tuple[tuple[StatusView, int], ...]:
    """How many claims have each status."""
    return tuple((status_view(iri, here.names), here.figures.statuses.get(iri, 0)) for iri in STATUSES)
