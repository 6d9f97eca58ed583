"""Options that several commands take, and how their values are read."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import kb
from kb.files import write_atomic
from kb.verification.copies import slug_of
from kb.vocab import FC


def home_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--home", metavar="DIR", help="the folder of the base (default: the base of the program)")


def texts_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--texts",
        metavar="DIR",
        action="append",
        default=[],
        help="a folder with your own copies of the articles; may be repeated (also: KB_TEXTS)",
    )


def text_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--text",
        metavar="SLUG=FILE",
        action="append",
        default=[],
        help="FILE is your copy of the article SLUG, even if its name or digest differs; may be repeated",
    )


def output_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", metavar="FILE", help="write to a file instead of the terminal")


def also(given: Sequence[str], formats: Collection[str]) -> tuple[tuple[str, str], ...]:
    pairs = tuple(word.partition("=") for word in given)
    for name, _, file in pairs:
        if name not in formats or not file:
            raise kb.UsageError(
                f"--also {name}: not a format and a file",
                help=f"write --also FORMAT=FILE, with one of {', '.join(formats)}",
            )
    return tuple((name, file) for name, _, file in pairs)


def today() -> date:
    """The day waivers are judged on."""
    epoch = source_date()
    return date.today() if epoch is None else epoch.date()


def source_date() -> datetime | None:
    """The moment that SOURCE_DATE_EPOCH sets, so that a run can be repeated; None where it sets none
    (https://reproducible-builds.org/specs/source-date-epoch/)."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        return datetime.fromtimestamp(int(seconds), UTC) if seconds else None
    except (ValueError, OverflowError, OSError) as error:
        raise kb.UsageError(
            f"SOURCE_DATE_EPOCH is {seconds!r}, which is no moment", help="write the seconds since 1970, or unset it"
        ) from error


def text_folders(named: Sequence[str]) -> tuple[Path, ...]:
    found = [Path(name) for name in named]
    for folder in found:
        if not folder.is_dir():
            raise kb.UsageError(f"no folder {folder}", help="--texts takes a folder with text files")
    return (*found, *(Path(name) for name in os.environ.get("KB_TEXTS", "").split(os.pathsep) if name))


def named_texts(given: Sequence[str], base: kb.KnowledgeBase) -> dict[str, Path]:
    """Article IRI to the file that `--text` names for it."""
    articles = {slug_of(article): article for article in base.graph.instances(FC.Article)}
    found: dict[str, Path] = {}
    for word in given:
        slug, _, file = word.partition("=")
        if slug not in articles or not file or articles[slug] in found:
            why = "no such article" if slug not in articles else "given twice" if file else "no file"
            raise kb.UsageError(f"--text {word}: {why}", help="write --text SLUG=FILE, once for each article")
        found[articles[slug]] = Path(file)
    return found


def write(data: bytes, output: str | None) -> None:
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        write_atomic(Path(output), data)
