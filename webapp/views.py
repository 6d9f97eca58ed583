"""What a page receives: plain values, read from the answer to the page's stored query.

A template only lays these out. They are made from the answer and from the names of the base, and from nothing
else, so that whoever runs the query behind a page sees where every line of it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import kb
from webapp.names import Link, Names

STANCES = ((kb.FC.asserts, "asserts"), (kb.FC.denies, "denies"), (kb.FC.mentions, "mentions"))
STATUSES = (kb.FC.Corroborated, kb.FC.SingleSource, kb.FC.Contested, kb.FC.Uncited)


@dataclass(frozen=True, slots=True)
class StatusView:
    """Where a claim stands: the last part of the status IRI, its label, its definition."""

    name: str
    label: str
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of facts: what it is, and its values."""

    label: str
    values: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class SpanView:
    """A stretch of a paragraph."""

    paragraph: Link
    start: int
    end: int
    digest: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim in a list."""

    link: Link
    status: StatusView | None


@dataclass(frozen=True, slots=True)
class CitationView:
    """One place where somebody says something.

    Attributes:
        link: to its own page.
        stance: `asserts`, `denies` or `mentions`; empty where the base does not say.
        claim: what it is about.
        chain: the speakers, outermost first; the article is the first.
        kind: allegation, denial, …
        modality: how it is put forward.
        span: paragraph, offsets, digest.
        index: number of the paragraph.
        gist: what the paragraph says, in the base's own words.
        restates: what it says again, with the name of the relation.
        restated_by: what says it again.
        more: every other fact.
    """

    link: Link
    stance: str
    claim: ClaimView | None
    chain: tuple[Link, ...]
    kind: str
    modality: tuple[str, ...]
    span: SpanView
    index: int
    gist: Link | None = None
    restates: tuple[Row, ...] = ()
    restated_by: tuple[Row, ...] = ()
    more: tuple[Row, ...] = ()
    attribution_spans: tuple[SpanView, ...] = ()

    @property
    def speaker(self) -> Link | None:
        """The innermost voice."""
        return self.chain[-1] if self.chain else None


@dataclass(frozen=True, slots=True)
class Thing:
    """The head of every page about one thing: its link, what it is, the prefixed name and IRI of it."""

    link: Link
    kind: str
    iri: str


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """A claim, whole.

    Attributes:
        statement: subject, relation, object.
        path: how the status comes about, a sentence each, as pieces of text and links.
        counts: mentions, articles, origins.
        stances: the citations by what they do: `asserts`, `denies`, `mentions`.
        by_way: citations that assert a more specific claim, and so support this one.
        relations: claims beside it, by how they stand to it.
    """

    thing: Thing
    status: StatusView | None
    statement: tuple[Row, ...]
    qualifiers: tuple[Row, ...]
    path: tuple[tuple[Link, ...], ...]
    counts: tuple[Row, ...]
    stances: tuple[tuple[str, tuple[CitationView, ...]], ...]
    by_way: tuple[CitationView, ...]
    relations: tuple[tuple[str, tuple[ClaimView, ...]], ...]
    questions: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class CitationPage:
    """A citation, whole."""

    thing: Thing
    citation: CitationView
    statement: tuple[Row, ...]
    paragraph: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class ParagraphView:
    """A paragraph of an article.

    Attributes:
        depth: how deep a comment stands in its thread; 0 for what is no comment.
        notes: writer, duplicate, translation, reply, reason for no claim.
    """

    link: Link
    index: int
    role: str
    language: str
    gist: Link | None
    depth: int
    length: int
    notes: tuple[Row, ...]
    segments: tuple[SpanView, ...]
    citations: tuple[CitationView, ...]


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """An article, whole."""

    thing: Thing
    facts: tuple[Row, ...]
    paragraphs: tuple[ParagraphView, ...]
    citations: int
    claims: int


@dataclass(frozen=True, slots=True)
class EntityPage:
    """An entity, whole.

    Attributes:
        said: citations in which it is the innermost voice.
        relayed: citations whose words come through it.
        about: claims whose subject or object it is, or that name it as a place.
        dependences: the voices it does not speak independently of, and why.
    """

    thing: Thing
    facts: tuple[Row, ...]
    names: tuple[Link, ...]
    about: tuple[tuple[str, tuple[ClaimView, ...]], ...]
    said: tuple[CitationView, ...]
    relayed: tuple[CitationView, ...]
    dependences: tuple[tuple[tuple[Link, ...], str], ...]
    wrote: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One answer to a question, with what is said for and against it."""

    claim: ClaimView
    citations: tuple[CitationView, ...]


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """A question, whole; `single` where it can have one answer only."""

    thing: Thing
    single: bool
    facts: tuple[Row, ...]
    answers: tuple[AnswerView, ...]


class Reader:
    """Reads views out of the graph that a page's query answered."""

    def __init__(self, graph: kb.Graph, names: Names) -> None:
        self.graph = graph
        self.names = names

    # --- small parts ---

    def thing(self, iri: str, kind: str) -> Thing:
        """The head of a page."""
        return Thing(self.names.link(iri), kind, iri)

    def row(self, label: str, iri: str, predicate: str) -> Row:
        """The values of one property, sorted."""
        values = (self.names.value(term) for term in self.graph.objects(iri, predicate))
        return Row(label, tuple(sorted(values, key=lambda link: (link.text, link.name))))

    def rows(self, iri: str, wanted: Iterable[tuple[str, str]]) -> tuple[Row, ...]:
        """The properties that have values."""
        found = (self.row(label, iri, predicate) for label, predicate in wanted)
        return tuple(row for row in found if row.values)

    def text(self, iri: str, predicate: str) -> Link | None:
        """The first value of a property, as text with its language."""
        row = self.row("", iri, predicate)
        return row.values[0] if row.values else None

    def number(self, iri: str, predicate: str) -> int:
        """The value of a property that is a number; 0 where there is none."""
        value = self.graph.value(iri, predicate) or ""
        return int(value) if re.fullmatch(r"\d{1,15}", value) else 0

    def words(self, iri: str, predicate: str) -> tuple[str, ...]:
        """The labels of a property's values: kind, modality, role."""
        return tuple(sorted(self.names.link(node).text for node in self.graph.nodes(iri, predicate)))

    def status(self, claim: str) -> StatusView | None:
        """Where a claim stands."""
        iri = self.graph.value(claim, kb.FC.status)
        return status_view(iri, self.names) if iri else None

    def claim(self, iri: str) -> ClaimView:
        """A claim in a list."""
        return ClaimView(self.names.link(iri), self.status(iri))

    def claims(self, iris: Iterable[str]) -> tuple[ClaimView, ...]:
        """Claims in a list, by label."""
        found = (self.claim(iri) for iri in dict.fromkeys(iris))
        return tuple(sorted(found, key=lambda view: (view.link.text, view.link.name)))

    def span(self, iri: str) -> SpanView:
        """A stretch of a paragraph."""
        paragraph = self.graph.value(iri, kb.PROV.wasQuotedFrom)
        return SpanView(
            self.names.link(paragraph) if paragraph else Link(""),
            self.number(iri, kb.OA.start),
            self.number(iri, kb.OA.end),
            self.graph.value(iri, kb.FC.digest) or "",
            ", ".join(self.words(iri, kb.FC.role)),
        )

    # --- citations ---

    def citation(self, iri: str) -> CitationView:
        """A citation, with everything that the answer says of it."""
        graph = self.graph
        stance, claim = next(
            ((word, node) for predicate, word in STANCES for node in graph.nodes(iri, predicate)), ("", "")
        )
        heads = graph.nodes(iri, kb.FC.attribution)
        chain = graph.items(heads[0]) if heads else ()
        paragraph = graph.value(iri, kb.PROV.wasQuotedFrom) or ""
        return CitationView(
            link=self.names.link(iri),
            stance=stance,
            claim=self.claim(claim) if claim else None,
            chain=tuple(self.names.link(voice) for voice in chain),
            kind=", ".join(self.words(iri, kb.FC.kind)),
            modality=self.words(iri, kb.FC.modality),
            span=self.span(iri),
            index=self.number(paragraph, kb.FC.index),
            gist=self.text(paragraph, kb.RDFS.comment),
            restates=self.rows(iri, RESTATES),
            restated_by=tuple(
                Row(label, tuple(self.names.link(node) for node in sorted(graph.subjects(predicate, iri))))
                for label, predicate in RESTATED_BY
                if graph.subjects(predicate, iri)
            ),
            more=self.rows(iri, CITATION_MORE),
            attribution_spans=tuple(self.span(node) for node in sorted(graph.nodes(iri, kb.FC.attributionSpan))),
        )

    def citations(self, iris: Iterable[str]) -> tuple[CitationView, ...]:
        """Citations in the order of reading: by article, paragraph, place in it."""
        found = (self.citation(iri) for iri in dict.fromkeys(iris))
        return tuple(sorted(found, key=_reading_order))

    def citing(self, claim: str) -> tuple[CitationView, ...]:
        """Every citation of a claim."""
        return self.citations(iri for predicate, _ in STANCES for iri in self.graph.subjects(predicate, claim))

    def statement(self, claim: str) -> tuple[Row, ...]:
        """Subject, relation and object of a claim."""
        parts = (("subject", kb.RDF.subject), ("relation", kb.RDF.predicate), ("object", kb.RDF.object))
        return self.rows(claim, parts)


def _reading_order(view: CitationView) -> tuple[object, ...]:
    return (view.span.paragraph.href.partition("#")[0], view.index, view.span.start, view.span.end, view.link.name)


RESTATES = (
    ("translates", kb.FC.translates),
    ("repeats word for word", kb.FC.duplicates),
    ("says again what stands in", kb.FC.restates),
)
RESTATED_BY = (
    ("translated by", kb.FC.translates),
    ("repeated word for word by", kb.FC.duplicates),
    ("said again by", kb.FC.restates),
)
CITATION_MORE = (
    ("channel", kb.FC.channel),
    ("likely through", kb.FC.impliedVia),
    ("note", kb.RDFS.comment),
)
QUALIFIERS = (
    ("when", kb.FC.when),
    ("not before", kb.FC.earliest),
    ("not after", kb.FC.latest),
    ("date computed", kb.FC.whenComputed),
    ("where", kb.FC.where),
    ("how many", kb.FC.quantity),
    ("how", kb.FC.manner),
    ("on condition", kb.FC.condition),
    ("to what end", kb.FC.purpose),
    ("note", kb.RDFS.comment),
)
COUNTS = (
    ("citations", kb.FC.mentionCount),
    ("articles", kb.FC.articleCount),
    ("independent origins", kb.FC.originCount),
)
ARTICLE_FACTS = (
    ("author", kb.DCTERMS.creator),
    ("publisher", kb.DCTERMS.publisher),
    ("issued", kb.DCTERMS.issued),
    ("language", kb.DCTERMS.language),
    ("source", kb.DCTERMS.source),
    ("identifier", kb.DCTERMS.identifier),
    ("rights", kb.DCTERMS.rights),
    ("note", kb.RDFS.comment),
    ("counted by", kb.FC.textProfile),
    ("digest of the file", kb.FC.digest),
)
PARAGRAPH_NOTES = (
    ("written by", kb.DCTERMS.creator),
    ("same text as", kb.FC.duplicateOf),
    ("translates", kb.FC.translationOf),
    ("in reply to", kb.FC.inReplyTo),
    ("no claim here", kb.FC.noClaim),
)
PARAGRAPH_FACTS = (
    ("article", kb.DCTERMS.isPartOf),
    ("part", kb.FC.role),
    ("language", kb.DCTERMS.language),
    *PARAGRAPH_NOTES,
)
ENTITY_FACTS = (("is a", kb.RDF.type), ("note", kb.RDFS.comment), ("see also", kb.RDFS.seeAlso))


def claim_page(reader: Reader, iri: str) -> ClaimPage:
    """The page of a claim."""
    graph = reader.graph
    path = graph.value(iri, kb.FC.path) or ""
    citations = reader.citing(iri)
    asserting = (node for node in graph.instances(kb.FC.Citation) if graph.nodes(node, kb.FC.asserts))
    others = set(asserting) - set(graph.subjects(kb.FC.asserts, iri))
    relations = (
        ("More specific claims, which support this one", graph.subjects(kb.FC.specialises, iri)),
        ("More general claims, which this one supports", graph.nodes(iri, kb.FC.specialises)),
        ("Claims that contradict it", _both(graph, kb.FC.contradicts, iri)),
        ("Claims in tension with it", _both(graph, kb.FC.inTensionWith, iri)),
        ("Claims that it limits", graph.nodes(iri, kb.FC.qualifies)),
        ("Claims that limit it", graph.subjects(kb.FC.qualifies, iri)),
    )
    return ClaimPage(
        thing=reader.thing(iri, "claim"),
        status=reader.status(iri),
        statement=reader.statement(iri),
        qualifiers=reader.rows(iri, QUALIFIERS),
        path=linked_sentences(path, reader.names),
        counts=reader.rows(iri, COUNTS),
        stances=tuple((word, tuple(each for each in citations if each.stance == word)) for _, word in STANCES),
        by_way=reader.citations(others),
        relations=tuple((title, reader.claims(iris)) for title, iris in relations if iris),
        questions=tuple(reader.names.link(node) for node in sorted(graph.nodes(iri, kb.FC.answers))),
    )


def citation_page(reader: Reader, iri: str) -> CitationPage:
    """The page of a citation."""
    claims = [claim for predicate, _ in STANCES for claim in reader.graph.nodes(iri, predicate)]
    paragraph = reader.graph.value(iri, kb.PROV.wasQuotedFrom) or ""
    return CitationPage(
        thing=reader.thing(iri, "citation"),
        citation=reader.citation(iri),
        statement=reader.statement(claims[0]) if claims else (),
        paragraph=reader.rows(paragraph, PARAGRAPH_FACTS),
    )


def article_page(reader: Reader, iri: str) -> ArticlePage:
    """The page of an article."""
    graph = reader.graph
    by_paragraph: dict[str, list[str]] = {}
    claims: set[str] = set()
    for citation in graph.instances(kb.FC.Citation):
        by_paragraph.setdefault(graph.value(citation, kb.PROV.wasQuotedFrom) or "", []).append(citation)
        claims.update(claim for predicate, _ in STANCES for claim in graph.nodes(citation, predicate))
    paragraphs = (
        _paragraph(reader, node, by_paragraph.get(node, [])) for node in graph.subjects(kb.DCTERMS.isPartOf, iri)
    )
    return ArticlePage(
        thing=reader.thing(iri, "article"),
        facts=reader.rows(iri, ARTICLE_FACTS),
        paragraphs=tuple(sorted(paragraphs, key=lambda view: (view.index, view.link.name))),
        citations=sum(map(len, by_paragraph.values())),
        claims=len(claims),
    )


def _paragraph(reader: Reader, iri: str, citations: Sequence[str]) -> ParagraphView:
    notes = reader.rows(iri, PARAGRAPH_NOTES)
    return ParagraphView(
        link=reader.names.link(iri),
        index=reader.number(iri, kb.FC.index),
        role=", ".join(reader.words(iri, kb.FC.role)),
        language=reader.graph.value(iri, kb.DCTERMS.language) or "",
        gist=reader.text(iri, kb.RDFS.comment),
        depth=min(reader.number(iri, kb.FC.threadDepth), 6),
        length=reader.number(iri, kb.FC.length),
        notes=notes,
        segments=tuple(reader.span(node) for node in sorted(reader.graph.nodes(iri, kb.FC.segment))),
        citations=reader.citations(citations),
    )


def entity_page(reader: Reader, iri: str) -> EntityPage:
    """The page of an entity."""
    graph = reader.graph
    voiced = reader.citations(graph.instances(kb.FC.Citation))
    name = reader.names.short(iri)
    about = (
        ("as subject", graph.subjects(kb.RDF.subject, iri)),
        ("as object", graph.subjects(kb.RDF.object, iri)),
        ("as place", graph.subjects(kb.FC.where, iri)),
    )
    dependences = (_dependence(reader, node, iri) for node in sorted(graph.subjects(kb.FC.notIndependentOf, iri)))
    wrote = {*graph.subjects(kb.DCTERMS.creator, iri), *graph.subjects(kb.DCTERMS.publisher, iri)}
    return EntityPage(
        thing=reader.thing(iri, "entity"),
        facts=reader.rows(iri, ENTITY_FACTS),
        names=reader.row("", iri, kb.SKOS.altLabel).values,
        about=tuple((title, reader.claims(iris)) for title, iris in about if iris),
        said=tuple(view for view in voiced if view.speaker and view.speaker.name == name),
        relayed=tuple(view for view in voiced if not view.speaker or view.speaker.name != name),
        dependences=tuple(dependences),
        wrote=tuple(reader.names.link(node) for node in sorted(wrote, key=reader.names.path)),
    )


def _dependence(reader: Reader, node: str, iri: str) -> tuple[tuple[Link, ...], str]:
    """The other voices of a dependence, and the reason."""
    others = sorted(other for other in reader.graph.nodes(node, kb.FC.notIndependentOf) if other != iri)
    reason = " ".join(link.text for link in reader.row("", node, kb.RDFS.comment).values)
    return tuple(reader.names.link(other) for other in others), reason


def question_page(reader: Reader, iri: str) -> QuestionPage:
    """The page of a question."""
    answers = reader.claims(reader.graph.subjects(kb.FC.answers, iri))
    iris = {reader.names.link(claim).name: claim for claim in reader.graph.subjects(kb.FC.answers, iri)}
    return QuestionPage(
        thing=reader.thing(iri, "question"),
        single=kb.FC.SingleAnswerQuestion in reader.graph.nodes(iri, kb.RDF.type),
        facts=reader.rows(iri, (("note", kb.RDFS.comment),)),
        answers=tuple(AnswerView(view, reader.citing(iris[view.link.name])) for view in answers),
    )


PAGES: dict[str, Callable[[Reader, str], object]] = {
    "article": article_page,
    "claim": claim_page,
    "citation": citation_page,
    "entity": entity_page,
    "question": question_page,
}


def status_view(iri: str, names: Names) -> StatusView:
    """A status with its words, which come from the vocabulary."""
    definition = names.base.graph.value(iri, kb.SKOS.definition) or ""
    return StatusView(re.split(r"[/#]", iri)[-1], names.link(iri).text, definition)


def linked_sentences(text: str, names: Names) -> tuple[tuple[Link, ...], ...]:
    """Sentences in which the names of things are links.

    Args:
        text: as `fc:path` has it: things are called `cite:name` or `<iri>`.
    """
    sentences = re.split(r"(?<=\.) (?=[A-Z])", text) if text else []
    return tuple(tuple(_pieces(sentence, names)) for sentence in sentences)


_NAME = re.compile(r"(<[^<>\s]+>|\b[\w-]+:[\w-][\w.-]*[\w-])")


def _pieces(sentence: str, names: Names) -> list[Link]:
    """Text and links by turns. A name in brackets behind its own label is folded into it; claims are quoted."""
    parts = _NAME.split(sentence)
    links: list[Link] = []
    for at, name in enumerate(parts[1::2]):
        before, after = parts[2 * at], parts[2 * at + 2]
        iri = kb.expand(name, names.prefixes) or ""
        link = names.link(iri)
        if not link.href:
            links += [Link(before), Link(name)]
        elif before.endswith(f"{link.text} (") and after.startswith(")"):
            links += [Link(before.removesuffix(f"{link.text} (")), link]
            parts[2 * at + 2] = after[1:]
        else:
            quoted = replace(link, text=f"“{link.text.rstrip('.')}”") if link.href.startswith("claim/") else link
            links += [Link(before), quoted]
    return [link for link in [*links, Link(parts[-1])] if link.text]


def _both(graph: kb.Graph, predicate: str, iri: str) -> tuple[str, ...]:
    """The other ends of a symmetric property, which is written once."""
    return tuple(sorted({*graph.nodes(iri, predicate), *graph.subjects(predicate, iri)}))
