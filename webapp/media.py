"""The one table of media types, and the choice between them (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


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
"""For whoever asks for it by name: the W3C's CSV is what `text/csv` means to a program."""
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


def choose(accept: str, offers: Iterable[str]) -> str | None:
    """The media type to answer with; None where none is acceptable.

    Args:
        accept: the Accept header; empty accepts everything.
        offers: media types, the one we like best first. Ties go to the first.
    """
    ranges = _ranges(accept)
    if not ranges:
        return next(iter(offers), None)
    best, best_quality = None, 0.0
    for offer in offers:
        quality = _quality(offer, ranges)
        if quality > best_quality:
            best, best_quality = offer, quality
    return best


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


def _ranges(accept: str) -> tuple[tuple[str, float], ...]:
    """Each media range with its quality."""
    return tuple((name, quality) for name, quality in _weighted(accept) if "/" in name)


def _weighted(header: str) -> tuple[tuple[str, float], ...]:
    """Each member of a header with its quality; parameters other than q are not looked at."""
    found = []
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name:
            found.append((name, _q(parameters)))
    return tuple(found)


def _q(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _quality(offer: str, ranges: Sequence[tuple[str, float]]) -> float:
    """The quality that the most specific matching range gives."""
    for candidate in (offer, offer.partition("/")[0] + "/*", "*/*"):
        found = [quality for name, quality in ranges if name == candidate]
        if found:
            return max(found)
    return 0.0
