"""The standing of a claim, as values for pages and reports.

A standing keeps the reasons for its numbers: the citations, the voices, why several voices are one origin, and who
denies the claim. kb/model/derive.py computes it.
"""

from __future__ import annotations

from dataclasses import dataclass

from kb.model.dates import Bounds
from kb.model.origins import Link


@dataclass(frozen=True, slots=True)
class Citation:
    """One complete citation.

    Attributes:
        iri: its name.
        stance: `fc:asserts`, `fc:denies` or `fc:mentions`, as an IRI.
        claim, paragraph, article: the claim that it cites, and the place of the words.
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
        via: the specialising claim that it asserts; empty if it asserts the claim itself.
    """

    citation: Citation
    via: str


@dataclass(frozen=True, slots=True)
class Origin:
    """One class of voices that supports a claim.

    Attributes:
        voices: the innermost speakers, sorted.
        support: their citations, sorted, with restatements.
        links: why several voices are one origin.
        beside: if all its original speakers are unnamed, the articles in which a named voice of another class supports
            the claim too.
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
    """The status of a claim, with its reasons.

    Attributes:
        claim: its IRI.
        status: `fc:Uncited`, `fc:Contested`, `fc:Corroborated` or `fc:SingleSource`, as an IRI.
        support: everything that asserts it, or a claim that specialises it.
        mentions: every citation of the claim itself, with any stance.
        denials: those of `mentions` that deny it.
        contradicting: asserted claims that contradict it.
        rivals: asserted rival answers.
        origins: the classes of voices of the support; those that count come first.
        dates: the first and the last day on which it may hold, from `fc:when`.
        path: the reasons in plain English (`in_words`).
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
