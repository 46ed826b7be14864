"""The right figure for the right year, with its qualifier and its source; or what is nearest, and that it is not it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from small import made

from rag.ask import ask
from rag.index.crossencoder import CrossEncoder
from rag.index.embed import MiniLM
from rag.library import Library
from rag.types import Answer, Asked, Turn

TODAY = date(2026, 11, 22)


def asked(library: Library, question: str, as_of: date = TODAY, scope: str = "") -> Answer:
    return ask(library, Asked(question, as_of, scope=scope))


@pytest.mark.parametrize(
    ("question", "short", "year", "report"),
    [
        ("How many enquiries in 2025?", "4,212", "2025", "annual/2025.md"),
        ("How many enquiries last year?", "4,212", "2025", "annual/2025.md"),
        ("How many enquiries in 2024?", "4,046", "2024", "annual/2024.md"),
        ("How many enquiries did the trust receive in 2023?", "3,801", "2023", "annual/2023.md"),
        ("How many parcels last year?", "more than 33,000", "2025", "articles/parcels.md"),
        ("How many workshops in 2024?", "58", "2024", "annual/2024.md"),
        ("What share of parcels went to schools?", "15 per cent", "2025", "articles/parcels.md"),
    ],
)
def test_the_figure_of_the_right_year_is_given(
    small_library: Library, question: str, short: str, year: str, report: str
) -> None:
    answer = asked(small_library, question)

    assert (answer.status, answer.short) == ("answered", short)
    assert answer.figures[0].period is not None
    assert (answer.figures[0].period.label, answer.citations[0].report) == (year, report)


def test_the_qualifier_stands_before_the_figure_in_the_headline(small_library: Library) -> None:
    answer = asked(small_library, "How many parcels last year?")

    assert answer.headline is not None
    assert (answer.headline.qualifier, answer.headline.figure) == ("more than", "33,000")
    assert (answer.figures[0].qualifier, answer.figures[0].value) == ("more than", 33000)


@pytest.mark.parametrize(("region", "short"), [("North", "1,310"), ("North East", "871"), ("South", "2,031")])
def test_north_is_not_north_east(small_library: Library, region: str, short: str) -> None:
    assert asked(small_library, f"How many enquiries in the {region} in 2025?").short == short


def test_a_part_is_not_given_for_the_whole(small_library: Library) -> None:
    answer = asked(small_library, "How many enquiries were there in 2023?")

    assert answer.short == "3,801"
    assert all(figure.value == 3801 for figure in answer.figures)


def test_the_whole_is_not_given_for_a_part(tmp_path: Path) -> None:
    reports = {"a.md": "---\ndate: 2026-05-01\n---\n\nIn 2025 the trust received 4,212 enquiries in all its towns."}
    with made(tmp_path, reports, MiniLM()) as library:
        assert asked(library, "How many enquiries in Quayford in 2025?").status == "not_found"


def test_a_final_figure_goes_before_a_provisional_one_which_is_mentioned(small_library: Library) -> None:
    answer = asked(small_library, "How many enquiries in 2025?")

    assert answer.short == "4,212"
    assert "4,190" in answer.text
    assert [(conflict["value"], conflict["provisional"]) for conflict in answer.conflicts] == [(4190, True)]
    assert "bulletins/2025-q4.md" in [citation.report for citation in answer.citations]


def test_a_provisional_figure_alone_is_called_so(small_library: Library) -> None:
    answer = asked(small_library, "How many enquiries in 2025?", scope="bulletins/")

    assert answer.short is not None
    assert "4,190" in answer.short
    assert any("provisional" in note for note in answer.notes)


def test_two_sources_that_disagree_are_both_shown(small_library: Library) -> None:
    answer = asked(small_library, "How many home visits in 2025?")

    assert "640" in answer.text
    assert "655" in answer.text
    assert {citation.report for citation in answer.citations} >= {"annual/2025.md", "press/2026-06-24-gazette.md"}
    assert len(answer.conflicts) == 1


def test_rounding_is_not_a_disagreement(small_library: Library) -> None:
    answer = asked(small_library, "How many enquiries in 2025?")

    assert 4200 not in [conflict["value"] for conflict in answer.conflicts]


@pytest.mark.parametrize(
    ("question", "as_of", "nearest"),
    [
        ("How many enquiries in 2022?", TODAY, "2023"),
        ("How many parcels last year?", date(2027, 11, 22), "2025"),
        ("How many workshops in 2025?", TODAY, "2024"),
        ("How many enquiries in the North East in 2022?", TODAY, "2023"),
    ],
)
def test_a_figure_of_another_period_is_offered_but_is_not_the_answer(
    small_library: Library, question: str, as_of: date, nearest: str
) -> None:
    answer = asked(small_library, question, as_of)

    assert (answer.status, answer.short, answer.claims, answer.figures) == ("not_found", None, (), ())
    label, n = answer.suggestions[0]
    assert label.startswith(nearest)
    assert n in [citation.n for citation in answer.citations]


def test_a_target_is_not_what_came_of_it(small_library: Library) -> None:
    assert asked(small_library, "How many enquiries in 2025?").short == "4,212"
    assert asked(small_library, "What was the target for enquiries in 2025?").short == "4,500"


@pytest.mark.parametrize(
    "question",
    [
        "How many enquiries in Westmoor in 2025?",
        "How many dragons were slain in 2025?",
        "Who won the sailing cup in Porto?",
    ],
)
def test_what_no_report_holds_is_not_found(small_library: Library, question: str) -> None:
    answer = asked(small_library, question)

    assert (answer.status, answer.short, answer.claims) == ("not_found", None, ())


def test_of_several_years_each_has_its_own_figure_and_source(small_library: Library) -> None:
    answer = asked(small_library, "How many enquiries in 2023, 2024 and 2025?")

    told = [(figure.period.label, figure.value) for figure in answer.figures if figure.period]
    assert told == [("2023", 3801), ("2024", 4046), ("2025", 4212)]
    assert len({figure.citation for figure in answer.figures}) == 3


def test_a_date_is_given_as_it_is_written(small_library: Library) -> None:
    assert asked(small_library, "When did the Quayford office open?").short == "3 March 2025"


def test_a_reason_is_told_in_the_words_of_the_report(small_library: Library) -> None:
    assert "because rents rose" in asked(small_library, "Why did enquiries rise?").text


def test_a_definition_is_told_in_the_words_of_the_report(small_library: Library) -> None:
    assert "one question from one household" in asked(small_library, "What is an enquiry?").text


def test_a_follow_up_is_answered_for_its_own_year(small_library: Library) -> None:
    history = (Turn("user", "How many enquiries last year?"), Turn("assistant", "4,212"))
    answer = ask(small_library, Asked("and the year before?", TODAY, history))

    assert (answer.short, answer.status) == ("4,046", "answered")


def test_a_cell_is_given_with_the_scale_of_its_caption(tmp_path: Path) -> None:
    table = "Table 1: Income by source, 2025, £ thousand\n\n| Source | 2025 |\n| --- | --- |\n| Grants | 3,850 |\n"
    with made(tmp_path, {"a.md": f"---\ntitle: Accounts\ndate: 2026-05-01\n---\n\n{table}"}, MiniLM()) as library:
        answer = asked(library, "What was the income from grants in 2025?")

    assert answer.short == "£3,850 thousand"
    assert (answer.figures[0].value, answer.figures[0].unit) == (3_850_000, "GBP")
    assert all(claim.supported for claim in answer.claims)


@pytest.mark.parametrize(
    ("text", "question", "short"),
    [
        ("Calls took 10–15 minutes in 2025.", "How long did calls take in 2025?", "up to 15 minutes"),
        (
            "Volunteers gave 1,200+ hours in 2025.",
            "How many hours did volunteers give in 2025?",
            "at least 1,200 hours",
        ),
        (
            "We received 66 complaints in 2025, of which 23 were upheld.",
            "How many complaints were upheld in 2025?",
            "23",
        ),
        ("The median wait rose from 12.4 to 17.8 days.", "What was the median wait in 2025?", "17.8 days"),
    ],
)
def test_a_figure_is_never_firmer_than_its_source(tmp_path: Path, text: str, question: str, short: str) -> None:
    report = f"---\ntitle: Annual report 2025\ndate: 2026-05-14\n---\n\n{text}"
    with made(tmp_path, {"a.md": report}, MiniLM()) as library:
        assert asked(library, question).short == short


ORGANISATION = {
    "procedure.md": "# Complaints procedure\n\nThe chair of the board\n\nA complaint is read within ten working days.",
    "report.md": (
        "---\ntitle: Annual report\ndate: 2026-05-01\n---\n\n# Who we are\n\nThere are offices in Quayford, Saltby and "
        "Netherness. The office in Quayford moved to the former customs house."
    ),
}


def test_a_statement_that_says_no_more_than_the_question_is_no_answer(tmp_path: Path) -> None:
    with made(tmp_path, ORGANISATION, MiniLM()) as library:
        answer = asked(library, "Who chairs the board?")

    assert answer.status == "not_found"
    assert "The chair of the board [1]" not in answer.text


def test_where_something_is_is_not_told_by_what_stands_beside_it_in_a_list(tmp_path: Path) -> None:
    with made(tmp_path, ORGANISATION, MiniLM()) as library:
        answer = asked(library, "Where is the Quayford office?")

    assert "Saltby" not in (answer.short or "")


def test_all_of_a_list_of_places_is_the_answer(tmp_path: Path) -> None:
    with made(tmp_path, ORGANISATION, MiniLM()) as library:
        library.judge = CrossEncoder()
        answer = asked(library, "Where are the offices?")

    assert answer.short == "Quayford, Saltby and Netherness"


def test_a_target_and_what_would_have_been_are_no_disagreement(tmp_path: Path) -> None:
    reports = {
        "2025.md": "---\ndate: 2026-05-01\n---\n\nIn 2025 the trust received 4,212 enquiries.",
        "2024.md": "---\ndate: 2025-05-01\n---\n\nThe board has set a target of 4,500 enquiries in 2025.",
        "note.md": "---\ndate: 2026-02-01\n---\n\nOn the old rule there would have been 4,401 enquiries in 2025.",
    }
    with made(tmp_path, reports, MiniLM()) as library:
        answer = asked(library, "How many enquiries in 2025?")

    assert (answer.short, answer.conflicts) == ("4,212", ())


def test_another_report_that_gives_another_name_is_shown_beside_the_answer(tmp_path: Path) -> None:
    reports = {
        "gazette.md": "# Harbour ferry\n\nThe harbour ferry was built in Quayford in 1962.",
        "herald.md": "# Harbour ferry\n\nThe harbour ferry was built in Saltby in 1962.",
    }
    with made(tmp_path, reports, MiniLM()) as library:
        library.judge = CrossEncoder()
        answer = asked(library, "Where was the harbour ferry built?")

    assert {answer.short, *(conflict["short"] for conflict in answer.conflicts)} == {"Quayford", "Saltby"}
    assert "Other reports say otherwise." in answer.text
    assert {citation.report for citation in answer.citations} == {"gazette.md", "herald.md"}
