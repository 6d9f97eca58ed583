"""A base on the disk becomes a site: everything that requests look at, and the workers that answer them."""

from __future__ import annotations

import kb
from webapp.engine.budget import Budget
from webapp.engine.pool import Pool
from webapp.engine.storage import store_on_disk
from webapp.settings import Settings
from webapp.site.cache import ByteCache
from webapp.site.names import Names, Places
from webapp.site.rules import read_rules
from webapp.site.site import ANSWER_SHARE, PAGE_SHARE, Site
from webapp.words.catalogue import read_words

LOOKS = 3
"""How often files are read that change while they are read."""


def load_site(home: kb.Home, settings: Settings, budget: Budget) -> Site:
    """Read a base, and build its site from one state of its files.

    Raises:
        InputError: a file that does not pass the gate, no space for temporary files, or files that keep changing.
    """
    for _ in range(LOOKS):
        before = kb.stamps(home, texts=settings.texts)
        try:
            found = build_site(kb.load_kb(home), settings, budget, before)
        except kb.InputError:
            if kb.stamps(home, texts=settings.texts) == before:
                raise
            continue
        if kb.stamps(home, texts=settings.texts) == before:
            return found
        found.close()
    raise kb.InputError(
        "the files change while they are read", source=str(home.root), help="wait until they are all written"
    )


def build_site(base: kb.KnowledgeBase, settings: Settings, budget: Budget, stamps: kb.Stamps) -> Site:
    """Load everything that requests look at, and start the workers.

    Args:
        stamps: of the files of the base, before they were read.

    Raises:
        InputError: a query or a shape that cannot be read, or no space for temporary files.
    """
    places = Places(base)
    spoken = {tag: Names(places, words) for tag, words in read_words().items()}
    queries = read_questions(base)
    pool = Pool(store_on_disk(base), settings, places.prefixes)
    site = Site(
        base,
        settings,
        pool,
        spoken,
        queries,
        budget,
        ByteCache(settings.kept_bytes, ANSWER_SHARE),
        ByteCache(settings.page_bytes // 2, PAGE_SHARE),
        ByteCache(settings.page_bytes // 2, PAGE_SHARE),
        stamps,
    )
    try:
        read_rules(site)
        pool.start()
    except BaseException:
        site.close()
        raise
    return site


def read_questions(base: kb.KnowledgeBase) -> dict[str, kb.SavedQuery]:
    """The saved queries of the base, and the program's own page queries, which fit its templates."""
    own = {query.name: query for query in kb.saved_queries(base.home)}
    shipped = kb.saved_queries(kb.find_home())
    return own | {query.name: query for query in shipped if query.name.startswith("page-")}
