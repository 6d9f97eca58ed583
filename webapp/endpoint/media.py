"""The one table of media types, and the choice between them (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header


@dataclass(frozen=True, slots=True)
class Media:
    """A format that answers come in.

    Attributes:
        name: what `format=` calls it, and what the worker calls it.
        types: its media types, the proper one first.
        suffix: of a file.
        label: for people.
    """

    name: str
    types: tuple[str, ...]
    suffix: str
    label: str


TABLES = (
    Media("json", ("application/sparql-results+json", "application/json"), "srj", "JSON"),
    Media("xml", ("application/sparql-results+xml", "application/xml"), "srx", "XML"),
    Media("csv", ("text/csv",), "csv", "CSV"),
    Media("tsv", ("text/tab-separated-values",), "tsv", "TSV"),
)
SAFE_CSV = Media("csv-safe", ("text/csv",), "csv", "CSV for spreadsheets")
"""For a client that asks for it by name: the W3C's CSV is what `text/csv` means to a program."""
GRAPHS = (
    Media("turtle", ("text/turtle",), "ttl", "Turtle"),
    Media("ntriples", ("application/n-triples",), "nt", "N-Triples"),
    Media("jsonld", ("application/ld+json", "application/json"), "jsonld", "JSON-LD"),
    Media("rdfxml", ("application/rdf+xml", "application/xml"), "rdf", "RDF/XML"),
)
DATASETS = (
    *GRAPHS[:2],
    Media("nquads", ("application/n-quads",), "nq", "N-Quads"),
    Media("trig", ("application/trig",), "trig", "TriG"),
    GRAPHS[2],
)
HTML = "text/html"
PROBLEM = "application/problem+json"
LONGEST = 2_000
"""Characters of an Accept header that are read: clients send some hundred, and each more costs time."""


def choose(accept: str, offers: Iterable[str]) -> str | None:
    """The media type to answer with; None where none is acceptable.

    Args:
        accept: the Accept header; empty accepts everything. Parameters other than q are ignored.
        offers: media types, the one we like best first. Of those that are liked the same, the one that is named
            rather than covered by `*` is taken, then the first.
    """
    return _best(accept[:LONGEST], tuple(offers))


@lru_cache(maxsize=256)  # a few headers, those of the usual clients, come again and again
def _best(accept: str, offers: tuple[str, ...]) -> str | None:
    if not accept.strip():
        return next(iter(offers), None)
    given = parse_accept_header(accept.replace("q=.", "q=0."), MIMEAccept)  # Java's default says q=.2
    return MIMEAccept((name.partition(";")[0], quality) for name, quality in given).best_match(offers)


def find(medias: Sequence[Media], media_type: str | None) -> Media | None:
    """The format that has this media type."""
    return next((media for media in medias if media_type in media.types), None)


def named(medias: Sequence[Media], name: str) -> Media | None:
    """The format of this name or file suffix."""
    return next((media for media in medias if name in (media.name, media.suffix)), None)


def offered(medias: Sequence[Media]) -> tuple[str, ...]:
    """Every media type, the proper ones before the general ones."""
    proper = [media.types[0] for media in medias]
    return (*proper, *(name for media in medias for name in media.types[1:]))


def content_type(media_type: str) -> str:
    """The value of a Content-Type header: text says its encoding."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
