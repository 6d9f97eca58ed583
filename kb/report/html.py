"""The report as one page that needs nothing else: to keep beside a run, to send, to print.

Findings stand under their rule, whole, with why the rule is there and how it is kept; by file and by severity they
are listed with links to that place. Everything is in the page without a script; a small one adds a filter. The
policy in the head allows that script and that style by their digests, and nothing from anywhere else
(https://www.w3.org/TR/CSP3/).
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from kb.finding import SEVERITIES, Finding, Report, Rule
from kb.report.common import (
    WORDS,
    about,
    circumstances,
    clean,
    count_by_severity,
    file_row,
    idle,
    looked_at,
    marked,
    place,
    plural,
    related,
    rules_by_code,
    verdict,
)

_FOLDER = Path(__file__).resolve().parent
_OPEN = 10
"""So many findings are unfolded from the start."""


@dataclass(frozen=True)
class _Shown:
    """A finding and the name of its place in the page."""

    finding: Finding
    anchor: str


def as_html(report: Report) -> str:
    """One self-contained page, HTML5, UTF-8."""
    style, script = ((_FOLDER / name).read_text("utf-8") for name in ("page.css", "page.js"))
    shown = _anchored(report.findings)
    parts = [
        *_head(report, style, script if shown else ""),
        *_top(report),
        "<main>",
        *_findings(shown, report),
        *_by_file(shown),
        *_by_severity(shown),
        *_looked_at(report),
        *_rules(report),
        *_files(report),
        "</main>",
        f"<footer><p>{_text('Made by factcite ' + report.versions.get('factcite', ''))}. "
        "What passes keeps the rules; whether a claim is true is not said here.</p></footer>",
        f"<script>{script}</script>" if shown else "",
        "</body>",
        "</html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _anchored(findings: Sequence[Finding]) -> tuple[_Shown, ...]:
    seen: Counter[str] = Counter()
    shown = []
    for finding in findings:
        seen[finding.fingerprint] += 1
        again = f"-{seen[finding.fingerprint]}" if seen[finding.fingerprint] > 1 else ""
        shown.append(_Shown(finding, f"f-{finding.fingerprint}{again}"))
    return tuple(shown)


# --- the frame -------------------------------------------------------------------------------------------


def _head(report: Report, style: str, script: str) -> Iterator[str]:
    allowed = f"script-src '{_digest(script)}'; " if script else ""
    policy = f"default-src 'none'; style-src '{_digest(style)}'; {allowed}base-uri 'none'; form-action 'none'"
    yield "<!doctype html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    yield f"<title>{_text(verdict(report))} · Factcite report</title>"
    yield f"<style>{style}</style>"
    yield "</head>"
    yield "<body>"


def _digest(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _top(report: Report) -> Iterator[str]:
    counts = report.citations
    yield "<header>"
    yield '<p class="kicker">Factcite validation report</p>'
    yield f"<h1>{_text(verdict(report))}</h1>"
    yield '<ul class="chips">'
    for severity, count in count_by_severity(report.findings).items():
        yield f"<li>{_chip(WORDS[severity] if count else '', plural(count, WORDS[severity]))}</li>"
    yield f"<li>{_chip('good' if counts.exact else '', f'{counts.exact:,} citations exact')}</li>"
    yield f"<li>{_chip('error' if counts.failed else '', f'{counts.failed:,} failed')}</li>"
    yield f"<li>{_chip('warning' if counts.not_checked else '', f'{counts.not_checked:,} not checked')}</li>"
    yield "</ul>"
    yield '<nav aria-label="In this report"><ul>'
    for anchor, name in _SECTIONS.items():
        if report.findings or anchor not in ("findings", "by-file", "by-severity"):
            yield f'<li><a href="#{anchor}">{name}</a></li>'
    yield "</ul></nav>"
    yield "</header>"


_SECTIONS = {
    "findings": "Findings by rule",
    "by-file": "By file",
    "by-severity": "By severity",
    "looked-at": "What was looked at",
    "rules": "Rules",
    "files": "Files",
}


# --- findings --------------------------------------------------------------------------------------------


def _findings(shown: Sequence[_Shown], report: Report) -> Iterator[str]:
    if not shown:
        yield "" if report.stopped else '<p class="chip good">Nothing was found.</p>'
        return
    groups = _grouped(shown, lambda finding: finding.code)
    rules = rules_by_code(report)
    yield from _section("findings")
    yield from _filter(shown)
    for code, members in groups.items():
        worst = min((member.finding.severity for member in members), key=SEVERITIES.index)
        title = f'{_chip(WORDS[worst], WORDS[worst])}<span class="name">{_text(f"{code} {rules[code].name}")}'
        messages = {member.finding.message for member in members}
        title += f' <span class="says">{_text(messages.pop())}</span></span>' if len(messages) == 1 else "</span>"
        yield from _group("rule", title, len(members), opened=len(shown) <= _OPEN)
        yield from _rule(rules[code])
        for member in members:
            yield from _finding(member, rules[code], report.prefixes)
        yield "</div></details>"
    yield "</section>"


def _filter(shown: Sequence[_Shown]) -> Iterator[str]:
    files = sorted({member.finding.file for member in shown})
    present = [severity for severity in SEVERITIES if any(m.finding.severity == severity for m in shown)]
    yield '<div class="filter" id="filter" role="search" aria-label="Filter the findings" hidden>'
    yield '<div class="words"><label for="words">Words in a finding</label><input type="search" id="words"></div>'
    yield '<div class="pick"><label for="severity">Severity</label><select id="severity"><option value="">all</option>'
    yield "".join(f'<option value="{severity}">{WORDS[severity]}</option>' for severity in present) + "</select></div>"
    yield '<div class="pick"><label for="file">File</label><select id="file"><option value="">all</option>'
    yield "".join(f'<option value="{_text(name)}">{_text(name or "(no file)")}</option>' for name in files)
    yield "</select></div>"
    yield '<button type="button" id="unfold">Unfold all</button><button type="button" id="fold">Fold all</button>'
    yield '<output id="said" aria-live="polite"></output>'
    yield "</div>"


def _rule(rule: Rule) -> Iterator[str]:
    yield '<dl class="rule">'
    if rule.why:
        yield f"<dt>Why</dt><dd>{_text(rule.why)}</dd>"
    if rule.checks:
        yield f"<dt>What it checks</dt><dd>{'; '.join(_text(line) for line in rule.checks)}</dd>"
    if rule.bad:
        yield f'<dt>Wrong</dt><dd><pre class="example"><code>{_text(rule.bad)}</code></pre></dd>'
    if rule.help:
        yield f'<dt>Right</dt><dd><pre class="example"><code>{_text(rule.help)}</code></pre></dd>'
    yield "</dl>"


def _finding(shown: _Shown, rule: Rule, prefixes: Mapping[str, str]) -> Iterator[str]:
    finding = shown.finding
    yield f'<article class="finding is-{finding.severity}" id="{shown.anchor}" {_data(shown)}>'
    state = "" if finding.state == "new" else " " + _chip("note", finding.state)
    yield f'<p class="place"><a href="#{shown.anchor}"><code>{_text(place(finding))}</code></a>{state}</p>'
    yield f"<p>{_text(finding.message)}</p>"
    if finding.excerpt:
        before, words, after = marked(finding)
        line = f'<span class="gutter">{finding.line or ""} | </span>'
        yield f"<pre><code>{line}{_text(before)}<mark>{_text(words)}</mark>{_text(after)}</code></pre>"
    if finding.focus:
        yield "<p>about " + " ".join(f"<code>{_text(part)}</code>" for part in about(finding, prefixes)) + "</p>"
    if finding.related:
        places = ", ".join(f"<code>{_text(each)}</code>" for each in related(finding))
        yield f'<p class="faint">also at {places}</p>'
    if finding.reason:
        yield f"<p>waived: {_text(finding.reason)}</p>"
    if finding.help and finding.help != rule.help:
        yield f"<p>help: <code>{_text(finding.help)}</code></p>"
    yield "</article>"


def _by_file(shown: Sequence[_Shown]) -> Iterator[str]:
    if shown:
        yield from _section("by-file")
        groups = _grouped(shown, lambda finding: finding.file)
        for name, members in sorted(groups.items()):
            ordered = sorted(members, key=lambda member: (member.finding.line or 0, member.finding.column or 0))
            yield from _listed("file", f'<span class="name">{_text(name or "(no file)")}</span>', ordered)
        yield "</section>"


def _by_severity(shown: Sequence[_Shown]) -> Iterator[str]:
    if shown:
        yield from _section("by-severity")
        groups = _grouped(shown, lambda finding: finding.severity)
        for severity, members in sorted(groups.items(), key=lambda group: SEVERITIES.index(group[0])):
            yield from _listed("severity", _chip(WORDS[severity], WORDS[severity]), members)
        yield "</section>"


def _listed(kind: str, title: str, members: Sequence[_Shown]) -> Iterator[str]:
    yield from _group(kind, title, len(members))
    yield '<ul class="list">'
    for member in members:
        finding = member.finding
        link = f'<a href="#{member.anchor}"><code>{_text(place(finding))}</code></a>'
        word = _chip(WORDS[finding.severity], finding.code)
        yield f"<li {_data(member)}>{word} {link} {_text(finding.message)}</li>"
    yield "</ul></div></details>"


def _grouped(shown: Iterable[_Shown], key: Callable[[Finding], str]) -> dict[str, list[_Shown]]:
    """Findings by what `key` says of them, in the order of the report."""
    groups: dict[str, list[_Shown]] = {}
    for member in shown:
        groups.setdefault(key(member.finding), []).append(member)
    return groups


def _group(kind: str, title: str, count: int, *, opened: bool = False) -> Iterator[str]:
    yield f'<details class="group" data-kind="{kind}" data-groups="{count}"{" open" if opened else ""}>'
    yield f'<summary>{title}<span class="count">{count:,}</span></summary>'
    yield '<div class="inside">'


# --- what was looked at ----------------------------------------------------------------------------------


def _looked_at(report: Report) -> Iterator[str]:
    yield from _section("looked-at")
    yield '<dl class="facts">'
    for name, sentence in (*looked_at(report), *circumstances(report)):
        yield f"<dt>{_text(name or 'citations')}</dt><dd>{_text(sentence)}</dd>"
    yield "</dl>"
    yield "</section>"


def _rules(report: Report) -> Iterator[str]:
    yield from _section("rules")
    if not report.shapes:
        yield "<p>No rule was run.</p></section>"
        return
    if idle(report):
        yield f"<p>{plural(len(idle(report)), 'rule')} found no node to look at: {_text(', '.join(idle(report)))}.</p>"
    names = {rule.iri: rule.name for rule in report.rules}
    found = Counter(finding.shape for finding in report.findings)
    yield '<details class="group"><summary><span class="name">Every shape, and how many nodes it looked at</span>'
    yield f'<span class="count">{len(report.shapes):,}</span></summary><div class="inside scroll"><table>'
    yield '<thead><tr><th>rule</th><th>name</th><th class="n">nodes</th><th class="n">findings</th></tr></thead><tbody>'
    for shape in report.shapes:
        row = '<tr class="idle">' if shape.nodes == 0 else "<tr>"
        name = _text(names.get(shape.iri, shape.iri))
        cells = f"<td>{_text(shape.code)}</td><td>{name}</td>"
        yield f'{row}{cells}<td class="n">{shape.nodes:,}</td><td class="n">{found[shape.iri]:,}</td></tr>'
    yield "</tbody></table></div></details></section>"


def _files(report: Report) -> Iterator[str]:
    yield from _section("files")
    if not report.files:
        yield "<p>No file was read.</p></section>"
        return
    yield '<div class="scroll"><table><thead><tr><th>file</th><th class="n">bytes</th><th class="n">triples</th>'
    yield "<th>SHA-256</th></tr></thead><tbody>"
    for file in report.files:
        digest, size, triples, name = file_row(file)
        whole = _text(file.digest.removeprefix("sha256:"))
        numbers = f'<td class="n">{size}</td><td class="n">{triples}</td>'
        digest_cell = f'<td><code title="{whole}">{_text(digest)}</code></td>'
        yield f"<tr><td><code>{_text(name)}</code></td>{numbers}{digest_cell}</tr>"
    yield "</tbody></table></div></section>"


# --- pieces ----------------------------------------------------------------------------------------------


def _section(anchor: str) -> Iterator[str]:
    yield f'<section aria-labelledby="{anchor}">'
    yield f'<h2 id="{anchor}">{_SECTIONS[anchor]}</h2>'


def _chip(kind: str, text: str) -> str:
    return f'<span class="chip {kind}">{_text(text)}</span>' if kind else f'<span class="chip">{_text(text)}</span>'


def _data(shown: _Shown) -> str:
    finding = shown.finding
    values = {
        "finding": shown.anchor,
        "severity": finding.severity,
        "file": clean(finding.file),
        "code": finding.code,
    }
    return " ".join(f'data-{name}="{_text(value)}"' for name, value in values.items())


def _text(text: str) -> str:
    return escape(clean(text), quote=True)
