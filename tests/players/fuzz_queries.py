"""Do three readers of SPARQL agree? The guard, the engine and rdflib's parser, over random queries.

`python -m tests.players.fuzz_queries --cases 1000 --seed 1` prints what was refused and every disagreement with its
seed. Exit code 0 where there is none, 1 where there is, 4 where nothing was compared.

A server listens on this machine, and many queries try to call it: one call is a failure. What the guard accepts,

- is written for the engine so that the guard reads the same again, and the engine accepts it or gives a reason that is
  not one of syntax;
- gives the answer that the engine gives to the text itself, where the engine can read that;
- holds no SERVICE for rdflib, and means the same for rdflib before and after it is written for the engine.

A query that was derived from the grammar is never refused for its syntax.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice, pairwise

import pyoxigraph as ox
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery

import kb
from kb.sparql.canonical import CanonicalQuery
from kb.sparql.guard import read_query_text
from kb.sparql.tokens import tokenize
from tests.players.random_queries import Case, make
from tests.players.seeds import print_faults, read_seeds
from tests.support.listening import listening

RARELY = 25
"""Of how many queries rdflib reads one: it takes a hundred times longer."""
ROWS = 300
RANDOM = re.compile(r"(?i)\b(RAND|NOW|UUID|STRUUID|BNODE|SAMPLE|GROUP_CONCAT)\b|LIMIT|OFFSET|REDUCED|DESCRIBE")
"""What may give another answer each time."""

DOTS = re.compile(r"\.+[^.]+\.")

Ask = Callable[[ox.Store, str], object]


def small_store() -> ox.Store:
    """Three triples, so that no query takes long."""
    e = "http://e.example/"
    a, p, g = ox.NamedNode(e + "a"), ox.NamedNode(e + "p"), ox.NamedNode(e + "g")
    return kb.open_store([ox.Quad(a, p, a, g), ox.Quad(a, p, ox.Literal("a"), g)])


def guarded(store: ox.Store, text: str) -> object:
    """Ask as the command and the website do."""
    return kb.run(store, text, prefixes={})


# --- one case --------------------------------------------------------------------------------------------


def judge(case: Case, store: ox.Store, ask: Ask, *, with_rdflib: bool) -> tuple[str, list[str]]:
    """What became of a query, and what is wrong with that."""
    try:
        query = read_query_text(case.text, prefixes={})
    except kb.QueryRefusedError as error:
        return _refusal(case, error)
    wrong = [] if not case.calls or not case.whole else ["a query with SERVICE is accepted"]
    again = read_query_text(query.text, prefixes={}, base=query.base)
    if again.text != query.text:
        wrong.append(f"read again, it is another query: {query.text!r}, {again.text!r}")
    answered, answer = _answer(lambda: ask(store, case.text))
    if RANDOM.search(query.text) is None and "service" not in case.text.lower():  # it would be called
        spoken, other = _answer(lambda: store.query(case.text, use_default_graph_as_union=not query.graphs))
        if spoken and (answered, answer) != (spoken, other) and not _known(case.text):
            wrong.append(f"the engine gives {other} to the text, and {answer} to {query.text!r}")
    if not answered and "not SPARQL" in answer[0]:
        return "a rule beyond the grammar", wrong
    if with_rdflib:
        wrong += _rdflib(case.text, query)
    return "answered" if answered else "refused by the engine", wrong


def _refusal(case: Case, error: kb.QueryRefusedError) -> tuple[str, list[str]]:
    syntax = error.message.startswith("not SPARQL")
    said = "not SPARQL" if syntax else re.sub(r"\S*[<:\\\d]\S*", "…", error.message)
    wrong = [f"a derived query is refused: {error}"] if case.whole and not case.calls and syntax else []
    return f"refused: {said}", wrong


def _answer(ask: Callable[[], object]) -> tuple[bool, list[str]]:
    """Whether there is an answer, and its rows in an order of their own, or the error."""
    try:
        result = ask()
        if isinstance(result, ox.QueryBoolean):
            return True, [str(bool(result))]
        assert isinstance(result, ox.QuerySolutions | ox.QueryTriples)
        rows = [tuple(row) for row in islice(result, ROWS)]
    except (SyntaxError, ValueError, RuntimeError, OSError, kb.QueryRefusedError) as error:
        return False, [str(error)]
    return True, sorted(re.sub(r"_:\w+", "_:", " ".join(map(str, row))) for row in rows)


def _known(text: str) -> bool:
    """Whether the engine is known to read a text otherwise than the standard: dots in two places of a name, or `<`."""
    tokens = list(tokenize(text))
    names = (token.text for token in tokens if token.kind == "pname_ln")
    return any(DOTS.search(name) for name in names) or any(
        after.kind == "iriref" and before.kind in (")", "var", "integer", "decimal", "double")
        for before, after in pairwise(tokens)
    )


def _rdflib(text: str, query: CanonicalQuery) -> list[str]:
    """What rdflib says against it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            before = repr(parseQuery(text))
        except Exception:  # noqa: BLE001 rdflib raises errors of any kind on what it cannot read
            return []
        wrong = ["rdflib reads a SERVICE"] if "ServiceGraphPattern" in before else []
        try:
            ours, theirs = (_algebra(each, query.base) for each in (query.text, text))
        except Exception:  # noqa: BLE001 the same
            return wrong
    return wrong + ([f"rdflib reads {theirs} and {ours}"] if ours != theirs else [])


def _algebra(text: str, base: str | None) -> list[str]:
    """The parts of rdflib's algebra, sorted: it orders triples by random labels of blank nodes."""
    said = repr(translateQuery(parseQuery(text), base=base).algebra)
    said = re.sub(r"'_vars': (set\(\)|\{[^}]*\})", "", said)
    said = re.sub(r"BNode\('[^']*'\)|__agg_\d+__|\bN[0-9a-f]{32}\b", "_", said)
    return sorted(re.split(r"[\s,(){}\[\]]+", said))


# --- many ------------------------------------------------------------------------------------------------


def run(seeds: Sequence[int], ask: Ask = guarded) -> tuple[Counter[str], list[str]]:
    """What became of the queries, and everything that is wrong."""
    outcomes, wrong = Counter[str](), list[str]()
    store = small_store()
    with listening() as (url, calls):
        for seed in seeds:
            case = make(seed, url)
            became, found = judge(case, store, ask, with_rdflib=seed % RARELY == 0)
            if calls:
                found = [*found, f"{len(calls)} calls to another server"]
                calls.clear()
            outcomes[became] += 1
            wrong += [f"seed {seed}: {each}\n    {case.text!r}" for each in found]
    return outcomes, wrong


def main(words: Sequence[str] | None = None) -> int:
    """Print what became of the queries, the disagreements and the seeds."""
    seeds = read_seeds(__doc__, words)
    outcomes, wrong = run(seeds)
    if not outcomes["answered"]:
        print("nothing was compared: no query was answered")
        return 4
    print(f"seeds {seeds[0]} to {seeds[-1]}")
    for outcome, count in outcomes.most_common():
        print(f"  {count:8,}  {outcome}")
    return print_faults("wrong", wrong)


if __name__ == "__main__":
    sys.exit(main())
