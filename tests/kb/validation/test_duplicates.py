"""Duplicates are found, and what is only similar is not."""

from __future__ import annotations

from pathlib import Path

import pytest

import kb
from kb.rdf.graph import Graph
from kb.rdf.turtle import read_turtle
from kb.validation.duplicates import find_duplicates
from kb.vocab import PREFIXES

HEAD = "".join(f"@prefix {name}: <{space}> .\n" for name, space in sorted(PREFIXES.items()))
KINDS = "schema:Person rdfs:subClassOf schema:Thing . schema:Place rdfs:subClassOf schema:Thing .\n"


def found(text: str) -> list[str]:
    """Code, later node and first node of each duplicate."""
    graph = Graph.of(read_turtle((HEAD + KINDS + text).encode(), source="x").triples)
    return [
        f"{fault.code} {fault.node.rpartition('/')[2]} {fault.message.rpartition(':')[2]}"
        for fault in find_duplicates(graph)
    ]


def cite(name: str, words: str, does: str = "asserts", claim: str = "one") -> str:
    """A citation of `paragraph start end`."""
    paragraph, start, end = words.split()
    return (
        f"cite:{name} a fc:Citation ; prov:wasQuotedFrom art:{paragraph} ; oa:start {start} ; oa:end {end} ; "
        f"fc:{does} claim:{claim} .\n"
    )


# --- files and names ---------------------------------------------------------------------------------------


def test_one_file_recorded_twice() -> None:
    record = 'art:{0} a fc:Article ; fc:digest "sha256:{1}" .\n'
    three = record.format("a", 1) + record.format("b", 2) + record.format("c", 1)
    assert found(three) == ["FC942 c a"]
    assert found(three + record.format("d", 1)) == ["FC942 c a", "FC942 d a"]


def test_a_paragraph_with_the_digest_of_its_article_is_no_second_record() -> None:
    assert found('art:a a fc:Article ; fc:digest "x" . art:a-p1 a fc:Paragraph ; fc:digest "x" .') == []


@pytest.mark.parametrize("cls", ["fc:Claim", "fc:Question", "fc:Relation", "schema:Person", "schema:Thing"])
def test_one_name_for_two_of_a_kind(cls: str) -> None:
    two = f'ent:a a {cls} ; rdfs:label "Ann Mill"@en . ent:b a {cls} ; rdfs:label "ann  mill"@en .'
    assert found(two) == ["FC943 b a"]


def test_one_name_in_two_languages_or_for_two_kinds_is_no_double() -> None:
    assert found('ent:a a schema:Person ; rdfs:label "Mill"@en . ent:b a schema:Person ; rdfs:label "Mill"@de .') == []
    assert found('ent:a a schema:Person ; rdfs:label "built"@en . rel:b a fc:Relation ; rdfs:label "built"@en .') == []
    assert found('ent:a a schema:Person ; rdfs:label "Mill"@en , "mill"@en .') == []


def test_a_person_and_a_place_of_one_name() -> None:
    two = 'ent:a a schema:Person ; rdfs:label "Mill"@en . ent:b a schema:Place ; rdfs:label "Mill"@en .'
    assert found(two) == ["FC943 b a"]


# --- citations and paragraphs ------------------------------------------------------------------------------


def test_the_same_words_cited_twice_for_a_claim() -> None:
    first = cite("a", "p1 0 9")
    assert found(first + cite("b", "p1 0 9")) == ["FC944 b a"]
    assert found(first + cite("b", "p1 0 9", "denies")) == ["FC944 b a"]


@pytest.mark.parametrize("words", ["p1 0 8", "p1 1 9", "p2 0 9"])
def test_other_words_for_the_same_claim_are_another_citation(words: str) -> None:
    assert found(cite("a", "p1 0 9") + cite("b", words)) == []


def test_the_same_words_for_another_claim_are_another_citation() -> None:
    assert found(cite("a", "p1 0 9") + cite("b", "p1 0 9", claim="two")) == []


PRINTED = "".join(
    f'art:p{index} a fc:Paragraph ; dcterms:isPartOf art:a ; fc:index {index} ; fc:digest "same" .\n'
    for index in (1, 2, 10)
)


def test_the_same_words_printed_twice_and_cited_at_both_places() -> None:
    cited = cite("a", "p2 0 9") + cite("b", "p10 0 9", claim="two")
    assert found(PRINTED + cited) == ["FC945 p10 p2"]
    assert found(PRINTED + cited + "art:p10 fc:duplicateOf art:p2 .") == []
    assert found(PRINTED + cited + "art:p10 fc:duplicateOf art:p1 . art:p2 fc:duplicateOf art:p1 .") == []


def test_printed_twice_and_cited_once_or_in_two_articles_is_no_double() -> None:
    assert found(PRINTED + cite("a", "p2 0 9")) == []
    assert found(PRINTED + cite("a", "p2 0 9") + "cite:by a fc:Span ; prov:wasQuotedFrom art:p10 .") == []
    elsewhere = PRINTED.replace("dcterms:isPartOf art:a ; fc:index 10", "dcterms:isPartOf art:b ; fc:index 10")
    assert found(elsewhere + cite("a", "p2 0 9") + cite("b", "p10 0 9", claim="two")) == []


def test_marks_in_a_circle_and_odd_numbers_are_read_all_the_same() -> None:
    cited = cite("a", "p1 0 9") + cite("b", "p2 0 9", claim="two")
    assert found(PRINTED + cited + "art:p1 fc:duplicateOf art:p2 . art:p2 fc:duplicateOf art:p1 .") == []
    assert found(PRINTED.replace("fc:index 1 ", 'fc:index "first" ') + cited) == ["FC945 p2 p1"]
    assert found(PRINTED.replace("fc:index 1 ", f'fc:index "{"1" * 5000}" ') + cited) == ["FC945 p2 p1"]


def test_the_check_tells_the_other_one_and_the_place(mybase: Path) -> None:
    with (mybase / "kb/entities.ttl").open("a", encoding="utf-8") as file:
        file.write('\nent:wim-again\n    a schema:Person ;\n    rdfs:label "Wim Tolle"@en ;\n    .\n')
    (finding,) = kb.check(mybase).findings
    assert (finding.code, finding.file) == ("FC943", "kb/entities.ttl")
    assert finding.message == "has the same name as ent:wim-tolle"
    assert finding.excerpt and "Wim Tolle" in finding.excerpt[0]
