"""What the words mean, and which rules the base keeps: pages to look things up in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph as ox
from flask import Blueprint, Response, abort, render_template

import kb
from webapp.endpoint import describe
from webapp.endpoint.describe import Counts, counts
from webapp.endpoint.documents import DATA, PageData, page_or_data, records
from webapp.pages.overview import statuses
from webapp.site.names import Link
from webapp.site.rules import all_rules, all_shapes
from webapp.site.site import Site, site
from webapp.things.views import STATUSES, StatusView

blueprint = Blueprint("reference", __name__)


@dataclass(frozen=True, slots=True)
class Word:
    """A term of the vocabulary and its definition, in the vocabulary's own words."""

    link: Link
    definition: Link


@dataclass(frozen=True, slots=True)
class About:
    """What the page about the base shows."""

    statuses: Sequence[tuple[StatusView, int]]
    kinds: tuple[Word, ...]
    modalities: tuple[Word, ...]
    relations: tuple[Word, ...]
    counts: Counts


WORDS = (kb.FC.Kind, kb.FC.Modality, kb.FC.Relation)
"""Kinds of terms that the page explains, in addition to the statuses."""


@blueprint.get("/about")
@blueprint.get(f"/about{DATA}")
def about(suffix: str = "") -> Response:
    """What a status means and does not mean, and the other words of the base; as data, those words, VoID and DCAT."""
    here = site()
    data = PageData("factcite-about", lambda: about_triples(here), kept=True, prefixes=describe.PREFIXES)
    return page_or_data(
        here,
        suffix,
        lambda: render_template("about.html", page=about_page(here), behind=here.saved_queries["page-words"].text),
        data,
    )


def about_page(here: Site) -> About:
    """The words of the base, and how much it holds."""
    kinds, modalities, relations = (words(here, kind) for kind in WORDS)
    return About(statuses(here), kinds, modalities, relations, counts(here))


def about_triples(here: Site) -> Iterator[ox.Triple]:
    """The records of the words, and what the base is."""
    yield from records(
        here.base.graph, (*STATUSES, *(term for kind in WORDS for term in here.base.graph.instances(kind)))
    )
    yield from describe.void_triples(here)


def words(here: Site, kind: str) -> tuple[Word, ...]:
    """The terms of a kind, by label."""
    graph = here.base.graph
    found = (Word(here.names.link(iri), here.names.text(iri, kb.SKOS.definition)) for iri in graph.instances(kind))
    return tuple(sorted(found, key=lambda word: (word.link.text.casefold(), word.link.name)))


@blueprint.get("/rules")
@blueprint.get(f"/rules{DATA}")
@blueprint.get("/shapes", endpoint="shapes")
@blueprint.get(f"/shapes{DATA}", endpoint="shapes")
def rules(suffix: str = "") -> Response:
    """Every rule of the check; as data, the shapes as they are written. `/shapes` is where their names lead."""
    here = site()
    data = PageData("factcite-shapes", lambda: all_shapes(here).triples, kept=True)
    return page_or_data(here, suffix, lambda: render_template("rules.html", rules=all_rules(here)), data)


@blueprint.get("/rule/<code>")
@blueprint.get(f"/rule/<code>{DATA}")
def rule(code: str, suffix: str = "") -> Response:
    """One rule: what it looks at, why, and an example that breaks it and one that keeps it; as data, its shape."""
    here = site()
    found = next((each for each in all_rules(here) if each.code == code), None)
    if found is None:
        abort(404)
    same = tuple(each for each in all_rules(here) if each.code != code and each.code[:4] == code[:4])
    data = PageData(f"factcite-rule-{found.code}", lambda: records(all_shapes(here), shapes_of(found)))
    return page_or_data(
        here, suffix, lambda: render_template("rule.html", rule=found, beside=same, names=here.names), data
    )


def shapes_of(rule: kb.Rule) -> Iterable[str]:
    """The shape of a rule, and the one whose targets it looks at."""
    return (iri for iri in (rule.iri, rule.host) if iri)
