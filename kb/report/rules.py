"""Writes descriptions of rules: one rule for a terminal, a list of all rules, or one Markdown document.

The document has an anchor for each rule, which a report can link to if no website is running. A test compares the
document of this repository, `shapes/RULES.md`, with the shapes, so that it cannot become outdated.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from kb.characters import escape_for_terminal
from kb.finding import Rule
from kb.report.common import WORDS, escape_markdown, fence_turtle

_WIDTH = 100


def explain(rule: Rule) -> str:
    """The full description of one rule."""
    return "\n".join(_lines(rule)) + "\n"


def explain_all(rules: Iterable[Rule]) -> str:
    """A line for each rule: code, severity, name, and the message for a violation."""
    return "".join(
        f"{rule.code}  {WORDS[rule.severity]:7}  {escape_for_terminal(f'{rule.name}: {rule.message}')}\n"
        for rule in rules
    )


def rulebook(rules: Iterable[Rule]) -> str:
    """A Markdown document with a heading for each rule, sorted by code; the code is the anchor (`#fc324`)."""
    ordered = sorted(rules, key=lambda rule: rule.code)
    lines = [
        "# The rules",
        "",
        "Generated from the shapes by `kb explain --format markdown`. Edit the shapes, not this file.",
        "",
        *(f"- [{rule.code}](#{rule.code.lower()}) {escape_markdown(rule.name)}" for rule in ordered),
        *(line for rule in ordered for line in _section(rule)),
    ]
    return "\n".join(lines) + "\n"


# --- at a terminal ---------------------------------------------------------------------------------------


def _lines(rule: Rule) -> Iterator[str]:
    yield f"{rule.code}  {WORDS[rule.severity]}  {escape_for_terminal(rule.name)}"
    yield from _part("What it checks", rule.checks or ("checked in code, not by a shape",))
    yield from _part("Why", (rule.why,))
    yield from _example("Wrong", rule.bad)
    yield from _example("Right", rule.help)
    yield from _part("How to fix it", (rule.message,))
    notes = []
    if rule.off:
        notes.append("it is deactivated")
    if rule.idle and rule.host:
        notes.append("it may have nothing to check")
    if rule.file:
        notes.append(f"it is in {rule.file}, line {rule.line}")
    yield from _part("Also", notes)


def _part(title: str, sentences: Iterable[str]) -> Iterator[str]:
    lines = [
        line for sentence in sentences if sentence for line in textwrap.wrap(escape_for_terminal(sentence), _WIDTH - 4)
    ]
    if lines:
        yield ""
        yield title
        yield from (f"    {line}" for line in lines)


def _example(title: str, text: str) -> Iterator[str]:
    """An example with its line breaks, so that it can be copied."""
    if text:
        yield ""
        yield title
        yield from (f"    {line}" for line in _statements(text))


# --- in Markdown -----------------------------------------------------------------------------------------


def _section(rule: Rule) -> Iterator[str]:
    yield from ("", f"## {rule.code}", "")
    yield f"**{escape_markdown(rule.name)}** ({WORDS[rule.severity]}). {escape_markdown(rule.message)}"
    yield ""
    yield from (f"- {escape_markdown(check)}" for check in rule.checks or ("checked in code, not by a shape",))
    if rule.why:
        yield f"- Why: {escape_markdown(rule.why)}"
    for title, example in (("Wrong", rule.bad), ("Right", rule.help)):
        if example:
            yield from ("", f"{title}:", "", fence_turtle("\n".join(_statements(example))))


def _statements(text: str) -> Iterator[str]:
    """The lines of an example, with each statement on its own line."""
    yield from (escape_for_terminal(line) for line in re.sub(r" \. +(?=[^ #])", " .\n", text).split("\n"))
