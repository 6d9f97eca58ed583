"""Programs of other people find at `kb serve` what they look for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.players.clients import comunica_client, python_clients
from tests.players.clients.asked import Expected, Outcome, invented, outcome, report
from tests.players.clients.comunica_client import HERE, Missing, install, judge

COUNTS = {"SPARQLWrapper": 42, "rdflib SPARQLStore": 29, "rdflib SERVICE": 1}
WANTED = Expected(frozenset({("x:a", "A")}), True, 3, 4, 5, 6, 7)
OTHER = Expected(frozenset({("x:b", "B")}), True, 3, 4, 5, 6, 7)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # their own, of each other
def test_sparqlwrapper_and_rdflib_get_what_they_ask_for() -> None:
    played = python_clients.play()
    assert [each for outcomes in played.values() for each in outcomes if each.problem] == []
    assert {title: len(outcomes) for title, outcomes in played.items()} == COUNTS


@pytest.mark.slow
def test_comunica_gets_what_it_asks_for() -> None:
    try:
        build = install()
    except Missing as missing:
        pytest.skip(f"Comunica is not at hand ({missing}): it was not asked")
    outcomes = comunica_client.play(build)
    assert [each for each in outcomes if each.problem] == []
    assert len(outcomes) == 13


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_where_nobody_answers_every_client_says_so() -> None:
    nowhere = "http://127.0.0.1:9/sparql"
    for title, client in python_clients.CLIENTS.items():
        outcomes = client(nowhere, WANTED)
        assert len(outcomes) == COUNTS[title]
        assert all(each.problem for each in outcomes), title


def test_wrong_answers_are_seen() -> None:
    right, wrong = [{"claim": "x:a", "says": "A"}], [{"claim": "x:a", "says": "B"}]
    assert judge("SELECT, found by itself", right, WANTED, OTHER) == ""
    assert judge("SELECT, found by itself", wrong, WANTED, OTHER)
    assert judge("SELECT, found by itself", right * 2, WANTED, OTHER)
    assert judge(comunica_client.TWO, right, WANTED, OTHER)
    assert judge("ASK, told what it is", False, WANTED, OTHER)
    assert judge("DESCRIBE, told what it is", 3, WANTED, OTHER)
    assert judge("join and count, told what it is", [{"n": "4"}], WANTED, OTHER)
    assert judge("OPTIONAL, FILTER and ORDER BY, found by itself", [], WANTED, OTHER)


def test_the_table_counts_what_failed() -> None:
    def fail() -> str:
        raise ValueError("no such thing")

    said = report("Some client", [outcome("first", lambda: "", ()), outcome("second", fail, (ValueError,))])
    assert "Some client: 1 of 2 passed" in said and "failed  second  ValueError: no such thing" in said
    assert Outcome("first", "") == outcome("first", lambda: "", ())


def test_what_is_expected_is_not_empty() -> None:
    with invented() as home:
        wanted = Expected.of(home)
    assert wanted.truth and min(wanted.constructed, wanted.described, wanted.asserted, wanted.optional) > 0
    assert len(wanted.rows) == wanted.constructed < wanted.triples


def test_the_lock_file_names_no_place_to_get_packages_from() -> None:
    packages = json.loads(Path(HERE, "package-lock.json").read_text("utf-8"))["packages"]
    assert len(packages) > 1
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert all("integrity" in entry for name, entry in packages.items() if name)
