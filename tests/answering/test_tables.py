"""What is read from whole tables: named cells, what is worked out from several, rows found by their cells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from small import made

from rag.ask import ask
from rag.index.embed import MiniLM
from rag.library import Library
from rag.types import Answer, Asked

ACCOUNTS = """---
title: Harbour Trust accounts {year}
date: {after}-06-01
---

# Spending

Table 1: Spending and budget, £ thousand

| Heading | Budget {year} | Actual {year} | Actual {before} |
| --- | --- | --- | --- |
| Staff | {budget} | {staff} | {staff_before} |
| Premises | 310 | {premises} | 300 |
| Repairs (1) | 80 | 96 | 84 |
| Total | 2,790 | {total} | 2,684 |
"""

REPORTS = {
    "accounts/2025.md": ACCOUNTS.format(
        year=2025, before=2024, after=2026, budget="2,400", staff="2,450", staff_before="2,300", premises=330,
        total="2,876",
    ),
    "accounts/2023.md": ACCOUNTS.format(
        year=2023, before=2022, after=2024, budget="2,100", staff="2,150", staff_before="2,050", premises=290,
        total="2,536",
    ),
    "data/moorings.csv": (
        "Mooring,Town,Length (m),Opened,Boats\n"
        "North quay,Quayford,140,1998,31\nLong arm,Saltby,410,1976,88\nFish steps,Quayford,60,2011,12\n"
        "Old basin,Netherness,230,1954,54\n"
    ),
    "demand.md": (
        "---\ntitle: Demand\ndate: 2026-03-01\n---\n\n# Demand\n\nTable 1: Requests by year\n\n"
        "| Year | Requests | Visits |\n| --- | --- | --- |\n| 2023 | 400 | 90 |\n| 2024 | 440 | 80 |\n"
        "| 2025 | 506 | 100 |\n"
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with made(tmp_path_factory.mktemp("tables"), REPORTS, MiniLM()) as held:
        yield held


def asked(library: Library, question: str, scope: str = "") -> Answer:
    return ask(library, Asked(question, date(2026, 11, 22), scope=scope))


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("How much was spent on repairs in 2025?", "£96 thousand"),
        ("What was the budget for staff in 2025?", "£2,400 thousand"),
        ("What was the change in premises between 2024 and 2025?", "£30 thousand"),
        ("By what percentage did spending on staff change between 2024 and 2025?", "6.52%"),
        ("What is the average spending on staff for 2024 and 2025?", "£2,375 thousand"),
        ("What percentage of the total was premises in 2025?", "11.47%"),
        ("What is the ratio of staff to premises in 2025?", "7.42"),
        ("What was the difference between staff and premises in 2025?", "£2,120 thousand"),
        ("In which year were requests highest?", "2025"),
        ("In which year were visits lowest?", "2024"),
        ("What is the average number of requests from 2023 to 2025?", "448.67"),
    ],
)
def test_cells_are_read_and_reckoned_with(library: Library, question: str, short: str) -> None:
    answer = asked(library, question)

    assert (answer.status, answer.short) == ("answered", short)
    assert answer.claims
    assert all(claim.supported for claim in answer.claims), [each.text for each in answer.claims]


def test_figures_of_two_reports_are_put_together_like_with_like(library: Library) -> None:
    answer = asked(library, "By how much did spending on staff change between 2023 and 2025?")

    assert answer.short == "£300 thousand"  # 2,450 − 2,150: what was spent, not what was budgeted
    assert "2,450 − 2,150" in answer.text
    assert {citation.report for citation in answer.citations} == {"accounts/2023.md", "accounts/2025.md"}
    assert all(claim.supported for claim in answer.claims)


def test_a_financial_year_is_not_the_year_in_which_it_ends(library: Library) -> None:
    assert asked(library, "How many requests were there in 2024/25?").status == "not_found"


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("Which mooring is the longest?", "Long arm"),
        ("Which mooring has the fewest boats?", "Fish steps"),
        ("How many moorings are in Quayford?", "2"),
        ("How many moorings have more than 50 boats?", "2"),
        ("What is the length of the Old basin?", "230"),
        ("When was the Long arm opened?", "1976"),
        ("Which mooring comes after the Long arm?", "Fish steps"),
    ],
)
def test_rows_are_found_by_their_cells(library: Library, question: str, short: str) -> None:
    answer = asked(library, question, scope="data/")

    assert (answer.status, answer.short) == ("answered", short)
    assert answer.citations[0].report == "data/moorings.csv"


def test_a_table_cut_into_passages_is_ranked_whole(tmp_path: Path) -> None:
    rows = "".join(f"| Ward {n} | {100 + n * 7 % 50} |\n" for n in range(1, 90))
    report = (
        "---\ntitle: Wards\ndate: 2026-01-01\n---\n\nTable 1: Enquiries by ward, 2025\n\n"
        f"| Ward | Enquiries |\n| --- | --- |\n{rows}"
    )
    values = {f"Ward {n}": 100 + n * 7 % 50 for n in range(1, 90)}
    most = max(values.values())
    with made(tmp_path, {"wards.md": report}, MiniLM()) as library:
        answer = asked(library, "Which ward had the most enquiries in 2025?")

    assert answer.short is not None
    assert values[answer.short] == most


def test_what_rose_most_is_told_by_how_far_it_rose(library: Library) -> None:
    answer = asked(library, "Which heading had the largest rise between 2024 and 2025?", scope="accounts/2025")

    assert answer.short == "Staff"  # by 150, from 2,300: repairs were fewer, and rose by 12
    assert "2,450 − 2,300" in answer.text
    assert all(claim.supported for claim in answer.claims)


def test_how_something_went_is_told_for_each_period_in_order(library: Library) -> None:
    answer = asked(library, "How have requests developed over the years?")

    assert answer.short == "400 (2023); 440 (2024); 506 (2025)"
    assert [figure.value for figure in answer.figures] == [400, 440, 506]


GRANTS = (
    "---\ntitle: {title}\ndate: 2026-01-01\n---\n\nTable 1: Income\n\n"
    "| Income | 2024 | 2025 |\n| --- | --- | --- |\n| Grants | 1,000 | {grants} |\n"
)


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("What were grants in 2025?", {"1,200", "3,400"}),
        ("What was the change in grants from 2024 to 2025?", {"200", "2,400"}),
        ("What was the average of grants in 2024 and 2025?", {"1,100", "2,200"}),
    ],
)
def test_where_the_question_does_not_say_whose_each_report_is_told_and_none_stands_for_the_answer(
    tmp_path: Path, question: str, short: set[str]
) -> None:
    reports = {
        "a.md": GRANTS.format(title="Harbour Trust", grants="1,200"),
        "b.md": GRANTS.format(title="River Trust", grants="3,400"),
    }
    with made(tmp_path, reports, MiniLM()) as library:
        answer = asked(library, question)
        named = asked(library, question.replace("grants", "the River Trust's grants"))

    assert set((answer.short or "").split(" or ")) == short
    assert {conflict["short"] for conflict in answer.conflicts} == short
    assert {citation.report for citation in answer.citations} == {"a.md", "b.md"}
    assert [claim.supported for claim in answer.claims] == [True] * len(answer.claims)
    assert any("does not say whose" in note for note in answer.notes)
    assert {citation.report for citation in named.citations} == {"b.md"}
    assert named.short in short


def test_of_one_series_a_report_answers_and_the_other_is_told_beside_it(tmp_path: Path) -> None:
    reports = {
        "a.md": GRANTS.format(title="Annual report 2025", grants="1,200"),
        "b.md": GRANTS.format(title="Annual report 2026", grants="1,350"),
    }
    with made(tmp_path, reports, MiniLM()) as library:
        answer = asked(library, "What were grants in 2025?")

    assert answer.short in ("1,200", "1,350")
    assert [conflict["short"] for conflict in answer.conflicts] == list({"1,200", "1,350"} - {answer.short})


def test_what_agrees_when_rounded_is_no_other_figure(tmp_path: Path) -> None:
    reports = {
        "a.md": GRANTS.format(title="Harbour Trust", grants="1,234"),
        "b.md": GRANTS.format(title="River Trust", grants="1,234"),
    }
    with made(tmp_path, reports, MiniLM()) as library:
        assert asked(library, "What were grants in 2025?").conflicts == ()


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("How many moorings have at least 54 boats?", "2"),
        ("How many moorings have more than 54 boats?", "1"),
        ("How many moorings have at most 31 boats?", "2"),
        ("How many moorings have less than 31 boats?", "1"),
    ],
)
def test_at_least_and_at_most_hold_for_the_number_itself(library: Library, question: str, short: str) -> None:
    assert asked(library, question, scope="data/").short == short


def test_a_number_that_the_table_does_not_hold_is_not_passed_over(library: Library) -> None:
    assert asked(library, "What was spent on the 3 staff houses in 2025?").status == "not_found"


def test_by_how_much_something_fell_is_said_without_a_sign(library: Library) -> None:
    fell = asked(library, "How much did visits decrease between 2023 and 2024?")
    changed = asked(library, "What was the change in visits between 2023 and 2024?")

    assert (fell.short, changed.short) == ("10", "−10")
    assert all(claim.supported for claim in (*fell.claims, *changed.claims))


def test_shares_change_by_percentage_points(tmp_path: Path) -> None:
    report = (
        "---\ntitle: Berths\ndate: 2026-01-01\n---\n\nTable 1: Use\n\n"
        "| Use | 2024 | 2025 |\n| --- | --- | --- |\n| Berths taken | 81.5% | 84.0% |\n"
    )
    with made(tmp_path, {"a.md": report}, MiniLM()) as library:
        answer = asked(library, "What was the percentage change in berths taken from 2024 to 2025?")

    assert answer.short == "2.5 percentage points"
    assert all(claim.supported for claim in answer.claims)


def test_in_which_years_something_was_below_a_number_is_told_by_years(library: Library) -> None:
    assert asked(library, "In which years were requests less than 450?").short == "2023, 2024"
