"""Text reuse: no label, gist or note may share six words in a row with an article, names excepted.

Names are the printed forms that the base itself contains (labels of entities, titles); a long name counts as one
word. The check needs the user's copy of the article.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyoxigraph as ox

from kb.finding import Fault
from kb.rdf.graph import Graph, key
from kb.text import TextParagraph
from kb.vocab import DCTERMS, FC, RDFS, SCHEMA, SKOS, local_name

RUN = 6
_NAMED = (RDFS.label, SKOS.altLabel, SKOS.prefLabel, DCTERMS.title)


def find_shared_words(graph: Graph, texts: Mapping[str, Sequence[TextParagraph]]) -> Iterator[Fault]:
    """FC931: every literal that shares `RUN` consecutive words with the text of an article.

    Args:
        texts: article IRI to the paragraphs of the user's copy.
    """
    names = _names(graph)
    known: dict[tuple[str, ...], tuple[str, int]] = {}
    for article, paragraphs in sorted(texts.items()):
        for paragraph in paragraphs:
            for run in _runs(_fold(_words(paragraph.text), names)):
                known.setdefault(run, (article, paragraph.index))
    titles = {key(term) for s in graph.instances(FC.Article) for term in graph.objects(s, DCTERMS.title)}
    for triple in graph.triples:
        value = triple.object
        if not isinstance(value, ox.Literal) or not value.language or value.value in titles:
            continue
        if triple.predicate.value == SKOS.altLabel:
            continue  # a printed form is a name
        found = next((known[run] for run in _runs(_fold(_words(value.value), names)) if run in known), None)
        if found:
            place = f"paragraph {found[1]} of {local_name(found[0])}"
            message = f"shares six words in a row with {place}"
            yield Fault("FC931", key(triple.subject), message, triple.predicate.value, str(value))


def _names(graph: Graph) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Names of two words and more, by their first word, longest first."""
    found: dict[str, set[tuple[str, ...]]] = {}
    named = {*graph.instances(FC.Agent), *graph.instances(SCHEMA.Thing), *graph.instances(FC.Article)}
    for node in named:
        for term in (term for predicate in _NAMED for term in graph.objects(node, predicate)):
            words = tuple(_words(key(term)))
            if len(words) > 1:
                found.setdefault(words[0], set()).add(words)
    return {first: tuple(sorted(names, key=lambda name: (-len(name), name))) for first, names in found.items()}


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFC", text).casefold())


def _fold(words: Sequence[str], names: Mapping[str, tuple[tuple[str, ...], ...]]) -> Iterable[str]:
    """The words with each known name made one."""
    folded: list[str] = []
    at = 0
    while at < len(words):
        name = next((n for n in names.get(words[at], ()) if tuple(words[at : at + len(n)]) == n), (words[at],))
        folded.append(" ".join(name))
        at += len(name)
    return folded


def _runs(words: Iterable[str]) -> Iterator[tuple[str, ...]]:
    found = list(words)
    return (tuple(found[at : at + RUN]) for at in range(len(found) - RUN + 1))
