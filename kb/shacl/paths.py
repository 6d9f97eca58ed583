"""SHACL property paths as values: read from the shapes, read from SPARQL's notation, and written as either.

A path in the shapes is a structure of blank nodes; here it is a tree (https://www.w3.org/TR/shacl/#property-paths).
Its text is that of SPARQL (https://www.w3.org/TR/sparql11-query/#propertypaths): `<a>/(^<b>)*`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kb.rdf.lists import members
from kb.vocab import RDF, SH, local_name

REPEATS: Mapping[str, str] = {"*": SH.zeroOrMorePath, "+": SH.oneOrMorePath, "?": SH.zeroOrOnePath}
"""Sign of a repeated path to its property."""

_TOKEN = re.compile(r"<[^<>]*>|[\^()/|*+?]")


@dataclass(frozen=True, slots=True)
class PropertyPath:
    """A property path.

    Attributes:
        kind: `iri`, `^` (inverse), `|` (alternatives), `/` (sequence), `*`, `+` or `?`.
        parts: what it is made of; none for an IRI, one for `^`, `*`, `+` and `?`.
        iri: of a single step.
    """

    kind: str
    parts: tuple[PropertyPath, ...] = ()
    iri: str = ""

    def __str__(self) -> str:
        """For people: the local names of the IRIs."""
        if self.kind == "iri":
            return local_name(self.iri)
        if self.kind in "|/":
            return f"({self.kind.join(map(str, self.parts))})"
        inner = str(self.parts[0])
        return f"^{inner}" if self.kind == "^" else f"({inner}){self.kind}"

    def sparql(self) -> str:
        """In SPARQL's notation; every part that is not a single step is in brackets."""
        if self.kind == "iri":
            return f"<{self.iri}>"
        inner = [part.sparql() if part.kind == "iri" else f"({part.sparql()})" for part in self.parts]
        if self.kind in "|/":
            return self.kind.join(inner)
        return f"^{inner[0]}" if self.kind == "^" else inner[0] + self.kind

    def turtle(self) -> str:
        """As the value of `sh:path` in Turtle."""
        if self.kind == "iri":
            return f"<{self.iri}>"
        parts = [part.turtle() for part in self.parts]
        if self.kind == "/":
            return f"( {' '.join(parts)} )"
        if self.kind == "|":
            return f"[ sh:alternativePath ( {' '.join(parts)} ) ]"
        predicate = REPEATS.get(self.kind, SH.inversePath)
        return f"[ sh:{predicate.removeprefix(SH.iri)} {parts[0]} ]"


NO_PATH = PropertyPath("|")
"""A path without steps, for a node that is no path: it leads nowhere."""


def read_path(value: Callable[[str, str], str | None], node: str) -> PropertyPath:
    """The path that a node of the shapes describes; `NO_PATH` where it describes none, or contains itself.

    Args:
        value: the first object of a subject and a predicate, by name, such as `Graph.value`.
        node: the value of `sh:path`: an IRI, or `_:label`.
    """

    def read(node: str | None, inside: frozenset[str]) -> PropertyPath:
        if node is None or node in inside:
            return NO_PATH
        if not node.startswith("_:"):
            return PropertyPath("iri", iri=node)
        around = inside | {node}

        def read_all(head: str | None) -> tuple[PropertyPath, ...]:
            return tuple(read(member, around) for member in members(head, value))

        if value(node, RDF.first) is not None:  # a list is a sequence, even if the node has other properties
            return PropertyPath("/", read_all(node))
        for kind, predicate in {**REPEATS, "^": SH.inversePath}.items():
            if value(node, predicate) is not None:
                return PropertyPath(kind, (read(value(node, predicate), around),))
        return PropertyPath("|", read_all(value(node, SH.alternativePath)))

    return read(node, frozenset())


def path_text(value: Callable[[str, str], str | None], node: str) -> str:
    """A path for people and for look-ups: the IRI of a single step, SPARQL's notation for others."""
    return read_path(value, node).sparql() if node.startswith("_:") else node


def parse_path(text: str) -> PropertyPath:
    """The path that `PropertyPath.sparql` wrote."""
    return _Parser(_TOKEN.findall(text)).alternatives()


class _Parser:
    """Reads tokens of SPARQL's notation, from left to right."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = [*tokens, ""]
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at]

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def alternatives(self) -> PropertyPath:
        return self._several("|", self.sequence)

    def sequence(self) -> PropertyPath:
        return self._several("/", self.step)

    def _several(self, separator: str, part: Callable[[], PropertyPath]) -> PropertyPath:
        parts = [part()]
        while self.peek() == separator:
            self.take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else PropertyPath(separator, tuple(parts))

    def step(self) -> PropertyPath:
        if self.peek() == "^":
            self.take()
            return PropertyPath("^", (self.step(),))
        token = self.take()
        path = self.alternatives() if token == "(" else PropertyPath("iri", iri=token[1:-1])
        if token == "(":
            self.take()
        while self.peek() in REPEATS:
            path = PropertyPath(self.take(), (path,))
        return path
