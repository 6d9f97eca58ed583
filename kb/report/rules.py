"""A rule in words for a person at a terminal: what it checks, why, a wrong and a right example, how to mend it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from kb.finding import Rule
from kb.report.common import WORDS
from kb.terminal import visible

_WIDTH = 100


def explain(rule: Rule) -> str:
    """One rule, whole."""
    return "\n".join(_lines(rule)) + "\n"


def explain_all(rules: Iterable[Rule]) -> str:
    """Every rule in a line: code, severity, name, and what is wrong when it is broken."""
    return "".join(
        f"{rule.code}  {WORDS[rule.severity]:7}  {visible(rule.name)}: {visible(rule.message)}\n" for rule in rules
    )


def _lines(rule: Rule) -> Iterator[str]:
    yield f"{rule.code}  {WORDS[rule.severity]}  {visible(rule.name)}"
    yield from _part("What it checks", rule.checks or ("checked by the program itself, beside the shapes",))
    yield from _part("Why", (rule.why,))
    yield from _example("Wrong", rule.bad)
    yield from _example("Right", rule.help)
    yield from _part("How to mend it", (rule.message,))
    notes = []
    if rule.off:
        notes.append("it is switched off")
    if rule.idle and rule.host:
        notes.append("it may find nothing to look at")
    if rule.file:
        notes.append(f"it stands in {rule.file}, line {rule.line}")
    yield from _part("Beside that", notes)


def _part(title: str, sentences: Iterable[str]) -> Iterator[str]:
    lines = [line for sentence in sentences if sentence for line in textwrap.wrap(visible(sentence), _WIDTH - 4)]
    if lines:
        yield ""
        yield title
        yield from (f"    {line}" for line in lines)


def _example(title: str, text: str) -> Iterator[str]:
    """An example as it is, so that it can be copied."""
    if text:
        yield ""
        yield title
        yield from (f"    {line}" for line in example(text))


def example(text: str) -> Iterator[str]:
    """The lines of an example: each statement in one of its own."""
    yield from (visible(line) for line in re.sub(r" \. +(?=[^ #])", " .\n", text).split("\n"))
