"""What tests/test_wheel.py asks of an installed wheel, in one process: `python -I installed.py answers|breaks`.

It imports nothing from the tests, because they are not in the wheel.
"""

from __future__ import annotations

import json
import sys
from datetime import date

from kb import as_csv, ask, bind, find_home, load_kb, open_store, saved_queries
from kb.mutate.operators import operators
from kb.mutate.run import Bench, break_base, sample_home


def answers() -> dict[str, str]:
    """The answer to every saved question that needs no parameter, as CSV, by name."""
    home = find_home()
    base = load_kb(home)
    store = open_store(base.quads())
    return {
        question.name: as_csv(
            ask(store, question.text, params=bind(question, {}, prefixes=base.prefixes), prefixes=base.prefixes)
        )
        for question in saved_queries(home)
        if all(param.default for param in question.params)
    }


def breaks() -> dict[str, object]:
    """How many ways to break a base there are, and what became of every tenth in the example."""
    table = operators()
    with sample_home(None) as home:
        bench = Bench(home, date.today())
        found = break_base(bench, bench.sample(), table[::10])
    return {"operators": len(table), "states": sorted({verdict.state for verdict in found.verdicts})}


if __name__ == "__main__":
    print(json.dumps({"answers": answers, "breaks": breaks}[sys.argv[1]]()))
