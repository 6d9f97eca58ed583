"""The wheel: the same bytes every time, with the whole base in it, and of use where nothing else is."""

from __future__ import annotations

import json
import os
import shutil
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest

from kb import find_home
from kb.mutate.verdict import CAUGHT, NO_PLACE, UNSEEN
from tests.support.installed import answers
from tests.support.paths import ROOT
from tests.support.serving import free_port, page, serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (ROOT / "pyproject.toml").is_file(), reason="no checkout: there is nothing to build"),
]


def build(source: Path, folder: Path) -> Path:
    """The wheel of a checkout, built with what is installed here; no network."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    return build(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that holds the wheel, and the packages it needs, and no checkout."""
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(folder, with_pip=False)
    bin = folder / ("Scripts" if os.name == "nt" else "bin")
    python = bin / "python"
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--no-index",
        "--no-deps",
        str(wheel),
    ]
    subprocess.run(command, check=True, capture_output=True)
    purelib = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
    ).stdout.decode()
    packages = [path for path in site.getsitepackages() if Path(path).is_dir()]
    Path(purelib.strip(), "packages.pth").write_text("\n".join(packages), "utf-8")
    return bin


def environment() -> dict[str, str]:
    """What the shell knows, less what would lead back to the checkout."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "KB_"))}


def run(programs: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """One `kb` command, far from the checkout."""
    return subprocess.run(
        [programs / "kb", *words], cwd=folder, env=environment(), capture_output=True, text=True, encoding="utf-8"
    )


TYPED = """
from pathlib import Path

import kb
import webapp

reveal_type(kb.check(Path(".")).findings)
reveal_type(webapp.create_app)
kb.check(3.5)
kb.find_home().no_such_folder
"""


def test_a_type_checker_sees_the_types(programs: Path, tmp_path: Path) -> None:
    """In a program of a user, over the installed wheel: types are known, and two mistakes are errors."""
    (tmp_path / "program.py").write_text(TYPED, "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(programs / "python")]
    command += ["--cache-dir", str(tmp_path / "cache"), "program.py"]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, encoding="utf-8")
    lines = [line.partition(": ")[2] for line in done.stdout.splitlines() if line.startswith("program.py")]
    assert 'note: Revealed type is "tuple[kb.finding.Finding, ...]"' in lines, done.stdout + done.stderr
    assert any(line.startswith('note: Revealed type is "def (') and "flask.app.Flask" in line for line in lines), lines
    assert sorted(line[line.rindex("[") :] for line in lines if line.startswith("error")) == [
        "[arg-type]",
        "[attr-defined]",
    ]


def test_two_builds_are_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    again = build(ROOT, tmp_path)
    assert again.read_bytes() == wheel.read_bytes()


def test_the_whole_base_is_in_it(wheel: Path) -> None:
    home = find_home()
    assert home.root == ROOT, "this test compares with a checkout"
    data = [*home.data_files(), *home.shape_files(), *home.queries.glob("*.rq")]
    template = [path for path in (home.kb / "template").rglob("*") if path.is_file()]
    names = {path.relative_to(ROOT).as_posix() for path in [*data, *template]}
    inside = set(zipfile.ZipFile(wheel).namelist())
    moved = {name if name.startswith("kb/") else f"kb/_data/{name}" for name in names}
    assert moved - inside == set()


def test_a_reader_s_own_copies_are_not_in_it(tmp_path: Path) -> None:
    source = tmp_path / "checkout"
    ignored = shutil.ignore_patterns(".*", "__pycache__", "build", "dist")
    shutil.copytree(ROOT, source, ignore=ignored)
    (source / "corpus/texts").mkdir(exist_ok=True)
    (source / "corpus/texts/mine.txt").write_text("A copy.", "utf-8")
    inside = zipfile.ZipFile(build(source, tmp_path / "dist")).namelist()
    assert not [name for name in inside if name.startswith("kb/_data/corpus/texts")]


def test_what_make_built_is_in_it_and_what_it_was_built_from_is_not(tmp_path: Path) -> None:
    """Built scripts are in no commit, so the list of what is kept out of git must not keep them out of the wheel."""
    source = tmp_path / "checkout"
    ignored = shutil.ignore_patterns(".venv", ".git", "__pycache__", "build", "dist", "built", "node_modules")
    shutil.copytree(ROOT, source, ignore=ignored)
    bare = zipfile.ZipFile(build(source, tmp_path / "bare")).namelist()
    assert not [name for name in bare if "/built/" in name], "the wheel is whole without them"
    for name in ("webapp/static/built/editor.js", "webapp/frontend/node_modules/x/index.js"):
        (source / name).parent.mkdir(parents=True)
        (source / name).write_text("export {};\n", "utf-8")
    full = zipfile.ZipFile(build(source, tmp_path / "full")).namelist()
    assert set(full) - set(bare) == {"webapp/static/built/editor.js"}
    assert not [name for name in full if name.startswith("webapp/frontend")]
    assert {"webapp/static/ask.js", "webapp/static/site.css", "webapp/endpoint/openapi.json"} <= set(full)


def test_an_installed_wheel_checks_the_base_it_carries(programs: Path, tmp_path: Path) -> None:
    here = subprocess.run([sys.executable, "-m", "kb.cli", "check", "--format", "json"], capture_output=True)
    there = run(programs, tmp_path, "check", "--format", "json")
    assert there.returncode == here.returncode == 0, there.stdout + there.stderr
    assert json.loads(there.stdout)["checked"] == json.loads(here.stdout)["checked"]


def test_an_installed_wheel_runs_from_the_wheel(programs: Path, tmp_path: Path) -> None:
    command: list[str | Path] = [programs / "python", "-c", "import kb, webapp; print(kb.__file__, webapp.__file__)"]
    found = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert str(ROOT) not in found
    assert found.count(str(programs.parent)) == 2


def installed(programs: Path, folder: Path, word: str) -> Any:
    """What `tests.support.installed` finds where the wheel is installed."""
    command: list[str | Path] = [programs / "python", "-I", ROOT / "tests/support/installed.py", word]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_an_installed_wheel_answers_every_saved_question(programs: Path, tmp_path: Path) -> None:
    here = answers()
    assert here
    assert installed(programs, tmp_path, "answers") == here
    name = next(iter(here))
    assert run(programs, tmp_path, "query", name, "--format", "csv").stdout == here[name].replace("\r\n", "\n")


def test_an_installed_wheel_makes_a_base_that_passes(programs: Path, tmp_path: Path) -> None:
    made = run(programs, tmp_path, "init", "mybase")
    assert made.returncode == 0, made.stderr
    checked = run(programs, tmp_path, "check", "--home", "mybase", "--format", "json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    citations = json.loads(checked.stdout)["checked"]["citations"]
    assert citations["total"] == citations["exact"] > 0


def test_an_installed_wheel_breaks_the_example_it_carries(programs: Path, tmp_path: Path) -> None:
    (checkout,) = (ROOT / "kb" / "mutate").glob("*.txt")
    ways = sum(line.count("|") >= 4 and not line.startswith("#") for line in checkout.read_text("utf-8").splitlines())
    found = installed(programs, tmp_path, "breaks")
    assert found["operators"] > ways > 200
    assert CAUGHT in found["states"] and set(found["states"]) <= {CAUGHT, UNSEEN, NO_PLACE}


def test_an_installed_wheel_serves_the_base_it_carries(programs: Path, tmp_path: Path) -> None:
    port = free_port()
    with serving(f"'{programs}/kb' serve --port {port}", folder=tmp_path, port=port, env=environment()) as said:
        front, data = page(port), page(port, "/kb.ttl")
    assert "<h1" in front, said[0]
    assert "fc:Claim" in data
