"""Volunteers by office, as a workbook of the old kind (.xls) with two sheets."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import xlwt
from figures import Figures
from office import FICTIONAL

YEAR = 2025
BOLD = xlwt.easyxf("font: bold on")
HEAD = xlwt.easyxf("font: bold on; align: horiz center, vert center; borders: bottom thin")
UNIT = xlwt.easyxf("font: italic on")
NUMBER = xlwt.easyxf(num_format_str="#,##0")
TOTAL = xlwt.easyxf("font: bold on; borders: top thin", num_format_str="#,##0")


def write_volunteers(path: Path, figures: Figures) -> None:
    """One sheet of people, one of hours; under each the same source line."""
    data = figures.raw["volunteers_by_office"]
    book = xlwt.Workbook(encoding="utf-8")
    add_sheet(
        book.add_sheet("Volunteers"),
        f"Active volunteers by office and main role, 31 December {YEAR}",
        "Number of people",
        ("Main role", data["roles"], "All roles"),
        data["people"],
    )
    add_sheet(
        book.add_sheet("Hours"),
        f"Hours given by volunteers, by office and quarter, {YEAR}",
        "Hours",
        (f"Quarter of {YEAR}", data["quarters"], f"Year {YEAR}"),
        data["hours"],
    )
    target = io.BytesIO()
    book.save(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(target.getvalue())


def add_sheet(
    sheet: xlwt.Worksheet, title: str, unit: str, header: tuple[str, list[str], str], rows: dict[str, list[int]]
) -> None:
    group, columns, total = header
    last = len(columns) + 1
    sheet.write(0, 0, title, BOLD)
    sheet.write(1, 0, unit, UNIT)
    sheet.write_merge(3, 4, 0, 0, "Office", HEAD)
    sheet.write_merge(3, 3, 1, last - 1, group, HEAD)
    sheet.write_merge(3, 4, last, last, total, HEAD)
    for column, name in enumerate(columns, 1):
        sheet.write(4, column, name, HEAD)
    for row, (office, values) in enumerate(rows.items(), 5):
        write_row(sheet, row, office, values, NUMBER)
    write_row(sheet, 5 + len(rows), "All offices", [sum(column) for column in zip(*rows.values(), strict=True)], TOTAL)
    sheet.write(7 + len(rows), 0, "Source: volunteer register. Published 12 June 2026.")
    sheet.write(8 + len(rows), 0, FICTIONAL)
    sheet.col(0).width = 256 * 16
    for column in range(1, last + 1):
        sheet.col(column).width = 256 * 14


def write_row(sheet: xlwt.Worksheet, row: int, label: str, values: Sequence[int], style: xlwt.XFStyle) -> None:
    sheet.write(row, 0, label, BOLD if style is TOTAL else xlwt.Style.default_style)
    for column, value in enumerate([*values, sum(values)], 1):
        sheet.write(row, column, value, style)
