"""Text folded for search: case, accents and width do not matter."""

from __future__ import annotations

import unicodedata

MOST_WORDS = 12


def fold(text: str) -> str:
    """Text for comparing: compatibility form, no case, no marks on letters, one space between words.

    >>> fold("  Città   di ＲＯＭＡ ")
    'citta di roma'
    """
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    return " ".join(unicodedata.normalize("NFC", bare).casefold().split())


def matches(words: str, text: str) -> bool:
    """Whether a text holds every one of some words."""
    parts = fold(words).split()[:MOST_WORDS]
    return not parts or all(part in folded for folded in [fold(text)] for part in parts)
