"""The report for programs. Keys are added and never renamed.

What differs from run to run over the same input stands under `time` and nowhere else. Control and direction
characters are escaped, so that the file can be displayed safely; a reader gets back the exact text of the base.
"""

from __future__ import annotations

import json

from kb.characters import escape_for_json
from kb.finding import Finding, Report


def as_json(report: Report) -> str:
    """What a program reads."""
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
    """JSON, in the order given, that is safe to look at."""
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
    reached = report.coverage
    if reached is None:
        return None
    return {"paragraphs": reached.paragraphs, "covered": reached.covered, "two_origins": reached.two_origins}


def _commit(report: Report) -> dict[str, object] | None:
    commit = report.commit
    return None if commit is None else {"name": commit.name, "differing": list(commit.differing)}
