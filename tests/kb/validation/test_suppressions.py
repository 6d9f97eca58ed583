"""Waivers: a waived finding does not fail, and a waiver that has expired, is unused or is malformed is reported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import kb
from kb.cli.main import main
from kb.validation.baseline import Baseline

CLAIMS = "kb/claims/mill-bridge.ttl"
TEXT = "corpus/texts/mill-bridge.txt"
TODAY = date(2030, 6, 1)
EPOCH = "1906502400"  # noon of that day
WAIVER = """[[waiver]]
rule = "{rule}"
node = "{node}"
reason = "the printer left it out"
owner = "A. Brook"
expires = {expires}
"""
NODE = "cite:mill-bridge-1-1"


def waiver(rule: str = "FC324", node: str = NODE, expires: str = "2030-07-01") -> str:
    """One waiver as it is written in the file."""
    return WAIVER.format(rule=rule, node=node, expires=expires)


@pytest.fixture
def broken(mybase: Path) -> Path:
    """A base with one finding, FC324, and where it is."""
    path = mybase / CLAIMS
    path.write_text(path.read_text("utf-8").replace("    fc:kind fc:Denial ;\n", "", 1), "utf-8")
    return mybase


def node_of(base: Path) -> str:
    """The node of the one finding of a base."""
    (finding,) = kb.check(base).findings
    return finding.focus


def write(base: Path, text: str) -> None:
    """Write the waivers of a base."""
    (base / "waivers.toml").write_text(text, "utf-8")


def codes(report: kb.Report) -> dict[str, str]:
    """Rule code to state."""
    return {finding.code: finding.state for finding in report.findings}


def test_what_is_waived_is_shown_and_does_not_fail(broken: Path) -> None:
    write(broken, waiver(node=node_of(broken)))
    report = kb.check(broken, today=TODAY)
    assert report.exit_code == 0 and codes(report) == {"FC324": "waived"}
    assert not report.conforms, "what is waived is still wrong"
    text = kb.REPORT_FORMATS["text"](report)
    assert "the printer left it out (A. Brook, until 2030-07-01)" in text and "1 waived" in text
    assert [file.name for file in report.files].count("waivers.toml") == 1


def test_a_node_may_be_written_with_a_prefix(broken: Path) -> None:
    iri = node_of(broken)
    prefixes = kb.load_kb(broken).prefixes
    write(broken, waiver(node=kb.short_iri(iri, prefixes)))
    assert ":" in kb.short_iri(iri, prefixes) and "://" not in kb.short_iri(iri, prefixes)
    assert kb.check(broken, today=TODAY).exit_code == 0


@pytest.mark.parametrize("other", [{"rule": "FC323"}, {"node": "urn:another"}])
def test_a_waiver_of_something_else_waives_nothing(broken: Path, other: dict[str, str]) -> None:
    write(broken, waiver(**{"node": node_of(broken), **other}))
    report = kb.check(broken, today=TODAY)
    assert report.exit_code == 1 and codes(report) == {"FC324": "new", "FC961": "new"}


def test_an_unused_waiver_warns_and_fails_nothing(mybase: Path) -> None:
    write(mybase, "# nothing is wrong\n\n" + waiver())
    report = kb.check(mybase, today=TODAY)
    (finding,) = report.findings
    assert (finding.code, finding.severity, finding.file, finding.line) == ("FC961", "warning", "waivers.toml", 3)
    assert report.exit_code == 0 and report.conforms


def test_two_waivers_for_one_finding_are_one_too_many(broken: Path) -> None:
    both = waiver(node=node_of(broken)) + "\n" + waiver(node=node_of(broken))
    write(broken, both)
    report = kb.check(broken, today=TODAY)
    assert report.exit_code == 0 and codes(report) == {"FC324": "waived", "FC961": "new"}
    assert [finding.line for finding in report.findings if finding.code == "FC961"] == [8]


@pytest.mark.parametrize(
    ("expires", "code"),
    [("2030-05-31", "FC962"), ("2030-06-01", ""), ("2030-11-28", ""), ("2030-11-29", "FC963")],
)
def test_a_waiver_ends_and_not_later_than_in_180_days(broken: Path, expires: str, code: str) -> None:
    write(broken, waiver(node=node_of(broken), expires=expires))
    report = kb.check(broken, today=TODAY)
    if code:
        assert report.exit_code == 1 and codes(report) == {"FC324": "new", code: "new"}
        assert expires in next(finding.message for finding in report.findings if finding.code == code)
    else:
        assert report.exit_code == 0 and codes(report) == {"FC324": "waived"}


def test_the_command_takes_the_day_from_source_date_epoch(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(broken, waiver(node=node_of(broken)))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    assert main(["check", "--home", str(broken)]) == 0
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(EPOCH) + 40 * 86400))
    assert main(["check", "--home", str(broken)]) == 1


def test_a_waiver_of_what_could_not_be_checked_facts_is_not_unused(mybase: Path) -> None:
    text = mybase / TEXT
    text.write_text(text.read_text("utf-8").replace("two years", "six years"), "utf-8")
    found = [finding for finding in kb.check(mybase).findings if finding.code == "FC921"]
    assert found
    write(mybase, "\n".join(waiver("FC921", finding.focus) for finding in found))
    waived = [finding.state for finding in kb.check(mybase, today=TODAY).findings if finding.code == "FC921"]
    assert waived == ["waived"] * len(found)
    text.unlink()
    assert kb.check(mybase, today=TODAY).findings == ()


def test_a_waived_finding_is_not_part_of_a_baseline(broken: Path) -> None:
    baseline = Baseline.of(kb.check(broken, today=TODAY))
    write(broken, waiver(node=node_of(broken)))
    report = kb.check(broken, today=TODAY)
    assert Baseline.of(report).entries == ()
    assert kb.shrink(baseline, report).entries == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[[waiver]\n", 1),
        ("[[waiver]]\nrule =\n", 2),
        ("[[waiver]]\nrule = \"FC324\"\nnode = '''\n", 4),
        ("waivers = 3\n", 1),
        ("[waiver]\nrule = 'FC324'\n", 1),
        (waiver() + "\n" + waiver().replace("owner", "author"), 12),
        (waiver().replace('"A. Brook"', '""'), 5),
        (waiver().replace('"A. Brook"', "3"), 5),
        (waiver().replace('reason = "the printer left it out"\n', ""), 1),
        (waiver(expires='"2030-07-01"'), 6),
        (waiver(expires="2030-07-01T00:00:00"), 6),
        (waiver(node="somewhere:else"), 3),
        (waiver(node="no node"), 3),
        (waiver(rule="FC903"), 2),
        (waiver(rule="FC961"), 2),
        (waiver(rule="FC971"), 2),
        ("waiver = [3]\n", None),
    ],
)
def test_what_is_malformed_is_exit_3_with_its_line(mybase: Path, text: str, line: int | None) -> None:
    write(mybase, text)
    report = kb.check(mybase, today=TODAY)
    assert report.exit_code == 3 and report.stopped
    assert {finding.code for finding in report.findings} == {"FC964"}
    assert [finding.line for finding in report.findings] == [line]
    assert all(finding.help and finding.file == "waivers.toml" for finding in report.findings)


def test_every_malformed_waiver_is_told(mybase: Path) -> None:
    write(mybase, waiver(expires="1") + waiver(expires="2") + waiver())
    assert len(kb.check(mybase, today=TODAY).findings) == 2


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"\xff"), lambda path: path.mkdir()])
def test_a_file_that_cannot_be_read_is_exit_3(mybase: Path, damage: Callable[[Path], object]) -> None:
    damage(mybase / "waivers.toml")
    assert kb.check(mybase, today=TODAY).exit_code == 3
