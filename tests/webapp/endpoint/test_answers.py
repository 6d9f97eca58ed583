"""What the endpoint answers, as another reader sees it: forms of literals, XML, dotted names; and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
import rdflib
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import kb
import webapp

BEFORE = 'rdf:object "1891"^^xsd:gYear'
WRITTEN = '"2.50"^^<http://www.w3.org/2001/XMLSchema#decimal>'


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    home = tmp_path_factory.mktemp("answers") / "base"
    kb.init(home, source=kb.find_home())
    claims: Path = home / "kb" / "claims" / "mill-bridge.ttl"
    text = claims.read_text("utf-8")
    assert BEFORE in text
    claims.write_text(text.replace(BEFORE, f"rdf:object {WRITTEN}"), "utf-8")
    made = webapp.create_app(home, WORKERS=1)
    yield made
    webapp.close(made)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def query(client: FlaskClient, sparql: str, **more: str) -> TestResponse:
    return client.get("/sparql?" + urlencode({"query": sparql, **more}))


def test_one_value_has_one_form_on_pages_documents_and_graphs(client: FlaskClient) -> None:
    assert "2.50" in client.get("/claim/bridge-built-1891", headers={"Accept": "text/html"}).get_data(as_text=True)
    for path in ("/claim/bridge-built-1891.nt", "/graph.nt?default"):
        found = rdflib.Graph().parse(data=client.get(path).get_data(), format="nt")
        values = {str(value) for value in found.objects(None, rdflib.RDF.object) if isinstance(value, rdflib.Literal)}
        assert "2.50" in values and "2.5" not in values, path
    assert "2.50" in client.get("/claim/bridge-built-1891.ttl").get_data(as_text=True)


def test_the_service_description_says_what_the_engine_does_to_values(client: FlaskClient) -> None:
    said = client.get("/sparql", headers={"Accept": "text/turtle"}).get_data(as_text=True)
    assert "2.50 is answered as 2.5" in said
    rows = query(client, "SELECT (2.50 AS ?x) (sameTerm(01, 1) AS ?y) ('a'@en-GB AS ?z) {}", format="json").get_json()
    row = rows["results"]["bindings"][0]
    assert (row["x"]["value"], row["y"]["value"], row["z"]["xml:lang"]) == ("2.5", "true", "en-gb")


def test_xml_is_readable_or_refused(client: FlaskClient) -> None:
    answer = query(client, 'SELECT ("a\\rb" AS ?x) {}', format="xml")
    assert [part.text for part in ElementTree.fromstring(answer.get_data()).iter() if part.text] == ["a\rb"]
    assert query(client, 'SELECT ("a\\u0001b" AS ?x) {}', format="xml").status_code == 406
    assert query(client, 'SELECT ("a\\u0001b" AS ?x) {}', format="json").status_code == 200


def test_rdf_xml_is_readable_or_refused(client: FlaskClient) -> None:
    made = query(client, 'CONSTRUCT { [] <urn:p> "a\\rb" } {}', format="rdfxml")
    assert {str(value) for value in rdflib.Graph().parse(data=made.get_data(), format="xml").objects()} == {"a\rb"}
    refused = query(client, 'CONSTRUCT { <urn:s> <http://example.org/1> "x" } {}', format="rdfxml")
    assert refused.status_code == 406 and "http://example.org/1" in refused.get_data(as_text=True)


def test_names_and_booleans_are_read_as_the_standard_says(client: FlaskClient) -> None:
    dotted = query(client, "PREFIX e: <http://e/> SELECT ?x { VALUES ?x { e:1.1.2 } }", format="csv")
    assert dotted.get_data(as_text=True).split() == ["x", "http://e/1.1.2"]
    assert query(client, "ASK { FILTER(TRUE) }", format="json").get_json()["boolean"] is True
    relative = query(client, "SELECT (<x> AS ?x) {}", format="csv").get_data(as_text=True)
    assert relative.split() == ["x", "http://localhost/x"]


def test_service_behind_a_name_is_refused_with_its_place(client: FlaskClient) -> None:
    text = "PREFIX c: <urn:c>\nSELECT * { ?s a c:.SERVICE <http://127.0.0.1:9/> { ?x ?y ?z } }"
    refused = query(client, text, format="json")
    assert refused.status_code == 400
    said = refused.get_data(as_text=True)
    assert "SERVICE is not allowed" in said and '"line":2' in said.replace(" ", "")
