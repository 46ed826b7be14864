from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt
from openpyxl.chart import BarChart
from openpyxl.styles import Alignment, Font

from rag.errors import UnreadableReport
from rag.reading.formats import reader_for
from rag.reading.limits import Limits
from rag.reading.sheets.reader import read_old_workbook, read_workbook
from rag.types import Page, Reading
from reading.samples import rows, shown, spans_hold, texts

Rows = Sequence[Sequence[object]]
_ = None  # an empty cell


def workbook(**sheets: Rows) -> Any:
    """A workbook with these rows on its sheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    return book


def saved(book: Any) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_part(content: bytes, part: str, change: Callable[[str], str | None]) -> bytes:
    """The zip-based file with one of its parts changed, or left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            words: str | None = old.read(entry).decode() if entry == part else ""
            words = change(words or "") if entry == part else words
            if words is not None:
                new.writestr(entry, words if entry == part else old.read(entry))
    return out.getvalue()


def read(book: Any, limits: Limits | None = None) -> Reading:
    content = book if isinstance(book, bytes) else saved(book)
    reading = read_workbook(content, "a.xlsx", limits or Limits())
    assert all(spans_hold(page) for page in reading.pages)
    return reading


def page_of(lines: Rows, change: Callable[[Any], object] | None = None) -> Page:
    """The page of a sheet called "Data"."""
    book = workbook(Data=lines)
    if change:
        change(book.worksheets[0])
    (page,) = read(book).pages
    return page


def captions(page: Page) -> list[str]:
    """The captions of the page's rows, each once."""
    return list(dict.fromkeys(block.caption for block in page.blocks if block.kind == "table_row"))


def totals(page: Page) -> list[str]:
    """The labels of the rows that sum up others."""
    return [page.text[block.cells[0].start : block.cells[0].end] for block in page.blocks if block.total]


# --- pages ------------------------------------------------------------------------------------------------------------


def test_each_sheet_is_a_page_that_opens_with_its_name() -> None:
    reading = read(workbook(Regions=[["Region", 2025], ["North", 836]], Notes=[["Final figures."]]))
    assert [(page.number, page.label) for page in reading.pages] == [(1, "Regions"), (2, "Notes")]
    assert shown(reading.pages[0]) == [
        ("heading", "Regions"),
        ("furniture", "Region | 2025"),
        ("table_row", "North | 836"),
    ]
    assert rows(reading.pages[0]) == [[("North", ("Region",)), ("836", ("2025",))]]
    assert shown(reading.pages[1]) == [("heading", "Notes"), ("paragraph", "Final figures.")]


def test_a_hidden_sheet_and_a_chart_are_told_and_not_read() -> None:
    book = workbook(Data=[["Region", 2025], ["North", 836]], Workings=[["x", 1]])
    book["Workings"].sheet_state = "hidden"
    book.create_chartsheet("Trend").add_chart(BarChart())
    reading = read(book)
    assert len(reading.pages) == 1
    assert reading.notes == (
        'The sheet "Workings" is hidden and was not read.',
        'The sheet "Trend" is a chart and was not read.',
    )


def test_an_empty_sheet_is_an_empty_page() -> None:
    empty = read(workbook(Blank=[], Data=[["Region", 2025], ["North", 836]])).pages[0]
    assert (empty.text, empty.blocks, empty.label) == ("", (), "Blank")


def test_a_workbook_without_text_is_refused() -> None:
    with pytest.raises(UnreadableReport, match=r"^a.xlsx: the workbook holds no text$"):
        read(workbook(Blank=[]))


# --- cells ------------------------------------------------------------------------------------------------------------


def test_cells_are_texts_as_their_formats_show_them() -> None:
    def change(sheet: Any) -> None:
        for cell, code in zip(sheet[2], ["General", "#,##0", "0.0%", "£#,##0.00", "dd/mm/yyyy"], strict=True):
            cell.number_format = code

    page = page_of([["Region", "Referrals", "Share", "Cost", "Checked"], ["North", 4212, 0.153, 1.5, 46185]], change)
    assert texts(page, "table_row") == ["North | 4,212 | 15.3% | £1.50 | 2026-06-12"]


def test_truths_and_errors_are_kept_as_text() -> None:
    page = page_of([["Region", "Final", "Rate"], ["North", True, "#DIV/0!"]])
    assert texts(page, "table_row") == ["North | TRUE | #DIV/0!"]


def test_a_formula_gives_its_saved_value() -> None:
    content = saved(workbook(Data=[["Region", 2025], ["North", "=SUM(1,2)"], ["South", "=1+1"]]))
    part = "xl/worksheets/sheet1.xml"
    reading = read(with_part(content, part, lambda xml: xml.replace("SUM(1,2)</f><v></v>", "SUM(1,2)</f><v>3</v>")))
    assert texts(reading.pages[0], "table_row") == ["North | 3", "South"]
    assert reading.notes == ('The sheet "Data" has a formula without a saved value (B3); open it and save it.',)


def test_line_breaks_and_escapes_in_cells_are_spaces() -> None:
    page = page_of([["Region", "Note"], ["North", "first\nsecond_x000D_ third"]])
    assert texts(page, "table_row") == ["North | first second third"]


def test_inline_strings_are_read_without_their_phonetic_hints() -> None:
    def inline(xml: str) -> str:
        cell = '<c r="A1" t="inlineStr"><is><r><t>Reg</t></r><r><t>ion</t></r><rPh><t>hint</t></rPh></is></c>'
        return re.sub(r'<c r="A1".*?</c>', cell, xml)

    content = with_part(saved(workbook(Data=[["x", 2025], ["North", 1]])), "xl/worksheets/sheet1.xml", inline)
    assert texts(read(content).pages[0], "furniture") == ["Region | 2025"]


# --- tables on a sheet ------------------------------------------------------------------------------------------------


def test_tables_below_each_other_have_their_own_titles_units_and_notes() -> None:
    page = page_of(
        [
            ["Referrals by region, 2025"],
            ["£ thousand"],
            ["Region", 2024, 2025],
            ["North", 819, 836],
            ["Source: annual report"],
            [],
            ["Contacts by region"],
            ["Region", 2024, 2025],
            ["North", 24905, 25748],
        ]
    )
    assert shown(page)[1:6] == [
        ("caption", "Referrals by region, 2025"),
        ("caption", "£ thousand"),
        ("furniture", "Region | 2024 | 2025"),
        ("table_row", "North | 819 | 836"),
        ("footnote", "Source: annual report"),
    ]
    assert captions(page) == ["Referrals by region, 2025, £ thousand", "Contacts by region"]


def test_tables_side_by_side_are_apart() -> None:
    page = page_of(
        [
            ["Tables of 2025"],
            [],
            ["Referrals", _, _, "Contacts"],
            ["Region", "Count", _, "Region", "Count"],
            ["North", 836, _, "North", 9100],
            ["South", 702, _, "South", 8700],
        ]
    )
    assert ("heading", "Tables of 2025") in shown(page)
    assert texts(page, "table_row") == ["North | 836", "South | 702", "North | 9100", "South | 8700"]
    assert captions(page) == ["Referrals", "Contacts"]


def test_an_empty_column_inside_a_table_does_not_part_it() -> None:
    page = page_of(
        [["Region", _, 2024, 2025, _, "Change"], ["North", _, 819, 836, _, 17], ["South", _, 731, 702, _, -29]]
    )
    assert rows(page)[0] == [
        ("North", ("Region",)),
        ("819", ("2024",)),
        ("836", ("2025",)),
        ("17", ("Change",)),
    ]


def test_empty_rows_inside_a_table_do_not_cost_its_headers() -> None:
    page = page_of(
        [
            ["", 2024, 2025],
            [],
            ["Income"],
            ["Grants", 10, 12],
            ["Total income", 10, 12],
            [],
            ["Spending"],
            ["Staff", 9, 10],
            [],
            ["Surplus", 1, 2],
        ]
    )
    assert rows(page)[1] == [("Grants", ("Income",)), ("10", ("2024",)), ("12", ("2025",))]
    assert rows(page)[4] == [("Staff", ("Spending",)), ("9", ("2024",)), ("10", ("2025",))]
    assert rows(page)[5] == [("Surplus", ()), ("1", ("2024",)), ("2", ("2025",))]


def test_text_around_tables_is_kept_in_order() -> None:
    page = page_of(
        [
            ["Figures are counted by household."],
            [],
            ["Region", 2025],
            ["North", 836],
            [],
            ["Ask the data team before using these."],
            [],
            ["Contact: data team"],
        ]
    )
    assert [kind for kind, _text in shown(page)] == [
        "heading", "paragraph", "furniture", "table_row", "paragraph", "footnote",
    ]  # fmt: skip


def test_a_remark_beside_a_table_is_no_part_of_it() -> None:
    page = page_of([["Region", 2025], ["North", 836, _, "Check this"], ["South", 702]])
    assert texts(page, "table_row") == ["North | 836", "South | 702"]
    assert texts(page, "paragraph") == ["Check this"]


def test_a_numbered_note_in_two_cells_is_a_note() -> None:
    page = page_of([["Region", 2024, 2025], ["North", 819, 836], [1, "Counted by household since 2021"]])
    assert texts(page, "footnote") == ["1. Counted by household since 2021"]


def test_a_list_of_what_the_report_is_has_no_header() -> None:
    reading = read(workbook(Cover=[["Published", "12 June 2026"], ["Contact", "data team"], ["Version", "2"]]))
    assert rows(reading.pages[0])[0] == [("Published", ()), ("12 June 2026", ())]
    assert reading.published is not None
    assert (reading.published.day, reading.published.source) == (date(2026, 6, 12), "imprint")


def test_a_second_list_of_words_is_told_by_its_bold_header() -> None:
    def change(sheet: Any) -> None:
        for cell in (*sheet[1], *sheet[4]):
            cell.font = Font(bold=True)

    page = page_of([["Office", "Town"], ["Head", "Saltmarrow"], [], ["Post", "Office"], ["Director", "Head"]], change)
    assert texts(page, "furniture") == ["Office | Town", "Post | Office"]


# --- units ------------------------------------------------------------------------------------------------------------

BODY: list[list[object]] = [["Staff", 9, 10], ["Rent", 3, 4]]


@pytest.mark.parametrize(
    ("lines", "caption"),
    [
        ([["Spending (£ million)"], ["", 2024, 2025], *BODY], "Spending (£ million)"),
        ([["Spending", _, "£m"], ["", 2024, 2025], *BODY], "Spending, £m"),
        ([["Spending"], ["£ million", 2024, 2025], *BODY], "Spending, £ million"),
        (
            [["Spending"], ["", 2024, 2025], *BODY, ["Note: all figures are in £ thousand."]],
            "Spending, Note: all figures are in £ thousand",
        ),
        ([["Spending"], ["Published 12 June 2026"], ["£000"], ["", 2024, 2025], *BODY], "Spending, £000"),
    ],
)
def test_the_unit_reaches_the_rows_wherever_it_is_said(lines: Rows, caption: str) -> None:
    assert captions(page_of(lines)) == [caption]


def test_a_unit_above_all_tables_is_that_of_each() -> None:
    page = page_of(
        [
            ["Accounts 2025"],
            ["All figures in £ thousand"],
            [],
            ["Table 1: Income"],
            ["", 2024, 2025],
            *BODY,
            [],
            ["Table 2: Spending"],
            ["", 2024, 2025],
            *BODY,
        ]
    )
    assert captions(page) == [
        "Table 1: Income, All figures in £ thousand",
        "Table 2: Spending, All figures in £ thousand",
    ]


def test_a_row_of_units_below_the_header_is_a_header() -> None:
    page = page_of([["Region", "Income", "Share"], ["", "£000", "%"], ["North", 10, 40], ["South", 15, 60]])
    assert rows(page)[0] == [("North", ("Region",)), ("10", ("Income", "£000")), ("40", ("Share", "%"))]


# --- headers and labels -----------------------------------------------------------------------------------------------


def test_merged_headers_stand_over_each_of_their_columns() -> None:
    def change(sheet: Any) -> None:
        for cells in ("A1:E1", "A2:A3", "B2:C2", "D2:E2"):
            sheet.merge_cells(cells)

    page = page_of(
        [
            ["Cases"],
            ["Region", "Opened", _, "Closed"],
            [_, 2024, 2025, 2024, 2025],
            ["North", 1, 2, 3, 4],
            ["South", 5, 6, 7, 8],
        ],
        change,
    )
    assert rows(page)[0] == [
        ("North", ("Region",)),
        ("1", ("Opened", "2024")),
        ("2", ("Opened", "2025")),
        ("3", ("Closed", "2024")),
        ("4", ("Closed", "2025")),
    ]
    assert captions(page) == ["Cases"]


def test_a_merged_label_stands_in_each_row_that_it_reaches() -> None:
    page = page_of(
        [["Region", "Channel", 2025], ["North", "Phone", 1], [_, "Email", 2], ["South", "Phone", 3]],
        lambda sheet: sheet.merge_cells("A2:A3"),
    )
    assert texts(page, "table_row") == ["North | Phone | 1", "North | Email | 2", "South | Phone | 3"]


def test_a_label_that_a_pivot_table_leaves_out_is_written_in() -> None:
    page = page_of(
        [
            ["Region", "Channel", 2025],
            ["North", "Phone", 1],
            [_, "Email", 2],
            ["South", "Phone", 3],
            [_, "Email", 4],
            ["Grand Total", _, 10],
        ]
    )
    assert texts(page, "table_row")[1] == "North | Email | 2"
    assert texts(page, "table_row")[3:] == ["South | Email | 4", "Grand Total | 10"]
    assert totals(page) == ["Grand Total"]


def test_a_merged_figure_counts_once() -> None:
    page = page_of(
        [["Region", "Count", "Both"], ["North", 1, 3], ["South", 2, _]], lambda sheet: sheet.merge_cells("C2:C3")
    )
    assert texts(page, "table_row") == ["North | 1 | 3", "South | 2"]


@pytest.mark.parametrize("header", [["Week", 1, 2, 3], ["Age", "<18", "18–64", "65+"], ["Region", 2023, 2024, 2025]])
def test_numbers_and_years_can_be_headers(header: list[object]) -> None:
    page = page_of([header, ["North", 10, 12, 14], ["South", 5, 9, 7]])
    assert [cell[1] for cell in rows(page)[0]] == [(str(text),) for text in header]


def test_figures_without_a_header_have_none() -> None:
    page = page_of([["North", 12, 13], ["South", 14, 15]])
    assert rows(page)[0] == [("North", ()), ("12", ()), ("13", ())]


def test_indented_rows_are_under_their_section() -> None:
    page = page_of(
        [["", 2025], ["Income"], ["Grants", 12], ["Costs", 9]],
        lambda sheet: setattr(sheet["A3"], "alignment", Alignment(indent=1)),
    )
    assert [row[0] for row in rows(page)] == [("Income", ()), ("Grants", ("Income",)), ("Costs", ())]


def test_the_last_row_is_a_total_where_it_sums_up_those_above() -> None:
    page = page_of([["Month", "North"], ["January", 84], ["February", 73], ["March", 75], ["Quarter 1", 232]])
    assert totals(page) == ["Quarter 1"]


def test_a_share_of_the_total_is_no_total() -> None:
    page = page_of([["Region", 2024, 2025], ["North", 10, 12], ["% of total", 40, 50], ["Total", 25, 24]])
    assert totals(page) == ["Total"]


def test_lines_that_open_paragraphs_are_headings_on_a_sheet_of_text() -> None:
    page = page_of([["Purpose"], ["These figures are behind the annual report."], [], ["Use"], ["Start with a year."]])
    assert texts(page, "heading") == ["Data", "Purpose", "Use"]


def test_a_wide_row_is_several_statements_with_its_label_on_each() -> None:
    page = page_of([["Region", *[f"Week {week}" for week in range(1, 101)]], ["North", *range(1, 101)]])
    parts = rows(page)
    assert [len(part) for part in parts] == [40, 40, 23]
    assert all(part[0] == ("North", ("Region",)) for part in parts)
    assert parts[2][-1] == ("100", ("Week 100",))


# --- limits and damage ------------------------------------------------------------------------------------------------


def test_too_many_rows_are_told_with_the_setting() -> None:
    with pytest.raises(UnreadableReport) as caught:
        read(workbook(Data=[["x", i] for i in range(6)]), Limits(rows=5))
    assert str(caught.value) == (
        'a.xlsx: the sheet "Data" has more than 5 rows, over the limit of 5 (setting reader_rows)'
    )


def test_the_rows_of_all_sheets_are_counted() -> None:
    lines = [["x", i] for i in range(4)]
    with pytest.raises(UnreadableReport, match=r'the sheets up to "B" have more than 5 rows'):
        read(workbook(A=lines, B=lines), Limits(rows=5))


def test_empty_cells_with_a_style_and_absurd_dimensions_cost_nothing() -> None:
    book = workbook(Data=[["Region", 2025], ["North", 836]])
    for row in range(3, 200):
        book.worksheets[0].cell(row, 50).font = Font(bold=True)
    merged = '</sheetData><mergeCells><mergeCell ref="B2:XFD1048576"/></mergeCells>'

    def enlarge(xml: str) -> str:
        return re.sub(r'ref="A1:\w+"', 'ref="A1:XFD1048576"', xml, count=1).replace("</sheetData>", merged)

    content = with_part(saved(book), "xl/worksheets/sheet1.xml", enlarge)
    (page,) = read(content, Limits(rows=2)).pages
    assert texts(page, "table_row") == ["North | 836"]


def test_a_workbook_with_a_password_says_so() -> None:
    with pytest.raises(UnreadableReport, match="protected by a password"):
        reader_for("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500))


def test_a_damaged_workbook_gets_a_sentence() -> None:
    content = saved(workbook(Data=[["Region", 2025], ["North", 836]]))
    for broken in (content[: len(content) // 2], with_part(content, "xl/workbook.xml", lambda xml: xml[:200])):
        with pytest.raises(UnreadableReport, match=r"^a.xlsx: the (file|workbook) is damaged \("):
            read(broken)


def test_a_damaged_sheet_is_told_and_the_others_are_read() -> None:
    content = saved(workbook(Good=[["Region", 2025], ["North", 836]], Bad=[["x", 1], ["y", 2]]))
    reading = read(with_part(content, "xl/worksheets/sheet2.xml", lambda xml: xml[:-60]))
    assert [page.label for page in reading.pages] == ["Good"]
    assert reading.notes[0].startswith('The sheet "Bad" is damaged and was not read (')


def test_styles_that_cannot_be_read_cost_only_the_formats() -> None:
    content = saved(workbook(Data=[["Region", 2025], ["North", 836]]))
    reading = read(with_part(content, "xl/styles.xml", lambda xml: xml.replace('fillId="0"', 'fillId="none"')))
    assert texts(reading.pages[0], "table_row") == ["North | 836"]
    assert reading.notes == ("The workbook's number formats are damaged: its figures are given as they are stored.",)


def test_a_sheet_with_entities_is_refused() -> None:
    def hostile(xml: str) -> str:
        return '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + xml.replace("<v>836</v>", "<v>&a;</v>")

    content = saved(workbook(Data=[["Region", 2025], ["North", 836]]))
    with pytest.raises(UnreadableReport, match=r"^a.xlsx: the workbook is damaged \(EntitiesForbidden"):
        read(with_part(content, "xl/worksheets/sheet1.xml", hostile))


def test_a_chart_that_cannot_be_opened_costs_only_itself() -> None:
    book = workbook(Data=[["Region", 2025], ["North", 836]])
    book.create_chartsheet("Trend")  # without a chart, which openpyxl cannot read back
    reading = read(book)
    assert texts(reading.pages[0], "table_row") == ["North | 836"]
    assert reading.notes == ('The sheet "Trend" holds no cells and was not read.',)


# --- dates and titles -------------------------------------------------------------------------------------------------


def test_title_and_day_come_from_the_properties() -> None:
    book = workbook(Data=[["Region", "Opened"], ["North", "12 May 2024"]])
    book.properties.title = "Referrals in 2025"

    def change(xml: str) -> str:
        return re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z", "2026-06-12T09:00:00Z", xml)

    reading = read(with_part(saved(book), "docProps/core.xml", change))
    assert reading.title == "Referrals in 2025"
    assert reading.published is not None
    assert (reading.published.day, reading.published.source) == (date(2026, 6, 12), "document properties")
    assert reading.covers is not None
    assert reading.covers.label == "2025"


def test_a_workbook_without_properties_has_no_day() -> None:
    content = saved(workbook(Data=[["Region", 2025], ["North", 836]]))
    assert read(with_part(content, "docProps/core.xml", lambda _xml: None)).published is None


def test_a_workbook_of_another_program_shares_its_strings() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet("Data")
    for row, line in enumerate([("Region", 2025), ("North", 836), ("North", 702)]):
        sheet.write_row(row, 0, line)
    sheet.write_formula(3, 1, "=SUM(B2:B3)", None, 1538)
    book.close()
    (page,) = read(buffer.getvalue()).pages
    assert texts(page, "table_row") == ["North | 836", "North | 702", "1538"]


# --- .xls -------------------------------------------------------------------------------------------------------------


def old_workbook() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    sheet.write_merge(0, 0, 0, 2, "Referrals by region")
    sheet.write_merge(1, 2, 0, 0, "Region")
    sheet.write_merge(1, 1, 1, 2, "Count")
    sheet.write(2, 1, 2024)
    sheet.write(2, 2, 2025)
    for row, line in enumerate([("North", 819, 0.5), ("South", 1731, 0.25)], 3):
        sheet.write(row, 0, line[0])
        sheet.write(row, 1, line[1], xlwt.easyxf(num_format_str="#,##0"))
        sheet.write(row, 2, line[2], xlwt.easyxf(num_format_str="0%"))
    book.add_sheet("Workings").visibility = 1
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_an_old_workbook_is_read_like_a_new_one() -> None:
    reading = read_old_workbook(old_workbook(), "a.xls", Limits())
    (page,) = reading.pages
    assert spans_hold(page)
    assert rows(page)[1] == [("South", ("Region",)), ("1,731", ("Count", "2024")), ("25%", ("Count", "2025"))]
    assert captions(page) == ["Referrals by region"]
    assert reading.notes == ('The sheet "Workings" is hidden and was not read.',)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (old_workbook()[:3000], r"^a.xls: the workbook is damaged \("),
        (old_workbook() + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    ],
)
def test_an_old_workbook_that_cannot_be_read_gets_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableReport, match=sentence):
        read_old_workbook(content, "a.xls", Limits())


def test_the_rows_of_an_old_workbook_are_counted_too() -> None:
    with pytest.raises(UnreadableReport, match=r'the sheet "Data" has more than 2 rows'):
        read_old_workbook(old_workbook(), "a.xls", Limits(rows=2))
