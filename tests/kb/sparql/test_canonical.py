"""A query is read by the standard's grammar, and the engine gets what was read, in one spelling."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

import kb
from kb.sparql import grammar
from kb.sparql.canonical import CanonicalQuery
from kb.sparql.grammar import conflicts, read_grammar, sparql_grammar
from kb.sparql.guard import read_query_text
from kb.sparql.tokens import tokenize

PROLOGUE = "PREFIX e: <http://e/> PREFIX c: <http://e/C> PREFIX : <http://e/>\n"


def read(text: str, **more: str) -> CanonicalQuery:
    return read_query_text(text, prefixes={}, **more)  # type: ignore[arg-type]


def kinds(text: str) -> list[str]:
    return [token.kind for token in tokenize(text)]


# --- tokens ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("c:.SERVICE", ["pname_ns", ".", "SERVICE"]),
        (":.a", ["pname_ns", ".", "a"]),
        ("c:a.SERVICE", ["pname_ln"]),
        ("c:a. SERVICE", ["pname_ln", ".", "SERVICE"]),
        ("e:1.1.2", ["pname_ln"]),
        ("a.b:c", ["pname_ln"]),
        ("a.:c", ["a", ".", "pname_ln"]),
        ("_:a.b.", ["blank_node_label", "."]),
        ("1.", ["integer", "."]),
        ("1.e5", ["double"]),
        ("1.1.2", ["decimal", "decimal"]),
        ("?x-1", ["var", "integer_negative"]),
        ("?service", ["var"]),
        ("<a>?b", ["iriref", "var"]),
        ("1<2", ["integer", "<", "integer"]),
        ("1<2&&3>2", ["integer", "iriref", "integer"]),
        ("( #)\n)", ["nil"]),
        ("( #)", ["("]),
        ("[ ]", ["anon"]),
        ("'a'#'\n'b'", ["string_literal1", "string_literal1"]),
        ('"""a"b"""', ["string_literal_long2"]),
        ("<<( <a> )>>", ["<<(", "iriref", ")>>"]),
        ("VAR nil END Query iriref", ["VAR", "NIL", "END", "QUERY", "IRIREF"]),
        ("\U00020000:x", ["pname_ln"]),
    ],
)
def test_the_longest_terminal_wins(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("ASK\u00a0{}", 4, "U+00A0 NO-BREAK SPACE"),
        ("ASK { \u200b }", 7, "U+200B ZERO WIDTH SPACE"),
        ("ASK { ?s ?p 'a }", 13, "is not closed"),
        ("\\u0041SK {}", 1, "an escape outside"),
        ("ASK { ?s ?p 'a\\x' }", 13, "\\x is not a valid escape"),
        ("ASK { ?s ?p '\\uD800' }", 13, "\\uD800 is not a valid escape"),
        ("ASK { ?s ?p '\ud800' }", 14, "surrogate"),
        ("ASK { ?s ?p <a b> }", 13, "unexpected <"),
        ("ASK { ?s ?p <http://e/\\u0020> }", 13, "not a valid IRI"),
        ("ASK { ?s ?p <x> }", 13, "there is no base"),
        ("ASK { ?s ?p e:x }", 13, "the prefix e: is not declared"),
        ("SELECT (COUNT(*)) { }", 17, "expected AS"),
        ("ASK { FILTER(1<2&&3>2) }", 15, "unexpected <2&&3>"),
        ("SELEKT * { }", 1, "unexpected SELEKT"),
        ("ASK { ?s ?p ?o LATERAL { } }", 16, "unexpected LATERAL"),
        ("ASK { VAR ?p ?o }", 7, "unexpected VAR"),
        ("ASK { } end", 9, "unexpected end"),
    ],
)
def test_what_is_not_sparql_is_refused_at_its_place(text: str, column: int, said: str) -> None:
    with pytest.raises(kb.QueryRefusedError) as refused:
        read(text)
    assert (refused.value.line, refused.value.column) == (1, column)
    assert said in refused.value.message and refused.value.help


def test_a_comparison_that_looks_like_an_iri_gets_a_hint() -> None:
    with pytest.raises(kb.QueryRefusedError) as refused:
        read("ASK { FILTER(1<2&&3>2) }")
    assert "write a space after it" in str(refused.value.help)


# --- the grammar -----------------------------------------------------------------------------------------


def test_the_next_token_always_decides() -> None:
    assert list(conflicts(sparql_grammar())) == []
    assert list(conflicts(read_grammar("Query ::= Thing | 'X' 'Y'\nThing ::= 'X' 'Z'"))) == [("Query", "X")]
    assert list(conflicts(read_grammar("Query ::= 'X'* 'X'"))) != []


def test_every_symbol_has_rules_or_is_a_token() -> None:
    found = sparql_grammar()
    text = Path(grammar.__file__).with_name("sparql.ebnf").read_text("utf-8")
    named = set(re.findall(r"^(\w+) ::=", text, re.MULTILINE))
    used = {symbol for alternatives in found.rules.values() for symbols in alternatives for symbol in symbols}
    terminals = {symbol for symbol in used if symbol not in found.rules and symbol.replace("_", "").isalnum()}
    assert named - used == {"Query"}
    assert {name for name in terminals if not name.isupper()} == {
        *("a", "var", "iriref", "pname_ln", "pname_ns", "blank_node_label", "lang_dir", "nil", "anon"),
        *(f"{number}{sign}" for number in ("integer", "decimal", "double") for sign in ("", "_positive", "_negative")),
        *("string_literal1", "string_literal2", "string_literal_long1", "string_literal_long2"),
    }


def test_every_function_of_the_grammar_is_one_of_the_engine_with_any_space() -> None:
    found = sparql_grammar()
    store = ox.Store()
    for rule, arguments in (("NoArgument", "( )"), ("OneArgument", "( 1 )"), ("TwoArguments", "( 1 , 2 )")):
        for (name,) in found.rules[rule]:
            kb.run(store, f"SELECT ( {name.lower()} {arguments} AS ?x ) {{ }}")
    for call in (
        "IF ( 1 , 2 , 3 )",
        "STRLANGDIR ( 1 , 2 , 3 )",
        "TRIPLE ( <a:> , <a:> , 1 )",
        "CONCAT ( 1 )",
        "COALESCE ( )",
    ):
        kb.run(store, f"SELECT ( {call} AS ?x ) {{ }}")
    for call in (
        "BNODE ( )",
        "BNODE ( 'x' )",
        "REGEX ( 'a' , 'b' )",
        "REPLACE ( 'a' , 'b' , 'c' , 'i' )",
        "COUNT ( * )",
    ):
        kb.run(store, f"SELECT ( {call} AS ?x ) {{ }}")


# --- the canonical text ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ask{filter(TRUE)}", "ASK { FILTER( true ) }"),
        ("SELECT ?x { VALUES ?x { e:1.1.2 } }", "SELECT ?x { VALUES ?x { <http://e/1.1.2> } }"),
        ("ASK { ?s a c:. ?s a e:a\\,b }", "ASK { ?s a <http://e/C> . ?s a <http://e/a,b> }"),
        ("ASK { _:x.y e:p _:z, _:x.y }", "ASK { _:b0 <http://e/p> _:b1 , _:b0 }"),
        ("ASK { $s ?p '''a\n\"'''@en-GB }", 'ASK { ?s ?p "a\\n\\"" @en-GB }'),
        ('ASK { ?s ?p "\\u0041\\\\" } # end', 'ASK { ?s ?p "A\\\\" }'),
        ("BASE <http://b/c/> ASK { <d> ?p <../e> }", "ASK { <http://b/c/d> ?p <http://b/e> }"),
    ],
)
def test_the_engine_gets_one_spelling(text: str, expected: str) -> None:
    assert read(PROLOGUE + text).text == expected


def test_dotted_names_and_capital_booleans_are_answered_as_the_standard_says() -> None:
    store = ox.Store()
    rows = kb.ask(store, PROLOGUE + "SELECT ?x { VALUES ?x { e:1.1.2 } }").rows
    assert [str(row[0]) for row in rows] == ["<http://e/1.1.2>"]
    assert kb.ask(store, "ASK { FILTER(TRUE) }").truth is True
    assert kb.ask(store, "ASK { FILTER(False) }").truth is False


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?s ?x WHERE { ?s a c:.SERVICE <http://127.0.0.1:9/> { ?x ?y ?z } }",
        "SELECT * { ?s a e:x.SERVICE <http://127.0.0.1:9/> { ?x ?y ?z } }",
        "SELECT * { ?s a :.SERVICE<http://127.0.0.1:9/>{ ?x ?y ?z } }",
        "SELECT * { ?s e:p _:a.SERVICE <http://127.0.0.1:9/> { } }",
    ],
)
def test_a_name_before_service_hides_nothing(text: str) -> None:
    with pytest.raises(kb.QueryRefusedError):
        kb.run(ox.Store(), PROLOGUE + text)


def test_patterns_behind_a_name_are_counted() -> None:
    with pytest.raises(kb.QueryRefusedError, match="more than 200 patterns"):
        kb.refuse(PROLOGUE + "SELECT * { " + "?s a c:.OPTIONAL { ?s ?p ?o } " * 300 + "}", prefixes={})


def test_what_only_the_engine_refuses_has_its_place_in_the_user_s_text() -> None:
    text = PROLOGUE + "# a comment\nSELECT *\n{ ?s a e:x.y BIND(1 AS ?s) }"
    with pytest.raises(kb.QueryRefusedError) as refused:
        kb.run(ox.Store(), text)
    assert refused.value.line in (4, 5) and refused.value.column


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT * { ?s ?p ?o BIND(1 AS ?s) }", "a rule that the grammar does not show"),
        ("SELECT ?s WHERE { ?s ?p ?o } GROUP BY ?o", "not in GROUP BY"),
        ("SELECT (1 AS ?s) { ?s ?p ?o }", "already has a value"),
        ("SELECT * { ?s ?p ?o } GROUP BY ?s", "SELECT \\* is not allowed"),
        ("SELECT ?x ?x {}", "twice"),
        ("SELECT ('a'@en--xyz AS ?z) {}", "--ltr or --rtl"),
        ("SELECT ('a'@abcdefghijkl AS ?z) {}", "no language tag"),
    ],
)
def test_a_broken_rule_beyond_the_grammar_is_said_in_words(text: str, said: str) -> None:
    with pytest.raises(kb.QueryRefusedError, match=said) as refused:
        kb.run(ox.Store(), text)
    assert refused.value.line == 1 and refused.value.column and refused.value.help


def test_values_of_parameters_do_not_move_places() -> None:
    text = "SELECT ?s WHERE { ?s ?p ?o } GROUP BY ?o"
    with pytest.raises(kb.QueryRefusedError) as plain:
        kb.run(ox.Store(), text)
    with pytest.raises(kb.QueryRefusedError) as filled:
        kb.run(ox.Store(), text, params={"o": ox.Literal('"} # long enough')})
    assert (plain.value.line, plain.value.column) == (filled.value.line, filled.value.column)


def test_a_query_with_many_hashes_or_quotes_is_read_in_linear_time() -> None:
    for text in ("ASK { FILTER( " + "# " * 40_000, "<a " * 30_000, "a.a." * 20_000, '"""' + '"" ' * 30_000):
        with pytest.raises(kb.QueryRefusedError):
            read(text)
