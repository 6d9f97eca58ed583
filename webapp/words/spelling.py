"""Text of strangers on a page: characters that are not seen but work are spelt out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from markupsafe import Markup, escape

_CONTROL = '<span class="control">{}</span>'


def shown(text: str) -> Markup:
    """Text with control and direction characters spelt out and marked, so that none of them works on the page."""
    return Markup(str(escape(text)).translate({ord(char): _CONTROL.format(_spelt(char)) for char in _controls(text)}))


def plain(text: str) -> str:
    """The same where there can be no mark: in titles, attributes and options."""
    return text.translate({ord(char): _spelt(char) for char in _controls(text)})


def _controls(text: str) -> Iterable[str]:
    return () if text.isprintable() else filter(_is_control, set(text))


def _spelt(char: str) -> str:
    return f"\\u{ord(char):04x}"


def _is_control(char: str) -> bool:
    """Control, format and separator characters, but for line ends and the joiners that some scripts need."""
    return unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs") and char not in "\n\t\u200c\u200d"
