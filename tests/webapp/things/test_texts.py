"""The text of the articles on the pages: marked for a reader who has a copy, and never for anybody else."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.request import Request, urlopen

import pytest
from flask import Flask
from flask.testing import FlaskClient

import kb
import webapp
from tests.support.serving import PATIENCE, free_port, page
from tests.support.text_base import CASES, PARAGRAPHS, RECORDED, Marks, digests, make, sha
from tests.support.web_base import served
from webapp.site.site import site_of
from webapp.things.marks import Cited, Named, cut, sentences_around
from webapp.things.texts import FORWARDED

SPELT = "\\u202e"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("reading"))


@pytest.fixture(scope="module")
def app(home: Path) -> Iterator[Flask]:
    made = webapp.create_app(home, WORKERS=1, SHOW_TEXTS=True)
    yield made
    webapp.close(made)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def read(client: FlaskClient, path: str, **headers: str) -> str:
    response = client.get(path, headers={"Accept": "text/html", **headers})
    assert response.status_code == 200, path
    return response.get_data(as_text=True)


def plain(html: str) -> str:
    """A page as text, on one line, without the parts that only screen readers get."""
    bare = re.sub(r'<sup class="nr">.*?</sup>|<span class="unseen"[^>]*>[^<]*</span>', "", html)
    return " ".join(unescape(re.sub(r"<[^>]*>", "", bare)).split())


def sentences(text: str) -> list[str]:
    """The sentences of a text that are long enough to tell it from others."""
    found = [each for line in text.splitlines() for each in re.split(r"(?<=[.!?”]) ", " ".join(line.split()))]
    return [each for each in found if len(each) >= 18]


# --- cutting ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spans",
    [
        [],
        [(0, 5)],
        [(0, 11), (3, 5), (3, 5), (4, 8)],
        [(2, 6), (4, 9), (8, 11)],
        [(0, 1), (1, 2), (2, 11)],
        [(5, 5), (9, 99), (-1, 3), (0, 11)],
    ],
)
def test_pieces_joined_are_the_text_and_each_knows_what_it_lies_in(spans: list[tuple[int, int]]) -> None:
    text = "abcdefghijk"
    cited = [Cited(start, end, number) for number, (start, end) in enumerate(spans)]
    pieces = cut(text, cited, [Named(1, 4, "x")])
    assert "".join(piece.text for piece in pieces) == text
    for each in cited:
        inside = "".join(piece.text for piece in pieces if each in piece.inside)
        valid = 0 <= each.start < each.end <= len(text)
        assert inside == (text[each.start : each.end] if valid else "")
        assert sum(each in piece.begins for piece in pieces) == sum(each in piece.ends for piece in pieces) == valid
    for piece in pieces:
        lengths = [each.end - each.start for each in piece.inside]
        assert lengths == sorted(lengths), "a piece leads to the citation with the fewest words"
    assert "".join(piece.text for piece in pieces if piece.names) == "bcd"


def test_what_goes_on_behind_a_part_is_named_in_the_part() -> None:
    pieces = cut("abcdefgh", [Cited(2, 8, 1)], start=1, end=4)
    assert [piece.text for piece in pieces] == ["b", "cd"] and pieces[-1].stops


def test_sentences_around_words() -> None:
    text = "First. “Second!” he said. 그는 말했다. Last"
    assert text[slice(*sentences_around(text, 8, 12))] == "“Second!”"
    assert text[slice(*sentences_around(text, 3, 12))] == "First. “Second!”"
    assert text[slice(*sentences_around(text, text.index("말"), text.index("말") + 1))] == "그는 말했다."
    assert text[slice(*sentences_around(text, len(text) - 1, len(text)))] == "Last"


# --- the page of an article ------------------------------------------------------------------------------


def test_every_cited_word_is_marked_and_nothing_else(client: FlaskClient) -> None:
    found = Marks.read(read(client, "/article/weir"))
    wanted = digests(site_of(client.application).base, "https://example.org/mybase/article/weir")
    shown = {place: words.replace(SPELT, "\u202e") for place, words in found.words.items()}
    assert {place: sha(words) for place, words in shown.items()} == {
        place: digest for place, digest in wanted.items() if place[0] != 4
    }
    assert len(wanted) == len(CASES)
    texts = {index: text.replace(SPELT, "\u202e") for index, text in found.texts.items()}
    assert texts == {index: text for index, text in enumerate(PARAGRAPHS, 1) if index != 4}
    assert found.languages == {1: "en", 2: "ko", 3: "en", 5: "en", 6: "ko", 7: "ko"}


def test_translations_stand_side_by_side_with_their_cited_words_marked(client: FlaskClient) -> None:
    html = read(client, "/article/weir")
    beside, below = Marks.read(html, languages=True), Marks.read(html)
    assert beside.texts == {index: PARAGRAPHS[index - 1] for index in (1, 2, 6, 7)}, "the fourth differs"
    assert beside.words == {place: words for place, words in below.words.items() if place[0] in beside.texts}
    assert beside.titles == {place: titles for place, titles in below.titles.items() if place[0] in beside.texts}
    assert beside.languages == {1: "en", 2: "ko", 6: "ko", 7: "ko"}
    assert beside.stops == [], "the keyboard stops at a citation once, beside its card"
    rows = html[html.index('id="languages"') : html.index('id="paragraphs"')].split('<div class="aligned">')[1:]
    assert [Marks.read(row).texts.keys() for row in rows] == [{1, 2, 6}, {7}]
    assert ["Your copy has other words here" in row for row in rows] == [False, True]


def test_a_paragraph_that_differs_is_not_shown_and_says_so(client: FlaskClient) -> None:
    html = read(client, "/article/weir")
    fourth = html[html.index('id="p4"') : html.index('id="p5"')]
    assert "Your copy has other words here" in fourth and "Monday" not in html
    assert "Gist of weir 4." in fourth and 'href="/citation/weir-4-11"' in fourth, "its citations stand there as ever"
    assert html.count("Your copy has other words here") == 2, "beside its translation, and here"


def test_each_mark_leads_to_its_card_and_says_who_speaks(client: FlaskClient) -> None:
    html = read(client, "/article/weir")
    found = Marks.read(html)
    assert sorted(found.stops) == sorted(f"#c{paragraph}-{number}" for paragraph, number in found.words)
    for href in found.stops:
        assert html.count(f'id="{href[1:]}"') == 1, "the keyboard stops once for each citation, and leads to one card"
        assert html.count(f'id="t{href[2:]}"') == html.count(f'href="#t{href[2:]}"') == 1
    assert {"the lock keeper asserts: Claim 1 on the weir"} in found.titles.values()
    assert any("Ada Brandt denies: Claim 5 on the weir" in titles for titles in found.titles.values())
    named = {title: "".join(words for words, other in found.names if other == title) for _, title in found.names}
    assert named["names who speaks in 1"] == "The miller"
    assert "the lock keeper" in {"".join(words for words, title in found.names if "in 1 of paragraph 2" in title)}, (
        "words may name the speaker of another paragraph"
    )


def test_nothing_in_a_text_runs(client: FlaskClient) -> None:
    for path in ("/article/weir", "/citation/weir-3-9"):
        html = read(client, path)
        assert "<script" not in html and "&lt;script&gt;" in html
        assert "\u202e" not in html and f'<span class="control">{SPELT}</span>' in html
        assert 'dir="auto"' in html


def test_a_plain_link_switches_the_text_off_and_on(client: FlaskClient) -> None:
    for path in ("/article/weir", "/citation/weir-1-1"):
        shown = read(client, path)
        assert "read from your own copy" in shown and 'href="?text=0"' in shown
        hidden = client.get(f"{path}?text=0", headers={"Accept": "text/html"})
        html = hidden.get_data(as_text=True)
        assert 'href="?text=1"' in html and not Marks.read(html).words and "no-store" not in str(hidden.headers)
        assert Marks.read(read(client, f"{path}?text=1")).texts == Marks.read(shown).texts != {}


def test_no_cache_keeps_a_page_with_text(client: FlaskClient) -> None:
    for path in ("/article/weir", "/citation/weir-1-1"):
        response = client.get(path)
        assert response.headers["Cache-Control"] == "no-store" and "ETag" not in response.headers
        assert client.head(path).headers["Cache-Control"] == "no-store"


def test_the_site_itself_keeps_no_page_with_text_either(app: Flask, client: FlaskClient) -> None:
    pages = site_of(app).pages.values
    before, paths = set(pages), site_of(app).names.paths.values()
    for path in {path.partition("#")[0] for path in paths if path.split("/")[0] in ("article", "citation")}:
        read(client, f"/{path}")
        read(client, f"/{path}?text=0")
    assert set(pages) == before
    without = read(client, "/article/weir?kept", Via="1.1 proxy")
    assert len(set(pages) - before) == 1 and read(client, "/article/weir?kept", Via="1.1 other") == without
    assert len(set(pages) - before) == 1 and read(client, "/article/weir?kept") != without


# --- the page of a citation ------------------------------------------------------------------------------


def test_a_citation_shows_its_words_in_their_sentence(client: FlaskClient) -> None:
    html = read(client, "/citation/weir-1-4")
    quoted = re.findall(r"<blockquote>(.*?)</blockquote>", html, re.DOTALL)
    assert plain(quoted[0]) == "… “It has leaked since spring,” Ada Brandt told the Gazette. …"
    assert "".join(re.findall(r"<mark[^>]*>(.*?)</mark>", quoted[0])) == "leaked since spring"
    assert re.search(r'class="names"[^>]*>Ada Brandt<', quoted[0])
    assert "Nobody cared" not in html


def test_a_speaker_named_elsewhere_is_shown_there(client: FlaskClient) -> None:
    quoted = re.findall(r"<blockquote>(.*?)</blockquote>", read(client, "/citation/weir-2-7"), re.DOTALL)
    assert [plain(each) for each in quoted] == [
        "수문지기는 둑에서 물이 샌다고 말했다. …",
        "The weir leaks, the lock keeper said. …",
    ]
    assert 'lang="ko"' in quoted[0] and 'lang="en"' in quoted[1]


def test_a_citation_whose_paragraph_differs_shows_no_text(client: FlaskClient) -> None:
    assert "<blockquote" not in read(client, "/citation/weir-4-11")


# --- nobody else -----------------------------------------------------------------------------------------

DATA = (
    "/article/weir.ttl",
    "/article/weir.json",
    "/article/weir.nt",
    "/citation/weir-1-1.ttl",
    "/kb.ttl",
    "/kb.trig",
    "/report",
    "/report.json",
    "/report.ttl",
    "/graph?default",
    "/sparql?query=SELECT+*+%7B+%3Fs+%3Fp+%3Fo+%7D",
)


def assert_no_text(body: str, where: str, *, known: frozenset[str] = frozenset()) -> None:
    """No sentence of any text stands there."""
    bare = plain(body)
    for text in (*PARAGRAPHS, *RECORDED):
        for sentence in sentences(text):
            assert sentence in known or sentence not in bare, f"{where} holds a sentence of the text"


def test_data_never_hold_the_text_even_where_pages_do(client: FlaskClient) -> None:
    for path in DATA:
        response = client.get(path)
        assert response.status_code == 200, path
        assert_no_text(response.get_data(as_text=True), path)
    negotiated = client.get("/article/weir", headers={"Accept": "text/turtle"})
    assert_no_text(negotiated.get_data(as_text=True), "Turtle")


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_whoever_comes_through_somebody_else_sees_no_text(client: FlaskClient, header: str) -> None:
    assert_no_text(read(client, "/article/weir?text=1", **{header: "192.0.2.7"}), header)


def test_whoever_comes_from_elsewhere_sees_no_text(client: FlaskClient) -> None:
    for address in ("192.0.2.7", "", "nonsense"):
        response = client.get("/article/weir?text=1", environ_overrides={"REMOTE_ADDR": address})
        assert response.status_code == 200
        assert_no_text(response.get_data(as_text=True), address)


def test_an_app_shows_no_text_unless_it_is_told(home: Path) -> None:
    app = webapp.create_app(home, WORKERS=1)
    try:
        html = read(app.test_client(), "/article/weir?text=1&SHOW_TEXTS=1&show_texts=True")
        assert_no_text(html, "the default")
        assert "kb serve --texts FOLDER" in html
    finally:
        webapp.close(app)


def crawled(port: int) -> Iterator[tuple[str, str]]:
    """Every page and its data that can be reached from the first, but for choices with choices and like formats."""
    waiting, seen = ["/"], {"/"}
    while waiting:
        path = waiting.pop()
        body = page(port, path)
        yield path, body
        for href in re.findall(r'(?:href|action)="([^"]+)"', body):
            target = urldefrag(urljoin(path, unescape(href)))[0]
            outside = bool(urlsplit(target).scheme or urlsplit(target).netloc)
            alike = "&" in target or target.startswith("/language/") or re.search(r"\.(nt|jsonld)\b", target)
            if not outside and target not in seen and not alike:
                seen.add(target)
                waiting.append(target)


@pytest.mark.parametrize(
    "words",
    [
        ("--host", "0.0.0.0"),
        ("--public-base", "https://facts.example/"),
        ("--proxies", "1"),
        ("FACTCITE_TRUSTED_HOSTS", "facts.example,127.0.0.1"),
        ("FACTCITE_PUBLIC_BASE", "https://facts.example/"),
    ],
)
def test_a_server_that_others_can_reach_never_sends_a_sentence(
    home: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    if words[0].startswith("FACTCITE_"):
        monkeypatch.setenv(*words)
        words = ()
    with served("--home", str(home), "--port", str(port), "--texts", str(home / "corpus/texts"), *words) as process:
        assert process.stdout is not None and "Factcite serves" in process.stdout.readline()
        if "--host" in words:
            pages = dict(crawled(port))
            assert len(pages) > 100 and all(body or ".ttl" in path for path, body in pages.items())
        else:
            paths = ("/article/weir", "/article/weir?text=1", "/citation/weir-1-1", "/report")
            pages = {path: page(port, path) for path in paths}
    assert "If you have a copy" in pages["/article/weir"] and "Korean side by side" in pages["/article/weir"]
    for path, body in pages.items():
        assert_no_text(body, path)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_of_one_s_own_shows_the_text(home: Path, host: str) -> None:
    port = free_port()
    with served("--home", str(home), "--port", str(port), "--host", host) as process:
        assert process.stdout is not None and "Factcite serves" in process.stdout.readline()
        html = page(port, "/article/weir")
        for header in FORWARDED:
            asked = Request(f"http://127.0.0.1:{port}/article/weir", headers={header: "192.0.2.7"})
            with urlopen(asked, timeout=PATIENCE) as reply:
                assert_no_text(reply.read().decode(), header)
    assert "The weir leaks, the lock keeper said." in plain(html)


def test_a_server_that_cannot_test_its_name_shows_no_text(home: Path) -> None:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6) as free:
            port = free.getsockname()[1]
    except OSError:
        pytest.skip("this machine has no address ::1")
    with served("--home", str(home), "--port", str(port), "--host", "::1") as process:
        assert process.stdout is not None and f"http://[::1]:{port}" in process.stdout.readline()
        asked = Request(f"http://[::1]:{port}/article/weir", headers={"Host": "evil.example"})
        with urlopen(asked, timeout=PATIENCE) as reply:
            assert_no_text(reply.read().decode(), "::1")


# --- the real articles -----------------------------------------------------------------------------------


@pytest.mark.articles
def test_all_citations_of_the_real_articles_are_marked(articles: Path) -> None:
    """Counts and digests only: no word of the articles is put into a message."""
    app = webapp.create_app(WORKERS=1, SHOW_TEXTS=True, TEXTS=(articles,))
    try:
        here = site_of(app)
        exact = total = paragraphs = 0
        for article in here.base.graph.instances(kb.FC.Article):
            html = app.test_client().get(f"/{here.names.path(article)}").get_data(as_text=True)
            found, wanted = Marks.read(html), digests(here.base, article)
            exact += sum(sha(found.words.get(place, "")) == digest for place, digest in wanted.items())
            total += len(wanted)
            paragraphs += len(found.texts)
        counts = (exact, total, paragraphs, len(here.base.graph.instances(kb.FC.Paragraph)))
    finally:
        webapp.close(app)
    assert counts[0] == counts[1] == len(here.base.graph.instances(kb.FC.Citation)) > 600
    assert counts[2] == counts[3]
