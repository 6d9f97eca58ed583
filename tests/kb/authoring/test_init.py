"""`kb init`: a base of one's own that passes its own check, or nothing at all."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from kb.authoring.init import TEMPLATE, init
from kb.errors import UsageError
from kb.home import find_home
from kb.model.knowledge_base import load_kb
from kb.rdf.turtle import read_turtle
from kb.sparql.saved import saved_queries
from kb.text import digest_bytes
from kb.vocab import PREFIXES
from tests.players.kill import files, kill_init

ROUNDS = 15
"""How often a run is killed."""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A base fresh from `init`."""
    target = tmp_path / "mybase"
    init(target, source=find_home())
    return target


def test_the_new_base_has_the_rooms_and_says_which_files_it_made(tmp_path: Path) -> None:
    made = init(tmp_path / "mybase", source=find_home())
    assert {path.relative_to(tmp_path / "mybase").as_posix() for path in made} == set(files(tmp_path / "mybase"))
    home = find_home(tmp_path / "mybase")
    assert [home.name(path) for path in home.data_files()] == [
        "corpus/mill-bridge.ttl",
        "kb/claims/mill-bridge.ttl",
        "kb/entities.ttl",
        "kb/questions.ttl",
        "kb/vocabulary.ttl",
    ]
    assert home.shape_files()


def test_the_example_is_the_base_s_own(base: Path) -> None:
    kb = load_kb(base)
    theirs = [PREFIXES[name] for name in ("art", "cite", "claim", "ent", "q", "rel")]
    subjects = {subject for file in kb.files for subject in file.document.lines}
    assert not [subject for subject in subjects if subject.startswith(tuple(theirs))]
    assert any(subject.startswith("https://example.org/mybase/claim/") for subject in subjects)


def test_the_vocabulary_has_every_shipped_term_and_the_example_s_relations(base: Path) -> None:
    def subjects(path: Path) -> set[str]:
        return set(read_turtle(path.read_bytes(), source=path.name).lines)

    shipped = {name for name in subjects(find_home().kb / "vocabulary.ttl") if not name.startswith(PREFIXES["rel"])}
    own = subjects(TEMPLATE / "kb/vocabulary.ttl")
    assert subjects(base / "kb/vocabulary.ttl") == shipped | own


def test_the_example_text_is_the_one_that_was_recorded(base: Path) -> None:
    text = (base / "corpus/texts/mill-bridge.txt").read_bytes()
    assert digest_bytes(text) in (base / "corpus/mill-bridge.ttl").read_text("utf-8")


def test_no_question_names_the_shipped_base_s_data(base: Path) -> None:
    home = find_home(base)
    questions = saved_queries(home)
    assert {question.name for question in questions} <= {question.name for question in saved_queries(find_home())}
    assert questions
    named = re.compile(r"(?<![\w:])(?:art|cite|claim|ent|q|rel):\w")
    assert [param for question in questions for param in question.params if named.match(param.default or "")] == []
    assert [question.name for question in questions if named.search(re.sub(r"(?m)^#.*", "", question.text))] == []


def test_a_question_about_the_shipped_base_s_data_stays_there(tmp_path: Path) -> None:
    init(tmp_path / "theirs", source=find_home())
    folder = tmp_path / "theirs/kb/queries"
    (folder / "old.rq").write_text("SELECT * WHERE { ?c <https://w3id.org/factcite/rel#built> ent:bridge }", "utf-8")
    (folder / "new.rq").write_text("# param x iri ent:bridge a thing\nSELECT * WHERE { ?c ?p ?x }", "utf-8")
    init(tmp_path / "mybase", source=find_home(tmp_path / "theirs"))
    made = tmp_path / "mybase/kb/queries"
    assert not (made / "old.rq").exists()
    assert (made / "new.rq").read_text("utf-8").startswith("# param x iri - a thing\n")


def test_two_bases_are_the_same_bytes(tmp_path: Path) -> None:
    init(tmp_path / "one", source=find_home())
    init(tmp_path / "two", source=find_home())
    assert files(tmp_path / "one") == files(tmp_path / "two")


@pytest.mark.parametrize("taken", ["file", "folder", "link"])
def test_what_is_there_already_is_left_alone(tmp_path: Path, taken: str) -> None:
    target = tmp_path / "mybase"
    if taken == "file":
        target.write_text("mine")
    elif taken == "folder":
        target.mkdir()
        (target / "notes.txt").write_text("mine")
    else:
        target.symlink_to(tmp_path / "nowhere")
    before = files(tmp_path)
    with pytest.raises(UsageError):
        init(target, source=find_home())
    assert files(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mybase"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    target = tmp_path / "mybase"
    target.mkdir()
    init(target, source=find_home())
    assert find_home(target).shape_files()


def test_the_folder_one_is_in_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError):
        init(Path("."), source=find_home())
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_kill_in_the_middle_leaves_all_or_nothing(tmp_path: Path) -> None:
    """Some rounds of `python -m tests.players.kill`."""
    found = kill_init(tmp_path, ROUNDS)
    assert found.broken == ()
    assert found.killed, "not one run was caught in the middle"
