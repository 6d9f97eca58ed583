"""`kb add`: an article file becomes a record in the base, or brings one up to date.

kb/authoring/record.py makes the draft, kb/authoring/update.py the update, kb/verification/copies.py finds a reader's
copies. A record that exists is never overwritten, and an update keeps everything that a person wrote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from kb.authoring.record import ArticleText, draft_record, read_article
from kb.authoring.update import Quotes, plan_update, quotes_of
from kb.errors import ArticleError, UsageError
from kb.files import read_bytes, write_atomic
from kb.home import Home
from kb.rdf.document import Document
from kb.rdf.graph import Graph
from kb.rdf.turtle import HOUSE, read_turtle
from kb.verification.copies import MAX_TEXT_BYTES
from kb.vocab import PREFIXES


@dataclass(frozen=True, slots=True)
class AddResult:
    """What `add` did.

    Attributes:
        path: the record.
        changes: one sentence for each thing that was made or changed; empty when nothing was.
        todos: what is left for a person, each with the name of what it is about.
    """

    path: Path
    changes: tuple[str, ...]
    todos: tuple[str, ...]


def add(home: Home, file: Path, *, slug: str, update: bool = False) -> AddResult:
    """Record an article file as `corpus/<slug>.ttl`, or bring its record up to date.

    Args:
        home: the base.
        file: the article, plain text in UTF-8.
        slug: the article's name in IRIs and file names.
        update: the record exists already: keep what a person wrote, and count the text again.

    Raises:
        UsageError: the slug is none.
        ArticleError: the record is there already (or, with `update`, is not), or the file is no article.
        InputError: a file cannot be read or written; nothing was changed.
    """
    check_slug(slug)
    path = home.corpus / f"{slug}.ttl"
    _check_target(path, home.name(path), slug, update)
    text = read_article(read_bytes(file, limit=MAX_TEXT_BYTES), source=str(file))
    return _update(home, path, text, slug) if update else _make(home, path, text, slug)


def _make(home: Home, path: Path, text: ArticleText, slug: str) -> AddResult:
    record = draft_record(text, slug=slug, base=data_namespace(home, "art"))
    write_atomic(path, record.turtle())
    return AddResult(path, (f"{slug}: recorded, {len(text.paragraphs)} paragraphs",), record.todos)


def _update(home: Home, path: Path, text: ArticleText, slug: str) -> AddResult:
    old = _read(home, path)
    update = plan_update(old, text, slug=slug, quotes=_quotes(home))
    data = update.record.turtle()
    if data != old.data:
        write_atomic(path, data)
    return AddResult(path, update.changes, update.record.todos)


_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_SLUG_LENGTH = 80


def check_slug(slug: str) -> None:
    """Refuse what cannot name an article.

    Raises:
        UsageError: not lower-case words joined by hyphens, too long, or the name of a paragraph.
    """
    if not _SLUG.fullmatch(slug) or len(slug) > _SLUG_LENGTH:
        raise UsageError(
            f"{slug!r} is no slug",
            help=f"use up to {_SLUG_LENGTH} lower-case letters and digits, words joined by hyphens",
        )
    if re.search(r"-p[0-9]+(-s[0-9]+)?$", slug):
        raise UsageError(
            f"{slug!r} would read as a paragraph of another article", help="choose a slug with another ending"
        )


def _check_target(path: Path, name: str, slug: str, update: bool) -> None:
    if update and not path.exists():
        raise ArticleError(
            "there is no such record to update", source=name, help="leave out --update to make the record"
        )
    if not update and path.exists():
        raise ArticleError(
            "the record is there already, and nothing is overwritten",
            source=name,
            help=f"kb add FILE --slug {slug} --update keeps what you wrote and shows what changed",
        )


def data_namespace(home: Home, prefix: str) -> str:
    """The namespace of `art:`, `cite:` and the like in a base: its own where its files declare one.

    The first file that declares the prefix decides, records before claims. Where none does, the namespace
    is next to the base's own `art:` as it is in this project; without one, this project's is used.
    """
    declared: dict[str, str] = {}
    for path in (*home.record_files(), *home.claims_files()):
        declared = {**_read(home, path).prefixes, **declared}
        if prefix in declared:
            return declared[prefix]
    ending, other = (PREFIXES[name].rpartition("/kb/")[2] for name in ("art", prefix))
    own = declared.get("art", "")
    return own.removesuffix(ending) + other if own.endswith(ending) else PREFIXES[prefix]


def _quotes(home: Home) -> Quotes:
    return quotes_of(Graph.of(tuple(triple for path in home.claims_files() for triple in _read(home, path).triples)))


def _read(home: Home, path: Path) -> Document:
    return read_turtle(read_bytes(path, limit=HOUSE.max_bytes), source=home.name(path))
