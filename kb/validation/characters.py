"""Invisible characters, and letters that only look the same, in the literals of the base.

The gate refuses them in a file as it is typed (FC902), but not when they are written as escapes. In a name or a note
they mislead the reader, and a search does not match.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import pyoxigraph as ox

from kb.characters import find_in_literal
from kb.finding import Fault
from kb.rdf.graph import Graph, key
from kb.vocab import DCTERMS, RDFS, SKOS

NAMES = frozenset((RDFS.label, SKOS.altLabel, SKOS.prefLabel, DCTERMS.title))
"""Properties whose values are one line without spaces around it."""


def find_invisible(graph: Graph) -> Iterator[Fault]:
    """FC932: every literal with an invisible character, or with letters that are not composed (NFC, UAX #15)."""
    for triple in graph.triples:
        if isinstance(triple.object, ox.Literal):
            message = _describe(triple.object.value, name=triple.predicate.value in NAMES)
            if message:
                yield Fault("FC932", key(triple.subject), message, triple.predicate.value, str(triple.object))


def _describe(text: str, *, name: bool) -> str:
    """What is wrong with the characters of a text; empty where nothing is."""
    hidden = find_in_literal(text)
    if hidden is not None:
        return f"contains the invisible character U+{ord(text[hidden]):04X}"
    if name and re.search(r"[\t\r\n]", text):
        return "contains a line break or a tab"
    if name and text.strip() != text:
        return "begins or ends with a space"
    if not unicodedata.is_normalized("NFC", text):
        return "contains letters that are not composed (Unicode NFC)"
    return ""
