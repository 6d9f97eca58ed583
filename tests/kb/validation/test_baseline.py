"""Baselines: known findings do not fail a check, new ones do, and the file only shrinks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kb
from kb.cli.main import main
from kb.finding import Finding
from kb.validation.baseline import Baseline, Entry

CLAIMS = "kb/claims/mill-bridge.ttl"
TEXT = "corpus/texts/mill-bridge.txt"


def drop(base: Path, words: str, *, times: int = 1) -> str:
    """Remove a line from the claims; returns the content of the file before."""
    path = base / CLAIMS
    before = path.read_text("utf-8")
    assert before.count(words) >= times
    path.write_text(before.replace(words, "", times), "utf-8")
    return before


def check(base: Path, *words: str) -> int:
    """The exit code of `kb check` on a base."""
    return main(["check", "--home", str(base), *words])


def test_a_known_finding_does_not_fail_and_a_new_one_does(mybase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = mybase / "baseline.json"
    drop(mybase, "    fc:kind fc:Denial ;\n")
    assert check(mybase) == 1
    assert check(mybase, "--baseline", str(file), "--write-baseline") == 0
    assert check(mybase, "--baseline", str(file)) == 0
    capsys.readouterr()
    drop(mybase, "    oa:end 58 ;\n")
    assert check(mybase, "--baseline", str(file), "--format", "json") == 1
    found = json.loads(capsys.readouterr().out)
    states = {finding["code"]: finding["state"] for finding in found["findings"]}
    assert states.pop("FC324") == "known"
    assert states and set(states.values()) == {"new"}
    assert [f["state"] for f in found["findings"]] == sorted((f["state"] for f in found["findings"]), reverse=True)


def test_an_edit_above_makes_nothing_new(mybase: Path) -> None:
    drop(mybase, "    fc:kind fc:Denial ;\n")
    baseline = Baseline.of(kb.check(mybase))
    path = mybase / CLAIMS
    path.write_text("# a line more\n\n" + path.read_text("utf-8"), "utf-8")
    report = kb.compare(kb.check(mybase), baseline)
    assert report.exit_code == 0 and [finding.state for finding in report.findings] == ["known"]
    assert not report.conforms, "what is known is still wrong"


def test_the_file_only_shrinks(mybase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = mybase / "baseline.json"
    sound = drop(mybase, "    fc:kind fc:Denial ;\n")
    assert check(mybase, "--baseline", str(file), "--write-baseline") == 0
    full = file.read_bytes()
    drop(mybase, "    oa:end 58 ;\n")
    assert check(mybase, "--baseline", str(file), "--update-baseline") == 1, "nothing is added"
    assert file.read_bytes() == full
    (mybase / CLAIMS).write_text(sound, "utf-8")
    capsys.readouterr()
    assert check(mybase, "--baseline", str(file)) == 0
    assert "1 finding of the baseline" in capsys.readouterr().out
    assert file.read_bytes() == full, "a check alone writes nothing"
    assert check(mybase, "--baseline", str(file), "--update-baseline") == 0
    assert json.loads(file.read_bytes()) == {"findings": []}
    drop(mybase, "    fc:kind fc:Denial ;\n")
    assert check(mybase, "--baseline", str(file), "--update-baseline") == 1, "a finding that comes back is new"
    assert json.loads(file.read_bytes()) == {"findings": []}


def test_a_baseline_is_never_written_over(mybase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = mybase / "baseline.json"
    file.write_text("mine", "utf-8")
    assert check(mybase, "--baseline", str(file), "--write-baseline") == 2
    assert file.read_text("utf-8") == "mine"
    assert "--update-baseline" in capsys.readouterr().err


def test_what_was_not_checked_facts_is_not_mended(mybase: Path) -> None:
    text = mybase / TEXT
    sound = text.read_text("utf-8")
    text.write_text(sound.replace("two years", "six years"), "utf-8")
    baseline = Baseline.of(kb.check(mybase))
    assert {entry.code for entry in baseline.entries} >= {"FC921"}
    text.unlink()
    without = kb.check(mybase)
    assert without.findings == ()
    assert kb.shrink(baseline, without) == baseline
    assert kb.compare(without, baseline).fixed == 0
    text.write_text(sound, "utf-8")
    assert kb.shrink(baseline, kb.check(mybase)).entries == ()


def test_a_check_that_stopped_mends_nothing_and_makes_no_baseline(mybase: Path) -> None:
    file = mybase / "baseline.json"
    drop(mybase, "    fc:kind fc:Denial ;\n")
    assert check(mybase, "--baseline", str(file), "--write-baseline") == 0
    before = file.read_bytes()
    (mybase / CLAIMS).write_text("no Turtle", "utf-8")
    assert check(mybase, "--baseline", str(file), "--update-baseline") == 3
    assert file.read_bytes() == before
    file.unlink()
    assert check(mybase, "--baseline", str(file), "--write-baseline") == 2
    assert not file.exists()


def test_as_many_as_were_known_are_known(mybase: Path) -> None:
    finding = Finding("FC001", "violation", "one", focus="urn:x")
    two = kb.Report((finding, finding), exit_code=1)
    baseline = Baseline.of(kb.Report((finding,), exit_code=1))
    assert [f.state for f in kb.compare(two, baseline).findings] == ["new", "known"]
    assert kb.compare(two, baseline).exit_code == 1
    assert kb.compare(two, Baseline.of(two)).exit_code == 0
    assert kb.shrink(Baseline.of(two), kb.Report((finding,), exit_code=1)) == baseline


def test_rules_on_waivers_and_floors_are_never_known() -> None:
    findings = tuple(Finding(code, "violation", "x", focus="urn:x") for code in ("FC962", "FC971"))
    report = kb.Report(findings, exit_code=1)
    assert Baseline.of(report).entries == ()
    forged = Baseline(tuple(Entry(f.code, f.focus, f.fingerprint, f.message) for f in findings))
    assert kb.compare(report, forged).exit_code == 1


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("{\n  ]", ":2:3"),
        ("[]", ""),
        ('{"findings": [{"code": "FC001"}]}', ""),
        ('{"findings": [{"code": "FC001", "focus": "", "fingerprint": "x", "message": "", "count": "2"}]}', ""),
        ('{"findings": [{"code": "FC001", "focus": "", "fingerprint": "x", "message": "", "count": 0}]}', ""),
        ("[" * 100_000, ""),
        ("\udcff", ""),
        (None, ""),
    ],
)
def test_what_is_no_baseline_is_exit_3(
    mybase: Path, content: str | None, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = mybase / "baseline.json"
    if content is not None:
        file.write_text(content, "utf-8", errors="surrogateescape")
    assert check(mybase, "--baseline", str(file)) == 3
    assert f"{file}{where}: " in capsys.readouterr().err


@pytest.mark.parametrize("flag", ["--update-baseline", "--write-baseline"])
def test_a_flag_without_a_file_is_a_usage_error(mybase: Path, flag: str) -> None:
    assert check(mybase, flag) == 2


def test_the_file_is_canonical(mybase: Path) -> None:
    drop(mybase, "    fc:kind fc:Denial ;\n")
    drop(mybase, "    oa:end 58 ;\n")
    report = kb.check(mybase)
    data = Baseline.of(report).data()
    turned = kb.Report(tuple(reversed(report.findings)), exit_code=1)
    assert Baseline.of(turned).data() == data
    entries = json.loads(data)["findings"]
    assert [e["code"] for e in entries] == sorted(e["code"] for e in entries)
    assert all(set(entry) == {"code", "count", "fingerprint", "focus", "message"} for entry in entries)
    assert data.endswith(b"}\n")
