"""Measured sheets become pages of blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.reading.pdf.cells import Table
from rag.reading.pdf.columns import in_reading_order
from rag.reading.pdf.lines import Line, to_lines
from rag.reading.pdf.outline import Titles, outline_of
from rag.reading.pdf.running import number_on
from rag.reading.pdf.sheets import Sheet, set_running_apart, style_of
from rag.reading.pdf.words import ASKEW, Word
from rag.reading.pdf.writer import Writer
from rag.types import Page

_A_STAMP = 80  # letters: text turned another way that is shorter is a stamp, a watermark or a chart's axis


def compose(
    sheets: Sequence[Sheet], printed: Mapping[int, str] | None = None, titles: Mapping[int, Titles] | None = None
) -> tuple[Page, ...]:
    """The pages of the sheets. `printed` has the labels and `titles` the bookmarks of those pages that have any, both
    by their index."""
    printed, titles = printed or {}, titles or {}
    set_running_apart(sheets)
    styles = {scanned: style_of([sheet for sheet in sheets if sheet.scanned is scanned]) for scanned in (False, True)}
    columns = [in_reading_order(sheet.words, sheet.size(sheet.turn)[0], sheet.lines) for sheet in sheets]
    outline = outline_of((titles.get(sheet.number - 1, {}), own) for sheet, own in zip(sheets, columns, strict=True))
    pages: list[Page] = []
    before: Table | None = None
    caption = ""
    for sheet, groups in zip(sheets, columns, strict=True):
        writer = Writer(sheet, styles[sheet.scanned], outline)
        first = min((line.y0 for line in sheet.lines), default=sheet.height / 2)
        top = [line for line in sheet.running if line.y0 < first]
        for line in top:
            writer.write("furniture", [line])
        for group in groups:
            writer.write_column(group, before, caption)
            before, caption = writer.open_table, writer.open_caption
        if not groups:
            before, caption = None, ""
        for turn, words in sheet.aside.items():
            _write_aside(writer, sheet, turn, words)
        writer.write_notes()
        for line in sheet.running:
            if line not in top:
                writer.write("furniture", [line])
        label = printed.get(sheet.number - 1) or _number_printed(sheet.running)
        pages.append(writer.finished("" if label == str(sheet.number) else label))
    return tuple(pages)


def _write_aside(writer: Writer, sheet: Sheet, turn: int, words: Sequence[Word]) -> None:
    """Write what is turned another way than the rest of the page: text if there is enough of it, else furniture."""
    writer.turn = 0 if turn == ASKEW else turn
    if turn == ASKEW:
        writer.write("furniture", [Line([word]) for word in words])
    elif sum(len(word.text) for word in words) < _A_STAMP:
        for line in to_lines(words):
            writer.write("furniture", [line])
    else:
        for group in in_reading_order(list(words), sheet.size(turn)[0]):
            writer.write_column(group, None, "")
    writer.turn = sheet.turn


def _number_printed(running: Sequence[Line]) -> str:
    numbers = [number for line in running if (number := number_on(line))]
    return numbers[-1] if numbers else ""
