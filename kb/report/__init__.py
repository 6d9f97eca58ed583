"""Writes a `Report` in every format: one writer in each file, all with the same values in the same order.

    text      a person at a terminal            github    annotations beside the changed lines
    json      programs                          markdown  the summary of a CI run
    sarif     code scanning, editors            html      one page, to keep or to send
    junit     test reporters                    turtle    the W3C validation report, with its provenance

Each format says what was checked and what was not. If a reader has a size limit, the writer stops before the limit and
gives the number of findings that were left out. Text from a base is always escaped, so it is never run as a command.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from kb.finding import Report
from kb.report.github import as_github
from kb.report.html import as_html
from kb.report.json import as_json
from kb.report.junit import as_junit
from kb.report.markdown import as_markdown
from kb.report.sarif import as_sarif
from kb.report.text import report_text
from kb.report.turtle import as_turtle

__all__ = [
    "REPORT_FORMATS",
    "as_github",
    "as_html",
    "as_json",
    "as_junit",
    "as_markdown",
    "as_sarif",
    "as_turtle",
    "report_text",
]

REPORT_FORMATS: Mapping[str, Callable[[Report], str]] = MappingProxyType(
    {
        "text": report_text,
        "json": as_json,
        "turtle": as_turtle,
        "sarif": as_sarif,
        "junit": as_junit,
        "github": as_github,
        "markdown": as_markdown,
        "html": as_html,
    }
)
"""Name of a format to its writer."""
