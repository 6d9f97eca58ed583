"""Writes the report as JSON for programs. Keys are added and never renamed.

Only values under `time` differ between two runs with the same input. Control characters and characters that change the
direction of text are escaped, so the file can be displayed safely. A JSON parser returns the exact text of the base.
"""

from __future__ import annotations

import json

from kb.characters import escape_for_json
from kb.finding import Finding, Report


def as_json(report: Report) -> str:
    """The report as JSON."""
    counts = report.citations
    content = {
        "conforms": report.conforms,
        "exit_code": report.exit_code,
        "stopped": report.stopped or None,
        "fixed": report.fixed,
        "findings": [_finding(finding) for finding in report.findings],
        "checked": {
            "files": [
                {"name": file.name, "bytes": file.size, "digest": file.digest, "triples": file.triples}
                for file in report.files
            ],
            "claims": report.claims,
            "triples": report.triples,
            "citations": {
                "total": counts.total,
                "exact": counts.exact,
                "failed": counts.failed,
                "not_checked": counts.not_checked,
                "reasons": dict(counts.reasons),
            },
            "shapes": [{"iri": shape.iri, "code": shape.code, "nodes": shape.nodes} for shape in report.shapes],
            "idle": [shape.iri for shape in report.shapes if shape.nodes == 0],
            "unread": list(report.unchecked),
        },
        "coverage": _coverage(report),
        "versions": dict(report.versions),
        "commit": _commit(report),
        "time": {"started": report.started, "seconds": report.seconds} if report.started else None,
    }
    return dumps(content)


def dumps(content: object) -> str:
    """JSON with the keys in the given order, safe to display."""
    return escape_for_json(json.dumps(content, indent=2, ensure_ascii=False)) + "\n"


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "help": finding.help,
        "focus": finding.focus or None,
        "path": finding.path or None,
        "value": finding.value or None,
        "file": finding.file or None,
        "line": finding.line,
        "column": finding.column,
        "end_column": None if finding.column is None else finding.column + finding.width,
        "excerpt": finding.excerpt[0] if finding.excerpt else None,
        "related": [{"file": file, "line": line, "column": column} for file, line, column in finding.related],
        "shape": finding.shape or None,
        "component": finding.component or None,
        "fingerprint": finding.fingerprint,
        "state": finding.state,
        "reason": finding.reason or None,
    }


def _coverage(report: Report) -> dict[str, int] | None:
    coverage = report.coverage
    if coverage is None:
        return None
    return {"paragraphs": coverage.paragraphs, "covered": coverage.covered, "two_origins": coverage.two_origins}


def _commit(report: Report) -> dict[str, object] | None:
    commit = report.commit
    return None if commit is None else {"name": commit.name, "differing": list(commit.differing)}
