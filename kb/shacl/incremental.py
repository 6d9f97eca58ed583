"""The shapes, run again and again over a base that changes a little: only what a change can affect is checked again.

A full run of the engine takes seconds, and an editor who saves a file waits for the answer. `Rerun` replaces
`kb.shacl.engine.run_shapes` and gives the same results: it keeps the graph and the results of the last run, asks
`kb.shacl.dependencies` which focus nodes the changed triples can matter for, and aims the shapes at those. Where the
shapes themselves change, or most of the base does, it is a full run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import pyoxigraph as ox
from rdflib.term import Identifier, Node

from kb.model.knowledge_base import LoadedFile
from kb.rdf.graph import Graph
from kb.shacl.dependencies import ShapeDependencies
from kb.shacl.engine import Result, literals_kept, rdf_shapes, run_graphs, sorted_results
from kb.shacl.graph import FlatGraph, rdf_graph, rdf_triples

T = TypeVar("T")

MOST_CHANGED = 2_000
MOST_LOOKS = 5_000
"""Changed triples, and looks (a shape at a node), from which on a full run is as cheap."""


@dataclass(frozen=True)
class CachedRun:
    """How much of the base the last run looked at.

    Attributes:
        full: whether it was a full run.
        looks: how often a shape was aimed at a node.
        whole: how many shapes were run over all their nodes, because they cannot be aimed.
    """

    full: bool = True
    looks: int = 0
    whole: int = 0


@dataclass
class Rerun:
    """A run of the shapes that remembers the one before.

    Attributes:
        looked: what the last run looked at.
    """

    looked: CachedRun = CachedRun()
    _triples: dict[ox.Triple, None] = field(default_factory=dict)
    _shapes: tuple[ox.Triple, ...] = ()
    _graph: FlatGraph = field(default_factory=FlatGraph)
    _rules: FlatGraph | None = None
    _reach: ShapeDependencies | None = None
    _results: tuple[Result, ...] = ()

    def __call__(self, data: Graph, shapes: Graph) -> tuple[Result, ...]:
        """As `kb.shacl.engine.run_shapes`."""
        triples = dict.fromkeys(data.triples)
        rules, self._rules = self._rules, None  # in case the engine fails, the next run is a full one
        with literals_kept():
            if rules is None or self._shapes != shapes.triples:
                rules = rdf_shapes(shapes)
                self._start(data, rules)
            else:
                self._reach = self._reach or ShapeDependencies.of(rules)
                self._go_on(self._reach, triples)
        self._triples, self._shapes, self._rules = triples, shapes.triples, rules
        return self._results

    def prepare(self) -> None:
        """Read the shapes for the next run in advance."""
        if self._rules is not None and self._reach is None:
            with literals_kept():
                self._reach = ShapeDependencies.of(self._rules)

    def forget(self) -> None:
        """Make the next run a full one."""
        self._rules = None

    def _start(self, data: Graph, rules: FlatGraph) -> None:
        self._graph, self._reach, self.looked = rdf_graph(data.triples), None, CachedRun()
        self._results = run_graphs(self._graph, rules)

    def _go_on(self, reach: ShapeDependencies, triples: dict[ox.Triple, None]) -> None:
        removed = tuple(rdf_triples(triple for triple in self._triples if triple not in triples))
        added = tuple(rdf_triples(triple for triple in triples if triple not in self._triples))
        much = len(removed) + len(added) > MOST_CHANGED
        touched = set() if much else reach.touched(self._graph, removed)
        for triple in removed:
            self._graph.remove(triple)
        for triple in added:
            self._graph.add(triple)
        touched |= set() if much else reach.touched(self._graph, added)
        if much or len(touched) > MOST_LOOKS:
            self._results = run_graphs(self._graph, reach.shapes)
            self.looked = CachedRun()
        else:
            self._look_again(reach, touched, reach.stirred((*removed, *added)))

    def _look_again(self, reach: ShapeDependencies, touched: set[tuple[Node, Node]], whole: frozenset[Node]) -> None:
        """Replace the results of these checks, and of these whole shapes; the others stay."""
        pairs = [(shape, focus) for shape, focus in touched if reach.targets(self._graph, shape, focus)]
        names = {(shape, cast(Identifier, focus).n3()) for shape, focus in touched}
        kept = []
        for result in self._results:
            root = reach.root(result.shape)
            if root is not None and root not in whole and (root, result.node) not in names:
                kept.append(result)
        anew = run_graphs(self._graph, reach.aimed(pairs, whole)) if pairs or whole else ()
        self._results = sorted_results((*kept, *anew))
        self.looked = CachedRun(False, len(pairs), len(whole))


@dataclass
class IncrementalCache:
    """What a check of a base leaves for the next check of the same base, so that it is quick.

    Attributes:
        files: every file that passed the gate, by name.
        run: the shapes, with what they said.
    """

    files: dict[str, LoadedFile] = field(default_factory=dict)
    run: Rerun = field(default_factory=Rerun)
    _shape_files: tuple[LoadedFile, ...] = ()
    _of_shapes: dict[str, Any] = field(default_factory=dict)

    def of_shapes(self, files: tuple[LoadedFile, ...], name: str, compute: Callable[[], T]) -> T:
        """What was computed from these shapes files, computed again only if a file is another one."""
        if self._shape_files != files:
            self._shape_files, self._of_shapes = files, {}
        if name not in self._of_shapes:
            self._of_shapes[name] = compute()
        found: T = self._of_shapes[name]
        return found

    def keep(self, files: Iterable[LoadedFile]) -> None:
        """Remember files beside those that are known."""
        self.files.update({file.name: file for file in files})
