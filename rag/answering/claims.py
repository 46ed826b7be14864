"""Prose with markers taken apart into claims: each sentence or list item with the numbers of the footnotes it names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.language.sentences import sentences
from rag.types import Claim

_MOST = 20  # numbers that "[1-9]" may stand for: a wider range is no marker
_NUMBERS = r"\d{1,3}(?:\s*(?:[,;]|[-–—]|and)\s*\d{1,3})*"
_MARKER = re.compile(
    rf"\s*(?:\[\^?{_NUMBERS}\]|【{_NUMBERS}】)(?!\()"
)  # "[1](https://…)" is a link, which no marker is
_RANGE = re.compile(r"(\d{1,3})\s*[-–—]\s*(\d{1,3})|(\d{1,3})")
_STOPS = ".!?…।॥؟۔。！？"
_CLOSING = "\"'”’»)]」』*_"
# A marker behind the stop belongs to the sentence that ends there.
_BEHIND = re.compile(rf"(?P<stop>[{_STOPS}]+[{re.escape(_CLOSING)}]*)(?P<marks>(?:{_MARKER.pattern})+)")
_ITEM = re.compile(r"^\s*(?:>\s*)*(?:[-*+•‣–]\s+|\(?\d{1,2}[.)]\s+|#{1,6}\s+)")
_TABLE_RULE = re.compile(r"^\s*\|?(?:\s*:?-{3,}:?\s*\|?)+\s*$|^\s*(?:-{3,}|\*{3,}|_{3,}|```\w*)\s*$")
_BOLD = re.compile(r"(?P<mark>\*{1,3}|_{2,3}|`)(?=\S)(?P<inside>[^\n]*?\S)(?P=mark)")
_SPACE_BEFORE_STOP = re.compile(r"\s+(?=[.,;:!?](?:\s|$))")
_HOLDS_A_WORD = re.compile(r"[^\W_]")


def claims_of(text: str) -> tuple[Claim, ...]:
    """The claims of an answer in order, their markers taken out of the text and into ``citations``.

    A marker belongs to the sentence that it stands in or right behind. The inverse of what ``citing.answer_text``
    writes of claims that are one sentence each.
    """
    return tuple(claim for block in _blocks(text) for claim in _of_block(block))


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs and list items, each on one line, without what marks them."""
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        item = _ITEM.match(line)
        if (not line.strip() or item or _TABLE_RULE.match(line)) and lines:
            yield " ".join(lines)
            lines = []
        if line.strip() and not _TABLE_RULE.match(line):
            lines.append((line[item.end() :] if item else line).strip().strip("|"))
            if item and item.group().lstrip().startswith("#"):
                yield " ".join(lines)
                lines = []


def _of_block(block: str) -> Iterator[Claim]:
    # Before the stop, so that the sentence ends behind what belongs to it.
    block = _BEHIND.sub(lambda found: found["marks"] + found["stop"] + " ", _plain(block))
    for start, end in sentences(block):
        sentence = block[start:end]
        numbers = dict.fromkeys(n for marker in _MARKER.finditer(sentence) for n in _numbers(marker.group()))
        bare = _SPACE_BEFORE_STOP.sub("", " ".join(_MARKER.sub("", sentence).split()))
        if _HOLDS_A_WORD.search(bare):
            yield Claim(bare, tuple(numbers))


def _plain(block: str) -> str:
    """Without the marks of bold, italics and code, however deep."""
    for _ in range(3):
        block, count = _BOLD.subn(lambda found: found["inside"], block)
        if not count:
            break
    return block


def _numbers(marker: str) -> Iterator[int]:
    for first, last, alone in _RANGE.findall(marker):
        if alone:
            yield int(alone)
        elif int(first) <= int(last) < int(first) + _MOST:
            yield from range(int(first), int(last) + 1)
        else:
            yield from (int(first), int(last))
