"""Small files for the tests, made when they are needed, and readings shown in a form that is easy to compare."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from reportlab.pdfgen.canvas import Canvas

from rag.types import Page

WIDTH, HEIGHT = 595.0, 842.0


def pdf(*pages: Callable[[Canvas], None], **options: object) -> bytes:
    """A PDF with one page for each function that draws one."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), **options)
    for draw in pages:
        canvas.setFont("Times-Roman", 11)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def lines(canvas: Canvas, texts: list[str], x: float = 72, top: float = 100, leading: float = 13.5) -> None:
    """Draw lines from `top` points below the page's top."""
    for i, text in enumerate(texts):
        canvas.drawString(x, HEIGHT - top - i * leading, text)


def row(canvas: Canvas, top: float, label: str, *values: str, rights: tuple[float, ...] = (320, 400, 480)) -> None:
    """Draw a table row: a label, and values right-aligned at these places."""
    canvas.drawString(72, HEIGHT - top, label)
    for value, right in zip(values, rights, strict=False):
        canvas.drawRightString(right, HEIGHT - top, value)


def shown(page: Page) -> list[tuple[str, str]]:
    """The page's blocks as ``(kind, text)``."""
    return [(block.kind, page.text[block.start : block.end]) for block in page.blocks]


def texts(page: Page, kind: str) -> list[str]:
    """The texts of the page's blocks of one kind."""
    return [text for own, text in shown(page) if own == kind]


def rows(page: Page) -> list[list[tuple[str, tuple[str, ...]]]]:
    """The page's table rows as lists of ``(cell, headers)``."""
    return [
        [(page.text[cell.start : cell.end], cell.headers) for cell in block.cells]
        for block in page.blocks
        if block.kind == "table_row"
    ]


def spans_hold(page: Page) -> bool:
    """Whether blocks, cells and boxes lie inside the text in order, without overlapping."""
    at = 0
    for block in page.blocks:
        if not at <= block.start < block.end <= len(page.text):
            return False
        at = block.start
        for cell in block.cells:
            if not at <= cell.start <= cell.end <= block.end:
                return False
            at = cell.end
        at = block.end
    ends = [(box.start, box.end) for box in page.boxes]
    return ends == sorted(ends) and all(0 <= start < end <= len(page.text) for start, end in ends)


def repacked(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A zip-based file with one of its parts changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, change(old.read(entry)) if entry == part else old.read(entry))
    return buffer.getvalue()


def zipped(parts: dict[str, str | bytes]) -> bytes:
    """A zip-based file of these parts, in this order; the type of the file, if it is one of them, not compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
