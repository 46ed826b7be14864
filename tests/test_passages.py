"""Passages hold exact spans, and each figure the period, scale and unit that its report gives it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UnreadableReport
from rag.language import periods
from rag.language.numbers import numbers
from rag.language.rows import row_label, told
from rag.passages import rendered, split
from rag.reading import tables
from rag.reading.compose import PageText
from rag.reading.limits import Limits
from rag.reading.sandbox import read_directly
from rag.reading.sheets.reader import read_delimited
from rag.reading.text.plain import read_markdown, read_text
from rag.types import Figure, Passage, PeriodKind, Reading, Report, Statement

CORPUS = Path(__file__).parents[1] / "corpus"

Cut = tuple[Reading, list[Passage]]


def report_of(reading: Reading, path: str) -> Report:
    stem = Path(path).stem
    return Report(
        f"{stem}-9c1e04",
        "3f9a0c12",
        path,
        "main",
        reading.title,
        reading.kind,
        len(reading.pages),
        reading.published,
        reading.covers,
    )


def cut(reading: Reading, path: str = "report.md") -> Cut:
    return reading, split(reading, report_of(reading, path))


@pytest.fixture(scope="session")
def corpus() -> dict[str, Cut]:
    """Every report of the sample library that can be read, cut into passages."""
    ignored = (CORPUS / ".footnoteignore").read_text(encoding="utf-8").split()
    cuts = {}
    for file in sorted(CORPUS.rglob("*")):
        path = file.relative_to(CORPUS).as_posix()
        if file.is_dir() or file.name.startswith(".") or any(path.startswith(left_out) for left_out in ignored):
            continue
        try:
            cuts[path] = cut(read_directly(file), path)
        except UnreadableReport:
            continue
    return cuts


def statements(passages: list[Passage]) -> list[Statement]:
    return [statement for passage in passages for statement in passage.statements]


def figures(text: str) -> dict[str, Figure]:
    """The figures of a Markdown text by the number as written; of one written twice, the last."""
    reading, passages = cut(read_markdown(text.encode(), "report.md"))
    return {
        reading.pages[0].text[figure.number_start : figure.number_end]: figure
        for statement in statements(passages)
        for figure in statement.figures
    }


def labels(text: str) -> dict[str, str]:
    """The label of each figure's period, by the number as written."""
    return {written: figure.period.label if figure.period else "" for written, figure in figures(text).items()}


# --- spans ------------------------------------------------------------------------------------------------------------


def assert_exact(reading: Reading, passages: list[Passage]) -> None:
    """Everything that can be cited is exactly where it says it is."""
    pages = {page.number: page.text for page in reading.pages}
    for passage in passages:
        text = pages[passage.page]
        assert passage.text == text[passage.start : passage.end]
        assert passage.text.strip()
        assert (passage.start, passage.end) == (passage.statements[0].start, passage.statements[-1].end)
        assert all(before.end <= after.start for before, after in pairwise(passage.statements))
        for statement in passage.statements:
            assert statement.text == text[statement.start : statement.end]
            assert statement.passage_id == passage.id
            assert statement.page == passage.page
            assert all(statement.start <= cell.start <= cell.end <= statement.end for cell in statement.cells)
            for figure in statement.figures:
                assert_figure(text, statement, figure)
        assert_rendered(passage)
    ids = [each.id for each in (*passages, *statements(passages))]
    assert len(set(ids)) == len(ids)
    assert [passage.ordinal for passage in passages] == list(range(1, len(passages) + 1))


def assert_figure(text: str, statement: Statement, figure: Figure) -> None:
    assert statement.start <= figure.start <= figure.number_start < figure.number_end <= figure.end <= statement.end
    written = text[figure.number_start : figure.number_end]
    assert written == written.strip()
    first = numbers(text, figure.number_start, statement.end)[0]
    assert text[first.number_start : first.number_end] == written
    scale = figure.value / first.value if first.value else 1.0
    assert any(abs(scale) == pytest.approx(each) for each in (1, 1e3, 1e6, 1e9))


def assert_rendered(passage: Passage) -> None:
    spanned = rendered(passage)
    assert [spanned.text[start:end] for start, end in spanned.spans] == [told(each) for each in passage.statements]


def test_everything_in_the_sample_library_is_exactly_where_it_says(corpus: dict[str, Cut]) -> None:
    assert len(corpus) >= 24
    for reading, passages in corpus.values():
        assert passages
        assert_exact(reading, passages)


def test_no_id_in_the_sample_library_comes_twice(corpus: dict[str, Cut]) -> None:
    ids = [statement.id for _, passages in corpus.values() for statement in statements(passages)]

    assert len(set(ids)) == len(ids)


def test_no_passage_of_the_sample_library_is_larger_than_the_model_reads(corpus: dict[str, Cut]) -> None:
    """A lone statement may be: it is never cut."""
    sizes = [len(passage.text) for _, found in corpus.values() for passage in found if len(passage.statements) > 1]

    assert max(sizes) <= 1000


def test_every_sentence_of_a_page_is_in_some_passage(corpus: dict[str, Cut]) -> None:
    for reading, passages in corpus.values():
        told_of = {(each.page, at) for each in statements(passages) for at in range(each.start, each.end)}
        lost = [
            page.text[block.start : block.end]
            for page in reading.pages
            for block in page.blocks
            if block.kind in ("paragraph", "list_item", "table_row", "footnote")
            for at in range(block.start, block.end)
            if not page.text[at].isspace() and (page.number, at) not in told_of
        ]
        assert lost == []


def test_ids_name_report_revision_page_and_place() -> None:
    _, (passage,) = cut(read_markdown(b"One sentence. Another one.", "report.md"))

    assert passage.id == "report-9c1e04@3f9a0c12:p1:g1"
    assert [each.id for each in passage.statements] == ["report-9c1e04@3f9a0c12:p1:s1", "report-9c1e04@3f9a0c12:p1:s2"]


LINES = st.one_of(
    st.text(st.characters(exclude_categories=["C"]), max_size=50),
    st.sampled_from(
        [
            "",
            "# A heading for 2025",
            "## Under it",
            "- an item with 12 cats",
            "1. First. Second.",
            "Table 1: Referrals by month, 2025",
            "| Month | 2024 | 2025 |",
            "| --- | --- | --- |",
            "| March | 4,046 | (4,212) |",
            "| £ thousand | 1.5 | – |",
            "It rose from 12.4 in 2024 to more than 17.8% last year. Of these, 15 per cent were new.",
            "> quoted, 33 000 leads\u2028",
            "[^1]: A footnote of 2025.",
            "```",
            "---",
        ]
    ),
)


@given(st.lists(LINES, max_size=14).map("\n".join), st.sampled_from([read_markdown, read_text]))
def test_whatever_the_text_all_spans_are_exact(text: str, read: Callable[[bytes, str], Reading]) -> None:
    assert_exact(*cut(read(text.encode(), "report.md")))


@given(st.lists(st.text(alphabet="abc. \n", min_size=1, max_size=400), max_size=6).map("\n\n".join))
def test_cutting_twice_gives_the_same(text: str) -> None:
    reading = read_text(text.encode(), "report.txt")

    assert cut(reading) == cut(reading)


# --- the periods of figures -------------------------------------------------------------------------------------------

ANNUAL = "---\ntitle: Annual report 2025\ndate: 2026-05-20\n---\n\n"


def test_a_figure_has_the_period_that_its_sentence_names() -> None:
    assert labels("There were 4,046 referrals in 2024.") == {"4,046": "2024"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Referrals rose from 4,046 in 2024 to 4,212 in 2025.", {"4,046": "2024", "4,212": "2025"}),
        ("In 2024 there were 4,046 referrals, and in 2025 there were 4,212.", {"4,046": "2024", "4,212": "2025"}),
        ("There were 4,212 referrals, compared with 4,046 in 2024.", {"4,212": "2025", "4,046": "2024"}),
        ("There were 4,212 referrals, up from 4,046 in 2024.", {"4,212": "2025", "4,046": "2024"}),
        ("There were 4,212 referrals, 166 more than last year.", {"4,212": "2025", "166": "2025"}),
        ("Contacts fell to 8,102, from 9,341 the year before.", {"8,102": "2025", "9,341": "2024"}),
        ("In 2025, we took 4,212 referrals (2024: 4,046).", {"4,212": "2025", "4,046": "2024"}),
        ("We took 4,212 referrals in 2025 (4,046 in 2024).", {"4,212": "2025", "4,046": "2024"}),
        ("In March, there were 351 calls and in April 310.", {"351": "March 2025", "310": "April 2025"}),
        ("In 2023, 2024 and 2025 there were 38, 40 and 42.", {"38": "2023", "40": "2024", "42": "2025"}),
        ("There were 38 and 40 calls in 2023 and 2024.", {"38": "2023", "40": "2024"}),
        ("It was 310 in Q1 2026 and 325 in Q2 2026.", {"310": "Q1 2026", "325": "Q2 2026"}),
        ("We spent £31 in 2023/24 and £34 in 2024/25.", {"£31": "2023/24", "£34": "2024/25"}),
    ],
)
def test_of_two_figures_each_has_its_own_period(text: str, expected: dict[str, str]) -> None:
    found = labels(ANNUAL + text)

    assert {written: found[written] for written in expected} == expected


def test_last_year_in_an_article_is_the_year_before_its_date() -> None:
    text = "---\ndate: 2026-02-10\n---\n\nLast year there were more than 33,000 leads."

    (figure,) = figures(text).values()

    assert figure.period == periods.year(2025)
    assert (figure.value, figure.unit, figure.qualifier) == (33000, "leads", "more than")


def test_a_figure_without_a_period_has_that_of_the_report() -> None:
    assert labels(ANNUAL + "There were 4,212 referrals.") == {"4,212": "2025"}


def test_a_comparison_with_the_year_before_leaves_the_first_figure_in_the_reports_period() -> None:
    text = ANNUAL + "We received 51 complaints, compared with 20 in the previous year."

    assert labels(text) == {"51": "2025", "20": "2024"}


def test_a_statement_is_not_about_the_year_it_only_compares_with() -> None:
    _, (passage,) = cut(read_markdown((ANNUAL + "There were 42 calls, up from 40 in 2024.").encode(), "report.md"))

    assert passage.statements[0].period == periods.year(2025)


def test_rose_from_gives_the_first_figure_to_the_year_before() -> None:
    assert labels(ANNUAL + "The median wait rose from 12.4 to 17.8 days.") == {"12.4": "2024", "17.8": "2025"}
    assert labels(ANNUAL + "Calls fell by 5% from 40 to 38.") == {"5%": "2025", "40": "2024", "38": "2025"}


def test_of_these_goes_on_in_the_period_of_the_sentence_before() -> None:
    text = ANNUAL + "In 2023 there were 3,801 referrals. Of these, 512 came from schools."

    assert labels(text)["512"] == "2023"


def test_a_heading_hands_its_period_down() -> None:
    assert labels(ANNUAL + "## Referrals in 2022\n\nThere were 3,556 referrals.") == {"3,556": "2022"}


def test_without_any_date_a_figure_has_no_period() -> None:
    assert labels("There were 4,212 referrals last year.") == {"4,212": ""}


def test_of_which_counts_the_same_noun() -> None:
    found = figures(ANNUAL + "We received 66 complaints, of which 20 were upheld.")

    assert (found["66"].unit, found["20"].unit) == ("complaints", "complaints")


# --- tables -----------------------------------------------------------------------------------------------------------


def table(caption: str, *rows: str) -> str:
    head, *body = rows
    rule = "|" + " --- |" * (head.count("|") - 1)
    return "\n".join([ANNUAL + caption, "", head, rule, *body])


def test_a_month_under_a_caption_with_a_year_is_that_years_month() -> None:
    found = figures(table("Table 1: Referrals by month, 2025", "| Month | Number |", "| March | 351 |"))

    assert found["351"].period == periods.month(3, 2025)


def test_a_cell_has_the_period_of_its_column_and_its_row() -> None:
    text = table("Table 1: Referrals by month", "| Month | 2023 | 2024 |", "| March | 310 | 351 |", "| Total | 1 | 2 |")

    assert labels(text) == {"310": "March 2023", "351": "March 2024", "1": "2023", "2": "2024"}


def test_a_cell_has_the_period_of_its_row_where_the_column_names_none() -> None:
    text = table("Table 1: Referrals", "| Year | North | North East |", "| 2023 | 310 | 351 |")

    assert labels(text) == {"310": "2023", "351": "2023"}


def test_a_change_on_a_year_is_not_a_figure_of_that_year() -> None:
    text = table("Table 1: Referrals", "| Region | 2025 | Change on 2024 |", "| North | 310 | 12 |")

    assert labels(text) == {"310": "2025", "12": "2025"}


def test_a_fiscal_column_is_a_fiscal_year() -> None:
    (figure,) = figures(table("Table 1: Budget", "| Item | 2024/25 |", "| Staff | 310 |")).values()

    assert figure.period is not None
    assert (figure.period.label, figure.period.kind) == ("2024/25", PeriodKind.FISCAL)


@pytest.mark.parametrize(
    ("caption", "header", "cell", "value", "unit"),
    [
        ("Table 1: Budget, £ thousand", "2025", "3,850", 3_850_000, "GBP"),
        ("Table 1: Budget (£ million)", "2025", "3.9", 3_900_000, "GBP"),
        ("Table 1: Budget", "£000", "3,850", 3_850_000, "GBP"),
        ("Table 1: Budget, £ thousand", "Share (%)", "12.5", 12.5, "%"),
        ("Table 1: Waiting times (days)", "2025", "17.8", 17.8, "days"),
        ("Table 1: Budget, £ thousand", "2025", "(1,284)", -1_284_000, "GBP"),
        ("Table 1: Budget, £ thousand", "2025", "£3.9 million", 3_900_000, "GBP"),
        ("Table 1: Referrals", "2025", "2,025", 2025, ""),
        ("Table 1: Referrals", "Number", "2019", 2019, ""),
    ],
)
def test_scale_and_unit_are_handed_down(caption: str, header: str, cell: str, value: float, unit: str) -> None:
    found = figures(table(caption, f"| Item | {header} |", f"| Staff | {cell} |"))

    (figure,) = found.values()
    assert (figure.value, figure.unit) == (pytest.approx(value), unit)


def test_a_cell_counts_what_its_row_column_and_caption_say() -> None:
    (figure,) = figures(table("Table 1: Referrals by region", "| Region | 2025 |", "| North East | 351 |")).values()

    assert all(words in figure.counts for words in ("North East", "2025", "Referrals by region"))


def test_a_row_is_told_with_its_headers() -> None:
    text = table("Table 1: Referrals", "| Region | 2024 | 2025 |", "| North East | 310 | 351 |")
    (row,) = [each for each in statements(cut(read_markdown(text.encode(), "r.md"))[1]) if each.kind == "row"]

    assert told(row) == "North East | 2024: 310 | 2025: 351"
    assert row_label(row) == "North East"


def test_two_cells_that_name_a_row_are_its_label() -> None:
    text = table("Table 1: Referrals", "| Month | Region | Number |", "| March | South West | 31 |")
    (row,) = [each for each in statements(cut(read_markdown(text.encode(), "r.md"))[1]) if each.kind == "row"]

    assert row_label(row) == "March South West"
    assert [figure.period for figure in row.figures] == [periods.month(3, 2025)]


def figures_of(grid: list[list[str]], caption: str = "", depth: int = 1) -> dict[str, Figure]:
    """The figures of a table by the number as written; of one written twice, the last."""
    page = PageText()
    page.add("heading", "Accounts", level=1)
    tables.write_table(page, grid, depth, caption)
    reading = Reading("PDF", "Annual report 2025", (page.page(),), covers=periods.year(2025))
    return {
        reading.pages[0].text[figure.number_start : figure.number_end]: figure
        for statement in statements(cut(reading)[1])
        for figure in statement.figures
    }


@pytest.mark.parametrize(
    ("caption", "corner", "label", "cell", "value", "unit"),
    [
        ("Income (in millions, except per share data)", "", "Grants", "$1,284", 1_284e6, "USD"),
        ("Income (in millions, except per share data)", "", "Earnings per share", "$2.35", 2.35, "USD"),
        ("Income (in millions, except per share data)", "", "Average shares outstanding", "7,457", 7_457e6, "shares"),
        ("Income (in thousands, except share data)", "", "Average shares outstanding", "7,457", 7_457, "shares"),
        ("Income", "(In thousands)", "Grants", "1,284", 1_284e3, ""),
        ("Income", "£’000", "Grants", "1,284", 1_284e3, "GBP"),
        ("Income, £ million", "", "Margin (%)", "12.5", 12.5, "%"),
        ("Income, £ million", "", "Margin", "12.5%", 12.5, "%"),
        ("Income, £ million", "", "Number of staff", "412", 412, ""),
        ("Income, £ million", "", "Grants, £ thousand", "412", 412e3, "GBP"),
        ("Income, A$m", "", "Grants", "$412", 412e6, "AUD"),
        ("Income, Rs. crore", "", "Grants", "412", 412e7, "INR"),
        ("", "", "Growth in income", "(8.4%)", -8.4, "%"),
        ("", "", "Margin", "(0.5)%", -0.5, "%"),
        ("", "", "Upheld", "(34%)", 34, "%"),
        ("", "", "Spread", "(55) bps", -55, "bps"),
        ("", "", "Cover", "2.5x", 2.5, "times"),
        ("", "", "Leads", "33,000¹", 33_000, ""),
        ("", "", "Leads", "1,025 (r)", 1_025, ""),
    ],
)
def test_the_unit_reaches_the_figure_from_wherever_it_was_said(
    caption: str, corner: str, label: str, cell: str, value: float, unit: str
) -> None:
    (figure,) = figures_of([[corner, "2025"], [label, cell]], caption).values()

    assert (figure.value, figure.unit) == (pytest.approx(value), unit)


def test_a_section_says_what_its_rows_are_measured_in() -> None:
    grid = [["", "2025"], ["Weighted average shares outstanding:", ""], ["Basic", "7,457"], ["Earnings per share:", ""]]
    found = figures_of([*grid, ["Basic", "$2.35"], ["Waiting (days)", "17"]], "In millions, except per share amounts")

    assert [(each.value, each.unit) for each in found.values()] == [(7_457e6, "shares"), (2.35, "USD"), (17, "days")]


def test_a_unit_in_a_column_of_its_own_is_that_of_its_row() -> None:
    grid = [["Item", "Unit", "2025"], ["Grants", "£000", "1,284"], ["Wait", "days", "17"], ["Upheld", "%", "34"]]
    found = figures_of(grid)

    assert {written: (each.value, each.unit) for written, each in found.items()} == {
        "1,284": (1_284_000, "GBP"),
        "17": (17, "days"),
        "34": (34, "%"),
    }


def test_a_heading_hands_its_unit_line_down_and_not_its_words() -> None:
    text = "# Income, £ thousand\n\n| Item | 2025 |\n| --- | --- |\n| Grants | 1,284 |\n"
    assert figures(text)["1,284"].value == 1_284_000

    text = "# The £3 million programme\n\n| Item | 2025 |\n| --- | --- |\n| Grants | 1,284 |\n"
    assert (figures(text)["1,284"].value, figures(text)["1,284"].unit) == (1_284, "")


def test_what_stands_between_two_signs_of_a_column_is_in_that_currency() -> None:
    grid = [["", "2025"], ["Grants", "$1,284"], ["Fees", "12"], ["Total", "$1,296"], ["Staff", "9"]]

    assert [each.unit for each in figures_of(grid, "In thousands").values()] == ["USD", "USD", "USD", ""]
    assert [each.unit for each in figures_of(grid).values()] == ["USD", "", "USD", ""]  # perhaps no money at all


def test_a_date_that_names_a_section_is_that_of_its_rows() -> None:
    grid = [["", "Cost", "Value"], ["December 31, 2024", "", ""], ["Bonds", "310", "351"]]

    assert {each.period.label for each in figures_of(grid).values() if each.period} == {"31 December 2024"}


def test_a_year_below_year_ending_is_the_year_to_that_day() -> None:
    found = figures_of([["Year ending June 30,", "Leases"], ["2024", "310"], ["2025", "351"], ["Thereafter", "12"]])

    labels_found = [each.period.label if each.period else "" for each in found.values()]
    assert labels_found == ["year to June 2024", "year to June 2025", "2025"]


def test_a_year_and_a_month_in_two_columns_of_labels_are_one_period() -> None:
    reading = read_delimited(
        b"Year,Month,Phone,Email\n2024,November,95,31\n2025,March,102,38\n", "channels.csv", Limits()
    )
    _, passages = cut(reading)
    periods = {f.value: f.period and (f.period.start, f.period.end) for s in statements(passages) for f in s.figures}
    assert periods[95] == periods[31] == (date(2024, 11, 1), date(2024, 12, 1))
    assert periods[102] == (date(2025, 3, 1), date(2025, 4, 1))
