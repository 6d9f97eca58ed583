"""The standing of a claim in sentences: its citations, its origins, and the claims and citations against it.

A sentence is a template with values for its placeholders, so that a page can link the things that it names and
translate it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from kb.model.origins import Link
from kb.model.standing import Standing, Support
from kb.vocab import FC, PREFIXES


@dataclass(frozen=True, slots=True)
class Named:
    """A thing that a sentence mentions, by its IRI."""

    iri: str


@dataclass(frozen=True, slots=True)
class Voice(Named):
    """A speaker."""


@dataclass(frozen=True, slots=True)
class Said:
    """An English template, and the value of each `{placeholder}`."""

    words: str
    parts: Mapping[str, Part] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Several:
    """Several parts, and the text between two of them."""

    parts: tuple[Part, ...]
    between: str = ", "


Part: TypeAlias = Said | Several | Named | str
"""A part of a sentence; a string is text of the base, in an unknown language."""


_LABELS = {
    FC.Uncited: Said("Uncited"),
    FC.Contested: Said("Contested"),
    FC.Corroborated: Said("Corroborated"),
    FC.SingleSource: Said("Single source"),
}


_SPACES = {space: prefix for prefix, space in PREFIXES.items()}


def short(iri: str) -> str:
    """An IRI as a prefixed name if a prefix of Factcite fits, else in angle brackets.

    >>> short("https://w3id.org/factcite/kb/entity/ada-brook")
    'ent:ada-brook'
    """
    cut = max(iri.rfind("/"), iri.rfind("#")) + 1
    prefix = _SPACES.get(iri[:cut])
    return f"{prefix}:{iri[cut:]}" if prefix and iri[cut:] else f"<{iri}>"


def in_words(standing: Standing, name: Callable[[str], str] = short) -> str:
    """The sentences of a claim as one English text.

    Args:
        name: gives the name of a voice.
    """
    return " ".join(_plain(sentence, name) for sentence in sentences(standing))


def _plain(part: Part, name: Callable[[str], str]) -> str:
    match part:
        case Said():
            return part.words.format_map({place: _plain(each, name) for place, each in part.parts.items()})
        case Several():
            return part.between.join(_plain(each, name) for each in part.parts)
        case Voice():
            return name(part.iri)
        case Named():
            return short(part.iri)
        case str():
            return part


def own_voice(article: str) -> Said:
    """The name of an article's own voice."""
    return Said("{article} in its own voice", {"article": Named(article)})


def sentences(standing: Standing) -> tuple[Said, ...]:
    """The status with its counts, the origins with their reasons, and the denials, contradictions and rival answers."""
    return (_lead(standing), *_origin_sentences(standing), *_objections(standing))


def _lead(standing: Standing) -> Said:
    status = _LABELS[standing.status]
    if not standing.support:
        return Said("{status}: no citation asserts this claim or one that specialises it.", {"status": status})
    support, origins = len(standing.support), standing.origin_count
    citations = "{count} asserting citation" if support == 1 else "{count} asserting citations"
    independent = "{count} independent origin" if origins == 1 else "{count} independent origins"
    return Said(
        "{status}: {citations}, {origins}.",
        {
            "status": status,
            "citations": Said(citations, {"count": str(support)}),
            "origins": Said(independent, {"count": str(origins)}),
        },
    )


def _origin_sentences(standing: Standing) -> Iterator[Said]:
    for number, origin in enumerate(standing.origins, start=1):
        voices = Several(tuple(map(Voice, origin.voices)), " and ")
        cited: dict[str, Part] = {"voices": voices, "citations": Several(tuple(map(_support, origin.support)))}
        if origin.counts:
            yield Said("Origin {number}: {voices}, in {citations}.", {"number": str(number), **cited})
        else:
            yield Said("No further origin: {voices}, in {citations}.", cited)
            yield Said(
                "It adds none, because it is unnamed, and a named voice also supports the claim in {articles}.",
                {"articles": _names(origin.beside)},
            )
        if origin.links:
            reasons = Several(tuple(map(_reason, origin.links)), "; ")
            yield Said("One origin, because {reasons}.", {"reasons": reasons})
        elif len(origin.support) > 1:
            yield Said("One voice, however often it is cited.")


def _support(support: Support) -> Part:
    """`cite:a (by way of claim:b, restates cite:c)`."""
    citation = Named(support.citation.iri)
    notes = [Said("by way of {claim}", {"claim": Named(support.via)})] if support.via else []
    notes += [Said("restates {citation}", {"citation": Named(iri)}) for iri in support.citation.restates]
    return Said("{citation} ({notes})", {"citation": citation, "notes": Several(tuple(notes))}) if notes else citation


def _reason(link: Link) -> Said:
    if link.kind == "author":
        return Said("{author} is an author of {article}", {"author": Voice(link.one), "article": Named(link.other)})
    node = Named(link.node)
    if link.kind == "restatement":
        return Said("{citation} restates {restated}", {"citation": node, "restated": Named(link.reason)})
    parts: dict[str, Part] = {"one": Voice(link.one), "other": Voice(link.other), "dependence": node}
    if not link.reason:
        return Said("{one} and {other} are not independent ({dependence})", parts)
    reason = link.reason.rstrip(". ")
    return Said("{one} and {other} are not independent ({dependence}: {reason})", {**parts, "reason": reason})


def _objections(standing: Standing) -> Iterator[Said]:
    if standing.denials:
        denials = (
            Said("{voice} in {citation}", {"voice": Voice(each.speaker), "citation": Named(each.iri)})
            for each in standing.denials
        )
        yield Said("Denied by {denials}.", {"denials": Several(tuple(denials))})
    if standing.contradicting:
        yield Said("Contradicted by what is asserted in {claims}.", {"claims": _names(standing.contradicting)})
    for question in sorted({rival.question for rival in standing.rivals}):
        claims = _names(rival.claim for rival in standing.rivals if rival.question == question)
        parts: dict[str, Part] = {"question": Named(question), "claims": claims}
        yield Said("Rival answers to {question} are asserted: {claims}.", parts)
    unmeant = [each.iri for each in standing.mentions if each.stance == FC.mentions]
    if unmeant:
        yield Said("Only mentioned in {citations}.", {"citations": _names(unmeant)})


def _names(iris: Iterable[str]) -> Several:
    return Several(tuple(map(Named, iris)))
