"""Views are read out of the graph that a page's stored query answered, and out of nothing else.

A visitor who runs the query behind a page sees where every line of it comes from; labels and addresses come from
the names of the base. (How a status comes about is said from what it was counted from: `webapp.things.sentences`.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import pyoxigraph as ox

import kb
from webapp.site.names import Link, Names
from webapp.things.views import CitationView, ClaimView, Row, SpanView, StatusView, Thing, status_view
from webapp.words.catalogue import FIRST

STANCES = tuple((stance, kb.local_name(stance)) for stance in kb.STANCES)
RESTATES = (
    ("again.translates", kb.FC.translates),
    ("again.duplicates", kb.FC.duplicates),
    ("again.restates", kb.FC.restates),
)
RESTATED_BY = (
    ("row.translated-by", kb.FC.translates),
    ("row.duplicated-by", kb.FC.duplicates),
    ("row.said-again-by", kb.FC.restates),
)
CITATION_MORE = (("row.channel", kb.FC.channel),)
VOICES = tuple(zip(("voice.asserted", "voice.denied", "voice.mentioned"), kb.STANCES, strict=True))


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
        """The values of one property, sorted; a language is called by its name."""
        names = self.names
        values = (
            names.by_place(term.value) if isinstance(term, ox.NamedNode) else names.value(term)
            for term in self.graph.objects(iri, predicate)
        )
        if predicate == kb.DCTERMS.language:
            values = (Link(names.words.language_name(value.text)) for value in values)
        return Row(label, tuple(sorted(values, key=lambda link: (link.text, link.name))))

    def rows(self, iri: str, wanted: Iterable[tuple[str, str]]) -> tuple[Row, ...]:
        """The properties that have values."""
        found = (self.row(label, iri, predicate) for label, predicate in wanted)
        return tuple(row for row in found if row.values)

    def spoken(self, row: Row) -> Row:
        """A row without the values that say in another language what one says in the language of the page."""
        order = (self.names.words.language, FIRST)
        tag = next((tag for tag in order if any(value.lang == tag for value in row.values)), None)
        return row if tag is None else Row(row.label, tuple(value for value in row.values if value.lang in ("", tag)))

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

    def claims(self, iris: Iterable[str], *, voices: bool = False) -> tuple[ClaimView, ...]:
        """Claims in a list, by label; with `voices`, and who puts them forward or denies them."""
        found = (
            replace(self.claim(iri), voices=self.voices(iri)) if voices else self.claim(iri)
            for iri in dict.fromkeys(iris)
        )
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
            iri,
        )

    def speakers(self, claims: Iterable[str], stance: str) -> tuple[Link, ...]:
        """The innermost voices that assert, deny or mention one of these claims."""
        graph = self.graph
        found = {
            voice
            for claim in claims
            for citation in graph.subjects(stance, claim)
            for voice in graph.nodes(citation, kb.FC.speaker)
        }
        return tuple(sorted(map(self.names.link, found), key=by_words))

    def voices(self, claim: str) -> tuple[Row, ...]:
        """Who asserts, denies and mentions a claim."""
        found = ((label, self.speakers([claim], stance)) for label, stance in VOICES)
        return tuple(Row(label, voices) for label, voices in found if voices)

    def near(self, claim: str, predicate: str, *, inverse: bool = False) -> tuple[str, ...]:
        """Claims that `predicate` leads to, over any number of steps."""
        found: dict[str, None] = {}
        waiting = [claim]
        while waiting:
            here = waiting.pop()
            step = self.graph.subjects(predicate, here) if inverse else self.graph.nodes(here, predicate)
            waiting += [other for other in step if other not in found]
            found.update(dict.fromkeys(step))
        found.pop(claim, None)
        return tuple(found)

    def rivals(self, claim: str) -> tuple[str, ...]:
        """Other answers to the single-answer questions that a claim answers."""
        graph = self.graph
        found = {
            other
            for question in graph.nodes(claim, kb.FC.answers)
            if kb.FC.SingleAnswerQuestion in graph.nodes(question, kb.RDF.type)
            for other in graph.subjects(kb.FC.answers, question)
        }
        return tuple(sorted(found - {claim, *both_ends(graph, kb.FC.contradicts, claim)}))

    def beside(self, claim: str) -> tuple[Row, ...]:
        """Claims that a claim supports, excludes, rubs against or answers with."""
        graph = self.graph
        opposed = both_ends(graph, kb.FC.contradicts, claim)
        found = (
            ("beside.supports", graph.nodes(claim, kb.FC.specialises)),
            ("beside.excludes", opposed),
            ("beside.rival", self.rivals(claim)),
            ("beside.tension", both_ends(graph, kb.FC.inTensionWith, claim)),
            ("beside.limits", graph.nodes(claim, kb.FC.qualifies)),
        )
        return tuple(
            Row(label, tuple(sorted(map(self.names.link, claims), key=by_words))) for label, claims in found if claims
        )

    def opposed(self, claim: str, stance: str) -> tuple[Row, ...]:
        """The voices on the other side of a claim that is asserted, or denied."""
        if stance == "denies":
            below = self.near(claim, kb.FC.specialises, inverse=True)
            found = (
                ("against.asserted", self.speakers([claim], kb.FC.asserts)),
                ("against.specific-asserted", self.speakers(below, kb.FC.asserts)),
            )
        elif stance == "asserts":
            above = self.near(claim, kb.FC.specialises)
            found = (
                ("against.denied", self.speakers([claim], kb.FC.denies)),
                ("against.general-denied", self.speakers(above, kb.FC.denies)),
            )
        else:
            return ()
        return tuple(Row(label, voices) for label, voices in found if voices)

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
        doubt = self.names.link(kb.FC.AmbiguousVoice).text
        return CitationView(
            link=self.names.link(iri),
            stance=stance,
            claim=self.claim(claim) if claim else None,
            chain=tuple(self.names.link(voice) for voice in chain),
            kind=", ".join(self.words(iri, kb.FC.kind)),
            modality=tuple(word for word in self.words(iri, kb.FC.modality) if word != doubt),
            span=self.span(iri),
            index=self.number(paragraph, kb.FC.index),
            gist=self.text(paragraph, kb.RDFS.comment),
            restates=self.rows(iri, RESTATES),
            restated_by=tuple(
                Row(label, tuple(self.names.by_place(node) for node in sorted(graph.subjects(predicate, iri))))
                for label, predicate in RESTATED_BY
                if graph.subjects(predicate, iri)
            ),
            more=self.rows(iri, CITATION_MORE),
            notes=self.row("", iri, kb.RDFS.comment).values,
            relay=self.row("", iri, kb.FC.impliedVia).values,
            unsure=kb.FC.AmbiguousVoice in graph.nodes(iri, kb.FC.modality),
            ironic=kb.FC.Ironic in graph.nodes(iri, kb.FC.modality),
            comment=kb.FC.Comment in graph.nodes(paragraph, kb.FC.role),
            beside=self.beside(claim),
            opposed=self.opposed(claim, stance),
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
        parts = (("row.subject", kb.RDF.subject), ("row.relation", kb.RDF.predicate), ("row.object", kb.RDF.object))
        return self.rows(claim, parts)


def by_words(link: Link) -> tuple[str, str]:
    return link.text, link.name


def _reading_order(view: CitationView) -> tuple[object, ...]:
    return (view.span.paragraph.href.partition("#")[0], view.index, view.span.start, view.span.end, view.link.name)


def both_ends(graph: kb.Graph, predicate: str, iri: str) -> tuple[str, ...]:
    """The other ends of a symmetric property, which is written once."""
    return tuple(sorted({*graph.nodes(iri, predicate), *graph.subjects(predicate, iri)}))
