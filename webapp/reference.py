"""What the words mean, and which rules the base keeps: pages to look things up in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, render_template

import kb
from webapp.describe import Counts, counts
from webapp.names import Link
from webapp.overview import statuses
from webapp.site import Site, site
from webapp.views import StatusView

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


@blueprint.get("/about")
def about() -> str:
    """What a status means and does not mean, and the other words of the base."""
    here = site()
    page = About(
        statuses=statuses(here),
        kinds=words(here, kb.FC.Kind),
        modalities=words(here, kb.FC.Modality),
        relations=words(here, kb.FC.Relation),
        counts=counts(here),
    )
    return render_template("about.html", page=page)


def words(here: Site, kind: str) -> tuple[Word, ...]:
    """The terms of a kind, by label."""
    graph = here.base.graph
    found = (Word(here.names.link(iri), here.names.text(iri, kb.SKOS.definition)) for iri in graph.instances(kind))
    return tuple(sorted(found, key=lambda word: (word.link.text.casefold(), word.link.name)))


@blueprint.get("/rules")
def rules() -> str:
    """Every rule of the check."""
    return render_template("rules.html", rules=all_rules(site()))


@blueprint.get("/rule/<code>")
def rule(code: str) -> str:
    """One rule: what it looks at, why, and an example that breaks it and one that keeps it."""
    here = site()
    found = next((each for each in all_rules(here) if each.code == code), None)
    if found is None:
        abort(404)
    same = tuple(each for each in all_rules(here) if each.code != code and each.code[:4] == code[:4])
    return render_template("rule.html", rule=found, beside=same, names=here.names)


def all_rules(here: Site) -> tuple[kb.Rule, ...]:
    """The rules of the base, by code; read once."""
    return here.keep_data("rules", lambda: kb.rules(here.base.home))
