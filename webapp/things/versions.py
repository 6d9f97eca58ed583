"""An article that is printed in two languages: its paragraphs side by side, and where the two part.

A translation restates, so it adds no voice. But it may leave out, add or change, and that is news: what only one
language says, which of their claims exclude one another, and what somebody noted on the wording.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import kb
from webapp.site.names import Link
from webapp.things.reader import STANCES, Reader, both_ends
from webapp.things.views import AlignedRow, CitationView, Difference, ParagraphView, Rivalry, Versions


def versions(reader: Reader, nodes: Sequence[str], views: Mapping[str, ParagraphView]) -> Versions | None:
    """The two languages of an article side by side; None where it has no translated paragraph of its own.

    Args:
        nodes: the paragraphs, in their order.
        views: each as the page shows it.
    """
    groups = _aligned(reader, nodes)
    if not groups:
        return None
    aligned = {node for group in groups for side in group for node in side}
    return Versions(
        left=_language(reader, views, groups[0][0]),
        right=_language(reader, views, groups[0][1]),
        rows=tuple(_rows(reader, groups, views)),
        alone=tuple(views[node] for node in nodes if node not in aligned),
    )


def _aligned(reader: Reader, nodes: Sequence[str]) -> list[tuple[list[str], list[str]]]:
    """Originals and translations that hang together, in the order of the originals."""
    inside = set(nodes)
    pairs = [
        (original, node) for node in nodes for original in reader.graph.nodes(node, kb.FC.translationOf)
        if original in inside
    ]  # fmt: skip
    groups: list[tuple[set[str], set[str]]] = []
    for original, translation in pairs:
        touched = [group for group in groups if original in group[0] or translation in group[1]]
        merged = ({original}, {translation})
        for group in touched:
            merged[0].update(group[0])
            merged[1].update(group[1])
            groups.remove(group)
        groups.append(merged)
    order = {node: at for at, node in enumerate(nodes)}
    found = [(sorted(left, key=order.__getitem__), sorted(right, key=order.__getitem__)) for left, right in groups]
    return sorted(found, key=lambda group: order[group[0][0]])


def _language(reader: Reader, views: Mapping[str, ParagraphView], nodes: Iterable[str]) -> str:
    """What the first language of some paragraphs is called."""
    tag = next((views[node].language for node in nodes if views[node].language), "")
    return reader.names.words.language_name(tag) or reader.names.words.text("article.another-language")


def _rows(
    reader: Reader, groups: Sequence[tuple[list[str], list[str]]], views: Mapping[str, ParagraphView]
) -> Iterator[AlignedRow]:
    said = [_claims(reader, (node for group in groups for node in group[side])) for side in (0, 1)]
    for left, right in groups:
        only_left = _only(reader, left, views, said[1])
        only_right = _only(reader, right, views, said[0])
        yield AlignedRow(
            left=tuple(views[node] for node in left),
            right=tuple(views[node] for node in right),
            only_left=only_left,
            only_right=only_right,
            rivals=tuple(_rivals(reader, only_left, only_right)),
            differences=_differences(view for node in right for view in views[node].citations),
        )


def _claims(reader: Reader, nodes: Iterable[str]) -> set[str]:
    """Prefixed names of the claims that are cited from these paragraphs."""
    graph = reader.graph
    return {
        reader.names.short(claim)
        for node in nodes
        for citation in graph.subjects(kb.PROV.wasQuotedFrom, node)
        for stance, _ in STANCES
        for claim in graph.nodes(citation, stance)
    }


def _only(
    reader: Reader, nodes: Iterable[str], views: Mapping[str, ParagraphView], elsewhere: set[str]
) -> tuple[CitationView, ...]:
    """The first citation of each claim that the other language does not have."""
    found: dict[str, CitationView] = {}
    for node in nodes:
        for view in views[node].citations:
            if view.claim and view.claim.link.name not in elsewhere:
                found.setdefault(view.claim.link.name, view)
    return tuple(found.values())


def _rivals(reader: Reader, left: Sequence[CitationView], right: Sequence[CitationView]) -> Iterator[Rivalry]:
    graph, names = reader.graph, reader.names
    iris = {names.short(iri): iri for iri in graph.instances(kb.FC.Claim)}
    for one in left:
        for other in right:
            mine, yours = (iris[view.claim.link.name] for view in (one, other) if view.claim)
            questions = set(graph.nodes(mine, kb.FC.answers)) & set(graph.nodes(yours, kb.FC.answers))
            single = [node for node in questions if kb.FC.SingleAnswerQuestion in graph.nodes(node, kb.RDF.type)]
            exclude = bool(single) or yours in both_ends(graph, kb.FC.contradicts, mine)
            if exclude or yours in both_ends(graph, kb.FC.inTensionWith, mine):
                yield Rivalry(one, other, exclude, tuple(names.link(node) for node in sorted(questions)))


def _differences(citations: Iterable[CitationView]) -> tuple[Difference, ...]:
    """Notes on translations, each once, with the citations that bear it."""
    found: dict[Link, list[CitationView]] = {}
    for view in citations:
        if any(row.label == "again.translates" for row in view.restates):
            for note in view.notes:
                found.setdefault(note, []).append(view)
    return tuple(Difference(note, tuple(views)) for note, views in found.items())
