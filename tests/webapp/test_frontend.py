"""The scripts that have dependencies: what they are made of, and what `make` says where they cannot be made."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import kb
from tests.support.paths import ROOT
from webapp.pages.scripts import BUILT, built_scripts

FRONTEND = ROOT / "webapp/frontend"
MODULES = FRONTEND / "node_modules/codemirror-lang-sparql"
STATIC = ROOT / "webapp/static"
TOOLS = (
    "sh",
    "cat",
    "cksum",
    "dirname",
    "env",
    "find",
    "grep",
    "head",
    "ls",
    "mkdir",
    "pwd",
    "rm",
    "sed",
    "sort",
    "uname",
)

pytestmark = pytest.mark.skipif(not (ROOT / ".ci/frontend").is_file(), reason="no checkout: nothing is built from here")
posix = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")
built = pytest.mark.skipif(
    not built_scripts(STATIC), reason="no script was built (make builds them where there is npm)"
)


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


# --- what is declared ------------------------------------------------------------------------------------


def test_the_lock_file_names_no_host_and_every_digest() -> None:
    text = (FRONTEND / "package-lock.json").read_text("utf-8")
    assert "://" not in text
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}
    assert len(packages) > 10
    assert [name for name, entry in packages.items() if not entry["integrity"].startswith("sha512-")] == []


def test_packages_are_asked_for_by_exact_version() -> None:
    asked = read(FRONTEND / "package.json")
    locked = read(FRONTEND / "package-lock.json")["packages"]
    for name, version in {**asked["dependencies"], **asked["devDependencies"]}.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert locked[f"node_modules/{name}"]["version"] == version


@built
def test_the_manifest_tells_the_truth() -> None:
    folder = STATIC / BUILT
    manifest = read(folder / "manifest.json")
    assert {path.name for path in folder.iterdir()} == {*manifest["files"], "manifest.json"}
    for name, digest in manifest["files"].items():
        assert digest == "sha256:" + hashlib.sha256((folder / name).read_bytes()).hexdigest(), name
    locked = read(FRONTEND / "package-lock.json")["packages"]
    licences = (folder / "LICENSES.txt").read_text("utf-8")
    assert "codemirror-lang-sparql" in {package["name"] for package in manifest["packages"]}
    for package in manifest["packages"]:
        name = package["name"]
        assert locked[f"node_modules/{name}"]["integrity"] == package["digest"]
        assert f"\n{name} {package['version']} ({package['licence']})\n" in licences
        assert package["licence"] in ("MIT", "ISC", "Apache-2.0", "BSD-3-Clause"), f"{name}: may the wheel carry it?"
    assert licences.count("Permission is hereby granted") + licences.count("Permission to use, copy") > 10


@built
def test_each_source_has_its_script() -> None:
    assert built_scripts(STATIC) >= {path.stem for path in (FRONTEND / "src").glob("*.js")}


PLACES = {
    "": "outside",
    "PREFIX ": "prefix",
    "PREFIX fc: ": "outside",
    "PREFIX fc: <http://": None,
    "SELECT ?x ": "outside",
    "DESCRIBE ": "subject",
    "SELECT * {} ORDER ": "outside",
    "SELECT * { ": "subject",
    "SELECT * { # a remark: ": None,
    "SELECT * { # a remark\n": "subject",
    "SELECT * { ?x fc:p 'some ": None,
    "SELECT * { ?x fc:p 'some' ": "end",
    "SELECT * { ?x ": "predicate",
    "SELECT * { ?x a fc:Claim, fc:Rumour ; fc:p ?y . ?y a fc:Citation . ?x ": "predicate fc:Claim fc:Rumour",
    "SELECT * { [ a fc:Claim ; ": "predicate fc:Claim",
    "CONSTRUCT { ?x rdf:type fc:Claim ; ": "predicate fc:Claim",
    "SELECT * { ?x a ": "object a",
    "SELECT * { ?x fc:p ?y ; fc:q # a remark\n": "object fc:q",
    "SELECT * { ?x fc:p ?y, ": "object fc:p",
    "SELECT * { ?x fc:p/fc:q* ": "object fc:q",
    "SELECT * { ?x ^fc:p ": "object",
    "SELECT * { ?x (fc:p|fc:q) ": "object",
    "CONSTRUCT { ?x ?p ": "object",
    "SELECT * { ?x fc:p ( ": "object fc:p",
    "SELECT * { ?x fc:p ?y ": "end",
    "SELECT * { GRAPH ?g ": "end",
    "SELECT * { FILTER ": "expression",
    "SELECT * { FILTER(LANG(?x) ": "expression",
    "SELECT * { BIND(?x ": "expression",
    "SELECT * { VALUES ?x { ": "values",
    "SELECT * { VALUES (?x ?y) { (fc:a ": "values",
    "SELECT * { { SELECT ?x { ?x ?y ?z } ": "outside",
    "SELECT * { { SELECT ?x { ?x ?y ?z } GROUP ": "outside",
    "SELECT * { ?x fc:p . ?y fc:q ": "object fc:q",
}


@pytest.mark.skipif(not MODULES.is_dir(), reason="no packages here (make fetches them where there is npm)")
def test_what_may_follow_an_unfinished_text_is_told() -> None:
    script = """
      import { follows } from "./src/parts/syntax.js";
      const told = (found) => found && Object.values(found).flat().join(" ").trim();
      console.log(JSON.stringify(JSON.parse(process.argv[1]).map((text) => told(follows(text)))));
    """
    command = ["node", "--input-type=module", "-e", script, json.dumps(list(PLACES))]
    done = subprocess.run(command, cwd=FRONTEND, capture_output=True, text=True, check=True)
    assert dict(zip(PLACES, json.loads(done.stdout), strict=True)) == PLACES


def test_a_broken_list_of_scripts_is_an_error_that_helps(tmp_path: Path) -> None:
    (tmp_path / BUILT).mkdir()
    (tmp_path / BUILT / "manifest.json").write_text("{", "utf-8")
    with pytest.raises(kb.InputError, match="list of built scripts") as caught:
        built_scripts(tmp_path)
    assert "make" in str(caught.value.help)


# --- what make says --------------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The build and its sources alone, and tools of which none is npm."""
    target = tmp_path / "checkout"
    ignored = shutil.ignore_patterns("node_modules")
    shutil.copytree(FRONTEND, target / "webapp/frontend", ignore=ignored)
    (target / "webapp/static").mkdir()
    (target / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/frontend", target / ".ci")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        if found:
            (tools / name).symlink_to(found)
    return target


def stand_in(checkout: Path, name: str, script: str) -> None:
    path = checkout.parent / "tools" / name
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)


def frontend(checkout: Path) -> subprocess.CompletedProcess[str]:
    env = {"PATH": str(checkout.parent / "tools"), "HOME": str(checkout.parent / "no-home")}
    return subprocess.run([checkout / ".ci/frontend"], env=env, capture_output=True, text=True, cwd=checkout.parent)


@posix
def test_without_npm_it_says_so_and_goes_on(checkout: Path) -> None:
    done = frontend(checkout)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"factcite: the query page will be a plain form: there is no npm here.*\n", done.stdout)
    assert not (checkout / "webapp/static" / BUILT).exists()


@posix
@built
def test_what_was_built_from_the_same_files_is_left_alone(checkout: Path) -> None:
    target = checkout / "webapp/static" / BUILT
    shutil.copytree(STATIC / BUILT, target)
    done = frontend(checkout)
    if done.stdout:
        pytest.skip("the scripts here were built from other files: run make")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (target / "manifest.json").read_bytes() == (STATIC / BUILT / "manifest.json").read_bytes()
    source = checkout / "webapp/frontend/src/editor.js"
    source.write_text(source.read_text("utf-8") + "\n// changed\n", "utf-8")
    assert "no npm" in frontend(checkout).stdout
    assert not target.exists(), "scripts of other sources do not fit the pages"


@posix
@pytest.mark.parametrize(
    ("code", "status"), [("ECONNREFUSED", 0), ("ETIMEDOUT", 0), ("E404", 0), ("EINTEGRITY", 1), ("EUSAGE", 1)]
)
def test_a_registry_that_does_not_answer_stops_nobody(checkout: Path, code: str, status: int) -> None:
    stand_in(checkout, "node", "exit 0")
    stand_in(checkout, "npm", f"echo 'npm error code {code}' >&2; exit 1")
    done = frontend(checkout)
    assert done.returncode == status
    said = done.stdout if status == 0 else done.stderr
    assert code in said
    assert ("plain form" in done.stdout) == (status == 0)
    assert (checkout / "build/npm-cache").is_dir(), "npm keeps what it fetches below the checkout"


@posix
def test_an_old_node_is_named(checkout: Path) -> None:
    stand_in(checkout, "node", 'case "$1" in --version) echo v12.0.0 ;; *) exit 1 ;; esac')
    stand_in(checkout, "npm", "exit 9")
    done = frontend(checkout)
    assert done.returncode == 0
    assert "Node 18 or newer" in done.stdout and "v12.0.0" in done.stdout
