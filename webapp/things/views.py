"""What a page receives: plain values, which a template only lays out. How they are read is in `webapp.reader`."""

from __future__ import annotations

from dataclasses import dataclass

import kb
from webapp.site.names import Link, Names

STATUSES = (kb.FC.Corroborated, kb.FC.SingleSource, kb.FC.Contested, kb.FC.Uncited)


@dataclass(frozen=True, slots=True)
class StatusView:
    """Where a claim stands: the last part of the status IRI, its label, its definition, and their languages."""

    name: str
    label: str
    definition: str = ""
    lang: str = ""
    definition_lang: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of facts: what it is, as a key of `webapp.words`, and its values."""

    label: str
    values: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class SpanView:
    """A stretch of a paragraph; `iri` is what has it: a citation, a segment, words that name a speaker."""

    paragraph: Link
    start: int
    end: int
    digest: str = ""
    role: str = ""
    iri: str = ""


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim in a list; `voices` are those that assert, deny or mention it, where the page has asked for them."""

    link: Link
    status: StatusView | None
    voices: tuple[Row, ...] = ()


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
        restates: what it says again, with the name of the relation; such a citation adds no support.
        restated_by: what says it again.
        more: every other fact.
        relay: through whom the words probably come as well, which the text does not say.
        unsure: whether it is open whose words these are; `notes` say what the other reading is.
        comment: whether it is in a reader's comment, which is not part of the article.
        beside: claims that its claim supports, excludes or answers with.
        opposed: voices on the other side: who denies what it asserts, who asserts what it denies.
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
    notes: tuple[Link, ...] = ()
    relay: tuple[Link, ...] = ()
    unsure: bool = False
    ironic: bool = False
    comment: bool = False
    beside: tuple[Row, ...] = ()
    opposed: tuple[Row, ...] = ()

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
        against: claims that contest it, by how they do.
        relations: other claims beside it, by how they stand to it.
    """

    thing: Thing
    status: StatusView | None
    statement: tuple[Row, ...]
    qualifiers: tuple[Row, ...]
    path: tuple[tuple[Link, ...], ...]
    counts: tuple[Row, ...]
    stances: tuple[tuple[str, tuple[CitationView, ...]], ...]
    by_way: tuple[CitationView, ...]
    against: tuple[tuple[str, tuple[ClaimView, ...]], ...]
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
class CommentView:
    """Who writes to whom: `to` is the paragraph that is answered, None for the article; `whose` its writer."""

    writers: tuple[Link, ...]
    to: Link | None
    whose: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ParagraphView:
    """A paragraph of an article.

    Attributes:
        depth: the depth of a comment, or of its byline, in its thread; 0 for what is no comment.
        notes: translation, reason for no claim, and the writer of what is no comment.
        same_as: the paragraphs whose text it repeats character for character.
        comment: who writes to whom, where it is a comment; `opens` says that comments begin here.
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
    same_as: tuple[Link, ...] = ()
    comment: CommentView | None = None
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Rivalry:
    """Two claims, one in each language, that cannot both hold or rub against one another.

    Attributes:
        left, right: where each is said.
        exclude: whether they exclude one another; in tension otherwise.
        questions: what both answer.
    """

    left: CitationView
    right: CitationView
    exclude: bool
    questions: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What somebody wrote down about how a translation differs, and the citations that it is about."""

    note: Link
    citations: tuple[CitationView, ...]


@dataclass(frozen=True, slots=True)
class AlignedRow:
    """Paragraphs and those that translate them; not always one to one.

    Attributes:
        only_left, only_right: a citation of each claim that only this language has.
        rivals: claims of the two languages that exclude one another or are in tension.
        differences: notes on how the translation differs.
    """

    left: tuple[ParagraphView, ...]
    right: tuple[ParagraphView, ...]
    only_left: tuple[CitationView, ...]
    only_right: tuple[CitationView, ...]
    rivals: tuple[Rivalry, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Versions:
    """An article in two languages, side by side; `alone` are paragraphs without a counterpart."""

    left: str
    right: str
    rows: tuple[AlignedRow, ...]
    alone: tuple[ParagraphView, ...]


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """An article, whole; `versions` are its languages side by side."""

    thing: Thing
    facts: tuple[Row, ...]
    paragraphs: tuple[ParagraphView, ...]
    citations: int
    claims: int
    versions: Versions | None


@dataclass(frozen=True, slots=True)
class EntityPage:
    """An entity, whole.

    Attributes:
        said: citations in which it is the innermost voice.
        relayed: citations whose words come through it.
        likely: citations whose words likely come through it, which is not stated.
        about: claims whose subject or object it is, or that name it as a place.
        dependences: the voices it does not speak independently of, and why.
    """

    thing: Thing
    facts: tuple[Row, ...]
    names: tuple[Link, ...]
    about: tuple[tuple[str, tuple[ClaimView, ...]], ...]
    said: tuple[CitationView, ...]
    relayed: tuple[CitationView, ...]
    likely: tuple[CitationView, ...]
    dependences: tuple[tuple[Link, tuple[Link, ...], tuple[Link, ...]], ...]
    wrote: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One answer to a question, with what is said for and against it."""

    claim: ClaimView
    citations: tuple[CitationView, ...]


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """A question, whole.

    Attributes:
        single: whether it can have one answer only.
        voice: who alone asserts its answers, where there are several answers and one voice.
    """

    thing: Thing
    single: bool
    voice: Link | None
    facts: tuple[Row, ...]
    answers: tuple[AnswerView, ...]


@dataclass(frozen=True, slots=True)
class DependencePage:
    """Voices that share an origin, whole; `both` are the claims that two of them assert."""

    thing: Thing
    voices: tuple[Link, ...]
    reasons: tuple[Link, ...]
    both: tuple[ClaimView, ...]


@dataclass(frozen=True, slots=True)
class RelationPage:
    """A relation, whole; `more` claims are not listed."""

    thing: Thing
    facts: tuple[Row, ...]
    claims: tuple[ClaimView, ...]
    more: int


def status_view(iri: str, names: Names) -> StatusView:
    """A status with its words, which come from the vocabulary."""
    link, definition = names.link(iri), names.text(iri, kb.SKOS.definition)
    return StatusView(kb.local_name(iri), link.text, definition.text, link.lang, definition.lang)
