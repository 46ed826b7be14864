"""A grid of texts becomes rows that carry their headers, whatever file it came from."""

from __future__ import annotations

import pytest

from rag.reading import tables
from rag.reading.compose import PageText
from reading.samples import rows, spans_hold


@pytest.mark.parametrize(
    "text",
    "1,284|£1,284|$(97)|(12.5)%|(55) bps|33,000¹|33,000⁽ᵃ⁾|1,025 (r)|12 [1]|–|n/a|2.5x".split("|"),
)
def test_a_cell_holds_a_figure(text: str) -> None:
    assert tables.is_figure(text)


@pytest.mark.parametrize("text", ["2024", "FY2024", "2024/25", "North", "Q1", "2–5 years", "30 June 2025", ""])
def test_a_cell_holds_none(text: str) -> None:
    assert not tables.is_figure(text)


@pytest.mark.parametrize(
    "label", ["Total", "Total referrals", "Sub-total", "All regions", "Net sales, total", "Sum", "Full year"]
)
def test_a_label_says_that_its_row_sums_up_others(label: str) -> None:
    assert tables.is_total(label)


@pytest.mark.parametrize("label", ["All other regions", "Totally new cases", "Year 7", "Allowance", "Summary"])
def test_a_label_that_only_looks_like_a_total_is_none(label: str) -> None:
    assert not tables.is_total(label)


@pytest.mark.parametrize(
    ("grid", "marked", "depth"),
    [
        ([["Region", "2024", "2025"], ["North", "310", "351"]], 0, 1),
        ([["", "Year ended", ""], ["Region", "2024", "2025"], ["North", "310", "351"]], 1, 2),
        ([["", "Years ended", "", ""], ["£000", "2025", "2024", "Change"], ["Grants", "3", "2", "1"]], 1, 2),
        (
            [["", "", "Due (in thousands)", ""], ["Leases", "In 2–5 years", "Later", "Total"], ["Car", "1", "2", "3"]],
            1,
            2,
        ),
        ([["Region", "Cases"], ["Notes due", "2039"], ["North", "351"]], 1, 1),
        ([["Chair", "Board"], ["Clerk", "Staff"]], 0, 1),
        ([["Leads", "33,000"]], 0, 0),
    ],
)
def test_header_rows_are_told_by_their_words(grid: list[list[str]], marked: int, depth: int) -> None:
    assert tables.header_depth(grid, marked) == depth


def test_a_title_alone_stands_over_all_columns_if_it_gives_period_or_scale() -> None:
    heads = [["", "", "(in thousands)", ""], ["", "Years ended 31 March", "", ""], ["", "2025", "2024", "2023"]]

    headers = tables.column_headers(heads, 4)

    assert headers[1:] == [("(in thousands)", "Years ended 31 March", year) for year in ("2025", "2024", "2023")]


def test_a_period_in_the_corner_is_that_of_the_values_only_where_they_have_years() -> None:
    assert tables.column_headers([["Year ended 31 March", "2025", "2024"]], 3)[1] == ("Year ended 31 March", "2025")
    assert tables.column_headers([["Year ending 31 March", "Leases", "Loans"]], 3)[1] == ("Leases",)


def test_a_total_closes_the_section_it_names() -> None:
    grid = [["Cost of advice:", ""], ["Staff", "3"], ["Total cost of advice", "3"], ["Surplus", "2"]]

    found = tables.body_rows(grid, [(), ("2025",)], indents=[0.0, 10.0, 20.0, 20.0])

    assert [row.cells[0] for row in found] == [
        ("Cost of advice:", ()),
        ("Staff", ("Cost of advice:",)),
        ("Total cost of advice", ("Cost of advice:",)),
        ("Surplus", ()),
    ]
    assert [row.total for row in found] == [False, False, True, False]


def test_signs_in_cells_of_their_own_join_their_figures() -> None:
    page = PageText()
    grid = [
        ["", "2025", "", "", "2024", ""],
        ["Grants", "$", "1,284", "", "$", "97"],
        ["Loss", "", "(12", ")", "", "5"],
        ["Share", "", "12.5", "%", "", "13"],
    ]
    tables.write_table(page, grid, 1, "Income")

    assert rows(page.page()) == [
        [("Grants", ()), ("$1,284", ("2025",)), ("$97", ("2024",))],
        [("Loss", ()), ("(12)", ("2025",)), ("5", ("2024",))],
        [("Share", ()), ("12.5%", ("2025",)), ("13", ("2024",))],
    ]
    assert spans_hold(page.page())


def test_a_row_that_the_file_marks_as_total_is_one() -> None:
    page = PageText()
    tables.write_table(page, [["Region", "2025"], ["North", "351"], ["Together", "351"]], 1, "", totals=[1])

    assert [block.total for block in page.blocks] == [False, False, True]
