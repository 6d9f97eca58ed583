"""The saved queries as the query page offers them: by topic, each with a form for its parameters.

A parameter that takes a thing of the base offers those of its kind, to choose from or to be suggested, so that no one
has to know an IRI.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import kb
from webapp.site.saved_queries import Field, field
from webapp.site.site import Site

START = ("claims-about", "who-says", "contested", "denials", "claims-by-status", "claims-by-article")
"""Queries that somebody who comes for the first time can use; where a base has others, its first ones are shown."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A saved query as a form; `words` are what it is found by: those of its head, as written and as shown."""

    name: str
    title: str
    description: str
    fields: tuple[Field, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Topic:
    """Queries about one thing; `title` is empty where a base does not say."""

    title: str
    queries: tuple[SavedView, ...]


@dataclass(frozen=True, slots=True)
class Gallery:
    """All saved queries.

    Attributes:
        asked: the one that was asked.
        first: those that are seen at once.
        topics: the others.
        count: how many there are.
    """

    asked: SavedView | None
    first: tuple[SavedView, ...]
    topics: tuple[Topic, ...]
    count: int


def gallery_of(here: Site, asked: kb.SavedQuery | None = None) -> Gallery:
    """The gallery, and in it the query that was asked."""
    listed = _listed(here)
    names = [query.name for query in listed]
    known = [name for name in START if name in names]
    first = frozenset([*known, *(name for name in names if name not in known)][: len(START)])
    return Gallery(
        asked=_view(here, asked) if asked else None,
        first=tuple(_view(here, query) for query in listed if query.name in first),
        topics=_topics(here, [query for query in listed if query.name not in first]),
        count=len(listed),
    )


def _listed(here: Site) -> list[kb.SavedQuery]:
    """The saved queries; those that need no values are first."""
    found = [query for name, query in here.saved_queries.items() if not name.startswith("page-")]
    return sorted(found, key=lambda query: (bool(query.params), query.name))


def _topics(here: Site, queries: Sequence[kb.SavedQuery]) -> tuple[Topic, ...]:
    """The queries of each topic, in the order of topics; those without one last."""
    titles = sorted({query.topic for query in queries}, key=lambda title: (not title, title))
    return tuple(
        Topic(title, tuple(_view(here, query) for query in queries if query.topic == title)) for title in titles
    )


def _view(here: Site, query: kb.SavedQuery) -> SavedView:
    fields = tuple(field(here, param) for param in query.params)
    head = (query.title, query.description, query.topic, *(field.description for field in fields))
    said = (here.words.translated(text)[0] for text in head)
    words = " ".join(dict.fromkeys(filter(None, (*head, query.name, *said))))
    return SavedView(query.name, query.title, query.description, fields, words)
