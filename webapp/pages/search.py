"""The search page: things by their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

import kb
from webapp.endpoint.documents import DATA, PageData, page_or_data, records
from webapp.pages.browse import LONGEST, PAGE
from webapp.site.names import Link
from webapp.site.site import Site, site
from webapp.words.folding import MOST_WORDS, fold

blueprint = Blueprint("search", __name__)


@dataclass(frozen=True, slots=True)
class Name:
    """Something that a thing is called; `folded` is what is searched."""

    thing: str
    text: str
    lang: str
    own: bool
    folded: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found, its kind, and the printed name that was found, where that is not its label."""

    iri: str
    link: Link
    kind: str
    printed: Link | None


@dataclass(frozen=True, slots=True)
class Searched:
    """What was found; `more` are not shown."""

    words: str
    hits: tuple[Hit, ...]
    more: int


@blueprint.get("/search")
@blueprint.get(f"/search{DATA}")
def search(suffix: str = "") -> Response:
    """Everything whose names hold the words; as data, the records of what is shown."""
    here = site()
    words = request.args.get("q", "")[:LONGEST]
    page = search_page(here, words)
    data = PageData(
        "factcite-search",
        lambda: records(here.base.whole, (hit.iri for hit in page.hits)),
        headers={"Factcite-Total": str(len(page.hits) + page.more)},
    )
    behind = here.saved_queries["page-names"].text
    return page_or_data(here, suffix, lambda: render_template("search.html", page=page, behind=behind), data)


def search_page(here: Site, words: str) -> Searched:
    """The things that are called so: the best first, each once."""
    names = here.keep_data("names", lambda: read_names(here))
    folded = fold(words)
    parts = folded.split()[:MOST_WORDS]
    if not parts:
        return Searched(words, (), 0)
    found = [name for name in names if all(part in name.folded for part in parts)]
    found.sort(key=lambda name: (_rank(folded, parts, name), len(name.text), name.text, name.thing))
    best = {name.thing: name for name in reversed(found)}
    ordered = [name for name in found if best[name.thing] is name]
    hits = tuple(_hit(here, name) for name in ordered[:PAGE])
    return Searched(words, hits, max(len(ordered) - PAGE, 0))


def read_names(here: Site) -> tuple[Name, ...]:
    """The answer to `page-names`, for things that have a page.

    Raises:
        QueryError: it was stopped.
    """
    _, rows = here.table("page-names")
    return tuple(
        Name(
            row["thing"]["value"],
            row["name"]["value"],
            str(row["name"].get("xml:lang", "")),
            row["how"]["value"] != kb.SKOS.altLabel,
            fold(row["name"]["value"]),
        )
        for row in rows
        if row["thing"]["value"] in here.names.paths
    )


def _hit(here: Site, name: Name) -> Hit:
    link = here.names.link(name.thing)
    printed = Link(name.text, lang=name.lang) if name.text != link.text else None
    return Hit(name.thing, link, here.names.paths[name.thing].partition("/")[0], printed)


def _rank(words: str, parts: Sequence[str], name: Name) -> tuple[int, int]:
    """0 for the whole name, then where it begins so, then where its words do, then anywhere; labels before aliases."""
    if name.folded == words:
        place = 0
    elif name.folded.startswith(words):
        place = 1
    elif all(any(word.startswith(part) for word in name.folded.split()) for part in parts):
        place = 2
    else:
        place = 3
    return place, 0 if name.own else 1
