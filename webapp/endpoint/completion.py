"""What an editor completes from: the prefixes, classes, predicates and things of the base, in one document.

It is made once a language, from the base in memory, so that completing asks the query engine nothing. A predicate
says what usually follows it: the values themselves if they are few, the kinds of things otherwise. Of a base too
large to be sent whole, `?like=` finds the things whose name or label holds some letters.

Labels are data of others: control and direction characters in them are spelt out, and the editor shows them as text.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox
from flask import Blueprint, Response, request

import kb
from webapp.site.site import Download, Site, site
from webapp.words.folding import fold
from webapp.words.spelling import plain

FEW = 40
"""Values of a predicate that are listed; where there are more, their kinds are."""
MOST_THINGS = 5_000
"""Things that the document carries; of a larger base it carries the first so many of each kind."""
FOUND = 50
LONGEST = 200  # code points of what is looked for
LONGEST_LABEL = 120
LONGEST_LITERAL = 40
KINDS = ("article", "claim", "dependence", "entity", "question", "relation")
"""Kinds of things that are completed; citations are too many, and people do not know their names."""
_LOCAL = re.compile(r"[A-Za-z][\w-]*:[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_-])?", re.ASCII)

blueprint = Blueprint("completion", __name__)


@dataclass(frozen=True, slots=True)
class Uses:
    """How the terms of a base are used; all names are IRIs.

    Attributes:
        classes: things of each class.
        predicates: triples of each predicate.
        objects: of each predicate, how often each value follows it.
        by_class: the predicates that things of a class have.
    """

    classes: Mapping[str, int]
    predicates: Mapping[str, int]
    objects: Mapping[str, Mapping[ox.NamedNode | ox.Literal, int]]
    by_class: Mapping[str, frozenset[str]]


@blueprint.get("/completion.json")
def completion() -> Response:
    """The document, or the things that are like something."""
    here = site()
    if "like" in request.args:
        return _send(Download.of(_bytes({"things": list(like(here, request.args["like"][:LONGEST]))})))
    return _send(here.keep("completion", lambda: Download.of(_bytes(document(here)))))


def document(here: Site) -> dict[str, Any]:
    """Everything that is completed, except the things that a large base has too many of."""
    uses = here.keep_data("uses", lambda: read_uses(here.base))
    things = here.keep("completed", lambda: tuple(_things(here)))
    return {
        "prefixes": dict(sorted(here.names.prefixes.items())),
        "classes": [_term(here, iri, count) for iri, count in _often(uses.classes)],
        "predicates": [_predicate(here, uses, iri, count) for iri, count in _often(uses.predicates)],
        "uses": {
            _name(here, iri): sorted(_name(here, each) for each in uses.by_class[iri]) for iri in sorted(uses.by_class)
        },
        "things": list(_first(things)),
        "whole": len(things) <= MOST_THINGS,
    }


def like(here: Site, words: str) -> Iterator[dict[str, str]]:
    """Things whose name or label holds every one of some words; the first in order."""
    parts = fold(words).split()
    things = here.keep("completed", lambda: tuple(_things(here)))
    found = 0
    for thing in things if parts else ():
        said = fold(f"{thing['name']} {thing['label']}")
        if all(part in said for part in parts):
            yield thing
            found += 1
            if found == FOUND:
                return


# --- how terms are used ----------------------------------------------------------------------------------


def read_uses(base: kb.KnowledgeBase) -> Uses:
    """Count, over what was written and what is derived."""
    triples = {*base.graph.triples, *base.derived.triples}
    types: dict[str, set[str]] = defaultdict(set)
    for triple in triples:
        if triple.predicate.value == kb.RDF.type and isinstance(triple.object, ox.NamedNode):
            types[_key(triple)].add(triple.object.value)
    objects: dict[str, Counter[ox.NamedNode | ox.Literal]] = defaultdict(Counter)
    by_class: dict[str, set[str]] = defaultdict(set)
    for triple in triples:
        predicate = triple.predicate.value
        if isinstance(triple.object, ox.NamedNode | ox.Literal):
            objects[predicate][triple.object] += 1
        for each in types.get(_key(triple), ()):
            by_class[each].add(predicate)
    return Uses(
        classes=Counter(each for found in types.values() for each in found),
        predicates=Counter(triple.predicate.value for triple in triples),
        objects=objects,
        by_class={each: frozenset(found) for each, found in by_class.items()},
    )


def _key(triple: ox.Triple) -> str:
    return str(triple.subject)


def _often(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


# --- as an editor reads it -------------------------------------------------------------------------------


def _term(here: Site, iri: str, count: int) -> dict[str, Any]:
    """A class or a predicate: how it is written, what it is called, what it means, how often it is used."""
    found: dict[str, Any] = {"name": _name(here, iri), "label": _label(here, iri), "count": count}
    meaning = here.names.said(iri, kb.SKOS.definition)[0]
    return {**found, "note": plain(meaning)} if meaning else found


def _predicate(here: Site, uses: Uses, iri: str, count: int) -> dict[str, Any]:
    """A predicate, with the values that follow it, or their kinds if there are many."""
    objects = uses.objects.get(iri, {})
    found = _term(here, iri, count)
    if len(objects) <= FEW:
        values = [(_value(here, value), number) for value, number in objects.items()]
        return {**found, "kinds": [], "objects": [{**value, "count": number} for value, number in _shown(values)]}
    paths = here.names.paths
    kinds = {paths.get(value.value, "").partition("/")[0] for value in objects if isinstance(value, ox.NamedNode)}
    return {**found, "kinds": sorted(kinds & set(KINDS))}


def _shown(values: Iterable[tuple[dict[str, str] | None, int]]) -> list[tuple[dict[str, str], int]]:
    """The values that can be completed, the most used first."""
    kept = [(value, number) for value, number in values if value is not None]
    return sorted(kept, key=lambda pair: (-pair[1], pair[0]["name"]))


def _value(here: Site, term: ox.NamedNode | ox.Literal) -> dict[str, str] | None:
    """A value as it is written in a query; None for a text that is no useful choice in a list."""
    if isinstance(term, ox.NamedNode):
        return {"name": _name(here, term.value), "label": _label(here, term.value)}
    written = str(ox.Literal(term.value, language=term.language) if term.language else ox.Literal(term.value))
    bare = term.datatype.value.removeprefix(kb.PREFIXES["xsd"])
    if bare in ("integer", "boolean"):
        return {"name": term.value, "label": ""}
    short = len(written) <= LONGEST_LITERAL and written.isprintable()
    return {"name": written, "label": ""} if short and (bare == "string" or term.language) else None


def _things(here: Site) -> Iterator[dict[str, str]]:
    """Everything that has a page and is completed, in order."""
    for (kind, _), iri in sorted(here.names.iris.items()):
        if kind in KINDS:
            yield {"name": _name(here, iri), "label": _label(here, iri), "kind": kind}


def _first(things: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
    """The first of each kind, so many that all of them together are not too many."""
    taken: Counter[str] = Counter()
    listed = list(things)
    most = MOST_THINGS if len(listed) <= MOST_THINGS else MOST_THINGS // len(KINDS)
    for thing in listed:
        taken[thing["kind"]] += 1
        if taken[thing["kind"]] <= most:
            yield thing


def _name(here: Site, iri: str) -> str:
    """An IRI as it is written in a query."""
    name = here.names.short(iri)
    return name if _LOCAL.fullmatch(name) else f"<{iri}>"


def _label(here: Site, iri: str) -> str:
    text = here.names.label(iri)[0]
    return plain(text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…")


def _bytes(found: Mapping[str, Any]) -> bytes:
    return (json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _send(found: Download) -> Response:
    response = Response(found.body, content_type="application/json")
    response.headers["Cache-Control"] = "no-cache"
    response.vary.update(("Accept-Language", "Cookie"))
    response.set_etag(found.etag, weak=True)
    response.make_conditional(request)
    return response
