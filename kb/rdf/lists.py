"""RDF lists, read in one place: the cells, the members as far as a list is sound, or only of a list that is whole.

Every reader ends: a list that comes back to itself is left at the cell that was seen before. A look-up is handed in, so
that the same functions serve our graphs, by name, and rdflib's, by node.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TypeVar

from kb.vocab import RDF

Node = TypeVar("Node", bound=Hashable)


def cells(head: Node | None, following: Callable[[Node], Node | None]) -> Iterator[Node]:
    """The cells from `head` on, each once, until `following` gives None or a cell that was there."""
    seen: set[Node] = set()
    while head is not None and head not in seen:
        seen.add(head)
        yield head
        head = following(head)


def members(head: Node | None, value: Callable[[Node, str], Node | None]) -> tuple[Node, ...]:
    """The members of a list; one that is broken or circular ends where it breaks.

    Args:
        value: the first object of a subject and a predicate, such as `Graph.value`.
    """
    found: list[Node] = []
    for cell in cells(head, lambda cell: value(cell, RDF.rest)):
        first = value(cell, RDF.first)
        if str(cell) == RDF.nil or first is None or value(cell, RDF.rest) is None:
            break
        found.append(first)
    return tuple(found)


def whole_members(head: str, nodes: Callable[[str, str], Sequence[str]]) -> tuple[str, ...]:
    """The members of a list of IRIs, by name; empty unless each cell has one member and one rest, down to `rdf:nil`.

    Args:
        nodes: every object of a subject and a predicate that is a node, such as `Graph.nodes`.
    """

    def following(cell: str) -> str | None:
        rest = nodes(cell, RDF.rest)
        return rest[0] if len(rest) == 1 and cell != RDF.nil else None

    *found, end = list(cells(head, following)) or [""]
    firsts = [nodes(cell, RDF.first) for cell in found]
    sound = end == RDF.nil and all(len(first) == 1 and not first[0].startswith("_:") for first in firsts)
    return tuple(first[0] for first in firsts) if sound else ()
