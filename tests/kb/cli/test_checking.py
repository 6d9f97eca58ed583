"""`kb check` and `kb explain` from outside: formats, files, times, paths, colour."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import kb
from kb.cli.main import main

CLAIMS = "kb/claims/mill-bridge.ttl"
START = {
    "text": "tools ",
    "json": "{",
    "turtle": "@prefix",
    "sarif": "{",
    "junit": "<?xml",
    "github": "::error file=",
    "markdown": "## ",
    "html": "<!doctype html>",
}


@pytest.fixture
def broken(mybase: Path) -> Path:
    """A base with one finding."""
    path = mybase / CLAIMS
    path.write_text(path.read_text("utf-8").replace("    fc:kind fc:Denial ;\n", ""), "utf-8")
    return mybase


def said(capfd: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    """What a command prints."""
    assert main([*words]) == code
    return capfd.readouterr().out


def test_every_format_is_offered_and_told_apart(broken: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert set(START) == set(kb.REPORT_FORMATS)
    for name, start in START.items():
        text = said(capfd, "check", "--home", str(broken), "--format", name, code=1)
        assert text.startswith(start) and "FC324" in text, name


def test_one_run_writes_many_reports(broken: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    words = ["check", "--home", str(broken), "--quiet", "--also", "github=-"]
    for name in START:
        words += ["--also", f"{name}={tmp_path / name}"]
    text = said(capfd, *words, code=1)
    assert text.index("error[FC324]") < text.index("result ") < text.index("::error file=")
    started = set()
    for name, start in START.items():
        content = (tmp_path / name).read_text("utf-8")
        assert content.startswith("error[" if name == "text" else start) and "FC324" in content
        started |= set(re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", content))
    assert len(started) <= 2, "one run, so one start (and one end)"
    assert ElementTree.parse(tmp_path / "junit").getroot().get("failures") == "1"


@pytest.mark.parametrize("given", ["html", "html=", "=x", "pdf=x"])
def test_what_is_no_format_and_file_is_refused_before_the_check(
    broken: Path, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--home", str(broken), "--also", given]) == 2
    assert "--also FORMAT=FILE" in capsys.readouterr().err


def test_a_report_that_cannot_be_written_is_no_pass(mybase: Path, tmp_path: Path) -> None:
    assert main(["check", "--home", str(mybase), "--also", f"html={tmp_path / 'no' / 'report.html'}"]) == 3


@pytest.mark.parametrize("name", START)
def test_without_the_time_the_same_base_gives_the_same_bytes(
    broken: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ["check", "--home", str(broken), "--format", name, "--no-time"]
    assert said(capfd, *words, code=1) == said(capfd, *words, code=1)


def test_a_given_epoch_is_the_time(
    broken: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1893456000")
    words = ["check", "--home", str(broken), "--format", "json"]
    first = said(capfd, *words, code=1)
    assert json.loads(first)["time"] == {"started": "2030-01-01T00:00:00Z", "seconds": None}
    assert said(capfd, *words, code=1) == first


def test_the_time_is_told_in_utc(mybase: Path, capfd: pytest.CaptureFixture[str]) -> None:
    time = json.loads(said(capfd, "check", "--home", str(mybase), "--format", "json"))["time"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time["started"]) and time["seconds"] > 0


def test_paths_start_from_the_source_root(broken: Path, capfd: pytest.CaptureFixture[str]) -> None:
    words = ["check", "--home", str(broken), "--format", "github"]
    assert f"file={CLAIMS}," in said(capfd, *words, code=1)
    assert f"file={broken.name}/{CLAIMS}," in said(capfd, *words, "--source-root", str(broken.parent), code=1)
    assert main([*words, "--source-root", str(broken / "kb")]) == 2
    assert "is not below" in capfd.readouterr().err


def at_a_terminal(base: Path, **environment: str) -> str:
    """What `kb check` prints at a terminal."""
    ours, theirs = pytest.importorskip("pty", reason="no terminals of this kind here").openpty()
    clean = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM")}
    process = subprocess.Popen(
        [sys.executable, "-m", "kb.cli", "check", "--quiet", "--home", str(base)],
        stdout=theirs,
        stdin=subprocess.DEVNULL,
        env={**clean, "TERM": "xterm", "PYTHONPATH": str(kb.find_home().root), **environment},
    )
    os.close(theirs)
    text = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        text += part
    os.close(ours)
    assert process.wait(60) == 1
    return text.decode("utf-8")


def test_colour_at_a_terminal_only_and_only_while_nobody_says_no(
    broken: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert "\x1b[31m" in at_a_terminal(broken)
    assert "\x1b" not in at_a_terminal(broken, NO_COLOR="1")
    assert "\x1b" not in at_a_terminal(broken, TERM="dumb")
    assert "\x1b" not in said(capfd, "check", "--home", str(broken), code=1)


def test_quiet_leaves_files_and_rules_out(broken: Path, capfd: pytest.CaptureFixture[str]) -> None:
    whole = said(capfd, "check", "--home", str(broken), code=1)
    quiet = said(capfd, "check", "--home", str(broken), "--quiet", code=1)
    assert whole.endswith(quiet) and "FC001 10" in whole and "FC001 10" not in quiet
    for name in ("shapes/claim.ttl", "corpus/mill-bridge.ttl"):
        assert name in whole and name not in quiet


def test_explain_says_what_why_wrong_right_and_how(capfd: pytest.CaptureFixture[str]) -> None:
    text = said(capfd, "explain", "fc324")
    assert text.startswith("FC324  error  CitationKind\n")
    titles = [line for line in text.splitlines() if line and not line.startswith(" ")][1:]
    assert titles == ["What it checks", "Why", "Wrong", "Right", "How to fix it", "Also"]
    assert "    at the path fc:kind\n" in text and "    cite:old-bridge-1-1 fc:kind fc:Factual .\n" in text


def test_explain_lists_every_rule(capfd: pytest.CaptureFixture[str]) -> None:
    lines = said(capfd, "explain").splitlines()
    assert [line.split()[0] for line in lines] == [rule.code for rule in kb.rules()]


def test_explain_knows_the_rules_of_a_base_of_one_s_own(mybase: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = mybase / "shapes" / "claim.ttl"
    path.write_text(path.read_text("utf-8").replace('"FC203"', '"FC888"'), "utf-8")
    assert "rdf:subject" in said(capfd, "explain", "FC888", "--home", str(mybase))
    assert main(["explain", "FC203", "--home", str(mybase)]) == 2
    assert "kb explain lists every rule" in capfd.readouterr().err


def test_explain_spells_hostile_text_out(mybase: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = mybase / "shapes" / "claim.ttl"
    text = path.read_text("utf-8")
    at = text.index('fc:why "', text.index('"FC203"')) + len('fc:why "')
    path.write_text(text[:at] + "\\u001B[31m\\u202E" + text[at:], "utf-8")
    shown = said(capfd, "explain", "FC203", "--home", str(mybase))
    assert "\x1b" not in shown and "\\u001b[31m" in shown
