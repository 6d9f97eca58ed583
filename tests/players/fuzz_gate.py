"""Turtle of every kind, sound and broken, through the gate, the positions and rdflib's parser: they must agree, or
differ in a way that is known.

    python -m tests.players.fuzz_gate --cases 10000 --seed 1 [--w3c FOLDER] [--keep FOLDER]

A case is valid Turtle whose triples and places are known (tests/support/turtle_writer.py), that text or a case of the
W3C's damaged, deep brackets, long words, or noise. Of each is asked: the gate reads it or says why not at a place
inside the file, and raises nothing but `TurtleError`, under every policy; where the answer is known it is the answer;
the positions give the gate's triples, and what stands at each place reads back as the term; the house's writer keeps
the triples. rdflib, an engine that shares nothing with the gate, is asked too. `KNOWN` tells where it differs and
why; anything else fails.

Cases run in a process beside this one, so that one that ends the process, or never ends, is named and counted.
Exit code 0 where all is well, 1 where not, 4 where nothing was compared. The same seed makes the same cases, as long
as the W3C's files are the same.
"""

from __future__ import annotations

import argparse
import json
import logging
import queue
import random
import re
import subprocess
import sys
import tempfile
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pyoxigraph as ox
import rdflib

from kb.errors import TurtleError
from kb.rdf.canonical import format_turtle
from kb.rdf.document import Document
from kb.rdf.positions import Located, Positions, Span, read_positions
from kb.rdf.tokens import tokens
from kb.rdf.turtle import HOUSE, SHAPES, Policy, read_turtle, syntax_only
from kb.shacl.engine import keep_literals
from kb.shacl.graph import ox_term
from kb.vocab import XSD
from tests.support.paths import ROOT
from tests.support.turtle_writer import BASE, Written, written

W3C = ROOT.parent / "shared" / "w3c" / "rdf" / "rdf11" / "rdf-turtle"
SYNTAX = syntax_only(BASE)
PATIENCE = 120.0
"""Seconds after which a case that says nothing counts as one that never ends."""

# --- cases -------------------------------------------------------------------------------------------------

TOKENS = (
    *('"""', "'''", '"', "'", "\\", "\\u", "\\uD800", "\\U0010FFFF", "\\U00110000", "\\u0000", "\\n", "\\."),
    *(
        "@prefix",
        "@base",
        "PREFIX e: <urn:e:>",
        "@prefix e: <urn:e:> .",
        "BASE <urn:b:>",
        "@version",
        'VERSION "1.2"\n',
    ),
    *("<<", ">>", "<<(", ")>>", "{|", "|}", "~", "{", "}", "(", ")", "[", "]", "<", ">", "<>", "<#>", "<a b>", "< >"),
    *(
        ".",
        "..",
        " . ",
        ";",
        ";;",
        ",",
        ",,",
        ":",
        "::",
        "_:",
        "_:a",
        "a",
        "A",
        "true",
        "TRUE",
        "false",
        "=",
        "=>",
        "<=",
    ),
    *(
        "1",
        "1.",
        "1.e",
        "1e",
        "e1",
        "+",
        "-",
        "+-1",
        "0x1F",
        ".5",
        "5.",
        "1.5.",
        "^^",
        "^",
        "@",
        "@en",
        "@en-",
        "@EN--ltr",
    ),
    *("#", "# x", "\n", "\r", "\r\n", "\t", "\x0b", "\x0c", "\x00", "\x1f", "\x7f", "\ufeff", "\u00a0", "\u1680"),
    *(
        "\u2028",
        "\u202e",
        "\u3000",
        "\ufffe",
        "\U000e0001",
        "é",
        "e\u0301",
        "\u200d",
        "%",
        "%41",
        "%zz",
        "!",
        "is",
        "of",
    ),
    *(
        "has",
        "@keywords a .",
        "@forAll :x .",
        "GRAPH",
        "<http://[>",
        "<urn:%zz>",
        "<HTTP://E/%7e/./x>",
        "e:a",
        ":",
        "e:%zz",
    ),
)
"""What is put in at random."""

BYTES = (b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xff", b"\xfe\xff", b"\xc0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82", b"\x80")
"""Bytes that are no UTF-8: surrogates, marks of other encodings, overlong forms, halves."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case: what it is, its bytes, and the answer where it is known."""

    kind: str
    data: bytes
    answer: Written | None = None


def make(seed: int, number: int, folder: Path) -> Case:
    """The case with a number."""
    chance = random.Random(f"{seed} {number}")
    kind = chance.choices(list(KINDS), [weight for weight, _ in KINDS.values()])[0]
    return KINDS[kind][1](chance, kind, folder)


def _valid(chance: random.Random, kind: str, folder: Path) -> Case:
    answer = written(chance)
    return Case(kind, answer.text.encode(), answer)


def _plain(chance: random.Random, kind: str, folder: Path) -> Case:
    answer = written(chance, plain=True)
    return Case(kind, answer.text.encode(), answer)


def _damaged(chance: random.Random, kind: str, folder: Path) -> Case:
    data = written(chance, statements=3, plain=chance.random() < 0.8).text
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        data = chance.choice(DAMAGES)(chance, data)
    return Case(kind, _encoded(chance, data))


def _w3c(chance: random.Random, kind: str, folder: Path) -> Case:
    files = _w3c_files(folder)
    if not files:
        return _damaged(chance, "damaged", folder)
    data = chance.choice(files)
    for _ in range(chance.choice([0, 1, 1, 1, 2])):
        data = chance.choice(DAMAGES)(chance, data)
    return Case(kind, _encoded(chance, data))


@cache
def _w3c_files(folder: Path) -> tuple[str, ...]:
    found = (path.read_bytes().decode("utf-8", "replace") for path in sorted(folder.glob("*.ttl")))
    return tuple(text for text in found if len(text) < 5_000)  # the manifest is longer, and no case


def _noise(chance: random.Random, kind: str, folder: Path) -> Case:
    if chance.random() < 0.3:
        return Case(kind, chance.randbytes(chance.randrange(200)))
    return Case(
        kind, _encoded(chance, "".join(chance.choice([*TOKENS, " ", "\n"]) for _ in range(chance.randrange(60))))
    )


def _deep(chance: random.Random, kind: str, folder: Path) -> Case:
    opens, core, closes = chance.choice(
        [
            ("( ", "1", ") "),
            ("[ <urn:p> ", "1", "] "),
            ("(", "", ")"),
            ("[<urn:p>(", "", ")]"),
            ("<<( <urn:a> <urn:b> ", "<urn:c>", " )>>"),
            ("<< <urn:a> <urn:b> ", "<urn:c>", " >>"),
            ("{| <urn:a> ", "<urn:c>", " |}"),
            ('"""', "", "'''"),
            ("[", "", "]"),
        ]
    )
    depth = chance.choice([1, 5, 50, 99, 100, 101, 300, 2_000, 100_000])
    closing = depth + chance.choice([0, 0, 0, -1, 1, -depth])
    return Case(kind, f"<urn:a> <urn:b> {opens * depth}{core}{closes * closing} .".encode())


def _long(chance: random.Random, kind: str, folder: Path) -> Case:
    size = chance.choice([1_000, 20_000, 200_000])
    words = [
        f'"{"a" * size}"',
        f"<urn:{'x' * size}>",
        '"' + "\\u00e9" * (size // 100) + '"',
        f"'''{chance.choice(chr(39) + ' ') * 1}{'a' * size}\n'''",
        " , ".join(str(at) for at in range(size // 100)),
        " " * size + "1",
        "1 #" + "\"'<[(" * (size // 5) + "\n",
        "<" * (size // 10),
        '"' + "'" * size,
        '"""' + '""\\"' * (size // 4),
        "_:" + "a" * size,
        "9" * size,
        "e:" + "\\~" * (size // 100),
        "e:" + "%41" * (size // 100),
        '"x"@' + "-".join(["en"] * (size // 1_000)),
    ]
    return Case(kind, f"@prefix e: <urn:e:> .\n<urn:a> <urn:b> {chance.choice(words)} .".encode())


KINDS: dict[str, tuple[int, Callable[[random.Random, str, Path], Case]]] = {
    "valid": (22, _valid),
    "valid, plain": (15, _plain),
    "damaged": (28, _damaged),
    "W3C": (22, _w3c),
    "noise": (8, _noise),
    "deep": (3, _deep),
    "long": (2, _long),
}
"""Each kind of case with its weight."""


def _drop(chance: random.Random, text: str) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + text[at + chance.choice([1, 1, 1, 2, 5, 20]) :]


def _put(chance: random.Random, text: str) -> str:
    at = chance.randrange(len(text) + 1)
    space = chance.choice(["", "", " "])
    return text[:at] + space + chance.choice(TOKENS) + space + text[at:]


def _instead(chance: random.Random, text: str) -> str:
    words = [match.span() for match in re.finditer(r"\S+", text)] or [(0, 0)]
    start, end = chance.choice(words)
    return text[:start] + chance.choice(TOKENS) + text[end:]


def _twice(chance: random.Random, text: str) -> str:
    start = chance.randrange(len(text) + 1)
    end = min(len(text), start + chance.choice([1, 3, 10, 40]))
    return text[:end] + text[start:end] + text[end:]


def _swap(chance: random.Random, text: str) -> str:
    cut = sorted(chance.randrange(len(text) + 1) for _ in range(3))
    return text[: cut[0]] + text[cut[1] : cut[2]] + text[cut[0] : cut[1]] + text[cut[2] :]


def _cut(chance: random.Random, text: str) -> str:
    return text[: chance.randrange(len(text) + 1)]


def _sign(chance: random.Random, text: str) -> str:
    at = chance.randrange(len(text) + 1)
    sign = chr(chance.choice([chance.randrange(0x80), chance.randrange(0x3000), chance.randrange(0xE000, 0x110000)]))
    return text[:at] + sign + text[at + 1 :]


def _lines(chance: random.Random, text: str) -> str:
    return text.replace("\n", chance.choice(["\r\n", "\r", "\n\n", " ", "\u2028"]))


def _case(chance: random.Random, text: str) -> str:
    return chance.choice([text.swapcase(), text.upper(), text.lower()])


def _spaces(chance: random.Random, text: str) -> str:
    return re.sub(" ", lambda _: chance.choice([" ", " ", "", "\t", "\n", "\u00a0"]), text)


DAMAGES: tuple[Callable[[random.Random, str], str], ...] = (
    *(_drop, _put, _put, _instead, _instead, _twice, _swap, _cut, _sign, _lines, _case, _spaces),
)


def _encoded(chance: random.Random, text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    form = chance.random()
    if form < 0.03:
        return b"\xef\xbb\xbf" + data
    if form < 0.06:
        at = chance.randrange(len(data) + 1)
        return data[:at] + chance.choice(BYTES) + data[at:]
    if form < 0.07:
        return text.encode(chance.choice(["utf-16", "utf-32", "utf-8-sig"]), "replace")
    return data


# --- what is seen ------------------------------------------------------------------------------------------

RDFLIB_FAULTS = (
    *(SyntaxError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, RecursionError),
    rdflib.exceptions.Error,
)
"""How rdflib refuses: with its own error of syntax, with what its readers raise where they were not ready, and with a
bare `Exception`."""


@dataclass(frozen=True)
class Seen:
    """A case as each of the engines sees it.

    Attributes:
        case: the case.
        document: what the gate read; None where it refused.
        refusal: the gate's reason.
        other: rdflib's triples; None where it refused.
        other_refusal: rdflib's reason, with the kind of error.
    """

    case: Case
    document: Document | None
    refusal: str
    other: tuple[ox.Triple, ...] | None
    other_refusal: str

    @cached_property
    def text(self) -> str:
        """The bytes as text, as well as can be."""
        return self.case.data.decode("utf-8", "replace")

    @cached_property
    def only_gate(self) -> frozenset[str]:
        """Triples that only the gate finds, blank nodes by their canonical labels."""
        return frozenset(self._mine - self._theirs)

    @cached_property
    def only_other(self) -> frozenset[str]:
        """Triples that only rdflib finds."""
        return frozenset(self._theirs - self._mine)

    @cached_property
    def _mine(self) -> set[str]:
        return set(canonical(self.document.triples if self.document else ()))

    @cached_property
    def _theirs(self) -> set[str]:
        return set(canonical(self.other or ()))


def see(case: Case) -> Seen:
    """Ask the gate and rdflib."""
    try:
        document, refusal = read_turtle(case.data, source="case.ttl", policy=SYNTAX), ""
    except TurtleError as error:
        document, refusal = None, error.message
    other, other_refusal = None, ""
    try:
        other = _by_rdflib(case.data)
    except Exception as error:
        if not isinstance(error, RDFLIB_FAULTS) and type(error) is not Exception:
            raise
        other_refusal = f"{type(error).__name__}: {error}".replace("\n", " ")
    return Seen(case, document, refusal, other, other_refusal)


def _by_rdflib(data: bytes) -> tuple[ox.Triple, ...]:
    graph = rdflib.Graph(bind_namespaces="none")
    with warnings.catch_warnings(), keep_literals():
        warnings.simplefilter("ignore")
        graph.parse(data=data, format="turtle", publicID=BASE)
        return tuple(ox.Triple(ox_term(s), ox_term(p), ox_term(o)) for s, p, o in graph)


def canonical(triples: Sequence[ox.Triple]) -> list[str]:
    """The triples with canonical blank node labels, sorted (RDFC-1.0)."""
    data = ox.Dataset(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    data.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, data))


# --- what must hold of the gate and the positions ----------------------------------------------------------


def faults(seen: Seen) -> Iterator[str]:
    """What is wrong with the gate or the positions in a case, in sentences. An exception is wrong too, and ends the
    process that this runs in."""
    if seen.case.answer is not None:
        yield from _answer_faults(seen, seen.case.answer)
    for name, policy in (("syntax", SYNTAX), ("plain", syntax_only(None)), ("shapes", SHAPES), ("house", HOUSE)):
        yield from (f"{name}: {fault}" for fault in _policy_faults(seen, policy))
    if seen.document is not None:
        yield from _position_faults(seen.document)


def _answer_faults(seen: Seen, answer: Written) -> Iterator[str]:
    if seen.document is None:
        yield f"the gate refuses what is valid: {seen.refusal}"
        return
    if canonical(seen.document.triples) != canonical(answer.triples):
        yield "the gate reads other triples than were written"
    found = Counter((*_shown(x), *_ends(x.at_subject, x.at_predicate, x.at_object)) for x in _located(seen.document))
    wanted = Counter((*_shown(x), x.at_subject, x.at_predicate, x.at_object) for x in answer.spots)
    for row in (wanted - found).elements():
        yield f"the positions miss {row}"
    for row in (found - wanted).elements():
        yield f"the positions have made up {row}"


def _shown(row: object) -> tuple[str, ...]:
    terms = (row.subject, row.predicate, row.object)  # type: ignore[attr-defined]
    return tuple("_" if isinstance(term, ox.BlankNode) else str(term) for term in terms)


def _ends(*spans: Span) -> tuple[tuple[int, int], ...]:
    return tuple((span.start, span.end) for span in spans)


def _located(document: Document) -> tuple[Located, ...]:
    return read_positions(document.text, BASE).triples


def _policy_faults(seen: Seen, policy: Policy) -> Iterator[str]:
    try:
        document = read_turtle(seen.case.data, source="case.ttl", policy=policy)
    except TurtleError as error:
        yield from _refusal_faults(error, seen.text)
        return
    if seen.document is None:
        yield "accepts what the grammar alone does not"
    elif canonical(document.triples) != canonical(seen.document.triples):
        yield "other triples than under the grammar alone"
    named = {statement.subject for statement in document.statements if statement.subject is not None}
    if named != set(document.lines):
        yield "a subject without a line"
    if policy.house:
        subjects = {t.subject.value for t in document.triples if isinstance(t.subject, ox.NamedNode)}
        if subjects - set(document.lines) - {RDF_NIL}:
            yield f"no line for {sorted(subjects - set(document.lines))}"
        yield from _pointing_faults(document, read_positions(document.text))
    if policy is HOUSE:
        yield from _format_faults(document)


RDF_NIL = "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil"


def _refusal_faults(error: TurtleError, text: str) -> Iterator[str]:
    lines = text.split("\n")
    if not error.problems:
        yield "a refusal without a problem"
    for problem in error.problems:
        if not re.fullmatch(r"FC90\d", problem.code) or not problem.message or not problem.help:
            yield f"a problem that does not say what, where and what next: {problem}"
        if problem.line is None or problem.column is None:
            if problem.code != "FC901":
                yield f"a problem without a place: {problem}"
        elif not (1 <= problem.line <= len(lines) and 1 <= problem.column <= len(lines[problem.line - 1]) + 1):
            yield f"a place outside the file: {problem}"


def _pointing_faults(document: Document, positions: Positions) -> Iterator[str]:
    """Whoever asks where a triple stands is pointed at its object, however it is written."""
    for located in positions.triples:
        if located.owner and not isinstance(located.object, ox.BlankNode):
            nearness, spans = positions.of(located.owner, located.via, str(located.object))
            if nearness != 3 or located.at_object not in spans:
                yield f"asked for {located.object}, the positions point elsewhere"
    for located in positions.triples:
        if located.at_predicate not in positions.uses(located.predicate):
            yield f"a use of {located.predicate} is missing"


def _format_faults(document: Document) -> Iterator[str]:
    try:
        data = format_turtle(document)
    except TurtleError:
        return
    again = read_turtle(data, source="case.ttl")
    if canonical(again.triples) != canonical(document.triples):
        yield "the writer changes the triples"
    elif format_turtle(again) != data:
        yield "written twice, it is written otherwise"


def _position_faults(document: Document) -> Iterator[str]:
    found = _located(document)
    triples = tuple(ox.Triple(x.subject, ox.NamedNode(x.predicate), x.object) for x in found)
    if canonical(tuple(dict.fromkeys(triples))) != canonical(document.triples):
        yield "the positions read other triples than the gate"
    reader = _Reader.of(document.text)
    labels: dict[str, set[str]] = {}
    for located in found:
        for role, term, span in (
            ("subject", located.subject, located.at_subject),
            ("predicate", ox.NamedNode(located.predicate), located.at_predicate),
            ("object", located.object, located.at_object),
        ):
            token = document.text[span.start : span.end]
            inner = located.predicate.startswith(RDF_NIL[:-3]) and located.at_subject == located.at_predicate
            if isinstance(term, ox.BlankNode):
                if token.startswith("_:"):
                    labels.setdefault(token, set()).add(term.value)
                elif token not in ("[", "("):
                    yield f"{token!r} is pointed at for a blank {role}"
            elif inner and token == "(" and (role == "predicate" or term.value == RDF_NIL):
                continue  # the cells of a list stand where its bracket does
            elif (term != ox.NamedNode(RDF_NIL) or token != "(") and not reader.reads(token, role, term):
                yield f"{token!r} is pointed at for {term} as {role}"
    if any(len(names) > 1 for names in labels.values()):
        yield "one label, two nodes"


_IRI = r"<((?:[^<>\"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*)>"
_BASED = re.compile(rf"(?i:base)(?:\s|#[^\r\n]*[\r\n])*{_IRI}")
_DECLARED = re.compile(rf"(?i:prefix)(?:\s|#[^\r\n]*[\r\n])*([^\s<>:#]*):(?:\s|#[^\r\n]*[\r\n])*{_IRI}")


@dataclass(frozen=True)
class _Reader:
    """Reads a token back by itself, under every prefix and base that the file declares: what it says must be the
    term under one of them."""

    prefixes: dict[str, list[str]]
    bases: list[str]

    @classmethod
    def of(cls, text: str) -> _Reader:
        found: dict[str, list[str]] = {}
        for name, space in _DECLARED.findall(text):
            found.setdefault(name, []).append(space)
        return cls(found, [f"@base <{iri}> .\n" for iri in _BASED.findall(text)])

    def reads(self, token: str, role: str, term: ox.NamedNode | ox.Literal) -> bool:
        if not token or token != token.strip(" \t\r\n"):
            return False
        heads = (base + prefix for base in self._under() for prefix in self._heads(token))
        return any(self._read(head + _AROUND[role].format(token)) == (role, term) for head in heads)

    def _under(self) -> Iterator[str]:
        yield from ("".join(self.bases[:count]) for count in range(len(self.bases) + 1))

    def _heads(self, token: str) -> Iterator[str]:
        yield ""
        for name in sorted(set(re.findall(r"([^\s<>\"'#^@:]*):", token)) & set(self.prefixes)):
            yield from (f"@prefix {name}: <{space}> .\n" for space in dict.fromkeys(self.prefixes[name]))

    def _read(self, text: str) -> tuple[str, ox.NamedNode | ox.Literal] | None:
        try:
            (quad,) = ox.parse(text.encode(), format=ox.RdfFormat.TURTLE, base_iri=BASE)
        except (SyntaxError, ValueError):
            return None
        return next(
            (role, term)
            for role, term in (("subject", quad.subject), ("predicate", quad.predicate), ("object", quad.object))
            if term != _STAND_IN[role]
        )


_STAND_IN = {name: ox.NamedNode(f"urn:stand-in:{name}") for name in ("subject", "predicate", "object")}
_AROUND = {
    "subject": "{0} <urn:stand-in:predicate> <urn:stand-in:object> .\n",
    "predicate": "<urn:stand-in:subject> {0} <urn:stand-in:object> .\n",
    "object": "<urn:stand-in:subject> <urn:stand-in:predicate> {0} .\n",
}


# --- where rdflib differs ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Laxer:
    """What rdflib reads and the gate refuses.

    Attributes:
        name: a few words, for the counts.
        reason: why the gate is right.
        message: a pattern of the gate's message.
        text: a pattern that the text must have too.
    """

    name: str
    reason: str
    message: str
    text: str = ""

    def fits(self, seen: Seen) -> bool:
        """Whether the gate refused a case for this reason."""
        return bool(re.search(self.message, seen.refusal) and re.search(self.text, seen.text))


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Turtle that rdflib refuses, or reads otherwise, and the gate reads as the standard says.

    Attributes:
        name: a few words, for the counts.
        reason: why the gate is right.
        respell: writes the same in a way that rdflib knows; when it then agrees, this was the difference.
    """

    name: str
    reason: str
    respell: Callable[[str], str]


def _words(text: str) -> Iterator[tuple[str, str, str]]:
    """Kind and text of each token, and white space where anything stands before it; comments are left out."""
    end = 0
    for token in tokens(text):
        if token.kind != "comment":
            yield token.kind, token.text, "\n" if token.start > end else ""
            end = token.end


def _no_gap_in_literals(text: str) -> str:
    parts: list[str] = []
    before = ""
    for kind, word, gap in _words(text):
        joined = (before == "string" and kind in ("at", "hat")) or before == "hat"
        parts.append(word if joined else gap + word)
        before = kind
    return "".join(parts)


def _typed_numbers(text: str) -> str:
    parts = []
    for kind, word, gap in _words(text):
        number = kind == "word" and re.fullmatch(r"[+-]?[0-9.]+([eE][+-]?[0-9]+)?", word)
        sort = "double" if "e" in word.lower() else "decimal" if "." in word else "integer"
        parts.append(f' "{word}"^^<{XSD.iri}{sort}> ' if number else gap + word)
    return "".join(parts)


def _escaped_returns(text: str) -> str:
    return "".join(gap + (word.replace("\r", "\\r") if kind == "string" else word) for kind, word, gap in _words(text))


def _whole_names(text: str) -> str:
    """Names that end in an escaped dot, as IRIs."""
    parts, prefixes, last = [], dict[str, str](), ["", ""]
    for kind, word, gap in _words(text):
        if kind == "iri" and last[0].lower() in ("prefix", "@prefix"):
            prefixes[last[1].partition(":")[0]] = word[1:-1]
        name = re.fullmatch(r"([^:]*):(.*\\\.)", word) if kind == "word" else None
        known = name and name[1] in prefixes
        local = re.sub(r"\\(.)", r"\1", name[2]) if name else ""
        parts.append(gap + (f"<{prefixes[name[1]]}{local}>" if name and known else word))
        last = [last[1], word]
    return "".join(parts)


def _spaced_directives(text: str) -> str:
    parts, before = [], ""
    for _, word, gap in _words(text):
        parts.append((gap or "\n") + word if before.lower() in ("@prefix", "@base") else gap + word)
        before = word
    return "".join(parts)


def _full_references(text: str) -> str:
    """Every reference against its base."""
    parts, base, last = [], BASE, ""
    for kind, word, gap in _words(text):
        if kind == "iri":
            (quad,) = ox.parse(f"{word} a <urn:x> .", format=ox.RdfFormat.TURTLE, base_iri=base)
            assert isinstance(quad.subject, ox.NamedNode)
            word, base = str(quad.subject), quad.subject.value if last.lower() in ("base", "@base") else base
        parts.append(gap + word)
        last = word
    return "".join(parts)


LAXER: tuple[Laxer, ...] = (
    Laxer(
        "brackets in brackets",
        "a limit of the gate's own: no file of ours nests so deep, and other readers end by recursion",
        r"^brackets are nested more than",
    ),
    Laxer(
        "white space of any kind",
        "the grammar knows four kinds of white space (WS, section 6.5); rdflib takes what Unicode calls so, and NUL",
        r"^'[\x00\x0b\x0c\x1c-\x1f\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]' is not allowed",
    ),
    Laxer(
        "names of any letters",
        "the grammar lists the letters that a name may hold (PN_CHARS_BASE, section 6.5); rdflib lets any stand there",
        r"^'[^\x00-\x7e]' is not allowed at the beginning of a prefix name|^not a valid IRI",
    ),
    Laxer(
        "language and datatype",
        "a literal has a language or a datatype, not both (RDFLiteral, section 6.5)",
        r"^\^\^ is not a valid",
        r"@[A-Za-z0-9-]+\s*\^\^",
    ),
    Laxer(
        "Notation3",
        "rdflib's parser is one for Notation3 and lets some of that through: paths, @PREFIX, other keywords",
        r"^(\^|!|@[\w-]+|=|=>|<=|\{|\}) is not a valid (predicate|subject or graph name)",
    ),
    Laxer(
        "keywords of Notation3",
        "Notation3 writes its keywords with @ too; to Turtle that is a language tag (LANGTAG, section 6.5)",
        r"language (sub)?tag",
        r"@(a|is|of|has)\b",
    ),
    Laxer(
        "a term alone",
        "a statement is a subject, a predicate and an object (triples, section 6.5), but for [ ... ]; rdflib is "
        "content with a subject, even a number, and takes the dot of an escaped name for the end",
        r"(?s)^.+ is not a valid (predicate|subject or graph name)|^\. is not a valid RDF object|^Unexpected end$",
        r"\.",
    ),
    Laxer(
        "escapes that are none",
        r"\\u takes four hexadecimal digits and \\U eight, of a character (UCHAR, section 6.4); rdflib keeps others",
        r"(?s)^The escape sequence .* (is not a valid hexadecimal string|is encoding)|^Unexpected escape character",
    ),
    Laxer(
        "four quotes at the end",
        "a long string ends at the first three quotes (section 6.5); rdflib ends it at the last three",
        r"^Unexpected end|^Line jumps are not allowed",
        r"""\"{4}|'{4}""",
    ),
    Laxer(
        "IRIs that are none",
        "an IRI holds no spaces, quotes, brackets or bare percent signs (IRIREF, and RFC 3987); rdflib does not look",
        r"^(Invalid|No scheme found|No authority|escapes in IRIs)|IRI|is not a valid RDF quoted triple",
    ),
    Laxer(
        "names that begin with a sign",
        "no name begins with a hyphen or a dot, and no label is empty (PN_LOCAL, BLANK_NODE_LABEL, section 6.5)",
        r"^An integer should not be empty|^A blank node ID cannot be empty|^A double exponent cannot be empty",
    ),
    Laxer(
        "declarations of any spelling",
        "what is declared is a name with one colon at its end, as an IRI in angle brackets (prefixID, section 6.5)",
        r"^The PREFIX (declaration|keyword) should be followed by a prefix",
    ),
)

OTHERWISE: tuple[Otherwise, ...] = (
    Otherwise(
        "space inside a literal",
        "white space and comments may stand between any two tokens (section 6.1), before @en and ^^ too",
        _no_gap_in_literals,
    ),
    Otherwise(
        "numbers written anew",
        "rdflib turns 007 into 7; the lexical form is the text of the token (section 2.5.2)",
        _typed_numbers,
    ),
    Otherwise(
        "carriage returns",
        "rdflib turns a carriage return in a long string into a line feed; the standard keeps it (section 6.4)",
        _escaped_returns,
    ),
    Otherwise(
        "references against a base",
        "rdflib joins by older rules than RFC 3986, section 5.2: <?q>, </./g>, <//g> and their like",
        _full_references,
    ),
    Otherwise(
        "a directive without a space",
        "@prefix ends where no letter of the alphabet follows (LANGTAG, section 6.5), so é: may stand at its heels",
        _spaced_directives,
    ),
    Otherwise("name that ends in an escaped dot", r"a local name may end in \\. (PLX, section 6.5)", _whole_names),
)


def classify(seen: Seen) -> str:
    """The class of a case; begins with `UNKNOWN` where rdflib differs in a way that nobody has looked at."""
    if seen.document is None and seen.other is None:
        return "both refuse"
    if _same(seen):
        return "both read the same"
    if seen.document is None:
        known = next((each.name for each in LAXER if each.fits(seen)), None)
        return f"rdflib is laxer: {known}" if known else f"UNKNOWN {_difference(seen)}"
    names = _explained(seen)
    return f"rdflib reads otherwise: {names}" if names else f"UNKNOWN {_difference(seen)}"


def _same(seen: Seen) -> bool:
    both = seen.document is not None and seen.other is not None
    return both and not seen.only_gate and not seen.only_other


def _explained(seen: Seen) -> str:
    """Which of the known differences make the whole difference: spelt in rdflib's way, it is gone."""
    plain = "".join(gap + word for _, word, gap in _words(seen.text))
    able = [each for each in OTHERWISE if each.respell(seen.text) != plain]
    for each in able:
        if _agrees(seen, each.respell(seen.text)):
            return each.name
    text = seen.text
    for each in able:
        text = each.respell(text)
    return "several of these" if len(able) > 1 and _agrees(seen, text) else ""


def _agrees(seen: Seen, text: str) -> bool:
    """Whether a text in other words says the same to the gate, and now to rdflib too."""
    again = see(Case(seen.case.kind, text.encode()))
    assert seen.document is not None
    same = again.document is not None and canonical(again.document.triples) == canonical(seen.document.triples)
    return same and _same(again)


def _difference(seen: Seen) -> str:
    """What differs, in a sentence."""
    if seen.document is None:
        return f"rdflib reads what the gate refuses: {seen.refusal}"
    if seen.other is None:
        return f"rdflib refuses what the gate reads: {seen.other_refusal[:200]}"
    return f"only the gate {sorted(seen.only_gate)[:2]}, only rdflib {sorted(seen.only_other)[:2]}"


# --- running -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What came of some cases.

    Attributes:
        classes: class of a case to how many are in it.
        kinds: kind of a case to how many there were.
        faults: number of a case and what is wrong with it.
    """

    classes: Counter[str]
    kinds: Counter[str]
    faults: tuple[tuple[int, str], ...]

    @property
    def compared(self) -> int:
        """Cases that at least one engine read."""
        return sum(count for name, count in self.classes.items() if name != "both refuse")


def examine(case: Case) -> tuple[str, tuple[str, ...]]:
    """The class of a case, and what is wrong."""
    seen = see(case)
    kind = classify(seen)
    wrong = tuple(faults(seen))
    return kind, (*wrong, kind) if kind.startswith("UNKNOWN") else wrong


def run(seed: int, numbers: Sequence[int], folder: Path = W3C) -> Outcome:
    """Examine cases in a process beside this one, and another one wherever that ends."""
    classes, kinds, wrong = Counter[str](), Counter[str](), list[tuple[int, str]]()
    left = list(numbers)
    while left:
        done = 0
        with _Child(seed, left, folder) as child:
            for number, kind, name, found in child.answers():
                classes[name] += 1
                kinds[kind] += 1
                wrong += [(number, fault) for fault in found]
                done += 1
            left = left[done:]
            if left:
                kind = make(seed, left[0], folder).kind
                classes["ended the process"] += 1
                kinds[kind] += 1
                wrong.append((left[0], child.last_words()))
                left = left[1:]
    return Outcome(classes, kinds, tuple(wrong))


class _Child:
    """The process that examines cases, one after another."""

    def __init__(self, seed: int, numbers: Sequence[int], folder: Path) -> None:
        self.words = [
            sys.executable,
            "-m",
            "tests.players.fuzz_gate",
            "--seed",
            str(seed),
            "--w3c",
            str(folder),
            "--child",
        ]
        self.numbers = numbers
        self.said: queue.Queue[str | None] = queue.Queue()
        self.late = False

    def __enter__(self) -> _Child:
        self.errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        self.process = subprocess.Popen(
            self.words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True
        )
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self._feed, self._listen)]
        for thread in self.threads:
            thread.start()
        return self

    def _feed(self) -> None:
        assert self.process.stdin
        with suppress(BrokenPipeError), self.process.stdin as pipe:
            pipe.writelines(f"{number}\n" for number in self.numbers)

    def _listen(self) -> None:
        assert self.process.stdout
        with self.process.stdout as pipe:
            for line in pipe:
                self.said.put(line)
        self.said.put(None)

    def answers(self) -> Iterator[tuple[int, str, str, list[str]]]:
        """Number, kind, class and faults of each case, as they come."""
        while True:
            try:
                line = self.said.get(timeout=PATIENCE)
            except queue.Empty:
                self.late = True
                return
            if line is None:
                return
            number, kind, name, found = json.loads(line)
            yield number, kind, name, found

    def last_words(self) -> str:
        """How it ended."""
        if self.late:
            return f"said nothing for {PATIENCE:.0f} seconds"
        code = self.process.wait()
        self.errors.seek(0)
        lines = self.errors.read().rstrip().splitlines() or ["it said nothing"]
        return f"the process ended with {code}: {lines[-1]}"

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for thread in self.threads:
            thread.join()
        self.errors.close()


def _child(seed: int, folder: Path) -> int:
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)
    for line in sys.stdin:
        case = make(seed, int(line), folder)
        name, found = examine(case)
        print(json.dumps([int(line), case.kind, name, found]), flush=True)
    return 0


def main(words: Sequence[str] | None = None) -> int:
    """Run the cases and print the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--w3c", type=Path, default=W3C, help="the folder with the W3C's Turtle cases")
    parser.add_argument("--keep", type=Path, help="a folder to write the cases to with which something is wrong")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args(words)
    if arguments.child:
        return _child(arguments.seed, arguments.w3c)
    numbers = range(arguments.first, arguments.first + arguments.cases)
    outcome = run(arguments.seed, numbers, arguments.w3c)
    _print(arguments.seed, outcome)
    if not _w3c_files(arguments.w3c):
        print(f"NO W3C CASES in {arguments.w3c}: damaged Turtle of our own was taken instead")
    if arguments.keep:
        arguments.keep.mkdir(parents=True, exist_ok=True)
        for number in {number for number, _ in outcome.faults}:
            data = make(arguments.seed, number, arguments.w3c).data
            (arguments.keep / f"{arguments.seed}-{number}.ttl").write_bytes(data)
    if not outcome.compared:
        print("nothing was compared: no engine read anything")
        return 4
    return 1 if outcome.faults else 0


def _print(seed: int, outcome: Outcome) -> None:
    print(f"seed {seed}, {sum(outcome.kinds.values()):,} cases: {dict(sorted(outcome.kinds.items()))}")
    for name, count in sorted(outcome.classes.items(), key=lambda row: (row[0].partition(":")[0], -row[1], row[0])):
        print(f"{count:8,}  {name[:150]}")
    print(f"wrong: {len(outcome.faults)}")
    for number, fault in outcome.faults[:40]:
        print(f"  case {number}: {fault[:300]}")


if __name__ == "__main__":
    sys.exit(main())
