"""A loaded base computes each thing once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import kb
from kb.model import derive
from kb.model.standing import Standing
from kb.validation.thresholds import measure


def test_a_standing_is_computed_once_for_all_who_ask(mybase: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    computed: Counter[str] = Counter()
    compute = derive._Base.standing

    def counted(base: derive._Base, claim: str) -> Standing:
        computed[claim] += 1
        return compute(base, claim)

    monkeypatch.setattr(derive._Base, "standing", counted)
    loaded = kb.load_kb(mybase)
    statuses = {claim: found.status for claim, found in loaded.standings.items()}
    assert statuses == {claim: loaded.derived.value(claim, kb.FC.status) for claim in statuses}
    assert measure(loaded).two_origins == sum(found.origin_count > 1 for found in loaded.standings.values())
    assert computed == Counter(list(statuses)) and len(statuses) > 5
