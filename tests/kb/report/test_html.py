"""The report's page in a real browser: folded and unfolded, filtered, without a script, dark, narrow, on paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kb.report import as_html
from tests.support import report_cases as cases

if TYPE_CHECKING:
    from playwright import sync_api as playwright
else:
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright here: nothing was tried in a browser")

from tests.webapp.pages.test_browser import WEAK_WORDS, Visit, browser, visit

__all__ = ["browser"]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Addresses of pages: an ordinary report, a hostile one, a clean one."""
    folder: Path = tmp_path_factory.mktemp("pages")
    reports = {"ordinary": cases.ordinary(), "hostile": cases.hostile(), "clean": cases.report()}
    for name, report in reports.items():
        (folder / f"{name}.html").write_text(as_html(report), "utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in reports}


def opened(browser: playwright.Browser, address: str, **options: object) -> Visit:
    seen = visit(browser, address, **options)
    seen.page.goto(address)
    return seen


def shown(page: playwright.Page) -> int:
    """How many findings can be seen."""
    return sum(each.is_visible() for each in page.locator("article.finding").all())


@pytest.mark.parametrize("name", ["ordinary", "hostile", "clean"])
@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_can_be_read(
    browser: playwright.Browser, pages: dict[str, str], name: str, width: int, scheme: str
) -> None:
    seen = opened(browser, pages[name], viewport={"width": width, "height": 900}, color_scheme=scheme)
    seen.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.page.evaluate(WEAK_WORDS) == []
    assert seen.complaints == []
    background = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") is (scheme == "light")


def test_the_filter_leaves_what_fits(browser: playwright.Browser, pages: dict[str, str]) -> None:
    seen = opened(browser, pages["ordinary"])
    page = seen.page
    page.click("#unfold")
    assert shown(page) == 11
    page.fill("#words", "bridge 마을")
    assert (shown(page), page.inner_text("#said")) == (1, "1 of 11 findings shown")
    page.fill("#words", "")
    page.select_option("#severity", "warning")
    assert shown(page) == 2
    assert page.locator("details.group[data-kind=severity]:visible").count() == 1
    page.select_option("#severity", "")
    page.select_option("#file", "kb/x.ttl")
    assert shown(page) == 1 and page.locator("details.group[data-kind=file]:visible").count() == 1
    page.fill("#words", "no such words anywhere")
    assert (shown(page), page.inner_text("#said")) == (0, "0 of 11 findings shown")
    page.fill("#words", "")
    page.select_option("#file", "")
    assert shown(page) == 11 and page.inner_text("#said") == ""
    page.click("#fold")
    assert shown(page) == 0
    assert seen.complaints == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_place_leads_to_its_finding(browser: playwright.Browser, pages: dict[str, str], scripts: bool) -> None:
    page = opened(browser, pages["ordinary"], java_script_enabled=scripts).page
    assert page.locator("#filter").is_visible() is scripts
    group = page.locator("details.group[data-kind=file]").filter(has_text="kb/x.ttl")
    group.locator("summary").click()
    assert shown(page) == 0
    group.locator("li a").click()
    assert page.locator("article.finding:target").is_visible()
    assert "FC903" in (page.locator("article.finding:target").get_attribute("data-code") or "")


@pytest.mark.parametrize("scripts", [True, False])
def test_on_paper_everything_is_unfolded(browser: playwright.Browser, pages: dict[str, str], scripts: bool) -> None:
    page = opened(browser, pages["ordinary"], java_script_enabled=scripts, color_scheme="dark").page
    page.emulate_media(media="print")
    assert page.locator("article.finding").first.bounding_box() is not None
    heights = [each.bounding_box() for each in page.locator("article.finding").all()]
    assert all(box and box["height"] > 20 for box in heights)
    assert not page.locator("nav").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)" if scripts else True


def test_nothing_of_the_base_runs(browser: playwright.Browser, pages: dict[str, str]) -> None:
    seen = opened(browser, pages["hostile"])
    seen.page.click("#unfold")
    assert "alert(1)" in seen.page.inner_text("main") and seen.complaints == []
