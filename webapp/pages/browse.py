"""Finding things without a question: claims and citations by choices, everything by its names.

A choice narrows the answer to one stored query, which is asked once, because a base does not change while it is
served. The address says every choice, so it can be kept and passed on; the query behind it has them filled in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pyoxigraph as ox
from flask import Blueprint, Response, render_template, request, url_for

import kb
from webapp.endpoint.documents import DATA, PageData, page_or_data, records
from webapp.site.names import Link
from webapp.site.site import Site, site
from webapp.things.reader import VOICES
from webapp.things.views import StatusView, status_view
from webapp.words.folding import MOST_WORDS, fold, matches

PAGE = 50
"""Claims, citations or names on one page."""
SHOWN = 10
"""Values of a choice that are seen without opening the rest."""
LONGEST = 200

blueprint = Blueprint("browse", __name__)


# --- values ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """A citation, as far as one can choose by it; everything but `says` and `year` is an IRI."""

    citation: str
    stance: str
    claim: str
    says: str
    status: str
    article: str
    paragraph: str
    kind: str
    speaker: str
    about: tuple[str, ...]
    year: str

    def has(self, facet: str, value: str) -> bool:
        """Whether it fits a choice."""
        return value in self.values(facet)

    def values(self, facet: str) -> tuple[str, ...]:
        """What it can be chosen by."""
        if facet == "about":
            return self.about
        value: str = getattr(self, facet)
        return (value,) if value else ()


FACETS = (
    ("article", "facet.article"),
    ("status", "facet.status"),
    ("stance", "facet.stance"),
    ("kind", "facet.kind"),
    ("speaker", "facet.speaker"),
    ("about", "facet.about"),
    ("year", "facet.year"),
)
PLAIN = ("year",)
"""Choices whose values are words, not things."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that one can choose, how many there are, and where that leads."""

    link: Link
    count: int
    href: str


@dataclass(frozen=True, slots=True)
class Facet:
    """Something to choose by: its values, or the one that was chosen and the way back."""

    name: str
    label: str
    chosen: Link | None
    back: str
    first: tuple[Choice, ...]
    more: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A claim in the list, and who does what with it, as far as the choices let through."""

    link: Link
    status: StatusView
    voices: tuple[tuple[str, tuple[Link, ...]], ...]


@dataclass(frozen=True, slots=True)
class CitationLine:
    """A citation in the list."""

    link: Link
    stance: str
    claim: Link
    status: StatusView
    speaker: Link
    article: Link
    paragraph: Link
    kind: str


@dataclass(frozen=True, slots=True)
class Pages:
    """Where one is in a list: numbers from 1, and where the pages before and after are; empty for none."""

    number: int
    of: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Browsed:
    """A page of claims or citations.

    Attributes:
        what: `claims` or `citations`.
        total: how many fit; `everything`: how many there are.
        things: IRIs of the things on the page.
        unknown: choices that name nothing in this base.
        wordless: the same choices without the words.
        other: the same choices, with citations instead of claims or the other way round.
        behind: the query with the choices filled in; empty where a choice is none.
    """

    what: str
    words: str
    total: int
    everything: int
    lines: tuple[ClaimLine | CitationLine, ...]
    things: tuple[str, ...]
    facets: tuple[Facet, ...]
    pages: Pages
    unknown: tuple[str, ...]
    wordless: str
    other: str
    behind: str


# --- claims and citations --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for.

    Attributes:
        what: `claims` or `citations`.
        words: words of the claim.
        given: choices as in the address; `chosen`: the same as IRIs, empty for what is none.
        page: from 1.
    """

    what: str
    words: str
    given: Mapping[str, str]
    chosen: Mapping[str, str]
    page: int

    @property
    def key(self) -> str:
        """What is listed."""
        return "claim" if self.what == "claims" else "citation"

    def fits(self, entry: Entry, but: str = "") -> bool:
        """Whether an entry fits every choice, one left out."""
        return all(entry.has(name, value) for name, value in self.chosen.items() if name != but)

    def address(self, *, what: str = "", given: Mapping[str, str] | None = None, page: int = 1) -> str:
        """An address like this one, with something else in it."""
        values = {**(self.given if given is None else given)}
        if self.words:
            values["q"] = self.words
        if page > 1:
            values["page"] = str(page)
        return url_for("browse.browse", what=what or self.what, **values)  # type: ignore[arg-type]

    def without(self, name: str) -> str:
        """The address without one choice."""
        return self.address(given={other: value for other, value in self.given.items() if other != name})


@blueprint.get("/<any(claims,citations):what>")
@blueprint.get(f"/<any(claims,citations):what>{DATA}")
def browse(what: str, suffix: str = "") -> Response:
    """Claims or citations by choices; as data, the records of those on the page, and where the next ones are."""
    here = site()
    given = {name: request.args[name] for name, _ in FACETS if request.args.get(name)}
    chosen = {name: _value(here, name, value) for name, value in given.items()}
    asked = Asked(what, request.args.get("q", "")[:LONGEST], given, chosen, _number(request.args.get("page")))
    page = browse_page(here, asked)
    data = PageData(
        f"factcite-{what}",
        lambda: records(here.base.whole, page.things),
        links={name: href for name, href in (("prev", page.pages.before), ("next", page.pages.after)) if href},
        headers={"Factcite-Total": str(page.total)},
    )
    return page_or_data(here, suffix, lambda: render_template("browse.html", page=page), data)


def _value(here: Site, facet: str, given: str) -> str:
    """A choice as entries have it; empty for what is none."""
    return given[:LONGEST] if facet in PLAIN else kb.expand(given, here.names.prefixes) or ""


def browse_page(here: Site, asked: Asked) -> Browsed:
    """The page that is asked for."""
    everything = here.keep_data("citations", lambda: read_entries(here))
    entries = [entry for entry in everything if matches(asked.words, entry.says)]
    found = [entry for entry in entries if asked.fits(entry)]
    names = list(dict.fromkeys(getattr(entry, asked.key) for entry in found))
    pages = _pages(len(names), asked)
    things = tuple(names[(pages.number - 1) * PAGE : pages.number * PAGE])
    shown = set(things)
    on_page = [entry for entry in found if getattr(entry, asked.key) in shown]
    known = {name for name, value in asked.chosen.items() if any(entry.has(name, value) for entry in everything)}
    return Browsed(
        what=asked.what,
        words=asked.words,
        total=len(names),
        everything=len({getattr(entry, asked.key) for entry in everything}),
        lines=_claims(here, on_page) if asked.what == "claims" else tuple(_citation(here, each) for each in on_page),
        things=things,
        facets=tuple(_facet(here, name, label, entries, asked) for name, label in FACETS),
        pages=pages,
        unknown=tuple(value for name, value in asked.given.items() if name not in known),
        wordless=replace(asked, words="").address(),
        other=asked.address(what="citations" if asked.what == "claims" else "claims"),
        behind=_behind(here, asked),
    )


def read_entries(here: Site) -> tuple[Entry, ...]:
    """The answer to `page-citations`, in the order of reading.

    Raises:
        QueryError: it was stopped.
    """
    _, rows = here.table("page-citations")
    found: dict[tuple[str, str], Entry] = {}
    for row in rows:
        entry = _entry(row)
        before = found.get((entry.citation, entry.claim), entry)
        about = tuple(dict.fromkeys((*before.about, *entry.about)))
        found[entry.citation, entry.claim] = replace(before, about=about)
    index = {name: _number(here.base.graph.value(name, kb.FC.index)) for name in {e.paragraph for e in found.values()}}
    return tuple(sorted(found.values(), key=lambda entry: (entry.article, index[entry.paragraph], entry.citation)))


ABOUT = ("subject", "object", "where")
"""Columns that say what a claim is about."""


def _entry(row: Mapping[str, Mapping[str, str]]) -> Entry:
    value = {name: cell["value"] for name, cell in row.items()}
    about = dict.fromkeys(row[column]["value"] for column in ABOUT if row.get(column, {}).get("type") == "uri")
    return Entry(
        citation=value["citation"],
        stance=value["stance"],
        claim=value["claim"],
        says=value["says"],
        status=value["status"],
        article=value["article"],
        paragraph=value["paragraph"],
        kind=value.get("kind", ""),
        speaker=value["speaker"],
        about=tuple(about),
        year=value.get("year", ""),
    )


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def _facet(here: Site, name: str, label: str, entries: Sequence[Entry], asked: Asked) -> Facet:
    """A choice, with how many claims or citations each of its values would leave."""
    if name in asked.chosen:
        return Facet(name, label, _link(here, name, asked.chosen[name]), asked.without(name), (), ())
    pairs = {
        (value, getattr(entry, asked.key))
        for entry in entries
        if asked.fits(entry, name)
        for value in entry.values(name)
    }
    choices = [
        Choice(link, count, asked.address(given={**asked.given, name: link.name or link.text}))
        for value, count in Counter(value for value, _ in pairs).items()
        for link in [_link(here, name, value)]
    ]
    choices.sort(key=lambda choice: (-choice.count, choice.link.text.casefold(), choice.link.name))
    shown = len(choices) if len(choices) <= SHOWN + 2 else SHOWN
    return Facet(name, label, None, asked.without(name), tuple(choices[:shown]), tuple(choices[shown:]))


def _link(here: Site, facet: str, value: str) -> Link:
    return Link(value, name=value) if facet in PLAIN else here.names.link(value)


def _claims(here: Site, entries: Iterable[Entry]) -> tuple[ClaimLine, ...]:
    """Claims with the voices of their citations."""
    voices: dict[str, dict[str, dict[str, None]]] = {}
    status: dict[str, str] = {}
    for entry in entries:
        voices.setdefault(entry.claim, {}).setdefault(entry.stance, {})[entry.speaker] = None
        status[entry.claim] = entry.status
    return tuple(
        ClaimLine(
            here.names.link(claim),
            status_view(status[claim], here.names),
            tuple((word, _links(here, by_stance[stance])) for word, stance in VOICES if stance in by_stance),
        )
        for claim, by_stance in voices.items()
    )


def _links(here: Site, iris: Iterable[str]) -> tuple[Link, ...]:
    return tuple(sorted((here.names.link(iri) for iri in iris), key=lambda link: (link.text, link.name)))


def _citation(here: Site, entry: Entry) -> CitationLine:
    return CitationLine(
        here.names.link(entry.citation),
        kb.local_name(entry.stance),
        here.names.link(entry.claim),
        status_view(entry.status, here.names),
        here.names.link(entry.speaker),
        here.names.link(entry.article),
        here.names.link(entry.paragraph),
        here.names.link(entry.kind).text if entry.kind else "",
    )


def _pages(total: int, asked: Asked) -> Pages:
    last = max(-(-total // PAGE), 1)
    number = min(max(asked.page, 1), last)
    before = asked.address(page=number - 1) if number > 1 else ""
    return Pages(number, last, before, asked.address(page=number + 1) if number < last else "")


def _behind(here: Site, asked: Asked) -> str:
    """The query page with the query and the choices; empty where a choice is none.

    Words are compared there by their letters only; here, marks on letters and their width do not matter either.
    """
    if not all(asked.chosen.values()):
        return ""
    text, order, rest = here.saved_queries["page-citations"].text.rpartition("}\nORDER BY")
    filters = "".join(f"  FILTER({each})\n" for each in _filters(asked))
    values = {f"${name}": f"<{value}>" for name, value in asked.chosen.items() if name not in FILTERED}
    return url_for("query.home", query=text + filters + order + rest, **values)  # type: ignore[arg-type]


FILTERED = ("about", *PLAIN)
"""Choices that no value of one variable can say."""


def _filters(asked: Asked) -> Iterator[str]:
    if "about" in asked.chosen:
        yield " || ".join(f"?{column} = {ox.NamedNode(asked.chosen['about'])}" for column in ABOUT)
    for name in PLAIN:
        if name in asked.chosen:
            yield f"?{name} = {ox.Literal(asked.chosen[name])}"
    for word in fold(asked.words).split()[:MOST_WORDS]:
        yield f"CONTAINS(LCASE(?says), {ox.Literal(word)})"


# --- names -----------------------------------------------------------------------------------------------
