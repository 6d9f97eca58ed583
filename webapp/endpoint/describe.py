"""What the endpoint and the base are, for programs: service description, VoID with DCAT, at their usual places.

https://www.w3.org/TR/sparql11-service-description/, https://www.w3.org/TR/void/, https://www.w3.org/TR/vocab-dcat-3/.
The counts are made once, from the base itself. Everything has an IRI: there is no blank node.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox
from flask import Blueprint, Response, url_for

import kb
from webapp.endpoint.documents import DATA, FRONT, PageData, by_accept, page_or_data, records, send, serialised
from webapp.endpoint.media import DATASETS, GRAPHS, Media
from webapp.site.saved_queries import example
from webapp.site.site import Site, site

SD = kb.ClosedNamespace(
    "http://www.w3.org/ns/sparql-service-description#",
    "Service Dataset Graph NamedGraph SPARQL11Query UnionDefaultGraph endpoint supportedLanguage feature resultFormat "
    "defaultDataset availableGraphs defaultGraph namedGraph name graph",
)
VOID = kb.ClosedNamespace(
    "http://rdfs.org/ns/void#",
    "Dataset DatasetDescription sparqlEndpoint dataDump triples entities classes properties vocabulary exampleResource "
    "classPartition propertyPartition class property feature subset inDataset",
)
DCAT = kb.ClosedNamespace(
    "http://www.w3.org/ns/dcat#",
    "Dataset Distribution DataService distribution downloadURL mediaType accessService accessURL endpointURL "
    "endpointDescription servesDataset byteSize",
)
SHACL = kb.ClosedNamespace(
    "http://www.w3.org/ns/shacl#",
    "SPARQLExecutable SPARQLSelectExecutable SPARQLConstructExecutable SPARQLAskExecutable select construct ask "
    "prefixes declare prefix namespace",
)
SCHEMA_TARGET = "https://schema.org/target"
FOAF = "http://xmlns.com/foaf/0.1/"
OWL_ONTOLOGY = "http://www.w3.org/2002/07/owl#Ontology"
PREFIXES = {"sd": SD.iri, "foaf": FOAF}
FORMATS = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "turtle": "Turtle",
    "ntriples": "N-Triples",
    "jsonld": "JSON-LD",
    "rdfxml": "RDF_XML",
    "nquads": "N-Quads",
    "trig": "TriG",
}
"""Formats of the worker, as https://www.w3.org/ns/formats/ calls them."""
FORMAT_NAMES = "http://www.w3.org/ns/formats/"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"

blueprint = Blueprint("describe", __name__)


# --- addresses -------------------------------------------------------------------------------------------


def service(media: Media | None = None) -> Response:
    """The service description, which is what the endpoint says when it is asked nothing.

    Args:
        media: the format; None to take the one that the Accept header asks for.
    """
    media_type = ""
    if media is None:
        media, media_type = by_accept(GRAPHS)
    assert media is not None
    return _send(tuple(service_triples(site())), media, media_type, "factcite-service")


@blueprint.get("/.well-known/void")
def well_known() -> Response:
    """VoID and DCAT, in the format that is asked for."""
    media, media_type = by_accept(GRAPHS)
    assert media is not None
    return _send(tuple(void_triples(site())), media, media_type, "factcite-void")


@blueprint.get("/void.ttl")
def void() -> Response:
    """VoID and DCAT in Turtle."""
    return _send(tuple(void_triples(site())), GRAPHS[0], "", "factcite-void")


@blueprint.get(f"{FRONT}{DATA}")
def index(suffix: str = "") -> Response:
    """The data of the front page: what the base is, and the records of its articles."""
    return front(suffix)


def front(suffix: str = "", page: Callable[[], str] = str) -> Response:
    """The front page where nothing is asked, or its data."""
    here = site()
    return page_or_data(here, suffix, page, PageData("factcite-index", lambda: _index_triples(here), True, PREFIXES))


def _index_triples(here: Site) -> Iterator[ox.Triple]:
    yield from void_triples(here)
    yield from records(here.base.graph, here.base.graph.instances(kb.FC.Article))


def _send(triples: tuple[ox.Triple, ...], media: Media, media_type: str, name: str) -> Response:
    here = site()
    document = serialised(triples, media, {**kb.PREFIXES, **PREFIXES, **here.names.prefixes}, source=name)
    return send(document, media, name, media_type)


# --- counts ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is in a base; names are IRIs.

    Attributes:
        triples: distinct, in all graphs together.
        graphs: triples of each named graph.
        classes: things of each class; `properties`: triples of each property.
        entities: things that have a class.
    """

    triples: int
    graphs: tuple[tuple[str, int], ...]
    classes: tuple[tuple[str, int], ...]
    properties: tuple[tuple[str, int], ...]
    entities: int


def counts(here: Site) -> Counts:
    """Count, at the first look."""
    return here.keep_data("counts", lambda: _count(here.base))


def _count(base: kb.KnowledgeBase) -> Counts:
    triples = {*base.graph.triples, *base.derived.triples}
    typed = [triple for triple in triples if triple.predicate.value == kb.RDF.type]
    graphs = [(file.graph_iri, len(set(file.document.triples))) for file in base.files]
    return Counts(
        triples=len(triples),
        graphs=(*graphs, (kb.DERIVED_GRAPH, len(set(base.derived.triples)))),
        classes=_tally(triple.object.value for triple in typed if isinstance(triple.object, ox.NamedNode)),
        properties=_tally(triple.predicate.value for triple in triples),
        entities=len({triple.subject for triple in typed}),
    )


def _tally(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items()))


# --- the service description -----------------------------------------------------------------------------


def service_triples(here: Site) -> Iterator[ox.Triple]:
    """What the endpoint offers: language, formats, graphs."""
    endpoint = here.endpoint
    service, dataset, default = (f"{endpoint}#{name}" for name in ("service", "dataset", "default-graph"))
    found = counts(here)
    yield from facts(
        service,
        (kb.RDF.type, SD.Service),
        (kb.RDFS.label, ox.Literal("Factcite", language="en")),
        (SD.endpoint, endpoint),
        (SD.supportedLanguage, SD.SPARQL11Query),
        (SD.feature, SD.UnionDefaultGraph),
        *((SD.resultFormat, FORMAT_NAMES + FORMATS[name]) for name in RESULTS),
        (SD.defaultDataset, dataset),
        (kb.DCTERMS.description, ox.Literal(VALUES, language="en")),
    )
    yield from facts(dataset, (kb.RDF.type, SD.Dataset), (SD.defaultGraph, default))
    yield from facts(default, (kb.RDF.type, SD.Graph), (VOID.triples, found.triples))
    for iri, number in found.graphs:
        named = f"{endpoint}#{_slug(iri)}"
        yield from facts(dataset, (SD.namedGraph, named))
        yield from facts(named, (kb.RDF.type, SD.NamedGraph), (SD.name, iri), (SD.graph, f"{named}-content"))
        yield from facts(f"{named}-content", (kb.RDF.type, SD.Graph), (VOID.triples, number))


RESULTS = ("json", "xml", "csv", "tsv", "turtle", "ntriples", "jsonld", "rdfxml")


# --- VoID and DCAT ---------------------------------------------------------------------------------------


def void_triples(here: Site) -> Iterator[ox.Triple]:
    """What the base holds, and where to get it."""
    document = here.origin + url_for("describe.void")
    dataset, service = f"{document}#dataset", f"{document}#service"
    found = counts(here)
    yield from facts(document, (kb.RDF.type, VOID.DatasetDescription), (f"{FOAF}primaryTopic", dataset))
    yield from facts(
        dataset,
        (kb.RDF.type, VOID.Dataset),
        (kb.RDF.type, DCAT.Dataset),
        (kb.DCTERMS.title, ox.Literal("Factcite", language="en")),
        (kb.DCTERMS.description, ox.Literal(DESCRIPTION, language="en")),
        (f"{FOAF}homepage", here.origin + url_for("query.home")),
        (VOID.sparqlEndpoint, here.endpoint),
        (VOID.triples, found.triples),
        (VOID.entities, found.entities),
        (VOID.classes, len(found.classes)),
        (VOID.properties, len(found.properties)),
        *((VOID.vocabulary, iri) for iri in vocabularies(here, found)),
        *((VOID.exampleResource, iri) for iri in examples(here)),
    )
    yield from _partitions(dataset, document, found)
    yield from _distributions(here, dataset, document)
    yield from facts(
        service,
        (kb.RDF.type, DCAT.DataService),
        (DCAT.endpointURL, here.endpoint),
        (DCAT.servesDataset, dataset),
    )
    yield from _prefixes(here, document)
    yield from _questions(here, document)


VALUES = (
    "The endpoint keeps numbers, times, durations and truth values as values: 2.50 is answered as 2.5, 01 as 1, a "
    "nonNegativeInteger as an integer, 24:00:00 as 00:00:00 of the next day; sameTerm(01, 1) is true. Language tags "
    "are answered in small letters. /graph, the exports and the documents of things have the forms that the files have."
)
DESCRIPTION = (
    "Claims taken from articles, held unasserted, each with its citations: who says it, through whom, in which "
    "paragraph, at which characters. The articles' texts are not part of it."
)


def vocabularies(here: Site, found: Counts) -> tuple[str, ...]:
    """Namespaces that the data uses."""
    used = kb.used_prefixes(here.names.prefixes, (iri for iri, _ in (*found.properties, *found.classes)))
    return tuple(sorted(set(used.values())))


def examples(here: Site) -> tuple[str, ...]:
    """The first thing of each kind."""
    first: dict[str, str] = {}
    for (kind, _), iri in sorted(here.names.iris.items()):
        first.setdefault(kind, iri)
    return tuple(sorted(first.values()))


def _partitions(dataset: str, document: str, found: Counts) -> Iterator[ox.Triple]:
    for iri, number in found.classes:
        part = f"{document}#class-{_slug(iri)}"
        yield from facts(dataset, (VOID.classPartition, part))
        yield from facts(part, (kb.RDF.type, VOID.Dataset), (VOID["class"], iri), (VOID.entities, number))
    for iri, number in found.properties:
        part = f"{document}#property-{_slug(iri)}"
        yield from facts(dataset, (VOID.propertyPartition, part))
        yield from facts(part, (kb.RDF.type, VOID.Dataset), (VOID.property, iri), (VOID.triples, number))
    for iri, number in found.graphs:
        part = f"{document}#graph-{_slug(iri)}"
        yield from facts(dataset, (VOID.subset, part))
        yield from facts(part, (kb.RDF.type, VOID.Dataset), (kb.RDFS.label, ox.Literal(iri)), (VOID.triples, number))


def _distributions(here: Site, dataset: str, document: str) -> Iterator[ox.Triple]:
    for media in DATASETS:
        address = here.origin + url_for("exports.download", suffix=media.suffix)
        node = f"{document}#{media.name}"
        yield from facts(
            dataset,
            (VOID.dataDump, address),
            (DCAT.distribution, node),
            (VOID.feature, FORMAT_NAMES + FORMATS[media.name]),
        )
        yield from facts(
            node,
            (kb.RDF.type, DCAT.Distribution),
            (DCAT.accessURL, address),
            (DCAT.downloadURL, address),
            (DCAT.mediaType, MEDIA_TYPES + media.types[0]),
            (DCAT.accessService, f"{document}#service"),
        )


def _prefixes(here: Site, document: str) -> Iterator[ox.Triple]:
    """Prefixes as SHACL declares them, for editors that fill themselves from here."""
    node = f"{document}#prefixes"
    yield from facts(node, (kb.RDF.type, OWL_ONTOLOGY))
    for name, space in sorted(here.names.prefixes.items()):
        one = f"{document}#prefix-{name}"
        namespace = ox.Literal(space, datatype=ox.NamedNode(kb.PREFIXES["xsd"] + "anyURI"))
        yield from facts(node, (SHACL.declare, one))
        yield from facts(one, (SHACL.prefix, ox.Literal(name)), (SHACL.namespace, namespace))


def _questions(here: Site, document: str) -> Iterator[ox.Triple]:
    """The saved queries, with values in their parameters, as SHACL's executables."""
    for name, query in sorted(here.saved_queries.items()):
        form, text = _form(query.text), example(here, query)
        if text is None or form is None or name.startswith("page-"):
            continue
        node = f"{document}#question-{name}"
        yield from facts(
            node,
            (kb.RDF.type, SHACL.SPARQLExecutable),
            (kb.RDF.type, SHACL[f"SPARQL{form.capitalize()}Executable"]),
            (kb.RDFS.label, ox.Literal(query.title, language="en")),
            (kb.RDFS.comment, ox.Literal(query.description, language="en")),
            (SHACL.prefixes, f"{document}#prefixes"),
            (SHACL[form], ox.Literal(text)),
            (SCHEMA_TARGET, here.endpoint),
        )


def _form(sparql: str) -> str | None:
    """`select`, `construct` or `ask`; None for another form."""
    bare = re.sub(r"#[^\n]*|<[^>]*>", "", sparql)
    found = re.search(r"\b(select|construct|ask)\b", bare, re.IGNORECASE)
    return found[1].lower() if found else None


# --- small parts -----------------------------------------------------------------------------------------


def facts(subject: str, *facts: tuple[str, str | int | ox.Literal]) -> Iterator[ox.Triple]:
    """Triples of one subject; a string is an IRI, a number an xsd:integer."""
    for predicate, value in facts:
        yield ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), _term(value))


def _term(value: str | int | ox.Literal) -> ox.NamedNode | ox.Literal:
    if isinstance(value, ox.Literal):
        return value
    if isinstance(value, int):
        return ox.Literal(str(value), datatype=ox.NamedNode(kb.PREFIXES["xsd"] + "integer"))
    return ox.NamedNode(value)


def _slug(iri: str) -> str:
    """A name for a part of the document, made from an IRI: as short as it can be without two being the same."""
    for prefix, space in sorted(kb.PREFIXES.items()):
        if iri.startswith(space) and re.fullmatch(r"[\w-]+", iri[len(space) :]):
            return f"{prefix}-{iri[len(space) :]}"
    return re.sub(r"[^A-Za-z0-9]+", "-", iri.removeprefix(kb.GRAPHS)).strip("-").lower()
