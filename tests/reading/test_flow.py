from __future__ import annotations

from rag.reading.compose import PageText
from rag.reading.office import flow
from rag.reading.office.flow import Line, Part, Picture, TablePart

TABLE = TablePart((("Region", "2024", "2025"), ("North", "812", "836"), ("North East", "655", "704")))
CHART = TablePart((("", "Referrals"), ("2024", "4,046"), ("2025", "4,212")), 1, unit="households", chart=True)


def captions(*parts: Part) -> list[str]:
    """The caption of each row that the parts give."""
    page = PageText()
    flow.write(page, parts)
    return list(dict.fromkeys(block.caption for block in page.blocks if block.kind == "table_row"))


def test_a_unit_line_between_caption_and_table_joins_the_caption() -> None:
    assert captions(Line("caption", "Table 2: Spending"), Line("paragraph", "£ thousand"), TABLE) == [
        "Table 2: Spending, £ thousand"
    ]


def test_without_a_caption_the_heading_or_the_line_that_leads_to_a_table_names_it() -> None:
    assert captions(Line("heading", "Referrals by region", 2), TABLE) == ["Referrals by region"]
    assert captions(Line("paragraph", "The regions had these referrals:"), TABLE) == ["The regions had these referrals"]
    assert captions(Line("heading", "Demand", 1), Line("paragraph", "Referrals rose by 4 per cent."), TABLE) == [""]


def test_a_caption_below_a_table_names_it_where_none_stands_above() -> None:
    assert captions(Line("paragraph", "It rose."), TABLE, Line("caption", "Table 1: Referrals")) == [
        "Table 1: Referrals"
    ]


def test_where_captions_stand_below_each_table_has_its_own() -> None:
    first, second = Line("caption", "Table 1: Referrals"), Line("caption", "Table 2: Cases")
    assert captions(TABLE, first, TABLE, second) == ["Table 1: Referrals", "Table 2: Cases"]


def test_where_captions_stand_above_the_next_tables_caption_is_not_taken() -> None:
    first, second = Line("caption", "Table 1: Referrals"), Line("caption", "Table 2: Cases")
    assert captions(first, TABLE, second, Line("paragraph", "(number)"), TABLE) == [
        "Table 1: Referrals",
        "Table 2: Cases, (number)",
    ]


def test_the_caption_of_a_picture_is_not_that_of_the_table_after_it() -> None:
    assert captions(Picture(), Line("caption", "Figure 3: The offices"), TABLE) == [""]


def test_a_chart_is_named_by_its_title_or_the_caption_below_and_its_axis_gives_the_unit() -> None:
    assert captions(CHART, Line("caption", "Figure 1: Referrals received")) == [
        "Figure 1: Referrals received, households"
    ]


def test_rows_and_columns_that_hold_nothing_are_dropped() -> None:
    page = PageText()
    flow.write(page, [TablePart((("", "", ""), ("Region", "", "2025"), ("North", "", "836")))])
    assert page.page().text == "Region | 2025\n\nNorth | 836"


def test_a_charts_numbers_are_not_taken_for_years() -> None:
    page = PageText()
    flow.write(page, [TablePart((("", "Cases"), ("North", "2019"), ("South", "2094")), 1, chart=True)])
    assert [block.kind for block in page.blocks] == ["furniture", "table_row", "table_row"]
