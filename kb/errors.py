"""The error tree, drawn. Every error a user can meet is one of these, and each knows its exit code.

    KbError                    root; never raised itself
      UsageError       (2)     the command was asked for something it cannot mean
      InputError       (3)     a file is missing, unreadable or malformed
        HomeError              the folder holds no knowledge base
        TurtleError            not strict Turtle, or not what the house allows in it
        TextError              not a text that text profile 1 can read
        ArticleError           an article record that cannot be made or updated
      CiteError        (1)     the words are not there, or there more than once
      CannotLookError       (4)     a check that had nothing to check
      QueryError       (1)     a question that got no answer
        QueryRefusedError           the question asks for what is not allowed, or is not SPARQL
        QueryStoppedError           over its time, memory or size limit

A claim that breaks a rule is not an error; it is a `Finding` (see kb/finding.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class KbError(Exception):
    """Root of the tree.

    Args:
        message: what is wrong, in one sentence.
        source: the file it is in, as the user would type it.
        line: 1-based line in `source`.
        column: 1-based column in `source`, in code points.
        help: the next thing to try.
    """

    exit_code = 1

    def __init__(
        self,
        message: str,
        *,
        source: str | None = None,
        line: int | None = None,
        column: int | None = None,
        help: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.source = source
        self.line = line
        self.column = column
        self.help = help

    @property
    def where(self) -> str:
        """`file:line:column`, as far as known; empty when nothing is."""
        return ":".join(str(part) for part in (self.source, self.line, self.column) if part is not None)

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text}\n  help: {self.help}" if self.help else text


class UsageError(KbError):
    """The command was asked for something it cannot mean."""

    exit_code = 2


class InputError(KbError):
    """A file is missing, unreadable or malformed."""

    exit_code = 3


class HomeError(InputError):
    """The folder holds no knowledge base."""


class GateProblem(Protocol):
    """What a problem of the gate offers (`kb.rdf.turtle.Problem`)."""

    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def line(self) -> int | None: ...
    @property
    def column(self) -> int | None: ...
    @property
    def help(self) -> str: ...


class TurtleError(InputError):
    """Not strict Turtle, or not what the house allows in it; `problems` holds every one found, in file order."""

    problems: tuple[GateProblem, ...] = ()

    @classmethod
    def of(cls, source: str, problems: Sequence[GateProblem]) -> TurtleError:
        """An error whose message is the first problem's."""
        ordered = sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0, problem.code))
        first = ordered[0]
        error = cls(first.message, source=source, line=first.line, column=first.column, help=first.help)
        error.problems = tuple(ordered)
        return error


class TextError(InputError):
    """Not a text that text profile 1 can read."""


class ArticleError(InputError):
    """An article record that cannot be made or updated."""


class CiteError(KbError):
    """The words are not in the paragraph, or occur in it more than once."""


class CannotLookError(KbError):
    """A check that had nothing to check must not pass."""

    exit_code = 4


class QueryError(KbError):
    """A question that got no answer."""


class QueryRefusedError(QueryError):
    """The question asks for what is not allowed, or is not SPARQL 1.1."""


class QueryStoppedError(QueryError):
    """The question went over its time, memory or size limit."""
