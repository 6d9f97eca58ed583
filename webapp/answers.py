"""The answer to a visitor's question, as the query page shows it: a table, and the ways to take it along."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox
from flask import url_for

import kb
from webapp.evaluate import ROWS, Question
from webapp.media import GRAPHS, TABLES, Media
from webapp.names import Link
from webapp.site import Site
from webapp.worker import Reply


@dataclass(frozen=True, slots=True)
class Asked:
    """What a visitor asks: the text, the values of its variables, and the saved question it came from."""

    text: str
    params: Mapping[str, ox.NamedNode | ox.Literal] = field(default_factory=dict)
    saved: kb.SavedQuestion | None = None

    @property
    def arguments(self) -> dict[str, str]:
        """The same as arguments of a request."""
        return {"query": self.text, **{f"${name}": str(term) for name, term in sorted(self.params.items())}}


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer as a table.

    Attributes:
        truth: of an ASK; None otherwise.
        count: rows that the answer has.
        rows: those that are shown.
        truncated: whether the answer itself was cut.
        downloads: label and address of the answer in each format, and the name of the file.
        permanent: the address that gives this answer again.
    """

    form: str
    truth: bool | None
    columns: tuple[str, ...]
    rows: tuple[tuple[Link | None, ...], ...]
    count: int
    truncated: bool
    milliseconds: float
    downloads: tuple[tuple[str, str, str], ...]
    permanent: str


def answered(here: Site, asked: Asked) -> AnswerView:
    """Ask, and lay the answer out.

    Raises:
        QueryError: it was refused or stopped.
    """
    reply = here.ask(Question(asked.text, table="json", graph=ROWS, params=asked.params, base=here.endpoint))
    document = json.loads(reply.body)
    columns = tuple(document["head"].get("vars", ()))
    bindings = document.get("results", {}).get("bindings", [])
    shown = bindings[: here.settings.page_rows]
    heads, rows = _merged(columns, [[here.names.cell(row.get(column)) for column in columns] for row in shown])
    return AnswerView(
        form=reply.form,
        truth=document.get("boolean"),
        columns=heads,
        rows=rows,
        count=reply.rows,
        truncated=reply.truncated,
        milliseconds=reply.seconds * 1000,
        downloads=_downloads(reply, asked),
        permanent=_permanent(here, asked),
    )


def _merged(
    columns: Sequence[str], rows: Sequence[Sequence[Link | None]]
) -> tuple[tuple[str, ...], tuple[tuple[Link | None, ...], ...]]:
    """The columns to show, and the rows: a column that only says what the things of another are called is left out.

    The head of that other column names both. Downloads have every column.
    """
    told = {
        at: teller for at in range(len(columns)) for teller in [_teller(at, rows, len(columns))] if teller is not None
    }
    heads = tuple(
        " · ".join([name, *(columns[other] for other, teller in told.items() if teller == at)])
        for at, name in enumerate(columns)
        if at not in told
    )
    return heads, tuple(tuple(cell for at, cell in enumerate(row) if at not in told) for row in rows)


def _teller(at: int, rows: Sequence[Sequence[Link | None]], width: int) -> int | None:
    """The column of things whose labels are the words of the column `at`; None where there is none."""
    words = [row[at] for row in rows]
    if not any(words) or any(cell and (cell.name or cell.note) for cell in words):
        return None
    for other in range(width):
        things = [row[other] for row in rows]
        if all(
            (thing and thing.href and thing.text == cell.text) if cell else thing is None or thing.name
            for thing, cell in zip(things, words, strict=True)
        ):
            return other
    return None


def _downloads(reply: Reply, asked: Asked) -> tuple[tuple[str, str, str], ...]:
    medias: tuple[Media, ...] = GRAPHS if reply.form == "graph" else TABLES
    return tuple(
        (
            media.label,
            url_for("protocol.sparql", **asked.arguments, format=media.name),  # type: ignore[arg-type]
            f"factcite-answer.{media.suffix}",
        )
        for media in medias
    )


def _permanent(here: Site, asked: Asked) -> str:
    arguments = asked.arguments
    if asked.saved is not None:
        values = {f"${name}": typed(here, term) for name, term in sorted(asked.params.items())}
        arguments = {"question": asked.saved.name, **values}
    address = url_for("pages.home", **arguments)  # type: ignore[arg-type]
    return here.settings.public_base.rstrip("/") + address


def typed(here: Site, term: ox.NamedNode | ox.Literal) -> str:
    """A value as a visitor would type it."""
    return here.names.short(term.value) if isinstance(term, ox.NamedNode) else term.value
