"""Writes the report as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), for code scanning and editors.

A rule is identified by its code, which never changes. A result is identified by its fingerprint, which contains no line
number, so an edit elsewhere in a file does not make it new. Paths are relative to the base, or to the folder given with
`--source-root`. Results above the limits of GitHub are left out and counted
(https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote

from kb.finding import Finding, Report, Rule
from kb.report.common import (
    WORDS,
    about,
    and_more,
    checked_facts,
    circumstances,
    clean,
    clean_lines,
    escape_markdown,
    fence_turtle,
    result_line,
    rules_by_code,
    split_excerpt,
)
from kb.report.json import dumps

MAX_RESULTS = 25_000
MAX_RULES = 25_000
MAX_PLACES = 1_000
MAX_TAGS = 20
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

_PROBLEM = {"violation": "error", "warning": "warning", "info": "recommendation"}
_TAGS = {
    "FC0": "claim",
    "FC1": "article",
    "FC2": "claim",
    "FC3": "citation",
    "FC4": "entity",
    "FC5": "vocabulary",
    "FC6": "derived",
    "FC9": "code",
}
_Json = dict[str, object]


def as_sarif(report: Report) -> str:
    """A SARIF log with one run."""
    rules = rules_by_code(report)
    codes = list(rules)[:MAX_RULES]
    kept = [finding for finding in report.findings if finding.code in codes][:MAX_RESULTS]
    files = {file.name: index for index, file in enumerate(report.files)}
    run: _Json = {
        "tool": {"driver": _driver(report, [rules[code] for code in codes])},
        "invocations": [_invocation(report, len(report.findings) - len(kept))],
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The folder that the paths are relative to."}}},
        "artifacts": [
            {
                "location": _artifact(file.name),
                "length": file.size,
                "hashes": {"sha-256": file.digest.removeprefix("sha256:")},
            }
            for file in report.files
        ],
        "results": [_result(_ensure_place(finding, rules, report), codes, files, report.prefixes) for finding in kept],
        "columnKind": "unicodeCodePoints",
        "properties": _properties(report),
    }
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _driver(report: Report, rules: Sequence[Rule]) -> _Json:
    return {
        "name": "factcite",
        "version": report.versions.get("factcite", "0"),
        "semanticVersion": report.versions.get("factcite", "0"),
        "rules": [_rule(rule) for rule in rules],
    }


def _rule(rule: Rule) -> _Json:
    plain = [rule.message, rule.why, *(f"Wrong: {rule.bad}" for _ in range(bool(rule.bad))), f"Right: {rule.help}"]
    return {
        "id": rule.code,
        **({} if rule.name == rule.code else {"name": clean(rule.name)}),
        "shortDescription": {"text": _message(rule.message)},
        "fullDescription": {"text": _message(rule.why or rule.message)},
        "help": {"text": _message("\n\n".join(part for part in plain if part)), "markdown": _markdown(rule)},
        "defaultConfiguration": {"level": WORDS[rule.severity]},
        "properties": {
            "tags": ["factcite", _TAGS.get(rule.code[:3], "rule")][:MAX_TAGS],
            "problem.severity": _PROBLEM[rule.severity],
        },
    }


def _markdown(rule: Rule) -> str:
    """The message, the reason and both examples, in Markdown."""
    parts = [escape_markdown(rule.message), escape_markdown(rule.why)]
    parts += [f"Wrong:\n\n{fence_turtle(rule.bad)}"] if rule.bad else []
    parts += [f"Right:\n\n{fence_turtle(rule.help)}"] if rule.help else []
    return "\n\n".join(part for part in parts if part)


def _message(text: str) -> str:
    """The text of a message. Brackets would be links and braces would be placeholders (sections 3.11.5 and 3.11.6)."""
    escaped = re.sub(r"([\\\[\]])", r"\\\1", clean_lines(text))
    return escaped.replace("{", "{{").replace("}", "}}")


def _ensure_place(finding: Finding, rules: Mapping[str, Rule], report: Report) -> Finding:
    """The finding with a place, which GitHub requires: its own, that of its rule, or the first file that was read."""
    rule = rules[finding.code]
    if finding.file or not (rule.file or report.files):
        return finding
    line = rule.line if rule.file else 1
    return replace(finding, file=rule.file or report.files[0].name, line=line, column=None, excerpt=())


def _result(finding: Finding, codes: Sequence[str], files: Mapping[str, int], prefixes: Mapping[str, str]) -> _Json:
    named = about(finding, prefixes)[:1]
    result: _Json = {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": WORDS[finding.severity],
        "message": {"text": _message(finding.message + "".join(f" ({name})" for name in named))},
        "locations": [_location(finding, files)] if finding.file else [],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{finding.fingerprint}:1",  # the one name that GitHub compares
            "factcite/v1": finding.fingerprint,
        },
    }
    if finding.related:
        result["relatedLocations"] = _related(finding, files)
    if finding.state == "waived":
        result["suppressions"] = [{"kind": "external", "justification": clean(finding.reason)}]
    result["baselineState"] = "unchanged" if finding.state == "known" else "new"
    return result


def _related(finding: Finding, files: Mapping[str, int]) -> list[_Json]:
    """The further places, as many as are taken beside the first; the last one says how many more there are."""
    kept = finding.related[: MAX_PLACES - 1]
    left = len(finding.related) - len(kept)
    places: list[_Json] = [
        {
            "id": number,
            "physicalLocation": {
                "artifactLocation": _artifact(file, files.get(file)),
                "region": {"startLine": line, "startColumn": column},
            },
            "message": {"text": "Also here"},
        }
        for number, (file, line, column) in enumerate(kept, start=1)
    ]
    if left:
        places[-1]["message"] = {"text": f"Also here, {and_more(left, 'place')}"}
    return places


def _location(finding: Finding, files: Mapping[str, int]) -> _Json:
    region = _region(finding.line, finding.column, finding.width)
    place: _Json = {"artifactLocation": _artifact(finding.file, files.get(finding.file)), "region": region}
    if finding.excerpt:
        place["region"] = {**region, "snippet": {"text": split_excerpt(finding)[1]}}
        place["contextRegion"] = {"startLine": finding.line, "snippet": {"text": "".join(split_excerpt(finding))}}
    location: _Json = {"physicalLocation": place}
    if finding.focus:
        location["logicalLocations"] = [{"fullyQualifiedName": clean(finding.focus), "kind": "resource"}]
    return location


def _region(line: int | None, column: int | None, width: int) -> _Json:
    columns: _Json = {} if column is None else {"startColumn": column, "endColumn": column + width}
    return {"startLine": line or 1, **columns}


def _artifact(name: str, index: int | None = None) -> _Json:
    uri = quote(name.encode("utf-8", "surrogateescape"), safe="/")
    return {"uri": uri, "uriBaseId": "SRCROOT"} | ({} if index is None else {"index": index})


def _invocation(report: Report, left_out: int) -> _Json:
    notes = [("note", f"{name}: {sentence}" if name else sentence) for name, sentence in checked_facts(report)]
    if report.stopped:
        notes.insert(0, ("error", report.stopped))
    if left_out:
        notes.insert(
            0,
            (
                "warning",
                f"{and_more(left_out, 'result')} than the limit of SARIF readers; the JSON report contains them all",
            ),
        )
    invocation: _Json = {
        "executionSuccessful": not report.stopped,
        "exitCode": report.exit_code,
        "exitCodeDescription": result_line(report),
        "toolExecutionNotifications": [
            {"level": level, "message": {"text": _message(sentence)}} for level, sentence in notes
        ],
    }
    if report.started:
        invocation["startTimeUtc"] = report.started
        if report.seconds is not None:
            ended = datetime.fromisoformat(report.started) + timedelta(seconds=report.seconds)
            invocation["endTimeUtc"] = ended.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return invocation


def _properties(report: Report) -> _Json:
    counts = report.citations
    return {
        **{name: sentence for name, sentence in circumstances(report, times=False)},
        "nodesPerShape": {shape.code: shape.nodes for shape in report.shapes},
        "idleShapes": [shape.code for shape in report.shapes if shape.nodes == 0],
        "citations": {"exact": counts.exact, "failed": counts.failed, "notChecked": counts.not_checked},
    }
