"""A PDF page's words with their places, built from pdfium's character boxes."""

from __future__ import annotations

import ctypes
import math
import re
import struct
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium_c

SOFT_HYPHEN = "\u00ad"
_HYPHENS = {
    "\x02": "-",
    "\ufffe": "-",
    SOFT_HYPHEN: "-",
}  # pdfium's marks for one at a line's end; the character itself
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_SPELLED = str.maketrans(_HYPHENS | _LIGATURES)
_RUN = re.compile(r"[^\s\x00\x01\x03-\x20\u200b\ufeff]+")  # characters with no white space between them
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LONGEST_MARK = 8  # of a superscript: "(1)(2)"
_SMALLEST = 1.0  # points: what is smaller nobody was meant to see
_FAR = 20_000.0  # points: larger than any page, so that absurd numbers go no further
# In fonts of pictures letters stand for bullets and ticks; where a PDF says nothing of it, pdfium gives the letters.
_PICTURES = re.compile(r"wingdings|webdings|dingbat|zapfd")
_PICTURED = {"ü": "✓", "û": "✗", "þ": "☑", "ý": "☒", "o": "☐", "¨": "☐"}

Place = tuple[float, float, float, float]
ASKEW = -1  # the turn of words at a slant, as a watermark's


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

    @property
    def backwards(self) -> bool:
        """Whether it is read from right to left."""
        return not self.text.isascii() and bool(_RIGHT_TO_LEFT.search(self.text))


@dataclass(frozen=True, slots=True)
class _Font:
    """What a font's name and weight say of it."""

    bold: bool = False
    italic: bool = False
    pictures: bool = False


def page_words(page: Any) -> dict[int, list[Word]]:
    """The words of a page in the order they were drawn, by how far they are turned against the clock as the page is
    seen: 0, 90, 180, 270 or ASKEW. Each has its place on the page turned so that the word is upright, its rotation and
    crop applied; ASKEW are placed as upright words are."""
    text_page = page.get_textpage()
    try:
        text = _text(text_page)
        boxes = _boxes(text_page, text)
        font_of = _fonts(text_page)
        rotation = page.get_rotation()
        places = {turn: _placer(page, rotation if turn == ASKEW else turn) for turn in (0, 90, 180, 270, ASKEW)}
        found: dict[int, list[Word]] = defaultdict(list)
        for start, end, own in _runs(text_page, text, boxes):
            words = found[own if own == ASKEW else (own - rotation) % 360]
            placed = [places[own](box) for box in boxes[start:end]]
            cuts = _cuts(text[start:end], placed) if own != ASKEW else [(0, end - start, placed[0][3] - placed[0][1])]
            for a, b, size in cuts:
                if _SMALLEST <= size < _FAR and abs(placed[a][0]) < _FAR and abs(placed[a][1]) < _FAR:
                    words.append(_word(text[start + a : start + b], placed[a:b], font_of(start + a), size))
        for turn in found:
            found[turn] = _drawn_once(found[turn])
            _mark_raised(found[turn])
        return found
    finally:
        text_page.close()


# --- what pdfium knows of each character ------------------------------------------------------------------------------


def _text(text_page: Any) -> str:
    """The page's text, one character for each that pdfium counts."""
    count = text_page.count_chars()
    buffer = ctypes.create_string_buffer(2 * (count + 1))
    units = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
    if pdfium_c.FPDFText_GetText(text_page.raw, 0, count, units) == count + 1:  # all of it, in one call
        text = buffer.raw[: 2 * count].decode("utf-16-le", errors="replace")
        if len(text) == count and "\ufffd" not in text:
            return text
    codes = (pdfium_c.FPDFText_GetUnicode(text_page.raw, i) for i in range(count))
    return "".join("\ufffd" if 0xD800 <= code < 0xE000 or code > 0x10FFFF else chr(code) for code in codes)


def _boxes(text_page: Any, text: str) -> list[Place]:
    """The characters' boxes as pdfium has them: left, top, right, bottom from an origin below."""
    boxes = (pdfium_c.FS_RECTF * len(text))()
    raw, get_box = text_page.raw, pdfium_c.FPDFText_GetLooseCharBox
    for run in _RUN.finditer(text):
        for i in range(run.start(), run.end()):
            get_box(raw, i, boxes[i])
    return list(struct.iter_unpack("4f", boxes))


def _fonts(text_page: Any) -> Callable[[int], _Font]:
    """The font of the character at an index; each name is looked at once."""
    known: dict[bytes, _Font] = {}
    raw, get_info = text_page.raw, pdfium_c.FPDFText_GetFontInfo
    buffer, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    flags_at = ctypes.byref(flags)

    def font_of(index: int) -> _Font:
        name = buffer.value if 0 < get_info(raw, index, buffer, 128, flags_at) <= 128 else b""
        if name not in known:
            words = name.decode("utf-8", errors="replace").lower()
            bold = any(weight in words for weight in ("bold", "black", "heavy", "semibd"))
            known[name] = _Font(
                bold or pdfium_c.FPDFText_GetFontWeight(raw, index) >= 600,
                "italic" in words or "oblique" in words,
                bool(_PICTURES.search(words)),
            )
        return known[name]

    return font_of


def _runs(text_page: Any, text: str, boxes: Sequence[Place]) -> Iterator[tuple[int, int, int]]:
    """Characters ``[start, end)`` with no white space between them, and their turn in the page's own coordinates."""
    raw, get_angle = text_page.raw, pdfium_c.FPDFText_GetCharAngle
    for run in _RUN.finditer(text):
        start, end = run.span()
        turn = _turn(get_angle(raw, start))
        first, last = boxes[start], boxes[end - 1]
        if turn or first[1] != last[1] or first[3] != last[3]:  # not simply one line: it may go on at another turn
            for i in range(start + 1, end):
                if (own := _turn(get_angle(raw, i))) != turn:
                    yield start, i, turn
                    start, turn = i, own
        yield start, end, turn


def _turn(angle: float) -> int:
    """Radians with the clock as degrees against it, if they are nearly a quarter turn or several."""
    if not angle:
        return 0
    degrees = -math.degrees(angle) % 360
    quarter = round(degrees / 90) * 90
    return quarter % 360 if abs(degrees - quarter) < 5 else ASKEW


def _placer(page: Any, turn: int) -> Callable[[Place], Place]:
    """From pdfium's box to left, top, right, bottom from the top left of the page, turned so that text which pdfium
    sees at this turn is upright."""
    left, bottom, right, top = page.get_bbox()
    match turn:
        case 90:
            return lambda box: (box[3] - bottom, box[0] - left, box[1] - bottom, box[2] - left)
        case 180:
            return lambda box: (right - box[2], box[3] - bottom, right - box[0], box[1] - bottom)
        case 270:
            return lambda box: (top - box[1], right - box[2], top - box[3], right - box[0])
    return lambda box: (box[0] - left, top - box[1], box[2] - left, top - box[3])


# --- characters become words ------------------------------------------------------------------------------------------


def _cuts(text: str, boxes: Sequence[Place]) -> Iterator[tuple[int, int, float]]:
    """The words ``[start, end)`` in a run with their sizes: characters on one line, of one size, and with next to
    nothing between them."""
    backwards = bool(_RIGHT_TO_LEFT.search(text))
    start = 0
    x0, y0, x1, y1 = before = boxes[0]
    size = highest = y1 - y0
    for i in range(1, len(boxes)):
        box = boxes[i]
        gap = x0 - box[2] if backwards and box[0] < x0 else box[0] - x1
        height = box[3] - box[1]
        if not (
            box == before  # a ligature, given as its letters
            or (
                -0.15 * size < y1 - box[3] < 0.15 * size
                and -0.15 * size < size - height < 0.15 * size
                and -0.5 * size < gap < 0.17 * size
            )
        ):
            yield start, i, highest
            start, highest = i, 0.0
        before = box
        x0, y0, x1, y1 = box
        size = height
        if size > highest:
            highest = size
    yield start, len(boxes), highest


def _word(text: str, boxes: Sequence[Place], font: _Font, size: float) -> Word:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    if not text.isascii() or "\x02" in text:
        text = text[:-1].replace(SOFT_HYPHEN, "") + text[-1]  # inside a line it is not seen
        text = unicodedata.normalize("NFC", text.translate(_SPELLED))
    if font.pictures and len(text) == 1 and (text in _PICTURED or text.isalnum() or text == "§"):
        text = _PICTURED.get(text, "•")
    return Word(text, min(lefts), min(tops), max(rights), max(bottoms), size, font.bold, font.italic)


def _drawn_once(words: Sequence[Word]) -> list[Word]:
    """The words without those drawn again on top of themselves, as for a shadow, or to look bold."""
    seen: dict[tuple[str, int, int], Word] = {}  # by their corners, on a grid of about half their size
    kept: list[Word] = []
    for word in words:
        near = 0.2 * word.size
        step = max(1.0, round(2 * near))
        left, right = int((word.x0 - near) // step), int((word.x0 + near) // step)
        top, bottom = int((word.y0 - near) // step), int((word.y0 + near) // step)
        corners = {(word.text, x, y) for x in (left, right) for y in (top, bottom)}
        others = [seen[corner] for corner in corners if corner in seen]
        if others and any(abs(word.x0 - o.x0) < near and abs(word.y0 - o.y0) < near for o in others):
            continue
        seen[word.text, int(word.x0 // step), int(word.y0 // step)] = word
        kept.append(word)
    return kept


def _mark_raised(words: Sequence[Word]) -> None:
    """A small word that stands high against a larger one that it touches, before or after it, is a superscript."""
    larger: dict[int, dict[tuple[int, int], list[Word]]] = {}  # than a size in whole points
    for word in words:
        if len(word.text) > _LONGEST_MARK:
            continue
        size = int(word.size)
        if size not in larger:
            larger[size] = _by_ends([other for other in words if size < 0.85 * other.size])
        if ends := larger[size]:
            columns = range(int(word.x0 // 10) - 1, int(word.x1 // 10) + 2)
            rows = range(int(word.middle // 10) - 1, int(word.middle // 10) + 3)
            word.raised = any(
                _stands_high(word, other) for x in columns for y in rows for other in ends.get((x, y), ())
            )


def _by_ends(words: Sequence[Word]) -> dict[tuple[int, int], list[Word]]:
    """The words by where they start or end, on a coarse grid."""
    ends: dict[tuple[int, int], list[Word]] = defaultdict(list)
    for word in words:
        for x in {int(word.x0 // 10), int(word.x1 // 10)}:
            ends[x, int(word.middle // 10)].append(word)
    return ends


def _stands_high(word: Word, other: Word) -> bool:
    if word.size >= 0.85 * other.size:
        return False
    touches = -1 < word.x0 - other.x1 < 0.5 * other.size or -1 < other.x0 - word.x1 < 0.5 * other.size
    raised = other.y0 - 0.3 * other.size < word.y0 and other.y0 < word.y1 < other.y1 - 0.12 * other.size
    return touches and raised
