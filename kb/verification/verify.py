"""Every citation against the text at hand: its characters hashed again and compared.

A citation is exact when the characters that it names, in the paragraph that it names, have the digest that it
carries. Nothing else reads as exact. What failed says where its words are now (kb/verification/ladder.py), and what
could not be compared is "not checked", with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kb.finding import CitationsChecked
from kb.rdf.datatypes import whole
from kb.rdf.graph import Graph
from kb.verification.alignment import recorded_paragraphs
from kb.verification.copies import Copy, LocalCopies, find_texts
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
    SpanResult,
    TextPlace,
    between,
    read_digest,
)
from kb.vocab import DCTERMS, FC, OA, PROV


@dataclass(frozen=True, slots=True)
class CitationResult:
    """What became of one span.

    Attributes:
        node: IRI of the citation or attribution span.
        citation: whether it is a citation (spans of other nodes are compared too, and counted apart).
        state: one of `kb.drift.LADDER`.
        reason: why not exact; empty for exact. Offsets, never words.
        article: IRI of the article; empty where it is not recorded.
        at: where the base says that the words stand; None where it does not.
        to: where they stand now (moved), or where to look (drifted); None where nothing is known.
        similarity: likeness of what stands at `to`, from 0 to 1; None where the old words are not known.
        target: IRI of the recorded paragraph that stands where the words stand now; empty where it is not recorded.
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
    """Recompute every citation on the copies at hand.

    Args:
        graph: the authored base.
        copies: article IRI to a reader's copy; absent where there is none.
        spare: further files at hand that are no article's copy, such as an older version of one.
    """
    return Verification(tuple(_outcomes(graph, copies, spare)))


def verify_copies(graph: Graph, folders: Iterable[Path]) -> tuple[LocalCopies, Verification]:
    """Find the copy of each article in folders, and recompute every citation on it.

    Args:
        graph: the authored base.
        folders: where copies may be, in the order in which they are searched.
    """
    found = find_texts(graph, folders)
    return found, verify(graph, found.copies, spare=found.spare)


# --- spans -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Quote:
    """A span as the base has it; `anchor` is None where something of it is missing."""

    node: str
    citation: bool
    article: str
    anchor: Span | None


def _outcomes(graph: Graph, copies: Mapping[str, Copy], spare: Sequence[Copy]) -> Iterator[CitationResult]:
    quotes = tuple(_quotes(graph))
    ladders = _ladders(graph, copies, spare, quotes)
    found = [_outcome(quote, copies, ladders.get(quote.article)) for quote in quotes]
    known = _known(quotes, found)
    for quote, outcome in zip(quotes, found, strict=True):
        yield _looked(quote, outcome, ladders, known)


def _quotes(graph: Graph) -> Iterator[_Quote]:
    for cls, citation in ((FC.Citation, True), (FC.Span, False)):
        for node in sorted(graph.instances(cls)):
            paragraph = graph.value(node, PROV.wasQuotedFrom)
            article = graph.value(paragraph, DCTERMS.isPartOf) if paragraph else None
            yield _Quote(node, citation, article or "", _anchor(graph, node, paragraph if article else None))


def _anchor(graph: Graph, node: str, paragraph: str | None) -> Span | None:
    start, end = whole(graph.value(node, OA.start)), whole(graph.value(node, OA.end))
    digest = read_digest(graph.value(node, FC.digest))
    if paragraph is None or start is None or end is None or digest is None:
        return None
    return Span(paragraph, start, end, digest)


def _outcome(quote: _Quote, copies: Mapping[str, Copy], ladder: Ladder | None) -> CitationResult:
    if quote.anchor is None:
        reason = "its paragraph, offsets or digest are not recorded"
        return CitationResult(quote.node, quote.citation, NOT_CHECKED, reason, quote.article)
    index = ladder.paragraphs.by_name[quote.anchor.paragraph].index if ladder else None
    at = TextPlace(index, quote.anchor.start, quote.anchor.end) if index else None
    if ladder is None:
        reason = f"no copy of {quote.article.rpartition('/')[2]} at hand"
        return CitationResult(quote.node, quote.citation, NOT_CHECKED, reason, quote.article, at)
    fate = ladder.fate(quote.anchor)
    target = ladder.paragraphs.names.get(fate.to.paragraph, "") if fate.to else ""
    return CitationResult(
        quote.node,
        quote.citation,
        fate.state,
        fate.reason,
        quote.article,
        at,
        fate.to,
        fate.similarity,
        target,
    )


def _ladders(
    graph: Graph, copies: Mapping[str, Copy], spare: Sequence[Copy], quotes: Sequence[_Quote]
) -> Mapping[str, Ladder]:
    """Article IRI to what decides on its spans; an article without a copy has none."""
    seeker = DigestSearch(_wanted(quotes))
    recorded = {article: recorded_paragraphs(graph, article) for article in sorted(graph.instances(FC.Article))}
    named = [(article.rpartition("/")[2], article, copies[article]) for article in recorded if article in copies]
    owners = {old.digest: article for article, paragraphs in recorded.items() for old in paragraphs}
    return {
        article: Ladder(
            Paragraphs(recorded[article], copy),
            seeker,
            _stranger(article, copy, owners),
            tuple((name, other) for name, iri, other in named if iri != article),
            tuple(spare),
        )
        for _, article, copy in named
    }


def _wanted(quotes: Sequence[_Quote]) -> Mapping[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    for quote in quotes:
        if quote.anchor is not None:
            found.setdefault(quote.anchor.length, set()).add(quote.anchor.digest)
    return {length: frozenset(digests) for length, digests in found.items()}


def _stranger(article: str, copy: Copy, owners: Mapping[str, str]) -> str:
    """The article whose text a copy really is: most of its paragraphs are recorded there, and none here."""
    found = Counter(owners[paragraph.digest] for paragraph in copy.paragraphs if paragraph.digest in owners)
    if not found or found[article]:
        return ""
    other, count = min(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return other.rpartition("/")[2] if 2 * count >= len(copy.paragraphs) else ""


# --- where to look for words that nobody knows -------------------------------------------------------------


def _known(
    quotes: Sequence[_Quote], found: Sequence[CitationResult]
) -> Mapping[str, tuple[tuple[Span, TextPlace], ...]]:
    """Paragraph IRI to its spans whose words were found, and where."""
    known: dict[str, list[tuple[Span, TextPlace]]] = {}
    for quote, outcome in zip(quotes, found, strict=True):
        to = outcome.at if outcome.state == EXACT else outcome.to if outcome.state == MOVED else None
        if quote.anchor is not None and to is not None:
            known.setdefault(quote.anchor.paragraph, []).append((quote.anchor, to))
    return {paragraph: tuple(pairs) for paragraph, pairs in known.items()}


def _looked(
    quote: _Quote,
    outcome: CitationResult,
    ladders: Mapping[str, Ladder],
    known: Mapping[str, tuple[tuple[Span, TextPlace], ...]],
) -> CitationResult:
    """The outcome, with the place to look at where the words are known to nobody."""
    if outcome.state != DRIFTED or outcome.to is None or outcome.similarity is not None or quote.anchor is None:
        return outcome
    paragraphs = ladders[quote.article].paragraphs
    own, number = paragraphs.by_name[quote.anchor.paragraph], outcome.to.paragraph
    near = [(anchor, to) for anchor, to in known.get(own.name, ()) if to.paragraph == number]
    fate = SpanResult(outcome.state, outcome.reason, outcome.to)
    to = between(quote.anchor, fate, near, (own.length, len(paragraphs.text(number))))
    reason = f"{outcome.reason}; the words are not known here: look at {to}"
    return replace(outcome, to=to, reason=reason)
