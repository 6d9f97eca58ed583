"""Reads the TOML settings of a base with the line of each mistake, and changes single values.

`tomllib` reports lines only for syntax errors, and cannot write. A full TOML library would be too much for six numbers
and a few waivers, so lines are found by their table headers, and only plain `key = value` lines are changed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.errors import InputError
from kb.files import read_bytes

MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Settings:
    """A TOML file that was read.

    Attributes:
        name: its name in messages, relative to the home.
        data: its bytes.
        content: the parsed content.
    """

    name: str
    data: bytes
    content: Mapping[str, object]

    def wrong(self, message: str, *, line: int | None = None, help: str) -> InputError:
        """An error in this file."""
        return InputError(message, source=self.name, line=line, help=help)

    def line_of_table(self, header: str, number: int) -> int | None:
        """The 1-based line of the header of the table with this number, from 0; None where it has no own line."""
        lines = self.data.decode("utf-8").splitlines()
        pattern = re.compile(rf"\s*\[+\s*{re.escape(header)}\s*\]+\s*(#.*)?")
        found = [at for at, line in enumerate(lines, start=1) if pattern.fullmatch(line)]
        return found[number] if number < len(found) else None

    def line_of_key(self, key: str, *, table: str = "", after: int | None = None) -> int | None:
        """The 1-based line of a key of a table (of the table whose header is at line `after`)."""
        span = key_span(self.data.decode("utf-8"), key, table=table, after=after)
        return None if span is None else self.data.decode("utf-8").count("\n", 0, span[0]) + 1


def read_settings(path: Path, *, name: str) -> Settings:
    """Read a TOML file.

    Raises:
        InputError: missing, unreadable, or not TOML; names the line.
    """
    data = read_bytes(path, limit=MAX_BYTES)
    try:
        return Settings(name, data, tomllib.loads(data.decode("utf-8")))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError("is not UTF-8", source=name, line=line, help="save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
        ends = data.count(b"\n") + 1
        raise InputError(
            f"is not TOML: {message[: place.start()] if place else message}",
            source=name,
            line=None if place is None else int(place[1]) if place[1] else ends,
            column=int(place[2]) if place and place[2] else None,
            help="correct the TOML at this place",
        ) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, lists within thousands of lists
        raise InputError(f"is TOML that cannot be read: {error}", source=name, help="write it shorter") from error


def key_span(text: str, key: str, *, table: str = "", after: int | None = None) -> tuple[int, int] | None:
    """Offsets of the value of a key; None where the key has no plain line `key = value` of its own.

    Args:
        table: header of the table of the key; empty for the top of the file.
        after: 1-based line of that header, if there are several.
    """
    start, end = table_span(text, table, after=after)
    found = re.compile(rf"^[ \t]*{re.escape(key)}[ \t]*=[ \t]*([^#\n]*?)[ \t]*(?=#|$)", re.MULTILINE).search(
        text, start, end
    )
    return None if found is None else found.span(1)


def table_span(text: str, table: str, *, after: int | None = None) -> tuple[int, int]:
    """Offsets from the end of a table's header to the next header; an empty span at the end without such a table."""
    headers = list(re.finditer(r"^[ \t]*\[+[ \t]*([^\[\]\n]+?)[ \t]*\]+[ \t]*(?:#.*)?$\n?", text, re.MULTILINE))
    if not table and after is None:
        return 0, headers[0].start() if headers else len(text)
    for number, header in enumerate(headers):
        line = text.count("\n", 0, header.start()) + 1
        if header[1] == table and after in (None, line):
            following = headers[number + 1].start() if number + 1 < len(headers) else len(text)
            return header.end(), following
    return len(text), len(text)
