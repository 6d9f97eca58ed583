"""Compact names of IRIs (`art:x`), compressed and expanded (https://www.w3.org/TR/curie/)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

import pyoxigraph as ox

from kb.vocab import PREFIXES, local_name

Value: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def expand(name: str, prefixes: Mapping[str, str]) -> str | None:
    """The IRI of `prefix:name`, of `<iri>`, or of a bare http(s) or urn IRI; None if the text is none of them."""
    if name.startswith("<") and name.endswith(">"):
        name = name[1:-1]
    prefix, colon, local = name.partition(":")
    iri = prefixes[prefix] + local if colon and prefix in prefixes else name
    if not re.fullmatch(r"(https?://|urn:)[^\s<>\"{}|\\^`\x00-\x20]+", iri):
        return None
    try:
        return ox.NamedNode(iri).value
    except ValueError:  # such as `http://[`
        return None


def short(value: Value | None, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """A term for people: `art:x` if a prefix fits, the lexical form of a literal, the empty string for None."""
    if value is None:
        return ""
    if isinstance(value, ox.NamedNode):
        return short_iri(value.value, prefixes)
    return value.value if isinstance(value, ox.Literal) else str(value)


def short_iri(iri: str, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """`prefix:name` if a prefix fits and the rest is a plain name, else the IRI."""
    fits = [(len(space), name) for name, space in prefixes.items() if iri.startswith(space)]
    if fits:
        size, name = max(fits)
        if re.fullmatch(r"[\w.-]+", iri[size:]):
            return f"{name}:{iri[size:]}"
    return iri


def is_iri(name: str) -> bool:
    """Whether a text is an http(s) or urn IRI, and not a path, a label or empty."""
    return re.fullmatch(r"(https?://|urn:)[^\s<>\"{}|\\^`\x00-\x20]+", name) is not None


def used_prefixes(prefixes: Mapping[str, str], iris: Iterable[str]) -> dict[str, str]:
    """The prefixes that shorten one of these IRIs, sorted."""
    spaces = {iri.removesuffix(local_name(iri)) for iri in iris}
    return {name: space for name, space in sorted(prefixes.items()) if space in spaces}
