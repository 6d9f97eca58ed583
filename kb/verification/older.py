"""The older text of an article, where a spare file on this machine still has all of it.

Then more is known than digests: how often the words occurred. Words that occurred once, and that the copy has once, can
only be the cited ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from kb.text import digest, occurrences
from kb.verification.alignment import Recorded
from kb.verification.copies import Copy
from kb.verification.spans import Span, TextPlace


@dataclass(frozen=True)
class OlderText:
    """The recorded paragraphs of an article, and a spare file that may have them all.

    Attributes:
        recorded: every recorded paragraph of the article.
        spare: the files that are searched, in this order.
    """

    recorded: tuple[Recorded, ...]
    spare: tuple[Copy, ...]

    @cached_property
    def _texts(self) -> dict[str, str]:
        """IRI of a paragraph to its recorded text, from the first file that has every one; else empty."""
        present = [old for old in self.recorded if old.index is not None]
        for copy in self.spare if present else ():
            texts = {paragraph.digest: paragraph.text for paragraph in copy.paragraphs}
            if all(old.digest in texts for old in present):
                return {old.name: texts[old.digest] for old in present}
        return {}

    def words(self, span: Span) -> str | None:
        """The words of a span; None where they are not known, or where the span never had its digest."""
        words = self._texts.get(span.paragraph, "")[span.start : span.end]
        return words if len(words) == span.length and digest(words) == span.digest else None

    def only_place(self, span: Span, copy: Copy) -> TextPlace | None:
        """Where the copy has the words of a span; None unless they occurred once, and the copy has them once."""
        words = self.words(span)
        if words is None or _count(words, self._texts.values()) != 1:
            return None
        found = find_words(copy, words)
        return found[0] if len(found) == 1 else None


def find_words(copy: Copy, words: str) -> tuple[TextPlace, ...]:
    """Every place of words in a copy, in order."""
    return tuple(
        TextPlace(paragraph.index, start, start + len(words))
        for paragraph in copy.paragraphs
        if words in paragraph.text
        for start in occurrences(paragraph.text, words)
    )


def _count(words: str, texts: Iterable[str]) -> int:
    return sum(len(occurrences(text, words)) for text in texts if words in text)
