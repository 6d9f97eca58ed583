"""The writers: each tells the same findings in the same order, whole, capped where its reader caps, and safe."""

from __future__ import annotations

import json
import random
import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pyoxigraph as ox
import pytest
from sarif_pydantic import Sarif

from kb.finding import FileChecked, Finding, Report
from kb.report import (
    REPORT_FORMATS,
    as_github,
    as_html,
    as_json,
    as_junit,
    as_markdown,
    as_sarif,
    as_turtle,
    common,
    github,
    markdown,
    report_text,
    sarif,
)
from kb.vocab import DCTERMS, FC, PREFIXES, PROV, RDF, SH
from tests.support import report_cases as cases
from tests.support import sarif_check

HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
HUMAN = ("text", "github", "markdown", "html")


class Page(HTMLParser):
    """The elements of a page, with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside[: len(self.inside) - 1 - self.inside[::-1].index(tag)]

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.inside):
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def commands(text: str) -> list[str]:
    """The lines of a log that are workflow commands, as the runner takes them."""
    return [line for line in text.splitlines() if line.lstrip().startswith("::")]


def sarif_run(report: Report) -> dict[str, object]:
    (run,) = json.loads(as_sarif(report))["runs"]
    return dict(run)


# --- all of them -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REPORT_FORMATS)
def test_the_same_report_gives_the_same_bytes(name: str) -> None:
    assert REPORT_FORMATS[name](cases.ordinary()) == REPORT_FORMATS[name](cases.ordinary())
    later = replace(cases.ordinary(), started="2032-01-01T00:00:00Z", seconds=9.0)
    assert REPORT_FORMATS[name](cases.ordinary().untimed()) == REPORT_FORMATS[name](later.untimed())
    assert later == cases.ordinary(), "the time is no part of what is compared"


@pytest.mark.parametrize("name", REPORT_FORMATS)
def test_the_order_of_findings_is_the_report_s(name: str) -> None:
    findings = list(cases.long(9).findings)
    random.Random(7).shuffle(findings)
    assert REPORT_FORMATS[name](cases.report(*findings)) == REPORT_FORMATS[name](cases.long(9))
    text = REPORT_FORMATS[name](cases.long(9))
    if name != "turtle":  # triples have no order; the writer sorts by subject
        errors = [text.index(f"Bridge {number} needs") for number in (1, 4, 5, 8, 9)]
        assert errors == sorted(errors) and errors[-1] < text.index("Bridge 2 needs") < text.index("Bridge 3 needs")


@pytest.mark.parametrize("name", REPORT_FORMATS)
def test_each_finding_is_told_with_rule_place_and_message(name: str) -> None:
    text = REPORT_FORMATS[name](cases.ordinary()).replace("&#58;", ":").replace("&#91;", "[")
    for finding in cases.ordinary().findings:
        shown = name != "github" or finding.state == "new"
        assert (finding.code in text and finding.message in text) is shown or not shown
        if shown and finding.line and name in ("text", "markdown", "html", "turtle", "junit"):
            assert f"{finding.file}:{finding.line}:{finding.column}" in text


@pytest.mark.parametrize("name", HUMAN)
def test_each_says_what_was_checked_facts_and_what_not(name: str) -> None:
    text = REPORT_FORMATS[name](cases.ordinary())
    text = Page(text).text if name in ("html", "markdown") else text
    for said in (
        "2 files, 12,412 bytes, 329 triples, 9 claims",
        "3 shapes checked nodes 3,468 times; 1 had nothing to check",
        "10: 6 exact, 1 failed, 3 not checked",
        "not checked: 3, no copy of old-bridge at hand",
        "wording not compared with 1 text",
        "python 3.11.7, factcite 0.1.0, pyshacl 0.40.1",
        "0123456789ab; 1 file differs: kb/entities.ttl",
        "18 of 20 paragraphs",
    ):
        assert said in text, said
    if name != "github":  # a log is short; the rest is in the other reports
        for said in ("0123456789ab", "12,345", "321", "kb/claims/bridge.ttl", "3,456", "RuleFC103"):
            assert said in text, said


@pytest.mark.parametrize("name", REPORT_FORMATS)
def test_a_check_that_stopped_says_so_and_passes_nowhere(name: str) -> None:
    text = REPORT_FORMATS[name](cases.report(stopped="no claims: there is nothing to check", exit_code=4))
    assert "no claims" in text and "nothing found" not in text
    if name == "junit":
        assert ElementTree.fromstring(text).get("errors") == "1"
    if name == "sarif":
        assert json.loads(text)["runs"][0]["invocations"][0]["executionSuccessful"] is False
    if name == "turtle":
        assert "sh:conforms false" in text
    if name == "github":
        assert commands(text)[0].startswith("::error ")


@pytest.mark.parametrize("name", REPORT_FORMATS)
def test_an_empty_report_is_written(name: str) -> None:
    assert REPORT_FORMATS[name](Report(()))


@pytest.mark.parametrize("name", REPORT_FORMATS)
def test_times_stand_only_where_they_are_wanted(name: str) -> None:
    timed, untimed = REPORT_FORMATS[name](cases.ordinary()), REPORT_FORMATS[name](cases.ordinary().untimed())
    assert ("2031-02-03" in timed) is (name not in ("text", "github"))
    assert "2031-02-03" not in untimed
    assert "2033" in REPORT_FORMATS[name](cases.ordinary().untimed("2033-01-01T00:00:00Z")) or name in (
        "text",
        "github",
    )


# --- hostile text ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REPORT_FORMATS)
def test_no_hidden_character_gets_through(name: str) -> None:
    text = REPORT_FORMATS[name](cases.hostile())
    text.encode("utf-8")
    hidden = {char for char in text if unicodedata.category(char) in HIDDEN} - {"\n"}
    assert not hidden, sorted(map(ascii, hidden))
    assert "마을" in text or name in ("json", "sarif", "turtle"), "and what is no threat stays"


@pytest.mark.parametrize("name", ("text", "github"))
def test_no_line_of_the_log_is_a_command_but_ours(name: str) -> None:
    text = REPORT_FORMATS[name](cases.hostile())
    assert "##[" not in text
    ours = commands(text)
    if name == "text":
        assert ours == []
    for line in ours:
        match = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert match, line
        assert not re.search(r"%(?!25|0A|3A|2C)", line), "a bare percent sign would be read as a code"
        for part in match[2].split(","):
            assert re.match(r"(file|line|col|endColumn|title)=", part), part


def test_json_reads_back_what_the_base_says() -> None:
    content = json.loads(as_json(cases.hostile()))
    assert content["findings"][0]["message"] == cases.HOSTILE
    assert content["stopped"] == cases.HOSTILE


def test_turtle_reads_back_what_the_base_says() -> None:
    quads = list(ox.parse(as_turtle(cases.hostile()).encode(), format=ox.RdfFormat.TURTLE))
    messages = {q.object.value for q in quads if q.predicate.value == SH.resultMessage}
    assert cases.HOSTILE in messages
    assert len([q for q in quads if q.predicate.value == SH.result]) == 3


def test_xml_stays_xml() -> None:
    root = ElementTree.fromstring(as_junit(cases.hostile()))
    assert {element.tag for element in root.iter()} <= {
        *("testsuites", "testsuite", "testcase", "failure", "error", "skipped", "properties", "property")
    }
    failure = root.find(".//failure")
    assert failure is not None and "<script>alert(1)</script>" in (failure.get("message") or "")
    assert "]]>" in (failure.text or "")


def test_the_page_has_no_element_of_the_base() -> None:
    page, plain = Page(as_html(cases.hostile())), Page(as_html(cases.ordinary()))
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in plain.elements} | {"em"}
    assert len(page.all("script")) == 1
    assert all(link["href"].startswith("#") for link in page.all("a"))
    allowed = {"class", "id", "hidden", "open", "lang", "title", "role", "type", "for", "href", "value", "name"}
    allowed |= {"charset", "content", "http-equiv"}
    for _, attributes in page.elements:
        assert all(name in allowed or name.startswith(("data-", "aria-")) for name in attributes), attributes
    assert "<script>alert(1)</script>" in page.text


def test_markdown_gives_letters_and_nothing_else() -> None:
    text = as_markdown(cases.hostile())
    rows = [line for line in text.splitlines() if "alert" in line]
    assert rows
    for row in rows:
        assert not re.search(r"[`*_\[\]~\\]", row), row
        assert "<script" not in row and "://" not in row and not re.search(r"www\.|@(?!<!)", row)
    for line in text.splitlines():
        if line.startswith("|"):
            cells = line.count("|") - 1
            assert cells in (2, 3, 4), line


def messages(node: object) -> list[str]:
    """Every message of a SARIF log; what a snippet holds is no message."""
    if isinstance(node, list):
        return [text for each in node for text in messages(each)]
    if not isinstance(node, dict):
        return []
    kinds = ("message", "shortDescription", "fullDescription", "help")
    own = [node[kind]["text"] for kind in kinds if isinstance(node.get(kind), dict)]
    return own + [text for each in node.values() for text in messages(each)]


def test_sarif_messages_have_no_links_and_no_places_to_fill() -> None:
    hostile = [text for text in messages(sarif_run(cases.hostile())) if "alert" in text]
    assert len(hostile) > 5
    for text in hostile:
        bare = re.sub(r"\\[\\\[\]]|\{\{|\}\}", "", text)
        assert not re.search(r"[\[\]{}]", bare), bare


# --- text ------------------------------------------------------------------------------------------------


def test_colour_is_only_there_when_it_is_asked_for() -> None:
    plain, coloured = report_text(cases.ordinary()), report_text(cases.ordinary(), colour=True)
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain and coloured != plain
    assert set(re.findall(r"\x1b\[(\d+)m", coloured)) <= {"0", "1", "2", "31", "33", "36"}


def test_colour_comes_from_nobody_else() -> None:
    coloured = report_text(cases.hostile(), colour=True)
    assert "\x1b[31mred" not in coloured and "\\u001b[31mred" in coloured


def test_brief_text_leaves_only_the_lists_out() -> None:
    whole, brief = report_text(cases.ordinary()), report_text(cases.ordinary(), brief=True)
    assert whole.endswith(brief) and brief.startswith("error[")
    assert "3 shapes checked" in brief and "0123456789ab" not in brief


def test_carets_stand_under_wide_characters() -> None:
    lines = report_text(cases.ordinary(), brief=True).splitlines()
    at = next(number for number, line in enumerate(lines) if "rdfs:label '마을'" in line)
    before = lines[at][: lines[at].index("'마을'")]
    assert lines[at + 1] == "       |" + " " * (len(before) - 8) + "^" * 6


# --- JSON, SARIF -----------------------------------------------------------------------------------------


def test_json_has_the_circumstances_in_their_own_keys() -> None:
    content = json.loads(as_json(cases.ordinary()))
    assert content["time"] == {"started": "2031-02-03T04:05:06Z", "seconds": 1.25}
    assert content["commit"]["differing"] == ["kb/entities.ttl"]
    assert content["checked"]["idle"] == [f"{PREFIXES['fcs']}RuleFC103"]
    assert json.loads(as_json(cases.ordinary().untimed()))["time"] is None
    finding = next(f for f in content["findings"] if f["message"].startswith("Bridge 1 "))
    assert (finding["column"], finding["end_column"]) == (5, 12)
    assert finding["related"] == [
        {"file": "kb/entities.ttl", "line": 8, "column": 1},
        {"file": "kb/entities.ttl", "line": 9, "column": 5},
    ]


@pytest.mark.parametrize("make", [cases.ordinary, cases.hostile, cases.report], ids=lambda make: make.__name__)
def test_sarif_is_what_the_standard_asks_for(make: object) -> None:
    assert callable(make)
    assert sarif_check.faults(json.loads(as_sarif(make()))) == []


@pytest.mark.parametrize("make", [cases.ordinary, cases.hostile, cases.report], ids=lambda make: make.__name__)
def test_another_model_of_sarif_reads_it_and_loses_nothing(make: object) -> None:
    assert callable(make)
    written = as_sarif(make())
    read = Sarif.model_validate_json(written)
    assert with_short_times(read.model_dump(mode="json", by_alias=True, exclude_unset=True)) == with_short_times(
        json.loads(written)
    )


def with_short_times(node: Any) -> Any:
    """A document whose times end without the zeros of a fraction."""
    if isinstance(node, dict):
        return {
            key: re.sub(r"\.?0*Z$", "Z", value) if key.endswith("TimeUtc") else with_short_times(value)
            for key, value in node.items()
        }
    return [with_short_times(each) for each in node] if isinstance(node, list) else node


def test_the_check_of_sarif_can_fail() -> None:
    for path, value in (
        (("version",), "2.0.0"),
        (("runs", 0, "columnKind"), "bytes"),
        (("runs", 0, "results", 0, "level"), "fatal"),
        (("runs", 0, "results", 0, "ruleIndex"), 1),
        (("runs", 0, "results", 0, "unheard"), 1),
        (("runs", 0, "tool"), {}),
    ):
        log = json.loads(as_sarif(cases.ordinary()))
        node = log
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = value
        assert sarif_check.faults(log), path


def test_sarif_tells_results_apart_without_lines() -> None:
    def prints(report: Report) -> list[str]:
        return sorted(r["partialFingerprints"]["factcite/v1"] for r in sarif_run(report)["results"])  # type: ignore

    moved = [replace(each, line=(each.line or 0) + 40) for each in cases.long(8).findings]
    assert prints(cases.report(*moved)) == prints(cases.long(8))
    assert len(set(prints(cases.long(8)))) == 8


def test_sarif_keeps_places_related_places_and_states() -> None:
    run = sarif_run(cases.ordinary())
    results = {result["message"]["text"].split(" ")[1]: result for result in run["results"]}  # type: ignore
    place = results["1"]["locations"][0]["physicalLocation"]
    region = {"startLine": 1, "startColumn": 5, "endColumn": 12, "snippet": {"text": "fc:role"}}
    assert (place["artifactLocation"]["uri"], place["region"]) == ("kb/claims/bridge.ttl", region)
    assert [p["physicalLocation"]["region"]["startLine"] for p in results["1"]["relatedLocations"]] == [8, 9]
    assert results["5"]["baselineState"] == "unchanged" and results["1"]["baselineState"] == "new"
    assert "until the river" in results["6"]["suppressions"][0]["justification"]
    assert run["columnKind"] == "unicodeCodePoints"
    rules = run["tool"]["driver"]["rules"]  # type: ignore
    assert [rule["id"] for rule in rules] == ["FC101", "FC102", "FC103", "FC901", "FC903", "FC971"]
    assert "Wrong" in rules[0]["help"]["markdown"] and rules[1]["defaultConfiguration"]["level"] == "warning"


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a [b](c) <img> `x` *y* __z__", r"a \[b\](c) \<img\> \`x\` \*y\* \_\_z\_\_"),
        ("- one\n- two", r"\- one - two"),
        ("12. one", r"12\. one"),
        ("2031.5 one", r"2031\.5 one"),
        ("a 1. b", "a 1. b"),
        ("www.e.example, http://e.example", r"www\.e.example, http\://e.example"),
        ("a \u202e\ufffe@b", r"a \\u202e\\ufffe\@b"),
    ],
)
def test_text_is_escaped_in_markdown(text: str, escaped: str) -> None:
    assert common.escape_markdown(text) == escaped


def test_a_fence_is_longer_than_any_inside() -> None:
    assert common.fence_turtle("a") == "```turtle\na\n```"
    assert common.fence_turtle("a ```` b\n\x1b") == "`````turtle\na ```` b\n\\u001b\n`````"
    assert cases.hostile().rules[0].bad and "````turtle" in as_sarif(cases.hostile())


# --- JUnit, GitHub, Markdown -----------------------------------------------------------------------------


def test_junit_counts_rules_findings_and_what_was_not_checked() -> None:
    root = ElementTree.fromstring(as_junit(cases.ordinary()))
    suites = {suite.get("name"): suite for suite in root}
    assert set(suites) == {"rules", "findings", "citations"}
    for suite in (root, *suites.values()):
        tests = suite.findall(".//testcase")
        assert suite.get("tests") == str(len(tests))
        for word, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(word) == str(len(suite.findall(f".//testcase/{tag}")))
    assert len(suites["findings"].findall("testcase/failure")) == sum(f.fails for f in cases.ordinary().findings)
    names = [case.get("name") for case in suites["findings"]]
    assert len(set(names)) == len(names)
    skipped = suites["rules"].findall("testcase/skipped")
    assert [each.get("message") for each in skipped] == ["checked no node"]
    assert next(case.get("name") for case in suites["citations"]) == "6 exact"


def test_annotations_point_at_lines_and_columns() -> None:
    text = as_github(cases.report(cases.finding(3)))
    assert commands(text) == [
        "::error file=kb/claims/bridge.ttl,line=3,col=5,endColumn=12,title=FC101::Bridge 3 needs a town: say which."
        "%0Aent:bridge-3  fc:role  fc:Headline%0Ahelp: ent:bridge rel:builtBy ent:town ."
    ]


@pytest.mark.parametrize("count", [1, 10, 11, 500])
def test_a_step_has_at_most_ten_annotations_of_a_kind(count: int) -> None:
    findings = [cases.finding(n, code, s) for n in range(1, count + 1) for code, s in KINDS.items()]
    text = as_github(cases.report(*findings))
    for command in ("error", "warning", "notice"):
        lines = [line for line in commands(text) if line.startswith(f"::{command} ")]
        assert len(lines) == min(count, github.MAX_SHOWN)
        more = [line for line in lines if f"and {count - 9:,} more {command}s" in line]
        assert len(more) == (count > github.MAX_SHOWN)


KINDS = {"FC101": "violation", "FC102": "warning", "FC103": "info"}


def test_what_is_known_or_waived_is_not_annotated() -> None:
    text = as_github(cases.report(cases.finding(1, state="known"), cases.finding(2, state="waived")))
    assert commands(text) == []


def test_a_summary_stays_below_its_limit_and_counts_the_rest() -> None:
    report = cases.report(*(cases.finding(n, message="많은 " * 300) for n in range(1, 1500)))
    text = as_markdown(report)
    assert 1_000_000 < len(text.encode()) <= markdown.MAX_BYTES
    rows = text.count("❌ error")
    assert f"**and {1499 - rows:,} more findings**" in text and rows > 100
    assert "more finding" not in as_markdown(cases.ordinary())


def test_a_summary_of_very_many_files_still_fits() -> None:
    files = tuple(FileChecked(f"kb/claims/{n:06}.ttl", 1, cases.DIGEST, 1) for n in range(20_000))
    text = as_markdown(cases.report(cases.finding(1), files=files))
    assert len(text.encode()) <= markdown.MAX_BYTES and "20,000 files" in text and "Bridge 1 needs" in text


def test_sarif_is_capped_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", 5)
    monkeypatch.setattr(sarif, "MAX_PLACES", 3)
    many = tuple(("kb/entities.ttl", line, 1) for line in range(1, 9))
    run = sarif_run(cases.report(*cases.long(8).findings, cases.finding(9, related=many)))
    levels = [result["level"] for result in run["results"]]  # type: ignore
    assert levels == ["error"] * 5, "the worst are kept"
    notes = run["invocations"][0]["toolExecutionNotifications"]  # type: ignore
    assert "and 4 more results" in notes[0]["message"]["text"] and notes[0]["level"] == "warning"
    places = [result.get("relatedLocations", []) for result in run["results"]]  # type: ignore
    assert max(map(len, places)) == 2, "with its own place that makes three"
    (related,) = [each for each in places if each]
    assert related[-1]["message"]["text"] == "Also here, and 6 more places"


def test_the_caps_are_the_readers() -> None:
    assert (sarif.MAX_RESULTS, sarif.MAX_RULES, sarif.MAX_PLACES, sarif.MAX_TAGS) == (25_000, 25_000, 1_000, 20)
    assert (github.MAX_SHOWN, markdown.MAX_BYTES) == (10, 1_048_576)


# --- HTML ------------------------------------------------------------------------------------------------


def test_the_page_groups_by_rule_file_and_severity() -> None:
    page = Page(as_html(cases.ordinary()))
    groups = [each for each in page.all("details") if "data-kind" in each]
    kinds = [each["data-kind"] for each in groups]
    assert (kinds.count("rule"), kinds.count("file"), kinds.count("severity")) == (6, 4, 3)
    total = len(cases.ordinary().findings)
    for kind in ("rule", "file", "severity"):
        assert sum(int(each["data-groups"]) for each in groups if each["data-kind"] == kind) == total
    anchors = [each["id"] for each in page.all("article")]
    assert len(set(anchors)) == len(anchors) == total
    links = {each["href"].removeprefix("#") for each in page.all("a")}
    assert set(anchors) <= links and links <= {attributes.get("id") for _, attributes in page.elements}


def test_the_page_loads_nothing_and_allows_its_own_script_only() -> None:
    text = as_html(cases.ordinary())
    page = Page(text)
    (policy,) = [each["content"] for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy and "http" not in policy
    assert not {"link", "img", "iframe", "object", "form", "base"} & {tag for tag, _ in page.elements}
    assert not re.search(r"@import|url\(|\son\w+=", text)
    import hashlib
    from base64 import b64encode

    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        (inline,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy


def test_a_clean_page_has_no_script() -> None:
    page = Page(as_html(cases.report()))
    assert page.all("script") == [] and "No problems found." in page.text


def test_the_page_is_escaped_and_cleaned_wherever_a_text_stands() -> None:
    text = "<b>\u202e'\"&"
    found = cases.finding(1, message=text, help=text, file=text, reason=text, state="waived", excerpt=(text, "^"))
    page = as_html(cases.report(found, stopped=text, rules=(cases.rule("FC101", message=text, why=text, bad=text),)))
    assert "<b>" not in page and "\u202e" not in page and "\\u202e" in page
    values = [value for _, attributes in Page(page).elements for value in attributes.values()]
    assert values.count("<b>\\u202e'\"&") == 4, "in the filter, at the finding, and in the two lists"


def test_the_page_says_why_a_rule_is_there() -> None:
    text = Page(as_html(cases.report(cases.finding(1)))).text
    assert "Nobody mends a bridge that is nobody's." in text and "checks every schema:Landmark" in text
    assert "ent:bridge a schema:Landmark ." in text


# --- Turtle ----------------------------------------------------------------------------------------------


def triples(report: Report) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(as_turtle(report).encode(), format=ox.RdfFormat.TURTLE)]


def values(found: list[ox.Triple], predicate: str) -> set[str]:
    return {getattr(t.object, "value", "") for t in found if t.predicate.value == predicate}


def test_turtle_tells_the_run_its_inputs_and_its_tools() -> None:
    found = triples(cases.ordinary())
    assert values(found, PROV.startedAtTime) == {"2031-02-03T04:05:06Z"}
    assert values(found, PROV.endedAtTime) == {"2031-02-03T04:05:07.250000Z"}
    used = {key(t.object) for t in found if t.predicate.value == PROV.used}
    assert used == {
        "urn:factcite:input:kb/claims/bridge.ttl",
        "urn:factcite:input:shapes/bridge.ttl",
        "urn:factcite:commit:0123456789abcdef0123456789abcdef01234567",
    }
    assert cases.DIGEST in values(found, FC.digest)
    assert values(found, PREFIXES["schema"] + "softwareVersion") == {"3.11.7", "0.1.0", "0.40.1"}
    agents = {key(t.object) for t in found if t.predicate.value == PROV.wasAssociatedWith}
    typed = {key(t.subject) for t in found if key(t.object) == PROV.SoftwareAgent}
    assert agents == typed and len(agents) == 3
    assert any("6 exact" in text for text in values(found, DCTERMS.description))


def test_turtle_keeps_results_apart_that_have_one_fingerprint() -> None:
    twice = cases.finding(1)
    found = triples(cases.report(twice, replace(twice, message="another one")))
    assert len([t for t in found if t.predicate.value == SH.result]) == 2
    assert values(found, SH.resultMessage) == {twice.message, "another one"}


def test_turtle_writes_paths_and_blank_nodes_as_shacl_has_them() -> None:
    found = triples(cases.ordinary())
    kinds = {t.predicate.value for t in found}
    assert {SH.inversePath, SH.alternativePath, SH.zeroOrMorePath, RDF.first} <= kinds
    blank = [t for t in found if t.predicate.value == SH.value and isinstance(t.object, ox.BlankNode)]
    assert len(blank) == 1
    focus = [t.object for t in found if t.predicate.value == SH.focusNode and t.subject == blank[0].subject]
    assert focus == [ox.Literal("x", language="en")]


def test_a_value_cannot_become_part_of_the_report() -> None:
    mark = re.search(r"urn:factcite:blank:\w*", as_turtle(cases.report())) or "urn:factcite:blank:0:0"
    found = triples(cases.report(cases.finding(1, value=f"<{mark}>", focus="urn:factcite:blank:0")))
    assert [str(t.object) for t in found if t.predicate.value == SH.value] == [f"<{mark}>"]


def test_info_is_no_violation_but_the_report_does_not_conform() -> None:
    report = cases.report(cases.finding(1, "FC103", "info"))
    assert report.exit_code == 0
    assert values(triples(report), SH.conforms) == {"false"}
    assert values(triples(cases.report()), SH.conforms) == {"true"}


def key(term: object) -> str:
    return str(getattr(term, "value", term))


# --- the report itself -----------------------------------------------------------------------------------


def test_paths_can_start_from_another_folder() -> None:
    moved = cases.ordinary().under("data/base")
    assert {f.file.split("/")[0] for f in moved.findings if f.file} == {"data"}
    assert moved.files[0].name == "data/base/kb/claims/bridge.ttl"
    assert all(file.startswith("data/base/") for f in moved.findings for file, _, _ in f.related)
    assert [f.fingerprint for f in moved.findings if f.focus] == [
        f.fingerprint for f in cases.ordinary().findings if f.focus
    ]
    assert cases.ordinary().under(".") == cases.ordinary()
    assert all(not f.file for f in moved.findings if f.code == "FC971")


def test_width_is_what_the_carets_mark() -> None:
    assert cases.finding(1).width == 7
    assert Finding("FC1", "info", "x").width == 1
