"""How many examples a slow property is tried with: a few fixed ones in the suite, many new ones on request."""

from __future__ import annotations

import os

from hypothesis import settings


def examples(few: int, many: int) -> settings:
    """A few examples, always the same; many new ones each time if HYPOTHESIS_PROFILE is `full`."""
    full = os.environ.get("HYPOTHESIS_PROFILE") == "full"
    return settings(max_examples=many if full else few, derandomize=not full)
