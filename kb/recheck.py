"""The shapes, run again and again over a base that changes a little: only what a change can reach is looked at anew.

A full run of the engine takes seconds, and an editor who saves a file waits for the answer. `Rerun` stands in for
`kb.shapes.run_shapes` and gives the same results: it keeps the graph and the results of the last run, asks
`kb.reach` which focus nodes the changed triples can matter for, and aims the shapes at those. Where the shapes
themselves change, or most of the base does, it is a full run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import pyoxigraph as ox
from rdflib.term import Identifier, Node

from kb.graph import Graph
from kb.rdf import FlatGraph, rdf_graph, rdf_triples
from kb.reach import Reach
from kb.shapes import Result, literals_kept, rdf_shapes, run_graphs, sorted_results

MOST = 5_000
"""Looks (a shape at a node) from which on a full run is as cheap."""


@dataclass(frozen=True)
class Looked:
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

    looked: Looked = Looked()
    _triples: dict[ox.Triple, None] = field(default_factory=dict)
    _shapes: tuple[ox.Triple, ...] = ()
    _graph: FlatGraph = field(default_factory=FlatGraph)
    _reach: Reach | None = None
    _results: tuple[Result, ...] = ()

    def __call__(self, data: Graph, shapes: Graph) -> tuple[Result, ...]:
        """As `kb.shapes.run_shapes`."""
        triples = dict.fromkeys(data.triples)
        with literals_kept():
            if self._reach is None or self._shapes != shapes.triples:
                self._start(data, shapes)
            else:
                self._go_on(self._reach, triples)
        self._triples = triples
        return self._results

    def forget(self) -> None:
        """Make the next run a full one."""
        self._reach = None

    def _start(self, data: Graph, shapes: Graph) -> None:
        self._reach = None
        graph, rules = rdf_graph(data.triples), rdf_shapes(shapes)
        self._results = run_graphs(graph, rules)
        self._graph, self._shapes, self._reach = graph, shapes.triples, Reach.of(rules)
        self.looked = Looked()

    def _go_on(self, reach: Reach, triples: dict[ox.Triple, None]) -> None:
        removed = tuple(rdf_triples(triple for triple in self._triples if triple not in triples))
        added = tuple(rdf_triples(triple for triple in triples if triple not in self._triples))
        self._reach = None  # in case the engine fails, the next run is a full one
        touched = reach.touched(self._graph, removed)
        for triple in removed:
            self._graph.remove(triple)
        for triple in added:
            self._graph.add(triple)
        touched |= reach.touched(self._graph, added)
        if len(touched) > MOST:
            self._results = run_graphs(self._graph, reach.shapes)
            self.looked = Looked()
        else:
            self._look_again(reach, touched, reach.stirred((*removed, *added)))
        self._reach = reach

    def _look_again(self, reach: Reach, touched: set[tuple[Node, Node]], whole: frozenset[Node]) -> None:
        """Take the results of these looks, and of these whole shapes, anew; the others stand."""
        pairs = [(shape, focus) for shape, focus in touched if reach.targets(self._graph, shape, focus)]
        names = {(shape, cast(Identifier, focus).n3()) for shape, focus in touched}
        kept = []
        for result in self._results:
            root = reach.root(result.shape)
            if root is not None and root not in whole and (root, result.node) not in names:
                kept.append(result)
        anew = run_graphs(self._graph, reach.aimed(pairs, whole)) if pairs or whole else ()
        self._results = sorted_results((*kept, *anew))
        self.looked = Looked(False, len(pairs), len(whole))
