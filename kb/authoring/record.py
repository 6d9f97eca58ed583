"""The record of an article: what its text gives away, counted or told, and a to-do for each gap.

A record carries digests, lengths and roles, never the text itself. It is a plain value that turns into
canonical Turtle; its to-dos are comment lines above the subject that they are about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import pyoxigraph as ox

from kb.authoring.segments import ParagraphReading, read_pieces
from kb.errors import ArticleError
from kb.rdf.canonical import natural_key, write_turtle
from kb.text import TextParagraph, decode, digest_bytes, paragraphs
from kb.vocab import DCTERMS, FC, OA, PREFIXES, RDF, XSD, local_name

TODO = "# TODO: "

MAX_PARAGRAPHS = 5_000
"""A file with more is no article."""

Facts: TypeAlias = Iterable[tuple[str, ox.NamedNode | ox.Literal]]
"""Predicate IRIs with their objects, all about one subject."""


@dataclass(frozen=True, slots=True)
class ArticleText:
    """An article file as it was read.

    Attributes:
        source: the file's name, for messages.
        digest: SHA-256 of its bytes.
        paragraphs: under text profile 1.
    """

    source: str
    digest: str
    paragraphs: tuple[TextParagraph, ...]


@dataclass(frozen=True)
class Record:
    """What `corpus/<slug>.ttl` says.

    Attributes:
        article: IRI of the article.
        triples: the statements.
        comments: subject IRI to the comment lines above it, to-dos among them, each with its `#`.
        header: comment lines at the top.
        footer: comment lines at the end.
        prefixes: prefix to namespace.
    """

    article: str
    triples: tuple[ox.Triple, ...]
    comments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    header: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=lambda: PREFIXES)

    @property
    def todos(self) -> tuple[str, ...]:
        """Every open to-do, with the name of what it is about: `tamber-bridge-p3: fc:role`."""
        return tuple(
            f"{local_name(subject)}: {line.removeprefix(TODO)}"
            for subject in sorted(self.comments, key=natural_key)
            for line in self.comments[subject]
            if line.startswith(TODO)
        )

    def turtle(self) -> bytes:
        """The record in canonical Turtle."""
        return write_turtle(
            self.triples,
            prefixes=self.prefixes,
            header=self.header,
            comments=self.comments,
            footer=self.footer,
            source=local_name(self.article),
        )


# --- reading ---------------------------------------------------------------------------------------------


def read_article(data: bytes, *, source: str) -> ArticleText:
    """The paragraphs and the digest of an article file.

    Args:
        data: the bytes of the file.
        source: its name, for messages.

    Raises:
        TextError: not UTF-8.
        ArticleError: no paragraph in it, or more than `MAX_PARAGRAPHS`.
    """
    found = paragraphs(decode(data, source=source))
    if not found:
        raise ArticleError("holds no paragraph", source=source, help="give the file with the article's text")
    if len(found) > MAX_PARAGRAPHS:
        raise ArticleError(
            f"holds more than {MAX_PARAGRAPHS:,} paragraphs", source=source, help="split it into articles"
        )
    return ArticleText(source, digest_bytes(data), found)


# --- drafting --------------------------------------------------------------------------------------------

_ARTICLE_TODOS = (
    "a schema:NewsArticle, or another kind of work",
    "dcterms:title as printed, if the text has one",
    "dcterms:creator, if the text names one",
    "dcterms:publisher, if the text names one",
    "dcterms:issued, if the text says when; a stamp of unstated meaning is no date",
    "dcterms:rights",
)
_GIST_TODO = "rdfs:comment with the gist in own words; fc:noClaim with the reason where nothing is claimed"


def draft_record(text: ArticleText, *, slug: str, base: str = PREFIXES["art"]) -> Record:
    """The record of a new article, with a to-do for each gap.

    Args:
        text: the article.
        slug: its name.
        base: namespace of articles and paragraphs.
    """
    article = base + slug
    drafts = draft_paragraphs(text, article, {p.index: f"{article}-p{p.index}" for p in text.paragraphs})
    told = sorted({tag for draft in drafts for tag in draft.reading.languages})
    triples = [
        *statements(article, article_facts(text)),
        *statements(article, ((DCTERMS.language, ox.Literal(tag)) for tag in told)),
        *(triple for draft in drafts for triple in draft.triples),
    ]
    todos = {article: (*_ARTICLE_TODOS, *_language_todos(told)), **{d.name: d.todos for d in drafts}}
    comments = {subject: tuple(TODO + line for line in lines) for subject, lines in todos.items()}
    return Record(article, tuple(triples), comments, prefixes={**PREFIXES, "art": base})


def article_facts(text: ArticleText) -> Facts:
    """What every article record says, counted from the file."""
    return (
        (RDF.type, ox.NamedNode(FC.Article)),
        (FC.digest, ox.Literal(text.digest)),
        (FC.textProfile, ox.NamedNode(FC.TextProfile1)),
    )


def paragraph_facts(paragraph: TextParagraph, article: str) -> Facts:
    """What every paragraph record says, counted from the text."""
    return (
        (RDF.type, ox.NamedNode(FC.Paragraph)),
        (DCTERMS.isPartOf, ox.NamedNode(article)),
        (FC.index, integer(paragraph.index)),
        (FC.length, integer(len(paragraph.text))),
        (FC.digest, ox.Literal(paragraph.digest)),
    )


def _language_todos(told: Sequence[str]) -> Iterator[str]:
    if not told:
        yield "dcterms:language"
    if len(told) > 1:
        yield "fc:translationOf, where a paragraph renders another one"


@dataclass(frozen=True, slots=True)
class ParagraphDraft:
    """A paragraph as it can be recorded without a person.

    Attributes:
        name: its IRI.
        triples: everything counted or told, segments included.
        todos: the gaps.
        reading: what the triples were made from.
    """

    name: str
    triples: tuple[ox.Triple, ...]
    todos: tuple[str, ...]
    reading: ParagraphReading


def draft_paragraphs(text: ArticleText, article: str, names: Mapping[int, str]) -> tuple[ParagraphDraft, ...]:
    """Every paragraph of a text, drafted.

    Args:
        text: the article.
        article: its IRI.
        names: paragraph index to paragraph IRI.
    """
    first: dict[str, int] = {}
    for paragraph in text.paragraphs:
        first.setdefault(paragraph.digest, paragraph.index)
    return tuple(
        ParagraphDraft(
            names[paragraph.index],
            (
                *statements(names[paragraph.index], paragraph_facts(paragraph, article)),
                *statements(names[paragraph.index], _role_facts(reading)),
                *statements(names[paragraph.index], _thread_facts(reading, article, names)),
                *statements(names[paragraph.index], _duplicate_facts(paragraph, first, names)),
                *_segments(names[paragraph.index], reading),
            ),
            tuple(_todos(reading)),
            reading,
        )
        for paragraph, reading in zip(text.paragraphs, read_pieces(text.paragraphs), strict=True)
    )


def _role_facts(reading: ParagraphReading) -> Facts:
    if reading.role:
        yield FC.role, ox.NamedNode(reading.role)
    if reading.languages:
        yield DCTERMS.language, ox.Literal(reading.languages[0])


def _thread_facts(reading: ParagraphReading, article: str, names: Mapping[int, str]) -> Facts:
    place = reading.thread
    if place and place.role == FC.Comment:
        yield FC.threadDepth, integer(place.depth)
        yield FC.inReplyTo, ox.NamedNode(article if place.parent is None else names[place.parent])


def _duplicate_facts(paragraph: TextParagraph, first: Mapping[str, int], names: Mapping[int, str]) -> Facts:
    if first[paragraph.digest] != paragraph.index:
        yield FC.duplicateOf, ox.NamedNode(names[first[paragraph.digest]])


def _segments(name: str, reading: ParagraphReading) -> Iterator[ox.Triple]:
    for number, piece in enumerate(reading.pieces, 1):
        segment = f"{name}-s{number}"
        yield from statements(name, [(FC.segment, ox.NamedNode(segment))])
        yield from statements(
            segment,
            [
                (RDF.type, ox.NamedNode(FC.Segment)),
                (FC.role, ox.NamedNode(piece.role)),
                (OA.start, integer(piece.start)),
                (OA.end, integer(piece.end)),
            ],
        )


def _todos(reading: ParagraphReading) -> Iterator[str]:
    if reading.role is None:
        yield f"fc:role; {reading.hint}" if reading.hint else "fc:role"
    if not reading.languages:
        yield "dcterms:language, if the words show it"
    for tag in reading.languages[1:]:
        yield f"some words are in another language ({tag}): say so in the gist"
    if reading.thread and reading.thread.role == FC.Comment:
        yield f"dcterms:creator, the commenter whom paragraph {reading.thread.byline} names"
    yield _GIST_TODO


# --- small things ----------------------------------------------------------------------------------------


def statements(subject: str, facts: Facts) -> Iterator[ox.Triple]:
    """Facts about one subject as triples."""
    for predicate, term in facts:
        yield ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), term)


def integer(value: int) -> ox.Literal:
    """An `xsd:integer` literal."""
    return ox.Literal(str(value), datatype=ox.NamedNode(XSD.integer))
