"""What programs find: the W3C's protocol tests, descriptions, graphs, things by negotiation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient

import kb
import webapp
from tests.players import w3c_protocol
from tests.support.web_base import NAMES, make
from webapp.endpoint.describe import DCAT, SD, VOID
from webapp.site.names import KINDS
from webapp.site.site import site_of

FORMATS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("endpoint"))


@pytest.fixture(scope="module")
def app(home: Path) -> Iterator[Flask]:
    made = webapp.create_app(home, WORKERS=1, PUBLIC_BASE="https://facts.example/")
    yield made
    webapp.close(made)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def parsed(body: bytes, media_type: str) -> kb.Graph:
    return kb.Graph.of(quad.triple for quad in ox.parse(body, format=FORMATS[media_type]))


def get(client: FlaskClient, path: str, media_type: str = "text/turtle") -> kb.Graph:
    response = client.get(path, headers={"Accept": media_type})
    assert (response.status_code, response.mimetype) == (200, media_type)
    return parsed(response.data, media_type)


def count(client: FlaskClient, pattern: str) -> int:
    sparql = f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}"
    return int(client.get("/sparql", query_string={"query": sparql, "format": "csv"}).data.split()[1])


# --- the W3C's tests -------------------------------------------------------------------------------------


@pytest.mark.w3c
def test_the_w3c_tests_of_the_protocol_and_of_service_descriptions(w3c: Path) -> None:
    with w3c_protocol.serving(w3c) as url:
        asked, left_out = w3c_protocol.protocol(url, w3c)
        described = w3c_protocol.description(url, w3c)
    assert [outcome for outcome in (*asked, *described) if outcome.problem] == []
    assert (len(asked), len(described), left_out) == (20, 3, 14)


@pytest.mark.w3c
def test_the_player_sees_what_is_wrong(w3c: Path) -> None:
    graph = w3c_protocol.manifest(w3c / "sparql" / "sparql11" / "protocol" / "manifest.ttl")
    (response,) = (
        node
        for name, node in graph.pairs(w3c_protocol.MF + "action")
        if name.endswith("#query_get")
        for requests in graph.nodes(node, w3c_protocol.HT + "requests")
        for request in graph.items(requests)
        for node in graph.nodes(request, w3c_protocol.HT + "resp")
    )
    json_type, no = "application/sparql-results+json", b'{"head":{},"boolean":false}'
    assert w3c_protocol.differs(graph, response, 400, json_type, b"").startswith("status 400")
    assert w3c_protocol.differs(graph, response, 200, "text/html", b"").startswith("text/html is not")
    assert w3c_protocol.differs(graph, response, 200, json_type, no) == "the answer is not true"
    assert w3c_protocol._schema(kb.Graph.of([])) == "no sd:Service"


def test_without_cases_nothing_is_played(tmp_path: Path) -> None:
    assert w3c_protocol.main(["--cases", str(tmp_path)]) == 4


# --- descriptions ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "media_type", ["text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"]
)
def test_the_endpoint_describes_itself_when_it_is_asked_nothing(client: FlaskClient, media_type: str) -> None:
    found = get(client, "/sparql", media_type)
    ((service, endpoint),) = found.pairs(SD.endpoint)
    assert endpoint == "https://facts.example/sparql"
    assert SD.SPARQL11Query in found.nodes(service, SD.supportedLanguage)
    graphs = {name for _, name in found.pairs(SD.name)}
    assert graphs == set(site_of(client.application).graphs)
    assert not [triple for triple in found.triples if "_:" in f"{triple.subject} {triple.object}"], "no blank node"


def test_a_service_description_comes_in_the_format_that_is_named(client: FlaskClient) -> None:
    found = client.get("/sparql?format=ntriples", headers={"Accept": "text/turtle"})
    assert (found.status_code, found.mimetype) == (200, "application/n-triples")
    refused = client.get("/sparql?format=csv")
    assert refused.status_code == 406 and "one of: turtle" in refused.get_json()["help"]


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_a_graph_that_is_no_iri_is_a_mistake(client: FlaskClient, name: str) -> None:
    for value in ("", "graph", "http://["):
        refused = client.get("/sparql", query_string={"query": "ASK {}", name: value})
        assert refused.status_code == 400, value
        assert refused.get_json()["detail"] == f"{name} is {value!r}, which is no IRI"
        assert refused.get_json()["title"] == "Bad Request"  # RFC 9457, section 4.2.1


def test_a_service_description_in_no_format_we_have_is_406(client: FlaskClient) -> None:
    response = client.get("/sparql", headers={"Accept": "image/png"})
    assert (response.status_code, response.mimetype) == (406, "application/problem+json")
    assert client.head("/sparql").status_code == 200


def test_void_counts_what_is_there_and_says_where_to_get_it(client: FlaskClient) -> None:
    found = get(client, "/.well-known/void")
    assert found.triples == parsed(client.get("/void.ttl").data, "text/turtle").triples
    ((_, dataset),) = found.pairs("http://xmlns.com/foaf/0.1/primaryTopic")
    assert {VOID.Dataset, DCAT.Dataset} <= set(found.nodes(dataset, kb.RDF.type))
    assert found.value(dataset, VOID.triples) == str(count(client, "?s ?p ?o"))
    assert found.value(dataset, VOID.sparqlEndpoint) == "https://facts.example/sparql"
    for part in found.nodes(dataset, VOID.classPartition):
        (name,) = found.nodes(part, VOID["class"])
        assert found.value(part, VOID.entities) == str(count(client, f"?s a <{name}>")), name
    for part in found.nodes(dataset, VOID.propertyPartition):
        (name,) = found.nodes(part, VOID.property)
        assert found.value(part, VOID.triples) == str(count(client, f"?s <{name}> ?o")), name
    dumps = [iri.removeprefix("https://facts.example") for iri in found.nodes(dataset, VOID.dataDump)]
    assert len(dumps) == 5
    for dump in dumps:
        assert client.get(dump).status_code == 200
    assert {iri for _, iri in found.pairs(DCAT.downloadURL)} == {f"https://facts.example{dump}" for dump in dumps}


def test_prefixes_and_questions_are_published_for_editors(client: FlaskClient) -> None:
    found, sh = get(client, "/void.ttl"), kb.PREFIXES["sh"]
    declared = {
        found.value(node, sh + "prefix"): found.value(node, sh + "namespace") for _, node in found.pairs(sh + "declare")
    }
    assert declared["claim"] == f"{NAMES}claim/" and declared["fc"] == kb.FC.iri
    questions = found.instances(sh + "SPARQLExecutable")
    assert len(questions) > 20, "those with parameters have values in them"
    for node in questions:
        sparql = (
            found.value(node, sh + "select") or found.value(node, sh + "construct") or found.value(node, sh + "ask")
        )
        assert client.get("/sparql", query_string={"query": sparql}).status_code == 200


def test_the_openapi_document_names_what_is_there(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    assert document["openapi"].startswith("3.1") and document["servers"] == [{"url": "https://facts.example"}]
    values = {"kind": "claim", "name": "pier-damaged", "suffix": "ttl", "code": "FC001", "slug": "mill-bridge"}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            named = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
            assert named == set(re.findall(r"\{(\w+)\}", path)), path
            assert len({code for code in operation["responses"]}) >= 1
            if method == "get":
                known = {"/resource": {"iri": f"{NAMES}claim/pier-damaged"}}
                query = {"default": ""} if path.startswith("/graph") else known.get(path, {})
                house = values | {"name": "graph/derived"} if path == "/kb/{name}" else values
                response = client.get(path.format(**house), query_string=query)
                assert str(response.status_code) in operation["responses"] and response.status_code < 400, path
                if response.status_code == 303:
                    continue
                assert response.mimetype in operation["responses"]["200"]["content"], path
    assert set(document["paths"]["/{kind}/{name}"]["get"]["parameters"][0]["schema"]["enum"]) == set(KINDS)
    references = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert references == set(document["components"]["schemas"])


# --- graphs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("media_type", sorted(FORMATS))
def test_a_graph_is_sent_as_its_file_has_it(client: FlaskClient, home: Path, media_type: str) -> None:
    iri = kb.GRAPHS + "kb/claims/mill-bridge.ttl"
    response = client.get("/graph", query_string={"graph": iri}, headers={"Accept": media_type})
    assert response.mimetype == media_type
    file = (home / "kb" / "claims" / "mill-bridge.ttl").read_bytes()
    wanted, found = (ox.Dataset(quads) for quads in (_quads(file, "text/turtle"), _quads(response.data, media_type)))
    for dataset in (wanted, found):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    assert wanted == found


def _quads(body: bytes, media_type: str) -> Iterator[ox.Quad]:
    return ox.parse(body, format=FORMATS[media_type])


def test_the_default_graph_is_all_of_them(client: FlaskClient) -> None:
    whole = client.get("/graph?default", headers={"Accept": "application/n-triples"})
    assert len(whole.data.splitlines()) == count(client, "?s ?p ?o")
    derived = client.get("/graph", query_string={"graph": kb.DERIVED_GRAPH, "format": "ntriples"})
    assert len(derived.data.splitlines()) == count(client, f"GRAPH <{kb.DERIVED_GRAPH}> {{ ?s ?p ?o }}")
    head = client.head("/graph?default", headers={"Accept": "application/n-triples"})
    assert head.data == b"" and head.headers["Content-Length"] == str(len(whole.data))
    again = client.get("/graph?default", headers={"If-None-Match": client.get("/graph?default").headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("method", "arguments", "accept", "status"),
    [
        ("GET", "", "", 400),
        ("GET", "default&graph=urn:x", "", 400),
        ("GET", "graph=urn:x&graph=urn:y", "", 400),
        ("GET", "graph=urn:x", "", 404),
        ("GET", "graph=file:///etc/passwd", "", 404),
        ("GET", "default", "image/png", 406),
        ("GET", "default&format=nope", "", 406),
        ("PUT", "default", "", 405),
        ("POST", "default", "", 405),
        ("DELETE", "default", "", 405),
        ("PATCH", "default", "", 405),
    ],
)
def test_what_is_no_graph_of_ours_is_a_problem(
    client: FlaskClient, method: str, arguments: str, accept: str, status: int
) -> None:
    response = client.open(f"/graph?{arguments}", method=method, headers={"Accept": accept} if accept else {})
    assert response.status_code == status
    if status == 405:
        assert {name.strip() for name in response.headers["Allow"].split(",")} == {"GET", "HEAD", "OPTIONS"}


# --- things by negotiation -------------------------------------------------------------------------------

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", "text/html"),
        ("*/*", "text/html"),
        (BROWSER, "text/html"),
        ("text/turtle", "text/turtle"),
        ("text/turtle;q=0.2, application/ld+json", "application/ld+json"),
        ("application/n-triples, text/html;q=0.9", "application/n-triples"),
        ("application/json", "application/json"),
        ("application/rdf+xml, text/turtle;q=0.5", "text/turtle"),
        ("image/png", None),
    ],
)
def test_a_thing_comes_in_the_format_that_is_asked_for(client: FlaskClient, accept: str, wanted: str | None) -> None:
    for path in ("claim/pier-damaged", "article/mill-bridge", "dependence/shared-desk"):
        response = client.get(f"/{path}", headers={"Accept": accept} if accept else {})
        assert response.status_code == (200 if wanted else 406)
        assert wanted is None or response.mimetype == wanted
        assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        ("ttl", "text/turtle"),
        ("nt", "application/n-triples"),
        ("jsonld", "application/ld+json"),
        ("json", "application/json"),
    ],
)
def test_every_kind_of_thing_has_its_documents(client: FlaskClient, suffix: str, media_type: str) -> None:
    paths = site_of(client.application).names.paths
    for kind in KINDS:
        iri, path = next((iri, path) for iri, path in paths.items() if path.startswith(f"{kind}/"))
        response = client.get(f"/{path}.{suffix}", headers={"Accept": "image/png"})
        assert (response.status_code, response.mimetype) == (200, media_type), path
        assert iri in parsed(response.data, media_type)
        assert f'href="/{path}.ttl"' in client.get(f"/{path}").get_data(as_text=True)
        again = client.get(f"/{path}.{suffix}", headers={"If-None-Match": response.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    assert client.get(f"/claim/nope.{suffix}").status_code == 404


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("claim/pier-damaged", "/claim/pier-damaged"),
        ("article/mill-bridge-p4", "/article/mill-bridge#p4"),
        ("citation/mill-bridge-4-2", "/citation/mill-bridge-4-2"),
        ("rel#lastsYears", "/relation/lastsYears"),
    ],
)
def test_an_iri_leads_to_what_is_said_about_it(client: FlaskClient, name: str, target: str) -> None:
    response = client.get("/resource", query_string={"iri": NAMES + name})
    assert (response.status_code, response.headers["Location"]) == (303, target)


def test_names_that_are_not_here_lead_nowhere(client: FlaskClient) -> None:
    for iri in ("", "//evil.example/", "https://evil.example/", "javascript:alert(1)", NAMES + "claim/nope"):
        response = client.get("/resource", query_string={"iri": iri})
        assert response.status_code == 404 and "Location" not in response.headers
    for path in ("/kb/claim/nope", "/kb//evil.example", "/kb/graph/../../etc/passwd", "/kb/"):
        assert client.get(path).status_code in (308, 404)


def test_the_path_of_a_graph_leads_to_its_document(client: FlaskClient) -> None:
    response = client.get("/kb/graph/kb/claims/mill-bridge.ttl")
    assert response.status_code == 303
    graph = client.get(response.headers["Location"], headers={"Accept": "text/turtle"})
    assert graph.status_code == 200 and f"{NAMES}citation/" in graph.get_data(as_text=True)


@pytest.mark.parametrize(("path", "term"), [("/ns", kb.FC.Claim), ("/rel", f"{NAMES}rel#lastsYears")])
def test_the_vocabulary_is_there_for_programs_and_for_people(client: FlaskClient, path: str, term: str) -> None:
    found = get(client, path)
    assert found.value(term, kb.RDFS.label)
    assert {str(triple.subject).rpartition("#")[0] for triple in found.triples} == {"<" + term.rpartition("#")[0]}
    page = client.get(path, headers={"Accept": BROWSER})
    assert (page.status_code, page.headers["Location"]) == (303, "/about")


# --- the answers of the endpoint -------------------------------------------------------------------------


def test_relative_iris_are_resolved_against_the_endpoint(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": "CONSTRUCT { <s> <p> 1 } WHERE {}", "format": "ntriples"})
    assert response.data.startswith(b"<https://facts.example/s> <https://facts.example/p> ")


def test_an_answer_that_somebody_has_already_is_not_sent_again(client: FlaskClient) -> None:
    asked = {"query": "SELECT * { ?s a fc:Claim } ORDER BY ?s"}
    first = client.get("/sparql", query_string=asked)
    again = client.get("/sparql", query_string=asked, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get("/sparql", query_string={"query": "ASK {}"}, headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


@pytest.mark.parametrize("path", ["/kb.nt", "/sparql?query=SELECT+*+%7B+%3Fs+%3Fp+%3Fo+%7D", "/overview"])
def test_answers_are_left_to_a_proxy_to_compress(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers and response.data == client.get(path).data
    assert "Accept-Encoding" not in response.headers["Vary"], "the proxy says that, which chooses by it"
