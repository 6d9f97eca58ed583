"""Extended Date/Time Format: the days that bound a value, on the Library of Congress's examples and more."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.model.dates import Bounds, bounds


def days(text: str) -> str:
    """`first/last`, a gap where there is no bound."""
    found = bounds(text)
    assert found is not None, f"{text} was not read"
    return "/".join("" if day is None else day.isoformat() for day in (found.earliest, found.latest))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1985", "1985-01-01/1985-12-31"),
        ("1985-04", "1985-04-01/1985-04-30"),
        ("1985-04-12", "1985-04-12/1985-04-12"),
        ("2000-02", "2000-02-01/2000-02-29"),
        ("1985-04-12T23:20:30Z", "1985-04-12/1985-04-12"),
        ("1964/2008", "1964-01-01/2008-12-31"),
        ("2004-02-01/2005", "2004-02-01/2005-12-31"),
        ("1984?", "1984-01-01/1984-12-31"),
        ("2004-06~", "2004-06-01/2004-06-30"),
        ("2004-06-11%", "2004-06-11/2004-06-11"),
        ("2004-?06-~11", "2004-06-11/2004-06-11"),
        ("1984~/2004-06", "1984-01-01/2004-06-30"),
        ("201X", "2010-01-01/2019-12-31"),
        ("20XX", "2000-01-01/2099-12-31"),
        ("2004-XX", "2004-01-01/2004-12-31"),
        ("1985-04-XX", "1985-04-01/1985-04-30"),
        ("1985-XX-XX", "1985-01-01/1985-12-31"),
        ("156X-12-25", "1560-12-25/1569-12-25"),
        ("20XX-02-29", "2000-02-29/"),
        ("1960-XX/1975~", "1960-01-01/1975-12-31"),
        ("2004-06-XX/2004-07-03", "2004-06-01/2004-07-03"),
        ("[1667,1668,1670..1672]", "1667-01-01/1672-12-31"),
        ("[..1760-12-03]", "/1760-12-03"),
        ("[1760-12..]", "1760-12-01/"),
        ("{1960,1961-12}", "1960-01-01/1961-12-31"),
    ],
)
def test_bounds_are_the_first_and_last_day_that_the_value_allows(text: str, expected: str) -> None:
    assert days(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1985/..", "1985-01-01/"),
        ("1985/", "1985-01-01/"),
        ("../1985", "/1985-12-31"),
        ("/1985", "/1985-12-31"),
        ("../..", "/"),
        ("XXXX", "/"),
        ("XXXX-07-09", "/"),
        ("XXXX-XX-23", "/"),
        ("XXXX-07-09/1988", "/1988-12-31"),
        ("-0044", "/"),
        ("0000", "/"),
        ("Y170000002", "/"),
        ("Y-17E7", "/"),
        ("Y17E999999999", "/"),
        ("1950S2", "/"),
        ("1989/1970", "/"),
    ],
)
def test_what_is_open_unknown_or_beyond_the_calendar_gives_no_bound(text: str, expected: str) -> None:
    assert days(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1989-21", "1989-01-01/1989-12-31"),
        ("1989-24~", "1989-01-01/1989-12-31"),
        ("1989-1X", "1989-01-01/1989-12-31"),
        ("1989-03-X2", "1989-03-01/1989-03-31"),
    ],
)
def test_bounds_are_wide_rather_than_guessed(text: str, expected: str) -> None:
    assert days(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", " 1988", "1988 ", "1988\n", "88", "１９８８", "the spring", "1985-4", "1985--"),
        *("1988-13", "1988-00", "2021-02-30", "1900-02-29", "1985-04-31/1986", "1985-04-12T25:00:00Z"),
        *("1985/1986/1987", "/", "unknown/1985", "[]", "[1985", "{1985,}", "[" * 5000, "1985," * 5000),
    ],
)
def test_what_is_no_edtf_is_told_apart(text: str) -> None:
    assert bounds(text) is None


@given(st.text(alphabet="0123456789X?~%-/.,[]{}TZYSE:+ ", max_size=24))
def test_no_text_raises_and_bounds_are_in_order(text: str) -> None:
    found = bounds(text)
    if found and found.earliest and found.latest:
        assert found.earliest <= found.latest


@given(st.dates())
def test_a_day_is_bounded_by_itself(day: datetime.date) -> None:
    assert bounds(day.isoformat()) == Bounds(day, day)


def test_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("1960-XX/1975~", "1985-0X", "-0044-0X", "{1960-XX,1975~}"):
        bounds(text)
    assert capsys.readouterr() == ("", "")
