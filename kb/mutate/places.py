"""Where in a base a break makes sense: conditions that the table of ways names, and that the ways in code share."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pyoxigraph as ox

from kb.mutate.sample import Sample
from kb.rdf.datatypes import whole
from kb.vocab import DCTERMS, FC, PROV, RDF, RDFS, RESTATEMENTS, STANCES, XSD


def number(sample: Sample, node: str, predicate: str) -> int:
    """The number that a node has; 0 where it has none."""
    return whole(sample.graph.value(node, predicate)) or 0


def claims(sample: Sample, citation: str) -> set[str]:
    """The claims that a citation takes a stance on."""
    return {claim for stance in STANCES for claim in sample.graph.nodes(citation, stance)}


def cited(sample: Sample, paragraph: str) -> bool:
    """Whether a citation quotes from a paragraph."""
    quotes = sample.graph.subjects(PROV.wasQuotedFrom, paragraph)
    return any(FC.Citation in sample.graph.nodes(name, RDF.type) for name in quotes)


def cited_as_new(sample: Sample, paragraph: str) -> bool:
    """Cited by a citation that repeats no other one and has no note."""
    says = (*RESTATEMENTS, RDFS.comment)
    return any(
        FC.Citation in sample.graph.nodes(name, RDF.type)
        and not any(sample.graph.objects(name, predicate) for predicate in says)
        for name in sample.graph.subjects(PROV.wasQuotedFrom, paragraph)
    )


def _in_comment(sample: Sample, citation: str) -> bool:
    paragraph = sample.graph.value(citation, PROV.wasQuotedFrom) or ""
    return FC.Comment in sample.graph.nodes(paragraph, FC.role)


def _like_the_first(sample: Sample, paragraph: str) -> bool:
    """In the language of the first other paragraph, which is what `{paragraph}` stands for."""
    other = next((node for node in sample.nodes(FC.Paragraph) if node != paragraph), "")
    return sample.graph.value(paragraph, DCTERMS.language) == sample.graph.value(other, DCTERMS.language)


def _like_the_first_cited(sample: Sample, citation: str) -> bool:
    """Its paragraph in the language of the paragraph of the first other citation."""
    other = next((node for node in sample.nodes(FC.Citation) if node != citation), "")
    paragraphs = (sample.graph.value(node, PROV.wasQuotedFrom) or "" for node in (citation, other))
    return len({sample.graph.value(paragraph, DCTERMS.language) for paragraph in paragraphs}) == 1


def _number_object(sample: Sample, claim: str) -> bool:
    found = sample.graph.objects(claim, RDF.object)
    return any(isinstance(term, ox.Literal) and term.datatype.value == XSD.integer for term in found)


def _dated_only(sample: Sample, claim: str) -> bool:
    return bool(sample.graph.objects(claim, FC.when)) and not sample.graph.objects(claim, RDFS.comment)


def _only_answer(sample: Sample, claim: str) -> bool:
    """The one answer to a question."""
    return any(len(sample.graph.subjects(FC.answers, asked)) == 1 for asked in sample.graph.nodes(claim, FC.answers))


def answered(sample: Sample, question: str) -> bool:
    """Whether a claim answers a question."""
    return bool(sample.graph.subjects(FC.answers, question))


def used(sample: Sample, relation: str) -> bool:
    """Whether a claim has a relation as its predicate."""
    return bool(sample.graph.subjects(RDF.predicate, relation))


def _duplicates(sample: Sample, citation: str) -> bool:
    """Repeats another one, in a paragraph that repeats another one."""
    paragraph = sample.graph.value(citation, PROV.wasQuotedFrom) or ""
    return bool(sample.graph.objects(citation, FC.duplicates) and sample.graph.objects(paragraph, FC.duplicateOf))


def _translates(sample: Sample, citation: str) -> bool:
    """Renders another one, in a paragraph that renders another one, and has no note."""
    paragraph = sample.graph.value(citation, PROV.wasQuotedFrom) or ""
    renders = sample.graph.objects(citation, FC.translates) and sample.graph.objects(paragraph, FC.translationOf)
    return bool(renders) and not sample.graph.objects(citation, RDFS.comment)


def alone(sample: Sample, citation: str) -> bool:
    """Repeats no other citation, and is repeated by none."""
    return not any(sample.graph.nodes(citation, link) or sample.graph.subjects(link, citation) for link in RESTATEMENTS)


def _spare(sample: Sample, citation: str) -> bool:
    """Alone, and not the only one for its claim."""
    others = [
        c for claim in claims(sample, citation) for stance in STANCES for c in sample.graph.subjects(stance, claim)
    ]
    return len(others) > 1 and alone(sample, citation)


def _quoted(sample: Sample, citation: str) -> bool:
    """Alone, with one speaker after the article, who is no reader in a comment."""
    return alone(sample, citation) and len(sample.chain(citation)) == 2 and not _in_comment(sample, citation)


PLACES: Mapping[str, Callable[[Sample, str], bool]] = {
    "cited": cited,
    "uncited": lambda sample, paragraph: not cited(sample, paragraph),
    "cited-as-new": cited_as_new,
    "duplicates": _duplicates,
    "translates": _translates,
    "in-comment": _in_comment,
    "likewise": _like_the_first,
    "same-language": _like_the_first_cited,
    "number": _number_object,
    "dated": _dated_only,
    "only-answer": _only_answer,
    "used": used,
    "spare": _spare,
    "quoted": _quoted,
}
"""What `@cited` and the like mean in the table."""
