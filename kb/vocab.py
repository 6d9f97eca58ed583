"""The names the base uses, as closed namespaces: a misspelt term raises instead of minting a new one.

`kb/vocabulary.ttl` defines the same `fc:` terms for the world; a test keeps the two equal.
Terms are plain strings (IRIs), so that no engine's classes leak into the rest of the house.

>>> FC.Claim
'https://w3id.org/factcite/ns#Claim'
"""

from __future__ import annotations

import difflib
from types import MappingProxyType


class ClosedNamespace:
    """A namespace whose terms are all known; any other attribute raises `AttributeError`."""

    __slots__ = ("iri", "terms")

    def __init__(self, iri: str, terms: str) -> None:
        self.iri = iri
        self.terms = frozenset(terms.split())

    def __getattr__(self, name: str) -> str:
        if name in self.terms:
            return self.iri + name
        near = difflib.get_close_matches(name, self.terms, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise AttributeError(f"{self.iri} has no term {name!r}{hint}")

    def __getitem__(self, name: str) -> str:
        return self.__getattr__(name)

    def __contains__(self, iri: str) -> bool:
        return iri.startswith(self.iri) and iri[len(self.iri) :] in self.terms


FC = ClosedNamespace(
    "https://w3id.org/factcite/ns#",
    """
    Agent Article Citation Claim Dependence Group Question Relation Rule Segment SingleAnswerQuestion Span
    Paragraph UnnamedSource DerivedProperty
    Role Headline Deck Caption Body BlockQuote CommentByline Comment AuthorBio Heading SignOff Boilerplate
    Byline Credit Stamp PullQuote
    Kind Factual Allegation Denial Opinion Prediction Quotation CallToAction
    Modality Hedged Presupposed Pledge Slogan Rhetorical Ironic Jocular AmbiguousVoice
    Status Uncited Contested Corroborated SingleSource
    TextProfile TextProfile1
    digest textProfile index role length duplicateOf translationOf inReplyTo threadDepth noClaim segment
    specialises contradicts inTensionWith qualifies when whenComputed where quantity manner condition purpose
    answers asserts denies mentions kind modality attribution impliedVia attributionSpan channel
    restates translates duplicates notIndependentOf
    speaker attributionDepth earliest latest mentionCount articleCount originCount status path
    code help why badExample mayTargetNothing
    """,
)
RDF = ClosedNamespace(
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "type Statement subject predicate object first rest nil List Property langString",
)
RDFS = ClosedNamespace(
    "http://www.w3.org/2000/01/rdf-schema#",
    "label comment Class Resource Literal Datatype subClassOf subPropertyOf domain range isDefinedBy seeAlso",
)
OWL = ClosedNamespace("http://www.w3.org/2002/07/owl#", "Ontology versionInfo SymmetricProperty inverseOf")
XSD = ClosedNamespace(
    "http://www.w3.org/2001/XMLSchema#",
    "string boolean integer decimal double date dateTime gYear gYearMonth anyURI nonNegativeInteger",
)
DCTERMS = ClosedNamespace(
    "http://purl.org/dc/terms/",
    "title creator publisher issued language rights license isPartOf identifier description source subject modified "
    "replaces",
)
SCHEMA = ClosedNamespace(
    "https://schema.org/",
    "NewsArticle Article Person Organization GovernmentOrganization Country City Place Landmark Event Product "
    "CreativeWork Thing Statement softwareVersion",
)
PROV = ClosedNamespace(
    "http://www.w3.org/ns/prov#",
    "wasQuotedFrom wasDerivedFrom wasAttributedTo wasGeneratedBy wasAssociatedWith startedAtTime endedAtTime "
    "Activity Entity SoftwareAgent used generated",
)
OA = ClosedNamespace("http://www.w3.org/ns/oa#", "start end")
SKOS = ClosedNamespace(
    "http://www.w3.org/2004/02/skos/core#",
    "altLabel prefLabel definition note scopeNote exactMatch closeMatch broadMatch Concept ConceptScheme",
)
SH = ClosedNamespace(
    "http://www.w3.org/ns/shacl#",
    "NodeShape PropertyShape ValidationReport ValidationResult conforms result focusNode resultPath value "
    "sourceShape sourceConstraintComponent sourceConstraint resultSeverity resultMessage Violation Warning Info "
    "property path message severity targetClass targetNode targetSubjectsOf targetObjectsOf inversePath "
    "alternativePath zeroOrMorePath oneOrMorePath zeroOrOnePath sparql deactivated uniqueLang",
)

EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"
SHAPES = "https://w3id.org/factcite/shapes#"
GRAPHS = "https://w3id.org/factcite/kb/graph/"
DERIVED_GRAPH = GRAPHS + "derived"

PREFIXES = MappingProxyType(
    {
        "art": "https://w3id.org/factcite/kb/article/",
        "cite": "https://w3id.org/factcite/kb/citation/",
        "claim": "https://w3id.org/factcite/kb/claim/",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dcterms": DCTERMS.iri,
        "edtf": "http://id.loc.gov/datatypes/edtf/",
        "ent": "https://w3id.org/factcite/kb/entity/",
        "fc": FC.iri,
        "fcs": SHAPES,
        "oa": OA.iri,
        "owl": OWL.iri,
        "prov": PROV.iri,
        "q": "https://w3id.org/factcite/kb/question/",
        "rdf": RDF.iri,
        "rdfs": RDFS.iri,
        "rel": "https://w3id.org/factcite/rel#",
        "schema": SCHEMA.iri,
        "sh": SH.iri,
        "skos": SKOS.iri,
        "void": "http://rdfs.org/ns/void#",
        "xsd": XSD.iri,
    }
)

STANCES = (FC.asserts, FC.denies, FC.mentions)
"""Properties by which a citation takes a stance on a claim."""

RESTATEMENTS = (FC.restates, FC.translates, FC.duplicates)
"""Properties by which a citation says that it repeats another one: `fc:restates` and its sub-properties."""

DERIVED = (
    FC.speaker,
    FC.attributionDepth,
    FC.earliest,
    FC.latest,
    FC.mentionCount,
    FC.articleCount,
    FC.originCount,
    FC.status,
    FC.path,
)
"""Properties that are computed and never authored (`prov:wasDerivedFrom` of a claim is the one borrowed term)."""


def local_name(iri: str) -> str:
    """The last part of an IRI, after its last `/` or `#`.

    >>> local_name("https://w3id.org/factcite/kb/article/tamber-bridge-p3")
    'tamber-bridge-p3'
    """
    return iri.replace("#", "/").rpartition("/")[2]
