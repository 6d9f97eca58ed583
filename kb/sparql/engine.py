"""The store that answers SPARQL queries: pyoxigraph in memory, or on disk for read-only workers.

A store may rewrite literals ("007" becomes "7"), so nothing that is exported, hashed or validated comes from it. It
only answers queries. Each file is a named graph; the default graph of a query is the union of all files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kb.errors import QueryRefusedError
from kb.rdf.curies import Value
from kb.rdf.tokens import position
from kb.sparql.canonical import CanonicalQuery, values_block, where_bracket
from kb.sparql.guard import read_query_text, refuse
from kb.sparql.tokens import tokenize
from kb.vocab import PREFIXES


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


@dataclass(frozen=True)
class Answer:
    """The result of a query.

    Attributes:
        columns: variable names of a SELECT; empty otherwise.
        rows: the solutions, with a term or None for each column.
        truth: the result of an ASK; None otherwise.
        triples: the result of a CONSTRUCT or DESCRIBE; None otherwise.
        truncated: whether there were more rows or triples than were allowed.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Value | None, ...], ...] = ()
    truth: bool | None = None
    triples: tuple[ox.Triple, ...] | None = None
    truncated: bool = False


def ask(
    store: ox.Store,
    sparql: str,
    *,
    params: Mapping[str, ox.NamedNode | ox.Literal] | None = None,
    prefixes: Mapping[str, str] = PREFIXES,
    max_rows: int = 100_000,
) -> Answer:
    """Run one SPARQL query on a store; its default graph is the union of the named graphs.

    Args:
        params: values for variables of the query, by name without `?`.
        prefixes: prefixes that the query need not declare.
        max_rows: the most rows or triples to return; if there are more, `Answer.truncated` is true.

    Raises:
        QueryRefusedError: not SPARQL (line and column), or not allowed.
    """
    graphs = [graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)]
    refuse(sparql, graphs=graphs, prefixes=prefixes)
    result = run(store, sparql, params=params, prefixes=prefixes)
    if isinstance(result, ox.QueryBoolean):
        return Answer(truth=bool(result))
    if isinstance(result, ox.QueryTriples):
        triples = tuple(triple for triple, _ in zip(result, range(max_rows + 1), strict=False))
        return Answer(triples=triples[:max_rows], truncated=len(triples) > max_rows)
    columns = tuple(variable.value for variable in result.variables)
    rows = tuple(
        tuple(row[at] for at in range(len(columns))) for row, _ in zip(result, range(max_rows + 1), strict=False)
    )
    return Answer(columns=columns, rows=rows[:max_rows], truncated=len(rows) > max_rows)


def run(
    store: ox.Store,
    sparql: str,
    *,
    params: Mapping[str, ox.NamedNode | ox.Literal] | None = None,
    prefixes: Mapping[str, str] = PREFIXES,
    default_graphs: Sequence[str] = (),
    named_graphs: Sequence[str] = (),
    base_iri: str | None = None,
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """Evaluate a query lazily, for callers that stream the result and limit the rows themselves.

    Everything that `refuse` refuses is refused here too, except FROM with a graph that the base does not have.

    Args:
        base_iri: what relative IRIs of the query are resolved against; None refuses them.

    Raises:
        QueryRefusedError: not SPARQL, with line and column, or a graph or function that the engine does not know.
    """
    query = read_query_text(sparql, prefixes=prefixes, base=base_iri, params=params)
    chosen: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = [ox.NamedNode(iri) for iri in default_graphs]
    try:
        return store.query(
            query.text,
            base_iri=query.base,
            use_default_graph_as_union=not chosen and not query.graphs,
            default_graph=chosen or None,
            named_graphs=[ox.NamedNode(iri) for iri in named_graphs] or None,
        )
    except SyntaxError as error:
        raise _beyond_grammar(str(error), sparql, query) from error
    except (ValueError, RuntimeError) as error:
        raise QueryRefusedError(f"the engine cannot answer: {error}", help="simplify the query") from error


def with_values(sparql: str, params: Mapping[str, ox.NamedNode | ox.Literal]) -> str:
    """The query with its parameters written into it, as a VALUES block at the start of its WHERE clause.

    No line moves.

    Raises:
        QueryRefusedError: there are parameters and no WHERE clause to put them in.
    """
    if not params:
        return sparql
    tokens = tuple(tokenize(sparql))
    at = tokens[where_bracket(tokens)].start + 1
    return f"{sparql[:at]} {values_block(params)}{sparql[at:]}"


def _beyond_grammar(message: str, sparql: str, query: CanonicalQuery) -> QueryRefusedError:
    """The error for a query that follows the grammar but breaks another rule of SPARQL, with its position."""
    match = re.match(r"(?:.*?)error at (\d+):(\d+)", message, re.DOTALL)
    said, help = next((words for sign, words in _RULES.items() if sign in message), _RULES[""])
    line, column = position(sparql, query.source_offset(int(match[2]) - 1)) if match else (None, None)
    return QueryRefusedError(f"not SPARQL: {said}", line=line, column=column, help=help)


_RULES = {
    "contains a variable that is unbound": (
        "SELECT names a variable that is not in GROUP BY",
        "add it to GROUP BY, or use an aggregate such as SAMPLE(?x)",
    ),
    "overrides an existing variable": (
        "AS names a variable that already has a value",
        "choose a new name after AS",
    ),
    "SELECT * is not authorized": (
        "SELECT * is not allowed with GROUP BY or an aggregate",
        "name the variables",
    ),
    "Duplicated variable name": ("SELECT names a variable twice", "name each variable once"),
    "base directions": ("a base direction is --ltr or --rtl", "write for example @ar--rtl"),
    "language tag parsing failed": ("this is no language tag", "write for example @en or @pt-BR"),
    "": (
        "this breaks a rule that the grammar does not show",
        "BIND … AS needs a new variable, a row of VALUES one value for each variable, a blank node one group",
    ),
}
"""A part of an error message of the engine, then our message and help; the last entry is for all other errors."""
