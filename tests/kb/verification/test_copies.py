"""Which file is the copy of which article: proof, guess, and what was passed over. Never a false "exact"."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kb
from kb.cli.main import main
from kb.rdf.graph import Graph
from kb.text import digest
from kb.verification.copies import DIGEST, GUESS, NAME, PERSON, find_texts
from kb.verification.spans import DRIFTED, EXACT, MOVED, NOT_CHECKED, WRONG_DOCUMENT, TextPlace
from kb.verification.verify import Verification, verify_copies
from tests.players.fuzz_drift import base
from tests.support.small_base import iri

A = (
    "The Alder Post",
    "Monday. The hull was rotten in 1951.",
    "The hull was rotten, said Maud Kell.",
    "Only in the Post.",
)
B = (
    "The Birk Echo",
    "Monday. The hull was rotten in 1951.",
    "The hull was rotten, said Maud Kell.",
    "Only in the Echo.",
)


def two(**texts: Sequence[str]) -> Graph:
    """The records of articles, with every whole paragraph and its first five characters cited."""
    graphs = [
        base(text, [place for n, line in enumerate(text, 1) for place in _cited(n, line)], slug=slug)
        for slug, text in texts.items()
    ]
    return Graph.of(tuple(triple for graph in graphs for triple in graph.triples))


def _cited(number: int, line: str) -> list[TextPlace]:
    return [TextPlace(number, 0, length) for length in sorted({min(5, len(line)), len(line)})]


def put(folder: Path, **files: Sequence[str]) -> Path:
    for name, text in files.items():
        (folder / f"{name}.txt").write_text("\n".join(text), "utf-8")
    return folder


def states(found: Verification, slug: str) -> set[str]:
    return {outcome.state for outcome in found.outcomes if outcome.article == iri(f"art:{slug}")}


def test_the_recorded_file_of_one_article_is_never_the_copy_of_another(tmp_path: Path) -> None:
    copies, found = verify_copies(two(a=A, b=B), [put(tmp_path, b=B)])
    assert (states(found, "a"), states(found, "b")) == ({NOT_CHECKED}, {EXACT})
    assert copies.passed_over == (f"{tmp_path / 'b.txt'}: not used for a: it is the recorded file of b",)


def test_the_recorded_file_of_one_article_under_the_name_of_another_is_the_wrong_document(tmp_path: Path) -> None:
    copies, found = verify_copies(two(a=A, b=B), [put(tmp_path, a=B, b=B)])
    assert (states(found, "a"), states(found, "b")) == ({WRONG_DOCUMENT}, {EXACT})
    assert copies.copies[iri("art:a")].file_of == "b"
    assert copies.copies[iri("art:b")].path.name == "b.txt"


def test_a_person_cannot_make_the_recorded_file_of_one_article_the_copy_of_another(tmp_path: Path) -> None:
    put(tmp_path, b=B)
    _, found = verify_copies(two(a=A, b=B), [tmp_path], {iri("art:a"): tmp_path / "b.txt"})
    assert states(found, "a") == {WRONG_DOCUMENT}


def test_a_guess_is_at_best_moved_and_says_that_it_is_one(tmp_path: Path) -> None:
    copies, found = verify_copies(two(a=A), [put(tmp_path, download=[*A[:3], "Only in the Mail."])])
    assert copies.copies[iri("art:a")].known_by == GUESS
    assert states(found, "a") == {MOVED, DRIFTED}
    assert all("download.txt is only a guess: if it is a, name it a.txt" in o.reason for o in found.outcomes)


def test_the_same_file_under_the_name_of_the_article_or_named_by_a_person_is_no_guess(tmp_path: Path) -> None:
    edited = [*A[:3], "Only in the Mail."]
    put(tmp_path, a=edited)
    by_name, found = verify_copies(two(a=A), [tmp_path])
    assert by_name.copies[iri("art:a")].known_by == NAME and states(found, "a") == {EXACT, DRIFTED}
    (tmp_path / "a.txt").rename(tmp_path / "x.txt")
    by_person, found = verify_copies(two(a=A), [tmp_path], {iri("art:a"): tmp_path / "x.txt"})
    assert by_person.copies[iri("art:a")].known_by == PERSON and states(found, "a") == {EXACT, DRIFTED}


def test_the_word_of_a_person_comes_before_the_digest(tmp_path: Path) -> None:
    put(tmp_path, a=A, newer=[*A[:3], "Only in the Mail."])
    copies, found = verify_copies(two(a=A), [tmp_path], {iri("art:a"): tmp_path / "newer.txt"})
    assert states(found, "a") == {EXACT, DRIFTED}
    assert [copy.path.name for copy in copies.spare] == ["a.txt"]
    assert verify_copies(two(a=A), [tmp_path])[0].copies[iri("art:a")].known_by == DIGEST


def test_the_article_with_its_own_edited_text_is_not_compared_with_the_other_one(tmp_path: Path) -> None:
    edited = [A[0], A[1].replace("1951", "1953"), A[2].replace("rotten", "worn"), A[3]]
    put(tmp_path, b=B)
    put(tmp_path, zz=edited)
    copies, found = verify_copies(two(a=A, b=B), [tmp_path])
    assert copies.copies[iri("art:a")].path.name == "zz.txt"
    assert EXACT not in states(found, "a") and WRONG_DOCUMENT not in states(found, "a")


@pytest.mark.parametrize("slugs", [("aaa", "zzz"), ("zzz", "aaa")])
def test_what_fits_two_articles_is_the_copy_of_neither_whatever_their_names(
    tmp_path: Path, slugs: tuple[str, str]
) -> None:
    graph = two(**dict(zip(slugs, (A, B), strict=True)))
    copies, found = verify_copies(graph, [put(tmp_path, x=["The Crow Times", A[1], A[2]])])
    assert states(found, "aaa") == states(found, "zzz") == {NOT_CHECKED}
    assert [line.rpartition(": ")[2] for line in copies.passed_over] == [
        f"it has as many paragraphs of another article; to use it, name it {slug}.txt" for slug in ("aaa", "zzz")
    ]


@pytest.mark.parametrize("slugs", [("aaa", "zzz"), ("zzz", "aaa")])
def test_a_name_with_the_edited_text_of_another_article_proves_nothing(tmp_path: Path, slugs: tuple[str, str]) -> None:
    graph = two(**dict(zip(slugs, (A, B), strict=True)))
    mine = slugs[0]
    _, found = verify_copies(graph, [put(tmp_path, **{mine: ["New.", A[1], A[2], "Newer."]})])
    assert EXACT not in states(found, mine)
    _, found = verify_copies(graph, [put(tmp_path, **{mine: [*B[:3], "Newer."]})])
    assert states(found, mine) == {WRONG_DOCUMENT}


# --- the property ------------------------------------------------------------------------------------------

LINES = st.sampled_from(["One bridge is shut.", "Two bridges are shut.", "Nobody knows.", "Read on.", "It rained."])
TEXTS = st.lists(st.lists(LINES, min_size=1, max_size=5).map(tuple), min_size=2, max_size=3, unique=True)


@st.composite
def assigned(draw: st.DrawFn) -> tuple[tuple[tuple[str, ...], ...], Mapping[str, tuple[int, tuple[str, ...]]]]:
    """Texts that share paragraphs, and files: a name, the article that it truly is, and its text, edited or not."""
    texts = tuple((f"Article {number}.", *text) for number, text in enumerate(draw(TEXTS)))
    names = draw(st.lists(st.sampled_from(["a0", "a1", "a2", "x", "y"]), min_size=1, max_size=4, unique=True))
    files = {}
    for name in names:
        origin = draw(st.integers(0, len(texts) - 1))
        text = list(texts[origin])
        for _ in range(draw(st.integers(0, 3))):
            at = draw(st.integers(0, len(text) - 1)) if text else 0
            text[at : at + 1] = draw(st.sampled_from([[], ["Something new."], [*text[at : at + 1], "Something new."]]))
        files[name] = origin, tuple(text)
    return texts, files


@settings(max_examples=300, deadline=None)
@given(assigned(), st.booleans())
def test_no_assignment_of_files_to_articles_gives_a_false_exact(
    case: tuple[tuple[tuple[str, ...], ...], Mapping[str, tuple[int, tuple[str, ...]]]], reverse: bool
) -> None:
    texts, files = case
    slugs = [f"a{number}" for number in range(len(texts))][:: -1 if reverse else 1]
    graph = two(**dict(zip(slugs, texts, strict=True)))
    with tempfile.TemporaryDirectory() as folder:
        put(Path(folder), **{name: text for name, (_, text) in files.items()})
        copies, found = verify_copies(graph, [Path(folder)])
    for outcome in found.outcomes:
        if outcome.state == EXACT:
            copy = copies.copies[outcome.article]
            origin, text = files[copy.path.stem]
            is_own = outcome.article == iri(f"art:{slugs[origin]}") or text == texts[slugs.index(outcome.article[-2:])]
            assert is_own and copy.known_by != GUESS, (outcome, copy.path.name)


# --- the command -------------------------------------------------------------------------------------------

TEXT = "corpus/texts/mill-bridge.txt"


def test_a_file_is_named_on_the_command_line(mybase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (mybase / TEXT).read_text("utf-8").replace("two years", "six years")
    newer = mybase / "newer.txt"
    newer.write_text(text, "utf-8")
    assert main(["verify", "--home", str(mybase), "--text", f"mill-bridge={newer}"]) == 1
    out = capsys.readouterr().out
    assert "11 exact, 1 drifted" in out and "newer.txt, not the recorded file\n" in out
    for wrong in ("mill-bridge", "none=x.txt", "mill-bridge="):
        assert main(["verify", "--home", str(mybase), "--text", wrong]) == 2
    assert main(["verify", "--home", str(mybase), "--text", f"mill-bridge={mybase / 'none.txt'}"]) == 3


def test_a_guess_is_named_in_every_report(mybase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (mybase / TEXT).read_text("utf-8") + "\nOne more line.\n"
    (mybase / TEXT).unlink()
    (mybase / "corpus/texts/download.txt").write_text(text, "utf-8")
    assert main(["verify", "--home", str(mybase)]) == 1
    assert "not the recorded file; a guess, based on its paragraphs" in capsys.readouterr().out
    findings = {finding.code: finding for finding in kb.check(mybase).findings}
    assert findings["FC923"].message == "the only copy is a guess: download.txt has most of the paragraphs"
    for code in ("FC921", "FC923"):
        assert findings[code].help.startswith("if download.txt is mill-bridge, name it mill-bridge.txt")


def test_a_copy_has_the_digest_of_its_record(mybase: Path) -> None:
    graph = kb.load_kb(mybase).graph
    (copy,) = find_texts(graph, [mybase / "corpus/texts"]).copies.values()
    assert copy.exact_file and copy.known_by == DIGEST and copy.file_of == ""
    assert copy.paragraphs[0].digest == digest(copy.paragraphs[0].text)
