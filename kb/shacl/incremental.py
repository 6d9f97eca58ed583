"""Incremental validation: after a small change, only the nodes that it can affect are validated again.

A full run of the engine takes seconds, and an editor who saves a file waits for it. `IncrementalRun` replaces
`kb.shacl.engine.run_shapes` and gives the same results. It keeps the graph and the results of the last run, finds the
focus nodes that the changed triples can affect (kb/shacl/dependencies.py), and runs the shapes on those. If the shapes
change, or a large part of the base, it makes a full run.
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
from kb.shacl.engine import Result, keep_literals, rdf_shapes, run_graphs, sort_results
from kb.shacl.graph import FlatGraph, rdf_graph, rdf_triples

T = TypeVar("T")

MOST_CHANGED = 2_000
MOST_PAIRS = 5_000
"""Changed triples, and pairs of a shape and a focus node, above which a full run takes no longer."""


@dataclass(frozen=True)
class RunSize:
    """How much of the base the last run validated.

    Attributes:
        full: whether it was a full run.
        pairs: how many pairs of a shape and a focus node it validated.
        whole: how many shapes ran over all their targets, because they cannot run on single nodes.
    """

    full: bool = True
    pairs: int = 0
    whole: int = 0


@dataclass
class IncrementalRun:
    """A run of the shapes that keeps the results of the last one.

    Attributes:
        size: how much the last run validated.
    """

    size: RunSize = RunSize()
    _triples: dict[ox.Triple, None] = field(default_factory=dict)
    _shapes: tuple[ox.Triple, ...] = ()
    _graph: FlatGraph = field(default_factory=FlatGraph)
    _rules: FlatGraph | None = None
    _dependencies: ShapeDependencies | None = None
    _results: tuple[Result, ...] = ()

    def __call__(self, data: Graph, shapes: Graph) -> tuple[Result, ...]:
        """As `kb.shacl.engine.run_shapes`."""
        triples = dict.fromkeys(data.triples)
        rules, self._rules = self._rules, None  # if the engine fails, the next run is a full one
        with keep_literals():
            if rules is None or self._shapes != shapes.triples:
                rules = rdf_shapes(shapes)
                self._start(data, rules)
            else:
                self._dependencies = self._dependencies or ShapeDependencies.of(rules)
                self._update(self._dependencies, triples)
        self._triples, self._shapes, self._rules = triples, shapes.triples, rules
        return self._results

    def prepare(self) -> None:
        """Read the shapes for the next run, while the user is not waiting."""
        if self._rules is not None and self._dependencies is None:
            with keep_literals():
                self._dependencies = ShapeDependencies.of(self._rules)

    def forget(self) -> None:
        """Make the next run a full one."""
        self._rules = None

    def _start(self, data: Graph, rules: FlatGraph) -> None:
        self._graph, self._dependencies, self.size = rdf_graph(data.triples), None, RunSize()
        self._results = run_graphs(self._graph, rules)

    def _update(self, dependencies: ShapeDependencies, triples: dict[ox.Triple, None]) -> None:
        removed = tuple(rdf_triples(triple for triple in self._triples if triple not in triples))
        added = tuple(rdf_triples(triple for triple in triples if triple not in self._triples))
        much = len(removed) + len(added) > MOST_CHANGED
        touched = set() if much else dependencies.affected(self._graph, removed)
        for triple in removed:
            self._graph.remove(triple)
        for triple in added:
            self._graph.add(triple)
        touched |= set() if much else dependencies.affected(self._graph, added)
        if much or len(touched) > MOST_PAIRS:
            self._results = run_graphs(self._graph, dependencies.shapes)
            self.size = RunSize()
        else:
            self._rerun(dependencies, touched, dependencies.needs_rerun((*removed, *added)))

    def _rerun(self, dependencies: ShapeDependencies, touched: set[tuple[Node, Node]], whole: frozenset[Node]) -> None:
        """Replace the results of these pairs and of these whole shapes; keep the others."""
        pairs = [(shape, focus) for shape, focus in touched if dependencies.targets(self._graph, shape, focus)]
        names = {(shape, cast(Identifier, focus).n3()) for shape, focus in touched}
        kept = []
        for result in self._results:
            root = dependencies.root(result.shape)
            if root is not None and root not in whole and (root, result.node) not in names:
                kept.append(result)
        again = run_graphs(self._graph, dependencies.with_targets(pairs, whole)) if pairs or whole else ()
        self._results = sort_results((*kept, *again))
        self.size = RunSize(False, len(pairs), len(whole))


@dataclass
class IncrementalCache:
    """Results of a check that make the next check of the same base faster.

    Attributes:
        files: every file that was accepted, by name.
        run: the shapes, with their last results.
    """

    files: dict[str, LoadedFile] = field(default_factory=dict)
    run: IncrementalRun = field(default_factory=IncrementalRun)
    _shape_files: tuple[LoadedFile, ...] = ()
    _of_shapes: dict[str, Any] = field(default_factory=dict)

    def of_shapes(self, files: tuple[LoadedFile, ...], name: str, compute: Callable[[], T]) -> T:
        """The result of `compute` for these shapes files; it is computed again only if a file has changed."""
        if self._shape_files != files:
            self._shape_files, self._of_shapes = files, {}
        if name not in self._of_shapes:
            self._of_shapes[name] = compute()
        found: T = self._of_shapes[name]
        return found

    def keep(self, files: Iterable[LoadedFile]) -> None:
        """Add files."""
        self.files.update({file.name: file for file in files})
