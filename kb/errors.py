"""The error tree. Every error that a user can meet is one of these, and each has its exit code.

    KbError                         the root; never raised itself
      UsageError            (2)     an option, a name or a value that makes no sense
      InputError            (3)     a file is missing, unreadable or malformed
        HomeError                   the folder contains no knowledge base
        TurtleError                 not strict Turtle, or Turtle that this project does not allow
        TextError                   not a text that text profile 1 can read
        ArticleError                an article record that cannot be made or updated
      CiteError             (1)     the words are not in the paragraph, or occur in it more than once
      CannotLookError       (4)     a check that had nothing to check
      QueryError            (1)     a query without an answer
        QueryRefusedError           the query asks for something that is not allowed, or is not SPARQL
        QueryStoppedError           the query exceeded its time, memory or size limit
        NotWritableError            an answer that the format cannot contain

The web application adds these:

    KbError
      MissingWordsError     (1)     a page uses a text that is in no catalogue
      QueryError
        BadRequestError     (1)     a request that the SPARQL protocol does not allow
        BudgetSpentError    (1)     the client has used the engine for too long
        NotAcceptableError  (1)     the client accepts no format that the answer has
        NotOfferedError     (1)     a format that this form of query does not have
        QueryStoppedError
          StoppedError      (1)     what the page or the endpoint says of a stopped query
          WorkerDiedError   (1)     the worker process ended
          QueryTimeoutError (1)     the worker did not answer in time
          ClientGoneError   (1)     the client does not wait for the answer any more
          QueueFullError    (1)     the slots for long queries are taken
          TooLargeError     (1)     the answer has too many bytes
          TooManyError      (1)     the answer has too many rows

A claim that breaks a rule is not an error; it is a `Finding` (see kb/finding.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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
    """An option, a name or a value that makes no sense."""

    exit_code = 2


class InputError(KbError):
    """A file is missing, unreadable or malformed."""

    exit_code = 3


class HomeError(InputError):
    """The folder contains no knowledge base."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem that the gate finds in a file.

    Attributes:
        code: the code of the rule.
        message: what is wrong, in one sentence.
        line: 1-based line.
        column: 1-based column, in code points.
        help: the next thing to try.
    """

    code: str
    message: str
    line: int | None = None
    column: int | None = None
    help: str = ""


class TurtleError(InputError):
    """Not strict Turtle, or Turtle that this project does not allow; `problems` has all of them, in file order."""

    problems: tuple[Problem, ...] = ()

    @classmethod
    def of(cls, source: str, problems: Sequence[Problem]) -> TurtleError:
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
    """A query without an answer."""


class QueryRefusedError(QueryError):
    """The query asks for something that is not allowed, or is not SPARQL 1.1."""


class NotWritableError(QueryError):
    """The answer has something that the format cannot carry."""


class QueryStoppedError(QueryError):
    """The query exceeded its time, memory or size limit."""
