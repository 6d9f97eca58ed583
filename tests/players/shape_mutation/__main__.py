"""`python -m tests.players.shape_mutation`: takes the options of `kb mutate`."""

from __future__ import annotations

import argparse
import sys

from kb.cli.mutating import mutate_options, run_mutate
from tests.players.shape_mutation.cases import read_cases


def main() -> int:
    """Break the base, damage the rules and their constraints, and print what was not detected."""
    parser = argparse.ArgumentParser(prog="python -m tests.players.shape_mutation", description=__doc__)
    mutate_options(parser)
    return run_mutate(parser.parse_args(), read_cases)


if __name__ == "__main__":
    sys.exit(main())
