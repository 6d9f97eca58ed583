"""What a terminal shows of a text: control characters spelt out, width in columns."""

from __future__ import annotations

import unicodedata


def visible(text: str) -> str:
    """The text with control, format and direction characters spelt out, so that a terminal only shows them."""
    return "".join(
        f"\\u{ord(char):04x}" if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs") else char for char in text
    )


def columns_of(text: str) -> int:
    """How many columns of a terminal a text takes: East Asian wide characters two, combining ones none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
