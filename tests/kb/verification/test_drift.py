"""The benchmark of real edits: its oracle can fail, and a sample of it has no false result."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from kb.verification import spans
from kb.verification.spans import EXACT, MISSING, MOVED, NOT_CHECKED, TextPlace
from kb.verification.verify import CitationResult
from tests.bench import drift
from tests.bench.drift import Pair, is_decidable, is_less_likely, judge, measure
from tests.players.fuzz_drift import against, base, copy_of

OLD = (
    "The ferry of Marl sails at nine, and the fare is two crowns.",
    "Ilse Ruhn keeps the café at the quay, which is open all year.",
    "The fare is two crowns, said the harbour master on Monday.",
    "Nothing else happened in Marl that week.",
)
NEW = (
    "The ferry of Marl sails at ten, and the fare is two crowns.",
    "Ilse Ruhn ran the café at the quay, which is open all year.",
    "The fare is two crowns, said the harbour master on Tuesday.",
    "Nothing else happened in Marl that week.",
)
PAIR = Pair("marl", OLD, NEW)


def counts(pair: Pair, *, spare: bool = False) -> Counter[str]:
    return Counter(column for _, columns in measure(pair, spare=spare) for column in columns)


def test_edited_neighbours_are_told_apart_by_their_lengths_or_the_older_text() -> None:
    for spare in (False, True):
        found = counts(PAIR, spare=spare)
        assert found["decidable"] > 10
        assert found["false exact"] == found["false move"] == 0
        assert not spare or found["undecided"] == 0


def test_the_oracle_knows_which_paragraph_is_which_and_notices_a_false_place() -> None:
    assert PAIR.partners == {1: 1, 2: 2, 3: 3, 4: 4}
    once, twice = TextPlace(2, 10, 30), TextPlace(3, 4, 22)
    assert is_decidable(PAIR, TextPlace(2, 19, 36)) and not is_decidable(PAIR, once)
    wrong = TextPlace(1, NEW[0].index("fare"), NEW[0].index("fare") + 18)
    assert NEW[0][wrong.start : wrong.end] == OLD[2][4:22]
    assert is_less_likely(PAIR, twice, wrong) and not is_less_likely(PAIR, twice, twice)
    assert "false move" in tuple(judge(PAIR, CitationResult("x", True, MOVED, at=twice, to=wrong)))
    assert "false exact" in tuple(judge(PAIR, CitationResult("x", True, EXACT, at=TextPlace(1, 27, 31))))


def test_words_that_another_paragraph_always_had_are_not_proposed() -> None:
    """One of two places with the same words went, and the paragraph with the other one was edited."""
    old = (*OLD[:2], "It rained. " + OLD[2], OLD[3])
    new = ("The ferry of Marl sails at nine.", OLD[1], "It snowed. " + OLD[2], OLD[3])
    at = TextPlace(1, old[0].index("fare"), old[0].index("fare") + 18)
    graph = base(old, [at], slug="text")
    (found,) = against("\n".join(new), graph, slug="text").outcomes
    assert found.state == spans.AMBIGUOUS and "may have had them before" in found.reason


def test_a_text_that_is_too_large_to_search_is_never_called_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    old = [f'Paragraph {number} has its own words, {number * 7919}, and a quote: "so it is".' for number in range(200)]
    new = [line.replace('"', "”") for line in old]
    del new[100]
    cited = [TextPlace(n, 0, 30 + n % 9) for n in range(1, 200, 7)] + [TextPlace(101, 5, 40)]
    graph = base(old, cited, slug="text")
    free = Counter(outcome.state for outcome in against("\n".join(new), graph, slug="text").outcomes)
    assert free[MISSING] == 1 or free[spans.DRIFTED] == 1
    monkeypatch.setattr(spans, "MAX_OWN_HASHES", 20_000)
    found = against("\n".join(new), graph, slug="text").outcomes
    limited = [outcome for outcome in found if "too large to search all of it" in outcome.reason]
    assert len(limited) > 10 and {outcome.state for outcome in limited} <= {spans.AMBIGUOUS, NOT_CHECKED}
    assert MISSING not in {outcome.state for outcome in found}
    with_older = against("\n".join(new), graph, slug="text", spare=[copy_of("\n".join(old), "old.txt")]).outcomes
    assert not any("too large" in outcome.reason for outcome in with_older)


def test_the_command_prints_a_table_and_fails_loudly_without_texts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drift.main(["--folder", str(tmp_path)]) == 4
    assert "NOTHING MEASURED" in capsys.readouterr().err
    with gzip.open(tmp_path / "town.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps({"id": "marl", "old": OLD, "new": NEW}) + "\n")
    assert drift.main(["--folder", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert out.count("| town |") == 2 and "undecided: 0.00%" in out


def test_a_sample_of_real_edits_has_no_false_result() -> None:
    files = sorted(drift.FOLDER.glob("*.jsonl.gz"))
    if not files:
        pytest.skip("no real texts beside the checkout (../shared/real/drift): nothing was measured")
    found = Counter[str]()
    for file in files:
        for _, pair in zip(range(6), drift.read_pairs(file), strict=False):
            found += counts(pair)
    assert found["decidable"] > 500 and found["false exact"] == found["false move"] == 0
    assert found["undecided"] <= 0.01 * found["decidable"]
