"""Writes the report as JUnit XML, for programs that show test results.

There are three suites. Each rule is a test that passes, or is skipped if it had nothing to check. Each finding is a
failed test. Exact citations are one passed test, and each reason why citations were not checked is a skipped test. A
check that could not be completed is an error. There is no common schema; the output contains only what all readers
support (https://github.com/testmoapp/junitxml).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from kb.finding import Finding, Report
from kb.report.common import (
    WORDS,
    about,
    checked_facts,
    circumstances,
    clean,
    place,
    related,
    result_line,
    split_excerpt,
)


@dataclass(frozen=True)
class _Case:
    """One test: its class, its name, its outcome (`failure`, `error`, `skipped`, or empty) and the reason."""

    group: str
    name: str
    outcome: str = ""
    message: str = ""
    kind: str = ""
    lines: tuple[str, ...] = ()
    file: str = ""
    line: int | None = None


def as_junit(report: Report) -> str:
    """JUnit XML; control characters of the base are escaped, because XML cannot contain them."""
    suites = {
        "rules": [*_stopped(report), *_rules(report)],
        "findings": [_finding(finding, report) for finding in report.findings],
        "citations": [*_citations(report)],
    }
    cases = [case for suite in suites.values() for case in suite]
    head = f'<testsuites name="factcite" {_counts(cases)}{_time(report)}>'
    body = [line for name, suite in suites.items() if suite for line in _suite(name, suite, report)]
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *body, "</testsuites>"]) + "\n"


def _stopped(report: Report) -> Iterator[_Case]:
    if report.stopped:
        yield _Case("factcite.check", "the check was completed", "error", report.stopped, f"exit {report.exit_code}")


def _rules(report: Report) -> Iterator[_Case]:
    names = {rule.iri: rule.name for rule in report.rules}
    for shape in report.shapes:
        name = f"{shape.code} {names.get(shape.iri, shape.iri)}"
        if shape.nodes == 0:
            yield _Case("factcite.rules", name, "skipped", "checked no node")
        else:
            yield _Case("factcite.rules", f"{name}: checked {shape.nodes:,}")


def _finding(finding: Finding, report: Report) -> _Case:
    before, words, after = split_excerpt(finding)
    lines = [f"{place(finding)}: {clean(finding.message)}"]
    lines += [before + words + after, " " * len(before) + "^" * max(1, len(words))] if finding.excerpt else []
    lines += ["about " + "  ".join(about(finding, report.prefixes))] if finding.focus else []
    lines += ["also at " + ", ".join(related(finding))] if finding.related else []
    lines += [f"waived: {clean(finding.reason)}"] if finding.reason else []
    lines += [f"help: {clean(finding.help)}"] if finding.help else []
    outcome = "failure" if finding.fails else "skipped"
    kind = f"{WORDS[finding.severity]} {finding.code}"
    name = f"{finding.code} {place(finding)} {finding.fingerprint[:8]}"
    message = finding.message if finding.state == "new" else f"{finding.state}: {finding.message}"
    return _Case(f"factcite.{finding.code}", name, outcome, message, kind, tuple(lines), finding.file, finding.line)


def _citations(report: Report) -> Iterator[_Case]:
    counts = report.citations
    if counts.exact:
        yield _Case("factcite.citations", f"{counts.exact:,} exact")
    for reason, count in counts.reasons.items():
        yield _Case("factcite.citations", f"{count:,} not checked: {reason}", "skipped", reason)


def _suite(name: str, cases: Sequence[_Case], report: Report) -> Iterator[str]:
    stamp = f" timestamp={quoteattr(report.started.removesuffix('Z'))}" if report.started else ""
    yield f"  <testsuite name={quoteattr(name)} {_counts(cases)}{_time(report, name == 'rules')}{stamp}>"
    if name == "rules":
        yield "    <properties>"
        for key, sentence in (
            *circumstances(report, times=False),
            *checked_facts(report),
            ("result", result_line(report)),
        ):
            yield f"      <property name={_quoted(key or 'citations')} value={_quoted(sentence)}/>"
        for file in report.files:
            value = f"{file.size} bytes, {file.triples} triples, {file.digest}"
            yield f"      <property name={_quoted('file ' + file.name)} value={_quoted(value)}/>"
        yield "    </properties>"
    for case in cases:
        yield from _case(case)
    yield "  </testsuite>"


def _case(case: _Case) -> Iterator[str]:
    where = f" file={_quoted(case.file)}" if case.file else ""
    where += f' line="{case.line}"' if case.line else ""
    head = f"    <testcase classname={_quoted(case.group)} name={_quoted(case.name)}{where}"
    if not case.outcome:
        yield head + "/>"
        return
    kind = f" type={_quoted(case.kind)}" if case.kind and case.outcome != "skipped" else ""
    text = escape("\n".join(case.lines))
    yield head + ">"
    yield f"      <{case.outcome} message={_quoted(case.message)}{kind}>{text}</{case.outcome}>"
    yield "    </testcase>"


def _counts(cases: Sequence[_Case]) -> str:
    counts = {outcome: sum(case.outcome == outcome for case in cases) for outcome in ("failure", "error", "skipped")}
    return (
        f'tests="{len(cases)}" failures="{counts["failure"]}" errors="{counts["error"]}" skipped="{counts["skipped"]}"'
    )


def _time(report: Report, wanted: bool = True) -> str:
    return f' time="{report.seconds:.3f}"' if wanted and report.seconds is not None else ""


def _quoted(text: str) -> str:
    return quoteattr(clean(text))
