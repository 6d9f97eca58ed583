"""Ways of breaking the data of a base that need a number, a neighbour or a copy, and so are no lines of the table.
`kb/mutate/operators.py` says what a way is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

import pyoxigraph as ox

from kb.mutate.file_ways import EXIT_4
from kb.mutate.places import alone, answered, cited, cited_as_new, claims, number, used
from kb.mutate.sample import Break, Breaker, Sample, remove
from kb.rdf.datatypes import whole
from kb.rdf.graph import Term, key
from kb.text import digest
from kb.vocab import DCTERMS, FC, OA, PROV, RDF, RDFS, SCHEMA, STANCES, XSD


def _changed(cls: str, predicate: str, change: Callable[[str], str], *, text: bool = False) -> Breaker:
    """Each value of a predicate becomes another one of the same datatype; `text` needs a copy of the article."""

    def breaks(sample: Sample) -> Iterator[Break]:
        for node in sample.nodes(cls):
            for triple in sample.about(node, (predicate,)) if not text or sample.at_hand(node) else ():
                old = triple.object
                if isinstance(old, ox.Literal) and change(old.value) != old.value:
                    new = ox.Literal(change(old.value), datatype=old.datatype)
                    yield Break(node, frozenset((triple,)), (ox.Triple(triple.subject, triple.predicate, new),))

    return breaks


def _by(step: int) -> Callable[[str], str]:
    """A number, one more or less; what is no number stays."""
    return lambda value: value if whole(value) is None else str(int(value) + step)


def _neighbour(value: str) -> str:
    """The number before, or 2 for the first; what is no number stays."""
    return value if whole(value) is None else str(int(value) - 1 or 2)


def _year_earlier(value: str) -> str:
    return re.sub(r"^(\d{4})", lambda match: str(int(match[1]) - 1), value)


def _set(sample: Sample, node: str, predicate: str, value: int) -> Break:
    """A number becomes another one."""
    new = ox.Literal(str(value), datatype=ox.NamedNode(XSD.integer))
    triple = ox.Triple(ox.NamedNode(node), ox.NamedNode(predicate), new)
    return Break(node, sample.about(node, (predicate,)), (triple,))


def _empty(sample: Sample) -> Iterator[Break]:
    for node in sample.nodes(FC.Citation):
        yield _set(sample, node, OA.end, number(sample, node, OA.start))


def _backwards(sample: Sample) -> Iterator[Break]:
    for node in sample.nodes(FC.Citation):
        start = _set(sample, node, OA.start, number(sample, node, OA.end))
        end = _set(sample, node, OA.end, number(sample, node, OA.start))
        yield Break(node, start.gone | end.gone, start.new + end.new)


def _one_past(sample: Sample) -> Iterator[Break]:
    for node in sample.nodes(FC.Citation):
        length = number(sample, sample.graph.value(node, PROV.wasQuotedFrom) or "", FC.length)
        yield _set(sample, node, OA.end, length + 1)


def _not_last(sample: Sample, paragraph: str) -> bool:
    siblings = sample.graph.subjects(DCTERMS.isPartOf, sample.article_of(paragraph))
    return number(sample, paragraph, FC.index) < max(number(sample, node, FC.index) for node in siblings)


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
            if cited_as_new(sample, paragraph):
                end = number(sample, paragraph, FC.length)
                new = sample.turtle(f"{{this}} fc:role fc:PullQuote ; oa:start 0 ; oa:end {end} .", node)
                yield Break(node, sample.about(node, (FC.role, OA.start, OA.end)), new or ())


def _only_citation(sample: Sample) -> Iterator[Break]:
    """A claim loses the one citation that it has."""
    for node in sample.nodes(FC.Citation):
        for claim in claims(sample, node):
            if [other for stance in STANCES for other in sample.graph.subjects(stance, claim)] == [node]:
                yield Break(node, sample.whole(node))


def _restates(*, same_voice: bool) -> Breaker:
    """A citation restates one of the same voice on another claim, or one of another voice."""

    def fits(sample: Sample, one: str, other: str) -> bool:
        voices = sample.chain(one)[-1:] == sample.chain(other)[-1:]
        return one != other and voices is same_voice and not claims(sample, one) & claims(sample, other)

    def breaks(sample: Sample) -> Iterator[Break]:
        nodes = [node for node in sample.nodes(FC.Citation) if alone(sample, node)]
        for one in nodes:
            other = next((node for node in nodes if fits(sample, one, node)), None)
            if other is not None:
                yield Break(one, frozenset(), sample.turtle(f"<{one}> fc:restates <{other}> .") or ())

    return breaks


def _unlike(sample: Sample) -> Iterator[Break]:
    """A claim specialises one with which it shares nothing, and gives no reason."""

    def ends(claim: str) -> set[str | None]:
        return {sample.graph.value(claim, part) for part in (RDF.subject, RDF.predicate, RDF.object)}

    bare = [claim for claim in sample.nodes(FC.Claim) if not sample.graph.objects(claim, RDFS.comment)]
    for one in bare:
        other = next((claim for claim in bare if claim != one and not ends(one) & ends(claim)), None)
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


def _copied(cls: str) -> Breaker:
    """Each instance of a class is there once more, under another name."""

    def breaks(sample: Sample) -> Iterator[Break]:
        for node in sample.nodes(cls):
            yield Break(node, frozenset(), tuple(_again(sample, node, ox.NamedNode(f"{node}-again"))))

    return breaks


def _again(sample: Sample, node: str, name: ox.NamedNode | ox.BlankNode) -> Iterator[ox.Triple]:
    """What is said of a node, with the lists that hang on it, said of another one."""
    for triple in sample.whole(node):
        value = triple.object
        if isinstance(value, ox.BlankNode):
            value = ox.BlankNode(f"{value.value}again")
            yield from _again(sample, key(triple.object), value)
        yield ox.Triple(name, triple.predicate, value)


def _same_words(sample: Sample) -> Iterator[Break]:
    """A paragraph that is cited has the digest of an earlier one that is, and no mark."""
    cited_ones = [node for node in sample.nodes(FC.Paragraph) if cited(sample, node)]
    for one, other in pairwise(cited_ones):
        marked = any(sample.graph.objects(node, FC.duplicateOf) for node in (one, other))
        if sample.article_of(one) == sample.article_of(other) and not marked:
            new = ox.Literal(sample.graph.value(one, FC.digest) or "")
            gone = sample.about(other, (FC.digest,))
            yield Break(other, gone, (ox.Triple(ox.NamedNode(other), ox.NamedNode(FC.digest), new),))


def _turned_round(sample: Sample) -> Iterator[Break]:
    """The subject and the object of a claim change places, where the subject of its relation has to be of a class that
    the object is not of."""
    for claim in sample.nodes(FC.Claim):
        subjects, objects = (sample.graph.objects(claim, end) for end in (RDF.subject, RDF.object))
        domains = sample.graph.nodes(sample.graph.value(claim, RDF.predicate) or "", RDFS.domain)
        unfit = [term for term in objects if not any(key(term) in sample.graph.instances(cls) for cls in domains)]
        if subjects and unfit and domains and not isinstance(unfit[0], ox.Literal):
            ends: tuple[tuple[str, Term], ...] = ((RDF.subject, unfit[0]), (RDF.object, subjects[0]))
            new = tuple(ox.Triple(ox.NamedNode(claim), ox.NamedNode(end), term) for end, term in ends)
            yield Break(claim, sample.about(claim, (RDF.subject, RDF.object)), new)


def _chained(change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Breaker:
    """The voices after the article become others, in a chain that has two or more of them."""

    def breaks(sample: Sample) -> Iterator[Break]:
        for node in sample.nodes(FC.Citation):
            first, *rest = sample.chain(node) or ("",)
            if len(rest) > 1 and alone(sample, node):
                names = " ".join(f"<{name}>" for name in (first, *change(tuple(rest))))
                new = sample.turtle(f"{{this}} fc:attribution ( {names} ) .", node)
                yield Break(node, sample.about(node, (FC.attribution,)), new or ())

    return breaks


DATA_WAYS: Mapping[str, tuple[tuple[str, str, Breaker], ...]] = {
    "article": (
        ("digest cut short", "FC102", _changed(FC.Article, FC.digest, lambda value: value[:-1])),
        ("gone, its paragraphs kept", f"FC101 FC121 {EXIT_4}", remove(FC.Article)),
        (
            "an author gone",
            "FC107",
            _gone(lambda sample: {author for _, author in sample.graph.pairs(DCTERMS.creator)}),
        ),
        ("in two files", "FC941", _in_two_files(FC.Article)),
        ("recorded twice", "FC942", _copied(FC.Article)),
    ),
    "paragraph": (
        ("the number of its neighbour", "FC110", _changed(FC.Paragraph, FC.index, _neighbour)),
        ("gone, a gap in the numbers", "FC110", remove(FC.Paragraph, _not_last)),
        ("printed twice, and not marked", "FC945", _same_words),
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
        ("gone, and its claim has no other", "FC001", _only_citation),
        ("in two files", "FC941", _in_two_files(FC.Citation)),
        ("twice, under another name", "FC944", _copied(FC.Citation)),
    ),
    "chain": (
        ("a speaker gone", "FC333", _gone(_speakers)),
        (
            "its voices in another order",
            "(only a reader of the text can see it)",
            _chained(lambda voices: voices[::-1]),
        ),
        ("a voice left out", "(only a reader of the text can see it)", _chained(lambda voices: voices[1:])),
    ),
    "repetition": (
        ("of another voice", "FC342", _restates(same_voice=False)),
        ("of another claim", "FC347", _restates(same_voice=True)),
    ),
    "claim": (
        ("a label in the words of the article", "FC931", _borrowed),
        ("its subject gone", "FC207", _gone(_ends(RDF.subject))),
        ("its object gone", "FC207", _gone(_ends(RDF.object))),
        ("in two files", "FC941", _in_two_files(FC.Claim)),
        ("twice, under another name", "FC943", _copied(FC.Claim)),
        ("turned round", "FC207", _turned_round),
    ),
    "claim link": (("specialises something unlike, no reason", "FC226", _unlike),),
    "date": (("a year earlier", "(only a reader of the text can see it)", _changed(FC.Claim, FC.when, _year_earlier)),),
    "question": (
        ("gone", "FC211", remove(FC.Question, answered)),
        ("twice, under another name", "FC943", _copied(FC.Question)),
    ),
    "relation": (
        ("gone", "FC205 FC905", remove(FC.Relation, used)),
        ("twice, under another name", "FC943", _copied(FC.Relation)),
    ),
    "entity": (
        ("in two files", "FC941", _in_two_files(SCHEMA.Thing)),
        ("a person twice, under another name", "FC943", _copied(SCHEMA.Person)),
    ),
}
"""Part to name, rules (or in brackets why none can notice) and breaks."""
