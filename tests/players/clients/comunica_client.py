"""Comunica on Node.js against `kb serve`: found by itself and told what it is, six questions each, and two at once.

    python -m tests.players.clients.comunica_client

It is installed with npm, as its lock file says, into `build/clients`, which git does not see. Without npm, or where
npm cannot get it, nothing is asked, and that is said.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import kb
from tests.players.clients.asked import (
    ASK,
    CONSTRUCT,
    COUNT,
    DESCRIBE,
    OPTIONAL,
    SELECT,
    Expected,
    Outcome,
    differs,
    invented,
    report,
    server,
)

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "build" / "clients"
FILES = ("package.json", "package-lock.json", ".npmrc", "comunica.mjs")
SECONDS = 600
FORMS = {
    "SELECT": ("table", SELECT),
    "ASK": ("ask", ASK),
    "CONSTRUCT": ("graph", CONSTRUCT),
    "DESCRIBE": ("graph", DESCRIBE),
    "join and count": ("table", COUNT),
    "OPTIONAL, FILTER and ORDER BY": ("table", OPTIONAL),
}
TWO = "two endpoints at once"
SOURCES: Mapping[str, Mapping[str, str]] = {"found by itself": {}, "told what it is": {"type": "sparql"}}


class Missing(Exception):
    """What is needed is not here; says what."""


def install(build: Path = BUILD) -> Path:
    """Have Comunica in a folder, as the lock file says; the folder.

    Raises:
        Missing: no node, no npm, or npm cannot get it.
    """
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise Missing("no Node.js with npm here")
    build.mkdir(parents=True, exist_ok=True)
    lock, done = (HERE / "package-lock.json").read_bytes(), build / "installed-lock.json"
    for name in FILES:
        shutil.copy(HERE / name, build / name)
    if done.is_file() and done.read_bytes() == lock:
        return build
    try:
        run = subprocess.run([npm, "ci"], cwd=build, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise Missing(f"npm ci took longer than {SECONDS} seconds") from None
    if run.returncode:
        raise Missing("npm ci cannot get it: " + (run.stderr.strip().splitlines() or [""])[0])
    done.write_bytes(lock)
    return build


def questions(endpoint: str, other: str) -> list[dict[str, Any]]:
    """What it is asked: 13 questions."""
    asked: list[dict[str, Any]] = [
        {"name": f"{name}, {how}", "form": form, "query": sparql, "sources": [{**kind, "value": endpoint}]}
        for how, kind in SOURCES.items()
        for name, (form, sparql) in FORMS.items()
    ]
    both = [{"type": "sparql", "value": address} for address in (endpoint, other)]
    return [*asked, {"name": TWO, "form": "table", "query": SELECT, "sources": both}]


def judge(name: str, found: Any, wanted: Expected, other: Expected) -> str:
    """What is wrong with an answer; empty where nothing is."""
    form = name.partition(",")[0]
    if form in ("SELECT", TWO):
        rows = wanted.rows | other.rows if form == TWO else wanted.rows
        return differs({(row["claim"], row["says"]) for row in found}, rows) or differs(len(found), len(rows))
    if form == "join and count":
        return differs(found, [{"n": str(wanted.asserted)}])
    right = {"ASK": wanted.truth, "CONSTRUCT": wanted.constructed, "DESCRIBE": wanted.described}
    return differs(len(found), wanted.optional) if form.startswith("OPTIONAL") else differs(found, right[form])


def ask(build: Path, asked: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """What came back, by the name of the question."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "questions.json")
        file.write_text(json.dumps(asked), "utf-8")
        environment = {**os.environ, "NODE_ENV": "production"}
        command = ["node", str(build / "comunica.mjs"), str(file)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, env=environment)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    return {line["name"]: line for line in lines}


def play(build: Path) -> list[Outcome]:
    """Every question; the second endpoint serves the base of this repository."""
    real = kb.find_home().root
    with invented() as home, server(home) as endpoint, server(real) as second:
        asked = questions(endpoint, second)
        found = ask(build, asked)
        wanted, other = Expected.of(home), Expected.of(real)
    outcomes = []
    for name in (question["name"] for question in asked):
        line = found.get(name, {"problem": "no answer"})
        outcomes.append(Outcome(name, line.get("problem") or judge(name, line["found"], wanted, other)))
    return outcomes


def main() -> int:
    """Print the table; 0 where everything passed, 1 where something failed or nothing could be asked."""
    try:
        build = install()
    except Missing as missing:
        print(f"NOTHING WAS ASKED: {missing}")
        return 1
    outcomes = play(build)
    print(report("Comunica", outcomes))
    return any(each.problem for each in outcomes)


if __name__ == "__main__":
    sys.exit(main())
