"""Finding things without a question: choices, names, relations, rules, what the words mean."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

import kb
import webapp
from tests.support.hard_base import HEAD, cite, claim, make
from tests.webapp.pages.test_pictures import part, read, said
from webapp.pages.browse import PAGE
from webapp.site.site import site_of
from webapp.words.folding import fold, matches


@pytest.fixture(scope="module")
def app(hard_app: Flask) -> Flask:
    return hard_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def found(html: str) -> list[str]:
    """The names of what is listed."""
    listed = part(html, 'aria-labelledby="found"', 'aria-labelledby="narrow"')
    return re.findall(r'<li>(?:<strong>.*?</strong>.*?)?<a href="/claim/([\w-]+)"', listed)


def numbers(html: str, label: str) -> dict[str, int]:
    """The values of a choice, and how many each would leave."""
    choice = part(html, f"<h3>{label}</h3>", "</ul>")
    pairs = re.findall(r"<bdi[^>]*>(.*?)</bdi></a> <span class=\"tally\">(\d+)", choice)
    return {unescape(name): int(number) for name, number in pairs}


# --- choices ---------------------------------------------------------------------------------------------


def test_words_can_be_taken_back_and_the_choices_stay(client: FlaskClient) -> None:
    html = read(client, "/claims?stance=fc:denies&q=pier")
    chosen = part(html, '<ul class="chosen"', "</ul>")
    back = unescape(re.search(r'href="([^"]*)"', chosen)[1])  # type: ignore[index]
    assert back == "/claims?stance=fc:denies"
    assert "pier" not in part(read(client, back), '<ul class="chosen"', "</ul>")


def test_nothing_is_offered_where_there_is_nothing_to_choose(client: FlaskClient) -> None:
    narrow = part(read(client, "/claims?q=xyzzy&status=fc:Contested"), 'id="narrow"', "</section>")
    assert re.findall(r"<h3>(.*?)</h3>", narrow) == ["Status of the claim"]


def test_every_claim_is_listed_once(client: FlaskClient) -> None:
    html = read(client, "/claims")
    graph = site_of(client.application).base.graph
    assert len(found(html)) == len(set(found(html))) == len(graph.instances(kb.FC.Claim))
    assert f"{len(graph.instances(kb.FC.Citation))} citations" in said(read(client, "/citations"))


@pytest.mark.parametrize("what", ["claims", "citations"])
@pytest.mark.parametrize(
    "label",
    [
        "Article",
        "Status of the claim",
        "Kind of statement",
        "Speaker",
        "What the citation does",
        "About",
        "Date: from the year",
    ],
)
def test_a_choice_leaves_as_many_as_it_says(client: FlaskClient, what: str, label: str) -> None:
    html = read(client, f"/{what}")
    choice = html.partition(f"<h3>{label}</h3>")[2].partition("<h3>")[0]
    links = re.findall(r'<a href="(/(?:claims|citations)\?[^"]+)" rel="nofollow">.*?<span class="tally">(\d+)', choice)
    assert links
    for href, number in links:
        narrowed = read(client, unescape(href))
        assert len(found(narrowed)) == int(number), href
        assert "remove" in narrowed


def test_choices_go_together_and_can_be_taken_back(client: FlaskClient) -> None:
    html = read(client, "/claims?article=art:ferry-sale&stance=fc:denies")
    assert found(html) == ["council-in-sale"]
    assert "denied by the mayor" in said(html)
    assert numbers(html, "Status of the claim") == {"contested": 1}
    back = re.findall(r'<a href="([^"]+)" aria-label="remove [^"]+">remove', html)
    assert "/claims?stance=fc:denies" in map(unescape, back) and "/claims?article=art:ferry-sale" in map(unescape, back)
    assert found(read(client, "/citations?article=art:ferry-sale&stance=fc:denies")) == ["council-in-sale"]
    assert found(read(client, "/claims?speaker=ent:mayor&q=council+sale")) == ["council-in-sale"]
    assert 'name="speaker" value="ent:mayor"' in read(client, "/claims?speaker=ent:mayor")


def test_the_query_behind_a_choice_gives_the_same(client: FlaskClient) -> None:
    html = read(client, "/citations?speaker=ent:mayor&stance=fc:asserts")
    behind = re.search(r'href="(/\?query=[^"]+)"[^>]*>The query behind', html)
    assert behind is not None
    answer = read(client, unescape(behind[1]))
    assert f'class="count">{len(found(html))} row' in answer
    assert "letter by letter" in read(client, "/citations?q=sale"), "and where it may give others, that is said"
    assert "letter by letter" not in html


@pytest.mark.parametrize(
    "arguments",
    [
        "speaker=ent:nobody",
        "article=nonsense",
        "kind=%3Cscript%3E",
        "status=javascript:alert(1)",
        "page=999",
        "page=-1",
        "q=%00%20%E2%80%AE",
    ],
)
def test_nonsense_is_answered_calmly(client: FlaskClient, arguments: str) -> None:
    html = read(client, f"/claims?{arguments}")
    assert "<script" not in html and "\u202e" not in html
    assert ("Nothing in this base is called" in html) == (
        "=" in arguments and arguments.split("=")[0] not in ("page", "q")
    )


def test_long_lists_have_pages(tmp_path: Path) -> None:
    home = make(tmp_path)
    lines = [HEAD]
    for number in range(2 * PAGE):
        lines += [claim(f"more-{number:03}", f"The ferry ran {number} times."), cite(*more(number))]
    (home / "kb" / "claims" / "more.ttl").write_text("".join(lines), "utf-8")
    app = webapp.create_app(home, WORKERS=1)
    try:
        client, path, seen = app.test_client(), "/claims?q=times", []
        while path:
            html = read(client, path)
            seen += found(html)
            after = re.search(r'<a href="([^"]+)" rel="next">', html)
            path = unescape(after[1]) if after else ""
        assert len(seen) == len(set(seen)) == 2 * PAGE
        assert "page 2 of 2" in html and 'rel="prev"' in html
    finally:
        webapp.close(app)


def more(number: int) -> tuple[str, str, str]:
    """A citation of one of many claims."""
    return f"ferry-sale-1-{number + 100}", "asserts", f"more-{number:03}"


# --- names -----------------------------------------------------------------------------------------------


def test_words_are_compared_without_case_width_or_marks() -> None:
    assert fold("  Città  di ＲＯＭＡ") == "citta di roma"
    assert matches("ROMA citta", "Città di Roma") and not matches("roma nord", "Città di Roma")
    assert fold("한강") == fold("한강"), "a Korean syllable is the same letters, however it is spelt"
    assert matches("", "anything")


@pytest.mark.parametrize(
    ("words", "href"),
    [
        ("mayor", "/entity/mayor"),
        ("MAYOR the", "/entity/mayor"),
        ("ferry night", "/claim/ferry-ran"),
        ("who opened", "/question/who-opened"),
        ("two banks", "/article/two-banks"),
        ("lasts", "/relation/lastsYears"),
    ],
)
def test_things_are_found_by_parts_of_their_names(client: FlaskClient, words: str, href: str) -> None:
    assert f'href="{href}"' in part(read(client, f"/search?q={quote(words)}"), "<main", 'class="behind"')


def test_the_whole_name_comes_first(client: FlaskClient) -> None:
    html = part(read(client, "/search?q=the+mayor"), "<main", 'class="behind"')
    assert re.findall(r'href="/(entity/[\w-]+)"', html)[0] == "entity/mayor"


@pytest.mark.parametrize(
    "words", ["", "   ", "zzzz", "<script>alert(1)</script>", "a" * 5000, "\u202e\x07", "%", "(", "\\"]
)
def test_any_words_can_be_searched_for(client: FlaskClient, words: str) -> None:
    html = read(client, f"/search?q={quote(words)}")
    assert "<script" not in html and "\u202e" not in html


# --- looking things up -----------------------------------------------------------------------------------


def test_a_relation_has_a_page_with_its_claims(client: FlaskClient) -> None:
    paths = site_of(client.application).names.paths
    path = next(path for iri, path in paths.items() if iri.endswith("lastsYears"))
    html = read(client, f"/{path}")
    assert 'href="/claim/ferry-ran"' in html and "asserted by the old captain" in said(html)
    assert f'href="/{path}"' in read(client, "/claim/ferry-ran"), "and the page of a claim leads to it"
    assert f'href="/{path}"' in read(client, "/about")


def test_every_rule_has_a_page(client: FlaskClient) -> None:
    rules = kb.rules(site_of(client.application).base.home)
    listed = read(client, "/rules")
    for rule in rules:
        assert f'href="/rule/{rule.code}"' in listed
    for rule in rules[:: len(rules) // 10]:
        html = read(client, f"/rule/{rule.code}")
        assert rule.message.split("`")[0].strip()[:40] in unescape(html)
        assert rule.why[:40] in unescape(html) and rule.bad[:30] in unescape(html)
    assert client.get("/rule/FC000").status_code == client.get("/rule/x").status_code == 404


def test_the_report_leads_to_the_rules(client: FlaskClient) -> None:
    html = read(client, "/report")
    codes = set(re.findall(r'href="/rule/(\w+)"', html))
    assert codes and all(client.get(f"/rule/{code}").status_code == 200 for code in codes)


def test_about_says_what_a_status_does_not_mean(client: FlaskClient) -> None:
    html = read(client, "/about")
    for words in (
        "Corroborated is not “true”.",
        "Contested is not “false”.",
        "Asserted by one independent origin only.",
    ):
        assert words in said(html)
    for status in ("Corroborated", "SingleSource", "Contested", "Uncited"):
        link = re.search(rf'href="(/claims\?status=fc:{status})">([\d,]+) claim', html)
        assert link is not None
        assert len(found(read(client, link[1]))) == int(link[2])
    assert "Denial" in html or "denial" in html
    for path in ("/openapi.json", "/void.ttl", "/graph?default", "/rules"):
        assert f'href="{path}' in html


# --- names for people ------------------------------------------------------------------------------------


def test_the_heading_of_a_citation_says_who_says_what(client: FlaskClient) -> None:
    graph = site_of(client.application).base.graph
    for citation in graph.instances(kb.FC.Citation):
        html = read(client, f"/citation/{citation.rpartition('/')[2]}")
        heading = said(part(html, "<h1>", "</h1>"))
        assert re.search(r" (asserts|denies|mentions): \S", heading), citation


def test_languages_are_called_by_their_names(client: FlaskClient) -> None:
    graph = site_of(client.application).base.graph
    shown = [said(read(client, f"/article/{iri.rpartition('/')[2]}")) for iri in graph.instances(kb.FC.Article)]
    assert any("language English" in html for html in shown)
    assert not [html for html in shown if re.search(r" (language|body) en\b", html)]


def test_the_parameter_of_a_saved_question_stands_in_its_editor_as_it_is_written(client: FlaskClient) -> None:
    form = part(read(client, "/?question=claims-about&$entity=ent:mayor"), 'class="editor"', "</form>")
    assert 'name="$entity" value="ent:mayor"' in form
