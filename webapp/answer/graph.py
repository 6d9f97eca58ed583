"""An answer as a graph: things, and what links them, for a script to draw and as a table of links for everybody.

A graph answer links subjects with objects. A table answer links the things of two of its columns, and a third may
say what the link is. Words and numbers are no things, so they are not drawn. Types are left out where there are other
links, because everything would hang on a few of them; they tell the kinds of things apart instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import kb
from webapp.answer.table import Binding
from webapp.engine.evaluate import TRIPLE
from webapp.site.names import KINDS, Link, Names
from webapp.words.spelling import plain

MOST_THINGS = 300
"""Things that a picture shows: more cannot be told apart."""
MOST_LINKS = 1_500
SHOWN_KINDS = (*KINDS, "place", "term", "elsewhere", "unnamed")
"""Kinds of things in the order of the key: those with pages, places inside articles, words of the vocabulary, things
that this base does not hold, and nodes without a name."""
KIND_WORDS: Mapping[str, str] = {
    "article": "article.what",
    "claim": "claim.what",
    "citation": "citation.what",
    "entity": "entity.what",
    "question": "question.what",
    "dependence": "dependence.what",
    "relation": "relation.what",
    "place": "drawing.place",
    "term": "drawing.term",
    "elsewhere": "drawing.elsewhere",
    "unnamed": "drawing.unnamed",
}
"""What each is called, as a key of `webapp.words`."""


@dataclass(frozen=True, slots=True)
class Tie:
    """A link between two things, what it is (None where the answer does not say), and how often the answer has it."""

    start: Link
    by: Link | None
    end: Link
    times: int


@dataclass(frozen=True, slots=True)
class GraphView:
    """What is drawn.

    Attributes:
        data: things and links as JSON, for the script.
        ties: the same links, as a table.
        kinds: the kinds of things that are there, as a key of `webapp.words`, and how many of each.
        things: how many are drawn; `things_more` and `links_more` are not.
        words: links to words and numbers, which are not drawn; `types` are links to types.
        columns: that hold things, where they can be chosen; `source`, `target` and `by` are chosen.
        others: columns that may say what the link is.
    """

    data: str
    ties: tuple[Tie, ...]
    kinds: tuple[tuple[str, str, int], ...]
    things: int
    things_more: int
    links_more: int
    words: int
    types: int
    columns: tuple[str, ...]
    others: tuple[str, ...]
    source: str
    target: str
    by: str


@dataclass(frozen=True, slots=True)
class Ends:
    """The columns that are linked, as asked for; empty to leave the choice to us."""

    source: str = ""
    target: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class _Node:
    """A value that can be drawn: its kind of term and what it is called there."""

    type: str
    value: str


def graph_view(form: str, columns: Sequence[str], bindings: Sequence[Binding], names: Names, ends: Ends) -> GraphView:
    """Lay out what an answer links with what.

    Args:
        form: `graph` for triples, in the columns subject, predicate and object.
    """
    holding = tuple(name for name in columns if any(_node(row.get(name)) for row in bindings))
    chosen = Ends(*TRIPLE[::2], TRIPLE[1]) if form == "graph" else _chosen(columns, holding, ends)
    links, words = _links(bindings, chosen)
    types = 0
    if form == "graph":
        untyped = {key: times for key, times in links.items() if key[1] != _Node("uri", kb.RDF.type)}
        if untyped:
            links, types = untyped, len(links) - len(untyped)
    shown, nodes = _shown(links)
    every = {node for start, _, end in links for node in (start, end)}
    return GraphView(
        data=_data(shown, nodes, names),
        ties=tuple(
            Tie(_link(start, names), _link(by, names) if by else None, _link(end, names), times)
            for (start, by, end), times in shown.items()
        ),
        kinds=_kinds(nodes, names),
        things=len(nodes),
        things_more=len(every) - len(nodes),
        links_more=len(links) - len(shown),
        words=words,
        types=types,
        columns=() if form == "graph" else holding,
        others=() if form == "graph" else tuple(name for name in columns if name not in (chosen.source, chosen.target)),
        source=chosen.source,
        target=chosen.target,
        by=chosen.by,
    )


def _chosen(columns: Sequence[str], holding: Sequence[str], ends: Ends) -> Ends:
    """The columns to link: those asked for where they hold things, otherwise the first two that do."""
    source = ends.source if ends.source in holding else next((name for name in holding if name != ends.target), "")
    target = ends.target if ends.target in holding else next((name for name in holding if name != source), "")
    by = ends.by if ends.by in columns and ends.by not in (source, target) else ""
    return Ends(source, target, by)


_Key = tuple[_Node, _Node | None, _Node]


def _links(bindings: Sequence[Binding], ends: Ends) -> tuple[dict[_Key, int], int]:
    """Each link and how often it is there, and the number of rows that link a thing with mere words."""
    found: dict[_Key, int] = {}
    words = 0
    for row in bindings:
        start, end, by = (row.get(name) for name in (ends.source, ends.target, ends.by))
        here, there = _node(start), _node(end)
        if here and there:
            key = here, _Node(str(by["type"]), str(by["value"])) if by else None, there
            found[key] = found.get(key, 0) + 1
        elif here and end is not None:
            words += 1
    return found, words


def _node(term: Mapping[str, Any] | None) -> _Node | None:
    """What can be drawn: a thing with a name, or one without."""
    return _Node(term["type"], str(term["value"])) if term and term["type"] in ("uri", "bnode") else None


def _shown(links: Mapping[_Key, int]) -> tuple[dict[_Key, int], dict[_Node, int]]:
    """The first links, as long as their things fit; and the things, numbered."""
    shown: dict[_Key, int] = {}
    nodes: dict[_Node, int] = {}
    for key, times in links.items():
        new = {node for node in (key[0], key[2]) if node not in nodes}
        if len(nodes) + len(new) > MOST_THINGS or len(shown) == MOST_LINKS:
            continue
        for node in (key[0], key[2]):
            nodes.setdefault(node, len(nodes))
        shown[key] = times
    return shown, nodes


def _link(node: _Node, names: Names) -> Link:
    found = names.cell({"type": node.type, "value": node.value})
    assert found is not None, "a value is shown as something"
    return found


def _kind(node: _Node, names: Names) -> str:
    if node.type == "bnode":
        return "unnamed"
    path = names.path(node.value)
    if path:
        return "place" if "#p" in path else path.partition("/")[0]
    return "term" if node.value.startswith((kb.FC.iri, kb.SCHEMA.iri, names.prefixes["rel"])) else "elsewhere"


def _kinds(nodes: Iterable[_Node], names: Names) -> tuple[tuple[str, str, int], ...]:
    counts: dict[str, int] = {}
    for node in nodes:
        kind = _kind(node, names)
        counts[kind] = counts.get(kind, 0) + 1
    return tuple((kind, KIND_WORDS[kind], counts[kind]) for kind in SHOWN_KINDS if kind in counts)


def _data(shown: Mapping[_Key, int], nodes: Mapping[_Node, int], names: Names) -> str:
    """Things and links by number, so that no name is said twice."""
    return json.dumps(
        {
            "things": list(_things(nodes, names)),
            "links": [
                {
                    "from": nodes[start],
                    "to": nodes[end],
                    "by": plain(_link(by, names).text) if by else "",
                    "times": times,
                }
                for (start, by, end), times in shown.items()
            ],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _things(nodes: Iterable[_Node], names: Names) -> Iterator[dict[str, str]]:
    for node in nodes:
        link = _link(node, names)
        yield {
            "kind": _kind(node, names),
            "text": plain(link.text),
            "lang": link.lang,
            "name": plain(link.name),
            "href": link.href,
        }
