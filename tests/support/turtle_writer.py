"""Turtle at random, together with what it says and where each term of it stands.

The fuzz of the gate and of the positions needs a judge that shares no code with either. Here the triples come first
and are written down in one of the many ways that the grammar allows (https://www.w3.org/TR/turtle/#sec-grammar), so
that the right answer is known without reading anything back.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import TypeAlias

import pyoxigraph as ox

from kb.vocab import RDF, XSD

Node: TypeAlias = ox.NamedNode | ox.BlankNode
Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal
Mark: TypeAlias = tuple[int, int]
"""The first and the last word of a term."""

BASE = "http://example.org/dir/file"

_SPACES = ("urn:a:", "http://example.org/", "http://example.org/dir#", "urn:é:", "https://ex.org/x/", "tag:x,2001:")
_PREFIXES = ("", "e", "p.q", "é", "a-b", "P1", "a", "true", "base", "prefix", "version", "x\u0301", "가")
_LOCALS: tuple[str, ...] = (
    "",
    "a",
    "b-c",
    "1x",
    "x.y",
    "x..y",
    "x:y",
    ":",
    "%41z",
    r"a\,b",
    r"\~x",
    r"a\.b",
    r"x\.",
    r"\(\)",
    "é",
    "가",
)
_LOCALS += ("g\u1680h", "_u", "a·b", "x\u0301", "\U00010300", r"\&\'\-", "-".join("abc"), "0", "1.5", "e5", "a" * 300)
_IRIS: tuple[str, ...] = (
    "urn:x",
    "http://example.org/",
    "http://example.org/é",
    "http://example.org/a%20b",
    "urn:x:~'(),;=",
    "urn:.",
)
_IRIS += (
    "http://example.org/?q=1&r=a#part",
    "http://[::1]:80/",
    "urn:a#b.c",
    "http://u@e.org:8/x/../y",
    "urn:\U0001f600",
)
_RELATIVE = ("x", "#x", "sub/y", "?q", "../up", "/root", "//other.org/z")
_SIGNS = (
    *"ab 1.;,#<>[]()@^_:'\"\\\n\t\r/~|{}",
    "'''",
    '"""',
    "é",
    "가",
    "\U0001f600",
    "\u2028",
    "\u0085",
    "\x01",
    "\u200d",
)
_SIGNS += ("\ufeff", "\u202e", "\x7f", "\u1680", "<!--", "@en", "^^", " . ", "\r\n", "e\u0301", "\x0c", "\x0b", "\x00")
_LANGUAGES = ("en", "EN", "en-US", "de-1996", "zh-Hans-CN", "x-a1", "version", "prefix")
_LABELS = ("a", "b1", "0", "x.y", "x-y", "é", "가·", "_", "a..b", "x:"[:1])
_NUMBERS = ("1", "007", "+1", "-0", "1.5", "-.5", "+0.50", "1e3", "1.E3", ".5e-1", "-1.5E+10", "9" * 30)
_GAPS = (" ", "\n", "\t", "\r\n", "  ", " # a . b ; c \" ''' <x\n", "\n\n", " #\r\n", "\n#é @prefix x: <urn:y> .\n")
_SHORT = {"\t": r"\t", "\b": r"\b", "\n": r"\n", "\r": r"\r", "\f": r"\f", '"': r"\"", "'": r"\'", "\\": r"\\"}


@dataclass(frozen=True, slots=True)
class Spot:
    """A triple and where its three terms stand, as (start, end) in code points."""

    subject: Node
    predicate: str
    object: Term
    at_subject: tuple[int, int]
    at_predicate: tuple[int, int]
    at_object: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Written:
    """A text and what it says."""

    text: str
    spots: tuple[Spot, ...]

    @property
    def triples(self) -> tuple[ox.Triple, ...]:
        """The triples, each once."""
        found = (ox.Triple(spot.subject, ox.NamedNode(spot.predicate), spot.object) for spot in self.spots)
        return tuple(dict.fromkeys(found))


def written(chance: random.Random, *, statements: int = 6, plain: bool = False) -> Written:
    """A text of a few statements.

    Args:
        chance: where the choices come from; the same state gives the same text.
        statements: at most so many.
        plain: whether only words of the common sort are chosen, as every reader knows them; else relative IRIs,
            against `BASE`, and whatever else the grammar allows.
    """
    writer = _Writer(chance, _PLAIN if plain else _ALL)
    writer.directive()
    for _ in range(chance.randrange(statements) + 1):
        if chance.random() < 0.2:
            writer.directive()
        writer.statement()
    return writer.finish()


@dataclass(frozen=True, slots=True)
class _Words:
    """What a writer chooses from."""

    prefixes: tuple[str, ...]
    locals: tuple[str, ...]
    iris: tuple[str, ...]
    relative: tuple[str, ...]
    signs: tuple[str, ...]
    numbers: tuple[str, ...]
    gaps: tuple[str, ...]


_ALL = _Words(_PREFIXES, _LOCALS, _IRIS, _RELATIVE, _SIGNS, _NUMBERS, _GAPS)
_PLAIN = _Words(
    ("", "e", "a-b"), ("", "a", "b-c", "x.y", "1"), _IRIS[:4], (), tuple("ab 1.\n\"'\\é"), ("1", "1.5"), (" ", "\n")
)


@dataclass
class _Writer:
    chance: random.Random
    pool: _Words
    words: list[str] = field(default_factory=list)
    rows: list[tuple[Node, str, Term, Mark, Mark, Mark]] = field(default_factory=list)
    prefixes: dict[str, str] = field(default_factory=dict)
    labels: dict[str, ox.BlankNode] = field(default_factory=dict)
    blanks: int = 0

    # --- statements

    def directive(self) -> None:
        name, space = self.chance.choice(self.pool.prefixes), self.chance.choice(_SPACES)
        at = self.chance.random() < 0.6
        self.word("@prefix" if at else self.chance.choice(["PREFIX", "prefix", "Prefix"]))
        self.word(f"{name}:")
        self.word(self.bracketed(space))
        if at:
            self.word(".")
        self.prefixes[name] = space

    def statement(self) -> None:
        form = self.chance.random()
        node: Node
        if form < 0.1:
            node, at = self.properties(1)
        elif form < 0.2:
            node, at = self.collection(1)
        elif form < 0.3:
            node, at = self.label()
        else:
            node, at = self.iri()
        alone = self.words[at[0]] == "[" and self.words[at[0] + 1] != "]"
        if not alone or self.chance.random() < 0.5:
            self.predicates(node, at, 2)
        self.word(".")

    def predicates(self, subject: Node, at: Mark, depth: int) -> None:
        for number in range(self.chance.choice([1, 1, 2, 3])):
            if number:
                self.word(";")
                while self.chance.random() < 0.1:
                    self.word(";")
            predicate, at_predicate = self.predicate()
            for position in range(self.chance.choice([1, 1, 1, 2, 3])):
                if position:
                    self.word(",")
                value, at_value = self.term(depth)
                self.rows.append((subject, predicate, value, at, at_predicate, at_value))
        if self.chance.random() < 0.1:
            self.word(";")

    # --- terms

    def predicate(self) -> tuple[str, Mark]:
        if self.chance.random() < 0.2:
            return RDF.type, self.word("a")
        iri, at = self.iri()
        return iri.value, at

    def term(self, depth: int) -> tuple[Term, Mark]:
        form = self.chance.random()
        if depth and form < 0.12:
            return self.properties(depth - 1)
        if depth and form < 0.24:
            return self.collection(depth - 1)
        if form < 0.30:
            return self.label()
        if form < 0.60:
            return self.literal()
        return self.iri()

    def iri(self) -> tuple[ox.NamedNode, Mark]:
        form = self.chance.random()
        if form < 0.6 and self.prefixes:
            name = self.chance.choice(list(self.prefixes))
            local = self.chance.choice(self.pool.locals)
            plain = re.sub(r"\\(.)", r"\1", local)
            return ox.NamedNode(self.prefixes[name] + plain), self.word(f"{name}:{local}")
        if form < 0.65 and self.pool.relative:
            text = self.chance.choice(self.pool.relative)
            return ox.NamedNode(resolved(text)), self.word(self.bracketed(text))
        text = self.chance.choice(self.pool.iris)
        return ox.NamedNode(text), self.word(self.bracketed(text))

    def bracketed(self, iri: str) -> str:
        signs = (self.escaped(sign) if self.chance.random() < 0.03 else sign for sign in iri)
        return f"<{''.join(signs)}>"

    def escaped(self, sign: str) -> str:
        if ord(sign) > 0xFFFF or self.chance.random() < 0.3:
            return f"\\U{ord(sign):08X}"
        return self.chance.choice([f"\\u{ord(sign):04X}", f"\\u{ord(sign):04x}"])

    def label(self) -> tuple[ox.BlankNode, Mark]:
        name = self.chance.choice(_LABELS)
        return self.labels.setdefault(name, self.blank()), self.word(f"_:{name}")

    def blank(self) -> ox.BlankNode:
        self.blanks += 1
        return ox.BlankNode(f"w{self.blanks}")

    def properties(self, depth: int) -> tuple[ox.BlankNode, Mark]:
        node, at = self.blank(), self.word("[")
        if self.chance.random() < 0.7:
            self.predicates(node, at, depth)
            self.word("]")
            return node, at
        self.word("]")
        return node, at

    def collection(self, depth: int) -> tuple[Node, Mark]:
        at = self.word("(")
        items = [self.term(depth) for _ in range(self.chance.choice([0, 1, 2, 3]))]
        self.word(")")
        cells: list[Node] = [*(self.blank() for _ in items), ox.NamedNode(RDF.nil)]
        for cell, (item, at_item), rest in zip(cells, items, cells[1:], strict=False):
            self.rows.append((cell, RDF.first, item, at, at, at_item))
            self.rows.append((cell, RDF.rest, rest, at, at, at))
        return cells[0], at

    def literal(self) -> tuple[ox.Literal, Mark]:
        form = self.chance.random()
        if form < 0.3:
            text = self.chance.choice(self.pool.numbers)
            kind = XSD.double if "e" in text.lower() else XSD.decimal if "." in text else XSD.integer
            return ox.Literal(text, datatype=ox.NamedNode(kind)), self.word(text)
        if form < 0.36:
            text = self.chance.choice(["true", "false"])
            return ox.Literal(text, datatype=ox.NamedNode(XSD.boolean)), self.word(text)
        text = "".join(self.chance.choice(self.pool.signs) for _ in range(self.chance.choice([0, 1, 2, 5, 12])))
        first, last = self.word(self.quoted(text))
        if form < 0.6:
            language = self.chance.choice(_LANGUAGES)
            return ox.Literal(text, language=language), (first, self.word(f"@{language}")[1])
        if form < 0.8:
            self.word("^^")
            datatype, (_, last) = self.iri()
            return ox.Literal(text, datatype=datatype), (first, last)
        return ox.Literal(text), (first, last)

    def quoted(self, text: str) -> str:
        quote = self.chance.choice(['"', "'", '"""', "'''"])
        must = {"\\", quote[0], *(() if len(quote) == 3 else "\n\r")}
        signs = []
        for sign in text:
            if sign in must or (sign in _SHORT and self.chance.random() < 0.2):
                signs.append(_SHORT[sign] if self.chance.random() < 0.8 else self.escaped(sign))
            else:
                signs.append(self.escaped(sign) if self.chance.random() < 0.03 else sign)
        body = "".join(signs)
        if len(quote) == 3:  # one or two quotes need no backslash inside, but for the last
            body = re.sub(rf"(?<![\\{quote[0]}])\\{quote[0]}(?=[^\\{quote[0]}])", quote[0], body)
        return quote + body + quote

    # --- words and gaps

    def word(self, text: str) -> Mark:
        self.words.append(text)
        return len(self.words) - 1, len(self.words) - 1

    def finish(self) -> Written:
        text, starts, ends = "", [], []
        for before, word in zip(["", *self.words], self.words, strict=False):
            text += self.gap(before, word) if before else ""
            starts.append(len(text))
            text += word
            ends.append(len(text))

        def span(mark: Mark) -> tuple[int, int]:
            return starts[mark[0]], ends[mark[1]]

        spots = tuple(Spot(s, p, o, span(x), span(y), span(z)) for s, p, o, x, y, z in self.rows)
        return Written(text + self.chance.choice(["", "\n", " # end", "\r\n"]), spots)

    def gap(self, before: str, word: str) -> str:
        inside = "^^" in (before, word) or (word[0] == "@" and before[-1] in "\"'")  # a literal
        if self.glues(before, word) and (self.chance.random() < 0.5 or (inside and self.pool is _PLAIN)):
            return ""
        return self.chance.choice(self.pool.gaps) if self.chance.random() < 0.4 else " "

    def glues(self, before: str, word: str) -> bool:
        if before == ".":
            return word[0] in "<[("
        if before.lower() in ("a", "prefix", "base", "@prefix", "@base") or (before[-1] in "\"'" and word[0] in "\"'"):
            return False
        if before[-1] in "([,;>\"')]^" and not before.endswith("\\" + before[-1]):
            return True
        return word[0] in "<\"'()[],;" or word in (".", "^^")


def resolved(text: str) -> str:
    """A reference of `_RELATIVE` against `BASE`, worked out by hand (RFC 3986, section 5.4)."""
    known = {
        "x": "http://example.org/dir/x",
        "#x": "http://example.org/dir/file#x",
        "sub/y": "http://example.org/dir/sub/y",
        "?q": "http://example.org/dir/file?q",
        "../up": "http://example.org/up",
        "/root": "http://example.org/root",
        "//other.org/z": "http://other.org/z",
    }
    return known[text]
