"""Where sentences start and end. Offsets only; the text is never changed."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A stop, with closing quotes or brackets and footnote marks behind it, then white space. CJK stops need no space.
# The Devanagari danda, and the marks of Arabic and Urdu.
_STOP = re.compile(r"(?:[.!?…।॥؟۔]+[\"'”’»)\]]*(?:\[\d{1,3}\])*[¹²³⁰-⁹]*(?=\s|$))|(?:[。！？]+[」』”]*)")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[“\"'])(?:mr|mrs|ms|dr|prof|rev|hon|sr|jr|st|gen|col|capt|lt|sgt|gov|sen|rep|pres|messrs|vs|v|cf|viz|al|ed|eds"
    r"|no|nos|vol|vols|pp?|ch|sec|para|paras|fig|figs|tab|art|eq|ref|approx|est|dept|inc|ltd|co|corp|plc|llc|bros|assn"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|mon|tues?|wed|thurs?|fri|e\.g|i\.e|etc|ca?|u\.s|u\.k|u\.n|a\.m|p\.m"
    r"|ph\.d|b\.a|m\.a|mt|ft|ave|blvd|rd)\.$",
    re.IGNORECASE,
)
# Abbreviations that may also end a sentence: a capital behind them decides.
_MAY_END = re.compile(r"(?:etc|inc|ltd|co|corp|plc|llc|jr|sr|a\.m|p\.m|u\.s|u\.k|u\.n|al|approx)\.$", re.IGNORECASE)
_INITIAL = re.compile(r"(?:^|[\s(.])[A-Z]\.$")
_OPENING = re.compile(r"\s*[\"'“‘«(\[]*(\S)")
_LISTED = re.compile(r"(?:^|\n)\s*\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,4})\.$")


def sentences(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """The sentences of ``text[start:end]`` as half-open spans into ``text``, without the white space between them.

    Line breaks are white space: hand in one paragraph at a time. Every character that is not white space is in
    exactly one sentence.
    """
    end = len(text) if end is None else end
    at = start
    for stop in _STOP.finditer(text, start, end):
        if stop.end() <= at or not _ends_sentence(text, at, stop, end):
            continue
        yield from _trimmed(text, at, stop.end())
        at = stop.end()
    yield from _trimmed(text, at, end)


def _ends_sentence(text: str, start: int, stop: re.Match[str], end: int) -> bool:
    if stop.end() >= end or text[stop.start()] in "。！？":
        return True
    opening = _OPENING.match(text, stop.end(), end)
    following = opening.group(1) if opening else ""
    if following.islower():
        return False  # "e.g. this", "approx. half", "… and so on"
    if not text[stop.start() : stop.end()].startswith(".") or text[stop.start() : stop.start() + 2] == "..":
        return True
    before = text[max(start, stop.start() - 24) : stop.start() + 1]
    if _LISTED.search(text[start : stop.start() + 1]) and stop.start() - start < 8:
        return False  # "1. Referrals": the number belongs to what follows
    if _INITIAL.search(before):
        return before.endswith(" I.")  # "J. Smith" goes on, "and so did I." does not
    if _ABBREVIATION.search(before):
        if following.isdigit():
            return False  # "No. 5", "approx. 40"
        return bool(_MAY_END.search(before)) and following.isupper()
    return True


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
