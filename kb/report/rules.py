"""Rules in words: one for a person at a terminal, all of them in a list, or in one Markdown document.

The document has an anchor for each rule: what a report can link to where no site is running. The one of this
repository, `shapes/RULES.md`, is compared with the shapes by a test, so that it cannot go stale.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from kb.finding import Rule
from kb.report.common import WORDS, escape_markdown, fence_turtle
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


def rulebook(rules: Iterable[Rule]) -> str:
    """A Markdown document: a heading for each rule, with its code as anchor (`#fc324`), in the order of the codes."""
    ordered = sorted(rules, key=lambda rule: rule.code)
    lines = [
        "# The rules",
        "",
        "Written from the shapes by `kb explain --format markdown`; edit the shapes, not this.",
        "",
        *(f"- [{rule.code}](#{rule.code.lower()}) {escape_markdown(rule.name)}" for rule in ordered),
        *(line for rule in ordered for line in _section(rule)),
    ]
    return "\n".join(lines) + "\n"


# --- at a terminal ---------------------------------------------------------------------------------------


def _lines(rule: Rule) -> Iterator[str]:
    yield f"{rule.code}  {WORDS[rule.severity]}  {visible(rule.name)}"
    yield from _part("What it checks", rule.checks or ("checked by the program itself, beside the shapes",))
    yield from _part("Why", (rule.why,))
    yield from _example("Wrong", rule.bad)
    yield from _example("Right", rule.help)
    yield from _part("How to fix it", (rule.message,))
    notes = []
    if rule.off:
        notes.append("it is switched off")
    if rule.idle and rule.host:
        notes.append("it may have nothing to check")
    if rule.file:
        notes.append(f"it is in {rule.file}, line {rule.line}")
    yield from _part("Also", notes)


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
        yield from (f"    {line}" for line in _statements(text))


# --- in Markdown -----------------------------------------------------------------------------------------


def _section(rule: Rule) -> Iterator[str]:
    yield from ("", f"## {rule.code}", "")
    yield f"**{escape_markdown(rule.name)}** ({WORDS[rule.severity]}). {escape_markdown(rule.message)}"
    yield ""
    yield from (f"- {escape_markdown(check)}" for check in rule.checks or ("checked by the program itself",))
    if rule.why:
        yield f"- Why: {escape_markdown(rule.why)}"
    for title, example in (("Wrong", rule.bad), ("Right", rule.help)):
        if example:
            yield from ("", f"{title}:", "", fence_turtle("\n".join(_statements(example))))


def _statements(text: str) -> Iterator[str]:
    """The lines of an example: each statement in one of its own."""
    yield from (visible(line) for line in re.sub(r" \. +(?=[^ #])", " .\n", text).split("\n"))
