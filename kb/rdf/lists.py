"""RDF lists: their cells, their members up to the first fault, and the members of lists without faults.

Every function ends, also for a list that contains itself. The look-up is an argument, so that the same functions
serve our graphs, with names, and rdflib's, with nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TypeVar

from kb.vocab import RDF

Node = TypeVar("Node", bound=Hashable)


def cells(head: Node | None, following: Callable[[Node], Node | None]) -> Iterator[Node]:
    """The cells from `head` on, each once, until `following` gives None or an earlier cell."""
    seen: set[Node] = set()
    while head is not None and head not in seen:
        seen.add(head)
        yield head
        head = following(head)


def members(head: Node | None, value: Callable[[Node, str], Node | None]) -> tuple[Node, ...]:
    """The members of a list, up to the first broken cell or the end of the first round.

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
    """The names of the members of a list of IRIs; empty unless each cell has one member and one rest, up to `rdf:nil`.

    Args:
        nodes: every object of a subject and a predicate that is not a literal, such as `Graph.nodes`.
    """

    def following(cell: str) -> str | None:
        rest = nodes(cell, RDF.rest)
        return rest[0] if len(rest) == 1 and cell != RDF.nil else None

    *found, end = list(cells(head, following)) or [""]
    firsts = [nodes(cell, RDF.first) for cell in found]
    sound = end == RDF.nil and all(len(first) == 1 and not first[0].startswith("_:") for first in firsts)
    return tuple(first[0] for first in firsts) if sound else ()
