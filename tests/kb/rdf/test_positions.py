"""Positions: the same graph as the gate reads, and each token where it stands."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.rdf.positions import excerpt, read_positions
from kb.rdf.turtle import Policy, read_turtle, syntax_only
from tests.kb.rdf.test_turtle_w3c import BASE, canonical, cases

HEAD = "@prefix ex: <https://example.org/> .\n"


@pytest.mark.w3c
def test_reads_the_same_graph_over_the_w3c_suite(w3c: Path) -> None:
    differ: list[str] = []
    for kind in ("TestTurtlePositiveSyntax", "TestTurtleEval"):
        for name, action, _ in cases(w3c, kind):
            base = BASE + action.name
            document = read_turtle(action.read_bytes(), source=action.name, policy=syntax_only(base))
            found = read_positions(document.text, base).triples
            triples = tuple(ox.Triple(x.subject, ox.NamedNode(x.predicate), x.object) for x in found)
            if canonical(triples) != canonical(document.triples):
                differ.append(name)
    assert differ == []


def words(text: str, subject: str, predicate: str = "", value: str = "") -> list[str]:
    """What stands at the places that are pointed at."""
    first, second = (f"https://example.org/{name}" if name else "" for name in (subject, predicate))
    _, spans = read_positions(HEAD + text).of(first, second, value)
    return [(HEAD + text)[span.start : span.end] for span in spans]


def test_points_at_object_then_predicate_then_subject() -> None:
    text = 'ex:a ex:p 1 , ex:x ;\n  ex:q "long"""" .'.replace('"long""""', '"""a\nb"""@en')
    assert words(text, "a", "p", "<https://example.org/x>") == ["ex:x"]
    assert words(text, "a", "p", '"1"^^<http://www.w3.org/2001/XMLSchema#integer>') == ["1"]
    assert words(text, "a", "q", '"a\\nb"@en') == ['"""a\nb"""@en']
    assert words(text, "a", "p", "<https://example.org/nowhere>") == ["ex:p"]
    assert words(text, "a", "r") == ["ex:a"]
    assert words(text, "b") == []


def test_points_into_lists_and_at_every_mention() -> None:
    text = "ex:a ex:p ( ex:x ( ex:y ) ) .\nex:a ex:p ex:z .\nex:a ex:q ex:x ."
    assert words(text, "a", "p", "<https://example.org/y>") == ["ex:y"]
    assert words(text, "a", "p", "<https://example.org/x>") == ["ex:x"]
    assert words(text, "a", "", "<https://example.org/x>") == ["ex:x", "ex:x"]
    spans = read_positions(HEAD + text).uses("https://example.org/x")
    assert [(HEAD + text)[span.start : span.end] for span in spans] == ["ex:x", "ex:x"]


def test_the_excerpt_puts_carets_under_the_token() -> None:
    text = HEAD + "\tex:가나 ex:p ex:x ."
    _, (span,) = read_positions(text).of("https://example.org/가나", "https://example.org/p", "<https://example.org/x>")
    assert list(excerpt(text, span)) == ["\tex:가나 ex:p ex:x .", "\t           ^^^^"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ex:a", "<urn:b>", "ex:c.d"]),
            st.sampled_from(["ex:p", "a", "<urn:q>"]),
            st.sampled_from(["1", "-1.5", "1e3", "true", "'x'", '"a#b"@en', "( 1 ex:a )", "[ ex:p 2 ]", "ex:z", "()"]),
        ),
        max_size=8,
    ),
    st.sampled_from([" ", "\n", "\t", " # a . b ; c\n"]),
)
def test_any_spelling_gives_the_gate_s_triples(rows: list[tuple[str, str, str]], gap: str) -> None:
    text = HEAD + "".join(gap.join([*row, "."]) + gap for row in rows)
    document = read_turtle(text.encode(), source="x", policy=Policy(house=False))
    found = read_positions(text).triples
    triples = tuple(ox.Triple(x.subject, ox.NamedNode(x.predicate), x.object) for x in found)
    if not any("[" in row[2] for row in rows):
        assert canonical(tuple(dict.fromkeys(triples))) == canonical(document.triples)
    assert len(triples) >= len(document.triples)
    for located in found:
        if isinstance(located.object, ox.Literal):
            assert text[located.at_object.start : located.at_object.end] in {row[2] for row in rows} | {"1", "2"}
