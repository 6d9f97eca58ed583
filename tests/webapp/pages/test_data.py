"""Every page has its data beside it, and every name of the base leads to both."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import AnyConverter, Rule
from werkzeug.test import TestResponse

import kb
import webapp
from tests.support.examples import part
from tests.support.hard_base import HEAD, cite, claim, make
from tests.support.web_base import NAMES
from tests.webapp.pages.test_browse import more
from webapp.endpoint.media import DATASETS, GRAPHS, SAFE_CSV, TABLES
from webapp.pages.browse import PAGE
from webapp.pages.exports import slugs
from webapp.site.site import site_of

FORMATS = {
    "ttl": ("text/turtle; charset=utf-8", ox.RdfFormat.TURTLE),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "json": ("application/json", ox.RdfFormat.JSON_LD),
}
VALUES: Mapping[str, tuple[str, ...]] = {
    "kind": ("article", "claim", "citation", "entity", "question", "dependence", "relation"),
    "what": ("claims", "citations"),
    "code": ("FC001", "FC321"),
}
THINGS = {
    "article": "ferry-sale",
    "claim": "ferry-ran",
    "citation": "ferry-sale-1-1",
    "entity": "mayor",
    "question": "who-opened",
    "dependence": "boat-dependence",
    "relation": "lastsYears",
}
GRAPH = f"/graph?graph={kb.GRAPHS}kb/claims/hard-cases.ttl"
ASKED = {"graphs.graph": GRAPH, "search.search": "/search?q=mayor"}
"""Pages that show nothing unless they are asked something."""
NO_PAGES = {
    "static": "files",
    "protocol.sparql": "the endpoint, whose page is the query page",
    "language.choose": "keeps a choice and goes back",
    "dereference.resource": "leads elsewhere",
    "dereference.named": "leads elsewhere",
    "dereference.vocabulary": "leads to the page that explains the terms",
    "dereference.relations": "leads to the page that explains the terms",
}
"""Addresses that are no pages, and why."""


@pytest.fixture(scope="module")
def app(hard_app: Flask) -> Flask:
    return hard_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


class Head(HTMLParser):
    """The links of a page: those in its head to other forms of it, and all others."""

    def __init__(self) -> None:
        super().__init__()
        self.alternates: dict[str, str] = {}
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "link" and known.get("rel") == "alternate":
            self.alternates[known["type"] or ""] = known["href"] or ""
        if tag == "a":
            self.links.append(known.get("href") or "")


def head(html: str) -> Head:
    found = Head()
    found.feed(html)
    return found


def filled(rule: Rule) -> Iterator[str]:
    """Addresses for a rule; none for one that wants a suffix."""
    if "suffix" in rule.arguments:
        return
    if rule.endpoint in ASKED:
        yield ASKED[rule.endpoint]
        return
    paths = [re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule)]
    for name, values in VALUES.items():
        paths = [path.replace(f"{{{name}}}", value) for path in paths for value in values]
    yield from (path.replace("{name}", THINGS.get(path.split("/")[1], "")) for path in dict.fromkeys(paths))


def addresses(app: Flask) -> list[str]:
    """Every address of the app without a suffix, its variables filled in, but for what is known to be no page."""
    rules = [
        rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.endpoint not in NO_PAGES
    ]
    return sorted({path for rule in rules for path in filled(rule)})


def pages(client: FlaskClient) -> dict[str, str]:
    """Every page, by its address."""
    found = {}
    for path in addresses(client.application):
        response = client.get(path, headers={"Accept": "text/html"})
        if response.mimetype == "text/html" and response.status_code != 406:
            assert response.status_code == 200, path
            found[path] = response.get_data(as_text=True)
        response.close()
    return found


def triples(response: TestResponse, suffix: str) -> set[str]:
    """The triples of a document; blank nodes have no name to compare."""
    found = ox.parse(response.data, format=FORMATS[suffix][1])
    return {re.sub(r"_:\w+", "_:", str(quad.triple)) for quad in found}


def data_of(path: str, suffix: str) -> str:
    """Where the data of a page are."""
    stem, mark, query = ("/index" if path == "/" else path).partition("?")
    return f"{stem}.{suffix}{mark}{query}"


# --- every page ------------------------------------------------------------------------------------------


def test_the_walk_knows_every_page(client: FlaskClient) -> None:
    found = set(pages(client))
    assert {f"/{kind}/{name}" for kind, name in THINGS.items()} <= found
    assert {"/", "/overview", "/claims", "/citations", "/search?q=mayor", "/about", "/rules", "/rule/FC001"} <= found
    assert {"/report", "/export", GRAPH} <= found
    others = set(addresses(client.application)) - found
    assert others == {"/openapi.json", "/void.ttl", "/.well-known/void", "/report.txt", "/completion.json"}, (
        "everything else is a page"
    )


def test_every_page_has_its_data_and_says_where(client: FlaskClient) -> None:
    for path, html in pages(client).items():
        found = head(html)
        assert len(found.alternates) == 4, path
        for suffix, (content_type, _) in FORMATS.items():
            href = data_of(path, suffix)
            assert unquote(found.alternates[content_type.partition(";")[0]]) == href, path
            assert href in map(unquote, found.links), f"{path} shows no link to its {suffix}"
            response = client.get(href)
            assert (response.status_code, response.content_type) == (200, content_type), href
            if (path, suffix) != ("/report", "json"):
                assert triples(response, suffix) == triples(client.get(data_of(path, "nt")), "nt") != set(), href


def test_data_can_be_had_by_the_accept_header_and_a_page_is_what_everybody_else_gets(client: FlaskClient) -> None:
    for path in pages(client):
        for suffix, (content_type, _) in FORMATS.items():
            response = client.get(path, headers={"Accept": content_type.partition(";")[0]})
            assert response.content_type == content_type, path
            assert "Accept" in response.headers["Vary"]
            assert response.data == client.get(data_of(path, suffix)).data
        refused = client.get(path, headers={"Accept": "image/png"})
        assert refused.status_code == 406, path
        if path != GRAPH:  # by its protocol a graph is data first
            for accept in ("", "*/*", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"):
                assert client.get(path, headers={"Accept": accept}).mimetype == "text/html", path


def test_pages_and_data_are_revalidated_and_headed(client: FlaskClient) -> None:
    paths = [*pages(client), *(data_of(path, suffix) for path in pages(client) for suffix in FORMATS)]
    for path in paths:
        first = client.get(path, headers={"Accept": "text/html, */*;q=0.1"})
        tag = first.headers["ETag"]
        again = client.get(path, headers={"Accept": "text/html, */*;q=0.1", "If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b""), path
        assert again.headers["Vary"] == first.headers["Vary"], path
        assert client.get(path, headers={"Accept": "text/html, */*;q=0.1", "If-None-Match": '"x"'}).status_code == 200
        only = client.head(path, headers={"Accept": "text/html, */*;q=0.1"})
        assert (only.status_code, only.data, only.headers["ETag"]) == (200, b"", tag), path
        assert only.headers["Content-Length"] == str(len(first.data))


def test_the_same_data_are_the_same_bytes(app: Flask, tmp_path: Path) -> None:
    other = webapp.create_app(make(tmp_path), WORKERS=1)
    try:
        one, two = app.test_client(), other.test_client()
        for path in pages(one):
            for suffix in FORMATS:
                if path != "/report":  # it says when it was made and how long it took, and where the base lies
                    assert one.get(data_of(path, suffix)).data == two.get(data_of(path, suffix)).data, path
    finally:
        webapp.close(other)


# --- what the data hold ----------------------------------------------------------------------------------


def subjects(client: FlaskClient, path: str) -> set[str]:
    quads = ox.parse(client.get(path).data, format=ox.RdfFormat.TURTLE)
    return {quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)}


@pytest.mark.parametrize("what", ["claims", "citations"])
@pytest.mark.parametrize(
    "choice",
    ["status=fc:Contested", "speaker=ent:mayor", "q=sale", "stance=fc:denies&article=art:ferry-sale", "year=1950"],
)
def test_choices_hold_for_the_data_as_for_the_page(client: FlaskClient, what: str, choice: str) -> None:
    kind = what.removesuffix("s")
    html = client.get(f"/{what}?{choice}").get_data(as_text=True)
    listed = html[html.index('aria-labelledby="found"') : html.index('aria-labelledby="narrow"')]
    shown = {f"{NAMES}{kind}/{name}" for name in re.findall(rf'href="/{kind}/([\w-]+)"', listed)}
    data = f"/{what}.ttl?{choice}"
    assert subjects(client, data) == shown != set()
    assert client.get(data).headers["Factcite-Total"] == str(len(shown))
    assert unquote(head(html).alternates["text/turtle"]) == data


def test_a_record_is_all_that_the_base_says(client: FlaskClient) -> None:
    base = site_of(client.application).base
    for what, kind in (("claims", kb.FC.Claim), ("citations", kb.FC.Citation)):
        things = base.graph.instances(kind)
        wanted = {
            str(t) for t in base.whole.triples if isinstance(t.subject, ox.NamedNode) and t.subject.value in things
        }
        found = ox.parse(client.get(f"/{what}.nt").data, format=ox.RdfFormat.N_TRIPLES)
        named = {str(quad.triple) for quad in found if isinstance(quad.subject, ox.NamedNode)}
        plain = {each for each in wanted if "_:" not in each}
        assert {each for each in named if "_:" not in each} == plain != set()


def test_long_lists_say_where_they_go_on(client: FlaskClient, tmp_path: Path) -> None:
    home = make(tmp_path)
    lines = [part for n in range(2 * PAGE) for part in (claim(f"more-{n:03}", f"Run {n} times."), cite(*more(n)))]
    (home / "kb" / "claims" / "more.ttl").write_text(HEAD + "".join(lines), "utf-8")
    app = webapp.create_app(home, WORKERS=1)
    try:
        path, seen = "/claims.ttl?q=times", set[str]()
        while path:
            response = app.test_client().get(path)
            here = subjects(app.test_client(), path)
            assert not here & seen and response.headers["Factcite-Total"] == str(2 * PAGE)
            seen |= here
            onward = re.search(r'<([^>]+)>; rel="next"', ", ".join(response.headers.getlist("Link")))
            path = onward[1] if onward else ""
        assert len(seen) == 2 * PAGE
    finally:
        webapp.close(app)


def test_the_other_pages_hold_what_they_show(client: FlaskClient) -> None:
    base = site_of(client.application).base
    assert f"{NAMES}entity/mayor" in subjects(client, "/search.ttl?q=the+mayor")
    assert len(subjects(client, "/search.ttl?q=the+mayor")) < 5
    about = subjects(client, "/about.ttl")
    assert {*base.graph.instances(kb.FC.Kind), *base.graph.instances(kb.FC.Relation), kb.FC.Contested} <= about
    assert any(iri.endswith("/void.ttl#dataset") for iri in about)
    assert {*base.graph.instances(kb.FC.Article)} <= subjects(client, "/index.ttl")
    overview = subjects(client, "/overview.ttl")
    assert {f"{NAMES}claim/ferry-ran", f"{NAMES}claim/council-took-money", f"{NAMES}entity/boat-dependence"} <= overview
    rules = {rule.code: rule.iri for rule in kb.rules(base.home)}
    assert set(rules.values()) <= subjects(client, "/rules.ttl") == subjects(client, "/shapes.ttl")
    for code in ("FC001", "FC321"):
        assert rules[code] in subjects(client, f"/rule/{code}.ttl")
        assert len(subjects(client, f"/rule/{code}.ttl")) <= 2


def test_the_report_keeps_its_own_json(client: FlaskClient) -> None:
    document = client.get("/report.json").get_json()
    assert document["checked"]["citations"]["total"] > 0
    assert client.get("/report", headers={"Accept": "application/json"}).get_json() == document
    assert "http://www.w3.org/ns/shacl#ValidationReport" in client.get("/report.jsonld").get_data(as_text=True)
    assert client.get("/report.txt").mimetype == "text/plain"


def test_hostile_arguments_stay_arguments(client: FlaskClient) -> None:
    hostile = "/claims?_scheme=javascript&_external=1&_anchor=x&q=%22%3E%3Cscript%3E&endpoint=x&suffix=ttl"
    response = client.get(hostile, headers={"Accept": "text/html"})
    html = response.get_data(as_text=True)
    assert "<script>" not in html
    for href in head(html).alternates.values():
        assert href.startswith("/claims.") and client.get(href).status_code == 200
    strange = client.get("/claims.ttl?page=999999999999&q=%00%E2%80%AE")
    assert strange.status_code == 200 and strange.headers["Factcite-Total"].isdecimal()


# --- the exits -------------------------------------------------------------------------------------------


def test_the_exits_are_what_is_exported_with_sizes_digests_and_losses(client: FlaskClient) -> None:
    html = client.get("/export").get_data(as_text=True)
    base = site_of(client.application).base
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    found = {}
    for row in rows:
        link = re.search(r'href="(/kb\.\w+|/export/[\w-]+\.\w+)" download="([\w.-]+)"', row)
        if link:
            body = client.get(link[1]).data
            digest = re.search(r"<code[^>]*>([0-9a-f]{64})</code>", row)
            assert digest is not None and digest[1] in str(client.get(link[1]).headers["ETag"])
            size = re.search(r'<td class="number">([\d,]+)', row)
            assert size is not None and int(size[1].replace(",", "")) == len(body)
            found[link[1]] = row
    articles = {file.name.removeprefix("corpus/")[:-4] for file in base.files if file.name.startswith("corpus/")}
    assert len(found) == 5 * (1 + len(articles)) and articles
    for format, losses in kb.EXPORT_LOSSES.items():
        suffix = {"turtle": "ttl", "ntriples": "nt", "nquads": "nq", "trig": "trig", "jsonld": "jsonld"}[format]
        assert all(loss in unescape(found[f"/kb.{suffix}"]) for loss in losses)
        assert client.get(f"/kb.{suffix}").data == kb.export(base, format=format)
        for slug in articles:
            assert client.get(f"/export/{slug}.{suffix}").data == kb.export(base, format=format, article=slug)
    assert client.get("/export/nope.ttl").status_code == client.get("/export/mill-bridge.exe").status_code == 404
    data = client.get("/export.nt").get_data(as_text=True)
    assert data.count("http://www.w3.org/ns/dcat#byteSize") == len(found)


def test_the_page_of_a_graph_says_what_it_speaks_of(client: FlaskClient) -> None:
    html = client.get(GRAPH, headers={"Accept": "text/html"}).get_data(as_text=True)
    assert "kb/claims/hard-cases.ttl" in html and 'href="/claim/ferry-ran"' in html
    assert 'href="/entity/mayor"' in html and 'href="/claim/pier-damaged"' not in html
    union = client.get("/graph?default", headers={"Accept": "text/html"})
    assert (union.status_code, union.headers["Location"]) == (303, "/export")
    assert client.get("/graph", headers={"Accept": "text/html"}).status_code == 400


# --- the query behind ------------------------------------------------------------------------------------

NO_QUERY = {
    "/rules": "The rules are not part of the data",
    "/shapes": "The rules are not part of the data",
    "/rule/FC001": "The rules are not part of the data",
    "/rule/FC321": "The rules are not part of the data",
    "/report": "it is what",
    "/": "the query page itself",
}


def test_every_page_leads_to_the_query_behind_it(client: FlaskClient) -> None:
    for path, html in pages(client).items():
        behind = re.findall(r'href="(/\?query=[^"]+)"[^>]*>The query behind', html)
        if path in NO_QUERY:
            assert path == "/" or "No query is behind this page" in html
            continue
        assert behind, path
        for href in behind:
            answer = client.get(unescape(href))
            text = answer.get_data(as_text=True)
            assert answer.status_code == 200 and re.search(r'class="count"', text), path
            assert "<textarea" in text, "and one click edits it"


@pytest.mark.parametrize(
    "choice", ["about=ent:mill-bridge", "q=council", "year=1950", "q=ferry+slow&status=fc:SingleSource", "about=ent:x"]
)
def test_the_query_behind_a_list_gives_the_same_citations(client: FlaskClient, choice: str) -> None:
    html = client.get(f"/citations?{choice}").get_data(as_text=True)
    listed = html[html.index('aria-labelledby="found"') : html.index('aria-labelledby="narrow"')]
    wanted = set(re.findall(r'href="/citation/([\w-]+)"', listed))
    behind = re.search(r'href="/\?([^"]+)"[^>]*>The query behind', html)
    assert behind is not None
    answer = client.get(f"/sparql?{unescape(behind[1])}&format=json").get_json()
    found = {row["citation"]["value"].removeprefix(f"{NAMES}citation/") for row in answer["results"]["bindings"]}
    assert found == wanted


def test_the_words_of_the_base_are_what_their_query_gives(client: FlaskClient) -> None:
    html = client.get("/about").get_data(as_text=True)
    query = site_of(client.application).saved_queries["page-words"].text
    rows = client.get("/sparql", query_string={"query": query, "format": "json"}).get_json()["results"]["bindings"]
    assert len(rows) > 20
    for row in rows:
        if "definition" in row:
            assert row["definition"]["value"][:50] in unescape(html).replace("\u2028", "")
    claims = {row["term"]["value"]: int(row["claims"]["value"]) for row in rows}
    assert sum(claims.values()) == site_of(client.application).figures.claims


# --- the description -------------------------------------------------------------------------------------


def test_the_openapi_document_lists_every_address(client: FlaskClient) -> None:
    described = client.get("/openapi.json").get_json()["paths"]
    wanted: dict[str, Rule] = {}
    for rule in client.application.url_map.iter_rules():
        path = re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule)
        wanted |= {path.replace("{what}", what): rule for what in VALUES["what"]}
    own = {"/", "/static/{filename}", "/language/{code}"}  # for people, and for the pages
    assert set(described) == set(wanted) - own
    for path, operations in described.items():
        methods = {method.lower() for method in wanted[path].methods or ()} - {"head", "options"}
        assert set(operations) == methods, path
        choices = {name: set(words) for name, words in _choices(wanted[path]).items() if name != "what"}
        placed = {each["name"]: each["schema"] for each in _parameters(operations) if each["in"] == "path"}
        assert {name: set(placed[name]["enum"]) for name in choices} == choices, path
    names = [operation["operationId"] for path in described.values() for operation in path.values()]
    assert len(names) == len(set(names))
    for path, operations in described.items():
        names_placed = {each["name"] for each in operations["get"].get("parameters", ()) if each["in"] == "path"}
        assert names_placed == set(re.findall(r"{(\w+)}", path)), path
    chosen = {each["name"] for each in described["/claims.{suffix}"]["get"]["parameters"]}
    assert chosen == {"q", "page", "article", "status", "stance", "kind", "speaker", "about", "year", "suffix"}
    assert json.dumps(described)


def _choices(rule: Rule) -> dict[str, Iterable[str]]:
    """The places of an address that take one of a few words."""
    return {name: each.items for name, each in rule._converters.items() if isinstance(each, AnyConverter)}


def _parameters(operations: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [each for operation in operations.values() for each in operation.get("parameters", ())]


def test_the_openapi_document_names_every_format(client: FlaskClient) -> None:
    described = client.get("/openapi.json").get_json()["paths"]
    medias = (*TABLES, *DATASETS, *GRAPHS)
    accepts = {"text/html", "text/plain", *(name for media in medias for name in media.types)}
    values = {"kind": "claim", "name": "ferry-ran", "code": "FC001", "slug": min(slugs(site_of(client.application)))}
    for path, operations in described.items():
        suffixes = [each["schema"]["enum"] for each in _parameters(operations) if each["name"] == "suffix"]
        queries: list[dict[str, str]] = [{"graph": GRAPH.partition("=")[2]} if path.startswith("/graph") else {}]
        if path == "/sparql":
            queries = [{"query": "ASK {}"}, {"query": "CONSTRUCT WHERE { ?s a fc:Claim }"}]
        found = set()
        for suffix in suffixes[0] if suffixes else ("",):
            for accept in ("*/*",) if suffixes else accepts:
                for query in queries:
                    target = path.format(**values, suffix=suffix)
                    response = client.get(target, query_string=query, headers={"Accept": accept})
                    found |= {response.mimetype} if response.status_code == 200 else set()
        named = operations["get"]["responses"].get("200", {"content": ()})["content"]
        assert found == set(named), path
    for path, wanted in (("/sparql", (*TABLES, SAFE_CSV, *GRAPHS)), ("/graph", GRAPHS)):
        (formats,) = (
            each["schema"]["enum"] for each in described[path]["get"]["parameters"] if each["name"] == "format"
        )
        assert formats == [media.name for media in wanted]
    for path in ("/kb.{suffix}", "/export/{slug}.{suffix}"):
        (suffix,) = (each["schema"]["enum"] for each in _parameters(described[path]) if each["name"] == "suffix")
        assert suffix == [media.suffix for media in DATASETS]


# --- names -----------------------------------------------------------------------------------------------

ACCEPTS = ("text/html", "text/turtle", "application/ld+json", "application/n-triples")
HOUSE = kb.GRAPHS.removesuffix("kb/graph/")


@pytest.fixture(scope="module")
def real() -> Iterator[Flask]:
    made = webapp.create_app(WORKERS=1)
    yield made
    webapp.close(made)


def lead(client: FlaskClient, path: str, accept: str) -> TestResponse:
    """Follow to where a name leads, as a client does that sends the same header again."""
    response = client.get(path, headers={"Accept": accept})
    for _ in range(3):
        if response.status_code != 303:
            break
        response = client.get(response.headers["Location"].partition("#")[0], headers={"Accept": accept})
    return response


def test_every_name_of_the_real_base_leads_to_its_page_and_its_data(real: Flask) -> None:
    """Every subject below the address of this project; the data of a fifth of the pages, of all with `make fuzz`."""
    client, base = real.test_client(), site_of(real).base
    named = {triple.subject.value for triple in base.whole.triples if isinstance(triple.subject, ox.NamedNode)}
    graphs = {file.graph_iri for file in base.files} | {kb.DERIVED_GRAPH}
    iris = sorted(iri for iri in named | graphs if iri.startswith(f"{HOUSE}kb/"))
    assert len(iris) > 2000
    holds: dict[str, set[str]] = {}
    places: dict[str, str] = {}
    for iri in iris:
        sent = client.get("/" + iri.removeprefix(HOUSE), headers={"Accept": "text/html"})
        assert sent.status_code == 303, iri
        target, _, mark = sent.headers["Location"].partition("#")
        places[iri] = target
        if mark:
            assert re.fullmatch(r"p\d+", mark), iri
    targets = part(sorted(set(places.values())), 0, 5)
    for target in targets:
        for accept in ACCEPTS:
            response = client.get(target, headers={"Accept": accept})
            assert (response.status_code, response.mimetype) == (200, accept), target
            if accept == "application/n-triples":
                holds[target] = set(re.findall(r"(?m)^<([^>]+)>", response.get_data(as_text=True)))
    for iri in (iri for iri in iris if places[iri] in holds):
        assert iri in holds[places[iri]] or iri in graphs, f"{places[iri]} does not speak of {iri}"


@pytest.mark.parametrize("space", ["ns", "rel", "shapes"])
@pytest.mark.parametrize("accept", ACCEPTS)
def test_terms_and_shapes_lead_somewhere_too(real: Flask, space: str, accept: str) -> None:
    response = lead(real.test_client(), f"/{space}", accept)
    assert (response.status_code, response.mimetype) == (200, accept)
    if accept == "text/turtle":
        assert f"<{HOUSE}{space}#" in response.get_data(as_text=True)


@pytest.mark.parametrize("accept", ACCEPTS)
def test_names_of_one_s_own_lead_somewhere_by_resource(client: FlaskClient, accept: str) -> None:
    base = site_of(client.application).base
    named = {triple.subject.value for triple in base.graph.triples if isinstance(triple.subject, ox.NamedNode)}
    for iri in sorted(iri for iri in named if iri.startswith(NAMES) and "/rel#" not in iri):
        response = lead(client, f"/resource?iri={iri}", accept)
        assert (response.status_code, response.mimetype) == (200, accept), iri
