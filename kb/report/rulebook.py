"""All rules in one Markdown document, an anchor for each: what a report can link to where no site is at hand.

It is written from the shapes by `kb explain --format markdown`; the one of this repository is compared with them by
a test, so that it cannot go stale.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kb.finding import Rule
from kb.report.common import WORDS
from kb.report.rules import example
from kb.terminal import visible


def rulebook(rules: Iterable[Rule]) -> str:
    """A heading for each rule, with its code as anchor (`#fc324`), in the order of the codes."""
    ordered = sorted(rules, key=lambda rule: rule.code)
    return "\n".join([*_head(ordered), *(line for rule in ordered for line in _rule(rule))]) + "\n"


def _head(rules: Iterable[Rule]) -> Iterator[str]:
    yield "# The rules"
    yield ""
    yield "Written from the shapes by `kb explain --format markdown`; edit the shapes, not this."
    yield ""
    for rule in rules:
        yield f"- [{rule.code}](#{rule.code.lower()}) {_plain(rule.name)}"


def _rule(rule: Rule) -> Iterator[str]:
    yield ""
    yield f"## {rule.code}"
    yield ""
    yield f"**{_plain(rule.name)}** ({WORDS[rule.severity]}). {_plain(rule.message)}"
    yield ""
    yield from (f"- {_plain(check)}" for check in rule.checks or ("checked by the program itself",))
    if rule.why:
        yield f"- Why: {_plain(rule.why)}"
    yield from _example("Wrong", rule.bad)
    yield from _example("Right", rule.help)


def _example(title: str, text: str) -> Iterator[str]:
    if text:
        lines = [*example(text)]
        fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 0)  # longer than any inside
        yield from ("", f"{title}:", "", f"{fence}turtle", *lines, fence)


def _plain(text: str) -> str:
    """Text in which nothing is Markdown or HTML."""
    return re.sub(r"([\\`*_{}\[\]<>#|&~!@])", r"\\\1", visible(" ".join(text.split())))
