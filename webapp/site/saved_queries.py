"""The saved queries of a base: the fields of their forms, and an example of each."""

from __future__ import annotations

from dataclasses import dataclass

import kb
from webapp.site.names import KINDS
from webapp.site.site import Site


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form of a saved query.

    Attributes:
        options: values to choose from, and what they stand for.
        suggestions: the kind of thing whose names are suggested, where they are too many to choose from.
    """

    name: str
    value: str
    description: str
    options: tuple[tuple[str, str], ...] = ()
    suggestions: str = ""


def field(here: Site, param: kb.Param) -> Field:
    """A field for a parameter; one that takes a thing of the base offers those of its kind."""
    kind = _kind(here, param)
    suggestions = kind if kind in here.names.suggestions else ""
    return Field(param.name, _default(here, param), param.description, here.names.choices.get(kind, ()), suggestions)


def example(here: Site, query: kb.SavedQuery) -> str | None:
    """The query with a value of this base in each of its parameters, to run as it stands; None where there is none.

    The values are those that its author gave, where the base holds them, and otherwise the first that may be chosen.
    """
    fields = [field(here, param) for param in query.params]
    values = {field.name: field.value or (field.options[0][0] if field.options else "") for field in fields}
    if not all(values.values()):
        return None
    return kb.with_values(query.text, kb.bind(query, values, prefixes=here.names.prefixes))


def _kind(here: Site, param: kb.Param) -> str:
    """The kind of thing that a parameter takes, from its name or its default; empty where neither tells."""
    if param.type != "iri":
        return ""
    named = param.name.rstrip("0123456789")
    if named in (*KINDS, "paragraph"):
        return named
    iri = kb.expand(param.default or "", here.names.prefixes) or ""
    return here.names.paths.get(iri, "").partition("/")[0]


def _default(here: Site, param: kb.Param) -> str:
    """The value to start with; none where it names a thing that this base does not hold."""
    default = param.default or ""
    iri = kb.expand(default, here.names.prefixes) if param.type == "iri" else None
    return "" if iri is not None and iri not in here.base.graph else default
