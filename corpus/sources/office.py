"""Word, PowerPoint, Excel and CSV files, written so that the same content always gives the same bytes."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from figures import MONTHS, YEARS, Figures, by_month
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from pdf import Meta
from pptx import Presentation
from pptx.util import Inches
from pptx.util import Pt as SlidePt
from prose import NOTE, Block, Bullets, Directive, Heading, Para, Table

ORGANISATION = "Tarnside Advice Partnership (fictional)"
FICTIONAL = "Tarnside Advice Partnership is a fictional organisation; its reports were written as sample data."


def settle(data: bytes, published: date) -> bytes:
    """Rewrite an Office file with fixed times: in the zip directory and in the core properties."""
    stamp = f"{published.isoformat()}T09:00:00Z".encode()
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            out.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def save(path: Path, published: date, write: Callable[[io.BytesIO], Any]) -> None:
    """Let a library write its file into memory, settle it, and put it in place."""
    buffer = io.BytesIO()
    write(buffer)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(settle(buffer.getvalue(), published))


def describe(properties: Any, meta: Meta) -> None:
    """Title, author and dates of a Word or PowerPoint file."""
    moment = datetime.combine(meta.published, time(9), UTC).replace(tzinfo=None)
    properties.title, properties.subject, properties.author = meta.title, meta.subject, ORGANISATION
    properties.created = properties.modified = moment
    properties.last_modified_by, properties.comments, properties.language = ORGANISATION, FICTIONAL, "en-GB"


def write_document(path: Path, meta: Meta, blocks: Iterable[Block], table: Callable[[str], Table]) -> None:
    """A Word file with real heading styles, lists and tables."""
    document = Document()
    describe(document.core_properties, meta)
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(11)
    section = document.sections[0]
    section.header.paragraphs[0].text = f"Tarnside Advice Partnership\t\t{meta.title}"
    section.footer.paragraphs[0].text = FICTIONAL
    document.add_heading(meta.title, 0)
    document.add_paragraph(meta.subtitle).runs[0].italic = True
    for block in blocks:
        add_block(document, block, table)
    save(path, meta.published, document.save)


def add_block(document: Any, block: Block, table: Callable[[str], Table]) -> None:
    match block:
        case Heading(level, text):
            document.add_heading(text, level)
        case Para(text):
            add_runs(document.add_paragraph(), text)
        case Bullets(items):
            for item in items:
                add_runs(document.add_paragraph(style="List Bullet"), item)
        case Directive("table", name):
            add_table(document, table(name))
        case Directive(_, _):
            pass
        case _:
            raise ValueError(block)


def add_runs(paragraph: Any, text: str) -> None:
    """A paragraph's text; what stands between double asterisks is bold, a note follows in brackets."""
    text = NOTE.sub(r" (\1)", text)
    for index, part in enumerate(text.split("**")):
        if part:
            paragraph.add_run(part).bold = True if index % 2 else None


def add_table(document: Any, table: Table) -> None:
    caption = document.add_paragraph(table.caption, style="Caption")
    caption.paragraph_format.keep_with_next = True
    caption.runs[0].font.color.rgb = RGBColor(0x1D, 0x2A, 0x35)
    drawn = document.add_table(rows=1, cols=len(table.header), style="Light Grid Accent 1")
    header = drawn.rows[0]
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    header._tr.get_or_add_trPr().append(repeat)
    bold = {index % len(table.rows) for index in table.bold}
    fill(header.cells, table.header, table.left, True)
    for index, row in enumerate(table.rows):
        fill(drawn.add_row().cells, row, table.left, index in bold)
    if table.note:
        document.add_paragraph(table.note).runs[0].font.size = Pt(9)
    else:
        document.add_paragraph()


def fill(cells: Any, texts: list[str], left: int, bold: bool) -> None:
    for column, (cell, text) in enumerate(zip(cells, texts, strict=True)):
        paragraph = cell.paragraphs[0]
        run = paragraph.add_run(text)
        run.font.size = Pt(9.5)
        run.bold = bold or column == 0
        if column >= left:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def write_slides(path: Path, meta: Meta, slides: list[dict[str, Any]]) -> None:
    """A slide deck: a title slide, then slides of bullets or with a table, and speaker's notes."""
    deck = Presentation()
    describe(deck.core_properties, meta)
    title = deck.slides.add_slide(deck.slide_layouts[0])
    title.shapes.title.text = meta.title
    title.placeholders[1].text = f"{meta.subtitle}\n{FICTIONAL}"
    for content in slides:
        slide = deck.slides.add_slide(deck.slide_layouts[5 if "table" in content else 1])
        slide.shapes.title.text = content["title"]
        if "table" in content:
            add_slide_table(slide, content["table"])
        else:
            frame = slide.placeholders[1].text_frame
            for index, line in enumerate(content["bullets"]):
                paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
                paragraph.text = line
                paragraph.font.size = SlidePt(20)
        slide.notes_slide.notes_text_frame.text = " ".join(content["notes"].split())
    save(path, meta.published, deck.save)


def add_slide_table(slide: Any, rows: list[list[Any]]) -> None:
    shape = slide.shapes.add_table(
        len(rows), len(rows[0]), Inches(0.6), Inches(1.6), Inches(8.8), Inches(0.42 * len(rows))
    )
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            cell = shape.table.cell(row, column)
            cell.text = f"{value:,}" if isinstance(value, int) and value > 2100 else str(value)
            cell.text_frame.paragraphs[0].font.size = SlidePt(14)


def write_workbook(path: Path, figures: Figures, published: date) -> None:
    """One sheet a year: referrals by month and region with totals, and contacts by month."""
    book = Workbook()
    book.remove(book.active)
    notes = book.create_sheet("Read me")
    for line in (
        "Referrals and contacts by month, 2019 to 2025",
        FICTIONAL,
        "Final figures as in the annual reports; 2024 and the second quarter of 2025 as revised.",
        "Referrals are counted by form in 2019 and 2020, and by household since 1 January 2021.",
        "Unit: number of referrals or contacts. The region is that of the household's home address.",
    ):
        notes.append([line])
    notes.column_dimensions["A"].width = 95
    for year in YEARS:
        add_year(book.create_sheet(str(year)), figures, year)
    properties = book.properties
    properties.title, properties.creator = "Referrals and contacts by month, 2019 to 2025", ORGANISATION
    properties.description = FICTIONAL
    save(path, published, book.save)


def add_year(sheet: Any, figures: Figures, year: int) -> None:
    table = figures.table(year, "referrals_by_region")
    sheet.append([f"Referrals received by month and region, and contacts, {year}"])
    sheet.append(["Month", *figures.regions, "All regions", "Contacts"])
    contacts, totals = figures.months(year, "contacts"), by_month(table)
    for index, month in enumerate(MONTHS):
        sheet.append([month, *(row[index] for row in table.values()), totals[index], contacts[index]])
    sheet.append([f"Year {year}", *(sum(row) for row in table.values()), sum(totals), sum(contacts)])
    for cell in [sheet["A1"], *sheet[2], *sheet[sheet.max_row]]:
        cell.font = Font(bold=True)
    for cell in sheet[2]:
        cell.fill = PatternFill("solid", fgColor="E9EEF1")
        cell.alignment = Alignment(horizontal="left" if cell.column == 1 else "right")
    for row in sheet.iter_rows(min_row=3, min_col=2):
        for cell in row:
            cell.number_format = "#,##0"
    sheet.column_dimensions["A"].width = 14
    for letter in "BCDEFGHIJ":
        sheet.column_dimensions[letter].width = 13
    sheet.freeze_panes = "B3"


def write_channels(path: Path, figures: Figures) -> None:
    """Monthly referrals by channel as CSV, one row a month."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["Year", "Month", *figures.channels, "All channels", "Organisation"])
        for year in YEARS:
            table = figures.table(year, "referrals_by_channel")
            for index, month in enumerate(MONTHS):
                values = [row[index] for row in table.values()]
                writer.writerow([year, month, *values, sum(values), ORGANISATION])
