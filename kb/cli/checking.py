"""`kb check`, `kb verify` and `kb explain`."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import kb
from kb.characters import escape_for_terminal
from kb.cli.options import (
    also,
    home_option,
    named_texts,
    output_option,
    source_date,
    text_folders,
    text_option,
    texts_option,
    today,
    write,
)
from kb.files import write_atomic
from kb.progress import progress
from kb.report.text import report_text


def check_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kb check`."""
    parser.set_defaults(run=_run_check)
    home_option(parser)
    texts_option(parser)
    parser.add_argument("--format", choices=tuple(kb.REPORT_FORMATS), default="text")
    output_option(parser)
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
    writing.add_argument("--update-baseline", action="store_true", help="remove what was fixed from the baseline FILE")
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


def verify_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kb verify`."""
    parser.set_defaults(run=_run_verify)
    home_option(parser)
    texts_option(parser)
    text_option(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--all", action="store_true", help="list the exact ones too")
    parser.add_argument("--propose", action="store_true", help="print a patch that sets moved citations to their place")
    output_option(parser)


def explain_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kb explain`."""
    parser.set_defaults(run=_run_explain)
    parser.add_argument("code", nargs="?", metavar="CODE", help="such as FC321; without one, every rule in a line")
    parser.add_argument("--format", choices=("text", "markdown"), default="text", help="markdown: all of it, to read")
    home_option(parser)


def _run_check(arguments: argparse.Namespace) -> int:
    others = also(arguments.also, kb.REPORT_FORMATS)
    home = kb.find_home(arguments.home)
    texts = text_folders(arguments.texts)
    if arguments.baseline is None and (arguments.write_baseline or arguments.update_baseline):
        raise kb.UsageError("which baseline?", help="name the file with --baseline FILE")
    below = _below_source_root(arguments, home)
    if arguments.watch:
        return _watch(arguments, home, texts)
    _fix(arguments, home, texts)
    with progress() as tell:
        report = kb.check(home, texts=texts, today=today(), progress=tell)
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
        print(escape_for_terminal(change.said), file=sys.stderr)
    for found in kb.format_files(kb.files_of(home), write=True):
        if found.changed:
            print(f"formatted {escape_for_terminal(home.name(found.path))}", file=sys.stderr)


def _presented(arguments: argparse.Namespace, below: str | None, report: kb.Report) -> kb.Report:
    """The report with the times and the paths that were asked for."""
    epoch = source_date()
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
            text = report_text(report, colour=file == "-" and _has_colour(), brief=arguments.quiet)
        else:
            text = kb.REPORT_FORMATS[name](report)
        write(text.encode(), None if file == "-" else file)


def _has_colour() -> bool:
    """Whether there is a terminal that shows colour, and the user has not switched it off (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _watch(arguments: argparse.Namespace, home: kb.Home, texts: Sequence[Path]) -> int:
    """Show each answer in place of the one before; where no terminal is, one after the other."""
    asked = ("output", "also", "fix", "write_baseline", "update_baseline", "raise_floors")
    if any(getattr(arguments, name) for name in asked) or arguments.format != "text":
        raise kb.UsageError("--watch only shows text, and writes nothing", help="leave out the other options")
    with suppress(KeyboardInterrupt):
        for result in kb.watch(home, texts=texts, today=today):
            report = _compared(arguments, result.report)
            lines = [f"watching {home.root}   {datetime.now():%H:%M:%S}   {report.seconds:.2f} s   (Ctrl+C stops)"]
            text = report_text(report, colour=_has_colour(), brief=True)
            _redraw([*lines, escape_for_terminal(result.words), "", *text.splitlines()])
    return 0


def _redraw(lines: Sequence[str]) -> None:
    """Replace the lines on the terminal with as many of these as fit."""
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
            write_atomic(path, smaller.data())
    return kb.compare(report, baseline)


def _run_verify(arguments: argparse.Namespace) -> int:
    home = kb.find_home(arguments.home)
    folders = text_folders(arguments.texts)
    if arguments.propose:
        return _propose(arguments, home, folders)
    base = kb.load_kb(home)
    copies, found = kb.verify_copies(base.graph, [home.texts, *folders], named_texts(arguments.text, base))
    for line in (*(f"not used: {line}" for line in copies.ignored), *copies.passed_over):
        print(f"kb: {escape_for_terminal(line)}", file=sys.stderr)
    if arguments.format == "json":
        text = kb.verification_json(found, copies.copies, every=arguments.all, prefixes=base.prefixes)
    else:
        words = arguments.output is None and sys.stdout.isatty()  # words of a text go to its reader, nowhere else
        text = kb.verification_text(found, copies.copies, every=arguments.all, words=words, prefixes=base.prefixes)
    write(text.encode(), arguments.output)
    if not copies.copies:
        raise kb.CannotLookError(
            "no copy of any article was found", help=f"put yours into {home.name(home.texts)}/, or name --texts DIR"
        )
    return int(any(outcome.failed for outcome in found.outcomes))


def _propose(arguments: argparse.Namespace, home: kb.Home, folders: Sequence[Path]) -> int:
    proposal = kb.propose(home, folders, named_texts(arguments.text, kb.load_kb(home)))
    write(proposal.patch().encode(), arguments.output)
    parts = [f"{len(proposal.changes)} re-anchored"] if proposal.changes else []
    parts += ["records brought up to date"] if proposal.records else []
    parts += [f"{len(proposal.left)} left, each with the reason"] if proposal.left else []
    how = "; apply the patch with: git apply, or patch -p1" if proposal.files else ""
    print((", ".join(parts) or "No citation has moved") + how, file=sys.stderr)
    return int(bool(parts))


def _run_explain(arguments: argparse.Namespace) -> int:
    one = arguments.code is not None
    rules = (kb.rule(arguments.home, arguments.code),) if one else kb.rules(arguments.home)
    if arguments.format == "markdown":
        text = kb.rulebook(rules)
    else:
        text = kb.explain(rules[0]) if one else kb.explain_all(rules)
    write(text.encode(), None)
    return 0
