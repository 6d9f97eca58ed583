"""Sets citations whose words have moved to their new place: as a patch to review, or confirmed ones at once.

What can be found again without the words is a proposal, never a decision. `kb verify --propose` prints it as one
unified diff: the records brought up to date and the citations of them, so that both are applied or neither is. A record
that is updated alone keeps where the words may be (kb/authoring/update.py), so nothing is lost in between.
`kb check --fix` writes only what cannot be wrong: the canonical form, and the citations that a person has named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from difflib import unified_diff
from pathlib import Path
from shlex import quote

import pyoxigraph as ox

from kb.authoring.record import integer, read_article, statements
from kb.authoring.update import plan_update, quotes_of
from kb.errors import UsageError
from kb.files import read_bytes, write_atomic
from kb.home import Home
from kb.model.knowledge_base import KnowledgeBase, load_kb
from kb.rdf.canonical import format_turtle
from kb.rdf.curies import short_iri
from kb.rdf.document import Document
from kb.rdf.graph import key
from kb.rdf.turtle import read_turtle
from kb.text import digest
from kb.verification.alignment import recorded_paragraphs
from kb.verification.copies import GUESS, MAX_TEXT_BYTES, LocalCopies, slug_of
from kb.verification.spans import EXACT, MOVED, read_span
from kb.verification.verify import CitationResult, verify_copies
from kb.vocab import DCTERMS, FC, OA, PROV

_ANCHORED = (PROV.wasQuotedFrom, OA.start, OA.end, FC.digest)


@dataclass(frozen=True, slots=True)
class Reanchored:
    """A citation or span, and its new place.

    Attributes:
        node: its IRI.
        paragraph: IRI of the paragraph.
        start, end: code point offsets.
        digest: of the words there.
        said: one sentence for people; offsets, never words.
    """

    node: str
    paragraph: str
    start: int
    end: int
    digest: str
    said: str


@dataclass(frozen=True)
class Proposal:
    """What could be changed.

    Attributes:
        changes: re-anchored citations and spans, by name.
        left: one sentence for each one that a person has to check.
        files: name of a file to its bytes before and after.
        records: one sentence for each change of a record.
    """

    changes: tuple[Reanchored, ...]
    left: tuple[str, ...]
    files: Mapping[str, tuple[bytes, bytes]]
    records: tuple[str, ...] = ()

    def patch(self) -> str:
        """A unified diff for `git apply` and `patch -p1`; the lines before it, which they skip, say what it does."""
        said = [*self.records, *(change.said for change in self.changes), *self.left]
        notes = "".join(f"# {line}\n" for line in said)
        return notes + "".join(_diff(name, *data) for name, data in sorted(self.files.items()))


def propose(home: Home, texts: Iterable[Path] = (), named: Mapping[str, Path] | None = None) -> Proposal:
    """The citations whose words have moved, set to their place in the available copies, with the records they need.

    Args:
        home: the base.
        texts: folders with a reader's own copies, beside `corpus/texts`.
        named: article IRI to the file that a person says is its copy.

    Raises:
        TurtleError: a file does not pass the gate, or a comment cannot be kept.
    """
    kb = load_kb(home)
    copies, verification = verify_copies(kb.graph, [home.texts, *texts], named)
    moved = [outcome for outcome in verification.outcomes if outcome.state == MOVED]
    updates = dict(_updates(kb, copies, {outcome.article for outcome in moved}))
    changes = tuple(
        change
        for outcome in verification.outcomes
        for change in _change(kb, _under_update(outcome, updates))
        if copies.copies[outcome.article].known_by != GUESS
    )
    known = {change.node for change in changes}
    left = tuple(
        _describe_left(kb, copies, outcome)
        for outcome in verification.outcomes
        if outcome.node not in known and (outcome.state == MOVED) != (outcome.article in updates and outcome.failed)
    )
    records = {update.name: update.data for update in updates.values()}
    said = tuple(line for update in updates.values() for line in update.changes)
    return Proposal(changes, left, _files(kb, changes, records), said)


@dataclass(frozen=True, slots=True)
class _Update:
    """A record that is brought up to date: its file, the new bytes, what changes, and the new names of paragraphs."""

    name: str
    data: bytes
    changes: tuple[str, ...]
    names: Mapping[int, str]


def _updates(kb: KnowledgeBase, texts: LocalCopies, articles: Set[str]) -> Iterator[tuple[str, _Update]]:
    """Article IRI to its updated record, for each article whose copy is a newer text of it."""
    files = {file.name: file for file in kb.files}
    quotes = quotes_of(kb.graph)
    for article in sorted(articles):
        copy, slug = texts.copies[article], slug_of(article)
        name = kb.home.name(kb.home.corpus / f"{slug}.ttl")
        if copy.exact_file or copy.known_by == GUESS or name not in files:
            continue
        text = read_article(read_bytes(copy.path, limit=MAX_TEXT_BYTES), source=str(copy.path))
        update = plan_update(files[name].document, text, slug=slug, quotes=quotes)
        yield article, _Update(name, update.record.turtle(), update.changes, update.names)


def _under_update(outcome: CitationResult, updates: Mapping[str, _Update]) -> CitationResult:
    """The result with the paragraph that its words will be in once the record is up to date."""
    update, place = updates.get(outcome.article), outcome.to if outcome.state == MOVED else outcome.at
    if update is None or place is None or outcome.state not in (MOVED, EXACT):
        return outcome
    return replace(outcome, to=place, target=update.names.get(place.paragraph, ""))


def reanchor(home: Home, confirmed: Sequence[str], texts: Iterable[Path] = ()) -> tuple[Reanchored, ...]:
    """Write the places of the citations that a person has confirmed.

    Args:
        home: the base.
        confirmed: `cite:x`, whose words have moved, or `cite:x=4:12-57`, where a person has found them:
            number of the paragraph in the copy, offsets.
        texts: folders with a reader's own copies, beside `corpus/texts`.

    Raises:
        UsageError: no such citation, or its place cannot be taken over; nothing was written.
    """
    kb = load_kb(home)
    copies, verification = verify_copies(kb.graph, [home.texts, *texts])
    outcomes = {outcome.node: outcome for outcome in verification.outcomes}
    changes = tuple(_confirmed(kb, copies, outcomes, word) for word in dict.fromkeys(confirmed))
    for name, (_, after) in sorted(_files(kb, changes).items()):
        write_atomic(home.path(name), after)
    return changes


# --- what changes ------------------------------------------------------------------------------------------


def _change(kb: KnowledgeBase, outcome: CitationResult) -> Iterator[Reanchored]:
    """The change that corrects a span; none where its paragraph keeps its name and the span its offsets."""
    paragraph, to = kb.graph.value(outcome.node, PROV.wasQuotedFrom), outcome.to
    if outcome.state not in (MOVED, EXACT) or to is None or not outcome.target:
        return
    span = read_span(kb.graph, outcome.node)
    if span is not None and (outcome.target, to.start, to.end) == (paragraph, span.start, span.end):
        return
    at = outcome.at or "a paragraph that was removed"
    said = f"{_name(kb, outcome.node)}: {at} -> {_name(kb, outcome.target)}, characters {to.start} to {to.end}"
    wanted = kb.graph.value(outcome.node, FC.digest) or ""
    yield Reanchored(outcome.node, outcome.target, to.start, to.end, wanted, said)


def _describe_left(kb: KnowledgeBase, texts: LocalCopies, outcome: CitationResult) -> str:
    """Why a moved citation is not corrected on its own, and what to do."""
    if outcome.state != MOVED:
        return f"{_name(kb, outcome.node)}: {outcome.state}, check it: {outcome.reason}"
    slug, copy = slug_of(outcome.article), texts.copies[outcome.article]
    if copy.known_by == GUESS:
        return f"{_name(kb, outcome.node)}: {copy.path.name} is only a guess; if it is {slug}, name it {slug}.txt"
    where = f"number {outcome.to.paragraph} now" if outcome.to and outcome.target else "in a paragraph without a record"
    return (
        f"{_name(kb, outcome.node)}: {where}; update the record: kb add {quote(str(copy.path))} --slug {slug} --update"
    )


_PLACE = re.compile(r"([0-9]{1,6}):([0-9]{1,9})-([0-9]{1,9})", re.ASCII)


def _confirmed(kb: KnowledgeBase, texts: LocalCopies, outcomes: Mapping[str, CitationResult], word: str) -> Reanchored:
    name, _, place = word.partition("=")
    node = _node(kb, name)
    if node not in outcomes:
        raise UsageError(f"{name} is not a citation of this base", help="kb verify lists those that are not exact")
    if place:
        return _placed(kb, texts, node, place)
    change = next(_change(kb, outcomes[node]), None) if outcomes[node].state == MOVED else None
    if change is None:
        outcome = outcomes[node]
        why = _describe_left(kb, texts, outcome) if outcome.state == MOVED else f"{name} is {outcome.state}, not moved"
        raise UsageError(
            why, help=f"if you have found the words yourself, give their place: --confirm {name}=PARAGRAPH:START-END"
        )
    return change


def _placed(kb: KnowledgeBase, texts: LocalCopies, node: str, place: str) -> Reanchored:
    """A citation at the place that a person gives, with the digest of the words there."""
    name = _name(kb, node)
    article = kb.graph.value(kb.graph.value(node, PROV.wasQuotedFrom) or "", DCTERMS.isPartOf) or ""
    copy, match = texts.copies.get(article), _PLACE.fullmatch(place)
    if match is None:
        raise UsageError(f"{place} is not a place", help=f"write {name}=PARAGRAPH:START-END, such as {name}=4:12-57")
    if copy is None:
        raise UsageError(f"no copy of the article of {name} is available", help="name its folder with --texts")
    index, start, end = int(match[1]), int(match[2]), int(match[3])
    paragraph = copy.paragraph(index)
    if paragraph is None or not 0 <= start < end <= len(paragraph.text):
        raise UsageError(f"the copy has no characters {start} to {end} in a paragraph {index}")
    recorded = recorded_paragraphs(kb.graph, article)
    target = next((old.name for old in recorded if old.digest == paragraph.digest), None)
    if target is None:
        raise UsageError(
            f"paragraph {index} is not recorded as it is now", help="first run kb add FILE --slug SLUG --update"
        )
    said = f"{name}: set to {_name(kb, target)}, characters {start} to {end}"
    return Reanchored(node, target, start, end, digest(paragraph.text[start:end]), said)


def _node(kb: KnowledgeBase, name: str) -> str:
    prefix, _, local = name.partition(":")
    return kb.prefixes[prefix] + local if prefix in kb.prefixes else name


def _name(kb: KnowledgeBase, iri: str) -> str:
    return short_iri(iri, kb.prefixes)


# --- what is written ---------------------------------------------------------------------------------------


def _files(
    kb: KnowledgeBase, changes: Sequence[Reanchored], records: Mapping[str, bytes] | None = None
) -> Mapping[str, tuple[bytes, bytes]]:
    """Name of each file that changes to its bytes before and after; the gate reads the new ones again."""
    wanted = {change.node: change for change in changes}
    found: dict[str, tuple[bytes, bytes]] = {}
    for file in kb.files:
        new = (records or {}).get(file.name)
        document = file.document if new is None else read_turtle(new, source=file.name)
        if any(key(triple.subject) in wanted for triple in document.triples):
            document = read_turtle(_changed(document, wanted), source=file.name)
        if document.data != file.document.data:
            found[file.name] = file.document.data, document.data
    return found


def _changed(document: Document, wanted: Mapping[str, Reanchored]) -> bytes:
    """A file in canonical form, with these citations at their new places."""
    kept = [t for t in document.triples if key(t.subject) not in wanted or t.predicate.value not in _ANCHORED]
    here = {key(triple.subject) for triple in document.triples}
    new = [triple for node, change in sorted(wanted.items()) if node in here for triple in _triples(change)]
    return format_turtle(replace(document, triples=(*kept, *new)))


def _triples(change: Reanchored) -> Iterator[ox.Triple]:
    yield from statements(
        change.node,
        [
            (PROV.wasQuotedFrom, ox.NamedNode(change.paragraph)),
            (OA.start, integer(change.start)),
            (OA.end, integer(change.end)),
            (FC.digest, ox.Literal(change.digest)),
        ],
    )


def _diff(name: str, before: bytes, after: bytes) -> str:
    old, new = (_lines(data.decode("utf-8")) for data in (before, after))
    lines = unified_diff(old, new, f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)
