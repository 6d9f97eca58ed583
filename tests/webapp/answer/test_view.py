"""The views of an answer: a table to sort and to page, a graph, a timeline, its text; each by a plain link."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

import webapp
from webapp.site.site import site_of
from webapp.words.collation import sort_key

NUMBERS = 'SELECT ?n ?word { VALUES (?n ?word) { (10 "b") (9 "c") (100 "a") (-1 "d") (2.5 "e") (UNDEF "f") } }'
LINKS = "SELECT ?citation ?p ?claim { ?citation ?p ?claim . ?claim a fc:Claim . ?citation a fc:Citation }"


class Table(HTMLParser):
    """The first table of the answer: its heads, their links and order, and the words of its rows."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.heads: list[dict[str, str]] = []
        self.links: list[str] = []
        self.rows: list[list[str]] = []
        self.cell = ""
        self.feed(html[html.index('<table class="rows">') :].partition("</table>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.cell = ""
            if found.get("scope") == "col":
                self.heads.append(found)
        elif tag == "a" and len(self.rows) == 1:
            self.links.append(found["href"])

    def handle_data(self, data: str) -> None:
        self.cell += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.rows[-1].append(" ".join(self.cell.split()))

    def column(self, at: int) -> list[str]:
        """A column by its place; 0 is the number of the row."""
        return [row[at] for row in self.rows[1:]]


@pytest.fixture(scope="module")
def app(plain_app: Flask) -> Flask:
    return plain_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def shown(client: FlaskClient, query: str, **arguments: str) -> str:
    response = client.get("/", query_string={"query": query, **arguments})
    assert response.status_code == 200, response.text
    return response.text


def test_a_table_keeps_the_order_of_the_question_until_it_is_sorted(client: FlaskClient) -> None:
    plain = Table(shown(client, NUMBERS))
    assert plain.column(2) == list("bcadef") and not any("aria-sort" in head for head in plain.heads)
    up, down = Table(shown(client, NUMBERS, sort="n")), Table(shown(client, NUMBERS, sort="-n"))
    assert [value for value in up.column(1) if value] == ["-1", "2.5", "9", "10", "100"]
    assert [value for value in down.column(1) if value] == ["100", "10", "9", "2.5", "-1"]
    assert (up.heads[1]["aria-sort"], down.heads[1]["aria-sort"]) == ("ascending", "descending")
    assert up.column(0) == list("123456"), "rows are counted as they stand"


def test_the_head_of_a_column_is_the_link_that_sorts_by_it(client: FlaskClient) -> None:
    (first, second) = Table(shown(client, NUMBERS)).links
    assert parse_qs(urlsplit(first).query)["query"] == [NUMBERS]
    by_word = client.get(second.partition("#")[0]).text
    assert Table(by_word).column(2) == list("abcdef")
    again = Table(by_word).links[1]
    assert Table(client.get(again.partition("#")[0]).text).column(2) == list("fedcba"), "once more turns it round"


def test_a_column_that_is_not_there_is_said_and_changes_nothing(client: FlaskClient) -> None:
    page = shown(client, NUMBERS, sort="<b>no such")
    assert Table(page).column(2) == list("bcadef")
    assert "&lt;b&gt;no such" in page and "<b>no such" not in page


def test_pages_hold_each_row_once_and_in_order(client: FlaskClient) -> None:
    query = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 60"
    pages = [Table(shown(client, query, rows="25", page=str(number))) for number in (1, 2, 3)]
    assert [len(page.rows) - 1 for page in pages] == [25, 25, 10]
    assert [number for page in pages for number in page.column(0)] == [str(n) for n in range(1, 61)]
    whole = Table(shown(client, query))
    assert [row[1:] for page in pages for row in page.rows[1:]] == [row[1:] for row in whole.rows[1:]]
    beyond = shown(client, query, rows="25", page="999")
    assert Table(beyond).rows, "beyond the last page there is something to read"


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 40])
def test_a_page_number_that_makes_no_sense_is_no_error(client: FlaskClient, page: str) -> None:
    assert Table(shown(client, NUMBERS, page=page)).rows


def test_dates_and_words_have_an_order_of_their_own() -> None:
    def literal(text: str, datatype: str) -> dict[str, str]:
        return {"type": "literal", "value": text, "datatype": f"http://www.w3.org/2001/XMLSchema#{datatype}"}

    dates = [literal("2019-05", "gYearMonth"), literal("0987", "gYear"), literal("2019-05-02", "date")]
    ordered = sorted(dates, key=lambda cell: sort_key(cell, cell["value"], ""))
    assert [cell["value"] for cell in ordered] == ["0987", "2019-05", "2019-05-02"]
    words = ["Zebra", "Ähre", "apfel", "Öl", "orange"]
    by_words = sorted(words, key=lambda word: sort_key({"type": "literal", "value": word}, word, "de"))
    assert by_words == ["Ähre", "apfel", "Öl", "orange", "Zebra"]


def test_a_status_is_a_badge(client: FlaskClient) -> None:
    page = shown(client, "SELECT ?c ?s { ?c fc:status ?s }")
    assert re.search(r'class="[^"]*badge[^"]*"', page[page.index('<table class="rows">') :])


def test_the_graph_is_a_table_of_links_for_everybody(client: FlaskClient) -> None:
    page = shown(client, LINKS, view="graph", **{"from": "citation", "to": "claim", "by": "p"})
    found = Table(page)
    asked = client.get("/sparql", query_string={"query": LINKS, "format": "json"}).get_json()
    assert len(found.rows) - 1 == len(asked["results"]["bindings"]) > 5
    data = json.loads(re.findall(r'data-graph="([^"]*)"', page)[0].replace("&#34;", '"').replace("&amp;", "&"))
    assert json.dumps(data), "what the script draws is in the page"


def test_the_graph_of_triples_leaves_words_out_and_says_so(client: FlaskClient) -> None:
    page = shown(client, "CONSTRUCT { ?s ?p ?o } WHERE { ?s a fc:Claim ; ?p ?o }", view="graph")
    assert (
        Table(page).rows and "rdf-syntax-ns#type" not in page.partition('id="graph-links"')[2].partition("</table>")[0]
    )


def test_the_timeline_draws_what_is_dated(client: FlaskClient) -> None:
    query = 'SELECT ?what ?day { VALUES (?what ?day) { ("a" "2019-05-02"^^xsd:date) ("b" "1987"^^xsd:gYear) } }'
    page = shown(client, query, view="timeline")
    answer = page[page.index('class="answer"') :]
    assert "<svg" in answer and "1987" in answer and "2019" in answer
    none = shown(client, NUMBERS, view="timeline")
    assert "<svg" not in none[none.index('class="answer"') :].partition("</section>")[0]


def test_the_text_is_what_a_program_gets(client: FlaskClient) -> None:
    page = shown(client, NUMBERS, view="raw")
    assert "&#34;bindings&#34;" in page or "&quot;bindings&quot;" in page


def test_an_unknown_view_is_the_table(client: FlaskClient) -> None:
    assert Table(shown(client, NUMBERS, view="<script>")).column(2) == list("bcadef")


def test_the_same_address_gives_the_same_bytes(client: FlaskClient) -> None:
    def steady(text: str) -> str:
        return re.sub(r"[\d.,]+ ms", "", text)

    for view in ("table", "graph", "timeline", "raw"):
        assert steady(shown(client, LINKS, view=view)) == steady(shown(client, LINKS, view=view)), view


def test_the_permanent_link_keeps_the_view_and_its_part(client: FlaskClient) -> None:
    asked = {"query": LINKS, "view": "table", "sort": "-claim", "page": "2", "rows": "25"}
    page = client.get("/", query_string=asked).text
    link = re.search(r'<a href="([^"]*)">Permanent link', page)
    assert link is not None
    found = parse_qs(urlsplit(unescape(link[1])).query)
    assert found == {name: [value] for name, value in asked.items() if name not in ("view",)}
    drawn = {"query": LINKS, "view": "graph", "from": "claim", "to": "citation", "by": "p"}
    page = client.get("/", query_string=drawn).text
    link = re.search(r'<a href="([^"]*)">Permanent link', page)
    assert link is not None
    assert parse_qs(urlsplit(unescape(link[1])).query) == {name: [value] for name, value in drawn.items()}


def test_letters_go_by_unicode_and_accents_only_decide_between_equals() -> None:
    def ordered(words: list[str], lang: str) -> list[str]:
        return sorted(words, key=lambda word: sort_key({"type": "literal", "value": word}, word, lang))

    for lang in ("de", "sv", "en", ""):
        assert ordered(["ö", "z", "ä", "oz", "å", "a"], lang) == ["a", "ä", "å", "ö", "oz", "z"]
    assert ordered(["nube", "ñu", "ÑU", "nu", "oso"], "es") == ["nu", "ÑU", "ñu", "nube", "oso"]
    assert ordered(["하늘", "가을", "나무"], "ko") == ["가을", "나무", "하늘"]
    assert ordered(["p 10", "p 9", "p 09", "p 1"], "") == ["p 1", "p 09", "p 9", "p 10"]
    assert ordered(["b", "B", "a", "A"], "en") == ordered(["A", "a", "B", "b"], "en"), "whatever the order before"


@pytest.mark.parametrize(
    ("datatype", "values"),
    [
        ("integer", ["-3", "2", "10", "99999999999999999999999"]),
        ("double", ["-INF", "-1.5e3", "0", "1e-2", "INF"]),
        ("gYear", ["0987", "1999", "2019"]),
        (
            "dateTime",
            ["2019-05-02T00:30:00+09:00", "2019-05-01T20:00:00Z", "2019-05-02T02:00:00-05:00"],
        ),
    ],
)
def test_numbers_and_times_go_by_what_they_are(datatype: str, values: list[str]) -> None:
    cells = [
        {"type": "literal", "value": text, "datatype": f"http://www.w3.org/2001/XMLSchema#{datatype}"}
        for text in values
    ]
    backwards = sorted(reversed(cells), key=lambda cell: sort_key(cell, cell["value"], ""))
    assert [cell["value"] for cell in backwards] == values


def test_a_page_shows_no_more_columns_than_it_can_bear(client: FlaskClient) -> None:
    many = " ".join(f"?a{n}" for n in range(2_000))
    for view in ("table", "graph", "timeline", "raw"):
        page = shown(client, f"SELECT {many} {{}}", view=view)
        assert len(page) < 3_000_000, view
        assert ("The first 60 of 2,000 columns are shown; downloads have all of them." in page) == (view != "raw")
    few = " ".join(f"?a{n}" for n in range(60))
    page = shown(client, f"SELECT {few} {{}}")
    assert ">a59</bdi>" in page and "columns are shown" not in page


def doubled(text: str, times: int) -> str:
    """A question whose answer is a text that is doubled so many times."""
    steps = "".join(f" BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(times))
    return f"SELECT ?x{times} {{ BIND({text} AS ?x0){steps} }}"


def test_a_page_shows_no_more_of_a_huge_value_than_it_can_bear(client: FlaskClient) -> None:
    for text, sort in (('"a\\n"', ""), ('"\\u0007"', ""), ('"é1"', "x20")):
        page = shown(client, doubled(text, 20), sort=sort)
        assert len(page) < 40_000_000 and "The first 1,000,000 of " in page, text
    page = shown(client, doubled('"b"', 19))
    assert "b" * 2**19 in page and "The first" not in page
    long = shown(
        client, doubled('"b"', 11).replace("SELECT ?x11", "SELECT (IRI(CONCAT('http://example.org/', ?x11)) AS ?y)")
    )
    assert "b" * 900 in long and "b" * 1_001 not in long and "The first 1,000 of 2,067 characters are shown." in long


def test_a_sorted_answer_that_was_cut_says_what_was_sorted(app: Flask) -> None:
    few = webapp.create_app(site_of(app).base.home, WORKERS=1, TABLE_ROWS=30)
    try:
        page = shown(few.test_client(), "SELECT ?s ?p ?o { ?s ?p ?o }", sort="o")
        assert "This answer was cut." in page and "Only the rows before the cut are sorted." in page
        assert "Downloads hold up to" in page
    finally:
        webapp.close(few)
