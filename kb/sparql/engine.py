"""The store that answers SPARQL: pyoxigraph in memory, or on disk for read-only workers.

A store may rewrite literals ("007" becomes "7"), so nothing that is exported, hashed or validated comes from
one; it only answers questions. Named graphs are files; the default graph of a question is their union.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox


def open_store(quads: Iterable[ox.Quad], folder: Path | None = None) -> ox.Store:
    """A store that holds `quads`.

    Args:
        quads: as `KnowledgeBase.quads` gives them.
        folder: where to keep it on disk; None keeps it in memory.
    """
    store = ox.Store() if folder is None else ox.Store(str(folder))
    store.bulk_extend(quads)
    if folder is not None:
        store.flush()
    return store


def open_read_only(folder: Path) -> ox.Store:
    """Open a store that `open_store` left in `folder`, for reading only; several processes may."""
    return ox.Store.read_only(str(folder))
