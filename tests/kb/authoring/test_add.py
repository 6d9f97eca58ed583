"""`kb add`: a record is made once, brought up to date without loss, and the reader's copy is found again."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.authoring.add import add
from kb.authoring.record import MAX_PARAGRAPHS, Record, draft_record, read_article
from kb.authoring.update import update_record
from kb.errors import ArticleError, InputError, TextError, TurtleError, UsageError
from kb.home import Home, find_home
from kb.rdf.canonical import format_turtle
from kb.rdf.document import Document
from kb.rdf.graph import Graph
from kb.rdf.turtle import read_turtle
from kb.text import digest, digest_bytes, paragraphs
from kb.verification.copies import MAX_TEXT_BYTES, find_texts
from kb.vocab import DCTERMS, FC, OA, PREFIXES, RDF, RDFS

ART = PREFIXES["art"]
HEAD = "@prefix art: <https://w3id.org/factcite/kb/article/> .\n"

BRIDGE = """\
Tamber opens its bridge     DATE: 2021-03-04 05:06:07
The mayor cuts a ribbon | Photo: Keystone

The town of Tamber has opened the bridge that it planned for ten years.
“The River Once Said That It Will Carry Us,” she said. “The river once said that it will carry us.”
마을 사람들이 새 다리를 지었습니다.
The town of Tamber has opened the bridge that it planned for ten years.
  1. Ann Mill
    It is good that they have built it.
    1. Ben Bell
      It is not for you that they have built it.
Yours sincerely"""

SLUGS = ("love-letters", "long-support", "nyc-rally", "odd-bedfellows", "solidarity-statement")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty base."""
    for room in ("corpus/texts", "shapes", "kb/claims"):
        (tmp_path / "base" / room).mkdir(parents=True)
    return find_home(tmp_path / "base")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The text of an invented article."""
    path = tmp_path / "bridge.txt"
    path.write_text(BRIDGE, "utf-8")
    return path


def read(path: Path) -> Graph:
    """What a record says."""
    return Graph.of(read_turtle(path.read_bytes(), source=path.name).triples)


def document(record: Record) -> Document:
    """A record as the file that it makes."""
    return read_turtle(record.turtle(), source="record.ttl")


def facts(graph: Graph, name: str, predicate: str) -> list[str]:
    """The objects of a node of the article art:tamber, local names."""
    return sorted(
        term.value.replace("#", "/").rpartition("/")[2]
        for term in graph.objects(f"{ART}{name}", predicate)
        if not isinstance(term, ox.BlankNode)
    )


class TestRecording:
    def test_the_article_is_recorded_by_the_digest_of_its_bytes(self, home: Home, file: Path) -> None:
        graph = read(add(home, file, slug="tamber").path)
        assert facts(graph, "tamber", RDF.type) == ["Article"]
        assert facts(graph, "tamber", FC.digest) == [digest_bytes(file.read_bytes())]
        assert facts(graph, "tamber", FC.textProfile) == ["TextProfile1"]
        assert facts(graph, "tamber", DCTERMS.language) == ["en", "ko"]

    def test_every_paragraph_is_counted(self, home: Home, file: Path) -> None:
        graph = read(add(home, file, slug="tamber").path)
        text = paragraphs(BRIDGE)
        assert len(graph.subjects(DCTERMS.isPartOf, ART + "tamber")) == len(text) == 11
        for paragraph in text:
            name = f"tamber-p{paragraph.index}"
            assert facts(graph, name, RDF.type) == ["Paragraph"]
            assert facts(graph, name, FC.index) == [str(paragraph.index)]
            assert facts(graph, name, FC.length) == [str(len(paragraph.text))]
            assert facts(graph, name, FC.digest) == [digest(paragraph.text)]

    def test_roles_are_told_where_they_can_be(self, home: Home, file: Path) -> None:
        graph = read(add(home, file, slug="tamber").path)
        assert [facts(graph, f"tamber-p{number}", FC.role) for number in range(1, 12)] == [
            ["Headline"],
            ["Caption"],
            [],
            [],
            [],
            [],
            ["CommentByline"],
            ["Comment"],
            ["CommentByline"],
            ["Comment"],
            ["SignOff"],
        ]

    def test_glued_pieces_are_segments_with_a_name_of_their_own(self, home: Home, file: Path) -> None:
        graph = read(add(home, file, slug="tamber").path)
        text = paragraphs(BRIDGE)
        found = {}
        for number in (1, 2, 4):
            (name,) = facts(graph, f"tamber-p{number}", FC.segment)
            assert name == f"tamber-p{number}-s1"
            (role,), (start,), (end,) = (facts(graph, name, term) for term in (FC.role, OA.start, OA.end))
            found[role] = text[number - 1].text[int(start) : int(end)]
        assert found == {
            "Stamp": "DATE: 2021-03-04 05:06:07",
            "Credit": "Photo: Keystone",
            "PullQuote": "“The River Once Said That It Will Carry Us,” she said.",
        }

    def test_the_same_text_again_is_a_duplicate_of_the_first(self, home: Home, file: Path) -> None:
        graph = read(add(home, file, slug="tamber").path)
        assert graph.pairs(FC.duplicateOf) == ((ART + "tamber-p6", ART + "tamber-p3"),)

    def test_a_thread_has_depth_and_says_what_it_answers(self, home: Home, file: Path) -> None:
        graph = read(add(home, file, slug="tamber").path)
        assert facts(graph, "tamber-p8", FC.threadDepth) == ["1"]
        assert facts(graph, "tamber-p8", FC.inReplyTo) == ["tamber"]
        assert facts(graph, "tamber-p10", FC.threadDepth) == ["2"]
        assert facts(graph, "tamber-p10", FC.inReplyTo) == ["tamber-p8"]

    def test_each_gap_has_a_to_do_and_what_is_told_has_none(self, home: Home, file: Path) -> None:
        result = add(home, file, slug="tamber")
        gaps = {(name, what.split()[0].rstrip(";,")) for name, _, what in (t.partition(": ") for t in result.todos)}
        for term in ("title", "creator", "publisher", "issued", "rights"):
            assert ("tamber", f"dcterms:{term}") in gaps
        assert {name for name, what in gaps if what == "rdfs:comment"} == {f"tamber-p{n}" for n in range(1, 12)}
        assert {name for name, what in gaps if what == "fc:role"} == {f"tamber-p{n}" for n in (3, 4, 5, 6)}
        assert {name for name, what in gaps if what == "dcterms:creator"} == {"tamber", "tamber-p8", "tamber-p10"}
        assert all(f"# TODO: {todo.partition(': ')[2]}" in result.path.read_text("utf-8") for todo in result.todos)

    def test_what_the_words_do_not_show_of_languages_is_a_gap(self, home: Home, tmp_path: Path) -> None:
        path = tmp_path / "x.txt"
        path.write_text("Tamber Gate", "utf-8")
        todos = add(home, path, slug="none").todos
        assert any(todo.startswith("none: dcterms:language") for todo in todos)
        assert any(todo.startswith("none-p1: dcterms:language") for todo in todos)
        path.write_text("It is the bridge that they have built for us. 새 다리를 위하여!", "utf-8")
        mixed = add(home, path, slug="both")
        assert facts(read(mixed.path), "both-p1", DCTERMS.language) == ["en"]
        assert not any("dcterms:language" in todo for todo in mixed.todos)
        assert any(todo.startswith("both-p1: ") and "ko" in todo for todo in mixed.todos)
        assert any(todo.startswith("both: fc:translationOf") for todo in mixed.todos)

    def test_the_record_is_canonical_and_holds_no_sentence(self, home: Home, file: Path) -> None:
        data = add(home, file, slug="tamber").path.read_bytes()
        assert format_turtle(read_turtle(data, source="tamber.ttl")) == data
        words = data.decode("utf-8").casefold()
        assert not any(f" {paragraph.text[:20].casefold()}" in words for paragraph in paragraphs(BRIDGE)[2:6])

    def test_two_homes_get_the_same_bytes(self, home: Home, file: Path, tmp_path: Path) -> None:
        first = add(home, file, slug="tamber").path.read_bytes()
        (home.corpus / "tamber.ttl").unlink()
        assert add(home, file, slug="tamber").path.read_bytes() == first

    def test_a_base_of_ones_own_keeps_its_own_names(self, home: Home, file: Path) -> None:
        own = "https://example.org/valley/article/"
        (home.corpus / "dale.ttl").write_text(
            f"@prefix art: <{own}> .\n@prefix fc: <{FC.iri}> .\nart:dale a fc:Article .\n", "utf-8"
        )
        graph = read(add(home, file, slug="tamber").path)
        assert graph.instances(FC.Article) == (f"{own}tamber",)


class TestRefusals:
    @pytest.mark.parametrize(
        "slug", ["", "Tamber", "tamber_bridge", "-tamber", "tamber--bridge", "../tamber", "tamber-", "t" * 81, "다리"]
    )
    def test_a_slug_is_lower_case_words_and_hyphens(self, home: Home, file: Path, slug: str) -> None:
        with pytest.raises(UsageError) as error:
            add(home, file, slug=slug)
        assert error.value.help

    @pytest.mark.parametrize("slug", ["tamber-p3", "tamber-p3-s1"])
    def test_a_slug_is_not_the_name_of_a_paragraph(self, home: Home, file: Path, slug: str) -> None:
        with pytest.raises(UsageError, match="paragraph"):
            add(home, file, slug=slug)

    def test_nothing_is_overwritten(self, home: Home, file: Path) -> None:
        path = add(home, file, slug="tamber").path
        path.write_bytes(path.read_bytes() + b"# mine\n")
        with pytest.raises(ArticleError, match="already") as error:
            add(home, file, slug="tamber")
        assert "--update" in (error.value.help or "")
        assert path.read_bytes().endswith(b"# mine\n")

    def test_there_must_be_something_to_update(self, home: Home, file: Path) -> None:
        with pytest.raises(ArticleError, match="no such record"):
            add(home, file, slug="tamber", update=True)
        assert not list(home.corpus.glob("*.ttl"))

    @pytest.mark.parametrize(
        ("data", "kind"),
        [
            (b" \n\t\n", ArticleError),
            (b"one\n\xff\n", TextError),
            (b"x\n" * (MAX_PARAGRAPHS + 1), ArticleError),
            (b"x" * (MAX_TEXT_BYTES + 1), InputError),
        ],
        ids=["empty", "not UTF-8", "too many paragraphs", "too large"],
    )
    def test_what_is_no_article_is_refused(self, home: Home, tmp_path: Path, data: bytes, kind: type) -> None:
        path = tmp_path / "x.txt"
        path.write_bytes(data)
        with pytest.raises(kind):
            add(home, path, slug="tamber")
        assert not list(home.corpus.glob("*.ttl"))

    def test_a_missing_file_is_named(self, home: Home, tmp_path: Path) -> None:
        with pytest.raises(InputError) as error:
            add(home, tmp_path / "none.txt", slug="tamber")
        assert "none.txt" in error.value.where


class TestUpdating:
    def edit(self, home: Home, old: str, new: str) -> None:
        """A person edits the record."""
        path = home.corpus / "tamber.ttl"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    def write(self, file: Path, *lines: str) -> None:
        file.write_text("\n".join(lines), "utf-8")

    @pytest.fixture
    def towns(self, home: Home, file: Path) -> Path:
        """A recorded article of four lines, the second with a gist."""
        self.write(file, "The town of Aum is old.", "The town of Bel is new.", "Cor lies on a hill.", "Dov is far.")
        add(home, file, slug="tamber")
        self.edit(home, "fc:index 2 ;", 'fc:index 2 ;\n    rdfs:comment "Bel."@en ;')
        self.edit(home, "@prefix art:", f"@prefix rdfs: <{RDFS.iri}> .\n@prefix art:")
        return file

    def test_an_unchanged_text_changes_nothing(self, home: Home, file: Path) -> None:
        path = add(home, file, slug="tamber").path
        before = path.read_bytes()
        result = add(home, file, slug="tamber", update=True)
        assert result.changes == () and path.read_bytes() == before

    def test_what_a_person_wrote_stays(self, home: Home, file: Path) -> None:
        path = add(home, file, slug="tamber").path
        self.edit(home, "art:tamber-p3\n", "# a note of mine\nart:tamber-p3\n")
        self.edit(home, "fc:index 3 ;", 'fc:index 3 ;\n    fc:role fc:Body ;\n    fc:noClaim "None."@en ;')
        self.edit(home, "# TODO: dcterms:publisher, if the text names one\n", "")
        path.write_bytes(b"# above all\n" + path.read_bytes() + b"# below all\n")
        file.write_text(BRIDGE.replace("Yours sincerely", "Kind regards"), "utf-8")
        add(home, file, slug="tamber", update=True)
        text = path.read_text("utf-8")
        for kept in ("# a note of mine\n", 'fc:noClaim "None."@en', "# above all\n", "# below all\n"):
            assert kept in text
        assert "dcterms:publisher" not in text, "a to-do that was struck off stays struck off"
        assert facts(read(path), "tamber-p3", FC.role) == ["Body"]

    def test_changed_words_are_counted_anew_and_shown(self, home: Home, towns: Path) -> None:
        self.write(towns, "The town of Aum is old.", "The town of Bel was new.", "Cor lies on a hill.", "Dov is far.")
        result = add(home, towns, slug="tamber", update=True)
        graph = read(result.path)
        assert facts(graph, "tamber-p2", FC.digest) == [digest("The town of Bel was new.")]
        assert facts(graph, "tamber-p2", FC.length) == ["24"]
        assert facts(graph, "tamber-p2", RDFS.comment) == ["Bel."]
        assert result.changes == (
            "tamber: the file has a new digest",
            "tamber-p2: new words, 23 -> 24 characters",
        )
        assert any("tamber-p2" in todo and "changed" in todo for todo in result.todos)

    def test_a_new_line_moves_the_others_and_keeps_their_names(self, home: Home, towns: Path) -> None:
        lines = towns.read_text("utf-8").split("\n")
        self.write(towns, "Eld is a river that runs through all of the towns.", *lines)
        result = add(home, towns, slug="tamber", update=True)
        graph = read(result.path)
        assert facts(graph, "tamber-p2", FC.index) == ["3"]
        assert facts(graph, "tamber-p2", RDFS.comment) == ["Bel."]
        assert facts(graph, "tamber-p5", FC.index) == ["1"] or facts(graph, "tamber-p6", FC.index) == ["1"]
        assert "tamber-p2: now number 3, was 2" in result.changes

    def test_a_line_that_left_is_kept_with_a_to_do_that_names_its_citations(self, home: Home, towns: Path) -> None:
        (home.kb / "claims" / "tamber.ttl").write_text(
            f"@prefix art: <{ART}> .\n@prefix cite: <{PREFIXES['cite']}> .\n@prefix prov: <{PREFIXES['prov']}> .\n"
            "cite:tamber-2-1 prov:wasQuotedFrom art:tamber-p2 .\n",
            "utf-8",
        )
        lines = towns.read_text("utf-8").split("\n")
        self.write(towns, lines[0], *lines[2:])
        result = add(home, towns, slug="tamber", update=True)
        graph = read(result.path)
        assert facts(graph, "tamber-p2", RDFS.comment) == ["Bel."]
        assert facts(graph, "tamber-p2", FC.index) == []
        assert facts(graph, "tamber-p3", FC.index) == ["2"]
        assert any(
            "tamber-p2" in change and "cite" not in change and "tamber-2-1" in change for change in result.changes
        )
        assert any(todo.startswith("tamber-p2: ") and "tamber-2-1" in todo for todo in result.todos)

        again = add(home, towns, slug="tamber", update=True)
        assert again.changes == () and again.todos == result.todos
        self.write(towns, *lines)
        back = add(home, towns, slug="tamber", update=True)
        assert "tamber-p2: back in the text, number 2" in back.changes
        assert facts(read(back.path), "tamber-p2", FC.index) == ["2"]

    def test_lines_that_change_places_keep_what_was_said_of_them(self, home: Home, towns: Path) -> None:
        lines = towns.read_text("utf-8").split("\n")
        self.write(towns, lines[1], lines[0], *lines[2:])
        graph = read(add(home, towns, slug="tamber", update=True).path)
        assert facts(graph, "tamber-p2", FC.index) == ["1"]
        assert facts(graph, "tamber-p2", RDFS.comment) == ["Bel."]
        assert facts(graph, "tamber-p1", FC.index) == ["2"]

    def test_an_edited_line_beside_a_new_one_is_told_by_its_length(self, home: Home, towns: Path) -> None:
        lines = towns.read_text("utf-8").split("\n")
        new = "Eld, which is a river and no town at all, runs through the valley."
        for written, place in (([new, "The town of Bel was new."], "3"), (["The town of Bel was new.", new], "2")):
            before = (home.corpus / "tamber.ttl").read_bytes()
            self.write(towns, lines[0], *written, *lines[2:])
            graph = read(add(home, towns, slug="tamber", update=True).path)
            assert facts(graph, "tamber-p2", FC.index) == [place]
            assert facts(graph, "tamber-p5", RDFS.comment) == []
            (home.corpus / "tamber.ttl").write_bytes(before)

    def test_a_line_of_quite_another_length_is_another_line(self, home: Home, towns: Path) -> None:
        lines = towns.read_text("utf-8").split("\n")
        self.write(towns, lines[0], "Eld, which is a river and no town at all, runs through the valley.", *lines[2:])
        result = add(home, towns, slug="tamber", update=True)
        graph = read(result.path)
        assert facts(graph, "tamber-p2", FC.index) == [] and facts(graph, "tamber-p2", RDFS.comment) == ["Bel."]
        assert facts(graph, "tamber-p5", FC.index) == ["2"]
        assert any(todo.startswith("tamber-p5: fc:role") for todo in result.todos)

    def test_a_text_that_is_wholly_other_is_read_in_time_and_pairs_nothing(self, home: Home, towns: Path) -> None:
        self.write(towns, *(f"{number} towns lie in the valley" for number in range(40)))
        add(home, towns, slug="many")
        self.write(towns, *(f"{number} mills stand by the river" for number in range(60, 80)))
        changes = add(home, towns, slug="many", update=True).changes
        assert sum("no longer in the text" in change for change in changes) == 40
        assert sum(": new, number" in change for change in changes) == 20

    def test_many_citations_are_not_all_listed(self, home: Home, towns: Path) -> None:
        names = " , ".join(f"<{PREFIXES['cite']}tamber-2-{number}>" for number in range(1, 8))
        (home.kb / "claims" / "tamber.ttl").write_text(
            "".join(f"{name} <{PREFIXES['prov']}wasQuotedFrom> <{ART}tamber-p2> .\n" for name in names.split(" , ")),
            "utf-8",
        )
        self.write(towns, "The town of Aum is old.", "The town of Bel was new.", "Cor lies on a hill.", "Dov is far.")
        (change,) = [c for c in add(home, towns, slug="tamber", update=True).changes if c.startswith("tamber-p2")]
        assert "tamber-2-5 and 2 more" in change and "tamber-2-6" not in change

    def test_a_comment_that_cannot_be_kept_stops_the_update(self, home: Home, towns: Path) -> None:
        self.edit(home, "fc:index 2 ;", "fc:index 2 ; # inside\n   ")
        before = (home.corpus / "tamber.ttl").read_bytes()
        with pytest.raises(TurtleError, match="comment"):
            add(home, towns, slug="tamber", update=True)
        assert (home.corpus / "tamber.ttl").read_bytes() == before

    def test_the_record_of_another_article_is_refused(self, home: Home, towns: Path) -> None:
        (home.corpus / "tamber.ttl").rename(home.corpus / "dale.ttl")
        with pytest.raises(ArticleError, match="describes no article dale"):
            add(home, towns, slug="dale", update=True)


PLACES = ("near", "far away, beyond the hill")
LINES = st.lists(
    st.sampled_from([f"The {thing} lies {where}." for thing in ("mill", "old bridge", "weir") for where in PLACES]),
    min_size=1,
    max_size=7,
)
COUNTED = {FC.index, FC.length, FC.digest}


@given(LINES, LINES)
def test_an_update_loses_nothing_and_counts_rightly(before: list[str], after: list[str]) -> None:
    first = draft_record(read_article("\n".join(before).encode(), source="a"), slug="tamber")
    old = document(first)
    text = read_article("\n".join(after).encode(), source="a")
    record, changes = update_record(old, text, slug="tamber")
    graph = Graph.of(record.triples)

    kept = set(record.triples)
    assert all(triple in kept for triple in old.triples if triple.predicate.value not in COUNTED)
    for subject, lines in first.comments.items():
        assert record.comments[subject][: len(lines)] == lines

    placed = {graph.value(name, FC.index): name for name in graph.subjects(DCTERMS.isPartOf, ART + "tamber")}
    placed.pop(None, None)
    assert sorted(placed, key=lambda index: int(index or 0)) == [str(n) for n in range(1, len(after) + 1)]
    for number, line in enumerate(after, 1):
        name = placed[str(number)]
        assert [term.value for term in graph.objects(name, FC.digest)] == [digest(line)]
        assert [term.value for term in graph.objects(name, FC.length)] == [str(len(line))]

    again, nothing = update_record(document(record), text, slug="tamber")
    assert again.turtle() == record.turtle() and nothing == ()
    assert bool(changes) == (before != after)


class TestCopies:
    def graph(self, home: Home, file: Path) -> Graph:
        return read(add(home, file, slug="tamber").path)

    def test_nothing_at_hand(self, home: Home, file: Path) -> None:
        texts = find_texts(self.graph(home, file), [home.texts])
        assert texts.of(ART + "tamber") is None and texts.ignored == ()

    def test_the_digest_finds_a_copy_under_any_name(self, home: Home, file: Path) -> None:
        graph = self.graph(home, file)
        (home.texts / "a.txt").write_text(BRIDGE + "\n", "utf-8")
        (home.texts / "tamber.txt").write_text("Something else.", "utf-8")
        (home.texts / "z.text").write_bytes(file.read_bytes())
        copy = find_texts(graph, [home.texts]).of(ART + "tamber")
        assert copy is not None and copy.exact_file and copy.path.name == "z.text"
        assert copy.paragraphs == paragraphs(BRIDGE)

    def test_then_the_name_then_the_paragraphs(self, home: Home, file: Path, tmp_path: Path) -> None:
        graph = self.graph(home, file)
        half = "\n".join(BRIDGE.splitlines()[:8])
        (home.texts / "a.txt").write_text(half, "utf-8")
        (home.texts / "b.txt").write_text(BRIDGE + "\n", "utf-8")
        copy = find_texts(graph, [home.texts]).of(ART + "tamber")
        assert copy is not None and not copy.exact_file and copy.path.name == "b.txt"
        other = tmp_path / "other"
        other.mkdir()
        (other / "tamber.txt").write_text("Something else.", "utf-8")
        named = find_texts(graph, [home.texts, other]).of(ART + "tamber")
        assert named is not None and named.path == other / "tamber.txt"

    def test_less_than_half_of_the_paragraphs_is_another_text(self, home: Home, file: Path) -> None:
        graph = self.graph(home, file)
        lines = [line for line in BRIDGE.splitlines() if line]
        (home.texts / "a.txt").write_text("\n".join(lines[:2] + lines[-3:]), "utf-8")
        assert find_texts(graph, [home.texts]).of(ART + "tamber") is None
        (home.texts / "a.txt").write_text("\n".join(lines[:3] + lines[-3:]), "utf-8")
        assert find_texts(graph, [home.texts]).of(ART + "tamber") is not None

    def test_the_first_folder_wins(self, home: Home, file: Path, tmp_path: Path) -> None:
        graph = self.graph(home, file)
        folders = [tmp_path / "one", tmp_path / "two"]
        for folder in folders:
            folder.mkdir()
            (folder / "x.txt").write_bytes(file.read_bytes())
        for order in (folders, folders[::-1]):
            copy = find_texts(graph, order).of(ART + "tamber")
            assert copy is not None and copy.path.parent == order[0]

    def test_what_cannot_be_used_is_said_with_the_reason(self, home: Home, file: Path, tmp_path: Path) -> None:
        graph = self.graph(home, file)
        (home.texts / "a.txt").write_bytes(b"\xff\xfe")
        (home.texts / "b.txt").write_bytes(b"x" * (MAX_TEXT_BYTES + 1))
        (home.texts / ".hidden").write_bytes(b"\xff\xfe")
        texts = find_texts(graph, [home.texts, tmp_path / "none"])
        assert [line.rpartition("/")[2].partition(":")[0] for line in texts.ignored] == ["a.txt", "b.txt", "none"]
        assert "UTF-8" in " ".join(texts.ignored) and "larger" in " ".join(texts.ignored)

    def test_an_empty_or_absent_paragraph_is_none(self, home: Home, file: Path) -> None:
        copy = find_texts(self.graph(home, file), [file.parent]).of(ART + "tamber")
        assert copy is not None
        assert copy.paragraph(0) is None and copy.paragraph(12) is None and copy.paragraph(-1) is None
        assert copy.paragraph(1) == copy.paragraphs[0]


@pytest.mark.articles
class TestRealArticles:
    @pytest.mark.parametrize(("slug", "count"), list(zip(SLUGS, (17, 15, 17, 15, 19), strict=True)))
    def test_paragraphs_and_digests_are_exact(self, articles: Path, root: Path, slug: str, count: int) -> None:
        data = (articles / f"{slug}.txt").read_bytes()
        text = read_article(data, source=slug)
        graph = read(root / "corpus" / f"{slug}.ttl")
        names = graph.subjects(DCTERMS.isPartOf, ART + slug)
        assert len(text.paragraphs) == len(names) == count
        assert graph.value(ART + slug, FC.digest) == digest_bytes(data)
        for paragraph in text.paragraphs:
            name = f"{ART}{slug}-p{paragraph.index}"
            assert graph.value(name, FC.index) == str(paragraph.index)
            assert graph.value(name, FC.length) == str(len(paragraph.text))
            assert graph.value(name, FC.digest) == paragraph.digest

    @pytest.mark.parametrize("slug", SLUGS)
    def test_an_update_of_the_finished_record_changes_nothing(
        self, articles: Path, root: Path, home: Home, slug: str
    ) -> None:
        path = home.corpus / f"{slug}.ttl"
        path.write_bytes((root / "corpus" / f"{slug}.ttl").read_bytes())
        before = path.read_bytes()
        result = add(home, articles / f"{slug}.txt", slug=slug, update=True)
        assert result.changes == () and result.todos == () and path.read_bytes() == before

    @pytest.mark.parametrize("slug", SLUGS)
    def test_recording_twice_gives_the_same_bytes(self, articles: Path, home: Home, slug: str) -> None:
        first = add(home, articles / f"{slug}.txt", slug=slug).path.read_bytes()
        assert add(home, articles / f"{slug}.txt", slug=slug, update=True).path.read_bytes() == first
        (home.corpus / f"{slug}.ttl").unlink()
        assert add(home, articles / f"{slug}.txt", slug=slug).path.read_bytes() == first

    @pytest.mark.parametrize("slug", SLUGS)
    def test_what_a_draft_tells_of_roles_a_person_kept(self, articles: Path, root: Path, slug: str) -> None:
        drafted = draft_record(read_article((articles / f"{slug}.txt").read_bytes(), source=slug), slug=slug)
        final = set(read(root / "corpus" / f"{slug}.ttl").triples)
        told = [triple for triple in drafted.triples if triple.predicate.value != RDF.type]
        assert told and all(triple in final for triple in told)

    def test_pieces_threads_and_duplicates_stand_where_the_text_has_them(self, root: Path) -> None:
        base = Graph.of(t for slug in SLUGS for t in read(root / "corpus" / f"{slug}.ttl").triples)
        segments = {
            (name, facts(base, name, FC.role)[0], *(int(facts(base, name, term)[0]) for term in (OA.start, OA.end)))
            for name in (iri.rpartition("/")[2] for iri in base.instances(FC.Segment))
        }
        assert segments == {
            ("odd-bedfellows-p1-s1", "Stamp", 80, 105),
            ("odd-bedfellows-p2-s1", "Credit", 348, 358),
            ("odd-bedfellows-p3-s1", "Byline", 92, 106),
            ("nyc-rally-p9-s1", "PullQuote", 0, 149),
            ("long-support-p6-s1", "Credit", 7, 35),
        }
        assert {(s.rpartition("-")[2], o.rpartition("-")[2]) for s, o in base.pairs(FC.duplicateOf)} == {
            ("p13", "p1"),
            ("p14", "p2"),
        }
        assert [facts(base, f"love-letters-p{n}", FC.threadDepth) for n in (13, 15, 17)] == [["1"], ["2"], ["1"]]
        assert facts(base, "love-letters-p15", FC.inReplyTo) == ["love-letters-p13"]

    def test_every_paragraph_has_a_role_a_language_and_a_gist(self, root: Path) -> None:
        for slug in SLUGS:
            graph = read(root / "corpus" / f"{slug}.ttl")
            for name in graph.subjects(DCTERMS.isPartOf, ART + slug):
                for predicate in (FC.role, DCTERMS.language, RDFS.comment):
                    assert len(graph.objects(name, predicate)) == 1, (name, predicate)
