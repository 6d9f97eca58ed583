"""What things are called, and where their pages are.

A page exists only for what the base holds: the addresses are made from the loaded base, never from what a visitor
types, so nothing that a visitor types can become a link, a file name or a part of a query.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import pyoxigraph as ox

import kb
from webapp.words.catalogue import FIRST, Words

KINDS = ("article", "claim", "citation", "entity", "question", "dependence", "relation")
DATA_PREFIXES = ("art", "cite", "claim", "ent", "q", "rel")
SUFFIXES = (".ttl", ".nt", ".json", ".jsonld")  # of documents; a thing whose name ends so has no page
MOST_CHOICES = 300  # things that one field of a form offers
MOST_SUGGESTED = 3_000  # and that a page carries to be suggested while somebody types
LONGEST_IRI = 1_000  # code points of an IRI of an answer that a page shows
_NAME = re.compile(r"[A-Za-z0-9_~][A-Za-z0-9._~-]*")


@dataclass(frozen=True, slots=True)
class Link:
    """A thing as a page shows it.

    Attributes:
        text: its label, or its prefixed name where it has none.
        href: path of its page in this site, without a leading slash; an http(s) address; or empty for no link.
        name: its prefixed name, or its IRI.
        lang: language of `text`; empty for none.
        note: what kind of literal it is; empty for an IRI and for plain text.
    """

    text: str
    href: str = ""
    name: str = ""
    lang: str = ""
    note: str = ""

    @property
    def external(self) -> bool:
        """Whether the link leaves this site."""
        return "://" in self.href


@dataclass(frozen=True)
class Places:
    """Where everything in a base has its page; the same in every language."""

    base: kb.KnowledgeBase

    @cached_property
    def prefixes(self) -> Mapping[str, str]:
        """Prefixes for reading and writing names: a user's own base declares what `claim:` means."""
        own: dict[str, str] = {}
        for file in self.base.files:
            for name, iri in sorted(file.document.prefixes.items()):
                if name in DATA_PREFIXES:
                    own.setdefault(name, iri)
        return {**self.base.prefixes, **own}

    @cached_property
    def paths(self) -> Mapping[str, str]:
        """IRI to path, for everything that has a page of its own."""
        return {iri: f"{kind}/{name}" for (kind, name), iri in self.iris.items()}

    @cached_property
    def iris(self) -> Mapping[tuple[str, str], str]:
        """(kind, name) to IRI. Where two IRIs end alike, the first in order has the page."""
        graph = self.base.graph
        articles = set(graph.instances(kb.FC.Article))
        things = (*graph.instances(kb.SCHEMA.Thing), *graph.instances(kb.FC.Agent))
        members: dict[str, Iterable[str]] = {
            "article": articles,
            "claim": graph.instances(kb.FC.Claim),
            "citation": graph.instances(kb.FC.Citation),
            "entity": set(things) - articles,
            "question": graph.instances(kb.FC.Question),
            "dependence": graph.instances(kb.FC.Dependence),
            "relation": graph.instances(kb.FC.Relation),
        }
        found: dict[tuple[str, str], str] = {}
        for kind, iris in members.items():
            for iri in sorted(iris):
                name = kb.local_name(iri)
                if _NAME.fullmatch(name) and not name.endswith(SUFFIXES):
                    found.setdefault((kind, name), iri)
        return found

    @cached_property
    def inside(self) -> Mapping[str, str]:
        """Paragraphs, segments and spans, to a place on the page of their article."""
        graph = self.base.graph
        found: dict[str, str] = {}
        for paragraph, article in graph.pairs(kb.DCTERMS.isPartOf):
            index = graph.value(paragraph, kb.FC.index) or ""
            if article in self.paths and index.isdecimal():
                found[paragraph] = f"{self.paths[article]}#p{index}"
        for predicate, swap in ((kb.FC.segment, True), (kb.PROV.wasQuotedFrom, False)):
            for subject, value in graph.pairs(predicate):
                paragraph, part = (subject, value) if swap else (value, subject)
                if paragraph in found:
                    found.setdefault(part, found[paragraph])
        return found


@dataclass(frozen=True)
class Names:
    """Labels of a base in one language, and the addresses of its pages."""

    places: Places
    words: Words

    @property
    def base(self) -> kb.KnowledgeBase:
        """The base."""
        return self.places.base

    @property
    def prefixes(self) -> Mapping[str, str]:
        """Prefixes for reading and writing names."""
        return self.places.prefixes

    @property
    def paths(self) -> Mapping[str, str]:
        """IRI to path, for everything that has a page of its own."""
        return self.places.paths

    @property
    def iris(self) -> Mapping[tuple[str, str], str]:
        """(kind, name) to IRI."""
        return self.places.iris

    def iri(self, kind: str, name: str) -> str | None:
        """The IRI of the thing that has the page `kind/name`."""
        return self.iris.get((kind, name))

    def near(self, name: str, count: int = 5) -> tuple[Link, ...]:
        """Things whose names are like `name`, for somebody who has lost the way."""
        by_name: dict[str, list[str]] = {}
        for (_, known), iri in self.iris.items():
            by_name.setdefault(known, []).append(iri)
        found = difflib.get_close_matches(name[:100].lower(), by_name, count)
        return tuple(self.link(iri) for each in found for iri in by_name[each])[:count]

    def path(self, iri: str) -> str:
        """Where a thing is shown: its own page, or its place on its article's; empty where nowhere."""
        if iri in self.paths:
            return self.paths[iri]
        return self.places.inside.get(iri, "")

    @cached_property
    def choices(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """What a form offers for each kind of thing: prefixed name and words, in the order of reading.

        A kind is left out where it has more than anybody would read through.
        """
        return {kind: pairs for kind, pairs in self._offers.items() if len(pairs) <= MOST_CHOICES}

    @cached_property
    def suggestions(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """The same for kinds with more things, to be suggested while somebody types."""
        return {kind: pairs for kind, pairs in self._offers.items() if MOST_CHOICES < len(pairs) <= MOST_SUGGESTED}

    @cached_property
    def _offers(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        members: dict[str, list[str]] = {kind: [] for kind in KINDS}
        for (kind, _), iri in self.iris.items():
            members[kind].append(iri)
        paragraphs = self.base.graph.instances(kb.FC.Paragraph)
        found = {kind: self._choices(iris) for kind, iris in members.items() if len(iris) <= MOST_SUGGESTED}
        return found if len(paragraphs) > MOST_SUGGESTED else {**found, "paragraph": self._paragraphs(paragraphs)}

    def _choices(self, iris: Iterable[str]) -> tuple[tuple[str, str], ...]:
        found = ((self.short(iri), self.label(iri)[0] or self.short(iri)) for iri in iris)
        return tuple(sorted(found, key=lambda pair: (pair[1].casefold(), pair[0])))

    def _paragraphs(self, iris: Iterable[str]) -> tuple[tuple[str, str], ...]:
        graph = self.base.graph
        found = []
        for paragraph in iris:
            article = graph.value(paragraph, kb.DCTERMS.isPartOf) or ""
            index = graph.value(paragraph, kb.FC.index) or ""
            if paragraph in self.places.inside and index.isdecimal():
                found.append((self.link(article).text, int(index), self.short(paragraph)))
        say = self.words.text
        return tuple(
            (name, say("names.number-of-title", number=str(index), title=title)) for title, index, name in sorted(found)
        )

    def label(self, iri: str) -> tuple[str, str]:
        """A thing's label and the language of it: the one that is spoken, else English, else another."""
        graph = self.base.graph
        for predicate in (kb.RDFS.label, kb.DCTERMS.title, kb.SKOS.prefLabel):
            found = self.said(iri, predicate)
            if found[0]:
                return found
        if iri.startswith(kb.SCHEMA.iri):
            return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", iri.removeprefix(kb.SCHEMA.iri)).lower(), "en"
        if kb.FC.Article in graph.nodes(iri, kb.RDF.type):
            return self.words.text("names.no-title", name=kb.local_name(iri)), self.words.language
        voices = graph.nodes(iri, kb.FC.notIndependentOf)
        if voices:
            return self._together(voices)
        if iri == kb.RDF.langString:
            return self.words.text("names.words"), self.words.language
        place = self.places.inside.get(iri)
        types = graph.nodes(iri, kb.RDF.type) if place and iri in graph else ()
        for kind, key in ((kb.FC.Paragraph, "names.paragraph"), (kb.FC.Segment, "names.segment")):
            if place and kind in types:
                return self.words.text(key, number=place.rpartition("#p")[2]), self.words.language
        return "", ""

    def _together(self, iris: Iterable[str]) -> tuple[str, str]:
        """Several things in one label; joined by a word only where their names are of the language of the page."""
        graph = self.base.graph  # what shares an origin with others may be called by them, and they by it
        called = (Link(self.short(iri)) if graph.nodes(iri, kb.FC.notIndependentOf) else self.link(iri) for iri in iris)
        links = sorted(called, key=lambda link: link.text)
        tags = {link.lang for link in links}
        if tags == {self.words.language}:
            return self.words.listed_text([link.text for link in links]), self.words.language
        return "\N{NO-BREAK SPACE}· ".join(link.text for link in links), tags.pop() if len(tags) == 1 else ""

    def said(self, iri: str, predicate: str) -> tuple[str, str]:
        """The text of a property and the language of it: the one that is spoken, else English, else another."""
        order = (self.words.language, FIRST)
        found = sorted(
            (tag not in order, order.index(tag) if tag in order else 0, tag, term.value)
            for term in self.base.graph.objects(iri, predicate)
            if isinstance(term, ox.Literal) and term.value.strip()
            for tag in [term.language or ""]
        )
        return (found[0][3], found[0][2]) if found else ("", "")

    def text(self, iri: str, predicate: str) -> Link:
        """The same as a page shows it."""
        text, language = self.said(iri, predicate)
        return Link(text, lang=language)

    def spoken(self, link: Link) -> Link:
        """A label or a definition of the vocabulary that was asked for in English, in the language of the page."""
        return self._vocabulary.get(link.text, link) if link.lang == FIRST else link

    @cached_property
    def _vocabulary(self) -> Mapping[str, Link]:
        """What the vocabulary says in English, and how a page says it."""
        graph = self.base.graph
        return {
            term.value: self.text(iri, predicate)
            for iri in map(kb.FC.iri.__add__, sorted(kb.FC.terms, reverse=True))
            for predicate in (kb.RDFS.label, kb.SKOS.definition)
            for term in graph.objects(iri, predicate)
            if isinstance(term, ox.Literal) and term.language == FIRST
        }

    def short(self, iri: str) -> str:
        """The prefixed name, or the IRI."""
        return kb.short_iri(iri, self.prefixes)

    def link(self, iri: str) -> Link:
        """A thing, with its label and its address in this site; what the base holds is worked out once."""
        found = self._links.get(iri)
        if found is None:
            text, lang = self.label(iri)
            found = Link(text or self.short(iri), self.path(iri), self.short(iri), lang)
            if iri in self.base.graph:
                self._links[iri] = found
        return found

    def by_place(self, iri: str) -> Link:
        """The same; a citation, which has no label, is called by its paragraph and article."""
        link = self.link(iri)
        graph = self.base.graph
        paragraph = graph.value(iri, kb.PROV.wasQuotedFrom) if link.href.startswith("citation/") else None
        article = graph.value(paragraph, kb.DCTERMS.isPartOf) if paragraph else None
        said = self.label(paragraph)[0] if paragraph and article else ""
        if not (article and said) or link.lang:
            return link
        text = self.words.text("browse.place", paragraph=said, article=kb.local_name(article))
        return replace(link, text=text, lang=self.words.language)

    @cached_property
    def _links(self) -> dict[str, Link]:
        return {}

    def cell(self, term: Mapping[str, object] | None) -> Link | None:
        """A value of an answer, in the JSON of SPARQL results, as a page shows it."""
        if term is None:
            return None
        value = term["value"]
        if term["type"] == "uri" and len(str(value)) > LONGEST_IRI:
            return cut_short(Link(str(value)), LONGEST_IRI, self.words)
        if term["type"] == "uri":
            link = self.link(str(value))
            outside = not link.href and re.match(r"https?://[^/]", str(value)) and not self._is_term(str(value))
            return Link(link.text, str(value), link.name, link.lang) if outside else link
        if term["type"] == "bnode":
            return Link(f"_:{value}", note=self.words.text("names.unnamed-node"))
        if term["type"] == "triple":
            return Link(str(value), note=self.words.text("names.triple"))
        datatype = str(term.get("datatype", ""))
        note = self.short(datatype) if datatype and not _obvious(datatype) else ""
        return Link(str(value), lang=str(term.get("xml:lang", "")), note=note)

    def _is_term(self, iri: str) -> bool:
        """Whether an IRI is a name of this base or of its vocabulary, which lead nowhere on the web."""
        return iri in self.base.graph or iri.startswith((kb.FC.iri, self.prefixes["rel"], kb.GRAPHS))

    def value(self, term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Link:
        """A value of the graph as a page shows it."""
        if isinstance(term, ox.NamedNode):
            return self.link(term.value)
        if isinstance(term, ox.Literal):
            note = "" if _obvious(term.datatype.value) else self.short(term.datatype.value)
            return Link(term.value, lang=term.language or "", note=note)
        return Link(str(term))


def cut_short(link: Link, most: int, words: Words) -> Link:
    """What is longer than a page can bear, and goes on; it says so."""
    if len(link.text) <= most:
        return link
    return Link(
        f"{link.text[:most]}…", lang=link.lang, note=words.text("answer.text-more", shown=most, all=len(link.text))
    )


def _obvious(datatype: str) -> bool:
    """Whether readers need not be told that a value has this datatype."""
    plain = {kb.PREFIXES["xsd"] + name for name in ("string", "integer", "boolean", "date", "decimal")}
    return datatype in plain | {kb.RDF.langString}
