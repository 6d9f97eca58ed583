"""Every known way of breaking a base: what is done, to which part, and which rule should notice.

Most ways are lines of `operators.txt` beside this file; those that need a number, a neighbour or the bytes of a file
stand here. Both are written from the model and from the mistakes that people make, not from the shapes: a break that
no rule notices is a rule that is missing. What only a reader of the text can see is marked, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pyoxigraph as ox

from kb.mutate.file_ways import EXIT_4, FILE_WAYS
from kb.mutate.sample import Break, Breaker, Sample, each, has, lacks, plant, remove
from kb.text import digest
from kb.vocab import DCTERMS, FC, OA, PREFIXES, PROV, RDF, RDFS, SCHEMA, XSD

TABLE = Path(__file__).parent / "operators.txt"

STANCES = (FC.asserts, FC.denies, FC.mentions)
REPEATS = (FC.restates, FC.translates, FC.duplicates)


@dataclass(frozen=True)
class Operator:
    """One way of breaking the base.

    Attributes:
        part: article, paragraph, citation, chain, ….
        name: what is done, in a few words.
        rules: codes, one of which should notice; none where no rule can.
        breaks: every place where it can be done.
        unseen: why no rule can notice; empty where one should.
    """

    part: str
    name: str
    rules: tuple[str, ...]
    breaks: Breaker
    unseen: str = ""

    @property
    def label(self) -> str:
        """`citation: no digest`."""
        return f"{self.part}: {self.name}"


def operators() -> tuple[Operator, ...]:
    """The lines of the table, then those in code."""
    return (*read_table(TABLE.read_text("utf-8")), *_in_code())


# --- the table ---------------------------------------------------------------------------------------------


def read_table(text: str) -> Iterator[Operator]:
    """The operators of a table; its head says how it is written."""
    part = cls = ""
    for line in text.splitlines():
        if line.startswith("["):
            part, _, cls = line[1:].partition("]")
        elif line.strip() and not line.startswith("#"):
            name, rules, where, minus, plus = (cell.strip() for cell in f"{line} ".split("|", 4))
            breaks = _row(_full(cls.strip()), where, minus, plus) if cls.strip() else plant(_long(plus))
            unseen = rules[1:-1] if rules.startswith("(") else ""
            yield Operator(part, name, () if unseen else tuple(rules.split()), breaks, unseen)


def _row(cls: str, where: str, minus: str, plus: str) -> Breaker:
    predicates = [_full(word.removesuffix("?")) for word in minus.split()]
    text = f"{{this}} {_long(plus)} ." if plus else ""
    return each(cls, predicates, text, where=_condition(where), needed=not minus.endswith("?"))


def _condition(where: str) -> Callable[[Sample, str], bool] | None:
    if not where:
        return None
    if where.startswith("@"):
        return PLACES[where[1:]]
    predicate, _, value = where.removeprefix("!").partition(" ")
    wanted = (_full(predicate), _full(value) if value else "")
    return lacks(*wanted) if where.startswith("!") else has(*wanted)


def _full(name: str) -> str:
    prefix, _, local = name.partition(":")
    return RDF.type if name == "a" else PREFIXES[prefix] + local


def _long(plus: str) -> str:
    """`{long:90}` becomes as many words."""
    return re.sub(r"\{long:(\d+)\}", lambda match: "long " * int(match[1]), plus)


# --- places where a break makes sense ----------------------------------------------------------------------


def _cited(sample: Sample, paragraph: str) -> bool:
    quotes = sample.graph.subjects(PROV.wasQuotedFrom, paragraph)
    return any(FC.Citation in sample.graph.nodes(name, RDF.type) for name in quotes)


def _cited_as_new(sample: Sample, paragraph: str) -> bool:
    """Cited by a citation that repeats no other one and has no note."""
    quotes = sample.graph.subjects(PROV.wasQuotedFrom, paragraph)
    says = (*REPEATS, RDFS.comment)
    return _cited(sample, paragraph) and any(
        not any(sample.graph.objects(name, predicate) for predicate in says) for name in quotes
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


def _answered(sample: Sample, question: str) -> bool:
    return bool(sample.graph.subjects(FC.answers, question))


def _used(sample: Sample, relation: str) -> bool:
    return bool(sample.graph.subjects(RDF.predicate, relation))


def _alone(sample: Sample, citation: str) -> bool:
    """Repeats no other citation, and is repeated by none."""
    return not any(sample.graph.nodes(citation, link) or sample.graph.subjects(link, citation) for link in REPEATS)


def _spare(sample: Sample, citation: str) -> bool:
    """Alone, and not the only one for its claim."""
    others = [
        c for claim in _claims(sample, citation) for stance in STANCES for c in sample.graph.subjects(stance, claim)
    ]
    return len(others) > 1 and _alone(sample, citation)


def _quoted(sample: Sample, citation: str) -> bool:
    """Alone, with one speaker after the article, who is no reader in a comment."""
    return _alone(sample, citation) and len(sample.chain(citation)) == 2 and not _in_comment(sample, citation)


PLACES: Mapping[str, Callable[[Sample, str], bool]] = {
    "cited": _cited,
    "uncited": lambda sample, paragraph: not _cited(sample, paragraph),
    "cited-as-new": _cited_as_new,
    "in-comment": _in_comment,
    "likewise": _like_the_first,
    "same-language": _like_the_first_cited,
    "number": _number_object,
    "dated": _dated_only,
    "only-answer": _only_answer,
    "used": _used,
    "spare": _spare,
    "quoted": _quoted,
}
"""What `@cited` and the like mean in the table."""


# --- those in code -----------------------------------------------------------------------------------------


def _in_code() -> Iterator[Operator]:
    for part, rows in (*_CODE.items(), *FILE_WAYS.items()):
        for name, rules, breaks in rows:
            unseen = rules[1:-1] if rules.startswith("(") else ""
            yield Operator(part, name, () if unseen else tuple(rules.split()), breaks, unseen)


def _changed(cls: str, predicate: str, change: Callable[[str], str], *, text: bool = False) -> Breaker:
    """Each value of a predicate becomes another one of the same datatype; `text` asks for a copy at hand."""

    def breaks(sample: Sample) -> Iterator[Break]:
        for node in sample.nodes(cls):
            for triple in sample.about(node, (predicate,)) if not text or sample.at_hand(node) else ():
                old = triple.object
                if isinstance(old, ox.Literal) and change(old.value) != old.value:
                    new = ox.Literal(change(old.value), datatype=old.datatype)
                    yield Break(node, frozenset((triple,)), (ox.Triple(triple.subject, triple.predicate, new),))

    return breaks


def _by(step: int) -> Callable[[str], str]:
    """A number, one more or less."""
    return lambda value: str(int(value) + step)


def _year_earlier(value: str) -> str:
    return re.sub(r"^(\d{4})", lambda match: str(int(match[1]) - 1), value)


def _set(sample: Sample, node: str, predicate: str, value: int) -> Break:
    """A number becomes another one."""
    new = ox.Literal(str(value), datatype=ox.NamedNode(XSD.integer))
    triple = ox.Triple(ox.NamedNode(node), ox.NamedNode(predicate), new)
    return Break(node, sample.about(node, (predicate,)), (triple,))


def _number(sample: Sample, node: str, predicate: str) -> int:
    return int(sample.graph.value(node, predicate) or 0)


def _empty(sample: Sample) -> Iterator[Break]:
    for node in sample.nodes(FC.Citation):
        yield _set(sample, node, OA.end, _number(sample, node, OA.start))


def _backwards(sample: Sample) -> Iterator[Break]:
    for node in sample.nodes(FC.Citation):
        start = _set(sample, node, OA.start, _number(sample, node, OA.end))
        end = _set(sample, node, OA.end, _number(sample, node, OA.start))
        yield Break(node, start.gone | end.gone, start.new + end.new)


def _one_past(sample: Sample) -> Iterator[Break]:
    for node in sample.nodes(FC.Citation):
        length = _number(sample, sample.graph.value(node, PROV.wasQuotedFrom) or "", FC.length)
        yield _set(sample, node, OA.end, length + 1)


def _not_last(sample: Sample, paragraph: str) -> bool:
    siblings = sample.graph.subjects(DCTERMS.isPartOf, sample.article_of(paragraph))
    return _number(sample, paragraph, FC.index) < max(_number(sample, node, FC.index) for node in siblings)


def _next_paragraph(sample: Sample) -> Iterator[Break]:
    following = dict(pairwise(sample.nodes(FC.Paragraph)))
    for node in sample.nodes(FC.Citation):
        other = following.get(sample.graph.value(node, PROV.wasQuotedFrom) or "", "")
        if other and sample.article_of(other) == sample.article_of(node):
            new = ox.Triple(ox.NamedNode(node), ox.NamedNode(PROV.wasQuotedFrom), ox.NamedNode(other))
            yield Break(node, sample.about(node, (PROV.wasQuotedFrom,)), (new,))


def _swapped_digests(sample: Sample) -> Iterator[Break]:
    for one, other in pairwise([node for node in sample.nodes(FC.Citation) if sample.at_hand(node)]):
        first, second = (sample.about(node, (FC.digest,)) for node in (one, other))
        if {triple.object for triple in first} != {triple.object for triple in second}:
            pairs = [(one, triple) for triple in second] + [(other, triple) for triple in first]
            new = tuple(ox.Triple(ox.NamedNode(node), triple.predicate, triple.object) for node, triple in pairs)
            yield Break(one, first | second, new)


def _pull_quote(sample: Sample) -> Iterator[Break]:
    """A segment becomes a pull quote that covers its whole paragraph, whose citations repeat no other ones."""
    for node in sample.nodes(FC.Segment):
        for paragraph in sample.graph.subjects(FC.segment, node):
            if _cited_as_new(sample, paragraph):
                end = _number(sample, paragraph, FC.length)
                new = sample.turtle(f"{{this}} fc:role fc:PullQuote ; oa:start 0 ; oa:end {end} .", node)
                yield Break(node, sample.about(node, (FC.role, OA.start, OA.end)), new or ())


def _claims(sample: Sample, citation: str) -> set[str]:
    return {claim for stance in STANCES for claim in sample.graph.nodes(citation, stance)}


def _only_citation(sample: Sample) -> Iterator[Break]:
    """A claim loses the one citation that it has."""
    for node in sample.nodes(FC.Citation):
        for claim in _claims(sample, node):
            if [other for stance in STANCES for other in sample.graph.subjects(stance, claim)] == [node]:
                yield Break(node, sample.whole(node))


def _restates(*, same_voice: bool) -> Breaker:
    """A citation restates one of the same voice on another claim, or one of another voice."""

    def fits(sample: Sample, one: str, other: str) -> bool:
        voices = sample.chain(one)[-1:] == sample.chain(other)[-1:]
        return one != other and voices is same_voice and not _claims(sample, one) & _claims(sample, other)

    def breaks(sample: Sample) -> Iterator[Break]:
        nodes = [node for node in sample.nodes(FC.Citation) if _alone(sample, node)]
        for one in nodes:
            other = next((node for node in nodes if fits(sample, one, node)), None)
            if other is not None:
                yield Break(one, frozenset(), sample.turtle(f"<{one}> fc:restates <{other}> .") or ())

    return breaks


def _unlike(sample: Sample) -> Iterator[Break]:
    """A claim specialises one with which it shares nothing, and gives no reason."""

    def ends(claim: str) -> set[str | None]:
        return {sample.graph.value(claim, part) for part in (RDF.subject, RDF.predicate, RDF.object)}

    claims = [claim for claim in sample.nodes(FC.Claim) if not sample.graph.objects(claim, RDFS.comment)]
    for one in claims:
        other = next((claim for claim in claims if claim != one and not ends(one) & ends(claim)), None)
        if other is not None:
            yield Break(one, frozenset(), sample.turtle(f"<{one}> fc:specialises <{other}> .") or ())


def _borrowed(sample: Sample) -> Iterator[Break]:
    """A label takes a dozen and a half words from the text, so that some are left when names are counted as one."""
    for _, copy in sorted(sample.texts.copies.items()):
        words = max((re.findall(r"\w+", paragraph.text) for paragraph in copy.paragraphs), key=len)[:18]
        for claim in sample.nodes(FC.Claim)[:3] if len(words) == 18 else ():
            label = ox.Literal(" ".join(words) + ".", language="en")
            new = ox.Triple(ox.NamedNode(claim), ox.NamedNode(RDFS.label), label)
            yield Break(claim, sample.about(claim, (RDFS.label,)), (new,))


def _in_two_files(cls: str) -> Breaker:
    """A type is written into a second file."""

    def breaks(sample: Sample) -> Iterator[Break]:
        for node in sample.nodes(cls):
            triples = sample.about(node, (RDF.type,))
            others = [
                f for f in sample.kb.files if not triples & set(f.document.triples) and "vocabulary" not in f.name
            ]
            if others:
                extra = "".join(f"\n{triple} .\n" for triple in sorted(triples, key=str))
                yield Break(node, files={others[0].name: others[0].document.data + extra.encode()})

    return breaks


def _gone(nodes: Callable[[Sample], set[str]]) -> Breaker:
    """Each of some nodes goes, with what is said of it."""
    return lambda sample: (Break(node, sample.whole(node)) for node in sorted(nodes(sample)) if sample.whole(node))


def _speakers(sample: Sample) -> set[str]:
    return {name for node in sample.nodes(FC.Citation) for name in sample.chain(node)[1:]}


def _ends(predicate: str) -> Callable[[Sample], set[str]]:
    return lambda sample: {end for claim in sample.nodes(FC.Claim) for end in sample.graph.nodes(claim, predicate)}


_CODE: Mapping[str, tuple[tuple[str, str, Breaker], ...]] = {
    "article": (
        ("digest cut short", "FC102", _changed(FC.Article, FC.digest, lambda value: value[:-1])),
        ("gone, its paragraphs kept", f"FC101 FC121 {EXIT_4}", remove(FC.Article)),
        (
            "an author gone",
            "FC107",
            _gone(lambda sample: {author for _, author in sample.graph.pairs(DCTERMS.creator)}),
        ),
        ("in two files", "FC941", _in_two_files(FC.Article)),
    ),
    "paragraph": (
        (
            "the number of its neighbour",
            "FC110",
            _changed(FC.Paragraph, FC.index, lambda value: str(int(value) - 1 or 2)),
        ),
        ("gone, a gap in the numbers", "FC110", remove(FC.Paragraph, _not_last)),
    ),
    "span": (
        ("empty", "FC304", _empty),
        ("backwards", "FC304", _backwards),
        ("one character past the end", "FC305", _one_past),
        ("of an attribution, gone", "FC337", remove(FC.Span)),
    ),
    "segment": (("a pull quote, cited as new", "FC350", _pull_quote),),
    "digest": (
        ("in capital letters", "FC306", _changed(FC.Citation, FC.digest, str.upper)),
        ("of other words", "FC921", _changed(FC.Citation, FC.digest, digest, text=True)),
        ("of other words, for an attribution", "FC921", _changed(FC.Span, FC.digest, digest, text=True)),
        ("of another paragraph", "FC922", _changed(FC.Paragraph, FC.digest, digest, text=True)),
        ("of another file", "FC923", _changed(FC.Article, FC.digest, digest, text=True)),
        ("length of a paragraph off by one", "FC922", _changed(FC.Paragraph, FC.length, _by(1), text=True)),
        ("start off by one", "FC921", _changed(FC.Citation, OA.start, _by(1), text=True)),
        ("end off by one", "FC921", _changed(FC.Citation, OA.end, _by(-1), text=True)),
        ("span quoted from the next paragraph", "FC921 FC305", _next_paragraph),
        ("digests of two citations swapped", "FC921", _swapped_digests),
    ),
    "citation": (
        ("gone, and its claim is nobody's", "FC001", _only_citation),
        ("in two files", "FC941", _in_two_files(FC.Citation)),
    ),
    "chain": (("a speaker gone", "FC333", _gone(_speakers)),),
    "repetition": (
        ("of another voice", "FC342", _restates(same_voice=False)),
        ("of another claim", "FC347", _restates(same_voice=True)),
    ),
    "claim": (
        ("a label in the words of the article", "FC931", _borrowed),
        ("its subject gone", "FC207", _gone(_ends(RDF.subject))),
        ("its object gone", "FC207", _gone(_ends(RDF.object))),
        ("in two files", "FC941", _in_two_files(FC.Claim)),
    ),
    "claim link": (("specialises something unlike, no reason", "FC226", _unlike),),
    "date": (("a year earlier", "(only a reader of the text can see it)", _changed(FC.Claim, FC.when, _year_earlier)),),
    "question": (("gone", "FC211", remove(FC.Question, _answered)),),
    "relation": (("gone", "FC205 FC905", remove(FC.Relation, _used)),),
    "entity": (("in two files", "FC941", _in_two_files(SCHEMA.Thing)),),
}
"""Part to name, rules (or in brackets why none can notice) and breaks."""
