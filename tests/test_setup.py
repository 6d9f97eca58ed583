"""What a fresh machine meets first: pinned packages, an installer that says what is missing, one version."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import kb
from tests.support.paths import ROOT
from tests.support.serving import free_port

PINS = {name: ROOT / ".ci" / f"{name}.txt" for name in ("constraints", "constraints-test")}

pytestmark = pytest.mark.skipif(not (ROOT / ".ci").is_dir(), reason="no checkout: nothing is set up from here")


def entries(path: Path) -> list[str]:
    """The entries of a pins file, continuation lines joined, comments left out."""
    text = re.sub(r"^#.*\n", "", path.read_text("utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def pins(path: Path) -> dict[str, str]:
    """Package name to pinned version."""
    found = (re.match(r"([A-Za-z0-9._-]+)==(\S+)", entry) for entry in entries(path))
    return {canonicalize_name(match[1]): match[2] for match in found if match}


def groups() -> dict[str, list[str]]:
    """What pyproject.toml asks for, by group."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return {"run": project["project"]["dependencies"], **project["dependency-groups"]}


@pytest.mark.parametrize("name", PINS)
def test_every_package_is_pinned_by_version_and_digest_and_no_host_is_named(name: str) -> None:
    entry = re.compile(r"[a-z0-9._-]+==[A-Za-z0-9.+!]+( ; [^-]+)?( --hash=sha256:[0-9a-f]{64})+")
    found = [line for line in entries(PINS[name]) if line != "-r constraints.txt"]
    assert len(found) > 10
    assert [line[:80] for line in found if not entry.fullmatch(line)] == []
    assert "://" not in PINS[name].read_text("utf-8")


@pytest.mark.parametrize(("group", "files"), [
    ("run", ["constraints"]),
    ("build", ["constraints"]),
    ("test", ["constraints", "constraints-test"]),
    ("lint", ["constraints", "constraints-test"]),
])  # fmt: skip
def test_the_pins_are_what_the_project_asks_for(group: str, files: list[str]) -> None:
    pinned = {name: version for file in files for name, version in pins(PINS[file]).items()}
    for text in groups()[group]:
        wanted = Requirement(text)
        assert wanted.specifier.contains(pinned[canonicalize_name(wanted.name)]), text


def test_no_package_is_pinned_twice() -> None:
    assert set(pins(PINS["constraints"])) & set(pins(PINS["constraints-test"])) == set()


def test_every_dependency_has_its_reason_beside_it() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    for line in text.splitlines():
        if re.match(r' *"[a-z0-9-]+[>=<].*",', line):
            assert re.search(r"#\s+\S+ \S+", line), line


def test_the_newest_change_is_of_this_version() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == kb.__version__


def test_actions_are_named_by_their_digest() -> None:
    for path in (ROOT / ".github/workflows").glob("*.yml"):
        text = path.read_text("utf-8")
        assert re.search(r"^permissions: \{\}$", text, re.MULTILINE)
        for action in re.findall(r"uses: (.*)", text):
            assert re.fullmatch(r"\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
@pytest.mark.parametrize(
    ("words", "command"),
    [
        (("serve", "PORT=8001"), "kb serve --port 8001 \n"),
        (("serve", "PORT=8001", "WATCH=1"), "kb serve --port 8001 --watch\n"),
        (("fuzz", "SEED=7", "CASES=5"), "tests.players.fuzz_drift --seed 7 --cases 5 "),
        (("fuzz",), f"tests.players.fuzz_gate --seed {datetime.datetime.now(datetime.UTC):%y%m}"),
    ],
)
def test_make_passes_on_what_it_is_told(words: tuple[str, ...], command: str) -> None:
    done = subprocess.run(["make", "--dry-run", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    assert command in done.stdout


def test_every_word_that_a_workflow_says_to_make_is_in_its_help() -> None:
    help = (ROOT / "Makefile").read_text("utf-8")
    said = {
        word
        for path in (ROOT / ".github/workflows").glob("*.yml")
        for word in re.findall(r"run: make (\w+)", path.read_text("utf-8"))
    }
    assert said >= {"test", "lint", "check", "fuzz"}
    assert all(f'"make {word} ' in help for word in said)


@pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")
@pytest.mark.parametrize(
    ("python", "said"),
    [
        (
            'case "$*" in *print*) echo 3.9 ;; *) exit 1 ;; esac',
            "Python 3.11 or newer is needed; found only {python}=3.9",
        ),
        ('case "$*" in *ensurepip*) exit 1 ;; *) echo 3.11 ;; esac', "cannot make a virtual environment"),
        ("exit 1", "no Python found; 3.11 or newer is needed"),
    ],
    ids=["old", "without venv", "none"],
)
def test_the_installer_says_what_is_missing(tmp_path: Path, python: str, said: str) -> None:
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    stand_in = tmp_path / "python"
    stand_in.write_text(f"#!/bin/sh\n{python}\n", "utf-8")
    stand_in.chmod(0o755)
    done = subprocess.run(
        [tmp_path / ".ci/install", "run"],
        env={**os.environ, "PYTHON": str(stand_in)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert said.format(python=stand_in) in done.stderr
    assert "help: " in done.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_a_base_that_does_not_pass_is_not_served(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT, checkout, ignore=shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "tests"))
    claims = checkout / "kb/claims/odd-bedfellows.ttl"
    claims.write_text(claims.read_text("utf-8").replace("fc:kind fc:Denial ;", ""), "utf-8")
    programs = Path(sys.executable).parent
    done = subprocess.run(
        ["make", "serve", "INSTALL=true", "FRONTEND=true", f"BIN={programs}", f"PORT={free_port()}"],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode != 0
    assert "cite:odd-bedfellows-13-3" in done.stdout
    assert "not served" in done.stderr
