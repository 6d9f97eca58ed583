"""The rules of a base, read once in each generation of the data."""

from __future__ import annotations

import kb
from webapp.site.site import Site


def read_rules(here: Site) -> None:
    """Read the shapes and the rules now, so that they are of the same time as the data.

    Raises:
        InputError: one of their files does not pass the gate.
    """
    all_shapes(here)
    all_rules(here)


def all_shapes(here: Site) -> kb.Graph:
    """The shapes of the base; read once."""
    return here.keep_data("shapes", lambda: kb.load_shapes(here.base.home).graph)


def all_rules(here: Site) -> tuple[kb.Rule, ...]:
    """The rules of the base, by code; read once."""
    return here.keep_data("rules", lambda: kb.rules(here.base.home))
