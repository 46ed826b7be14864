"""The numbers of a text that are no part of a date: "4,212 in March 2025" holds one."""

from __future__ import annotations

from rag.language.mentions import mentions
from rag.language.numbers import Number, numbers


def counts(text: str) -> list[Number]:
    """Every number of a text but those by which it names a time, in their order."""
    return numbers(text, taken=[(each.start, each.end) for each in mentions(text)])
