"""The `KnowledgeBase`: every file of a home, strictly read, one named graph for each, and the derived facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox

from kb.errors import KbError
from kb.files import read_bytes
from kb.home import Home, find_home
from kb.model.derive import Standings, standings
from kb.rdf.document import Document
from kb.rdf.graph import Graph, key
from kb.rdf.positions import Positions, Span, excerpt, read_positions
from kb.rdf.tokens import position
from kb.rdf.turtle import HOUSE, Policy, read_turtle
from kb.vocab import DERIVED_GRAPH, GRAPHS, PREFIXES


@dataclass(frozen=True)
class LoadedFile:
    """One file of the base.

    Attributes:
        name: relative to the home, `kb/claims/x.ttl`.
        document: its content.
    """

    name: str
    document: Document

    @cached_property
    def positions(self) -> Positions:
        """The position of each of its triples."""
        return read_positions(self.document.text)

    @property
    def graph_iri(self) -> str:
        """The named graph that holds the file's triples; characters that IRIs do not allow are percent-encoded."""
        return GRAPHS + quote(self.name.encode("utf-8", "surrogateescape"), safe="/")


@dataclass(frozen=True)
class Place:
    """A span of a file."""

    file: LoadedFile
    span: Span

    @property
    def line(self) -> int:
        """1-based line."""
        return position(self.file.document.text, self.span.start)[0]

    @property
    def column(self) -> int:
        """1-based column, in code points."""
        return position(self.file.document.text, self.span.start)[1]

    @property
    def excerpt(self) -> tuple[str, ...]:
        """The line on which it begins, and a line of carets under it."""
        return tuple(excerpt(self.file.document.text, self.span))


@dataclass(frozen=True)
class KnowledgeBase:
    """A loaded base, never changed.

    Attributes:
        home: where its files are.
        files: in the order of their names.
    """

    home: Home
    files: tuple[LoadedFile, ...]

    @cached_property
    def graph(self) -> Graph:
        """The union of all authored triples."""
        return Graph.of(triple for file in self.files for triple in file.document.triples)

    @cached_property
    def derived(self) -> Graph:
        """The derived triples."""
        return Graph.of(self.standings.triples())

    @cached_property
    def standings(self) -> Standings:
        """The standing of every claim, each computed at its first use."""
        return standings(self.graph)

    @cached_property
    def whole(self) -> Graph:
        """Authored and derived triples together, for pages."""
        return Graph.of(self.graph.triples + self.derived.triples)

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The prefixes of Factcite and those that the files declare; a file overrides, and the first file wins."""
        found: dict[str, str] = {}
        for file in self.files:
            for name, iri in sorted(file.document.prefixes.items()):
                found.setdefault(name, iri)
        return {**PREFIXES, **found}

    def quads(self, *, derived: bool = True) -> Iterator[ox.Quad]:
        """Every triple in the named graph of its file, then the derived triples in the derived graph."""
        for file in self.files:
            name = ox.NamedNode(file.graph_iri)
            for triple in file.document.triples:
                yield ox.Quad(triple.subject, triple.predicate, triple.object, name)
        if derived:
            name = ox.NamedNode(DERIVED_GRAPH)
            for triple in self.derived.triples:
                yield ox.Quad(triple.subject, triple.predicate, triple.object, name)

    def locate(self, subject: str, predicate: str = "", value: str = "") -> tuple[Place, ...]:
        """The places of a subject, a predicate of it and a value, as exact as they are known.

        Args:
            subject: an IRI; or the label of a list cell, as the reader gave it.
            predicate: an IRI, or empty.
            value: a term in N-Triples form, or empty.
        """
        subject = self.holder(subject)
        found = [(file, *file.positions.of(subject, predicate, value)) for file in self.files]
        nearest = max((nearness for _, nearness, _ in found), default=0)
        return tuple(Place(file, span) for file, nearness, spans in found if nearness == nearest for span in spans)

    def holder(self, subject: str) -> str:
        """The named node that has the list of this cell; for any other node, the node itself."""
        while subject in self._holders:
            subject = self._holders[subject]
        return subject

    def file_of(self, subject: str) -> tuple[str, int] | None:
        """The first (file, line) that describes `subject`; None if no file does."""
        places = self.locate(subject)
        return (places[0].file.name, places[0].line) if places else None

    @cached_property
    def _holders(self) -> dict[str, str]:
        """Each list cell to the node that has it as a value."""
        return {
            key(triple.object): key(triple.subject)
            for triple in self.graph.triples
            if isinstance(triple.object, ox.BlankNode)
        }


def load_kb(home: Home | Path | str | None = None) -> KnowledgeBase:
    """Read a whole base.

    Args:
        home: a `Home`, a folder, or None for the base that is installed with the program.

    Raises:
        HomeError: there is no base.
        TurtleError: the first file that is refused.
    """
    place = home if isinstance(home, Home) else find_home(home)
    files, errors = read_files(place, place.data_files())
    if errors:
        raise errors[0]
    return KnowledgeBase(place, files)


def read_files(
    home: Home, paths: tuple[Path, ...], policy: Policy = HOUSE, *, known: Mapping[str, LoadedFile] | None = None
) -> tuple[tuple[LoadedFile, ...], tuple[KbError, ...]]:
    """Read every file; a file that is refused gives an error instead.

    Args:
        known: files that were read before, by name; a file with the same bytes is not parsed again.
    """
    files: list[LoadedFile] = []
    errors: list[KbError] = []
    for path in paths:
        name = home.name(path)
        try:
            data = read_bytes(path, limit=policy.max_bytes)
            before = (known or {}).get(name)
            if before is not None and before.document.data == data:
                files.append(before)
            else:
                files.append(LoadedFile(name, read_turtle(data, source=name, policy=policy)))
        except KbError as error:
            error.source = name
            errors.append(error)
    return tuple(files), tuple(errors)
