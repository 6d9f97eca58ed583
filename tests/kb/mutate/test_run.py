"""`kb mutate`: whatever is known to break a base is noticed, and so is damage to the rules themselves."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import date
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

import kb
from kb.cli import mutating
from kb.cli.main import main
from kb.errors import CannotLookError, InputError
from kb.mutate.constraints import Known, pattern_variants, query_variants
from kb.mutate.damage import Witness, damage_rules, read_cases
from kb.mutate.operators import Operator, operators, read_table
from kb.mutate.paths import path_variants, read_path, write_path
from kb.mutate.run import Bench, break_base, excused, mutate, read_allowed, sample_home, unused
from kb.mutate.sample import Sample
from kb.mutate.verdict import CAUGHT, NO_PLACE, OTHERWISE, SURVIVED, UNSEEN, Mutation, Verdict
from kb.rdf.graph import Graph, key
from kb.report.mutation import mutation_json, mutation_text
from kb.shacl.paths import PropertyPath as PathTree
from kb.vocab import FC, SH, SHAPES
from tests.support import hard_base
from tests.support.shape_cases import CASES, all_rules, all_shapes, vocabulary

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
    """`kb mutate` with a seed of its own; CI runs it with the default one, and damages single constraints too."""
    found: list[Mutation] = []

    def noted(*given: Any, **named: Any) -> Mutation:
        found.append(mutate(*given, **named))
        return found[-1]

    with pytest.MonkeyPatch.context() as patch, redirect_stdout(TextIOWrapper(BytesIO(), "utf-8")) as out:
        patch.setattr(mutating, "mutate", noted)
        exit_code = main(["mutate", "--seed", "3"])
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
    assert PARTS | {"entity", "file", "text at hand", "comment", "span"} <= set(parts)
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


def test_a_damaged_rule_that_no_case_notices_is_a_survivor(tmp_path: Path) -> None:
    """Take the cases at one boundary away, and the constraint there is nobody's."""
    target = tmp_path / "cases"
    (target / "FC123").mkdir(parents=True)
    shutil.copy(CASES / "base.ttl", target)
    shutil.copy(CASES / "FC123" / "good.ttl", target / "FC123")
    (target / "FC123" / "bad.ttl").write_text(
        "# remove: art:bridge-p2 fc:length\n" + (CASES / "FC123" / "good.ttl").read_text("utf-8"), "utf-8"
    )
    with sample_home(None) as home:
        bench = Bench(home, DAY)
        witnesses = list(kb_cases(target, bench))
        rules = [rule for rule in all_rules() if rule.code == "FC123"]
        found = {
            v.mutant.partition(": ")[2]: v.state
            for v in damage_rules(bench.shapes(), rules, witnesses, constraints=True)
        }
    assert found["minCount '1' dropped"] == CAUGHT
    assert found["minInclusive '1' -> 0"] == SURVIVED
    assert found["switched off"] == CAUGHT


def kb_cases(folder: Path, bench: Bench) -> Iterator[Witness]:
    files = bench.sample().kb.files
    return read_cases(folder, next(file.document.triples for file in files if file.name == "kb/vocabulary.ttl"))


def test_a_way_without_a_place_says_so(bench: Bench) -> None:
    nowhere = Operator("x", "nowhere", ("FC001",), lambda sample: iter(()))
    (verdict,) = broken(bench, [nowhere])
    assert (verdict.state, verdict.where) == (NO_PLACE, "")
    assert Mutation("", 0, 1, (verdict,)).exit_code == 4, "nothing was broken, so nothing was shown"


# --- how it works ------------------------------------------------------------------------------------------


def broken(bench: Bench, table: list[Operator], **more: int) -> tuple[Verdict, ...]:
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


# --- damage to single constraints --------------------------------------------------------------------------


def changed(name: str, term: str) -> list[str]:
    """How the changes of one constraint of a shape read."""
    known = Known(all_shapes(), Graph.of(vocabulary()))
    iri = SHAPES + name
    (triple,) = (t for t in all_shapes().triples if key(t.subject) == iri and t.predicate.value == SH.iri + term)
    return [change.shown for change in known.changes(triple)]


def test_a_path_comes_back_as_it_was() -> None:
    shapes, paths = all_shapes(), 0
    for triple in shapes.triples:
        if triple.predicate.value == SH.path:
            tree = read_path(shapes, triple.object)
            node, triples = write_path(tree)
            assert read_path(Graph.of(triples), node) == tree
            variants = [variant for variant in path_variants(tree) if variant != tree]
            assert variants and all(str(variant) != str(tree) for variant in variants)
            paths += 1
    assert paths > 100


def test_a_path_is_damaged_at_every_spot() -> None:
    step = PathTree("iri", iri=FC.restates)
    back = PathTree("+", (PathTree("^", (step,)),))
    shown = {str(variant) for variant in path_variants(back)}
    assert shown == {"^restates", "(^restates)*", "(^restates)?", "(restates)+", "(^mutant-nothing)+"}
    two = PathTree("/", (step, PathTree("|", (step, back))))
    shown = {str(variant) for variant in path_variants(two)}
    assert {"(restates|(^restates)+)", "restates", "(restates/restates)", "(restates/(^restates)+)"} <= shown


def test_a_pattern_loses_each_anchor_and_each_way() -> None:
    assert dict(pattern_variants("^(a|b[|)]|c)?$")) == {
        "'.*'": ".*",
        "without ^": "(a|b[|)]|c)?$",
        "without $": "^(a|b[|)]|c)?",
        "without 'a' at 2": "^(b[|)]|c)?$",
        "without 'b[|)]' at 4": "^(a|c)?$",
        "without 'c' at 10": "^(a|b[|)])?$",
        "without ? at 12": "^(a|b[|)]|c)$",
    }


def test_a_query_is_damaged_and_still_a_query() -> None:
    query = "\nSELECT $this WHERE {\n  ?a fc:restates ?b .\n  FILTER (?a != ?b || ?a = fc:Body)\n}"
    found = dict(query_variants(query, {"fc": FC.iri}))
    assert any("FILTER" not in text for text in found.values())
    assert any("!=" not in text and "FILTER" in text for text in found.values())
    assert any("fc:restates" not in text for text in found.values())
    assert all(query != text for text in found.values()) and len(set(found.values())) == len(found)


def test_numbers_classes_lists_and_kinds_are_damaged() -> None:
    assert changed("ParagraphLength", "minInclusive") == ["0"]
    assert changed("ParagraphLength", "minCount") == []
    assert changed("ChainIsList", "nodeKind") == ["BlankNodeOrIRI", "BlankNodeOrLiteral"]
    assert {"Country", "Organization", "Person"} < set(changed("TextMaker", "class"))
    roles = changed("ParagraphRole", "in")
    assert "without Body" in roles and any(shown.startswith("with ") for shown in roles)


def test_a_bound_that_is_no_whole_number_is_left_alone() -> None:
    node, bound = ox.NamedNode("urn:s"), ox.NamedNode(SH.iri + "minInclusive")
    known = Known(Graph(()), Graph(()))
    assert [c.shown for c in known.changes(ox.Triple(node, bound, ox.Literal("3")))] == ["2"]
    assert [*known.changes(ox.Triple(node, bound, ox.Literal("1.5")))] == []


def test_a_case_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "FC001").mkdir()
    (tmp_path / "base.ttl").write_text("", "utf-8")
    (tmp_path / "FC001/bad.ttl").write_bytes(b"\xff")
    with pytest.raises(InputError, match="not UTF-8"):
        [*read_cases(tmp_path, ())]


@pytest.mark.slow
def test_what_no_case_notices_is_on_the_list(tmp_path: Path) -> None:
    """Of the rules with such damage; all the others are damaged by `make mutate`."""
    reasons = read_allowed(CASES / "allowed.toml")
    codes = {label.split()[1] for label in reasons}
    rules = [rule for rule in all_rules() if rule.code in codes]
    with sample_home(None) as home:
        bench = Bench(home, DAY)
        witnesses = list(kb_cases(CASES, bench))
        found = damage_rules(bench.shapes(), rules, witnesses, constraints=True, vocabulary=vocabulary())
        assert {verdict.mutant for verdict in found if verdict.fails} == set(reasons)


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
    assert main(["mutate", "--cases", "nowhere"]) == 3
    assert "nowhere" in capsys.readouterr().err
