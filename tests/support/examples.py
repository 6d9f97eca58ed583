"""How many examples a slow property is tried with: a few fixed ones in the suite, many new ones on request."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

from hypothesis import settings

Item = TypeVar("Item")
FULL = os.environ.get("HYPOTHESIS_PROFILE") == "full"


def examples(few: int, many: int) -> settings:
    """A few examples, always the same; many new ones each time if HYPOTHESIS_PROFILE is `full`."""
    return settings(max_examples=many if FULL else few, derandomize=not FULL)


def part(items: Sequence[Item], number: int, parts: int) -> Sequence[Item]:
    """One of several parts of equal size, always the same; all of the items if HYPOTHESIS_PROFILE is `full`."""
    return items if FULL else items[number % parts :: parts]
