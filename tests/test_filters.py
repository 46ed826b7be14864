"""A filter holds the reports it says it holds, is written as people write dates, and says why nothing is left."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ask import ask
from rag.filters import first_day, last_day, left_out, why_empty
from rag.library import Library
from rag.types import EVERYTHING, Asked, Published, Report, Within

TODAY = date(2026, 11, 22)
MAY, JUNE = date(2026, 5, 31), date(2026, 6, 1)


def report(path: str = "annual/2025.md", published: date | None = MAY, collection: str = "main") -> Report:
    day = Published(published, "front matter") if published else None
    return Report(path, "3f9a", path, collection, path, "Markdown", 1, day, None)


REPORTS = [
    report("annual/2024.md", date(2025, 5, 12)),
    report("annual/2025.md", MAY),
    report("guidance.txt", None),
    report("press/gazette.md", date(2026, 6, 24), "press"),
    report("press/undated.md", None, "press"),
]


# --- what it holds ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("within", "held"),
    [
        (Within(), True),
        (Within("annual/"), True),
        (Within("annual/2025.md"), True),
        (Within("press/"), False),
        (Within(collection="main"), True),
        (Within(collection="press"), False),
        (Within(published_from=MAY), True),
        (Within(published_from=JUNE), False),
        (Within(published_to=MAY), True),
        (Within(published_to=MAY - timedelta(days=1)), False),
        (Within(published_from=MAY, published_to=MAY), True),
        (Within("annual/", "main", MAY, JUNE), True),
        (Within("annual/", "press", MAY, JUNE), False),
        (Within("press/", "main", MAY, JUNE), False),
    ],
)
def test_a_report_may_be_asked_if_all_that_is_given_holds(within: Within, held: bool) -> None:
    assert within.holds(report()) is held


@pytest.mark.parametrize(
    ("within", "held"), [(Within(published_from=date.min), False), (Within(published_to=date.max), False)]
)
def test_a_report_without_a_date_lies_in_no_range(within: Within, held: bool) -> None:
    assert within.holds(report(published=None)) is held
    assert EVERYTHING.holds(report(published=None))


@given(st.dates(), st.dates(), st.dates())
def test_both_ends_of_a_range_belong_to_it(first: date, last: date, day: date) -> None:
    assert Within(published_from=first, published_to=last).holds(report(published=day)) is (first <= day <= last)


# --- how days are written ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2025", "2025-01-01", "2025-12-31"),
        ("2025-06", "2025-06-01", "2025-06-30"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025-12", "2025-12-01", "2025-12-31"),
        ("2025-06-30", "2025-06-30", "2025-06-30"),
        (2025, "2025-01-01", "2025-12-31"),
        (date(2025, 6, 30), "2025-06-30", "2025-06-30"),
    ],
)
def test_a_year_and_a_month_stand_for_all_their_days(written: object, first: str, last: str) -> None:
    assert (str(first_day(written)), str(last_day(written))) == (first, last)


@pytest.mark.parametrize(
    "written",
    ["", "last year", "25", "2025-13", "2025-00", "2025-02-30", "2025-6", "2025/06", "30.06.2025", "0000", "9999"],
)
def test_what_names_no_days_is_refused_with_what_would(written: str) -> None:
    for read in (first_day, last_day):
        with pytest.raises(ValueError, match=r"no year, month or day; write it like 2025, 2025-06 or 2025-06-30\."):
            read(written)


# --- what it leaves out -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("within", "why"),
    [
        (Within("nowhere/"), 'no report has a path that begins with "nowhere/"'),
        (Within(collection="secret"), 'there is no collection "secret", only "main" and "press"'),
        (Within("annual/", "press"), 'no report in the collection "press" has a path that begins with "annual/"'),
        (
            Within(published_from=date(2020, 1, 1), published_to=date(2020, 12, 31)),
            "no report was published between 1 January 2020 and 31 December 2020; "
            "the reports run from 12 May 2025 to 24 June 2026",
        ),
        (
            Within(published_from=date(2027, 1, 1)),
            "no report was published on or after 1 January 2027; the reports run from 12 May 2025 to 24 June 2026",
        ),
        (
            Within(collection="press", published_to=MAY),
            'no report in the collection "press" was published on or before 31 May 2026; '
            "the reports are of 24 June 2026",
        ),
        (
            Within("annual/", published_from=JUNE, published_to=JUNE),
            'no report with a path that begins with "annual/" was published on 1 June 2026; '
            "the reports run from 12 May 2025 to 31 May 2026",
        ),
        (
            Within(published_from=JUNE, published_to=MAY),
            "no report was published between 1 June 2026 and 31 May 2026, which is earlier; "
            "the reports run from 12 May 2025 to 24 June 2026",
        ),
        (
            Within("guidance", published_from=date(2020, 1, 1)),
            'of no report with a path that begins with "guidance" is it known when it was published',
        ),
        (Within("annual/", published_from=date(2020, 1, 1)), ""),
    ],
)
def test_it_is_said_which_part_leaves_nothing(within: Within, why: str) -> None:
    assert why_empty(within, REPORTS) == why


def test_a_library_without_reports_says_so_whatever_is_asked_for() -> None:
    assert why_empty(Within("annual/", published_from=MAY), []) == "the library holds no reports"


@pytest.mark.parametrize(
    ("undated", "notes"),
    [
        (0, ()),
        (1, ("1 report was left out: it is not known when it was published.",)),
        (1200, ("1,200 reports were left out: it is not known when they were published.",)),
    ],
)
def test_reports_without_a_date_are_counted(undated: int, notes: tuple[str, ...]) -> None:
    assert left_out(undated) == notes


# --- asking -----------------------------------------------------------------------------------------------------------


def test_a_range_of_dates_limits_all_that_is_cited_and_retrieved(small_library: Library) -> None:
    asked = Asked("How many enquiries?", TODAY, published_from=date(2025, 1, 1), published_to=date(2025, 12, 31))
    answer = ask(small_library, asked)

    assert {each.report for each in (*answer.citations, *answer.passages)} == {"annual/2024.md"}
    assert answer.short == "4,046"


def test_an_answer_says_how_many_reports_were_left_out_for_want_of_a_date(small_library: Library) -> None:
    note = "1 report was left out: it is not known when it was published."

    for asked in (
        Asked("How many enquiries?", TODAY, published_from=date(2025, 1, 1)),
        Asked("How many enquiries?", TODAY, published_to=date(2001, 1, 1)),
    ):
        assert note in ask(small_library, asked).notes
    for asked in (
        Asked("How many enquiries?", TODAY),
        Asked("How many enquiries?", TODAY, scope="annual/", published_from=date(2025, 1, 1)),
    ):
        assert note not in ask(small_library, asked).notes


def test_where_a_filter_holds_no_report_the_answer_says_which_part_emptied_it(small_library: Library) -> None:
    answer = ask(small_library, Asked("How many enquiries?", TODAY, published_from=date(2027, 1, 1)))

    assert (answer.status, answer.citations, answer.passages) == ("not_found", (), ())
    assert answer.text == (
        "Not in these reports: no report was published on or after 1 January 2027; "
        "the reports run from 13 May 2024 to 24 June 2026."
    )
