"""Writes the result of `kb verify`: the state of each citation, as text or as JSON.

Both contain offsets. Words of an article are shown only on the terminal of a user who has the copy, never in a pipe, a
file or the log of a CI run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kb.characters import escape_for_terminal
from kb.rdf.curies import short_iri
from kb.report.json import dumps
from kb.text import around
from kb.verification.copies import GUESS, Copy, slug_of
from kb.verification.spans import EXACT, TextPlace
from kb.verification.verify import CitationResult, Verification
from kb.vocab import PREFIXES


def verification_text(
    verification: Verification,
    copies: Mapping[str, Copy],
    *,
    every: bool = False,
    words: bool = False,
    prefixes: Mapping[str, str] = PREFIXES,
) -> str:
    """The number of citations in each state, then every span that is not exact.

    Args:
        copies: article IRI to the copy that was compared.
        every: also list the exact ones.
        words: show some words of the copy at each place; only for the terminal of a user.
        prefixes: how IRIs are shortened.
    """
    lines = [_counts("citations", verification, True), _counts("other spans", verification, False)]
    lines += [f"{'copy':12} {escape_for_terminal(line)}" for line in _copies(copies)]
    for outcome in _chosen(verification, every):
        lines += ["", f"{outcome.state:14} {short_iri(outcome.node, prefixes)}"]
        lines += [f"{'':14} {escape_for_terminal(line)}" for line in _details(outcome, copies, words)]
    return "\n".join([*lines, "", _result(verification, copies)]) + "\n"


def verification_json(
    verification: Verification,
    copies: Mapping[str, Copy],
    *,
    every: bool = False,
    prefixes: Mapping[str, str] = PREFIXES,
) -> str:
    """The same as JSON, without any words of an article."""
    counts = verification.citations
    content = {
        "citations": {
            "total": counts.total,
            "exact": counts.exact,
            "failed": counts.failed,
            "not_checked": counts.not_checked,
            "states": dict(counts.states),
            "reasons": dict(counts.reasons),
        },
        "copies": [
            {
                "article": article,
                "file": str(copy.path),
                "recorded_file": copy.exact_file,
                "known_by": copy.known_by,
                "recorded_file_of": copy.file_of,
            }
            for article, copy in sorted(copies.items())
        ],
        "spans": [_span(outcome, prefixes) for outcome in _chosen(verification, every)],
    }
    return dumps(content)


def _chosen(verification: Verification, every: bool) -> Sequence[CitationResult]:
    return [outcome for outcome in verification.outcomes if every or outcome.state != EXACT]


def _counts(title: str, verification: Verification, citation: bool) -> str:
    states = [outcome.state for outcome in verification.outcomes if outcome.citation is citation]
    parts = [f"{states.count(state):,} {state}" for state in verification.citations.states if state in states]
    return f"{title:12} {len(states):,}" + (f": {', '.join(parts)}" if parts else "")


def _result(verification: Verification, copies: Mapping[str, Copy]) -> str:
    failed = sum(outcome.failed for outcome in verification.outcomes)
    if not copies:
        return f"{'result':12} no copy found, so nothing was compared (exit 4)"
    return (
        f"{'result':12} {failed:,} not exact (exit 1)"
        if failed
        else f"{'result':12} all compared spans are exact (exit 0)"
    )


def _copies(copies: Mapping[str, Copy]) -> Iterator[str]:
    for article, copy in sorted(copies.items()):
        yield f"{slug_of(article)}: {copy.path}, {_describe(copy)}"


def _describe(copy: Copy) -> str:
    """What a copy is, compared with the file that the article was recorded from."""
    if copy.exact_file:
        return "the recorded file"
    if copy.file_of:
        return f"not the recorded file, but that of {copy.file_of}"
    return f"not the recorded file{'; a guess, based on its paragraphs' if copy.known_by == GUESS else ''}"


def _details(outcome: CitationResult, copies: Mapping[str, Copy], words: bool) -> Iterator[str]:
    if outcome.at is not None:
        yield f"recorded at {outcome.at}"
    if outcome.reason:
        yield outcome.reason
    copy = copies.get(outcome.article)
    if words and copy is not None and outcome.to is not None:
        to = outcome.to
        yield around(copy.paragraphs[to.paragraph - 1].text, to.start, to.end)


def _span(outcome: CitationResult, prefixes: Mapping[str, str]) -> dict[str, object]:
    return {
        "node": outcome.node,
        "name": short_iri(outcome.node, prefixes),
        "citation": outcome.citation,
        "state": outcome.state,
        "reason": outcome.reason,
        "article": outcome.article,
        "at": _at(outcome.at),
        "to": _at(outcome.to),
        "target": outcome.target,
        "similarity": None if outcome.similarity is None else round(outcome.similarity, 3),
    }


def _at(at: TextPlace | None) -> dict[str, int] | None:
    return None if at is None else {"paragraph": at.paragraph, "start": at.start, "end": at.end}
