"""What a sentence says of when something held, and how well that fits the time asked about."""

from __future__ import annotations

from datetime import date

import pytest

from rag.language.periods import years
from rag.timeline import Told, held, spans, told_by
from rag.types import Statement


def year_by_year(text: str) -> list[tuple[int, int]]:
    return [(span.start.year, span.end.year) for span in spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The depot stood in Saltby from 1992 to 1996.", [(1992, 1997)]),
        ("1719–1724: the second keeper", [(1719, 1725)]),
        ("It moved to Quayford in 2005.", [(2005, 9999)]),
        ("It was a store in 1981, a shop in 1982 and a school in 1986.", [(1981, 1982), (1982, 1986), (1986, 9999)]),
        ("It stayed there until 2008.", [(1, 2008)]),
        ("The keeper (3 April 1909 – 29 July 1976) was known for his lamps.", []),
        ("Nothing is said of when.", []),
    ],
)
def test_a_sentence_tells_from_when_to_when_something_held(text: str, expected: list[tuple[int, int]]) -> None:
    assert year_by_year(text) == expected


def test_a_sentence_without_a_date_takes_that_of_the_one_before() -> None:
    told = told_by([statement(1, "In 2005 it moved to Quayford."), statement(2, "There it had forty beds.")])

    assert told["s2"].inherited
    assert told["s2"].spans == told["s1"].spans


def test_far_behind_no_date_is_taken_over() -> None:
    told = told_by([statement(1, "In 2005 it moved to Quayford."), statement(9, "There it had forty beds.")])

    assert told["s9"].spans == ()


def test_what_begins_then_fits_better_than_what_began_long_before_and_what_is_over_does_not_fit() -> None:
    asked = years(2005, 2008)
    fits = [
        held(Told(spans(text)), asked)
        for text in (
            "It was in Quayford from 2005 to 2008.",
            "In 2005 it moved to Quayford.",
            "In 2003 it moved to Quayford.",
            "In 1960 it moved to Quayford.",
            "Nothing is said of when.",
            "It was in Quayford from 1992 to 1996.",
        )
    ]

    assert fits == sorted(fits, reverse=True)
    assert fits[-1] < 0 == fits[-2]


def test_a_time_taken_over_weighs_less() -> None:
    own = spans("In 2005 it moved to Quayford.")

    assert 0 < held(Told(own, inherited=True), years(2005, 2008)) < held(Told(own), years(2005, 2008))


def test_an_open_span_has_no_end() -> None:
    (span,) = spans("It moved to Quayford in 2005.")

    assert span.began
    assert not span.ended
    assert span.start == date(2005, 1, 1)


def statement(ordinal: int, text: str) -> Statement:
    return Statement(f"s{ordinal}", "g1", 1, ordinal, 0, len(text), text, "sentence")
