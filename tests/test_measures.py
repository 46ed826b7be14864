"""What is known of a measure: every figure that counts it and none of another thing, by part and by period."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest
from fakes import LetterCount
from hypothesis import given
from hypothesis import strategies as st
from small import made

from rag.errors import BadInput
from rag.language import periods
from rag.language.rounding import rounds_to
from rag.library import Library
from rag.measures import known, period_named
from rag.measuring.coverage import Coverage, Slot, kind_of
from rag.types import Period, Within

Shelf = Callable[[dict[str, str]], Library]


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """Opens a library of these reports, embedded by their letters: nothing here is searched for by meaning."""
    with ExitStack() as stack:
        yield lambda reports: stack.enter_context(made(tmp_path, reports, LetterCount()))


def report(day: str, text: str, title: str = "Notes") -> str:
    return f"---\ntitle: {title}\ndate: {day}\n---\n\n{text}\n"


def table(caption: str, header: str, *rows: str) -> str:
    rule = "|".join(" --- " for _ in header.split("|"))
    return "\n".join([f"Table 1: {caption}\n", f"| {header} |", f"|{rule}|", *(f"| {row} |" for row in rows)])


def told(coverage: Coverage, label: str = "all") -> dict[str, list[float]]:
    """The values of one part by period, newest first; targets are left out."""
    (part,) = [part for part in coverage.parts if part.label == label]
    return {slot.period.label: [each.value for each in slot.actual] for slot in part.slots if slot.actual}


def slot(coverage: Coverage, period: str, label: str = "all") -> Slot:
    (part,) = [part for part in coverage.parts if part.label == label]
    return next(slot for slot in part.slots if slot.period.label == period)


# --- the reports of the made-up trust ---------------------------------------------------------------------------------


def test_the_whole_and_each_region_are_told_by_year(small_library: Library) -> None:
    found = known(small_library, "enquiries")
    assert [(part.label, part.scope) for part in found.parts] == [
        ("all", ""),
        ("North", "Region"),
        ("North East", "Region"),
        ("South", "Region"),
    ]
    assert told(found, "North") == {"2023": [1100], "2024": [1204], "2025": [1310]}
    assert told(found)["2024"] == [4046]
    assert found.reaches == periods.years(2023, 2025) and not found.gaps


def test_a_part_that_is_asked_for_is_the_whole_and_a_longer_name_is_another(small_library: Library) -> None:
    found = known(small_library, "enquiries in the North")
    assert [part.label for part in found.parts] == ["all"]
    assert told(found) == {"2023": [1100], "2024": [1204], "2025": [1310]}
    assert told(known(small_library, "enquiries in the North East"))["2025"] == [871]


def test_one_value_of_several_sources_is_told_once_with_all_of_them(small_library: Library) -> None:
    value = slot(known(small_library, "enquiries"), "2025").best
    assert (value.value, len(value.sources)) == (4212, 2)
    for source in value.sources:
        page = small_library.page(small_library.report(source.report), source.page).text
        assert page[source.start : source.end] == source.quote
        assert "4,212" in page[source.figure_start : source.figure_end]


def test_provisional_gives_way_to_final_and_a_rounded_figure_to_an_exact_one(small_library: Library) -> None:
    year = slot(known(small_library, "enquiries"), "2025")
    assert {each.value: each.gives_way for each in year.actual} == {4200: "rounded", 4212: "", 4190: "replaced"}
    assert not year.disagreeing
    assert [each.value for each in year.targets] == [4500]


def test_sources_that_disagree_are_all_kept_newest_first(small_library: Library) -> None:
    year = slot(known(small_library, "home visits"), "2025")
    assert year.disagreeing
    assert [(each.value, each.sources[0].report) for each in year.told] == [
        (655, "press/2026-06-24-gazette.md"),
        (640, "annual/2025.md"),
    ]


def test_a_qualifier_stays_with_its_figure(small_library: Library) -> None:
    best = slot(known(small_library, "parcels"), "2025").best
    assert (best.qualifier, best.value) == ("more than", 33000)


def test_only_what_lies_in_the_period_is_told(small_library: Library) -> None:
    found = known(small_library, "enquiries", periods.year(2024))
    assert {slot.period.label for part in found.parts for slot in part.slots} == {"2024"}
    assert not known(small_library, "enquiries", periods.year(2031)).known


def test_only_the_reports_inside_a_filter_are_asked(small_library: Library) -> None:
    found = known(small_library, "enquiries", within=Within(scope="annual/2023"))
    assert told(found) == {"2023": [3801]}
    assert not known(small_library, "enquiries", within=Within(collection="other")).known


def test_what_is_not_counted_is_unknown_and_what_is_written_alike_is_offered(small_library: Library) -> None:
    found = known(small_library, "workshoppers")
    assert not found.known and found.near[0] == "workshops"
    assert not known(small_library, "").known


# --- rows -------------------------------------------------------------------------------------------------------------


def test_a_word_in_the_tail_of_a_caption_or_label_is_not_what_is_counted(shelf: Shelf) -> None:
    library = shelf(
        {
            "a.md": report(
                "2026-01-05",
                "In 2025 we had 900 letters.\n\n"
                + table("Average wait from letters to answers, 2025, days", "Region | Wait", "North | 12"),
            ),
        }
    )
    assert told(known(library, "letters")) == {"2025": [900]}


def test_a_column_that_counts_another_thing_is_left_out(shelf: Shelf) -> None:
    library = shelf(
        {
            "a.md": report(
                "2026-01-05",
                "In 2025 we had 900 letters and 70 visits.\n\n"
                + table("Letters and visits by year", "Year | Letters | Visits", "2023 | 700 | 50", "2024 | 800 | 60"),
            ),
        }
    )
    assert told(known(library, "letters")) == {"2023": [700], "2024": [800], "2025": [900]}
    assert told(known(library, "visits")) == {"2023": [50], "2024": [60], "2025": [70]}


def test_a_change_and_a_share_are_no_counts_and_a_column_of_targets_is_kept_apart(shelf: Shelf) -> None:
    library = shelf(
        {
            "a.md": report(
                "2026-01-05",
                "In 2025 we had 900 letters.\n\n"
                + table(
                    "Targets and results",
                    "Measure | Target 2025 | Actual 2025 | Change | Share (%)",
                    "Letters received | 950 | 900 | 12 | 40",
                ),
            ),
        }
    )
    year = slot(known(library, "letters"), "2025")
    assert [each.value for each in year.actual] == [900]
    assert [each.value for each in year.targets] == [950]


def test_months_across_and_channels_down_are_told_by_month_and_channel(shelf: Shelf) -> None:
    library = shelf(
        {
            "a.md": report(
                "2026-01-05",
                "In 2025 we had 30 letters.\n\n"
                + table(
                    "Letters by month and channel, Q1 2025",
                    "Channel | January | February | March",
                    "Post | 4 | 5 | 6",
                    "Not by post | 3 | 5 | 7",
                    "Total | 7 | 10 | 13",
                ),
            ),
        }
    )
    found = known(library, "letters")
    assert told(found)["February 2025"] == [10]
    assert told(found, "Post") == {"January 2025": [4], "February 2025": [5], "March 2025": [6]}
    assert told(found, "Not by post")["March 2025"] == [7]


def test_a_budget_is_told_by_financial_year_without_what_was_spent(shelf: Shelf) -> None:
    library = shelf(
        {
            "a.md": report(
                "2026-01-05",
                table(
                    "Spending and budget, £ thousand",
                    "Heading | Budget 2024/25 | Actual 2024/25 | Budget 2025/26",
                    "Training | 40 | 44 | 50",
                    "Rent | 90 | 91 | 92",
                ),
            ),
        }
    )
    found = known(library, "budget for training")
    assert [part.unit for part in found.parts] == ["GBP"]
    assert told(found) == {"2024/25": [40_000], "2025/26": [50_000]}
    assert {slot.kind for slot in found.parts[0].slots} == {"fiscal year"}


def test_a_part_that_is_asked_for_by_its_name_alone_is_told_with_what_it_is_a_part_of(shelf: Shelf) -> None:
    rows = table("Income, 2025, £ thousand", "Source | Amount", "Gifts and legacies | 40", "Grants | 90")
    library = shelf({"a.md": report("2026-01-05", rows)})
    assert told(known(library, "legacies"), "Income · Gifts and legacies") == {"2025": [40_000]}


def test_a_word_of_every_caption_counts_only_where_so_many_are_counted(shelf: Shelf) -> None:
    rows = table("Letters by region, 2025", "Region | Number", "North | 40", "All regions | 90")
    library = shelf({"a.md": report("2026-01-05", f"{rows}\n\nIn 2025 there were seven regions.")})
    assert told(known(library, "regions")) == {"2025": [7]}


# --- sentences --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sentence",
    [
        "In 2025 there were 40 letters more than in the year before.",
        "In 2025 letters rose by 40.",
        "Around 40 letters a month came in 2025.",
        "In 2025 we lost 40 letters that had arrived late.",
        "If we had 40 letters in 2025, we would have answered them.",
        "In 2025 we read a sample of 40 letters.",
        "In 2025 there were 6.3 calls for every letter.",
    ],
)
def test_a_figure_that_is_no_plain_count_fills_no_cell(shelf: Shelf, sentence: str) -> None:
    library = shelf({"a.md": report("2026-01-05", f"In 2024 we had 800 letters. {sentence}")})
    assert told(known(library, "letters")) == {"2024": [800]}


def test_a_part_in_the_words_around_a_figure_narrows_it(shelf: Shelf) -> None:
    library = shelf(
        {
            "a.md": report(
                "2026-01-05",
                table("Letters by office, 2024", "Office | Number", "Quay | 300", "Mill | 500")
                + "\n\nIn 2025 the Quay had 320 letters. In 2025 we had 45 letters from dentists. "
                "In 2025 we had 900 letters.",
            ),
        }
    )
    found = known(library, "letters")
    assert told(found) == {"2025": [900]}
    assert told(found, "Quay") == {"2024": [300], "2025": [320]}
    assert told(found, "dentists") == {"2025": [45]}


def test_a_bare_number_counts_what_its_clause_names(shelf: Shelf) -> None:
    library = shelf(
        {
            "a.md": report(
                "2026-01-05",
                "We had 812 letters in 2025, against 790 in 2024. In 2023 the number of letters rose to 700. "
                "The month with the most letters was March (329).",
            ),
        }
    )
    assert told(known(library, "letters")) == {"2023": [700], "2024": [790], "2025": [812]}


def test_opened_and_closed_are_two_things(shelf: Shelf) -> None:
    rows = table("The year at a glance", "Measure | 2024", "Cases opened | 50", "Cases closed | 47", "Cases open | 9")
    library = shelf({"a.md": report("2026-01-05", f"{rows}\n\nIn 2025 we opened 60 cases and closed 55.")})
    assert told(known(library, "cases opened")) == {"2024": [50], "2025": [60]}
    assert told(known(library, "cases"), "Cases closed") == {"2024": [47], "2025": [55]}


def test_a_unit_alone_is_asked_for_by_what_is_measured_in_it(shelf: Shelf) -> None:
    library = shelf(
        {
            "a.md": report(
                "2026-01-05",
                table("Average wait, working days", "Region | 2024 | 2025", "North | 12 | 11", "All regions | 10 | 9")
                + "\n\nWe answer within 15 working days.",
            ),
        }
    )
    found = known(library, "working days")
    assert told(found, "Average wait") == {"2024": [10], "2025": [9]}
    assert told(found, "Average wait · North") == {"2024": [12], "2025": [11]}


# --- periods and gaps -------------------------------------------------------------------------------------------------


def test_years_between_and_months_beside_others_are_gaps(shelf: Shelf) -> None:
    library = shelf(
        {
            "a.md": report(
                "2026-01-05",
                "In 2022 we had 600 letters. In 2025 we had 900 letters. We had 50 letters in March 2025 "
                "and 60 letters in April 2025. We had 70 letters in May 2024.",
            )
        }
    )
    gaps = known(library, "letters").gaps
    assert [(gap.kind, gap.period.label) for gap in gaps] == [
        ("year", "2023"),
        ("year", "2024"),
        ("month", "January 2025"),
        ("month", "February 2025"),
    ]


def test_a_figure_without_a_period_is_told_apart(shelf: Shelf) -> None:
    library = shelf({"a.txt": "Notes\n\nWe have 900 letters.\n"})
    found = known(library, "letters")
    assert found.known and not found.parts
    assert [each.value for each in found.undated] == [900]


@pytest.mark.parametrize(
    ("period", "kind"),
    [
        (periods.year(2025), "year"),
        (periods.fiscal_year(2024), "fiscal year"),
        (periods.quarter(2, 2025), "quarter"),
        (periods.month(5, 2025), "month"),
        (periods.half(1, 2025), "other"),
        (periods.day(date(2025, 5, 1)), "other"),
    ],
)
def test_each_period_has_its_grid(period: Period, kind: str) -> None:
    assert kind_of(period) == kind


def test_a_period_is_named_by_option_by_the_measure_or_not_at_all() -> None:
    today = date(2026, 11, 24)
    assert period_named("last year", "letters", today) == periods.year(2025)
    assert period_named("", "letters in Q2 2025", today) == periods.quarter(2, 2025)
    assert period_named("", "letters", today) is None
    with pytest.raises(BadInput, match='"soon" is not a period'):
        period_named("soon", "letters", today)


# --- what agrees ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loose", "qualifier", "exact", "agrees"),
    [
        (4200, "nearly", 4187, True),
        (33000, "more than", 33412, True),
        (33000, "more than", 32900, False),
        (78, "", 78.4, True),
        (4200, "", 4187, True),
        (4212, "", 4320, False),
        (20, "", 22, False),
        (550, "about", 612, False),
    ],
)
def test_a_rounded_figure_agrees_with_the_exact_one(loose: float, qualifier: str, exact: float, agrees: bool) -> None:
    assert rounds_to(loose, qualifier, exact) is agrees


@given(st.integers(min_value=1000, max_value=10**7))
def test_a_count_rounded_to_hundreds_agrees_with_itself(exact: int) -> None:
    if exact % 100:
        assert rounds_to(round(exact / 100) * 100, "about", exact)


# --- the sample library -----------------------------------------------------------------------------------------------


def test_the_sample_library_tells_seven_years_of_referrals_by_region_and_channel(sample_library: Library) -> None:
    found = known(sample_library, "referrals")
    years = {slot.period.label: slot for slot in found.parts[0].slots if slot.kind == "year"}
    assert [years[str(year)].best.value for year in range(2019, 2026)] == [3412, 2874, 3298, 3556, 3801, 4046, 4212]
    assert years["2025"].disagreeing  # a newspaper says 4,320
    scopes = {scope: [part.label for part in found.parts if part.scope == scope] for scope in ("Region", "Channel")}
    assert len(scopes["Region"]) == 7 and "North East" in scopes["Region"]
    assert len(scopes["Channel"]) == 6 and "Schools" in scopes["Channel"]
    others = [part.label for part in found.parts if part.scope not in scopes]
    assert others[0] == "all" and len(others) <= 2
