"""The text of the articles, if a reader has copies and looks at pages that only this machine can reach.

The texts belong to others, so they are never published: only `kb serve` on this machine alone switches them on, a
request can only switch them off. They are read from the reader's own files, a paragraph only where it has the digest
that was recorded, and they go into two pages, of an article and of a citation, which no cache may keep. No other
address gets to see them: data, downloads and the report are made from the base, and the base has no text.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flask import request

import kb
from webapp.site.site import Site
from webapp.things.marks import Cited, Named, Piece, cut, sentences_around
from webapp.things.views import ArticlePage, CitationPage, CitationView, ParagraphView, SpanView

FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
"""Headers that only somebody in between would add."""
ARGUMENT = "text"
WITH_TEXT = ("article", "citation")
"""Kinds of things whose pages show text."""


@dataclass(frozen=True)
class Copies:
    """A reader's copies, as far as they are what was recorded.

    Attributes:
        paragraphs: IRI of a paragraph to its text under text profile 1; its digest is the recorded one.
        articles: IRIs of the articles that have a copy.
        exact: IRIs of citations and other spans whose words have the recorded digest.
    """

    paragraphs: Mapping[str, str] = field(default_factory=dict)
    articles: frozenset[str] = frozenset()
    exact: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TextView:
    """The text of a paragraph, or a part of it, cut where marks begin and end.

    Attributes:
        lang: language tag; empty where it is not recorded.
        opens, goes_on: whether text before, or behind it, was left out.
        unmarked: numbers of citations whose words could not be marked, because they are not what was recorded.
    """

    pieces: tuple[Piece, ...]
    lang: str
    opens: bool = True
    goes_on: bool = False
    unmarked: tuple[int, ...] = ()


@dataclass(frozen=True)
class PageText:
    """The text for a page.

    Attributes:
        possible: whether the server may show text at all.
        at_hand: whether there is a copy of the article, and the server may show it.
        shown: whether it is shown; otherwise the visitor has switched it off, or there is none.
        views: name of a paragraph to its text; one that differs from the record has none.
        numbers: name of a citation to the number that its words are marked with.
        apart: on the page of a citation, the words that name the speaker in another sentence.
    """

    possible: bool = False
    at_hand: bool = False
    shown: bool = False
    views: Mapping[str, TextView] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    apart: tuple[TextView, ...] = ()


# --- whether ---------------------------------------------------------------------------------------------


def possible(here: Site) -> bool:
    """Whether this visitor may see text: the command allowed it, and there is no proxy in between."""
    if not here.settings.show_texts or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def copies(here: Site) -> Copies:
    """The available copies; searched for once."""
    return here.keep_data("copies", lambda: read_copies(here.base, here.settings.texts))


def read_copies(base: kb.KnowledgeBase, folders: Iterable[object]) -> Copies:
    """Find the copies in the base's own folder and in others, and keep the paragraphs that are what was recorded."""
    graph = base.graph
    found, verification = kb.verify_copies(graph, [base.home.texts, *folders])  # type: ignore[list-item]
    paragraphs = {}
    for paragraph, article in graph.pairs(kb.DCTERMS.isPartOf):
        copy, index = found.of(article), graph.value(paragraph, kb.FC.index) or ""
        own = copy.paragraph(int(index)) if copy and index.isdecimal() and len(index) < 7 else None
        if own is not None and own.digest == graph.value(paragraph, kb.FC.digest):
            paragraphs[paragraph] = own.text
    exact = frozenset(outcome.node for outcome in verification.outcomes if outcome.state == "exact")
    return Copies(paragraphs, frozenset(found.copies), exact)


def might_show(here: Site, kind: str) -> bool:
    """Whether a page of this kind could show this visitor text, or say that there is some."""
    return kind in WITH_TEXT and possible(here) and bool(copies(here).articles)


def text_of(here: Site, page: object) -> PageText:
    """The text for a page of a thing; none for a thing that has no text."""
    if isinstance(page, ArticlePage):
        return text_of_article(here, page)
    return text_of_citation(here, page) if isinstance(page, CitationPage) else PageText()


# --- the page of an article ------------------------------------------------------------------------------


def text_of_article(here: Site, page: ArticlePage) -> PageText:
    """Each paragraph with the words of every citation marked, and the words that name speakers."""
    if not possible(here):
        return PageText()
    found = copies(here)
    if page.thing.iri not in found.articles:
        return PageText(possible=True)
    if request.args.get(ARGUMENT) == "0":
        return PageText(possible=True, at_hand=True)
    naming = _naming(here, page)
    views = {
        paragraph.link.name: view
        for paragraph in page.paragraphs
        for view in [_paragraph(here, found, paragraph, naming.get(paragraph.link.name, ()))]
        if view is not None
    }
    numbers = {
        view.link.name: number
        for paragraph in page.paragraphs
        if paragraph.link.name in views
        for number, view in enumerate(paragraph.citations, 1)
    }
    return PageText(True, True, True, views, numbers)


def _paragraph(
    here: Site, found: Copies, paragraph: ParagraphView, naming: Sequence[tuple[SpanView, str]]
) -> TextView | None:
    text = found.paragraphs.get(_iri(here, paragraph.link.name))
    if text is None:
        return None
    cited = [
        Cited(
            view.span.start,
            view.span.end,
            number,
            title_of(here, view),
            mark=f"t{paragraph.index}-{number}",
            card=f"c{paragraph.index}-{number}",
        )
        for number, view in enumerate(paragraph.citations, 1)
        if view.span.iri in found.exact
    ]
    marked = {each.number for each in cited}
    return TextView(
        cut(text, cited, _names(found, naming)),
        paragraph.language,
        unmarked=tuple(number for number, _ in enumerate(paragraph.citations, 1) if number not in marked),
    )


def _naming(here: Site, page: ArticlePage) -> Mapping[str, list[tuple[SpanView, str]]]:
    """Name of a paragraph to the stretches of it that name a speaker, and what each is to say."""
    found: dict[str, list[tuple[SpanView, str]]] = {}
    for paragraph in page.paragraphs:
        for number, view in enumerate(paragraph.citations, 1):
            for span in view.attribution_spans:
                same = span.paragraph.name == paragraph.link.name
                if same:
                    words = here.words.text("text.names-speaker-in", number=number)
                else:
                    words = here.words.text("text.names-speaker-of", number=number, paragraph=paragraph.index)
                found.setdefault(span.paragraph.name, []).append((span, words))
    return found


def _names(found: Copies, naming: Iterable[tuple[SpanView, str]]) -> tuple[Named, ...]:
    """One mark for the same words, with all that they name."""
    titles: dict[tuple[int, int], dict[str, None]] = {}
    for span, words in naming:
        if span.iri in found.exact:
            titles.setdefault((span.start, span.end), {})[words] = None
    return tuple(Named(start, end, "; ".join(words)) for (start, end), words in sorted(titles.items()))


STANCES = {"asserts": "stance.asserts", "denies": "stance.denies", "mentions": "stance.mentions"}


def title_of(here: Site, view: CitationView) -> str:
    """Who does what with which claim."""
    say = here.words.text
    return say(
        "text.says",
        speaker=view.speaker.text if view.speaker else say("text.no-one"),
        stance=say(STANCES.get(view.stance, "stance.cites")),
        claim=view.claim.link.text.rstrip(".") if view.claim else say("text.something"),
    )


# --- the page of a citation ------------------------------------------------------------------------------


def text_of_citation(here: Site, page: CitationPage) -> PageText:
    """The cited words in their sentence, and the sentences that name the speaker where those are others."""
    if not possible(here):
        return PageText()
    found, view = copies(here), page.citation
    text = found.paragraphs.get(_iri(here, view.span.paragraph.name))
    article = here.base.graph.value(_iri(here, view.span.paragraph.name), kb.DCTERMS.isPartOf) or ""
    if text is None or view.span.iri not in found.exact:
        return PageText(possible=True, at_hand=article in found.articles)
    if request.args.get(ARGUMENT) == "0":
        return PageText(possible=True, at_hand=True)
    cited = Cited(view.span.start, view.span.end, 1, title_of(here, view))
    begin, end = sentences_around(text, cited.start, cited.end)
    own = [span for span in view.attribution_spans if span.paragraph.name == view.span.paragraph.name]
    inside = [span for span in own if begin <= span.start and span.end <= end]
    names = _names(found, ((span, here.words.text("text.names-speaker")) for span in inside))
    shown = _part(here, text, [cited], names, view.span, (begin, end))
    others = [span for span in view.attribution_spans if span not in inside]
    return PageText(True, True, True, {view.span.paragraph.name: shown}, apart=tuple(_apart(here, found, others)))


def _apart(here: Site, found: Copies, spans: Iterable[SpanView]) -> Iterator[TextView]:
    for span in spans:
        text = found.paragraphs.get(_iri(here, span.paragraph.name))
        if text is not None and span.iri in found.exact:
            names = (Named(span.start, span.end, here.words.text("text.names-speaker")),)
            yield _part(here, text, (), names, span, sentences_around(text, span.start, span.end))


def _part(
    here: Site, text: str, cited: Sequence[Cited], names: Sequence[Named], span: SpanView, part: tuple[int, int]
) -> TextView:
    begin, end = part
    lang = here.base.graph.value(_iri(here, span.paragraph.name), kb.DCTERMS.language) or ""
    pieces = cut(text, cited, names, start=begin, end=end)
    return TextView(pieces, lang, opens=begin == 0, goes_on=end < len(text))


def _iri(here: Site, name: str) -> str:
    return kb.expand(name, here.names.prefixes) or ""
