"""`kb cite`: words that a reader points at become the skeleton of a citation.

Start, end and digest are counted, never typed. What only a person can say (which claim, asserted or denied,
in whose voice) stays a to-do. Words that occur twice, or not at all, are never guessed: the places are
shown, with a little of the reader's own copy around them, and the reader chooses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyoxigraph as ox

from kb.authoring.add import check_slug, data_namespace
from kb.authoring.nearest import find_nearest
from kb.authoring.record import TODO, integer, statements
from kb.errors import ArticleError, CiteError, UsageError
from kb.files import read_bytes
from kb.home import Home
from kb.rdf.canonical import natural_key, write_turtle
from kb.rdf.document import Document
from kb.rdf.graph import Graph, key
from kb.rdf.turtle import HOUSE, read_turtle
from kb.text import TextParagraph, around, digest, normalise, occurrences
from kb.verification.copies import Copy, find_texts
from kb.vocab import DCTERMS, FC, OA, PREFIXES, PROV, RDF, local_name


@dataclass(frozen=True, slots=True)
class CitePlace:
    """Where words are in a paragraph.

    Attributes:
        start: code point offset of the first character.
        end: offset behind the last one.
        digest: SHA-256 of the characters between.
    """

    start: int
    end: int
    digest: str


def find_words(paragraph: TextParagraph, words: str, *, nth: int | None = None) -> CitePlace:
    """The place of words in a paragraph.

    Args:
        paragraph: of a reader's copy.
        words: as the reader typed them; white space is normalised, nothing else.
        nth: which of several places, from 1.

    Raises:
        UsageError: no words, or `nth` below 1.
        CiteError: the words do not occur there, or occur more than once and `nth` does not say which.
    """
    wanted = normalise(words)
    if not wanted or (nth is not None and nth < 1):
        raise UsageError("there are no words to look for" if not wanted else f"--nth {nth}: places count from 1")
    starts = occurrences(paragraph.text, wanted)
    if not starts:
        raise CiteError(f"the words are not in paragraph {paragraph.index}")
    if nth is None and len(starts) > 1:
        places = [_shown(paragraph.text, start, start + len(wanted)) for start in starts]
        lines = "".join(f"\n  {number}: {place}" for number, place in enumerate(places, 1))
        raise CiteError(
            f"the words stand {len(starts)} times in paragraph {paragraph.index}:{lines}",
            help="say which with --nth, or give more words",
        )
    if nth is not None and nth > len(starts):
        raise CiteError(
            f"the words stand {len(starts)} times in paragraph {paragraph.index}, not {nth}",
            help=f"use --nth 1 to {len(starts)}",
        )
    start = starts[(nth or 1) - 1]
    return CitePlace(start, start + len(wanted), digest(wanted))


def cite(
    home: Home,
    slug: str,
    paragraph: int,
    words: str,
    *,
    texts: Iterable[Path] = (),
    nth: int | None = None,
) -> str:
    """The skeleton of a citation, in canonical Turtle, ready for `kb/claims/<slug>.ttl`.

    Prefix lines are printed only where that file does not declare them yet.

    Args:
        home: the base.
        slug: the article's name.
        paragraph: its number in the text, from 1.
        words: the words to cite.
        texts: folders with a reader's own copies, beside `corpus/texts`.
        nth: which of several places, from 1.

    Raises:
        UsageError: no such paragraph, or no words.
        ArticleError: there is no record of the article, or no copy of it.
        CiteError: the words are not there or not unique, or the copy's paragraph is not the recorded one.
    """
    check_slug(slug)
    record = _record(home, slug)
    graph = Graph.of(record.triples)
    article = {**PREFIXES, **record.prefixes}["art"] + slug
    copy = _copy(home, graph, article, texts)
    node, text = _paragraph(graph, article, copy, paragraph)
    place = _place(copy, text, words, nth)
    claims = tuple(_claims(home))
    name = _next_name(claims, data_namespace(home, "cite"), node)
    return _skeleton(home, name, node, article, place, claims)


# --- what is there ---------------------------------------------------------------------------------------


def _record(home: Home, slug: str) -> Document:
    path = home.corpus / f"{slug}.ttl"
    if not path.exists():
        raise ArticleError(
            "there is no such record", source=home.name(path), help=f"make it: kb add FILE --slug {slug}"
        )
    return read_turtle(read_bytes(path, limit=HOUSE.max_bytes), source=home.name(path))


def _copy(home: Home, graph: Graph, article: str, texts: Iterable[Path]) -> Copy:
    copy = find_texts(graph, [home.texts, *texts]).of(article)
    if copy is None:
        raise ArticleError(
            f"no copy of {local_name(article)} was found",
            help=f"put yours into {home.name(home.texts)}/, or name its folder with --texts",
        )
    return copy


def _paragraph(graph: Graph, article: str, copy: Copy, index: int) -> tuple[str, TextParagraph]:
    """The IRI of the paragraph with this number, and its text; both must be the same words."""
    nodes = graph.subjects(DCTERMS.isPartOf, article)
    node = next((name for name in nodes if graph.value(name, FC.index) == str(index)), None)
    if node is None:
        raise UsageError(f"{local_name(article)} has no paragraph {index}", help=f"paragraphs are 1 to {len(nodes)}")
    text = copy.paragraph(index)
    if text is None or text.digest != graph.value(node, FC.digest):
        raise CiteError(
            f"paragraph {index} of your copy is not the recorded one",
            source=str(copy.path),
            help="use the recorded text, or bring the record up to date with kb add --update",
        )
    return node, text


def _claims(home: Home) -> Iterator[Document]:
    for path in home.claims_files():
        yield read_turtle(read_bytes(path, limit=HOUSE.max_bytes), source=home.name(path))


# --- where the words stand -------------------------------------------------------------------------------


def _place(copy: Copy, paragraph: TextParagraph, words: str, nth: int | None) -> CitePlace:
    """As `find_words`, but words that are not in the paragraph are looked for nearby."""
    wanted = normalise(words)
    if not wanted or occurrences(paragraph.text, wanted):
        return find_words(paragraph, words, nth=nth)
    elsewhere, over = tuple(_elsewhere(copy, wanted)), tuple(_running_over(copy, paragraph, wanted))
    nearest = find_nearest(paragraph.text, wanted)
    alike = tuple(f"near: {_shown(paragraph.text, start, end)}" for start, end in nearest.places)
    lines = (*elsewhere, *over, *alike)
    raise CiteError(
        f"the words are not in paragraph {paragraph.index}" + "".join(f"\n  {line}" for line in lines),
        help=_next_try(bool(elsewhere), bool(over), bool(alike), paragraph, nearest.compared),
    )


def _next_try(elsewhere: bool, over: bool, alike: bool, paragraph: TextParagraph, compared: int) -> str:
    if elsewhere:
        return "give the number of the paragraph that has them"
    if over:
        return "cite each part on its own, or join the lines of the text and update the record with kb add --update"
    if alike:
        return "copy the words from the text: quotes, case and typos count"
    if compared < len(paragraph.text):
        length = len(paragraph.text)
        return f"only the first {compared:,} of {length:,} characters were compared: copy the words from the text"
    return f"check the number of the paragraph and the words; paragraph {paragraph.index} has no similar words"


def _running_over(copy: Copy, paragraph: TextParagraph, wanted: str) -> Iterator[str]:
    """Whether the words begin in a paragraph and end in the next one, as in texts whose lines were broken."""
    following = copy.paragraph(paragraph.index + 1)
    if following is not None:
        joined = (f"{paragraph.text} {following.text}", paragraph.text.removesuffix("-") + following.text)
        if any(wanted in text for text in joined):
            yield f"the words run over into paragraph {following.index}"


def _elsewhere(copy: Copy, wanted: str) -> Iterator[str]:
    for other in copy.paragraphs:
        for start in islice(occurrences(other.text, wanted), 1):
            yield f"but in paragraph {other.index}, {_shown(other.text, start, start + len(wanted))}"


def _shown(text: str, start: int, end: int) -> str:
    """Offsets and a little context, for a terminal: no character that is not printable."""
    visible = "".join(sign if sign.isprintable() else "\ufffd" for sign in around(text, start, end))
    return f"characters {start} to {end}: {visible}"


# --- what is printed -------------------------------------------------------------------------------------

_TODOS = (
    "fc:asserts, fc:denies or fc:mentions, and the claim",
    "fc:kind",
    "fc:attribution goes on where somebody else is speaking",
)


def _next_name(claims: Sequence[Document], base: str, node: str) -> str:
    """`cite:<slug>-<paragraph>-<n>` with the next free number."""
    article, _, number = local_name(node).rpartition("-p")
    stem = f"{base}{article}-{number}-"
    pattern = re.compile(re.escape(stem) + r"([0-9]{1,9})(?![0-9])", re.ASCII)
    matches = (pattern.match(key(triple.subject)) for document in claims for triple in document.triples)
    return f"{stem}{max((int(match[1]) for match in matches if match), default=0) + 1}"


def _skeleton(home: Home, name: str, node: str, article: str, place: CitePlace, claims: Sequence[Document]) -> str:
    chain = ox.BlankNode("chain")
    triples = [
        *statements(
            name,
            [
                (RDF.type, ox.NamedNode(FC.Citation)),
                (PROV.wasQuotedFrom, ox.NamedNode(node)),
                (OA.start, integer(place.start)),
                (OA.end, integer(place.end)),
                (FC.digest, ox.Literal(place.digest)),
            ],
        ),
        ox.Triple(ox.NamedNode(name), ox.NamedNode(FC.attribution), chain),
        ox.Triple(chain, ox.NamedNode(RDF.first), ox.NamedNode(article)),
        ox.Triple(chain, ox.NamedNode(RDF.rest), ox.NamedNode(RDF.nil)),
    ]
    todos = [TODO + todo for todo in (*_TODOS, *_same_place(claims, node, place))]
    prefixes = {
        **PREFIXES,
        "art": article[: -len(local_name(article))],
        "cite": name[: -len(local_name(name))],
    }
    text = write_turtle(triples, prefixes=prefixes, comments={name: todos}).decode("utf-8")
    target = home.name(home.kb / "claims" / f"{local_name(article)}.ttl")
    declared = next((document.prefixes for document in claims if document.source == target), {})
    return _without_declared(text, declared)


def _same_place(claims: Sequence[Document], node: str, place: CitePlace) -> Iterator[str]:
    for document in claims:
        graph = Graph.of(document.triples)
        for other in sorted(graph.subjects(PROV.wasQuotedFrom, node), key=natural_key):
            span = graph.value(other, OA.start), graph.value(other, OA.end)
            if span == (str(place.start), str(place.end)):
                yield f"{local_name(other)} cites the same characters; cite them again for another claim only"


def _without_declared(text: str, declared: Mapping[str, str]) -> str:
    """A Turtle text without the prefix lines that a file declares already."""
    head, _, block = text.partition("\n\n")
    known = {f"@prefix {name}: <{iri}> ." for name, iri in declared.items()}
    missing = [line for line in head.splitlines() if line not in known]
    return "\n".join([*missing, "", block]) if missing else block
