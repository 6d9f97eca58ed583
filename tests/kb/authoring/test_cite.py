"""`kb cite`: the span is counted, several places are shown, and nothing is guessed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kb.authoring.add import add
from kb.authoring.cite import CitePlace, cite, find_words
from kb.errors import ArticleError, CiteError, UsageError
from kb.home import Home, find_home
from kb.rdf.graph import Graph
from kb.rdf.turtle import read_turtle
from kb.text import TextParagraph, digest
from kb.vocab import FC, OA, PREFIXES, PROV, RDF

ART, CITE = PREFIXES["art"], PREFIXES["cite"]
TEXT = """\
The bridge of Tamber is open, and the mayor’s speech was short.
The river is wide. The river is deep. The “Old Mill” stands by the river.
마을 사람들이 새 다리를 지었습니다. 다리는 튼튼합니다.
"""
RIVER = TextParagraph(1, "The river is wide. The river is deep.", 0)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A base with one recorded article and a reader's copy of it."""
    for room in ("corpus/texts", "shapes", "kb/claims"):
        (tmp_path / room).mkdir(parents=True)
    (tmp_path / "corpus/texts/tamber.txt").write_text(TEXT, "utf-8")
    base = find_home(tmp_path)
    add(base, tmp_path / "corpus/texts/tamber.txt", slug="tamber")
    return base


def read(turtle: str) -> Graph:
    """What a skeleton says."""
    return Graph.of(read_turtle(turtle.encode(), source="skeleton").triples)


class TestFindWords:
    def test_words_that_stand_once(self) -> None:
        assert find_words(RIVER, "is wide") == CitePlace(10, 17, digest("is wide"))

    def test_white_space_is_normalised_and_nothing_else(self) -> None:
        assert find_words(RIVER, " is\u00a0 wide\n") == find_words(RIVER, "is wide")
        with pytest.raises(CiteError):
            find_words(RIVER, "Is wide")

    def test_words_that_stand_twice_show_each_place(self) -> None:
        with pytest.raises(CiteError, match="2 times") as error:
            find_words(RIVER, "The river")
        assert "characters 0 to 9" in str(error.value) and "characters 19 to 28" in str(error.value)
        assert "--nth" in (error.value.help or "") and error.value.exit_code == 1

    def test_nth_chooses(self) -> None:
        assert [find_words(RIVER, "The river", nth=nth).start for nth in (1, 2)] == [0, 19]

    @pytest.mark.parametrize("words", ["The river", "wide"])
    def test_nth_beyond_the_last_place(self, words: str) -> None:
        with pytest.raises(CiteError, match="not 3"):
            find_words(RIVER, words, nth=3)

    @pytest.mark.parametrize(("words", "nth"), [("", None), (" \u00a0", None), ("wide", 0), ("wide", -1)])
    def test_what_cannot_be_meant(self, words: str, nth: int | None) -> None:
        with pytest.raises(UsageError):
            find_words(RIVER, words, nth=nth)

    def test_offsets_are_code_points(self) -> None:
        assert find_words(TextParagraph(1, "\U0001f309 다리 is", 0), "is").start == 5

    def test_control_characters_of_a_text_do_not_reach_the_terminal(self) -> None:
        with pytest.raises(CiteError) as error:
            find_words(TextParagraph(1, "a\x1b[31m b a\x1b[31m b", 0), "a")
        assert "\x1b" not in str(error.value)


class TestSkeleton:
    def test_everything_counted_is_there_and_the_rest_is_a_to_do(self, home: Home) -> None:
        block = cite(home, "tamber", 1, "the mayor’s speech was short")
        graph = read(block)
        name = f"{CITE}tamber-1-1"
        assert graph.nodes(name, RDF.type) == (FC.Citation,)
        assert graph.nodes(name, PROV.wasQuotedFrom) == (f"{ART}tamber-p1",)
        start, end = (int(graph.value(name, term) or -1) for term in (OA.start, OA.end))
        assert TEXT.splitlines()[0][start:end] == "the mayor’s speech was short"
        assert graph.value(name, FC.digest) == digest("the mayor’s speech was short")
        assert graph.items(graph.nodes(name, FC.attribution)[0]) == (f"{ART}tamber",)
        todos = [line for line in block.splitlines() if line.startswith("# TODO: ")]
        assert any("fc:asserts" in line for line in todos) and any("fc:kind" in line for line in todos)

    def test_the_words_themselves_are_not_printed(self, home: Home) -> None:
        assert "speech" not in cite(home, "tamber", 1, "the mayor’s speech was short")

    def test_the_next_free_number(self, home: Home) -> None:
        claims = home.kb / "claims" / "tamber.ttl"
        first = cite(home, "tamber", 1, "is open")
        claims.write_text(first.replace("tamber-1-1", "tamber-1-9"), "utf-8")
        assert "cite:tamber-1-10\n" in cite(home, "tamber", 1, "is open")
        assert "cite:tamber-2-1\n" in cite(home, "tamber", 2, "is deep")

    def test_what_is_printed_can_be_appended(self, home: Home) -> None:
        claims = home.kb / "claims" / "tamber.ttl"
        for paragraph, words in ((1, "is open"), (2, "is deep"), (1, "the mayor’s speech")):
            block = cite(home, "tamber", paragraph, words)
            with claims.open("a", encoding="utf-8") as file:
                file.write(block)
        document = read_turtle(claims.read_bytes(), source="tamber.ttl")
        assert set(document.lines) == {f"{CITE}tamber-{n}" for n in ("1-1", "1-2", "2-1")}
        assert claims.read_text("utf-8").count("@prefix fc:") == 1

    def test_the_same_words_again_are_pointed_out(self, home: Home) -> None:
        (home.kb / "claims" / "tamber.ttl").write_text(cite(home, "tamber", 1, "is open"), "utf-8")
        assert "tamber-1-1 cites the same characters" in cite(home, "tamber", 1, "is open")

    def test_the_same_question_gets_the_same_bytes(self, home: Home) -> None:
        assert cite(home, "tamber", 3, "다리는 튼튼합니다") == cite(home, "tamber", 3, "다리는 튼튼합니다")

    def test_nth_reaches_the_paragraph(self, home: Home) -> None:
        block = cite(home, "tamber", 2, "The river is", nth=2)
        assert read(block).value(f"{CITE}tamber-2-1", OA.start) == "19"

    def test_a_base_of_ones_own_keeps_its_own_names(self, home: Home) -> None:
        record = home.corpus / "tamber.ttl"
        record.write_text(record.read_text("utf-8").replace(ART, "https://example.org/article/"), "utf-8")
        graph = read(cite(home, "tamber", 1, "is open"))
        assert graph.nodes("https://example.org/citation/tamber-1-1", PROV.wasQuotedFrom) == (
            "https://example.org/article/tamber-p1",
        )

    def test_the_names_that_its_claims_use_come_before_all_others(self, home: Home) -> None:
        (home.kb / "claims" / "dale.ttl").write_text("@prefix cite: <https://example.org/c/> .\n", "utf-8")
        graph = read(cite(home, "tamber", 1, "is open"))
        assert graph.nodes("https://example.org/c/tamber-1-1", PROV.wasQuotedFrom) == (f"{ART}tamber-p1",)


class TestNearestPlaces:
    def said(self, home: Home, paragraph: int, words: str) -> str:
        """What is said on words that do not stand there."""
        with pytest.raises(CiteError) as error:
            cite(home, "tamber", paragraph, words)
        assert error.value.exit_code == 1 and error.value.help
        return str(error.value)

    def test_quotes_and_case_are_shown_as_the_text_has_them(self, home: Home) -> None:
        said = self.said(home, 1, "The mayor's speech")
        assert "near: characters 34 to 52: … of Tamber is open, and [the mayor’s speech] was short." in said
        assert "help: copy the words" in said

    def test_a_typo_is_found(self, home: Home) -> None:
        assert "[The bridge of Tamber]" in self.said(home, 1, "The brige of Tamber")

    def test_places_do_not_overlap(self, home: Home) -> None:
        said = self.said(home, 2, "The rivers is")
        spans = [tuple(map(int, span)) for span in re.findall(r"near: characters (\d+) to (\d+)", said)]
        assert {(0, 12), (19, 31)} <= set(spans)
        assert all(a == b or a[1] <= b[0] or b[1] <= a[0] for a in spans for b in spans)

    def test_another_paragraph_is_named(self, home: Home) -> None:
        said = self.said(home, 1, "is deep")
        assert "in paragraph 2, characters 29 to 36" in said

    def test_words_like_nothing_in_the_text(self, home: Home) -> None:
        said = self.said(home, 1, "zebras xylophone quiz")
        assert "near" not in said.partition("help:")[0] and "paragraph 1 has no similar words" in said

    def test_words_that_run_over_into_the_next_paragraph(self, home: Home) -> None:
        one, two = TEXT.splitlines()[:2]
        said = self.said(home, 1, f"{one[-20:]} {two[:20]}")
        assert "the words run over into paragraph 2" in said and "cite each part on its own" in said

    def test_long_words_are_shown_by_their_ends(self, home: Home) -> None:
        assert "[The river is wide. The r … ll” stands by the river.]" in self.said(home, 1, TEXT.splitlines()[1])

    def test_more_words_than_the_paragraph_has(self, home: Home) -> None:
        assert "[The bridge of" in self.said(home, 1, TEXT.splitlines()[0] + " Indeed.")


class TestRefusals:
    def test_no_record(self, home: Home) -> None:
        with pytest.raises(ArticleError, match="no such record") as error:
            cite(home, "dale", 1, "words")
        assert "kb add" in (error.value.help or "")

    def test_no_such_paragraph(self, home: Home) -> None:
        with pytest.raises(UsageError, match="no paragraph 4") as error:
            cite(home, "tamber", 4, "words")
        assert "1 to 3" in (error.value.help or "")

    def test_no_copy_at_hand(self, home: Home) -> None:
        (home.texts / "tamber.txt").unlink()
        with pytest.raises(ArticleError, match="no copy") as error:
            cite(home, "tamber", 1, "is open")
        assert "--texts" in (error.value.help or "")

    def test_a_copy_elsewhere_is_found(self, home: Home, tmp_path: Path) -> None:
        (tmp_path / "mine").mkdir()
        (home.texts / "tamber.txt").rename(tmp_path / "mine" / "x.txt")
        assert "tamber-1-1" in cite(home, "tamber", 1, "is open", texts=[tmp_path / "mine"])

    def test_a_paragraph_that_is_not_the_recorded_one(self, home: Home) -> None:
        (home.texts / "tamber.txt").write_text(TEXT.replace("wide", "broad"), "utf-8")
        with pytest.raises(CiteError, match="not the recorded one"):
            cite(home, "tamber", 2, "is deep")
        assert "tamber-1-1" in cite(home, "tamber", 1, "is open")

    @pytest.mark.parametrize("slug", ["../tamber", "Tamber", ""])
    def test_a_slug_that_is_none(self, home: Home, slug: str) -> None:
        with pytest.raises(UsageError):
            cite(home, slug, 1, "words")
