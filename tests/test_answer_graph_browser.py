"""The graph of an answer, drawn in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

import webapp
from tests.live import live
from tests.web_base import make
from webapp.scripts import built_scripts

playwright = pytest.importorskip("playwright.sync_api", reason="no playwright here: nothing was tried in a browser")
watched = pytest.importorskip("tests.test_browser")
browser = watched.browser

BUILT = "graph" in built_scripts(Path(webapp.__file__).resolve().parent / "static")
LINKS = "SELECT ?citation ?p ?claim { ?citation ?p ?claim . ?claim a fc:Claim . ?citation a fc:Citation }"
ADDRESS = f"/?query={quote(LINKS)}&view=graph&from=citation&to=claim"
NODES = "#graph .canvas svg a"

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

    def open_window(**options: object) -> watched.Visit:
        opened.append(watched.visit(browser, address, **options))
        opened[-1].page.goto(address + ADDRESS)
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


def test_without_scripts_the_links_are_a_table(look: Callable[..., watched.Visit]) -> None:
    seen = look(java_script_enabled=False)
    assert seen.page.locator("#graph-needs").is_visible() and not seen.page.locator("#graph").is_visible()
    assert seen.page.locator("#graph-links tbody tr").count() > 5
