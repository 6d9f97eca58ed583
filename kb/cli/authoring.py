"""`kb add`, `kb cite`, `kb fmt` and `kb init`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import kb
from kb.characters import escape_for_terminal
from kb.cli.options import home_option, text_folders, texts_option, write


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kb add`."""
    parser.set_defaults(run=_run_add)
    parser.add_argument("file", metavar="FILE", help="plain text in UTF-8, a line for each paragraph")
    parser.add_argument("--slug", metavar="SLUG", required=True, help="short name, such as bridge-opening")
    parser.add_argument("--update", action="store_true", help="the text changed: keep what was written by hand")
    home_option(parser)


def cite_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kb cite`."""
    parser.set_defaults(run=_run_cite)
    parser.add_argument("slug", metavar="SLUG", help="the article, by the name of its record: corpus/SLUG.ttl")
    parser.add_argument("paragraph", metavar="PARAGRAPH", type=int, help="the number of the paragraph, from 1")
    parser.add_argument("words", metavar="WORDS", help="exactly as in the text, in quotes")
    parser.add_argument("--nth", metavar="N", type=int, help="which of several places, from 1")
    home_option(parser)
    texts_option(parser)


def fmt_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kb fmt`."""
    parser.set_defaults(run=_run_fmt)
    parser.add_argument("files", metavar="FILE", nargs="*", help="default: every data file of the base")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file would change")
    home_option(parser)


def init_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kb init`."""
    parser.set_defaults(run=_run_init)
    parser.add_argument("folder", metavar="DIR", help="a folder that is not there yet, or an empty one")


def _run_add(arguments: argparse.Namespace) -> int:
    home = kb.find_home(arguments.home)
    result = kb.add(home, Path(arguments.file), slug=arguments.slug, update=arguments.update)
    for line in result.changes:
        print(line)
    done = "updated" if arguments.update else "wrote"
    print(f"{done} {result.path}; {len(result.todos)} things left for you:")
    for line in result.todos:
        print(f"  {line}")
    return 0


def _run_cite(arguments: argparse.Namespace) -> int:
    home = kb.find_home(arguments.home)
    folders = text_folders(arguments.texts)
    block = kb.cite(home, arguments.slug, arguments.paragraph, arguments.words, texts=folders, nth=arguments.nth)
    write(block.encode(), None)
    return 0


def _run_fmt(arguments: argparse.Namespace) -> int:
    paths = tuple(Path(name) for name in arguments.files) or kb.files_of(kb.find_home(arguments.home))
    changed = [found.path for found in kb.format_files(paths, write=not arguments.check) if found.changed]
    for path in changed:
        print(f"{'would change' if arguments.check else 'formatted'} {escape_for_terminal(str(path))}")
    if arguments.check and changed:
        print("help: run kb fmt", file=sys.stderr)
    return 1 if arguments.check and changed else 0


def _run_init(arguments: argparse.Namespace) -> int:
    target = Path(arguments.folder)
    made = kb.init(target, source=kb.find_home())
    print(f"made {target} with {len(made)} files; now try:")
    print(f"  kb check --home {target}")
    print(f"  kb serve --home {target}")
    return 0
