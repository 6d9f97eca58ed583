"""Everything that people read is in plain, modern technical English: a list of words to avoid, each with a better one.

The list holds only words that are almost never right here. A person still has to read what was written: a text can
avoid them all and remain hard to understand. `python -m tests.test_english` prints every hit, and the number of hits in
each folder.
"""

from __future__ import annotations

import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

from kb.home import PACKAGE

ROOT = PACKAGE.parent


@dataclass(frozen=True)
class Word:
    """A word to avoid: a pattern (any case, whole words), what to write instead, and a sentence that it must find."""

    pattern: str
    better: str
    example: str


@dataclass(frozen=True)
class Exception_:
    """A phrase that may stay: the files it is in, the phrase, and the reason."""

    files: str
    phrase: str
    reason: str


@dataclass(frozen=True)
class Text:
    """A piece of text that people read: its file, relative to the checkout, its first line, and the text."""

    file: str
    line: int
    text: str


@dataclass(frozen=True)
class Hit:
    """A word to avoid, where it is, and what to write instead."""

    file: str
    line: int
    found: str
    better: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: “{self.found}”: write {self.better}"


WORDS = (
    # private words where the field has one
    Word(r"mend(s|ed|ing)?", "fix, correct, repair", "How to mend it"),
    Word(r"rooms?", "folder, or space", "the rooms of a base"),
    Word(r"(saved|stored) questions?", "saved query (a question is fc:Question)", "ask a stored question"),
    Word(r"killing (questions?|queries)", "expensive query", "while others send killing questions"),
    Word(r"honest (visitors?|clients?|users?)", "ordinary user or client", "honest visitors"),
    Word(r"(house|home) rules?", "rule of the project", "what the house rules allow"),
    Word(r"blasts?|blast radius", "effect of a change, comparison", "the blast radius of a change"),
    Word(r"fates?", "result of the verification", "the fates of the citations"),
    Word(r"deeds?", "command, action", "The deeds of the command"),
    Word(r"doubles", "duplicates", "Doubles in the base"),
    # success and failure that sound like something else
    Word(r"nothing found", "No problems found", "result: nothing found"),
    Word(
        r"(not|nothing|anything|was|were|be|been|is|are) looked at|looked at nothing",
        "checked",
        "Nothing was looked at.",
    ),
    Word(r"stands? behind it|nobody stands behind", "asserts it", "Nobody stands behind it."),
    # inverted or indirect sentences
    Word(r"whoever", "anyone who, or name the person: the user, the client", "Whoever holds copies says so."),
    Word(r"whomever|whosoever|whichsoever", "anyone who", "Whosoever asks"),
    Word(r"whatever", "any, everything that", "whatever counts tests"),
    Word(r"nobody", "no one, or name it: no user, no citation", "Nobody asserts the claim."),
    Word(r"at hand", "available, or name the place", "no copy is at hand"),
    Word(
        r"(stands?|stood|standing) (in|beside|below|above|before|at|on|there|here|now|twice|once|alone|nowhere)",
        "is, appears",
        "The rule stands in a file.",
    ),
    Word(r"(came|comes?|coming) along", "is included, is part of", "the base that came along"),
    Word(r"one's own", "your own", "a base of one's own"),
    Word(r"beside that|besides", "also, in addition", "Beside that"),
    Word(r"the very (same|words?|characters?|claim|one)|this very", "the exact, the same", "the very same words"),
    Word(r"anew", "again", "The base is loaded anew."),
    # words of older texts
    Word(r"lest", "so that … not", "lest it be lost"),
    Word(r"whence|whither|thence|thither|hither|hitherto", "from where, to where, until now", "whence it came"),
    Word(r"where(by|upon|unto|withal|of|in)", "by which, in which", "whereby a rule is found"),
    Word(r"there(by|in|of|upon|unto|to)", "by that, in it", "and thereby fails"),
    Word(r"here(in|of|by|upon|unto|tofore|with)", "in this, with this", "described herein"),
    Word(r"aforesaid|aforementioned", "this, or repeat the name", "the aforesaid file"),
    Word(r"whilst|amongst|amidst", "while, among, in", "whilst it runs"),
    Word(r"upon|unto", "on, to", "based upon it"),
    Word(
        r"albeit|notwithstanding|nigh|oft|ere|naught|aught|betwixt|forthwith|henceforth|perchance|verily",
        "a word of today",
        "albeit late",
    ),
    Word(r"\w+eth|thou|thee|thy|hath|doth|shalt", "a word of today", "so it hath been"),
)

EXCEPTIONS = (
    Exception_("corpus/GUIDE.md", "rel:mends", "a relation of the invented base"),
    Exception_("corpus/GUIDE.md", '"mends"', "the label of that relation"),
    Exception_("corpus/GUIDE.md", "mending", "words of the invented text about a boat, and names of claims about it"),
    Exception_("corpus/GUIDE.md", "mended", "a comment in the invented base about repairing a boat"),
    Exception_("corpus/GUIDE.md", "told nobody", "a definition in the invented base, and correct English"),
    Exception_("corpus/GUIDE.md", "room for", "space, the ordinary meaning of the word"),
    Exception_("corpus/GUIDE.md", "the room on", "space, the ordinary meaning of the word"),
    Exception_("kb/template/*", "Mending the bridge", "the label of a claim about repairing a bridge"),
    Exception_("*", "make room", "to free memory or space, the ordinary meaning of the word"),
)

DOCUMENTS = (
    "README.md",
    "CHANGELOG.md",
    "Makefile",
    "corpus/GUIDE.md",
    ".github/*.md",
    ".github/action.yml",
    ".github/workflows/*.yml",
    ".pre-commit-hooks.yaml",
    ".deploy/*",
    ".ci/frontend",
    ".ci/install",
    ".ci/pins",
    ".ci/run",
    ".ci/scan-history",
    "kb/template/**/*.md",
    "kb/template/**/*.ttl",
)
"""Files that are read as a whole."""
WHOLE_SOURCES = ("shapes/*.ttl", "kb/vocabulary.ttl", "kb/queries/*.rq", "webapp/templates/*.html")
"""Parts of the program that are read as a whole: messages, definitions, titles of queries, pages."""

pytestmark = pytest.mark.skipif(not (ROOT / "README.md").is_file(), reason="no checkout: the documents are not here")


# --- what is read ----------------------------------------------------------------------------------------


def documents(root: Path = ROOT) -> Iterator[Text]:
    """The documents. What a program printed is left out: those words are checked in its source."""
    for path in _files(root, DOCUMENTS):
        text = path.read_text("utf-8")
        if path.suffix == ".md":
            text = re.sub(r"^```console\n.*?^```$", _blank, text, flags=re.MULTILINE | re.DOTALL)
        yield Text(path.relative_to(root).as_posix(), 1, text)


def sources(root: Path = ROOT) -> Iterator[Text]:
    """Docstrings, comments and strings of the Python code; messages, definitions, queries, pages and their words."""
    for path in _files(root, WHOLE_SOURCES):
        yield Text(path.relative_to(root).as_posix(), 1, path.read_text("utf-8"))
    for path in _files(root, ("kb/**/*.py", "webapp/**/*.py")):
        if "node_modules" not in path.parts:
            yield from python_texts(path.relative_to(root).as_posix(), path.read_text("utf-8"))
    for path in _files(root, ("webapp/catalogues/en.po",)):
        lines = path.read_text("utf-8").splitlines()
        name = path.relative_to(root).as_posix()
        yield from (Text(name, number, line) for number, line in enumerate(lines, 1) if not line.startswith("msgid"))


def python_texts(name: str, code: str) -> Iterator[Text]:
    """The comments and strings of a Python file; docstrings are strings, and names are left out."""
    middle = getattr(tokenize, "FSTRING_MIDDLE", None)  # from Python 3.12 on
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING, middle):
            formatted = token.type == tokenize.STRING and re.match(r"r?fr?[\"']", token.string, re.IGNORECASE)
            yield Text(
                name, token.start[0], re.sub(r"\{[^{}]*\}", _masked, token.string) if formatted else token.string
            )


def _files(root: Path, patterns: Iterable[str]) -> list[Path]:
    found = {path for pattern in patterns for path in root.glob(pattern) if path.is_file()}
    return sorted(path for path in found if "__pycache__" not in path.parts)


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


# --- what is found ---------------------------------------------------------------------------------------


def hits(texts: Iterable[Text], exceptions: Iterable[Exception_] = EXCEPTIONS) -> list[Hit]:
    """Every word to avoid, except in the phrases that may stay. A line break counts as a space."""
    allowed = tuple(exceptions)
    found = (hit for text in texts for hit in _hits(text, allowed))
    return sorted(found, key=lambda hit: (hit.file, hit.line, hit.found))


def _hits(text: Text, exceptions: tuple[Exception_, ...]) -> Iterator[Hit]:
    plain = text.text
    for exception in exceptions:
        if fnmatch(text.file, exception.files):
            plain = re.sub(_spaced(re.escape(exception.phrase)), _masked, plain, flags=re.IGNORECASE)
    for word in WORDS:
        for match in re.finditer(rf"(?<![\w-])(?:{_spaced(word.pattern)})(?![\w-])", plain, re.IGNORECASE):
            line = text.line + plain.count("\n", 0, match.start())
            yield Hit(text.file, line, " ".join(match[0].split()), word.better)


def _spaced(pattern: str) -> str:
    """The pattern, with any white space and comment signs of a new line where it has a space."""
    return re.sub(r"\\? ", r"(?:[ \\t]+|[ \\t]*\\n[ \\t#>]*)", pattern)


def _masked(match: re.Match[str]) -> str:
    return re.sub(r"\S", "_", match[0])


def folder_of(hit: Hit) -> str:
    """The folder that a hit is counted in: `kb/rdf`, `webapp/pages`, `shapes`."""
    parts = hit.file.split("/")
    return "/".join(parts[: min(2, len(parts) - 1)]) or hit.file


# --- the tests -------------------------------------------------------------------------------------------


def test_the_documents_are_in_plain_english() -> None:
    assert len(list(documents())) > 20
    found = hits(documents())
    assert not found, "\n".join(map(str, found))


def test_the_sources_are_in_plain_english() -> None:
    assert len(list(sources())) > 1_000
    found = hits(sources())
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.pattern)
def test_each_word_is_found_and_its_better_one_is_not(word: Word) -> None:
    assert [hit.better for hit in hits([Text("x.md", 1, word.example)])].count(word.better) == 1
    assert hits([Text("x.md", 1, word.better)]) == []


def test_a_hit_has_its_file_and_line() -> None:
    (hit,) = hits([Text("x.md", 3, "One line.\nA second one: nothing\nfound here.")])
    assert (hit.file, hit.line, hit.found) == ("x.md", 4, "nothing found")
    assert str(hit) == "x.md:4: “nothing found”: write No problems found"


def test_words_inside_other_words_and_names_are_left_out() -> None:
    assert (
        hits(
            [
                Text(
                    "x.md",
                    1,
                    "Amendments, recommended mushrooms, bedroom_size, double-blast-proof, the latest harvest.",
                )
            ]
        )
        == []
    )


def test_python_strings_and_comments_are_read_and_names_are_not() -> None:
    code = '"""Mend it."""\nROOM = rooms(1)  # the room\nprint(f"whoever {room} asks")\n'
    assert [(hit.line, hit.found) for hit in hits(python_texts("x.py", code))] == [
        (1, "Mend"),
        (2, "room"),
        (3, "whoever"),
    ]


def test_every_exception_is_needed() -> None:
    """An exception for one document that no document needs any more is removed."""
    everything = list(documents())
    for exception in (each for each in EXCEPTIONS if each.files != "*"):
        others = [each for each in EXCEPTIONS if each != exception]
        assert exception.reason
        assert len(hits(everything, others)) > len(hits(everything)), exception


def main() -> int:
    """Print every hit in the documents and the sources, and their number in each folder."""
    found = [*hits(documents()), *hits(sources())]
    print("\n".join(map(str, found)))
    for folder, number in sorted(Counter(map(folder_of, found)).items()):
        print(f"{number:5}  {folder}")
    print(f"{len(found):5}  in all")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
