"""Canonical Turtle: one text for one graph, nothing lost, one changed value is one changed line."""

from __future__ import annotations

import difflib
import random

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import TurtleError
from kb.rdf.canonical import format_turtle, write_turtle
from kb.rdf.turtle import HOUSE, Policy, read_turtle
from kb.vocab import PREFIXES, XSD

HEAD = "@prefix ex: <https://example.org/> .\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"


def formatted(body: str) -> str:
    """The canonical form of a body below two prefixes."""
    return format_turtle(read_turtle((HEAD + body).encode(), source="x.ttl")).decode()


def test_one_text_for_one_graph() -> None:
    assert formatted('ex:b10 ex:p 2, 1 ; a ex:T . ex:b2 ex:q "x"@en, true, ( ex:c ( ) ) .') == (
        "@prefix ex: <https://example.org/> .\n"
        "\n"
        "ex:b2\n"
        '    ex:q "x"@en ;\n'
        "    ex:q ( ex:c () ) ;\n"
        "    ex:q true ;\n"
        "    .\n"
        "\n"
        "ex:b10\n"
        "    a ex:T ;\n"
        "    ex:p 1 ;\n"
        "    ex:p 2 ;\n"
        "    .\n"
    )


def test_numbers_stay_as_written() -> None:
    body = 'ex:a ex:p 007, -0, 1.50, 1.5, -3, 0, 1e3, +1, "true"^^xsd:boolean, "1"^^xsd:boolean .'
    text = formatted(body)
    for line in ('"007"^^xsd:integer', '"-0"^^xsd:integer', '"1.50"^^xsd:decimal', '"1e3"^^xsd:double'):
        assert f"ex:p {line} ;" in text
    assert "ex:p 1.5 ;" in text and "ex:p -3 ;" in text and "ex:p 0 ;" in text and '"1"^^xsd:boolean' in text
    again = read_turtle(text.encode(), source="x.ttl")
    assert set(again.triples) == set(read_turtle((HEAD + body).encode(), source="x.ttl").triples)


def test_comments_travel_with_their_subject() -> None:
    text = format_turtle(
        read_turtle(
            ("# the file\n" + HEAD + "# about b\n#  twice\nex:b ex:p 1 .\nex:a ex:p 1 .\n# end\n").encode(),
            source="x",
        )
    ).decode()
    assert text == (
        "# the file\n\n@prefix ex: <https://example.org/> .\n\nex:a\n    ex:p 1 ;\n    .\n\n"
        "# about b\n#  twice\nex:b\n    ex:p 1 ;\n    .\n\n# end\n"
    )
    assert format_turtle(read_turtle(text.encode(), source="x")).decode() == text


@pytest.mark.parametrize(
    "body",
    [
        "ex:a ex:p 1 ; # why\n ex:q 2 .",
        "ex:a ex:p 1 . # why\n",
        "ex:a # why\n ex:p 1 .",
        "ex:a ex:p ( 1 # why\n ) .",
    ],
)
def test_a_comment_that_cannot_be_kept_is_refused_with_its_line(body: str) -> None:
    with pytest.raises(TurtleError) as refused:
        formatted(body)
    assert refused.value.problems[0].code == "FC908"
    assert refused.value.line == 3 and refused.value.help


def test_a_hash_in_a_string_an_iri_or_a_name_is_no_comment() -> None:
    assert "# no" in formatted('ex:a ex:p "# no", <https://example.org/#x>, ex:y\\#z .')


def test_blank_nodes_are_refused_but_for_lists() -> None:
    a, p = ox.NamedNode("https://example.org/a"), ox.NamedNode("https://example.org/p")
    b = ox.BlankNode("b")
    first = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#first")
    rest = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#rest")
    for triples in (
        [ox.Triple(a, p, b)],
        [ox.Triple(b, p, a)],
        [ox.Triple(b, first, a), ox.Triple(b, rest, b)],
        [ox.Triple(a, p, b), ox.Triple(b, first, a), ox.Triple(b, rest, a)],
    ):
        with pytest.raises(TurtleError):
            write_turtle(triples)


# --- properties --------------------------------------------------------------------------------------------

IRIS = st.builds(
    lambda space, name: ox.NamedNode(space + name),
    st.sampled_from([PREFIXES["ent"], PREFIXES["fc"], "https://example.org/", "urn:x:"]),
    st.text(alphabet="aZ0-._~:@!$&'()*+,;=/?é가", max_size=8),
)
WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
LITERALS = st.one_of(
    st.builds(ox.Literal, WORDS),
    st.builds(lambda text, tag: ox.Literal(text, language=tag), WORDS, st.sampled_from(["en", "ko", "zh-hant"])),
    st.builds(
        lambda text, name: ox.Literal(text, datatype=ox.NamedNode(XSD.iri + name)),
        st.from_regex(r"[+-]?[0-9]{0,3}\.?[0-9]{0,3}", fullmatch=True),
        st.sampled_from(["integer", "decimal", "double", "boolean"]),
    ),
)
TRIPLES = st.lists(st.builds(ox.Triple, IRIS, IRIS, st.one_of(IRIS, LITERALS)), max_size=12)
SYNTAX = Policy(house=False)


@given(TRIPLES, st.randoms(use_true_random=False))
def test_round_trip_any_order_twice(triples: list[ox.Triple], shuffle: random.Random) -> None:
    text = write_turtle(triples)
    document = read_turtle(text, source="x.ttl", policy=SYNTAX)
    assert set(document.triples) == set(triples)
    mixed = triples[:]
    shuffle.shuffle(mixed)
    assert write_turtle(mixed) == text
    assert format_turtle(document) == text


@given(st.recursive(st.one_of(IRIS, LITERALS), lambda inner: st.lists(inner, max_size=3), max_leaves=8))
def test_lists_round_trip(members: object) -> None:
    def turtle(member: object) -> str:
        return f"( {' '.join(map(turtle, member))} )" if isinstance(member, list) else str(member)

    body = f"<urn:a> <urn:p> {turtle(members)} ."
    document = read_turtle(body.encode(), source="x.ttl", policy=SYNTAX)
    text = format_turtle(document)
    again = read_turtle(text, source="x.ttl", policy=SYNTAX)
    assert format_turtle(again) == text
    assert len(again.triples) == len(document.triples)


@given(
    st.lists(
        st.tuples(st.sampled_from("abcde"), st.sampled_from("pqr"), st.integers(0, 99)),
        min_size=1,
        unique=True,
    ),
    st.data(),
)
def test_a_changed_value_is_a_changed_line(rows: list[tuple[str, str, int]], data: st.DataObject) -> None:
    def text(found: list[tuple[str, str, int]]) -> list[str]:
        return formatted("".join(f"ex:{s} ex:{p} {n} .\n" for s, p, n in found)).splitlines()

    at = data.draw(st.integers(0, len(rows) - 1))
    s, p, n = rows[at]
    changed = [*rows[:at], (s, p, 100 + n), *rows[at + 1 :]]
    diff = [line for line in difflib.ndiff(text(rows), text(changed)) if line[0] in "+-"]
    assert len(diff) == 2


def test_hostile_text_stays_on_its_line() -> None:
    value = 'a\nb\r\u2028\u202e\u0085\u0000"\\\t'
    text = write_turtle([ox.Triple(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.Literal(value))])
    assert text.decode().splitlines()[1].strip().startswith("<urn:b>")
    assert not set(text.decode()) & set("\u2028\u202e\u0085\u0000\r\t")
    document = read_turtle(text, source="x.ttl", policy=HOUSE.__class__(schemes=frozenset({"urn"})))
    assert [t.object.value for t in document.triples if isinstance(t.object, ox.Literal)] == [value]
