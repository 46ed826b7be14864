"""Figures in text: values with scale, unit and qualifier, told apart from years, page numbers and other numbers.

"more than 33,000 leads" is the figure 33000 with qualifier "more than" and unit "leads"; offsets are into the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.language.tokens import COMMON


@dataclass(frozen=True, slots=True)
class Number:
    """One figure as it is written: the whole span, the bare number's span, and what they say."""

    start: int
    end: int
    number_start: int
    number_end: int
    value: float
    unit: str
    qualifier: str


_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6,
    "billion": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12, "tn": 1e12,
}  # fmt: skip
_CURRENCIES = {"£": "GBP", "$": "USD", "€": "EUR", "¥": "JPY", "US$": "USD", "GBP": "GBP", "USD": "USD", "EUR": "EUR"}
_CURRENCY_WORDS = {
    "pounds": "GBP",
    "sterling": "GBP",
    "dollars": "USD",
    "euros": "EUR",
    "pence": "pence",
    "cents": "cents",
}
_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_SMALL = {word: value for value, word in enumerate(_UNITS)} | _TENS
_MULTIPLES = {"doubled": 2, "double": 2, "twice": 2, "trebled": 3, "tripled": 3, "threefold": 3, "fourfold": 4,
              "fivefold": 5, "sixfold": 6, "sevenfold": 7, "eightfold": 8, "ninefold": 9, "tenfold": 10, "twofold": 2}  # fmt: skip
_FRACTIONS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1}
_FRACTIONS |= {f"{name}s": value for name, value in _FRACTIONS.items() if name != "half"}

_WORD_NUMBER = "|".join(sorted(_SMALL, key=len, reverse=True))
_BELOW_A_HUNDRED = rf"(?:(?:{'|'.join(_TENS)})[-\s](?:{'|'.join(_UNITS[1:10])})\b|(?:{_WORD_NUMBER}))"
_QUALIFIERS = (
    "no more than|not more than|no fewer than|no less than|more than|fewer than|less than|just over|just under|just above|"
    "just below|well over|slightly over|slightly under|a little over|a little under|at least|at most|as many as|as few as|"
    "up to|close to|nearly|almost|about|around|approximately|approx\\.?|roughly|some|over|under|above|below|an estimated|"
    "estimated|circa|c\\.|only|exactly|a provisional|provisionally|provisional|a record|a total of|in excess of|~|>|<|≈|±"
)
_NOT_A_QUALIFIER = {"only", "a record", "a total of", "exactly"}  # they are kept in the span, not in the meaning
_NUMBER = re.compile(
    rf"""
    (?P<currency>(?:US\$|[£$€¥]|\b(?:GBP|USD|EUR))\s?)?
    (?P<open>\(\s?)?(?P<sign>[-−+](?=\d))?
    (?:
      (?P<digits>\d{{1,3}}(?:[,\u00a0\u202f\u2009]\d{{3}})+(?:\.\d+)?|\d{{1,3}}(?:\ \d{{3}})+(?!\d)|\d+(?:\.\d+)?|\.\d+)
    | (?P<words>\b(?:{_BELOW_A_HUNDRED}(?:\s+hundred(?:\s+and\s+{_BELOW_A_HUNDRED})?)?|a(?=\s+(?:hundred|thousand|million)\b)))\b
    )
    (?P<close>\))?
    (?:[\s-]?(?P<scale>thousand|million|billion|trillion|bn|mn|tn|hundred|(?(currency)[kmb]|(?<![\s-])[kmb]))(?![\w]))?
    (?P<percent>\s?(?:%|per\ ?cent\b|percentage\ points?\b|pp\b))?
    (?P<times>[x×](?!\w|\s*\d))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FOLD = re.compile(rf"\b(?:{'|'.join(_MULTIPLES)})\b|\b(?P<n>\d+|{_WORD_NUMBER})[-\s]?fold\b", re.IGNORECASE)
_SHARE = re.compile(
    rf"\b(?P<n>a|{_WORD_NUMBER}|\d+)[\s-](?P<f>half|thirds?|quarters?|fifths?|tenths?)\b(?=\s+of\b)"
    r"|(?<!\bfirst\s)(?<!\bsecond\s)(?<!\blatter\s)(?<!\bother\s)(?<!\blast\s)(?<!\band\sa\s)(?<![-\w])(?P<half>half)(?=\s+of\b)",
    re.IGNORECASE,
)
_ONE_IN = re.compile(
    rf"(?<![\d.,])\b(?P<n>{_WORD_NUMBER}|\d+)\s+(?:in|out of)\s+(?:every\s+)?(?P<d>{_WORD_NUMBER}|\d+(?:,\d{{3}})*)\b(?!\s?%|[.,]\d)",
    re.IGNORECASE,
)
_QUALIFIED = re.compile(rf"(?:\b|(?<=\s)|^)(?:{_QUALIFIERS})\s*$", re.IGNORECASE)
_OF_SO_MANY = re.compile(rf"\s+of\s+(?:the\s+|our\s+|its\s+|all\s+)?(?:{_WORD_NUMBER}|\d+)\b", re.IGNORECASE)
_AFTER_QUALIFIER = re.compile(
    r"\s*(?:\(\s*(?P<in>provisional|estimated|estimate|revised)\s*\)|(?P<or>or more|or fewer|or so)\b|(?P<plus>\+))",
    re.IGNORECASE,
)
_BEFORE_INSTEAD = {"or more": "at least", "+": "at least", "or fewer": "at most", "or so": "about"}  # it is told before
# "page 6", "Table 2", "No. 5", "(a) 3": the number names a thing and counts nothing.
_NAMES_A_THING = re.compile(
    r"\b(?:page|pages|pp?\.|table|tables|figure|fig\.?|section|sections|chapter|note|notes|footnote|item|items|rule|article|appendix|annex|part|volume|"
    r"vol\.|issue|version|no\.|nos\.|number|level|grade|step|stage|class|type|phase|act|route|room|unit|article|form|exhibit|"
    r"chapter|verse|line|day|week|year|season|episode|world war|windows|python|group)\s*(?:\d+\s?(?:[-–—]|to|and|of)\s?)?$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_PLURALS = frozenset("people children men women staff feet mice criteria data persons headcount fte".split())


def numbers(text: str, start: int = 0, end: int | None = None, taken: Sequence[tuple[int, int]] = ()) -> list[Number]:
    """The figures in ``text[start:end]``, in order. ``taken`` are spans that are something else, such as periods."""
    end = len(text) if end is None else end
    found: list[Number] = []
    busy = list(taken)
    # A cell of digits alone is no share in words.
    in_words = _WORD.search(text, start, end)
    for pattern, make in _KINDS if in_words else _KINDS[-1:]:
        for match in pattern.finditer(text, start, end):
            if any(a < match.end() and match.start() < b for a, b in busy):
                continue
            number = make(text, match, start, end)
            if number is not None:
                found.append(number)
                busy.append((match.start(), match.end()))
    return _apart(sorted(found, key=lambda number: number.number_start))


def _apart(found: list[Number]) -> list[Number]:
    """Figures without overlaps: what one figure counts ("12 five-year plans") or is qualified by is not another's."""
    apart: list[Number] = []
    for number in found:
        if apart and number.number_start < apart[-1].end:
            continue
        if apart and number.start < apart[-1].end:
            number = replace(number, start=number.number_start, qualifier="")
        apart.append(number)
    return apart


def word_value(words: str) -> float | None:
    """What a number in words stands for: "thirty-three" is 33, "two hundred and six" is 206."""
    total, current = 0.0, 0.0
    for word in re.split(r"[\s-]+", words.lower()):
        if word in _SMALL:
            current += _SMALL[word]
        elif word == "a":
            current = 1
        elif word == "hundred":
            current = (current or 1) * 100
        elif word != "and":
            return None
    return total + current


def _plain(text: str, match: re.Match[str], start: int, end: int) -> Number | None:
    if match["digits"]:
        digits = re.sub(r"[,\s\u00a0\u202f\u2009]", "", match["digits"])
        value = float(digits)
    else:
        spoken = word_value(match["words"])
        if spoken is None:
            return None
        value = spoken
        if value <= 1 and not (match["scale"] or match["percent"]) and not _OF_SO_MANY.match(text, match.end()):
            return None  # "one of the reasons" counts nothing, "one of the seven targets" does
    if _part_of_a_name(text, match, start):
        return None
    dash = _is_dash(text, match, start)
    number_start = match.start("sign") + 1 if dash else match.start()
    number_end = match.end()
    enclosed = bool(match["open"] and match["close"])
    if match["open"] and not match["close"]:
        number_start = (
            match.start("sign") if match["sign"] else match.start("digits") if match["digits"] else match.start("words")
        )
    if match["close"] and not match["open"]:
        number_end = match.start("close")
    value *= _SCALES.get((match["scale"] or "").lower(), 1.0) if number_end == match.end() else 1.0
    alone = text[start:end].strip()
    enclosed = alone == (match.group().strip() if enclosed else f"({text[number_start:number_end].strip()})")
    if match["currency"] and re.search(r"(?<![\w%)])[-−]$", text[start : match.start()]):
        number_start -= 1
        value = -value  # "-£12"
    elif match["sign"] in ("-", "−") and not dash:
        value = -value
    elif enclosed and match["digits"] and not match["percent"]:
        value = -value  # accounts write a loss as (1,284); in prose brackets are only brackets
    percent = (match["percent"] or "").strip().lower()
    unit = "percentage points" if percent in ("pp", "percentage point", "percentage points") else "%" if percent else ""
    if match["times"] and not unit:
        unit = "times"
    if match["currency"]:
        unit = _CURRENCIES[match["currency"].strip().upper()]
    number_start, number_end = _stripped(text, number_start, number_end)
    number = _with_surroundings(text, start, end, number_start, number_end, value, unit)
    return _top_of_range(text, start, number) if match["digits"] else number


def _top_of_range(text: str, start: int, number: Number) -> Number:
    """ "10-15 minutes" is up to 15 minutes, not 15."""
    lower = re.search(r"(\d+(?:[.,]\d+)*)%?[-–—]$", text[max(start, number.number_start - 16) : number.number_start])
    upper = re.search(r"\d+(?:[.,]\d+)*", text[number.number_start : number.number_end])
    if not lower or not upper or number.qualifier:
        return number
    ends = [each.replace(",", "") for each in (lower.group(1), upper.group())]
    rising = all(each.count(".") < 2 for each in ends) and float(ends[0]) < float(ends[1])
    return replace(number, qualifier="up to") if rising else number


def _is_dash(text: str, match: re.Match[str], start: int) -> bool:
    """Whether what looks like a sign joins two numbers: "10-15 days"."""
    return bool(match["sign"]) and bool(re.search(r"[\d%]$", text[start : match.start("sign")]))


def _part_of_a_name(text: str, match: re.Match[str], start: int) -> bool:
    opening = match.start("sign") + 1 if _is_dash(text, match, start) else match.start()
    closing = match.end("digits") if match["digits"] else match.end("words")
    before, after = text[max(start, opening - 1) : opening], text[closing : closing + 2]
    joined = text[max(start, opening - 2) : opening - 1] if before in ("-", ".") else ""
    if joined.isalnum() and not (before == "-" and joined.isdigit()):
        return True  # COVID-19, but not "10-15"
    if before.isalnum() or before in ("_", "/", "#", ":"):
        return True  # A4, 10/12
    if after[:1].isalpha() and not match["scale"] and not match["times"]:
        return True  # 1st, 3D, but not 2.5x
    if after[:1] in (":", "/", ".") and after[1:].isdigit():
        return True  # 10:30, 24/7, section 3.5.1
    if after[:1] == "-" and after[1:].isalpha() and not match["currency"] and not match["scale"]:
        return bool(re.match(r"-(?:year|month|week|day|hour|minute|page|point|person|bed)", text[closing:]) is None)
    if match["currency"] or match["percent"] or match["scale"] or "," in (match["digits"] or ""):
        return False
    return bool(_NAMES_A_THING.search(text[max(0, opening - 24) : opening]))


def _share(text: str, match: re.Match[str], start: int, end: int) -> Number | None:
    if match["half"]:
        return _with_surroundings(text, start, end, match.start(), match.end(), 50.0, "%")
    spoken = 1.0 if match["n"].lower() == "a" else float(match["n"]) if match["n"].isdigit() else word_value(match["n"])
    value = (spoken or 0) * _FRACTIONS[match["f"].lower()] * 100
    return _with_surroundings(text, start, end, match.start(), match.end(), round(value, 2), "%")


def _one_in(text: str, match: re.Match[str], start: int, end: int) -> Number | None:
    part, whole = (
        float(words.replace(",", "")) if words[0].isdigit() else word_value(words) or 0
        for words in (match["n"], match["d"])
    )
    if not whole or part > whole or (1900 <= whole < 2100 and "," not in match["d"]):
        return None  # "12 in 2019"
    if part > 1 and whole > 12 and whole not in (20, 50, 100, 1000, 10_000, 100_000):
        return None  # "20 out of 66" are two counts
    return _with_surroundings(text, start, end, match.start(), match.end(), round(100 * part / whole, 2), "%")


def _fold(text: str, match: re.Match[str], start: int, end: int) -> Number | None:
    word = match.group().lower()
    value = float(_MULTIPLES.get(word) or (match["n"] if match["n"].isdigit() else _SMALL[match["n"].lower()]))
    return _with_surroundings(text, start, end, match.start(), match.end(), value, "times")


def _with_surroundings(
    text: str, start: int, end: int, number_start: int, number_end: int, value: float, unit: str
) -> Number:
    """The number with the qualifier before or behind it and the noun it counts."""
    opening = number_start
    qualifiers: list[str] = []
    while found := _QUALIFIED.search(text, max(start, opening - 24), opening):
        if found.group().strip().lower() not in _NOT_A_QUALIFIER:
            qualifiers.insert(0, found.group().strip())
        opening = found.start()
    closing = number_end
    if behind := _AFTER_QUALIFIER.match(text, number_end, end):
        words = (behind["in"] or behind["or"] or behind["plus"]).lower()
        qualifiers.append(_BEFORE_INSTEAD.get(words, words))
        closing = behind.end()
    if not unit or unit == "times":
        noun_end, noun = _counted(text, closing, end)
        if not noun and (base := _OF_SO_MANY.match(text, closing)):
            _, noun = _counted(text, base.end(), end)  # "one of the seven targets" counts targets
            noun_end = closing
        if noun and not unit:
            unit, closing = noun, noun_end
            if noun.lower() in _CURRENCY_WORDS:
                unit = _CURRENCY_WORDS[noun.lower()]
    return Number(opening, closing, number_start, number_end, value, unit, " ".join(qualifiers).lower())


def _counted(text: str, at: int, end: int) -> tuple[int, str]:
    """The noun behind a number, up to the first plural within four words: "12 full-time members" counts members."""
    first, here = None, at
    for _ in range(4):
        gap = re.compile(r"[ \u00a0\n-]{1,2}").match(text, here, end)
        word = _WORD.match(text, gap.end(), end) if gap else None
        if not gap or not word or word.group().lower() in COMMON:
            break
        first = gap.end() if first is None else first
        here = word.end()
        lowered = word.group().lower()
        if lowered in _PLURALS or (lowered.endswith("s") and not lowered.endswith(("ss", "us", "is"))):
            return here, text[first:here]
    return at, ""


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


_KINDS = ((_SHARE, _share), (_ONE_IN, _one_in), (_FOLD, _fold), (_NUMBER, _plain))
