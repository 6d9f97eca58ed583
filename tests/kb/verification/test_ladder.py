"""The drift ladder: where the words of a citation are now, and that "exact" is never reported without proof."""

from __future__ import annotations

import json
import shutil
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

import kb
from kb.cli.main import main
from kb.rdf.graph import Graph
from kb.text import digest
from kb.verification.copies import Copy
from kb.verification.spans import (
    AMBIGUOUS,
    DRIFTED,
    EXACT,
    FAILED_STATES,
    LADDER,
    MISSING,
    MOVED,
    NOT_CHECKED,
    WRONG_DOCUMENT,
    TextPlace,
)
from kb.verification.verify import CitationResult, Verification, verify
from tests.players import fuzz_drift
from tests.players.fuzz_drift import ARTICLE, against, base, copy_of, spans
from tests.support.small_base import iri, triples

TOWN = (
    "The bridge of Alder is shut",
    "The council of Alder shut the bridge on Monday. A pier is cracked.",
    "The council of Alder shut the school on Monday. A wall is cracked.",
    "“It will be open again in spring,” said Maud Kell, who runs the ferry.",
    "The ferry takes nine people.",
)
WORDS = "The council of Alder shut the"
QUOTE = (4, "open again in spring")


def place(text: Sequence[str], paragraph: int, words: str) -> TextPlace:
    start = text[paragraph - 1].index(words)
    return TextPlace(paragraph, start, start + len(words))


def town(*cited: tuple[int, str]) -> Graph:
    return base(TOWN, [place(TOWN, *each) for each in cited], slug="alder")


def in_town(text: Sequence[str], *cited: tuple[int, str], spare: Sequence[Copy] = ()) -> list[CitationResult]:
    """The results for words of the town when its text is this one; in the order of the words given."""
    found = against("\n".join(text), town(*cited), slug="alder", spare=spare).outcomes
    return sorted(found, key=lambda outcome: int(outcome.node.rpartition("-")[2]))


def states(found: Sequence[CitationResult]) -> list[str]:
    return [outcome.state for outcome in found]


def changed(number: int, old: str, new: str) -> list[str]:
    assert old in TOWN[number - 1]
    return [words.replace(old, new) if index == number else words for index, words in enumerate(TOWN, 1)]


# --- never a false exact -----------------------------------------------------------------------------------


def test_no_citation_reads_as_exact_wrongly_in_a_thousand_changed_texts(capsys: pytest.CaptureFixture[str]) -> None:
    seeds = range(1, 1001)
    states, wrong, _ = fuzz_drift.run(seeds)
    print(f"seeds {seeds[0]} to {seeds[-1]}: {dict(states)}")
    assert wrong == []
    assert {EXACT, MOVED, AMBIGUOUS, DRIFTED, MISSING} <= set(states)
    assert states[EXACT] > 25_000, "so strict that nothing is exact any more"
    with capsys.disabled():
        print(f"\nfalse exact in seeds {seeds[0]} to {seeds[-1]}: {len(wrong)} of {states[EXACT]:,}")


def test_the_command_repeats_a_seed(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz_drift.main(["--cases", "3", "--seed", "11"]) == 0
    first = capsys.readouterr().out
    assert "seeds 11 to 13" in first and "false exact: 0" in first
    assert fuzz_drift.main(["--cases", "3", "--seed", "11"]) == 0
    assert capsys.readouterr().out == first
    assert fuzz_drift.main(["--cases", "0"]) == 4


def test_the_oracle_notices_a_verifier_that_only_compares_digests_at_the_same_offsets() -> None:
    """The property can fail: a plain comparison of digests fails it."""
    wrong = 0
    for seed in range(1, 101):
        text = fuzz_drift.changed(seed)
        raw = ["".join(sign for sign, _ in signs) for signs in text.signs]
        naive = [
            CitationResult("x", True, EXACT, at=at)
            for at in spans()
            if at.paragraph <= len(raw)
            and raw[at.paragraph - 1][at.start : at.end] == ARTICLE[at.paragraph - 1][at.start : at.end]
        ]
        wrong += len(fuzz_drift.false_exact(text, Verification(tuple(naive))))
    assert wrong > 20


# --- the same words in other bytes -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    [
        lambda raw: raw,
        lambda raw: unicodedata.normalize("NFD", raw),
        lambda raw: raw.replace("\n", "\r\n"),
        lambda raw: raw.replace("\n", "   \n") + "  ",
        lambda raw: raw.replace("\n", "\n\n \n") + "\n",
        lambda raw: raw.replace(" ", "\u00a0"),
        lambda raw: "  " + raw.replace("\n", "\n\t"),
    ],
    ids=["as it is", "decomposed", "CRLF", "trailing spaces", "empty lines", "no-break spaces", "indented"],
)
def test_what_text_profile_1_levels_out_is_exact(form: Callable[[str], str]) -> None:
    raw = form("\n".join(ARTICLE))
    found = against(raw, base())
    assert {outcome.state for outcome in found.outcomes} == {EXACT}


# --- one state after the other -----------------------------------------------------------------------------


def test_one_changed_character_drifts_what_lies_over_it_and_no_more() -> None:
    found = in_town(changed(2, "cracked", "crocked"), (2, "A pier is cracked"), (2, "on Monday"), (1, "Alder"), QUOTE)
    assert states(found) == [DRIFTED, EXACT, EXACT, EXACT]
    assert found[0].to == place(TOWN, 2, "A pier is cracked") and found[0].similarity is None
    assert "does not store" in found[0].reason and "2, characters 48 to 65" in found[0].reason


def test_a_paragraph_above_moves_every_span_by_one() -> None:
    found = in_town(["Something new.", *TOWN], (1, "bridge"), (2, WORDS), (3, WORDS), QUOTE)
    assert states(found) == [MOVED] * 4
    assert [(o.at and o.at.paragraph, o.to and o.to.paragraph) for o in found] == [(1, 2), (2, 3), (3, 4), (4, 5)]
    assert found[1].target == iri("art:alder-p2")


def test_swapped_paragraphs_move() -> None:
    one, two, three, four, five = TOWN
    found = in_town([one, three, two, four, five], (2, WORDS), (3, WORDS), QUOTE)
    assert states(found) == [MOVED, MOVED, EXACT]
    assert [outcome.to and outcome.to.paragraph for outcome in found] == [3, 2, None]


def test_words_that_moved_inside_their_paragraph() -> None:
    found = in_town(changed(2, "The council", "In May, the council"), (2, "A pier is cracked"), (2, "on Monday"))
    assert states(found) == [MOVED, MOVED]
    assert found[0].to == TextPlace(2, 56, 73) and found[0].target == iri("art:alder-p2")


def test_words_that_moved_to_another_paragraph() -> None:
    one, two, three, _, five = TOWN
    found = in_town([one, two, three, "Maud Kell runs the ferry.", f"{five} It will be open again in spring."], QUOTE)
    assert states(found) == [MOVED]
    assert found[0].to == TextPlace(5, 40, 60)


def test_an_edited_paragraph_that_says_it_twice_is_ambiguous() -> None:
    text = changed(2, "A pier is cracked.", "A pier is cracked. A pier is cracked, said the mayor.")
    assert states(in_town(text, (2, "A pier is cracked"), (2, "on Monday"))) == [AMBIGUOUS, EXACT]


def test_the_lookalike_paragraph_is_not_the_recorded_one() -> None:
    """Paragraph 2 was removed, and paragraph 3, which begins with the same words, now has its number."""
    one, _, three, four, five = TOWN
    found = in_town([one, three, four, five], (2, WORDS), (3, WORDS), (2, "A pier is cracked"))
    assert states(found) == [MISSING, MOVED, MISSING]
    assert "paragraph 2, characters 0 to 29, but in unchanged paragraphs" in found[0].reason


def test_a_lookalike_that_was_edited_too_is_not_taken_for_it() -> None:
    one, _, three, four, five = TOWN
    found = in_town([one, three + " Nobody is hurt.", four, five], (2, WORDS))
    assert states(found) == [AMBIGUOUS]


def test_two_edited_paragraphs_that_changed_places_are_not_taken_for_one_another() -> None:
    one, two, three, four, five = TOWN
    text = [one, two, three + " It fell on a Sunday, and nobody was there to see it.", four, five]
    first = base(text, [place(text, 2, WORDS), place(text, 3, WORDS)], slug="alder")
    swapped = [one, text[2] + "!", four, text[1] + "!", five]
    found = against("\n".join(swapped), first, slug="alder").outcomes
    assert EXACT not in states(found)


def test_paragraphs_with_the_same_text_are_both_exact() -> None:
    text = [TOWN[0], TOWN[1], TOWN[0], TOWN[3]]
    cited = [place(text, 1, "bridge"), place(text, 3, "bridge"), TextPlace(1, 0, 27), TextPlace(3, 0, 27)]
    twice = base(text, cited, slug="alder")
    assert states(against("\n".join(text), twice, slug="alder").outcomes) == [EXACT] * 4
    above = against("\n".join(["New.", *text]), twice, slug="alder").outcomes
    assert states(above) == [MOVED] * 4
    assert sorted(o.to.paragraph for o in above if o.to) == [2, 2, 4, 4]
    one_gone = against("\n".join(["New.", "Newer.", *text[1:]]), twice, slug="alder").outcomes
    assert Counter(states(one_gone)) == Counter({AMBIGUOUS: 4})


def test_a_paragraph_that_is_repeated_stays_exact_where_it_was() -> None:
    assert states(in_town([*TOWN, TOWN[1]], (2, WORDS), (2, "on Monday"))) == [EXACT, EXACT]


def test_a_text_of_another_article_under_this_name_is_the_wrong_document() -> None:
    other = ("A mill burns at Birk", "The miller of Birk lost his mill. Nobody knows why.", "It was insured.")
    both = Graph.of((*town((1, "bridge"), (2, WORDS), QUOTE).triples, *base(other, [], slug="birk").triples))
    copies = {iri("art:alder"): copy_of("\n".join(other)), iri("art:birk"): copy_of("\n".join(other))}
    found = verify(both, copies).outcomes
    assert states(found) == [WRONG_DOCUMENT] * 3
    assert {outcome.reason for outcome in found} == {"the copy contains the text of birk"}


def test_words_found_in_another_article_are_told() -> None:
    other = ("A mill burns at Birk", "“It will be open again in spring,” said the miller.")
    both = Graph.of((*town(QUOTE, (4, "the ferry")).triples, *base(other, [], slug="birk").triples))
    one, two, three, _, five = TOWN
    copies = {
        iri("art:alder"): copy_of("\n".join([one, two, three, five])),
        iri("art:birk"): copy_of("\n".join(other)),
    }
    quote, short = verify(both, copies).outcomes
    assert (quote.state, quote.reason) == (WRONG_DOCUMENT, "the words are in birk, paragraph 2, characters 12 to 32")
    assert short.state == MISSING and "too short" in short.reason


def test_a_paragraph_that_went_is_missing() -> None:
    one, two, three, _, five = TOWN
    (found,) = in_town([one, two, three, five], QUOTE)
    assert found.state == MISSING and found.to is None and "number 4" in found.reason
    (last,) = in_town(TOWN[:4], (5, "nine people"))
    assert last.state == MISSING and "no paragraph 5; the last one is 4" in last.reason


def test_a_citation_that_never_fitted_is_told_apart_from_a_text_that_changed() -> None:
    spans = [(4, 10, "river!"), (5, 11, "bridge"), (9, 900, "bridge"), (9, 4, "bridge")]
    off = base(TOWN[:1], [], slug="alder").triples + triples(
        "".join(
            f"cite:{number} a fc:Citation ; prov:wasQuotedFrom art:alder-p1 ; oa:start {start} ; oa:end {end} ; "
            f'fc:digest "{digest(words)}" .'
            for number, (start, end, words) in enumerate(spans)
        )
        + "cite:9 a fc:Citation ; prov:wasQuotedFrom art:alder-p1 ; oa:start 0 ; oa:end 6 ."
    )
    a, b, c, d, e = against(TOWN[0], Graph.of(off), slug="alder").outcomes
    assert a.state == DRIFTED and "paragraph 1 is the recorded one" in a.reason
    assert b.state == MOVED and b.to == TextPlace(1, 4, 10)
    assert c.state == DRIFTED and "it has 27 characters" in c.reason
    assert d.state == DRIFTED and "not a valid span" in d.reason
    assert e.state == NOT_CHECKED


def test_without_a_copy_nothing_is_checked() -> None:
    found = verify(town(QUOTE), {}).outcomes
    assert [(o.state, o.reason) for o in found] == [(NOT_CHECKED, "no copy of alder available")]


# --- where to look -----------------------------------------------------------------------------------------


def test_between_words_that_still_stand_the_place_to_look_at_is_narrow() -> None:
    text = changed(4, "open again in spring", "reopened in the autumn or later")
    found = in_town(text, QUOTE, (4, "“It will be"), (4, "said Maud Kell"))
    assert states(found) == [DRIFTED, EXACT, MOVED]
    to = found[0].to
    assert to is not None and text[3][to.start : to.end] == "reopened in the autumn or later"


def test_with_an_older_copy_at_hand_the_nearest_words_are_found() -> None:
    text = changed(4, "open again in spring", "open again in early spring")
    (found,) = in_town(text, QUOTE, spare=[copy_of("\n".join(TOWN), "old.txt")])
    assert found.state == DRIFTED and found.similarity is not None and 0.7 < found.similarity < 1
    assert found.to is not None and found.to.paragraph == 4
    assert "open again" in text[3][found.to.start : found.to.end]
    assert "spring" not in found.reason


def test_the_counts_add_up_and_name_every_state() -> None:
    one, two, three, _, five = TOWN
    text = ["New.", one, two.replace("cracked", "crocked"), three, five]
    counts = against("\n".join(text), town((1, "bridge"), (2, "cracked"), QUOTE), slug="alder").citations
    assert tuple(counts.states) == LADDER
    assert counts.total == 3 == sum(counts.states.values())
    assert counts.failed == sum(counts.states[state] for state in FAILED_STATES) == 3
    assert (counts.states[MOVED], counts.states[DRIFTED], counts.states[MISSING]) == (1, 1, 1)


# --- the command -------------------------------------------------------------------------------------------

TEXT = "corpus/texts/mill-bridge.txt"
CLAIMS = "kb/claims/mill-bridge.ttl"


def edit(path: Path, *pairs: tuple[str, str]) -> None:
    text = path.read_text("utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def test_verify_says_nothing_beside_the_counts_when_all_is_exact(
    mybase: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "--home", str(mybase)]) == 0
    out = capsys.readouterr().out
    assert "12: 12 exact" in out and "cite:" not in out
    assert main(["verify", "--home", str(mybase), "--all"]) == 0
    assert capsys.readouterr().out.count("cite:mill-bridge-") == 13


def test_verify_without_a_copy_could_not_look(mybase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (mybase / TEXT).unlink()
    assert main(["verify", "--home", str(mybase)]) == 4
    captured = capsys.readouterr()
    assert "12 not checked" in captured.out and "no copy" in captured.err


def test_verify_shows_no_words_of_a_text_where_no_terminal_is(mybase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(mybase / TEXT, ("two years", "six years"), ("Mill Bridge closes", "Today Mill Bridge closes"))
    words = (mybase / TEXT).read_text("utf-8").split()
    for form in ("text", "json"):
        assert main(["verify", "--home", str(mybase), "--format", form, "--all"]) == 1
        out = capsys.readouterr().out
        shared = [pair for pair in pairwise(words) if " ".join(pair) in out]
        assert shared == []
    content = json.loads(out)
    assert content["citations"]["states"]["drifted"] == 1
    moved = next(span for span in content["spans"] if span["name"] == "cite:mill-bridge-1-1")
    assert moved["at"] == {"paragraph": 1, "start": 0, "end": 30}
    assert (moved["state"], moved["to"]) == ("moved", {"paragraph": 1, "start": 6, "end": 36})


def test_words_are_shown_to_the_reader_who_asks(mybase: Path) -> None:
    edit(mybase / TEXT, ("two years", "six\u202eyears"))
    base = kb.load_kb(mybase)
    found, verification = kb.verify_copies(base.graph, [base.home.texts])
    shown = kb.verification_text(verification, found.copies, words=True)
    assert "six" in shown and "\u202e" not in shown
    assert "six" not in kb.verification_text(verification, found.copies)


def test_a_report_of_a_check_carries_states_and_no_words(mybase: Path) -> None:
    edit(mybase / TEXT, ("Mill Bridge closes", "Today Mill Bridge closes"))
    report = kb.check(mybase)
    assert report.citations.states[MOVED] == 1
    (finding,) = [finding for finding in report.findings if finding.code == "FC921"]
    assert finding.message == "moved: the words are now in paragraph 1, characters 6 to 36"


def test_the_proposed_patch_updates_the_record_and_the_citations_together(
    mybase: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(
        mybase / TEXT,
        ("Mill Bridge closes", "A new first line\nMill Bridge closes"),
        ("The council of Harrowmere closed", "In May, the council of Harrowmere closed"),
        ("The Lessel Gazette has", "As it happens, The Lessel Gazette has"),
    )
    before = (mybase / CLAIMS).read_bytes()
    patch = mybase / "moved.patch"
    assert main(["verify", "--home", str(mybase), "--propose", "--output", str(patch)]) == 1
    assert (mybase / CLAIMS).read_bytes() == before, "a proposal writes nothing into the base"
    assert "3 re-anchored" in capsys.readouterr().err
    text = patch.read_text("utf-8")
    assert "# mill-bridge-p1: now number 2, was 1" in text
    assert "ouncil of Harrowmere" not in text
    git = shutil.which("git")
    if git is None:
        pytest.skip("no git here to apply the patch with")
    subprocess.run([git, "apply", "--check", patch.name], cwd=mybase, check=True)
    subprocess.run([git, "apply", patch.name], cwd=mybase, check=True)
    assert main(["fmt", "--check", "--home", str(mybase)]) == 0
    assert "corpus/mill-bridge.ttl" in text, "the record is part of the patch"
    capsys.readouterr()
    assert main(["verify", "--home", str(mybase)]) == 1
    out = capsys.readouterr().out
    assert "11 exact, 1 drifted" in out and "cite:mill-bridge-3-1" in out  # "The council" became "the council"


def test_nothing_to_propose(mybase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--home", str(mybase), "--propose"]) == 0
    assert capsys.readouterr().out == ""


def test_a_patch_of_a_file_that_is_not_canonical_applies(mybase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = mybase / CLAIMS
    path.write_bytes(path.read_bytes().replace(b"\n    a fc:Citation ;", b" a fc:Citation ;").rstrip(b"\n"))
    edit(mybase / TEXT, ("Mill Bridge closes", "Today Mill Bridge closes"))
    (mybase / "p").write_text(kb.propose(kb.find_home(mybase)).patch(), "utf-8")
    git = shutil.which("git")
    if git is None:
        pytest.skip("no git here to apply the patch with")
    subprocess.run([git, "apply", "p"], cwd=mybase, check=True)
    assert main(["fmt", "--check", "--home", str(mybase)]) == 0


SPLIT = ("will take two years. The bridge,", "will take two years.\n\nThe bridge,")


def update(mybase: Path) -> None:
    assert main(["add", str(mybase / TEXT), "--slug", "mill-bridge", "--update", "--home", str(mybase)]) == 0


def apply(mybase: Path) -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("no git here to apply the patch with")
    (mybase / "p").write_text(kb.propose(kb.find_home(mybase)).patch(), "utf-8")
    subprocess.run([git, "apply", "p"], cwd=mybase, check=True)


def two_cited_paragraphs(mybase: Path) -> tuple[str, str]:
    """Two paragraphs with citations that become one."""
    lines = [line for line in (mybase / TEXT).read_text("utf-8").splitlines() if line]
    return lines[4], lines[5]


@pytest.mark.parametrize("merge", [False, True], ids=["split", "merged"])
def test_an_updated_record_keeps_where_quoted_words_are(mybase: Path, merge: bool) -> None:
    text = (mybase / TEXT).read_text("utf-8")
    one, two = two_cited_paragraphs(mybase)
    if merge:
        start, end = text.index(one), text.index(two) + len(two)
        text = f"{text[:start]}{one} {two}{text[end:]}"
    else:
        text = text.replace(*SPLIT)
    (mybase / TEXT).write_text(text, "utf-8")
    update(mybase)
    found = outcomes_of(mybase)
    assert {outcome.state for outcome in found} == {EXACT, MOVED}
    assert kb.check(mybase).citations.failed == sum(outcome.failed for outcome in found)
    apply(mybase)
    assert {outcome.state for outcome in outcomes_of(mybase)} == {EXACT}


@pytest.mark.parametrize("updates", [0, 1, 2])
def test_the_patch_makes_a_split_paragraph_exact_before_and_after_updates(mybase: Path, updates: int) -> None:
    edit(mybase / TEXT, SPLIT)
    for number in range(updates):
        update(mybase)
        edit(mybase / TEXT, ("Mill Bridge closes", f"Again {number}. Mill Bridge closes"))
    apply(mybase)
    assert {outcome.state for outcome in outcomes_of(mybase)} == {EXACT}


def test_an_update_does_not_take_a_lookalike_for_the_cited_words(mybase: Path) -> None:
    """The words go, and an unchanged paragraph has had the same ones all along: they are not the cited ones."""
    graph = town((2, WORDS))
    text = [TOWN[0], "Something else entirely, and as long as the other one was, or so.", *TOWN[2:]]
    updated = base(text, [], slug="alder")
    citation = [triple for triple in graph.triples if "citation" in str(triple.subject)]
    both = Graph.of((*citation, *updated.triples))
    (found,) = against("\n".join(text), both, slug="alder").outcomes
    assert found.state == DRIFTED and found.to is not None and found.to.paragraph == 2
    assert "or older than the record" in found.reason


# --- kb check --fix ----------------------------------------------------------------------------------------


def test_fix_writes_the_canonical_form_and_no_place_that_nobody_confirmed(
    mybase: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (mybase / CLAIMS).read_bytes()
    (mybase / CLAIMS).write_bytes(before.replace(b"    oa:end 30 ;\n    oa:start 0 ;", b"    oa:start 0 ; oa:end 30 ;"))
    edit(mybase / TEXT, ("Mill Bridge closes", "Today Mill Bridge closes"))
    assert main(["check", "--home", str(mybase), "--fix"]) == 1
    assert (mybase / CLAIMS).read_bytes() == before
    assert f"formatted {CLAIMS}" in capsys.readouterr().err


def test_fix_writes_a_confirmed_move(mybase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(mybase / TEXT, ("Mill Bridge closes", "Today Mill Bridge closes"))
    assert main(["check", "--home", str(mybase), "--fix", "--confirm", "cite:mill-bridge-1-1"]) == 1
    assert "art:mill-bridge-p1, characters 6 to 36" in capsys.readouterr().err
    outcomes = {o.node.rpartition("/")[2]: o for o in outcomes_of(mybase)}
    assert outcomes["mill-bridge-1-1"].state == EXACT


def test_fix_takes_a_place_that_a_person_found_and_counts_its_digest(mybase: Path) -> None:
    edit(mybase / TEXT, ("two years", "six years"))
    home = kb.find_home(mybase)
    with pytest.raises(kb.UsageError, match="drifted, not moved"):
        kb.reanchor(home, ["cite:mill-bridge-5-1"])
    with pytest.raises(kb.UsageError, match="not recorded as it is now"):
        kb.reanchor(home, ["cite:mill-bridge-5-1=5:27-57"])
    kb.add(home, mybase / TEXT, slug="mill-bridge", update=True)
    (change,) = kb.reanchor(home, ["cite:mill-bridge-5-1=5:27-57"])
    assert (change.start, change.end) == (27, 57)
    assert {outcome.state for outcome in outcomes_of(mybase)} == {EXACT}


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("cite:nowhere", "is not a citation"),
        ("cite:mill-bridge-1-1", "is exact, not moved"),
        ("cite:mill-bridge-1-1=1", "is not a place"),
        ("cite:mill-bridge-1-1=1:9-9", "no characters 9 to 9"),
        ("cite:mill-bridge-1-1=99:1-2", "in a paragraph 99"),
    ],
)
def test_fix_refuses_what_it_cannot_take_over(mybase: Path, word: str, message: str) -> None:
    before = (mybase / CLAIMS).read_bytes()
    with pytest.raises(kb.UsageError, match=message):
        kb.reanchor(kb.find_home(mybase), ["cite:mill-bridge-2-1=1:0-4", word])
    assert (mybase / CLAIMS).read_bytes() == before


def test_confirm_without_fix_is_a_mistake(mybase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--home", str(mybase), "--confirm", "cite:mill-bridge-1-1"]) == 2
    assert "add --fix" in capsys.readouterr().err


def outcomes_of(folder: Path) -> tuple[CitationResult, ...]:
    """The results of a base on the copies in its own folder."""
    base = kb.load_kb(folder)
    return kb.verify_copies(base.graph, [base.home.texts])[1].outcomes


def test_a_spare_copy_is_used_to_find_the_most_similar_words(mybase: Path, tmp_path: Path) -> None:
    text = mybase / "corpus/texts/mill-bridge.txt"
    older = tmp_path / "older"
    older.mkdir()
    (older / "first-print.txt").write_text(text.read_text("utf-8") + "\nA later note.\n", "utf-8")
    text.write_text(text.read_text("utf-8").replace("two years", "six long years"), "utf-8")
    graph = kb.load_kb(mybase).graph
    for folders, known in (([text.parent], False), ([text.parent, older], True)):
        copies, verification = kb.verify_copies(graph, folders)
        (drifted,) = [outcome for outcome in verification.outcomes if outcome.state == DRIFTED]
        assert len(copies.spare) == known and (drifted.similarity is not None) is known
        assert ("does not store" in drifted.reason) is not known
