from __future__ import annotations

from datetime import date

import pytest

from rag.reading import dates
from rag.types import Block, Page, PeriodKind


@pytest.mark.parametrize(
    ("title", "start", "end", "label"),
    [
        ("Annual Report 2024", date(2024, 1, 1), date(2025, 1, 1), "2024"),
        ("Annual report 2024/25", date(2024, 4, 1), date(2025, 4, 1), "2024/25"),
        ("Bulletin Q3 2026", date(2026, 7, 1), date(2026, 10, 1), "Q3 2026"),
        ("Bulletin for the fourth quarter of 2025", date(2025, 10, 1), date(2026, 1, 1), "Q4 2025"),
        ("Quarter ended June 2026", date(2026, 4, 1), date(2026, 7, 1), "Quarter ended June 2026"),
        ("Accounts, year ended 31 March 2025", date(2024, 4, 1), date(2025, 4, 1), "year ended 31 March 2025"),
        ("First half of 2026", date(2026, 1, 1), date(2026, 7, 1), "H1 2026"),
        ("April to June 2026", date(2026, 4, 1), date(2026, 7, 1), "April to June 2026"),
        ("Monthly note, May 2026", date(2026, 5, 1), date(2026, 6, 1), "May 2026"),
        ("bulletin-2026-06", date(2026, 6, 1), date(2026, 7, 1), "June 2026"),
        ("Trends, 2019 to 2024", date(2019, 1, 1), date(2025, 1, 1), "2019–2024"),
    ],
)
def test_a_title_names_the_period_it_covers(title: str, start: date, end: date, label: str) -> None:
    found = dates.covers(title)
    assert found is not None
    assert (found.start, found.end, found.label) == (start, end, label)


@pytest.mark.parametrize(
    "title",
    ["Housing", "Strategy 2030", "FY2024 results", "Minutes of 12 June 2026", "Report 2024 and 2021 and 2019",
     "Three months ended September 12, 2026"],
)  # fmt: skip
def test_a_title_that_does_not_say_its_period_gives_none(title: str) -> None:
    assert dates.covers(title) is None


def test_a_split_year_is_fiscal() -> None:
    found = dates.covers("Annual report 2024/25")
    assert found is not None
    assert found.kind is PeriodKind.FISCAL


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("Published 12 June 2026", date(2026, 6, 12)),
        ("It was approved by the board and published on 10 June 2025.", date(2025, 6, 10)),
        ("Date of publication: 3rd March 2026", date(2026, 3, 3)),
        ("Released June 12, 2026", date(2026, 6, 12)),
        ("Published: June 2026", date(2026, 6, 1)),
        ("12 June 2026", date(2026, 6, 12)),
    ],
)
def test_the_imprint_gives_the_date(words: str, day: date) -> None:
    found = dates.in_imprint([Page(1, words, (Block("paragraph", 0, len(words)),))])
    assert found is not None
    assert (found.day, found.source) == (day, "imprint")


def test_a_date_in_the_midst_of_prose_is_not_an_imprint() -> None:
    words = "The game, released in January 2011, was well received. " * 8
    assert dates.in_imprint([Page(1, words, (Block("paragraph", 0, len(words)),))]) is None


def test_a_file_name_gives_a_day_or_a_month_but_not_a_year() -> None:
    named = [dates.in_file_name(name) for name in ("note-2026-06-12.md", "note_2026-06.md", "annual-report-2025.pdf")]
    assert [found and found.day for found in named] == [date(2026, 6, 12), date(2026, 6, 1), None]
