"""Runs the command as `python -m kb.cli`."""

import sys

from kb.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
