"""A filter on reports in words: the days that a person writes for it, and what it leaves out. See `Within`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from rag.language.periods import day, month, year
from rag.types import Period, Report, Within

_WRITTEN = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)


def first_day(written: object) -> date:
    """The first day of what is written: a year, a month or a day. `ValueError` says in a sentence what could be."""
    return _period(written).start


def last_day(written: object) -> date:
    """The last day of it: 2025-06 is the 30th where a range ends with it."""
    return _period(written).end - timedelta(days=1)


def _period(written: object) -> Period:
    found = _WRITTEN.fullmatch(str(written).strip())
    if found:
        try:
            numbers = [int(number) for number in found.groups() if number]
            if len(numbers) == 3:
                return day(date(*numbers))
            return month(numbers[1], numbers[0]) if len(numbers) == 2 else year(numbers[0])
        except (ValueError, OverflowError):
            pass  # there is no such day
    raise ValueError(f'"{written}" is no year, month or day; write it like 2025, 2025-06 or 2025-06-30.')


def left_out(undated: int) -> tuple[str, ...]:
    """The note on reports that a range of dates leaves out because theirs is not known; none if there are none."""
    if not undated:
        return ()
    if undated == 1:
        return ("1 report was left out: it is not known when it was published.",)
    return (f"{undated:,} reports were left out: it is not known when they were published.",)


def why_empty(within: Within, reports: Sequence[Report]) -> str:
    """Which part of the filter leaves none of the reports, as the end of a sentence; empty if some are left."""
    if not reports:
        return "the library holds no reports"
    named = ""
    if within.collection:
        collections = sorted({report.collection for report in reports})
        reports = [report for report in reports if report.collection == within.collection]
        named = f' in the collection "{within.collection}"'
        if not reports:
            return f'there is no collection "{within.collection}", only {_listed(collections)}'
    if within.scope:
        reports = [report for report in reports if report.path.startswith(within.scope)]
        if not reports:
            return f'no report{named} has a path that begins with "{within.scope}"'
        named += f' with a path that begins with "{within.scope}"'
    if any(within.holds(report) for report in reports):
        return ""
    days = sorted(report.published.day for report in reports if report.published)
    if not days:
        return f"of no report{named} is it known when it was published"
    run = f"run from {_day(days[0])} to {_day(days[-1])}" if days[0] < days[-1] else f"are of {_day(days[0])}"
    return f"no report{named} was published {_range(within)}; the reports {run}"


def _range(within: Within) -> str:
    first, last = within.published_from, within.published_to
    if first and last:
        if first == last:
            return f"on {_day(first)}"
        return f"between {_day(first)} and {_day(last)}{', which is earlier' if last < first else ''}"
    return f"on or after {_day(first)}" if first else f"on or before {_day(last)}" if last else ""


def _day(of: date) -> str:
    return f"{of.day} {of:%B %Y}"


def _listed(names: Sequence[str]) -> str:
    quoted = [f'"{name}"' for name in names]
    return " and ".join(part for part in (", ".join(quoted[:-1]), quoted[-1]) if part)
