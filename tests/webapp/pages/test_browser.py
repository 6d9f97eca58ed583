"""The pages in a real browser: a walk from a question to a paragraph, and nothing that a reader would trip over.

The browser is the machine's own Chromium. It is told to stay silent, so that a request off this machine can only
come from a page.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import kb
from tests.support import hard_base
from tests.support.chromium import NAMES, QUIET
from tests.support.serving import free_port
from tests.support.web_base import make, served

if TYPE_CHECKING:
    from playwright import sync_api as playwright
else:
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright here: nothing was tried in a browser")

pytestmark = pytest.mark.browser

WEAK_WORDS = """() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const linear = part => part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const ground = element => {
    for (; element; element = element.parentElement) {
      const colour = parse(getComputedStyle(element).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const weak = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const words = walk.currentNode.data.trim(), element = walk.currentNode.parentElement;
    const style = getComputedStyle(element);
    if (!words || style.visibility === 'hidden' || !element.offsetParent) continue;
    const [low, high] = [light(parse(style.color)), light(ground(element))].sort((x, y) => x - y);
    if ((high + 0.05) / (low + 0.05) < 4.5) weak.push(`${element.tagName}.${element.className}: ${words}`);
  }
  return weak;
}"""
PATHS = (
    "/",
    "/?question=claims-by-status",
    "/?query=SELECT+*+%7B+%3Fs+%3Fp+%3Fo+%7D+LIMIT+60",
    "/?query=CONSTRUCT+WHERE+%7B+%3Fs+%3Fp+%3Fo+%7D+LIMIT+60",
    "/?query=ASK+%7B%7D",
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
    "/citations?stance=fc:asserts",
    "/search?q=bridge",
    "/search?q=%EB%8B%A4%EB%A6%AC",
    "/about",
    "/rules",
    "/rule/FC001",
    "/report",
    "/export",
    "/graph?graph=https://w3id.org/factcite/kb/graph/kb/claims/oddities.ttl",
    "/citations?year=2019",
)
HARD = (
    "/",
    "/overview",
    "/article/ferry-sale",
    "/article/two-banks",
    "/claim/council-in-sale",
    "/claim/north-opened",
    "/citation/ferry-sale-1-2",
    "/entity/mayor",
    "/question/who-opened",
)
MISTAKES = ("/?query=SELECT+%3Fx%0AWHERE+%7B+%3Fx+nope%3Ay+%3Fz+%7D", "/claim/nope")


@dataclass
class Visit:
    """One browser window, and everything it did that it should not have done."""

    page: playwright.Page
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("browser"))


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    port = free_port()
    with served("--home", str(home), "--port", str(port)) as process:
        assert process.stdout is not None
        assert "Factcite serves" in process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        process.communicate()


@pytest.fixture(scope="module")
def hard_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over the base of hard cases."""
    home = hard_base.make(tmp_path_factory.mktemp("hard"))
    port = free_port()
    with served("--home", str(home), "--port", str(port)) as process:
        assert process.stdout is not None
        assert "Factcite serves" in process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        process.communicate()


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium here: nothing was tried in a browser")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=QUIET)
        yield started
        started.close()


def box_of(found: playwright.Locator) -> playwright.FloatRect:
    """Where something is on the page."""
    box = found.bounding_box()
    assert box is not None, "it is not on the page"
    return box


def _refuse(visit: Visit, dialog: playwright.Dialog) -> None:
    visit.complaints.append(dialog.message)
    dialog.dismiss()


def visit(browser: playwright.Browser, address: str, **options: Any) -> Visit:
    """A window that writes down every request off the site, every complaint of the console, every dialog."""
    window = browser.new_context(accept_downloads=True, **options)
    found = Visit(window.new_page())
    found.page.on("request", lambda r: None if r.url.startswith(address) else found.complaints.append(r.url))
    found.page.on("console", lambda m: found.complaints.append(m.text) if m.type in ("error", "warning") else None)
    found.page.on("pageerror", lambda e: found.complaints.append(str(e)))
    found.page.on("dialog", lambda d: _refuse(found, d))
    return found


@pytest.mark.parametrize("scripts", [True, False])
def test_from_a_question_to_a_paragraph(browser: playwright.Browser, address: str, scripts: bool) -> None:
    seen = visit(browser, address, java_script_enabled=scripts)
    page = seen.page
    page.goto(address)
    page.get_by_label("SPARQL").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text("SELECT ?claim WHERE { ?claim a fc:Claim ; fc:status fc:Contested } ORDER BY ?claim")
    page.get_by_role("button", name="Run").click()
    assert "3 rows" in page.locator(".count").inner_text()
    page.get_by_role("link", name="The council was warned in 2019 and did nothing.").click()
    assert page.locator(".stance").all_inner_texts() == ["asserts", "denies"]
    chain = page.locator(".chain").nth(1).inner_text()
    assert "Mill Bridge closes for repairs" in chain and "council of Harrowmere" in chain
    page.get_by_role("link", name="paragraph 6", exact=True).first.click()
    assert page.url == f"{address}/article/mill-bridge#p6"
    assert box_of(page.locator("#p6"))["y"] < 100, "the paragraph is what one sees"
    assert "accusation" in page.locator("#p6 .gist").inner_text()
    page.get_by_role("link", name="The query behind this page").click()
    assert "triples" in page.locator(".count").inner_text()
    assert seen.complaints == []


def test_downloads_are_what_is_exported(browser: playwright.Browser, address: str, home: Path) -> None:
    seen = visit(browser, address)
    page = seen.page
    page.goto(address)
    with page.expect_download() as waiting:
        page.locator("#downloads + ul").get_by_role("link", name="Turtle").click()
    assert waiting.value.suggested_filename == "factcite.ttl"
    assert Path(waiting.value.path()).read_bytes() == kb.export(kb.load_kb(home), format="turtle")
    page.get_by_role("link", name="Where do the claims stand?").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV", exact=True).click()
    assert waiting.value.suggested_filename == "factcite-answer.csv"
    assert len(Path(waiting.value.path()).read_text("utf-8").splitlines()) > 1
    assert seen.complaints == []


def test_a_saved_question_is_asked_by_its_form(browser: playwright.Browser, address: str) -> None:
    seen = visit(browser, address)
    page = seen.page
    page.goto(address)
    card = page.locator(".questions > li").filter(has_text="Who says this, and through whom?")
    card.get_by_role("combobox").select_option(label="The pier is a third weaker than it was.")
    card.get_by_role("button").click()
    assert "3 rows" in page.locator(".count").inner_text()
    assert "Jonas Feld" in page.locator("table").first.inner_text()
    assert seen.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_no_page_overflows_complains_or_calls_elsewhere(
    browser: playwright.Browser, address: str, width: int, scheme: str
) -> None:
    seen = visit(browser, address, viewport={"width": width, "height": 800}, color_scheme=scheme)
    for path in PATHS:
        seen.page.goto(address + path)
        over = seen.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, f"{path} is {over} px too wide for {width}"
        assert seen.complaints == [], path
    for path in MISTAKES:
        seen.page.goto(address + path)
        assert seen.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, path
    assert all(re.search("Failed to load resource.*40[04]", said) for said in seen.complaints)


def test_the_rules_can_be_read_on_a_phone_without_moving_the_table(browser: playwright.Browser, address: str) -> None:
    seen = visit(browser, address, viewport={"width": 375, "height": 800})
    seen.page.goto(address + "/rules")
    assert seen.page.evaluate(
        "[...document.querySelectorAll('.scroll')].every(box => box.scrollWidth <= box.clientWidth)"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_hard_cases_and_pictures_fit_and_can_be_read(
    browser: playwright.Browser, hard_address: str, width: int, scheme: str
) -> None:
    seen = visit(browser, hard_address, viewport={"width": width, "height": 800}, color_scheme=scheme)
    for path in HARD:
        seen.page.goto(hard_address + path)
        assert seen.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, path
        assert seen.page.evaluate(WEAK_WORDS) == [], path
    assert seen.complaints == []


def test_a_mark_of_the_timeline_leads_to_its_claim(browser: playwright.Browser, hard_address: str) -> None:
    seen = visit(browser, hard_address)
    page = seen.page
    page.goto(hard_address)
    page.get_by_role("img", name=re.compile("Timeline from")).click()
    assert page.url.endswith("/overview#timeline")
    line = page.locator(".timeline li").filter(has_text="1950 to 1960")
    line.locator("rect").click()
    assert page.url.endswith("/claim/ferry-ran")
    assert seen.complaints == []


def test_hostile_names_do_not_run(browser: playwright.Browser, address: str) -> None:
    seen = visit(browser, address)
    for path in ("/entity/hostile", "/claim/repair-lasts-five-years", "/?question=claims-about&%24entity=ent:hostile"):
        seen.page.goto(address + path)
        seen.page.mouse.move(200, 200)
        assert seen.page.title() != "run"
    assert seen.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_their_ground(browser: playwright.Browser, address: str, scheme: str) -> None:
    """Contrast of every piece of text at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    seen = visit(browser, address, color_scheme=scheme)
    paths = (
        "/",
        "/overview",
        "/claims",
        "/about",
        "/rule/FC001",
        "/claim/repair-lasts-five-years",
        "/article/dari",
        "/report",
    )
    for path in (*paths, MISTAKES[0]):
        seen.page.goto(address + path)
        assert seen.page.evaluate(WEAK_WORDS) == [], path


def test_the_keyboard_alone_reaches_the_answer(browser: playwright.Browser, address: str) -> None:
    seen = visit(browser, address)
    page = seen.page
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "query":
            break
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".count")
    assert seen.complaints == []


def test_the_browser_is_really_watched(browser: playwright.Browser, address: str) -> None:
    seen = visit(browser, address)
    seen.page.goto(address)
    seen.page.evaluate("() => { const i = new Image(); i.src = 'http://127.0.0.1:9/x.png'; document.body.append(i); }")
    seen.page.wait_for_timeout(200)
    assert any("Content Security Policy" in said for said in seen.complaints)
