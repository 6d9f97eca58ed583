"""How long `kb diff` takes on a big base, beside reading that base once."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import kb
from kb.cli.main import main
from kb.model.derive import standings
from tests.bench.big_base import make
from tests.bench.measure import took


def run(*words: str) -> None:
    """Run the command and throw away what it says."""
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())):
        assert main(["diff", *words]) == 0


def change(base: Path) -> None:
    """Two citations of other articles turn out to restate, one now denies, one article loses its last block."""
    claims = sorted((base / "kb/claims").glob("news-*.ttl"))
    first, second, *_ = claims
    first.write_text(first.read_text("utf-8").replace("fc:asserts", "fc:denies", 1), "utf-8")
    second.write_text(second.read_text("utf-8").rstrip().rpartition("\n\n")[0] + "\n", "utf-8")


def commit(base: Path) -> None:
    """Make the folder a repository that holds it as it is."""
    names = {f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "all")):
        subprocess.run(["git", "-C", str(base), *words], env={**os.environ, **names}, check=True)


def measure(claims: int) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        base, changed = Path(folder, "base"), Path(folder, "changed")
        make(base, claims)
        shutil.copytree(base, changed)
        change(changed)
        loaded = kb.load_kb(base)
        print(f"{len(standings(loaded.graph)):,} claims, {len(loaded.graph.triples):,} triples")
        read = took(lambda: kb.load_kb(base).graph)
        print(f"read once          {read.against(read)}")
        print(f"two folders        {took(lambda: run(str(base), str(changed))).against(read)}")
        commit(base)
        change(base)
        print(f"commit and folder  {took(lambda: run('HEAD', '--home', str(base))).against(read)}")
        print(f"without an article {took(lambda: run('--retract', 'news-1', '--home', str(base))).against(read)}")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(prog="python -m tests.bench.diff", description=__doc__)
    arguments.add_argument("--claims", type=int, default=10_000, metavar="N", help="claims of the base (10,000)")
    measure(arguments.parse_args().claims)
