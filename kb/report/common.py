"""What the writers share: words for severities, places and results, and escaped text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from kb.characters import escape_for_terminal
from kb.finding import SEVERITIES, Commit, FileChecked, Finding, Report, Rule
from kb.rdf.curies import short_iri

WORDS = {"violation": "error", "warning": "warning", "info": "note"}


# --- text ------------------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """Text of the base in one line, with hidden characters and the bracket of `##[` escaped.

    A CI runner takes a line with `##[` as a command.
    """
    return escape_for_terminal(text).replace("##[", "##\\u005b")


def clean_lines(text: str) -> str:
    """The same for text with several lines."""
    return "\n".join(clean(line) for line in text.split("\n"))


def escape_markdown(text: str) -> str:
    """Text in one line, escaped so that it contains no Markdown and no HTML: no list, no link, no mention.

    The source remains readable. Inside HTML elements, use `markdown.plain` instead.
    """
    return _BEFORE_MARKUP.sub(r"\g<0>\\", clean(" ".join(text.split())))


_BEFORE_MARKUP = re.compile(
    r"(?=[\\`*_{}\[\]<>#|&~!@])|^\d{1,9}(?=[.)])|^(?=[-+=])|(?<=www)(?=\.)|(?=://)", re.ASCII | re.IGNORECASE
)
"""Where a backslash is needed: before markup, before the full stop of a numbered list, and inside an address."""


def fence_turtle(text: str) -> str:
    """A block of Turtle in Markdown, with a fence that is longer than any run of backticks in the text."""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 0)
    return f"{fence}turtle\n{clean_lines(text)}\n{fence}"


def plural(count: int, word: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def and_more(count: int, word: str) -> str:
    """The end of a list that was cut: `and 3 more errors`."""
    return f"and {count:,} more {word}{'' if count == 1 else 's'}"


def short_digest(digest: str) -> str:
    """The first twelve hex digits of a digest."""
    return digest.removeprefix("sha256:")[:12]


# --- findings --------------------------------------------------------------------------------------------


def place(finding: Finding) -> str:
    """`file:line:column`; unknown parts are left out."""
    parts = (finding.file, finding.line, finding.column)
    return clean(":".join(str(part) for part in parts if part not in ("", None))) or "(no file)"


def related(finding: Finding) -> tuple[str, ...]:
    """The related places, as `file:line:column`."""
    return tuple(clean(f"{file}:{line}:{column}") for file, line, column in finding.related)


def about(finding: Finding, prefixes: Mapping[str, str]) -> tuple[str, ...]:
    """The focus, the path and the value, with short IRIs. A value that only repeats the focus is left out."""
    value = "" if finding.value == f"<{finding.focus}>" else finding.value
    parts = (finding.focus, finding.path, value) if finding.focus else ()
    return tuple(clean(_shorten(part, prefixes)) for part in parts if part)


def _shorten(text: str, prefixes: Mapping[str, str]) -> str:
    """An IRI, a path of IRIs or a value in N-Triples form, with prefixes where possible."""
    if text.startswith('"'):
        return text
    return re.sub(r"<([^<>]*)>", lambda match: short_iri(match[1], prefixes), short_iri(text, prefixes))


def split_excerpt(finding: Finding) -> tuple[str, str, str]:
    """The line of the excerpt in three parts: before the marked words, the words, and after them; escaped.

    Tabs become spaces, so that the first part has the same width in every program.
    """
    if not finding.excerpt:
        return "", "", ""
    line = finding.excerpt[0]
    start = max(0, (finding.column or 1) - 1)
    end = start + finding.width
    parts = (line[:start], line[start:end], line[end:])
    before, words, after = (clean(part.replace("\t", "    ")) for part in parts)
    return before, words, after


def count_by_severity(findings: Sequence[Finding]) -> dict[str, int]:
    """The number of findings of each severity, the most severe first."""
    return {severity: sum(finding.severity == severity for finding in findings) for severity in SEVERITIES}


def rules_by_code(report: Report) -> dict[str, Rule]:
    """Every rule by its code. If no rule describes a code, the rule is made from the first finding with that code."""
    known = {rule.code: rule for rule in reversed(report.rules)}
    for finding in reversed(report.findings):
        if finding.code not in known or not known[finding.code].message:
            known[finding.code] = Rule(
                finding.shape, finding.code, finding.severity, finding.message, finding.help, "", True
            )
    return dict(sorted(known.items()))


# --- what was checked ----------------------------------------------------------------------------------


def checked_facts(report: Report) -> Iterator[tuple[str, str]]:
    """What was checked and what was not, as pairs of a name and a sentence; a name may occur more than once."""
    size = sum(file.size for file in report.files)
    yield (
        "read",
        f"{len(report.files)} files, {size:,} bytes, {report.triples:,} triples, {report.claims:,} claims",
    )
    if report.shapes:
        nodes = sum(shape.nodes for shape in report.shapes)
        rest = f"; {len(idle_rules(report))} had nothing to check" if idle_rules(report) else ""
        yield "rules", f"{len(report.shapes)} shapes checked nodes {nodes:,} times{rest}"
    else:
        yield "rules", "not run"
    counts = report.citations
    yield (
        "citations",
        f"{counts.total:,}: {counts.exact:,} exact, {counts.failed:,} failed, {counts.not_checked:,} not checked",
    )
    for reason, count in counts.reasons.items():
        yield "", f"not checked: {count:,}, {clean(reason)}"
    for sentence in report.unchecked:
        yield "unchecked", clean(sentence)
    if report.fixed is not None:
        fixed = plural(report.fixed, "finding")
        yield "baseline", f"{report.count('known'):,} known; {fixed} of the baseline fixed"


def idle_rules(report: Report) -> tuple[str, ...]:
    """The shapes that checked no node, by code and name."""
    names = {rule.iri: rule.name for rule in report.rules}
    return tuple(
        clean(f"{shape.code} {names.get(shape.iri, shape.iri)}") for shape in report.shapes if shape.nodes == 0
    )


def circumstances(report: Report, *, times: bool = True) -> Iterator[tuple[str, str]]:
    """The tools and the commit of the run, its coverage and, if `times` is set, its date and duration."""
    yield "tools", clean(", ".join(f"{name} {version}" for name, version in report.versions.items()))
    if report.commit is not None:
        yield "commit", f"{clean(report.commit.name[:12])}; {_compare_files(report.commit)}"
    if report.coverage is not None:
        coverage = report.coverage
        yield (
            "coverage",
            f"{coverage.covered:,} of {plural(coverage.paragraphs, 'paragraph')} cited or marked as having no claim; "
            f"{plural(coverage.two_origins, 'claim')} with two independent origins",
        )
    if times and report.started:
        took = "" if report.seconds is None else f", {report.seconds:.1f} s"
        yield "time", f"{report.started}{took}"


def _compare_files(commit: Commit) -> str:
    count = len(commit.differing)
    if not count:
        return "all files match it"
    more = f", {and_more(count - 3, 'file')}" if count > 3 else ""
    verb = "differs" if count == 1 else "differ"
    return f"{plural(count, 'file')} {verb}: {clean(', '.join(commit.differing[:3]))}{more}"


def file_row(file: FileChecked) -> tuple[str, str, str, str]:
    """The short digest, the bytes, the triples and the name of a file."""
    return short_digest(file.digest), f"{file.size:,}", f"{file.triples:,}", clean(file.name)


def result_line(report: Report) -> str:
    """The result in one line."""
    if report.stopped:
        return f"not checked: {clean(report.stopped)} (exit {report.exit_code})"
    if not report.findings:
        return f"No problems found (exit {report.exit_code})"
    new = count_by_severity([finding for finding in report.findings if finding.state == "new"])
    parts = [plural(count, WORDS[severity]) for severity, count in new.items() if count] or ["no new problems"]
    parts += [f"{report.count(state):,} {state}" for state in ("known", "waived") if report.count(state)]
    return f"{', '.join(parts)} (exit {report.exit_code})"
