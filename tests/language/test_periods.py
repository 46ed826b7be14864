"""Periods mean the same days to us as to the person who asks and to the report that tells."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rag.language import periods
from rag.language.mentions import NOWHEN, Anchor, label_period, mentions
from rag.language.periods import describe, relation, shifted
from rag.types import Period, PeriodKind

TODAY = Anchor(date(2026, 11, 22))

# A question of 22 November 2026, the words in it that name a period, its first day, the day after its last.
QUESTIONS = [
    # years
    ("How many leads in 2025?", "2025", "2025-01-01", "2026-01-01"),
    ("How many leads last year?", "last year", "2025-01-01", "2026-01-01"),
    ("How many leads this year?", "this year", "2026-01-01", "2027-01-01"),
    ("Who led it from 1946 to Aug 2014?", "1946 to Aug 2014", "1946-01-01", "2014-09-01"),
    ("Who led it from August 2003 to 2005?", "August 2003 to 2005", "2003-08-01", "2006-01-01"),
    ("leads in the previous year", "previous year", "2025-01-01", "2026-01-01"),
    ("leads in the year before last", "the year before last", "2024-01-01", "2025-01-01"),
    ("leads two years ago", "two years ago", "2024-01-01", "2025-01-01"),
    ("leads 5 years ago", "5 years ago", "2021-01-01", "2022-01-01"),
    ("leads a decade ago", "a decade ago", "2016-01-01", "2017-01-01"),
    ("a year ago", "a year ago", "2025-01-01", "2026-01-01"),
    ("so far this year", "so far this year", "2026-01-01", "2026-11-23"),
    ("this year so far", "this year so far", "2026-01-01", "2026-11-23"),
    ("cases year to date", "year to date", "2026-01-01", "2026-11-23"),
    ("cases since 2019", "since 2019", "2019-01-01", "2026-11-23"),
    ("since the start of 2024", "since the start of 2024", "2024-01-01", "2026-11-23"),
    ("mid-2024", "2024", "2024-01-01", "2025-01-01"),
    ("cases since March 2024", "since March 2024", "2024-03-01", "2026-11-23"),
    ("cases in the 2010s", "2010s", "2010-01-01", "2020-01-01"),
    ("from 2019 to 2023", "from 2019 to 2023", "2019-01-01", "2024-01-01"),
    ("between 2019 and 2023", "between 2019 and 2023", "2019-01-01", "2024-01-01"),
    ("2019–2023", "2019–2023", "2019-01-01", "2024-01-01"),
    ("2019-2023", "2019-2023", "2019-01-01", "2024-01-01"),
    ("2019 to 2023", "2019 to 2023", "2019-01-01", "2024-01-01"),
    # financial years
    ("the budget for 2024/25", "2024/25", "2024-04-01", "2025-04-01"),
    ("the budget for 2024-25", "2024-25", "2024-04-01", "2025-04-01"),
    ("the budget for 2024–25", "2024–25", "2024-04-01", "2025-04-01"),
    ("the budget for 2024/2025", "2024/2025", "2024-04-01", "2025-04-01"),
    ("the budget for 1999/00", "1999/00", "1999-04-01", "2000-04-01"),
    ("FY2025", "FY2025", "2024-04-01", "2025-04-01"),
    ("FY 25", "FY 25", "2024-04-01", "2025-04-01"),
    ("financial year 2025", "financial year 2025", "2024-04-01", "2025-04-01"),
    ("in the financial year 2024/25", "2024/25", "2024-04-01", "2025-04-01"),
    ("the year to March 2025", "year to March 2025", "2024-04-01", "2025-04-01"),
    ("the year ending 31 March 2025", "year ending 31 March 2025", "2024-04-01", "2025-04-01"),
    ("the year ended 30 June 2024", "year ended 30 June 2024", "2023-07-01", "2024-07-01"),
    ("the year to December 2024", "year to December 2024", "2024-01-01", "2025-01-01"),
    ("the 12 months to September 2026", "12 months to September 2026", "2025-10-01", "2026-10-01"),
    ("the six months to June 2026", "six months to June 2026", "2026-01-01", "2026-07-01"),
    ("three months ended July 1, 2023", "three months ended July 1, 2023", "2023-04-01", "2023-07-01"),
    ("three months ended July 31, 2023", "three months ended July 31, 2023", "2023-05-01", "2023-08-01"),
    ("quarterly period ended June 25, 2022", "quarterly period ended June 25, 2022", "2022-04-01", "2022-07-01"),
    ("nine-month period ended June 25, 2022", "nine-month period ended June 25, 2022", "2021-10-01", "2022-07-01"),
    ("the year to 5 April 2025", "year to 5 April 2025", "2024-04-01", "2025-04-01"),
    ("October 1, 2022 – October 31, 2022", "October 1, 2022 – October 31, 2022", "2022-10-01", "2022-11-01"),
    ("the quarter to June 2025", "quarter to June 2025", "2025-04-01", "2025-07-01"),
    ("the three months ending August 2025", "three months ending August 2025", "2025-06-01", "2025-09-01"),
    ("the year to March", "year to March", "2025-04-01", "2026-04-01"),
    ("FY24/25", "FY24/25", "2024-04-01", "2025-04-01"),
    ("FY2024-25", "FY2024-25", "2024-04-01", "2025-04-01"),
    ("last financial year", "last financial year", "2025-04-01", "2026-04-01"),
    ("this financial year", "this financial year", "2026-04-01", "2027-04-01"),
    ("the five years to March 2025", "five years to March 2025", "2020-04-01", "2025-04-01"),
    ("the three years to 2025", "three years to 2025", "2023-01-01", "2026-01-01"),
    # quarters and halves
    ("Q1 2025/26", "Q1 2025/26", "2025-04-01", "2025-07-01"),
    ("2025/26 Q1", "2025/26 Q1", "2025-04-01", "2025-07-01"),
    ("Q1–Q3 2025", "Q1–Q3 2025", "2025-01-01", "2025-10-01"),
    ("the last quarter of 2025", "last quarter of 2025", "2025-10-01", "2026-01-01"),
    ("Q3 last year", "Q3 last year", "2025-07-01", "2025-10-01"),
    ("the third quarter of last year", "third quarter of last year", "2025-07-01", "2025-10-01"),
    ("the first half of last year", "first half of last year", "2025-01-01", "2025-07-01"),
    ("the first six months of 2025", "first six months of 2025", "2025-01-01", "2025-07-01"),
    ("the last three months of 2025", "last three months of 2025", "2025-10-01", "2026-01-01"),
    ("Q3 2025", "Q3 2025", "2025-07-01", "2025-10-01"),
    ("2025 Q3", "2025 Q3", "2025-07-01", "2025-10-01"),
    ("2025-Q3", "2025-Q3", "2025-07-01", "2025-10-01"),
    ("Q1 of 2024", "Q1 of 2024", "2024-01-01", "2024-04-01"),
    ("the third quarter of 2025", "third quarter of 2025", "2025-07-01", "2025-10-01"),
    ("the first quarter in 2025", "first quarter in 2025", "2025-01-01", "2025-04-01"),
    ("the 2nd quarter of 2025", "2nd quarter of 2025", "2025-04-01", "2025-07-01"),
    ("in Q3", "Q3", "2026-07-01", "2026-10-01"),
    ("in the second quarter", "second quarter", "2026-04-01", "2026-07-01"),
    ("in Q4", "Q4", "2026-10-01", "2027-01-01"),
    ("last quarter", "last quarter", "2026-07-01", "2026-10-01"),
    ("this quarter", "this quarter", "2026-10-01", "2027-01-01"),
    ("the previous quarter", "previous quarter", "2026-07-01", "2026-10-01"),
    ("H1 2025", "H1 2025", "2025-01-01", "2025-07-01"),
    ("the second half of 2025", "second half of 2025", "2025-07-01", "2026-01-01"),
    # months
    ("in March 2025", "March 2025", "2025-03-01", "2025-04-01"),
    ("in Sept 2025", "Sept 2025", "2025-09-01", "2025-10-01"),
    ("in Dec. 2024", "Dec. 2024", "2024-12-01", "2025-01-01"),
    ("in March of 2025", "March of 2025", "2025-03-01", "2025-04-01"),
    ("in MARCH 2025", "MARCH 2025", "2025-03-01", "2025-04-01"),
    ("in March", "March", "2026-03-01", "2026-04-01"),
    ("in March last year", "March last year", "2025-03-01", "2025-04-01"),
    ("in March of this year", "March of this year", "2026-03-01", "2026-04-01"),
    ("in December of the previous year", "December of the previous year", "2025-12-01", "2026-01-01"),
    ("2025-06", "2025-06", "2025-06-01", "2025-07-01"),
    ("in November", "November", "2026-11-01", "2026-12-01"),
    ("in December", "December", "2025-12-01", "2026-01-01"),
    ("last month", "last month", "2026-10-01", "2026-11-01"),
    ("this month", "this month", "2026-11-01", "2026-12-01"),
    ("January to March 2025", "January to March 2025", "2025-01-01", "2025-04-01"),
    ("July–September 2025", "July–September 2025", "2025-07-01", "2025-10-01"),
    ("between May and August 2025", "May and August 2025", "2025-05-01", "2025-09-01"),
    ("November 2024 to February 2025", "November 2024 to February 2025", "2024-11-01", "2025-03-01"),
    ("November to February 2025", "November to February 2025", "2024-11-01", "2025-03-01"),
    ("April to June", "April to June", "2026-04-01", "2026-07-01"),
    ("two months ago", "two months ago", "2026-09-01", "2026-10-01"),
    # days
    ("on 3 June 2026", "3 June 2026", "2026-06-03", "2026-06-04"),
    ("on the 3rd of June 2026", "3rd of June 2026", "2026-06-03", "2026-06-04"),
    ("on June 3, 2026", "June 3, 2026", "2026-06-03", "2026-06-04"),
    ("on 2026-06-03", "2026-06-03", "2026-06-03", "2026-06-04"),
    ("29 February 2024", "29 February 2024", "2024-02-29", "2024-03-01"),
    ("from 3 to 14 June 2026", "3 to 14 June 2026", "2026-06-03", "2026-06-15"),
    ("28 May – 3 June 2026", "28 May – 3 June 2026", "2026-05-28", "2026-06-04"),
    ("1 April 2024 to 31 March 2025", "1 April 2024 to 31 March 2025", "2024-04-01", "2025-04-01"),
    ("1 January 2025 to 31 December 2025", "1 January 2025 to 31 December 2025", "2025-01-01", "2026-01-01"),
    ("today", "today", "2026-11-22", "2026-11-23"),
    ("yesterday", "yesterday", "2026-11-21", "2026-11-22"),
    # rolling
    ("over the last five years", "last five years", "2021-11-22", "2026-11-22"),
    ("in the past 12 months", "past 12 months", "2025-11-22", "2026-11-22"),
    ("the last decade", "last decade", "2016-11-22", "2026-11-22"),
    ("the last two weeks", "last two weeks", "2026-11-08", "2026-11-22"),
    ("the past three quarters", "past three quarters", "2026-02-22", "2026-11-22"),
    ("the last 30 days", "last 30 days", "2026-10-23", "2026-11-22"),
]  # fmt: skip

ARTICLE = Anchor(date(2026, 2, 10))
ANNUAL = Anchor(date(2026, 5, 20), periods.year(2025))
BULLETIN = Anchor(date(2026, 10, 15), periods.quarter(3, 2026))
FISCAL = Anchor(date(2025, 7, 1), periods.fiscal_year(2024))

# The same for a report: of what it covers, and when it was published.
REPORTS = [
    (ARTICLE, "Last year there were 33,000 leads.", "Last year", "2025-01-01", "2026-01-01"),
    (ARTICLE, "In December we moved.", "December", "2025-12-01", "2026-01-01"),
    (ARTICLE, "In January we moved.", "January", "2026-01-01", "2026-02-01"),
    (ARTICLE, "over the last five years", "last five years", "2021-02-10", "2026-02-10"),
    (ARTICLE, "leads two years ago", "two years ago", "2024-01-01", "2025-01-01"),
    (ARTICLE, "last month", "last month", "2026-01-01", "2026-02-01"),
    (ANNUAL, "This year we took 4,212 referrals.", "This year", "2025-01-01", "2026-01-01"),
    (ANNUAL, "in the previous year", "previous year", "2024-01-01", "2025-01-01"),
    (ANNUAL, "more than the year before", "the year before", "2024-01-01", "2025-01-01"),
    (ANNUAL, "166 more than last year", "last year", "2024-01-01", "2025-01-01"),
    (ANNUAL, "compared with last year", "last year", "2024-01-01", "2025-01-01"),
    (ANNUAL, "In March, calls doubled.", "March", "2025-03-01", "2025-04-01"),
    (ANNUAL, "in December", "December", "2025-12-01", "2026-01-01"),
    (ANNUAL, "the third quarter", "third quarter", "2025-07-01", "2025-10-01"),
    (ANNUAL, "over the last five years", "last five years", "2021-01-01", "2026-01-01"),
    (ANNUAL, "since 2019", "since 2019", "2019-01-01", "2026-01-01"),
    (ANNUAL, "in Q2", "Q2", "2025-04-01", "2025-07-01"),
    (BULLETIN, "this quarter", "this quarter", "2026-07-01", "2026-10-01"),
    (BULLETIN, "the previous quarter", "previous quarter", "2026-04-01", "2026-07-01"),
    (BULLETIN, "than in the same quarter of last year", "the same quarter of last year", "2025-07-01", "2025-10-01"),
    (BULLETIN, "the same quarter last year", "the same quarter last year", "2025-07-01", "2025-10-01"),
    (BULLETIN, "the same time last year", "the same time last year", "2025-07-01", "2025-10-01"),
    (BULLETIN, "a year earlier", "a year earlier", "2025-07-01", "2025-10-01"),
    (BULLETIN, "In August, calls rose.", "August", "2026-08-01", "2026-09-01"),
    (BULLETIN, "so far this year", "so far this year", "2026-01-01", "2026-10-01"),
    (BULLETIN, "the year to September 2026", "year to September 2026", "2025-10-01", "2026-10-01"),
    (FISCAL, "This year we spent more.", "This year", "2024-04-01", "2025-04-01"),
    (FISCAL, "than last year", "last year", "2023-04-01", "2024-04-01"),
    (FISCAL, "the previous year", "previous year", "2023-04-01", "2024-04-01"),
    (FISCAL, "In February, calls rose.", "February", "2025-02-01", "2025-03-01"),
    (NOWHEN, "In 2025 and after", "2025", "2025-01-01", "2026-01-01"),
]  # fmt: skip


def one(text: str, anchor: Anchor) -> tuple[str, str, str]:
    """The words and days of the only period that the text names."""
    (mention,) = mentions(text, anchor)
    assert mention.period is not None
    return mention.words, mention.period.start.isoformat(), mention.period.end.isoformat()


@pytest.mark.parametrize(("text", "words", "start", "end"), QUESTIONS, ids=[case[0] for case in QUESTIONS])
def test_a_question_names_its_days(text: str, words: str, start: str, end: str) -> None:
    assert one(text, TODAY) == (words, start, end)


@pytest.mark.parametrize(("anchor", "text", "words", "start", "end"), REPORTS, ids=[case[1] for case in REPORTS])
def test_a_report_names_its_days(anchor: Anchor, text: str, words: str, start: str, end: str) -> None:
    assert one(text, anchor) == (words, start, end)


@pytest.mark.parametrize(
    "text",
    [
        "They may be late.",
        "We march on Mondays.",
        "1,999 cases",
        "£2,025 was spent",
        "£2025",
        "2025 per cent",
        "2,019.5",
        "2025%",
        "It costs 2000 million.",
        "the year after",
        "Q5",
        "31 February",
        "a quarter of all calls",
        "half of them",
        "yearly figures",
        "three-year plan",
        "",
    ],
)
def test_what_names_no_period_is_left_alone(text: str) -> None:
    assert mentions(text, TODAY) == []


def test_several_periods_come_in_order() -> None:
    text = "It rose from 4,046 in 2024 to 4,212 in 2025, and again in Q1 2026."

    assert [m.words for m in mentions(text, TODAY)] == ["2024", "2025", "Q1 2026"]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Q1 and Q2 2025", ["Q1 2025", "Q2 2025"]),
        ("the first and second quarters of 2025", ["Q1 2025", "Q2 2025"]),
        ("March 2024 and March 2025", ["March 2024", "March 2025"]),
        ("2023, 2024 and 2025", ["2023", "2024", "2025"]),
        ("2023/24 and 2024/25", ["2023/24", "2024/25"]),
    ],
)
def test_listed_periods_are_kept_apart_and_share_their_year(text: str, labels: list[str]) -> None:
    assert [m.period and m.period.label for m in mentions(text, TODAY)] == labels


@pytest.mark.parametrize("text", ["last year", "this year", "in March", "Q3", "two years ago", "the last five years"])
def test_without_a_day_a_relative_period_is_found_but_unknown(text: str) -> None:
    (mention,) = mentions(text, NOWHEN)

    assert mention.relative
    assert mention.period is None


def test_an_impossible_day_is_no_day() -> None:
    assert all(m.words != "31 February 2025" for m in mentions("on 31 February 2025", TODAY))
    assert all(m.words != "2025-13-45" for m in mentions("on 2025-13-45", TODAY))


def test_a_financial_year_is_not_the_calendar_year() -> None:
    (fiscal,) = mentions("2024/25", TODAY)
    (calendar,) = mentions("2024", TODAY)

    assert fiscal.period and calendar.period
    assert (fiscal.period.kind, calendar.period.kind) == (PeriodKind.FISCAL, PeriodKind.CALENDAR)
    assert relation(fiscal.period, calendar.period) == "overlaps"


@pytest.mark.parametrize(
    ("label", "anchor", "start", "end"),
    [
        ("2025", NOWHEN, "2025-01-01", "2026-01-01"),
        ("March", ANNUAL, "2025-03-01", "2025-04-01"),
        ("Mar", ANNUAL, "2025-03-01", "2025-04-01"),
        ("May", ANNUAL, "2025-05-01", "2025-06-01"),
        ("Sept.", ANNUAL, "2025-09-01", "2025-10-01"),
        ("January*", ANNUAL, "2025-01-01", "2025-02-01"),
        ("Q2", ANNUAL, "2025-04-01", "2025-07-01"),
        ("2024/25", NOWHEN, "2024-04-01", "2025-04-01"),
        ("Number, 2023", NOWHEN, "2023-01-01", "2024-01-01"),
    ],
)
def test_a_label_of_a_table_names_its_days(label: str, anchor: Anchor, start: str, end: str) -> None:
    period = label_period(label, anchor)

    assert period is not None
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)


@pytest.mark.parametrize("label", ["Total", "North East", "", "Change", "1,284"])
def test_other_labels_name_no_period(label: str) -> None:
    assert label_period(label, ANNUAL) is None


@pytest.mark.parametrize(
    ("period", "told"),
    [
        (periods.year(2025), "1 Jan – 31 Dec 2025"),
        (periods.fiscal_year(2024), "1 Apr 2024 – 31 Mar 2025"),
        (periods.day(date(2026, 6, 3)), "3 Jun 2026"),
    ],
)
def test_a_period_is_described_in_days(period: Period, told: str) -> None:
    assert describe(period) == told


@pytest.mark.parametrize(
    ("found", "wanted", "expected"),
    [
        (periods.quarter(1, 2025), periods.year(2025), "inside"),
        (periods.year(2025), periods.quarter(1, 2025), "contains"),
        (periods.year(2024), periods.year(2025), "apart"),
        (periods.fiscal_year(2024), periods.year(2025), "overlaps"),
        (periods.year(2025), periods.year(2025), "equal"),
        (None, periods.year(2025), "unknown"),
        (periods.year(2025), None, "unknown"),
    ],
)
def test_how_periods_lie_to_each_other(found: Period | None, wanted: Period | None, expected: str) -> None:
    assert relation(found, wanted) == expected


# --- properties -------------------------------------------------------------------------------------------------------

DAYS = st.dates(date(1990, 1, 1), date(2080, 12, 31))
YEARS = st.integers(1990, 2080)
ANY = st.builds(lambda start, days: Period(start, start + timedelta(days), "x"), DAYS, st.integers(1, 900))
NAMED = st.one_of(
    st.builds(periods.year, YEARS),
    st.builds(periods.quarter, st.integers(1, 4), YEARS),
    st.builds(periods.half, st.integers(1, 2), YEARS),
    st.builds(periods.month, st.integers(1, 12), YEARS),
    st.builds(periods.fiscal_year, YEARS),
    st.builds(periods.fiscal_quarter, st.integers(1, 4), YEARS),
    st.builds(periods.day, DAYS),
    st.builds(periods.years, YEARS, YEARS),
    st.builds(periods.months_to, DAYS, st.integers(1, 24)),
)
MIRROR = {"inside": "contains", "contains": "inside"}


@given(ANY, ANY)
def test_seen_from_the_other_side_inside_is_contains_and_the_rest_stays(one: Period, other: Period) -> None:
    lies = relation(one, other)

    assert relation(other, one) == MIRROR.get(lies, lies)
    assert (lies == "apart") == (max(one.start, other.start) >= min(one.end, other.end))
    assert (lies == "equal") == (one == other)


@given(st.lists(DAYS, min_size=6, max_size=6, unique=True))
def test_a_part_of_a_part_is_a_part(days: list[date]) -> None:
    first, second, third, fourth, fifth, sixth = sorted(days)
    outer, middle, inner = Period(first, sixth, ""), Period(second, fifth, ""), Period(third, fourth, "")

    assert [relation(a, b) for a, b in ((inner, middle), (middle, outer), (inner, outer))] == ["inside"] * 3


@given(NAMED, st.integers(-20, 20))
def test_a_period_moved_there_and_back_is_the_same(period: Period, by: int) -> None:
    assume((period.start.month, period.start.day) != (2, 29) and (period.end.month, period.end.day) != (2, 29))
    assume(all(1900 <= edge.year + by < 2099 for edge in (period.start, period.end)))

    back = shifted(shifted(period, by), -by)

    assert (back.start, back.end, back.label, back.kind) == (period.start, period.end, period.label, period.kind)


@given(st.one_of(*(st.builds(make, YEARS) for make in (periods.year, periods.fiscal_year))), st.integers(-20, 15))
def test_a_moved_year_is_the_year_of_that_name(period: Period, by: int) -> None:
    make = periods.fiscal_year if period.kind is PeriodKind.FISCAL else periods.year
    there = make(period.start.year + by)

    moved = shifted(period, by)

    assert (moved, moved.label) == (there, there.label)


@given(NAMED, st.sampled_from([TODAY, NOWHEN, ANNUAL]))
def test_the_label_of_a_period_names_its_days(period: Period, anchor: Anchor) -> None:
    found = mentions(f"cases in {period.label} in all", anchor)

    assert [m.period for m in found] == [period]


PIECES = st.sampled_from(
    "last |previous |this |the |year|years|quarter| to |–|-|/|2025|2024|25|99|9999|0000|Q3|Q|H1 | of |March |may |"
    "Feb. |31 |29 |first |since |FY|so far|same |month|s | ago|five |a |decade|between | and |before|mid-|half|"
    "financial |last |that|,|.|\n|in |today|3rd ".split("|")
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map("".join))
ANCHORS = st.one_of(
    st.sampled_from([NOWHEN, TODAY, ARTICLE, ANNUAL, BULLETIN, FISCAL]),
    st.builds(Anchor, st.dates(), st.one_of(st.none(), ANY)),
)


@given(TEXTS, ANCHORS)
def test_whatever_the_text_each_mention_is_its_words_and_none_overlap(text: str, anchor: Anchor) -> None:
    found = mentions(text, anchor)

    assert all(text[m.start : m.end] == m.words and m.words.strip() for m in found)
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert all(m.period is not None or m.relative for m in found)


@given(TEXTS, ANCHORS, st.data())
def test_a_part_of_a_text_is_read_with_offsets_into_the_whole(text: str, anchor: Anchor, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    for mention in mentions(text, anchor, start, end):
        assert start <= mention.start < mention.end <= end
        assert text[mention.start : mention.end] == mention.words


@given(st.text(max_size=30), ANCHORS)
def test_any_label_at_all_is_survived(label: str, anchor: Anchor) -> None:
    label_period(label, anchor)
