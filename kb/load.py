"""A home becomes a `KnowledgeBase`: every file read strictly, one graph a file, derived facts beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from kb.derive import derive
from kb.errors import KbError
from kb.files import read_bytes
from kb.graph import Graph, key
from kb.home import Home, find_home
from kb.turtle import HOUSE, Document, Policy, read_turtle
from kb.vocab import DERIVED_GRAPH, GRAPHS, PREFIXES


@dataclass(frozen=True)
class LoadedFile:
    """One file of the base.

    Attributes:
        name: relative to the home, `kb/claims/x.ttl`.
        document: what it says.
    """

    name: str
    document: Document

    @property
    def graph_iri(self) -> str:
        """The named graph that holds the file's triples."""
        return GRAPHS + self.name


@dataclass(frozen=True)
class KnowledgeBase:
    """Everything loaded; never written to.

    Attributes:
        home: where it came from.
        files: in the order of their names.
    """

    home: Home
    files: tuple[LoadedFile, ...]

    @cached_property
    def graph(self) -> Graph:
        """The union of what was authored."""
        return Graph.of(triple for file in self.files for triple in file.document.triples)

    @cached_property
    def derived(self) -> Graph:
        """What was computed from it."""
        return Graph.of(derive(self.graph))

    @cached_property
    def whole(self) -> Graph:
        """Authored and derived together: what pages walk over."""
        return Graph.of(self.graph.triples + self.derived.triples)

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The house's prefixes and those that the files declare; the files win, the first of them."""
        found: dict[str, str] = {}
        for file in self.files:
            for name, iri in sorted(file.document.prefixes.items()):
                found.setdefault(name, iri)
        return {**PREFIXES, **found}

    @cached_property
    def places(self) -> dict[str, tuple[tuple[str, int], ...]]:
        """Subject IRI to the (file, line) of every file that describes it."""
        found: dict[str, tuple[tuple[str, int], ...]] = {}
        for file in self.files:
            for subject, line in file.document.lines.items():
                found[subject] = (*found.get(subject, ()), (file.name, line))
        return found

    def quads(self, *, derived: bool = True) -> Iterator[ox.Quad]:
        """Every triple in the named graph of its file, then the derived ones in theirs."""
        for file in self.files:
            name = ox.NamedNode(file.graph_iri)
            for triple in file.document.triples:
                yield ox.Quad(triple.subject, triple.predicate, triple.object, name)
        if derived:
            name = ox.NamedNode(DERIVED_GRAPH)
            for triple in self.derived.triples:
                yield ox.Quad(triple.subject, triple.predicate, triple.object, name)

    def file_of(self, subject: str) -> tuple[str, int] | None:
        """The (file, line) that first describes `subject`; a list cell is looked up by its own label."""
        places = self.places.get(subject)
        return places[0] if places else self._cells.get(subject)

    @cached_property
    def _cells(self) -> dict[str, tuple[str, int]]:
        """List cells to the place of the subject that holds them."""
        found: dict[str, tuple[str, int]] = {}
        for file in self.files:
            for triple in file.document.triples:
                if isinstance(triple.object, ox.BlankNode):
                    owner = key(triple.subject)
                    line = file.document.lines.get(owner)
                    place = (file.name, line) if line is not None else found.get(owner)
                    if place:
                        found[key(triple.object)] = place
        return found


def load_kb(home: Home | Path | str | None = None) -> KnowledgeBase:
    """Read a whole base.

    Args:
        home: a `Home`, a folder, or None for the base that came with the program.

    Raises:
        HomeError: no base there.
        TurtleError: the first file that does not pass the gate.
    """
    place = home if isinstance(home, Home) else find_home(home)
    files, errors = read_files(place, place.data_files())
    if errors:
        raise errors[0]
    return KnowledgeBase(place, files)


def read_files(
    home: Home, paths: tuple[Path, ...], policy: Policy = HOUSE
) -> tuple[tuple[LoadedFile, ...], tuple[KbError, ...]]:
    """Read every file that can be read, and keep the error of every one that cannot."""
    files: list[LoadedFile] = []
    errors: list[KbError] = []
    for path in paths:
        name = home.name(path)
        try:
            data = read_bytes(path, limit=policy.max_bytes)
            files.append(LoadedFile(name, read_turtle(data, source=name, policy=policy)))
        except KbError as error:
            error.source = name
            errors.append(error)
    return tuple(files), tuple(errors)
