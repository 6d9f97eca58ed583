"""The command line that the players with seeds share: which seeds to try, and what is printed of each fault."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

MOST_SHOWN = 20


def read_seeds(description: str | None, words: Sequence[str] | None) -> range:
    """The seeds that the options `--cases` and `--seed` ask for.

    Args:
        description: the docstring of the player; its first line is the help text.
        words: the command line; None for that of the process.
    """
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="the first seed; the others follow it")
    arguments = parser.parse_args(words)
    return range(arguments.seed, arguments.seed + arguments.cases)


def print_faults(name: str, faults: Sequence[str]) -> int:
    """Print the number of faults and the first of them; the exit code is 1 if there are any."""
    print(f"{name}: {len(faults)}")
    for fault in faults[:MOST_SHOWN]:
        print(f"  {fault}")
    return 1 if faults else 0
