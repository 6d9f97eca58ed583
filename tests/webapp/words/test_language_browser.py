"""The switch of language in a real browser, with and without script, and names that are written from right to left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import webapp
from tests.support.live import live
from tests.support.web_base import make

if TYPE_CHECKING:
    from playwright import sync_api as playwright
else:
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright here: nothing was tried in a browser")

from tests.webapp.pages.test_browser import Visit, browser, visit

pytestmark = pytest.mark.browser
__all__ = ["browser"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home: Path = make(tmp_path_factory.mktemp("language"))
    with live(webapp.create_app(home, WORKERS=1)) as found:
        yield found


@pytest.fixture
def opened(browser: playwright.Browser, address: str) -> Iterator[Callable[..., Visit]]:
    """Opens windows, and closes them: a window that stays open keeps its connections to the server."""
    windows: list[Visit] = []

    def open_window(**options: object) -> Visit:
        windows.append(visit(browser, address, **options))
        return windows[-1]

    yield open_window
    for each in windows:
        each.page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_language_is_switched_and_stays_switched(opened: Callable[..., Visit], address: str, scripts: bool) -> None:
    seen = opened(java_script_enabled=scripts, locale="en")
    page = seen.page
    page.goto(f"{address}/claims?status=fc:Contested")
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="한국어").click()
    assert page.url == f"{address}/claims?status=fc:Contested"
    assert page.locator("html").get_attribute("lang") == "ko"
    assert page.get_by_role("heading", level=1).inner_text() == "주장"
    assert "건 가운데" in page.locator("#found").inner_text()
    page.locator(".claims a").first.click()
    assert page.locator(".badge").first.inner_text() == "이견 있음"
    page.get_by_role("link", name="한눈에 보기").click()
    assert page.locator("html").get_attribute("lang") == "ko"
    page.get_by_role("link", name="English").click()
    assert page.url == f"{address}/overview" and page.locator("html").get_attribute("lang") == "en"
    assert seen.complaints == []


def test_a_browser_that_speaks_korean_is_answered_in_korean(opened: Callable[..., Visit], address: str) -> None:
    seen = opened(locale="ko-KR")
    page = seen.page
    page.goto(f"{address}/claim/council-ignored-warning")
    assert page.locator("html").get_attribute("lang") == "ko"
    style = "element => { const s = getComputedStyle(element); return [s.wordBreak, s.overflowWrap, s.fontStyle]; }"
    assert page.locator("h2").first.evaluate(style) == ["keep-all", "anywhere", "normal"]
    assert page.locator("html").evaluate("html => getComputedStyle(html).fontFamily").find("Malgun Gothic") > 0
    assert page.locator('[aria-current="true"]').inner_text() == "한국어"
    assert seen.complaints == []


@pytest.mark.parametrize("language", ["en", "ko"])
def test_right_to_left_names_do_not_turn_the_line(opened: Callable[..., Visit], address: str, language: str) -> None:
    seen = opened(locale=language)
    page = seen.page
    page.goto(f"{address}/entity/hostile")
    name = page.get_by_text("جسر الطاحونة")
    style = "element => { const s = getComputedStyle(element); return [s.direction, s.unicodeBidi]; }"
    assert name.evaluate(style) == ["rtl", "isolate"]
    assert page.locator("dd").filter(has=name).evaluate(style)[0] == "ltr"
    after = name.locator("xpath=following-sibling::*[1]")  # the tag of the language, which is read after the name
    beside, box = after.bounding_box(), name.bounding_box()
    assert beside and box and beside["x"] > box["x"] + box["width"] - 1
    page.goto(f"{address}/search")
    page.locator("#words").fill("جسر")
    assert page.locator("#words").evaluate(style)[0] == "rtl"
    page.keyboard.press("Enter")
    page.wait_for_selector(".count")
    assert page.locator("h1 bdi").evaluate(style) == ["rtl", "isolate"]
    assert page.locator("html").evaluate(style)[0] == "ltr"
    assert seen.complaints == []
