"""The user's own copies of the articles: which file on this machine contains which article.

The base contains no text, so a citation can be checked only where the user has a copy. A copy is identified by the
digest of its bytes, else by its name, else by its paragraphs. Files that cannot be used are listed with the reason. A
citation without a copy is "not checked", which never counts as passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from kb.errors import InputError, TextError
from kb.files import read_bytes
from kb.rdf.graph import Graph
from kb.text import TextParagraph, decode, digest_bytes, paragraphs
from kb.vocab import DCTERMS, FC, local_name

MAX_TEXT_BYTES = 20_000_000
"""Larger files are not taken for articles."""

MIN_SHARE = 0.5
"""The share of an article's paragraphs that a file must contain to be its copy."""


@dataclass(frozen=True, slots=True)
class Copy:
    """The user's copy of one article.

    Attributes:
        path: the file.
        paragraphs: its paragraphs under text profile 1.
        exact_file: whether its bytes have the recorded digest.
    """

    path: Path
    paragraphs: tuple[TextParagraph, ...]
    exact_file: bool

    def paragraph(self, index: int) -> TextParagraph | None:
        """The paragraph with this 1-based index; None where the copy has no such paragraph."""
        return self.paragraphs[index - 1] if 0 < index <= len(self.paragraphs) else None


@dataclass(frozen=True)
class LocalCopies:
    """The copies that were found.

    Attributes:
        copies: article IRI to its copy; only articles that have one.
        ignored: a sentence for each folder or file that could not be used, with the reason.
        spare: readable files that are not the copy of an article, such as an older version of one.
    """

    copies: Mapping[str, Copy] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    spare: tuple[Copy, ...] = ()

    def of(self, article: str) -> Copy | None:
        """The copy of an article; None where none was found."""
        return self.copies.get(article)


def find_texts(graph: Graph, folders: Iterable[Path]) -> LocalCopies:
    """Find the copy of each article of a base in folders, in the order given.

    A file with the recorded digest comes first, then a file named `<slug>.txt`, then the file that contains most of
    the article's paragraphs, at least `MIN_SHARE` of them. Files are taken in order of folder and name; hidden files
    and subfolders are ignored.

    Args:
        graph: the authored triples, with article records.
        folders: where copies may be.
    """
    ignored: list[str] = []
    files = [file for folder in dict.fromkeys(folders) for file in _files(folder, ignored)]
    copies = {article: _copy(graph, article, files) for article in sorted(graph.instances(FC.Article))}
    ignored += [f"{file.path}: {file.problem}" for file in files if file.problem]
    found = {article: copy for article, copy in copies.items() if copy is not None}
    taken = {copy.path for copy in found.values()}
    spare = [Copy(file.path, file.paragraphs, False) for file in files if file.paragraphs and file.path not in taken]
    return LocalCopies(found, tuple(sorted(ignored)), tuple(spare))


def slug_of(article: str) -> str:
    """The last part of an article's IRI, which names its record and its copy."""
    return local_name(article)


@dataclass(frozen=True)
class _File:
    """One file of a folder of texts, decoded when it is first needed."""

    path: Path
    data: bytes

    @cached_property
    def digest(self) -> str:
        return digest_bytes(self.data)

    @cached_property
    def read(self) -> tuple[TextParagraph, ...] | TextError:
        try:
            return paragraphs(decode(self.data, source=str(self.path)))
        except TextError as error:
            return error

    @property
    def paragraphs(self) -> tuple[TextParagraph, ...]:
        return () if isinstance(self.read, TextError) else self.read

    @property
    def problem(self) -> str:
        return self.read.message if isinstance(self.read, TextError) else ""

    @cached_property
    def digests(self) -> frozenset[str]:
        return frozenset(paragraph.digest for paragraph in self.paragraphs)


def _files(folder: Path, ignored: list[str]) -> list[_File]:
    try:
        entries = sorted(path for path in folder.iterdir() if path.is_file() and path.name[:1] != ".")
    except OSError as error:
        ignored.append(f"{folder}: cannot be listed: {error.strerror}")
        return []
    found: list[_File] = []
    for path in entries:
        try:
            found.append(_File(path, read_bytes(path, limit=MAX_TEXT_BYTES)))
        except InputError as error:
            ignored.append(f"{path}: {error.message}")
    return found


def _copy(graph: Graph, article: str, files: Sequence[_File]) -> Copy | None:
    readable = [file for file in files if file.paragraphs]
    wanted = graph.value(article, FC.digest)
    for file in readable:
        if file.digest == wanted:
            return Copy(file.path, file.paragraphs, True)
    name = slug_of(article) + ".txt"
    named = next((file for file in readable if file.path.name == name), None)
    chosen = named or _most_similar(graph, article, readable)
    return Copy(chosen.path, chosen.paragraphs, False) if chosen else None


def _most_similar(graph: Graph, article: str, files: Sequence[_File]) -> _File | None:
    """The first of the files that contain most of the article's paragraphs; None where none contains enough."""
    known = [graph.value(paragraph, FC.digest) for paragraph in graph.subjects(DCTERMS.isPartOf, article)]
    shares = [sum(digest in file.digests for digest in known) for file in files]
    best = max(shares, default=0)
    return files[shares.index(best)] if best and best >= MIN_SHARE * len(known) else None
