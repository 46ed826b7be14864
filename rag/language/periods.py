"""Periods: half-open ranges of days with the label people give them, and the algebra between them.

Calendar, fiscal and rolling periods are kept apart. Where a text names them is found in ``mentions``.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal

from dateutil.relativedelta import relativedelta

from rag.types import Period, PeriodKind

FISCAL_START_MONTH = 4  # the British financial year starts in April

Relation = Literal["equal", "inside", "contains", "overlaps", "apart", "unknown"]


def day(of: date) -> Period:
    return Period(of, of + timedelta(days=1), f"{of.day} {of:%B %Y}")


def is_day(period: Period) -> bool:
    return (period.end - period.start).days == 1


def is_year(period: Period) -> bool:
    """Whether it is about a year long, however it is counted: accounts have years of 52 and of 53 weeks."""
    return 360 <= (period.end - period.start).days <= 370


def year(number: int) -> Period:
    return Period(date(number, 1, 1), date(number + 1, 1, 1), str(number))


def month(number: int, of_year: int) -> Period:
    start = date(of_year, number, 1)
    return Period(start, start + relativedelta(months=1), f"{start:%B %Y}")


def quarter(number: int, of_year: int) -> Period:
    start = date(of_year, 3 * number - 2, 1)
    return Period(start, start + relativedelta(months=3), f"Q{number} {of_year}")


def half(number: int, of_year: int) -> Period:
    start = date(of_year, 6 * number - 5, 1)
    return Period(start, start + relativedelta(months=6), f"H{number} {of_year}")


def fiscal_year(starting: int, first_month: int = FISCAL_START_MONTH) -> Period:
    start = date(starting, first_month, 1)
    return Period(start, start + relativedelta(years=1), f"{starting}/{(starting + 1) % 100:02}", PeriodKind.FISCAL)


def fiscal_quarter(number: int, starting: int) -> Period:
    return quarter_of(fiscal_year(starting), number)


def quarter_of(whole: Period, number: int) -> Period:
    """One quarter of a year of any kind: the third of 2024/25 is October to December 2024."""
    if whole.kind is not PeriodKind.FISCAL:
        return quarter(number, whole.start.year)
    start = whole.start + relativedelta(months=3 * number - 3)
    return Period(start, start + relativedelta(months=3), f"Q{number} {whole.label}", PeriodKind.FISCAL)


def half_of(whole: Period, number: int) -> Period:
    """One half of a year of any kind."""
    if whole.kind is not PeriodKind.FISCAL:
        return half(number, whole.start.year)
    start = whole.start + relativedelta(months=6 * number - 6)
    return Period(start, start + relativedelta(months=6), f"H{number} {whole.label}", PeriodKind.FISCAL)


def edge_of(whole: Period, count: int, last: bool) -> Period:
    """The first or the last ``count`` months of a year."""
    months = relativedelta(months=count)
    start, end = (whole.end - months, whole.end) if last else (whole.start, whole.start + months)
    return named(Period(start, end, "", whole.kind))


def months_to(last: date, count: int) -> Period:
    """The ``count`` months that end with the month of ``last``: "the year to March 2025" is 12 months to March."""
    end = date(last.year, last.month, 1) + relativedelta(months=1)
    named = (
        "year"
        if count == 12
        else "quarter"
        if count == 3
        else f"{count} months"
        if count % 12
        else f"{count // 12} years"
    )
    return Period(end - relativedelta(months=count), end, f"{named} to {last:%B %Y}", PeriodKind.ROLLING)


def years(first: int, last: int) -> Period:
    """All of the years from ``first`` to ``last``, both included."""
    first, last = min(first, last), max(first, last)
    return year(first) if first == last else Period(date(first, 1, 1), date(last + 1, 1, 1), f"{first}–{last}")


def shifted(period: Period, by_years: int) -> Period:
    """The same period some years later or earlier, with its label moved along."""

    def moved(number: re.Match[str]) -> str:
        return str(int(number.group()) + by_years)

    start, end = (edge + relativedelta(years=by_years) for edge in (period.start, period.end))
    label = re.sub(r"\b(?:19|20)\d\d\b", moved, period.label)
    if fiscal := re.search(r"/(\d\d)$", label):
        label = f"{label[: fiscal.start()]}/{(int(fiscal.group(1)) + by_years) % 100:02}"
    return Period(start, end, label, period.kind)


def named(period: Period) -> Period:
    """The period under its plainest name: whole years, quarters and months go by theirs."""
    start, end = period.start, period.end
    whole = start.day == 1 and end.day == 1
    count = (end.year - start.year) * 12 + end.month - start.month
    last = end - timedelta(days=1)
    if whole and start.month == 1 and count % 12 == 0:
        return years(start.year, last.year)
    if whole and count == 3 and start.month % 3 == 1:
        return quarter(start.month // 3 + 1, start.year)
    if whole and count == 6 and start.month % 6 == 1:
        return half(start.month // 6 + 1, start.year)
    if whole and count == 12 and start.month == FISCAL_START_MONTH:
        return fiscal_year(start.year)
    if whole and count == 1:
        return month(start.month, start.year)
    if whole:
        opening = f"{start:%B}" if start.year == last.year else f"{start:%B %Y}"
        return Period(start, end, f"{opening} to {last:%B %Y}", period.kind)
    return Period(start, end, describe(period), period.kind)


# --- the algebra ------------------------------------------------------------------------------------------------------


def relation(found: Period | None, wanted: Period | None) -> Relation:
    """How the days of ``found`` lie to those ``wanted``: ``inside`` means found is a part of what is wanted."""
    if found is None or wanted is None:
        return "unknown"
    if found.start == wanted.start and found.end == wanted.end:
        return "equal"
    if found.end <= wanted.start or wanted.end <= found.start:
        return "apart"
    if wanted.start <= found.start and found.end <= wanted.end:
        return "inside"
    if found.start <= wanted.start and wanted.end <= found.end:
        return "contains"
    return "overlaps"


def describe(period: Period) -> str:
    """The period in days, as a reader would write it: ``1 Jan – 31 Dec 2025``."""
    last = period.end - timedelta(days=1)
    first = period.start
    if first == last:
        return f"{first.day} {first:%b %Y}"
    opening = f"{first.day} {first:%b}" if first.year == last.year else f"{first.day} {first:%b %Y}"
    return f"{opening} – {last.day} {last:%b %Y}"
