"""Verifies every citation on the user's copy of its article: its characters are hashed again and compared.

A citation is exact only if the characters that it names, in the paragraph that it names, have the recorded digest. A
citation that failed says where its words are now (kb/verification/ladder.py). One that could not be compared is "not
checked", with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from kb.finding import CitationsChecked
from kb.rdf.graph import Graph
from kb.verification.alignment import recorded_paragraphs
from kb.verification.copies import GUESS, PERSON, Copy, LocalCopies, find_texts, slug_of
from kb.verification.ladder import Ladder
from kb.verification.paragraphs import Paragraphs
from kb.verification.spans import (
    DRIFTED,
    EXACT,
    FAILED_STATES,
    LADDER,
    MOVED,
    NOT_CHECKED,
    DigestSearch,
    Span,
    TextPlace,
    digests_by_length,
    estimate_place,
    read_span,
)
from kb.vocab import DCTERMS, FC, PROV


@dataclass(frozen=True, slots=True)
class CitationResult:
    """The result for one span.

    Attributes:
        node: IRI of the citation or attribution span.
        citation: whether it is a citation (spans of other nodes are compared too, and counted separately).
        state: one of `kb.verification.spans.LADDER`.
        reason: why it is not exact, with offsets and without words; empty for exact.
        article: IRI of the article; empty where it is not recorded.
        at: the recorded place of the words; None where it is not recorded.
        to: where they are now (moved), or where to look (drifted); None where nothing is known.
        similarity: likeness of the words at `to`, from 0 to 1; None where the old words are not known.
        target: IRI of the recorded paragraph that the words are in now; empty where it is not recorded.
    """

    node: str
    citation: bool
    state: str
    reason: str = ""
    article: str = ""
    at: TextPlace | None = None
    to: TextPlace | None = None
    similarity: float | None = None
    target: str = ""

    @property
    def failed(self) -> bool:
        """Whether it was compared and is not exact."""
        return self.state in FAILED_STATES


@dataclass(frozen=True)
class Verification:
    """The result for every span."""

    outcomes: tuple[CitationResult, ...]

    @property
    def citations(self) -> CitationsChecked:
        """The counts for the report."""
        own = [outcome for outcome in self.outcomes if outcome.citation]
        states = Counter(outcome.state for outcome in own)
        reasons = Counter(outcome.reason for outcome in own if outcome.state == NOT_CHECKED)
        return CitationsChecked(
            len(own),
            states[EXACT],
            sum(states[state] for state in FAILED_STATES),
            states[NOT_CHECKED],
            dict(sorted(reasons.items())),
            {state: states[state] for state in LADDER},
        )


def verify(graph: Graph, copies: Mapping[str, Copy], *, spare: Sequence[Copy] = ()) -> Verification:
    """Recompute every citation on the copies.

    Args:
        graph: the authored base.
        copies: article IRI to the user's copy; only articles that have one.
        spare: further files that are not the copy of an article, such as an older version of one.
    """
    return Verification(tuple(_outcomes(graph, copies, spare)))


def verify_copies(
    graph: Graph, folders: Iterable[Path], named: Mapping[str, Path] | None = None
) -> tuple[LocalCopies, Verification]:
    """Find the copy of each article in folders, and recompute every citation on it.

    Args:
        graph: the authored base.
        folders: where copies may be, in the order in which they are searched.
        named: article IRI to the file that a person says is its copy.

    Raises:
        InputError, TextError: a file that a person named cannot be read.
    """
    found = find_texts(graph, folders, named)
    return found, verify(graph, found.copies, spare=found.spare)


# --- spans -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Quote:
    """A span of the base; `span` is None where a part of its record is missing."""

    node: str
    citation: bool
    article: str
    span: Span | None


def _outcomes(graph: Graph, copies: Mapping[str, Copy], spare: Sequence[Copy]) -> Iterator[CitationResult]:
    quotes = tuple(_quotes(graph))
    ladders = _ladders(graph, copies, spare, quotes)
    found = [_verify_quote(quote, ladders.get(quote.article)) for quote in quotes]
    known = _places_by_paragraph(quotes, found)
    for quote, outcome in zip(quotes, found, strict=True):
        yield _with_estimate(quote, outcome, ladders, known)


def _quotes(graph: Graph) -> Iterator[_Quote]:
    for cls, citation in ((FC.Citation, True), (FC.Span, False)):
        for node in sorted(graph.instances(cls)):
            paragraph = graph.value(node, PROV.wasQuotedFrom)
            article = graph.value(paragraph, DCTERMS.isPartOf) if paragraph else None
            yield _Quote(node, citation, article or "", read_span(graph, node) if article else None)


def _verify_quote(quote: _Quote, ladder: Ladder | None) -> CitationResult:
    if quote.span is None:
        reason = "its paragraph, offsets or digest are not recorded"
        return CitationResult(quote.node, quote.citation, NOT_CHECKED, reason, quote.article)
    index = ladder.paragraphs.by_name[quote.span.paragraph].index if ladder else None
    at = TextPlace(index, quote.span.start, quote.span.end) if index else None
    if ladder is None:
        reason = f"no copy of {slug_of(quote.article)} available"
        return CitationResult(quote.node, quote.citation, NOT_CHECKED, reason, quote.article, at)
    result = ladder.verify(quote.span)
    target = ladder.paragraphs.names.get(result.to.paragraph, "") if result.to else ""
    return CitationResult(
        quote.node,
        quote.citation,
        result.state,
        result.reason,
        quote.article,
        at,
        result.to,
        result.similarity,
        target,
    )


def _ladders(
    graph: Graph, copies: Mapping[str, Copy], spare: Sequence[Copy], quotes: Sequence[_Quote]
) -> Mapping[str, Ladder]:
    """Article IRI to the ladder that verifies its spans; an article without a copy has none."""
    search = DigestSearch(digests_by_length(quote.span for quote in quotes if quote.span is not None))
    recorded = {article: recorded_paragraphs(graph, article) for article in sorted(graph.instances(FC.Article))}
    named = [(slug_of(article), article, copies[article]) for article in recorded if article in copies]
    owners: dict[str, set[str]] = {}
    for article, paragraphs in recorded.items():
        for old in paragraphs:
            owners.setdefault(old.digest, set()).add(article)
    counts = {article: _contained_in(copy, owners) for _, article, copy in named}
    spans: dict[str, tuple[Span, ...]] = {
        article: tuple(quote.span for quote in group if quote.span is not None)
        for article, group in groupby(sorted(quotes, key=_article), key=_article)
    }
    return {
        article: Ladder(
            Paragraphs(recorded[article], copy),
            search,
            copy.file_of or _mistaken_for(article, copy, counts[article]),
            tuple((name, other) for name, iri, other in named if iri != article),
            tuple(spare),
            _doubt(article, copy, counts[article]),
            spans.get(article, ()),
        )
        for _, article, copy in named
    }


def _article(quote: _Quote) -> str:
    return quote.article


def _mistaken_for(article: str, copy: Copy, counts: Counter[str]) -> str:
    """The other article that at least half of a copy is recorded for, and more of it than for its own; else empty."""
    other, count = _closest_other(article, counts)
    is_other = not copy.exact_file and count > counts[article] and 2 * count >= len(copy.paragraphs)
    return slug_of(other) if is_other else ""


def _doubt(article: str, copy: Copy, counts: Counter[str]) -> str:
    """Why a copy proves nothing about an article; empty where it does."""
    slug = slug_of(article)
    if copy.known_by == GUESS:
        return f"{copy.path.name} is only a guess: if it is {slug}, name it {slug}.txt"
    other, count = _closest_other(article, counts)
    if copy.exact_file or copy.known_by == PERSON or count < max(1, counts[article]):
        return ""
    return f"{copy.path.name} has at least as many paragraphs of {slug_of(other)}: use kb verify --text {slug}=FILE"


def _contained_in(copy: Copy, owners: Mapping[str, Set[str]]) -> Counter[str]:
    """How many different recorded paragraphs of each article a copy contains."""
    digests = {paragraph.digest for paragraph in copy.paragraphs}
    return Counter(article for digest in digests for article in owners.get(digest, ()))


def _closest_other(article: str, counts: Counter[str]) -> tuple[str, int]:
    """The other article with most paragraphs in a copy, and how many; the first by name where several have as many."""
    others = [(name, count) for name, count in counts.items() if name != article and count]
    return min(others, key=lambda pair: (-pair[1], pair[0]), default=("", 0))


# --- where to look for drifted words -----------------------------------------------------------------------


def _places_by_paragraph(
    quotes: Sequence[_Quote], found: Sequence[CitationResult]
) -> Mapping[str, tuple[tuple[Span, TextPlace], ...]]:
    """Paragraph IRI to its spans whose words were found, with their places."""
    known: dict[str, list[tuple[Span, TextPlace]]] = {}
    for quote, outcome in zip(quotes, found, strict=True):
        to = outcome.at if outcome.state == EXACT else outcome.to if outcome.state == MOVED else None
        if quote.span is not None and to is not None:
            known.setdefault(quote.span.paragraph, []).append((quote.span, to))
    return {paragraph: tuple(pairs) for paragraph, pairs in known.items()}


def _with_estimate(
    quote: _Quote,
    outcome: CitationResult,
    ladders: Mapping[str, Ladder],
    known: Mapping[str, tuple[tuple[Span, TextPlace], ...]],
) -> CitationResult:
    """The result, with an estimated place where the words have drifted and no file contains the old ones."""
    if outcome.state != DRIFTED or outcome.to is None or outcome.similarity is not None or quote.span is None:
        return outcome
    paragraphs = ladders[quote.article].paragraphs
    own, number = paragraphs.by_name[quote.span.paragraph], outcome.to.paragraph
    near = [(span, to) for span, to in known.get(own.name, ()) if to.paragraph == number]
    to = estimate_place(quote.span, number, near, (own.length, len(paragraphs.text(number))))
    reason = f"{outcome.reason}; the base does not store the words; check {to} of your copy"
    return replace(outcome, to=to, reason=reason)
