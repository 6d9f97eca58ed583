"""Asking: what is refused and where, what is answered, saved questions and their parameters."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kb
from kb.sparql.engine import Answer, with_values
from kb.sparql.saved import read_query
from tests.support.listening import listening

GRAPH = "https://w3id.org/factcite/kb/graph/x.ttl"


@pytest.fixture(scope="module")
def store() -> ox.Store:
    """Two triples in one named graph."""
    a, name = ox.NamedNode("https://example.org/a"), ox.NamedNode("http://purl.org/dc/terms/title")
    graph = ox.NamedNode(GRAPH)
    return kb.open_store(
        [
            ox.Quad(a, name, ox.Literal("Bridge"), graph),
            ox.Quad(a, name, ox.Literal("다리", language="ko"), graph),
        ]
    )


@pytest.fixture
def listener() -> Iterator[tuple[str, list[object]]]:
    """An address on loopback, and everyone who called it."""
    with listening() as found:
        yield found


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("SELECT * WHERE { ?s ?p ", 1, 24),
        ("SELECT *\nWHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 2, 9),
        ("ASK { FILTER EXISTS { { service SILENT ?x { } } } }", 1, 25),
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", 1, 1),
        ("PREFIX a: <urn:a>\nDELETE WHERE { ?s ?p ?o }", 2, 1),
        ("SELECT * { ?s ?p ?o } ; CLEAR ALL", 1, 25),
        ("LOAD <http://127.0.0.1:9/>", 1, 1),
        ("SELECT * FROM <http://127.0.0.1:9/> { ?s ?p ?o }", 1, 15),
        ("SELECT * FROM NAMED <file:///etc/passwd> { GRAPH ?g { ?s ?p ?o } }", 1, 21),
        ("PREFIX x: <http://127.0.0.1:9/>\nSELECT * FROM x:y { ?s ?p ?o }", 2, 15),
        ("SELECT * { ?s nope:p ?o }", 1, 15),
    ],
)
def test_refuses_with_line_and_column(store: ox.Store, text: str, line: int, column: int) -> None:
    with pytest.raises(kb.QueryRefusedError) as refused:
        kb.ask(store, text)
    assert (refused.value.line, refused.value.column) == (line, column)
    assert refused.value.help


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * {" + "(" * 5000,
        "SELECT * {" + "{" * 5000 + "}" * 5000 + "}",
        "SELECT (" + "!" * 10000 + "true AS ?x) {}",
        "SELECT * { ?s ?p ?o FILTER(" + " || ".join(["true"] * 10000) + ") }",
        "SELECT * { " + "OPTIONAL { ?s ?p ?o } " * 5000 + "}",
        "SELECT * { " + " UNION ".join(["{ ?s ?p ?o }"] * 3000) + "}",
        "SELECT * { ?s " + "/".join(["<urn:p>"] * 1000) + " ?o }",
        "SELECT * { " + "BIND(1 AS ?x) " * 5000 + "}",
        "SELECT * { ?s ?p " + "[ ?q " * 1000 + "1" + "]" * 1000 + " }",
        "ASK { " + "<<( ?s ?p " * 10000 + "}",
        "#" * 200_000,
    ],
)
def test_refuses_what_would_kill_the_parser(store: ox.Store, text: str) -> None:
    with pytest.raises(kb.QueryRefusedError):
        kb.ask(store, text)


def test_calls_nobody(store: ox.Store, listener: tuple[str, list[object]]) -> None:
    url, calls = listener
    for text in (
        f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ \\u0053ERVICE <{url}> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ BIND(<{url}> AS ?u) SERVICE ?u {{ ?s ?p ?o }} }}",
        f"PREFIX x: <urn:x:> ASK {{ ?s ?p x:a、\\' SERVICE <{url}> {{ ?s ?p ?o }} # '\n}}",
        f"ASK {{ FILTER(1<2&&''!='>') SERVICE <{url}> {{ ?s ?p ?o }} # '\n}}",
        f"ASK {{ FILTER(1<2#>'''\n) SERVICE <{url}> {{ ?s ?p ?o }} #'''\n}}",
        f"SELECT * FROM <{url}> {{ ?s ?p ?o }}",
        f"LOAD <{url}>",
    ):
        with pytest.raises(kb.QueryRefusedError):
            kb.ask(store, text)
    assert calls == []


def test_words_that_only_look_forbidden_are_allowed(store: ox.Store) -> None:
    text = 'SELECT ?service ?load { ?service ?load "SERVICE <x> {" , ?o } # SERVICE\n'
    assert kb.ask(store, text).rows == ()
    assert kb.ask(store, f"SELECT * FROM <{GRAPH}> {{ ?s ?p ?o }}").rows != ()
    assert kb.ask(store, 'ASK { BIND("DELETE" AS ?x) }').truth is True
    assert kb.ask(store, "ASK { FILTER(<http://example.org/O'Brien#service> != <urn:x>) }").truth is True


def test_answers_of_every_form(store: ox.Store) -> None:
    rows = kb.ask(store, "SELECT ?s ?t { ?s dcterms:title ?t } ORDER BY ?t")
    assert rows.columns == ("s", "t") and len(rows.rows) == 2
    assert kb.ask(store, "ASK { ?s ?p 1 }").truth is False
    made = kb.ask(store, "CONSTRUCT { ?t ?p ?s } WHERE { ?s ?p ?x BIND(<urn:t> AS ?t) }")
    assert made.triples is not None and len(made.triples) == 1
    cut = kb.ask(store, "SELECT * { ?s ?p ?o }", max_rows=1)
    assert len(cut.rows) == 1 and cut.truncated
    assert not kb.ask(store, "SELECT * { ?s ?p ?o }", max_rows=2).truncated


def test_csv_and_json_are_the_standard_s(store: ox.Store) -> None:
    answer = kb.ask(store, "SELECT ?t ?none ?n { ?s dcterms:title ?t BIND(1 AS ?n) } ORDER BY ?t")
    rows = list(csv.reader(io.StringIO(kb.as_csv(answer))))
    assert rows[0] == ["t", "none", "n"] and ["Bridge", "", "1"] in rows
    parsed = ox.parse_query_results(kb.as_json(answer), format=ox.QueryResultsFormat.JSON)
    assert isinstance(parsed, ox.QuerySolutions)
    assert {(row["t"].value, row["t"].language) for row in parsed} == {("Bridge", None), ("다리", "ko")}
    assert json.loads(kb.as_json(kb.ask(store, "ASK {}")))["boolean"] is True


def test_the_command_s_csv_and_json_are_those_of_the_results_writer(store: ox.Store) -> None:
    typed = ox.Literal("007", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer"))
    rows = ((ox.Literal('a,"b"\r\nc', language="en"), None), (ox.BlankNode("x"), ox.NamedNode("urn:y")), (typed, typed))
    answer = Answer(("s", "none"), rows)
    assert kb.as_csv(answer) == 's,none\r\n"a,""b""\r\nc",\r\n_:x,urn:y\r\n007,007\r\n'
    first, second, third = json.loads(kb.as_json(answer))["results"]["bindings"]
    assert first == {"s": {"type": "literal", "value": 'a,"b"\r\nc', "xml:lang": "en"}}
    assert second == {"s": {"type": "bnode", "value": "x"}, "none": {"type": "uri", "value": "urn:y"}}
    assert third["s"] == {"type": "literal", "value": "007", "datatype": typed.datatype.value}
    assert kb.as_csv(kb.ask(store, "ASK {}")) == "answer\r\ntrue\r\n"
    for format, make in kb.RESULT_WRITERS.items():
        whole, parts = make(answer.columns), make(answer.columns)
        written = parts.head() + b"".join(parts.rows([row]) for row in rows) + parts.foot()
        assert written == whole.head() + whole.rows(rows) + whole.foot(), format


def test_a_table_lines_up_and_shows_no_control_characters(store: ox.Store) -> None:
    answer = kb.ask(store, 'SELECT ?t ?x { ?s dcterms:title ?t BIND("a\\u001B[31m\\u202Eb" AS ?x) } ORDER BY ?t')
    table = kb.as_table(answer)
    assert "\x1b" not in table and "\u202e" not in table and "\\u001b" in table
    assert table.splitlines()[-1] == "(2 rows)"
    assert kb.as_table(kb.ask(store, "ASK {}")) == "yes"


def test_a_long_cell_is_cut_to_its_columns() -> None:
    texts = ("다" * 100_000, "a" * 100_000, "ab\u0301" + "c" * 9, "a" * 9 + "다", "a" * 10)
    table = kb.as_table(Answer(("t",), tuple((ox.Literal(text),) for text in texts)), width=10)
    assert table.splitlines()[2:-1] == ["다다다다…", "aaaaaaaaa…", "ab\u0301ccccccc…", "aaaaaaaaa…", "aaaaaaaaaa"]


@given(st.text(max_size=80))
def test_any_text_is_answered_or_refused_by_name(text: str) -> None:
    empty = kb.open_store([])
    try:
        kb.ask(empty, text)
    except kb.QueryRefusedError as error:
        assert error.message


# --- saved questions -----------------------------------------------------------------------------------------


def test_every_saved_question_has_words_and_runs() -> None:
    base = kb.load_kb()
    store = kb.open_store(base.quads())
    some = {"iri": "art:odd-bedfellows", "string": "x", "integer": "1"}
    found = kb.saved_queries(base.home)
    assert len(found) >= 10
    for question in found:
        assert question.title.endswith("?") or question.name.startswith("page-"), question.name
        assert question.description and all(param.description for param in question.params), question.name
        given_ = {param.name: some[param.type] for param in question.params if param.default is None}
        kb.ask(store, question.text, params=kb.bind(question, given_, prefixes=base.prefixes))


def test_parameters_are_terms_and_never_text(tmp_path: Path) -> None:
    path = tmp_path / "find.rq"
    path.write_text(
        "# title: What has this name?\n# topic: Names\n# description: By its name,\n# whole.\n"
        "# param name string - the name\n# param least integer 0 at least\n# param kind iri dcterms:title by what\n\n"
        "SELECT ?s ?name WHERE { ?s ?kind ?name FILTER(?least < 1) }\n",
        "utf-8",
    )
    question = read_query(path)
    assert (question.title, question.topic, question.description) == (
        "What has this name?",
        "Names",
        "By its name, whole.",
    )
    assert [param.name for param in question.params] == ["name", "least", "kind"]
    a, title = ox.NamedNode("urn:a"), ox.NamedNode("http://purl.org/dc/terms/title")
    hostile = '" } SELECT * { #'
    store = kb.open_store([ox.Quad(a, title, ox.Literal(hostile), ox.NamedNode(GRAPH))])
    assert len(kb.ask(store, question.text, params=kb.bind(question, {"name": hostile})).rows) == 1
    assert kb.ask(store, question.text, params=kb.bind(question, {"name": "x"})).rows == ()
    assert kb.ask(store, question.text, params=kb.bind(question, {"name": hostile, "least": "1"})).rows == ()
    for values in (
        {},
        {"name": "x", "least": "many"},
        {"name": "x", "kind": "no iri"},
        {"name": "x", "other": "y"},
    ):
        with pytest.raises(kb.UsageError) as refused:
            kb.bind(question, values)
        assert refused.value.help


def test_parameters_move_no_line() -> None:
    text = "SELECT *\nWHERE\n{ ?s ?p ?o }"
    filled = with_values(text, {"s": ox.NamedNode("urn:a")})
    assert filled.count("\n") == 2 and "VALUES (?s) { (<urn:a>) }" in filled
    with pytest.raises(kb.QueryRefusedError):
        with_values("ASK { ?s ?p ?o }", {"s": ox.NamedNode("urn:a")})


def test_a_parameter_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.rq"
    path.write_text("# title: x\n# param name text\nASK {}", "utf-8")
    with pytest.raises(kb.InputError) as refused:
        read_query(path)
    assert refused.value.line == 2 and "param NAME" in str(refused.value)


def test_an_unknown_question_lists_the_known_ones() -> None:
    with pytest.raises(kb.UsageError, match="no saved query") as refused:
        kb.saved_query(kb.find_home(), "nope")
    assert "claims-by-article" in (refused.value.help or "") and "page-" not in (refused.value.help or "")
