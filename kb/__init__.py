"""The public interface of the library: what the command, the web application and other programs use.

    load_kb, find_home            a knowledge base, and where its folders are
    check, verify_copies          what is wrong with it; where the cited words are now
    open_store, ask, as_table     a SPARQL query and its results; saved_query for one that is saved
    stats                         how many there are of what
    compare_graphs, retract       what a change does to the claims; what a withdrawal would do
    export                        the knowledge base as RDF
    init, add, cite, reanchor, format_files, raise_floors, write_baseline      what creates and changes one

The names and their modules are listed in `__init__.pyi`. Each is loaded when it is first used, so that a command loads
only what it needs. Every error that a reader or a writer can cause is a `KbError`: what, where, and what to do next.
"""

from typing import Any

import lazy_loader

__version__ = "0.1.0"

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    """The object of this name, loaded at its first use and then kept."""
    found = _load(name)
    globals()[name] = found
    return found
