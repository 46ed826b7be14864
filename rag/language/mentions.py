"""Mentions of periods in text: the ways people and reports name time, resolved to days.

Explicit names ("Q3 2025", "the year to March 2025") resolve by themselves. Relative ones ("last year") resolve against
an ``Anchor``: for a question the day it is asked, for a report the day it was published and the period it covers. What
cannot be resolved is found all the same, with no period: an unknown period is not the same as none.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from rag.language.periods import (
    FISCAL_START_MONTH,
    day,
    describe,
    edge_of,
    fiscal_year,
    half,
    half_of,
    is_year,
    month,
    months_to,
    named,
    quarter,
    quarter_of,
    relation,
    shifted,
    year,
    years,
)
from rag.types import Mention, Period, PeriodKind


@dataclass(frozen=True, slots=True)
class Anchor:
    """What relative periods are counted from. Without a day they stay unresolved."""

    day: date | None = None
    covers: Period | None = None
    before: tuple[Period, int] | None = None  # what the same text named last, and where those words end


NOWHEN = Anchor()


_MONTHS = {name.lower(): number for number in range(1, 13) for name in (calendar.month_name[number],)}
_MONTHS |= {calendar.month_abbr[number].lower(): number for number in range(1, 13)} | {"sept": 9}
_WORDS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split(), start=1
    )
} | {"a": 1, "an": 1, "eighteen": 18, "twenty": 20, "twenty-four": 24, "fifty-two": 52, "couple of": 2, "decade": 10}
_ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "last": 4,
    "final": 4,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
}
# Looking at the first letter alone is what makes it quick where there is no month.
_NAME = (
    r"(?=[adfjmnos])(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_Y = r"(?:1[0-9]|20|21)\d\d"
_ORDINAL = r"first|second|third|fourth|last|final|1st|2nd|3rd|4th"
_N = r"(?:\d{1,2}|" + "|".join(sorted((w for w in _WORDS if w != "decade"), key=len, reverse=True)) + r")"
_DASH = r"\s*(?:-|–|—|to|until|till|through|and)\s*"
# The day and month that so many months end with: "31 March 2025", "June 30, 2023", "September".
_LAST = (
    rf"(?:the end of\s+)?(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+)?(?P<m>{_NAME})"
    rf"(?:\s+(?P<d1>\d{{1,2}})(?=,|\s+{_Y}\b|\s*$))?(?:,?\s+(?P<y>{_Y})\b)?"
)
_FY = r"fy\s?|fiscal(?: years?)?\s+|financial years?\s+"
# "may" and "march" are words too: a bare month is one only behind one of these.
_BEHIND = (
    r"(?<=\s)(?=[adfjmnos])(?:"
    + "|".join(rf"(?<=\b{word}\s)" for word in "in since during for by of until last this from to".split())
    + ")"
)
_STREET = "Road|Street|Avenue|Lane|Close|Drive|Square|Terrace|Court|Place|House|Hill"

Resolve = Callable[[re.Match[str], Anchor], Period | None]


def _number(words: str) -> int:
    words = words.lower()
    return int(words) if words.isdigit() else _WORDS[words]


def _month_number(name: str) -> int:
    return _MONTHS[name.lower().rstrip(".")]


def _real_day(of_year: int, of_month: int, of_day: int) -> date | None:
    try:
        return date(of_year, of_month, of_day)
    except ValueError:
        return None


def _a_day(m: re.Match[str], anchor: Anchor) -> Period | None:
    found = _real_day(int(m["y"]), _month_number(m["m"]), int(m["d"]))
    return day(found) if found else None


def _iso_day(m: re.Match[str], anchor: Anchor) -> Period | None:
    found = _real_day(int(m["y"]), int(m["m"]), int(m["d"]))
    return day(found) if found else None


def _written_day(m: re.Match[str], anchor: Anchor) -> Period | None:
    """ "30.06.2025", "30/06/2025": the day before the month, and the other way round only where nothing else can be."""
    first, second = int(m["d"]), int(m["m"])
    found = _real_day(int(m["y"]), second, first) or _real_day(int(m["y"]), first, second)
    return day(found) if found else None


def _short_date(m: re.Match[str], anchor: Anchor) -> Period | None:
    """ "Jan-24" and "12-Jun-26", as spreadsheets write them."""
    of_year = int(m["y"]) if len(m["y"]) == 4 else 2000 + int(m["y"])
    if not m["d"]:
        return month(_month_number(m["m"]), of_year) if of_year > 2009 else None  # "Jun-05" may be a day
    found = _real_day(of_year, _month_number(m["m"]), int(m["d"]))
    return day(found) if found else None


def _day_range(m: re.Match[str], anchor: Anchor) -> Period | None:
    last = _real_day(int(m["y"]), _month_number(m["m"]), int(m["d"]))
    first = _real_day(int(m["y0"] or m["y"]), _month_number(m["m0"] or m["m"]), int(m["d0"]))
    if not first or not last or last < first:
        return None
    return named(Period(first, last + timedelta(days=1), ""))


def _month_range(m: re.Match[str], anchor: Anchor) -> Period | None:
    if m["y0"] and re.search(r"\band\b", m.group()) and not re.search(r"\bbetween\s+$", m.string[: m.start()], re.I):
        return None  # "in March 2024 and March 2025" are two months
    last_year = int(m["y"])
    first, last = _month_number(m["m0"]), _month_number(m["m"])
    first_year = int(m["y0"]) if m["y0"] else last_year - (first > last)
    start = date(first_year, first, 1)
    end = date(last_year, last, 1) + relativedelta(months=1)
    return named(Period(start, end, "")) if start < end else None


# "From January the desk will open earlier": which January is not the latest one.
_AHEAD = re.compile(r"\b(?:will|shall|could)\b(?:(?! and )[^;:])*$", re.IGNORECASE)
_AHEAD_OF = re.compile(r"(?:(?! and )[^;:])*?\b(?:will|shall)\b", re.IGNORECASE)


def _lies_ahead(m: re.Match[str]) -> bool:
    at, end = m.span()
    if not re.search(r"\b(?:in|from|by|until|to)\s$", m.string[max(0, at - 7) : at], re.IGNORECASE):
        return False
    return bool(_AHEAD.search(m.string, max(0, at - 100), at) or _AHEAD_OF.match(m.string, end, end + 100))


def _bare_month_range(m: re.Match[str], anchor: Anchor) -> Period | None:
    if _lies_ahead(m):
        return None
    last = _recent_month(_month_number(m["m"]), anchor)
    if last is None:
        return None
    first = _month_number(m["m0"])
    start = date(last.start.year - (first > last.start.month), first, 1)
    return named(Period(start, last.end, ""))


def _a_month(m: re.Match[str], anchor: Anchor) -> Period | None:
    return month(_month_number(m["m"]), int(m["y"]))


def _recent_month(number: int, anchor: Anchor) -> Period | None:
    """The month of that name that the report covers, or the latest one that has begun by the anchor's day."""
    if anchor.covers and (anchor.covers.end - anchor.covers.start).days <= 370:
        for of_year in (anchor.covers.start.year, anchor.covers.end.year):
            candidate = month(number, of_year)
            if relation(candidate, anchor.covers) in ("inside", "equal"):
                return candidate
    if anchor.day is None:
        return None
    return month(number, anchor.day.year - (number > anchor.day.month))


def _bare_month(m: re.Match[str], anchor: Anchor) -> Period | None:
    if _lies_ahead(m):
        return None
    found = _recent_month(_month_number(m["m"]), anchor)
    behind = m.string[max(0, m.start() - 6) : m.start()].lower()
    if found and not anchor.covers and behind == " last " and anchor.day and anchor.day < found.end:
        return shifted(found, -1)  # the month that is running is not "last November"
    return found


def _a_quarter(m: re.Match[str], anchor: Anchor) -> Period | None:
    groups = m.groupdict()
    number = int(groups["q"]) if groups.get("q") else _ORDINALS[m["o"].lower()]
    if groups.get("y"):
        return quarter(number, _full_year(m["y"]))
    own = _year_covered(anchor)
    if own and own.kind is PeriodKind.FISCAL:
        return quarter_of(own, number)
    if anchor.covers and relation(found := quarter(number, anchor.covers.start.year), anchor.covers) in (
        "inside",
        "equal",
    ):
        return found
    return _latest_begun(quarter, number, anchor.day)


def _latest_begun(part: Callable[[int, int], Period], number: int, today: date | None) -> Period | None:
    """The latest quarter or half of that number that has begun by the day."""
    if today is None:
        return None
    this_year = part(number, today.year)
    return this_year if this_year.start <= today else part(number, today.year - 1)


def _full_year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _quarter_range(m: re.Match[str], anchor: Anchor) -> Period | None:
    first, last = quarter(int(m["q0"]), int(m["y"])), quarter(int(m["q"]), int(m["y"]))
    return named(Period(first.start, last.end, ""))


def _month_s_quarter(m: re.Match[str], anchor: Anchor) -> Period | None:
    """ "The June quarter of 2023" ends with June."""
    return _months_ending(date(int(m["y"]), _month_number(m["m"]), 1), 3, fiscal=False)


def _a_half(m: re.Match[str], anchor: Anchor) -> Period | None:
    groups = m.groupdict()
    number = int(groups["h"]) if groups.get("h") else _ORDINALS[m["o"].lower()]
    if groups.get("y"):
        return half(number, _full_year(m["y"]))
    own = _year_covered(anchor)
    if own:
        return half_of(own, number)
    return _latest_begun(half, number, anchor.day)


def _part_of(m: re.Match[str], whole: Period | None) -> Period | None:
    """The quarter, half, month or run of months that the match names, in this year."""
    if whole is None:
        return None
    groups = m.groupdict()
    if groups.get("m"):
        months = (month(_month_number(m["m"]), each.year) for each in (whole.start, whole.end))
        return next((each for each in months if relation(each, whole) == "inside"), None)
    if groups.get("n"):
        return edge_of(whole, _number(m["n"]), m["edge"].lower() != "first")
    if groups.get("h") or groups.get("half"):
        return half_of(whole, int(groups["h"] or _ORDINALS[m["half"].lower()]))
    return quarter_of(whole, int(groups["q"] or _ORDINALS[m["o"].lower()]))


def _edge_months(m: re.Match[str], anchor: Anchor) -> Period | None:
    """The first or last months of a year."""
    return _part_of(m, year(int(m["y"])))


def _part_of_a_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    """A part of last year or this one: the year comes from the words behind it."""
    when = m["when"].lower()
    if "before last" in when:
        return _part_of(m, _year_before_last(m, anchor))
    if "last" in when:
        return _part_of(m, year(anchor.day.year - 1) if anchor.day else None)
    if re.search("after|following|next", when):
        return _part_of(m, _following_year(m, anchor))
    if when.split() == ["the", "year"]:
        return _ended_part(m, anchor)
    if re.search("this|current", when):
        return _part_of(m, _own_year(anchor))
    return _part_of(m, _year_back(m, anchor))


def _ended_part(m: re.Match[str], anchor: Anchor) -> Period | None:
    """ "The last three months of the year" in an article of February are those of the year before."""
    own = _own_year(anchor)
    found = _part_of(m, own)
    if not own or not found or not anchor.day or anchor.covers or found.end <= anchor.day:
        return found
    return None if found.start <= anchor.day else _part_of(m, shifted(own, -1))


def _part_of_a_fiscal_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    """ "Q3 FY25", "the third quarter of 2024/25", "the first fiscal quarter of 2023"."""
    return _part_of(m, _fiscal(m, anchor))


# --- financial years --------------------------------------------------------------------------------------------------


def _year_covered(anchor: Anchor) -> Period | None:
    """The whole year that a report covers, if it covers one."""
    covers = anchor.covers
    return covers if covers and 365 <= (covers.end - covers.start).days <= 366 else None


def _fiscal_start(anchor: Anchor) -> int | None:
    """The month a financial year begins in: a report's own, April by itself; a report on other periods does not say."""
    own = _year_covered(anchor)
    if own and own.kind is PeriodKind.FISCAL:
        return own.start.month
    return None if anchor.covers else FISCAL_START_MONTH


def _fiscal(m: re.Match[str], anchor: Anchor) -> Period | None:
    """ "FY2024/25" names both of its years; "FY25" and "fiscal 2024" the one they end in."""
    numbers = re.findall(r"\d+", m["when"])
    first, begins = _full_year(numbers[0]), _fiscal_start(anchor)
    if len(numbers) > 1:
        following = (first + 1) % 10 ** len(numbers[1])
        return fiscal_year(first, begins or FISCAL_START_MONTH) if int(numbers[1]) == following else None
    if begins is None and "financial" in m["when"].lower():
        begins = FISCAL_START_MONTH  # a British word
    return fiscal_year(first - 1, begins) if begins else None


def _two_part_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    first, second = int(m["y"]), int(m["z"])
    following = (first + 1) % 100 if second < 100 else first + 1
    if second == following:
        return fiscal_year(first, _fiscal_start(anchor) or FISCAL_START_MONTH)
    if second >= 1000 and second > first:
        return years(first, second)
    return None


def _short_year_range(m: re.Match[str], anchor: Anchor) -> Period | None:
    """ "2026–28": more than a year apart is a run of years."""
    first = int(m["y"])
    last = first // 100 * 100 + int(m["z"])
    if not 1 < last - first < 20 or ("-" in m.group() and int(m["z"]) <= 12):  # "2008-12" may be a month
        return None
    return years(first, last)


def _short_two_part_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    """ "In 24/25": a financial year, where the second is the year behind the first."""
    first, second = int(m["y"] or m["y1"]), int(m["z"] or m["z1"])
    return fiscal_year(2000 + first) if second == first + 1 else None


def _a_fiscal_quarter(m: re.Match[str], anchor: Anchor) -> Period | None:
    own = _year_covered(anchor)
    return quarter_of(own, _ORDINALS[m["o"].lower()]) if own and own.kind is PeriodKind.FISCAL else None


def _near_fiscal(m: re.Match[str], anchor: Anchor) -> Period | None:
    back = 0 if m["how"].lower() in ("this", "current") else 1
    own = _year_covered(anchor)
    if own and own.kind is PeriodKind.FISCAL:
        return shifted(own, -back)
    if anchor.day is None or (anchor.covers and m["word"].lower() == "fiscal"):
        return None
    return fiscal_year(anchor.day.year - (anchor.day.month < FISCAL_START_MONTH) - back)


def _school_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    return None  # it begins in August or September, as the country and the school have it


# --- so many months up to a day ---------------------------------------------------------------------------------------


def _year_ending(m: re.Match[str], anchor: Anchor) -> Period | None:
    unit, number = m["u"].lower().removesuffix("s").removesuffix(" period"), _number(m["n"]) if m["n"] else 1
    last = _last_month(m, anchor)
    if last is None or (m["u"][-1] in "sS" and not m["n"] and not m["y"]):
        return None  # "our years ending June 30" are all of them
    on = int(m["d"] or m["d1"] or 0)
    if unit.startswith("week"):
        return _weeks_to(last, on, number)
    count = number * (12 if unit.startswith("year") else 3 if unit.startswith("quarter") else 1)
    if unit.startswith("half"):
        count = 6
    if 7 < on < 24:
        return _months_to_a_day(last.replace(day=on), count)
    if 0 < on < 8:  # 13 weeks end on 1 July: the quarter ends with June
        last -= relativedelta(months=1)
    return _months_ending(
        last,
        count,
        fiscal=unit.startswith("year")
        and number == 1
        and bool(on or last.month == FISCAL_START_MONTH - 1 or m["verb"].lower() == "ended"),
    )


def _last_month(m: re.Match[str], anchor: Anchor) -> date | None:
    """The first day of the month that is named last."""
    number = _month_number(m["m"])
    if m["y"]:
        return date(int(m["y"]), number, 1)
    recent = _recent_month(number, Anchor(anchor.day))
    if recent is None or anchor.day is None:
        return None
    return recent.start if recent.end <= anchor.day else shifted(recent, -1).start  # one that is over


def _months_ending(last: date, count: int, fiscal: bool) -> Period:
    """ "The year ended 30 June" is a company's own; "the 12 months to June" are rolling."""
    if count == 3 and last.month % 3 == 0:
        return quarter(last.month // 3, last.year)
    found = months_to(last, count)
    if count == 12 and last.month == 12:
        return year(last.year)
    return Period(found.start, found.end, found.label, PeriodKind.FISCAL) if fiscal else found


def _months_to_a_day(last: date, count: int) -> Period:
    end = last + timedelta(days=1)
    found = Period(end - relativedelta(months=count), end, "", PeriodKind.ROLLING)
    return Period(found.start, found.end, describe(found), found.kind)


def _weeks_to(last: date, on: int, count: int) -> Period | None:
    """So many weeks up to a day: 52 or 53 are a shop's own year."""
    if not on:
        return None
    end = last.replace(day=on) + timedelta(days=1)
    found = Period(end - timedelta(weeks=count), end, "")
    return Period(found.start, end, describe(found), PeriodKind.FISCAL if count in (52, 53) else PeriodKind.ROLLING)


def _years_to(m: re.Match[str], anchor: Anchor) -> Period | None:
    last = int(m["y"])
    return years(last - _number(m["n"]) + 1, last)


# --- years ------------------------------------------------------------------------------------------------------------


def _open_ended(m: re.Match[str], anchor: Anchor) -> Period | None:
    number, how = int(m["y"]), m["how"].lower()
    if how != "after":
        return Period(date(1000, 1, 1), date(number, 1, 1), f"before {number}", PeriodKind.ROLLING)
    start = date(number + 1, 1, 1)
    until = anchor.day + timedelta(days=1) if anchor.day else None
    return Period(start, until, f"after {number}", PeriodKind.ROLLING) if until and until > start else None


def _next_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    return year(anchor.day.year + 1) if anchor.day else None


def _that_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    """ "In April 2023 …, in September of that year": the year last named before."""
    before = re.findall(rf"\b{_Y}\b", m.string[: m.start()])
    return month(_month_number(m["m"]), int(before[-1])) if before else None


def _iso_month(m: re.Match[str], anchor: Anchor) -> Period | None:
    return month(int(m["m"]), int(m["y"]))


def _year_range(m: re.Match[str], anchor: Anchor) -> Period | None:
    if _NUMBERED.search(m.string[max(0, m.start() - 20) : m.start()]):
        return None
    return None if int(m["y"]) < 1900 and _COUNTED.match(m.string, m.end()) else years(int(m["y0"]), int(m["y"]))


# What makes a number of four digits no year: it is a room's, or so many of something.
_NUMBERED = re.compile(
    r"\b(?:room|page|pages|p|section|clause|paragraph|flat|no|number|ref|reference|version|v|ext|extension|line|code"
    r"|suite|unit|box|model|iso|article|rule)\.?\s(?:\w\s)?(?:\d{4}(?:\s(?:to|and)\s|[–-]))?$|\b0\d{2,4}[\s-]\d{3,4}[\s-]$",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\s[a-z]+(?:s|people|children|women|men)\b")
_TOTALLED = re.compile(
    r"\b(?:total of|nearly|almost|exactly|approximately|roughly|at least|fewer than)\s$", re.IGNORECASE
)
_MEASURED = re.compile(
    r"\s(?:degrees|kilomet\w+|km|kg|miles|metres|hours|minutes|people|households|words|tonnes|litres|copies|seats|votes)\b"
)
_LONG_AGO = re.compile(
    r"(?:\b(?:in|since|by|from|to|until|till|between|and|during|after|before|about|around|circa|year|of)\s|[(–—-])$",
    re.IGNORECASE,
)
# "The three months ended June 30, 2023 and 2022": the second year stands for the same months.
_AND_AGAIN = re.compile(r"\s+(?:and|or|&|vs\.?|versus|compared (?:to|with))\s+|,\s+", re.IGNORECASE)
_LISTED_ON = re.compile(r",?\s+and\s+\d{4}\b|,\s+\d{4}\b")


def _a_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    number, at = int(m["y"]), m.start()
    if anchor.before and (again := _again(m, anchor.before)):
        return again
    around = m.string[max(0, at - 28) : at]
    if _NUMBERED.search(around):
        return None
    counted = _COUNTED.match(m.string, m.end())
    if (number < 1900 or _MEASURED.match(m.string, m.end())) and at and not _LONG_AGO.search(around):
        return None  # "1500 calls", "2025 people"
    if number < 1900 and counted:
        return None
    return None if counted and _TOTALLED.search(around) else year(number)


def _again(m: re.Match[str], before: tuple[Period, int]) -> Period | None:
    """The days named before a bare year, in that year."""
    period, end = before
    if (period.end - period.start).days > 366 or not _goes_on(m, end):
        return None
    told = int(m.string[end - 4 : end])
    return shifted(period, int(m["y"]) - told) if period.start.year <= told <= period.end.year + 1 else None


def _goes_on(m: re.Match[str], end: int) -> bool:
    """Whether a bare year stands in a list that begins with a year at the end of other words."""
    gap = m.string[end : m.start()]
    if len(gap) > 15 or not _AND_AGAIN.fullmatch(gap) or not re.fullmatch(r"[^/–-]\d{4}", m.string[end - 5 : end]):
        return False
    return not gap.startswith(",") or bool(_LISTED_ON.match(m.string, m.end()))


def _calendar_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    return year(int(m["y"]))


def _decade(m: re.Match[str], anchor: Anchor) -> Period | None:
    first = int(m["y"])
    return Period(date(first, 1, 1), date(first + 10, 1, 1), f"{first}s")


# --- relative to the day, to what the report covers, or to what the text named before ---------------------------------


def _own_year(anchor: Anchor) -> Period | None:
    """The year that a text speaks from: the one a report covers, else the calendar year of the anchor's day."""
    covers = anchor.covers
    if covers and (covers.end - covers.start).days in (365, 366):
        return covers
    if covers and (covers.end - covers.start).days < 365:
        return year(covers.start.year)
    return year(anchor.day.year) if anchor.day else None


# "In 2024, the previous year, …" says of the same year again what it is.
_BESIDE = re.compile(r"[\s,(–—-]*(?:the\s+)?", re.IGNORECASE)


def _year_back(m: re.Match[str], anchor: Anchor) -> Period | None:
    """The year before the one named before it in the text; else before the text's own."""
    if anchor.before and (period := _near_before(anchor)):
        days = (period.end - period.start).days
        if _BESIDE.fullmatch(m.string, anchor.before[1], m.start()):
            return period if days > 360 else None
        return shifted(period, -1) if days == 1 or days > 360 else year(period.start.year - 1)
    own = _own_year(anchor)
    if own is None or anchor.covers is None:
        return year(anchor.day.year - 1) if anchor.day else None
    return shifted(own, -1)


def _last_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    if m["how"].lower() != "last":
        return _year_back(m, anchor)
    # "than last year" in an annual report compares with the year before the one it covers; "last year the agency
    # received" in an article of February speaks of the calendar year before it was published.
    compared = re.search(
        r"\b(?:than|with|on|from|against|over|as)(?: the| in| for)*(?:\s+[£$€]?[\d,.]+(?:\s+\w+)?)?\s*$",
        m.string[max(0, m.start() - 32) : m.start()],
        re.I,
    )
    if anchor.covers and compared:
        own = _own_year(anchor)
        return shifted(own, -1) if own else None
    return year(anchor.day.year - 1) if anchor.day else None


def _following_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    period = _near_before(anchor)
    if period is None:
        return None
    return shifted(period, 1) if (period.end - period.start).days > 360 else year(period.start.year + 1)


def _near_before(anchor: Anchor) -> Period | None:
    """What the text named last, if it is no longer than a year."""
    period = anchor.before[0] if anchor.before else None
    return period if period and (period.end - period.start).days <= 366 else None


def _this_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    return _own_year(anchor)


def _until(anchor: Anchor) -> date | None:
    """Up to where a text that is still going on knows: the end of what it covers, but not beyond its own day."""
    if anchor.covers and (anchor.day is None or anchor.covers.end <= anchor.day):
        return anchor.covers.end
    return anchor.day + timedelta(days=1) if anchor.day else None


def _to_date(m: re.Match[str], anchor: Anchor) -> Period | None:
    """The year so far: up to the end of what a report covers, or to the day."""
    until = _until(anchor)
    if until is None:
        return None
    last = until - timedelta(days=1)
    if m["until"]:  # "this year so far, to the end of April"
        until = month(_month_number(m["until"]), last.year).end
    if told := m["y"] or m["y0"]:
        return shifted(
            Period(date(last.year, 1, 1), until, f"{last.year} so far", PeriodKind.ROLLING), int(told) - last.year
        )
    if m["fiscal"]:
        begins = _fiscal_start(anchor)
        if begins is None:
            return None
        start = date(last.year - (last.month < begins), begins, 1)
        return Period(start, until, f"{fiscal_year(start.year, begins).label} so far", PeriodKind.FISCAL)
    start = date(last.year, 1, 1)
    return Period(start, until, f"{start.year} so far", PeriodKind.ROLLING)


def _year_before_last(m: re.Match[str], anchor: Anchor) -> Period | None:
    return year(anchor.day.year - 2) if anchor.day else None


def _years_ago(m: re.Match[str], anchor: Anchor) -> Period | None:
    how, unit = m["how"].lower(), m["u"].lower()
    count = 10 * _WORDS.get(m["n"].lower(), 1) if unit.startswith("decade") else _number(m["n"])
    if how != "ago" and not unit.startswith("month"):
        if near := _near_before(anchor):
            return shifted(near, count if how == "later" else -count)
        # "34 more than a year earlier" in a bulletin on a quarter
        return shifted(anchor.covers, -count) if anchor.covers and how == "earlier" else None
    if anchor.day is None or how != "ago":
        return None
    if unit.startswith("month"):
        then = anchor.day - relativedelta(months=count)
        return month(then.month, then.year)
    return year(anchor.day.year - count)


def _last_n(m: re.Match[str], anchor: Anchor) -> Period | None:
    """So many years or months back: from the day, or from the end of what a report covers."""
    unit, groups = m["u"].lower(), m.groupdict()
    how = (groups.get("how") or "last").lower()
    if how == "recent" or (not groups.get("n") and unit.endswith("s") and how != "past year"):
        return None  # how many "recent years" are is not said
    count = _number(m["n"]) if groups.get("n") else 1
    end = _counted_from(unit, how, anchor)
    if end is None:
        return None
    step = {
        "y": relativedelta(years=count),
        "d": relativedelta(years=10 * count) if unit.startswith("decade") else relativedelta(days=count),
        "m": relativedelta(months=count),
        "q": relativedelta(months=3 * count),
        "w": relativedelta(weeks=count),
    }[unit[0]]
    start = end - step
    if start.day == end.day == 1 and start.month == end.month == 1:
        return Period(start, end, years(start.year, end.year - 1).label, PeriodKind.ROLLING)
    last = end - timedelta(days=1)
    return Period(start, end, f"{start:%b %Y} – {last:%b %Y}", PeriodKind.ROLLING)


def _counted_from(unit: str, how: str, anchor: Anchor) -> date | None:
    """ "The last five years" of an annual report end with the year it covers, "the previous five" before it."""
    previous = how in ("previous", "preceding")
    if previous and unit.startswith("y") and (near := _near_before(anchor)):
        return near.start
    covers = anchor.covers
    if covers is None or not unit.startswith(("y", "decade", "m", "q")) or (anchor.day and anchor.day < covers.end):
        return anchor.day
    if previous and not unit.startswith("y"):
        return None  # "the preceding 12 months" are those before something else
    return covers.start if previous else covers.end


_DAYS_OF = {"month": range(28, 32), "quarter": range(89, 93)}


def _near(m: re.Match[str], anchor: Anchor) -> Period | None:
    """Last, this and previous month and quarter; a bulletin's own quarter is "this quarter"."""
    unit, how = m["u"].lower(), m["how"].lower()
    back = 0 if how in ("this", "current") else 1
    start, own = anchor.day, _year_covered(anchor)
    if how == "previous" and (near := _near_before(anchor)) and (near.end - near.start).days in _DAYS_OF[unit]:
        start = near.start
    elif unit == "quarter" and how == "last" and own and m.string[max(0, m.start() - 4) : m.start()].lower() == "the ":
        return quarter_of(own, 4)  # "the last quarter was the busiest" of a year's report
    elif unit == "quarter" and anchor.covers and (anchor.covers.end - anchor.covers.start).days > 31:
        # which quarter of its year a report speaks from is not said
        start = anchor.covers.start if (anchor.covers.end - anchor.covers.start).days < 100 else None
    if start is None:
        return None
    if unit == "quarter":
        then = date(start.year, 3 * ((start.month - 1) // 3) + 1, 1) - relativedelta(months=3 * back)
        return quarter(then.month // 3 + 1, then.year)
    then = start - relativedelta(months=back)
    return month(then.month, then.year)


def _same_last_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    """ "In the same nine months of last year": the period named just before, or the one covered, moved to that year."""
    own = anchor.before[0] if anchor.before else anchor.covers
    if own is None:
        return None
    return shifted(own, int(m["y"]) - own.start.year if m["y"] else -1)


def _under_review(m: re.Match[str], anchor: Anchor) -> Period | None:
    return anchor.covers


def _weekday(m: re.Match[str], anchor: Anchor) -> Period | None:
    """ "On Monday" in an article is the last Monday before it came out, or that very day."""
    if anchor.day is None:
        return None
    number = [name.lower() for name in calendar.day_name].index(m["w"].lower())
    return day(anchor.day - timedelta(days=(anchor.day.weekday() - number) % 7))


def _today(m: re.Match[str], anchor: Anchor) -> Period | None:
    if anchor.day is None:
        return None
    return day(anchor.day - timedelta(days=1)) if m.group().lower() == "yesterday" else day(anchor.day)


# Tried in this order at every place; the longest match at the earliest place wins.
_PATTERNS: tuple[tuple[re.Pattern[str], Resolve, bool], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), resolve, relative)
    for pattern, resolve, relative in (
        # days
        (
            rf"\b(?P<d0>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+(?P<m0>{_NAME}))?(?:\s+(?P<y0>{_Y}))?{_DASH}"
            rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m>{_NAME}),?\s+(?P<y>{_Y})\b",
            _day_range,
            False,
        ),
        (
            rf"\b(?P<m0>{_NAME})\s+(?P<d0>\d{{1,2}})(?:,\s+(?P<y0>{_Y}))?\s*(?:-|–|—|to|through)\s*"
            rf"(?P<m>{_NAME})\s+(?P<d>\d{{1,2}}),?\s+(?P<y>{_Y})\b",
            _day_range,
            False,
        ),
        (rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<m>{_NAME}),?\s+(?P<y>{_Y})\b", _a_day, False),
        (rf"\b(?P<m>{_NAME})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>{_Y})\b", _a_day, False),
        (rf"\b(?P<y>{_Y})-(?P<m>\d\d)-(?P<d>\d\d)\b", _iso_day, False),
        (r"\b(?P<d>\d{1,2})(?P<by>[/.])(?P<m>\d{1,2})(?P=by)(?P<y>(?:19|20)\d\d)\b", _written_day, False),
        (rf"\b(?:(?P<d>\d{{1,2}})-)?(?P<m>{_NAME})(?:-|\s?['’])(?P<y>{_Y}|\d\d)\b(?!-)", _short_date, False),
        # so many months up to one
        (
            r"\b(?:(?P<n>" + _N + r")[\s-]+)?(?P<u>years?|quarters?|quarterly periods?|half[\s-]years?|months?(?: periods?)?|weeks?(?: periods?)?)"
            rf"\s+(?P<verb>to|ending|ended|ends|up to)\s+{_LAST}",
            _year_ending,
            False,
        ),
        (
            rf"\b(?P<n>{_N})(?=-?\s+and\s+{_N}[\s-]+(?P<u>months?(?: periods?)?|weeks)\s+(?P<verb>to|ending|ended)\s+{_LAST})",
            _year_ending,
            False,
        ),
        (rf"\b(?P<n>{_N})\s+years\s+(?:to|ending|ended|up to)\s+(?P<y>{_Y})\b", _years_to, False),
        # a part of last year or this
        (
            rf"\b(?:(?P<m>{_NAME})|Q(?P<q>[1-4])|H(?P<h>[12])|(?P<o>{_ORDINAL})\s+quarter|(?P<half>first|second)\s+half|(?P<edge>first|last|final)\s+(?P<n>{_N})\s+months)"
            r"(?:\s+(?:of|in))?\s+(?P<when>(?:the\s+)?(?:last|this|previous|current|preceding|prior)\s+year\b|(?:the\s+)?year (?:after|before(?: last)?)\b|(?<=of\s)the\s+year\b(?!\s+(?:to|end|before|that|when|\d)\w*)|the\s+(?:following|next)\s+year\b)",
            _part_of_a_year,
            True,
        ),
        # a part of a financial year
        (
            rf"\b(?:Q(?P<q>[1-4])|H(?P<h>[12])|(?P<o>{_ORDINAL})\s+(?:fiscal\s+)?quarter|(?P<half>first|second)\s+half|(?P<edge>first|last|final)\s+(?P<n>{_N})\s+months)"
            rf"(?:,?\s+(?:of|in))?(?:\s+the)?[\s,]*(?P<when>(?:{_FY})(?:{_Y}|\d\d)(?:[/–-](?:{_Y}|\d\d))?|{_Y}[/–-]\d\d|\d\d/\d\d|(?<=fiscal quarter of ){_Y})\b(?![-/]\d)",
            _part_of_a_fiscal_year,
            True,
        ),
        (rf"\b(?P<when>{_Y}[/–-]\d\d)\s+(?:Q(?P<q>[1-4])|H(?P<h>[12]))\b", _part_of_a_fiscal_year, True),
        (rf"\b(?P<y>{_Y})[/–-]\d\d(?:\d\d)?\s+(?:(?:academic|school)\s+year|season)\b", _school_year, True),
        (rf"\b(?:(?:academic|school)\s+year\s+{_Y}(?:[/–-]\d\d(?:\d\d)?)?|(?:winter(?:\s+of)?|season)\s+{_Y}[/–-]\d\d(?:\d\d)?)\b", _school_year, True),
        # months
        (rf"\b(?P<m0>{_NAME})(?:\s+(?P<y0>{_Y}))?{_DASH}(?P<m>{_NAME}),?\s+(?:of\s+)?(?P<y>{_Y})\b", _month_range, False),
        (rf"\b(?P<m0>{_NAME})(?:-|–|—|\s+to\s+|\s+and\s+)(?P<m>{_NAME})\b", _bare_month_range, True),
        (rf"\b(?P<m>{_NAME}),?\s+(?:of\s+)?(?P<y>{_Y})\b", _a_month, False),
        (
            # in lower case "this may", "by may" and "to march" are verbs
            rf"{_BEHIND}(?!(?-i:may|march|mar)\b(?:\s+(?:be|have|not|also|well|the|on|through)\b|(?<=\bthis\s\w\w\w)|(?<=\bto\s\w\w\w\w\w)))(?P<m>{_NAME})(?!\s(?-i:{_STREET})\b)",
            _bare_month,
            True,
        ),
        (rf"\b(?-i:(?P<m>{'|'.join(calendar.month_name[1:])}))(?=,\s(?!\d)|\s(?:was|saw|had|brought)\b)", _bare_month, True),
        (r"(?:(?<=\bin\s)|(?<=\bof\s)|(?<=\bfor\s)|(?<=\bsince\s)|^)(?P<m>0[1-9]|1[0-2])/(?P<y>20\d\d)\b(?!/)", _iso_month, False),
        # quarters and halves
        (rf"\bQ(?P<q0>[1-4])\s*(?:-|–|—|to)\s*Q(?P<q>[1-4])\s+(?:of\s+)?(?P<y>{_Y})\b", _quarter_range, False),
        (rf"\bQ(?P<q>[1-4])(?=\s*(?:,|&|/|and|or|versus|vs\.?)\s*Q[1-4]\s+(?:of\s+)?(?P<y>{_Y})\b)", _a_quarter, False),
        (rf"\b(?P<o>first|second|third)(?=\s+(?:and|or)\s+(?:second|third|fourth|last)\s+quarters?\s+of\s+(?P<y>{_Y})\b)", _a_quarter, False),
        (rf"\b(?P<edge>first|last|final)\s+(?P<n>{_N})\s+months\s+of\s+(?P<y>{_Y})\b", _edge_months, False),
        (rf"\b(?:Q|quarter\s)(?P<q>[1-4])(?:\s+(?:of\s+)?|[-/ ]*)(?P<y>{_Y})\b", _a_quarter, False),
        (r"\bQ(?P<q>[1-4])(?:\s?['’]|[ -])(?P<y>[12]\d)\b(?![,.]\d|\s?%|\s\w)", _a_quarter, False),
        (r"\b(?P<q>[1-4])Q\s?['’]?(?P<y>(?:20)?\d\d)\b", _a_quarter, False),
        (rf"\b(?P<y>{_Y})[\s,:/-]*Q(?P<q>[1-4])\b", _a_quarter, False),
        (rf"\b(?P<o>{_ORDINAL})\s+quarters?(?:\s+(?:of|in))?,?\s+(?P<y>{_Y})\b", _a_quarter, False),
        (rf"\b(?P<y>{_Y})\s+(?P<o>first|second|third|fourth)\s+quarter\b", _a_quarter, False),
        (rf"\b(?P<m>{_NAME})\s+quarter(?:\s+of)?\s+(?P<y>{_Y})\b", _month_s_quarter, False),
        (r"\bQ(?P<q>[1-4])\b", _a_quarter, True),
        (r"\b(?P<o>first|second|third|fourth|1st|2nd|3rd|4th)\s+quarter\b", _a_quarter, True),
        (r"\b(?P<o>first|second|third|fourth)\s+fiscal\s+quarter\b", _a_fiscal_quarter, True),
        (rf"\bH(?P<h>[12])\s*(?:of\s+)?(?P<y>{_Y})\b", _a_half, False),
        (rf"\b(?P<y>{_Y})[\s,/-]*H(?P<h>[12])\b", _a_half, False),
        (r"\b(?P<h>[12])H\s?['’]?(?P<y>(?:20)?\d\d)\b", _a_half, False),
        (rf"\b(?P<o>first|second|1st|2nd)\s+half(?:\s+of)?\s+(?P<y>{_Y})\b", _a_half, False),
        (rf"\b(?P<y>{_Y})\s+(?P<o>first|second)\s+half\b", _a_half, False),
        (r"\b(?-i:H(?P<h>[12]))\b", _a_half, True),
        # years
        (rf"\b(?P<how>before|until|prior to|after)\s+(?P<y>{_Y})\b(?!\s?[/–-]\s?\d)", _open_ended, False),
        (r"(?<=\b(?:in|of)\s)(?P<y>\d\d)/(?P<z>\d\d)\b(?!/)|(?<=\b(?:for)\s)(?P<y1>\d\d)/(?P<z1>\d\d)\b(?!/)", _short_two_part_year, False),
        (r"\bnext year\b(?!')", _next_year, True),
        (rf"\b(?P<m>{_NAME})\s+of\s+that\s+year\b", _that_year, True),
        (rf"\bcalendar year\s+(?P<y>{_Y})\b", _calendar_year, False),
        (rf"\b(?P<y>{_Y})\s?[/]\s?(?P<z>\d\d(?:\d\d)?)\b", _two_part_year, False),
        (rf"\b(?P<y>{_Y})[-–](?P<z>\d\d)\b(?!-)", _two_part_year, False),
        (rf"\b(?P<y>{_Y})[-–](?P<z>\d\d)\b(?!-)", _short_year_range, False),
        (rf"\b(?P<when>(?:{_FY})(?:{_Y}|\d\d)|fy\s?(?:{_Y}|\d\d)[/–-](?:{_Y}|\d\d))\b(?!\s?[/–-]\s?\d)", _fiscal, True),
        (rf"\b(?P<when>{_Y}\s+(?:fiscal|financial)\s+year)\b", _fiscal, True),
        (r"\b(?P<how>last|previous|prior|this|current)\s+(?P<word>financial|fiscal)\s+year\b", _near_fiscal, True),
        (rf"\b(?P<y>{_Y})-(?P<m>0[1-9]|1[0-2])\b(?!-\d)", _iso_month, False),
        (rf"\b(?P<y0>{_Y})(?:\s*[-–—]\s*|\s+(?:to|until|through)\s+)(?P<y>{_Y})\b", _year_range, False),
        (rf"\b(?:from|between)\s+(?P<y0>{_Y})\s+(?:to|and|until|through)\s+(?P<y>{_Y})\b", _year_range, False),
        (rf"\b(?P<y>{_Y[:-2]}0)s\b", _decade, False),
        (rf"(?:(?<=\bmid-)|(?<![\d,.£$€/–-]))\b(?P<y>{_Y})\b(?![,.]\d|[/-]\d|\s?%|\s?(?:per ?cent|million|thousand|billion)\b)", _a_year, False),
        # relative to the day, or to what the report covers
        (rf"\b(?:the |those )?(?:same|corresponding|equivalent) (?:{_N} )?(?:quarter|period|month|months|time) (?:of |in )?(?:last year|(?P<y>{_Y})|the (?:previous|prior|preceding|year) (?:year|before))\b", _same_last_year, True),
        (r"\b(?:the )?year before last\b", _year_before_last, True),
        (r"\blast (?P<u>year)\b(?:(?<=\bover the last year)|(?<=\bduring the last year)|(?<=\bwithin the last year))", _last_n, True),
        (r"\bpast (?P<u>year|quarter|month|week)\b", _last_n, True),
        (r"\b(?P<how>last|previous|prior|preceding)\s+(?:calendar\s+)?year\b(?!s)(?!\s+(?:to|ending|ended)\b)", _last_year, True),
        (r"\bthe (?P<how>year before)(?:\s+that)?\b", _last_year, True),
        (r"\bthe following year\b", _following_year, True),
        (rf"\b(?:this year\s+(?:so far|to date)|so far this (?:calendar )?year|(?:(?P<y0>{_Y})\s+)?(?P<fiscal>(?:financial|fiscal) )?(?:year[- ]to[- ]date|YTD)(?:\s+(?P<y>{_Y}))?)\b(?:,? (?:up )?to (?:the\s+end\s+of\s+)?(?P<until>{_NAME}))?", _to_date, True),
        (r"\b(?:this|current|the reporting) year\b", _this_year, True),
        (rf"\b(?P<n>{_N})\s+(?P<u>years?|months?|decades?)\s+(?P<how>ago|earlier|later)\b", _years_ago, True),
        (rf"\b(?P<how>last|past|previous|recent|preceding)\s+(?:(?P<n>{_N})\s+)?(?P<u>years|months|quarters|weeks|days|decades?)\b", _last_n, True),
        (rf"\b(?:over|during)\s+the\s+(?P<n>{_N})\s+(?P<u>years|months|quarters|decades)\b(?!\s+(?:of|to|from|since|between|end|old|ahead|after|before|that|until)\w*)", _last_n, True),
        (r"\b(?P<how>last|this|previous|current)\s+(?P<u>quarter|month)\b", _near, True),
        (r"\bthe (?:reporting period|(?:period|year) under review)\b", _under_review, True),
        (rf"\b(?:on|last)\s+(?P<w>{'|'.join(calendar.day_name)})\b(?!\s*(?:to|–|-|and|mornings?|afternoons?|evenings?|between|from|of|in)\b)(?!,?\s+(?:the\s+)?\d)", _weekday, True),
        (r"\b(?:today|yesterday)\b", _today, True),
    )
)  # fmt: skip
# Cheap looks before the patterns. No text without one of these names a period.
_HINT = re.compile(
    rf"\d{{4}}|\d\d/\d\d|\b[QH][1-4]\b|\b[1-4][QH]\d\d|\bFY|\bYTD\b|\b(?:year|years|month|months|quarter|quarters|decades?|weeks?|days|today|yesterday|half|reporting period|period under review|fiscal|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b|{_NAME}",
    re.IGNORECASE,
)
# And no pattern finds anything where there is not what it needs: most sentences need a quarter of the patterns.
_DIGITS, _YEAR, _MONTH, _WORD, _QUARTER, _SLASHED, _FISCAL = _THINGS = tuple(1 << bit for bit in range(7))
_LOOKS = tuple(
    (thing, re.compile(pattern, re.IGNORECASE))
    for thing, pattern in zip(
        _THINGS,
        (
            r"\d\d",
            _Y,
            _NAME,
            r"\bQ[1-4]|\bYTD\b|\b(?:year|years|month|months|quarter|quarters|decades?|weeks?|days|period|today|yesterday|same|half|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
            r"[QH][1-4]|[1-4][QH]|quarter|half|months",
            r"\d[/–-]\d",
            r"fy|f(?:iscal|inancial)",
        ),
        strict=True,
    )
)
_NEEDS: dict[Resolve, int] = {
    **dict.fromkeys((_bare_month_range, _bare_month, _that_year), _MONTH),
    **dict.fromkeys((_day_range, _a_day, _month_range, _a_month), _MONTH | _YEAR),
    **dict.fromkeys((_month_s_quarter,), _MONTH | _YEAR | _QUARTER),
    **dict.fromkeys((_short_date,), _MONTH | _DIGITS),
    **dict.fromkeys((_year_ending,), _MONTH | _WORD),
    **dict.fromkeys((_quarter_range, _edge_months), _QUARTER | _YEAR),
    **dict.fromkeys((_a_quarter, _a_half), _QUARTER),
    **dict.fromkeys((_a_fiscal_quarter, _part_of_a_fiscal_year), _QUARTER),
    **dict.fromkeys((_two_part_year, _short_year_range, _iso_month, _iso_day), _SLASHED | _YEAR),
    **dict.fromkeys((_short_two_part_year,), _SLASHED),
    **dict.fromkeys((_years_to,), _WORD | _YEAR),
    **dict.fromkeys((_fiscal, _near_fiscal), _FISCAL),
    **dict.fromkeys((_written_day, _open_ended, _calendar_year, _year_range, _decade, _a_year, _school_year), _YEAR),
}
_NEEDED = tuple(
    (order, pattern, resolve, relative, _NEEDS.get(resolve, _WORD))
    for order, (pattern, resolve, relative) in enumerate(_PATTERNS)
)
# These look at what the text named before them.
_LOOKS_BACK = frozenset(
    (_a_year, _last_year, _part_of_a_year, _years_ago, _last_n, _same_last_year, _following_year, _near)
)
# Two of these make one range: "from 2021/22 to 2023/24", "between Q3 2024 and Q2 2025".
_JOINED = frozenset(
    (_two_part_year, _a_quarter, _a_half, _part_of_a_fiscal_year, _fiscal, _a_day, _a_month, _a_year, _decade)
)
_JOINED_AT_THE_END = frozenset((_a_month, _a_year))  # "from March 2024 to the end of June 2025"
_TO_THE_END = re.compile(r"\s+(?:to|until|through)\s+(?:the\s+)?end\s+of\s+(?:the\s+year\s+)?")
_TO = re.compile(r"\s+(?:to|until|till|through)\s+(?:the\s+)?|\s*[–—]\s*")
_AND = re.compile(r"\s+and\s+(?:the\s+)?")
_FROM = re.compile(r"\bfrom\s+$", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s+(?:the\s+)?$", re.IGNORECASE)
_OPENS = re.compile(
    r"\b(?P<how>since|before|prior to|after)\s+(?:the\s+(?P<edge>start|beginning|end)\s+of\s+)?(?:last\s+|(?P<the>the\s+))?$",
    re.IGNORECASE,
)
_OPENERS = ("since", "before", "prior to", "after")
# "Two years before 2020" and "the day after 1 May" are other days.
_SO_LONG = re.compile(r"\b(?:day|week|month|quarter|year)s?\s+$", re.IGNORECASE)
_ONWARDS = re.compile(r"\s+onwards?\b", re.IGNORECASE)


def mentions(text: str, anchor: Anchor = NOWHEN, start: int = 0, end: int | None = None) -> list[Mention]:
    """Every period named in ``text[start:end]``, in order, without overlaps; offsets are into ``text``."""
    end = len(text) if end is None else end
    if not _HINT.search(text, start, end):
        return []
    part = text[start:end]
    missing = sum(thing for thing, look in _LOOKS if not look.search(part))
    found = [
        (match.start(), -match.end(), order, match, resolve, relative)
        for order, pattern, resolve, relative, need in _NEEDED
        if not need & missing
        for match in pattern.finditer(part)
    ]
    taken: list[Mention] = []
    at = 0
    before: Resolve | None = None
    known: tuple[Period, int] | None = None
    for *_, match, resolve, relative in sorted(found, key=lambda each: each[:3]):
        if match.start() < at or not match.group().strip():
            continue
        looking = replace(anchor, before=known) if known and resolve in _LOOKS_BACK else anchor
        period = _resolved(match, resolve, looking)
        if resolve is _a_year and taken and not taken[-1].period and _goes_on(match, taken[-1].end):
            period, relative = None, True  # "fiscal years 2023 and 2022": as little known as the first
        if period is None and not relative:
            continue
        mention = Mention(match.start(), match.end(), match.group(), period, relative)
        joined = _range(part, taken[-1], mention, resolve) if taken and _may_join(before, resolve) else None
        if joined:
            taken[-1] = joined
        else:
            taken.append(_opened(part, mention, anchor))
        at, before = max(match.end(), taken[-1].end), resolve
        if last := taken[-1].period:
            known = (last, taken[-1].end)
    return [replace(each, start=each.start + start, end=each.end + start) for each in taken] if start else taken


def _resolved(match: re.Match[str], resolve: Resolve, anchor: Anchor) -> Period | None:
    try:
        return resolve(match, anchor)
    except (ValueError, OverflowError):  # the year 9999, the thirteenth month
        return None


def _may_join(before: Resolve | None, resolve: Resolve) -> bool:
    """Whether two mentions may be the ends of one range: they are of one kind, or a year and a month."""
    return resolve in _JOINED and (before is resolve or {before, resolve} == _JOINED_AT_THE_END)


def _range(part: str, first: Mention, last: Mention, resolve: Resolve) -> Mention | None:
    """Two periods of a kind as one, where the words between and before them say so."""
    gap = part[first.end : last.start]
    if len(gap) > 24 or not first.period or not last.period or last.period.end <= first.period.end:
        return None
    between = _AND.fullmatch(gap) and _BETWEEN.search(part, max(0, first.start - 16), first.start)
    mixed = is_year(first.period) != is_year(last.period) and resolve in _JOINED_AT_THE_END
    if mixed and not _FROM.search(part, max(0, first.start - 8), first.start):
        return None  # "March 2019 to 2020" may be a count; "from 1946 to August 2014" is none
    to = _TO_THE_END if resolve in _JOINED_AT_THE_END and not mixed else _TO
    if not to.fullmatch(gap) and not (between and resolve not in _JOINED_AT_THE_END):
        return None
    period = named(Period(first.period.start, last.period.end, "", first.period.kind))
    return Mention(first.start, last.end, part[first.start : last.end], period, first.relative or last.relative)


def _opened(part: str, mention: Mention, anchor: Anchor) -> Mention:
    """ "Since March 2024", "March 2024 onwards": up to what the anchor knows of; "before 1 April": all that was."""
    if mention.period is None:
        return mention
    if onwards := _ONWARDS.match(part, mention.end):
        return _open(part, mention, mention.start, onwards.end(), _from(mention.period, mention.period.start, anchor))
    behind = part[max(0, mention.start - 32) : mention.start].lower()
    if not any(opener in behind for opener in _OPENERS):
        return mention
    found = _OPENS.search(part, max(0, mention.start - 32), mention.start)
    if not found or (found["the"] and mention.words.isdigit()):  # "since the 2021 review"
        return mention
    how = found["how"].lower()
    if how != "since" and (mention.relative or _SO_LONG.search(part, max(0, found.start() - 12), found.start())):
        return mention
    period = mention.period
    at_the_end = found["edge"].lower() == "end" if found["edge"] else how == "after"
    edge = period.end if at_the_end else period.start
    if how in ("since", "after"):
        return _open(part, mention, found.start(), mention.end, _from(period, edge, anchor, how))
    before = Period(date(1000, 1, 1), edge, f"before {period.label}", PeriodKind.ROLLING)
    return _open(part, mention, found.start(), mention.end, before)


def _from(period: Period, first: date, anchor: Anchor, how: str = "since") -> Period | None:
    until = _until(anchor)
    return Period(first, until, f"{how} {period.label}", PeriodKind.ROLLING) if until and first < until else None


def _open(part: str, mention: Mention, start: int, end: int, period: Period | None) -> Mention:
    if mention.relative or (mention.period and (mention.period.end - mention.period.start).days == 1):
        start, end = mention.start, mention.end  # "1 January 2021" by itself says since when
    return Mention(start, end, part[start:end], period, mention.relative or period is None)


# Labels that in a sentence would be something else.
_PLAIN = {"first half": "H1", "second half": "H2", "1st half": "H1", "2nd half": "H2"}


def label_period(label: str, anchor: Anchor) -> Period | None:
    """The period that a table's header or row label stands for; there, a month's bare name is enough."""
    plain = label.strip().rstrip(".:*†").lower()
    if plain in _MONTHS:
        return _recent_month(_MONTHS[plain], anchor)
    if plain == "last year" and anchor.covers:
        label = "previous year"  # beside the year that the table is about
    named = mentions(_PLAIN.get(plain, label), anchor)
    return next((mention.period for mention in named if mention.period), None)
