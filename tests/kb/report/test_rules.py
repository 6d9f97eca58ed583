"""Rules that explain themselves: what they say is there, is true of the shapes, and shows what breaks them."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pyoxigraph as ox
import pytest

from kb.errors import UsageError
from kb.finding import Rule
from kb.rdf.turtle import read_turtle
from kb.report.rules import rulebook
from kb.shacl.rules import rule, rules
from kb.vocab import PREFIXES
from tests.support.paths import ROOT
from tests.support.shape_cases import Case, Found, all_shapes, base_text, find

RULES = rules()
IN_SHAPES = tuple(each for each in RULES if each.host)
HEAD = "".join(f"@prefix {name}: <{space}> .\n" for name, space in PREFIXES.items())


def code_of(each: Rule) -> str:
    """The code, for the name of a test."""
    return each.code


@cache
def broken_by_examples() -> dict[str, frozenset[Found]]:
    """What the shapes find in the sound base with the bad example of each rule: one run for all of them."""
    base = read_turtle(base_text().encode(), source="base.ttl").triples
    cases = [Case(each.code, "bad", (), (*base, *turtle(each.bad))) for each in IN_SHAPES]
    return {case.code: found for case, found in zip(cases, find(cases, all_shapes()), strict=True)}


def turtle(example: str) -> tuple[ox.Triple, ...]:
    """The triples of an example; it has to pass the gate."""
    return read_turtle((HEAD + example).encode(), source="example").triples


@pytest.mark.parametrize("each", IN_SHAPES, ids=code_of)
def test_a_bad_example_breaks_its_own_rule(each: Rule) -> None:
    assert each.code in {found.code for found in broken_by_examples()[each.code]}


def test_an_example_of_another_rule_does_not() -> None:
    """The test above could not fail if a rule were broken everywhere."""
    for each in IN_SHAPES:
        clean = [code for code, found in broken_by_examples().items() if each.code not in {f.code for f in found}]
        assert len(clean) > len(IN_SHAPES) / 2, each.code


@pytest.mark.parametrize("each", RULES, ids=code_of)
def test_a_rule_says_why_and_shows_both_ways(each: Rule) -> None:
    assert each.why.endswith(".") and each.why[0].isupper() and len(each.why) < 200
    assert each.bad and each.help and each.bad != each.help
    assert each.file.startswith("shapes/") and each.line
    text = (ROOT / each.file).read_text("utf-8").splitlines()[each.line - 1]
    assert text.startswith(f"fcs:{each.name} a ")


@pytest.mark.parametrize("each", IN_SHAPES, ids=code_of)
def test_what_a_rule_checks_is_told_from_the_shape(each: Rule) -> None:
    looks, *asked = each.checks
    assert looks.startswith("checks ") and "nothing" not in looks
    assert [line for line in asked if not line.startswith("there at ")]
    assert not re.search(r"_:|\{\}", " ".join(each.checks))


def test_a_few_in_full() -> None:
    assert rule(None, "FC324").checks == (
        "checks every fc:Citation",
        "at the path fc:kind",
        "at least 1",
        "at most 1",
        "is one of fc:Factual, fc:Allegation, fc:Denial, fc:Opinion, fc:Prediction, fc:Quotation, fc:CallToAction",
    )
    assert rule(None, "fc326").checks[0] == "checks the values of ^fc:kind for fc:Denial"
    assert rule(None, "FC001").checks[1] == "at the path ^(fc:asserts|fc:denies|fc:mentions)"
    assert rule(None, "FC903").checks == ()


def test_every_code_that_the_program_gives_has_a_rule() -> None:
    given = {
        code
        for path in sorted((ROOT / "kb").rglob("*.py"))
        for code in re.findall(r'"(FC\d{3})"', path.read_text("utf-8"))
    }
    assert len(given) > 15 and given <= {each.code for each in RULES}


def test_a_code_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="kb explain"):
        rule(None, "nonsense")


def test_the_rule_book_is_what_the_shapes_say() -> None:
    written = (ROOT / "shapes/RULES.md").read_text("utf-8")
    assert written == rulebook(RULES), "make it anew: kb explain --format markdown >shapes/RULES.md"
    assert [line[3:] for line in written.splitlines() if line.startswith("## ")] == [each.code for each in RULES]


def test_in_the_rule_book_the_words_of_a_rule_are_only_words() -> None:
    hostile = replace(RULES[0], message="a [b](c) <img> `x`", bad="one ```` two . three", help="")
    text = rulebook([hostile])
    assert r"a \[b\](c) \<img\> \`x\`" in text
    assert "`````turtle\none ```` two .\nthree\n`````" in text
