"""When a report was published and which period it covers, each with where that was found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import PurePath

from dateutil import parser as dateutil_parser

from rag.types import Block, Page, Period, PeriodKind, Published

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|"
    r"aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR = r"(?:19|20)\d\d"
_DAY = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\.?,?\s+{_YEAR}"  # 12 June 2026
    rf"|{_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+{_YEAR}"  # June 12, 2026
    rf"|{_YEAR}-\d\d-\d\d|{_YEAR}/\d\d/\d\d|\d{{1,2}}[/.]\d{{1,2}}[/.]{_YEAR})"
)
_DAY_OR_MONTH = rf"(?:{_DAY}|{_MONTH}\s+{_YEAR})"
_IMPRINT = re.compile(
    rf"\b(?:(?:first\s+)?(?:published|issued|released)|(?:publication|release|issue)\s+date|date\s+of\s+(?:publication|issue|release)|"
    rf"dated?)\s*(?:on|in)?\s*[:,]?\s*(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?({_DAY_OR_MONTH})",
    re.IGNORECASE,
)
_ENDS_IN_DATE = re.compile(
    rf"(?:^|[,·|–—]\s*)(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?({_DAY})$", re.IGNORECASE
)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_ISO_DAY = re.compile(rf"(?<!\d)({_YEAR})[-_.]?([01]\d)[-_.]?([0-3]\d)(?!\d)")
_ISO_MONTH = re.compile(rf"(?<!\d)(?<!\d-)({_YEAR})[-_. ]([01]\d)(?!\d|-\d)")


def day(words: object) -> date | None:
    """The day that words name, day before month where both could be meant; a month stands for its first day."""
    if isinstance(words, date):
        return date(words.year, words.month, words.day)
    text = _ORDINAL.sub("", str(words or "")).strip()
    if not re.search(_YEAR, text):
        return None  # dateutil would fill in today's year
    iso = re.match(rf"({_YEAR})-(\d\d)-(\d\d)", text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        first = dateutil_parser.parse(text, dayfirst=True, default=dateutil_parser.parse("2000-01-01"))
        return first.date()
    except (ValueError, OverflowError):
        return None


def published(words: object, source: str) -> Published | None:
    """The words' day as a publication date found in `source`; None if they name no day or one far from any report."""
    found = day(words)
    return Published(found, source) if found and 1800 <= found.year <= date.max.year - 1 else None


def in_imprint(pages: Iterable[Page], blocks: int = 40) -> Published | None:
    """The date the first pages give themselves: "Published 12 June 2026", or a short line that is or ends in one."""
    seen = 0
    alone: Published | None = None
    for page in pages:
        for block in page.blocks:
            text = page.text[block.start : block.end]
            if len(text) < 300 and (found := _IMPRINT.search(text)):  # in longer prose it is some other thing's date
                return published(found[1], "imprint")
            for line in text.splitlines() if alone is None and seen < 8 else ():
                if len(line) < 100 and (found := _ENDS_IN_DATE.search(line.strip())):
                    alone = published(found[1], "imprint")
            seen += 1
            if seen >= blocks:
                return alone
    return alone


def in_title(title: str, name: str) -> Published | None:
    """A full date in a title that is more than the file's name, unless it is where a period ends."""
    if title == title_of_file(name):
        return None
    found = re.search(rf"(?<!ended )(?<!ending )(?<!to )(?<!at )(?<!of )\b({_DAY})", title, re.IGNORECASE)
    return published(found[1], "title") if found else None


def in_file_name(name: str) -> Published | None:
    """The day or month in a file name: ``bulletin-2026-06-12.pdf``. A year alone is what it covers."""
    stem = PurePath(name).stem
    for pattern in (_ISO_DAY, _ISO_MONTH):
        if found := pattern.search(stem):
            parts = [int(part) for part in found.groups()]
            if len(parts) == 2 and parts[1] == (parts[0] + 1) % 100:
                continue  # 2011-12 may be a year that runs into the next
            try:
                return Published(date(parts[0], parts[1], parts[2] if len(parts) > 2 else 1), "file name")
            except ValueError:
                continue
    return None


def first_date(*candidates: Published | None) -> Published | None:
    """The first that was found: give them most certain first."""
    return next((candidate for candidate in candidates if candidate), None)


# --- the period a report covers ---------------------------------------------------------------------------------------

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_LOOKS_AHEAD = re.compile(
    r"\b(?:strategy|plan|plans|forecast|outlook|vision|budget|agenda|roadmap|targets?|towards)\b", re.IGNORECASE
)


def covers(*titles: str) -> Period | None:
    """The period named by the first of these titles or file names that names one."""
    for title in titles:
        if found := _covers(title):
            return found
    return None


def title_of_file(name: str) -> str:
    """A file's name as words: ``annual-report_2024.pdf`` is "Annual report 2024"."""
    stem = PurePath(name).stem
    words = re.sub(r"[_\s]+|(?<!\d)-|-(?!\d)", " ", stem).strip()
    return words[:1].upper() + words[1:]


def _covers(title: str) -> Period | None:
    text = title.replace("_", " ")
    return _ended(text) or _quarter(text) or _half(text) or _split_year(text) or _months(text) or _years(text)


def _month_number(words: str) -> int:
    return next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(words.lower()[:3]))


def _months_from(year: int, month: int, count: int) -> tuple[date, date]:
    """The half-open range of `count` months from the first of `month`, which may be zero or less (earlier years)."""
    first, last = year * 12 + month - 1, year * 12 + month - 1 + count
    return date(first // 12, first % 12 + 1, 1), date(last // 12, last % 12 + 1, 1)


_LENGTHS = {
    "quarter": 3, "three months": 3, "3 months": 3, "half year": 6, "half-year": 6, "six months": 6, "6 months": 6,
    "nine months": 9, "year": 12, "twelve months": 12, "12 months": 12, "month": 1,
}  # fmt: skip
_ENDED = re.compile(
    rf"\b({'|'.join(_LENGTHS)})\s+(?:ended|ending|to)\s+(?:(\d{{1,2}})(?:st|nd|rd|th)?\s+)?({_MONTH})\.?\s+(?:(\d{{1,2}}),\s+)?({_YEAR})",
    re.IGNORECASE,
)


def _ended(text: str) -> Period | None:
    """ "Quarter ended June 2026", "year ended 31 March 2025": whole months back from the one named."""
    found = _ENDED.search(text)
    if not found:
        return None
    count, month, year = _LENGTHS[found[1].lower()], _month_number(found[3]), int(found[5])
    on = int(found[2] or found[4] or 0)
    start, end = _months_from(year, month - count + 1, count)
    if on and on < (end - timedelta(days=1)).day:
        return None  # ends inside a month: where such a year starts only the report itself can say
    calendar = end.month in ({1, 4, 7, 10} if count == 3 else {1}) or count == 1
    return Period(start, end, found[0], PeriodKind.CALENDAR if calendar else PeriodKind.FISCAL)


_QUARTER = re.compile(
    rf"\bQ([1-4])\s*(?:of\s+|,\s*|[-–]\s*)?({_YEAR})\b|\b({_YEAR})\s*[-–,]?\s*Q([1-4])\b|"
    rf"\b(first|second|third|fourth|1st|2nd|3rd|4th)\s+quarter,?\s+(?:of\s+)?({_YEAR})\b(?!\s?[/–-]\s?\d\d\b)",
    re.IGNORECASE,
)


def _quarter(text: str) -> Period | None:
    found = _QUARTER.search(text)
    if not found:
        return None
    number = int(found[1] or found[4] or _ORDINALS[(found[5] or "first").lower()])
    year = int(found[2] or found[3] or found[6])
    return Period(*_months_from(year, number * 3 - 2, 3), f"Q{number} {year}")


_HALF = re.compile(
    rf"\b(?:H([12])\s*({_YEAR})|({_YEAR})\s*H([12])|(first|second)\s+half\s+(?:of\s+)?({_YEAR}))\b", re.IGNORECASE
)


def _half(text: str) -> Period | None:
    found = _HALF.search(text)
    if not found:
        return None
    number = int(found[1] or found[4] or _ORDINALS[(found[5] or "first").lower()])
    year = int(found[2] or found[3] or found[6])
    return Period(*_months_from(year, number * 6 - 5, 6), f"H{number} {year}")


_SPLIT = re.compile(rf"\b({_YEAR})\s?[/–-]\s?(\d\d|{_YEAR})\b(?![-–/]\d)")


def _split_year(text: str) -> Period | None:
    """ "2024/25": the year from April to March, as public bodies count; more than a year apart is a run of years."""
    found = _SPLIT.search(text)
    if not found:
        return None
    first = int(found[1])
    last = int(found[2]) if len(found[2]) == 4 else first // 100 * 100 + int(found[2])
    if last == first + 1:
        return Period(date(first, 4, 1), date(last, 4, 1), f"{first}/{last % 100:02}", PeriodKind.FISCAL)
    if last > first and len(found[2]) == 4:
        return Period(date(first, 1, 1), date(last + 1, 1, 1), f"{first}–{last}")
    return None  # 2026-06 is a month in a file name


_MONTH_RANGE = re.compile(rf"\b({_MONTH})\s+(?:({_YEAR})\s+)?(?:to|[-–])\s*({_MONTH})\s+({_YEAR})\b", re.IGNORECASE)
_ONE_MONTH = re.compile(rf"(?<!\d\s)(?<!\d)\b({_MONTH})\s+({_YEAR})\b", re.IGNORECASE)


def _months(text: str) -> Period | None:
    """ "April to June 2026", "Bulletin, May 2026", ``bulletin 2026-05``; a full date is no period."""
    if found := _MONTH_RANGE.search(text):
        start, end = _month_number(found[1]), _month_number(found[3])
        year = int(found[2]) if found[2] else int(found[4]) - (start > end)
        count = (int(found[4]) - year) * 12 + end - start + 1
        return Period(*_months_from(year, start, count), found[0]) if count > 0 else None
    if found := _ONE_MONTH.search(text):
        month, year = _month_number(found[1]), int(found[2])
        return Period(*_months_from(year, month, 1), f"{_MONTHS[month - 1].title()} {year}")
    if (iso := _ISO_MONTH.search(text)) and 1 <= int(iso[2]) <= 12:
        month, year = int(iso[2]), int(iso[1])
        return Period(*_months_from(year, month, 1), f"{_MONTHS[month - 1].title()} {year}")
    return None


_NOT_ABOUT = re.compile(
    rf"\b(?:since|before|until|by|than(?: in)?|from)\s+{_YEAR}\b(?!\s*(?:to|[-–])\s*(?:19|20)\d\d)", re.IGNORECASE
)
_RUN = re.compile(rf"\b({_YEAR})\s+(?:to|and)\s+({_YEAR})\b")
_ONE_YEAR = re.compile(rf"(?<![\d/-])({_YEAR})(?![\d/-])")
_FISCAL_YEAR = re.compile(rf"\b(?:FY|fiscal(?:\s+year)?|financial\s+year)\s*{_YEAR}\b", re.IGNORECASE)


def _years(text: str) -> Period | None:
    """A year, or a run of years, in a title that looks back; which months "FY2024" holds is not said, so it is none."""
    if _LOOKS_AHEAD.search(text) or _FISCAL_YEAR.search(text):
        return None
    text = _NOT_ABOUT.sub(" ", text)  # "Waits since 2019" is not about 2019
    if found := _RUN.search(text):
        first, last = int(found[1]), int(found[2])
        return Period(date(first, 1, 1), date(last + 1, 1, 1), f"{first}–{last}") if last > first else None
    years = set(_ONE_YEAR.findall(re.sub(_DAY, " ", _ISO_DAY.sub(" ", text), flags=re.IGNORECASE)))
    if len(years) != 1:
        return None
    year = int(years.pop())
    return Period(date(year, 1, 1), date(year + 1, 1, 1), str(year))


def first_heading(pages: Iterable[Page]) -> str:
    """The first heading of the first pages that have one, the outermost of the first page's first; or nothing."""
    for page in pages:
        headings = [block for block in page.blocks[:30] if block.kind == "heading"]
        if headings:
            first = min(headings, key=_level)
            return page.text[first.start : first.end]
    return ""


def _level(block: Block) -> int:
    return block.level
