"""The report for programs. Keys are added and never renamed."""

from __future__ import annotations

import json

from kb.finding import Finding, Report


def as_json(report: Report) -> str:
    """What a program reads; keys are added and never renamed."""
    counts = report.citations
    content = {
        "conforms": report.conforms,
        "exit_code": report.exit_code,
        "stopped": report.stopped or None,
        "fixed": report.fixed,
        "findings": [_finding_json(finding) for finding in report.findings],
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
            "unread": list(report.unchecked),
        },
        "versions": dict(report.versions),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _finding_json(finding: Finding) -> dict[str, object]:
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
        "related": [{"file": file, "line": line, "column": column} for file, line, column in finding.related],
        "shape": finding.shape or None,
        "fingerprint": finding.fingerprint,
        "state": finding.state,
        "reason": finding.reason or None,
    }
