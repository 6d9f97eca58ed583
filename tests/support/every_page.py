"""Every page of a site, found by its own map of addresses, so that a new page is looked at without being listed.

Addresses with places in them are filled from the base: each kind of thing gives the thing that is spoken of most, so
that what its page can show is shown. Whatever does not answer with a page is data, and is left out. Pages that differ
by what was asked are the one list that is written by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import AnyConverter, Rule

from webapp.site.site import Site, site_of

ROWS = "query=SELECT+%3Fclaim+%3Fstatus+WHERE+%7B+%3Fclaim+fc%3Astatus+%3Fstatus+%7D+LIMIT+30"
LINKS = "query=SELECT+%3Fclaim+%3Fp+%3Fo+WHERE+%7B+%3Fclaim+a+fc%3AClaim+%3B+%3Fp+%3Fo+%7D+LIMIT+60"
ASKED = (
    ("query-rows", f"/?{ROWS}"),
    ("query-graph", "/?query=CONSTRUCT+WHERE+%7B+%3Fs+a+fc%3AQuestion+%3B+rdfs%3Alabel+%3Fo+%7D+LIMIT+30"),
    ("query-sorted", f"/?{ROWS}&sort=-status&rows=25&page=2"),
    ("query-timeline", "/?query=SELECT+%3Fclaim+%3Fwhen+WHERE+%7B+%3Fclaim+fc%3Awhen+%3Fwhen+%7D&view=timeline"),
    ("query-drawn", f"/?{LINKS}&view=graph&by=p"),
    ("query-text", f"/?{LINKS}&view=raw&as=tsv"),
    ("query-truth", "/?query=ASK+%7B%7D"),
    ("query-nothing", "/?query=SELECT+%2A+WHERE+%7B+%3Fs+a+fc%3Anothing+%7D"),
    ("query-mistake", "/?query=SELECT+%3Fx%0AWHERE+%7B+%3Fx+nope%3Ay+%3Fz+%7D"),
    ("saved-question", "/?question=claims-by-status"),
    ("search-found", "/search?q=the"),
    ("search-nothing", "/search?q=xyzzy"),
    ("claims-chosen", "/claims?status=fc:Contested&stance=fc:denies"),
    ("claims-none", "/claims?q=xyzzy&kind=fc:nothing"),
    ("no-such-page", "/claim/no-such-claim"),
)
"""Pages that depend on what was asked, and what to call each."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page: what to call it, and where it is."""

    name: str
    path: str


def every_page(app: Flask) -> tuple[Place, ...]:
    """The pages of a site, each kind once, in the order of their names."""
    client = app.test_client()
    found = {place.name: place for place in _places(app)}
    pages = [
        place
        for place in sorted(found.values(), key=lambda place: place.name)
        if (response := client.get(place.path, headers={"Accept": "text/html"})).mimetype == "text/html"
        and response.status_code == 200
    ]
    return (*pages, *(Place(name, path) for name, path in ASKED))


def _places(app: Flask) -> Iterator[Place]:
    """What every address of the map leads to, page or not."""
    here = site_of(app)
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in ("static", "language.choose"):
            continue
        for values in _filled(here, rule):
            with app.test_request_context("/"):
                path = app.url_for(rule.endpoint, **values)  # type: ignore[arg-type]
            yield Place("-".join([rule.endpoint.partition(".")[2], *_told(values)]), path)


def _told(values: dict[str, str]) -> list[str]:
    """The parts of an address that tell one kind of page from another."""
    return [value for name, value in sorted(values.items()) if name in ("kind", "what")]


def _filled(here: Site, rule: Rule) -> Iterator[dict[str, str]]:
    """Values for the places of an address.

    Raises:
        LookupError: a place of a new sort, for which this function has to learn a value.
    """
    arguments = sorted(rule.arguments)
    choices = {name: sorted(each.items) for name, each in rule._converters.items() if isinstance(each, AnyConverter)}
    if "kind" in arguments and "name" in arguments:
        rest = {name: choices[name][0] for name in arguments if name not in ("kind", "name")}
        yield from ({**rest, "kind": kind, "name": most_spoken_of(here, kind)} for kind in choices["kind"])
        return
    known = {"code": "FC001", "suffix": "ttl", "name": "x", "slug": "x"}
    values = {}
    for name in arguments:
        if name not in choices and name not in known:
            raise LookupError(f"{rule.rule} has a place {name!r}: say in tests/support/every_page.py what stands there")
        values[name] = known.get(name, choices.get(name, [""])[0])
    if rule.endpoint == "graphs.graph":
        values["graph"] = here.graphs[0]
    for what in choices.get("what", [""]):
        yield {**values, "what": what} if what else values


def most_spoken_of(here: Site, kind: str) -> str:
    """The name of the thing of a kind that most triples are about; the first of several."""
    graph = here.base.graph
    about = Counter(getattr(end, "value", "") for triple in graph.triples for end in (triple.subject, triple.object))
    names = [(name, iri) for (its_kind, name), iri in here.names.iris.items() if its_kind == kind]
    return min(names, key=lambda pair: (-about[pair[1]], pair[0]))[0]
