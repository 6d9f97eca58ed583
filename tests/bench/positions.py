"""How long it takes to find where each triple stands, beside rdflib's own parser over the same files in one run."""

from __future__ import annotations

import argparse
from pathlib import Path

import rdflib

import kb
from kb.rdf.positions import read_positions
from tests.bench.measure import took


def parsed(texts: list[str]) -> None:
    """What rdflib does, which keeps no positions."""
    for text in texts:
        rdflib.Graph().parse(data=text, format="turtle")


def located(texts: list[str]) -> None:
    """What a report needs."""
    for text in texts:
        read_positions(text)


def measure(home: kb.Home) -> None:
    """Print the figures."""
    texts = [path.read_text("utf-8") for path in (*home.data_files(), *home.shape_files())]
    engine = took(lambda: parsed(texts))
    print(f"{len(texts)} files, {sum(map(len, texts)):,} characters")
    print(f"rdflib's parser  {engine.against(engine)}")
    print(f"positions        {took(lambda: located(texts)).against(engine)}")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(prog="python -m tests.bench.positions", description=__doc__)
    arguments.add_argument("home", nargs="?", type=Path, metavar="DIR", help="the base (the one of this repository)")
    measure(kb.find_home(arguments.parse_args().home))
