"""The numbers behind the Tarnside series: loaded from figures.yaml, checked, and offered under readable names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

SOURCES = Path(__file__).parent
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
FIRST_YEAR, LAST_YEAR = 2019, 2025
YEARS = range(FIRST_YEAR, LAST_YEAR + 1)

Rows = dict[str, list[int]]


def by_month(rows: Rows) -> list[int]:
    """The monthly totals of a table whose rows run over the months."""
    return [sum(column) for column in zip(*rows.values(), strict=True)]


def number(value: float) -> str:
    """A figure as it is printed: thousands separated, one decimal where there is one."""
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"


def change(now: float, before: float) -> float:
    """The change in per cent, to one decimal."""
    return round((now - before) / before * 100, 1)


def signed(value: float) -> str:
    """A change in per cent with its sign, a true minus for a fall."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{abs(value):.1f}%"


def movement(now: float, before: float) -> str:
    """The change in words: "a rise of 4.1 per cent"."""
    percent = change(now, before)
    if percent == 0:
        return "no change"
    return f"a {'rise' if percent > 0 else 'fall'} of {abs(percent):.1f} per cent"


def fiscal(year: int) -> str:
    """The financial year that begins in April of the year given: 2025/26."""
    return f"{year}/{(year + 1) % 100:02d}"


def long_date(day: date) -> str:
    """12 June 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


@dataclass(frozen=True)
class Figures:
    """Everything in figures.yaml, with the tables that are derived from it."""

    raw: dict[str, Any]

    @cached_property
    def regions(self) -> list[str]:
        return list(self.raw["regions"])

    @cached_property
    def channels(self) -> list[str]:
        return list(self.raw["channels"])

    def table(self, year: int, name: str) -> Rows:
        """A table of one year by month, for instance referrals_by_region."""
        return dict(self.raw["tables"][year][name])

    def sums(self, year: int, name: str) -> dict[str, int]:
        """The same table with its months added up."""
        return {key: sum(row) for key, row in self.table(year, name).items()}

    def months(self, year: int, subject: str) -> list[int]:
        """Monthly totals of referrals, contacts or cases."""
        return by_month(self.table(year, f"{subject}_by_region"))

    def total(self, year: int, subject: str) -> int:
        """The year's total of referrals, contacts or cases."""
        return sum(self.months(year, subject))

    def quarter(self, year: int, quarter: int, subject: str = "referrals") -> int:
        """The total of one quarter as it stands today."""
        return sum(self.months(year, subject)[3 * quarter - 3 : 3 * quarter])

    def categories(self, year: int) -> Rows:
        """Cases opened by category (rows) and region (columns)."""
        return self.table(year, "cases_by_category_and_region")

    def as_printed(self, key: str, kind: str) -> Rows:
        """The three months of a quarter by region or channel, as that quarter's bulletin gave them."""
        year, quarter = split_key(key)
        first = 3 * quarter - 3
        rows = {k: list(v[first : first + 3]) for k, v in self.table(year, f"referrals_by_{kind}").items()}
        changes = self.raw["provisional"].get(key, {}).get(f"{kind}s", {})
        for row, months in changes.items():
            for month, difference in months.items():
                rows[row][month - 1 - first] += difference
        return rows

    def quarter_as_printed(self, key: str) -> int:
        """The quarter's total as its bulletin gave it."""
        return sum(by_month(self.as_printed(key, "region")))


def split_key(key: str) -> tuple[int, int]:
    """The year and the quarter of a bulletin: 2024-q4 is (2024, 4)."""
    year, quarter = key.split("-q")
    return int(year), int(quarter)


def load() -> Figures:
    """Read figures.yaml and refuse it if its sums do not hold."""
    figures = Figures(yaml.safe_load((SOURCES / "figures.yaml").read_text(encoding="utf-8")))
    check(figures)
    return figures


def check(figures: Figures) -> None:
    """Months, regions, channels and categories must all add up to the published totals."""
    for year, tables in figures.raw["tables"].items():
        referrals = figures.months(year, "referrals")
        assert list(figures.table(year, "referrals_by_region")) == figures.regions, year
        assert list(figures.table(year, "referrals_by_channel")) == figures.channels, year
        assert by_month(figures.table(year, "referrals_by_channel")) == referrals, year
        assert by_month(figures.table(year, "contacts_by_way")) == figures.months(year, "contacts"), year
        for subject in ("referrals", "contacts", "cases"):
            assert figures.total(year, subject) == tables[f"{subject}_total"], (year, subject)
        for key in (f"{year}-q{quarter}" for quarter in range(1, len(referrals) // 3 + 1)):
            printed = by_month(figures.as_printed(key, "region"))
            assert printed == by_month(figures.as_printed(key, "channel")), key
            assert min(min(row) for row in figures.as_printed(key, "region").values()) > 0, key
    for year, total in figures.raw["published_totals"].items():
        assert figures.total(year, "referrals") == total, year
        assert [sum(column) for column in zip(*figures.categories(year).values(), strict=True)] == list(
            figures.sums(year, "cases_by_region").values()
        ), year
    for key, total in figures.raw["published_quarters"].items():
        assert figures.quarter_as_printed(key) == total, key
    before = sum(figures.quarter(2024, quarter) for quarter in (1, 2, 3))
    assert before + figures.quarter_as_printed("2024-q4") == figures.raw["provisional_2024"]
    check_yearly(figures.raw)


def check_yearly(raw: dict[str, Any]) -> None:
    """Parts of the yearly tables must add up to their totals, and open cases must roll forward."""
    open_cases = raw["cases_open_at_start_of_2019"]
    for year in YEARS:
        open_cases += raw["tables"][year]["cases_total"] - raw["cases_closed"][year]
        assert open_cases == raw["cases_open"][year], (year, open_cases)
        complaints, staff, finance = raw["complaints"][year], raw["staff"][year], raw["finance"][year]
        assert sum(complaints["outcomes"]) == sum(complaints["subjects"]) == complaints["total"], year
        assert round(sum(staff["groups"]), 1) == staff["total"], year
        assert [sum(finance[part]) for part in ("income", "spending", "budget")] == finance["totals"], year
    assert sum(raw["finance"][LAST_YEAR + 1]["budget"]) == raw["finance"][LAST_YEAR + 1]["budget_total"]
    by_office = raw["volunteers_by_office"]
    for part, whole in (("people", "volunteers"), ("hours", "hours")):
        assert sum(map(sum, by_office[part].values())) == raw["staff"][LAST_YEAR][whole], part
