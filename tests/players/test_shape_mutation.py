"""Damage to single constraints of the shapes (`python -m tests.players.shape_mutation`)."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kb.mutate.damage import damage_rules, object_of
from kb.mutate.run import read_allowed
from kb.mutate.verdict import CAUGHT, SURVIVED
from kb.rdf.graph import Graph, key
from kb.shacl.paths import PropertyPath
from kb.vocab import FC, PREFIXES, SH, SHAPES
from tests.players.shape_mutation.cases import make_cases, read_cases
from tests.players.shape_mutation.constraints import Known, pattern_variants, query_variants
from tests.players.shape_mutation.paths import path_variants, read_path, write_path
from tests.support.shape_cases import CASES, Case, all_rules, all_shapes, case_files, read_case, vocabulary

PARAGRAPH = ox.NamedNode(PREFIXES["art"] + "bridge-p2")
LENGTH = ox.NamedNode(FC.length)


def test_damage_that_no_case_detects_survives() -> None:
    """Without the cases at a boundary, damage to the constraint there is not detected."""
    (good,) = [read_case(path) for path in case_files("FC123") if path.stem == "good"]
    missing = tuple(t for t in good.triples if (t.subject, t.predicate) != (PARAGRAPH, LENGTH))
    assert len(missing) == len(good.triples) - 1
    shapes = all_shapes()
    cases = make_cases(shapes, [good, Case("FC123", "bad", (), missing)])
    rules = [rule for rule in all_rules() if rule.code == "FC123"]
    found = {v.mutant.partition(": ")[2]: v.state for v in damage_rules(shapes, rules, (), cases=cases)}
    assert found["minCount '1' dropped"] == CAUGHT
    assert found["minInclusive '1' -> 0"] == SURVIVED
    assert found["switched off"] == CAUGHT


def changed(name: str, term: str) -> list[str]:
    """How the changes of one constraint of a shape read."""
    known = Known(all_shapes(), Graph.of(vocabulary()))
    iri = SHAPES + name
    (triple,) = (t for t in all_shapes().triples if key(t.subject) == iri and t.predicate.value == SH.iri + term)
    return [change.shown for change in known.changes(triple)]


def test_a_path_comes_back_as_it_was() -> None:
    shapes, paths = all_shapes(), 0
    for triple in shapes.triples:
        if triple.predicate.value == SH.path:
            tree = read_path(shapes, object_of(triple))
            node, triples = write_path(tree)
            assert read_path(Graph.of(triples), node) == tree
            variants = [variant for variant in path_variants(tree) if variant != tree]
            assert variants and all(str(variant) != str(tree) for variant in variants)
            paths += 1
    assert paths > 100


def test_a_path_is_damaged_at_every_spot() -> None:
    step = PropertyPath("iri", iri=FC.restates)
    back = PropertyPath("+", (PropertyPath("^", (step,)),))
    shown = {str(variant) for variant in path_variants(back)}
    assert shown == {"^restates", "(^restates)*", "(^restates)?", "(restates)+", "(^mutant-nothing)+"}
    two = PropertyPath("/", (step, PropertyPath("|", (step, back))))
    shown = {str(variant) for variant in path_variants(two)}
    assert {"(restates|(^restates)+)", "restates", "(restates/restates)", "(restates/(^restates)+)"} <= shown


def test_a_pattern_loses_each_anchor_and_each_way() -> None:
    assert dict(pattern_variants("^(a|b[|)]|c)?$")) == {
        "'.*'": ".*",
        "without ^": "(a|b[|)]|c)?$",
        "without $": "^(a|b[|)]|c)?",
        "without 'a' at 2": "^(b[|)]|c)?$",
        "without 'b[|)]' at 4": "^(a|c)?$",
        "without 'c' at 10": "^(a|b[|)])?$",
        "without ? at 12": "^(a|b[|)]|c)$",
    }


def test_a_query_is_damaged_and_still_a_query() -> None:
    query = "\nSELECT $this WHERE {\n  ?a fc:restates ?b .\n  FILTER (?a != ?b || ?a = fc:Body)\n}"
    found = dict(query_variants(query, {"fc": FC.iri}))
    assert any("FILTER" not in text for text in found.values())
    assert any("!=" not in text and "FILTER" in text for text in found.values())
    assert any("fc:restates" not in text for text in found.values())
    assert all(query != text for text in found.values()) and len(set(found.values())) == len(found)


def test_numbers_classes_lists_and_kinds_are_damaged() -> None:
    assert changed("ParagraphLength", "minInclusive") == ["0"]
    assert changed("ParagraphLength", "minCount") == []
    assert changed("ChainIsList", "nodeKind") == ["BlankNodeOrIRI", "BlankNodeOrLiteral"]
    assert {"Country", "Organization", "Person"} < set(changed("TextMaker", "class"))
    roles = changed("ParagraphRole", "in")
    assert "without Body" in roles and any(shown.startswith("with ") for shown in roles)


def test_a_bound_that_is_no_whole_number_is_left_alone() -> None:
    node, bound = ox.NamedNode("urn:s"), ox.NamedNode(SH.iri + "minInclusive")
    known = Known(Graph(()), Graph(()))
    assert [c.shown for c in known.changes(ox.Triple(node, bound, ox.Literal("3")))] == ["2"]
    assert [*known.changes(ox.Triple(node, bound, ox.Literal("1.5")))] == []


@pytest.mark.slow
def test_damage_that_no_case_detects_is_in_the_list() -> None:
    """Of two of the rules with such damage; `make mutate` damages all."""
    listed = read_allowed(CASES / "allowed.toml")
    codes = sorted({label.split()[1] for label in listed})[:2]
    reasons = [label for label in listed if label.split()[1] in codes]
    rules = [rule for rule in all_rules() if rule.code in codes]
    shapes = all_shapes()
    found = damage_rules(shapes, rules, (), cases=read_cases(shapes))
    assert {verdict.mutant for verdict in found if verdict.fails} == set(reasons)
