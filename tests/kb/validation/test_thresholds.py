"""Coverage floors: a figure below one fails, a floor can be raised to a figure above it, and is never lowered."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import kb
from kb.cli.main import main
from kb.finding import CitationsChecked, Coverage

CLAIMS = "kb/claims/mill-bridge.ttl"
RECORD = "corpus/mill-bridge.ttl"
TEXT = "corpus/texts/mill-bridge.txt"
FLOORS = "corpus/floors.toml"


def floors(base: Path) -> dict[str, object]:
    """The floors of a base, as written in its file."""
    return tomllib.loads((base / FLOORS).read_text("utf-8"))


def codes(report: kb.Report) -> list[str]:
    """The rule codes found."""
    return [finding.code for finding in report.findings]


def check(base: Path, *words: str) -> int:
    """The exit code of `kb check` on a base."""
    return main(["check", "--home", str(base), *words])


def test_without_floors_there_is_nothing_to_fall_below(mybase: Path) -> None:
    report = kb.check(mybase)
    assert report.exit_code == 0 and report.coverage is not None
    assert 0 < report.coverage.covered <= report.coverage.paragraphs
    assert not (mybase / FLOORS).exists()


def test_raising_writes_what_was_reached_and_the_check_holds_it(mybase: Path) -> None:
    assert check(mybase, "--raise-floors") == 0
    coverage = kb.check(mybase).coverage
    assert coverage is not None
    assert floors(mybase) == {
        "paragraphs-covered": coverage.covered / coverage.paragraphs,
        "citations-exact": 1.0,
        "claims-with-two-origins": coverage.two_origins,
    }
    report = kb.check(mybase)
    assert report.exit_code == 0 and FLOORS in [file.name for file in report.files]


def test_below_a_floor_is_a_finding_with_the_figure_and_the_line(mybase: Path) -> None:
    (mybase / FLOORS).write_text("# ours\n\nclaims-with-two-origins = 99\n", "utf-8")
    report = kb.check(mybase)
    assert report.exit_code == 1 and report.coverage is not None
    (finding,) = report.findings
    assert (finding.code, finding.file, finding.line) == ("FC973", FLOORS, 3)
    assert finding.message.startswith(f"{report.coverage.two_origins} claims") and "99" in finding.message


def test_a_paragraph_that_loses_its_citation_falls_below(mybase: Path) -> None:
    assert check(mybase, "--raise-floors") == 0
    path = mybase / CLAIMS
    blocks = path.read_text("utf-8").split("\n\n")
    last = [block for block in blocks if "art:mill-bridge-p5" not in block]
    assert len(last) < len(blocks)
    path.write_text("\n\n".join(last) + "\n", "utf-8")
    assert "FC971" in codes(kb.check(mybase))


def test_a_citation_that_is_no_longer_exact_falls_below(mybase: Path) -> None:
    assert check(mybase, "--raise-floors") == 0
    text = mybase / TEXT
    text.write_text(text.read_text("utf-8").replace("two years", "six years"), "utf-8")
    assert {"FC921", "FC972"} <= set(codes(kb.check(mybase)))


def test_where_no_citation_could_be_checked_the_floor_is_reported_as_not_checked(mybase: Path) -> None:
    assert check(mybase, "--raise-floors") == 0
    before = (mybase / FLOORS).read_bytes()
    (mybase / TEXT).unlink()
    report = kb.check(mybase)
    assert report.exit_code == 0
    assert any("citations-exact was not checked" in sentence for sentence in report.unchecked)
    assert check(mybase, "--raise-floors") == 0
    assert (mybase / FLOORS).read_bytes() == before


def test_floors_rise_and_never_fall_and_nothing_else_in_the_file_changes(mybase: Path) -> None:
    path = mybase / FLOORS
    path.write_text("# what we reached\nparagraphs-covered = 0.1 # low\nclaims-with-two-origins = 40\n", "utf-8")
    assert check(mybase, "--raise-floors") == 1, "two origins are below their floor, and stay so"
    coverage = kb.check(mybase).coverage
    assert coverage is not None
    share = coverage.covered / coverage.paragraphs
    assert path.read_text("utf-8").splitlines() == [
        "# what we reached",
        f"paragraphs-covered = {share} # low",
        "claims-with-two-origins = 40",
        "citations-exact = 1.0",
    ]


def test_floors_in_pyproject_come_first_and_the_rest_of_it_stands(mybase: Path) -> None:
    project = mybase / "pyproject.toml"
    rest = "\n[tool.other]\nclaims-with-two-origins = 77  # not ours\n"
    project.write_text('[project]\nname = "x"\n\n[tool.factcite.floors]\ncitations-exact = 0.5\n' + rest, "utf-8")
    (mybase / FLOORS).write_text("claims-with-two-origins = 99\n", "utf-8")
    assert check(mybase, "--raise-floors") == 0
    text = project.read_text("utf-8")
    assert tomllib.loads(text)["tool"]["factcite"]["floors"]["citations-exact"] == 1.0
    assert set(tomllib.loads(text)["tool"]["factcite"]["floors"]) == {
        "paragraphs-covered", "citations-exact", "claims-with-two-origins"
    }  # fmt: skip
    assert text.endswith(rest) and text.startswith('[project]\nname = "x"\n')
    assert (mybase / FLOORS).read_text("utf-8") == "claims-with-two-origins = 99\n"


def test_a_pyproject_without_floors_leaves_them_to_the_corpus(mybase: Path) -> None:
    (mybase / "pyproject.toml").write_text('[project]\nname = "x"\n', "utf-8")
    (mybase / FLOORS).write_text("claims-with-two-origins = 99\n", "utf-8")
    assert codes(kb.check(mybase)) == ["FC973"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("paragraphs-covered = \n", 1),
        ("\nparagraphs-covered = 1.01\n", 2),
        ("citations-exact = -0.1\n", 1),
        ("citations-exact = nan\n", 1),
        ("citations-exact = '1'\n", 1),
        ("citations-exact = true\n", 1),
        ("claims-with-two-origins = 2.5\n", 1),
        ("claims-with-two-origins = -1\n", 1),
        ("claims = 3\n", 1),
        (f"claims-with-two-origins = {'1' * 5000}\n", None),
        (f"claims = {'[' * 5000}{']' * 5000}\n", None),
    ],
)
def test_malformed_floors_are_exit_3_and_are_not_written_over(mybase: Path, text: str, line: int | None) -> None:
    (mybase / FLOORS).write_text(text, "utf-8")
    report = kb.check(mybase)
    assert report.exit_code == 3
    assert [(finding.code, finding.file, finding.line) for finding in report.findings] == [("FC974", FLOORS, line)]
    assert check(mybase, "--raise-floors") == 3
    assert (mybase / FLOORS).read_text("utf-8") == text


def test_the_written_share_is_never_above_what_was_measured(mybase: Path) -> None:
    home = kb.find_home(mybase)
    for covered, paragraphs in ((2, 3), (1, 7), (82, 83), (29, 100), (57, 100), (1, 1)):
        (mybase / FLOORS).unlink(missing_ok=True)
        kb.raise_floors(home, Coverage(paragraphs, covered, 0), CitationsChecked())
        share = floors(mybase)["paragraphs-covered"]
        assert isinstance(share, float)
        assert covered / paragraphs - 0.0001 < share <= covered / paragraphs
