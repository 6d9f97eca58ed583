"""The overview and the hard cases: a page has to tell somebody who comes for the first time how things are."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

import kb
from kb.rdf.curies import short
from webapp.answer.dates import MOST_MARKS, in_words, timeline
from webapp.pages.pictures import MOST_ROWS, shared_claims
from webapp.site.site import site_of
from webapp.words.catalogue import read_words


@pytest.fixture(scope="module")
def app(hard_app: Flask) -> Flask:
    return hard_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def read(client: FlaskClient, path: str) -> str:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 200, path
    return response.get_data(as_text=True)


def part(html: str, start: str, end: str) -> str:
    """The first piece of a page from `start` to the next `end`."""
    at = html.index(start)
    return html[at : html.index(end, at)]


def said(html: str) -> str:
    """What a reader reads: the words without marks, one space between them."""
    bare = re.sub(r"<(?!/?(?:bdi|strong|a|span)\b)[^>]*>", " ", html)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", bare))).strip()


def paragraph(html: str, index: int) -> str:
    return part(html, f'id="p{index}"', "</section>")


# --- the timeline ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "first", "last", "wanted"),
    [
        ("1948", "1948-01-01", "1948-12-31", "1948"),
        ("1970-09", "1970-09-01", "1970-09-30", "September 1970"),
        ("2024-02", "2024-02-01", "2024-02-29", "February 2024"),
        ("1989-06-26?", "1989-06-26", "1989-06-26", "26 June 1989"),
        ("1970/1989", "1970-01-01", "1989-12-31", "1970 to 1989"),
        ("1970-03/1971-05-02", "1970-03-01", "1971-05-02", "1 March 1970 to 2 May 1971"),
        ("199X", "1990-01-01", "1999-12-31", "some time from 1990 to 1999"),
        ("1948/..", "1948-01-01", None, "since 1948"),
        ("../1950", None, "1950-12-31", "until 1950"),
        ("XXXX-07-09", None, None, "9 July, no year"),
        ("Y170000002", None, None, "Y170000002"),
    ],
)
def test_a_date_is_said_in_words(when: str, first: str | None, last: str | None, wanted: str) -> None:
    assert in_words(when, first, last, read_words()["en"]) == wanted


def test_the_timeline_shows_every_dated_claim_and_counts_the_rest(client: FlaskClient) -> None:
    html = read(client, "/overview")
    picture = part(html, '<div class="timeline">', "<details>")
    names = re.findall(r'<a href="/claim/([\w-]+)" tabindex="-1">', picture)
    wanted = ["north-opened", "south-opened", "ferry-ran", "ferry-free", "ferry-loved", "ferry-slow"]
    assert [name for name in names if name in wanted] == wanted, "in the order of time"
    table = part(html, 'aria-label="Dated claims"', "</table>")
    assert set(re.findall(r'href="/claim/([\w-]+)"', table)) == {*names, "sale-splendid"}
    count = len(site_of(client.application).base.graph.instances("https://w3id.org/factcite/ns#Claim"))
    assert f"{len(names)} claims name a year." in said(html)
    assert "1 more names a day but no year" in said(html)
    assert f"{count - len(names) - 1} claims say no date at all." in said(html)


def test_intervals_are_bars_and_doubt_is_seen_without_colour(client: FlaskClient) -> None:
    picture = part(read(client, "/overview"), '<div class="timeline">', "<details>")

    def mark(name: str) -> str:
        return part(picture, f'<a href="/claim/{name}" tabindex="-1">', "</li>")

    assert "<circle" in mark("north-opened") and "<rect" not in mark("north-opened")
    assert "<rect" in mark("ferry-ran") and "within" not in mark("ferry-ran")
    assert 'class="mark within"' in mark("ferry-loved"), "some time between is not all the time between"
    assert "<path" in mark("ferry-free"), "an arrow where there is no end"
    assert 'class="mark doubt"' in mark("ferry-slow")
    assert "(approximate)" in said(picture)


def test_marks_stand_where_their_years_are(app: Flask) -> None:
    names = site_of(app).names

    def row(name: str, when: str, first: str, last: str) -> dict[str, dict[str, str]]:
        cells = {"claim": f"urn:x:{name}", "when": when, "earliest": first, "latest": last, "claims": "9"}
        return {key: {"type": "literal", "value": value} for key, value in cells.items()}

    line = timeline(
        [
            row("a", "1900", "1900-01-01", "1900-12-31"),
            row("b", "1900/1999", "1900-01-01", "1999-12-31"),
            row("c", "1950-07-01", "1950-07-01", "1950-07-01"),
        ],
        names,
    )
    years = {tick.year: tick.at for tick in line.ticks}
    by_name = {mark.thing.text[-1]: mark for mark in line.marks}
    assert by_name["b"].start == years[1900] and by_name["b"].end == pytest.approx(years[2000], abs=0.1)
    assert by_name["c"].middle == pytest.approx((years[1900] + years[2000]) / 2, abs=0.5)
    assert all(0 <= mark.start <= mark.end <= 100 for mark in line.marks)
    assert len({mark.lane for mark in line.marks}) == 2 and by_name["a"].lane != by_name["b"].lane
    assert (line.dated, line.undated) == (3, 6)


def test_what_is_too_much_for_a_picture_is_counted(app: Flask) -> None:
    names = site_of(app).names
    claims = [
        {
            key: {"type": "literal", "value": value}
            for key, value in {
                "claim": f"urn:x:{at:03}",
                "when": "1900",
                "earliest": "1900-01-01",
                "latest": "1900-12-31",
                "claims": "200",
            }.items()
        }
        for at in range(MOST_MARKS + 7)
    ]
    line = timeline(claims, names)
    assert (len(line.marks), line.more, line.dated) == (MOST_MARKS, 7, MOST_MARKS + 7)
    rows = [
        {
            "claim": {"value": f"urn:x:{at:03}"},
            "article": {"value": f"urn:a:{article}"},
            "stance": {"value": "https://w3id.org/factcite/ns#asserts"},
            "status": {"value": "https://w3id.org/factcite/ns#Contested"},
            "citations": {"value": "1"},
        }
        for at in range(MOST_ROWS + 3)
        for article in range(2)
    ]
    table = shared_claims(rows, names)
    assert (len(table.rows), table.more) == (MOST_ROWS, 3)
    assert timeline([], names).dated == 0


def test_the_front_page_leads_to_the_pictures(client: FlaskClient) -> None:
    html = read(client, "/")
    picture = part(html, '<a class="picture"', "</a>")
    assert 'href="/overview#timeline"' in picture and 'role="img"' in picture and "aria-label" in picture
    for place in ("shared", "topics", "voices", "figures"):
        assert f'href="/overview#{place}"' in html and f'id="{place}"' in read(client, "/overview")
    assert 'class="picture"' not in read(client, "/?query=ASK+%7B%7D")


# --- what articles share ---------------------------------------------------------------------------------


def test_the_matrix_says_what_each_article_does_with_a_shared_claim(client: FlaskClient) -> None:
    table = part(read(client, "/overview"), 'aria-label="Claims that several articles share"', "</table>")
    columns = re.findall(r'class="up"><a href="/article/([\w-]+)"', table)
    row = part(table, 'href="/claim/council-in-sale"', "</tr>")
    assert "contested" in row
    cells = dict(zip(columns, row.split("<td>")[1:], strict=True))
    assert re.findall(r'aria-label="([^"]+)"', cells["ferry-sale"]) == ["asserts something more specific", "denies it"]
    assert re.findall(r'aria-label="([^"]+)"', cells["two-banks"]) == ["asserts something more specific"]
    assert 'href="/claim/ferry-ran"' not in table, "twice in one article is not shared"
    shapes = {sign: part(table, f'class="sign {sign}"', "</svg>") for sign in ("specific", "denies")}
    assert "<circle" in shapes["specific"] and "<rect" in shapes["denies"], "told apart without colour"


def test_every_picture_gives_its_query(client: FlaskClient) -> None:
    html = read(client, "/overview")
    queries = re.findall(r'href="(/\?query=[^"]+)"[^>]*>The query behind this (?:picture|list)', html)
    assert len(queries) == 4
    for href in queries:
        answer = read(client, unescape(href))
        assert re.search(r'class="count">[1-9]|No results', answer)


def test_the_figures_are_those_of_the_command(client: FlaskClient) -> None:
    html = read(client, "/overview")
    figures = html[html.index('id="figures"') :]
    for name in ("stats-paragraphs", "claims-by-status", "stats-kinds", "stats-depth"):
        assert f'href="/?question={name}"' in figures
    base = site_of(client.application).base
    tables = {table.query.name: table.answer for table in kb.stats(base.home, kb.open_store(base.quads()))}
    depth = part(figures, "stats-depth", "</table>")
    wanted = [short(cell) for row in tables["stats-depth"].rows for cell in row]
    assert re.findall(r'class="number"><bdi>(\d+)</bdi>', depth) == wanted
    kinds = part(figures, "stats-kinds", "</table>")
    numbers = [short(row[2]) for row in tables["stats-kinds"].rows]
    assert sorted(re.findall(r'class="number"><bdi>(\d+)</bdi>', kinds)) == sorted(numbers)


# --- the hard cases --------------------------------------------------------------------------------------


def test_a_quotation_in_a_quotation_shows_its_chain_and_the_relay_that_is_not_stated(client: FlaskClient) -> None:
    card = paragraph(read(client, "/article/ferry-sale"), 1)
    chain = said(part(card, '<ol class="chain"', "</ol>"))
    wanted = "this article likely through the River Post (not stated) gives the words of the mayor "
    assert wanted + "gives the words of the old captain" in chain
    relay = read(client, "/entity/river-post")
    assert "Likely through this voice" in relay and "Said by the River Post" not in said(relay)


def test_words_of_which_it_is_open_whose_they_are_say_so(client: FlaskClient) -> None:
    card = said(paragraph(read(client, "/article/ferry-sale"), 1))
    assert "Whose words these are is not certain. Or they are the captain's." in card
    assert "Whose words these are is not certain." in said(read(client, "/citation/ferry-sale-1-2"))


def test_a_denial_stands_beside_the_allegation(client: FlaskClient) -> None:
    html = read(client, "/article/ferry-sale")
    assert "but the more general claim is denied by the mayor" in said(paragraph(html, 2))
    denial = said(paragraph(html, 3))
    assert "denies The council has a part in the sale. contested" in denial
    assert "but something more specific is asserted by people of both banks, the boatmen" in denial
    contested = read(client, "/claim/council-in-sale")
    assert 'class="sides"' in contested and "Who denies it 1" in said(contested)
    specific = said(read(client, "/claim/council-took-money"))
    assert "More general claims that are denied 1 The council has a part in the sale." in specific
    assert "denied by the mayor" in specific


def test_a_duplicate_paragraph_is_the_same_text_again_and_adds_nothing(client: FlaskClient) -> None:
    html = paragraph(read(client, "/article/ferry-sale"), 4)
    assert "The same text again as paragraph 1, character for character." in said(html)
    assert "Repeats word for word paragraph 1 of ferry-sale. It adds no support." in said(html)
    assert 'class="citation asserts repeat"' in html


def test_comments_stand_apart_and_say_who_answers_whom(client: FlaskClient) -> None:
    html = read(client, "/article/ferry-sale")
    before, after = html.split('id="comments"')
    assert 'id="p4"' in before and 'id="p5"' in after
    assert "Comments by readers" in after
    assert "Reader One comments on the article" in said(paragraph(html, 6))
    assert "Reader Two replies to Reader One, paragraph 6" in said(paragraph(html, 8))
    assert "a comment below this article gives the words of Reader Two" in said(paragraph(html, 8))
    depths = re.findall(r'class="paragraph depth-(\d)" id="p(\d)"', html)
    assert depths == [("1", "5"), ("1", "6"), ("2", "7"), ("2", "8")], "a byline stands as deep as its comment"


def test_irony_is_there_but_not_meant(client: FlaskClient) -> None:
    assert "mentions (the words are there, but not meant) The sale is splendid. uncited: no one asserts it" in said(
        paragraph(read(client, "/article/ferry-sale"), 8)
    )


def test_two_languages_stand_side_by_side_and_say_where_they_part(client: FlaskClient) -> None:
    html = read(client, "/article/two-banks")
    languages = part(html, 'aria-labelledby="languages"', 'id="paragraphs"')
    rows = [said(row) for row in languages.split('<div class="aligned">')[1:]]
    assert len(rows) == 2
    assert "Paragraph 1 Gist" in rows[0] and "Paragraph 4 Gist" in rows[0]
    assert "In English only, paragraph 1: The council took money for the sale." in rows[0]
    assert "1 note on the wording of the translation Korean says without a fee." in rows[0]
    assert "Paragraph 2 Gist" in rows[1] and "Paragraph 5 Gist" in rows[1] and "Paragraph 6 Gist" in rows[1]
    assert (
        "The two versions exclude one another. English, paragraph 2: The north bank opened the ferry. contested "
        "Korean, paragraph 5: The south bank opened the ferry. contested both answer Who opened the ferry?" in rows[1]
    )
    assert "In Korean only, paragraph 6: The ferry is blue." in rows[1] and "Korean only." in rows[1]
    assert "The ferry is loved." not in rows[1], "what both say is no difference"
    assert "Without a counterpart: paragraph 3" in said(languages)
    assert 'aria-labelledby="languages"' not in read(client, "/article/ferry-sale")


def test_rival_answers_of_one_voice_say_so(client: FlaskClient) -> None:
    html = said(read(client, "/question/who-opened"))
    assert "Here one voice alone, people of both banks, gives both." in html
    assert "one voice alone" not in said(read(client, "/question/how-long-does-the-repair-last"))


def test_an_entity_has_what_it_says_apart_from_what_is_said_about_it(client: FlaskClient) -> None:
    html = read(client, "/entity/mayor")
    assert "Said by the mayor 2" in said(html) and "Words of others through this voice 2" in said(html)
    assert "What is said about" not in html
    ferry = read(client, "/entity/harrowmere-ferry")
    assert 'id="said"' not in ferry and "What is said about" in ferry
    line = said(part(ferry, 'href="/claim/council-in-sale"', "</li>").partition(">")[2])
    assert line.endswith("denied by the mayor")


def test_voices_that_share_an_origin_have_a_page_with_the_reason(client: FlaskClient) -> None:
    html = read(client, "/dependence/boat-dependence")
    assert "Why: The boatmen live on both banks." in said(html)
    assert 'href="/entity/boatmen"' in html and 'href="/claim/council-took-money"' in html
    assert 'href="/dependence/boat-dependence"' in read(client, "/entity/boatmen")
    assert 'href="/dependence/boat-dependence"' in read(client, "/overview")
    path = part(read(client, "/claim/council-took-money"), '<ul class="path">', "</ul>")
    assert 'href="/dependence/boat-dependence"' in path
    assert "paragraph " in said(path) and "cite:" not in said(path)
