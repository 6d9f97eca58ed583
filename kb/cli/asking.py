"""`kb query`, `kb stats`, `kb export` and `kb diff`."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

import kb
from kb.cli.options import home_option, output_option, text_folders, texts_option, write
from kb.progress import progress


def diff_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kb diff`."""
    parser.set_defaults(run=_run_diff)
    parser.add_argument("base", nargs="?", metavar="BASE", help="a commit, or a folder with a base")
    parser.add_argument("head", nargs="?", metavar="HEAD", help="another one (default: the base as it lies here)")
    parser.add_argument(
        "--retract", metavar="NAME", help="who falls without an article, a citation or a voice, such as art:old-bridge"
    )
    parser.add_argument("--format", choices=tuple(kb.DIFF_FORMATS), default="text")
    parser.add_argument("--fail-on-fall", action="store_true", help="exit 1 when a claim falls")
    home_option(parser)
    output_option(parser)


def query_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kb query`."""
    parser.set_defaults(run=_run_query)
    parser.add_argument("query", nargs="?", metavar="NAME|FILE", help="without one, the saved queries are listed")
    parser.add_argument(
        "--param",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a value that the query asks for, such as entity=ent:kim-song; may be repeated",
    )
    parser.add_argument("--format", choices=("table", "csv", "json"), default="table")
    home_option(parser)


def stats_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kb stats`."""
    parser.set_defaults(run=_run_stats)
    home_option(parser)
    texts_option(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text")


def export_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kb export`."""
    parser.set_defaults(run=_run_export)
    home_option(parser)
    parser.add_argument("--format", choices=sorted(kb.EXPORT_FORMATS), default="turtle")
    parser.add_argument("--article", metavar="SLUG", help="one article and what is said of it")
    parser.add_argument("--no-derived", action="store_true", help="leave computed facts out")
    output_option(parser)


def _run_diff(arguments: argparse.Namespace) -> int:
    if (arguments.base is None) == (arguments.retract is None) or (arguments.head and arguments.retract):
        raise kb.UsageError(
            "compare what?", help="kb diff BASE [HEAD] compares two; kb diff --retract NAME removes something"
        )
    home = kb.find_home(arguments.home)
    with progress() as tell:
        tell("reading both bases")
        head = kb.read_revision(home, arguments.head)
        if arguments.retract is None:
            base = kb.read_revision(home, arguments.base, known={file.name: file for file in head.files})
            tell("comparing the status of each claim")
            names = (arguments.base, arguments.head or "the current files")
            comparison = kb.compare_graphs(base.graph, head.graph, names=names, prefixes=head.prefixes)
        else:
            comparison = kb.retract(head.graph, arguments.retract, prefixes=head.prefixes)
    text = kb.DIFF_FORMATS[arguments.format](comparison, prefixes=head.prefixes)
    write(text.encode(), arguments.output)
    return int(arguments.fail_on_fall and comparison.falls > 0)


def _run_query(arguments: argparse.Namespace) -> int:
    home = kb.find_home(arguments.home)
    if arguments.query is None:
        for query in kb.saved_queries(home):
            if not query.name.startswith("page-"):
                params = " ".join(f"--param {param.name}={param.default or '…'}" for param in query.params)
                print(f"{query.name:28} {query.title}" + (f"\n{'':28} {params}" if params else ""))
        return 0
    query = kb.saved_query(home, arguments.query)
    base = kb.load_kb(home)
    values = kb.bind(query, _pairs(arguments.param), prefixes=base.prefixes)
    store = kb.open_store(base.quads())
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the engine does not notice Ctrl+C while it works

    def work() -> bytes:
        answer = kb.ask(store, query.text, params=values, prefixes=base.prefixes)
        if arguments.format == "table":
            return (kb.as_table(answer, prefixes=base.prefixes) + "\n").encode()
        return (kb.as_csv(answer) if arguments.format == "csv" else kb.as_json(answer)).encode()

    try:
        found = kb.run_isolated(work)
    except kb.QueryError as error:
        error.source = arguments.query
        raise
    if found.missing:
        print(f"kb: note: this system does not give a query {' or '.join(found.missing)}", file=sys.stderr)
    write(found.output, None)
    return 0


def _run_stats(arguments: argparse.Namespace) -> int:
    base = kb.load_kb(arguments.home)
    _, verification = kb.verify_copies(base.graph, [base.home.texts, *text_folders(arguments.texts)])
    tables = kb.stats(base.home, kb.open_store(base.quads()))
    if arguments.format == "json":
        text = kb.stats_json(tables, verification.citations)
    else:
        text = kb.stats_text(tables, verification.citations, prefixes=base.prefixes)
    write(text.encode(), None)
    return 0


def _run_export(arguments: argparse.Namespace) -> int:
    base = kb.load_kb(arguments.home)
    data = kb.export(base, format=arguments.format, article=arguments.article, derived=not arguments.no_derived)
    write(data, arguments.output)
    return 0


def _pairs(given: Sequence[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for word in given:
        name, sign, value = word.partition("=")
        if not sign or name in pairs:
            wrong = "given twice" if sign else "no value"
            raise kb.UsageError(f"--param {name}: {wrong}", help="write --param name=value, once for each name")
        pairs[name] = value
    return pairs
