"""Born-digital PDF reports: running headers and footers, footnotes at the foot of the page, contents and bookmarks."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from figures import long_date
from prose import NOTE, Block, Bullets, Directive, Heading, Para, Table
from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
    KeepTogether,
    ListFlowable,
    ListItem,
    LongTable,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM, NOTES = 24 * mm, 22 * mm, 24 * mm, 18 * mm, 20 * mm
INK, PALE, ACCENT = colors.HexColor("#1d2a35"), colors.HexColor("#e9eef1"), colors.HexColor("#1f5c73")

BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=10.5, leading=14.6, spaceAfter=7, textColor=INK)
COLUMN = ParagraphStyle("column", parent=BODY, fontSize=9.8, leading=13.2, alignment=TA_JUSTIFY, spaceAfter=6)
ITEM = ParagraphStyle("item", parent=BODY, spaceAfter=3)
H1 = ParagraphStyle("h1", fontName="Helvetica-Bold", fontSize=18, leading=22, spaceAfter=10, textColor=ACCENT)
H2 = ParagraphStyle(
    "h2", fontName="Helvetica-Bold", fontSize=12, leading=15, spaceBefore=6, spaceAfter=5, textColor=INK
)
CAPTION = ParagraphStyle("caption", fontName="Helvetica-Bold", fontSize=9, leading=12, spaceBefore=5, spaceAfter=4)
SMALL = ParagraphStyle("small", fontName="Helvetica", fontSize=7.6, leading=9.8, textColor=INK)
NOTE_STYLE = ParagraphStyle("note", parent=SMALL, spaceBefore=3, spaceAfter=8)
CELL = ParagraphStyle("cell", fontName="Helvetica", fontSize=8.6, leading=10.6)
HEAD = ParagraphStyle("head", parent=CELL, fontName="Helvetica-Bold")
HEAD_RIGHT = ParagraphStyle("head-right", parent=HEAD, alignment=2)
HEAD_SMALL = ParagraphStyle("head-small", parent=HEAD_RIGHT, fontSize=7.2, leading=9)
TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=34, leading=40, textColor=colors.white)
SUBTITLE = ParagraphStyle("subtitle", fontName="Helvetica", fontSize=14, leading=20, textColor=colors.white)


@dataclass(frozen=True)
class Meta:
    """What a document says about itself."""

    title: str
    subtitle: str
    published: date
    subject: str
    footer: str


def inline(text: str) -> str:
    """Bold marks and ampersands as reportlab wants them."""
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)


class Noted(Paragraph):  # type: ignore[misc]
    """A paragraph with footnotes: kept on one page, so that its notes stand at the foot of the same page."""

    notes: list[str]

    def split(self, width: float, height: float) -> list[Flowable]:
        return []


class Report(BaseDocTemplate):  # type: ignore[misc]
    """Page layouts, headers, footers, and the footnotes of each page."""

    def __init__(self, target: io.BytesIO, meta: Meta, cover: bool) -> None:
        super().__init__(
            target,
            pagesize=A4,
            title=meta.title,
            author="Tarnside Advice Partnership (fictional)",
            subject=meta.subject,
            creator="Tarnside Advice Partnership",
            invariant=1,
        )
        self.meta, self.cover = meta, cover
        self.page_notes: list[str] = []
        self.headings = 0
        body_height = HEIGHT - TOP - BOTTOM - NOTES
        width = WIDTH - LEFT - RIGHT
        half = (width - 8 * mm) / 2

        def frame(x: float, w: float, height: float = body_height) -> Frame:
            return Frame(x, BOTTOM + NOTES, w, height, 0, 0, 0, 0)

        masthead = 38 * mm
        short = body_height - masthead
        opening = Frame(LEFT, BOTTOM + NOTES + short, width, masthead, 0, 0, 0, 0)
        columns = (LEFT, LEFT + half + 8 * mm)
        end = {"onPageEnd": self._furniture}
        plain = [
            PageTemplate("one", [frame(LEFT, width)], **end),
            PageTemplate("two", [frame(x, half) for x in columns], **end),
        ]
        if cover:
            start = PageTemplate("cover", [frame(LEFT, width)], onPage=self._cover)
        else:
            start = PageTemplate(
                "masthead", [opening, *(frame(x, half, short) for x in columns)], onPage=self._band, **end
            )
        self.addPageTemplates([start, *plain])

    def beforeDocument(self) -> None:  # noqa: N802
        self.page_notes = []
        self.headings = 0

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802
        if isinstance(flowable, Noted):
            self.page_notes += flowable.notes
        level = getattr(flowable, "outline", None)
        if level is not None:
            self.headings += 1
            text, key = flowable.getPlainText(), f"h{self.headings}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(text, key, level, closed=False)
            if level == 0:
                self.notify("TOCEntry", (level, text, self.page, key))

    def _cover(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.setFillColor(ACCENT)
        canvas.rect(0, HEIGHT * 0.38, WIDTH, HEIGHT * 0.62, stroke=0, fill=1)
        canvas.setFillColor(INK)
        canvas.setFont("Helvetica", 10)
        canvas.drawString(LEFT, 40 * mm, "Tarnside Advice Partnership")
        canvas.drawString(LEFT, 34 * mm, f"Published {long_date(self.meta.published)}")
        canvas.setFont("Helvetica", 8)
        canvas.drawString(LEFT, 22 * mm, self.meta.footer)

    def _band(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.setFillColor(ACCENT)
        canvas.rect(LEFT, HEIGHT - TOP + 3, WIDTH - LEFT - RIGHT, 3, stroke=0, fill=1)

    def _furniture(self, canvas: Canvas, doc: BaseDocTemplate) -> None:
        canvas.setFillColor(INK)
        canvas.setStrokeColor(colors.HexColor("#9aa7b0"))
        canvas.setLineWidth(0.4)
        canvas.setFont("Helvetica", 8)
        canvas.drawString(LEFT, HEIGHT - 15 * mm, "Tarnside Advice Partnership")
        canvas.drawRightString(WIDTH - RIGHT, HEIGHT - 15 * mm, self.meta.title)
        canvas.line(LEFT, HEIGHT - 17 * mm, WIDTH - RIGHT, HEIGHT - 17 * mm)
        canvas.drawString(LEFT, 11 * mm, self.meta.footer)
        canvas.drawRightString(WIDTH - RIGHT, 11 * mm, f"Page {doc.page}")
        self._draw_notes(canvas)

    def _draw_notes(self, canvas: Canvas) -> None:
        if not self.page_notes:
            return
        canvas.line(LEFT, BOTTOM + NOTES - 3 * mm, LEFT + 45 * mm, BOTTOM + NOTES - 3 * mm)
        y = BOTTOM + NOTES - 5 * mm
        for note in self.page_notes:
            paragraph = Paragraph(note, SMALL)
            _, height = paragraph.wrap(WIDTH - LEFT - RIGHT, NOTES)
            paragraph.drawOn(canvas, LEFT, y - height)
            y -= height + 1
        assert y > 12 * mm, (self.meta.title, canvas.getPageNumber(), "footnotes too long")
        self.page_notes = []


class Writer:
    """Turns blocks into flowables."""

    def __init__(self, table: Callable[[str], Table], chart: Callable[[str], tuple[str, list[str], list[int]]]) -> None:
        self.table, self.chart = table, chart
        self.notes = 0
        self.body = BODY

    def story(self, blocks: list[Block]) -> list[Flowable]:
        return [flowable for block in blocks for flowable in self.block(block)]

    def block(self, block: Block) -> list[Flowable]:
        match block:
            case Heading(level, text):
                return [self.heading(level, text)]
            case Para(text):
                return [self.paragraph(text)]
            case Bullets(items):
                rows = [ListItem(Paragraph(inline(item), ITEM), leftIndent=12) for item in items]
                return [
                    ListFlowable(rows, bulletType="bullet", bulletFontSize=9, start="•", leftIndent=12),
                    Spacer(1, 5),
                ]
            case Directive(name, argument):
                return self.directive(name, argument)
        raise ValueError(block)

    def heading(self, level: int, text: str) -> Paragraph:
        paragraph = Paragraph(inline(text), H1 if level == 1 else H2)
        paragraph.outline = level - 1
        paragraph.keepWithNext = 1
        return paragraph

    def paragraph(self, text: str) -> Paragraph:
        notes = []

        def mark(found: re.Match[str]) -> str:
            self.notes += 1
            notes.append(f"<super>{self.notes}</super> {inline(found[1])}")
            return f"<super>{self.notes}</super>"

        marked = NOTE.sub(mark, inline(text))
        if not notes:
            return Paragraph(marked, self.body)
        paragraph = Noted(marked, self.body)
        paragraph.notes = notes
        return paragraph

    def directive(self, name: str, argument: str) -> list[Flowable]:
        if name == "table":
            return grid(self.table(argument))
        if name == "chart":
            return bars(*self.chart(argument))
        if name in ("one", "two"):
            self.body = COLUMN if name == "two" else BODY
            return [NextPageTemplate(name), PageBreak()]
        if name == "break":
            return [PageBreak()]
        if name == "column":
            return [FrameBreak()]
        if name == "contents":
            return [contents()]
        raise ValueError(name)


def contents() -> TableOfContents:
    toc = TableOfContents()
    toc.levelStyles = [ParagraphStyle("toc", parent=BODY, spaceAfter=5)]
    toc.dotsMinLevel = 0
    return toc


def grid(table: Table) -> list[Flowable]:
    """A table with its caption above; a long one runs over pages and repeats its header row."""
    width = WIDTH - LEFT - RIGHT
    first = {2: 0.62, 3: 0.6, 4: 0.42, 5: 0.34, 6: 0.28}.get(len(table.header), 0.24)
    rest = (1 - first) / (len(table.header) - 1)
    if table.left == 2:
        first, rest = 0.2, 0.2
    right = HEAD_SMALL if len(table.header) > 7 else HEAD_RIGHT
    head = [Paragraph(text, HEAD if i < table.left else right) for i, text in enumerate(table.header)]
    body = [[Paragraph(row[0], CELL), *row[1:]] for row in table.rows]
    style: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), "Helvetica", 8.6),
        ("ALIGN", (table.left, 0), (-1, -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("BACKGROUND", (0, 0), (-1, 0), PALE),
        ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.HexColor("#b9c4cb")),
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, INK),
        ("TOPPADDING", (0, 0), (-1, -1), 2.6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.6),
    ]
    if len(table.header) > 7:
        style += [("LEFTPADDING", (1, 0), (-1, -1), 2), ("RIGHTPADDING", (1, 0), (-1, -1), 3)]
    for row in table.bold:
        index = row % len(table.rows) + 1
        style.append(("FONT", (0, index), (-1, index), "Helvetica-Bold", 8.6))
        body[index - 1][0] = Paragraph(f"<b>{table.rows[row][0]}</b>", CELL)
    caption = Paragraph(inline(table.caption), CAPTION)
    drawn = LongTable([head, *body], [first * width, *[rest * width] * (len(table.header) - 1)], repeatRows=1)
    drawn.setStyle(TableStyle(style))
    drawn.hAlign = "LEFT"
    note = [Paragraph(table.note, NOTE_STYLE)] if table.note else [Spacer(1, 9)]
    if len(table.rows) > 20:
        return [caption, drawn, *note]
    return [KeepTogether([caption, drawn, *note])]


def bars(caption: str, labels: list[str], values: list[int]) -> list[Flowable]:
    """A plain bar chart with its caption below."""
    width = WIDTH - LEFT - RIGHT
    drawing = Drawing(width, 130)
    chart = VerticalBarChart()
    chart.x, chart.y, chart.width, chart.height = 34, 18, width - 44, 104
    chart.data = [values]
    chart.categoryAxis.categoryNames = labels
    chart.categoryAxis.labels.fontName = chart.valueAxis.labels.fontName = "Helvetica"
    chart.categoryAxis.labels.fontSize = chart.valueAxis.labels.fontSize = 7.5
    chart.valueAxis.valueMin = 0
    chart.valueAxis.labelTextFormat = "{:,.0f}".format
    chart.bars[0].fillColor = ACCENT
    chart.bars[0].strokeColor = None
    chart.groupSpacing = 12
    drawing.add(chart)
    return [KeepTogether([drawing, Paragraph(inline(caption), NOTE_STYLE)])]


def write_pdf(path: Path, meta: Meta, story: list[Flowable], cover: bool) -> None:
    """Build the PDF in memory, set its dates to the day of publication, and write it."""
    target = io.BytesIO()
    report = Report(target, meta, cover)
    report.multiBuild(story)
    stamp = f"D:{meta.published:%Y%m%d}090000+00'00'".encode()
    data = re.sub(rb"D:20000101000000[+-]00'00'", stamp, target.getvalue())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def cover_page(meta: Meta) -> list[Flowable]:
    """The first page of an annual report."""
    words = [Spacer(1, 45 * mm), Paragraph(meta.title, TITLE), Spacer(1, 8 * mm), Paragraph(meta.subtitle, SUBTITLE)]
    return [*words, NextPageTemplate("one"), PageBreak()]
