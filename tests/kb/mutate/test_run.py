"""`kb mutate`: whatever is known to break a base is noticed, and so is damage to the rules themselves."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import date
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

import kb
from kb.cli import mutating
from kb.cli.main import main
from kb.errors import CannotLookError, InputError
from kb.mutate.operators import Operator, operators, read_table
from kb.mutate.run import Bench, break_base, excused, mutate, read_allowed, sample_home, unused
from kb.mutate.sample import Sample
from kb.mutate.verdict import CAUGHT, NO_PLACE, OTHERWISE, SURVIVED, UNSEEN, Mutation, Verdict
from kb.report.mutation import mutation_json, mutation_text
from tests.support import hard_base
from tests.support.readme import MUTATE, SHOWN, like
from tests.support.shape_cases import all_rules

DAY = date(2026, 1, 1)
SAID_ELSEWHERE = {"FC908", "FC961"}
"""What `kb fmt` says, and what fails no check."""

PARTS = {"article", "paragraph", "claim", "citation", "chain", "date", "digest", "relation", "question", "dependence"}


@dataclass(frozen=True)
class Run:
    """One run of the command: what it found, what it printed, and its exit code."""

    found: Mutation
    out: str
    exit_code: int


@pytest.fixture(scope="module")
def run() -> Run:
    """`kb mutate`, as the README shows it."""
    found: list[Mutation] = []

    def noted(*given: Any, **named: Any) -> Mutation:
        found.append(mutate(*given, **named))
        return found[-1]

    with pytest.MonkeyPatch.context() as patch, redirect_stdout(TextIOWrapper(BytesIO(), "utf-8")) as out:
        patch.setattr(mutating, "mutate", noted)
        exit_code = main(["mutate"])
    (only,) = found
    out.seek(0)
    return Run(only, out.read(), exit_code)


@pytest.fixture(scope="module")
def whole(run: Run) -> Mutation:
    """The example broken in every way, and each rule as a whole."""
    return run.found


@pytest.fixture
def bench() -> Iterator[Bench]:
    with sample_home(None) as home:
        yield Bench(home, DAY)


def some(*labels: str) -> list[Operator]:
    found = [operator for operator in operators() if operator.label in labels]
    assert len(found) == len(labels)
    return found


# --- the table ---------------------------------------------------------------------------------------------


def test_there_are_many_ways_over_every_part_of_the_base() -> None:
    table = operators()
    assert len(table) > 250
    assert len({operator.label for operator in table}) == len(table), "two ways have the same name"
    parts = Counter(operator.part for operator in table)
    assert PARTS | {"entity", "file", "local copy", "comment", "span"} <= set(parts)
    assert min(parts[part] for part in PARTS) >= 6
    assert all(bool(operator.rules) != bool(operator.unseen) for operator in table)


def test_every_rule_that_data_can_break_is_what_some_way_is_for() -> None:
    aimed = {code for operator in operators() for code in operator.rules}
    by_code = {rule.code for rule in all_rules()} - SAID_ELSEWHERE
    assert by_code - aimed == set(), "write an operator that breaks what this rule is about"
    assert aimed - by_code - {"exit-4"} == set(), "these rules are not there any more"


def test_a_table_is_read_line_by_line() -> None:
    (one, two) = read_table(
        "# x\n[citation] fc:Citation\nno kind | FC324 | | fc:kind |\nodd | (no rule sees it) | | | a fc:Span\n"
    )
    assert (one.label, one.rules, one.unseen) == ("citation: no kind", ("FC324",), "")
    assert (two.rules, two.unseen) == ((), "no rule sees it")


# --- the whole run -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_nothing_survives_that_a_rule_should_notice(whole: Mutation) -> None:
    missed = [f"{v.state}: {v.mutant} at {v.where}, noticed by {v.noticed}" for v in whole.verdicts if v.fails]
    assert missed == [], "a rule is missing, or a reason in the table"
    assert whole.exit_code == 0


@pytest.mark.slow
def test_every_way_finds_a_place_in_the_example_or_in_the_hard_base(whole: Mutation, tmp_path: Path) -> None:
    without = {verdict.mutant for verdict in whole.verdicts if verdict.state == NO_PLACE}
    assert without == {"repetition: a duplicate counts as new", "repetition: a translation counts as new"}
    hard = Bench(kb.find_home(hard_base.make(tmp_path)), DAY)
    assert {verdict.state for verdict in broken(hard, some(*without))} == {CAUGHT}


@pytest.mark.slow
def test_what_is_marked_as_unseen_is_unseen(whole: Mutation) -> None:
    """A rule that learns to see it takes the mark away."""
    marked = [verdict for verdict in whole.verdicts if verdict.reason]
    assert marked and {verdict.state for verdict in marked} == {UNSEEN}


@pytest.mark.slow
def test_each_rule_is_damaged_as_a_whole(whole: Mutation) -> None:
    damaged = Counter(verdict.mutant.split()[1] for verdict in whole.verdicts if verdict.part == "the rules")
    assert damaged == dict.fromkeys((rule.code for rule in all_rules() if rule.host), 3)
    assert set(whole.rules) == {rule.code for rule in all_rules()} - SAID_ELSEWHERE | {"exit-4"}


@pytest.mark.slow
def test_the_readme_shows_what_it_prints(run: Run) -> None:
    (command,) = [command for command in SHOWN if command.words == MUTATE]
    assert like(command, run.out)


@pytest.mark.slow
def test_the_command_breaks_the_example(run: Run) -> None:
    assert run.exit_code == 0
    assert "broke      the example that kb init makes" in run.out
    assert f"unseen ({sum(1 for operator in operators() if operator.unseen)})" in run.out
    assert "survived (" not in run.out and "caught (" not in run.out


# --- that it can fail --------------------------------------------------------------------------------------


def test_a_rule_that_is_missing_is_a_survivor(bench: Bench) -> None:
    path = bench.home.shapes / "citation.ttl"
    text = path.read_text("utf-8")
    block = text[text.index("fcs:CitationKind a ") : text.index("fcs:CitationModality a ")]
    path.write_text(text.replace(block, ""), "utf-8")
    table = some("citation: no kind", "citation: no stance", "citation: two kinds")
    states = {v.mutant: v.state for v in broken(bench, table)}
    assert states["citation: no stance"] == CAUGHT
    assert states["citation: no kind"] == SURVIVED
    assert states["citation: two kinds"] in (SURVIVED, OTHERWISE)


def test_a_break_that_another_rule_notices_is_not_taken_for_caught(bench: Bench) -> None:
    (one,) = some("citation: no kind")
    wrong = Operator(one.part, one.name, ("FC001",), one.breaks)
    (verdict,) = broken(bench, [wrong])
    assert (verdict.state, verdict.noticed) == (OTHERWISE, ("FC324",)) and verdict.fails


def test_a_way_without_a_place_says_so(bench: Bench) -> None:
    nowhere = Operator("x", "nowhere", ("FC001",), lambda sample: iter(()))
    (verdict,) = broken(bench, [nowhere])
    assert (verdict.state, verdict.where) == (NO_PLACE, "")
    assert Mutation("", 0, 1, (verdict,)).exit_code == 4, "nothing was broken, so nothing was shown"


# --- how it works ------------------------------------------------------------------------------------------


def broken(bench: Bench, table: list[Operator], **more: Any) -> tuple[Verdict, ...]:
    return break_base(bench, bench.sample(), table, **more).verdicts


def test_the_base_is_as_it_was_after_each_break(bench: Bench) -> None:
    before = {path: path.read_bytes() for path in sorted(bench.home.root.rglob("*")) if path.is_file()}
    broken(bench, some("file: cut in the middle", "claim: no label", "file: the vocabulary gone"))
    assert {path: path.read_bytes() for path in sorted(bench.home.root.rglob("*")) if path.is_file()} == before


def test_the_same_seed_breaks_the_same_places(bench: Bench) -> None:
    table = some("citation: no kind", "claim: no label")
    first = broken(bench, table, per_operator=3, seed=1)
    assert first == broken(bench, table, per_operator=3, seed=1)
    assert [v.where for v in first] != [v.where for v in broken(bench, table, per_operator=3, seed=2)]
    assert len(first) == 6 and len({verdict.where for verdict in first}) == 6


def test_a_break_is_written_as_a_writer_would_have_it(bench: Bench) -> None:
    sample: Sample = bench.sample()
    for operator in operators():
        for place in list(operator.breaks(sample))[:2]:
            files = sample.files(place)
            assert files, operator.label
            assert place.files or place.gone or place.new, operator.label


def test_the_base_that_is_named_is_copied_and_not_written_to(mybase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in sorted(mybase.rglob("*")) if path.is_file()}
    with sample_home(kb.find_home(mybase)) as home:
        assert home.root != mybase
        assert kb.check(home, today=DAY).citations.exact == 12
    assert not home.root.exists()
    assert {path: path.read_bytes() for path in sorted(mybase.rglob("*")) if path.is_file()} == before
    assert main(["mutate", "--home", str(mybase), "--article", "nowhere"]) == 2
    assert "mill-bridge" in capsys.readouterr().err


def test_one_article_of_the_real_base_can_be_broken() -> None:
    with sample_home(kb.find_home(), "odd-bedfellows") as home:
        assert [path.stem for path in home.corpus.glob("*.ttl")] == ["odd-bedfellows"]
        bench = Bench(home, DAY)
        table = some("citation: no kind", "digest: of other words", "chain: a speaker gone", "relation: no domain")
        states = {verdict.mutant: verdict.state for verdict in broken(bench, table)}
    assert states.pop("digest: of other words") == (CAUGHT if any(kb.find_home().texts.glob("*.txt")) else NO_PLACE)
    assert set(states.values()) == {CAUGHT}


def test_a_base_that_cannot_be_checked_is_not_broken(mybase: Path) -> None:
    (mybase / "kb" / "claims" / "mill-bridge.ttl").write_text("@prefix", "utf-8")
    with pytest.raises(CannotLookError, match="cannot be checked"):
        Bench(kb.find_home(mybase), DAY).sample()


def test_a_base_may_have_odd_numbers_and_a_text_without_letters_at_its_end(mybase: Path) -> None:
    record, text = mybase / "corpus/mill-bridge.ttl", mybase / "corpus/texts/mill-bridge.txt"
    record.write_text(re.sub(r"fc:(index|length) \d+", r'fc:\1 "many"', record.read_text("utf-8")), "utf-8")
    text.write_text(text.read_text("utf-8") + "\n* * *\n", "utf-8")
    (mybase / "kb/claims/mill-bridge.ttl").rename(mybase / "kb/mill-bridge.ttl")
    sample = Sample(kb.load_kb(mybase))
    broken = [sample.files(place) for operator in operators() for place in operator.breaks(sample)]
    assert len(broken) > 500 and all(broken)


# --- what is told ------------------------------------------------------------------------------------------

VERDICTS = (
    Verdict("claim: no label", "urn:c", CAUGHT, ("FC202",), ("FC202",)),
    Verdict("claim: odd\x1b", "urn:c", SURVIVED, ("FC203",)),
    Verdict("citation: a hedge is lost", "urn:d", UNSEEN, (), (), "only a reader can see it"),
)


def test_survivors_come_first_and_decide_the_exit_code() -> None:
    found = Mutation("a base", 1234, 3, VERDICTS, ("claim: gone",))
    text = mutation_text(found)
    assert "what next  write the rule" in text
    assert found.exit_code == 1 and "(exit 1)" in text and "1,234 triples" in text
    assert text.index("survived (1)") < text.index("unseen (1)")
    assert "claim                 2         1         0         1         0       1" in text
    assert "\x1b" not in text and "claim: no label" not in text
    assert "unused     claim: gone is allowed" in text
    assert "claim: no label  [FC202] -> FC202" in mutation_text(found, every=True)
    content = json.loads(mutation_json(found))
    assert content["counts"]["survived"] == 1 and content["exit_code"] == 1
    assert [mutant["state"] for mutant in content["mutants"]] == [CAUGHT, SURVIVED, UNSEEN]
    assert Mutation("a base", 1, 3, VERDICTS[::2]).exit_code == 0


def test_a_survivor_with_a_reason_is_allowed(tmp_path: Path) -> None:
    file = tmp_path / "allowed.toml"
    file.write_text('[[allowed]]\nmutant = "claim: odd\\u001b"\nreason = "nobody minds"\n', "utf-8")
    reasons = read_allowed(file)
    after = [excused(verdict, reasons) for verdict in VERDICTS]
    assert [verdict.state for verdict in after] == [CAUGHT, "allowed", UNSEEN]
    assert after[1].reason == "nobody minds" and not after[1].fails
    more = {**reasons, "claim: no label": "it may go", "claim: nothing so called": "it may go"}
    assert list(unused(after, more, all_made=False)) == ["claim: no label"]
    assert list(unused(after, more, all_made=True)) == ["claim: no label", "claim: nothing so called"]
    assert Mutation("", 0, 1, (after[0],), ("claim: no label",)).exit_code == 1


@pytest.mark.parametrize(
    "text", ["[[allowed", '[[allowed]]\nmutant = "x"\n', 'allowed = "x"\n', "allowed = [1]\n", f"x = {'1' * 5000}"]
)
def test_an_allow_list_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "allowed.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError):
        read_allowed(file)


def test_what_cannot_be_meant_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mutate", "--full"]) == 2
    assert main(["mutate", "--home", "nowhere", "--full", "--article", "x"]) == 2
    assert main(["mutate", "--per-operator", "0"]) == 2
    assert "--per-operator counts from 1" in capsys.readouterr().err
