from __future__ import annotations

import pytest
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.chart.xmlwriter import ChartXmlWriter
from pptx.enum.chart import XL_CHART_TYPE

from rag.reading.office.charts import chart_table, format_number


def table_of(kind: XL_CHART_TYPE, data: object) -> tuple[tuple[str, ...], ...]:
    found = chart_table(ChartXmlWriter(kind, data).xml.encode())
    assert found is not None
    return found.grid


def test_categories_are_rows_and_series_are_columns() -> None:
    data = CategoryChartData(number_format="#,##0")
    data.categories = ["2024", "2025"]
    data.add_series("Referrals", (4046, 4212))
    data.add_series("Cases", (2418, None))
    assert table_of(XL_CHART_TYPE.COLUMN_CLUSTERED, data) == (
        ("", "Referrals", "Cases"),
        ("2024", "4,046", "2,418"),
        ("2025", "4,212", ""),
    )


def test_nested_categories_are_joined_outermost_first() -> None:
    data = CategoryChartData()
    for year in ("2024", "2025"):
        category = data.add_category(year)
        category.add_sub_category("Q1")
        category.add_sub_category("Q2")
    data.add_series("Referrals", (1101, 1016, 1151, 1025))
    assert [row[0] for row in table_of(XL_CHART_TYPE.LINE, data)[1:]] == ["2024 Q1", "2024 Q2", "2025 Q1", "2025 Q2"]


def test_a_scatter_gives_each_point_a_row() -> None:
    data = XyChartData()
    data.add_series("Wait").add_data_point(12.5, 80)
    assert table_of(XL_CHART_TYPE.XY_SCATTER, data) == (("", "Wait"), ("12.5", "80"))


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("0.186", "0.0%", "18.6%"),
        ("4212", "#,##0", "4,212"),
        ("4212", "General", "4212"),
        ("0.1", "General", "0.1"),
        ("4060000", '"£"#,##0,', "£4,060,000"),
        ("1234.5", "[$€-407]#,##0.00", "€1,234.50"),
        ("12.25", '0.0" days"', "12.3 days"),
        ("45658", "mmm-yy", "January 2025"),
        ("45658", "dd/mm/yyyy", "1 January 2025"),
        ("n/a", "0", "n/a"),
    ],
)
def test_a_stored_number_is_written_as_its_format_shows_it(value: str, code: str, shown: str) -> None:
    assert format_number(value, code) == shown


def test_a_part_that_is_no_chart_gives_nothing() -> None:
    assert chart_table(b"<a/>") is None
    assert chart_table(b"not xml") is None
