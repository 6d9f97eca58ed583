"""Screenshots of every page, light and dark, wide and narrow, in each language: to look at what was made.

    python -m tests.players.screenshots --out build/screenshots
    python -m tests.players.screenshots --out build/screenshots --home mybase --only home --languages ko

The pages are those of `tests/support/every_page.py`. A file is called `<page>-<language>-<scheme>-<width>.png`; of a
very long page the beginning is shown. No screenshot is committed: a page of a base may show what belongs to others.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

import kb
import webapp
from tests.support.chromium import NAMES, QUIET
from tests.support.every_page import Place, every_page
from tests.support.live import live
from webapp.words.catalogue import LANGUAGES

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (1280, 375)
HEIGHT = 800
SETTLE = 100
"""Milliseconds in which a page that sees more of itself draws it."""
LONGEST = 3_000
"""Pixels of a page that are shown, from its top."""


def main(words: Sequence[str] | None = None) -> int:
    """Take them all, and say how many."""
    options = read(words)
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        print("screenshots: no Chromium here", file=sys.stderr)
        return 3
    options.out.mkdir(parents=True, exist_ok=True)
    app = webapp.create_app(options.home, WORKERS=1, TEXTS=tuple(options.texts), SHOW_TEXTS=bool(options.texts))
    places = [place for place in every_page(app) if not options.only or place.name in options.only]
    with live(app) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=QUIET)
        taken = sum(1 for _ in screenshots(browser, address, places, options))
        browser.close()
    print(f"{taken} screenshots of {len(places)} pages in {options.out}")
    return 0 if taken else 4


def read(words: Sequence[str] | None) -> argparse.Namespace:
    """What the command was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.players.screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--home", type=Path, default=kb.find_home().root, metavar="DIR", help="the base")
    parser.add_argument(
        "--texts", type=Path, action="append", default=[], metavar="DIR", help="your copies of articles"
    )
    parser.add_argument("--only", nargs="+", metavar="PAGE", help="names of pages, such as home or thing-claim")
    parser.add_argument("--languages", nargs="+", choices=LANGUAGES, default=list(LANGUAGES))
    parser.add_argument("--longest", type=int, default=LONGEST, metavar="PX", help="of a page, from its top")
    return parser.parse_args(words)


def screenshots(browser: Browser, address: str, places: Sequence[Place], options: argparse.Namespace) -> Iterator[Path]:
    """Take each, and give the file that it is in."""
    for language, scheme, width in product(options.languages, SCHEMES, WIDTHS):
        window = browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            color_scheme=scheme,
            locale=language,
        )
        page = window.new_page()
        for place in places:
            page.goto(address + place.path)
            high = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": min(high, options.longest)})  # an editor below, too
            page.wait_for_timeout(SETTLE)
            file = options.out / f"{place.name}-{language}-{scheme}-{width}.png"
            page.screenshot(path=file)
            page.set_viewport_size({"width": width, "height": HEIGHT})
            yield file
        window.close()


if __name__ == "__main__":
    sys.exit(main())
