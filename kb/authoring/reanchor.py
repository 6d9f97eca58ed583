"""Citations whose words have moved, set to where they stand now: a patch to look at, or named ones at once.

What can be found again without the words is a proposal, never a decision: `kb verify --propose` prints it as a
unified diff of the claims files, and a person applies it. `kb check --fix` writes only what cannot be wrong: the
canonical form, and the citations that a person has named. The IRI of a paragraph stays with its words, as in
`kb add --update`; so where a whole paragraph moved, its citations stay as they are and the record is brought up
to date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from pathlib import Path

import pyoxigraph as ox

from kb.authoring.record import integer, statements
from kb.errors import UsageError
from kb.files import write_atomic
from kb.home import Home
from kb.model.knowledge_base import KnowledgeBase, LoadedFile, load_kb
from kb.rdf.canonical import format_turtle
from kb.rdf.curies import short_iri
from kb.rdf.graph import key
from kb.rdf.turtle import read_turtle
from kb.text import digest
from kb.verification.alignment import recorded_paragraphs
from kb.verification.copies import LocalCopies
from kb.verification.spans import MOVED
from kb.verification.verify import CitationResult, verify_copies
from kb.vocab import DCTERMS, FC, OA, PROV, local_name

_ANCHORED = (PROV.wasQuotedFrom, OA.start, OA.end, FC.digest)


@dataclass(frozen=True, slots=True)
class Reanchored:
    """A citation or span, and what is to be said of its place.

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
        left: one sentence for each moved one that no change of the citation mends.
        files: name of a claims file to its bytes before and after.
    """

    changes: tuple[Reanchored, ...]
    left: tuple[str, ...]
    files: Mapping[str, tuple[bytes, bytes]]

    def patch(self) -> str:
        """A unified diff that `patch -p1` and `git apply` take; what they skip at the top says what it does."""
        said = [*(change.said for change in self.changes), *self.left]
        notes = "".join(f"# {line}\n" for line in said)
        return notes + "".join(_diff(name, *data) for name, data in sorted(self.files.items()))


def propose(home: Home, texts: Iterable[Path] = ()) -> Proposal:
    """The citations whose words have moved, set to where they stand in the copies at hand.

    Args:
        home: the base.
        texts: folders with a reader's own copies, beside `corpus/texts`.

    Raises:
        TurtleError: a file does not pass the gate, or a comment cannot be kept.
    """
    kb = load_kb(home)
    copies, verification = verify_copies(kb.graph, [home.texts, *texts])
    moved = [o for o in verification.outcomes if o.state == MOVED]
    changes = tuple(change for outcome in moved for change in _change(kb, outcome))
    known = {change.node for change in changes}
    left = tuple(_unmended(kb, copies, outcome) for outcome in moved if outcome.node not in known)
    return Proposal(changes, left, _files(kb, changes))


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
    """The change that mends a moved span; none where its record has to be mended instead."""
    paragraph, to = kb.graph.value(outcome.node, PROV.wasQuotedFrom), outcome.to
    if to is None or not outcome.target:
        return
    at = outcome.at
    if at is not None and (outcome.target, to.start, to.end) == (paragraph, at.start, at.end):
        return
    said = f"{_name(kb, outcome.node)}: {at} -> {_name(kb, outcome.target)}, characters {to.start} to {to.end}"
    wanted = kb.graph.value(outcome.node, FC.digest) or ""
    yield Reanchored(outcome.node, outcome.target, to.start, to.end, wanted, said)


def _unmended(kb: KnowledgeBase, texts: LocalCopies, outcome: CitationResult) -> str:
    slug = local_name(outcome.article)
    copy = texts.copies[outcome.article].path.name
    why = f"number {outcome.to.paragraph} now" if outcome.to and outcome.target else "in a paragraph without a record"
    return f"{_name(kb, outcome.node)}: {why}; bring the record up to date: kb add {copy} --slug {slug} --update"


_PLACE = re.compile(r"([0-9]{1,6}):([0-9]{1,9})-([0-9]{1,9})", re.ASCII)


def _confirmed(kb: KnowledgeBase, texts: LocalCopies, outcomes: Mapping[str, CitationResult], word: str) -> Reanchored:
    name, _, place = word.partition("=")
    node = _node(kb, name)
    if node not in outcomes:
        raise UsageError(f"{name} is no citation of this base", help="kb verify lists those that are not exact")
    if place:
        return _placed(kb, texts, node, place)
    change = next(_change(kb, outcomes[node]), None) if outcomes[node].state == MOVED else None
    if change is None:
        outcome = outcomes[node]
        why = _unmended(kb, texts, outcome) if outcome.state == MOVED else f"{name} is {outcome.state}, not moved"
        raise UsageError(
            why, help=f"where you have found the words yourself, say so: --confirm {name}=PARAGRAPH:START-END"
        )
    return change


def _placed(kb: KnowledgeBase, texts: LocalCopies, node: str, place: str) -> Reanchored:
    """A citation at the place that a person gives, with the digest of what stands there."""
    name = _name(kb, node)
    article = kb.graph.value(kb.graph.value(node, PROV.wasQuotedFrom) or "", DCTERMS.isPartOf) or ""
    copy, match = texts.copies.get(article), _PLACE.fullmatch(place)
    if match is None:
        raise UsageError(f"{place} is no place", help=f"write {name}=PARAGRAPH:START-END, such as {name}=4:12-57")
    if copy is None:
        raise UsageError(f"no copy of the article of {name} is at hand", help="name its folder with --texts")
    index, start, end = int(match[1]), int(match[2]), int(match[3])
    paragraph = copy.paragraph(index)
    if paragraph is None or not 0 <= start < end <= len(paragraph.text):
        raise UsageError(f"the copy at hand has no characters {start} to {end} in a paragraph {index}")
    recorded = recorded_paragraphs(kb.graph, article)
    target = next((old.name for old in recorded if old.digest == paragraph.digest), None)
    if target is None:
        raise UsageError(f"paragraph {index} is not recorded as it stands", help="kb add FILE --slug … --update first")
    said = f"{name}: set to {_name(kb, target)}, characters {start} to {end}"
    return Reanchored(node, target, start, end, digest(paragraph.text[start:end]), said)


def _node(kb: KnowledgeBase, name: str) -> str:
    prefix, _, local = name.partition(":")
    return kb.prefixes[prefix] + local if prefix in kb.prefixes else name


def _name(kb: KnowledgeBase, iri: str) -> str:
    return short_iri(iri, kb.prefixes)


# --- what is written ---------------------------------------------------------------------------------------


def _files(kb: KnowledgeBase, changes: Sequence[Reanchored]) -> Mapping[str, tuple[bytes, bytes]]:
    wanted = {change.node: change for change in changes}
    found: dict[str, tuple[bytes, bytes]] = {}
    for file in kb.files:
        if any(key(triple.subject) in wanted for triple in file.document.triples):
            found[file.name] = file.document.data, _changed(file, wanted)
    return found


def _changed(file: LoadedFile, wanted: Mapping[str, Reanchored]) -> bytes:
    """A file in canonical form, with these citations anchored anew; the gate reads it once more."""
    kept = [t for t in file.document.triples if key(t.subject) not in wanted or t.predicate.value not in _ANCHORED]
    here = {key(triple.subject) for triple in file.document.triples}
    new = [triple for node, change in sorted(wanted.items()) if node in here for triple in _triples(change)]
    data = format_turtle(replace(file.document, triples=(*kept, *new)))
    return read_turtle(data, source=file.name).data


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
