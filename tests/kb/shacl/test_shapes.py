"""Each rule of the shapes: a good, a bad and a boundary case, and what the shapes themselves must say."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import edtf
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyshacl.entrypoints import meta_validate

from kb.model.dates import bounds
from kb.rdf.graph import Graph, key
from kb.rdf.turtle import read_turtle
from kb.shacl.engine import Rule, focus_nodes, has_target, keep_literals, run_shapes
from kb.vocab import FC, RDF, RDFS, SH, SHAPES
from tests.support.shape_cases import (
    CASES,
    ROOT,
    Case,
    Found,
    all_rules,
    all_shapes,
    case_files,
    find,
    read_case,
    vocabulary,
)

SHAPE_RULES = tuple(rule for rule in all_rules() if rule.host)
CODE_RULES = {
    **dict.fromkeys(("FC901", "FC902", "FC903", "FC904", "FC905", "FC906", "FC907", "FC921", "FC931"), "violation"),
    **dict.fromkeys(("FC932", "FC942", "FC943", "FC944", "FC945"), "violation"),
    **dict.fromkeys(("FC922", "FC923", "FC941"), "warning"),
}
WARNINGS = {"FC135", "FC212", "FC221", "FC344", "FC407", "FC505"}
CORE = (FC.Article, FC.Paragraph, FC.Claim, FC.Citation, FC.Relation)
SH_TERMS = """
NodeShape PropertyShape SPARQLConstraint PrefixDeclaration property path severity message deactivated
targetClass targetNode targetSubjectsOf targetObjectsOf Violation Warning Info
inversePath alternativePath zeroOrMorePath oneOrMorePath zeroOrOnePath
class datatype nodeKind BlankNode IRI Literal BlankNodeOrIRI BlankNodeOrLiteral IRIOrLiteral minCount maxCount
minExclusive minInclusive maxExclusive maxInclusive minLength maxLength pattern flags languageIn uniqueLang
equals disjoint lessThan lessThanOrEquals not and or xone node qualifiedValueShape qualifiedMinCount
qualifiedMaxCount closed ignoredProperties hasValue in sparql select prefixes declare prefix namespace
"""  # SHACL core and SPARQL-based constraints (https://www.w3.org/TR/shacl/)


@cache
def all_cases() -> dict[str, Case]:
    """Every case by its label."""
    return {case.label: case for case in map(read_case, case_files())}


@cache
def findings() -> dict[str, frozenset[Found]]:
    """What the shapes find in every case: one run of the engine for all of them."""
    return dict(zip(all_cases(), find(tuple(all_cases().values()), all_shapes()), strict=True))


def label(path: Path) -> str:
    """`FC001/bad`."""
    return f"{path.parent.name}/{path.stem}"


def code_of(rule: Rule) -> str:
    """The code, for the name of a test."""
    return rule.code


# --- the cases -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [label(path) for path in case_files()])
def test_exactly_what_a_case_expects_is_found(name: str) -> None:
    case, found = all_cases()[name], findings()[name]
    assert case.holds(found), f"expected {sorted(map(str, case.expected))}, found {sorted(map(str, found))}"


@pytest.mark.parametrize("rule", SHAPE_RULES, ids=code_of)
def test_each_rule_has_a_good_a_bad_and_a_boundary_case(rule: Rule) -> None:
    names = [case.name for case in all_cases().values() if case.code == rule.code]
    assert {name.partition("-")[0] for name in names} == {"good", "bad", "boundary"}


def test_a_bad_case_expects_its_own_rule_and_the_others_expect_nothing() -> None:
    for case in all_cases().values():
        codes = {found.code for found in case.expected}
        assert (case.code in codes) if case.name.startswith("bad") else not codes, case.label


def test_no_case_is_about_a_rule_that_does_not_exist() -> None:
    assert {case.code for case in all_cases().values()} == {rule.code for rule in SHAPE_RULES}


@pytest.mark.parametrize("name", ["base", "least"])
def test_the_sound_bases_are_sound(name: str) -> None:
    document = read_turtle((CASES / f"{name}.ttl").read_bytes(), source=name)
    assert run_shapes(Graph.of((*vocabulary(), *document.triples)), all_shapes()) == ()


def test_cases_do_not_leak_into_one_another() -> None:
    bad, good = all_cases()["FC001/bad"], all_cases()["FC001/good"]
    assert find((bad,), all_shapes()) == find((good, bad, good), all_shapes())[1:2]


# --- what a rule must say --------------------------------------------------------------------------------


def test_codes_are_unique_and_well_formed() -> None:
    codes = Counter(rule.code for rule in all_rules())
    assert [code for code, count in codes.items() if count > 1] == []
    assert all(re.fullmatch(r"FC\d{3}", code) for code in codes)


@pytest.mark.parametrize("rule", all_rules(), ids=code_of)
def test_each_rule_has_one_code_severity_message_and_help(rule: Rule) -> None:
    shapes = all_shapes()
    for predicate in (FC.code, SH.severity, SH.message, FC.help):
        assert len(shapes.objects(rule.iri, predicate)) == 1, predicate
    for predicate in (SH.message, FC.help):
        (text,) = shapes.objects(rule.iri, predicate)
        assert isinstance(text, ox.Literal) and text.language == "en" and len(text.value) > 10
    assert rule.message[0].isupper() or rule.message.startswith("fc:")
    assert rule.message.endswith(".")


def test_which_rules_are_only_warnings() -> None:
    assert {rule.code for rule in SHAPE_RULES if rule.severity != "violation"} == WARNINGS
    assert {rule.severity for rule in all_rules() if rule.code in WARNINGS} == {"warning"}


def test_rules_in_code_are_described() -> None:
    described = {rule.code: rule.severity for rule in all_rules() if not rule.host}
    assert CODE_RULES.items() <= described.items()


def test_the_rule_the_base_exists_for_is_the_first() -> None:
    assert all_rules()[0].code == "FC001"
    assert "claim" in all_rules()[0].message


# --- what the shapes must not do -------------------------------------------------------------------------


def test_no_term_that_shacl_does_not_have() -> None:
    terms = {
        term.value.removeprefix(SH.iri)
        for triple in all_shapes().triples
        for term in (triple.subject, triple.predicate, triple.object)
        if isinstance(term, ox.NamedNode) and term.value.startswith(SH.iri)
    }
    assert terms - set(SH_TERMS.split()) == set()


def test_the_shapes_are_shapes() -> None:
    graph = rdflib.Graph()
    with keep_literals():
        for path in sorted((ROOT / "shapes").glob("*.ttl")):
            graph.parse(path)
        conforms, _, text = meta_validate(graph, max_validation_depth=60)
    assert conforms, text


def test_whatever_yields_a_result_has_an_iri_and_a_code() -> None:
    shapes, coded = all_shapes(), {rule.iri for rule in all_rules()}
    for shape in (*shapes.instances(SH.NodeShape), *shapes.instances(SH.PropertyShape)):
        assert shape.startswith(SHAPES)
        if has_target(shapes, shape):
            assert coded.issuperset(shapes.nodes(shape, SH.property)), shape
            silent = {SH.property, SH.path, SH.targetNode, SH.targetClass, RDF.type, RDFS.comment}
            assert shape in coded or silent.issuperset(shapes.predicates(shape)), shape


@pytest.mark.parametrize("rule", SHAPE_RULES, ids=code_of)
def test_only_what_is_optional_may_target_nothing(rule: Rule) -> None:
    shapes = all_shapes()
    least = read_turtle((CASES / "least.ttl").read_bytes(), source="least.ttl")
    reached = focus_nodes(shapes, rule.host, Graph.of((*vocabulary(), *least.triples)))
    assert rule.idle or reached or rule.host != rule.iri
    if any(cls in CORE for cls in shapes.nodes(rule.iri, SH.targetClass)):
        assert not rule.idle


# --- dates -----------------------------------------------------------------------------------------------


def _date_patterns() -> tuple[str, str]:
    def pattern(name: str) -> str:
        (found,) = all_shapes().objects(SHAPES + name, SH.iri + "pattern")
        return key(found)

    return pattern("ClaimWhen"), pattern("NoSuchDate")


@settings(max_examples=300)
@given(st.from_regex(_date_patterns()[0], fullmatch=True))
def test_every_date_that_the_shape_lets_in_can_be_read(text: str) -> None:
    assume(re.search(_date_patterns()[1], text) is None)
    assert bounds(text) is not None
    if "/" not in text:
        edtf.parse_edtf(text)
