"""`kb check`: its findings, what it reports as not checked, and its exit codes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

import kb

CLAIMS = "kb/claims/mill-bridge.ttl"
RECORD = "corpus/mill-bridge.ttl"
TEXT = "corpus/texts/mill-bridge.txt"


def edit(base: Path, name: str, old: str, new: str, count: int = 1) -> None:
    """Replace words in a file of the base; they must be there."""
    path = base / name
    text = path.read_text("utf-8")
    assert text.count(old) >= count, f"{old!r} is not in {name}"
    path.write_text(text.replace(old, new, count), "utf-8")


def codes(report: kb.Report) -> list[str]:
    """The rule codes found, in order."""
    return [finding.code for finding in report.findings]


def test_a_sound_base_is_clean_and_says_what_it_checked_facts(mybase: Path) -> None:
    report = kb.check(mybase)
    assert report.conforms and report.exit_code == 0 and report.findings == ()
    assert report.claims > 0 and report.citations.total == report.citations.exact > 0
    assert [file.name for file in report.files if file.name == CLAIMS]
    assert all(shape.code and shape.iri for shape in report.shapes)
    assert {"FC001", "FC921"} & {shape.code for shape in report.shapes} == {"FC001"}


def test_without_the_text_nothing_reads_as_passed(mybase: Path) -> None:
    (mybase / TEXT).unlink()
    report = kb.check(mybase)
    assert report.exit_code == 0
    assert report.citations.exact == 0
    assert report.citations.not_checked == report.citations.total > 0
    assert dict(report.citations.reasons) == {"no copy of mill-bridge available": report.citations.total}
    text = kb.REPORT_FORMATS["text"](report)
    assert "0 exact" in text and "not checked" in text and "wording not compared" in text


def test_one_changed_character_fails_the_citations_over_it_and_no_other(mybase: Path) -> None:
    sound = kb.check(mybase).citations.total
    edit(mybase, TEXT, "two years", "six years")
    report = kb.check(mybase)
    failed = [finding.focus for finding in report.findings if finding.code == "FC921"]
    base = kb.load_kb(mybase)
    over = [
        iri
        for iri in base.graph.instances(kb.FC.Citation)
        if base.graph.value(iri, kb.PROV.wasQuotedFrom) == "https://example.org/mybase/article/mill-bridge-p5"
        and int(base.graph.value(iri, kb.OA.start) or 0) < 56
        and int(base.graph.value(iri, kb.OA.end) or 0) > 47
    ]
    assert over and sorted(failed) == sorted(over)
    assert report.citations.failed == len(over)
    assert report.citations.exact == sound - len(over)
    assert report.exit_code == 1
    assert {"FC922", "FC923"} <= set(codes(report))


def test_the_help_beside_a_text_that_changed_is_a_command_for_that_text(mybase: Path) -> None:
    edit(mybase, TEXT, "two years", "six long years")
    found = {(each.code, each.message.partition(":")[0], each.help) for each in kb.check(mybase).findings}
    again = "kb add mill-bridge.txt --slug mill-bridge --update"
    assert {(code, help) for code, _, help in found if code != "FC921"} == {("FC922", again), ("FC923", again)}
    assert {(said, help) for code, said, help in found if code == "FC921"} == {
        ("moved", "kb verify --propose"),
        ("drifted", 'kb cite mill-bridge 5 "the words that say it now"'),
    }


def test_a_copy_is_found_by_digest_whatever_its_name(mybase: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "mine"
    elsewhere.mkdir()
    shutil.move(mybase / TEXT, elsewhere / "scan 12.txt")
    assert kb.check(mybase).citations.exact == 0
    assert kb.check(mybase, texts=[elsewhere]).citations.not_checked == 0


def test_findings_name_file_and_line_of_the_subject(mybase: Path) -> None:
    edit(mybase, CLAIMS, "    fc:kind fc:Denial ;\n", "")
    report = kb.check(mybase)
    (finding,) = report.findings
    assert (finding.code, finding.file) == ("FC324", CLAIMS)
    lines = (mybase / CLAIMS).read_text("utf-8").splitlines()
    assert lines[(finding.line or 0) - 1].startswith("cite:mill-bridge-")
    assert finding.help and finding.message and finding.severity == "violation"


@pytest.mark.parametrize(
    "label",
    [
        "'two\\nlines'",
        "'two\ttabs'",
        """'''two
lines, "quoted"'''""",
    ],
)
def test_a_finding_about_a_value_points_at_it_however_it_is_spelt(mybase: Path, label: str) -> None:
    with (mybase / CLAIMS).open("a", encoding="utf-8") as file:
        file.write(f"\nclaim:spelt\n    a fc:Claim ;\n    rdfs:label {label} ;\n    .\n")
    (finding,) = [each for each in kb.check(mybase).findings if each.code == "FC202" and each.value]
    text = (mybase / CLAIMS).read_text("utf-8")
    line = text.splitlines()[(finding.line or 0) - 1]
    assert line[(finding.column or 0) - 1 :] == label.partition("\n")[0] + ("" if "\n" in label else " ;")
    assert "\n" not in finding.value and "\t" not in finding.value  # as N-Triples writes it


def test_a_shape_over_a_paragraph_points_at_the_citation(mybase: Path) -> None:
    edit(mybase, CLAIMS, "    oa:end 58 ;\n", "    oa:end 5800 ;\n")
    found = [finding for finding in kb.check(mybase).findings if finding.code != "FC921"]
    assert [finding.focus for finding in found] == ["https://example.org/mybase/citation/mill-bridge-3-1"]
    assert found[0].file == CLAIMS


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda text: text.replace("fc:kind fc:Denial", "fc:kind fc:Denail"), "FC905"),
        (lambda text: text.replace(" .\n", " \n", 1), "FC903"),
        (lambda text: text.replace("cite:mill-bridge-1-1\n", "<#x>\n", 1), "FC904"),
        (
            lambda text: text.replace("oa:end 58", 'oa:end "long"^^<http://www.w3.org/2001/XMLSchema#integer>'),
            "FC906",
        ),
        (lambda text: text + "\x00", "FC902"),
    ],
)
def test_a_file_that_the_gate_refuses_is_exit_3(mybase: Path, damage: Callable[[str], str], code: str) -> None:
    path = mybase / CLAIMS
    path.write_text(damage(path.read_text("utf-8")), "utf-8")
    report = kb.check(mybase)
    assert report.exit_code == 3 and not report.conforms
    assert code in codes(report)
    assert all(finding.file == CLAIMS and finding.line for finding in report.findings)
    assert report.citations.exact == 0


def test_an_undeclared_relation_of_the_house_is_refused(mybase: Path) -> None:
    with (mybase / CLAIMS).open("a", encoding="utf-8") as file:
        file.write("<urn:x> <https://w3id.org/factcite/rel#nowhere> <urn:y> .\n")
    assert codes(kb.check(mybase)) == ["FC905"]


@pytest.mark.parametrize("room", ["claims", "shapes", "a target", "a class", "a code"])
def test_a_check_that_would_look_at_nothing_is_exit_4(mybase: Path, room: str) -> None:
    if room == "claims":
        (mybase / CLAIMS).unlink()
    elif room == "shapes":
        for path in (mybase / "shapes").glob("*.ttl"):
            path.unlink()
    elif room == "a target":
        shape = "<urn:s> a sh:NodeShape ; fc:code 'FC999' ; sh:nodeKind sh:IRI ."
        _shape(mybase, shape)
    elif room == "a class":
        _shape(mybase, "<urn:s> a sh:NodeShape ; fc:code 'FC999' ; sh:targetClass <urn:C> ; sh:nodeKind sh:IRI .")
    else:
        _shape(mybase, "<urn:s> a sh:NodeShape ; sh:targetClass fc:Claim ; sh:nodeKind sh:IRI .")
    report = kb.check(mybase)
    assert report.exit_code == 4 and not report.conforms and report.stopped
    assert report.citations.exact == 0


def _shape(base: Path, turtle: str) -> None:
    head = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix fc: <https://w3id.org/factcite/ns#> .\n"
    (base / "shapes" / "more.ttl").write_text(head + turtle, "utf-8")


def test_a_shape_may_say_that_it_is_idle(mybase: Path) -> None:
    _shape(
        mybase,
        "<urn:s> a sh:NodeShape ; fc:code 'FC999' ; fc:mayTargetNothing true ; sh:targetClass <urn:C> ; "
        "sh:nodeKind sh:IRI ; sh:message 'x'@en ; fc:help 'y'@en .",
    )
    assert kb.check(mybase).exit_code == 0


def test_six_words_of_the_text_in_a_label_are_found_and_five_are_not(mybase: Path) -> None:
    edit(mybase, "kb/questions.ttl", '"@en', ' the bridge stays shut until"@en')
    assert "FC931" not in codes(kb.check(mybase))
    edit(mybase, "kb/questions.ttl", "stays shut until", "stays shut until its pier")
    assert codes(kb.check(mybase)) == ["FC931"]


def test_a_node_described_in_two_files_is_found(mybase: Path) -> None:
    with (mybase / "kb/questions.ttl").open("a", encoding="utf-8") as file:
        file.write("<https://example.org/mybase/article/mill-bridge> a fc:Article .\n")
    assert codes(kb.check(mybase)) == ["FC941"]


def test_the_order_of_files_and_triples_is_irrelevant(mybase: Path) -> None:
    edit(mybase, CLAIMS, "    fc:kind fc:Denial ;\n", "")
    before = kb.check(mybase)
    blocks = (mybase / CLAIMS).read_text("utf-8").split("\n\n")
    (mybase / CLAIMS).write_text("\n\n".join([*blocks[:2], *reversed(blocks[2:])]) + "\n", "utf-8")
    after = kb.check(mybase)
    assert [finding.fingerprint for finding in after.findings] == [f.fingerprint for f in before.findings]
    assert after.citations == before.citations


def test_rdflib_s_switch_is_as_it_was(mybase: Path) -> None:
    for value in (True, False):
        rdflib.NORMALIZE_LITERALS = value
        try:
            kb.check(mybase)
            assert rdflib.NORMALIZE_LITERALS is value
        finally:
            rdflib.NORMALIZE_LITERALS = True


def test_json_keeps_the_promised_keys(mybase: Path) -> None:
    edit(mybase, CLAIMS, "    fc:kind fc:Denial ;\n", "")
    content = json.loads(kb.REPORT_FORMATS["json"](kb.check(mybase)))
    assert content["conforms"] is False
    (finding,) = content["findings"]
    promised = {"code", "severity", "message", "help", "focus", "path", "value"}
    promised |= {"file", "line", "column", "fingerprint"}
    assert promised <= set(finding)
    checked = content["checked"]
    assert isinstance(checked["claims"], int) and checked["files"]
    assert {"total", "exact", "failed", "not_checked"} <= set(checked["citations"])
    assert all({"iri", "code", "nodes"} <= set(shape) for shape in checked["shapes"])


def test_turtle_is_a_validation_report(mybase: Path) -> None:
    clean = rdflib.Graph().parse(data=kb.REPORT_FORMATS["turtle"](kb.check(mybase)), format="turtle")
    sh = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    assert clean.value(predicate=rdflib.RDF.type, object=sh.ValidationReport) is not None
    assert [bool(o.toPython()) for o in clean.objects(None, sh.conforms)] == [True]  # type: ignore[attr-defined]
    edit(mybase, CLAIMS, "    fc:kind fc:Denial ;\n", "")
    text = kb.REPORT_FORMATS["turtle"](kb.check(mybase))
    broken = rdflib.Graph().parse(data=text, format="turtle")
    (result,) = broken.subjects(rdflib.RDF.type, sh.ValidationResult)
    for predicate in (
        sh.focusNode,
        sh.resultSeverity,
        sh.sourceConstraintComponent,
        sh.sourceShape,
        sh.resultMessage,
    ):
        assert broken.value(result, predicate) is not None
    assert not [
        quad for quad in ox.parse(text.encode(), format=ox.RdfFormat.TURTLE) if isinstance(quad.subject, ox.BlankNode)
    ]


def test_hostile_text_reaches_the_terminal_spelt_out(mybase: Path) -> None:
    edit(mybase, CLAIMS, 'rdfs:label "', 'fc:when "\\u001b[31m::error::\\u202e" ; rdfs:label "')
    text = kb.REPORT_FORMATS["text"](kb.check(mybase))
    assert "\x1b" not in text and "\u202e" not in text and "\\u001b[31m" in text
