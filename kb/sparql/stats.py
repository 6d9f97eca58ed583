"""Statistics of a base. Each table is the result of a saved query, so that no number is computed in code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kb.finding import CitationsChecked
from kb.home import Home
from kb.sparql.engine import Answer, ask
from kb.sparql.results import as_json, as_table
from kb.sparql.saved import SavedQuery, saved_query
from kb.vocab import PREFIXES

STATS_QUERIES = (
    "stats-paragraphs",
    "claims-by-article",
    "claims-by-status",
    "stats-kinds",
    "stats-modalities",
    "stats-depth",
    "stats-repeats",
    "stats-nameless",
)


@dataclass(frozen=True)
class Table:
    """One saved query and its answer."""

    query: SavedQuery
    answer: Answer


def stats(home: Home, store: ox.Store) -> tuple[Table, ...]:
    """The statistics of a base.

    Args:
        home: where the saved queries are.
        store: the base, including derived facts.

    Raises:
        UsageError: the base does not have one of the queries.
    """
    queries = [saved_query(home, name) for name in STATS_QUERIES]
    return tuple(Table(query, ask(store, query.text)) for query in queries)


def stats_text(
    tables: tuple[Table, ...], citations: CitationsChecked, *, prefixes: Mapping[str, str] = PREFIXES
) -> str:
    """The statistics as text for a terminal."""
    parts = [f"{table.query.title}\n\n{as_table(table.answer, prefixes=prefixes)}\n" for table in tables]
    counts = f"{citations.exact:,} exact, {citations.failed:,} failed, {citations.not_checked:,} not checked"
    return "\n".join([*parts, f"Are the citations exact?\n\n{citations.total:,} citations: {counts}\n"])


def stats_json(tables: tuple[Table, ...], citations: CitationsChecked) -> str:
    """The statistics as JSON: each table as SPARQL results, and the citation counts."""
    content = {
        "tables": {table.query.name: json.loads(as_json(table.answer)) for table in tables},
        "citations": {
            "total": citations.total,
            "exact": citations.exact,
            "failed": citations.failed,
            "not_checked": citations.not_checked,
        },
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
