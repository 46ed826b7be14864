"""Stand-ins that need no model and no file format: a letter-count embedder and a reader of plain text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.errors import UnreadableReport
from rag.passages import Cut, cut
from rag.types import Block, Embedded, Page, Reading, Report, Spanned


class LetterCount:
    """Texts that use the same letters as often are near. Keeps what it was asked, in `asked`."""

    fingerprint = "letter-count@1"
    dimensions = 27

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[Spanned], /) -> list[Embedded]:
        self.asked += [text.text for text in texts]
        return [
            Embedded(
                letter_count(text.text),
                np.array([letter_count(text.text[a:b]) for a, b in text.spans], np.float32).reshape(-1, 27),
            )
            for text in texts
        ]


class NeverAsked(LetterCount):
    """The same model, where nothing may be embedded."""

    def __call__(self, texts: Sequence[Spanned], /) -> list[Embedded]:
        raise AssertionError(f"asked to embed {len(texts)} texts")


def letter_count(text: str) -> np.ndarray:
    counts = np.array([text.lower().count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"] + [0.5], np.float32)
    return counts / np.linalg.norm(counts)


def read_text(path: Path, draft: Report) -> Cut:
    """A page a form feed, a paragraph a line; `#` opens a heading; a text that starts with BROKEN cannot be read."""
    name, text = Path(draft.path), path.read_text(encoding="utf-8")
    if text.startswith("BROKEN"):
        raise UnreadableReport(f"{name.name}: it is broken")
    pages = tuple(_page(n, page) for n, page in enumerate(text.split("\f"), 1))
    return cut(Reading("Text", name.stem, pages), draft)


def _page(number: int, text: str) -> Page:
    blocks = []
    at = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            kind = "heading" if line.startswith("#") else "paragraph"
            blocks.append(Block(kind, at, at + len(line.rstrip()), level=1 if kind == "heading" else 0))
        at += len(line)
    return Page(number, text, tuple(blocks))
