"""The editor's guide does as it says: its texts and its Turtle make a base, and the base passes.

A block marked `text SLUG` is the next part of that article. A block marked `turtle` is a part of the base; what
it is about tells the file. A block marked `console` holds a command, and where it shows any, a line of its output.
A claim that is said to have a status has it.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pyoxigraph as ox
import pytest

import kb
from kb.cli.main import main
from kb.home import PACKAGE
from kb.model.derive import standings
from kb.rdf.graph import key
from kb.rdf.turtle import read_turtle
from tests.support.paths import ROOT
from tests.support.shape_cases import all_rules

GUIDE = kb.find_home().corpus / "GUIDE.md"
TEXT = GUIDE.read_text("utf-8")
TEMPLATE = PACKAGE / "template"
SLUGS = ("ferry-stop", "ferry-letter")
ROOMS = {"ent": "kb/entities.ttl", "q": "kb/questions.ttl", "rel": "kb/vocabulary.ttl"}
STATUSES = {
    "uncited": kb.FC.Uncited,
    "contested": kb.FC.Contested,
    "corroborated": kb.FC.Corroborated,
    "single source": kb.FC.SingleSource,
}


def blocks(words: str) -> list[str]:
    """The fenced blocks that are marked with these words, in order."""
    return re.findall(rf"^```{words}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def prose() -> str:
    """The guide without its blocks, as one line."""
    return " ".join(re.sub(r"^```.*?^```$", "", TEXT, flags=re.MULTILINE | re.DOTALL).split())


def prefixes() -> dict[str, str]:
    """The prefixes of a base of one's own, as the example declares them."""
    heads = (path.read_text("utf-8") for path in sorted(TEMPLATE.rglob("*.ttl")))
    return {name: space for head in heads for name, space in re.findall(r"^@prefix (\w+): <(.*)> \.$", head, re.M)}


def stated() -> tuple[ox.Triple, ...]:
    """Everything that the guide writes in Turtle."""
    head = "".join(f"@prefix {name}: <{space}> .\n" for name, space in prefixes().items())
    return read_turtle((head + "".join(blocks("turtle"))).encode(), source="GUIDE.md").triples


def claims_said() -> list[tuple[str, str]]:
    """Every claim whose status the guide gives, in its sentences and in its table."""
    words = "|".join(STATUSES)
    sentences = re.findall(rf"`claim:([\w-]+)` is ({words})\b", prose())
    rows = re.findall(rf"^\| ({words}) \|.*\| `claim:([\w-]+)` \|$", TEXT, re.MULTILINE)
    return [*sentences, *((claim, status) for status, claim in rows)]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base that the guide makes, in the rooms of `kb init`, without the example."""
    folder = tmp_path_factory.mktemp("guide") / "mybase"
    kb.init(folder, source=kb.find_home())
    home = kb.find_home(folder)
    for slug in SLUGS:
        copy = home.texts / f"{slug}.txt"
        copy.write_text("\n".join(blocks(f"text {slug}")), "utf-8")
        kb.add(home, copy, slug=slug)
    for path in (*folder.rglob("mill-bridge.*"), *(folder / ROOMS[name] for name in ("ent", "q"))):
        path.unlink()
    relations = prefixes()["rel"]
    for name, triples in _routed(stated()).items():
        path = folder / name
        old = read_turtle(path.read_bytes(), source=name).triples if path.exists() else ()
        kept = [triple for triple in old if not key(triple.subject).startswith(relations)]
        path.write_bytes(kb.write_turtle([*kept, *triples], prefixes={**kb.PREFIXES, **prefixes()}))
    return folder


def _routed(triples: tuple[ox.Triple, ...]) -> dict[str, list[ox.Triple]]:
    """File name to what belongs into it; a list's cells go with what points at the list."""
    found: dict[str, list[ox.Triple]] = {}
    spaces = sorted(prefixes().items(), key=lambda item: -len(item[1]))
    cells: dict[str, str] = {}
    waiting = list(triples)
    while waiting:
        triple = waiting.pop(0)
        subject = key(triple.subject)
        if isinstance(triple.subject, ox.BlankNode) and subject not in cells:
            waiting.append(triple)
            continue
        prefix, local = next(((n, subject[len(s) :]) for n, s in spaces if subject.startswith(s)), ("", ""))
        name = cells.get(subject) or ROOMS.get(prefix) or _article_file(prefix, local)
        if isinstance(triple.object, ox.BlankNode):
            cells[key(triple.object)] = name
        found.setdefault(name, []).append(triple)
    return found


def _article_file(prefix: str, local: str) -> str:
    if prefix == "claim":
        return f"kb/claims/{SLUGS[0]}.ttl"  # both articles' claims in one file: any will do
    slug = next(slug for slug in SLUGS if local.startswith(slug))
    return f"corpus/{slug}.ttl" if prefix == "art" else f"kb/claims/{slug}.ttl"


@pytest.fixture(scope="module")
def report(base: Path) -> kb.Report:
    """What `kb check` finds in it."""
    return kb.check(kb.find_home(base))


def test_the_base_of_the_guide_passes(report: kb.Report) -> None:
    assert [(finding.code, finding.focus, finding.message) for finding in report.findings] == []
    assert report.exit_code == 0


def test_every_citation_is_exact(report: kb.Report) -> None:
    assert report.citations.exact == report.citations.total > 20


def test_the_last_words_of_the_check_are_those_shown(report: kb.Report) -> None:
    (shown,) = (block for block in blocks("console") if block.startswith("$ kb check\n"))
    printed = kb.REPORT_FORMATS["text"](report).splitlines()
    assert set(shown.splitlines()[1:]) <= set(printed)
    assert len(shown.splitlines()) > 1


def test_kb_cite_finds_what_the_guide_cites(base: Path) -> None:
    (command,) = (block for block in blocks("console") if "kb cite" in block)
    _, _, slug, paragraph, words = shlex.split(command.removeprefix("$ "))
    found = kb.cite(kb.find_home(base), slug, int(paragraph), words)
    (digest,) = re.findall(r"fc:digest (\S+)", found)
    assert digest in "".join(blocks("turtle"))


def test_each_status_is_the_derived_one(base: Path) -> None:
    found = standings(kb.load_kb(base).graph)
    said = claims_said()
    assert {status for _, status in said} == set(STATUSES)
    assert len(said) > 10
    wrong = [
        (claim, status, found[prefixes()["claim"] + claim].status)
        for claim, status in said
        if found[prefixes()["claim"] + claim].status != STATUSES[status]
    ]
    assert wrong == []


def test_every_code_is_a_rule() -> None:
    named = set(re.findall(r"\bFC\d+\b", TEXT))
    known = {rule.code for rule in all_rules()}
    assert len(named) > 40
    assert named - known == set()


def test_a_code_in_the_running_text_stands_in_the_table() -> None:
    sections = TEXT.split("\n## ")
    (table,) = (section for section in sections if section.startswith("What the program checks"))
    running = " ".join(section for section in sections if section is not table)
    assert set(re.findall(r"\bFC\d+\b", running)) - set(re.findall(r"\bFC\d+\b", table)) == set()


def test_every_command_that_is_named_exists(capsys: pytest.CaptureFixture[str]) -> None:
    named = set(re.findall(r"`kb (\w+)", prose()))
    assert {"add", "cite", "fmt", "check"} <= named
    for name in sorted(named):
        with pytest.raises(SystemExit) as left:
            main([name, "--help"])
        assert left.value.code == 0, name
    assert "usage: kb" in capsys.readouterr().out


def test_every_term_of_the_vocabulary_that_is_named_exists() -> None:
    named = set(re.findall(r"`fc:(\w+)`", prose()))
    assert len(named) > 15
    assert [name for name in sorted(named) if kb.FC.iri + name not in kb.FC] == []


def test_every_kind_and_modality_and_stance_has_an_example(base: Path) -> None:
    used = {key(triple.object) for triple in stated()} | {triple.predicate.value for triple in stated()}
    vocabulary = kb.load_kb(base).graph
    kinds = set(vocabulary.instances(kb.FC.Kind))
    modalities = set(vocabulary.instances(kb.FC.Modality)) - {kb.FC.Jocular}
    links = {kb.FC.iri + name for name in ("specialises", "contradicts", "inTensionWith", "qualifies", "answers")}
    repeats = {kb.FC.restates, kb.FC.translates, kb.FC.duplicates}
    stances = {kb.FC.asserts, kb.FC.denies, kb.FC.mentions}
    rest = {kb.FC.channel, kb.FC.impliedVia, kb.FC.attributionSpan, kb.FC.noClaim, kb.FC.whenComputed}
    assert (kinds | modalities | links | repeats | stances | rest) - used == set()


@pytest.mark.skipif(not (ROOT / "README.md").is_file(), reason="no checkout: there is no README")
def test_the_readme_leads_to_the_guide() -> None:
    assert "(corpus/GUIDE.md)" in (ROOT / "README.md").read_text("utf-8")
