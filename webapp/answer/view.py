"""The answer to a visitor's query, as the query page shows it, and the ways to take it along.

An answer can be seen in several views: a table, a graph, a timeline, and the very text that a program gets. The
address says which, and which part of it, so that every view can be kept, passed on, and gone back to. Everything is
plain links and forms; the picture of the graph is the only thing that a script draws, and its links are a table too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pyoxigraph as ox
from flask import url_for

import kb
from webapp.answer.graph import Ends, GraphView, graph_view
from webapp.answer.table import Place, TableView, table_of
from webapp.answer.timeline import TimelineView, timeline_view
from webapp.endpoint.media import GRAPHS, SAFE_CSV, TABLES, Media, named
from webapp.endpoint.protocol import file_name
from webapp.engine.evaluate import ROWS, QueryRequest
from webapp.engine.worker import Reply
from webapp.site.site import Site

TABLE, GRAPH, TIMELINE, RAW = "table", "graph", "timeline", "raw"
VIEWS: Mapping[str, str] = {
    TABLE: "answer.view-table",
    GRAPH: "answer.view-graph",
    TIMELINE: "answer.view-timeline",
    RAW: "answer.view-raw",
}
"""What `view=` says, and the key of what it is called."""
MOST_ROWS = 1_000
"""Rows that a page may have at most."""
MOST_COLUMNS = 60
"""Columns of an answer that a page shows: each has addresses of its own in it, which say the whole query."""
RAW_CHARS = 60_000
"""Characters of an answer's own text that a page shows."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a visitor asks: the query, the values of its variables, and the saved query it came from."""

    text: str
    params: Mapping[str, ox.NamedNode | ox.Literal] = field(default_factory=dict)
    saved: kb.SavedQuery | None = None

    @property
    def arguments(self) -> dict[str, str]:
        """The same as arguments of a request."""
        return {"query": self.text, **{f"${name}": str(term) for name, term in sorted(self.params.items())}}


@dataclass(frozen=True, slots=True)
class Shown:
    """Which view of an answer is asked for, and which part of it.

    Attributes:
        view: a key of `VIEWS`.
        sort: of the table: a column, with `-` before it for the other direction.
        page, rows: of the table; `rows` is 0 for the usual number.
        source, target, by: of the graph: the columns that are linked, and the one that says how.
        format: of the text.
    """

    view: str = TABLE
    sort: str = ""
    page: int = 1
    rows: int = 0
    source: str = ""
    target: str = ""
    by: str = ""
    format: str = ""

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> Shown:
        """What an address says; what it says wrongly is as if it said nothing."""
        view = arguments.get("view", TABLE)
        return cls(
            view=view if view in VIEWS else TABLE,
            sort=arguments.get("sort", ""),
            page=max(_number(arguments.get("page", "")), 1),
            rows=min(_number(arguments.get("rows", "")), MOST_ROWS),
            source=arguments.get("from", ""),
            target=arguments.get("to", ""),
            by=arguments.get("by", ""),
            format=arguments.get("as", ""),
        )

    @property
    def arguments(self) -> dict[str, str]:
        """The same for an address; what is as usual is left out."""
        said = {
            "view": "" if self.view == TABLE else self.view,
            "sort": self.sort,
            "page": str(self.page) if self.page > 1 else "",
            "rows": str(self.rows) if self.rows else "",
            "from": self.source,
            "to": self.target,
            "by": self.by,
            "as": self.format,
        }
        return {name: value for name, value in said.items() if value}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


@dataclass(frozen=True, slots=True)
class Tab:
    """A view: the key of its name, its address, and whether it is the one that is seen."""

    label: str
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class RawView:
    """The answer as a program gets it: its beginning, how many characters it has in all, and the other formats."""

    text: str
    chars: int
    formats: tuple[Tab, ...]

    @property
    def more(self) -> bool:
        """Whether it goes on."""
        return len(self.text) < self.chars


@dataclass(frozen=True, slots=True)
class Download:
    """A way to take the answer along: what it is called, its address, and the name of the file."""

    label: str
    href: str
    file: str


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer, in one of its views.

    Attributes:
        truth: of an ASK; None otherwise.
        count: rows that the answer has.
        most: rows that a page looks at; where there are more, the answer was cut (`truncated`).
        columns: how many it has; a page shows the first `MOST_COLUMNS`.
        hidden: what a form has to send along to ask the same again, without its view.
        permanent: the address that gives this answer, in this view, again.
    """

    form: str
    truth: bool | None
    count: int
    most: int
    truncated: bool
    milliseconds: float
    tabs: tuple[Tab, ...]
    downloads: tuple[Download, ...]
    hidden: Mapping[str, str]
    permanent: str
    columns: int = 0
    table: TableView | None = None
    graph: GraphView | None = None
    timeline: TimelineView | None = None
    raw: RawView | None = None

    @property
    def shown_columns(self) -> int:
        """How many columns a page shows."""
        return min(self.columns, MOST_COLUMNS)


def answer_view(here: Site, asked: Asked, shown: Shown) -> AnswerView:
    """Ask, and lay the answer out.

    Raises:
        QueryError: it was refused or stopped.
    """
    most = min(here.settings.max_rows, here.settings.table_rows)
    query = QueryRequest(asked.text, graph=ROWS, params=asked.params, base=here.endpoint, max_rows=most)
    if shown.view == RAW:
        table, graph = _formats(shown)
        query = replace(query, table=table, graph=graph)
    reply = here.ask(query)
    document = json.loads(reply.body) if shown.view != RAW else {}
    arguments = page_arguments(here, asked)

    def at(**changes: str | int) -> str:
        return _address(arguments, replace(shown, **changes))  # type: ignore[arg-type]

    view = AnswerView(
        form=reply.form,
        truth=document.get("boolean"),
        count=reply.rows,
        most=most,
        truncated=reply.truncated,
        milliseconds=reply.seconds * 1000,
        tabs=() if reply.form == "ask" else _tabs(arguments, shown),
        downloads=_downloads(here, reply, asked),
        hidden=arguments,
        permanent=(here.origin if here.settings.public_base else "") + _address(arguments, shown, anchor=""),
    )
    if shown.view == RAW:
        return replace(view, raw=_raw(reply, at))
    return view if reply.form == "ask" else _laid_out(here, view, document, shown, at)


def _laid_out(
    here: Site, view: AnswerView, document: Mapping[str, Any], shown: Shown, at: Callable[..., str]
) -> AnswerView:
    """The view of a table or a graph that is asked for."""
    columns, rows = tuple(document["head"]["vars"]), document["results"]["bindings"]
    view = replace(view, columns=len(columns))
    columns = columns[:MOST_COLUMNS]
    if shown.view == GRAPH:
        ends = Ends(shown.source, shown.target, shown.by)
        return replace(view, graph=graph_view(view.form, columns, rows, here.names, ends))
    if shown.view == TIMELINE:
        return replace(view, timeline=timeline_view(columns, rows, here.names))
    usual = here.settings.page_rows
    place = Place(shown.sort, shown.page, shown.rows or usual, usual)
    return replace(view, table=table_of(columns, rows, here.names, place, at))


# --- addresses -------------------------------------------------------------------------------------------


def page_arguments(here: Site, asked: Asked) -> dict[str, str]:
    """What the address of the query page says to ask this query."""
    if asked.saved is None:
        return asked.arguments
    values = {f"${name}": typed(here, term) for name, term in sorted(asked.params.items())}
    return {"question": asked.saved.name, **values}


def _address(arguments: Mapping[str, str], shown: Shown, *, anchor: str = "answer") -> str:
    return url_for("query.home", **arguments, **shown.arguments, _anchor=anchor or None)  # type: ignore[arg-type]


def _tabs(arguments: Mapping[str, str], shown: Shown) -> tuple[Tab, ...]:
    return tuple(
        Tab(label, _address(arguments, replace(shown, view=view)), view == shown.view) for view, label in VIEWS.items()
    )


def typed(here: Site, term: ox.NamedNode | ox.Literal) -> str:
    """A value as a visitor would type it."""
    return here.names.short(term.value) if isinstance(term, ox.NamedNode) else term.value


# --- the answer itself -----------------------------------------------------------------------------------


def _formats(shown: Shown) -> tuple[str, str]:
    """The formats of the text if it is a table, and if it is a graph: the one that is asked for, where it can be."""
    table, graph = named(TABLES, shown.format), named(GRAPHS, shown.format)
    return (table or TABLES[0]).name, (graph or GRAPHS[0]).name


def _raw(reply: Reply, at: Callable[..., str]) -> RawView:
    text = reply.body.decode("utf-8", "replace")
    medias = GRAPHS if reply.form == "graph" else TABLES
    formats = tuple(Tab(media.label, at(format=media.name), media.name == reply.format) for media in medias)
    return RawView(text[:RAW_CHARS], len(text), formats)


def _downloads(here: Site, reply: Reply, asked: Asked) -> tuple[Download, ...]:
    medias: tuple[Media, ...] = GRAPHS if reply.form == "graph" else TABLES
    return tuple(
        Download(
            here.words.text("answer.spreadsheet") if media is SAFE_CSV else media.label,
            url_for("protocol.sparql", **asked.arguments, format=media.name),  # type: ignore[arg-type]
            file_name(media),
        )
        for media in (*medias, SAFE_CSV)
    )
