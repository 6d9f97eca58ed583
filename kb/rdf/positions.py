"""The position of each triple in a Turtle file: the spans of its subject, predicate and object.

No SHACL engine or RDF parser in use keeps positions. So the tokens of an accepted file are read a second time, by the
rules of the grammar (https://www.w3.org/TR/turtle/#sec-grammar), and each triple is kept with its spans. The text is
known to be Turtle, so this module refuses nothing; tests over the W3C suite compare both graphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

import pyoxigraph as ox

from kb.rdf.graph import Node, Term, key
from kb.rdf.tokens import Token, resolve, tokens, unescape
from kb.vocab import RDF, XSD


@dataclass(frozen=True, slots=True)
class Span:
    """Code point offsets in a file, end-exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Located:
    """A triple and its position.

    Attributes:
        subject, predicate, object: the terms; blank nodes have labels of this reading only.
        at_subject, at_predicate, at_object: their spans; for the triples of a list cell, the item's span or the
            bracket that opens the list.
        owner: the IRI that is the subject of its statement; empty if the subject is a blank node.
        via: for a triple inside brackets, the predicate of the owner that leads to it; else its own predicate.
    """

    subject: Node
    predicate: str
    object: Term
    at_subject: Span
    at_predicate: Span
    at_object: Span
    owner: str = ""
    via: str = ""


@dataclass(frozen=True)
class Positions:
    """Every triple of a file with its position.

    Attributes:
        triples: in the order of the file.
    """

    triples: tuple[Located, ...]

    @cached_property
    def _by_owner(self) -> Mapping[str, tuple[Located, ...]]:
        found: dict[str, list[Located]] = {}
        for located in self.triples:
            found.setdefault(located.owner, []).append(located)
        return {owner: tuple(triples) for owner, triples in found.items()}

    def of(self, subject: str, predicate: str = "", value: str = "") -> tuple[int, tuple[Span, ...]]:
        """Where to point for a subject, a predicate of it and a value.

        This is the object if the value is found (also in a list), else the predicate, else the subject; all places,
        if there are several. The number says which it is: 3 for the object, 2 for the predicate, 1 for the subject,
        and 0 without a span if the file does not describe the subject.

        Args:
            subject: IRI of a named subject.
            predicate: IRI; empty means the subject, or the value of any predicate.
            value: a term in N-Triples form; empty means the predicate.
        """
        own = self._by_owner.get(subject, ())
        under = tuple(located for located in own if located.via == predicate) if predicate else own
        objects = [located.at_object for located in under if value and str(located.object) == value]
        direct = [located for located in own if key(located.subject) == subject]  # not in brackets
        predicates = [located.at_predicate for located in direct if located.predicate == predicate]
        subjects = [located.at_subject for located in direct]
        for nearness, found in ((3, objects), (2, predicates), (1, subjects)):
            if found:
                return nearness, tuple(dict.fromkeys(found))
        return 0, ()

    def uses(self, iri: str) -> tuple[Span, ...]:
        """Every place where an IRI is written, as subject, predicate or object."""
        found: set[Span] = set()
        for located in self.triples:
            found |= {located.at_subject} if key(located.subject) == iri else set()
            found |= {located.at_predicate} if located.predicate == iri else set()
            found |= {located.at_object} if isinstance(located.object, Node) and key(located.object) == iri else set()
        return tuple(sorted(found, key=lambda span: span.start))


def read_positions(text: str, base: str | None = None) -> Positions:
    """Read the positions of a text that `kb.rdf.turtle.read_turtle` has accepted.

    Args:
        text: the Turtle.
        base: IRI against which relative IRIs are resolved; the house has none.
    """
    reader = _Reader(tuple(token for token in tokens(text) if token.kind != "comment"), base or "")
    while reader.at < len(reader.tokens):
        reader.statement()
    return Positions(tuple(reader.found))


@dataclass
class _Reader:
    """One pass over the tokens of one file."""

    tokens: tuple[Token, ...]
    base: str
    at: int = 0
    prefixes: dict[str, str] = field(default_factory=dict)
    found: list[Located] = field(default_factory=list)
    labels: dict[str, ox.BlankNode] = field(default_factory=dict)
    owner: str = ""
    via: str = ""
    depth: int = 0

    # --- tokens

    def peek(self) -> Token:
        return self.tokens[self.at]

    def next(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def opens(self, bracket: str) -> bool:
        return self.peek().text == bracket and self.peek().kind in ("open", "close")

    # --- statements

    def statement(self) -> None:
        word = self.peek().text.lower()
        if self.peek().kind in ("at", "word") and word in ("@prefix", "prefix", "@base", "base"):
            self.directive()
            return
        self.owner = self.via = ""
        lone = self.opens("[")
        subject, span = self.node()
        self.owner = "" if isinstance(subject, ox.BlankNode) else key(subject)
        if not (lone and self.peek().kind == "dot"):
            assert not isinstance(subject, ox.Literal)
            self.predicates(subject, span)
        self.next()

    def directive(self) -> None:
        word = self.next().text.lower()
        if word.endswith("prefix"):
            name = self.next().text.partition(":")[0]
            self.prefixes[name] = self.iri(self.next())
        else:
            self.base = self.iri(self.next())
        if word.startswith("@"):
            self.next()

    def predicates(self, subject: Node, at_subject: Span) -> None:
        while True:
            token = self.next()
            predicate = RDF.type if token.text == "a" and token.kind == "word" else self.iri(token)
            if self.depth == 0:
                self.via = predicate
            self.objects(subject, at_subject, predicate, _span(token))
            while self.peek().text == ";" and self.peek().kind == "mark":
                self.next()
            if self.peek().kind in ("dot", "close"):
                return

    def objects(self, subject: Node, at_subject: Span, predicate: str, at_predicate: Span) -> None:
        while True:
            value, at_value = self.node()
            self.add(subject, predicate, value, at_subject, at_predicate, at_value)
            if not (self.peek().text == "," and self.peek().kind == "mark"):
                return
            self.next()

    def add(
        self, subject: Node, predicate: str, value: Term, at_subject: Span, at_predicate: Span, at_value: Span
    ) -> None:
        self.found.append(
            Located(subject, predicate, value, at_subject, at_predicate, at_value, self.owner, self.via or predicate)
        )

    # --- terms

    def node(self) -> tuple[Term, Span]:
        token = self.peek()
        if token.kind == "open":
            return self.collection() if token.text == "(" else self.properties()
        self.next()
        if token.kind == "string":
            return self.literal(token)
        if token.kind == "word" and token.text.startswith("_:"):
            return self.labels.setdefault(token.text, ox.BlankNode()), _span(token)
        if token.kind == "iri" or ":" in token.text:
            return ox.NamedNode(self.iri(token)), _span(token)
        return _unquoted(token.text), _span(token)

    def literal(self, token: Token) -> tuple[Term, Span]:
        width = 3 if token.text[:3] in ('"""', "'''") else 1
        value = unescape(token.text[width:-width])
        following = self.peek() if self.at < len(self.tokens) else None
        if following is not None and following.kind == "at":
            self.next()
            return ox.Literal(value, language=following.text[1:]), Span(token.start, following.end)
        if following is not None and following.kind == "hat":
            self.next()
            datatype = self.next()
            return ox.Literal(value, datatype=ox.NamedNode(self.iri(datatype))), Span(token.start, datatype.end)
        return ox.Literal(value), _span(token)

    def properties(self) -> tuple[Term, Span]:
        bracket = self.next()
        node = ox.BlankNode()
        self.depth += 1
        if not self.opens("]"):
            self.predicates(node, _span(bracket))
        self.depth -= 1
        self.next()
        return node, _span(bracket)

    def collection(self) -> tuple[Term, Span]:
        bracket = self.next()
        at = _span(bracket)
        items: list[tuple[Term, Span]] = []
        self.depth += 1
        while not self.opens(")"):
            items.append(self.node())
        self.depth -= 1
        self.next()
        cells: list[Node] = [ox.BlankNode() for _ in items]
        rests: list[Node] = [*cells[1:], ox.NamedNode(RDF.nil)] if cells else []
        for cell, (item, at_item), rest in zip(cells, items, rests, strict=True):
            self.add(cell, RDF.first, item, at, at, at_item)
            self.add(cell, RDF.rest, rest, at, at, at)
        return (cells[0] if cells else ox.NamedNode(RDF.nil)), at

    def iri(self, token: Token) -> str:
        found = resolve(token, self.prefixes) or ""
        return _resolve(self.base, found) if self.base and token.kind == "iri" else found


@cache
def _resolve(base: str, reference: str) -> str:
    """A reference resolved against a base (RFC 3986, section 5.2), by the parser.

    The standard library follows older rules and knows few schemes.
    """
    (quad,) = ox.parse(f"<{reference}> a <urn:x> .", format=ox.RdfFormat.TURTLE, base_iri=base)
    assert isinstance(quad.subject, ox.NamedNode)
    return quad.subject.value


def _span(token: Token) -> Span:
    return Span(token.start, token.end)


def _unquoted(text: str) -> ox.Literal:
    """A number or a boolean written without quotes."""
    if text in ("true", "false"):
        return ox.Literal(text, datatype=ox.NamedNode(XSD.boolean))
    kind = XSD.double if "e" in text.lower() else XSD.decimal if "." in text else XSD.integer
    return ox.Literal(text, datatype=ox.NamedNode(kind))


def excerpt(text: str, span: Span) -> Iterator[str]:
    """The first line of a span, and a line of carets under it, with the tabs of the line."""
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.start)
    line = text[start : end if end >= 0 else len(text)].rstrip("\r")
    width = max(1, min(span.end, start + len(line)) - span.start)
    yield line
    yield re.sub(r"[^\t]", " ", line[: span.start - start]) + "^" * width
