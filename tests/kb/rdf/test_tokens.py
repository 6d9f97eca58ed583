"""The Turtle tokenizer reads names as the parser does: dots in names, empty local names, tokens without spaces."""

from __future__ import annotations

import random

import pyoxigraph as ox
import pytest

from kb.rdf.tokens import named_tokens, tokens

HEAD = (
    "@prefix a: <urn:a:> .\n@prefix : <urn:> .\n@prefix c: <urn:c> .\n@prefix a.b: <urn:ab:> .\n@prefix é: <urn:é:> .\n"
)
PIECES = (
    *(
        "a:",
        "c:",
        ":",
        "a:x",
        "a:x.y",
        "a:x..y",
        ":1.2",
        "a:x:y",
        "a.b:z",
        "a:%20",
        "a:-",
        "a:_",
        "c:.",
        "a:x.",
        "a:\\-x",
    ),
    *(
        "<urn:q>",
        "_:b",
        "_:b.c",
        "true",
        "1",
        "1.5",
        "'s'",
        "'s'@en",
        "'s'^^a:t",
        "a",
        "[]",
        "()",
        "( a:x.y c: )",
        "a:·",
    ),
    *(".", ";", ",", "é:x", "a:é", "a:x-", "1.", "1e5", "-.1e5", "a:b:-c", "a:·", "a:\\-x"),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:s a c:.a:t", ["a:s", "a", "c:", ".", "a:t"]),
        ("a:s a:p 1._:b.c:1.2", ["a:s", "a:p", "1", ".", "_:b.c", ":1.2"]),
        ("_:ba:-.1e5.", ["_:ba", ":", "-.1e5", "."]),
        ("a:s a:p a:b:-c.", ["a:s", "a:p", "a:b:-c", "."]),
        ("....", [".", ".", ".", "."]),
    ],
)
def test_tokens_without_spaces(text: str, expected: list[str]) -> None:
    assert [token.text for token in tokens(text)] == expected


def test_names_are_those_of_the_parser() -> None:
    chance, compared = random.Random(5), 0
    for _ in range(6000):
        text = HEAD + "".join(
            chance.choice(PIECES) + chance.choice(("", "", " ", "\n", "#c\n")) for _ in range(chance.randrange(3, 8))
        )
        try:
            triples = list(ox.parse(text + ".", ox.RdfFormat.TURTLE))
        except SyntaxError:
            continue
        terms = {term for triple in triples for term in (triple.subject, triple.predicate, triple.object)}
        literals = {term.datatype.value for term in terms if isinstance(term, ox.Literal)}
        wanted = {term.value for term in terms if isinstance(term, ox.NamedNode)} | literals
        found = {iri for token, iri in named_tokens(text) if iri and token.start >= len(HEAD)}
        assert found == {iri for iri in wanted if not iri.startswith("http://www.w3.org/")}, text
        compared += 1
    assert compared > 50
