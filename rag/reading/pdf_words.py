"""A PDF page's words with their places, built from pdfium's character boxes."""

from __future__ import annotations

import ctypes
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium_c

SOFT_HYPHEN = "\u00ad"
_HYPHENS = {"\x02", "\ufffe", SOFT_HYPHEN}  # pdfium's marks for a hyphen at a line's end, and the character itself
_LONGEST_MARK = 8  # of a superscript: "(1)(2)"
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}


@dataclass(slots=True)
class Word:
    """Letters without a space between them. Points from the page's top left corner; `size` is the line's height."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool = False
    italic: bool = False
    raised: bool = False  # a superscript, as of a footnote

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2


@dataclass(frozen=True, slots=True)
class _Char:
    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    index: int


def page_words(page: Any) -> list[Word]:
    """The words of a page in the order they were drawn, as the page is seen: its rotation and crop are applied."""
    text_page = page.get_textpage()
    try:
        words: list[Word] = []
        run: list[_Char] = []
        for char in _characters(text_page, _placer(page)):
            if char is None or (run and not _joins(run[-1], char)):
                if run:
                    words.append(_word(run, text_page))
                run = []
            if char is not None:
                run.append(char)
        if run:
            words.append(_word(run, text_page))
        _mark_raised(words)
        return words
    finally:
        text_page.close()


def _characters(text_page: Any, place: Callable[[Any], tuple[float, float, float, float]]) -> Iterator[_Char | None]:
    """The characters with their boxes; None where there is a space or a line's end."""
    raw = text_page.raw
    box = pdfium_c.FS_RECTF()
    at = ctypes.byref(box)
    get_unicode, get_box = pdfium_c.FPDFText_GetUnicode, pdfium_c.FPDFText_GetLooseCharBox
    for index in range(text_page.count_chars()):
        code = get_unicode(raw, index)
        if code <= 0x20 and code != 2:
            yield None
            continue
        text = chr(code)
        if text.isspace() or text in "\u200b\ufeff":
            yield None
        elif get_box(raw, index, at):
            yield _Char("-" if text in _HYPHENS else _LIGATURES.get(text, text), *place(box), index)


def _placer(page: Any) -> Callable[[Any], tuple[float, float, float, float]]:
    """From pdfium's box (origin below) to left, top, right, bottom from the top left of the page as it is shown."""
    left, bottom, right, top = page.get_cropbox()
    rotation = page.get_rotation()

    def place(box: Any) -> tuple[float, float, float, float]:
        if rotation == 90:
            return box.bottom - bottom, box.left - left, box.top - bottom, box.right - left
        if rotation == 180:
            return right - box.right, box.bottom - bottom, right - box.left, box.top - bottom
        if rotation == 270:
            return top - box.top, right - box.right, top - box.bottom, right - box.left
        return box.left - left, top - box.top, box.right - left, top - box.bottom

    return place


def _joins(before: _Char, char: _Char) -> bool:
    """Whether two characters are of one word: on one line, of one size, and with next to nothing between them."""
    size = before.y1 - before.y0
    return (
        abs(before.y1 - char.y1) < 0.15 * size
        and abs(size - (char.y1 - char.y0)) < 0.15 * size
        and -0.5 * size < char.x0 - before.x1 < 0.17 * size
    )


def _word(run: list[_Char], text_page: Any) -> Word:
    name = _font_name(text_page, run[0].index)
    bold = "bold" in name or "black" in name or "heavy" in name or "semibd" in name
    bold = bold or pdfium_c.FPDFText_GetFontWeight(text_page.raw, run[0].index) >= 600
    text = unicodedata.normalize("NFC", "".join(char.text for char in run))
    return Word(
        text,
        run[0].x0,
        min(char.y0 for char in run),
        run[-1].x1,
        max(char.y1 for char in run),
        max(char.y1 - char.y0 for char in run),
        bold,
        "italic" in name or "oblique" in name,
    )


def _font_name(text_page: Any, index: int) -> str:
    buffer = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    length = pdfium_c.FPDFText_GetFontInfo(text_page.raw, index, buffer, 128, ctypes.byref(flags))
    return buffer.value.decode("utf-8", errors="replace").lower() if 0 < length <= 128 else ""


def _mark_raised(words: list[Word]) -> None:
    """A small word that stands high against a larger one that it touches, before or after it, is a superscript."""
    ends: dict[tuple[int, int], list[Word]] = defaultdict(list)  # by where they start or end, on a coarse grid
    for word in words:
        for x in {int(word.x0 // 10), int(word.x1 // 10)}:
            ends[x, int(word.middle // 10)].append(word)
    for word in words:
        if len(word.text) <= _LONGEST_MARK:
            columns = range(int(word.x0 // 10) - 1, int(word.x1 // 10) + 2)
            rows = range(int(word.middle // 10) - 1, int(word.middle // 10) + 3)
            word.raised = any(
                _stands_high(word, other) for x in columns for y in rows for other in ends.get((x, y), ())
            )


def _stands_high(word: Word, other: Word) -> bool:
    if word.size >= 0.85 * other.size:
        return False
    touches = -1 < word.x0 - other.x1 < 0.5 * other.size or -1 < other.x0 - word.x1 < 0.5 * other.size
    raised = other.y0 - 0.3 * other.size < word.y0 and other.y0 < word.y1 < other.y1 - 0.12 * other.size
    return touches and raised
