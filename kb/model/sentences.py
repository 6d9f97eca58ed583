"""Where a claim stands, in sentences: which citations, which origins, why they are one, who objects.

A sentence is a value with places, so that a page can link what it names and say it in another language.
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
    """A thing that a sentence names, by its IRI."""

    iri: str


@dataclass(frozen=True, slots=True)
class Voice(Named):
    """A speaker."""


@dataclass(frozen=True, slots=True)
class Said:
    """English words, and the value of each `{place}` in them."""

    words: str
    parts: Mapping[str, Part] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Several:
    """Parts one after the other, and what stands between two."""

    parts: tuple[Part, ...]
    between: str = ", "


Part: TypeAlias = Said | Several | Named | str
"""A part of a sentence; a string is in the words of the base, and of no language that is known."""


_LABELS = {
    FC.Uncited: Said("Uncited"),
    FC.Contested: Said("Contested"),
    FC.Corroborated: Said("Corroborated"),
    FC.SingleSource: Said("Single source"),
}


_SPACES = {space: prefix for prefix, space in PREFIXES.items()}


def short(iri: str) -> str:
    """An IRI as a prefixed name where one of the house's prefixes fits, else in angle brackets.

    >>> short("https://w3id.org/factcite/kb/entity/ada-brook")
    'ent:ada-brook'
    """
    cut = max(iri.rfind("/"), iri.rfind("#")) + 1
    prefix = _SPACES.get(iri[:cut])
    return f"{prefix}:{iri[cut:]}" if prefix and iri[cut:] else f"<{iri}>"


def in_words(standing: Standing, name: Callable[[str], str] = short) -> str:
    """The plain English sentences of a standing, in order.

    Args:
        name: what to call a voice.
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
    """What to call a voice that is an article's."""
    return Said("{article} in its own voice", {"article": Named(article)})


def sentences(standing: Standing) -> tuple[Said, ...]:
    """Which citations, which origins, why they collapse, who objects; as data, for other wordings and languages."""
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
        cited: dict[str, Part] = {"voices": voices, "citations": Several(tuple(map(_supporting, origin.support)))}
        if origin.counts:
            yield Said("Origin {number}: {voices}, in {citations}.", {"number": str(number), **cited})
        else:
            yield Said("No further origin: {voices}, in {citations}.", cited)
            yield Said(
                "It adds none, because it is unnamed, and a named voice is cited in {articles} too.",
                {"articles": _names(origin.beside)},
            )
        if origin.links:
            reasons = Several(tuple(map(_reason, origin.links)), "; ")
            yield Said("One origin, because {reasons}.", {"reasons": reasons})
        elif len(origin.support) > 1:
            yield Said("One voice, however often it is cited.")


def _supporting(support: Support) -> Part:
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
        yield Said("Mentioned, not meant, in {citations}.", {"citations": _names(unmeant)})


def _names(iris: Iterable[str]) -> Several:
    return Several(tuple(map(Named, iris)))
