"""What an editor completes from, as a document: true to the base, the same each time, and only text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import kb
import webapp
from tests.support.web_base import NAMES, make
from webapp.endpoint import completion
from webapp.site.site import site_of
from webapp.words.catalogue import LANGUAGES


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("completion"))


@pytest.fixture(scope="module")
def app(home: Path) -> Iterator[Flask]:
    made = webapp.create_app(home, WORKERS=1, TESTING=True)
    yield made
    webapp.close(made)


@pytest.fixture(scope="module")
def found(app: Flask) -> dict[str, Any]:
    document: dict[str, Any] = app.test_client().get("/completion.json").get_json()
    return document


def named(found: dict[str, Any], part: str, name: str) -> dict[str, Any]:
    return next(each for each in found[part] if each["name"] == name)


def test_classes_and_predicates_are_counted_as_the_engine_counts_them(app: Flask, found: dict[str, Any]) -> None:
    client = app.test_client()
    for part, pattern in (("classes", "?s a ?x"), ("predicates", "?s ?x ?o")):
        query = f"SELECT ?x (COUNT(*) AS ?n) {{ {pattern} }} GROUP BY ?x"
        reply = client.get("/sparql", query_string={"query": query, "format": "json"})
        rows = json.loads(reply.data)["results"]["bindings"]
        counted = {row["x"]["value"]: int(row["n"]["value"]) for row in rows}
        space = {**found["prefixes"]}
        told = {kb.expand(each["name"], space): each["count"] for each in found[part]}
        assert told == counted
        assert [each["count"] for each in found[part]] == sorted(counted.values(), reverse=True)


def test_a_predicate_says_what_stands_behind_it(found: dict[str, Any]) -> None:
    status = named(found, "predicates", "fc:status")
    assert {each["name"] for each in status["objects"]} == {"fc:Contested", "fc:SingleSource", "fc:Uncited"}
    assert status["label"] == "status" and status["note"]
    language = named(found, "predicates", "dcterms:language")
    assert {each["name"] for each in language["objects"]} == {'"en"', '"ko"'}
    assert "fc:status" in found["uses"]["fc:Claim"]
    assert "fc:status" not in found["uses"]["fc:Citation"]


def test_where_values_are_many_their_kinds_are_told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completion, "FEW", 2)
    with app.test_request_context():
        asserts = named(completion.document(site_of(app)), "predicates", "fc:asserts")
    assert "objects" not in asserts
    assert asserts["kinds"] == ["claim"]


def test_every_name_can_stand_in_a_question(app: Flask, found: dict[str, Any]) -> None:
    values = [value for each in found["predicates"] for value in each.get("objects", ())]
    names = [each["name"] for each in (*found["things"], *found["classes"], *found["predicates"], *values)]
    query = "SELECT ?x { VALUES ?x { " + " ".join(dict.fromkeys(names)) + " } }"
    reply = app.test_client().get("/sparql", query_string={"query": query, "format": "csv"})
    assert reply.status_code == 200, reply.data
    assert len(reply.data.splitlines()) - 1 == len(dict.fromkeys(names))


def test_labels_have_no_character_that_works(found: dict[str, Any]) -> None:
    hostile = named(found, "things", "ent:hostile")
    assert "<script>" in hostile["label"], "it is told as it is"
    assert "\\u202e" in hostile["label"] and "\\u0007" in hostile["label"]
    assert all(each["label"].isprintable() for each in found["things"])


def test_the_base_says_what_its_prefixes_mean(found: dict[str, Any]) -> None:
    assert found["prefixes"]["ent"] == f"{NAMES}entity/"


def test_a_large_base_is_looked_up(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = app.test_client()
    things = client.get("/completion.json?like=BRIDGE+repair").get_json()["things"]
    assert "ent:mill-bridge-repair" in [each["name"] for each in things]
    assert all("bridge" in str(each).lower() and "repair" in str(each).lower() for each in things)
    assert client.get("/completion.json?like=").get_json()["things"] == []
    hostile = client.get("/completion.json?like=%3Cscript").get_json()["things"]
    assert "ent:hostile" in [each["name"] for each in hostile]
    monkeypatch.setattr(completion, "MOST_THINGS", 12)
    with app.test_request_context():
        document = completion.document(site_of(app))
    assert document["whole"] is False
    assert 0 < len(document["things"]) <= 12


def test_each_language_has_its_document(app: Flask) -> None:
    client = app.test_client()
    replies = {tag: client.get("/completion.json", headers={"Accept-Language": tag}) for tag in LANGUAGES}
    assert all(reply.headers["Vary"].count("Accept-Language") == 1 for reply in replies.values())
    assert all(reply.get_json()["classes"] for reply in replies.values())
