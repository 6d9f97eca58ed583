"""The `kb` command from outside: exit codes, messages, files written, nothing lost, no traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kb
from kb.cli.main import main

CLAIMS = "kb/claims/mill-bridge.ttl"


def run(*words: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run `kb` as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "kb.cli", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(kb.find_home().root), **(env or {})},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_check_prints_a_report_and_exits_0(mybase: Path) -> None:
    done = run("check", "--home", str(mybase))
    assert (done.returncode, done.stderr) == (0, "")
    assert "exact" in done.stdout and done.stdout.endswith("result     No problems found (exit 0)\n")


def test_exit_codes_are_kept(mybase: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = ["--home", str(mybase)]
    claims = mybase / CLAIMS
    sound = claims.read_text("utf-8")
    claims.write_text(sound.replace("    fc:kind fc:Denial ;\n", ""), "utf-8")
    assert main(["check", *home]) == 1
    claims.write_text(sound + "x", "utf-8")
    assert main(["check", *home]) == 3
    assert main(["export", *home]) == 3
    assert main(["query", "claims-by-status", *home]) == 3
    claims.unlink()
    assert main(["check", *home]) == 4
    assert main(["check", "--home", str(tmp_path / "nowhere")]) == 3
    assert main(["check", "--texts", str(tmp_path / "nowhere"), *home]) == 2
    assert main(["query", "nope", *home]) == 2
    capsys.readouterr()
    for words in ([], ["nope"], ["check", "--format", "xml"], ["cite", "x"]):
        with pytest.raises(SystemExit) as left:
            main(words)
        assert left.value.code == 2
    assert "usage: kb" in capsys.readouterr().err


def test_a_message_says_what_where_and_what_next(mybase: Path) -> None:
    with (mybase / CLAIMS).open("a", encoding="utf-8") as file:
        file.write("cite:x a fc:Clam .\n")
    lines = (mybase / CLAIMS).read_text("utf-8").count("\n")
    done = run("export", "--home", str(mybase))
    assert done.returncode == 3 and done.stdout == ""
    assert done.stderr == (
        f"kb: {CLAIMS}:{lines}:10: fc:Clam is not a term of the vocabulary\n  help: did you mean fc:Claim?\n"
    )


def test_output_goes_to_a_file_whole(mybase: Path, tmp_path: Path) -> None:
    for name, words in {
        "report.json": ["check", "--format", "json"],
        "report.ttl": ["check", "--format", "turtle"],
        "base.ttl": ["export"],
        "base.nq": ["export", "--format", "nquads"],
    }.items():
        target = tmp_path / name
        assert main([*words, "--home", str(mybase), "--output", str(target)]) == 0
        assert target.stat().st_size > 100
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["conforms"] is True
    assert main(["export", "--home", str(mybase), "--output", str(tmp_path / "no" / "base.ttl")]) == 3


def test_query_in_three_formats(mybase: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    home = ["--home", str(mybase)]
    assert main(["query", "claims-by-status", *home]) == 0
    assert capfdbinary.readouterr().out.decode().splitlines()[0].startswith("status")
    assert main(["query", "claims-by-status", "--format", "csv", *home]) == 0
    assert capfdbinary.readouterr().out.decode().startswith("status,meaning,claims\r\n")
    assert main(["query", "claims-by-status", "--format", "json", *home]) == 0
    assert json.loads(capfdbinary.readouterr().out)["head"]["vars"] == ["status", "meaning", "claims"]


def test_query_runs_a_file_and_binds_prefixed_names_of_the_base(
    mybase: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    question = tmp_path / "mine.rq"
    question.write_text(
        "# title: mine?\n# param article iri - which\nSELECT (COUNT(?p) AS ?n) WHERE { ?p dcterms:isPartOf ?article }\n"
    )
    words = ["query", str(question), "--home", str(mybase), "--format", "csv"]
    assert main([*words, "--param", "article=art:mill-bridge"]) == 0
    assert int(capfd.readouterr().out.split()[1]) > 5
    assert main(words) == 2
    assert "--param article=" in capfd.readouterr().err
    assert main([*words, "--param", "article=art:a", "--param", "article=art:b"]) == 2
    assert "--param article: given twice" in capfd.readouterr().err
    question.write_text("SELECT * WHERE { SERVICE <http://127.0.0.1:9/> {} }")
    assert main(words) == 1
    assert f"kb: {question}:1:18: SERVICE" in capfd.readouterr().err
    question.write_text("\ufeff# title: from an editor that marks its files\nASK {}", "utf-8")
    assert main(words) == 0


def test_query_without_a_name_lists_the_questions(mybase: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "--home", str(mybase)]) == 0
    out = capfd.readouterr().out
    assert "claims-by-article" in out and "page-" not in out


def test_stats_counts_what_is_there(mybase: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["stats", "--home", str(mybase)]) == 0
    out = capfd.readouterr().out
    assert "art:mill-bridge" in out and "12 citations: 12 exact, 0 failed, 0 not checked" in out
    assert main(["stats", "--home", str(mybase), "--format", "json"]) == 0
    content = json.loads(capfd.readouterr().out)
    assert content["citations"]["exact"] == 12
    (row,) = content["tables"]["stats-paragraphs"]["results"]["bindings"]
    assert int(row["paragraphs"]["value"]) == 8 and int(row["not_covered"]["value"]) == 0


def test_fmt_repairs_and_check_only_tells(mybase: Path, capfd: pytest.CaptureFixture[str]) -> None:
    home = ["--home", str(mybase)]
    assert main(["fmt", "--check", *home]) == 0
    sound = (mybase / CLAIMS).read_bytes()
    messy = sound.replace(b"    oa:end", b"\toa:end")
    (mybase / CLAIMS).write_bytes(messy)
    assert main(["fmt", "--check", *home]) == 1
    assert (mybase / CLAIMS).read_bytes() == messy
    assert "would change" in capfd.readouterr().out
    assert main(["fmt", *home]) == 0
    assert (mybase / CLAIMS).read_bytes() == sound
    assert main(["fmt", "--check", *home]) == 0


def test_fmt_writes_nothing_when_one_file_is_refused(mybase: Path) -> None:
    claims, questions = mybase / CLAIMS, mybase / "kb/questions.ttl"
    claims.write_bytes(claims.read_bytes().replace(b"    oa:end", b"\toa:end"))
    questions.write_bytes(questions.read_bytes() + b"<urn:x> a <urn:y> ; # why\n .\n")
    before = claims.read_bytes(), questions.read_bytes()
    assert main(["fmt", "--home", str(mybase)]) == 3
    assert (claims.read_bytes(), questions.read_bytes()) == before


def test_add_then_update(mybase: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("A town by a river\n\nThe river floods each spring.\n", "utf-8")
    words = ["add", str(text), "--slug", "river-town", "--home", str(mybase)]
    assert main(words) == 0
    record = mybase / "corpus" / "river-town.ttl"
    written = record.read_bytes()
    assert b"# TODO" in written and b"floods" not in written
    assert "left for you" in capfd.readouterr().out
    assert main(words) == 3
    assert "--update" in capfd.readouterr().err and record.read_bytes() == written
    text.write_text("A town by a river\n\nThe river floods each winter.\n", "utf-8")
    assert main([*words, "--update"]) == 0
    assert record.read_bytes() != written
    assert main(["fmt", "--check", "--home", str(mybase)]) == 0
    assert main(["add", str(text), "--slug", "No Slug", "--home", str(mybase)]) == 2


def test_cite_prints_a_block_that_the_check_accepts(mybase: Path, capfd: pytest.CaptureFixture[str]) -> None:
    words = ["cite", "mill-bridge", "5", "the oldest over the Lessel", "--home", str(mybase)]
    assert main(words) == 0
    block = capfd.readouterr().out
    assert "oa:start" in block and "sha256:" in block and "oldest" not in block
    assert main(["cite", "mill-bridge", "5", "the", "--home", str(mybase)]) == 1
    assert "--nth" in capfd.readouterr().err
    assert main(["cite", "mill-bridge", "5", "the newest over the Lessel", "--home", str(mybase)]) == 1


def test_no_traceback_reaches_a_user(mybase: Path, capfd: pytest.CaptureFixture[str]) -> None:
    record = mybase / "corpus" / "mill-bridge.ttl"
    for damage in (b"\xff\xfe", b"", b"@prefix", b"<a> <b> <c> ."):
        record.write_bytes(damage)
        for words in (["check"], ["export"], ["query", "reporters"], ["fmt"], ["cite", "mill-bridge", "1", "x"]):
            code = main([*words, "--home", str(mybase)])
            said = capfd.readouterr()
            assert "Traceback" not in said.err + said.out, words
            assert code in (0, 1, 2, 3, 4)
    done = run("check", "--home", str(mybase))
    assert "Traceback" not in done.stderr + done.stdout and done.returncode in (0, 1, 2, 3, 4)


def test_a_reader_that_leaves_early_is_no_error(mybase: Path) -> None:
    script = f'"{sys.executable}" -m kb.cli export --home "{mybase}" | head -c 100 >/dev/null; echo ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=kb.find_home().root, timeout=60)
    assert "Traceback" not in done.stderr and done.stderr == ""


@pytest.mark.parametrize("words", [["check"], ["query"], ["export"], ["verify", "--format", "json"]])
def test_an_output_that_is_closed_or_full_is_told_in_a_line(mybase: Path, words: list[str]) -> None:
    command = " ".join([f'"{sys.executable}" -m kb.cli', *words, "--home", f'"{mybase}"'])
    for where, code, said in ((">&-", 0, ""), ("2>&-", 0, ""), (">/dev/full", 3, "kb: the output cannot be written: ")):
        done = subprocess.run(
            ["bash", "-c", f"{command} {where}"], capture_output=True, text=True, cwd=kb.find_home().root, timeout=60
        )
        assert (done.returncode, done.stderr[: len(said)]) == (code, said), (where, done.stderr)
        assert done.stderr.count("\n") <= 1


def test_a_value_that_python_cannot_hold_is_none_of_the_terminal_s_business(mybase: Path) -> None:
    with (mybase / "kb/entities.ttl").open("a", encoding="utf-8") as file:
        file.write('\nent:x\n    rdfs:comment "12345-01-01"^^<http://www.w3.org/2001/XMLSchema#date> ;\n    .\n')
    done = run("check", "--home", str(mybase))
    assert (done.returncode, done.stderr) == (0, "")


def test_what_a_terminal_cannot_show_is_spelt_out(mybase: Path) -> None:
    done = run("query", "--home", str(mybase), env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0 and "--param claim=\\u2026" in done.stdout


LONG = "a" * 500


@pytest.mark.parametrize(
    "words",
    [
        ["check", "--home", LONG],
        ["check", "--texts", LONG],
        ["check", "--output", LONG],
        ["check", "--baseline", LONG],
        ["query", LONG],
        ["diff", LONG],
        ["init", LONG],
    ],
)
def test_a_name_that_the_system_refuses_is_told_in_a_line(
    words: list[str], monkeypatch: pytest.MonkeyPatch, mybase: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(mybase)
    home = ["--home", "."] if words[0] not in ("init", "mutate") and "--home" not in words else []
    assert main([*words, *home]) == 3
    said = capsys.readouterr().err
    assert said.startswith("kb: ") and LONG in said and "File name too long" in said


def test_a_moment_that_is_none_is_refused(mybase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for moment in ("soon", "-1e9", str(10**12), str(10**18)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SOURCE_DATE_EPOCH", moment)
            assert main(["check", "--home", str(mybase)]) == 2
        assert "SOURCE_DATE_EPOCH" in capsys.readouterr().err


def test_a_wrong_source_root_is_told_before_anything_is_written(mybase: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    words = ["check", "--home", str(mybase), "--baseline", str(known), "--write-baseline"]
    assert main([*words, "--source-root", str(mybase / "corpus")]) == 2
    assert not known.exists()


def test_output_goes_through_a_link_and_into_a_pipe(mybase: Path, tmp_path: Path) -> None:
    words = ["export", "--home", str(mybase), "--output"]
    plain, link, pipe = (tmp_path / name for name in ("plain", "link", "pipe"))
    assert main([*words, str(plain)]) == 0
    link.symlink_to("linked")
    assert main([*words, str(link)]) == 0
    assert link.is_symlink() and (tmp_path / "linked").read_bytes() == plain.read_bytes()
    assert main([*words, str(link)]) == 0, "once more, now that the file is there"
    assert link.is_symlink()
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        assert main([*words, str(pipe)]) == 0
        assert reader.stdout is not None and reader.stdout.read() == plain.read_bytes()
    assert pipe.is_fifo()


@pytest.mark.parametrize("name", ["two words, 100%", "two\nlines", 'qu"ote', os.fsdecode(b"no-utf-8-\xff")])
def test_a_file_may_have_any_name(mybase: Path, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    record, claims = mybase / "corpus" / f"{name}.ttl", mybase / "kb/claims" / f"{name}.ttl"
    (mybase / "corpus/mill-bridge.ttl").rename(record)
    (mybase / CLAIMS).rename(claims)
    (mybase / "corpus/texts/mill-bridge.txt").rename(mybase / "corpus/texts" / f"{name}.txt")
    home = ["--home", str(mybase)]
    for words in (
        *(["check", "--format", form] for form in kb.REPORT_FORMATS),
        *(["export", "--format", form] for form in kb.EXPORT_FORMATS),
        *(["verify", "--format", form, "--all"] for form in ("text", "json")),
        *(["diff", str(mybase), "--format", form] for form in kb.DIFF_FORMATS),
        ["query", "claims-by-status"],
        ["stats"],
        ["fmt", "--check"],
        ["export", "--article", name],
    ):
        assert main([*words, *home]) == 0, words
    head = capfd.readouterr().out.rpartition("# One article of a Factcite knowledge base: ")[2]
    assert head.splitlines()[1].startswith("# Nothing here"), "the name makes no line of its own"


def test_what_an_editor_hides_beside_a_file_is_left_alone(mybase: Path, capfd: pytest.CaptureFixture[str]) -> None:
    home = ["--home", str(mybase)]
    assert main(["query", *home]) == 0
    questions = capfd.readouterr().out
    for folder in ("corpus", "shapes", "kb", "kb/claims", "kb/queries"):
        for name in (".#lock.ttl", ".#lock.rq"):
            (mybase / folder / name).symlink_to("nowhere")
        (mybase / folder / "._copied.ttl").write_bytes(b"\x00\xff")
    assert main(["query", *home]) == 0
    assert capfd.readouterr().out == questions
    for words in (
        ["check"],
        ["cite", "mill-bridge", "5", "the oldest over the Lessel"],
        ["fmt", "--check"],
        ["diff", "."],
    ):
        assert main([*words, *home]) == 0, words


@pytest.mark.parametrize(
    ("room", "word"),
    [
        ("corpus", "export"),
        ("kb/claims", "export"),
        ("kb/claims", "check"),
        ("kb/queries", "query"),
        ("shapes", "check"),
    ],
)
def test_a_room_that_cannot_be_read_is_not_taken_for_an_empty_one(
    mybase: Path, room: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(mybase / room)
    (mybase / room).symlink_to((mybase / room).name)  # which leads to itself
    assert main([word, "--home", str(mybase)]) == 3
    assert capsys.readouterr().err.startswith(f"kb: {mybase}")


def test_texts_also_come_from_the_environment(mybase: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "mine"
    elsewhere.mkdir()
    (mybase / "corpus/texts/mill-bridge.txt").rename(elsewhere / "mill-bridge.txt")
    assert "0 exact" in run("check", "--home", str(mybase)).stdout
    assert "0 not checked" in run("check", "--home", str(mybase), env={"KB_TEXTS": str(elsewhere)}).stdout


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    out = capsys.readouterr().out
    for name in ("check", "query", "export", "add", "cite", "fmt", "init", "serve"):
        assert f"    {name} " in out
        if name != "serve":
            with pytest.raises(SystemExit) as left:
                main([name, "--help"])
            assert left.value.code == 0
            assert "usage: kb " + name in capsys.readouterr().out
