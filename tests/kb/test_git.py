"""The commit in a report: which one, which files differ from it, and nothing of the repository is run for it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import kb
from kb.finding import Commit

CLAIMS = "kb/claims/mill-bridge.ttl"

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git here: no commit was looked at")


def git(folder: Path, *words: str) -> str:
    """One git command, as somebody with no settings of their own."""
    identity = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org"}
    committer = {"GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org"}
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", *words],
        cwd=folder,
        env={**os.environ, **identity, **committer, **nobody},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@pytest.fixture
def committed(mybase: Path) -> Path:
    """A base in a repository of its own."""
    git(mybase, "init", "-q")
    git(mybase, "add", ".")
    git(mybase, "commit", "-q", "-m", "first")
    return mybase


def test_without_a_repository_there_is_no_commit(mybase: Path) -> None:
    assert kb.check(mybase).commit is None


def test_a_clean_checkout_is_its_commit(committed: Path) -> None:
    assert kb.check(committed).commit == Commit(git(committed, "rev-parse", "HEAD"))


def test_changed_and_new_files_are_named(committed: Path) -> None:
    path = committed / CLAIMS
    path.write_bytes(path.read_bytes().replace(b"    fc:kind fc:Denial ;\n", b""))
    (committed / "kb" / "more.ttl").write_text("# nothing yet\n", "utf-8")
    commit = kb.check(committed).commit
    assert commit is not None and commit.differing == (CLAIMS, "kb/more.ttl")
    git(committed, "add", ".")
    git(committed, "commit", "-q", "-m", "second")
    again = kb.check(committed).commit
    assert again is not None and again.differing == () and again.name != commit.name


def test_nothing_of_the_repository_is_run(committed: Path) -> None:
    trap = committed / "trap.sh"
    trap.write_text("#!/bin/sh\ntouch sprung\n", "utf-8")
    trap.chmod(0o755)
    git(committed, "config", "core.fsmonitor", str(trap))
    git(committed, "config", "filter.x.clean", str(trap))
    (committed / ".gitattributes").write_text("*.ttl filter=x\n", "utf-8")
    (committed / CLAIMS).touch()
    commit = kb.check(committed).commit
    assert commit is not None and not (committed / "sprung").exists()


def test_the_repository_that_a_hook_works_for_is_not_taken_for_this_one(
    committed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    git(other, "commit", "-q", "--allow-empty", "-m", "other")
    mine = git(committed, "rev-parse", "HEAD")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    commit = kb.check(committed).commit
    assert commit is not None and commit.name == mine


def test_a_repository_without_a_commit_has_none(mybase: Path) -> None:
    git(mybase, "init", "-q")
    assert kb.check(mybase).commit is None


def test_without_git_there_is_no_commit(committed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert kb.check(committed).commit is None


def test_a_deleted_file_differs(committed: Path) -> None:
    (committed / "shapes" / "article.ttl").unlink()
    (committed / CLAIMS).with_name("gone.txt").write_text("not read by a check", "utf-8")
    commit = kb.check(committed).commit
    assert commit is not None and commit.differing == ("shapes/article.ttl",)


def test_a_base_below_the_top_of_a_repository_has_its_commit(mybase: Path) -> None:
    top = mybase.parent
    git(top, "init", "-q")
    git(top, "add", ".")
    git(top, "commit", "-q", "-m", "first")
    assert kb.check(mybase).commit == Commit(git(top, "rev-parse", "HEAD"))
    (mybase / CLAIMS).unlink()
    commit = kb.check(mybase).commit
    assert commit is not None and commit.differing == (CLAIMS,)


def test_a_repository_hidden_in_a_folder_of_the_base_is_not_asked(committed: Path) -> None:
    """A pull request can contain a bare repository, with a configuration that runs programs."""
    git(committed.parent, "init", "-q", "--bare", str(committed / "bare"))
    for path in (committed / "bare").iterdir():
        path.rename(committed / path.name)
    (committed / "trap.sh").write_text("#!/bin/sh\ntouch sprung\n", "utf-8")
    (committed / "trap.sh").chmod(0o755)
    config = f"[core]\n\tbare = true\n\tfsmonitor = {committed / 'trap.sh'}\n"
    (committed / "config").write_text(config, "utf-8")
    mine = git(committed, "--git-dir=.git", "rev-parse", "HEAD")
    commit = kb.check(committed).commit
    assert commit is not None and commit.name == mine and not (committed / "sprung").exists()
