"""The marked text in a real browser: it fits, it can be read, the keyboard reaches every citation, nothing runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import text_base
from tests.support.serving import free_port
from tests.support.web_base import served

if TYPE_CHECKING:
    from playwright import sync_api as playwright
else:
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright here: nothing was tried in a browser")

from tests.webapp.pages.test_browser import WEAK_WORDS, browser, visit

__all__ = ["browser"]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home: Path = text_base.make(tmp_path_factory.mktemp("reading"))
    port = free_port()
    with served("--home", str(home), "--port", str(port)) as process:
        assert process.stdout is not None and "Factcite serves" in process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        process.communicate()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_it_fits_and_can_be_read(browser: playwright.Browser, address: str, width: int, scheme: str) -> None:
    seen = visit(browser, address, viewport={"width": width, "height": 800}, color_scheme=scheme)
    for path in ("/article/weir", "/citation/weir-1-4", "/citation/weir-2-7"):
        seen.page.goto(address + path)
        assert seen.page.locator("mark").count() > 0
        assert seen.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, path
        assert seen.page.evaluate(WEAK_WORDS) == [], path
        assert seen.page.title() != "run"
    assert seen.complaints == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_mark_leads_to_its_card_and_back(browser: playwright.Browser, address: str, scripts: bool) -> None:
    page = visit(browser, address, java_script_enabled=scripts).page
    page.goto(f"{address}/article/weir")
    page.locator('#p1 .text a[href="#c1-3"]').first.click()
    assert page.url.endswith("#c1-3")
    assert page.locator("#c1-3").is_visible() and "characters 9–24" in page.locator("#c1-3").inner_text()
    page.locator("#c1-3 > .nr a").click()
    assert page.url.endswith("#t1-3")
    page.locator('.languages .text a[href="#c6-1"]').first.click()
    assert page.url.endswith("#c6-1")
    page.get_by_role("link", name="Hide the text").click()
    assert page.locator(".text").count() == 0
    page.get_by_role("link", name="Show the text").click()
    assert page.locator(".paragraph .text").count() == 6 and page.locator(".languages .text").count() == 4


def test_the_keyboard_stops_once_at_each_citation(browser: playwright.Browser, address: str) -> None:
    page = visit(browser, address).page
    page.goto(f"{address}/article/weir")
    stops: list[str] = []
    page.keyboard.press("Tab")
    while not page.evaluate("document.activeElement.matches('body, .bottom *')"):
        href = page.evaluate("document.activeElement.closest('.text') && document.activeElement.getAttribute('href')")
        if href:
            stops.append(href)
        page.keyboard.press("Tab")
    wanted = page.locator(".numbered").evaluate_all("cards => cards.map(card => '#' + card.id)")
    assert sorted(stops) == sorted(wanted) and len(set(stops)) == len(stops) == 13
