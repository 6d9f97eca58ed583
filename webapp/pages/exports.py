"""The page of the exits: the base and each article in every format, how large, which digest, and what is lost.

The documents are those of `kb export`, byte for byte. They are made at the first look, unless the base is so large
that this would take long; then a size is said as soon as somebody has taken the document along.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph as ox
from flask import Blueprint, Response, abort, render_template, url_for

import kb
from webapp.endpoint import describe
from webapp.endpoint.describe import DCAT, MEDIA_TYPES, counts, facts
from webapp.endpoint.documents import DATA, PageData, page_or_data, send
from webapp.endpoint.media import DATASETS, Media, named
from webapp.site.names import Link
from webapp.site.site import Download, Site, site

MOST_TRIPLES = 200_000
"""Of a base whose exports are all made at the first look."""
SPDX = kb.ClosedNamespace(
    "http://spdx.org/rdf/terms#", "Checksum checksum algorithm checksumValue checksumAlgorithm_sha256"
)
PREFIXES = {**describe.PREFIXES, "spdx": SPDX.iri}

blueprint = Blueprint("exports", __name__)


@dataclass(frozen=True, slots=True)
class Exit:
    """A document that can be taken along.

    Attributes:
        media: its format.
        href: where it is; `file`: what it is called.
        size: in bytes; None where it has not been made yet.
        digest: SHA-256, in hexadecimal; empty where it has not been made yet.
        loses: what the format does not carry.
    """

    media: Media
    href: str
    file: str
    size: int | None
    digest: str
    loses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArticleExits:
    """An article, and its documents."""

    article: Link
    exits: tuple[Exit, ...]


@dataclass(frozen=True, slots=True)
class ExportPage:
    """Every exit, and the graphs that they carry with the number of their triples."""

    whole: tuple[Exit, ...]
    articles: tuple[ArticleExits, ...]
    graphs: tuple[tuple[str, str, int], ...]


@blueprint.get("/export")
@blueprint.get(f"/export{DATA}")
def export(suffix: str = "") -> Response:
    """All exits; as data, DCAT."""
    here = site()
    data = PageData("factcite-export", lambda: export_triples(here), prefixes=PREFIXES)
    return page_or_data(here, suffix, lambda: render_template("export.html", **_shown(here)), data)


@blueprint.get("/export/<slug>.<suffix>")
def article(slug: str, suffix: str) -> Response:
    """One article in one document."""
    here = site()
    media = named(DATASETS, suffix)
    if media is None or suffix != media.suffix or slug not in slugs(here):
        abort(404)
    return send(here.download(media.name, slug), media, f"factcite-{slug}")


def slugs(here: Site) -> dict[str, str]:
    """What the files of articles are called, and the IRIs of the articles."""
    return here.keep_data("slugs", lambda: dict(_slugs(here)))


def _slugs(here: Site) -> Iterator[tuple[str, str]]:
    for iri in here.base.graph.instances(kb.FC.Article):
        slug = here.slug(iri)
        if slug is not None:
            yield slug, iri


def _shown(here: Site) -> dict[str, object]:
    return {"page": export_page(here), "behind": here.saved_queries["page-graphs"].text}


def export_page(here: Site) -> ExportPage:
    """The page, as far as the documents have been made."""
    graphs = tuple(
        (row["graph"]["value"], row["graph"]["value"].removeprefix(kb.GRAPHS), int(row["triples"]["value"]))
        for row in here.table("page-graphs")[1]
    )
    return ExportPage(exits(here), tuple(_articles(here)), graphs)


def _articles(here: Site) -> Iterator[ArticleExits]:
    links = {slug: here.names.link(iri) for slug, iri in slugs(here).items()}
    for slug, link in sorted(links.items(), key=lambda pair: (pair[1].text, pair[0])):
        yield ArticleExits(link, exits(here, slug))


def exits(here: Site, slug: str | None = None) -> tuple[Exit, ...]:
    """The base, or one article, in every format."""
    found = []
    for media in DATASETS:
        made = _made(here, media, slug)
        href = (
            url_for("exports.download", suffix=media.suffix)
            if slug is None
            else url_for("exports.article", slug=slug, suffix=media.suffix)
        )
        file = f"factcite{'-' + slug if slug else ''}.{media.suffix}"
        size, digest = (len(made.body), made.etag) if made else (None, "")
        found.append(Exit(media, href, file, size, digest, kb.EXPORT_LOSSES[media.name]))
    return tuple(found)


def _made(here: Site, media: Media, slug: str | None) -> Download | None:
    if counts(here).triples <= MOST_TRIPLES:
        return here.download(media.name, slug)
    return here.downloaded(media.name, slug)


def export_triples(here: Site) -> Iterator[ox.Triple]:
    """Each document as a distribution, with its size and digest."""
    document = here.origin + url_for("exports.export")
    dataset = f"{here.origin}{url_for('describe.void')}#dataset"
    for iri, exits_of in _datasets(here, dataset):
        yield from facts(iri, (kb.RDF.type, DCAT.Dataset))
        for each in exits_of:
            yield from _distribution(here, iri, f"{document}#{each.file}", each)


def _datasets(here: Site, dataset: str) -> Iterator[tuple[str, Sequence[Exit]]]:
    yield dataset, exits(here)
    for slug in sorted(slugs(here)):
        yield f"{dataset}-{slug}", exits(here, slug)


def _distribution(here: Site, dataset: str, node: str, each: Exit) -> Iterator[ox.Triple]:
    address = here.origin + each.href
    yield from facts(
        dataset,
        (DCAT.distribution, node),
    )
    yield from facts(
        node,
        (kb.RDF.type, DCAT.Distribution),
        (kb.DCTERMS.title, ox.Literal(each.file)),
        (DCAT.accessURL, address),
        (DCAT.downloadURL, address),
        (DCAT.mediaType, MEDIA_TYPES + each.media.types[0]),
        *((kb.RDFS.comment, ox.Literal(f"does not carry {loss}", language="en")) for loss in each.loses),
    )
    if each.size is not None:
        number = ox.NamedNode(kb.PREFIXES["xsd"] + "nonNegativeInteger")
        binary = ox.NamedNode(kb.PREFIXES["xsd"] + "hexBinary")
        checksum = f"{node}-sha256"
        yield from facts(node, (DCAT.byteSize, ox.Literal(str(each.size), datatype=number)), (SPDX.checksum, checksum))
        yield from facts(
            checksum,
            (kb.RDF.type, SPDX.Checksum),
            (SPDX.algorithm, SPDX.checksumAlgorithm_sha256),
            (SPDX.checksumValue, ox.Literal(each.digest, datatype=binary)),
        )


@blueprint.get("/kb.<suffix>")
def download(suffix: str) -> Response:
    """The whole base in one document."""
    media = named(DATASETS, suffix)
    if media is None or suffix != media.suffix:
        abort(404)
    return send(site().download(media.name), media, "factcite")
