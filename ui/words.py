"""Text that somebody else wrote, and dates, as they are shown. Whatever comes back from here is safe in a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import quote, urlencode

from markupsafe import Markup, escape

from rag.types import Period

# What nobody sees and yet changes what is read: control characters, direction overrides, invisible spaces, tags.
# The two joiners are real letters' business in many scripts, so they go only where they follow plain Latin text.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]|(?<![^\x00-\x7f])[\u200c\u200d]"
)


def listed(words: Sequence[str], most: int | None = None) -> str:
    """ "2019, 2020 and 2021"; of more than so many "2019, 2020 and 3 more"."""
    if most is not None and len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def visible(text: str) -> str:
    """The text without characters that are not seen. For showing only: offsets no longer fit."""
    return _UNSEEN.sub("", text)


def shown(text: str) -> Markup:
    """The text, escaped."""
    return escape(visible(text))


def isolated(text: str) -> Markup:
    """The text, escaped, its direction kept from the words around it."""
    return Markup("<bdi>{}</bdi>").format(shown(text))


def marked(text: str, start: int, end: int) -> Markup:
    """The text with ``text[start:end]`` highlighted."""
    start, end = max(0, start), min(len(text), end)
    if start >= end:
        return shown(text)
    return Markup("{}<mark>{}</mark>{}").format(shown(text[:start]), shown(text[start:end]), shown(text[end:]))


def day(when: date) -> str:
    return f"{when.day} {when:%b %Y}"


def days(period: Period) -> str:
    """The days a period stands for, briefly: ``2025``, ``2022 – 2025``, ``1 Apr – 30 Jun 2025``."""
    first, last = period.start, period.end - timedelta(days=1)
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return str(first.year) if first.year == last.year else f"{first.year} – {last.year}"
    if first.day == 1 and (first.year, first.month) == (last.year, last.month) and period.end.day == 1:
        return f"{first:%b %Y}"
    if first == last:
        return day(first)
    if first.year == last.year:
        return f"{first.day} {first:%b} – {day(last)}"
    return f"{day(first)} – {day(last)}"


def read_link(path: str, page: int, start: int = 0, end: int = 0) -> str:
    """Where the reader shows this page, at this span if there is one."""
    query: dict[str, str] = {"page": str(page)}
    if end > start:
        query["at"] = f"{start}-{end}"
    return f"/read/{quote(path, safe='/')}?{urlencode(query)}" + ("#cited" if end > start else "")


def file_link(path: str, page: int = 1) -> str:
    """Where the original is; a browser's PDF viewer opens it at the page."""
    at = f"#page={page}" if page > 1 and path.lower().endswith(".pdf") else ""
    return f"/file/{quote(path, safe='/')}{at}"
