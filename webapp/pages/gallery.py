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
"""Questions that somebody who comes for the first time can use; where a base has others, its first ones are shown."""


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
    """Questions about one thing; `title` is empty where a base does not say."""

    title: str
    questions: tuple[SavedView, ...]


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
    """The gallery, and in it the question that was asked."""
    listed = _listed(here)
    names = [question.name for question in listed]
    known = [name for name in START if name in names]
    first = frozenset([*known, *(name for name in names if name not in known)][: len(START)])
    return Gallery(
        asked=_view(here, asked) if asked else None,
        first=tuple(_view(here, question) for question in listed if question.name in first),
        topics=_topics(here, [question for question in listed if question.name not in first]),
        count=len(listed),
    )


def _listed(here: Site) -> list[kb.SavedQuery]:
    """The saved queries; those that need no values are first."""
    found = [question for name, question in here.questions.items() if not name.startswith("page-")]
    return sorted(found, key=lambda question: (bool(question.params), question.name))


def _topics(here: Site, questions: Sequence[kb.SavedQuery]) -> tuple[Topic, ...]:
    """The questions of each topic, in the order of topics; those without one last."""
    titles = sorted({question.topic for question in questions}, key=lambda title: (not title, title))
    return tuple(
        Topic(title, tuple(_view(here, question) for question in questions if question.topic == title))
        for title in titles
    )


def _view(here: Site, question: kb.SavedQuery) -> SavedView:
    fields = tuple(field(here, param) for param in question.params)
    head = (question.title, question.description, question.topic, *(field.description for field in fields))
    said = (here.words.translated(text)[0] for text in head)
    words = " ".join(dict.fromkeys(filter(None, (*head, question.name, *said))))
    return SavedView(question.name, question.title, question.description, fields, words)
