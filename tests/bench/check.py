"""How long a check takes, and an answer of `kb check --watch`, beside plain pySHACL over the same files in one run."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import pyshacl
import rdflib

import kb
from kb.shacl.incremental import IncrementalCache
from tests.bench.big_base import make
from tests.bench.measure import took


def plain(home: kb.Home) -> None:
    """What the engine's own command does: every file read by rdflib, one validation."""
    data, shapes = rdflib.Graph(), rdflib.Graph()
    for path in home.data_files():
        data.parse(path, format="turtle")
    for path in home.shape_files():
        shapes.parse(path, format="turtle")
    pyshacl.validate(data, shacl_graph=shapes)


def copied(home: kb.Home, folder: Path) -> kb.Home:
    """A copy of the data, to edit."""
    for name, room in (("corpus", home.corpus), ("shapes", home.shapes), ("kb", home.kb)):
        for path in room.rglob("*.ttl"):
            target = folder / name / path.relative_to(room)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    return kb.find_home(folder)


def edits(home: kb.Home) -> list[tuple[str, Path, str, str]]:
    """An editor's saves: what, in which file, before and after."""
    path = max((home.kb / "claims").glob("*.ttl"), key=lambda path: path.stat().st_size)
    text = path.read_text("utf-8")
    blocks = text.split("\n\n")
    cited = next(at for at, block in enumerate(blocks) if "a fc:Citation" in block)
    label = next(line for line in text.splitlines() if "rdfs:label" in line)
    kind = next(line for line in text.splitlines() if "fc:kind" in line)
    return [
        ("a label gone", path, text, text.replace(label + "\n", "", 1)),
        ("a kind gone", path, text, text.replace(kind + "\n", "", 1)),
        ("a citation gone", path, text, "\n\n".join(blocks[:cited] + blocks[cited + 1 :])),
        ("ten blocks gone", path, text, "\n\n".join(blocks[:cited] + blocks[cited + 10 :])),
    ]


def measure(source: kb.Home, folder: Path) -> None:
    """Print the figures."""
    home = copied(source, folder)
    first = kb.check(home)
    print(f"{first.claims:,} claims, {first.triples:,} triples, {len(first.findings)} findings")
    engine = took(lambda: plain(home))
    print(f"plain pySHACL        {engine.against(engine)}")
    print(f"kb check             {took(lambda: kb.check(home)).against(engine)}")
    memory = IncrementalCache()
    kb.check(home, memory=memory)
    memory.run.prepare()
    for name, path, before, after in edits(home):

        def save(path: Path = path, after: str = after) -> None:
            path.write_text(after, "utf-8")
            kb.check(home, memory=memory)

        print(f"watch {name:15}{took(save, runs=1).against(engine)}")
        path.write_text(before, "utf-8")
        kb.check(home, memory=memory)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(prog="python -m tests.bench.check", description=__doc__)
    arguments.add_argument("base", nargs="?", default="", metavar="DIR", help="the base (the one of this repository)")
    arguments.add_argument("--claims", type=int, metavar="N", help="a base made up of so many claims instead")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        if given.claims:
            make(Path(scratch, "big"), given.claims)
        chosen = Path(scratch, "big") if given.claims else given.base or None
        measure(kb.find_home(chosen), Path(scratch, "copy"))
