"""Twenty defects and more, put into a copy of the real base: each is found by its rule, at its file, line and column,
and each of the reports that people look at says so.

Where a defect is, is counted here from the text alone, so that a fault in the positions cannot hide itself. The
blocks to break are chosen by what they hold and not by name, because the base grows.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

import kb
from kb.finding import Finding
from kb.report import as_github, as_html, as_sarif, report_text

CLAIMS, RECORD, ENTITIES = "kb/claims/odd-bedfellows.ttl", "corpus/odd-bedfellows.ttl", "kb/entities.ttl"


@dataclass(frozen=True)
class Defect:
    """What was broken and where it must be found: rule, file, line, column, and the words that are marked."""

    code: str
    file: str
    line: int
    column: int
    words: str


@dataclass
class Text:
    """A file of the base as its blocks, one a subject; remembers where the defects are."""

    name: str
    blocks: list[str]
    seeds: list[tuple[str, int, str, int]] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)

    @classmethod
    def read(cls, root: Path, name: str) -> Text:
        return cls(name, (root / name).read_text("utf-8").rstrip("\n").split("\n\n"))

    def find(self, *needed: str, without: tuple[str, ...] = ()) -> int:
        """An unchanged block, with all of these words and none of those."""
        for at, block in enumerate(self.blocks):
            fits = all(re.search(words, block) for words in needed) and not any(word in block for word in without)
            if fits and at not in self.taken and not block.startswith(("@prefix", "#")):
                self.taken.add(at)
                return at
        raise AssertionError(f"{self.name} has no block with {needed} left to break")

    def broken(self, code: str, at: int, old: str, new: str, marked: str, *, nth: int = 0) -> None:
        """Replace the pattern `old` with `new` in a block; the finding must mark the words `marked`."""
        text, count = re.subn(old, lambda _: new, self.blocks[at], count=1)
        assert count == 1, f"nothing to break in {self.name} for {code}: {old}"
        self.blocks[at] = text
        self.seeds.append((code, at, marked, nth))

    def added(self, code: str, block: str, marked: str) -> None:
        """A new block at the end."""
        self.blocks.append(block)
        self.seeds.append((code, len(self.blocks) - 1, marked, 0))

    def write(self, root: Path) -> tuple[Defect, ...]:
        """Write the file; returns the place of each defect."""
        text = "\n\n".join(self.blocks) + "\n"
        (root / self.name).write_text(text, "utf-8")
        defects = []
        for code, at, marked, nth in self.seeds:
            offset = sum(len(block) + 2 for block in self.blocks[:at])
            found = [match.start() for match in re.finditer(re.escape(marked), self.blocks[at])]
            offset += found[nth]
            line, column = text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1
            defects.append(Defect(code, self.name, line, column, marked.partition("\n")[0]))
        return tuple(defects)


def subject(text: Text, at: int) -> str:
    """The name that a block begins with."""
    return text.blocks[at].split("\n")[0]


def seed(root: Path) -> tuple[Defect, ...]:
    """Break a base in many places."""
    claims, record, entities = (Text.read(root, name) for name in (CLAIMS, RECORD, ENTITIES))
    shapes = Text.read(root, "shapes/claim.ttl")
    plain = {"without": ("fc:modality", "fc:channel", "fc:restates", "fc:attributionSpan")}

    def citation(*needed: str) -> int:
        return claims.find("a fc:Citation", *needed, **plain)

    at = citation("fc:kind fc:Factual")
    claims.broken("FC324", at, r"    fc:kind fc:Factual ;\n", "", subject(claims, at))
    at = citation("fc:kind fc:Factual")
    claims.broken("FC324", at, r"fc:kind fc:Factual", "fc:kind fc:Hedged", "fc:Hedged")
    at = citation("fc:kind fc:Factual")
    claims.broken(
        "FC325", at, r"fc:kind fc:Factual ;", "fc:kind fc:Factual ;\n    fc:modality fc:Denial ;", "fc:Denial"
    )
    at = citation("fc:asserts ")
    claims.broken("FC321", at, r"    fc:asserts [^\n]*\n", "", subject(claims, at))
    at = citation("oa:end ")
    claims.broken("FC303", at, r"    oa:end [^\n]*\n", "", subject(claims, at))
    at = citation("oa:end ")
    claims.broken("FC303", at, r"oa:end \d+", 'oa:end "9"', '"9"')
    at = citation("oa:start ")
    claims.broken("FC304", at, r"oa:start \d+", "oa:start 90000", "90000")
    at = citation("fc:digest ")
    claims.broken("FC306", at, r'fc:digest "[^"]*"', 'fc:digest "sha256:12ab"', '"sha256:12ab"')
    at = citation("prov:wasQuotedFrom ")
    claims.broken(
        "FC301", at, r"prov:wasQuotedFrom \S+", "prov:wasQuotedFrom art:odd-bedfellows", "art:odd-bedfellows ;"
    )
    at = citation(r"fc:attribution \( art:odd-bedfellows ent:\S+ \)")
    claims.broken("FC333", at, r"(?<=odd-bedfellows )ent:\S+", "ent:nowhere", "ent:nowhere")
    at = citation(r"fc:attribution \( art:odd-bedfellows \)")
    claims.broken("FC332", at, r"\( art:odd-bedfellows \)", "( art:nyc-rally )", "fc:attribution")
    at = claims.find("a fc:Claim", "rdfs:label ")
    claims.broken("FC202", at, r'rdfs:label "[^\n]*"@en', "rdfs:label 'no language'", "'no language'")
    at = claims.find("a fc:Claim", "rdf:subject ")
    claims.broken("FC203", at, r"    rdf:subject [^\n]*\n", "", subject(claims, at))
    at = claims.find("a fc:Claim", "rdf:subject ")
    claims.broken("FC203", at, r"rdf:subject ", "rdf:subject ent:nowhere , ", "rdf:subject")
    at = claims.find("a fc:Claim", "rdf:predicate ")
    claims.broken("FC205", at, r"rdf:predicate \S+", "rdf:predicate ent:nowhere", "ent:nowhere")
    claims.added("FC001", "claim:nobody-says-so\n    a fc:Claim ;\n    .", "claim:nobody-says-so")
    at = citation("fc:kind fc:Factual")
    claims.broken("FC340", at, "fc:kind", "fc:restates claim:nobody-says-so ;\n    fc:kind", "claim:nobody-says-so")

    at = record.find("a fc:Article", "dcterms:rights ")
    record.broken("FC105", at, r"    dcterms:rights [^\n]*\n", "", subject(record, at))
    at = record.find("a fc:Paragraph", "fc:role fc:Body")
    record.broken("FC125", at, "fc:role fc:Body", "fc:role fc:Byline", "fc:Byline")
    at = record.find("a fc:Paragraph", "fc:length ")
    record.broken("FC123", at, r"fc:length \d+", "fc:length 0", "0 ;", nth=-1)
    at = record.find("a fc:Paragraph", "dcterms:language ")
    record.broken("FC126", at, r'dcterms:language "en"', 'dcterms:language """EN"""', '"""EN"""')

    entities.added("FC404", 'ent:no-kind\n    rdfs:label "no kind"@en ;\n    .', "ent:no-kind")
    entities.added("FC401", "ent:no-name a schema:Place .", "ent:no-name")
    entities.added("FC403", "ent:no-tag a schema:Place ; rdfs:label 'x'@en ; skos:altLabel 'y' .", "'y'")
    at = entities.find("a schema:Person")
    again = "a <https://schema.org/Person>"
    claims.added("FC941", f"{subject(entities, at)}\n    {again} ;\n    .", again)

    shapes.added(
        "FC951",
        'fcs:Seeded a sh:PropertyShape ;\n    fc:code "FC299" ;\n    sh:targetClass fc:Claim ;\n'
        '    sh:path rdfs:label ;\n    sh:mincount 1 ;\n    sh:message "x"@en ;\n    fc:help "y"@en .',
        "sh:mincount",
    )
    return tuple(defect for text in (claims, record, entities, shapes) for defect in text.write(root))


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> tuple[kb.Report, tuple[Defect, ...]]:
    """A copy of the real base with the defects, checked."""
    home, root = kb.find_home(), tmp_path_factory.mktemp("seeded")
    for path in (*home.data_files(), *home.shape_files()):
        target = root / home.name(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    defects = seed(root)
    return kb.check(root), defects


def found(report: kb.Report, defect: Defect) -> Finding:
    """The finding for a defect; of its rule, in its file, and nowhere else."""
    at = [
        finding
        for finding in report.findings
        if (finding.code, finding.file, finding.line, finding.column)
        == (defect.code, defect.file, defect.line, defect.column)
    ]
    near = [(f.line, f.column) for f in report.findings if (f.code, f.file) == (defect.code, defect.file)]
    assert at, f"{defect} was not found there; {defect.code} in {defect.file} at {near}"
    return at[0]


def test_at_least_twenty_are_there(broken: tuple[kb.Report, tuple[Defect, ...]]) -> None:
    report, defects = broken
    assert len(defects) >= 20 and len({defect.code for defect in defects}) >= 18
    assert report.exit_code == 1 and not report.stopped
    assert len({(d.code, d.file, d.line, d.column) for d in defects}) == len(defects)


def test_each_is_found_by_its_rule_at_its_place(broken: tuple[kb.Report, tuple[Defect, ...]]) -> None:
    report, defects = broken
    for defect in defects:
        finding = found(report, defect)
        marked = finding.excerpt[0][defect.column - 1 : defect.column - 1 + finding.width]
        assert defect.words.startswith(marked) and marked, (defect, finding.excerpt)


def in_text(report: kb.Report, defect: Defect) -> bool:
    """Whether the text report has the finding, with carets below the words."""
    where = re.escape(f"{defect.file}:{defect.line}:{defect.column}")
    head = re.search(
        rf"^(?:error|warning)\[{defect.code}\] {where}: .*\n(.*)\n(.*)$", report_text(report), re.MULTILINE
    )
    if head is None:
        return False
    start = head[2].index("^")
    return f" {defect.line} | " in head[1] and head[1][start:].startswith(head[1][start : head[2].rindex("^") + 1])


def in_sarif(report: kb.Report, defect: Defect) -> bool:
    """Whether the SARIF report has the finding: rule, path, line and column."""
    (run,) = json.loads(as_sarif(report))["runs"]
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        region = place["region"]
        at = place["artifactLocation"]["uri"], region["startLine"], region["startColumn"]
        if (result["ruleId"], *at) == (defect.code, defect.file, defect.line, defect.column):
            return bool(run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == defect.code)
    return False


def in_github(report: kb.Report, defect: Defect) -> bool:
    """Whether an annotation has the finding; one at a time, because GitHub shows ten."""
    one = replace(report, findings=(found(report, defect),))
    line = as_github(one).splitlines()[0]
    at = f"file={defect.file},line={defect.line},col={defect.column},"
    return re.match(rf"::(?:error|warning) {re.escape(at)}endColumn=\d+,title={defect.code}::", line) is not None


class _Findings(HTMLParser):
    """The findings of the page: rule, place, and the marked words."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = self.marking = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "article":
            self.rows.append([str(values["data-code"]), "", ""])
            self.inside = True
        self.marking = tag == "mark" or (self.marking and tag != "mark")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "article"
        self.marking = self.marking and tag != "mark"

    def handle_data(self, data: str) -> None:
        if self.inside and self.marking:
            self.rows[-1][2] += data
        elif self.inside and not self.rows[-1][1]:
            self.rows[-1][1] = data.strip()


def in_html(report: kb.Report, defect: Defect) -> bool:
    """Whether the page has the finding: rule, place and marked words."""
    parser = _Findings()
    parser.feed(as_html(report))
    place = f"{defect.file}:{defect.line}:{defect.column}"
    rows = [row for row in parser.rows if row[:2] == [defect.code, place]]
    return any(row[2] and defect.words.startswith(row[2]) for row in rows)


@pytest.mark.parametrize("says", [in_text, in_sarif, in_github, in_html], ids=lambda says: says.__name__)
def test_each_report_says_each_of_them(
    broken: tuple[kb.Report, tuple[Defect, ...]], says: Callable[[kb.Report, Defect], bool]
) -> None:
    report, defects = broken
    assert [defect for defect in defects if not says(report, defect)] == []
    elsewhere = replace(defects[0], line=defects[0].line + 1)
    assert not (says is not in_github and says(report, elsewhere))


@pytest.mark.parametrize(
    ("code", "old", "new", "marked"),
    [
        ("FC903", " ;\n    fc:kind", " \n    fc:kind", None),
        ("FC905", "fc:kind fc:Factual", "fc:kind fc:Factaul", "fc:Factaul"),
        ("FC906", r"oa:end \d+", 'oa:end "soon"^^<http://www.w3.org/2001/XMLSchema#integer>', '"soon"'),
    ],
)
def test_what_the_gate_refuses_has_its_place_too(
    tmp_path: Path, code: str, old: str, new: str, marked: str | None
) -> None:
    home = kb.find_home()
    for path in (*home.data_files(), *home.shape_files()):
        target = tmp_path / home.name(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    claims = Text.read(tmp_path, CLAIMS)
    at = claims.find("a fc:Citation", old)
    claims.broken(code, at, old, new, marked or "fc:kind")
    (defect,) = claims.write(tmp_path)
    report = kb.check(tmp_path)
    assert report.exit_code == 3
    (finding,) = report.findings
    assert (finding.code, finding.file) == (code, CLAIMS)
    assert finding.line in ((defect.line,) if marked else (defect.line - 1, defect.line))
    assert marked is None or finding.column == defect.column
    assert f"::error file={CLAIMS},line={finding.line}," in as_github(report)
