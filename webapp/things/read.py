"""The pages of things: an article, a claim, a citation, an entity, a question, voices that share an origin."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import kb
from webapp.site.names import Link, Names
from webapp.things.reader import STANCES, Reader, both_ends, by_words
from webapp.things.sentences import named, sentences
from webapp.things.versions import versions
from webapp.things.views import (
    AnswerView,
    ArticlePage,
    CitationPage,
    ClaimPage,
    CommentView,
    DependencePage,
    EntityPage,
    ParagraphView,
    QuestionPage,
    RelationPage,
)

QUALIFIERS = (
    ("row.when", kb.FC.when),
    ("row.not-before", kb.FC.earliest),
    ("row.not-after", kb.FC.latest),
    ("row.date-computed", kb.FC.whenComputed),
    ("row.where", kb.FC.where),
    ("row.how-many", kb.FC.quantity),
    ("row.how", kb.FC.manner),
    ("row.on-condition", kb.FC.condition),
    ("row.to-what-end", kb.FC.purpose),
    ("row.note", kb.RDFS.comment),
)
COUNTS = (
    ("row.citations", kb.FC.mentionCount),
    ("row.articles", kb.FC.articleCount),
    ("row.origins", kb.FC.originCount),
)
ARTICLE_FACTS = (
    ("row.author", kb.DCTERMS.creator),
    ("row.publisher", kb.DCTERMS.publisher),
    ("row.issued", kb.DCTERMS.issued),
    ("row.language", kb.DCTERMS.language),
    ("row.source", kb.DCTERMS.source),
    ("row.identifier", kb.DCTERMS.identifier),
    ("row.rights", kb.DCTERMS.rights),
    ("row.note", kb.RDFS.comment),
    ("row.counted-by", kb.FC.textProfile),
    ("row.digest", kb.FC.digest),
)
PARAGRAPH_NOTES = (
    ("row.written-by", kb.DCTERMS.creator),
    ("row.same-text", kb.FC.duplicateOf),
    ("row.translates", kb.FC.translationOf),
    ("row.reply", kb.FC.inReplyTo),
    ("row.no-claim", kb.FC.noClaim),
)
MOST_CLAIMS = 500
"""Claims of one relation that a page lists."""
SAID_APART = ("row.same-text", "row.reply")
"""Notes that the page of an article gives in sentences of their own."""
PARAGRAPH_FACTS = (
    ("row.article", kb.DCTERMS.isPartOf),
    ("row.part", kb.FC.role),
    ("row.language", kb.DCTERMS.language),
    *PARAGRAPH_NOTES,
)
RELATION_FACTS = (
    ("row.means", kb.SKOS.definition),
    ("row.subject-is", kb.RDFS.domain),
    ("row.object-is", kb.RDFS.range),
    ("row.same-as", kb.SKOS.exactMatch),
    ("row.near-to", kb.SKOS.closeMatch),
    ("row.under", kb.RDFS.subPropertyOf),
    ("row.note", kb.RDFS.comment),
    ("row.see-also", kb.RDFS.seeAlso),
)
ENTITY_FACTS = (("row.is-a", kb.RDF.type), ("row.note", kb.RDFS.comment), ("row.see-also", kb.RDFS.seeAlso))


def claim_page(reader: Reader, iri: str) -> ClaimPage:
    """The page of a claim."""
    graph = reader.graph
    standing = reader.names.base.standings.get(iri)
    citations = reader.citing(iri)
    asserting = (node for node in graph.instances(kb.FC.Citation) if graph.nodes(node, kb.FC.asserts))
    others = set(asserting) - set(graph.subjects(kb.FC.asserts, iri))
    relations = (
        ("claim.more-specific", graph.subjects(kb.FC.specialises, iri)),
        ("claim.more-general", graph.nodes(iri, kb.FC.specialises)),
        ("claim.tension", both_ends(graph, kb.FC.inTensionWith, iri)),
        ("claim.limits", graph.nodes(iri, kb.FC.qualifies)),
        ("claim.limited-by", graph.subjects(kb.FC.qualifies, iri)),
    )
    denied = [node for node in reader.near(iri, kb.FC.specialises) if graph.subjects(kb.FC.denies, node)]
    against = (
        ("claim.contradicts", both_ends(graph, kb.FC.contradicts, iri)),
        ("claim.rivals", reader.rivals(iri)),
        ("claim.general-denied", denied),
    )
    return ClaimPage(
        thing=reader.thing(iri, "claim"),
        status=reader.status(iri),
        statement=reader.statement(iri),
        qualifiers=reader.rows(iri, QUALIFIERS),
        path=sentences(standing, reader.names) if standing else (),
        counts=reader.rows(iri, COUNTS),
        stances=tuple((word, tuple(each for each in citations if each.stance == word)) for _, word in STANCES),
        by_way=reader.citations(others),
        against=tuple((title, reader.claims(iris, voices=True)) for title, iris in against if iris),
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
    nodes = sorted(graph.subjects(kb.DCTERMS.isPartOf, iri), key=lambda node: (reader.number(node, kb.FC.index), node))
    paragraphs = tuple(_paragraph(reader, node, by_paragraph.get(node, [])) for node in nodes)
    return ArticlePage(
        thing=reader.thing(iri, "article"),
        facts=reader.rows(iri, ARTICLE_FACTS),
        paragraphs=_threaded(reader, nodes, paragraphs),
        citations=sum(map(len, by_paragraph.values())),
        claims=len(claims),
        versions=versions(reader, nodes, {node: view for node, view in zip(nodes, paragraphs, strict=True)}),
    )


def _paragraph(reader: Reader, iri: str, citations: Sequence[str]) -> ParagraphView:
    graph = reader.graph
    comment = _comment(reader, iri) if kb.FC.Comment in graph.nodes(iri, kb.FC.role) else None
    notes = (
        row
        for row in reader.rows(iri, PARAGRAPH_NOTES)
        if row.label not in SAID_APART and not (comment and row.label == "row.written-by")
    )
    return ParagraphView(
        link=reader.names.link(iri),
        index=reader.number(iri, kb.FC.index),
        role=", ".join(reader.words(iri, kb.FC.role)),
        language=graph.value(iri, kb.DCTERMS.language) or "",
        gist=reader.text(iri, kb.RDFS.comment),
        depth=min(reader.number(iri, kb.FC.threadDepth), 6),
        length=reader.number(iri, kb.FC.length),
        notes=tuple(notes),
        segments=tuple(reader.span(node) for node in sorted(graph.nodes(iri, kb.FC.segment))),
        citations=reader.citations(citations),
        same_as=reader.row("", iri, kb.FC.duplicateOf).values,
        comment=comment,
    )


def _comment(reader: Reader, iri: str) -> CommentView:
    """Who writes to whom."""
    graph = reader.graph
    answered = [node for node in graph.nodes(iri, kb.FC.inReplyTo) if graph.nodes(node, kb.DCTERMS.isPartOf)]
    return CommentView(
        writers=reader.row("", iri, kb.DCTERMS.creator).values,
        to=reader.names.link(answered[0]) if answered else None,
        whose=reader.row("", answered[0], kb.DCTERMS.creator).values if answered else (),
    )


def _threaded(reader: Reader, nodes: Sequence[str], paragraphs: Sequence[ParagraphView]) -> tuple[ParagraphView, ...]:
    """A byline stands as deep as the comment below it; the first of either says that comments begin."""
    found: list[ParagraphView] = []
    after: ParagraphView | None = None
    for node, view in zip(reversed(nodes), reversed(paragraphs), strict=True):
        if kb.FC.CommentByline in reader.graph.nodes(node, kb.FC.role) and after and after.comment:
            view = replace(view, depth=after.depth)
        found.append(view)
        after = view
    found.reverse()
    roles = [reader.graph.nodes(node, kb.FC.role) for node in nodes]
    first = next((at for at, role in enumerate(roles) if {kb.FC.Comment, kb.FC.CommentByline} & set(role)), None)
    if first is not None:
        found[first] = replace(found[first], opens=True)
    return tuple(found)


def entity_page(reader: Reader, iri: str) -> EntityPage:
    """The page of an entity."""
    graph = reader.graph
    voiced = reader.citations(graph.instances(kb.FC.Citation))
    name = reader.names.short(iri)
    about = (
        ("entity.about-subject", graph.subjects(kb.RDF.subject, iri)),
        ("entity.about-object", graph.subjects(kb.RDF.object, iri)),
        ("entity.about-place", graph.subjects(kb.FC.where, iri)),
    )
    dependences = (_dependence(reader, node, iri) for node in sorted(graph.subjects(kb.FC.notIndependentOf, iri)))
    wrote = {*graph.subjects(kb.DCTERMS.creator, iri), *graph.subjects(kb.DCTERMS.publisher, iri)}
    return EntityPage(
        thing=reader.thing(iri, "entity"),
        facts=reader.rows(iri, ENTITY_FACTS),
        names=reader.row("", iri, kb.SKOS.altLabel).values,
        about=tuple((title, reader.claims(iris, voices=True)) for title, iris in about if iris),
        said=tuple(view for view in voiced if view.speaker and view.speaker.name == name),
        relayed=tuple(view for view in voiced if name in [voice.name for voice in view.chain[:-1]]),
        likely=tuple(view for view in voiced if name in [voice.name for voice in view.relay]),
        dependences=tuple(dependences),
        wrote=tuple(reader.names.link(node) for node in sorted(wrote, key=reader.names.path)),
    )


def _dependence(reader: Reader, node: str, iri: str) -> tuple[Link, tuple[Link, ...], tuple[Link, ...]]:
    """The page of a dependence, its other voices, and the reasons."""
    others = sorted(other for other in reader.graph.nodes(node, kb.FC.notIndependentOf) if other != iri)
    reasons = reader.row("", node, kb.RDFS.comment).values
    return reader.names.link(node), tuple(reader.names.link(other) for other in others), reasons


def question_page(reader: Reader, iri: str) -> QuestionPage:
    """The page of a question."""
    answers = reader.claims(reader.graph.subjects(kb.FC.answers, iri))
    iris = {reader.names.link(claim).name: claim for claim in reader.graph.subjects(kb.FC.answers, iri)}
    voices = reader.speakers(iris.values(), kb.FC.asserts)
    return QuestionPage(
        thing=reader.thing(iri, "question"),
        single=kb.FC.SingleAnswerQuestion in reader.graph.nodes(iri, kb.RDF.type),
        voice=voices[0] if len(voices) == 1 and len(answers) > 1 else None,
        facts=reader.rows(iri, (("row.note", kb.RDFS.comment),)),
        answers=tuple(AnswerView(view, reader.citing(iris[view.link.name])) for view in answers),
    )


def dependence_page(reader: Reader, iri: str) -> DependencePage:
    """The page of voices that share an origin."""
    voices = map(reader.names.link, reader.graph.nodes(iri, kb.FC.notIndependentOf))
    return DependencePage(
        thing=reader.thing(iri, "dependence"),
        voices=tuple(sorted(voices, key=by_words)),
        reasons=reader.row("", iri, kb.RDFS.comment).values,
        both=reader.claims(claim for _, claim in reader.graph.pairs(kb.FC.asserts)),
    )


def relation_page(reader: Reader, iri: str) -> RelationPage:
    """The page of a relation."""
    claims = sorted(reader.graph.subjects(kb.RDF.predicate, iri), key=lambda claim: by_words(reader.names.link(claim)))
    return RelationPage(
        thing=reader.thing(iri, "relation"),
        facts=tuple(map(reader.spoken, reader.rows(iri, RELATION_FACTS))),
        claims=reader.claims(claims[:MOST_CLAIMS], voices=True),
        more=max(len(claims) - MOST_CLAIMS, 0),
    )


PAGES: dict[str, Callable[[Reader, str], object]] = {
    "article": article_page,
    "claim": claim_page,
    "citation": citation_page,
    "entity": entity_page,
    "question": question_page,
    "dependence": dependence_page,
    "relation": relation_page,
}


_NAME = re.compile(r"(<[^<>\s]+>|(?<![\w-])[\w-]++:[\w-][\w.-]*[\w-])")


def linked(text: str, names: Names) -> tuple[Link, ...]:
    """Text and links by turns. A name in brackets behind its own label is folded into it; claims are quoted.

    Args:
        text: as `fc:path` has it: things are called `cite:name` or `<iri>`.
    """
    parts = _NAME.split(text)
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
            links += [Link(before), named(iri, names)]
    return tuple(link for link in [*links, Link(parts[-1])] if link.text)
