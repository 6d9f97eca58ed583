"""The words of the pages: every sentence stands in the catalogues, in each language, and a request is answered in one.

What is used is read from the templates and from the modules: a string that is written like a key is one. So a key
that nobody defined and one that nobody uses are both found without visiting a page.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pyoxigraph as ox
import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup
from werkzeug.exceptions import BadRequest, InternalServerError, MethodNotAllowed, NotFound, RequestEntityTooLarge

import kb
import webapp
from tests.support import web_base
from webapp.pages.scripts import EDITOR_WORDS, PHRASES
from webapp.site.site import site_of
from webapp.words.catalogue import FOLDER, LANGUAGES, TEXT, MissingWordsError, Words, places, read_words

ROOM = Path(webapp.__file__).resolve().parent
KEY = re.compile(r"[a-z]+\.[a-z0-9]+(?:-[a-z0-9]+)*")
HANGUL = re.compile("[가-힣]")
SAME_IN_BOTH = {"base.version", "home.sparql", "date.year", "browse.place", "claim.quoted"}
"""Messages of names and places alone."""
IN_ENGLISH = ("claim.quoted", "base.version", "home.sparql", "text.says", "rule.what")
"""Korean messages that need no Korean letter."""


@pytest.fixture(scope="module")
def words() -> dict[str, Words]:
    return dict(read_words())


@pytest.fixture(scope="module")
def app(plain_app: Flask) -> Flask:
    return plain_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


# --- the catalogues --------------------------------------------------------------------------------------


def written(app: Flask) -> dict[str, set[str]]:
    """Every string that is written like a key, and the files that it stands in."""
    spaces = {key.partition(".")[0] for key in read_words()["en"].messages}
    found: dict[str, set[str]] = {}
    for path in sorted([*ROOM.rglob("*.py"), *ROOM.glob("templates/*.html")]):
        text = path.read_text("utf-8")
        for string in _strings(text) if path.suffix == ".py" else re.findall(rf"""["']({KEY.pattern})["']""", text):
            if KEY.fullmatch(string) and string.partition(".")[0] in spaces:
                found.setdefault(string, set()).add(path.name)
    others = {*app.view_functions, *(path.name for path in ROOM.glob("templates/*")), *_files()}
    return {key: files for key, files in found.items() if key not in others}


def _strings(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _files() -> set[str]:
    """Names of files that look like keys."""
    return {path.name for path in ROOM.glob("static/**/*") if path.is_file()}


def made() -> set[str]:
    """Keys that are put together of parts."""
    phrases = {"editor.phrase-" + phrase.lower().replace(" ", "-") for phrase in PHRASES}
    return {f"editor.{name}" for name in EDITOR_WORDS} | phrases


def test_every_key_that_is_used_is_there_and_every_key_that_is_there_is_used(
    app: Flask, words: dict[str, Words]
) -> None:
    used = written(app)
    for language, each in words.items():
        missing = {key: sorted(used[key]) for key in used.keys() - each.messages.keys()}
        assert not missing, f"{language}.po lacks {missing}"
    unused = words["en"].messages.keys() - used.keys() - made()
    assert not unused, f"nobody uses {sorted(unused)}"


def test_the_catalogues_have_the_same_keys_and_put_in_the_same(words: dict[str, Words]) -> None:
    english, korean = words["en"].messages, words["ko"].messages
    assert list(english) == list(korean), "in the same order, so that they can be read side by side"
    for key in english:
        assert places(english[key]) == places(korean[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_are_plain_text(words: dict[str, Words], language: str) -> None:
    for key, forms in words[language].messages.items():
        for form in forms:
            assert not re.search(r"[<>&]", form), f"{key}: marks are made by the page"
            assert form == form.strip() and "  " not in form, key
            assert not re.search(r"[{}]", re.sub(r"\{[a-z]+\}", "", form)), f"{key}: a place without a name"


def test_korean_is_korean(words: dict[str, Words]) -> None:
    for key, forms in words["ko"].messages.items():
        english = words["en"].messages[key]
        assert forms != english or key in SAME_IN_BOTH, f"{key} is not translated"
        bare = re.sub(r"\{[a-z]+\}", "", forms[0])
        assert HANGUL.search(bare) or not re.search("[A-Za-z]", bare) or key in IN_ENGLISH, f"{key}: {forms[0]}"
    assert not any(HANGUL.search(form) for forms in words["en"].messages.values() for form in forms)


def heads() -> Iterator[str]:
    """What the pages show of the heads of the questions that ship, and the columns of the figures."""
    for question in kb.saved_queries(kb.find_home()):
        if not question.name.startswith("page-"):
            yield from (question.title, question.topic, question.description)
            yield from (param.description for param in question.params)
    base = kb.load_kb()
    for table in kb.stats(base.home, kb.open_store(base.quads())):
        yield from (column.replace("_", " ") for column in table.answer.columns)


def other() -> Iterator[str]:
    """What exits lose, and what is said of an error of HTTP."""
    yield from (loss for losses in kb.EXPORT_LOSSES.values() for loss in losses)
    for error in (BadRequest, InternalServerError, MethodNotAllowed, NotFound, RequestEntityTooLarge):
        yield str(error.description)
    yield "This base holds nothing of that name."


def sentences() -> Iterator[str]:
    """The English words of the sentences about a status, and what stands between several things in them."""
    for node in ast.walk(ast.parse((Path(kb.__file__).parent / "model" / "sentences.py").read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Said", "Several"):
            given = [node.args[0]] if node.func.id == "Said" else node.args[1:]
            values = (each.value for each in given if isinstance(each, ast.Constant))
            yield from (value for value in values if isinstance(value, str) and value != "; ")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "{count}" in node.value:
            yield node.value


@pytest.mark.parametrize("language", list(LANGUAGES)[1:])
def test_each_english_text_that_pages_show_is_said_in_each_language(words: dict[str, Words], language: str) -> None:
    assert len(list(sentences())) > 20 and len(list(heads())) > 100
    missing = {text for text in (*heads(), *sentences(), *other()) if words[language].translated(text)[1] != language}
    assert not missing, f"{language}.po lacks these texts, in the context {TEXT!r}: {sorted(missing)}"


@pytest.mark.parametrize("language", list(LANGUAGES)[1:])
def test_every_text_that_is_translated_is_written_somewhere(words: dict[str, Words], language: str) -> None:
    unused = words[language].texts.keys() - {*heads(), *sentences(), *other()}
    assert not unused, f"nobody writes {sorted(unused)}"


def test_texts_are_plain_and_in_their_language(words: dict[str, Words]) -> None:
    assert not words["en"].texts, "they are English already"
    for english, text in words["ko"].texts.items():
        assert HANGUL.search(text) or not re.search("[A-Za-z]", re.sub(r"\{[a-z]+\}", "", text)), text
        assert not TRUTH.search(text) and not re.search(r"[<>&]|  ", text), text
        assert english.endswith("?") == text.endswith("?") and english.endswith(".") == text.endswith("."), text


TRUTH = re.compile("진실|진짜|참말|사실로 확인|거짓으로|사실로 드러|허위|입증")


def test_no_word_of_korean_says_that_a_claim_is_true(words: dict[str, Words]) -> None:
    for key, forms in words["ko"].messages.items():
        assert not TRUTH.search(forms[0]), f"{key}: {forms[0]}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_are_those_of_the_language(words: dict[str, Words], language: str) -> None:
    with open(FOLDER / f"{language}.po", "rb") as file:
        catalogue = read_po(file)
    assert catalogue.num_plurals == len(words[language].cases)
    assert catalogue.locale is not None and str(catalogue.locale) == language
    assert not any(message.fuzzy for message in catalogue if message.id)


def test_no_template_has_words_of_its_own(app: Flask) -> None:
    """Text of a template is in the catalogues; names, signs and formats may stand where they are."""
    names = {"Factcite", "SHA-"}
    for path in sorted(ROOM.glob("templates/*.html")):
        text = re.sub(r"(?s)\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text("utf-8"))
        shown = re.sub(r"(?s)<[^>]*>", " ", text)
        said = re.findall(r"""(?:aria-label|title|placeholder|alt)=["']([^"']*)["']""", text)
        left = {word for part in [shown, *said] for word in re.findall(r"[A-Za-z][A-Za-z-]*", part)}
        left = {word for word in left - names if not word.startswith("data-")}  # attributes that a macro gives
        assert not left, f"{path.name} says {sorted(left)} itself"


# --- one message -----------------------------------------------------------------------------------------


def test_what_is_put_in_is_escaped_unless_it_is_markup(words: dict[str, Words]) -> None:
    say = words["en"]
    assert say("search.called", words="<b>") == Markup("Search for &lt;b&gt;")
    assert say("search.called", words=Markup("<b>x</b>")) == Markup("Search for <b>x</b>")
    assert say.text("names.no-title", name="<b>") == "<b> (no title)"


def test_what_is_put_in_is_not_read_again(words: dict[str, Words]) -> None:
    said = words["en"]("text.says", speaker="{claim}", stance="{x}", claim="<i>")
    assert said == Markup("{claim} {x}: &lt;i&gt;")


def test_numbers_choose_the_form_and_are_written_as_the_language_does(words: dict[str, Words]) -> None:
    english, korean = words["en"], words["ko"]
    assert [english("about.claims", n=n) for n in (0, 1, 2, 1234)] == [
        "0 claims",
        "1 claim",
        "2 claims",
        "1,234 claims",
    ]
    assert [korean("about.claims", n=n) for n in (1, 1234)] == ["주장 1건", "주장 1,234건"]
    assert english.month(5) == "May" and korean.month(5) == "5월"
    assert english.language_name("ko") == "Korean" and korean.language_name("en") == "영어"
    assert english.language_name("xx-nowhere") == "xx-nowhere"


@pytest.mark.parametrize(
    ("parts", "english", "korean"),
    [
        ([], "", ""),
        (["a"], "a", "a"),
        (["a", "<b>"], "a and &lt;b&gt;", "a 및 &lt;b&gt;"),
        (["a", "b", "c", "d"], "a, b, c and d", "a, b, c 및 d"),
    ],
)
def test_lists_are_said_as_the_language_does(
    words: dict[str, Words], parts: list[str], english: str, korean: str
) -> None:
    assert words["en"].listed(parts) == Markup(english)
    assert words["ko"].listed(parts) == Markup(korean)
    assert words["en"].listed_text(["a", "<b>"]) == "a and <b>"


def test_words_that_are_not_there_are_an_error(words: dict[str, Words]) -> None:
    with pytest.raises(MissingWordsError, match="no words are called 'home\\.nothing'"):
        words["en"]("home.nothing")
    with pytest.raises(MissingWordsError, match="need 'words'"):
        words["en"]("search.called")
    with pytest.raises(MissingWordsError, match="depend on a number"):
        words["en"]("about.claims")
    assert issubclass(MissingWordsError, KeyError)


ENTRY = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "a.b"\nmsgstr "{english}"\n'


@pytest.mark.parametrize(
    ("english", "korean", "fault"),
    [
        ("One {link}.", None, "cannot be read"),
        ("One {link}.", ENTRY.replace("{english}", "하나."), "do not put in what en.po puts in"),
        ("One.", ENTRY.replace("{english}", ""), "not every form"),
        ("One.", ENTRY.replace("a.b", "a.c").replace("{english}", "하나."), "are not in"),
        ("One.", ENTRY.replace("{english}", "하나.").replace("msgstr", "msgid_plural", 1), "cannot be read"),
        ("One.", ENTRY.replace("{english}", "하나.") + '\nmsgctxt "text"\nmsgid "Two {x}"\nmsgstr "둘"\n', "places"),
    ],
)
def test_catalogues_that_do_not_fit_are_an_error_at_the_start(
    tmp_path: Path, english: str, korean: str | None, fault: str
) -> None:
    (tmp_path / "en.po").write_text(ENTRY.replace("{english}", english), "utf-8")
    if korean is not None:
        (tmp_path / "ko.po").write_text(korean, "utf-8")
    with pytest.raises(kb.InputError, match=fault):
        read_words(tmp_path)


# --- the language of a request ---------------------------------------------------------------------------


def language_of(client: FlaskClient, path: str = "/about", **headers: str) -> str:
    response = client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert response.status_code == 200
    (found,) = re.findall(r'<html lang="([a-z]+)">', response.get_data(as_text=True))
    assert response.headers["Content-Language"] == found
    assert {"Accept-Language", "Cookie"} <= set(re.split(", *", response.headers["Vary"]))
    return str(found)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("", "en"),
        ("ko", "ko"),
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("en-US,en;q=0.9,ko;q=0.8", "en"),
        ("fr,ko;q=0.5", "ko"),
        ("fr, de", "en"),
        ("ko;q=0", "en"),
        ("*", "en"),
        (";;;,=q,ko;q=x", "en"),
    ],
)
def test_the_browser_s_wish_is_heard(client: FlaskClient, asked: str, answered: str) -> None:
    assert language_of(client, Accept_Language=asked) == answered


def test_a_choice_outweighs_the_browser_and_comes_back_to_the_page(client: FlaskClient) -> None:
    page = client.get("/claims?q=bridge&stance=fc:asserts")
    (back,) = re.findall(r'<a href="([^"]+)" lang="ko"', page.get_data(as_text=True))
    answer = client.get(back.replace("&amp;", "&"))
    assert answer.status_code == 303 and answer.headers["Location"] == "/claims?q=bridge&stance=fc:asserts"
    cookie = answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in cookie and "HttpOnly" in cookie and "Path=/" in cookie and "Secure" not in cookie
    assert answer.headers["Cache-Control"] == "no-store"
    assert language_of(client, Accept_Language="en") == "ko"
    client.get("/language/en")
    assert language_of(client, Accept_Language="ko") == "en"


def test_a_cookie_of_another_s_making_is_not_believed(client: FlaskClient) -> None:
    for value in ("xx", "", "../../etc", "ko\u0301"):
        client.set_cookie("factcite_language", value)
        assert language_of(client, Accept_Language="en") == "en"
    assert client.get("/language/xx").status_code == 404


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/%0d%0aSet-Cookie:x=y\r\n",
        "",
    ],
)
def test_the_way_back_stays_on_this_site(client: FlaskClient, back: str) -> None:
    answer = client.get("/language/ko", query_string={"back": back})
    assert answer.status_code == 303 and answer.headers["Location"] == "/"
    assert len(answer.headers.getlist("Set-Cookie")) == 1


def test_the_way_back_knows_where_the_site_begins(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/about", base_url="https://example.org/facts/")
    assert 'href="/facts/language/ko?back=/facts/about"' in page.get_data(as_text=True)
    answer = client.get("/language/ko?back=/facts/about", base_url="https://example.org/facts/")
    assert answer.headers["Location"] == "/facts/about"
    assert "Path=/facts/" in answer.headers["Set-Cookie"] and "Secure" in answer.headers["Set-Cookie"]
    outside = client.get("/language/ko?back=/elsewhere", base_url="https://example.org/facts/")
    assert outside.headers["Location"] == "/facts/"


def test_a_name_that_is_not_ascii_comes_back_as_it_was(client: FlaskClient) -> None:
    page = client.get("/entity/한강%25", headers={"Accept": "text/html"})
    assert page.status_code == 404
    (back,) = re.findall(r'<a href="([^"]+)" lang="ko"', page.get_data(as_text=True))
    answer = client.get(back.replace("&amp;", "&"))
    assert answer.headers["Location"] == "/entity/%ED%95%9C%EA%B0%95%25"


# --- pages in Korean -------------------------------------------------------------------------------------

PAGES = (
    "/",
    "/?question=claims-by-status",
    "/?question=contested",
    "/?query=ASK+%7B%7D",
    "/?query=SELECT+%3Fx+WHERE+%7B+nope",
    "/article/mill-bridge",
    "/article/dari",
    "/claim/pier-damaged",
    "/claim/repair-lasts-five-years",
    "/citation/mill-bridge-4-2",
    "/entity/hostile",
    "/entity/harrowmere-council",
    "/question/how-long-does-the-repair-last",
    "/dependence/shared-desk",
    "/relation/lastsYears",
    "/overview",
    "/claims",
    "/claims?status=fc:Contested&q=bridge",
    "/citations",
    "/search",
    "/search?q=bridge",
    "/about",
    "/rules",
    "/rule/FC001",
    "/report",
    "/export",
    "/graph?graph=https://w3id.org/factcite/kb/graph/kb/claims/oddities.ttl",
    "/claim/nope",
)
APART = {"code", "pre", "textarea", "script", "style", "option", "title"}
"""Elements whose text is code, or can have no marks inside."""
VOID = {"meta", "link", "input", "br", "hr", "img"}
NAMES = re.compile(
    r"Factcite|SPARQL|OpenAPI|VoID|DCAT|IRI|JSON(-LD)?|Turtle|N-Triples|N-Quads|TriG|RDF/XML|CSV|TSV|XML|SHACL|"
    r"\((said|near)\)|Quotation check|XXXX|"
    r"LIMIT|OFFSET|Accept|ASK|English|Ctrl|Enter|Space|Tab|F8|ms|FC\d+|EDTF|PROV|MIT|[a-z]+:[\w.-]+|"
    r"https?://\S+|\\u[0-9a-f]{4}",
    re.IGNORECASE,
)


class Texts(HTMLParser):
    """Every text of a page, with the language it is marked with."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.found: list[tuple[str, str]] = []
        self.attributes: list[tuple[str, str]] = []

    @property
    def language(self) -> str:
        return self.open[-1][1] if self.open else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        language = given.get("lang") or self.language
        for name in ("aria-label", "placeholder"):
            if given.get(name):
                self.attributes.append((language, str(given[name])))
        if tag not in VOID:
            self.open.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            if self.open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(tag in APART for tag, _ in self.open):
            self.found.append((self.language, data.strip()))


def unmarked(html: str) -> list[str]:
    """English words that a Korean page does not mark as such."""
    page = Texts()
    page.feed(html)
    said = [text for language, text in page.found if language == "ko"]
    return [text for text in said if re.search("[A-Za-z]{2,}", NAMES.sub("", text))]


@pytest.mark.parametrize("path", PAGES)
def test_a_korean_page_says_in_which_language_each_text_is(client: FlaskClient, path: str) -> None:
    html = client.get(path, headers={"Accept": "text/html", "Accept-Language": "ko"}).get_data(as_text=True)
    assert '<html lang="ko">' in html and HANGUL.search(html)
    left = [text for text in unmarked(html) if not _is_data(text)]
    assert not left, left


def _is_data(text: str) -> bool:
    """Names of columns, files and languages, which are the same everywhere."""
    return bool(re.fullmatch(r"(\?|_:)?[\w./:{}-]+( · [\w-]+)*|mill-bridge.*|dari.*", text))


@pytest.mark.parametrize("path", PAGES)
def test_an_english_page_has_no_korean_but_in_data(client: FlaskClient, path: str) -> None:
    page = Texts()
    page.feed(client.get(path, headers={"Accept": "text/html", "Accept-Language": "en"}).get_data(as_text=True))
    assert not [text for language, text in page.found if language != "ko" and HANGUL.search(text)]


def test_labels_of_the_vocabulary_are_those_of_the_language(client: FlaskClient) -> None:
    def seen(language: str) -> str:
        return client.get("/claim/council-ignored-warning", headers={"Accept-Language": language}).get_data(
            as_text=True
        )

    assert ">contested<" in seen("en") and "이견 있음" not in seen("en")
    assert ">이견 있음<" in seen("ko") and ">contested<" not in seen("ko")


def test_how_a_status_comes_about_is_said_in_the_language_of_the_page(client: FlaskClient) -> None:
    def path(language: str) -> list[str]:
        html = client.get("/claim/council-ignored-warning", headers={"Accept-Language": language}).get_data(
            as_text=True
        )
        return html.partition('<ul class="path">')[2].partition("</ul>")[0].split("<li>")[1:]

    korean, english = path("ko"), path("en")
    assert len(korean) == len(english) > 2 and "이견 있음: " in korean[0] and "Contested: " in english[0]
    for one, other in zip(korean, english, strict=True):
        assert sorted(re.findall("href=[^>]+", one)) == sorted(re.findall("href=[^>]+", other))
        said = re.sub("<[^>]+>", "", re.sub("<a .*?</a>|<bdi lang=.en.>.*?</bdi>", "", one))
        assert HANGUL.search(said) and not re.search("[A-Za-z]{2,}", said), said


def test_a_saved_question_is_shown_in_the_language_of_the_page(client: FlaskClient) -> None:
    path = "/?question=claims-about&$entity=ent:harrowmere-council"
    korean = client.get(path, headers={"Accept-Language": "ko"}).get_data(as_text=True)
    assert '<h1 id="asked"><bdi lang="ko">이에 대해 어떤 주장이 있는가?</bdi></h1>' in korean
    assert '<bdi lang="ko">사람, 단체, 장소 또는 사물</bdi></label>' in korean
    assert 'aria-label="묻기: 이에 대해 어떤 주장이 있는가?"' in korean
    assert "What is claimed about this? Claims whose" in korean, "it is found by its English words too"
    english = client.get(path, headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert '<h1 id="asked"><bdi lang="en">What is claimed about this?</bdi></h1>' in english


def test_a_question_of_one_s_own_stays_as_it_was_written(tmp_path: Path) -> None:
    home = web_base.make(tmp_path)
    (home / "kb" / "queries").mkdir(exist_ok=True)
    head = "# title: Which bridges are shut?\n# topic: Bridges\n# description: Every one.\n"
    (home / "kb" / "queries" / "bridges.rq").write_text(head + "SELECT ?bridge WHERE { ?bridge a ?kind }\n", "utf-8")
    app = webapp.create_app(home, WORKERS=1)
    try:
        for path in ("/", "/?question=bridges"):
            html = app.test_client().get(path, headers={"Accept-Language": "ko"}).get_data(as_text=True)
            assert '<bdi lang="en">Which bridges are shut?</bdi>' in html
            assert not [text for text in unmarked(html) if not _is_data(text)]
    finally:
        webapp.close(app)


def test_figures_speak_the_language_of_the_page(client: FlaskClient) -> None:
    pages = (client.get("/overview", headers={"Accept-Language": language}) for language in ("ko", "en"))
    korean, english = (page.get_data(as_text=True).partition('id="figures"')[2] for page in pages)
    for text in ("주장들은 지금 어떤 상태인가?", "이견 있음", "독립 출처 하나만이 주장함.", "출처 하나"):
        assert f'<bdi lang="ko">{text}</bdi>' in korean and text not in english
    assert ">contested<" in english and ">contested<" not in korean


def test_pictures_and_lists_are_kept_for_each_language_apart(client: FlaskClient) -> None:
    for path in ("/overview", "/claims", "/search?q=bridge", "/", "/report"):
        first, second, again = (
            client.get(path, headers={"Accept-Language": language}).get_data(as_text=True)
            for language in ("ko", "en", "ko")
        )
        assert '<html lang="ko">' in first and '<html lang="en">' in second
        assert re.sub(r"\d+[.]?\d*ms", "", first) == re.sub(r"\d+[.]?\d*ms", "", again)


@pytest.mark.parametrize("path", ["/claim/pier-damaged.ttl", "/kb.ttl", "/report.json", "/openapi.json", "/void.ttl"])
def test_data_is_the_same_in_every_language(client: FlaskClient, path: str) -> None:
    first, second = (client.get(path, headers={"Accept-Language": language}) for language in ("ko", "en"))
    assert first.status_code == 200 and first.data == second.data
    assert first.headers.get("ETag") == second.headers.get("ETag")


def test_saved_questions_ask_for_one_language_of_the_vocabulary(app: Flask) -> None:
    """A label in a second language must not double the rows of an answer."""
    here = site_of(app)
    graph = here.base.graph
    ours = {
        term.value
        for name in kb.FC.terms
        for term in graph.objects(kb.FC.iri + name, kb.RDFS.label)
        if isinstance(term, ox.Literal) and term.language == "ko"
    }
    assert len(ours) > 50
    for name, question in here.saved_queries.items():
        if question.params or name == "page-names":
            continue
        with app.test_request_context("/"):
            _, rows = here.table(name)
        said = {cell["value"] for row in rows for cell in row.values() if cell.get("xml:lang") == "ko"}
        assert not said & ours, f"{name} gives a label twice"


def test_right_to_left_names_stand_apart(client: FlaskClient) -> None:
    for language in LANGUAGES:
        html = client.get("/entity/hostile", headers={"Accept-Language": language}).get_data(as_text=True)
        assert '<bdi lang="ar">جسر الطاحونة</bdi>' in html
    found = client.get("/search?q=جسر").get_data(as_text=True)
    assert '<bdi lang="ar">جسر الطاحونة</bdi>' in found and "“<bdi>جسر</bdi>”" in found
    assert re.search(r'name="q"[^>]*value="جسر"[^>]*dir="auto"', found)
