"""Canonical Turtle: one text for one set of triples, so that one changed value is one changed line.

Prefixes and subjects are sorted, `a` and the label come first. Each line has one predicate and one object and ends
with ` ;`; the closing ` .` has a line of its own. A number is written without quotes only if it reads back as the same
lexical form. Hidden characters are escaped. A comment above a subject stays with it; a comment in any other place is
refused, so that it is not lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import pyoxigraph as ox

from kb.characters import escape_for_turtle
from kb.errors import TurtleError
from kb.rdf.blank_nodes import find_outside_lists
from kb.rdf.document import Document
from kb.rdf.graph import Graph, key
from kb.rdf.lists import cells
from kb.rdf.tokens import position
from kb.rdf.turtle import Problem
from kb.vocab import PREFIXES, RDF, RDFS, XSD

MAX_NESTING = 50


def format_turtle(document: Document) -> bytes:
    """The canonical form of a file, its comments kept.

    Raises:
        TurtleError: a comment is in a place where it cannot be kept, or a blank node is not a list cell.
    """
    _refuse_lost_comments(document)
    header, comments = _comments(document)
    return write_turtle(
        document.triples,
        prefixes={**PREFIXES, **document.prefixes},
        header=header,
        comments=comments,
        footer=document.footer,
        source=document.source,
    )


def write_turtle(
    triples: Iterable[ox.Triple],
    *,
    prefixes: Mapping[str, str] = PREFIXES,
    header: Sequence[str] = (),
    comments: Mapping[str, Sequence[str]] | None = None,
    footer: Sequence[str] = (),
    source: str = "the graph",
) -> bytes:
    """Canonical Turtle of some triples, UTF-8.

    Args:
        prefixes: prefix to namespace; only those that are used are declared.
        header: comment lines for the top, each with its `#`.
        comments: subject IRI to the comment lines above it.
        footer: comment lines for the end.
        source: name for messages.

    Raises:
        TurtleError: a blank node is not a list cell, or lists are nested deeper than `MAX_NESTING`.
    """
    writer = _Writer(Graph.of(triples), prefixes, source)
    blocks = [writer.block(subject, (comments or {}).get(subject, ())) for subject in writer.subjects()]
    if header and not writer.used and prefixes:
        writer.used.add(min(prefixes))  # else the header would be the comment of the first subject
    top = [f"@prefix {name}: <{prefixes[name]}> ." for name in sorted(writer.used)]
    parts = ["\n".join(header)] if header else []
    parts += ["\n".join(top)] if top else []
    parts += blocks
    parts += ["\n".join(footer)] if footer else []
    return ("\n\n".join(parts) + "\n").encode("utf-8") if parts else b""


def natural_key(name: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Sort key that puts p2 before p10; the name itself decides between equal keys."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return tuple(_part_key(part) for part in parts), name


def _part_key(part: str) -> tuple[int, int, str]:
    digits = part.lstrip("0")
    return (0, len(digits), digits) if part.isdecimal() else (1, 0, part)


# --- comments --------------------------------------------------------------------------------------------


def _refuse_lost_comments(document: Document) -> None:
    faults = [
        Problem(
            "FC908",
            "a comment inside a statement cannot be kept",
            *position(document.text, statement.inside.start),
            "move it to a line of its own above the subject",
        )
        for statement in document.statements
        if statement.inside is not None
    ]
    faults += [
        Problem(
            "FC908",
            "a comment above a blank subject cannot be kept",
            *position(document.text, statement.start),
            "move the comment",
        )
        for statement in document.statements
        if statement.above and statement.subject is None and not statement.directive
    ]
    if faults:
        raise TurtleError.of(document.source, faults)


def _comments(document: Document) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    header: list[str] = []
    above: dict[str, tuple[str, ...]] = {}
    for statement in document.statements:
        if statement.subject is None:
            header.extend(statement.above)
        elif statement.above:
            above[statement.subject] = above.get(statement.subject, ()) + statement.above
    return tuple(header), above


# --- terms -----------------------------------------------------------------------------------------------

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?", re.ASCII)
_INTEGER = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.(?:[0-9]*[1-9]|0)", re.ASCII)


class _Writer:
    """Writes one graph, and notes which prefixes it used."""

    def __init__(self, graph: Graph, prefixes: Mapping[str, str], source: str) -> None:
        self.graph = graph
        self.prefixes = prefixes
        self.by_length = sorted(prefixes.items(), key=lambda item: (-len(item[1]), item[0]))
        self.source = source
        self.used: set[str] = set()
        self.names: dict[str, str] = {}

    def subjects(self) -> list[str]:
        """Every IRI that is a subject, in natural order; every blank node must be a list cell, used once."""
        named: dict[str, None] = {}
        cells: set[str] = set()
        for triple in self.graph.triples:
            if isinstance(triple.subject, ox.BlankNode):
                cells.add(key(triple.subject))
            else:
                named[key(triple.subject)] = None
        if any(find_outside_lists(self.graph.triples)):
            raise self._no_cell()
        self._refuse_loops(cells)
        return sorted(named, key=natural_key)

    def _refuse_loops(self, cells: set[str]) -> None:
        """Each cell is used once, so a cell that cannot be reached from an IRI is part of a loop."""
        reached: set[str] = set()
        queue = [key(t.object) for t in self.graph.triples if isinstance(t.subject, ox.NamedNode)]
        while queue:
            name = queue.pop()
            if name in cells and name not in reached:
                reached.add(name)
                queue.extend(self.graph.nodes(name, RDF.first) + self.graph.nodes(name, RDF.rest))
        if cells - reached:
            raise self._no_cell()

    def _no_cell(self) -> TurtleError:
        fault = Problem("FC907", "a blank node that is not a list cell", help="give the node an IRI")
        return TurtleError.of(self.source, (fault,))

    def block(self, subject: str, comments: Sequence[str]) -> str:
        """The lines of one subject."""
        lines = sorted(
            (self._order(predicate), self.verb(predicate), self.term(term, 0))
            for predicate in self.graph.predicates(subject)
            for term in self.graph.objects(subject, predicate)
        )
        body = [f"    {verb} {term} ;" for _, verb, term in lines]
        return "\n".join([*comments, self.iri(subject), *body, "    ."])

    @staticmethod
    def _order(predicate: str) -> tuple[int, str]:
        return {RDF.type: (0, ""), RDFS.label: (1, "")}.get(predicate, (2, predicate))

    def verb(self, predicate: str) -> str:
        return "a" if predicate == RDF.type else self.iri(predicate)

    def iri(self, iri: str) -> str:
        name = self.names.get(iri)
        if name is None:
            name = self.names[iri] = self._short(iri)
        return name

    def _short(self, iri: str) -> str:
        for prefix, namespace in self.by_length:
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace)):
                self.used.add(prefix)
                return f"{prefix}:{iri[len(namespace) :]}"
        return f"<{iri}>"

    def term(self, term: ox.NamedNode | ox.BlankNode | ox.Literal, depth: int) -> str:
        if isinstance(term, ox.NamedNode):
            return "()" if term.value == RDF.nil else self.iri(term.value)
        return self.literal(term) if isinstance(term, ox.Literal) else self.collection(term, depth)

    def collection(self, head: ox.BlankNode, depth: int) -> str:
        if depth > MAX_NESTING:
            fault = Problem("FC907", f"lists are nested deeper than {MAX_NESTING}", help="flatten the list")
            raise TurtleError.of(self.source, (fault,))
        found = [*cells(key(head), self._next_cell)]
        if self.graph.nodes(found[-1], RDF.rest) != (RDF.nil,):
            raise self._no_cell()
        members = (self.term(self.graph.objects(cell, RDF.first)[0], depth + 1) for cell in found)
        return f"( {' '.join(members)} )"

    def _next_cell(self, cell: str) -> str | None:
        return next((rest for rest in self.graph.nodes(cell, RDF.rest) if rest.startswith("_:")), None)

    def literal(self, term: ox.Literal) -> str:
        value, datatype = term.value, term.datatype.value
        bare = {XSD.integer: _INTEGER, XSD.decimal: _DECIMAL, XSD.boolean: re.compile("true|false")}.get(datatype)
        if bare and bare.fullmatch(value):
            return value
        quoted = f'"{escape_for_turtle(value)}"'
        if term.language:
            return f"{quoted}@{term.language}"
        return quoted if datatype == XSD.string else f"{quoted}^^{self.iri(datatype)}"
