"""What other people's bases run: the hooks, the action and the recipes, each command run as it is written."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import kb
from tests.support.paths import ROOT

ACTION = ROOT / ".github/action.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
RECIPES = ROOT / ".github/recipes.md"
CLAIMS = "kb/claims/mill-bridge.ttl"
KIND = "    fc:kind fc:Denial ;\n"

pytestmark = [
    pytest.mark.skipif(not HOOKS.is_file(), reason="no checkout: nothing is offered from here"),
    pytest.mark.skipif(os.name == "nt", reason="the steps are shell scripts"),
]


def hooks() -> dict[str, dict[str, str]]:
    """Every hook: id to its fields (the file is flat, one field a line)."""
    parts = HOOKS.read_text("utf-8").split("\n- ")[1:]
    found = [dict(re.findall(r"^ *(\w+): (.*)$", part, re.MULTILINE)) for part in parts]
    return {hook["id"]: hook for hook in found}


def step(name: str) -> str:
    """The script of a step of the action."""
    text = ACTION.read_text("utf-8")
    block = next(part for part in text.split("\n    - ")[1:] if f"name: {name}" in part)
    found = re.search(r"^      run: \|\n((?:        .*\n|\n)+)", block + "\n", re.MULTILINE)
    if found is None:
        return str(re.findall(r"^      run: (.*)$", block, re.MULTILINE)[0])
    return "\n".join(line[8:] for line in found[1].splitlines())


def environment(folder: Path, **more: str) -> dict[str, str]:
    """What a runner gives to a step, with the `kb` of this Python."""
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "RUNNER_TEMP": str(folder / "temp"),
        "GITHUB_WORKSPACE": str(folder),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "FACTCITE_BIN": str(Path(sys.executable).parent),
        **more,
    }


def run_check(folder: Path, **inputs: str) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """The step that checks: what it said, and its outputs."""
    (folder / "temp").mkdir(exist_ok=True)
    given = environment(folder, **{"BASE": "mybase", "TEXTS": "", "BASELINE": "", **inputs})
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step("Check the base")]
    done = subprocess.run(words, cwd=folder, env=given, capture_output=True, text=True)
    lines = (folder / "output").read_text("utf-8").splitlines()
    return done, dict(line.split("=", 1) for line in lines)


def break_base(base: Path) -> None:
    """One finding, FC324."""
    path = base / CLAIMS
    path.write_text(path.read_text("utf-8").replace(KIND, "", 1), "utf-8")


# --- the action ----------------------------------------------------------------------------------------------


def test_the_action_keeps_every_report_and_the_exit_code(mybase: Path) -> None:
    break_base(mybase)
    done, outputs = run_check(mybase.parent)
    assert done.returncode == 0, "the step goes on, so that the reports are kept; the last step fails"
    assert outputs["exit-code"] == "1"
    reports = Path(outputs["reports"])
    assert sorted(path.name for path in reports.iterdir()) == [
        "report.html",
        "report.json",
        "report.sarif",
        "summary.md",
    ]
    assert outputs["sarif"] == str(reports / "report.sarif")
    assert "FC324" in (mybase.parent / "summary").read_text("utf-8")
    (annotation,) = [line for line in done.stdout.splitlines() if line.startswith("::error ")]
    assert f"file=mybase/{CLAIMS}" in annotation and "FC324" in annotation
    sarif = json.loads((reports / "report.sarif").read_text("utf-8"))
    assert f"mybase/{CLAIMS}" in json.dumps(sarif)


def test_a_sound_base_is_exit_0_and_its_text_is_found(mybase: Path) -> None:
    texts = mybase / "corpus/texts"
    texts.rename(mybase.parent / "my copies")
    done, outputs = run_check(mybase.parent, TEXTS="my copies\n")
    assert outputs["exit-code"] == "0" and "::error" not in done.stdout
    checked = json.loads((Path(outputs["reports"]) / "report.json").read_text("utf-8"))["checked"]
    assert checked["citations"]["exact"] == checked["citations"]["total"] > 0


def test_a_baseline_is_taken(mybase: Path) -> None:
    break_base(mybase)
    kb.write_baseline(mybase / "baseline.json", kb.check(mybase))
    assert run_check(mybase.parent, BASELINE="mybase/baseline.json")[1]["exit-code"] == "0"


def test_what_stops_the_command_stops_the_action(mybase: Path) -> None:
    done, outputs = run_check(mybase.parent, BASE="nowhere")
    assert (outputs["exit-code"], outputs["sarif"]) == ("3", "")
    assert "no knowledge base here" in done.stderr


@pytest.mark.parametrize("hostile", ['$(touch "$HOME/owned")', '"; touch owned; "', "`touch owned`", "--output=owned"])
def test_an_input_is_a_word_and_never_a_command(mybase: Path, hostile: str) -> None:
    for name in ("BASE", "TEXTS", "BASELINE"):
        run_check(mybase.parent, HOME=str(mybase.parent), **{name: hostile})
    assert not (mybase.parent / "owned").exists()


def test_the_last_step_fails_as_the_check_did(tmp_path: Path) -> None:
    for code in range(5):
        done = subprocess.run(["bash", "-c", step("The result")], env=environment(tmp_path, CODE=str(code)))
        assert done.returncode == code


def test_the_action_pins_what_it_uses_and_puts_no_input_into_a_script() -> None:
    text = ACTION.read_text("utf-8")
    used = re.findall(r"uses: (.*)", text.partition("\nruns:")[2])
    assert len(used) == 3
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action) for action in used)
    for name in ("Install Factcite", "Check the base", "The result"):
        assert "${{" not in step(name)
    assert "--require-hashes" in step("Install Factcite") and "--no-deps" in step("Install Factcite")
    pinned = {action.partition("@")[0]: action for action in used}
    for path in (ROOT / ".github/workflows").glob("*.yml"):
        for action in re.findall(r"uses: (.*)", path.read_text("utf-8")):
            assert pinned.get(action.partition("@")[0], action) == action, "one version of each action"


# --- a hostile pull request ----------------------------------------------------------------------------------

BACKEND = """
import zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "factcite-1-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        wheel.writestr("factcite-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: factcite\\nVersion: 1\\n")
        wheel.writestr("factcite-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        wheel.writestr("factcite-1.dist-info/RECORD", "")
    return name
"""
"""A build backend without requirements, so that the step that installs needs no network in the test."""

HOSTILE = (
    *("venv.py", "pip.py", "pip/__main__.py", "ensurepip.py", "site.py", "sitecustomize.py", "usercustomize.py"),
    *("json.py", "subprocess.py", "rdflib.py", "pyshacl.py", "pyoxigraph.py", "kb.py", "kb/__init__.py"),
    *("kb/__main__.py", "webapp/__init__.py", "hatchling.py", "setup.py", "conftest.py", "backend.py"),
)
"""Modules that a pull request adds to the workspace, hoping that Python imports them."""


def make_hostile(folder: Path) -> Path:
    """Add the modules, each of which leaves a mark when it is imported; returns the file of the marks."""
    mark = folder / "owned"
    for name in HOSTILE:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"open({str(mark)!r}, 'a').write({name!r} + '\\n')\n", "utf-8")
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n', "utf-8"
    )
    (folder / "hostile.pth").write_text(f"import os; open({str(mark)!r}, 'a').write('pth')\n", "utf-8")
    return mark


def make_source(folder: Path) -> Path:
    """A checkout of the action, with a package that needs nothing to be built."""
    action = folder / "actions/factcite/.github"
    action.mkdir(parents=True)
    source = action.parent
    (source / ".ci").mkdir()
    (source / ".ci/constraints.txt").write_text("# nothing to download in a test\n", "utf-8")
    (source / "backend.py").write_text(BACKEND, "utf-8")
    (source / "pyproject.toml").write_text(
        '[project]\nname = "factcite"\nversion = "1"\n'
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
        "utf-8",
    )
    return action


def play(folder: Path, name: str, **given: str) -> subprocess.CompletedProcess[str]:
    """A step as the runner runs it: in the workspace."""
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step(name)]
    return subprocess.run(words, cwd=folder, env=environment(folder, **given), capture_output=True, text=True)


def test_no_file_of_a_pull_request_is_run(mybase: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The base is the workspace itself, with modules named as those that the steps import."""
    runner = tmp_path_factory.mktemp("runner")
    action, marks = make_source(runner), make_hostile(mybase)
    own = {"RUNNER_TEMP": str(runner / "temp"), "GITHUB_ENV": str(runner / "environment")}
    own |= {"GITHUB_OUTPUT": str(runner / "output"), "GITHUB_STEP_SUMMARY": str(runner / "summary")}
    (runner / "temp").mkdir()
    installed = play(mybase, "Install Factcite", PYTHON=sys.executable, SOURCE=f"{action}/..", **own)
    assert installed.returncode == 0, installed.stderr
    assert (runner / "environment").read_text("utf-8").startswith(f"FACTCITE_BIN={runner}/temp/")
    checked = play(mybase, "Check the base", BASE=".", TEXTS="", BASELINE="", **own)
    assert checked.returncode == 0 and "exit-code=0" in (runner / "output").read_text("utf-8"), checked.stderr
    for hook, files in (("kb-check", ()), ("kb-fmt", (CLAIMS,))):
        assert run_hook(hook, mybase, *files).returncode == 0
    assert not marks.exists(), marks.read_text("utf-8")


def test_the_hostile_modules_work(mybase: Path) -> None:
    """Without `-I`, the first of them is imported: the test above can fail."""
    marks = make_hostile(mybase)
    subprocess.run([sys.executable, "-m", "venv", "--help"], cwd=mybase, capture_output=True)
    assert "venv.py" in marks.read_text("utf-8")


def test_no_recipe_puts_the_workspace_on_the_path_of_python() -> None:
    for file in (ACTION, RECIPES, HOOKS):
        for line in file.read_text("utf-8").splitlines():
            assert not re.search(r"python[\d.]*\"? -m ", line, re.IGNORECASE), line


# --- the hooks -----------------------------------------------------------------------------------------------


def run_hook(name: str, base: Path, *files: str) -> subprocess.CompletedProcess[str]:
    """A hook as it is run: in the repository, with the files where it takes them."""
    hook = hooks()[name]
    taken = [] if hook.get("pass_filenames") == "false" else list(files)
    words = [*shlex.split(hook["entry"]), *taken]
    return subprocess.run(words, cwd=base, env=environment(base), capture_output=True, text=True)


def test_the_check_hook_stops_a_broken_base_and_lets_a_sound_one_pass(mybase: Path) -> None:
    assert run_hook("kb-check", mybase, CLAIMS).returncode == 0
    break_base(mybase)
    done = run_hook("kb-check", mybase, CLAIMS)
    assert done.returncode == 1 and "FC324" in done.stdout


def test_the_format_hook_changes_the_files_it_is_given(mybase: Path) -> None:
    path = mybase / CLAIMS
    sound = path.read_bytes()
    path.write_bytes(sound.replace(b"    ", b"\t"))
    assert run_hook("kb-fmt", mybase, CLAIMS).returncode == 0
    assert path.read_bytes() == sound


@pytest.mark.parametrize(
    ("path", "which"),
    [
        ("kb/claims/x.ttl", {"kb-check", "kb-fmt"}),
        ("corpus/x.ttl", {"kb-check", "kb-fmt"}),
        ("kb/vocabulary.ttl", {"kb-check", "kb-fmt"}),
        ("shapes/claim.ttl", {"kb-check"}),
        ("waivers.toml", {"kb-check"}),
        ("corpus/floors.toml", {"kb-check"}),
        ("README.md", set()),
        ("other/kb/x.ttl", set()),
    ],
)
def test_a_hook_runs_for_the_files_it_is_about(path: str, which: set[str]) -> None:
    assert {name for name, hook in hooks().items() if re.search(hook["files"], path)} == which


# --- the recipes ---------------------------------------------------------------------------------------------


def commands() -> list[str]:
    """Every `kb check` and `kb diff` of the recipes, watching apart."""
    text = RECIPES.read_text("utf-8").replace('"$FACTCITE_BIN/kb"', "kb")
    found = re.findall(r"^\s*(?:- |run: ')?(kb (?:check|diff) [^'\n]*)", text, re.MULTILINE)
    return [words for words in found if "--watch" not in words]


@pytest.mark.parametrize("words", commands())
def test_every_command_of_the_recipes_works(words: str, mybase: Path) -> None:
    run = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_NAME": "x", "GIT_AUTHOR_EMAIL": "x@example.org"}
    run |= {"GIT_COMMITTER_NAME": "x", "GIT_COMMITTER_EMAIL": "x@example.org"}
    for git in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "x"], ["branch", "origin/main"]):
        subprocess.run(["git", *git], cwd=mybase, env={**os.environ, **run}, check=True)
    done = subprocess.run(
        ["bash", "-c", words], cwd=mybase, env=environment(mybase, TARGET="main"), capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()


def test_the_recipes_were_found() -> None:
    assert len(commands()) == 3
