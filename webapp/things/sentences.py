"""The sentences about a status, in the language of the page: words from the catalogue, things as links.

They come from the base as English words with places, and the value of each; so that nothing has to be read back out
of English.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import kb
from webapp.site.names import Link, Names
from webapp.words.catalogue import FIRST, PLACE


def sentences(standing: kb.Standing, names: Names) -> tuple[tuple[Link, ...], ...]:
    """How a status comes about, a sentence each, as pieces of text and links."""
    return tuple(tuple(_joined(_pieces(said, names))) for said in kb.sentences(standing))


def _pieces(part: kb.Part, names: Names) -> Iterator[Link]:
    match part:
        case kb.Said():
            text, language = names.words.translated(part.words)
            for at, piece in enumerate(PLACE.split(text)):
                if at % 2:
                    yield from _pieces(part.parts[piece], names)
                else:
                    yield Link(piece, lang=language)
        case kb.Several():
            between, language = names.words.translated(part.between)
            for at, each in enumerate(part.parts):
                if at:
                    yield Link(between, lang=language)
                yield from _pieces(each, names)
        case kb.Voice() if kb.FC.Article in names.base.graph.nodes(part.iri, kb.RDF.type):
            yield from _pieces(kb.own_voice(part.iri), names)
        case kb.Named():
            yield named(part.iri, names)
        case str():
            yield Link(part, lang=FIRST)


def named(iri: str, names: Names) -> Link:
    """A thing in a sentence; claims are quoted, citations called by their place."""
    link = names.by_place(iri)
    if not link.href.startswith("claim/"):
        return link
    return replace(link, text=names.words.text("claim.quoted", claim=link.text.rstrip(".")))


def _joined(pieces: Iterator[Link]) -> Iterator[Link]:
    """Pieces of text that follow one another, as one."""
    before = Link("")
    for piece in pieces:
        if not before.name and not piece.name and (before.lang == piece.lang or not before.text):
            before = replace(piece, text=before.text + piece.text)
        else:
            yield before
            before = piece
    yield before
