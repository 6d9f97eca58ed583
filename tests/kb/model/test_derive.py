"""What is computed: by examples for every status and reason, and by properties over random small bases."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.model.derive import derive, standing, standings
from kb.rdf.graph import Graph
from kb.vocab import DERIVED, FC, PROV, XSD
from tests.support.small_base import article, cite, claims, graph, iri, key, person, unnamed

TOWN = (
    article("mill-news", by="ent:ada"),
    article("river-post", by="ent:bruno"),
    person("ent:ada", "ent:bruno", "ent:carla", "ent:dora"),
    unnamed("ent:a-ferryman", "ent:a-miller"),
    claims("claim:bridge-open", "claim:bridge-open-in-may", "claim:bridge-shut", "claim:ferry-sold"),
)
BRIDGE = "claim:bridge-open"


def values(found: tuple[ox.Triple, ...], subject: str, predicate: str) -> list[str]:
    """Lexical forms and IRIs of (subject, predicate)."""
    return [key(term) for term in Graph.of(found).objects(iri(subject), predicate)]


def counted(*parts: str, claim: str = BRIDGE) -> tuple[str, int]:
    """Status and number of origins of a claim in the town."""
    found = standing(graph(*TOWN, *parts), iri(claim))
    return found.status, found.origin_count


# --- citations -------------------------------------------------------------------------------------------


def test_the_speaker_is_the_last_of_the_chain_and_the_depth_counts_those_below_the_article() -> None:
    found = derive(
        graph(
            *TOWN,
            cite("cite:own", BRIDGE, "mill-news"),
            cite("cite:told", BRIDGE, "mill-news", "ent:bruno", "ent:carla"),
        )
    )
    assert values(found, "cite:own", FC.speaker) == [iri("art:mill-news")]
    assert values(found, "cite:own", FC.attributionDepth) == ["0"]
    assert values(found, "cite:told", FC.speaker) == [iri("ent:carla")]
    assert values(found, "cite:told", FC.attributionDepth) == ["2"]


def test_paragraphs_mentions_and_articles_are_counted_for_the_claim_itself() -> None:
    found = derive(
        graph(
            *TOWN,
            cite("cite:a", BRIDGE, "mill-news"),
            cite("cite:b", BRIDGE, "mill-news", "ent:carla", paragraph=2, stance="fc:denies"),
            cite("cite:c", BRIDGE, "river-post", "ent:dora", stance="fc:mentions"),
            cite("cite:d", "claim:bridge-open-in-may", "river-post", paragraph=2),
            "claim:bridge-open-in-may fc:specialises claim:bridge-open .",
        )
    )
    assert values(found, BRIDGE, FC.mentionCount) == ["3"]
    assert values(found, BRIDGE, FC.articleCount) == ["2"]
    assert values(found, BRIDGE, PROV.wasDerivedFrom) == [
        iri("art:mill-news-p1"),
        iri("art:mill-news-p2"),
        iri("art:river-post-p1"),
    ]


@pytest.mark.parametrize(
    ("when", "earliest", "latest"),
    [
        ("1988", ["1988-01-01"], ["1988-12-31"]),
        ("1970/1989", ["1970-01-01"], ["1989-12-31"]),
        ("1989~", ["1989-01-01"], ["1989-12-31"]),
        ("197X", ["1970-01-01"], ["1979-12-31"]),
        ("1970-09", ["1970-09-01"], ["1970-09-30"]),
        ("1985/..", ["1985-01-01"], []),
        ("../1985", [], ["1985-12-31"]),
        ("XXXX-07-09", [], []),
        ("some day", [], []),
    ],
)
def test_dates_are_bounded_by_what_the_text_gives(when: str, earliest: list[str], latest: list[str]) -> None:
    found = derive(graph(*TOWN, f'{BRIDGE} fc:when "{when}"^^edtf:EDTF .'))
    assert values(found, BRIDGE, FC.earliest) == earliest
    assert values(found, BRIDGE, FC.latest) == latest


def test_derived_values_have_the_declared_datatypes() -> None:
    found = derive(graph(*TOWN, cite("cite:a", BRIDGE, "mill-news"), f'{BRIDGE} fc:when "1988"^^edtf:EDTF .'))
    types = {
        t.predicate.value: t.object.datatype.value
        for t in found
        if key(t.subject) in (iri(BRIDGE), iri("cite:a")) and isinstance(t.object, ox.Literal)
    }
    assert types == {
        FC.attributionDepth: XSD.integer,
        FC.mentionCount: XSD.integer,
        FC.articleCount: XSD.integer,
        FC.originCount: XSD.integer,
        FC.earliest: XSD.date,
        FC.latest: XSD.date,
        FC.path: XSD.string,
    }


# --- status, first match wins ----------------------------------------------------------------------------


def test_a_claim_that_nobody_asserts_is_uncited_even_when_it_is_denied() -> None:
    assert counted() == (FC.Uncited, 0)
    assert counted(cite("cite:a", BRIDGE, "mill-news", stance="fc:denies")) == (FC.Uncited, 0)
    assert counted(cite("cite:a", BRIDGE, "mill-news", stance="fc:mentions")) == (FC.Uncited, 0)


def test_one_voice_is_a_single_source() -> None:
    assert counted(cite("cite:a", BRIDGE, "mill-news")) == (FC.SingleSource, 1)


def test_two_independent_voices_corroborate() -> None:
    own = cite("cite:a", BRIDGE, "mill-news")
    assert counted(own, cite("cite:b", BRIDGE, "river-post")) == (FC.Corroborated, 2)
    assert counted(own, cite("cite:b", BRIDGE, "mill-news", "ent:carla")) == (FC.Corroborated, 2)


def test_asserted_and_denied_is_contested_whatever_the_count() -> None:
    denial = cite("cite:z", BRIDGE, "river-post", "ent:dora", stance="fc:denies")
    assert counted(cite("cite:a", BRIDGE, "mill-news"), denial) == (FC.Contested, 1)
    two = cite("cite:a", BRIDGE, "mill-news") + cite("cite:b", BRIDGE, "river-post")
    assert counted(two, denial) == (FC.Contested, 2)


def test_a_denial_of_a_more_specific_claim_does_not_contest_the_general_one() -> None:
    parts = (
        cite("cite:a", BRIDGE, "mill-news"),
        "claim:bridge-open-in-may fc:specialises claim:bridge-open .",
        cite("cite:b", "claim:bridge-open-in-may", "river-post", stance="fc:denies"),
    )
    assert counted(*parts) == (FC.SingleSource, 1)


@pytest.mark.parametrize("link", ["{0} fc:contradicts {1} .", "{1} fc:contradicts {0} ."])
def test_a_contradicting_claim_contests_only_when_it_is_asserted(link: str) -> None:
    parts = (cite("cite:a", BRIDGE, "mill-news"), link.format(BRIDGE, "claim:bridge-shut"))
    asserted = cite("cite:b", "claim:bridge-shut", "river-post")
    denied = cite("cite:b", "claim:bridge-shut", "river-post", stance="fc:denies")
    assert counted(*parts) == (FC.SingleSource, 1)
    assert counted(*parts, denied) == (FC.SingleSource, 1)
    assert counted(*parts, asserted) == (FC.Contested, 1)
    assert counted(*parts, asserted, claim="claim:bridge-shut") == (FC.Contested, 1)


def test_tension_alone_contests_nothing() -> None:
    parts = (cite("cite:a", BRIDGE, "mill-news"), cite("cite:b", "claim:bridge-shut", "river-post"))
    assert counted(*parts, "claim:bridge-open fc:inTensionWith claim:bridge-shut .") == (FC.SingleSource, 1)


def test_words_that_are_not_meant_contest_nothing() -> None:
    mention = cite("cite:b", BRIDGE, "river-post", stance="fc:mentions")
    assert counted(cite("cite:a", BRIDGE, "mill-news"), mention) == (FC.SingleSource, 1)


RIVALS = (
    "claim:bridge-open fc:answers q:who . claim:bridge-shut fc:answers q:who .",
    cite("cite:a", BRIDGE, "mill-news"),
    cite("cite:b", "claim:bridge-shut", "river-post"),
)


def test_rival_answers_contest_one_another_only_on_a_single_answer_question() -> None:
    assert counted(*RIVALS, "q:who a fc:SingleAnswerQuestion .") == (FC.Contested, 1)
    assert counted(*RIVALS, "q:who a fc:Question .") == (FC.SingleSource, 1)


def test_a_rival_answer_that_nobody_asserts_contests_nothing() -> None:
    links, own, _ = RIVALS
    assert counted(links, own, "q:who a fc:SingleAnswerQuestion .") == (FC.SingleSource, 1)


def test_a_more_specific_answer_is_no_rival() -> None:
    parts = (
        *RIVALS,
        "q:who a fc:SingleAnswerQuestion . claim:bridge-shut fc:specialises claim:between .",
        "claim:between fc:specialises claim:bridge-open .",
    )
    assert counted(*parts)[0] == FC.Corroborated
    assert counted(*parts, claim="claim:bridge-shut")[0] == FC.SingleSource


# --- support ---------------------------------------------------------------------------------------------


def test_support_for_a_specialisation_is_support_for_the_general_claim_and_not_back() -> None:
    parts = (
        "claim:bridge-open-in-may fc:specialises claim:bridge-open .",
        "claim:in-may-at-noon fc:specialises claim:bridge-open-in-may .",
        cite("cite:a", "claim:in-may-at-noon", "mill-news"),
        cite("cite:b", BRIDGE, "river-post"),
    )
    assert counted(*parts) == (FC.Corroborated, 2)
    assert counted(*parts, claim="claim:bridge-open-in-may") == (FC.SingleSource, 1)
    found = standing(graph(*TOWN, *parts), iri(BRIDGE))
    assert [(each.citation.iri, each.via) for each in found.support] == [
        (iri("cite:a"), iri("claim:in-may-at-noon")),
        (iri("cite:b"), ""),
    ]


def test_claims_that_specialise_one_another_in_a_circle_share_their_support() -> None:
    parts = (
        "claim:bridge-open-in-may fc:specialises claim:bridge-open .",
        "claim:bridge-open fc:specialises claim:bridge-open-in-may .",
        cite("cite:a", BRIDGE, "mill-news"),
    )
    assert counted(*parts, claim="claim:bridge-open-in-may") == (FC.SingleSource, 1)


# --- origins ---------------------------------------------------------------------------------------------


def test_an_article_and_its_named_author_are_one_origin_everywhere() -> None:
    parts = (cite("cite:a", BRIDGE, "mill-news"), cite("cite:b", BRIDGE, "river-post", "ent:ada"))
    assert counted(*parts) == (FC.SingleSource, 1)
    (origin,) = standing(graph(*TOWN, *parts), iri(BRIDGE)).origins
    assert origin.voices == (iri("art:mill-news"), iri("ent:ada"))
    assert [link.kind for link in origin.links] == ["author"]


def test_the_same_speaker_through_two_articles_is_one_origin() -> None:
    parts = (
        cite("cite:a", BRIDGE, "mill-news", "ent:carla"),
        cite("cite:b", BRIDGE, "river-post", "ent:dora", "ent:carla"),
    )
    assert counted(*parts) == (FC.SingleSource, 1)


def test_declared_dependence_unites_all_that_it_names_through_voices_that_say_nothing() -> None:
    parts = (
        cite("cite:a", BRIDGE, "mill-news", "ent:carla"),
        cite("cite:b", BRIDGE, "river-post", "ent:dora"),
        'ent:one a fc:Dependence ; fc:notIndependentOf ent:carla , ent:press ; rdfs:comment "Same owner." .',
        'ent:two a fc:Dependence ; fc:notIndependentOf ent:press , ent:dora ; rdfs:comment "Same desk." .',
    )
    found = standing(graph(*TOWN, *parts), iri(BRIDGE))
    assert found.origin_count == 1
    assert [(link.node, link.reason) for link in found.origins[0].links] == [
        (iri("ent:one"), "Same owner."),
        (iri("ent:two"), "Same desk."),
    ]


def test_dependence_written_on_an_agent_unites_that_agent_too() -> None:
    parts = (
        cite("cite:a", BRIDGE, "mill-news", "ent:carla"),
        cite("cite:b", BRIDGE, "river-post", "ent:dora"),
    )
    assert counted(*parts, "ent:carla fc:notIndependentOf ent:dora .") == (FC.SingleSource, 1)
    assert counted(*parts, "ent:node a fc:Dependence ; fc:notIndependentOf ent:dora .")[1] == 2


@pytest.mark.parametrize("by", ["fc:restates", "fc:translates", "fc:duplicates"])
def test_a_restatement_adds_a_mention_and_no_origin_even_in_another_voice(by: str) -> None:
    first = cite("cite:a", BRIDGE, "mill-news")
    again = cite("cite:b", BRIDGE, "river-post", "ent:carla", restates=["cite:a"], by=by)
    assert counted(first, again) == (FC.SingleSource, 1)
    found = standing(graph(*TOWN, first, again), iri(BRIDGE))
    assert len(found.mentions) == 2
    assert [link.kind for link in found.origins[0].links] == ["restatement"]


def test_citations_that_restate_one_another_in_a_circle_count_once() -> None:
    parts = (
        cite("cite:a", BRIDGE, "mill-news", restates=["cite:b"]),
        cite("cite:b", BRIDGE, "river-post", restates=["cite:a"]),
        cite("cite:c", BRIDGE, "river-post", "ent:carla", restates=["cite:c"]),
    )
    assert counted(*parts) == (FC.Corroborated, 2)


def test_a_restatement_that_is_more_specific_still_supports_its_own_claim() -> None:
    parts = (
        "claim:bridge-open-in-may fc:specialises claim:bridge-open .",
        cite("cite:a", BRIDGE, "mill-news"),
        cite("cite:b", "claim:bridge-open-in-may", "mill-news", paragraph=2, restates=["cite:a"]),
    )
    assert counted(*parts) == (FC.SingleSource, 1)
    assert counted(*parts, claim="claim:bridge-open-in-may") == (FC.SingleSource, 1)
    other = cite("cite:c", "claim:bridge-open-in-may", "river-post")
    assert counted(*parts, other, claim="claim:bridge-open-in-may") == (FC.Corroborated, 2)


def test_an_unnamed_voice_counts_alone_and_adds_nothing_beside_a_named_one() -> None:
    alone = cite("cite:a", BRIDGE, "mill-news", "ent:a-ferryman")
    assert counted(alone) == (FC.SingleSource, 1)
    assert counted(alone, cite("cite:b", BRIDGE, "mill-news", "ent:a-miller")) == (FC.Corroborated, 2)
    assert counted(alone, cite("cite:b", BRIDGE, "mill-news")) == (FC.SingleSource, 1)
    assert counted(alone, cite("cite:b", BRIDGE, "mill-news", "ent:carla")) == (FC.SingleSource, 1)
    assert counted(alone, cite("cite:b", BRIDGE, "river-post")) == (FC.Corroborated, 2)


def test_a_name_that_says_again_what_an_unnamed_voice_said_gives_it_none() -> None:
    said = cite("cite:a", BRIDGE, "mill-news", "ent:a-ferryman") + cite("cite:b", BRIDGE, "mill-news", "ent:carla")
    again = cite("cite:c", BRIDGE, "river-post", restates=["cite:a"])
    assert counted(said, again) == (FC.SingleSource, 1)
    alone = cite("cite:a", BRIDGE, "mill-news", "ent:a-ferryman")
    assert counted(alone, again) == (FC.SingleSource, 1)
    miller = cite("cite:d", BRIDGE, "river-post", "ent:a-miller")
    assert counted(alone, again, miller) == (FC.SingleSource, 1), "the miller may be whoever wrote in river-post"


def test_a_named_voice_on_another_claim_does_not_hush_the_unnamed_one() -> None:
    parts = (
        cite("cite:a", BRIDGE, "mill-news", "ent:a-ferryman"),
        cite("cite:b", "claim:ferry-sold", "mill-news", "ent:carla"),
        cite("cite:c", BRIDGE, "mill-news", "ent:carla", stance="fc:denies"),
        cite("cite:d", BRIDGE, "river-post"),
    )
    assert counted(*parts)[1] == 2


# --- the path --------------------------------------------------------------------------------------------


def test_the_path_says_which_citations_which_origins_and_why() -> None:
    parts = (
        'ent:ada rdfs:label "Ada Brook"@en . ent:carla rdfs:label "Carla Weir"@en .',
        "claim:bridge-open-in-may fc:specialises claim:bridge-open .",
        cite("cite:a", BRIDGE, "mill-news"),
        cite("cite:b", "claim:bridge-open-in-may", "river-post", "ent:ada"),
        cite("cite:c", BRIDGE, "mill-news", "ent:a-ferryman", paragraph=2),
        cite("cite:d", BRIDGE, "river-post", "ent:carla", stance="fc:denies", paragraph=2),
    )
    assert standing(graph(*TOWN, *parts), iri(BRIDGE)).path == (
        "Contested: 3 asserting citations, 1 independent origin. "
        "Origin 1: art:mill-news in its own voice and Ada Brook (ent:ada), "
        "in cite:a, cite:b (by way of claim:bridge-open-in-may). "
        "One origin, because Ada Brook (ent:ada) is an author of art:mill-news. "
        "No further origin: ent:a-ferryman, in cite:c. "
        "It adds none, because it is unnamed, and a named voice also supports the claim in art:mill-news. "
        "Denied by Carla Weir (ent:carla) in cite:d."
    )


def test_the_path_of_one_voice_says_so_and_names_restatements() -> None:
    parts = (
        cite("cite:a", BRIDGE, "mill-news", "ent:carla"),
        cite("cite:b", BRIDGE, "river-post", "ent:carla", restates=["cite:a"]),
    )
    assert standing(graph(*TOWN, *parts), iri(BRIDGE)).path == (
        "Single source: 2 asserting citations, 1 independent origin. "
        "Origin 1: ent:carla, in cite:a, cite:b (restates cite:a). One voice, however often it is cited."
    )
    assert standing(graph(*TOWN), iri(BRIDGE)).path == (
        "Uncited: no citation asserts this claim or one that specialises it."
    )


def test_the_path_of_dependence_gives_its_reason() -> None:
    parts = (
        cite("cite:a", BRIDGE, "mill-news", "ent:carla"),
        cite("cite:b", BRIDGE, "river-post", "ent:dora"),
        'ent:one a fc:Dependence ; fc:notIndependentOf ent:carla , ent:dora ; rdfs:comment "Same owner." .',
    )
    assert "ent:carla and ent:dora are not independent (ent:one: Same owner)." in (
        standing(graph(*TOWN, *parts), iri(BRIDGE)).path
    )


def test_the_path_names_what_objects() -> None:
    parts = (
        *RIVALS,
        "q:who a fc:SingleAnswerQuestion . claim:bridge-open fc:contradicts claim:bridge-shut .",
        cite("cite:c", BRIDGE, "river-post", stance="fc:mentions", paragraph=2),
    )
    path = standing(graph(*TOWN, *parts), iri(BRIDGE)).path
    assert "Contradicted by what is asserted in claim:bridge-shut." in path
    assert "Rival answers to q:who are asserted: claim:bridge-shut." in path
    assert "Only mentioned in cite:c." in path


# --- doors and broken input ------------------------------------------------------------------------------


def test_a_claim_that_is_not_there_has_no_standing() -> None:
    with pytest.raises(KeyError):
        standing(graph(*TOWN), iri("claim:unheard-of"))


def test_standing_and_standings_agree() -> None:
    base = graph(*TOWN, *RIVALS)
    every = standings(base)
    assert list(every) == sorted(every)
    assert all(standing(base, claim) == found for claim, found in every.items())


@pytest.mark.parametrize(
    "broken",
    [
        "cite:x a fc:Citation ; fc:asserts claim:bridge-open ; prov:wasQuotedFrom art:mill-news-p1 .",
        "cite:x a fc:Citation ; fc:asserts claim:bridge-open ; fc:attribution ( art:mill-news ) .",
        "cite:x a fc:Citation ; fc:attribution ( art:mill-news ) ; prov:wasQuotedFrom art:mill-news-p1 .",
        "cite:x a fc:Citation ; fc:attribution () ; fc:asserts claim:bridge-open .",
        'cite:x a fc:Citation ; fc:attribution "Ada" ; fc:asserts "it" ; prov:wasQuotedFrom "there" .',
        cite("cite:x", BRIDGE, "unheard-of"),
        cite("cite:x", BRIDGE, "mill-news") + "cite:x fc:denies claim:bridge-open .",
        cite("cite:x", BRIDGE, "mill-news") + "cite:x prov:wasQuotedFrom art:mill-news-p2 .",
        "cite:x a fc:Citation ; fc:asserts claim:bridge-open ; prov:wasQuotedFrom art:mill-news-p1 ;"
        " fc:attribution [ rdf:first art:mill-news ; rdf:rest [ rdf:first ent:ada ] ] .",
        "cite:x a fc:Citation ; fc:asserts claim:bridge-open ; prov:wasQuotedFrom art:mill-news-p1 ;"
        " fc:attribution _:l . _:l rdf:first art:mill-news ; rdf:rest _:l .",
        "cite:x a fc:Citation ; fc:asserts claim:bridge-open ; prov:wasQuotedFrom art:mill-news-p1 ;"
        " fc:attribution ( [] ) . [] a fc:Claim , fc:Citation , fc:Article .",
    ],
)
def test_a_broken_citation_is_left_out(broken: str) -> None:
    assert counted(broken) == (FC.Uncited, 0)
    base = graph(*TOWN, broken)
    assert standing(base, iri(BRIDGE)).mentions == ()
    assert values(derive(base), BRIDGE, FC.mentionCount) == ["0"]


# --- properties over random small bases ------------------------------------------------------------------


SLUGS = ("north", "south", "east")
NAMED = ("ent:ada", "ent:bruno", "ent:carla", "ent:dora")
UNNAMED = ("ent:somebody", "ent:anybody")
CLAIMS = ("claim:k0", "claim:k1", "claim:k2", "claim:k3")


@dataclass(frozen=True)
class Base:
    """A random base: Turtle for its frame, and its citations as values."""

    frame: tuple[str, ...]
    citations: tuple[tuple[str, str, str, tuple[str, ...], tuple[str, ...]], ...]
    """(claim, slug, stance, speakers below the article, restated citations)"""

    def graph(self, *more: str) -> Graph:
        cited = [
            cite(f"cite:n{number}", claim, slug, *speakers, stance=stance, restates=restated)
            for number, (claim, slug, stance, speakers, restated) in enumerate(self.citations)
        ]
        return graph(*self.frame, *cited, *more)


def edges(predicate: str, left: tuple[str, ...], right: tuple[str, ...]) -> st.SearchStrategy[str]:
    """A few statements of one predicate, circles and self-loops included."""
    one = st.tuples(st.sampled_from(left), st.sampled_from(right))
    return st.lists(one, max_size=3).map(lambda found: "".join(f"{a} {predicate} {b} ." for a, b in found))


def dependences() -> st.SearchStrategy[str]:
    groups = st.lists(st.lists(st.sampled_from((*NAMED, *UNNAMED, "art:north")), max_size=3), max_size=2)
    return groups.map(
        lambda found: "".join(
            f"ent:dep{n} a fc:Dependence . " + "".join(f"ent:dep{n} fc:notIndependentOf {v} ." for v in group)
            for n, group in enumerate(found)
        )
    )


@st.composite
def bases(draw: st.DrawFn, *, speakers: tuple[str, ...] = (*NAMED, *UNNAMED)) -> Base:
    authors = [draw(st.sampled_from((*NAMED, ""))) for _ in SLUGS]
    frame = (
        *(article(slug, by=author) for slug, author in zip(SLUGS, authors, strict=True)),
        person(*NAMED),
        unnamed(*UNNAMED),
        claims(*CLAIMS),
        draw(edges("fc:specialises", CLAIMS, CLAIMS)),
        draw(edges("fc:contradicts", CLAIMS, CLAIMS)),
        "q:one a fc:SingleAnswerQuestion .",
        draw(edges("fc:answers", CLAIMS, ("q:one",))),
        draw(dependences()),
    )
    names = tuple(f"cite:n{n}" for n in range(7))
    stances = ("fc:asserts", "fc:asserts", "fc:asserts", "fc:denies", "fc:mentions")
    citation = st.tuples(
        st.sampled_from(CLAIMS),
        st.sampled_from(SLUGS),
        st.sampled_from(stances),
        st.lists(st.sampled_from(speakers), max_size=2).map(tuple),
        st.lists(st.sampled_from(names), max_size=1).map(tuple),
    )
    return Base(frame, tuple(draw(st.lists(citation, min_size=1, max_size=7))))


def counts(base: Graph) -> dict[str, int]:
    """Claim to number of origins."""
    return {claim: found.origin_count for claim, found in standings(base).items()}


def relay(base: Base, number: int, through: str) -> str:
    """The same innermost speaker, one link further away, in an article of its own."""
    claim, slug, _, speakers, _ = base.citations[number]
    chain = (through, *(speakers or (f"art:{slug}",)))
    return article("relay", by="ent:relayer") + cite("cite:relay", claim, "relay", *chain)


def asserting(base: Base) -> list[int]:
    return [n for n, (_, _, stance, _, _) in enumerate(base.citations) if stance == "fc:asserts"]


@given(base=bases(), data=st.data())
def test_a_relay_never_raises_a_count(base: Base, data: st.DataObject) -> None:
    numbers = asserting(base)
    if numbers:
        number = data.draw(st.sampled_from(numbers))
        claim, _, stance, speakers, _ = base.citations[number]
        before = counts(base.graph())
        elsewhere = relay(base, number, data.draw(st.sampled_from(NAMED)))
        assert all(counts(base.graph(elsewhere))[c] <= before[c] for c in before)
        again = Base(base.frame, (*base.citations, (claim, data.draw(st.sampled_from(SLUGS)), stance, speakers, ())))
        if speakers:
            assert all(counts(again.graph())[c] <= before[c] for c in before)


@given(base=bases(speakers=NAMED), data=st.data())
def test_among_named_voices_a_relay_changes_no_count(base: Base, data: st.DataObject) -> None:
    numbers = asserting(base)
    if numbers:
        more = relay(base, data.draw(st.sampled_from(numbers)), data.draw(st.sampled_from(NAMED)))
        assert counts(base.graph(more)) == counts(base.graph())


@given(base=bases(), claim=st.sampled_from(CLAIMS), speaker=st.sampled_from(("", "ent:new", "ent:nobody")))
def test_a_first_hand_citation_of_a_new_origin_adds_exactly_one(base: Base, claim: str, speaker: str) -> None:
    new = (
        article("new", by="" if speaker else "ent:new-author"),
        person("ent:new", "ent:new-author"),
        unnamed("ent:nobody"),
        cite("cite:new", claim, "new", *([speaker] if speaker else [])),
    )
    before, after = counts(base.graph()), counts(base.graph(*new))
    assert after[iri(claim)] == before[iri(claim)] + 1
    assert all(after[c] - before[c] in (0, 1) for c in before)


@given(base=bases(speakers=NAMED), claim=st.sampled_from(CLAIMS), slug=st.sampled_from(SLUGS))
def test_a_new_speaker_in_a_known_article_adds_exactly_one(base: Base, claim: str, slug: str) -> None:
    new = person("ent:new") + cite("cite:new", claim, slug, "ent:new")
    assert counts(base.graph(new))[iri(claim)] == counts(base.graph())[iri(claim)] + 1


@given(
    base=bases(),
    data=st.data(),
    slug=st.sampled_from(SLUGS),
    speakers=st.lists(st.sampled_from((*NAMED, *UNNAMED)), max_size=2),
    by=st.sampled_from(("fc:restates", "fc:translates", "fc:duplicates")),
)
def test_a_restatement_in_whatever_voice_never_raises_a_count(
    base: Base, data: st.DataObject, slug: str, speakers: list[str], by: str
) -> None:
    numbers = asserting(base)
    if numbers:
        number = data.draw(st.sampled_from(numbers))
        again = cite("cite:again", base.citations[number][0], slug, *speakers, restates=[f"cite:n{number}"], by=by)
        before, after = counts(base.graph()), counts(base.graph(again))
        assert all(after[c] <= before[c] for c in before)


@given(base=bases(), data=st.data())
def test_declaring_that_one_citation_restates_another_never_raises_a_count(base: Base, data: st.DataObject) -> None:
    numbers = st.integers(0, len(base.citations) - 1)
    link = f"cite:n{data.draw(numbers)} fc:restates cite:n{data.draw(numbers)} ."
    before, after = counts(base.graph()), counts(base.graph(link))
    assert all(after[c] <= before[c] for c in before)


@given(base=bases(), data=st.data())
def test_an_unnamed_source_beside_a_named_one_adds_none(base: Base, data: st.DataObject) -> None:
    numbers = [n for n in asserting(base) if not {*base.citations[n][3][-1:]} & {*UNNAMED}]
    if numbers:
        claim, slug, _, _, _ = base.citations[data.draw(st.sampled_from(numbers))]
        more = unnamed("ent:nobody") + cite("cite:new", claim, slug, "ent:nobody")
        assert counts(base.graph(more)) == counts(base.graph())


@given(base=bases(), seed=st.integers(0, 10**6))
def test_the_order_of_triples_is_irrelevant(base: Base, seed: int) -> None:
    shuffled = list(base.graph().triples)
    random.Random(seed).shuffle(shuffled)
    assert derive(Graph.of(shuffled)) == derive(base.graph())


@given(base=bases())
def test_deriving_from_the_whole_graph_again_gives_the_same(base: Base) -> None:
    first = derive(base.graph())
    assert list(first) == sorted(first, key=str)
    assert derive(Graph.of((*base.graph().triples, *first))) == first


@given(base=bases())
def test_every_claim_gets_one_status_that_fits_its_numbers(base: Base) -> None:
    for claim, found in standings(base.graph()).items():
        derived = Graph.of(derive(base.graph()))
        assert [key(term) for term in derived.objects(claim, FC.status)] == [found.status]
        assert (found.status == FC.Uncited) == (found.origin_count == 0) == (not found.support)
        objected = bool(found.denials or found.contradicting or found.rivals)
        assert (found.status == FC.Contested) == (objected and bool(found.support))
        if found.status in (FC.Corroborated, FC.SingleSource):
            assert (found.status == FC.Corroborated) == (found.origin_count >= 2)


@given(base=bases(), seed=st.integers(0, 10**6))
def test_nothing_raises_when_any_triples_are_missing(base: Base, seed: int) -> None:
    every = base.graph().triples
    kept = random.Random(seed).sample(every, len(every) * 2 // 3)
    derived = derive(Graph.of(kept))
    assert {t.predicate.value for t in derived} <= {*DERIVED, PROV.wasDerivedFrom}


def test_long_circles_end() -> None:
    size = 80
    ring = [(n, (n + 1) % size) for n in range(size)]
    text = "".join(
        f"claim:k{a} a fc:Claim ; fc:specialises claim:k{b} . cite:c{a} fc:restates cite:c{b} ."
        f" ent:d{a} a fc:Dependence ; fc:notIndependentOf ent:v{a} , ent:v{b} ."
        for a, b in ring
    )
    cited = "".join(cite(f"cite:c{a}", "claim:k0", "north", f"ent:v{a}") for a, _ in ring)
    found = standings(graph(article("north"), text, cited))
    assert {each.origin_count for each in found.values()} == {1}
    assert {len(each.support) for each in found.values()} == {size}
