"""What the `tesseract` command sees in the picture of a page, as words with their places."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import median
from typing import Any, TypeVar

from lxml import etree
from PIL import Image

from rag.reading.limits import Limits
from rag.reading.pdf.sheets import Sheet
from rag.reading.pdf.words import ASKEW, Word

NOT_INSTALLED = "a scan: install Tesseract to read it"
MOST_PIXELS = 25_000_000  # of one picture: A4 at 300 dots an inch has 9 million
SHARE_OF_TIME = 0.75  # of the wall time that a file may take: what has been read by then is kept

_PAGE_SECONDS = 60.0
_DOUBTFUL = 70  # a page that is read with less confidence, in per cent, may be lying on its side
_LIKE_A_BULLET = re.compile(r"[¢«»°@®eo]|[01][\])]")  # what Tesseract makes of a bullet at the beginning of a line
_NOISE = 30  # below this, what has neither letter nor digit is dirt
_RULES = re.compile(r"[|¦_~=\[\]{}\\/]+")  # what is made of a table's ruled lines
_DASHES = re.compile(r"[—–-]+")  # so may these be, or a cell that says "none"
_MOST_LANGUAGES = 4
_BACK = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}

T = TypeVar("T")
Picture = tuple[Image.Image, float]  # grey, and how many points on the page one of its pixels is


@dataclass(slots=True)
class Seen:
    """What is seen on one page, in points on the page turned so that its text is upright, and straightened."""

    words: list[Word] = field(default_factory=list)
    aside: list[Word] = field(default_factory=list)  # that run up or down the page
    turn: int = 0  # degrees against the clock that the text is turned by
    slope: float = 0.0  # how far lines fall for each point to the right: sheets are rarely laid straight
    confidence: float = 0.0  # in per cent


def tesseract() -> str:
    """The path of the command, or nothing where it is not installed."""
    return shutil.which("tesseract") or ""


def see_all(pages: Sequence[T], picture_of: Callable[[T], Picture], deadline: float) -> list[Seen | None]:
    """What is seen on each page, in order, as far as the time goes; None where Tesseract failed. Two pages are read
    at once; their pictures are made one by one in this thread."""
    at_once = min(2, os.cpu_count() or 1)  # other files may be read beside this one
    seen: list[Seen | None] = []
    with ThreadPoolExecutor(at_once) as pool:
        for first in range(0, len(pages), at_once):
            if time.monotonic() > deadline:
                break
            pictures = [picture_of(page) for page in pages[first : first + at_once]]
            seen += pool.map(_see, pictures)
    return seen


def put_on(sheet: Sheet, seen: Seen | None) -> None:
    """Put what was seen on a sheet, beside the few words that it may have."""
    sheet.scanned = True
    if seen is None:
        return
    known = sheet.words if sheet.turn == seen.turn else []
    sheet.words = [*known, *(word for word in seen.words if not any(_covers(other, word) for other in known))]
    sheet.turn, sheet.slope = seen.turn, seen.slope
    if seen.aside:
        sheet.aside[ASKEW] = [*sheet.aside.get(ASKEW, ()), *seen.aside]


def _covers(word: Word, other: Word) -> bool:
    return word.x0 < (other.x0 + other.x1) / 2 < word.x1 and word.y0 < other.middle < word.y1


# --- sentences about pages --------------------------------------------------------------------------------------------


def about_pages(pages: Iterable[int], one: str, many: str) -> tuple[str, ...]:
    """A sentence about one page or several, which it names: "Pages 3 and 7 are scans"; none if there are none."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    named = [f"{run[0]} to {run[-1]}" if len(run) > 2 else " and ".join(map(str, run)) for run in runs]
    if not named:
        return ()
    if len(runs) == 1 and len(runs[0]) == 1:
        return (f"Page {named[0]} {one}",)
    parts = [part for name in named for part in name.split(" and ")]
    return (f"Pages {', '.join(parts[:-1])}{' and ' if parts[:-1] else ''}{parts[-1]} {many}",)


def too_slow(limits: Limits, pages: int = 1) -> str:
    what, it = ("is a scan", "it") if pages == 1 else ("are scans", "them")
    return f"{what}, and {limits.wall_seconds:g} seconds were too few to read {it} (setting reader_wall_seconds)"


# --- one page ---------------------------------------------------------------------------------------------------------


def _see(picture: Picture) -> Seen | None:
    """What is seen on a page, as it lies or, if that is hardly to be read, turned as Tesseract says it lies."""
    image, scale = picture
    seen = _read(image, scale)
    if seen is not None and seen.confidence < _DOUBTFUL and (turn := _turn_of(image)):
        upright = _read(image.transpose(_BACK[turn]), scale)
        if upright is not None and upright.confidence > seen.confidence:
            upright.turn = turn
            return upright
    return seen


def _read(image: Image.Image, scale: float) -> Seen | None:
    found = _run(image, scale, "-l", _languages(tesseract()), "--psm", "3", "hocr")
    if found is None:
        return None
    return _seen(found, scale, image.width * scale)


def _turn_of(image: Image.Image) -> int:
    """How far the text is turned against the clock, where Tesseract can say."""
    told = _run(image, 72 / 300, "--psm", "0", "-l", "osd") or b""
    rotate = re.search(rb"Rotate: (\d+)", told)
    return int(rotate[1]) if rotate and int(rotate[1]) in _BACK else 0


def _run(image: Image.Image, scale: float, *options: str) -> bytes | None:
    """What Tesseract prints of a picture; None if it fails or takes too long."""
    content = io.BytesIO()
    image.save(content, "PPM")
    try:
        done = subprocess.run(
            [tesseract(), "-", "-", "--dpi", str(max(70, min(2400, round(72 / scale)))), *options],
            input=content.getvalue(),
            capture_output=True,
            timeout=_PAGE_SECONDS,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},  # several pages are read at once
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError):
        return None
    return done.stdout if done.returncode == 0 else None


@lru_cache(maxsize=4)
def _languages(command: str) -> str:
    """English first, then the other languages that are installed: whoever installed a few means them to be read. Of
    more than a few only English, since each makes Tesseract slower and surer of wrong letters."""
    listed = subprocess.run([command, "--list-langs"], capture_output=True, text=True, timeout=20, check=False).stdout
    known = [line for line in listed.splitlines()[1:] if line and line != "osd" and "/" not in line]
    known.sort(key=lambda language: (language != "eng", language))
    return "+".join(known if len(known) <= _MOST_LANGUAGES else known[:1]) or "eng"


# --- what it prints ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Row:
    """One line as Tesseract found it, in pixels."""

    words: list[tuple[str, float, float]]  # text, left, right
    size: float
    left: float
    base: float  # where its letters stand, at the left end
    slope: float
    below: float  # how far letters reach below that

    @property
    def letters(self) -> int:
        return sum(len(text) for text, _, _ in self.words)


def _seen(hocr: bytes, scale: float, width: float) -> Seen:
    """The words of hOCR: unlike TSV it gives each line's size and base, whatever letters stand on it."""
    seen = Seen()
    rows: list[_Row] = []
    trust: list[tuple[float, int]] = []
    for line in etree.fromstring(hocr, etree.XMLParser(recover=True, resolve_entities=False, no_network=True)).iter():
        if line.get("class") not in {"ocr_line", "ocr_textfloat", "ocr_header", "ocr_caption"}:
            continue
        words = _words(line)
        trust += [(sure, len(text)) for text, _, sure in words]
        stated = _stated(line)
        if "textangle" in stated:
            seen.aside += [_aside(text, box, scale) for text, box, _ in words]
        elif words:
            rows.append(_row(stated, words))
    if trust:
        seen.confidence = sum(sure * letters for sure, letters in trust) / sum(letters for _, letters in trust)
    long = [row.slope for row in rows if (row.words[-1][2] - row.left) * scale > 0.2 * width]
    seen.slope = median(long) if long else 0.0
    usual = median([row.size for row in rows for _ in range(row.letters)]) if rows else 0.0
    for row in rows:
        size = usual if abs(row.size - usual) < 0.12 * usual else row.size  # it is measured from a few letters
        for text, x0, x1 in row.words:
            base = row.base + row.slope * ((x0 + x1) / 2 - row.left) + row.below
            straight = base * scale - seen.slope * ((x0 + x1) / 2 * scale - width / 2)
            seen.words.append(Word(text, x0 * scale, straight - size * scale, x1 * scale, straight, size * scale))
    return seen


def _words(line: Any) -> list[tuple[str, list[float], float]]:
    """A line's words with their boxes and how sure Tesseract is of each, in per cent."""
    found = []
    for word in line.iter("{*}span"):
        text = "".join(word.itertext()).strip()
        if word.get("class") != "ocrx_word" or not text:
            continue
        stated = _stated(word)
        sure = stated.get("x_wconf", [0.0])[0]
        seen = any(letter.isalnum() for letter in text)
        if seen or not (sure < _NOISE or _RULES.fullmatch(text) or (_DASHES.fullmatch(text) and sure < 2 * _NOISE)):
            found.append((text, stated["bbox"], sure))
    if len(found) > 1 and _LIKE_A_BULLET.fullmatch(found[0][0]) and found[1][0][0].isalpha():
        found[0] = ("•", *found[0][1:])
    return found


def _row(stated: dict[str, list[float]], words: Sequence[tuple[str, list[float], float]]) -> _Row:
    left, _, _, bottom = stated["bbox"]
    slope, offset = stated.get("baseline", [0.0, 0.0])
    return _Row(
        [(text, box[0], box[2]) for text, box, _ in words],
        stated.get("x_size", [bottom - stated["bbox"][1]])[0],
        left,
        bottom + offset,
        slope,
        abs(stated.get("x_descenders", [0.0])[0]),
    )


def _aside(text: str, box: Sequence[float], scale: float) -> Word:
    x0, y0, x1, y1 = (edge * scale for edge in box)
    return Word(text, x0, y0, x1, y1, y1 - y0)


def _stated(element: Any) -> dict[str, list[float]]:
    """``bbox 1 2 3 4; x_wconf 96`` as numbers by name."""
    found: dict[str, list[float]] = {}
    for part in element.get("title", "").split(";"):
        name, *numbers = part.split() or [""]
        if all(re.fullmatch(r"-?[\d.]+", number) for number in numbers):
            found[name] = [float(number) for number in numbers]
    return found
