"""Brings a record up to date with a newer text, without losing what a person wrote or where quoted words were.

Every triple and comment stays; what is counted from the text is counted again. The IRI of a paragraph stays with its
words when these move, because citations point to it; `fc:index` is its number in the newer text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from kb.authoring.record import (
    TODO,
    ArticleText,
    ParagraphDraft,
    Record,
    article_facts,
    draft_paragraphs,
    paragraph_facts,
    statements,
)
from kb.errors import ArticleError
from kb.rdf.canonical import format_turtle, natural_key
from kb.rdf.document import Document
from kb.rdf.graph import Graph, key
from kb.rdf.turtle import read_turtle
from kb.text import TextParagraph
from kb.verification.alignment import Recorded, align, recorded_paragraphs
from kb.verification.copies import Copy
from kb.verification.spans import DigestSearch, Span, digests_by_length, read_span
from kb.vocab import DCTERMS, FC, PREFIXES, PROV, RDF, local_name

_RENEWED = frozenset({FC.index, FC.length, FC.digest})
_CHANGED_TODO = "the words of this paragraph changed: check gist, role and segments"
_GONE_TODO = "this paragraph is no longer in the text, where it was number "
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Quotes:
    """What quotes from the paragraphs of a base.

    Attributes:
        names: paragraph IRI to the citations and spans that quote from it.
        spans: their places, with digests.
    """

    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    spans: Sequence[Span] = ()


def quotes_of(graph: Graph) -> Quotes:
    """What quotes from the paragraphs of a base."""
    names: dict[str, list[str]] = {}
    for node, paragraph in graph.pairs(PROV.wasQuotedFrom):
        names.setdefault(paragraph, []).append(node)
    spans = (read_span(graph, node) for nodes in names.values() for node in nodes)
    return Quotes(
        {paragraph: tuple(sorted(nodes, key=natural_key)) for paragraph, nodes in names.items()},
        tuple(span for span in spans if span is not None),
    )


@dataclass(frozen=True, slots=True)
class RecordUpdate:
    """A record and a newer text of its article, merged.

    Attributes:
        record: the merged record.
        changes: one sentence for each change.
        names: number of each paragraph of the text to its IRI in the record.
    """

    record: Record
    changes: tuple[str, ...]
    names: Mapping[int, str]


def update_record(
    old: Document, text: ArticleText, *, slug: str, cited: Mapping[str, Sequence[str]] | None = None
) -> tuple[Record, tuple[str, ...]]:
    """As `plan_update`, without the places of the quoted words."""
    update = plan_update(old, text, slug=slug, quotes=Quotes(cited or {}))
    return update.record, update.changes


def plan_update(old: Document, text: ArticleText, *, slug: str, quotes: Quotes) -> RecordUpdate:
    """Bring a record up to date with a newer text; nothing is written.

    A paragraph whose words changed, or that is no longer in the text, gets a to-do that names the citations of it; one
    that is no longer there keeps everything but its index. New paragraphs are drafted, under numbers that are free.
    Where a paragraph now has quoted words of another one that changed, `dcterms:replaces` says so: `kb verify` looks
    for them there.

    Args:
        old: the record as it is.
        text: the article as it is now.
        slug: the article's name.
        quotes: what quotes from its paragraphs.

    Raises:
        ArticleError: the record does not describe this article.
        TurtleError: a comment is where it cannot be kept.
    """
    canonical = read_turtle(format_turtle(old), source=old.source)  # each subject one block, comments above it
    merge = _Merge(canonical, text, slug, quotes)
    return RecordUpdate(merge.record(), tuple(merge.changes()), merge.names)


class _Merge:
    """One old record and one new text; every member reads, none writes."""

    def __init__(self, old: Document, text: ArticleText, slug: str, quotes: Quotes) -> None:
        self.old = old
        self.text = text
        self.cited = quotes.names
        self.spans = quotes.spans
        self.prefixes = {**PREFIXES, **old.prefixes}
        self.article = self.prefixes["art"] + slug

    @cached_property
    def graph(self) -> Graph:
        return Graph.of(self.old.triples)

    @cached_property
    def recorded(self) -> dict[str, Recorded]:
        """The paragraphs of the old record, by IRI."""
        if FC.Article not in self.graph.nodes(self.article, RDF.type):
            raise ArticleError(
                f"describes no article {local_name(self.article)}",
                source=self.old.source,
                help="give the slug that the record was made with",
            )
        return {old.name: old for old in recorded_paragraphs(self.graph, self.article)}

    @cached_property
    def pairs(self) -> dict[int, str]:
        """Index in the new text to the IRI of the recorded paragraph there."""
        return align(tuple(self.recorded.values()), self.text.paragraphs)

    @cached_property
    def gone(self) -> tuple[Recorded, ...]:
        """Recorded paragraphs that the text no longer has."""
        present = set(self.pairs.values())
        return tuple(old for name, old in self.recorded.items() if name not in present)

    @cached_property
    def names(self) -> dict[int, str]:
        """Index in the new text to paragraph IRI: the old one where there is one, else a free number."""
        names: dict[int, str] = {}
        last = max([len(self.text.paragraphs), *(_number(name) for name in self.recorded)])
        for paragraph in self.text.paragraphs:
            own = f"{self.article}-p{paragraph.index}"
            if paragraph.index not in self.pairs and own in self.recorded:
                last += 1
                own = f"{self.article}-p{last}"
            names[paragraph.index] = self.pairs.get(paragraph.index, own)
        return names

    @cached_property
    def new(self) -> tuple[ParagraphDraft, ...]:
        """Drafts of the paragraphs that the record does not know."""
        drafts = draft_paragraphs(self.text, self.article, self.names)
        return tuple(draft for draft in drafts if draft.name not in self.recorded)

    @cached_property
    def replaced(self) -> Mapping[str, frozenset[str]]:
        """Paragraph IRI to the changed paragraphs of the old record whose quoted words it has now."""
        texts = {paragraph.index: paragraph for paragraph in self.text.paragraphs}
        same = {name for index, name in self.pairs.items() if self.recorded[name].digest == texts[index].digest}
        spans = [span for span in self.spans if span.paragraph in self.recorded and span.paragraph not in same]
        changed = tuple(paragraph for index, paragraph in texts.items() if self.names[index] not in same)
        copy = Copy(Path(self.text.source), changed, False)
        search = DigestSearch(digests_by_length(spans))
        found: dict[str, set[str]] = {}
        for span in spans:
            for place in search.places(copy, span.length, span.digest):
                found.setdefault(self.names[place.paragraph], set()).add(span.paragraph)
        return {name: frozenset(others - {name}) for name, others in found.items() if others - {name}}

    # --- the record ---

    def record(self) -> Record:
        """The merged record."""
        counted = [
            triple
            for paragraph in self.text.paragraphs
            for triple in statements(self.names[paragraph.index], paragraph_facts(paragraph, self.article))
        ]
        triples = [
            *(triple for triple in self.old.triples if not self._is_stale(triple)),
            *statements(self.article, article_facts(self.text)),
            *counted,
            *(
                triple
                for name, others in sorted(self.replaced.items())
                for triple in statements(name, [(DCTERMS.replaces, ox.NamedNode(other)) for other in sorted(others)])
            ),
            *(triple for draft in self.new for triple in draft.triples),
        ]
        header = [line for block in self.old.statements if block.directive for line in block.above]
        return Record(
            self.article,
            tuple(dict.fromkeys(triples)),
            self._comments(),
            tuple(header),
            self.old.footer,
            self.prefixes,
        )

    def _is_stale(self, triple: ox.Triple) -> bool:
        """Whether a triple was counted from the old text."""
        subject, predicate = key(triple.subject), triple.predicate.value
        if subject == self.article:
            return predicate == FC.digest
        if subject in self._present:
            return predicate in _RENEWED
        return subject in self.recorded and predicate == FC.index

    @cached_property
    def _present(self) -> frozenset[str]:
        return frozenset(self.pairs.values())

    def _comments(self) -> dict[str, tuple[str, ...]]:
        """The old comments, then the to-dos that are not there yet."""
        found: dict[str, tuple[str, ...]] = {}
        for block in self.old.statements:
            if block.subject is not None and block.above:
                found[block.subject] = block.above
        for subject, todo in self._todos():
            lines = found.get(subject, ())
            if TODO + todo not in lines:
                found[subject] = (*lines, TODO + todo)
        return found

    def _todos(self) -> Iterator[tuple[str, str]]:
        for draft in self.new:
            yield from ((draft.name, todo) for todo in draft.todos)
        for paragraph in self.text.paragraphs:
            name = self.names[paragraph.index]
            if name in self.recorded and self.recorded[name].digest != paragraph.digest:
                yield name, _CHANGED_TODO + self._citations(name)
        for old in self.gone:
            if old.index is not None:
                yield old.name, f"{_GONE_TODO}{old.index}{self._citations(old.name)}"

    def _citations(self, name: str) -> str:
        nodes = [local_name(node) for node in self.cited.get(name, ())]
        more = f" and {len(nodes) - _SHOWN} more" if len(nodes) > _SHOWN else ""
        return f"; quoted by {', '.join(nodes[:_SHOWN])}{more}" if nodes else ""

    # --- what changed ---

    def changes(self) -> Iterator[str]:
        """One sentence for each change, in the order of the text; what left it comes last."""
        if self.graph.value(self.article, FC.digest) != self.text.digest:
            yield f"{local_name(self.article)}: the file has a new digest"
        for paragraph in self.text.paragraphs:
            yield from self._paragraph_changes(paragraph)
        for old in self.gone:
            if old.index is not None:
                place = f"{local_name(old.name)}: no longer in the text, where it was number {old.index}"
                yield f"{place}; kept, with a to-do{self._citations(old.name)}"

    def _paragraph_changes(self, paragraph: TextParagraph) -> Iterator[str]:
        name = self.names[paragraph.index]
        old = self.recorded.get(name)
        if old is None:
            yield f"{local_name(name)}: new, number {paragraph.index}, {len(paragraph.text)} characters"
            return
        if old.index is None:
            yield f"{local_name(name)}: back in the text, number {paragraph.index}"
        elif old.index != paragraph.index:
            yield f"{local_name(name)}: now number {paragraph.index}, was {old.index}"
        if old.digest != paragraph.digest:
            lengths = f"{old.length} -> {len(paragraph.text)} characters"
            yield f"{local_name(name)}: new words, {lengths}{self._citations(name)}"


def _number(name: str) -> int:
    match = re.search(r"-p([0-9]{1,9})$", name, re.ASCII)
    return int(match[1]) if match else 0
