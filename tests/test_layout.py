"""The tests mirror the code, and the paths that the guide for contributors names exist."""

from __future__ import annotations

import re

import pytest

from tests.support.paths import ROOT

ACROSS = {
    "tests/kb/cli/test_kill.py": "every command that writes, killed",
    "tests/kb/model/test_counts.py": "counts of origins that are too high: cases that fail until the model changes",
    "tests/kb/rdf/test_turtle_w3c.py": "the W3C's cases for Turtle",
    "tests/kb/report/test_writers.py": "every writer of the report, on the same reports",
    "tests/kb/shacl/test_shapes.py": "the shapes of this repository, and their cases",
    "tests/kb/sparql/test_formats.py": "answers, read back by readers that did not write them",
    "tests/kb/sparql/test_twenty_questions.py": "saved queries over the real base",
    "tests/kb/validation/test_real_base.py": "the check of the real base",
    "tests/kb/validation/test_seeded_defects.py": "a base with a defect for every rule",
    "tests/kb/verification/test_drift.py": "a sample of real edits, and the benchmark of them",
    "tests/webapp/answer/test_graph_browser.py": "the graph, in a browser",
    "tests/webapp/endpoint/test_answers.py": "answers of the endpoint, read back in every format",
    "tests/webapp/engine/test_spreadsheet.py": "answers that a spreadsheet opens",
    "tests/webapp/engine/test_streaming.py": "answers in pieces, through pool, worker and endpoint",
    "tests/webapp/pages/test_axe.py": "every page, by axe",
    "tests/webapp/pages/test_browser.py": "every page, in a browser",
    "tests/webapp/pages/test_data.py": "the data of every page",
    "tests/webapp/test_frontend.py": "the scripts of the editor",
    "tests/webapp/test_webapp.py": "the site as a whole",
    "tests/webapp/things/test_texts_browser.py": "marked texts, in a browser",
    "tests/webapp/words/test_language_browser.py": "languages, in a browser",
}
"""Tests that are about several modules, or about data: what each is about."""


def test_each_test_of_a_module_is_where_the_module_is() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for package in ("kb", "webapp")
        for path in (ROOT / "tests" / package).rglob("test_*.py")
    }
    alone = {name for name in found if not (ROOT / re.sub(r"^tests/(.*/)test_", r"\1", name)).is_file()}
    assert alone == set(ACROSS), "name the test after its module, or say above what it is about"


GUIDE = ROOT / ".github/CONTRIBUTING.md"


@pytest.mark.skipif(not GUIDE.is_file(), reason="no checkout: the guide is not here")
def test_each_path_that_contributors_read_exists() -> None:
    named = set(re.findall(r"`((?:[\w.-]+/)+[\w.-]*)`", GUIDE.read_text("utf-8")))
    assert len(named) > 10
    missing = sorted(name for name in named if not (ROOT / name).exists())
    assert [name for name in missing if not name.startswith(("build/", "../shared/"))] == []
