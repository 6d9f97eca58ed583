"""Rewrites a query in a canonical form, so that the engine reads exactly what the guard has checked.

The engine has its own grammar, and two grammars never agree on every text: one read `c:.SERVICE <…> {…}` as a name, the
other as a call to another server. So the engine never gets the text of a user. It gets the tokens that were read here,
written again: each name as a full IRI, each string with the same quotes and escapes, blank nodes numbered, keywords in
capitals, no comments, and a space between tokens. It declares no prefixes, and each IRI begins with its scheme, so that
no part of it can be read in two ways. Each position in it maps to a position in the user's text, for error messages.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from kb.errors import QueryRefusedError
from kb.sparql.tokens import QueryToken, refused

Term = ox.NamedNode | ox.Literal
"""The value of a variable."""

_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_LONG = ("string_literal_long1", "string_literal_long2")
_SHORT_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


@dataclass(frozen=True, slots=True)
class CanonicalQuery:
    """A query in canonical form.

    Attributes:
        text: the query, on one line.
        base: the base IRI for the function IRI(); None if there is none.
        graphs: the IRI of each graph in FROM, and its token.
        places: for each token, its offset in `text` and in the user's text, in order.
    """

    text: str
    base: str | None
    graphs: tuple[tuple[str, QueryToken], ...]
    places: tuple[tuple[int, int], ...]

    def source_offset(self, offset: int) -> int:
        """The offset in the user's text of an offset in `text`."""
        at = bisect_right(self.places, (offset, 1 << 60)) - 1
        return self.places[max(at, 0)][1]


def rewrite(
    text: str,
    tokens: Sequence[QueryToken],
    *,
    prefixes: Mapping[str, str],
    base: str | None = None,
    params: Mapping[str, Term] | None = None,
) -> CanonicalQuery:
    """Rewrite a query in canonical form; its tokens must follow the grammar.

    Args:
        prefixes: prefixes that need no declaration.
        base: the base IRI, until the query declares another.
        params: values for variables, written as a VALUES block at the start of the WHERE clause.

    Raises:
        QueryRefusedError: an undeclared prefix, an invalid IRI or escape, or no WHERE clause for the parameters.
    """
    writer = _Writer(text, dict(prefixes), base)
    before = ""
    start = writer.read_prologue(tokens)
    values_at = where_bracket(tokens) if params else None
    for index in range(start, len(tokens)):
        token = tokens[index]
        writer.write(token, before)
        if token.kind in ("iriref", "pname_ln", "pname_ns") and before in ("FROM", "NAMED"):
            writer.graphs.append((writer.iri(token), token))
        if index == values_at and params:
            writer.add(values_block(params), token.start)
        before = token.kind
    return CanonicalQuery("".join(writer.parts), writer.base, tuple(writer.graphs), tuple(writer.places))


class _Writer:
    """Writes tokens one by one, and records their positions."""

    def __init__(self, text: str, prefixes: dict[str, str], base: str | None) -> None:
        self.text = text
        self.prefixes = prefixes
        self.base = base
        self.graphs: list[tuple[str, QueryToken]] = []
        self.blank_nodes: dict[str, str] = {}
        self.parts: list[str] = []
        self.places: list[tuple[int, int]] = []
        self.size = 0

    def read_prologue(self, tokens: Sequence[QueryToken]) -> int:
        """Read the declarations; return the index of the first token after them."""
        for index, token in enumerate(tokens):
            if token.kind == "PREFIX":
                self.prefixes[tokens[index + 1].text[:-1]] = self.iri(tokens[index + 2])
            elif token.kind == "BASE":
                self.base = self.iri(tokens[index + 1])
            elif token.kind in _FORMS:
                return index
        return len(tokens)

    def write(self, token: QueryToken, before: str) -> None:
        """Write a token that follows one of the kind `before`."""
        kind, written = token.kind, token.text
        if kind in ("iriref", "pname_ln", "pname_ns"):
            written = f"<{self.iri(token)}>"
        elif kind.startswith("string_"):
            written = f'"{self._string(token).translate(_ESCAPED)}"'
        elif kind == "var":
            written = "?" + token.text[1:]
        elif kind == "blank_node_label":
            written = self.blank_nodes.setdefault(token.text, f"_:b{len(self.blank_nodes)}")
        elif kind in ("TRUE", "FALSE"):
            written = kind.lower()
        elif kind in ("nil", "anon"):
            written = {"nil": "()", "anon": "[]"}[kind]
        elif kind.isupper():
            written = kind
        # The engine does not allow a space between some functions and their bracket.
        joined = kind in ("(", "nil") and before.isupper()
        self.add(written, token.start, joined=joined)

    def add(self, written: str, start: int, *, joined: bool = False) -> None:
        """Add text for the token at `start`."""
        piece = written if joined or not self.parts else " " + written
        self.places.append((self.size + len(piece) - len(written), start))
        self.parts.append(piece)
        self.size += len(piece)

    def iri(self, token: QueryToken) -> str:
        """The IRI that a token names."""
        if token.kind == "iriref":
            found = self._unescape(token, token.text[1:-1])
            if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", found):
                found = self._resolve(token, found)
        else:
            prefix, _, local = token.text.partition(":")
            if prefix not in self.prefixes:
                help = f"write PREFIX {prefix}: <…> above"
                raise refused(self.text, token.start, f"the prefix {prefix}: is not declared", help)
            found = self.prefixes[prefix] + local.replace("\\", "")
        try:
            return ox.NamedNode(found).value
        except ValueError as error:
            raise refused(self.text, token.start, f"{token.text} is not a valid IRI", "correct the IRI") from error

    def _resolve(self, token: QueryToken, relative: str) -> str:
        if self.base is None:
            message, help = f"{token.text} is a relative IRI, and there is no base", "write the whole IRI, or BASE <…>"
            raise refused(self.text, token.start, message, help)
        if re.search(r'[<>"{}|^`\\\x00-\x20]', relative):
            raise refused(self.text, token.start, f"{token.text} is not a valid IRI", "correct the IRI")
        try:  # the engine's Turtle parser resolves it, as the engine would
            triples = ox.parse(f"<> <x:p> <{relative}> .", ox.RdfFormat.TURTLE, base_iri=self.base)
            return str(next(iter(triples)).object.value)
        except (SyntaxError, ValueError) as error:
            raise refused(self.text, token.start, f"{token.text} is not a valid IRI", "correct the IRI") from error

    def _string(self, token: QueryToken) -> str:
        quotes = 3 if token.kind in _LONG else 1
        return self._unescape(token, token.text[quotes:-quotes])

    def _unescape(self, token: QueryToken, body: str) -> str:
        if "\\" not in body:
            return body

        def replaced(match: re.Match[str]) -> str:
            code = match[1] or match[2]
            if code is None and match[3] in _SHORT_ESCAPES and token.kind != "iriref":
                return _SHORT_ESCAPES[match[3]]
            value = int(code, 16) if code else -1
            if 0 <= value < 0xD800 or 0xDFFF < value < 0x110000:
                return chr(value)
            raise refused(self.text, token.start, f"{match[0]} is not a valid escape", "write a backslash as \\\\")

        return _ESCAPE.sub(replaced, body)


def values_block(params: Mapping[str, Term]) -> str:
    """A VALUES block that gives each variable its value."""
    names, values = " ".join(f"?{name}" for name in params), " ".join(map(str, params.values()))
    return f"VALUES ({names}) {{ ({values}) }}"


def where_bracket(tokens: Sequence[QueryToken]) -> int:
    """The index of the bracket that opens the outermost WHERE clause."""
    depth, after_where = 0, False
    for index, (kind, _, _) in enumerate(tokens):
        if kind == "{" and depth == 0 and after_where:
            return index
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(kind, 0)
        after_where = after_where or (depth == 0 and kind == "WHERE")
    raise QueryRefusedError("there is no WHERE { … } to put the parameters in", help="write WHERE before the bracket")
