"""The query page with its scripts, in a real browser: what they add, and that nothing is missing without them.

The built editor is there only where `make` could build it; the tests of it are skipped, loudly, where it is not.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask

import webapp
from tests.support.live import live
from tests.support.web_base import make
from webapp.pages.scripts import built_scripts
from webapp.site.site import site_of

if TYPE_CHECKING:
    from playwright import sync_api as playwright

    from tests.webapp.pages import test_browser as watched
else:
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright here: nothing was tried in a browser")
    watched = pytest.importorskip("tests.webapp.pages.test_browser")
browser = watched.browser
visit = watched.visit
WEAK_WORDS = watched.WEAK_WORDS

STATIC = Path(webapp.__file__).resolve().parent / "static"
BUILT = "editor" in built_scripts(STATIC)
PATIENCE = 20
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"

pytestmark = pytest.mark.browser
built = pytest.mark.skipif(not BUILT, reason="the editor was not built (make builds it where there is npm)")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("query-page"))


@pytest.fixture(scope="module")
def app(home: Path) -> Flask:
    return webapp.create_app(home, TIMEOUT_SECONDS=PATIENCE * 10, WORKERS=1, LONG_QUESTIONS=0)


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    with live(app) as found:
        yield found


@pytest.fixture
def look(browser: playwright.Browser, address: str) -> Iterator[Callable[..., watched.Visit]]:
    """Opens windows on the query page, and closes them."""
    opened: list[watched.Visit] = []

    def open_window(at: str = address, **options: object) -> watched.Visit:
        found = visit(browser, at, **options)
        opened.append(found)
        found.page.set_default_timeout(PATIENCE * 1000)
        found.page.goto(at)
        return found

    try:
        yield open_window
    finally:
        for found in opened:
            found.page.context.close()


@pytest.fixture
def seen(look: Callable[..., watched.Visit]) -> Iterator[watched.Visit]:
    """A window on the query page, watched: it has to have done nothing that it should not."""
    found = look()
    yield found
    assert found.complaints == []


def write(page: playwright.Page, text: str) -> None:
    """Put a text into the editor in place of what is there, key by key."""
    page.get_by_label("SPARQL").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    page.keyboard.type(text)


def inside(page: playwright.Page, selector: str) -> playwright.Locator:
    """Something in the editor."""
    return page.locator("#query").locator(selector)


def take(page: playwright.Page, label: str) -> None:
    """Choose from the open list by keyboard, a moment after it opened: before that the editor takes no answer."""
    option = inside(page, ".cm-tooltip-autocomplete li").filter(has_text=label).first
    option.wait_for()
    page.wait_for_timeout(200)
    while option.get_attribute("aria-selected") != "true":
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    option.wait_for(state="hidden")


# --- the editor ------------------------------------------------------------------------------------------


@built
def test_a_question_is_coloured_by_what_its_words_are(seen: watched.Visit) -> None:
    page = seen.page
    page.wait_for_selector(".code")
    colours = page.evaluate(
        """() => Object.fromEntries([...document.querySelector('#query').shadowRoot.querySelectorAll('.cm-line span')]
          .map(each => [each.textContent, getComputedStyle(each).color]))"""
    )
    assert len({colours["SELECT"], colours["?claim"], colours["fc:status"], colours["20"]}) == 4


@built
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_words_of_the_editor_stand_out(look: Callable[..., watched.Visit], scheme: str) -> None:
    """Contrast in the editor, with its list of completions open, at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    found = look(color_scheme=scheme)
    write(found.page, "# a remark\nSELECT ?x { ?x fc:p 'words'@en, 12, true . ?x a fc:Cl")
    inside(found.page, ".cm-completionDetail").first.wait_for()
    walk = WEAK_WORDS.replace("document.body,", "document.querySelector('#query').shadowRoot,").replace(
        "element = element.parentElement", "element = element.parentElement ?? element.getRootNode().host"
    )
    assert walk.count("shadowRoot") == 1 and "getRootNode" in walk
    assert found.page.evaluate(walk) == []
    assert found.complaints == []


@built
def test_what_fits_the_place_is_offered(seen: watched.Visit) -> None:
    page = seen.page
    write(page, "SELECT ?c { ?c a fc:Cla")
    take(page, "fc:Claim")
    page.keyboard.type(" ; fc:stat")
    take(page, "fc:status")
    page.keyboard.type(" ")
    page.keyboard.press("Control+Space")
    options = inside(page, ".cm-completionLabel")
    options.get_by_text("fc:Contested", exact=True).wait_for()
    assert set(options.all_inner_texts()) == {"fc:Contested", "fc:SingleSource", "fc:Uncited", "?c"}
    page.keyboard.press("Escape")
    page.keyboard.type("?s . ?c rdf:subject bridge")
    inside(page, ".cm-completionLabel").get_by_text("ent:mill-bridge", exact=True).wait_for()
    assert "repair of the Mill Bridge" in " ".join(inside(page, ".cm-completionDetail").all_inner_texts())


@built
def test_a_prefix_is_written_out_where_it_is_declared(seen: watched.Visit) -> None:
    page = seen.page
    write(page, "PREFIX sko")
    take(page, "skos: <http://www.w3.org/2004/02/skos/core#>")
    page.wait_for_function("() => document.querySelector('#query-text').value.includes('>')")
    assert page.locator("#query-text").input_value() == "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"


@built
def test_a_hostile_label_is_offered_as_text(seen: watched.Visit) -> None:
    page = seen.page
    write(page, "SELECT ?c { ?c fc:speaker ent:host")
    inside(page, ".cm-completionLabel").get_by_text("ent:hostile", exact=True).wait_for()
    told = " ".join(inside(page, ".cm-completionDetail").all_inner_texts())
    assert "<script>document.title='run'</script>" in told
    assert "\\u202e" in told and "\u202e" not in told
    take(page, "ent:hostile")
    assert page.locator("#query-text").input_value().startswith("SELECT ?c { ?c fc:speaker ent:hostile")
    assert page.title() != "run"


@built
@pytest.mark.parametrize(
    ("text", "marked", "said"),
    [
        ("SELECT ?x {\n  ?x fc:status }", "}", "Line 2, column 16: “}” does not fit here"),
        ("SELECT ?x {\n  ?x nope:y 1 }", "nope:y", "Line 2, column 6: the prefix nope: is not declared"),
        ("SELECT ?x { ?x fc:status ?y", "{", "Line 1, column 11: this { is never closed"),
        ("SELECT ?x { SERVICE <http://example.org/> {} }", "SERVICE", "Line 1, column 13: SERVICE is not allowed"),
        ("PREFIX x: <x:>\nDELETE WHERE { x:a ?p ?o }", "DELETE", "Line 2, column 1: DELETE is an update"),
        ("SELEKT ?x {}", "SELEKT", "Line 1, column 1: “SELEKT” means nothing here"),
        ("SELECT ?x (1 AS ?x) {}", "?x", "Line 1, column 17: SPARQL does not allow this"),
    ],
)
def test_a_mistake_is_marked_where_it_is(seen: watched.Visit, text: str, marked: str, said: str) -> None:
    page = seen.page
    page.wait_for_selector(".code")
    page.locator("#query-text").evaluate(REPLACE, text)
    line = page.locator(".mistake")
    line.filter(has_text="Line").wait_for()
    assert line.inner_text().startswith(said)
    assert inside(page, ".cm-lintRange-error").all_inner_texts() == [marked]


REPLACE = "(field, text) => { field.value = text; field.dispatchEvent(new Event('factcite:text')); }"


@built
@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?claim fc:status fc:Contested ; rdfs:label ?l . FILTER(LANG(?l) = 'en') }",
        "PREFIX x: <http://example.org/>\nASK { x:a x:b '''two\nlines''' # { ( [\n }",
        "SELECT * { << ?s ?p ?o >> fc:status ?x }",
        "CONSTRUCT { ?s a fc:Claim } WHERE { ?s (fc:asserts|^fc:denies)/rdfs:label ?o } LIMIT 5",
    ],
)
def test_a_sound_question_has_no_marks(seen: watched.Visit, text: str) -> None:
    page = seen.page
    page.wait_for_selector(".code")
    page.locator("#query-text").evaluate(REPLACE, "SELECT")
    page.locator(".mistake").filter(has_text="Line").wait_for()
    page.locator("#query-text").evaluate(REPLACE, text)
    page.wait_for_function("() => document.querySelector('.mistake').textContent === ''")
    assert inside(page, ".cm-lintRange-error").count() == 0


@built
def test_what_the_server_refuses_is_marked_too(look: Callable[..., watched.Visit], address: str) -> None:
    found = look()
    found.page.goto(f"{address}/?query=SELECT+%3Fx%0AWHERE+%7B+%F0%9D%94%B8%3Ax+%3Fy+%3Fz+%7D")
    found.page.locator(".mistake").filter(has_text="Line 2, column 9").wait_for()
    assert found.page.locator("#error").count() == 1


@built
def test_the_keyboard_goes_in_runs_and_comes_out(seen: watched.Visit) -> None:
    page = seen.page
    write(page, "ASK { ?x a fc:Claim ")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Run", "Tab leaves the editor"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.id") == "query"
    page.keyboard.press("ControlOrMeta+Enter")
    page.wait_for_selector(".truth")
    assert page.evaluate("document.activeElement.id") == "answer", "the answer has the focus"
    assert "ASK" in page.url


@built
def test_the_editor_has_its_label_and_its_help(seen: watched.Visit) -> None:
    field = seen.page.get_by_label("SPARQL", exact=True)
    assert field.count() == 1
    assert field.get_attribute("role") == "textbox"
    assert "Tab leaves" in str(field.get_attribute("aria-description"))


@built
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_editor_fits_a_phone(look: Callable[..., watched.Visit], scheme: str) -> None:
    found = look(viewport={"width": 375, "height": 800}, color_scheme=scheme)
    write(found.page, "SELECT ?a_rather_long_variable ?and_another_one_beside_it ?and_a_third { ?x fc:speaker ent:")
    inside(found.page, ".cm-completionLabel").first.wait_for()
    assert found.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    box = watched.box_of(inside(found.page, ".cm-tooltip-autocomplete"))
    assert box["x"] >= 0 and box["x"] + box["width"] <= 375
    assert found.complaints == []


@built
@pytest.mark.parametrize("width", [375, 1280])
def test_each_number_stands_beside_its_line_before_the_editor_is_in_sight(
    look: Callable[..., watched.Visit], width: int
) -> None:
    page = look(viewport={"width": width, "height": 800}).page
    inside(page, ".cm-line").first.wait_for()
    assert watched.box_of(page.locator("#query"))["y"] > 800, "this is about an editor below the window"
    tops = "each => each.map(one => one.getBoundingClientRect().top)"
    numbers = inside(page, ".cm-lineNumbers .cm-gutterElement:not([style*=hidden])").evaluate_all(tops)
    lines = inside(page, ".cm-line").evaluate_all(tops)
    assert len(lines) > 5
    assert numbers == pytest.approx(lines, abs=1)


@built
def test_typing_over_several_lines_keeps_to_the_policy(seen: watched.Visit) -> None:
    page = seen.page
    page.get_by_label("SPARQL").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("ASK {}")
    assert page.locator("#query-text").input_value() == "ASK {}"


# --- running and stopping --------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["button", "escape"])
def test_a_question_that_is_stopped_ends_on_the_server(seen: watched.Visit, app: Flask, how: str) -> None:
    """While a page is on its way the driver waits for it, all but its keys and its mouse; so the page takes notes."""
    page = seen.page
    pool = site_of(app).pool
    address = page.url
    place = page.evaluate(ASK_SOON, ENDLESS)
    until(lambda: busy(pool))
    worker = busy(pool)
    if how == "button":
        page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    else:
        page.keyboard.press("Escape")
    until(lambda: not worker.process.is_alive())
    page.wait_for_function("() => window.said.length >= 2")
    first, last = page.evaluate("() => window.said.filter(Boolean)")
    assert first == "Asking …" and last.startswith("Stopped")
    assert not page.get_by_role("button", name="Stop").is_visible()
    assert page.url == address
    page.goto(page.url + "?query=ASK+%7B%7D")
    assert page.locator(".truth").inner_text() == "Yes"


ASK_SOON = """text => {
  document.querySelector('[name=query]').value = text;
  const bar = document.querySelector('.under-way'), status = bar.querySelector('[role=status]');
  const counter = bar.querySelector('[data-say]');
  status.textContent = bar.dataset.running;
  counter.textContent = counter.dataset.say.replace('{seconds}', '0');
  bar.hidden = false;
  const place = bar.querySelector('button').getBoundingClientRect().toJSON();
  bar.hidden = true;
  status.textContent = '';
  window.said = [];
  new MutationObserver(() => window.said.push(status.textContent)).observe(status, { childList: true });
  setTimeout(() => document.querySelector('form.editor').requestSubmit(), 100);
  return place;
}"""


def busy(pool: Any) -> Any:
    """A worker that has a visitor's question, or None."""
    with pool.lock:
        return next(iter(pool.alive - set(pool.idle)), None)


def until(done: Callable[[], Any]) -> None:
    """Wait for something to come true."""
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


# --- history and gallery ---------------------------------------------------------------------------------


def test_questions_are_remembered_run_again_and_forgotten(seen: watched.Visit, address: str) -> None:
    page = seen.page
    assert not page.locator("#history").is_visible()
    page.goto(address + "/?query=PREFIX+a%3A+%3Cx%3Ay%3E%0AASK+%7B%7D")
    page.goto(address + "/?question=claims-by-status")
    page.goto(address)
    page.locator("#history summary").click()
    entries = page.locator("#history li a")
    assert entries.all_inner_texts() == ["Where do the claims stand?", "ASK {}"]
    entries.nth(1).click()
    assert page.locator(".truth").inner_text() == "Yes"
    page.locator("#history summary").click()
    assert entries.all_inner_texts() == ["ASK {}", "Where do the claims stand?"], "what is asked again comes first"
    page.get_by_role("button", name="Remove: ASK {}").click()
    assert entries.all_inner_texts() == ["Where do the claims stand?"]
    page.get_by_role("button", name="Remove all").click()
    page.goto(address)
    assert not page.locator("#history").is_visible()


def test_the_history_keeps_fifty_and_bears_what_it_finds(seen: watched.Visit, address: str) -> None:
    page = seen.page
    hostile = [
        {"title": "<img src=x onerror=alert(1)> $' $&", "search": "?query=ASK+%7B%7D", "at": "never"},
        {"title": "x", "search": "javascript:alert(2)", "at": ""},
        {"title": "x", "search": "//evil.example/?query=x", "at": ""},
        {"title": 5, "search": "?query=x", "at": ""},
        None,
        *({"title": f"q{n}", "search": f"?query=ASK+%7B%7D+%23{n}", "at": ""} for n in range(80)),
    ]
    page.evaluate("text => localStorage.setItem('factcite-questions', text)", json.dumps(hostile))
    page.reload()
    page.locator("#history summary").click()
    assert page.locator("#history li").count() == 50
    assert page.locator("#history li a").first.inner_text() == "<img src=x onerror=alert(1)> $' $&"
    assert page.get_by_role("button", name="Remove: <img src=x onerror=alert(1)> $' $&", exact=True).count() == 1
    page.evaluate("() => localStorage.setItem('factcite-questions', '{no json')")
    page.goto(address + "/?query=ASK+%7B%7D")
    page.locator("#history summary").click()
    assert page.locator("#history li").count() == 1


def test_a_question_is_found_in_the_gallery(seen: watched.Visit) -> None:
    page = seen.page
    cards = page.locator("#gallery li")
    whole = cards.count()
    page.get_by_label("Find a saved query").fill("moda put FORWARD")
    assert page.locator("#gallery li:visible h3").all_inner_texts() == ["How are statements put forward?"]
    page.get_by_label("Find a saved query").fill("zzz")
    assert page.locator("#gallery li:visible").count() == 0
    assert "No saved query" in page.locator("#gallery [role=status]").inner_text()
    page.get_by_label("Find a saved query").fill("")
    for summary in page.locator("#gallery summary").all():
        summary.click()
    assert page.locator("#gallery li:visible").count() == whole > 30


# --- without script, and over the wire -------------------------------------------------------------------


def test_without_script_the_page_is_a_plain_form(look: Callable[..., watched.Visit]) -> None:
    found = look(java_script_enabled=False)
    page = found.page
    assert page.get_by_label("SPARQL").is_visible()
    assert not page.locator("#history").is_visible()
    assert page.locator(".scripted:visible").count() == 0
    for summary in page.locator("#gallery summary").all():
        summary.click()
    assert page.locator("#gallery li:visible").count() == page.locator("#gallery li").count()
    page.get_by_label("SPARQL").fill("ASK {}")
    page.get_by_role("button", name="Run", exact=True).click()
    assert page.locator(".truth").inner_text() == "Yes"
    assert found.complaints == []


def test_without_the_build_the_scripts_do_without_it(
    browser: playwright.Browser, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.scripts.BUILT", "nothing-was-built")
    with live(webapp.create_app(home, WORKERS=1)) as plain:
        found = visit(browser, plain)
        page = found.page
        page.goto(plain)
        page.get_by_label("SPARQL").fill("ASK {}")
        page.keyboard.press("ControlOrMeta+Enter")
        page.wait_for_selector(".truth")
        assert page.evaluate("document.activeElement.id") == "answer"
        assert found.complaints == []
        page.context.close()


def test_the_policy_lets_only_our_files_run(app: Flask) -> None:
    policy = app.test_client().get("/").headers["Content-Security-Policy"]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["connect-src"] == rules["style-src"] == "'self'"
    assert rules["require-trusted-types-for"] == "'script'"
    assert rules["trusted-types"] == "'none'"


@pytest.mark.parametrize("path", ["/static/site.css", "/static/ask.js", "/completion.json"])
def test_scripts_and_their_data_are_revalidated(app: Flask, path: str) -> None:
    client = app.test_client()
    with client.get(path) as whole:
        etag = whole.headers["ETag"]
    for known in (etag, f"W/{etag}"):  # what a proxy calls a copy that it compressed
        with client.get(path, headers={"If-None-Match": known.replace("W/W/", "W/")}) as again:
            assert again.status_code == 304
