"""What the parts of the web application share: the loaded base, the workers, the names, the report.

One value for one load of a base; only what it keeps fills up, so that a page is a function of it and of the request.
New data are another value (`webapp.turns`), and each request has one of them from its beginning to its end.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pyoxigraph as ox
from flask import Flask, current_app, has_request_context, request, url_for

import kb
from webapp.engine.budget import Budget
from webapp.engine.evaluate import QueryRequest
from webapp.engine.pool import Pool, Stream, never_gone
from webapp.engine.worker import Reply
from webapp.settings import Settings
from webapp.site.cache import ByteCache
from webapp.site.generations import SITE, Generations
from webapp.site.names import Link, Names
from webapp.words import language
from webapp.words.catalogue import Words

KEY = "factcite"
ANSWER_SHARE, PAGE_SHARE = 32, 8
"""The largest answer, and the largest page, that is kept: one of so many that fill the cache."""
PAGE_ROWS = 200_000  # a page is cut only where it is too long to read
Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Download:
    """A whole document, ready to send; `etag` is the digest of its bytes."""

    body: bytes
    etag: str

    @classmethod
    def of(cls, body: bytes) -> Download:
        """A document with its digest."""
        return cls(body, hashlib.sha256(body).hexdigest())


@dataclass(frozen=True, slots=True)
class Answer:
    """A response to a visitor, kept: headers with all that stays true of it, its ETag (empty for none), its body."""

    headers: tuple[tuple[str, str], ...]
    etag: str
    body: bytes

    @property
    def size(self) -> int:
        """Bytes that it holds, about."""
        return len(self.body) + sum(len(name) + len(value) for name, value in self.headers)


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """An article in a list: its link, language, and how many paragraphs, citations and claims were taken from it."""

    link: Link
    language: str
    paragraphs: int
    citations: int
    claims: int


@dataclass(frozen=True, slots=True)
class Figures:
    """How much a base holds; `statuses` counts claims by the IRI of their status."""

    articles: tuple[ArticleLine, ...]
    claims: int
    citations: int
    statuses: Mapping[str, int]

    @classmethod
    def of(cls, base: kb.KnowledgeBase, names: Names) -> Figures:
        """Count once."""
        graph = base.graph
        citations = graph.instances(kb.FC.Citation)
        by_article: dict[str, list[str]] = {}
        for citation in citations:
            paragraph = graph.value(citation, kb.PROV.wasQuotedFrom) or ""
            by_article.setdefault(graph.value(paragraph, kb.DCTERMS.isPartOf) or "", []).append(citation)
        articles = (
            ArticleLine(
                link=names.link(iri),
                language=", ".join(
                    names.words.language_name(term.value) for term in graph.objects(iri, kb.DCTERMS.language)
                ),
                paragraphs=len(graph.subjects(kb.DCTERMS.isPartOf, iri)),
                citations=len(by_article.get(iri, ())),
                claims=len({claim for citation in by_article.get(iri, ()) for claim in _claims(graph, citation)}),
            )
            for iri in graph.instances(kb.FC.Article)
        )
        claims = graph.instances(kb.FC.Claim)
        return cls(
            articles=tuple(sorted(articles, key=lambda line: (line.link.text, line.link.name))),
            claims=len(claims),
            citations=len(citations),
            statuses=Counter(base.derived.value(claim, kb.FC.status) or "" for claim in claims),
        )


def _claims(graph: kb.Graph, citation: str) -> tuple[str, ...]:
    return tuple(claim for p in kb.STANCES for claim in graph.nodes(citation, p))


@dataclass(frozen=True)
class Site:
    """Everything that a request may look at.

    Attributes:
        base: what is served.
        settings: limits and folders.
        pool: where queries are answered.
        spoken: labels and addresses of everything in the base, by the language that is spoken.
        saved_queries: the saved queries by name; those of pages too.
        budget: what each client has left.
        answers: what visitors were answered, by everything that it depended on.
        replies: what the queries of pages were answered, by everything that it depended on.
        pages: pages of things, and data of other pages, by everything that they depend on.
        stamps: of the files, when they were read.
    """

    base: kb.KnowledgeBase
    settings: Settings
    pool: Pool
    spoken: Mapping[str, Names]
    saved_queries: Mapping[str, kb.SavedQuery]
    budget: Budget
    answers: ByteCache[tuple[str, ...], Answer]
    replies: ByteCache[tuple[object, ...], Reply]
    pages: ByteCache[tuple[object, ...], bytes]
    stamps: kb.Stamps
    _report: list[kb.Report] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _downloads: dict[tuple[str, str | None], Download] = field(default_factory=dict)
    _kept: dict[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def names(self) -> Names:
        """Labels and addresses of everything in the base, in the language of the request."""
        return self.spoken[language.chosen()]

    @property
    def words(self) -> Words:
        """The words of the pages, in the language of the request."""
        return self.names.words

    @property
    def figures(self) -> Figures:
        """How much there is of everything."""
        return self.keep("figures", lambda: Figures.of(self.base, self.names))

    @cached_property
    def graphs(self) -> tuple[str, ...]:
        """IRIs of the named graphs."""
        return (*(file.graph_iri for file in self.base.files), kb.DERIVED_GRAPH)

    def close(self) -> None:
        """End its workers, and remove its store. Closing twice is closing once."""
        self.pool.close()

    def report(self) -> kb.Report:
        """The validation report; made at the first look, by one thread (its engine does not bear two)."""
        with self._lock:
            if not self._report:
                self._report.append(kb.check(base=self.base, texts=self.settings.texts))
            return self._report[0]

    def download(self, format: str, article: str | None = None) -> Download:
        """The base, or one article of it, in an export format; made once."""
        with self._lock:
            found = self._downloads.get((format, article))
            if found is None:
                found = Download.of(kb.export(self.base, format=format, article=article))
                self._downloads[format, article] = found
            return found

    def downloaded(self, format: str, article: str | None = None) -> Download | None:
        """The same, if somebody has asked for it before."""
        return self._downloads.get((format, article))

    def keep(self, name: str, make: Callable[[], Kept]) -> Kept:
        """What `make` gives in the language of the request, made at the first look.

        A base does not change while it is served.
        """
        return self._keep((name, language.chosen()), make)

    def keep_data(self, name: str, make: Callable[[], Kept]) -> Kept:
        """The same for what holds no words of any language, and is made once for all."""
        return self._keep((name, ""), make)

    def _keep(self, key: tuple[str, str], make: Callable[[], Kept]) -> Kept:
        if key not in self._kept:
            self._kept[key] = make()
        found: Kept = self._kept[key]
        return found

    def slug(self, article: str) -> str | None:
        """What the files of an article are called; None where its record has no file of its own."""
        records = (file for file in self.base.files if file.name.startswith("corpus/"))
        names = (file.name for file in records if article in file.document.lines)
        return next((name.removeprefix("corpus/").removesuffix(".ttl") for name in names), None)

    def ask(self, query: QueryRequest, *, page: bool = False) -> Reply:
        """Answer a query in a worker, after looking at its text.

        A visitor's query is paid for from the visitor's budget, and ends when the visitor goes. The answer to a
        query of a page is kept for the next view.

        Raises:
            QueryRefusedError, NotAcceptableError, Stopped: as `Pool.ask` says.
            Spent: the visitor has nothing left.
        """
        if page:
            return self.replies.get(_key(query), lambda: self._asked(query), lambda reply: len(reply.body))
        found = self.open(replace(query, pieces=False))
        assert isinstance(found, Reply), "no pieces were requested"
        return found

    def open(self, query: QueryRequest) -> Reply | Stream:
        """The same for a visitor; in pieces, where the query takes them and the answer is large.

        Raises:
            QueryRefusedError, NotAcceptableError, Stopped, Spent: as `ask` says.
        """
        self._look(query)
        client = request.remote_addr
        with contextlib.ExitStack() as share:
            share.enter_context(self.budget.turn(client))
            found = self.pool.open(
                query,
                gone=request.environ.get("waitress.client_disconnected", never_gone),
                spent=lambda seconds: self.budget.charge(client, seconds),
            )
            if isinstance(found, Stream):
                found.until_end(share)
        return found

    def _asked(self, query: QueryRequest) -> Reply:
        self._look(query)
        return self.pool.ask(query, page=True)

    def _look(self, query: QueryRequest) -> None:
        """Refuse what is refused before a worker sees it."""
        limits = kb.QueryLimits(chars=self.settings.max_query_chars)
        base = query.base or None
        kb.refuse(query.sparql, graphs=self.graphs, prefixes=self.names.prefixes, base=base, limits=limits)

    @property
    def origin(self) -> str:
        """Where the site is seen from, without the path: as it was told, or as it is called by a name it trusts."""
        if self.settings.public_base:
            parts = urlsplit(self.settings.public_base)
            return f"{parts.scheme}://{parts.netloc}"
        if current_app.config.get("TRUSTED_HOSTS"):
            return request.host_url.rstrip("/")
        return "http://localhost"

    @property
    def endpoint(self) -> str:
        """The whole address of the endpoint; relative IRIs of a query are resolved against it."""
        return self.origin + url_for("protocol.sparql")

    def table(self, name: str) -> tuple[tuple[str, ...], list[dict[str, dict[str, Any]]]]:
        """Columns and rows of the answer to a saved query without parameters, for a page.

        Raises:
            QueryRefusedError, Stopped: as `Pool.ask` says.
        """
        document = self._answer(QueryRequest(self.saved_queries[name].text, graph=None, max_rows=PAGE_ROWS))
        return tuple(document["head"]["vars"]), document["results"]["bindings"]

    def rows(self, query: QueryRequest) -> list[dict[str, dict[str, Any]]]:
        """The rows of the answer to a query of a page.

        Raises:
            QueryRefusedError, Stopped: as `Pool.ask` says.
        """
        found: list[dict[str, dict[str, Any]]] = self._answer(query)["results"]["bindings"]
        return found

    def _answer(self, query: QueryRequest) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ask(query, page=True).body)
        return found

    def behind(self, kind: str, iri: str) -> str:
        """The stored query behind a page, its parameter filled in: a whole query, to run or to change.

        Args:
            kind: of the page; its query is `page-<kind>`.
            iri: what the page is about; from `Names`, never from a request.
        """
        stored = self.saved_queries[f"page-{kind}"]
        return stored.text.replace(f"${stored.params[0].name}", f"<{iri}>")

    def term(self, text: str) -> ox.NamedNode | ox.Literal:
        """The value of a variable as a visitor writes it: `<iri>`, `art:name`, `"words"@en`, or plain words."""
        if text[:1] in ("<", '"') and text[:2] != "<<":  # a triple in a triple in … ends the process that reads it
            try:
                triple = next(iter(ox.parse(f"<x:s> <x:p> {text} .", format=ox.RdfFormat.N_TRIPLES)))
            except (SyntaxError, StopIteration):
                return ox.Literal(text)
            return triple.object if isinstance(triple.object, ox.NamedNode | ox.Literal) else ox.Literal(text)
        iri = kb.expand(text, self.names.prefixes)
        return ox.NamedNode(iri) if iri else ox.Literal(text)


def _key(query: QueryRequest) -> tuple[object, ...]:
    """Everything that the answer to a query depends on."""
    params = tuple((name, str(term)) for name, term in sorted(query.params.items()))
    graphs = (query.default_graphs, query.named_graphs)
    return (query.sparql, query.table, query.graph, params, *graphs, query.max_rows, query.base)


def site() -> Site:
    """The site that answers this request."""
    bound: Site | None = request.environ.get(SITE) if has_request_context() else None
    return bound or turns_of(current_app).now


def site_of(app: Flask) -> Site:
    """The site that answers new requests to an application."""
    return turns_of(app).now


def turns_of(app: Flask) -> Generations[Site]:
    """The sites of an application, one after another."""
    found: Generations[Site] = app.extensions[KEY]
    return found
