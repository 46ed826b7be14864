"""Which pages of a PDF are only pictures, and the pictures of them."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pypdfium2.raw as pdfium_c

from rag.reading.pdf.sheets import Sheet
from rag.reading.pdf.tesseract import MOST_PIXELS, Picture

_FEW = 4  # words that a scan may have besides: a stamp, "Confidential"
_EDGE = 0.08  # of the height: what stands here was added to the scan, as its page number
_MOST_OF_IT = 0.6  # of the page is picture
_DOTS = 300  # an inch: what Tesseract is at its best with


def is_scan(document: Any, sheet: Sheet) -> bool:
    """Whether the page has no text of its own to speak of, and a picture covers it, or letters without a meaning."""
    edge = _EDGE * sheet.size(sheet.turn)[1]
    bottom = sheet.size(sheet.turn)[1] - edge
    words = (w for w in sheet.words if edge < w.middle < bottom and sum(letter.isalpha() for letter in w.text) > 1)
    if len(list(islice(words, _FEW))) == _FEW:
        return False
    page = document[sheet.number - 1]
    try:
        text_page = page.get_textpage()
        meaningless = not sheet.words and text_page.count_chars() > 50
        text_page.close()
        return meaningless or _pictured(page) > _MOST_OF_IT * sheet.width * sheet.height
    finally:
        page.close()


def _pictured(page: Any) -> float:
    """How much of the page is pictures, in square points; a scan may be cut into strips."""
    left, bottom, right, top = page.get_bbox()
    area = 0.0
    for drawn in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_FORM], max_depth=1):
        if drawn.type == pdfium_c.FPDF_PAGEOBJ_FORM and not _has_picture(page, drawn):
            continue
        x0, y0, x1, y1 = drawn.get_bounds()
        area += max(0.0, min(x1, right) - max(x0, left)) * max(0.0, min(y1, top) - max(y0, bottom))
    return area


def _has_picture(page: Any, form: Any) -> bool:
    return any(True for _ in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=5, form=form, level=1))


def picture_of(document: Any, sheet: Sheet) -> Picture:
    """The page as it is seen, in grey."""
    scale = min(_DOTS / 72, (MOST_PIXELS / (sheet.width * sheet.height)) ** 0.5)
    page = document[sheet.number - 1]
    try:
        bitmap = page.render(scale=scale, grayscale=True)
        image = bitmap.to_pil().convert("L").copy()
        bitmap.close()
        return image, sheet.width / image.width
    finally:
        page.close()
