"""Refuses queries that are invalid, not allowed, or too large.

A query is parsed once, with the standard's grammar (kb/sparql/grammar.py). The engine gets the parsed tokens, rewritten
in a canonical form (kb/sparql/canonical.py), so that guard and engine cannot read a query differently. The limits
apply while the tokens are read, because a deeply nested query crashes the process that parses it, without an exception.
The engine never fetches a graph for FROM. A graph that is not in the base is refused, so that an empty result is not
mistaken for an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kb.errors import QueryRefusedError
from kb.sparql.canonical import CanonicalQuery, Term, rewrite
from kb.sparql.grammar import check_grammar
from kb.sparql.tokens import QueryToken, refused, tokenize
from kb.vocab import PREFIXES


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """The size limits of a query.

    Attributes:
        chars: code points of the text.
        depth: nested brackets of any kind.
        tokens: tokens in all.
        patterns: OPTIONAL, UNION, BIND, FILTER, MINUS, GRAPH, VALUES and EXISTS together.
        operators: operators of expressions and paths, and signed numbers, together.
        brackets: opening brackets in all.
    """

    chars: int = 100_000
    depth: int = 50
    tokens: int = 20_000
    patterns: int = 200
    operators: int = 400
    brackets: int = 1_000


LIMITS = QueryLimits()

_UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"})
_PATTERNS = frozenset({"OPTIONAL", "UNION", "BIND", "FILTER", "MINUS", "GRAPH", "VALUES", "EXISTS"})
_OPERATORS = frozenset({"!", "|", "/", "^", "+", "*", "-", "=", "||", "&&", "^^", "!=", "<=", ">="})
_OPEN = frozenset({"(", "{", "[", "<<", "<<(", "{|"})
_CLOSE = frozenset({")", "}", "]", ">>", ")>>", "|}"})
_SIGNED = tuple(f"{number}_{sign}" for number in ("integer", "decimal", "double") for sign in ("positive", "negative"))
_COUNTED = {
    **dict.fromkeys(_PATTERNS, "patterns"),
    **dict.fromkeys((*_OPERATORS, *_SIGNED), "operators"),
    **dict.fromkeys((*_OPEN, "nil", "anon"), "brackets"),
}


def refuse(
    text: str,
    *,
    graphs: Sequence[str] | None = None,
    prefixes: Mapping[str, str] | None = None,
    base: str | None = None,
    limits: QueryLimits = LIMITS,
) -> None:
    """Refuse a query that is not SPARQL or is not allowed; return nothing if it is allowed.

    Args:
        text: a SPARQL 1.1 or 1.2 query.
        graphs: IRIs of the graphs that FROM may name; None allows every graph.
        prefixes: prefixes that need no declaration; None stands for those of the vocabulary.
        base: the base IRI for relative IRIs.
        limits: the size limits.

    Raises:
        QueryRefusedError: with line and column.
    """
    query = read_query_text(text, prefixes=PREFIXES if prefixes is None else prefixes, base=base, limits=limits)
    if graphs is None:
        return
    known = set(graphs)
    for iri, token in query.graphs:
        if iri not in known:
            message = f"no graph {token.text} in this base, and nothing is fetched"
            raise refused(text, token.start, message, "drop FROM")


def read_query_text(
    text: str,
    *,
    prefixes: Mapping[str, str],
    base: str | None = None,
    params: Mapping[str, Term] | None = None,
    limits: QueryLimits = LIMITS,
) -> CanonicalQuery:
    """Parse a query, check it, and rewrite it for the engine.

    Args:
        params: values for variables of the query, by name without `?`.

    Raises:
        QueryRefusedError: not SPARQL, or not allowed; with line and column.
    """
    tokens = _tokens(text, limits)
    return rewrite(text, tokens, prefixes=prefixes, base=base, params=params)


@lru_cache(maxsize=64)
def _tokens(text: str, limits: QueryLimits) -> tuple[QueryToken, ...]:
    """The tokens of a query that follows the grammar and is within the limits; recent results are cached."""
    if len(text) > limits.chars:
        raise QueryRefusedError(f"the query is longer than {limits.chars:,} characters", help="write a shorter query")
    if surrogate := re.search(r"[\ud800-\udfff]", text):
        raise refused(text, surrogate.start(), "a single surrogate is not a character", "save the query as UTF-8")
    tokens = tuple(_allowed(text, limits))
    check_grammar(text, tokens)
    return tokens


def _allowed(text: str, limits: QueryLimits) -> Iterator[QueryToken]:
    """The tokens of a query, up to the first that is not allowed."""
    depth = 0
    counts = dict.fromkeys(("patterns", "operators", "brackets"), 0)
    before = None
    for number, token in enumerate(tokenize(text), 1):
        kind = token.kind
        if number > limits.tokens:
            raise _too_many(text, token, "tokens", limits)
        depth += (kind in _OPEN) - (kind in _CLOSE)
        if depth > limits.depth:
            raise refused(text, token.start, f"brackets nest deeper than {limits.depth}", "write a flatter query")
        name = _COUNTED.get(kind)
        if name is not None:
            counts[name] += 1
            if counts[name] > getattr(limits, name):
                raise _too_many(text, token, name, limits)
        _refuse_keyword(text, token, before)
        before = token
        yield token


def _too_many(text: str, token: QueryToken, name: str, limits: QueryLimits) -> QueryRefusedError:
    return refused(text, token.start, f"more than {getattr(limits, name):,} {name}", "write a smaller query")


def _refuse_keyword(text: str, token: QueryToken, before: QueryToken | None) -> None:
    if token.kind == "SERVICE":
        message = "SERVICE is not allowed: this base does not call other servers"
        raise refused(text, token.start, message, "query this base only")
    if token.kind in _UPDATES and (before is None or before.kind in (*_CLOSE, "iriref", ";")):
        message = f"{token.kind} is an update, and this base is read-only"
        raise refused(text, token.start, message, "query it with SELECT")
