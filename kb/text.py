"""Text profile 1: how the words of an article are counted. Pure functions, no files.

A digest allows no looseness, so the profile is tiny (shared model, «Text profile 1»): a paragraph is a
non-empty line of the raw file and its index counts from 1; its text is NFC, every run of Unicode white
space becomes one space, the ends are trimmed. Quotes, case and typos stay. Lengths and offsets are
Unicode code points, 0-based, end-exclusive, as in the Web Annotation TextPositionSelector
(https://www.w3.org/TR/annotation-model/#text-position-selector). A digest is SHA-256 over UTF-8.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass

from kb.errors import TextError

CONTEXT = 24
"""Code points that `around` shows on either side of a place, and at either end of a long one."""


@dataclass(frozen=True, slots=True)
class TextParagraph:
    """One paragraph of a reader's copy.

    Attributes:
        index: 1-based position among the non-empty lines.
        text: the line under text profile 1.
        indent: number of white space characters that open the raw line (thread depth is read from it).
    """

    index: int
    text: str
    indent: int

    @property
    def digest(self) -> str:
        """SHA-256 of the paragraph's text, `sha256:<64 hex>`."""
        return digest(self.text)


def normalise(raw: str) -> str:
    """One line under text profile 1.

    >>> normalise(" cafe\\u0301 \\u00a0 au  lait ")
    'café au lait'
    """
    return " ".join(unicodedata.normalize("NFC", raw).split())


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 bytes of `text`, written `sha256:<64 hex>`."""
    return digest_bytes(text.encode("utf-8"))


def digest_bytes(data: bytes) -> str:
    """SHA-256 of `data`, written `sha256:<64 hex>`."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def decode(data: bytes, *, source: str) -> str:
    """Strict UTF-8, without a byte order mark.

    Raises:
        TextError: not UTF-8, or a NUL byte; names the line.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TextError(
            f"byte {error.start} is not UTF-8",
            source=source,
            line=data.count(b"\n", 0, error.start) + 1,
            help="save the file as UTF-8 (plain text) and try again",
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise TextError("a NUL character", source=source, line=line, help="is this a text file?")
    return text


def paragraphs(text: str) -> tuple[TextParagraph, ...]:
    """The non-empty lines of `text`, each under text profile 1, counted from 1.

    Lines end at LF, CRLF or CR only; other separators (U+2028, form feed) are white space inside a line.
    """
    found: list[TextParagraph] = []
    for raw in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = normalise(raw)
        if line:
            found.append(TextParagraph(len(found) + 1, line, len(raw) - len(raw.lstrip())))
    return tuple(found)


def around(text: str, start: int, end: int) -> str:
    """A place for the reader who holds the text: `…before[the place]after…`, the middle of a long one left out."""
    before, after = max(0, start - CONTEXT), min(len(text), end + CONTEXT)
    middle = text[start:end]
    if len(middle) > 3 * CONTEXT:
        middle = f"{middle[:CONTEXT]} … {middle[-CONTEXT:]}"
    return f"{'…' * (before > 0)}{text[before:start]}[{middle}]{text[end:after]}{'…' * (after < len(text))}"


def occurrences(text: str, words: str) -> tuple[int, ...]:
    """Every start offset of `words` in `text`, overlaps included."""
    if not words:
        return ()
    starts: list[int] = []
    at = text.find(words)
    while at >= 0:
        starts.append(at)
        at = text.find(words, at + 1)
    return tuple(starts)
