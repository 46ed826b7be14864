from __future__ import annotations

import pytest

from rag.reading.text.aligned import aligned_tables
from rag.reading.text.plain import lines_of


def tables(text: str) -> list[tuple[list[tuple[str, ...]], list[list[str]]]]:
    """The tables of a text as (header rows, body rows)."""
    return [
        (list(table.headers), [[text[start:end] for start, end in row] for row in table.body])
        for table in aligned_tables(text, lines_of(text))
    ]


def test_a_header_over_several_columns_stands_above_each() -> None:
    text = """
                Opened            Closed
             -------------     -------------
Region        2024    2025      2024    2025
North          836     704       800     690
South          512     498         -     470
"""
    assert tables(text) == [
        (
            [("", "Opened", "Opened", "Closed", "Closed"), ("Region", "2024", "2025", "2024", "2025")],
            [["North", "836", "704", "800", "690"], ["South", "512", "498", "-", "470"]],
        )
    ]


def test_an_empty_cell_keeps_its_column() -> None:
    text = "Region   2024   2025\nNorth     836    704\nSouth            498\nEast      512\n"
    assert [row for _, body in tables(text) for row in body] == [
        ["North", "836", "704"],
        ["South", "", "498"],
        ["East", "512", ""],
    ]


def test_a_label_over_two_lines_is_one_and_a_label_alone_is_a_row() -> None:
    text = "Service       2024  2025\nAdvice\n  Housing and\n  homelessness   91   102\n  Debt          836   704\n"
    assert [row[0] for _, body in tables(text) for row in body] == ["Advice", "Housing and\n  homelessness", "Debt"]


def test_a_long_label_may_leave_one_space() -> None:
    text = "Service            Cases  Days\nHousing              836  17.8\n"
    text += "Debt and benefits 12,104  18.2\nWater                 12   9.0\n"
    assert tables(text)[0][1][1] == ["Debt and benefits", "12,104", "18.2"]


def test_a_total_behind_a_rule_or_an_empty_line_belongs_to_the_table() -> None:
    text = "North   836   704\nSouth   512   498\n\nEast     91   102\n-----------------\nTotal 1,439 1,304\n\nEnd.\n"
    assert [row for _, body in tables(text) for row in body][2:] == [["East", "91", "102"], ["Total", "1,439", "1,304"]]


def test_wide_letters_take_two_columns_and_tabs_jump() -> None:
    assert tables("北部      836   704\n南部      512   498\n东北部     91   102\n")[0][1][2] == ["东北部", "91", "102"]
    assert tables("North\t\t836\nNorth East\t 12\nWest\t\t 15\n")[0][1][1] == ["North East", "12"]


@pytest.mark.parametrize(
    "text",
    [
        "Referrals rose.  We saw 836  more.\nIn all  4,212  came to us.\nThat is  12  more.\n",
        "Item   Subject\n1      Budget of 12,000 agreed\n2      Referrals\n3      Any other business\n",
        "North   836\nSouth   512\n",
        "Region\t2024\nNorth East\t836\nSouth\t512\nEast\t91\n",
    ],
)
def test_what_does_not_stand_in_columns_is_no_table(text: str) -> None:
    assert tables(text) == []
