"""Mentions of periods in text: the ways people and reports name time, resolved to days.

Explicit names ("Q3 2025", "the year to March 2025") resolve by themselves. Relative ones ("last year") resolve against
an ``Anchor``: for a question the day it is asked, for a report the day it was published and the period it covers. What
cannot be resolved is found all the same, with no period: an unknown period is not the same as none.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from rag.language.periods import (
    FISCAL_START_MONTH,
    day,
    fiscal_quarter,
    fiscal_year,
    half,
    month,
    months_to,
    named,
    quarter,
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


NOWHEN = Anchor()


_MONTHS = {name.lower(): number for number in range(1, 13) for name in (calendar.month_name[number],)}
_MONTHS |= {calendar.month_abbr[number].lower(): number for number in range(1, 13)} | {"sept": 9}
_WORDS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split(), start=1
    )
} | {"a": 1, "an": 1, "twenty": 20, "couple of": 2, "decade": 10}
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
_NAME = r"(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_Y = r"(?:1[0-9]|20|21)\d\d"
_N = r"(?:\d{1,2}|" + "|".join(sorted((w for w in _WORDS if w != "decade"), key=len, reverse=True)) + r")"
_DASH = r"\s*(?:-|–|—|to|until|till|through|and)\s*"
# "may" and "march" are words too: a bare month is one only behind one of these.
_BEHIND = (
    "(?:" + "|".join(rf"(?<=\b{word}\s)" for word in "in since during for by of until last this from to".split()) + ")"
)

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


def _bare_month_range(m: re.Match[str], anchor: Anchor) -> Period | None:
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
    return _recent_month(_month_number(m["m"]), anchor)


def _a_quarter(m: re.Match[str], anchor: Anchor) -> Period | None:
    groups = m.groupdict()
    number = int(groups["q"]) if groups.get("q") else _ORDINALS[m["o"].lower()]
    if groups.get("y"):
        return quarter(number, int(m["y"]))
    if anchor.covers and relation(found := quarter(number, anchor.covers.start.year), anchor.covers) in (
        "inside",
        "equal",
    ):
        return found
    if anchor.day is None:
        return None
    this_year = quarter(number, anchor.day.year)
    return this_year if this_year.start <= anchor.day else quarter(number, anchor.day.year - 1)


def _fiscal_quarter(m: re.Match[str], anchor: Anchor) -> Period | None:
    first, second = int(m["y"]), int(m["z"])
    return fiscal_quarter(int(m["q"]), first) if second == (first + 1) % 100 else None


def _quarter_range(m: re.Match[str], anchor: Anchor) -> Period | None:
    first, last = quarter(int(m["q0"]), int(m["y"])), quarter(int(m["q"]), int(m["y"]))
    return named(Period(first.start, last.end, ""))


def _edge_months(m: re.Match[str], anchor: Anchor) -> Period | None:
    """The first or last months of a year."""
    whole, count = year(int(m["y"])), _number(m["n"])
    if m["edge"].lower() == "first":
        return named(Period(whole.start, whole.start + relativedelta(months=count), ""))
    return named(Period(whole.end - relativedelta(months=count), whole.end, ""))


def _part_of_a_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    """A month, quarter or half of last year or this one: the year comes from the words behind it."""
    named = next((mention.period for mention in mentions(m["when"], anchor) if mention.period), None)
    if named is None:
        return None
    if m["m"]:
        return month(_month_number(m["m"]), named.start.year)
    if m["half"]:
        return half(_ORDINALS[m["half"].lower()], named.start.year)
    return quarter(int(m["q"]) if m["q"] else _ORDINALS[m["o"].lower()], named.start.year)


def _a_half(m: re.Match[str], anchor: Anchor) -> Period | None:
    groups = m.groupdict()
    number = int(groups["h"]) if groups.get("h") else _ORDINALS[m["o"].lower()]
    if groups.get("y"):
        return half(number, int(m["y"]))
    if anchor.day is None:
        return None
    this_year = half(number, anchor.day.year)
    return this_year if this_year.start <= anchor.day else half(number, anchor.day.year - 1)


def _two_part_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    first, second = int(m["y"]), int(m["z"])
    following = (first + 1) % 100 if second < 100 else first + 1
    if second == following:
        return fiscal_year(first)
    if second >= 1000 and second > first:
        return years(first, second)
    return None


def _short_two_part_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    """ "In 24/25": a financial year, where the second is the year behind the first."""
    first, second = int(m["y"] or m["y1"]), int(m["z"] or m["z1"])
    return fiscal_year(2000 + first) if second == first + 1 else None


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


def _fiscal(m: re.Match[str], anchor: Anchor) -> Period | None:
    number = int(m["y"])
    ending = number + 2000 if number < 100 else number
    if m.groupdict().get("z"):
        return fiscal_year(ending) if int(m["z"]) == (ending + 1) % 100 else None
    return fiscal_year(ending - 1)


def _near_fiscal(m: re.Match[str], anchor: Anchor) -> Period | None:
    back = 0 if m["how"].lower() in ("this", "current") else 1
    if anchor.covers and anchor.covers.kind is PeriodKind.FISCAL:
        return shifted(anchor.covers, -back)
    if anchor.day is None:
        return None
    return fiscal_year(anchor.day.year - (anchor.day.month < FISCAL_START_MONTH) - back)


def _year_ending(m: re.Match[str], anchor: Anchor) -> Period | None:
    unit = m["u"].lower().removesuffix(" period").removesuffix("ly")
    count = {"year": 12, "quarter": 3, "years": 12, "half-year": 6, "month": 1}.get(unit)
    if count is None:
        count = _number(m["n"]) if m["n"] else 12
    elif unit in ("years", "month"):
        count *= _number(m["n"]) if m["n"] else 1
    if m["y"]:
        last = date(int(m["y"]), _month_number(m["m"]), 1)
        if 0 < int(m["d"] or m["d1"] or 0) < 8 and count < 24:  # 13 weeks end on 1 July: the quarter ends with June
            last -= relativedelta(months=1)
    else:
        recent = _recent_month(_month_number(m["m"]), Anchor(anchor.day))
        if recent is None:
            return None
        last = recent.start
    found = months_to(last, count)
    if count == 12 and last.month == 12:
        return year(last.year)
    if count == 3 and last.month % 3 == 0:
        return quarter(last.month // 3, last.year)
    if count == 12 and last.month == FISCAL_START_MONTH - 1:
        return Period(found.start, found.end, found.label, PeriodKind.FISCAL)
    return found


def _years_to(m: re.Match[str], anchor: Anchor) -> Period | None:
    last = int(m["y"])
    return years(last - _number(m["n"]) + 1, last)


def _iso_month(m: re.Match[str], anchor: Anchor) -> Period | None:
    return month(int(m["m"]), int(m["y"]))


def _year_range(m: re.Match[str], anchor: Anchor) -> Period | None:
    return years(int(m["y0"]), int(m["y"]))


def _since(m: re.Match[str], anchor: Anchor) -> Period | None:
    first = date(int(m["y"]), _month_number(m["m"]), 1) if m["m"] else date(int(m["y"]), 1, 1)
    until = anchor.covers.end if anchor.covers else anchor.day + timedelta(days=1) if anchor.day else None
    if until is None or until <= first:
        return None
    return Period(first, until, f"since {m['m'].rstrip('.') + ' ' if m['m'] else ''}{m['y']}", PeriodKind.ROLLING)


def _a_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    return year(int(m["y"]))


def _decade(m: re.Match[str], anchor: Anchor) -> Period | None:
    first = int(m["y"])
    return Period(date(first, 1, 1), date(first + 10, 1, 1), f"{first}s")


def _own_year(anchor: Anchor) -> Period | None:
    """The year that a text speaks from: the one a report covers, else the calendar year of the anchor's day."""
    covers = anchor.covers
    if covers and (covers.end - covers.start).days in (365, 366):
        return covers
    if covers and (covers.end - covers.start).days < 365:
        return year(covers.start.year)
    return year(anchor.day.year) if anchor.day else None


def _last_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    # "than last year" in an annual report compares with the year before the one it covers; "last year the agency
    # received" in an article of February speaks of the calendar year before it was published.
    compared = re.search(
        r"\b(?:than|with|on|from|against|over|as)(?: the| in| for)*(?:\s+[£$€]?[\d,.]+(?:\s+\w+)?)?\s*$",
        m.string[: m.start()][-32:],
        re.I,
    )
    if anchor.covers and (compared or m["how"].lower() != "last"):
        own = _own_year(anchor)
        return shifted(own, -1) if own else None
    return year(anchor.day.year - 1) if anchor.day else None


def _this_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    if m.groupdict().get("sofar"):
        if anchor.day is None:
            return None
        until = anchor.covers.end if anchor.covers else anchor.day + timedelta(days=1)
        start = date((until - timedelta(days=1)).year, 1, 1)
        return Period(start, until, f"{start.year} so far", PeriodKind.ROLLING)
    return _own_year(anchor)


def _year_before_last(m: re.Match[str], anchor: Anchor) -> Period | None:
    return year(anchor.day.year - 2) if anchor.day else None


def _years_ago(m: re.Match[str], anchor: Anchor) -> Period | None:
    if m["how"].lower() == "earlier" and m["u"].startswith("year") and anchor.covers:
        return shifted(anchor.covers, -_number(m["n"]))  # "34 more than a year earlier" in a bulletin on a quarter
    count = 10 * _WORDS.get(m["n"].lower(), 1) if m["u"].startswith("decade") else _number(m["n"])
    if anchor.day is None:
        return None
    if m["u"].startswith("month"):
        then = anchor.day - relativedelta(months=count)
        return month(then.month, then.year)
    return year(anchor.day.year - count)


def _last_n(m: re.Match[str], anchor: Anchor) -> Period | None:
    unit = m["u"].lower()
    count = _number(m["n"]) if m["n"] else 1
    if anchor.covers and unit.startswith(("year", "decade")) and (anchor.covers.end - anchor.covers.start).days >= 360:
        end = anchor.covers.end  # an annual report's "last five years" end with the year it covers
    elif anchor.day:
        end = anchor.day
    else:
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


def _near(m: re.Match[str], anchor: Anchor) -> Period | None:
    """Last, this and previous month and quarter; a bulletin's own quarter is "this quarter"."""
    unit, back = m["u"].lower(), 0 if m["how"].lower() in ("this", "current") else 1
    own = (
        anchor.covers
        if anchor.covers and unit == "quarter" and (anchor.covers.end - anchor.covers.start).days < 100
        else None
    )
    start = own.start if own else anchor.day
    if start is None:
        return None
    if unit == "quarter":
        then = date(start.year, 3 * ((start.month - 1) // 3) + 1, 1) - relativedelta(months=3 * back)
        return quarter(then.month // 3 + 1, then.year)
    then = start - relativedelta(months=back)
    return month(then.month, then.year)


def _same_last_year(m: re.Match[str], anchor: Anchor) -> Period | None:
    """ "In the same nine months of last year": the period named just before, or the one covered, moved to that year."""
    named = mentions(m.string[: m.start()], anchor)
    own = next((mention.period for mention in reversed(named) if mention.period), None) or anchor.covers
    if own is None:
        return None
    return shifted(own, int(m["y"]) - own.start.year if m["y"] else -1)


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
        # so many months up to one
        (
            rf"\b(?:(?P<n>{_N})[\s-]+)?(?P<u>years?|quarter(?:ly period)?|half-year|months?(?: period)?)\s+(?:to|ending|ended|ends|up to)\s+(?:the end of\s+)?"
            rf"(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+)?(?P<m>{_NAME})(?:\s+(?P<d1>\d{{1,2}}),)?(?:\s+(?P<y>{_Y}))?\b",
            _year_ending,
            False,
        ),
        (rf"\b(?P<n>{_N})\s+years\s+(?:to|ending|ended|up to)\s+(?P<y>{_Y})\b", _years_to, False),
        # a part of last year or this
        (
            rf"\b(?:(?P<m>{_NAME})|Q(?P<q>[1-4])|(?P<o>first|second|third|fourth|last|final)\s+quarter|(?P<half>first|second)\s+half)"
            r"(?:\s+(?:of|in))?\s+(?P<when>(?:the\s+)?(?:last|this|previous|current|preceding)\s+year\b|the year before(?: last)?\b)",
            _part_of_a_year,
            True,
        ),
        # months
        (rf"\b(?P<m0>{_NAME})(?:\s+(?P<y0>{_Y}))?{_DASH}(?P<m>{_NAME}),?\s+(?:of\s+)?(?P<y>{_Y})\b", _month_range, False),
        (rf"\b(?P<m0>{_NAME})(?:-|–|—|\s+to\s+|\s+and\s+)(?P<m>{_NAME})\b", _bare_month_range, True),
        (rf"\bsince\s+(?:the\s+(?:start|beginning)\s+of\s+)?(?:(?P<m>{_NAME})\s+)?(?P<y>{_Y})\b", _since, False),
        (rf"\b(?P<m>{_NAME}),?\s+(?:of\s+)?(?P<y>{_Y})\b", _a_month, False),
        (rf"{_BEHIND}(?P<m>{_NAME})(?!\s+(?:be|have|not|also|the)\b)", _bare_month, True),
        (rf"\b(?-i:(?P<m>{'|'.join(calendar.month_name[1:])}))(?=,\s(?!\d)|\s(?:was|saw|had|brought)\b)", _bare_month, True),
        # quarters and halves
        (rf"\bQ(?P<q>[1-4])(?:\s+of)?\s+(?:FY\s*)?(?P<y>{_Y})[/–-](?P<z>\d\d)\b", _fiscal_quarter, False),
        (rf"\b(?P<y>{_Y})[/–-](?P<z>\d\d)\s+Q(?P<q>[1-4])\b", _fiscal_quarter, False),
        (rf"\bQ(?P<q0>[1-4])\s*(?:-|–|—|to)\s*Q(?P<q>[1-4])\s+(?:of\s+)?(?P<y>{_Y})\b", _quarter_range, False),
        (rf"\bQ(?P<q>[1-4])(?=\s*(?:,|&|and|or|versus|vs\.?)\s*Q[1-4]\s+(?:of\s+)?(?P<y>{_Y})\b)", _a_quarter, False),
        (rf"\b(?P<o>first|second|third)(?=\s+(?:and|or)\s+(?:second|third|fourth|last)\s+quarters?\s+of\s+(?P<y>{_Y})\b)", _a_quarter, False),
        (rf"\b(?P<edge>first|last|final)\s+(?P<n>{_N})\s+months\s+of\s+(?P<y>{_Y})\b", _edge_months, False),
        (rf"\bQ(?P<q>[1-4])(?:\s+(?:of\s+)?|[-/ ]*)(?:FY\s*)?(?P<y>{_Y})\b", _a_quarter, False),
        (rf"\b(?P<y>{_Y})[\s,:/-]*Q(?P<q>[1-4])\b", _a_quarter, False),
        (rf"\b(?P<o>first|second|third|fourth|last|final|1st|2nd|3rd|4th)\s+quarters?(?:\s+(?:of|in))?,?\s+(?P<y>{_Y})\b", _a_quarter, False),
        (r"\bQ(?P<q>[1-4])\b", _a_quarter, True),
        (r"\b(?P<o>first|second|third|fourth)\s+quarter\b", _a_quarter, True),
        (rf"\bH(?P<h>[12])\s*(?:of\s+)?(?P<y>{_Y})\b", _a_half, False),
        (rf"\b(?P<o>first|second)\s+half(?:\s+of)?\s+(?P<y>{_Y})\b", _a_half, False),
        # years
        (rf"\b(?P<how>before|until|prior to|after)\s+(?P<y>{_Y})\b(?!\s?[/–-]\s?\d)", _open_ended, False),
        (r"(?<=\b(?:in|of)\s)(?P<y>\d\d)/(?P<z>\d\d)\b(?!/)|(?<=\b(?:for)\s)(?P<y1>\d\d)/(?P<z1>\d\d)\b(?!/)", _short_two_part_year, False),
        (r"\bnext year\b(?!')", _next_year, True),
        (r"\b(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>(?:19|20)\d\d)\b", _iso_day, False),
        (rf"(?P<m>{_NAME})\s+of\s+that\s+year\b", _that_year, True),
        (rf"\bcalendar year\s+(?P<y>{_Y})\b", _a_year, False),
        (rf"\b(?P<y>{_Y})\s?[/]\s?(?P<z>\d\d(?:\d\d)?)\b", _two_part_year, False),
        (rf"\b(?P<y>{_Y})[-–](?P<z>\d\d)\b(?!-)", _two_part_year, False),
        (rf"\b(?:fy\s?|fiscal(?: year)?\s+|financial year\s+)(?P<y>{_Y}|\d\d)\b(?!\s?[/–-]\s?\d)", _fiscal, False),
        (rf"\b(?:FY\s?)(?P<y>{_Y}|\d\d)[/–-](?P<z>\d\d)\b", _fiscal, False),
        (r"\b(?P<how>last|previous|this|current)\s+(?:financial|fiscal)\s+year\b", _near_fiscal, True),
        (rf"\b(?P<y>{_Y})-(?P<m>0[1-9]|1[0-2])\b(?!-\d)", _iso_month, False),
        (rf"\b(?P<y0>{_Y})(?:\s*[-–—]\s*|\s+(?:to|until|through)\s+)(?P<y>{_Y})\b", _year_range, False),
        (rf"\b(?:from|between)\s+(?P<y0>{_Y})\s+(?:to|and|until|through)\s+(?P<y>{_Y})\b", _year_range, False),
        (rf"\b(?P<y>{_Y[:-2]}0)s\b", _decade, False),
        (rf"(?:(?<=\bmid-)|(?<![\d,.£$€/–-]))\b(?P<y>{_Y})\b(?![,.]\d|\s?%|\s?(?:per ?cent|million|thousand|billion)\b)", _a_year, False),
        # relative to the day, or to what the report covers
        (rf"\b(?:the |those )?same (?:{_N} )?(?:quarter|period|month|months|time) (?:of |in )?(?:last year|(?P<y>{_Y})|the (?:previous|year) (?:year|before))\b", _same_last_year, True),
        (r"\b(?:the )?year before last\b", _year_before_last, True),
        (r"\b(?P<how>last|previous|prior|preceding)\s+(?:calendar\s+)?year\b(?!s)(?!\s+(?:to|ending|ended)\b)", _last_year, True),
        (r"\bthe (?P<how>year before)(?:\s+that)?\b", _last_year, True),
        (r"\b(?P<sofar>this year\s+(?:so far|to date)|year[- ]to[- ]date|so far this year)\b", _this_year, True),
        (r"\b(?:this|current|the reporting) year\b", _this_year, True),
        (rf"\b(?P<n>{_N})\s+(?P<u>years?|months?|decades?)\s+(?P<how>ago|earlier)\b", _years_ago, True),
        (rf"\b(?:last|past|previous|recent|preceding)\s+(?:(?P<n>{_N})\s+)?(?P<u>years|months|quarters|weeks|days|decades?)\b", _last_n, True),
        (rf"\b(?:over|within|during)\s+(?:the\s+)?(?:(?P<n>{_N})\s+)(?P<u>years|months|quarters|decades)\b", _last_n, True),
        (r"\b(?P<how>last|this|previous|current)\s+(?P<u>quarter|month)\b", _near, True),
        (rf"\b(?:on|last)\s+(?P<w>{'|'.join(calendar.day_name)})\b(?!\s*(?:to|–|-|and|mornings?|afternoons?|evenings?|between|from)\b)", _weekday, True),
        (r"\b(?:today|yesterday)\b", _today, True),
    )
)  # fmt: skip
# Cheap looks before the patterns. No text without one of these names a period.
_HINT = re.compile(
    rf"\d{{4}}|\d\d/\d\d|\b[QH][1-4]\b|\bFY|\b(?:year|years|month|months|quarter|quarters|decades?|weeks|days|today|yesterday|half|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b|{_NAME}",
    re.IGNORECASE,
)
# And no pattern finds anything where there is not what it needs: most sentences need a quarter of the patterns.
_DIGITS = re.compile(r"\d\d")
_MONTH = re.compile(_NAME, re.IGNORECASE)
_WORD = re.compile(
    r"\bQ[1-4]|\b(?:year|years|month|months|quarter|quarters|decades?|weeks|days|today|yesterday|same|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
_OF_MONTHS = frozenset(
    (_day_range, _a_day, _year_ending, _month_range, _bare_month_range, _a_month, _bare_month, _that_year)
)


_OF_QUARTERS = frozenset((_fiscal_quarter, _quarter_range, _a_quarter, _a_half, _edge_months))
_QUARTER = re.compile(r"[QH][1-4]|quarter|half|months", re.IGNORECASE)


def _needs(resolve: Resolve, relative: bool) -> re.Pattern[str]:
    if resolve in _OF_QUARTERS:
        return _QUARTER
    return _MONTH if resolve in _OF_MONTHS else _WORD if relative else _DIGITS


_NEEDED = tuple(
    (order, pattern, resolve, relative, _needs(resolve, relative))
    for order, (pattern, resolve, relative) in enumerate(_PATTERNS)
)


def mentions(text: str, anchor: Anchor = NOWHEN, start: int = 0, end: int | None = None) -> list[Mention]:
    """Every period named in ``text[start:end]``, in order, without overlaps; offsets are into ``text``."""
    end = len(text) if end is None else end
    if not _HINT.search(text, start, end):
        return []
    part = text[start:end]
    there = {need: need.search(part) is not None for need in (_DIGITS, _MONTH, _QUARTER, _WORD)}
    found: list[tuple[int, int, int, Mention]] = []
    for order, pattern, resolve, relative, need in _NEEDED:
        if not there[need]:
            continue
        for match in pattern.finditer(part):
            if not match.group().strip():
                continue
            try:
                period = resolve(match, anchor)
            except (ValueError, OverflowError):  # the year 9999, the thirteenth month
                period = None
            if period is None and not relative:
                continue
            mention = Mention(start + match.start(), start + match.end(), match.group(), period, relative)
            found.append((match.start(), -match.end(), order, mention))
    taken: list[Mention] = []
    at = start
    for *_, mention in sorted(found, key=lambda each: each[:3]):
        if mention.start >= at:
            taken.append(mention)
            at = mention.end
    return taken


def label_period(label: str, anchor: Anchor) -> Period | None:
    """The period that a table's header or row label stands for; there, a month's bare name is enough."""
    plain = label.strip().rstrip(".:*†")
    if plain.lower() in _MONTHS:
        return _recent_month(_MONTHS[plain.lower()], anchor)
    return next((m.period for m in mentions(label, anchor) if m.period), None)
