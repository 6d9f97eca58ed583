"""Two engines give the same results over every fixture of the shapes and over whole bases."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

pytest.importorskip("shifty", reason="no second engine here (pyshifty has no wheel for this machine): nothing compared")

from tests.players import second_engine
from tests.players.second_engine import KNOWN, REAL, SEEDED, W3C_WRONG, Difference, Known, Row, judge, reproduced
from tests.support.shape_cases import all_rules, case_files

ROW = Row("FC001", "MinCountConstraintComponent", "Violation", "<urn:a>", "urn:p", "")


@cache
def outcome() -> second_engine.Outcome:
    """What came of all fixtures, compared once."""
    return judge((*second_engine.rule_fixtures(), *second_engine.base_fixtures()))


def test_the_engines_agree_on_every_fixture() -> None:
    found = outcome()
    assert not found.unknown, second_engine.table(found)
    assert set(found.fixtures) > {f"{path.parent.name}/{path.stem}" for path in case_files()} | {REAL, SEEDED}


def test_no_known_difference_has_outlived_itself() -> None:
    assert outcome().outlived == ()


def test_every_rule_with_a_shape_is_found_by_both() -> None:
    shared = outcome().fixtures
    silent = [rule.code for rule in all_rules() if rule.host and not _found(shared, rule.code)]
    assert silent == []
    assert shared[REAL] == 0 and shared[SEEDED] >= 20


def _found(shared: Mapping[str, int], code: str) -> bool:
    return any(count for name, count in shared.items() if name.startswith(f"{code}/bad"))


def test_a_known_difference_can_be_seen_in_a_few_lines() -> None:
    for known in KNOWN:
        assert reproduced(known) == (known.first, known.second) and known.first != known.second, known.fixtures


# --- the comparison can fail ---------------------------------------------------------------------------------


def lines(data: str, shapes: str) -> Known:
    """A few lines to run both engines on."""
    return Known((), "", "", "", "", data, shapes, 0, 0)


@pytest.mark.parametrize(
    ("text", "pattern", "flags", "found"),
    [
        ("1988\\n", "^[0-9]*$", "", 1),
        ("1988", "^[0-9]*$", "", 0),
        ("1988$", "^[0-9]*[$]$", "", 0),
        ("1988$", "^[0-9]*\\\\$$", "", 0),
        ("1988\\n", "^[0-9]*$", "m", 0),
        ("x[$]\\n", "[]$]$", "i", 1),
    ],
)
def test_the_end_of_a_pattern_is_the_end_of_the_text(text: str, pattern: str, flags: str, found: int) -> None:
    more = f' ; sh:flags "{flags}"' if flags else ""
    shapes = f'fcs:X a sh:NodeShape ; sh:targetNode "{text}" ; sh:pattern "{pattern}"{more} .'
    assert reproduced(lines("ent:x rdfs:label 'x' .", shapes))[0] == found


def test_a_difference_is_noticed_and_sorted() -> None:
    differs = Difference(frozenset({ROW}), frozenset())
    found = [("FC001/bad", differs, 1), ("FC001/good", Difference(frozenset(), frozenset()), 2)]
    known = Known(("FC001/bad",), "nobody", "invented", ROW.shape, ROW.component, "", "", 0, 1)
    assert judge(found, ()).unknown == {"FC001/bad": differs}
    assert judge(found, (known,)).known == {"FC001/bad": known}
    assert judge(found[1:], (known,)).outlived
    other = Difference(frozenset({ROW}), frozenset({Row("FC002", *[""] * 5)}))
    assert judge([("FC001/bad", other, 0)], (known,)).unknown
    text = second_engine.table(judge(found, ()))
    assert "THE ENGINES DIFFER" in text and "only pySHACL" in text


def test_an_engine_that_says_nothing_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_engine, "second", lambda data, shapes: frozenset())
    found = judge(second_engine.base_fixtures(), ())
    assert set(found.unknown) == {SEEDED}


def test_a_command_that_compares_nothing_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(second_engine, "rule_fixtures", lambda: iter(()))
    monkeypatch.setattr(second_engine, "base_fixtures", lambda: iter(()))
    assert second_engine.main(["--w3c", str(tmp_path / "nowhere")]) == 4


# --- how far to trust it -------------------------------------------------------------------------------------


@pytest.mark.w3c
def test_the_second_engine_passes_the_w3c_core_suite_but_for_what_is_named(w3c: Path) -> None:
    faults = second_engine.w3c(w3c / "shacl" / "core")
    assert len(faults) == 98
    assert {name for name, fault in faults.items() if fault} == set(W3C_WRONG)
