"""Three readers of SPARQL over random queries (tests/players/fuzz_queries.py): a thousand each time, more by command.

The player can fail: it sees a call, another answer, a query that is refused, and a SERVICE that is accepted.
"""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kb.sparql.canonical import CanonicalQuery
from tests.players import fuzz_queries
from tests.players.fuzz_queries import guarded, judge, run, small_store
from tests.players.random_queries import Case, make
from tests.support.listening import listening


def test_three_readers_agree_and_nothing_is_called() -> None:
    outcomes, wrong = run(range(1, 1001))
    assert not wrong, "\n".join(wrong[:5])
    assert outcomes["answered"] > 100 and any("SERVICE" in outcome for outcome in outcomes)


def test_a_seed_gives_the_same_query_each_time() -> None:
    assert make(7, "urn:x") == make(7, "urn:x") != make(8, "urn:x")


def test_the_listener_sees_a_call() -> None:
    with listening() as (url, calls):
        with pytest.raises((RuntimeError, OSError)):
            found = small_store().query(f"SELECT * {{ SERVICE <{url}> {{ }} }}")
            assert isinstance(found, ox.QuerySolutions) and list(found)
        assert calls


def test_another_answer_is_seen() -> None:
    store, case = small_store(), Case("SELECT ?o { ?s ?p ?o }", True, False)
    assert judge(case, store, guarded, with_rdflib=True) == ("answered", [])
    wrong = judge(case, store, lambda store, text: store.query("SELECT ?o { }"), with_rdflib=False)[1]
    assert len(wrong) == 1 and wrong[0].startswith("the engine gives")


def test_a_refused_query_that_is_one_and_an_accepted_call_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case("SELECT ?x {", True, False)
    assert judge(case, small_store(), guarded, with_rdflib=False)[1]
    query = CanonicalQuery("ASK { SERVICE <urn:x> { } }", None, (), ((0, 0),))
    monkeypatch.setattr(fuzz_queries, "read_query_text", lambda text, **named: query)
    called = Case("ASK { SERVICE <urn:x> { } }", True, True)
    wrong = judge(called, small_store(), guarded, with_rdflib=True)[1]
    assert "a query with SERVICE is accepted" in wrong and "rdflib reads a SERVICE" in wrong


def test_the_command_says_what_it_found(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert fuzz_queries.main(["--cases", "20", "--seed", "3"]) == 0
    assert "wrong: 0" in capsys.readouterr().out
    monkeypatch.setattr(fuzz_queries, "make", lambda seed, url: Case("nothing", False, False))
    assert fuzz_queries.main(["--cases", "3"]) == 4
    monkeypatch.setattr(fuzz_queries, "make", lambda seed, url: Case("SELECT ?x { ?x SERVICE ?y }", True, False))
    monkeypatch.setattr(fuzz_queries, "judge", lambda *words, **named: ("answered", ["another answer"]))
    assert fuzz_queries.main(["--cases", "3"]) == 1
