"""The vocabulary: the closed names in code and the file that defines them for the world are one and the same."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest

from kb.files import read_bytes
from kb.home import find_home
from kb.rdf.graph import Graph
from kb.rdf.turtle import read_turtle
from kb.vocab import (
    DCTERMS,
    DERIVED,
    EDTF,
    FC,
    OA,
    OWL,
    PREFIXES,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    SH,
    SHAPES,
    SKOS,
    XSD,
    ClosedNamespace,
)

FILE = find_home().kb / "vocabulary.ttl"
GRAPH = Graph.of(read_turtle(read_bytes(FILE), source="kb/vocabulary.ttl").triples)
SUBJECTS = sorted({triple.subject.value for triple in GRAPH.triples if isinstance(triple.subject, ox.NamedNode)})
DEFINED = [iri for iri in SUBJECTS if iri.startswith(FC.iri)]
RELATIONS = [iri for iri in SUBJECTS if iri.startswith(PREFIXES["rel"])]
DATATYPES = {XSD.iri + name for name in XSD.terms} | {RDF.langString, EDTF}
LOADED = re.compile(r"terror|martyr|regime|puppet|lackey|freedom fighter", re.IGNORECASE)


def text(subject: str, predicate: str, language: str = "en") -> str:
    """The one text of (subject, predicate) in a language; there is none in a language that pages do not speak."""
    values = [term for term in GRAPH.objects(subject, predicate) if isinstance(term, ox.Literal)]
    assert {term.language for term in values} <= {"en", "ko"}
    found = [term.value for term in values if term.language == language]
    assert len(found) == 1, f"<{subject}> needs one value of <{predicate}> in {language}"
    return found[0]


def test_code_and_file_define_the_same_terms() -> None:
    assert {iri.removeprefix(FC.iri) for iri in DEFINED} == FC.terms


@pytest.mark.parametrize("iri", DEFINED)
def test_every_term_has_label_definition_and_type(iri: str) -> None:
    assert text(iri, RDFS.label) == text(iri, RDFS.label).strip() != ""
    assert text(iri, SKOS.definition).endswith(".")
    (kind,) = GRAPH.nodes(iri, RDF.type)
    assert kind in {RDFS.Class, RDF.Property, FC.DerivedProperty, *GRAPH.instances(RDFS.Class)}
    assert (kind in (RDF.Property, FC.DerivedProperty)) == iri.removeprefix(FC.iri)[0].islower()


@pytest.mark.parametrize("iri", RELATIONS)
def test_every_relation_has_label_definition_domain_and_range(iri: str) -> None:
    assert GRAPH.nodes(iri, RDF.type) == (FC.Relation,)
    assert text(iri, RDFS.label) and text(iri, SKOS.definition).endswith(".")
    assert len(GRAPH.nodes(iri, RDFS.domain)) == len(GRAPH.nodes(iri, RDFS.range)) == 1
    assert re.fullmatch(r"[a-z][A-Za-z0-9]*", iri.removeprefix(PREFIXES["rel"]))


@pytest.mark.parametrize("iri", [iri for iri in SUBJECTS if not iri.endswith("/ns")])
def test_every_term_has_a_korean_label_of_its_own(iri: str) -> None:
    label = text(iri, RDFS.label, "ko")
    assert re.search("[가-힣]", label) and label == label.strip() != text(iri, RDFS.label)


@pytest.mark.parametrize(
    "iri", sorted({*GRAPH.instances(FC.Status), *GRAPH.instances(FC.Kind), *GRAPH.instances(FC.Modality)})
)
def test_what_pages_explain_is_explained_in_korean(iri: str) -> None:
    assert re.search(r"[가-힣].*\.$", text(iri, SKOS.definition, "ko"))


def test_there_are_relations() -> None:
    assert len(RELATIONS) > 10


def test_domains_ranges_and_parents_are_declared_here_or_datatypes() -> None:
    declared = set(GRAPH.instances(RDFS.Class)) | {RDF.List, RDF.Statement, RDF.Property, SKOS.Concept}
    for predicate in (RDFS.domain, RDFS.range, RDFS.subClassOf):
        used = {target for _, target in GRAPH.pairs(predicate)}
        allowed = declared | DATATYPES if predicate == RDFS.range else declared
        assert used <= allowed, f"{sorted(used - allowed)} is declared nowhere"
    assert {target for _, target in GRAPH.pairs(RDFS.subPropertyOf)} <= set(DEFINED)


def test_loaded_words_are_nobodys_class_or_relation() -> None:
    for iri in (*DEFINED, *RELATIONS):
        assert not LOADED.search(iri) and not LOADED.search(text(iri, RDFS.label))


def test_derived_properties_are_marked_as_such() -> None:
    assert set(GRAPH.subjects(RDF.type, FC.DerivedProperty)) == set(DERIVED)


def test_labels_are_told_apart() -> None:
    for kind in ([iri for iri in DEFINED if FC.DerivedProperty not in GRAPH.nodes(iri, RDF.type)], RELATIONS):
        for language in ("en", "ko"):
            labels = [(text(iri, RDFS.label, language), GRAPH.nodes(iri, RDF.type)) for iri in kind]
            assert len(set(labels)) == len(labels)


# --- the closed namespaces -------------------------------------------------------------------------------

NAMESPACES = {
    "dcterms": DCTERMS,
    "fc": FC,
    "oa": OA,
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "sh": SH,
    "skos": SKOS,
    "xsd": XSD,
}


@pytest.mark.parametrize("prefix", NAMESPACES)
def test_namespaces_and_prefixes_agree(prefix: str) -> None:
    assert PREFIXES[prefix] == NAMESPACES[prefix].iri


def test_prefixes_are_sorted_and_different() -> None:
    assert list(PREFIXES) == sorted(PREFIXES)
    assert len(set(PREFIXES.values())) == len(PREFIXES)
    assert PREFIXES["fcs"] == SHAPES and EDTF.startswith(PREFIXES["edtf"])


def test_a_misspelt_term_raises_and_names_the_nearest() -> None:
    with pytest.raises(AttributeError, match="did you mean 'attribution'"):
        FC.atribution  # noqa: B018
    with pytest.raises(AttributeError):
        FC["Cliam"]


def test_only_known_terms_are_in_a_namespace() -> None:
    space = ClosedNamespace("urn:x:", "one two")
    assert space.one == space["one"] == "urn:x:one"
    assert "urn:x:one" in space and "urn:x:three" not in space and "urn:y:one" not in space
