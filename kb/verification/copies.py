"""The user's own copies of the articles: which file on this machine contains which article.

The base contains no text, so a citation can be checked only where the user has a copy. What a file is follows from the
digest of its bytes, from its name, or from what a person says. A file that is the recorded file of one article is never
a copy of another one. Without any of these, a file that has most of the paragraphs of an article is a guess: it shows
where words may be now, and proves nothing (kb/verification/ladder.py). Files that are not used are listed with the
reason. A citation without a copy is "not checked", which never counts as passed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
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
"""The share of an article's paragraphs that a file must contain to be taken for its copy."""

DIGEST, NAME, PERSON, GUESS = "digest", "name", "person", "guess"
"""How it is known which article a file contains; a guess is made from its paragraphs."""


@dataclass(frozen=True, slots=True)
class Copy:
    """The user's copy of one article.

    Attributes:
        path: the file.
        paragraphs: its paragraphs under text profile 1.
        exact_file: whether its bytes have the recorded digest.
        known_by: `DIGEST`, `NAME`, `PERSON` or `GUESS`.
        file_of: name of another article that this is the recorded file of; empty where it is none.
    """

    path: Path
    paragraphs: tuple[TextParagraph, ...]
    exact_file: bool
    known_by: str = NAME
    file_of: str = ""

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
        passed_over: a sentence for each file that could be taken for the copy of an article and was not.
    """

    copies: Mapping[str, Copy] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    spare: tuple[Copy, ...] = ()
    passed_over: tuple[str, ...] = ()

    def of(self, article: str) -> Copy | None:
        """The copy of an article; None where none was found."""
        return self.copies.get(article)


def find_texts(graph: Graph, folders: Iterable[Path], named: Mapping[str, Path] | None = None) -> LocalCopies:
    """Find the copy of each article of a base in folders, in the order given.

    What a person says comes first, then a file with the recorded digest, then a file named `<slug>.txt`. Where an
    article has none of these, the file that contains most of its paragraphs is a guess: at least `MIN_SHARE` of them,
    and more of them than of the paragraphs of any other article. Files are taken in order of folder and name; hidden
    files and subfolders are ignored.

    Args:
        graph: the authored triples, with article records.
        folders: where copies may be.
        named: article IRI to the file that a person says is its copy.

    Raises:
        InputError: a file that a person named cannot be read.
        TextError: it is not a text.
    """
    ignored: list[str] = []
    files = [file for folder in dict.fromkeys(folders) for file in _files(folder, ignored)]
    articles = _Articles(graph)
    finder = _Finder(articles, tuple(file for file in files if file.paragraphs), _read_named(named or {}))
    ignored += [f"{file.path}: {file.problem}" for file in files if file.problem]
    found = finder.copies
    taken = {copy.path for copy in found.values()}
    spare = [Copy(file.path, file.paragraphs, False) for file in files if file.paragraphs and file.path not in taken]
    return LocalCopies(found, tuple(sorted(ignored)), tuple(spare), tuple(sorted(set(finder.passed_over()))))


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


def _read_named(named: Mapping[str, Path]) -> Mapping[str, _File]:
    files = {article: _File(path, read_bytes(path, limit=MAX_TEXT_BYTES)) for article, path in sorted(named.items())}
    for file in files.values():
        if isinstance(file.read, TextError):
            raise file.read
    return files


class _Articles:
    """The articles of a base, by the digests of their files and paragraphs."""

    def __init__(self, graph: Graph) -> None:
        self.names = tuple(sorted(graph.instances(FC.Article)))
        self.file_digests = {article: graph.value(article, FC.digest) for article in self.names}
        self.paragraphs = {
            article: tuple(graph.value(node, FC.digest) or "" for node in graph.subjects(DCTERMS.isPartOf, article))
            for article in self.names
        }

    def with_file(self, digest: str) -> tuple[str, ...]:
        """The articles whose recorded file has this digest."""
        return self._by_file.get(digest, ())

    def share(self, article: str, file: _File) -> float:
        """The share of an article's paragraphs that a file contains, from 0 to 1."""
        known = self.paragraphs[article]
        return sum(digest in file.digests for digest in known) / len(known) if known else 0.0

    def contained_in(self, file: _File) -> Counter[str]:
        """How many different recorded paragraphs of each article a file contains."""
        return Counter(article for digest in file.digests for article in self._by_paragraph.get(digest, ()))

    @cached_property
    def _by_file(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for article, digest in self.file_digests.items():
            found.setdefault(digest or "", []).append(article)
        return {digest: tuple(articles) for digest, articles in found.items() if digest}

    @cached_property
    def _by_paragraph(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for article, digests in self.paragraphs.items():
            for digest in digests:
                found.setdefault(digest, set()).add(article)
        return {digest: frozenset(articles) for digest, articles in found.items()}


@dataclass(frozen=True)
class _Finder:
    """Decides which readable file is the copy of which article."""

    articles: _Articles
    files: tuple[_File, ...]
    named: Mapping[str, _File]

    @cached_property
    def copies(self) -> Mapping[str, Copy]:
        """Article IRI to its copy, in order of the articles."""
        found = {article: self._known(article) or self._guess(article) for article in self.articles.names}
        return {article: copy for article, copy in found.items() if copy is not None}

    def _known(self, article: str) -> Copy | None:
        """The copy that a person named, or that its digest or its name identifies."""
        if article in self.named:
            return self._copy(article, self.named[article], PERSON)
        name = slug_of(article) + ".txt"
        exact = [file for file in self.files if article in self.articles.with_file(file.digest)]
        if exact:
            return self._copy(article, next((file for file in exact if file.path.name == name), exact[0]), DIGEST)
        candidates = [file for file in self.files if file.path.name == name]
        free = next((file for file in candidates if not self.articles.with_file(file.digest)), None)
        chosen = free or next(iter(candidates), None)
        return self._copy(article, chosen, NAME) if chosen else None

    def _guess(self, article: str) -> Copy | None:
        file = next(iter(self._candidates(article)), None)
        return self._copy(article, file, GUESS) if file else None

    def _candidates(self, article: str) -> list[_File]:
        """The files that may be a copy of an article, the one with most of its paragraphs first."""
        fitting = [file for file in self._unidentified if self._best.get(file.path) == article]
        found = [file for file in fitting if self.articles.share(article, file) >= MIN_SHARE]
        return sorted(found, key=lambda file: -self.articles.share(article, file))

    def _copy(self, article: str, file: _File, known_by: str) -> Copy:
        owners = self.articles.with_file(file.digest)
        other = slug_of(owners[0]) if owners and article not in owners else ""
        return Copy(file.path, file.paragraphs, article in owners, known_by, other)

    @cached_property
    def _unidentified(self) -> tuple[_File, ...]:
        """The files that neither a digest nor a name nor a person identifies."""
        names = {slug_of(article) + ".txt" for article in self.articles.names}
        named = {file.path for file in self.named.values()}
        return tuple(
            file
            for file in self.files
            if not self.articles.with_file(file.digest) and file.path.name not in names and file.path not in named
        )

    @cached_property
    def _best(self) -> Mapping[Path, str]:
        """Path of an unidentified file to the one article that it has most paragraphs of; none if there are several."""
        found: dict[Path, str] = {}
        for file in self._unidentified:
            counts = self.articles.contained_in(file)
            most = [article for article, count in counts.items() if count == max(counts.values())]
            if len(most) == 1:
                found[file.path] = most[0]
        return found

    def passed_over(self) -> Iterator[str]:
        """Why files that could be taken for the copy of an article were not."""
        for article in self.articles.names:
            copy = self.copies.get(article)
            if copy is None or copy.known_by == GUESS:
                for file in self.files:
                    if (copy is None or file.path != copy.path) and self.articles.share(article, file) >= MIN_SHARE:
                        yield f"{file.path}: not used for {slug_of(article)}: {self._why_not(article, file)}"
            elif copy.known_by == DIGEST:
                for file in self.files:
                    is_named = file.path.name == slug_of(article) + ".txt"
                    if is_named and article not in self.articles.with_file(file.digest):
                        yield f"{file.path}: not used for {slug_of(article)}: {copy.path} is the recorded file"

    def _why_not(self, article: str, file: _File) -> str:
        owners = self.articles.with_file(file.digest)
        if owners:
            return f"it is the recorded file of {', '.join(map(slug_of, owners))}"
        if file not in self._unidentified:
            return "its name or the command line says that it is another article"
        best = self._best.get(file.path)
        if best is None:
            return f"it has as many paragraphs of another article; to use it, name it {slug_of(article)}.txt"
        if best != article:
            return f"it has more paragraphs of {slug_of(best)}"
        return "another file has at least as many of its paragraphs"
