"""The README as data: its code blocks, the commands in them, and what each is shown to print."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from tests.support.paths import ROOT

README = ROOT / "README.md"


@dataclass(frozen=True)
class Block:
    """A code block: its language, the line it opens on, its text, and what the comment above it says."""

    language: str
    line: int
    text: str
    note: str


@dataclass(frozen=True)
class Command:
    """A command as shown: words, line, output (None where none is shown), and whether numbers are masked."""

    words: str
    line: int
    output: str | None
    masked: bool


def blocks() -> Iterator[Block]:
    """Every fenced block of the README."""
    text = README.read_text("utf-8")
    fence = r"^(?: *<!-- (?P<note>[^>]*) -->\n)?(?P<indent> *)```(?P<language>\w+)\n(?P<text>.*?)^(?P=indent)```$"
    for match in re.finditer(fence, text, re.MULTILINE | re.DOTALL):
        line = text.count("\n", 0, match.start("language")) + 1
        yield Block(match["language"], line, textwrap.dedent(match["text"]), match["note"] or "")


def commands(block: Block) -> Iterator[Command]:
    """Every command of a console block, in order; a trailing backslash goes on in the next line."""
    first, *parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    assert not first, f"README.md:{block.line}: a console block opens with a command"
    line = block.line + 1
    for part in parts:
        words, _, output = re.sub(r"\\\n *", "", part).partition("\n")
        yield Command(words, line, output if output.strip() else None, block.note == "numbers change")
        line += part.count("\n")


MUTATE = "kb mutate"
"""Runs in tests/kb/mutate/test_run.py, which compares what it prints with the README."""

BLOCKS = list(blocks()) if README.is_file() else []
SHOWN = [command for block in BLOCKS if block.language == "console" for command in commands(block)]


def like(command: Command, output: str) -> bool:
    """Whether the output is the one shown, `…` standing for anything."""
    assert command.output is not None
    shown, printed = command.output.strip(), output.strip()
    if command.masked:
        shown, printed = (re.sub(r" *\d[\d,]*", " N", text) for text in (shown, printed))
    pattern = re.escape(shown).replace(r"…\n", "…").replace(r"\n…", "…").replace("…", r"[\s\S]*?")
    return re.fullmatch(pattern, printed) is not None
