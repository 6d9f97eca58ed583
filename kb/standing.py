"""Where a claim stands: the values that pages and reports read, and the same in plain English.

A number alone convinces nobody, so a standing keeps what it was counted from: which citations, which voices,
why several of them are one origin, who objects. How it is computed is in kb/derive.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from kb.dates import Bounds
from kb.origins import Link
from kb.vocab import FC, PREFIXES


@dataclass(frozen=True, slots=True)
class Citation:
    """One whole citation.

    Attributes:
        iri: its name.
        stance: `fc:asserts`, `fc:denies` or `fc:mentions`, as an IRI.
        claim, paragraph, article: what it is about and where it stands.
        chain: the speakers, outermost first.
        restates: the citations that it restates, translates or duplicates.
    """

    iri: str
    stance: str
    claim: str
    paragraph: str
    article: str
    chain: tuple[str, ...]
    restates: tuple[str, ...] = ()

    @property
    def speaker(self) -> str:
        """The innermost voice."""
        return self.chain[-1]


@dataclass(frozen=True, slots=True)
class Support:
    """One citation that supports a claim.

    Attributes:
        citation: the citation.
        via: the specialising claim that it asserts; empty where it asserts the claim itself.
    """

    citation: Citation
    via: str


@dataclass(frozen=True, slots=True)
class Origin:
    """One class of voices that supports a claim.

    Attributes:
        voices: the innermost speakers, sorted.
        support: what they say, sorted by citation; restatements too.
        links: why several voices are one origin.
        beside: where all its voices are unnamed, the articles in which a named voice stands beside one.
    """

    voices: tuple[str, ...]
    support: tuple[Support, ...]
    links: tuple[Link, ...]
    beside: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it adds one to the count."""
        return not self.beside


@dataclass(frozen=True, slots=True)
class Rival:
    """Another asserted answer to the same single-answer question."""

    question: str
    claim: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a claim stands.

    Attributes:
        claim: its IRI.
        status: `fc:Uncited`, `fc:Contested`, `fc:Corroborated` or `fc:SingleSource`, as an IRI.
        support: everything that asserts it, or a claim that specialises it.
        mentions: every citation of the claim itself, whatever its stance.
        denials: those of `mentions` that deny it.
        contradicting: asserted claims that contradict it.
        rivals: asserted rival answers.
        origins: the voices behind the support; those that count first.
        dates: the days between which it holds, from `fc:when`.
        path: the same in plain English (`in_words`).
    """

    claim: str
    status: str
    support: tuple[Support, ...]
    mentions: tuple[Citation, ...]
    denials: tuple[Citation, ...]
    contradicting: tuple[str, ...]
    rivals: tuple[Rival, ...]
    origins: tuple[Origin, ...]
    dates: Bounds
    path: str = ""

    @property
    def origin_count(self) -> int:
        """Number of independent origins."""
        return sum(origin.counts for origin in self.origins)

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The paragraphs that the claim is quoted from."""
        return tuple(sorted({citation.paragraph for citation in self.mentions}))

    @property
    def articles(self) -> tuple[str, ...]:
        """The articles in which the claim itself is cited."""
        return tuple(sorted({citation.article for citation in self.mentions}))


# --- in words --------------------------------------------------------------------------------------------

_LABELS = {
    FC.Uncited: "Uncited",
    FC.Contested: "Contested",
    FC.Corroborated: "Corroborated",
    FC.SingleSource: "Single source",
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
    """Which citations, which origins, why they collapse, who objects; one sentence after the other.

    Args:
        name: what to call a voice.
    """
    return " ".join([_lead(standing), *_origin_sentences(standing, name), *_objections(standing, name)])


def _lead(standing: Standing) -> str:
    label = _LABELS[standing.status]
    if not standing.support:
        return f"{label}: no citation asserts this claim or one that specialises it."
    support = _count(len(standing.support), "asserting citation")
    return f"{label}: {support}, {_count(standing.origin_count, 'independent origin')}."


def _origin_sentences(standing: Standing, name: Callable[[str], str]) -> Iterator[str]:
    for number, origin in enumerate(standing.origins, start=1):
        heading = f"Origin {number}" if origin.counts else "No further origin"
        voices = " and ".join(name(voice) for voice in origin.voices)
        yield f"{heading}: {voices}, in {_listed(_supporting(each) for each in origin.support)}."
        if origin.beside:
            articles = _listed(map(short, origin.beside))
            yield f"It adds none, because it is unnamed and stands beside a named voice in {articles}."
        if origin.links:
            yield f"One origin, because {'; '.join(_reason(link, name) for link in origin.links)}."
        elif len(origin.support) > 1:
            yield "One voice, however often it is cited."


def _supporting(support: Support) -> str:
    """`cite:a (by way of claim:b, restates cite:c)`."""
    notes = [f"by way of {short(support.via)}"] if support.via else []
    notes += [f"restates {short(iri)}" for iri in support.citation.restates]
    return short(support.citation.iri) + (f" ({', '.join(notes)})" if notes else "")


def _reason(link: Link, name: Callable[[str], str]) -> str:
    if link.kind == "author":
        return f"{name(link.one)} is an author of {short(link.other)}"
    if link.kind == "restatement":
        return f"{short(link.node)} restates {short(link.reason)}"
    stated = f", {short(link.node)}" + (f": {link.reason.rstrip('. ')}" if link.reason else "")
    return f"{name(link.one)} and {name(link.other)} are not independent ({stated[2:]})"


def _objections(standing: Standing, name: Callable[[str], str]) -> Iterator[str]:
    if standing.denials:
        voices = _listed(f"{name(each.speaker)} in {short(each.iri)}" for each in standing.denials)
        yield f"Denied by {voices}."
    if standing.contradicting:
        yield f"Contradicted by what is asserted in {_listed(map(short, standing.contradicting))}."
    for question in sorted({rival.question for rival in standing.rivals}):
        claims = _listed(short(rival.claim) for rival in standing.rivals if rival.question == question)
        yield f"Rival answers to {short(question)} are asserted: {claims}."
    unmeant = [short(each.iri) for each in standing.mentions if each.stance == FC.mentions]
    if unmeant:
        yield f"Mentioned, not meant, in {_listed(unmeant)}."


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
