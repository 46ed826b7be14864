from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import docx
import pytest

from rag.errors import UnreadableReport
from rag.reading.limits import Limits
from rag.reading.word import read_word
from rag.types import Reading
from reading.samples import rows, shown, spans_hold, texts


def read(document: Any) -> Reading:
    buffer = io.BytesIO()
    document.save(buffer)
    reading = read_word(buffer.getvalue(), "a.docx", Limits())
    assert spans_hold(reading.pages[0])
    return reading


def test_paragraphs_and_tables_come_in_document_order() -> None:
    document = docx.Document()
    document.add_heading("Spring bulletin", 1)
    document.add_paragraph("Referrals rose.")
    document.add_paragraph("Table 1: Referrals")
    table = document.add_table(2, 2)
    for cell, text in zip([c for r in table.rows for c in r.cells], ["Region", "2025", "North", "12"], strict=True):
        cell.text = text
    document.add_paragraph("first", style="List Bullet")
    (page,) = read(document).pages
    assert shown(page) == [
        ("heading", "Spring bulletin"),
        ("paragraph", "Referrals rose."),
        ("paragraph", "Table 1: Referrals"),
        ("furniture", "Region | 2025"),
        ("table_row", "North | 12"),
        ("list_item", "first"),
    ]
    assert rows(page) == [[("North", ("Region",)), ("12", ("2025",))]]
    assert page.blocks[4].caption == "Table 1: Referrals"


def test_merged_header_cells_stand_over_their_columns() -> None:
    document = docx.Document()
    table = document.add_table(3, 3)
    values = [["Region", "Opened", ""], ["", "2024", "2025"], ["North", "12", "15"]]
    for row, line in zip(table.rows, values, strict=True):
        for cell, text in zip(row.cells, line, strict=True):
            cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    (page,) = read(document).pages
    assert rows(page) == [[("North", ("Region",)), ("12", ("Opened", "2024")), ("15", ("Opened", "2025"))]]


def test_title_and_date_come_from_the_properties() -> None:
    document = docx.Document()
    document.core_properties.title = "Annual report 2025"
    document.core_properties.modified = datetime(2026, 6, 12)
    document.add_paragraph("Text.")
    reading = read(document)
    assert reading.title == "Annual report 2025"
    assert reading.published is not None
    assert (reading.published.day, reading.published.source) == (date(2026, 6, 12), "document properties")
    assert reading.covers is not None
    assert reading.covers.label == "2025"


def test_the_date_of_a_template_is_no_date() -> None:
    document = docx.Document()
    document.add_paragraph("Text.")
    assert read(document).published is None


def test_headers_and_footers_of_the_section_are_left_out() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Running header"
    document.add_paragraph("Text.")
    assert texts(read(document).pages[0], "paragraph") == ["Text."]


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 3_000_000)
    with pytest.raises(
        UnreadableReport, match=r"a.docx: unpacks to 3 MB, over the limit of 1 \(setting reader_inflated_mb\)"
    ):
        read_word(buffer.getvalue(), "a.docx", Limits(inflated_mb=1))


def test_a_zip_that_is_no_word_document_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(UnreadableReport, match=r"a.docx: the Word document is damaged"):
        read_word(buffer.getvalue(), "a.docx", Limits())


def test_a_document_cut_short_is_refused() -> None:
    with pytest.raises(UnreadableReport, match=r"a.docx: the file is damaged"):
        read_word(b"PK\x03\x04 and then nothing", "a.docx", Limits())
