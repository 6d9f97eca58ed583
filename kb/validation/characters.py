"""Characters that nobody sees, and letters that look the same and are not: in the words of the base itself.

The gate refuses them in a file as it is typed (FC902). Written as an escape they pass it, and then stand in names and
notes where a reader would believe to read something else, and a search finds nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from kb.rdf.graph import Graph, key
from kb.vocab import DCTERMS, RDFS, SKOS

NAMES = frozenset((RDFS.label, SKOS.altLabel, SKOS.prefLabel, DCTERMS.title))
"""What is one line, and has no space around it."""

_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u202a-\u202e\u2028\u2029\u2060-\u2064\u2066-\u2069\ufeff]"
)
"""Control characters but for tab and line ends, the soft hyphen, marks of direction (but not the plain marks of
right-to-left scripts), line and paragraph separators, and spaces without width; joiners are letters in some scripts."""


@dataclass(frozen=True, slots=True)
class InvisibleCharacters:
    """A literal with such characters: its subject, predicate and value, and what is odd, in a few words."""

    node: str
    predicate: str
    value: ox.Literal
    why: str


def find_invisible(graph: Graph) -> Iterator[InvisibleCharacters]:
    """Every literal with a character that is not seen, or with letters that are not composed (NFC, UAX #15)."""
    for triple in graph.triples:
        if isinstance(triple.object, ox.Literal):
            why = _odd(triple.object.value, name=triple.predicate.value in NAMES)
            if why:
                yield InvisibleCharacters(key(triple.subject), triple.predicate.value, triple.object, why)


def _odd(text: str, *, name: bool) -> str:
    hidden = _HIDDEN.search(text)
    if hidden:
        return f"holds U+{ord(hidden[0]):04X}, which nobody sees"
    if name and re.search(r"[\t\r\n]", text):
        return "runs over the end of a line"
    if name and text.strip() != text:
        return "begins or ends with a space"
    if not unicodedata.is_normalized("NFC", text):
        return "has letters that are put together from parts"
    return ""
