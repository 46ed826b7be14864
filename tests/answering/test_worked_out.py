"""Answers that take more than one figure: years side by side, a difference, a change, a ranking; all of it cited."""

from __future__ import annotations

from datetime import date

from rag.ask import ask
from rag.library import Library
from rag.types import Answer, Asked


def answered(library: Library, question: str) -> Answer:
    return ask(library, Asked(question, date(2026, 11, 22)))


def test_the_years_of_a_range_stand_side_by_side(small_library: Library) -> None:
    answer = answered(small_library, "How many enquiries each year from 2023 to 2025?")

    assert answer.short == "3,801 (2023); 4,046 (2024); 4,212 (2025)"
    assert len(answer.figures) == len({figure.citation for figure in answer.figures}) == 3


def test_a_year_that_was_asked_for_and_not_found_is_named(small_library: Library) -> None:
    answer = answered(small_library, "How many enquiries in 2022 and 2023?")

    assert answer.short == "3,801 (2023)"
    assert any("2022" in note for note in answer.notes)


def test_a_difference_is_worked_out_in_the_open_and_checked(small_library: Library) -> None:
    answer = answered(small_library, "How many more enquiries were there in 2025 than in 2024?")

    assert answer.short == "166"
    assert "4,212 − 4,046 = 166" in answer.text
    assert all(claim.supported and claim.citations for claim in answer.claims)


def test_a_change_is_worked_out_from_the_first_to_the_last_year(small_library: Library) -> None:
    answer = answered(small_library, "By how much have enquiries gone up since 2023?")

    assert answer.short == "+10.8%"
    assert "(4,212 − 3,801) ÷ 3,801 = 10.8%" in answer.text
    assert all(claim.supported for claim in answer.claims)


def test_the_part_with_the_most_is_the_highest_row_of_the_year(small_library: Library) -> None:
    answer = answered(small_library, "Which region had the most enquiries in 2025?")

    assert answer.short == "South"
    assert [figure.value for figure in answer.figures] == [2031, 1310]


def test_the_part_with_the_fewest_is_the_lowest_row(small_library: Library) -> None:
    assert answered(small_library, "which region had the fewest enquiries in 2024?").short == "North East"


def test_a_ranking_of_parts_that_no_table_has_is_not_made_up(small_library: Library) -> None:
    assert answered(small_library, "Which channel brought the most enquiries in 2025?").short is None
