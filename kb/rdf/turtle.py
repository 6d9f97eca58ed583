"""The strict Turtle reader: every file passes through it before any other code reads its triples.

rdflib accepts 39 of the W3C's 94 malformed test files, and it fetches or invents what a file lacks. So pyoxigraph
parses (RDF 1.1 Turtle, https://www.w3.org/TR/turtle/), and this module refuses what Factcite forbids beyond the
grammar, with line and column. The tokenizer runs over text that the parser has accepted: it finds statements and
comments, and never decides whether a file is Turtle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

import pyoxigraph as ox

from kb.characters import find_in_file
from kb.errors import TurtleError
from kb.rdf.blank_nodes import find_outside_lists, label_by_holder
from kb.rdf.datatypes import problem as lexical_problem
from kb.rdf.document import Document
from kb.rdf.tokens import named_tokens, position, tokens, unescape, without_strings
from kb.vocab import FC

# --- policies --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Policy:
    """What a file may contain.

    Attributes:
        base: IRI against which relative IRIs are resolved; None refuses them.
        house: whether the rules of Factcite apply, beyond the grammar.
        blanks: whether blank nodes other than list cells are allowed (shapes need them for paths).
        schemes: IRI schemes that the rules allow.
        max_bytes: most bytes of a file.
        max_triples: most triples of a file.
        max_literal: most code points of a literal.
        max_depth: most levels of nested brackets.
    """

    base: str | None = None
    house: bool = True
    blanks: bool = False
    schemes: frozenset[str] = frozenset({"http", "https", "urn"})
    max_bytes: int = 5_000_000
    max_triples: int = 200_000
    max_literal: int = 100_000
    max_depth: int = 100


HOUSE = Policy()
SHAPES = Policy(blanks=True)


def syntax_only(base: str | None) -> Policy:
    """A policy for the grammar alone, with a base IRI, as the W3C test suite needs."""
    return Policy(base=base, house=False)


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason to refuse a file: rule code, sentence, 1-based line and column, and what to do."""

    code: str
    message: str
    line: int | None = None
    column: int | None = None
    help: str = ""


# --- the reader -----------------------------------------------------------------------------------------


def read_turtle(data: bytes, *, source: str, policy: Policy = HOUSE) -> Document:
    """Parse a Turtle file, strictly.

    Args:
        data: the bytes of the file. Nothing is fetched.
        source: the file's name, for messages and for the labels of list cells.
        policy: what is allowed.

    Raises:
        TurtleError: with every problem found in `problems`, the first in the message.
    """
    text = _decode(data, source, policy)
    _measure_depth(text, source, policy)
    triples, prefixes = _parse(text, source, policy)
    _refuse_version(text, source)
    _refuse_odd_names(triples, text, source)
    document = Document(source, data, label_by_holder(triples, source), prefixes)
    problems = tuple(_house_problems(document, text, policy)) if policy.house else ()
    if problems:
        raise TurtleError.of(source, problems)
    return document


# --- reading -----------------------------------------------------------------------------------------------


def _decode(data: bytes, source: str, policy: Policy) -> str:
    if len(data) > policy.max_bytes:
        raise TurtleError.of(
            source, (Problem("FC901", f"is larger than {policy.max_bytes:,} bytes", help="split the file"),)
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = len(data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8")) + 1
        fault = Problem("FC902", f"byte {error.start} is not UTF-8", line, column, "save the file as UTF-8")
        raise TurtleError.of(source, (fault,)) from error
    found = find_in_file(text) if policy.house else None
    if found is not None:
        digits = f"{ord(text[found]):04X}"
        fault = Problem(
            "FC902",
            f"the file contains the character U+{digits} (a control, a direction control or a byte order mark)",
            *position(text, found),
            f"delete it, or write it as \\u{digits} inside a literal",
        )
        raise TurtleError.of(source, (fault,))
    return text


_BRACKETS = re.compile(
    r"""\\.|\#[^\n\r]*|(?P<open><<|[(\[{])|(?P<close>>>|[)\]}])
    |\"{3}(?:\"{0,2}(?:[^\"\\]|\\.))*\"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
    |\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'
    |<(?:[^<>\"{}|^`\\\x00-\x20]|\\.)*>""",
    re.VERBOSE | re.DOTALL,
)


def _measure_depth(text: str, source: str, policy: Policy) -> None:
    """Refuse brackets that are nested too deep, before the parser runs.

    The parser reads nested triple terms by recursion in native code, and a deep enough one crashes the process.
    """
    if sum(map(text.count, ("(", "[", "{", "<<"))) <= policy.max_depth:
        return
    depth = 0
    for match in _BRACKETS.finditer(text):
        depth += {"open": 1, "close": -1}.get(match.lastgroup or "", 0)
        if depth > policy.max_depth:
            place = position(text, match.start())
            message = f"brackets are nested more than {policy.max_depth} deep"
            raise TurtleError.of(source, (Problem("FC901", message, *place, "split it into several statements"),))


_VERSION = re.compile(r"(?<![\w:-])version[ \t\r\n]*(?:#[^\n\r]*[ \t\r\n]+)*[\"']", re.IGNORECASE)


def _refuse_version(text: str, source: str) -> None:
    """Refuse the version directive of RDF 1.2, which the parser accepts."""
    if not _VERSION.search(text):
        return
    before = ""
    for token in tokens(text):
        if (token.kind == "at" and before != "string" and token.text == "@version") or (
            token.kind == "word" and token.text.lower() == "version"
        ):
            fault = Problem(
                "FC903", "a version directive (RDF 1.2)", *position(text, token.start), "write RDF 1.1 Turtle"
            )
            raise TurtleError.of(source, (fault,))
        before = before if token.kind == "comment" else token.kind


def _parse(text: str, source: str, policy: Policy) -> tuple[list[ox.Triple], dict[str, str]]:
    triples: list[ox.Triple] = []
    ended = text + "\n"  # at the end of a file, the parser shortens a name with a backslash before the full stop
    try:
        reader = ox.parse(ended.encode(), format=ox.RdfFormat.TURTLE, base_iri=policy.base, without_named_graphs=True)
        for quad in reader:
            if isinstance(quad.object, ox.Triple) or getattr(quad.object, "direction", None) is not None:
                raise TurtleError.of(source, (_rdf12_problem(text),))
            triples.append(ox.Triple(quad.subject, quad.predicate, quad.object))
            if len(triples) > policy.max_triples:
                fault = Problem("FC901", f"contains more than {policy.max_triples:,} triples", help="split the file")
                raise TurtleError.of(source, (fault,))
    except SyntaxError as error:
        raise TurtleError.of(source, (_syntax_problem(error, text),)) from error
    except MemoryError as error:
        fault = Problem("FC901", "contains a token of more than 16 MiB", help="split the file")
        raise TurtleError.of(source, (fault,)) from error
    return triples, dict(reader.prefixes)


def _refuse_odd_names(triples: list[ox.Triple], text: str, source: str) -> None:
    """Refuse names that are not IRIs (RFC 3987): the parser checks the two halves of a prefixed name, not the whole."""
    for triple in triples:
        datatype = [triple.object.datatype] if isinstance(triple.object, ox.Literal) else []
        for term in (triple.subject, triple.predicate, triple.object, *datatype):
            if isinstance(term, ox.NamedNode) and not term.value.isascii():
                try:
                    ox.NamedNode(term.value)
                except ValueError as error:
                    place = _Places(text).of(term)
                    fault = Problem("FC904", f"not a valid IRI: {error}", *place, "use only characters that IRIs allow")
                    raise TurtleError.of(source, (fault,)) from error


def _syntax_problem(error: SyntaxError, text: str) -> Problem:
    message = re.sub(r"^Parser error (at|between) line .*?: ", "", str(error.msg), count=1)
    relative = "No scheme found" in message
    return Problem(
        "FC904" if relative else "FC903",
        f"relative IRI: {message}" if relative else message,
        *_within(text, error.lineno or 1, error.offset or 1),
        "write the IRI in full, or with a prefix" if relative else "correct the Turtle at this place",
    )


def _within(text: str, line: int, column: int) -> tuple[int, int]:
    """Line and column as counted here, for those of the parser, which also ends a line at a lone carriage return."""
    starts = [0, *(match.end() for match in re.finditer(r"\r\n?|\n", text))]
    start = starts[line - 1] if line <= len(starts) else len(text)
    return position(text, min(start + column - 1, len(text)))


def _rdf12_problem(text: str) -> Problem:
    found = re.search(r"<<|\{\||(?<!\\)~|@[A-Za-z0-9-]+--", without_strings(text))
    line, column = position(text, found.start()) if found else (None, None)
    return Problem("FC903", "a triple term or a text direction (RDF 1.2)", line, column, "write RDF 1.1 Turtle")


def _house_problems(document: Document, text: str, policy: Policy) -> Iterator[Problem]:
    bases = tuple(_base_problems(document, text))
    yield from bases
    places = _Places(text)
    if not policy.blanks:
        yield from _blank_problems(document, text)
    yield from _circle_problems(document, text)
    seen: set[ox.NamedNode | ox.Literal] = set()
    for triple in document.triples:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, ox.BlankNode) or term in seen:
                continue
            assert not isinstance(term, ox.Triple)
            seen.add(term)
            fault = _iri_problem(term, policy) if isinstance(term, ox.NamedNode) else _literal_problem(term, policy)
            place = places.of(term) if fault else (None, None)
            if fault and not (bases and place[0] is None):  # the base IRI is reported instead of the IRIs that it makes
                code, message, help = fault
                yield Problem(code, message, *place, help)


def _base_problems(document: Document, text: str) -> Iterator[Problem]:
    for statement in document.statements:
        if statement.directive and re.match(r"@?base\b", text[statement.start :][:6], re.IGNORECASE):
            place = position(text, statement.start)
            yield Problem("FC904", "a base IRI", *place, "write IRIs in full, or with a prefix")


def _blank_problems(document: Document, text: str) -> Iterator[Problem]:
    if any(find_outside_lists(document.triples)):
        found = re.search(r"(?<![\w\"'])_:|\[", without_strings(text))
        lists = (statement.start for statement in document.statements if text[statement.start] == "(")
        start = found.start() if found else next(lists, None)  # a list that is a subject
        line, column = (None, None) if start is None else position(text, start)
        yield Problem(
            "FC907",
            "a blank node that is not a list cell",
            line,
            column,
            "give the node an IRI, so that other statements can refer to it",
        )


def _circle_problems(document: Document, text: str) -> Iterator[Problem]:
    """Blank nodes in a circle, such as a list whose rest is the list itself: a reader would not end."""
    ways: dict[str, set[str]] = {}
    for triple in document.triples:
        if isinstance(triple.subject, ox.BlankNode) and isinstance(triple.object, ox.BlankNode):
            ways.setdefault(triple.subject.value, set()).add(triple.object.value)
    try:
        TopologicalSorter(ways).prepare()
    except CycleError:
        label = re.search(r"(?<![\w\"'])_:", without_strings(text))  # a circle needs a label
        line, column = position(text, label.start()) if label else (None, None)
        yield Problem(
            "FC907",
            "blank nodes that form a circle",
            line,
            column,
            "end the list with rdf:nil, or give the node an IRI",
        )


def _iri_problem(term: ox.NamedNode, policy: Policy) -> tuple[str, str, str] | None:
    iri = term.value
    scheme = iri.partition(":")[0].lower()
    if scheme not in policy.schemes:
        allowed = ", ".join(sorted(policy.schemes))
        return "FC904", f"the scheme of <{iri}> is not allowed", f"use one of: {allowed}"
    if iri.startswith(FC.iri) and iri not in FC:
        return "FC905", f"fc:{iri[len(FC.iri) :]} is not a term of the vocabulary", _nearest(iri[len(FC.iri) :])
    return None


def _nearest(name: str) -> str:
    try:
        FC[name]
    except AttributeError as error:
        hint = str(error).partition("did you mean ")[2]
        return f"did you mean fc:{hint.strip('?').strip(chr(39))}?" if hint else "see kb/vocabulary.ttl for the terms"
    return ""


def _literal_problem(term: ox.Literal, policy: Policy) -> tuple[str, str, str] | None:
    if len(term.value) > policy.max_literal:
        return "FC901", f"a literal of more than {policy.max_literal:,} characters", "shorten it"
    wrong = lexical_problem(term.value, term.datatype.value)
    if wrong:
        return "FC906", wrong, "write a value of that datatype, or drop the datatype"
    return None


# --- positions of terms ----------------------------------------------------------------------------------


class _Places:
    """The first position of each term in a text; the text is read once, when a position is asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _offsets(self) -> dict[tuple[str, str], int]:
        found: dict[tuple[str, str], int] = {}
        for token, iri in named_tokens(self.text):
            if iri is not None:
                found.setdefault(("iri", iri), token.start)
            elif token.kind == "string":
                width = 3 if token.text[:3] in ('"""', "'''") else 1
                found.setdefault(("literal", unescape(token.text[width:-width])), token.start)
            elif token.kind == "word":
                found.setdefault(("literal", token.text), token.start)
        return found

    def of(self, term: ox.NamedNode | ox.Literal) -> tuple[int | None, int | None]:
        kind = "iri" if isinstance(term, ox.NamedNode) else "literal"
        offset = self._offsets.get((kind, term.value))
        return (None, None) if offset is None else position(self.text, offset)
