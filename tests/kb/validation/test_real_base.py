"""The real base, checked on the real articles if they are available."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import kb

pytestmark = pytest.mark.articles


def test_every_citation_is_exact(articles: Path) -> None:
    report = kb.check(texts=[articles])
    assert report.findings == ()
    assert report.exit_code == 0
    assert report.citations.total > 0
    assert report.citations.exact == report.citations.total


def test_every_article_is_recorded(articles: Path) -> None:
    base = kb.load_kb()
    recorded = {iri.rpartition("/")[2] for iri in base.graph.instances(kb.FC.Article)}
    assert recorded == {path.stem for path in articles.glob("*.txt")}
    assert len(base.graph.instances(kb.FC.Paragraph)) == 83


def test_one_changed_character_fails_the_citations_over_it(articles: Path, tmp_path: Path) -> None:
    for path in articles.glob("*.txt"):
        shutil.copy(path, tmp_path / path.name)
    copy = tmp_path / "odd-bedfellows.txt"
    text = copy.read_text("utf-8")
    lines = [line for line in text.split("\n") if line.strip()]
    at = text.index(lines[12]) + 60  # a character of paragraph 13, where citations begin at 27 and end at 84
    copy.write_text(text[:at] + ("x" if text[at] != "x" else "y") + text[at + 1 :], "utf-8")
    before, after = kb.check(texts=[articles]), kb.check(texts=[tmp_path])
    assert 0 < after.citations.failed < 6
    assert after.citations.failed + after.citations.exact == before.citations.exact
    failed = {finding.focus for finding in after.findings if finding.code == "FC921"}
    assert all("/odd-bedfellows-13-" in iri for iri in failed)


def test_without_texts_all_citations_are_not_checked() -> None:
    base = kb.find_home()
    if any(base.texts.glob("*.txt")):
        pytest.skip("a reader's own copies lie in corpus/texts, so there is something to check")
    report = kb.check()
    assert report.exit_code == 0
    assert report.citations.not_checked == report.citations.total > 0
