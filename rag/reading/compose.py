"""A page's text as it grows block by block, so that every span is known when it is written and never searched for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.types import Block, BlockKind, Box, Cell, Page

CELL_BREAK = " | "
_TIGHT: frozenset[BlockKind] = frozenset({"list_item", "table_row"})
_WHITE = re.compile(r"\s+")
_SUPERSCRIPTS = str.maketrans("0123456789+-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾")


def fold(text: str) -> str:
    """The text on one line, every run of white space (non-breaking included) a single space."""
    return _WHITE.sub(" ", text).strip()


def superscript(text: str) -> str:
    """Raised digits as superscript characters, so that the mark in ``33,000¹`` is never read as a digit."""
    return text.translate(_SUPERSCRIPTS)


class PageText:
    """The text of one page with the blocks written into it so far."""

    def __init__(self) -> None:
        self.length = 0
        self.blocks: list[Block] = []
        self._parts: list[str] = []

    def add(self, kind: BlockKind, text: str, level: int = 0) -> Block | None:
        """Write one block on a line of its own; None, and nothing written, if the text is empty."""
        if not text:
            return None
        start = self._open(tight=kind in _TIGHT and bool(self.blocks) and self.blocks[-1].kind == kind)
        self._write(text)
        return self._close(Block(kind, start, self.length, level=level))

    def add_row(
        self,
        cells: Sequence[tuple[str, tuple[str, ...]]],
        caption: str = "",
        kind: BlockKind = "table_row",
        total: bool = False,
    ) -> Block | None:
        """Write one table row on one line from ``(text, headers)`` cells, the label first.

        Empty cells are left out, but for an empty label, which keeps its place as a cell of no width: the first cell
        is always the label.
        """
        if not any(text for text, _ in cells):
            return None
        start = self._open(tight=bool(self.blocks) and self.blocks[-1].kind in {"table_row", kind})
        spans: list[Cell] = []
        for position, (text, headers) in enumerate(cells):
            if not text and position:
                continue
            if text and self.length > start:
                self._write(CELL_BREAK)
            spans.append(Cell(self.length, self.length + len(text), headers))
            self._write(text)
        row = kind == "table_row"
        return self._close(
            Block(
                kind,
                start,
                self.length,
                cells=tuple(spans) if row else (),
                caption=caption if row else "",
                total=total and row,
            )
        )

    def words(self, block: Block) -> str:
        """The text of one of the blocks."""
        if len(self._parts) > 1:  # joined once, so that asking for the last block again and again stays cheap
            self._parts = ["".join(self._parts)]
        return self._parts[0][block.start : block.end]

    def page(
        self, number: int = 1, *, label: str = "", width: float = 0.0, height: float = 0.0, boxes: tuple[Box, ...] = ()
    ) -> Page:
        """The finished page."""
        return Page(number, "".join(self._parts), tuple(self.blocks), label, width, height, boxes)

    def _open(self, tight: bool) -> int:
        if self.length:
            self._write("\n" if tight else "\n\n")
        return self.length

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self.length += len(text)

    def _close(self, block: Block) -> Block:
        self.blocks.append(block)
        return block
