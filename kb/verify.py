"""Every citation against the text at hand: its characters hashed again and compared.

A citation is exact when the characters that it names, in the paragraph that it names, have the digest that it
carries. Nothing else reads as exact, and what could not be compared is "not checked", with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kb.copies import Copy
from kb.finding import CitationsChecked
from kb.graph import Graph
from kb.text import digest
from kb.vocab import DCTERMS, FC, OA, PROV

EXACT, FAILED, NOT_CHECKED = "exact", "failed", "not checked"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one span.

    Attributes:
        node: IRI of the citation, attribution span or segment.
        citation: whether it is a citation (spans of other nodes are compared too, and counted apart).
        state: `EXACT`, `FAILED` or `NOT_CHECKED`.
        reason: why not exact; empty for exact.
    """

    node: str
    citation: bool
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """A recorded paragraph or article that differs from the copy at hand: its IRI and a sentence."""

    node: str
    message: str


@dataclass(frozen=True)
class Verification:
    """The outcome of every span, and the records that differ from the copies at hand."""

    outcomes: tuple[Outcome, ...]
    files: tuple[Difference, ...]
    paragraphs: tuple[Difference, ...]

    @property
    def citations(self) -> CitationsChecked:
        """The counts for the report."""
        own = [outcome for outcome in self.outcomes if outcome.citation]
        states = Counter(outcome.state for outcome in own)
        reasons = Counter(outcome.reason for outcome in own if outcome.state == NOT_CHECKED)
        return CitationsChecked(
            len(own), states[EXACT], states[FAILED], states[NOT_CHECKED], dict(sorted(reasons.items()))
        )


def verify(graph: Graph, copies: Mapping[str, Copy]) -> Verification:
    """Recompute every citation on the copies at hand.

    Args:
        graph: the authored base.
        copies: article IRI to a reader's copy; absent where there is none.
    """
    outcomes = tuple(_outcomes(graph, copies))
    files = tuple(_file_differences(graph, copies))
    paragraphs = tuple(_paragraph_differences(graph, copies))
    return Verification(outcomes, files, paragraphs)


def _outcomes(graph: Graph, copies: Mapping[str, Copy]) -> Iterator[Outcome]:
    for node in sorted(graph.instances(FC.Citation)):
        yield _outcome(graph, copies, node, graph.value(node, PROV.wasQuotedFrom), citation=True)
    for node in sorted(graph.instances(FC.Span)):
        yield _outcome(graph, copies, node, graph.value(node, PROV.wasQuotedFrom), citation=False)


def _outcome(
    graph: Graph, copies: Mapping[str, Copy], node: str, paragraph: str | None, *, citation: bool
) -> Outcome:
    span = _span(graph, node)
    article = graph.value(paragraph, DCTERMS.isPartOf) if paragraph else None
    index = _whole(graph.value(paragraph, FC.index)) if paragraph else None
    if span is None or article is None or index is None:
        return Outcome(node, citation, NOT_CHECKED, "its paragraph, offsets or digest are not recorded")
    copy = copies.get(article)
    if copy is None:
        return Outcome(node, citation, NOT_CHECKED, f"no copy of {article.rpartition('/')[2]} at hand")
    start, end, expected = span
    if index > len(copy.paragraphs):
        return Outcome(node, citation, FAILED, f"the copy at hand has no paragraph {index}")
    text = copy.paragraphs[index - 1].text
    if not 0 <= start < end <= len(text):
        reason = f"characters {start} to {end} lie outside paragraph {index}, which has {len(text)}"
        return Outcome(node, citation, FAILED, reason)
    if digest(text[start:end]) != expected:
        reason = f"characters {start} to {end} of paragraph {index} are not the ones that were cited"
        return Outcome(node, citation, FAILED, reason)
    return Outcome(node, citation, EXACT)


def _span(graph: Graph, node: str) -> tuple[int, int, str] | None:
    start, end = _whole(graph.value(node, OA.start)), _whole(graph.value(node, OA.end))
    expected = graph.value(node, FC.digest)
    return None if start is None or end is None or expected is None else (start, end, expected)


def _whole(lexical: str | None) -> int | None:
    try:
        return None if lexical is None else int(lexical)
    except ValueError:
        return None


def _file_differences(graph: Graph, copies: Mapping[str, Copy]) -> Iterator[Difference]:
    for article in sorted(graph.instances(FC.Article)):
        copy = copies.get(article)
        if copy is not None and not copy.exact_file:
            yield Difference(article, "the copy at hand is not the file that was recorded")


def _paragraph_differences(graph: Graph, copies: Mapping[str, Copy]) -> Iterator[Difference]:
    for paragraph in sorted(graph.instances(FC.Paragraph)):
        copy = copies.get(graph.value(paragraph, DCTERMS.isPartOf) or "")
        index = _whole(graph.value(paragraph, FC.index))
        if copy is None or index is None:
            continue
        if not 0 < index <= len(copy.paragraphs):
            yield Difference(paragraph, f"the copy at hand has no paragraph {index}")
        elif copy.paragraphs[index - 1].digest != graph.value(paragraph, FC.digest):
            yield Difference(
                paragraph, f"paragraph {index} of the copy at hand differs from the recorded one"
            )
        elif len(copy.paragraphs[index - 1].text) != _whole(graph.value(paragraph, FC.length)):
            yield Difference(paragraph, f"the recorded length of paragraph {index} is wrong")
