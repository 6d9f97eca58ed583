"""`kb mutate`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import kb
from kb.cli.options import also, output_option, text_folders, texts_option, today, write
from kb.mutate.damage import Cases
from kb.mutate.run import mutate, read_allowed
from kb.progress import progress
from kb.rdf.graph import Graph
from kb.report.mutation import mutation_json, mutation_text


def mutate_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kb mutate`."""
    parser.set_defaults(run=run_mutate)
    parser.add_argument("--home", metavar="DIR", help="the base (default: the example that kb init makes)")
    parser.add_argument("--article", metavar="SLUG", help="with --home: break this article (default: the smallest)")
    parser.add_argument("--full", action="store_true", help="with --home: break the base with all its articles")
    texts_option(parser)
    parser.add_argument("--per-operator", metavar="N", type=int, default=1, help="places for each way (default: 1)")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="which places (default: 0)")
    parser.add_argument("--allow", metavar="FILE", help="mutants that may survive, with reasons (TOML)")
    parser.add_argument("--all", action="store_true", help="list those that were caught too")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    output_option(parser)
    parser.add_argument("--also", metavar="FORMAT=FILE", action="append", default=[], help="write to FILE as well")


def run_mutate(arguments: argparse.Namespace, read_cases: Callable[[Graph], Cases] | None = None) -> int:
    """Run `kb mutate`; `read_cases` adds cases and damage, as in `kb.mutate.run.mutate`."""
    if arguments.home is None and (arguments.article or arguments.full):
        raise kb.UsageError("which base?", help="--article and --full need --home DIR")
    if arguments.article and arguments.full:
        raise kb.UsageError("one article, or all?", help="write --article SLUG or --full")
    if arguments.per_operator < 1:
        raise kb.UsageError("--per-operator counts from 1")
    others = also(arguments.also, ("text", "json"))
    with progress() as tell:
        found = mutate(
            None if arguments.home is None else kb.find_home(arguments.home),
            article=arguments.article,
            full=arguments.full,
            texts=text_folders(arguments.texts),
            per_operator=arguments.per_operator,
            seed=arguments.seed,
            read_cases=read_cases,
            allowed=read_allowed(Path(arguments.allow)) if arguments.allow else None,
            today=today(),
            tell=tell,
        )
    for name, file in ((arguments.format, arguments.output), *others):
        text = mutation_json(found) if name == "json" else mutation_text(found, every=arguments.all)
        write(text.encode(), None if file == "-" else file)
    return found.exit_code
