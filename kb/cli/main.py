"""The `kb` command: thin callers of the face. Exit codes are a promise, written in the README.

    0 clean   1 findings, or no answer   2 usage   3 unreadable or malformed input   4 could not look

Commands of other packages (`kb serve`) are found by the entry point group `factcite.commands`; each is called
with the words that follow its name and answers an exit code.
"""

from __future__ import annotations

import argparse
import gc
import io
import os
import shutil
import signal
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path
from typing import TypeAlias

import kb

GROUP = "factcite.commands"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: the words after `kb`; None takes the process's own.

    Returns:
        The exit code.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    _open_streams()
    try:
        others = _others()
        if words and words[0] in others:
            return _load(others[words[0]])(words[1:])
        arguments = _parser(others).parse_args(words)
        with _fewer_collections():
            code: int = arguments.run(arguments)
        sys.stdout.flush()
    except kb.KbError as error:
        _complain(str(error))
        return error.exit_code
    except BrokenPipeError:
        _leave_stdout()  # the reader left; nothing more to say
        return 0
    except OSError as error:  # what the system refuses: a name too long, a folder not to be entered, a full disk
        if error.filename is None:
            _leave_stdout()
        _complain(f"{error.filename or 'the output cannot be written'}: {error.strerror or error}")
        return kb.InputError.exit_code
    except KeyboardInterrupt:
        return 130
    return code


def _open_streams() -> None:
    """Streams that take everything: what was closed leads nowhere, what a terminal cannot show is spelt out."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, io.TextIOWrapper(io.FileIO(os.devnull, "w")))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _leave_stdout() -> None:
    """Let what is still to be written to the output go nowhere, so that it is not tried again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(text: str) -> None:
    print("kb: " + "\n".join(kb.visible(line) for line in text.splitlines()), file=sys.stderr)


@contextmanager
def _fewer_collections() -> Iterator[None]:
    """Look for garbage less often while a command runs: a base is a million small objects, and none of them is any.
    A third less time for ten thousand claims, and hardly more memory."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _others() -> Mapping[str, metadata.EntryPoint]:
    return {point.name: point for point in sorted(metadata.entry_points(group=GROUP), key=lambda point: point.name)}


def _load(point: metadata.EntryPoint) -> Callable[[list[str]], int]:
    command: Callable[[list[str]], int] = point.load()
    return command


# --- the words ---------------------------------------------------------------------------------------------


def _parser(others: Mapping[str, metadata.EntryPoint]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kb",
        description="A fact-check citation knowledge base: who claims what, through whom, and where.",
        epilog="Exit codes: 0 clean, 1 findings or no answer, 2 usage, 3 unreadable or malformed input, "
        "4 could not look. kb COMMAND --help says more of a command.",
    )
    parser.add_argument("--version", action="version", version=f"kb {kb.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for add in (_check, _diff, _verify, _explain, _query, _stats, _export, _add, _cite, _fmt, _mutate, _init):
        add(commands)
    for name, help in {"serve": "show the base in a browser and answer SPARQL"}.items():
        if name in others:
            commands.add_parser(name, help=help, add_help=False)
    return parser


_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _command(
    commands: _Commands, name: str, help: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
    parser.set_defaults(run=run)
    return parser


def _home_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--home", metavar="DIR", help="the folder of the base (default: the one that came along)")


def _texts_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--texts",
        metavar="DIR",
        action="append",
        default=[],
        help="a folder with your own copies of the articles; may be repeated (also: KB_TEXTS)",
    )


def _output_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", metavar="FILE", help="write to a file instead of the terminal")


def _check(commands: _Commands) -> None:
    parser = _command(commands, "check", "check the base: gate, shapes, citations, wording", _run_check)
    _home_option(parser)
    _texts_option(parser)
    parser.add_argument("--format", choices=tuple(kb.REPORT_FORMATS), default="text")
    _output_option(parser)
    parser.add_argument(
        "--also",
        metavar="FORMAT=FILE",
        action="append",
        default=[],
        help="write the same report to FILE as well, - for the terminal; may be repeated",
    )
    parser.add_argument("--quiet", action="store_true", help="text without the files and the rules one by one")
    parser.add_argument("--no-time", action="store_true", help="leave times out, so that the same input gives the same")
    parser.add_argument(
        "--source-root",
        metavar="DIR",
        help="paths in the reports start from here, such as the top of the repository (default: the base)",
    )
    parser.add_argument("--baseline", metavar="FILE", help="findings listed in FILE are known and do not fail")
    writing = parser.add_mutually_exclusive_group()
    writing.add_argument("--write-baseline", action="store_true", help="make the baseline FILE, once")
    writing.add_argument("--update-baseline", action="store_true", help="take what was mended out of the baseline FILE")
    parser.add_argument("--watch", action="store_true", help="check again whenever a file changes, until Ctrl+C")
    parser.add_argument("--raise-floors", action="store_true", help="write the coverage reached as the new floors")
    parser.add_argument("--fix", action="store_true", help="first write what cannot be wrong: the canonical form")
    parser.add_argument(
        "--confirm",
        metavar="CITATION",
        action="append",
        default=[],
        help="with --fix: set this moved citation to its place, cite:NAME, or to the place that you found, "
        "cite:NAME=PARAGRAPH:START-END; may be repeated",
    )


def _verify(commands: _Commands) -> None:
    parser = _command(
        commands, "verify", "say where the words of each citation stand in the texts at hand", _run_verify
    )
    _home_option(parser)
    _texts_option(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--all", action="store_true", help="list the exact ones too")
    parser.add_argument("--propose", action="store_true", help="print a patch that sets moved citations to their place")
    _output_option(parser)


def _diff(commands: _Commands) -> None:
    parser = _command(commands, "diff", "say what a change does: which claims fall or rise, and why", _run_diff)
    parser.add_argument("base", nargs="?", metavar="BASE", help="a commit, or a folder with a base")
    parser.add_argument("head", nargs="?", metavar="HEAD", help="another one (default: the base as it lies here)")
    parser.add_argument(
        "--retract", metavar="NAME", help="who falls without an article, a citation or a voice, such as art:old-bridge"
    )
    parser.add_argument("--format", choices=tuple(kb.BLAST_FORMATS), default="text")
    parser.add_argument("--fail-on-fall", action="store_true", help="exit 1 when a claim falls")
    _home_option(parser)
    _output_option(parser)


def _explain(commands: _Commands) -> None:
    parser = _command(commands, "explain", "say what a rule checks, why, and how to mend what breaks it", _run_explain)
    parser.add_argument("code", nargs="?", metavar="CODE", help="such as FC321; without one, every rule in a line")
    parser.add_argument("--format", choices=("text", "markdown"), default="text", help="markdown: all of it, to read")
    _home_option(parser)


def _query(commands: _Commands) -> None:
    parser = _command(commands, "query", "ask a saved question, or a question in a .rq file", _run_query)
    parser.add_argument("question", nargs="?", metavar="NAME|FILE", help="without one, the saved questions are listed")
    parser.add_argument(
        "--param",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a value that the question asks for, such as entity=ent:kim-song; may be repeated",
    )
    parser.add_argument("--format", choices=("table", "csv", "json"), default="table")
    _home_option(parser)


def _stats(commands: _Commands) -> None:
    parser = _command(commands, "stats", "count what is in the base", _run_stats)
    _home_option(parser)
    _texts_option(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text")


def _export(commands: _Commands) -> None:
    parser = _command(commands, "export", "write the base as RDF", _run_export)
    _home_option(parser)
    parser.add_argument("--format", choices=sorted(kb.EXPORT_FORMATS), default="turtle")
    parser.add_argument("--article", metavar="SLUG", help="one article and what is said of it")
    parser.add_argument("--no-derived", action="store_true", help="leave computed facts out")
    _output_option(parser)


def _add(commands: _Commands) -> None:
    parser = _command(commands, "add", "record an article from a text file", _run_add)
    parser.add_argument("file", metavar="FILE", help="plain text in UTF-8, a line for each paragraph")
    parser.add_argument("--slug", metavar="SLUG", required=True, help="short name, such as bridge-opening")
    parser.add_argument("--update", action="store_true", help="the text changed: keep what was written by hand")
    _home_option(parser)


def _cite(commands: _Commands) -> None:
    parser = _command(commands, "cite", "find words in your copy and print the citation for them", _run_cite)
    parser.add_argument("slug", metavar="SLUG", help="the article, by the name of its record: corpus/SLUG.ttl")
    parser.add_argument("paragraph", metavar="PARAGRAPH", type=int, help="the number of the paragraph, from 1")
    parser.add_argument("words", metavar="WORDS", help="as they stand in the text, in quotes")
    parser.add_argument("--nth", metavar="N", type=int, help="which of several places, from 1")
    _home_option(parser)
    _texts_option(parser)


def _fmt(commands: _Commands) -> None:
    parser = _command(commands, "fmt", "bring Turtle files into canonical form", _run_fmt)
    parser.add_argument("files", metavar="FILE", nargs="*", help="default: every data file of the base")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file would change")
    _home_option(parser)


def _mutate(commands: _Commands) -> None:
    help = "break a copy of a base in every known way, and say which rule saw it"
    parser = _command(commands, "mutate", help, _run_mutate)
    parser.add_argument("--home", metavar="DIR", help="the base (default: the example that kb init makes)")
    parser.add_argument("--article", metavar="SLUG", help="with --home: break this article (default: the smallest)")
    parser.add_argument("--full", action="store_true", help="with --home: break the base with all its articles")
    _texts_option(parser)
    parser.add_argument("--per-operator", metavar="N", type=int, default=1, help="places for each way (default: 1)")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="which places (default: 0)")
    parser.add_argument(
        "--cases",
        metavar="DIR",
        help="cases, such as tests/shapes: with them, damage each constraint too",
    )
    parser.add_argument("--allow", metavar="FILE", help="mutants that may survive, with reasons (TOML)")
    parser.add_argument("--all", action="store_true", help="list those that were caught too")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    _output_option(parser)
    parser.add_argument("--also", metavar="FORMAT=FILE", action="append", default=[], help="write to FILE as well")


def _init(commands: _Commands) -> None:
    parser = _command(commands, "init", "make a base of your own, with one worked example", _run_init)
    parser.add_argument("folder", metavar="DIR", help="a folder that is not there yet, or an empty one")


# --- the deeds ---------------------------------------------------------------------------------------------


def _run_check(arguments: argparse.Namespace) -> int:
    others = _also(arguments.also, kb.REPORT_FORMATS)
    home = kb.find_home(arguments.home)
    texts = _text_folders(arguments.texts)
    if arguments.baseline is None and (arguments.write_baseline or arguments.update_baseline):
        raise kb.UsageError("which baseline?", help="name the file with --baseline FILE")
    below = _below_source_root(arguments, home)
    if arguments.watch:
        return _watch(arguments, home, texts)
    _fix(arguments, home, texts)
    with kb.progress() as tell:
        report = kb.check(home, texts=texts, today=_today(), progress=tell)
    if arguments.raise_floors:
        _raise_floors(home, report)
    report = _compared(arguments, report)
    _write_reports(arguments, _presented(arguments, below, report), others)
    return report.exit_code


def _fix(arguments: argparse.Namespace, home: kb.Home, texts: Sequence[Path]) -> None:
    """Write the canonical form, and the places that were confirmed; say what was written, apart from the report."""
    if not arguments.fix:
        if arguments.confirm:
            raise kb.UsageError("--confirm writes nothing by itself", help="add --fix")
        return
    for change in kb.reanchor(home, arguments.confirm, texts):
        print(kb.visible(change.said), file=sys.stderr)
    for found in kb.format_files(kb.files_of(home), write=True):
        if found.changed:
            print(f"formatted {kb.visible(home.name(found.path))}", file=sys.stderr)


def _run_diff(arguments: argparse.Namespace) -> int:
    if (arguments.base is None) == (arguments.retract is None) or (arguments.head and arguments.retract):
        raise kb.UsageError(
            "compare what?", help="kb diff BASE [HEAD] compares two; kb diff --retract NAME takes something away"
        )
    home = kb.find_home(arguments.home)
    with kb.progress() as tell:
        tell("reading both bases")
        head = kb.read_revision(home, arguments.head)
        if arguments.retract is None:
            base = kb.read_revision(home, arguments.base, known={file.name: file for file in head.files})
            tell("comparing where claims stand")
            names = (arguments.base, arguments.head or "what lies here")
            blast = kb.compare_graphs(base.graph, head.graph, names=names, prefixes=head.prefixes)
        else:
            blast = kb.retract(head.graph, arguments.retract, prefixes=head.prefixes)
    text = kb.BLAST_FORMATS[arguments.format](blast, prefixes=head.prefixes)
    _write(text.encode(), arguments.output)
    return int(arguments.fail_on_fall and blast.falls > 0)


def _also(given: Sequence[str], formats: Collection[str]) -> tuple[tuple[str, str], ...]:
    pairs = tuple(word.partition("=") for word in given)
    for name, _, file in pairs:
        if name not in formats or not file:
            raise kb.UsageError(
                f"--also {name}: not a format and a file",
                help=f"write --also FORMAT=FILE, with one of {', '.join(formats)}",
            )
    return tuple((name, file) for name, _, file in pairs)


def _presented(arguments: argparse.Namespace, below: str | None, report: kb.Report) -> kb.Report:
    """The report with the times and the paths that were asked for."""
    epoch = _epoch()
    if arguments.no_time:
        report = report.untimed()
    elif epoch is not None:
        report = report.untimed(f"{epoch:%Y-%m-%dT%H:%M:%SZ}")
    return report if below is None else report.under(below)


def _below_source_root(arguments: argparse.Namespace, home: kb.Home) -> str | None:
    """The way to the base from the folder that paths are to start from; None where none was named."""
    if arguments.source_root is None:
        return None
    top, root = (Path(os.path.realpath(folder)) for folder in (arguments.source_root, home.root))
    if not root.is_relative_to(top):
        raise kb.UsageError(f"the base is not below {top}", help="--source-root takes a folder that the base is in")
    return root.relative_to(top).as_posix()


def _write_reports(arguments: argparse.Namespace, report: kb.Report, others: Sequence[tuple[str, str]]) -> None:
    for name, file in ((arguments.format, arguments.output or "-"), *others):
        if name == "text":
            text = kb.report_text(report, colour=file == "-" and _has_colour(), brief=arguments.quiet)
        else:
            text = kb.REPORT_FORMATS[name](report)
        _write(text.encode(), None if file == "-" else file)


def _has_colour() -> bool:
    """Whether there is a terminal that shows colour, and nobody has said no (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _watch(arguments: argparse.Namespace, home: kb.Home, texts: Sequence[Path]) -> int:
    """Show each answer in place of the one before; where no terminal is, one after the other."""
    asked = ("output", "also", "fix", "write_baseline", "update_baseline", "raise_floors")
    if any(getattr(arguments, name) for name in asked) or arguments.format != "text":
        raise kb.UsageError("--watch only shows text, and writes nothing", help="leave out the other options")
    with suppress(KeyboardInterrupt):
        for glimpse in kb.watch(home, texts=texts, today=_today):
            report = _compared(arguments, glimpse.report)
            lines = [f"watching {home.root}   {datetime.now():%H:%M:%S}   {report.seconds:.2f} s   (Ctrl+C stops)"]
            text = kb.report_text(report, colour=_has_colour(), brief=True)
            _redraw([*lines, kb.visible(glimpse.words), "", *text.splitlines()])
    return 0


def _redraw(lines: Sequence[str]) -> None:
    """Put lines on the terminal, as many as fit, over what stood there."""
    if not sys.stdout.isatty():
        print("\n".join([*lines, ""]), flush=True)
        return
    height = shutil.get_terminal_size().lines - 1
    shown = list(lines) if len(lines) <= height else [*lines[: height - 2], "…", lines[-1]]
    sys.stdout.write("\x1b[H" + "".join(f"{line}\x1b[K\n" for line in shown) + "\x1b[J")
    sys.stdout.flush()


def _raise_floors(home: kb.Home, report: kb.Report) -> None:
    if report.coverage is None:
        return  # the check could not look; its exit code says so
    for key, value in kb.raise_floors(home, report.coverage, report.citations).items():
        print(f"raised {key} to {value}", file=sys.stderr)


def _today() -> date:
    """The day waivers are judged on."""
    epoch = _epoch()
    return date.today() if epoch is None else epoch.date()


def _epoch() -> datetime | None:
    """The moment that SOURCE_DATE_EPOCH sets, so that a run can be repeated; None where it sets none
    (https://reproducible-builds.org/specs/source-date-epoch/)."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        return datetime.fromtimestamp(int(seconds), UTC) if seconds else None
    except (ValueError, OverflowError, OSError) as error:
        raise kb.UsageError(
            f"SOURCE_DATE_EPOCH is {seconds!r}, which is no moment", help="write the seconds since 1970, or unset it"
        ) from error


def _compared(arguments: argparse.Namespace, report: kb.Report) -> kb.Report:
    """The report beside its baseline; makes or shrinks the baseline where that was asked for."""
    if arguments.baseline is None:
        return report
    path = Path(arguments.baseline)
    if arguments.write_baseline:
        kb.write_baseline(path, report)
    baseline = kb.read_baseline(path)
    if arguments.update_baseline:
        smaller = kb.shrink(baseline, report)
        if smaller != baseline:
            kb.write_atomic(path, smaller.data())
    return kb.compare(report, baseline)


def _run_verify(arguments: argparse.Namespace) -> int:
    home = kb.find_home(arguments.home)
    folders = _text_folders(arguments.texts)
    if arguments.propose:
        return _propose(arguments, home, folders)
    base = kb.load_kb(home)
    at_hand = kb.find_texts(base.graph, [home.texts, *folders])
    found = kb.verify(base.graph, at_hand.copies, spare=at_hand.spare)
    for line in at_hand.ignored:
        print(f"kb: not used: {kb.visible(line)}", file=sys.stderr)
    if arguments.format == "json":
        text = kb.fates_json(found, at_hand.copies, every=arguments.all, prefixes=base.prefixes)
    else:
        words = arguments.output is None and sys.stdout.isatty()  # words of a text go to its reader, nowhere else
        text = kb.fates_text(found, at_hand.copies, every=arguments.all, words=words, prefixes=base.prefixes)
    _write(text.encode(), arguments.output)
    if not at_hand.copies:
        raise kb.CannotLook(
            "no copy of any article is at hand", help=f"put yours into {home.name(home.texts)}/, or name --texts DIR"
        )
    return int(any(outcome.failed for outcome in found.outcomes))


def _propose(arguments: argparse.Namespace, home: kb.Home, folders: Sequence[Path]) -> int:
    proposal = kb.propose(home, folders)
    _write(proposal.patch().encode(), arguments.output)
    done = f"{len(proposal.changes)} re-anchored; apply it with: git apply, or patch -p1" if proposal.changes else ""
    left = f"{len(proposal.left)} wait for their record" if proposal.left else ""
    print("; ".join(part for part in (done, left) if part) or "nothing re-anchored", file=sys.stderr)
    return int(bool(proposal.changes or proposal.left))


def _run_explain(arguments: argparse.Namespace) -> int:
    one = arguments.code is not None
    rules = (kb.rule(arguments.home, arguments.code),) if one else kb.rules(arguments.home)
    if arguments.format == "markdown":
        text = kb.rulebook(rules)
    else:
        text = kb.explain(rules[0]) if one else kb.explain_all(rules)
    _write(text.encode(), None)
    return 0


def _run_query(arguments: argparse.Namespace) -> int:
    home = kb.find_home(arguments.home)
    if arguments.question is None:
        for question in kb.saved_questions(home):
            if not question.name.startswith("page-"):
                params = " ".join(f"--param {param.name}={param.default or '…'}" for param in question.params)
                print(f"{question.name:28} {question.title}" + (f"\n{'':28} {params}" if params else ""))
        return 0
    question = kb.saved_question(home, arguments.question)
    base = kb.load_kb(home)
    values = kb.bind(question, _pairs(arguments.param), prefixes=base.prefixes)
    store = kb.open_store(base.quads())
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the engine does not notice Ctrl+C while it works
    try:
        answer = kb.ask(store, question.text, params=values, prefixes=base.prefixes)
    except kb.QueryError as error:
        error.source = arguments.question
        raise
    writers = {
        "table": lambda: kb.as_table(answer, prefixes=base.prefixes) + "\n",
        "csv": lambda: kb.as_csv(answer),
        "json": lambda: kb.as_json(answer),
    }
    _write(writers[arguments.format]().encode(), None)
    return 0


def _run_stats(arguments: argparse.Namespace) -> int:
    base = kb.load_kb(arguments.home)
    at_hand = kb.find_texts(base.graph, [base.home.texts, *_text_folders(arguments.texts)])
    citations = kb.verify(base.graph, at_hand.copies).citations
    tables = kb.stats(base.home, kb.open_store(base.quads()))
    if arguments.format == "json":
        text = kb.stats_json(tables, citations)
    else:
        text = kb.stats_text(tables, citations, prefixes=base.prefixes)
    _write(text.encode(), None)
    return 0


def _run_export(arguments: argparse.Namespace) -> int:
    base = kb.load_kb(arguments.home)
    data = kb.export(base, format=arguments.format, article=arguments.article, derived=not arguments.no_derived)
    _write(data, arguments.output)
    return 0


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
    folders = _text_folders(arguments.texts)
    block = kb.cite(home, arguments.slug, arguments.paragraph, arguments.words, texts=folders, nth=arguments.nth)
    _write(block.encode(), None)
    return 0


def _run_fmt(arguments: argparse.Namespace) -> int:
    paths = tuple(Path(name) for name in arguments.files) or kb.files_of(kb.find_home(arguments.home))
    changed = [found.path for found in kb.format_files(paths, write=not arguments.check) if found.changed]
    for path in changed:
        print(f"{'would change' if arguments.check else 'formatted'} {kb.visible(str(path))}")
    if arguments.check and changed:
        print("help: run kb fmt", file=sys.stderr)
    return 1 if arguments.check and changed else 0


def _run_mutate(arguments: argparse.Namespace) -> int:
    if arguments.home is None and (arguments.article or arguments.full):
        raise kb.UsageError("which base?", help="--article and --full need --home DIR")
    if arguments.article and arguments.full:
        raise kb.UsageError("one article, or all?", help="write --article SLUG or --full")
    if arguments.per_operator < 1:
        raise kb.UsageError("--per-operator counts from 1")
    others = _also(arguments.also, ("text", "json"))
    with kb.progress() as tell:
        found = kb.mutate(
            None if arguments.home is None else kb.find_home(arguments.home),
            article=arguments.article,
            full=arguments.full,
            texts=_text_folders(arguments.texts),
            per_operator=arguments.per_operator,
            seed=arguments.seed,
            cases=Path(arguments.cases) if arguments.cases else None,
            allowed=kb.read_allowed(Path(arguments.allow)) if arguments.allow else None,
            today=_today(),
            tell=tell,
        )
    for name, file in ((arguments.format, arguments.output), *others):
        text = kb.mutation_json(found) if name == "json" else kb.mutation_text(found, every=arguments.all)
        _write(text.encode(), None if file == "-" else file)
    return found.exit_code


def _run_init(arguments: argparse.Namespace) -> int:
    target = Path(arguments.folder)
    made = kb.init(target, source=kb.find_home())
    print(f"made {target} with {len(made)} files; now try:")
    print(f"  kb check --home {target}")
    print(f"  kb serve --home {target}")
    return 0


# --- helpers -----------------------------------------------------------------------------------------------


def _text_folders(named: Sequence[str]) -> tuple[Path, ...]:
    found = [Path(name) for name in named]
    for folder in found:
        if not folder.is_dir():
            raise kb.UsageError(f"no folder {folder}", help="--texts takes a folder with text files")
    return (*found, *(Path(name) for name in os.environ.get("KB_TEXTS", "").split(os.pathsep) if name))


def _pairs(given: Sequence[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for word in given:
        name, sign, value = word.partition("=")
        if not sign or name in pairs:
            wrong = "given twice" if sign else "no value"
            raise kb.UsageError(f"--param {name}: {wrong}", help="write --param name=value, once for each name")
        pairs[name] = value
    return pairs


def _write(data: bytes, output: str | None) -> None:
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        kb.write_atomic(Path(output), data)
