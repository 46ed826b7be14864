"""Workbooks and delimited files: one page a sheet, each table row with its headers, its table's title and its unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import PurePath

from rag.errors import UnreadableReport
from rag.reading import dates
from rag.reading.archive import check_inflated
from rag.reading.compose import fold
from rag.reading.limits import Limits
from rag.reading.sheets.delimited import delimited_sheet
from rag.reading.sheets.page import sheet_page
from rag.reading.sheets.workbook import Book, open_old_workbook, open_workbook
from rag.reading.text import plain
from rag.types import Page, Published, Reading


def read_workbook(content: bytes, name: str, limits: Limits) -> Reading:
    """One page for each visible sheet, labelled with its name; hidden sheets and charts are told in the notes."""
    check_inflated(content, name, limits)
    return _reading_of(open_workbook(content, name, limits), name)


def read_old_workbook(content: bytes, name: str, limits: Limits) -> Reading:
    """The same for a workbook of the old kind, which has no properties."""
    return _reading_of(open_old_workbook(content, name, limits), name)


def read_delimited(content: bytes, name: str, limits: Limits) -> Reading:
    """One page, number 1, of a CSV or TSV file's rows."""
    tabbed = PurePath(name).suffix.lower() == ".tsv"
    sheet = delimited_sheet(plain.decode(content, name), name, limits, tabbed=tabbed)
    page = sheet_page(sheet, 1, named=False)
    if not page.blocks:
        raise UnreadableReport(f"{name}: the file holds no rows")
    return _reading("TSV file" if tabbed else "CSV file", "", (page,), name, None)


def _reading_of(book: Book, name: str) -> Reading:
    pages = tuple(sheet_page(sheet, number, named=True) for number, sheet in enumerate(book.sheets, 1))
    if not any(page.blocks for page in pages):
        told = " ".join(book.notes)
        raise UnreadableReport(f"{name}: the workbook holds no text{f' ({told})' if told else ''}")
    return replace(_reading("Workbook", fold(book.title), pages, name, book.made), notes=tuple(book.notes))


def _reading(kind: str, title: str, pages: tuple[Page, ...], name: str, made: datetime | None) -> Reading:
    """The reading with its dates: what a cover sheet says, then the title, the properties and the file's name."""
    title = title or dates.title_of_file(name)
    return Reading(
        kind,
        title,
        pages,
        dates.first_date(
            dates.in_imprint(_without_tables(page) for page in pages),
            dates.in_title(title, name),
            Published(made.date(), "document properties") if made else None,
            dates.in_file_name(name),
        ),
        dates.covers(title, dates.title_of_file(name)),
    )


def _without_tables(page: Page) -> Page:
    """The page without rows that have headers: a day at the end of such a row is no imprint, on a cover sheet it is."""
    return replace(
        page,
        blocks=tuple(
            block
            for block in page.blocks
            if block.kind != "furniture" and not any(cell.headers for cell in block.cells)
        ),
    )
