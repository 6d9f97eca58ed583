"""Names of IRIs: compact (`art:x`) for people, expanded for machines (https://www.w3.org/TR/curie/)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

import pyoxigraph as ox

from kb.vocab import PREFIXES, local_name

Value: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def expand(name: str, prefixes: Mapping[str, str]) -> str | None:
    """The IRI that `prefix:name`, `<iri>` or a bare http(s) or urn IRI stands for; None when there is none."""
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
    """A term for people: `art:x` where a prefix fits, the lexical form of a literal, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, ox.NamedNode):
        return short_iri(value.value, prefixes)
    return value.value if isinstance(value, ox.Literal) else str(value)


def short_iri(iri: str, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """`prefix:name` where a prefix fits and the name is plain, else the IRI as it is."""
    fits = [(len(space), name) for name, space in prefixes.items() if iri.startswith(space)]
    if fits:
        size, name = max(fits)
        if re.fullmatch(r"[\w.-]+", iri[size:]):
            return f"{name}:{iri[size:]}"
    return iri


def is_iri(name: str) -> bool:
    """Whether a name is an IRI of a scheme that the base uses, rather than a path, a label or nothing."""
    return re.fullmatch(r"(https?://|urn:)[^\s<>\"{}|\\^`\x00-\x20]+", name) is not None


def used_prefixes(prefixes: Mapping[str, str], iris: Iterable[str]) -> dict[str, str]:
    """The prefixes that shorten one of these IRIs, sorted."""
    spaces = {iri.removesuffix(local_name(iri)) for iri in iris}
    return {name: space for name, space in sorted(prefixes.items()) if space in spaces}
