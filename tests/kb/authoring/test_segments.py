"""What a text gives away about its own pieces, and what it must not be taken to give away."""

from __future__ import annotations

import pytest

from kb.authoring.segments import languages, read_pieces
from kb.text import TextParagraph, paragraphs

BODY = "The town of Tamber has opened its new bridge, and the mayor spoke of a good day for the valley."


def roles(text: str) -> list[str | None]:
    """Local names of the roles that are told."""
    return [reading.role and reading.role.rpartition("#")[2] for reading in read_pieces(paragraphs(text))]


def pieces(line: str) -> list[tuple[str, str]]:
    """Role and words of each piece found in one line."""
    (paragraph,) = paragraphs(line)
    (reading,) = read_pieces((paragraph,))
    return [(piece.role.rpartition("#")[2], paragraph.text[piece.start : piece.end]) for piece in reading.pieces]


def threads(text: str) -> list[tuple[str, int, int | None] | None]:
    """Role, depth and parent of each line; None outside a thread."""
    return [
        (place.role.rpartition("#")[2], place.depth, place.parent) if (place := reading.thread) else None
        for reading in read_pieces(paragraphs(text))
    ]


class TestHeadline:
    def test_a_short_first_line_without_a_stop_above_a_longer_one(self) -> None:
        assert roles(f"Tamber opens its bridge\n{BODY}") == ["Headline", None]

    def test_a_stamp_behind_it_does_not_hide_it(self) -> None:
        assert roles(f"Tamber opens its bridge     DATE: 2021-03-04 05:06:07\n{BODY}") == ["Headline", None]

    def test_a_long_first_line_is_none(self) -> None:
        line = "Tamber opens its bridge " * 5
        assert roles(f"{line.strip()}\n{BODY} {BODY}")[0] == "Headline"
        assert roles(f"{line}x\n{BODY} {BODY}")[0] is None

    @pytest.mark.parametrize("line", [BODY, "The bridge is open.", "“We walk”", "Is the bridge open?", "Bridge"])
    def test_a_first_line_of_another_kind_is_left_to_a_person(self, line: str) -> None:
        assert roles(f"{line}\n{BODY} {BODY}")[0] is None

    def test_a_doubtful_short_line_gets_a_hint(self) -> None:
        reading = read_pieces(paragraphs(f"Is the bridge open?\n{BODY}"))[0]
        assert reading.role is None and "fc:Headline" in reading.hint

    def test_a_lone_short_line_is_none(self) -> None:
        assert roles("Tamber opens its bridge") == [None]

    def test_a_later_short_line_is_none(self) -> None:
        assert roles(f"{BODY}\nThe day after\n{BODY}") == [None, None, None]


class TestOtherRoles:
    def test_a_labelled_picture_line_is_a_caption(self) -> None:
        assert roles(f"{BODY}\nImage: Tamber Gazette, May 4 | The mayor cuts a ribbon")[1] == "Caption"

    def test_a_credit_at_the_end_of_a_line_is_only_a_hint(self) -> None:
        reading = read_pieces(paragraphs(f"{BODY}\nThe mayor cuts a ribbon on May 4. AFP-Keystone"))[1]
        assert reading.role is None and "fc:Caption" in reading.hint

    @pytest.mark.parametrize("line", ["In solidarity,", "Yours faithfully", "Kind regards,"])
    def test_a_closing_formula(self, line: str) -> None:
        assert roles(f"{BODY}\n{line}")[1] == "SignOff"

    def test_a_sentence_that_holds_a_formula_is_none(self) -> None:
        assert roles(f"{BODY}\nIn solidarity, the town walked over the bridge.")[1] is None


class TestGluedPieces:
    def test_a_byline_run_into_the_word_before_it(self) -> None:
        assert pieces("Bridge stands, say ‘masters of stone,’ and their buildersBy Ann Mill-Bell") == [
            ("Byline", "By Ann Mill-Bell")
        ]

    def test_a_line_that_is_a_byline(self) -> None:
        assert pieces("By Ann Mill") == [("Byline", "By Ann Mill")]

    @pytest.mark.parametrize(
        "line",
        ["They came By Ann Mill", "The song is StandBY Me", "stood by Ann Mill", "It was buildersBy ann mill"],
    )
    def test_words_that_are_no_glued_byline(self, line: str) -> None:
        assert pieces(line) == []

    def test_a_stamp(self) -> None:
        assert pieces("Tamber opens its bridge     DATE: 2021-03-04 05:06:07") == [
            ("Stamp", "DATE: 2021-03-04 05:06:07")
        ]

    def test_a_date_in_a_sentence_is_no_stamp(self) -> None:
        assert pieces("The bridge opened on 2021-03-04.") == []

    @pytest.mark.parametrize(
        ("line", "credit"),
        [
            ("The mayor cuts a ribbon in Tamber. EPA-Yonhap", "EPA-Yonhap"),
            ("The mayor cuts a ribbon in Tamber. Reuters via AFP", "Reuters via AFP"),
            ("The mayor cuts a ribbon | Photo: Ann Mill", "Photo: Ann Mill"),
            ("The mayor cuts a ribbon | Keystone", "Keystone"),
            ("Image: Tamber Gazette, May 4, 1989 | The mayor cuts a ribbon", "Tamber Gazette, May 4, 1989"),
        ],
    )
    def test_a_picture_credit(self, line: str, credit: str) -> None:
        assert pieces(line) == [("Credit", credit)]

    @pytest.mark.parametrize("line", ["The town told Reuters.", "Tamber | Bell | the other towns", "So said AFP"])
    def test_an_agency_in_a_sentence_is_no_credit(self, line: str) -> None:
        assert pieces(line) == []

    def test_a_pull_quote_takes_its_tag_with_it(self) -> None:
        line = (
            "“The River Once Said That It Will Carry Us,” she went on. "
            "“The river once said that it will carry us. We believe it.”"
        )
        assert pieces(line) == [("PullQuote", "“The River Once Said That It Will Carry Us,” she went on.")]

    @pytest.mark.parametrize(
        "line",
        [
            "“The river once said that it will carry us,” she said. “The river once said that it will carry us.”",
            "“The River Once Said That It Will Carry Us,” she went on. “We believe it.”",
            "“The River Said,” she went on. “The river said much.”",
            "“The River Once Said That It Will,” she told us as we all went on. “The river once said that it will.”",
            "The River Once Said That It Will Carry Us. The river once said that it will carry us.",
        ],
    )
    def test_a_quotation_that_is_no_pull_quote(self, line: str) -> None:
        assert pieces(line) == []

    def test_several_pieces_stand_in_the_order_of_the_text(self) -> None:
        found = pieces("UPDATED: 2021-03-04 Bridge stands, say buildersBy Ann Mill")
        assert found == [("Stamp", "UPDATED: 2021-03-04"), ("Byline", "By Ann Mill")]

    def test_an_endless_repetition_is_read_in_time(self) -> None:
        endless = TextParagraph(1, "“" + "A " * 200_000 + "a " * 200_000, 0)
        assert read_pieces((endless,))[0].pieces == ()


class TestThreads:
    def test_depth_comes_from_the_bylines_not_from_the_width(self) -> None:
        text = f"""
{BODY}
  1. Ann Mill
    A body as far in as the byline of its answer.
    1. Ben Bell
      An answer.
  2. Cem Dale
    Another comment."""
        assert threads(text) == [
            None,
            ("CommentByline", 1, None),
            ("Comment", 1, None),
            ("CommentByline", 2, 3),
            ("Comment", 2, 3),
            ("CommentByline", 1, None),
            ("Comment", 1, None),
        ]

    def test_a_comment_of_several_lines_and_a_deep_thread(self) -> None:
        text = "\n".join(
            [
                BODY,
                " 1. Ann Mill",
                "  First line.",
                "  Second line.",
                "  1. Ben Bell",
                "   An answer.",
                "   1. Cem Dale",
                "    An answer to the answer.",
                "  2. Dora Eck",
                "   A second answer.",
            ]
        )
        assert threads(text)[1:] == [
            ("CommentByline", 1, None),
            ("Comment", 1, None),
            ("Comment", 1, None),
            ("CommentByline", 2, 3),
            ("Comment", 2, 3),
            ("CommentByline", 3, 6),
            ("Comment", 3, 6),
            ("CommentByline", 2, 3),
            ("Comment", 2, 3),
        ]

    def test_a_numbered_list_inside_a_comment_is_the_comment(self) -> None:
        text = f"{BODY}\n  1. Ann Mill\n    We need\n    1. Rope\n    2. Stone\n"
        assert [place and place[0] for place in threads(text)[1:]] == ["CommentByline"] + ["Comment"] * 3

    @pytest.mark.parametrize(
        "line", ["  2. Ann Mill", "1. Ann Mill", "  1. Ann Mill came over the bridge on that day.", "  Ann Mill"]
    )
    def test_lines_that_open_no_thread(self, line: str) -> None:
        assert threads(f"{BODY}\n{line}\n    What she wrote.")[1:] == [None, None]

    def test_a_byline_without_a_deeper_line_opens_no_thread(self) -> None:
        assert threads(f"{BODY}\n  1. Ann Mill\n  2. Ben Bell\n") == [None, None, None]

    def test_after_a_line_that_fits_nowhere_nothing_more_is_told(self) -> None:
        text = f"{BODY}\n  1. Ann Mill\n    Words.\n  7. Ben Bell\n    Whose words?\n  2. Cem Dale\n    Words."
        assert threads(text) == [None, ("CommentByline", 1, None), ("Comment", 1, None)] + [None] * 4

    def test_an_unindented_line_ends_the_trouble_too(self) -> None:
        broken = f"{BODY}\n  1. Ann Mill\n    Words.\n  7. Ben Bell\n    Whose words?"
        assert threads(f"{broken}\n{BODY}\n  1. Cem Dale\n    Words.")[6:] == [
            ("CommentByline", 1, None),
            ("Comment", 1, None),
        ]

    def test_a_byline_that_does_not_fit_gets_a_hint(self) -> None:
        hints = [reading.hint for reading in read_pieces(paragraphs(f"{BODY}\n  3. Ann Mill\n    Words.\n    4 go"))]
        assert [("fc:CommentByline" in hint) for hint in hints] == [False, True, False, False]

    def test_an_unindented_line_ends_the_thread(self) -> None:
        text = f"{BODY}\n  1. Ann Mill\n    Words.\n{BODY}\n    Not a comment."
        assert threads(text)[3:] == [None, None]


class TestLanguages:
    @pytest.mark.parametrize(
        ("line", "found"),
        [
            (BODY, ("en",)),
            ("마을 사람들이 새 다리를 지었습니다.", ("ko",)),
            ("마을은 다리(FTA)를 지었고 강은 잔잔합니다.", ("ko",)),
            (f"{BODY} 새 다리를 위하여!", ("en", "ko")),
            ("Tamber Gate", ()),
            ("Die Brücke steht, und der Fluss fließt an ihr vorbei.", ("de",)),
            ("Le pont est ouvert et la ville le fête avec un grand bal.", ("fr",)),
            ("Bron är öppen igen, och borgmästaren talade om en god dag för dalen.", ("sv",)),
            ("Silta on jälleen auki, ja pormestari puhui laaksolle hyvästä päivästä.", ("fi",)),
            ("Мэр сказал, что мост снова открыт и что это хороший день для всей долины.", ("ru",)),
            (f"{BODY} 다리", ("en",)),
            ("제12조 3항", ("ko",)),
            ("", ()),
        ],
    )
    def test_script_and_words(self, line: str, found: tuple[str, ...]) -> None:
        assert languages(line) == found

    @pytest.mark.parametrize(
        "line",
        [
            "Det er to ferger her, for broen er stengt.",
            "Der var to færger her for ti år siden, og borgmesteren vil have dem igen.",
            "The bridge is open",
            "625, 626, 627, 652, 653, 654, 655, 656, 657, 658, 659, 660, 661, 662 and 663",
            "https://example.org/bridge/opening/of/the/new/bridge.html",
        ],
    )
    def test_what_is_short_or_between_two_languages_is_left_to_a_person(self, line: str) -> None:
        assert languages(line) == ()

    @pytest.mark.parametrize(
        ("line", "tag"),
        [
            ("De brug was open, en de burgemeester is er van het begin af voor.", "nl"),
            ("Broen var for gammel, og det var for få her som ville have den.", "da"),
            ("Det var for få som var her, og broen er for gammel til at de vil ha den.", "no"),
        ],
    )
    def test_words_that_english_has_too_do_not_make_it_english(self, line: str, tag: str) -> None:
        assert set(languages(line)) <= {tag}

    @pytest.mark.parametrize(
        ("unit", "found"), [("다리", ("ko",)), ("다리 ", ("ko",)), ("a", ()), ("_'-", ()), (f"{BODY} ", ("en",))]
    )
    def test_the_work_grows_with_the_length_of_a_line_and_no_faster(self, unit: str, found: tuple[str, ...]) -> None:
        assert languages(unit * (1_000_000 // len(unit))) == found

    def test_the_model_reads_the_beginning_of_a_line(self) -> None:
        german = "Die Brücke steht, und der Fluss fließt an ihr vorbei. "
        assert languages(f"{BODY} " * 40 + german * 400) == ("en",)
