"""The exits: nothing added, nothing lost but what `EXPORT_LOSSES` says, and the same bytes on every run."""

from __future__ import annotations

import importlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.errors import UsageError
from kb.exports.rdf import EXPORT_FORMATS, EXPORT_LOSSES, export
from kb.home import find_home
from kb.model.knowledge_base import KnowledgeBase, LoadedFile, load_kb
from kb.rdf.document import Document
from kb.rdf.turtle import read_turtle
from kb.vocab import DERIVED_GRAPH, GRAPHS, PREFIXES, RDF, XSD
from tests.support.small_base import iri

DATASETS = ("nquads", "trig")
UNIONS = ("turtle", "ntriples", "jsonld")
HEAD = "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in PREFIXES.items())
TOWN = {
    "corpus/mill-news.ttl": """
        art:mill-news a fc:Article ; dcterms:title "The mill"@en ; dcterms:creator ent:ada .
        art:mill-news-p1 a fc:Paragraph ; dcterms:isPartOf art:mill-news ; fc:index 1 ; fc:length 007 .""",
    "corpus/river-post.ttl": """
        art:river-post a fc:Article ; dcterms:title "The river"@en .
        art:river-post-p1 a fc:Paragraph ; dcterms:isPartOf art:river-post ; fc:index 1 .""",
    "kb/claims/mill-news.ttl": """
        claim:bridge-open a fc:Claim ; rdfs:label "The bridge is open."@en ;
            rdf:subject ent:bridge ; rdf:predicate rel:isIn ; rdf:object ent:state-open ;
            fc:specialises claim:road-open ; fc:answers q:which ; fc:when "1988~"^^edtf:EDTF .
        cite:mill-news-1-1 a fc:Citation ; fc:asserts claim:bridge-open ;
            prov:wasQuotedFrom art:mill-news-p1 ; fc:attribution ( art:mill-news ent:carla ) .""",
    "kb/claims/river-post.ttl": """
        claim:road-open a fc:Claim ; rdfs:label "The road is open."@en ; rdfs:comment "Nearby."@en .
        cite:river-post-1-1 a fc:Citation ; fc:asserts claim:road-open ;
            prov:wasQuotedFrom art:river-post-p1 ; fc:attribution ( art:river-post ) .""",
    "kb/entities.ttl": """
        ent:ada a schema:Person ; rdfs:label "Ada Brook"@en .
        ent:bridge a schema:Landmark ; rdfs:label "the bridge"@en ; skos:altLabel "Old Bridge"@en ;
            rdfs:comment "Over the river."@en .
        ent:carla a schema:Person ; rdfs:label "Carla Weir"@en .
        ent:dora a schema:Person ; rdfs:label "Dora Lock"@en .""",
    "kb/questions.ttl": 'q:which a fc:Question ; rdfs:label "Which bridge?"@en .',
    "kb/vocabulary.ttl": """
        rel:isIn a fc:Relation ; rdfs:label "is in"@en ; rdfs:domain schema:Thing ;
            skos:definition "Is in a state."@en .
        <https://w3id.org/factcite/ns> dcterms:license <https://example.org/licence> .
        fc:Claim a rdfs:Class ; rdfs:label "claim"@en .""",
}


def base(files: dict[str, Document]) -> KnowledgeBase:
    return KnowledgeBase(find_home(), tuple(LoadedFile(name, files[name]) for name in sorted(files)))


def town() -> KnowledgeBase:
    return base({name: read_turtle((HEAD + text).encode(), source=name) for name, text in TOWN.items()})


def of_triples(triples: Iterable[ox.Triple], name: str = "kb/claims/x.ttl") -> KnowledgeBase:
    return base({name: Document(name, b"", tuple(triples), {})})


def canonical(statements: Iterable[ox.Quad]) -> list[str]:
    """The statements with blank nodes renamed by RDFC-1.0, so that equal graphs give equal lists."""
    dataset = ox.Dataset(statements)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


def read(data: bytes, format: str) -> list[str]:
    return canonical(ox.parse(data, format=EXPORT_FORMATS[format]))


def expected(known: KnowledgeBase, format: str, *, derived: bool = True) -> list[str]:
    quads = list(known.quads(derived=derived))
    if format in UNIONS:
        quads = [ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads]
    return canonical(quads)


@pytest.mark.parametrize("format", EXPORT_FORMATS)
@pytest.mark.parametrize("derived", [True, False])
def test_out_and_in_again_is_the_same_graph(format: str, derived: bool) -> None:
    found = export(town(), format=format, derived=derived)
    assert read(found, format) == expected(town(), format, derived=derived)
    assert found.endswith(b"\n") and not found.endswith(b"\n\n")


@pytest.mark.parametrize("format", EXPORT_FORMATS)
def test_a_base_of_ones_own_comes_back_whole(mybase: Path, format: str) -> None:
    known = load_kb(mybase)
    assert read(export(known, format=format), format) == expected(known, format)


def test_derived_facts_are_in_a_graph_of_their_own_or_left_out() -> None:
    status = "<https://w3id.org/factcite/ns#status>"
    lines = export(town(), format="nquads").decode().splitlines()
    assert {line.rsplit(" ", 2)[1] for line in lines if status in line} == {f"<{DERIVED_GRAPH}>"}
    for format in EXPORT_FORMATS:
        without = export(town(), format=format, derived=False)
        assert b"originCount" not in without
        assert DERIVED_GRAPH.encode() not in without


def test_every_file_is_a_graph_named_by_its_path() -> None:
    for format in DATASETS:
        quads = ox.parse(export(town(), format=format), format=EXPORT_FORMATS[format])
        assert {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)} == {
            *(GRAPHS + name for name in TOWN),
            DERIVED_GRAPH,
        }


# --- the same bytes --------------------------------------------------------------------------------------

SCRIPT = """
import sys, hashlib, kb
known = kb.load_kb(sys.argv[1])
for format in kb.EXPORT_FORMATS:
    for article in (None, "mill-bridge"):
        print(format, article, hashlib.sha256(kb.export(known, format=format, article=article)).hexdigest())
"""


def test_two_processes_write_the_same_bytes(mybase: Path) -> None:
    seen = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT, str(mybase)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    ]
    assert seen[0].count(b"\n") == 2 * len(EXPORT_FORMATS)
    assert seen[0] == seen[1] == seen[2]


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6))
def test_the_order_of_triples_and_the_names_of_list_cells_are_irrelevant(seed: int) -> None:
    chance = random.Random(seed)
    shuffled: dict[str, Document] = {}
    for file in town().files:
        names: dict[str, ox.BlankNode] = {}

        def renamed(term: object, names: dict[str, ox.BlankNode] = names) -> ox.NamedNode | ox.BlankNode | ox.Literal:
            assert isinstance(term, ox.NamedNode | ox.BlankNode | ox.Literal)
            if isinstance(term, ox.BlankNode):
                return names.setdefault(term.value, ox.BlankNode(f"z{chance.randrange(10**12)}"))
            return term

        def written(triple: ox.Triple) -> ox.Triple:
            subject = renamed(triple.subject)
            assert not isinstance(subject, ox.Literal)
            return ox.Triple(subject, triple.predicate, renamed(triple.object))

        triples = [written(triple) for triple in file.document.triples]
        chance.shuffle(triples)
        shuffled[file.name] = Document(file.name, b"", tuple(triples), file.document.prefixes)
    for format in EXPORT_FORMATS:
        assert export(base(shuffled), format=format) == export(town(), format=format)


def test_statements_are_sorted_graph_by_graph() -> None:
    lines = export(town(), format="ntriples").decode().splitlines()
    assert lines == sorted(lines)
    lines = export(town(), format="nquads").decode().splitlines()
    assert lines == sorted(lines, key=lambda line: (line.rsplit(" ", 2)[1], line))
    opened = [line for line in export(town(), format="trig").decode().splitlines() if line.endswith("> {")]
    assert opened == sorted(opened) and len(opened) == len(TOWN) + 1


def test_two_lists_at_one_place_are_told_apart_by_what_is_in_them() -> None:
    def lists(*names: str) -> bytes:
        text = "".join(f"<urn:s> <urn:p> ( <urn:{name}> <urn:z> ) ." for name in names)
        triples = [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)]
        return export(of_triples(triples), format="nquads")

    assert lists("a", "b", "c") == lists("c", "a", "b")
    assert len({word for word in lists("a", "b", "c").split() if word.startswith(b"_:")}) == 6


def test_list_cells_have_the_same_names_in_every_format() -> None:
    def names(format: str) -> set[str]:
        text = export(town(), format=format).decode().replace('"', " ")
        return {word for word in text.split() if word.startswith("_:")}

    assert names("ntriples") == names("nquads") == names("jsonld")
    assert len(names("nquads")) == 3


def labels(data: bytes) -> set[bytes]:
    return {word for word in data.split() if word.startswith(b"_:")}


def test_list_cells_have_the_labels_of_the_standard() -> None:
    assert labels(export(town(), format="nquads")) == {b"_:c14n0", b"_:c14n1", b"_:c14n2"}


@pytest.mark.parametrize("depth", [33, 3000])
@pytest.mark.parametrize("nested", [False, True])
def test_a_list_too_long_for_the_standard_s_labels_is_numbered(depth: int, nested: bool) -> None:
    def of_lists(stem: str) -> KnowledgeBase:
        cells: list[ox.NamedNode | ox.BlankNode] = [
            ox.NamedNode(RDF.nil),
            *(ox.BlankNode(f"{stem}{number}") for number in range(depth)),
        ]
        first, rest = (RDF.rest, RDF.first) if nested else (RDF.first, RDF.rest)
        triples = [ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), cells[-1])]
        for cell, following in zip(cells[:0:-1], cells[-2::-1], strict=True):
            triples.append(ox.Triple(cell, ox.NamedNode(first), ox.NamedNode(RDF.nil)))
            triples.append(ox.Triple(cell, ox.NamedNode(rest), following))
        return of_triples(triples)

    found = export(of_lists("x"), format="nquads")
    assert found == export(of_lists("y"), format="nquads")
    assert found.count(b"\n") == 2 * depth + 1 and len(labels(found)) == depth
    assert labels(found) == {f"_:b{number}".encode() for number in range(depth)}


# --- hostile and odd values ------------------------------------------------------------------------------

NODES = st.sampled_from(
    [
        *(iri("claim:a"), iri("claim:b.c"), iri("ent:-x"), iri("art:a-p10"), PREFIXES["fc"], "urn:x:y"),
        *("https://example.org/", "https://example.org/é(1)~,;x", "https://example.org/a%20b#"),
    ]
).map(ox.NamedNode)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ['"""', "\\", "a\u202eb", "\u0000\u0007\u001f\u007f\u0085", "𝄞\U0010fffd", "\r\n\t", "\ufeff", "<!--]]>", "}"]
)
LITERALS = (
    st.builds(ox.Literal, TEXTS)
    | st.builds(lambda text, tag: ox.Literal(text, language=tag), TEXTS, st.sampled_from(["en", "ko", "en-gb"]))
    | st.builds(
        lambda text, type_: ox.Literal(text, datatype=ox.NamedNode(type_)),
        TEXTS | st.sampled_from(["007", "+1", "-0", "1e400", "1.50", "TRUE", "1", "0", ".5", "5."]),
        st.sampled_from([XSD.integer, XSD.decimal, XSD.double, XSD.boolean, XSD.date, "urn:type"]),
    )
)


@st.composite
def statements(draw: st.DrawFn) -> list[ox.Triple]:
    """Triples with plain values, lists and lists within lists."""
    found: list[ox.Triple] = []
    count = 0

    def listed(depth: int) -> ox.NamedNode | ox.BlankNode:
        nonlocal count
        head: ox.NamedNode | ox.BlankNode = ox.NamedNode(RDF.nil)
        for _ in range(draw(st.integers(0, 3))):
            count += 1
            cell = ox.BlankNode(f"b{count}")
            member = listed(depth + 1) if depth < 2 and draw(st.booleans()) else draw(NODES | LITERALS)
            found.append(ox.Triple(cell, ox.NamedNode(RDF.first), member))
            found.append(ox.Triple(cell, ox.NamedNode(RDF.rest), head))
            head = cell
        return head

    for _ in range(draw(st.integers(1, 5))):
        value = listed(0) if draw(st.booleans()) else draw(NODES | LITERALS)
        found.append(ox.Triple(draw(NODES), draw(NODES), value))
    return found


@given(triples=statements())
@pytest.mark.parametrize("format", EXPORT_FORMATS)
def test_any_value_survives_every_exit(format: str, triples: list[ox.Triple]) -> None:
    known = of_triples(triples)
    assert read(export(known, format=format), format) == expected(known, format)


@pytest.mark.parametrize("format", EXPORT_FORMATS)
def test_lexical_forms_are_kept(format: str) -> None:
    forms = ["007", "+7", "7"]
    triples = [
        ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(form, datatype=ox.NamedNode(XSD.integer)))
        for form in forms
    ]
    back = ox.parse(export(of_triples(triples), format=format), format=EXPORT_FORMATS[format])
    values = [
        quad.object.value for quad in back if quad.predicate.value == "urn:p" and isinstance(quad.object, ox.Literal)
    ]
    assert sorted(values) == sorted(forms)


def test_statements_that_two_files_share_stand_once_in_a_union_and_twice_in_a_dataset() -> None:
    one = Document("one", b"", (ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal("x")),), {})
    known = base({"kb/a.ttl": one, "kb/b.ttl": one})
    assert export(known, format="ntriples") == b'<urn:s> <urn:p> "x" .\n'
    assert export(known, format="nquads").count(b"\n") == 2


def test_json_ld_fetches_nothing() -> None:
    def contexts(value: object) -> Iterable[object]:
        if isinstance(value, dict):
            yield from (value[name] for name in value if name == "@context")
            for inner in value.values():
                yield from contexts(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from contexts(inner)

    assert not [
        context for context in contexts(json.loads(export(town(), format="jsonld"))) if isinstance(context, str)
    ]


# --- what it says of itself --------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["turtle", "trig"])
def test_the_comment_on_top_says_what_is_carried(format: str) -> None:
    text = export(town(), format=format).decode()
    head = [line for line in text.splitlines() if line.startswith("#")]
    assert text.startswith("\n".join(head))
    assert head[1].startswith("# Nothing here is asserted as true")
    assert "# Licence that the base states: <https://example.org/licence>" in head
    carried = [line.split("<")[1].split(">")[0] for line in head if line.startswith("#   <")]
    assert carried == sorted([*(GRAPHS + name for name in TOWN), DERIVED_GRAPH])


def test_the_table_of_losses_covers_every_format() -> None:
    assert list(EXPORT_LOSSES) == list(EXPORT_FORMATS)
    assert all(EXPORT_LOSSES.values())
    table = (importlib.import_module("kb.exports.rdf").__doc__ or "").partition("--------")[2]
    assert [line.split()[0] for line in table.splitlines()[1:6]] == list(EXPORT_FORMATS)


@pytest.mark.parametrize("format", EXPORT_FORMATS)
def test_the_losses_are_true(format: str) -> None:
    text = export(town(), format=format).decode()
    graphs = all(GRAPHS + name in text for name in TOWN)
    assert ("which files it carries" in EXPORT_LOSSES[format]) == (not graphs)
    assert ("prefixes" in EXPORT_LOSSES[format]) == ("@prefix" not in text)
    assert ("the short form of lists" in EXPORT_LOSSES[format]) == (RDF.rest in text)
    kept = any(isinstance(q.graph_name, ox.NamedNode) for q in ox.parse(text, format=EXPORT_FORMATS[format]))
    assert ("which file a statement came from" in EXPORT_LOSSES[format]) == (not kept)
    assert "comments" in EXPORT_LOSSES[format]


# --- one article -----------------------------------------------------------------------------------------


def test_one_article_carries_its_files_its_derived_facts_and_the_names_of_what_it_points_to() -> None:
    found = list(ox.parse(export(town(), format="nquads", article="mill-news"), format=ox.RdfFormat.N_QUADS))
    graphs = {q.graph_name.value.removeprefix(GRAPHS) for q in found if isinstance(q.graph_name, ox.NamedNode)}
    assert graphs == {
        *("corpus/mill-news.ttl", "kb/claims/mill-news.ttl", "kb/claims/river-post.ttl"),
        *("kb/entities.ttl", "kb/questions.ttl", "kb/vocabulary.ttl", "derived"),
    }
    said = {(str(q.subject), str(q.predicate).rpartition("/")[2].rpartition("#")[2].strip(">")) for q in found}

    def of(name: str) -> set[str]:
        return {predicate for subject, predicate in said if subject == f"<{iri(name)}>"}

    assert of("ent:ada") == {"type", "label"}
    assert of("ent:bridge") == {"type", "label", "altLabel"}
    assert of("rel:isIn") == {"type", "label", "definition"}
    assert of("q:which") == {"type", "label"}
    assert of("claim:road-open") == {"type", "label"}
    assert of("ent:dora") == of("art:river-post") == of("cite:river-post-1-1") == of("fc:Claim") == set()
    assert {"originCount", "status", "path", "when", "earliest"} <= of("claim:bridge-open")
    assert {"speaker", "attribution"} <= of("cite:mill-news-1-1")


@pytest.mark.parametrize("format", EXPORT_FORMATS)
def test_one_article_is_part_of_the_whole(format: str) -> None:
    whole = set(expected(town(), "nquads" if format in DATASETS else "turtle"))
    part = ox.parse(export(town(), format=format, article="river-post"), format=EXPORT_FORMATS[format])
    named = [str(quad) for quad in part if "_:" not in str(quad)]
    assert named and set(named) <= whole


def test_an_article_without_claims_yet_is_exported() -> None:
    only = {name: text for name, text in TOWN.items() if not name.startswith("kb/claims/")}
    known = base({name: read_turtle((HEAD + text).encode(), source=name) for name, text in only.items()})
    assert b"river-post-p1" in export(known, format="turtle", article="river-post")


def test_an_unknown_article_or_format_says_what_there_is() -> None:
    with pytest.raises(UsageError, match=r"did you mean mill-news\?"):
        export(town(), format="turtle", article="mill-new")
    with pytest.raises(UsageError, match="mill-news, river-post"):
        export(town(), format="turtle", article="zzz")
    with pytest.raises(UsageError, match="turtle, ntriples, nquads, trig, jsonld"):
        export(town(), format="xml")
