"""What a verification finds wrong: citations that are not exact, and records that differ from the copies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from shlex import quote

from kb.finding import Fault
from kb.rdf.datatypes import whole
from kb.rdf.graph import Graph
from kb.verification.copies import GUESS, Copy, slug_of
from kb.verification.spans import MOVED, WRONG_DOCUMENT
from kb.verification.verify import CitationResult, Verification
from kb.vocab import DCTERMS, FC


def find_faults(graph: Graph, copies: Mapping[str, Copy], verification: Verification) -> Iterator[Fault]:
    """Every citation that is not exact, and every record that differs from the copy of its article.

    Args:
        graph: the authored base.
        copies: article IRI to the copy that was compared.
        verification: what the comparison found.
    """
    for result in verification.outcomes:
        if result.failed:
            message = f"{result.state}: {result.reason}"
            yield Fault("FC921", result.node, message, FC.digest, help=_how_to_cite(result, copies[result.article]))
    yield from _different_paragraphs(graph, copies)
    yield from _different_files(graph, copies)


def _how_to_cite(result: CitationResult, copy: Copy) -> str:
    """What helps with a citation that failed."""
    place = result.to or result.at
    if result.state == WRONG_DOCUMENT or copy.known_by == GUESS:
        return _how_to_name(result.article, copy)
    if result.state == MOVED:
        return "kb verify --propose"
    if place is None:
        return "kb verify"
    return f'kb cite {slug_of(result.article)} {place.paragraph} "the words that say it now"'


def _different_paragraphs(graph: Graph, copies: Mapping[str, Copy]) -> Iterator[Fault]:
    """FC922: recorded paragraphs that differ from the copy."""
    for node in sorted(graph.instances(FC.Paragraph)):
        article = graph.value(node, DCTERMS.isPartOf) or ""
        copy, index = copies.get(article), whole(graph.value(node, FC.index))
        if copy is None or index is None:
            continue
        message = _compare(graph, node, copy, index)
        if message:
            yield Fault("FC922", node, message, help=_how_to_record(article, copy))


def _compare(graph: Graph, node: str, copy: Copy, index: int) -> str:
    """How a recorded paragraph differs from the copy; empty where it does not."""
    paragraph = copy.paragraph(index)
    if paragraph is None:
        return f"the copy has no paragraph {index}"
    if paragraph.digest != graph.value(node, FC.digest):
        return f"paragraph {index} of the copy differs from the recorded one"
    if len(paragraph.text) != whole(graph.value(node, FC.length)):
        return f"the recorded length of paragraph {index} is wrong"
    return ""


def _different_files(graph: Graph, copies: Mapping[str, Copy]) -> Iterator[Fault]:
    """FC923: copies that are not the recorded file, byte for byte."""
    for article in sorted(graph.instances(FC.Article)):
        copy = copies.get(article)
        if copy is not None and not copy.exact_file:
            yield Fault("FC923", article, _describe_file(copy), help=_how_to_record(article, copy))


def _describe_file(copy: Copy) -> str:
    """Why a copy is not the recorded file."""
    if copy.file_of:
        return f"the copy is the recorded file of {copy.file_of}"
    if copy.known_by == GUESS:
        return f"the only copy is a guess: {copy.path.name} has most of the paragraphs"
    return "the copy is not the recorded file"


def _how_to_name(article: str, copy: Copy) -> str:
    """How to say which file is the copy of an article."""
    slug = slug_of(article)
    if copy.known_by == GUESS:
        return f"if {copy.path.name} is {slug}, name it {slug}.txt; else put your copy under this name"
    return f"put your copy of {slug} under the name {slug}.txt"


def _how_to_record(article: str, copy: Copy) -> str:
    """The command that updates a record, and shows what changed; for a guess and a wrong file, what to do first."""
    if copy.file_of or copy.known_by == GUESS:
        return _how_to_name(article, copy)
    return f"kb add {quote(copy.path.name)} --slug {slug_of(article)} --update"
