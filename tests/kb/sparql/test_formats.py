"""Every format of an answer, over nasty values, read by readers that did not write it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
import rdflib

import kb
from kb.sparql.writers import write_table

VALUES = (
    *(
        "a\rb",
        "a\r\nb",
        "\r",
        "a\tb",
        "\n a \n",
        " ",
        "",
        "<&>\"'",
        "]]>",
        "<!--",
        "&#13;",
        "\u0085\u2028\u2029",
        "é\U0001f600",
    ),
    *("a\\nb", "\\", "=1", "\x7f\x80", "\ufffd\ufeff", "{}", ",;\t", "'''\"\"\"", "e\u0301"),
)
CONTROLS = ("\x00", "a\x01b", "\x0b", "\x1f", "\ufffe", "\uffff")
SPARQL = "{http://www.w3.org/2005/sparql-results#}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def literals(value: str) -> tuple[ox.Literal, ...]:
    """A value plain, with a language and with a datatype."""
    typed = ox.NamedNode("http://e.example/d?a='b'&c")
    return ox.Literal(value), ox.Literal(value, language="en-gb"), ox.Literal(value, datatype=typed)


ROWS = [literals(value) for value in VALUES]
COLUMNS = ("plain", "named", "typed")


def table(format: str, rows: Sequence[Sequence[ox.Literal]] = ROWS) -> bytes:
    return write_table(COLUMNS, rows, format)


def test_xml_results_are_read_by_expat() -> None:
    found = []
    for result in ElementTree.fromstring(table("xml")).iter(f"{SPARQL}result"):
        parts = [binding[0] for binding in result]
        found.append(tuple((part.text or "", part.get(LANGUAGE), part.get("datatype")) for part in parts))
    datatype = ROWS[0][2].datatype.value
    assert found == [((value, None, None), (value, "en-gb", None), (value, None, datatype)) for value in VALUES]


def test_json_csv_and_tsv_results_are_read_by_others() -> None:
    bindings = json.loads(table("json", [literals(value) for value in (*VALUES, *CONTROLS)]))["results"]["bindings"]
    assert [row["plain"]["value"] for row in bindings] == [*VALUES, *CONTROLS]
    rows = list(csv.reader(io.StringIO(table("csv").decode(), newline="")))
    assert rows == [list(COLUMNS), *([value] * 3 for value in VALUES)]
    lines = table("tsv").decode().removesuffix("\n").split("\n")
    graph = rdflib.Graph().parse(
        data="".join(f"<urn:{at}> <urn:p> {line.split(chr(9))[1]} .\n" for at, line in enumerate(lines[1:])),
        format="nt",
    )
    assert {str(subject): str(value) for subject, _, value in graph} == {
        f"urn:{at}": value for at, value in enumerate(VALUES)
    }


@pytest.mark.parametrize("value", CONTROLS)
def test_xml_refuses_what_it_does_not_have(value: str) -> None:
    triple = ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(value))
    terms: list[ox.Literal | ox.Triple] = [*literals(value), triple]
    for term in terms:
        with pytest.raises(kb.NotWritableError, match=f"U\\+{ord(re.sub('[ab]', '', value)):04X}"):
            write_table(["x"], [[term]], "xml")
    with pytest.raises(kb.NotWritableError):
        kb.write_rdf_xml([ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(value))], io.BytesIO(), {})


# --- RDF/XML ---------------------------------------------------------------------------------------------


def rdf_xml(*triples: ox.Triple) -> bytes:
    output = io.BytesIO()
    kb.write_rdf_xml(triples, output, {"e": "http://e.example/"})
    return output.getvalue()


def test_rdf_xml_is_read_by_rdflib() -> None:
    subjects = {ox.NamedNode(f"http://e.example/{at}?a='b'&c"): row for at, row in enumerate(ROWS)}
    triples = [
        ox.Triple(name, ox.NamedNode("http://e.example/p"), term) for name, row in subjects.items() for term in row
    ]
    graph = rdflib.Graph().parse(data=rdf_xml(*triples), format="xml")
    found = {(str(s), str(o), getattr(o, "language", None), str(getattr(o, "datatype", None))) for s, _, o in graph}
    datatype = ROWS[0][2].datatype.value
    assert found == {
        (name.value, row[0].value, *more)
        for name, row in subjects.items()
        for more in ((None, "None"), ("en-gb", "None"), (None, datatype))
    }


@pytest.mark.parametrize("local", ["p", "1a", "a.b", "é", "_", "a:b", "-a", "·a", "#x", "a%20b", "xml"])
def test_a_predicate_that_ends_in_a_name_comes_back(local: str) -> None:
    predicate = ox.NamedNode(f"http://e.example/{local}")
    graph = rdflib.Graph().parse(
        data=rdf_xml(ox.Triple(ox.NamedNode("urn:s"), predicate, ox.Literal("x"))), format="xml"
    )
    assert [str(found) for _, found, _ in graph] == [predicate.value]


@pytest.mark.parametrize(
    "iri",
    [
        *(
            "http://e.example/1",
            "http://e.example/",
            "http://e.example/a#",
            "urn:1",
            "http://e.example/a(b)",
            "x:\u0300",
        ),
        *(f"http://www.w3.org/1999/02/22-rdf-syntax-ns#{name}" for name in ("Description", "li", "about")),
    ],
)
def test_a_predicate_without_a_name_is_refused(iri: str) -> None:
    with pytest.raises(kb.NotWritableError, match="RDF/XML") as refused:
        rdf_xml(ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode(iri), ox.Literal("x")))
    assert "Turtle" in str(refused.value.help)


def test_labels_of_blank_nodes_are_names_and_stay_apart() -> None:
    labels = ("1a", "n_1a", "n_n_1a", "a", "0", "n_")
    triples = [ox.Triple(ox.BlankNode(label), ox.NamedNode("urn:p"), ox.Literal(label)) for label in labels]
    document = rdf_xml(*triples)
    names = re.findall(rb'nodeID="([^"]*)"', document)
    assert len(set(names)) == len(labels) and all(re.fullmatch(rb"[a-z_]\w*", name) for name in names)
    assert len(set(rdflib.Graph().parse(data=document, format="xml").subjects())) == len(labels)


def test_an_error_of_the_output_is_not_taken_for_one_of_the_graph() -> None:
    class Full(io.BytesIO):
        def write(self, data: object, /) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        kb.write_rdf_xml([ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal("x"))], Full(), {})
