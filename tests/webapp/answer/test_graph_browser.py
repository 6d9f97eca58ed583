"""The graph of an answer, drawn in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pytest

import webapp
from tests.support.live import live
from tests.support.web_base import make
from webapp.answer.graph import MOST_LINKS, MOST_THINGS
from webapp.pages.scripts import built_scripts

if TYPE_CHECKING:
    from playwright import sync_api as playwright

    from tests.webapp.pages import test_browser as watched
else:
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright here: nothing was tried in a browser")
    watched = pytest.importorskip("tests.webapp.pages.test_browser")
browser = watched.browser

BUILT = "graph" in built_scripts(Path(webapp.__file__).resolve().parent / "static")
LINKS = "SELECT ?citation ?p ?claim { ?citation ?p ?claim . ?claim a fc:Claim . ?citation a fc:Citation }"
ADDRESS = f"/?query={quote(LINKS)}&view=graph&from=citation&to=claim"
NODES = "#graph .canvas svg a"
MANY = """SELECT DISTINCT ?a ?b {
  ?a ?p ?x FILTER(isIRI(?a)) VALUES ?n { 1 2 3 4 } BIND(IRI(CONCAT(STR(?a), "#", STR(?n))) AS ?b)
}"""
LARGE = f"/?{urlencode({'query': MANY, 'view': 'graph'})}"
HOSTILE = f"/?{urlencode({'query': 'DESCRIBE ent:hostile ent:shared-desk', 'view': 'graph'})}"
OVERLAPS = """() => {
  const shown = [...document.querySelectorAll('.thing text')].filter(text => !text.classList.contains('no-room'));
  const boxes = shown.map(text => text.getBoundingClientRect());
  let found = 0;
  boxes.forEach((one, at) => boxes.slice(at + 1).forEach(other => {
    const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
    const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
    if (wide > 2 && high > 4) found += 1;
  }));
  return [shown.length, found];
}"""

pytestmark = pytest.mark.browser
built = pytest.mark.skipif(not BUILT, reason="the graph was not built (make builds it where there is npm)")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with live(webapp.create_app(make(tmp_path_factory.mktemp("graph")), WORKERS=1)) as found:
        yield found


@pytest.fixture
def look(browser: playwright.Browser, address: str) -> Iterator[Callable[..., watched.Visit]]:
    """Opens windows on the graph, and closes them."""
    opened: list[watched.Visit] = []

    def open_window(path: str = ADDRESS, **options: object) -> watched.Visit:
        opened.append(watched.visit(browser, address, **options))
        opened[-1].page.goto(address + path)
        return opened[-1]

    yield open_window
    for seen in opened:
        seen.page.context.close()


@built
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (375, "dark")])
def test_the_picture_is_the_same_each_time_and_fits(
    look: Callable[..., watched.Visit], width: int, scheme: str
) -> None:
    seen = look(viewport={"width": width, "height": 900}, color_scheme=scheme)
    drawn = []
    for _ in range(2):
        seen.page.reload()
        seen.page.locator(NODES).first.wait_for()
        drawn.append(seen.page.locator("#graph .canvas svg").inner_html())
    assert drawn[0] == drawn[1]
    assert seen.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert seen.complaints == []


@built
def test_the_keyboard_walks_from_thing_to_thing(look: Callable[..., watched.Visit]) -> None:
    seen = look()
    seen.page.locator(NODES).first.wait_for()
    seen.page.locator(NODES).first.focus()
    here = "document.activeElement.getAttribute('href') || document.activeElement.href.baseVal"
    walked = {seen.page.evaluate(here)}
    for _ in range(4):
        seen.page.keyboard.press("ArrowRight")
        walked.add(seen.page.evaluate(here))
    assert len(walked) > 1 and all(walked)
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url(lambda url: "/claim/" in url or "/citation/" in url)
    assert seen.complaints == []


@built
@pytest.mark.parametrize("width", [1280, 375])
def test_names_that_are_shown_do_not_lie_over_one_another(look: Callable[..., watched.Visit], width: int) -> None:
    for path in (ADDRESS, LARGE):
        seen = look(path, viewport={"width": width, "height": 900})
        seen.page.locator(NODES).first.wait_for()
        shown, overlaps = seen.page.evaluate(OVERLAPS)
        assert shown > 0 and overlaps == 0
        assert seen.complaints == []


@built
def test_too_many_things_are_not_drawn_and_the_page_says_so(look: Callable[..., watched.Visit]) -> None:
    seen = look(LARGE)
    seen.page.locator(NODES).first.wait_for()
    things = seen.page.locator("#graph .canvas .thing").count()
    assert things <= MOST_THINGS
    data = json.loads(seen.page.locator("#graph").get_attribute("data-graph") or "")
    assert len(data["things"]) == things and len(data["links"]) <= MOST_LINKS
    assert "are not drawn" in seen.page.locator(".answer .cut").inner_text()


@built
def test_names_of_strangers_stay_names(look: Callable[..., watched.Visit]) -> None:
    seen = look(HOSTILE)
    seen.page.locator(NODES).first.wait_for()
    drawn = seen.page.locator("#graph .canvas svg")
    assert drawn.locator("script, foreignObject, image, use").count() == 0
    assert any("<script>" in text for text in drawn.locator("title").all_text_contents())
    assert "\u202e" not in drawn.inner_html(), "a direction mark is spelt out"
    assert seen.page.title() != "run" and seen.complaints == []


@built
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_buttons_and_keys_make_it_larger_and_show_all_again(
    look: Callable[..., watched.Visit], scheme: str
) -> None:
    seen = look(color_scheme=scheme)
    page = seen.page
    page.locator(NODES).first.wait_for()
    places = "[...document.querySelectorAll('.thing')].map(each => each.getAttribute('transform')).join()"
    whole = page.evaluate(places)
    page.get_by_role("button", name="Larger").click()
    larger = page.evaluate(places)
    assert larger != whole
    page.get_by_role("button", name="Left").click()
    assert page.evaluate(places) != larger
    page.locator(NODES).first.focus()
    page.keyboard.press("0")
    assert page.evaluate(places) == whole
    page.keyboard.press("+")
    assert page.evaluate(places) == larger
    assert seen.complaints == []


@built
def test_one_thing_is_in_the_order_of_tab_and_says_what_it_is(look: Callable[..., watched.Visit]) -> None:
    page = look().page
    page.locator(NODES).first.wait_for()
    inside = page.locator("#graph .canvas [tabindex='0']")
    assert inside.count() == 1
    assert re.fullmatch(r".+, (Claim|Citation), \d+ links?", inside.get_attribute("aria-label") or "")
    page.locator("[data-does=down]").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.canvas') !== null")


def test_without_scripts_the_links_are_a_table(look: Callable[..., watched.Visit]) -> None:
    seen = look(java_script_enabled=False)
    assert seen.page.locator("#graph-needs").is_visible() and not seen.page.locator("#graph").is_visible()
    assert seen.page.locator("#graph-links tbody tr").count() > 5
