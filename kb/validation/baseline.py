"""A baseline: the findings of a base at its first check, so that only new ones fail.

The file can only shrink. It is written once, from a completed check; after that, `shrink` removes fixed findings, and
nothing is added. Findings are compared by their fingerprint, which contains no line number, so an edit elsewhere in a
file makes no finding new. What a run did not check (a citation without its text) does not count as fixed. Rules about
waivers and floors are never part of a baseline.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kb.errors import InputError, UsageError
from kb.files import read_bytes, write_atomic
from kb.finding import TEXT_RULES, Finding, Report

MAX_BYTES = 50_000_000
_NEVER = ("FC96", "FC97")  # waivers and floors


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One known finding, or several with the same fingerprint.

    Attributes:
        code, focus, fingerprint, message: as in `Finding`; only the fingerprint is compared.
        count: how many findings have it.
    """

    code: str
    focus: str
    fingerprint: str
    message: str
    count: int = 1


@dataclass(frozen=True)
class Baseline:
    """The known findings, sorted."""

    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, report: Report) -> Baseline:
        """The baseline of a report; waived findings are left out.

        Raises:
            UsageError: the check was not completed.
        """
        if report.stopped:
            raise UsageError("no baseline was written: the check was not completed", help="fix what stopped it first")
        kept = [finding for finding in report.findings if finding.state != "waived" and _may_be_known(finding)]
        counts = Counter(finding.fingerprint for finding in kept)
        first = {finding.fingerprint: finding for finding in reversed(kept)}
        found = (Entry(f.code, f.focus, f.fingerprint, f.message, counts[f.fingerprint]) for f in first.values())
        return cls(tuple(sorted(found)))

    def data(self) -> bytes:
        """The file as canonical JSON in a fixed order, so that a fixed finding only removes lines."""
        findings = [
            {"code": e.code, "count": e.count, "fingerprint": e.fingerprint, "focus": e.focus, "message": e.message}
            for e in self.entries
        ]
        return (json.dumps({"findings": findings}, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def read_baseline(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        InputError: missing, unreadable, or not a baseline; names the line if the file is not JSON.
    """
    if not path.exists():
        raise InputError("there is no baseline", source=str(path), help="create one with --write-baseline")
    try:
        content = json.loads(read_bytes(path, limit=MAX_BYTES))
        listed = content["findings"]
        entries = [_entry(each) for each in listed]
    except UnicodeDecodeError as error:
        raise InputError(f"is not UTF-8: {error.reason}", source=str(path)) from error
    except json.JSONDecodeError as error:
        raise InputError(
            f"is not JSON: {error.msg}", source=str(path), line=error.lineno, column=error.colno
        ) from error
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise InputError(
            "is not a baseline",
            source=str(path),
            help="it lists findings with code, focus, fingerprint, message, count",
        ) from error
    return Baseline(tuple(sorted(entries)))


def _entry(content: Mapping[str, object]) -> Entry:
    code, focus, fingerprint, message = (content[name] for name in ("code", "focus", "fingerprint", "message"))
    count = content.get("count", 1)
    if not all(isinstance(word, str) for word in (code, focus, fingerprint, message)):
        raise ValueError(content)
    if type(count) is not int or count < 1:
        raise ValueError(content)
    return Entry(str(code), str(focus), str(fingerprint), str(message), count)


def write_baseline(path: Path, report: Report) -> Baseline:
    """Write the first baseline.

    Raises:
        UsageError: the file exists already, or the check was not completed.
        InputError: the file cannot be written.
    """
    if path.exists():
        raise UsageError(
            "the baseline exists already, and findings are never added to it",
            source=str(path),
            help="remove fixed findings with --update-baseline",
        )
    baseline = Baseline.of(report)
    write_atomic(path, baseline.data())
    return baseline


def compare(report: Report, baseline: Baseline) -> Report:
    """The report with the findings of the baseline marked as known; only new ones fail.

    The report of a check that was not completed keeps its exit code, and counts nothing as fixed.
    """
    left = Counter({entry.fingerprint: entry.count for entry in baseline.entries})
    findings: list[Finding] = []
    for finding in report.findings:
        known = finding.state == "new" and _may_be_known(finding) and left[finding.fingerprint] > 0
        left[finding.fingerprint] -= known
        findings.append(replace(finding, state="known") if known else finding)
    findings.sort(key=lambda finding: finding.sort_key)
    fixed = sum(e.count for e in baseline.entries) - sum(e.count for e in shrink(baseline, report).entries)
    failed = any(finding.fails for finding in findings)
    exit_code = int(failed) if report.exit_code in (0, 1) else report.exit_code
    return replace(report, findings=tuple(findings), fixed=fixed, exit_code=exit_code)


def shrink(baseline: Baseline, report: Report) -> Baseline:
    """The baseline without the findings that were fixed; nothing is added.

    Findings that are now waived are removed too. Findings that this check did not look for stay, because it stopped
    or had no text for a citation.
    """
    if report.stopped:
        return baseline
    there = Counter(f.fingerprint for f in report.findings if f.state != "waived")
    blind = TEXT_RULES if report.citations.not_checked or report.unchecked else ()
    entries = []
    for entry in baseline.entries:
        count = entry.count if entry.code.startswith(blind) else min(entry.count, there[entry.fingerprint])
        entries += [replace(entry, count=count)] if count else []
    return Baseline(tuple(entries))


def _may_be_known(finding: Finding) -> bool:
    return not finding.code.startswith(_NEVER)
