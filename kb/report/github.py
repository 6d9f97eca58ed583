"""Writes the report as workflow commands, which GitHub shows beside the changed lines
(https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).

GitHub shows ten errors, ten warnings and ten notices of a step. If there are more, the tenth gives the number of the
rest; the other formats contain them all. A line that begins with `::` is a command. Only this module writes such lines,
and it escapes every special character in them, so text of the base cannot run commands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kb.finding import Finding, Report
from kb.report.common import about, and_more, checked_facts, circumstances, clean, result_line

MAX_SHOWN = 10
_COMMANDS = {"violation": "error", "warning": "warning", "info": "notice"}


def as_github(report: Report) -> str:
    """Lines for the log of a step: one command for each finding, then what was checked."""
    lines: list[str] = []
    if report.stopped:
        lines.append(_command("error", {"title": "factcite could not check"}, report.stopped))
    for severity, command in _COMMANDS.items():
        found = [f for f in report.findings if f.severity == severity and f.state == "new"]
        limit = MAX_SHOWN - (1 if report.stopped and command == "error" else 0)
        lines += _write_some(command, found, limit, report.prefixes)
    facts = [*circumstances(report, times=False), *checked_facts(report), ("result", result_line(report))]
    lines += [f"{name:10} {sentence}" for name, sentence in facts]
    return "\n".join(lines) + "\n"


def _write_some(command: str, findings: Sequence[Finding], limit: int, prefixes: Mapping[str, str]) -> Iterator[str]:
    shown = findings if len(findings) <= limit else findings[: limit - 1]
    for finding in shown:
        yield _finding(command, finding, prefixes)
    left = len(findings) - len(shown)
    if left:
        yield _command(command, {"title": and_more(left, command)}, f"{and_more(left, command)}: see the full report")


def _finding(command: str, finding: Finding, prefixes: Mapping[str, str]) -> str:
    properties: dict[str, str] = {}
    if finding.file:
        properties["file"] = finding.file
    if finding.file and finding.line is not None:
        properties["line"] = str(finding.line)
        if finding.column is not None:
            properties["col"] = str(finding.column)
            properties["endColumn"] = str(finding.column + finding.width)
    properties["title"] = finding.code
    lines = [finding.message, "  ".join(about(finding, prefixes)), finding.help and f"help: {finding.help}"]
    return _command(command, properties, "\n".join(clean(line) for line in lines if line))


def _command(name: str, properties: Mapping[str, str], message: str) -> str:
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {written}::{_data(message)}"


def _data(text: str) -> str:
    """The part after the second `::`; it contains only our own line ends."""
    lines = (clean(line).replace("%", "%25") for line in text.split("\n"))
    return "%0A".join(lines)


def _property(text: str) -> str:
    return clean(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
