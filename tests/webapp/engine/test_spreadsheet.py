"""The CSV for spreadsheets: no cell of it is a formula, and nothing else is changed."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from webapp.engine.results import safe_text

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, or leaves out before one."""
HOSTILE = """SELECT ?cell ?more {
  VALUES (?cell ?more) {
    ("=HYPERLINK(1)" 1) ("+1" -1) ("-1+cmd|' /C calc'!A0" 1.5) ("@SUM(A1)" -2.5e3) ("\\t=1" "say \\"=1\\"")
    ("a;=1" "a, b") ("\\uFF1D1" UNDEF) ("two\\nlines" "plain") ("'=1" "한강 다리"@ko) (<http://example.org/=1> "x=1")
  }
}"""


@pytest.fixture(scope="module")
def app(plain_app: Flask) -> Flask:
    return plain_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def rows(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_what_would_run_begins_with_an_apostrophe_and_the_rest_is_as_it_was(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": HOSTILE, "format": "csv-safe"})
    assert (response.status_code, response.mimetype) == (200, "text/csv")
    assert 'filename="factcite-answer-spreadsheet.csv"' in response.headers["Content-Disposition"]
    assert response.data.startswith(b"\xef\xbb\xbfcell,more\r\n"), "UTF-8 says so, and lines end with CR LF"
    assert rows(response.data)[1:] == [
        ["'=HYPERLINK(1)", "1"],
        ["'+1", "-1"],
        ["'-1+cmd|' /C calc'!A0", "1.5"],
        ["'@SUM(A1)", "-2500"],
        ["'\t=1", 'say "=1"'],
        ["a;'=1", "a, b"],
        ["'＝1", ""],
        ["two\nlines", "plain"],
        ["'=1", "한강 다리"],
        ["http://example.org/=1", "x=1"],
    ]


def test_the_csv_of_the_standard_stays_exact(client: FlaskClient) -> None:
    exact = client.get("/sparql", query_string={"query": HOSTILE, "format": "csv"})
    assert rows(exact.data)[1][0] == "=HYPERLINK(1)" and not exact.data.startswith(b"\xef\xbb\xbf")
    by_type = client.get("/sparql", query_string={"query": HOSTILE}, headers={"Accept": "text/csv"})
    assert by_type.data == exact.data, "a program that asks for text/csv gets the standard's"


def test_a_graph_comes_as_three_columns_by_that_name_only(client: FlaskClient) -> None:
    sparql = 'CONSTRUCT { <x:s> <x:p> "=1" } WHERE {}'
    response = client.get("/sparql", query_string={"query": sparql, "format": "csv-safe"})
    assert rows(response.data) == [["subject", "predicate", "object"], ["x:s", "x:p", "'=1"]]
    assert client.get("/sparql", query_string={"query": sparql, "format": "csv"}).status_code == 406


def test_the_page_offers_it_beside_the_other(client: FlaskClient) -> None:
    page = client.get("/", query_string={"query": HOSTILE}).text
    assert page.count("format=csv-safe") == 1 and page.count('format=csv"') == 1
    assert 'download="factcite-answer-spreadsheet.csv"' in page


@given(st.text(alphabet=st.sampled_from([*STARTS, ";", '"', " ", "a", "1", "'"]), max_size=12))
def test_no_cell_begins_to_be_a_formula(text: str) -> None:
    safe = safe_text(text)
    assert not safe.startswith(STARTS)
    assert all(not part.lstrip(' "').startswith(STARTS) for part in safe.split(";")), (
        "nor behind what parts cells elsewhere"
    )
    assert safe.replace("'", "") == text.replace("'", ""), "nothing is taken away"
