"""The player of the W3C's query tests is honest: played on a small invented suite, it sees what is right and wrong."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.players import w3c_query
from tests.players.w3c_query import Found, Played, differs, read_suite

MANIFEST = """\
@prefix : <http://www.w3.org/2009/sparql/docs/tests/data-sparql11/towns/manifest#> .
@prefix mf: <http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#> .
@prefix qt: <http://www.w3.org/2001/sw/DataAccess/tests/test-query#> .
@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
<> a mf:Manifest ; mf:entries ( %s ) .
"""
FILES = {
    "towns.ttl": "@prefix : <http://example.org/> . :a :near [ :size 1.50 ] , [ :size 2 ] . :b :near :a .",
    "bridges.nt": "<http://example.org/bridge> <http://example.org/near> <http://example.org/a> .",
    "towns.trig": "@prefix : <http://example.org/> . :a :near :b . <urn:far> { :b :near :c }",
    "rows.rq": "SELECT ?x ?n { ?x <http://example.org/near> ?y OPTIONAL { ?y <http://example.org/size> ?n } }",
    "named.rq": "ASK { GRAPH ?g { ?s ?p ?o } FILTER NOT EXISTS { ?s ?p ?o } FILTER STRENDS(STR(?g), 'bridges.nt') }",
    "far.rq": "ASK { GRAPH <urn:far> { ?s ?p ?o } FILTER NOT EXISTS { ?s ?p ?o } FILTER EXISTS { ?x ?p ?s } }",
    "truth.rq": "SELECT (1 = 1 AS ?x) {}",
    "change.ru": "INSERT DATA { <a> <b> _:c ; }",
    "from.rq": "SELECT (COUNT(*) AS ?n)\nFROM <bridges.nt>\nFROM <towns.ttl>\n{ ?s <http://example.org/near> ?o }",
    "graph.rq": "CONSTRUCT { ?x <p> [] } WHERE { ?x <http://example.org/near> ?y }",
    "call.rq": "SELECT * { SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "good.rq": "SELECT (<http://example.org/nothing>(1) AS ?x) {}",
    "bad.rq": "SELECT ?x WHERE ?x ?y ?z",
    "rows.csv": "n,x\n2,http://example.org/a\n1.5,http://example.org/a\n,http://example.org/b\n",
    "rows.srj": '{"head":{"vars":["x","n"]},"results":{"bindings":['
    '{"x":{"type":"uri","value":"http://example.org/b"}},'
    '{"x":{"type":"uri","value":"http://example.org/a"},"n":{"type":"literal","value":"2",'
    '"datatype":"http://www.w3.org/2001/XMLSchema#integer"}},'
    '{"x":{"type":"uri","value":"http://example.org/a"},"n":{"type":"literal","value":"1.5",'
    '"datatype":"http://www.w3.org/2001/XMLSchema#decimal"}}]}}',
    "true.srx": '<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head/><boolean>true</boolean></sparql>',
    "false.srx": '<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head/><boolean>false</boolean></sparql>',
    "one.tsv": '?x\n"1"^^<http://www.w3.org/2001/XMLSchema#boolean>\n',
    "zero.tsv": '?x\n"0"^^<http://www.w3.org/2001/XMLSchema#boolean>\n',
    "four.tsv": "?n\n4\n",
    "graph.ttl": "@prefix : <http://example.org/> . :a <p> [] . :a <p> [] . :b <p> [] .",
}
RIGHT = (
    "rows towns.ttl - rows.csv",
    "rows towns.ttl - rows.srj",
    "named towns.ttl bridges.nt true.srx",
    "from - - four.tsv",
    "from graph.ttl - four.tsv",
    "far towns.trig - true.srx",
    "truth - - one.tsv",
    "graph towns.ttl - graph.ttl",
)
WRONG = (
    "rows towns.ttl bridges.nt four.tsv",
    "rows bridges.nt - rows.srj",
    "rows bridges.nt - rows.csv",
    "named towns.ttl bridges.nt false.srx",
    "graph bridges.nt - graph.ttl",
    "far towns.trig - false.srx",
    "truth - - zero.tsv",
)


def evaluation(number: int, words: str) -> str:
    query, data, named, result = words.split()
    graphs = (f"qt:data <{data}> ;" * (data != "-")) + (f"qt:graphData <{named}> ;" * (named != "-"))
    return (
        f':e{number} a mf:QueryEvaluationTest ; mf:name "{query}" ; mf:result <{result}> ; '
        f"mf:action [ qt:query <{query}.rq> ; {graphs} ] .\n"
    )


def write(folder: Path, tests: tuple[str, ...], more: str = "", names: tuple[str, ...] = ()) -> Path:
    """A suite on disk, laid out as the W3C's; its folder."""
    place = folder / "sparql" / "sparql11" / "towns"
    place.mkdir(parents=True)
    (place.parent / "manifest-all.ttl").write_text(
        "@prefix mf: <http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#> .\n"
        "<> a mf:Manifest ; mf:include ( <towns/manifest.ttl> <../sparql10/manifest.ttl> ) .\n"
    )
    entries = " ".join([f":e{number}" for number in range(len(tests))] + list(names))
    listed = "".join(evaluation(number, words) for number, words in enumerate(tests))
    (place / "manifest.ttl").write_text(MANIFEST % entries + listed + more)
    for name, text in FILES.items():
        (place / name).write_text(text)
    return folder


def test_what_is_right_passes_and_what_is_wrong_does_not(tmp_path: Path) -> None:
    more = """
:good a mf:PositiveSyntaxTest11 ; mf:name "good" ; mf:action <good.rq> .
:bad a mf:NegativeSyntaxTest11 ; mf:name "bad" ; mf:action <bad.rq> .
:notbad a mf:NegativeSyntaxTest11 ; mf:name "not bad" ; mf:action <rows.rq> .
:notgood a mf:PositiveSyntaxTest11 ; mf:name "not good" ; mf:action <bad.rq> .
:call a mf:PositiveSyntaxTest11 ; mf:name "call" ; mf:action <call.rq> .
:update a mf:UpdateEvaluationTest ; mf:name "update" .
:badupdate a mf:NegativeSyntaxTest11 ; mf:name "bad update" ; mf:action <change.ru> .
:entailed a mf:QueryEvaluationTest ; mf:action [ qt:query <rows.rq> ; sd:entailmentRegime :x ] .
"""
    names = (":good", ":bad", ":notbad", ":notgood", ":call", ":update", ":badupdate", ":entailed")
    suite = read_suite(write(tmp_path, RIGHT + WRONG, more, names))
    played = {each.case.name.partition(":")[0]: each for each in w3c_query.play(suite)}
    right = [f"towns/e{number}" for number in range(len(RIGHT))] + ["towns/good", "towns/bad"]
    wrong = [f"towns/e{number}" for number in range(len(RIGHT), len(RIGHT + WRONG))] + ["towns/notbad", "towns/notgood"]
    assert {name: (each.served, each.alone) for name, each in played.items() if name in right} == dict.fromkeys(
        right, ("", "")
    )
    assert not [name for name in wrong if not played[name].served or not played[name].alone]
    call = played["towns/call"]
    assert call.policy and "SERVICE" in call.served and not call.alone
    assert suite.left_out == {
        "UpdateEvaluationTest: not a test of queries": 1,
        "NegativeSyntaxTest11: not a test of queries": 1,
        "needs an entailment regime": 1,
        "a manifest of another suite": 1,
    }
    said = w3c_query.report(list(played.values()), suite.left_out)
    assert "over HTTP:        10 of 20 passed" in said and "the engine alone: 11 of 20 passed" in said
    assert "1 refused on purpose, 0 else" in said
    assert not w3c_query.worse(played.values())
    assert w3c_query.worse([Played(call.case, "other rows", "")])


def test_the_command_says_so_with_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, RIGHT[:2])
    assert w3c_query.main(["--cases", str(folder)]) == 0
    assert "over HTTP:        2 of 2 passed" in capsys.readouterr().out
    assert w3c_query.main(["--cases", str(tmp_path / "nowhere")]) == 4
    assert "no manifest-all.ttl" in capsys.readouterr().err


def test_blank_nodes_are_matched_one_to_one() -> None:
    def rows(*pairs: str) -> Found:
        return Found(rows=tuple({"a": ox.BlankNode(pair[0]), "b": ox.BlankNode(pair[1])} for pair in pairs))

    assert differs(rows("xy", "yz", "zx"), rows("ba", "cb", "ac")) == ""
    assert differs(rows("xy", "yz", "zx"), rows("ab", "ba", "cc")) == "other rows"
    assert differs(rows("xx"), rows("ab")) == "other rows"
    assert differs(rows("xy"), rows("aa")) == "other rows"
    assert differs(rows("xy", "xy"), rows("ab")) == "1 rows, not 2"
    assert differs(rows("xy", "xy"), rows("ab"), lax=True) == ""
