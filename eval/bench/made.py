"""Files to ingest, made for the benchmark, no two with the same text: Footnote embeds a text it knows only once."""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from rag.reading.sandbox import read_directly

CORPUS = Path(__file__).parents[2] / "corpus"
_NUMBER = re.compile(r"\d+")
_PAGES_A_TEXT = 3
_PAGES_A_PDF = 20


def texts(folder: Path, size: int) -> None:
    """Text files of some pages of the sample library with other numbers, about `size` bytes in all."""
    folder.mkdir()
    parts = list(_parts())
    chance, written, count = random.Random(1), 0, 0
    while written < size:
        count += 1
        # The title is a part of each passage as it is embedded, so that those without a number differ, too.
        text = f"Report {count}\n\n{_with_other_numbers(parts[count % len(parts)], chance)}\n"
        written += (folder / f"report-{count:05}.txt").write_bytes(text.encode())


def pdfs(folder: Path, pages: int) -> None:
    """PDFs of 20 pages, so many in all, with some lines on each: a passage."""
    folder.mkdir()
    chance = random.Random(2)
    for first in range(1, pages + 1, _PAGES_A_PDF):
        canvas = Canvas(str(folder / f"register-{first:05}.pdf"))
        canvas.setTitle(f"Register from page {first}")
        for page in range(first, min(first + _PAGES_A_PDF, pages + 1)):
            for row in range(6):
                year, cases, days = chance.randint(2010, 2026), chance.randint(100, 9999), chance.randint(2, 90)
                sentence = f"In {year} office {page}-{row} took {cases:,} cases, and each waited {days} days."
                canvas.drawString(72, 760 - 16 * row, sentence)
            canvas.showPage()
        canvas.save()


def files(folder: Path, count: int) -> None:
    """Text files of four lines, a hundred in a folder, written an hour ago as far as anybody can tell."""
    chance, ago = random.Random(3), time.time() - 3600
    for number in range(count):
        path = folder / f"{number // 100:02}" / f"office-{number:05}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = (f"In {2020 + i} office {number} took {chance.randint(100, 9999):,} cases.\n" for i in range(4))
        path.write_text("".join(lines))
        os.utime(path, (ago, ago))


def _parts() -> Iterator[str]:
    """The sample library's texts; of a PDF some pages at a time."""
    for path in sorted(CORPUS.rglob("*.*")):
        if path.suffix in {".pdf", ".md", ".txt"} and path.parent != CORPUS:
            pages = [page.text for page in read_directly(path).pages]
            yield from ("\n\n".join(pages[i : i + _PAGES_A_TEXT]) for i in range(0, len(pages), _PAGES_A_TEXT))


def _with_other_numbers(text: str, chance: random.Random) -> str:
    """Each number becomes another of its length; years stay years, so that there is as much to find as there was."""

    def other(found: re.Match[str]) -> str:
        digits = len(found[0])
        if digits == 4 and found[0].startswith("20"):
            return str(chance.randint(2010, 2029))
        return str(chance.randint(10 ** (digits - 1), 10**digits - 1))

    return _NUMBER.sub(other, text)
