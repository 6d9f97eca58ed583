"""Every page in a real browser, looked at by axe-core: none may break a rule of WCAG 2.2 at levels A and AA.

The pages are found by `tests/support/every_page.py`, so a new page is checked without being listed. Each is looked at
in every language, in both colour schemes, in a wide and a narrow window; the real base once in each language.
A machine finds only a part of what makes a page hard to use; what it finds must be nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from flask import Flask

import webapp
from tests.support import hard_base, text_base, web_base
from tests.support.chromium import NAMES, QUIET
from tests.support.every_page import Place, every_page
from tests.support.examples import part
from tests.support.live import live
from webapp.words.catalogue import LANGUAGES

if TYPE_CHECKING:
    from playwright import sync_api as playwright
else:
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright here: nothing was looked at by axe")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe here: nothing was looked at by it")

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CUT_OFF = """() => [...document.querySelectorAll('main *')].filter(element => {
  const style = getComputedStyle(element);
  return element.scrollWidth > element.clientWidth + 1 && style.overflowX === 'hidden'
    && style.textOverflow !== 'ellipsis' && !element.closest('.unseen');
}).map(element => element.outerHTML.slice(0, 80))"""
OPEN = "document.querySelectorAll('details').forEach(each => { each.open = true; })"


class Site:
    """A site that is served, and its pages."""

    def __init__(self, address: str, places: Sequence[Place]) -> None:
        self.address = address
        self.places = places


def serve(app: Flask) -> Iterator[Site]:
    places = every_page(app)
    with live(app) as address:
        yield Site(address, places)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    yield from serve(webapp.create_app(web_base.make(tmp_path_factory.mktemp("axe")), WORKERS=1, BUDGET_SECONDS=10_000))


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = hard_base.make(tmp_path_factory.mktemp("hard"))
    yield from serve(webapp.create_app(home, WORKERS=1, BUDGET_SECONDS=10_000))


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A base with copies of its articles at hand, whose words are marked on the page."""
    home = text_base.make(tmp_path_factory.mktemp("reading"))
    yield from serve(webapp.create_app(home, WORKERS=1, BUDGET_SECONDS=10_000, SHOW_TEXTS=True))


@pytest.fixture(scope="module")
def real(root: Path) -> Iterator[Site]:
    yield from serve(webapp.create_app(root, WORKERS=1, BUDGET_SECONDS=10_000))


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium here: nothing was looked at by axe")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=QUIET)
        yield started
        started.close()


Scheme = Literal["light", "dark"]


def faults(
    browser: playwright.Browser, site: Site, language: str, scheme: Scheme, width: int, *, parts: int
) -> Iterator[str]:
    """What is wrong on the pages of a site: on one part of them, another one for each way to look at them."""
    number = list(LANGUAGES).index(language) + 2 * (scheme == "dark") + 4 * (width == 375)
    window = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language, reduced_motion="reduce"
    )
    page = window.new_page()
    look = axe.Axe()
    for place in part(site.places, number, parts):
        page.goto(site.address + place.path)
        assert page.evaluate("document.documentElement.lang") == language
        page.evaluate(OPEN)
        over = page.evaluate(OVER)
        if over > 0:
            yield f"{place.path}: {over} px too wide"
        yield from (f"{place.path}: cut off: {each}" for each in page.evaluate(CUT_OFF))
        for fault in look.run(page, options=RULES).response["violations"]:
            where = "; ".join(node["html"][:120] for node in fault["nodes"][:3])
            yield f"{place.path}: {fault['id']}: {fault['help']}: {where}"
    window.close()


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_breaks_a_rule(
    browser: playwright.Browser, site: Site, language: str, scheme: Scheme, width: int
) -> None:
    assert len(site.places) > 20
    assert not list(faults(browser, site, language, scheme, width, parts=4))


@pytest.mark.parametrize(("language", "scheme", "width"), [("en", "dark", 375), ("ko", "light", 1280)])
def test_hard_cases_break_no_rule(
    browser: playwright.Browser, hard: Site, language: str, scheme: Scheme, width: int
) -> None:
    assert not list(faults(browser, hard, language, scheme, width, parts=2))


@pytest.mark.parametrize(("language", "scheme", "width"), [("en", "dark", 1280), ("ko", "light", 375)])
def test_marked_texts_break_no_rule(
    browser: playwright.Browser, reading: Site, language: str, scheme: Scheme, width: int
) -> None:
    assert not list(faults(browser, reading, language, scheme, width, parts=2))


@pytest.mark.parametrize(("language", "scheme", "width"), [("en", "light", 1280), ("ko", "dark", 375)])
def test_the_real_base_breaks_no_rule(
    browser: playwright.Browser, real: Site, language: str, scheme: Scheme, width: int
) -> None:
    assert not list(faults(browser, real, language, scheme, width, parts=6))


def test_axe_is_really_looking(browser: playwright.Browser, site: Site) -> None:
    page = browser.new_page()
    page.goto(site.address + "/about")
    page.evaluate(
        """() => {
      const picture = document.createElement('img');
      const text = document.createElement('p');
      text.textContent = 'faint';
      text.style.cssText = 'color: #888; background: #999';
      const wide = document.createElement('div');
      wide.style.width = '5000px';
      wide.textContent = 'wide';
      document.querySelector('main').append(picture, text, wide);
      document.documentElement.lang = 'not a language';
    }"""
    )
    found = {fault["id"] for fault in axe.Axe().run(page, options=RULES).response["violations"]}
    assert {"image-alt", "color-contrast", "html-lang-valid"} <= found
    assert page.evaluate(OVER) > 0
    page.close()
