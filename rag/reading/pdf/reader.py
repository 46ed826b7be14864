"""PDF reports: pages of headings, paragraphs, list items, footnotes and table rows, each line with its box."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from rag.errors import UnreadableReport
from rag.reading import dates
from rag.reading.limits import Limits
from rag.reading.pdf.outline import bookmarks
from rag.reading.pdf.pages import compose
from rag.reading.pdf.scanned import is_scan, picture_of
from rag.reading.pdf.sheets import Sheet
from rag.reading.pdf.tesseract import (
    NOT_INSTALLED,
    SHARE_OF_TIME,
    about_pages,
    put_on,
    see_all,
    tesseract,
    too_slow,
)
from rag.reading.pdf.words import ASKEW, Word, page_words
from rag.types import Page, Published, Reading

# Annotations that are part of what the page says: text boxes, stamps, and what was filled into a form.
_WRITTEN_ON = {pdfium_c.FPDF_ANNOT_FREETEXT, pdfium_c.FPDF_ANNOT_STAMP, pdfium_c.FPDF_ANNOT_WIDGET}


def read_pdf(content: bytes, name: str, limits: Limits) -> Reading:
    """The pages in order, an empty one with no blocks; `UnreadableReport` if none has text, or it is locked or broken.

    Not for two threads of one process: pdfium is not thread-safe.
    """
    deadline = time.monotonic() + SHARE_OF_TIME * limits.wall_seconds
    document = _open(content, name)
    try:
        if len(document) > limits.pages:
            raise UnreadableReport(
                f"{name}: {len(document)} pages, over the limit of {limits.pages} (setting reader_pages)"
            )
        sheets, damaged = _measured(document)
        scans = [sheet for sheet in sheets if sheet.number not in damaged and is_scan(document, sheet)]
        notes = _read_scans(document, sheets, scans, name, limits, deadline)
        properties = document.get_metadata_dict(skip_empty=True)
        printed = {i: document.get_page_label(i) or "" for i in range(len(document))}
        titles = bookmarks(document)
    except pdfium.PdfiumError as error:
        raise UnreadableReport(f"{name}: the PDF is damaged ({error})") from error
    finally:
        document.close()
    if not any(sheet.words or sheet.aside for sheet in sheets):
        raise UnreadableReport(f"{name}: {'the PDF is damaged' if damaged else 'no text on any page'}")
    pages = compose(sheets, printed, titles)
    title = _title(pages, properties, name)
    return Reading(
        "Scan" if all(sheet.scanned for sheet in sheets if sheet.words) else "PDF",
        title,
        pages,
        dates.first_date(
            dates.in_imprint(pages[:3]), dates.in_title(title, name), _made(properties), dates.in_file_name(name)
        ),
        dates.covers(title, dates.title_of_file(name)),
        (*about_pages(damaged, "is damaged and could not be read", "are damaged and could not be read"), *notes),
    )


def _open(content: bytes, name: str) -> Any:
    try:
        document = pdfium.PdfDocument(content)
        if document.get_formtype() != pdfium_c.FORMTYPE_NONE:
            document.init_forms()  # else what was filled in is not drawn
        return document
    except pdfium.PdfiumError as error:
        # pdfium's last error outlives the file it was about, so the file itself must say that it is locked.
        if "password" in str(error).lower() and b"/Encrypt" in content:
            raise UnreadableReport(f"{name}: the PDF is locked with a password") from error
        raise UnreadableReport(f"{name}: the PDF is damaged or cut short") from error


def _measured(document: Any) -> tuple[list[Sheet], list[int]]:
    """The sheets, and the numbers of those that are damaged: they are empty."""
    sheets: list[Sheet] = []
    damaged: list[int] = []
    for index in range(len(document)):
        try:
            sheets.append(_sheet(document, index))
        except pdfium.PdfiumError:
            damaged.append(index + 1)
            sheets.append(Sheet(index + 1, 0.0, 0.0))
    return sheets, damaged


def _sheet(document: Any, index: int) -> Sheet:
    page = document[index]
    try:
        if _is_written_on(page):
            pdfium_c.FPDFPage_Flatten(page.raw, pdfium_c.FLAT_NORMALDISPLAY)
            page.close()
            page = document[index]
        sheet = Sheet(index + 1, *page.get_size())
        found = {turn: _on_page(words, *sheet.size(turn)) for turn, words in page_words(page).items()}
    finally:
        page.close()
    upright = [turn for turn in found if turn != ASKEW]
    sheet.turn = max(sorted(upright), key=lambda turn: sum(len(word.text) for word in found[turn]), default=0)
    sheet.words = found.pop(sheet.turn, [])
    sheet.aside = {turn: words for turn, words in found.items() if words}
    return sheet


def _is_written_on(page: Any) -> bool:
    for i in range(pdfium_c.FPDFPage_GetAnnotCount(page.raw)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page.raw, i)
        kind = pdfium_c.FPDFAnnot_GetSubtype(annotation)
        pdfium_c.FPDFPage_CloseAnnot(annotation)
        if kind in _WRITTEN_ON:
            return True
    return False


def _on_page(words: Sequence[Word], width: float, height: float) -> list[Word]:
    """The words that are on the page and not outside its crop."""
    return [word for word in words if 0 < (word.x0 + word.x1) / 2 < width and 0 < (word.y0 + word.y1) / 2 < height]


def _read_scans(
    document: Any, sheets: Sequence[Sheet], scans: Sequence[Sheet], name: str, limits: Limits, deadline: float
) -> tuple[str, ...]:
    """Put on the sheets that are scans what is seen in their pictures; sentences about those that could not be read,
    and about those that could, if the rest of the report is text."""
    if not scans:
        return ()
    others = any(sheet.words for sheet in sheets if sheet not in scans)
    numbers = [sheet.number for sheet in scans]
    if not tesseract():
        if not others:
            raise UnreadableReport(f"{name}: {NOT_INSTALLED}")
        return about_pages(
            numbers, "is a scan: install Tesseract to read it", "are scans: install Tesseract to read them"
        )
    seen = see_all(scans, lambda sheet: picture_of(document, sheet), deadline)
    for sheet, page in zip(scans, seen, strict=False):
        put_on(sheet, page)
    read = [sheet.number for sheet, page in zip(scans, seen, strict=False) if page is not None and page.words]
    failed = [sheet.number for sheet, page in zip(scans, seen, strict=False) if page is None]
    missed = numbers[len(seen) :]
    if not others and not read and missed:
        raise UnreadableReport(f"{name}: it {too_slow(limits)}")
    return (
        *about_pages(
            read if others else (),
            "was read from a picture: check its figures against the page",
            "were read from pictures: check their figures against the pages",
        ),
        *about_pages(failed, "is a scan that Tesseract could not read", "are scans that Tesseract could not read"),
        *about_pages(missed, too_slow(limits), too_slow(limits, 2)),
    )


def _made(properties: dict[str, str]) -> Published | None:
    for key in ("CreationDate", "ModDate"):
        if found := re.match(r"(?:D:)?(\d{4})(\d\d)(\d\d)", properties.get(key, "")):
            return dates.published("-".join(found.groups()), "document properties")
    return None


def _title(pages: Sequence[Page], properties: dict[str, str], name: str) -> str:
    """The title the report's properties give, unless it is a file's name or number; else the first page's heading."""
    stated = properties.get("Title", "").strip()
    if " " in stated and not re.search(r"\.(?:docx?|pdf|indd|qxd)\b|^microsoft word|^untitled", stated, re.IGNORECASE):
        return stated
    return dates.first_heading(pages[:2]) or dates.title_of_file(name)
