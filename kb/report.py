"""A `Report` as text for a terminal, as JSON for programs, and as the W3C's validation report in Turtle.

Every writer reads the same values in the same order. What was not checked is said in each of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import pyoxigraph as ox

from kb.answer import is_iri, short_iri, visible
from kb.canon import write_turtle
from kb.finding import Finding, Report
from kb.vocab import DCTERMS, FC, RDF, SH, SHAPES, XSD

_WORDS = {"violation": "error", "warning": "warning", "info": "note"}


def as_text(report: Report) -> str:
    """What a person reads on a terminal; plain text, control characters spelt out."""
    lines: list[str] = []
    for finding in report.findings:
        lines += [*_finding_lines(finding, report.prefixes), ""]
    lines += [*_looked_at(report), _verdict(report)]
    return "\n".join(lines) + "\n"


def _finding_lines(finding: Finding, prefixes: Mapping[str, str]) -> Iterator[str]:
    where = ":".join(str(part) for part in (finding.file, finding.line, finding.column) if part not in ("", None))
    state = "" if finding.state == "new" else f"{finding.state} "
    yield f"{state}{_WORDS[finding.severity]}[{finding.code}] {where or '(no file)'}: {visible(finding.message)}"
    for line in finding.excerpt:
        yield f"    | {visible(line)}"
    if finding.focus:
        value = "" if finding.value == f"<{finding.focus}>" else finding.value
        parts = (finding.focus, finding.path, value)
        yield "    about " + "  ".join(visible(_shortened(part, prefixes)) for part in parts if part)
    if finding.reason:
        yield f"    waived: {visible(finding.reason)}"
    if finding.help:
        yield f"    help: {visible(finding.help)}"


def _shortened(text: str, prefixes: Mapping[str, str]) -> str:
    """An IRI, a path of IRIs or a value in N-Triples form, with prefixes where they fit."""
    if text.startswith('"'):
        return text
    return re.sub(r"<([^<>]*)>", lambda match: short_iri(match[1], prefixes), short_iri(text, prefixes))


def _looked_at(report: Report) -> Iterator[str]:
    size = sum(file.size for file in report.files)
    yield f"read       {len(report.files)} files, {size:,} bytes, {report.triples:,} triples, {report.claims:,} claims"
    if report.shapes:
        idle = [shape for shape in report.shapes if shape.nodes == 0]
        nodes = sum(shape.nodes for shape in report.shapes)
        rest = f"; {len(idle)} had nothing to look at" if idle else ""
        yield f"rules      {len(report.shapes)} shapes looked at nodes {nodes:,} times{rest}"
    else:
        yield "rules      not run"
    counts = report.citations
    yield f"citations  {counts.total:,}: {counts.exact:,} exact, {counts.failed:,} failed, {counts.not_checked:,} not checked"
    for reason, count in counts.reasons.items():
        yield f"           not checked: {count:,}, {visible(reason)}"
    for sentence in report.unchecked:
        yield f"unchecked  {visible(sentence)}"
    if report.fixed is not None:
        word = "finding" if report.fixed == 1 else "findings"
        yield f"baseline   {report.count('known'):,} known; {report.fixed:,} {word} of the baseline no longer there"


def _verdict(report: Report) -> str:
    if report.stopped:
        return f"result     not checked: {visible(report.stopped)} (exit {report.exit_code})"
    if not report.findings:
        return f"result     nothing found (exit {report.exit_code})"
    new = [finding for finding in report.findings if finding.state == "new"]
    counts = {word: sum(f.severity == name for f in new) for name, word in _WORDS.items()}
    said = [f"{count} {word}{'' if count == 1 else 's'}" for word, count in counts.items() if count] or ["nothing new"]
    said += [f"{report.count(state)} {state}" for state in ("known", "waived") if report.count(state)]
    return f"result     {', '.join(said)} (exit {report.exit_code})"


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


def as_turtle(report: Report) -> str:
    """The W3C validation report (https://www.w3.org/TR/shacl/#validation-report), every result with an IRI."""
    node = ox.NamedNode("urn:factcite:report")
    triples = [
        ox.Triple(node, _iri(RDF.type), _iri(SH.ValidationReport)),
        ox.Triple(node, _iri(SH.conforms), _boolean(report.conforms)),
    ]
    if report.stopped:
        triples.append(ox.Triple(node, _iri(DCTERMS.description), ox.Literal(report.stopped)))
    for finding in report.findings:
        result = ox.NamedNode(f"urn:factcite:finding:{finding.fingerprint}")
        triples.append(ox.Triple(node, _iri(SH.result), result))
        triples += [ox.Triple(result, _iri(predicate), value) for predicate, value in _result_values(finding)]
    return write_turtle(triples, source="the report").decode("utf-8")


def _result_values(finding: Finding) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
    yield RDF.type, _iri(SH.ValidationResult)
    yield (
        SH.resultSeverity,
        _iri({"violation": SH.Violation, "warning": SH.Warning, "info": SH.Info}[finding.severity]),
    )
    yield SH.resultMessage, ox.Literal(finding.message, language="en")
    yield (
        SH.focusNode,
        _iri(finding.focus) if is_iri(finding.focus) else _iri(f"urn:factcite:file:{finding.file}"),
    )
    component = finding.component or SHAPES + "CodeComponent"
    yield SH.sourceConstraintComponent, _iri(component)
    yield FC.code, ox.Literal(finding.code)
    if finding.shape:
        yield SH.sourceShape, _iri(finding.shape)
    if is_iri(finding.path):
        yield SH.resultPath, _iri(finding.path)
    if finding.value:
        yield SH.value, _value(finding.value)
    if finding.file:
        yield (
            DCTERMS.source,
            ox.Literal(finding.file if finding.line is None else f"{finding.file}:{finding.line}"),
        )


def _value(written: str) -> ox.NamedNode | ox.Literal:
    """A value in N-Triples form as a term; a literal of its own spelling where it cannot be read back."""
    try:
        (quad,) = ox.parse(f"<urn:s> <urn:p> {written} .".encode(), format=ox.RdfFormat.N_TRIPLES)
    except (SyntaxError, ValueError):
        return ox.Literal(written)
    return quad.object if isinstance(quad.object, (ox.NamedNode, ox.Literal)) else ox.Literal(written)


def _iri(name: str) -> ox.NamedNode:
    return ox.NamedNode(name)


def _boolean(value: bool) -> ox.Literal:
    return ox.Literal("true" if value else "false", datatype=ox.NamedNode(XSD.boolean))


FORMATS = {"text": as_text, "json": as_json, "turtle": as_turtle}
