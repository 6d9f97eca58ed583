"""Text of other people on a page: hidden characters are escaped, so that none of them has an effect."""

from __future__ import annotations

from markupsafe import Markup, escape

import kb

_CONTROL = '<span class="control">{}</span>'


def shown(text: str) -> Markup:
    """Text with each hidden character escaped and marked."""
    return Markup(kb.escape_for_page(str(escape(text)), _CONTROL))


def plain(text: str) -> str:
    """Text with each hidden character escaped, for places without marks: titles, attributes and options."""
    return kb.escape_for_page(text)
