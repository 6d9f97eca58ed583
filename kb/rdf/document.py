"""A Turtle file that has been read: its triples, its statements and their comments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from kb.rdf.tokens import Token, is_directive, named_tokens
from kb.text import digest_bytes


@dataclass(frozen=True, slots=True)
class Statement:
    """A directive or a block of triples.

    Attributes:
        subject: IRI of the subject; None for a directive or a blank subject.
        directive: whether it is `@prefix`, `@base` or their SPARQL spellings.
        start, end: code point offsets.
        above: the comment lines above it, as written, without line ends.
        inside: the first comment within it, or after it on its last line.
    """

    subject: str | None
    directive: bool
    start: int
    end: int
    above: tuple[str, ...]
    inside: Token | None


@dataclass(frozen=True)
class Document:
    """A Turtle file that the reader has accepted.

    Attributes:
        source: its name, as the user would type it.
        data: its bytes.
        triples: in file order, lexical forms as written, blank nodes labelled by `label_by_holder`.
        prefixes: declared prefixes.
    """

    source: str
    data: bytes
    triples: tuple[ox.Triple, ...]
    prefixes: Mapping[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes."""
        return digest_bytes(self.data)

    @cached_property
    def text(self) -> str:
        """The bytes as text."""
        return self.data.decode("utf-8")

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Every statement in order, with its comments."""
        return _statements(self.text)[0]

    @cached_property
    def footer(self) -> tuple[str, ...]:
        """Comment lines after the last statement."""
        return _statements(self.text)[1]

    @cached_property
    def lines(self) -> Mapping[str, int]:
        """Subject IRI to the 1-based line of its first statement."""
        found: dict[str, int] = {}
        line, at = 1, 0
        for statement in self.statements:
            line, at = line + self.text.count("\n", at, statement.start), statement.start
            if statement.subject is not None:
                found.setdefault(statement.subject, line)
        return found


def _statements(text: str) -> tuple[tuple[Statement, ...], tuple[str, ...]]:
    found: list[Statement] = []
    above: list[str] = []
    parts: list[Token] = []
    inside: Token | None = None
    subject: str | None = None
    depth = 0

    def close(end: int) -> None:
        nonlocal inside
        first = parts[0]
        found.append(Statement(subject, is_directive(first), first.start, end, tuple(above), inside))
        above.clear()
        parts.clear()
        inside = None

    for token, iri in named_tokens(text):
        if token.kind == "comment":
            behind = bool(found) and not parts and "\n" not in text[found[-1].end : token.start]
            if behind:
                last = found[-1]
                found[-1] = Statement(
                    last.subject, last.directive, last.start, last.end, last.above, last.inside or token
                )
            elif parts:
                inside = inside or token
            else:
                above.append(token.text.rstrip())
            continue
        parts.append(token)
        if len(parts) == 1:
            subject = None if is_directive(token) else iri
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        sparql_directive = parts[0].kind == "word" and is_directive(parts[0])
        if (token.kind == "dot" and depth == 0) or (sparql_directive and token.kind == "iri"):
            close(token.end)
    return tuple(found), tuple(above)
