"""Misspelt words of a question are read as words that the library holds; names are left alone."""

from __future__ import annotations

from datetime import date

import pytest

from rag.ask import ask
from rag.library import Library
from rag.question import understand
from rag.spelling import slips, spelt
from rag.types import Asked

AS_OF = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("leads", "leads", 0),
        ("peple", "people", 1),
        ("refferals", "referrals", 2),
        ("recieved", "received", 1),
        ("a", "xyz", 3),
    ],
)
def test_slips_are_letters_changed_missing_added_or_swapped(one: str, other: str, expected: int) -> None:
    assert min(slips(one, other, 2), 3) == expected


def test_a_misspelt_word_is_read_as_the_nearest_of_the_library(small_library: Library) -> None:
    understood = spelt(understand(Asked("how many enquries in 2025?", AS_OF)), small_library)

    assert understood.standalone == "how many enquiries in 2025?"


def test_what_was_read_is_shown_and_answered(small_library: Library) -> None:
    answer = ask(small_library, Asked("how many enquries in 2025?", AS_OF))

    assert answer.short == "4,212"
    assert answer.understood is not None
    assert "enquiries" in answer.understood.standalone


def test_a_name_that_no_report_holds_is_not_taken_for_another(small_library: Library) -> None:
    question = "How many enquiries in Quaxford in 2025?"

    assert spelt(understand(Asked(question, AS_OF)), small_library).standalone == question


def test_a_question_without_a_slip_is_untouched(small_library: Library) -> None:
    understood = understand(Asked("How many home visits in 2025?", AS_OF))

    assert spelt(understood, small_library) is understood
