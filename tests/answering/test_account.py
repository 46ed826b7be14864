"""Accounts of a topic over several reports: lines over time, what explains them, and whose they are. All made up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from fakes import LetterCount
from small import made

from rag.ask import ask
from rag.breadth import wants_account
from rag.library import Library
from rag.question import understand
from rag.types import Answer, Asked

AS_OF = date(2026, 6, 30)


def quarter(company: str, number: int, published: str, months: str, sales: tuple[int, int], said: str) -> str:
    return (
        f"---\ntitle: {company} quarterly report\ndate: {published}\n---\n\n# Income statement\n\n"
        f"In Q{number} 2025 the mill worked as before.\n\n"
        f"Table 1: Income statement, £ thousand\n\n"
        f"| | Three months ended {months} 2025 | Three months ended {months} 2024 |\n| --- | --- | --- |\n"
        f"| Net sales | {sales[0]} | {sales[1]} |\n| Cost of sales | {sales[0] // 2} | {sales[1] // 2} |\n"
        f"| Research and development | {sales[0] // 10} | {sales[1] // 10} |\n\n# Discussion\n\n{said}\n"
    )


REPORTS = {
    "lindmoor/2025-q1.md": quarter(
        "Lindmoor", 1, "2025-04-28", "31 March", (4200, 4000), "Net sales increased 5% driven by higher sales of linen."
    ),
    "lindmoor/2025-q2.md": quarter(
        "Lindmoor", 2, "2025-07-28", "30 June", (4400, 4100), "Net sales increased 7% driven by higher sales of wool."
    ),
    "lindmoor/2025-q3.md": quarter(
        "Lindmoor", 3, "2025-10-27", "30 September", (3900, 4300), "Net sales decreased 9% due to lower sales of linen."
    ),
    "ashgate/2025-q3.md": quarter(
        "Ashgate", 3, "2025-10-29", "30 September", (910, 870), "Net sales increased 5% driven by higher sales of rope."
    ),
}


@pytest.fixture(scope="module")
def mills(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with made(tmp_path_factory.mktemp("mills"), REPORTS, LetterCount()) as library:
        yield library


def answered(library: Library, question: str) -> Answer:
    return ask(library, Asked(question, AS_OF))


def test_a_line_is_told_over_all_reports_of_the_named_company_and_of_no_other(mills: Library) -> None:
    answer = answered(mills, "How have Lindmoor's net sales changed over time?")

    assert [figure.value for figure in answer.figures if figure.unit == "GBP"][-3:] == [4_200_000, 4_400_000, 3_900_000]
    assert all(citation.report.startswith("lindmoor/") for citation in answer.citations)


def test_the_change_is_from_the_same_quarter_a_year_before_and_shown(mills: Library) -> None:
    answer = answered(mills, "How have Lindmoor's net sales changed over time?")

    assert "from September 2024: (3,900 − 4,300) ÷ 4,300 = −9.3%" in answer.text
    assert all(claim.supported and claim.citations for claim in answer.claims)


def test_the_sentences_that_explain_it_stand_behind_it_in_the_order_of_time(mills: Library) -> None:
    answer = answered(
        mills, "What are the main factors behind the changes in Lindmoor's net sales over these quarters?"
    )

    assert [claim.text for claim in answer.claims[1:]] == [
        "Published April 2025: Net sales increased 5% driven by higher sales of linen.",
        "Published July 2025: Net sales increased 7% driven by higher sales of wool.",
        "Published October 2025: Net sales decreased 9% due to lower sales of linen.",
    ]


def test_what_one_company_calls_sales_another_asks_for_as_revenue(mills: Library) -> None:
    answer = answered(mills, "Can any trends be identified in Lindmoor's revenue over these quarters?")

    assert answer.claims[0].text.startswith("Net sales, three months to")


def test_two_measures_of_one_question_are_both_told(mills: Library) -> None:
    answer = answered(mills, "How do Lindmoor's R&D and net sales compare across the quarters?")

    assert {claim.text.split(",")[0] for claim in answer.claims[:2]} == {"Net sales", "Research and development"}


def test_of_the_latest_report_only_its_own_figures_are_told(mills: Library) -> None:
    answer = answered(mills, "What were Lindmoor's net sales in the latest quarter?")

    assert answer.short == "£3900 thousand"
    assert {citation.report for citation in answer.citations} == {"lindmoor/2025-q3.md"}


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What patterns can be seen in sales over the reported quarters?", True),
        ("How did costs compare with sales?", True),
        ("How many people work at the mill?", False),
        ("Which quarter had the most sales?", False),
    ],
)
def test_an_account_is_wanted_where_no_one_figure_answers(question: str, wanted: bool) -> None:
    assert wants_account(understand(Asked(question, AS_OF))) is wanted
