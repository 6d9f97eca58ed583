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
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module, metadata

import kb
from kb.characters import escape_for_terminal

GROUP = "factcite.commands"
COMMANDS = {
    "check": ("checking", "check the base: gate, shapes, citations, wording"),
    "diff": ("asking", "say what a change does: which claims fall or rise, and why"),
    "verify": ("checking", "find the words of each citation in your copies of the texts"),
    "explain": ("checking", "say what a rule checks, why, and how to fix what breaks it"),
    "query": ("asking", "run a saved query, or a query in a .rq file"),
    "stats": ("asking", "count what is in the base"),
    "export": ("asking", "write the base as RDF"),
    "add": ("authoring", "record an article from a text file"),
    "cite": ("authoring", "find words in your copy and print the citation for them"),
    "fmt": ("authoring", "bring Turtle files into canonical form"),
    "mutate": ("mutating", "break a copy of a base in every known way, and say which rule saw it"),
    "init": ("authoring", "make a base of your own, with one worked example"),
}
"""Each command: the module of `kb.cli` that has its options, loaded when it is asked for, and what it does."""
OTHERS = {"serve": "show the base in a browser and answer SPARQL"}
"""Commands of other packages that the help names."""


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
        arguments = _parser(words, others).parse_args(words)
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
    print("kb: " + "\n".join(escape_for_terminal(line) for line in text.splitlines()), file=sys.stderr)


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


# --- the parser ------------------------------------------------------------------------------------------


def _parser(words: Sequence[str], others: Collection[str]) -> argparse.ArgumentParser:
    """A parser that knows every command by name, and the options of the command that was asked for."""
    parser = argparse.ArgumentParser(
        prog="kb",
        description="A fact-check citation knowledge base: who claims what, through whom, and where.",
        epilog="Exit codes: 0 clean, 1 findings or no answer, 2 usage, 3 unreadable or malformed input, "
        "4 could not look. kb COMMAND --help says more of a command.",
    )
    parser.add_argument("--version", action="version", version=f"kb {kb.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    asked = next((word for word in words if not word.startswith("-")), None)
    for name, (module, help) in COMMANDS.items():
        command = commands.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
        if name == asked:
            getattr(import_module(f"kb.cli.{module}"), f"{name}_options")(command)
    for name, help in OTHERS.items():
        if name in others:
            commands.add_parser(name, help=help, add_help=False)
    return parser
