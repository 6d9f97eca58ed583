"""The gate: what a file may hold beyond the grammar, and where it says that something is wrong."""

from __future__ import annotations

import subprocess
import sys

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import TurtleError
from kb.rdf.datatypes import problem
from kb.rdf.positions import read_positions
from kb.rdf.turtle import HOUSE, SHAPES, Policy, read_turtle, syntax_only
from kb.vocab import XSD

HEAD = """@prefix ex: <https://example.org/> .
@prefix fc: <https://w3id.org/factcite/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def problems(body: str | bytes, policy: Policy = HOUSE) -> list[tuple[str, int | None, int | None]]:
    """Code, line and column of everything that the gate refuses; lines count from the body's first."""
    data = body if isinstance(body, bytes) else (HEAD + body).encode()
    try:
        read_turtle(data, source="x.ttl", policy=policy)
    except TurtleError as error:
        first = error.problems[0]
        assert str(error).startswith("x.ttl") and first.message in str(error) and first.help in str(error)
        return [(p.code, p.line and p.line - HEAD.count("\n"), p.column) for p in error.problems]
    return []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("ex:a ex:b ex:c .", []),
        ("ex:a ex:b ( ex:c ( 1 ) ) .", []),
        ("ex:a ex:b 'c' ; ; ex:d ex:e", [("FC903", 1, 28)]),
        ("ex:a\n  ex:b ex:c .\nex:d ex:e .", [("FC903", 3, 11)]),
        ("ex:a ex:b <c> .", [("FC904", 1, 11)]),
        ("@base <https://example.org/> . ex:a ex:b <c> .", [("FC904", 1, 1)]),
        ("BASE <https://example.org/>\nex:a ex:b ex:c .", [("FC904", 1, 1)]),
        ("ex:a ex:b <javascript:alert(1)> .", [("FC904", 1, 11)]),
        ("ex:a ex:b <file:///etc/passwd> .", [("FC904", 1, 11)]),
        ("ex:a a fc:Clam .", [("FC905", 1, 8)]),
        ("ex:a fc:statuss ex:b .", [("FC905", 1, 6)]),
        ('ex:a ex:b "가나" , "yes"^^xsd:boolean .', [("FC906", 1, 18)]),
        ('ex:a ex:b "2024-02-30"^^xsd:date .', [("FC906", 1, 11)]),
        ('ex:a ex:b "x"^^ex:unknown .', [("FC906", 1, 11)]),
        ("ex:a ex:b [ ex:c ex:d ] .", [("FC907", 1, 11)]),
        ("_:a ex:b ex:c .", [("FC907", 1, 1)]),
        ("ex:a ex:b _:l . _:l a ex:c .", [("FC907", 1, 11)]),
        ("ex:a ex:b <<( ex:c ex:d ex:e )>> .", [("FC903", 1, 11)]),
        ('ex:a ex:b "x"@en--ltr .', [("FC903", 1, 14)]),
        ('ex:a ex:b "\u202e" .', [("FC902", 1, 12)]),
        ('ex:a ex:b "\x07" .', [("FC902", 1, 12)]),
        ("ex:a a fc:Clam ;\n ex:b 'x'^^xsd:integer .", [("FC905", 1, 8), ("FC906", 2, 7)]),
    ],
)
def test_refuses_by_code_line_and_column(body: str, expected: list[tuple[str, int, int]]) -> None:
    assert problems(body) == expected


def test_refuses_bytes_that_are_no_text() -> None:
    assert problems(HEAD.encode() + b"ex:a ex:b '\xff' .") == [("FC902", 1, 12)]
    assert problems(b"\xef\xbb\xbf" + HEAD.encode())[0][0] == "FC902"


def test_caps_size_triples_and_literals() -> None:
    body = "ex:a ex:b " + ", ".join(map(str, range(20))) + " ."
    assert problems(body) == []
    assert [code for code, *_ in problems(body, Policy(max_bytes=40))] == ["FC901"]
    assert [code for code, *_ in problems(body, Policy(max_triples=19))] == ["FC901"]
    assert problems(body, Policy(max_triples=20)) == []
    assert [code for code, *_ in problems("ex:a ex:b 'abcd' .", Policy(max_literal=3))] == ["FC901"]
    assert problems("ex:a ex:b 'abc' .", Policy(max_literal=3)) == []


def test_shapes_may_use_blank_nodes_and_nothing_else_more() -> None:
    assert problems("ex:a ex:b [ ex:c ex:d ] .", SHAPES) == []
    assert problems("ex:a a fc:Clam .", SHAPES) == [("FC905", 1, 8)]


@pytest.mark.parametrize(("opens", "core", "closes"), [("( ", "", ") "), ("[ ex:p ", "1", "] ")])
def test_brackets_within_brackets_end_somewhere(opens: str, core: str, closes: str) -> None:
    def nested(depth: int) -> str:
        return "ex:a ex:b " + opens * depth + core + closes * depth + "."

    assert problems(nested(100), SHAPES) == []
    read_positions(HEAD + nested(100))
    for depth in (101, 3000, 200_000):
        assert problems(nested(depth), SHAPES) == [("FC901", 1, 11 + len(opens) * 100)]
    assert problems("ex:a ex:b '" + opens * 200 + "' , " + "(1), " * 200 + "1 . # " + opens * 200, SHAPES) == []


@pytest.mark.parametrize("opens", ["<<( ex:a ex:b ", "<< ex:a ex:b ", "( <<( ex:a ex:b "])
def test_deep_triple_terms_do_not_end_the_process(opens: str) -> None:
    code = (
        "import sys; from kb.errors import TurtleError; from kb.rdf.turtle import read_turtle\n"
        "try: read_turtle(sys.stdin.buffer.read(), source='x')\n"
        "except TurtleError as error: print(error.problems[0].code)"
    )
    done = subprocess.run([sys.executable, "-c", code], input=(HEAD + "ex:a ex:b " + opens * 100_000).encode(),
                          capture_output=True)  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, b"FC901"), done.stderr[-300:]


def test_refuses_the_directive_of_rdf_1_2() -> None:
    for body in ('VERSION "1.2"', 'version "1.2"', '@version "1.2" .', "# version\n  Version '1.1'"):
        faults = problems(body + "\nex:a ex:b ex:c .")
        assert [code for code, *_ in faults] == ["FC903"] and faults[0][1] == body.count("\n") + 1, body
    assert problems('ex:a ex:version "version" , "version"@version , "version" # x\n @version .') == []


def test_a_prefix_means_what_was_declared_last_above_it() -> None:
    text = "@prefix a: <urn:one:> .\na:x a:y a:z .\nPREFIX a: <urn:two:>\na:x a:y 'no'^^a:z .\n"
    lines = read_turtle(text.encode(), source="x", policy=syntax_only(None)).lines
    assert dict(lines) == {"urn:one:x": 2, "urn:two:x": 4}
    assert problems(text.replace("'no'^^a:z", "fc:none"), HOUSE) == [("FC905", 4, 9)]
    spoken = "@prefix a: <urn:one:> .\na:l a:y ( 'x'@prefix a:z <urn:two:> ) .\na:x a:y a:z .\n"
    lines = read_turtle(spoken.encode(), source="x", policy=syntax_only(None)).lines
    assert dict(lines) == {"urn:one:l": 2, "urn:one:x": 3}


def test_numbers_end_where_the_next_word_begins_and_names_hold_odd_letters() -> None:
    body = "ex:a ex:b 1.5.ex:c ex:d .5.ex:e ex:f 1.e2.ex:g\u1680h ex:i +1 ."
    lines = read_turtle((HEAD + body).encode(), source="x", policy=syntax_only(None)).lines
    assert [iri.rpartition("/")[2] for iri in lines] == ["a", "c", "e", "g\u1680h"]
    (located,) = read_positions(HEAD + "ex:a:.b ex:c+.7 .").triples
    assert located.at_object.start - len(HEAD) == 12 and str(located.subject) == "<https://example.org/a:.b>"


@pytest.mark.parametrize(("name", "iri"), [(r"e:a\.b", "urn:a.b"), (r"e:a\,b", "urn:a,b"), (r"e:x\.", "urn:x.")])
def test_a_name_with_a_backslash_is_whole_at_the_end_of_a_file(name: str, iri: str) -> None:
    (triple,) = read_turtle(f"@prefix e: <urn:> . e:s e:p {name}.".encode(), source="x").triples
    assert triple.object == ox.NamedNode(iri)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("ex:a ex:b", (1, 10)),
        ("ex:a ex:b 1\n", (2, 1)),
        ("ex:a\rex:b ?", (1, 11)),
        ("ex:a\r\n ex:b ?", (2, 7)),
        ("é é", (1, 1)),
    ],
)
def test_a_syntax_error_stands_inside_the_file(body: str, place: tuple[int, int]) -> None:
    assert problems(body) == [("FC903", *place)]


def test_a_name_ends_before_a_dot_that_no_name_begins_with() -> None:
    (triple,) = read_turtle(b"@prefix e: <urn:> . e:s e:.5 .", source="x").triples
    (located,) = read_positions("@prefix e: <urn:> . e:s e:.5 .").triples
    assert str(triple.object) == str(located.object) and located.at_object.start == 26


def test_a_label_ends_before_a_colon() -> None:
    text = "PREFIX : <urn:> _:a..b:[] ."
    (triple,) = read_turtle(text.encode(), source="x", policy=SHAPES).triples
    (located,) = read_positions(text).triples
    assert triple.predicate.value == located.predicate == "urn:"
    assert text[located.at_subject.start : located.at_subject.end] == "_:a..b"


@pytest.mark.parametrize("name", ["ex:\U000e0001", "'x'^^ex:a\U000e0001"])
def test_a_name_is_an_iri(name: str) -> None:
    assert problems(f"ex:a ex:b {name} .", HOUSE)[0][:2] == ("FC904", 1)
    assert problems(f"ex:a ex:b {name} .", syntax_only(None)) == [("FC904", 1, 11 + 5 * name.startswith("'"))]


def test_a_list_that_is_a_subject_has_its_place() -> None:
    assert problems("ex:a ex:b '(' , ( 1 ) .\n( 1 ) ex:b ex:c .") == [("FC907", 2, 1)]


@pytest.mark.parametrize(
    "circle",
    [
        "_:a rdf:first 1 ; rdf:rest _:a .",
        "_:a rdf:first 1 ; rdf:rest _:b . _:b rdf:first 2 ; rdf:rest _:a .",
        "<urn:s> sh:path _:a . _:a sh:inversePath _:a .",
        "<urn:s> sh:not _:a . _:a sh:node [ sh:not _:a ] .",
    ],
)
def test_blank_nodes_in_a_circle_are_refused(circle: str) -> None:
    head = "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    with pytest.raises(TurtleError, match="circle") as refused:
        read_turtle((head + circle).encode(), source="x.ttl", policy=SHAPES)
    (problem,) = refused.value.problems
    assert (problem.code, problem.line, problem.column) == ("FC907", 3, circle.index("_:") + 1)
    two_ways = "<urn:s> sh:not _:a . _:a sh:node _:b ; sh:not _:b . _:b sh:minCount 1 ."
    read_turtle((head + two_ways).encode(), source="x.ttl", policy=SHAPES)


def test_keeps_lexical_forms_and_names_list_cells_by_file() -> None:
    body = (HEAD + 'ex:a ex:b 007, 1.50, "x"@EN ; ex:l ( 1 2 ) .').encode()
    first, again = read_turtle(body, source="one.ttl"), read_turtle(body, source="one.ttl")
    other = read_turtle(body, source="two.ttl")
    assert first.triples == again.triples
    assert {"007", "1.50"} <= {t.object.value for t in first.triples if isinstance(t.object, ox.Literal)}
    cells = [{str(t.subject) for t in d.triples if str(t.subject).startswith("_:")} for d in (first, other)]
    assert len(cells[0]) == 2 and not cells[0] & cells[1]


def test_knows_the_line_of_each_subject() -> None:
    body = 'ex:a ex:b """x\n\ny # no comment""" .\n# a comment. ex:z\nex:c\n ex:d ex:e .ex:f ex:g 1. ex:h ex:i 2 .'
    lines = read_turtle((HEAD + body).encode(), source="x.ttl").lines
    found = {iri.rpartition("/")[2]: line - 3 for iri, line in lines.items()}
    assert found == {"a": 1, "c": 5, "f": 6, "h": 6}


@pytest.mark.parametrize(
    ("datatype", "good", "bad"),
    [
        (XSD.boolean, ["true", "false", "1", "0"], ["yes", "True", "", " true", "2"]),
        (XSD.integer, ["0", "-7", "007", "+1"], ["", "1.0", "1e3", "٣", "9" * 1001]),
        (XSD.nonNegativeInteger, ["0", "-0", "12"], ["-1", "x"]),
        (XSD.decimal, ["1.5", ".5", "5.", "-0.0"], ["1e3", ".", "", "1,5"]),
        (XSD.double, ["1e3", "INF", "NaN", "-.5E-2"], ["inf", "1e", "e3"]),
        (
            XSD.date,
            ["2024-02-29", "2023-12-31Z", "-0044-03-15", "2024-01-01+14:00"],
            ["2023-02-29", "2024-13-01", "24-01-01", "2024-1-1", "2024-01-01+14:01", "1" * 5000 + "-01-01"],
        ),
        (
            XSD.dateTime,
            ["2024-02-29T23:59:59", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00.5-05:00"],
            ["2024-01-01", "2024-01-01T24:00:01", "2024-01-01T23:60:00"],
        ),
        (XSD.gYear, ["1988", "-0500", "12000"], ["88", "01988", "1988-01"]),
        (XSD.gYearMonth, ["1970-09"], ["1970-13", "1970-9"]),
        (XSD.anyURI, ["https://example.org/"], ["a b", "<x>"]),
    ],
)
def test_lexical_forms(datatype: str, good: list[str], bad: list[str]) -> None:
    assert [value for value in good if problem(value, datatype)] == []
    assert [value for value in bad if not problem(value, datatype)] == []


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_by_name(data: bytes) -> None:
    problems(data)


@given(st.text(alphabet=st.sampled_from("ex:a .;,()[]<>\"'\\#@^_\n\t1{}~|가é"), max_size=60))
def test_any_near_turtle_is_read_or_refused_by_name(body: str) -> None:
    problems(body)
