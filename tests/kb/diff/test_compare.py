"""The effect of a change on the claims, and the reasons, between graphs, folders and commits."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

import kb
from kb.cli.main import main
from kb.diff.change import Comparison
from kb.rdf.graph import Graph
from tests.support.small_base import article, cite, claims, graph, iri, person, unnamed

CLAIMS = "kb/claims/mill-bridge.ttl"

ADA = cite("cite:a-1-1", "claim:x", "a", "ent:ada")
BEN = cite("cite:b-1-1", "claim:x", "b", "ent:ben")
FRAME = article("a") + article("b") + person("ent:ada", "ent:ben") + claims("claim:x", "claim:y", "claim:z")


def compare(before: tuple[str, ...], after: tuple[str, ...]) -> Comparison:
    """What the way from one small base to another does."""
    return kb.compare_graphs(graph(FRAME, *before), graph(FRAME, *after))


def story(found: Comparison) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Each move: claim, from, to, why."""
    return [
        (kb.short_iri(m.claim), m.before.rpartition("#")[2], m.after.rpartition("#")[2], m.reasons) for m in found.moves
    ]


SAME_ORIGIN = "ent:one-family a fc:Dependence ; fc:notIndependentOf ent:ada , ent:ben ."
ASKED = "q:who a fc:SingleAnswerQuestion . claim:x fc:answers q:who . claim:y fc:answers q:who ."
DENIED = cite("cite:b-1-1", "claim:x", "b", "ent:ben", stance="fc:denies")
Y_AGAINST_X = "claim:y fc:contradicts claim:x ."
ABOUT_Y = cite("cite:b-1-1", "claim:y", "b", "ent:ben")
SAYS_Y = cite("cite:b-2-1", "claim:y", "b", "ent:ben", paragraph=2)


@pytest.mark.parametrize(
    ("before", "after", "to", "why"),
    [
        ((ADA, BEN), (ADA,), "SingleSource", "cite:b-1-1 is gone"),
        ((ADA, BEN), (ADA, ABOUT_Y), "SingleSource", "cite:b-1-1 is now about claim:y"),
        (
            (ADA, BEN),
            (ADA, cite("cite:b-1-1", "claim:x", "b", "ent:ben", stance="fc:mentions")),
            "SingleSource",
            "cite:b-1-1 now only mentions claim:x",
        ),
        (
            (ADA, BEN),
            (ADA, cite("cite:b-1-1", "claim:x", "b", "ent:ben", restates=["cite:a-1-1"])),
            "SingleSource",
            "cite:b-1-1 now restates cite:a-1-1",
        ),
        (
            (ADA, BEN),
            (ADA, BEN, SAME_ORIGIN),
            "SingleSource",
            "ent:ada and ent:ben are now declared not independent (ent:one-family)",
        ),
        (
            (ADA, cite("cite:b-1-1", "claim:x", "b")),
            (ADA, cite("cite:b-1-1", "claim:x", "b"), "art:b dcterms:creator ent:ada ."),
            "SingleSource",
            "ent:ada is now an author of art:b",
        ),
        (
            (ADA, BEN),
            (ADA, cite("cite:b-1-1", "claim:x", "b", "ent:ada")),
            "SingleSource",
            "cite:b-1-1 is now in the voice of ent:ada, not ent:ben",
        ),
        (
            (ADA, cite("cite:b-1-1", "claim:z", "b", "ent:ben"), "claim:z fc:specialises claim:x ."),
            (ADA, cite("cite:b-1-1", "claim:z", "b", "ent:ben")),
            "SingleSource",
            "claim:z no longer specialises claim:x",
        ),
        (
            (ADA, unnamed("ent:someone"), cite("cite:b-1-1", "claim:x", "b", "ent:someone")),
            (ADA, unnamed("ent:someone"), cite("cite:b-1-1", "claim:x", "a", "ent:someone")),
            "SingleSource",
            "ent:someone, unnamed, now appears together with a named voice in art:a",
        ),
        ((ADA,), (), "Uncited", "cite:a-1-1 is gone"),
        ((ADA,), (ADA, DENIED), "Contested", "cite:b-1-1 is new and denies it"),
        ((ADA, BEN), (ADA, DENIED), "Contested", "cite:b-1-1 now denies it"),
        ((ADA, Y_AGAINST_X), (ADA, SAYS_Y, Y_AGAINST_X), "Contested", "claim:y, which contradicts it, is now asserted"),
        ((ADA, SAYS_Y), (ADA, SAYS_Y, "claim:x fc:contradicts claim:y ."), "Contested", "claim:y now contradicts it"),
        ((ADA, ASKED), (ADA, ASKED, SAYS_Y), "Contested", "claim:y, another answer to q:who, is now asserted"),
        ((ADA, SAYS_Y), (ADA, ASKED, SAYS_Y), "Contested", "claim:y is now another answer to q:who"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_fall_comes_with_its_reason_and_the_way_back_is_a_rise(
    before: tuple[str, ...], after: tuple[str, ...], to: str, why: str
) -> None:
    there, back = compare(before, after), compare(after, before)
    (move,) = [move for move in story(there) if move[0] == "claim:x"]
    assert (move[2], move[3]) == (to, (why,))
    assert there.falls >= 1 and there.moves[0].verb == "fall"
    (returned,) = [move for move in story(back) if move[0] == "claim:x"]
    assert returned[1:3] == (move[2], move[1]) and len(returned[3]) == 1
    assert returned[3] != move[3] and "counted differently" not in returned[3][0]


def test_claims_with_the_same_reason_are_grouped() -> None:
    more = claims("claim:w") + "claim:x fc:specialises claim:w ."
    before = graph(FRAME, more, ADA, BEN)
    after = graph(FRAME, more, ADA, cite("cite:b-1-1", "claim:x", "b", "ent:ben", restates=["cite:a-1-1"]))
    text = kb.DIFF_FORMATS["text"](kb.compare_graphs(before, after))
    assert "2 claims fall from corroborated to single-source because cite:b-1-1 now restates cite:a-1-1\n" in text


def test_what_was_added_changed_and_removed() -> None:
    before = (ADA, 'claim:x rdfs:label "It is high."@en .', claims("claim:old"))
    after = (BEN, 'claim:x rdfs:label "It is tall."@en .', claims("claim:new"))
    found = compare(before, after)
    changes = {(c.kind, c.state, kb.short_iri(c.iri)): c for c in found.changes}
    assert set(changes) == {
        ("claim", "added", "claim:new"),
        ("claim", "changed", "claim:x"),
        ("claim", "removed", "claim:old"),
        ("citation", "added", "cite:b-1-1"),
        ("citation", "removed", "cite:a-1-1"),
    }
    (difference,) = changes["claim", "changed", "claim:x"].differences
    assert (difference.removed, difference.added) == (('"It is high."@en',), ('"It is tall."@en',))
    assert found.claims == (4, 4)
    assert [change.kind for change in found.changes] == ["claim"] * 3 + ["citation"] * 2


def test_a_changed_chain_is_one_difference() -> None:
    found = compare((ADA,), (cite("cite:a-1-1", "claim:x", "a", "ent:ben", "ent:ada"),))
    (change,) = found.changes
    (difference,) = change.differences
    assert difference.predicate == iri("fc:attribution")
    assert difference.added == (f"( <{iri('art:a')}> <{iri('ent:ben')}> <{iri('ent:ada')}> )",)
    assert found.moves == ()


def test_a_different_number_of_origins_is_reported_if_the_status_is_the_same() -> None:
    third = article("c") + person("ent:cleo") + cite("cite:c-1-1", "claim:x", "c", "ent:cleo")
    assert compare((ADA, BEN, third), (ADA, BEN)).origin_changes == ((iri("claim:x"), 3, 2),)


def test_the_order_of_triples_makes_no_difference() -> None:
    whole = graph(FRAME, ADA, BEN, SAME_ORIGIN)
    turned = Graph(tuple(reversed(whole.triples)))
    found = kb.compare_graphs(whole, turned)
    assert (found.changes, found.moves, found.origin_changes) == ((), (), ())


@pytest.mark.parametrize(
    ("name", "falls"),
    [
        ("art:a", {"claim:x", "claim:y"}),
        ("a", {"claim:x", "claim:y"}),
        ("cite:a-1-1", {"claim:x"}),
        ("ent:ben", {"claim:x"}),
    ],
)
def test_retracting_shows_who_falls(name: str, falls: set[str]) -> None:
    whole = graph(FRAME, ADA, BEN, cite("cite:a-2-1", "claim:y", "a", paragraph=2))
    found = kb.retract(whole, name)
    assert {kb.short_iri(move.claim) for move in found.moves if move.falls} == falls
    assert all(reason.endswith("is withdrawn") for move in found.moves for reason in move.reasons)
    assert {change.state for change in found.changes} == {"removed"}


def test_a_relay_is_not_what_a_voice_says() -> None:
    whole = graph(FRAME, cite("cite:a-1-1", "claim:x", "a", "ent:ben", "ent:ada"))
    assert kb.retract(whole, "ent:ben").moves == ()
    assert len(kb.retract(whole, "ent:ada").moves) == 1


def test_an_unknown_name_cannot_be_retracted() -> None:
    for name in ("art:nowhere", "claim:x", "nowhere", "", "<"):
        with pytest.raises(kb.UsageError):
            kb.retract(graph(FRAME, ADA), name)


# --- the command ---------------------------------------------------------------------------------------------


def git(folder: Path, *words: str) -> str:
    """Run git as nobody in particular."""
    names = {f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **names, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(["git", "-C", str(folder), *words], env=environment, capture_output=True, check=True)
    return done.stdout.decode().strip()


def commit(folder: Path, message: str) -> str:
    """Commit everything, and return the commit."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def drop_block(base: Path, words: str) -> None:
    """Remove the block of a citation from the claims."""
    blocks = (base / CLAIMS).read_text("utf-8").split("\n\n")
    left = [block for block in blocks if f"\n{words}\n" not in f"\n{block}"]
    assert len(left) == len(blocks) - 1
    (base / CLAIMS).write_text("\n\n".join(left), "utf-8")


@pytest.fixture
def history(mybase: Path) -> tuple[Path, str, str]:
    """A base in a repository, and two commits of it; the second lacks a citation, the work tree is dirty."""
    git(mybase, "init", "-q")
    first = commit(mybase, "first")
    drop_block(mybase, "cite:mill-bridge-1-1")
    second = commit(mybase, "second")
    drop_block(mybase, "cite:mill-bridge-3-1")
    (mybase / "kb" / "scratch.ttl").write_text("", "utf-8")
    return mybase, first, second


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run the command: exit code, standard output and standard error."""
    capsys.readouterr()
    code = main(["diff", *words])
    return code, *capsys.readouterr()


def test_two_commits_are_compared_and_the_work_tree_stays(
    history: tuple[Path, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    base, first, second = history
    before = {path: path.read_bytes() for path in sorted(base.rglob("*")) if path.is_file()}
    code, said, _ = run(capsys, first, second, "--home", str(base))
    assert code == 0 and "citations  0 added, 0 changed, 1 removed" in said and "mill-bridge-1-1" in said
    assert "mill-bridge-3-1" not in said
    assert {path: path.read_bytes() for path in sorted(base.rglob("*")) if path.is_file()} == before
    assert git(base, "status", "--porcelain").splitlines() == [f"M {CLAIMS}", "?? kb/scratch.ttl"]


def test_a_commit_is_compared_with_the_current_files(
    history: tuple[Path, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    base, first, second = history
    assert "0 added, 0 changed, 2 removed" in run(capsys, first, "--home", str(base))[1]
    assert "0 added, 0 changed, 1 removed" in run(capsys, second, "--home", str(base))[1]
    assert "0 added, 0 changed, 1 removed" in run(capsys, "HEAD", "--home", str(base))[1]


def test_a_base_in_a_folder_of_a_repository(mybase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(mybase.parent, "init", "-q")
    commit(mybase.parent, "first")
    drop_block(mybase, "cite:mill-bridge-1-1")
    assert "0 added, 0 changed, 1 removed" in run(capsys, "HEAD", "--home", str(mybase))[1]


def test_folders_are_compared(mybase: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other"
    kb.init(other, source=kb.find_home())
    drop_block(other, "cite:mill-bridge-1-1")
    code, said, _ = run(capsys, str(mybase), str(other), "--format", "json")
    assert code == 0
    found = json.loads(said)
    assert [(c["kind"], c["state"]) for c in found["changes"]] == [("citation", "removed")]
    assert found["falls"] == sum(move["verb"] == "fall" for move in found["moves"])


def test_a_fall_fails_only_when_it_is_asked_to(mybase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--retract", "mill-bridge", "--home", str(mybase))
    assert run(capsys, *words)[0] == 0
    assert run(capsys, *words, "--fail-on-fall")[0] == 1
    assert run(capsys, str(mybase), str(mybase), "--fail-on-fall")[0] == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 2),
        (("HEAD", "--retract", "mill-bridge"), 2),
        (("--retract", "nothing"), 2),
        (("no-such-commit",), 2),
        (("--", "--output=x"), 2),
        (("HEAD^{tree}",), 2),
    ],
)
def test_what_cannot_be_compared_is_a_usage_error(
    history: tuple[Path, str, str], words: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "--home", str(history[0]), *words)[0] == code


def test_a_branch_may_have_the_name_of_a_folder(
    history: tuple[Path, str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    base, first, _ = history
    git(base, "branch", "shapes", first)
    monkeypatch.chdir(base)
    assert "0 added, 0 changed, 2 removed" in run(capsys, "shapes", "--home", ".")[1]
    assert run(capsys, "corpus", "--home", ".")[0] == 2


def test_a_commit_without_a_repository_is_a_usage_error(mybase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, complaint = run(capsys, "HEAD", "--home", str(mybase))
    assert code == 2 and "neither a folder with a base nor a commit; the base is in no git repository" in complaint


def test_a_commit_with_malformed_turtle_exits_with_3(mybase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sound = (mybase / CLAIMS).read_bytes()
    git(mybase, "init", "-q")
    (mybase / CLAIMS).write_text("no Turtle\n", "utf-8")
    commit(mybase, "broken")
    (mybase / CLAIMS).write_bytes(sound)
    code, _, complaint = run(capsys, "HEAD", "--home", str(mybase))
    assert code == 3 and f"HEAD:{CLAIMS}:1" in complaint


def test_an_old_commit_may_use_terms_that_were_removed(mybase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(mybase, "init", "-q")
    path = mybase / CLAIMS
    sound = path.read_text("utf-8")
    path.write_text(sound + "<urn:x> <https://w3id.org/factcite/ns#gone> <urn:y> .\n", "utf-8")
    commit(mybase, "old")
    path.write_text(sound, "utf-8")
    assert run(capsys, "HEAD", "--home", str(mybase))[0] == 0


def test_hostile_labels_are_escaped_in_every_format() -> None:
    hostile = "\\u001b[31m <script>alert(1)</script> [x](javascript:y) | `@someone` \\u202e ::error::"
    label = f'claim:x rdfs:label "{hostile}"@en .'
    found = kb.compare_graphs(graph(FRAME), graph(FRAME, label, ADA))
    text, markdown = kb.DIFF_FORMATS["text"](found), kb.DIFF_FORMATS["markdown"](found)
    for written in (text, markdown):
        assert "\x1b" not in written and "\u202e" not in written and "alert" in written
    assert "<script" not in markdown and "](" not in markdown and "@someone" not in markdown
    assert json.loads(kb.DIFF_FORMATS["json"](found))["moves"][0]["label"].startswith("\x1b")


def test_markdown_stays_below_the_limit_of_github() -> None:
    many = claims(*(f"claim:number-{number}-with-a-rather-long-name-to-fill-the-page" for number in range(3000)))
    written = kb.DIFF_FORMATS["markdown"](kb.compare_graphs(graph(FRAME), graph(FRAME, many)))
    assert len(written) < 65_536 and "more lines" in written and written.rstrip().endswith("</details>")


def test_the_same_two_bases_give_the_same_output(mybase: Path) -> None:
    base = kb.load_kb(mybase)
    shuffled = Graph(tuple(sorted(base.graph.triples, key=str)))
    for name, write in kb.DIFF_FORMATS.items():
        one, other = (write(kb.retract(each, "mill-bridge", prefixes=base.prefixes)) for each in (base.graph, shuffled))
        assert one == other, name


def test_an_uncited_claim_turns_when_it_is_asserted_and_denied_at_once() -> None:
    turn = compare((), (cite("cite:a-1-1", "claim:x", "a", "ent:ada", stance="fc:denies"), BEN))
    assert turn.moves[0].verb == "turn" and turn.falls == 0
    assert "1 claim turns from uncited to contested because" in kb.DIFF_FORMATS["text"](turn)
