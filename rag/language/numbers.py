"""Figures in text: values with scale, unit and qualifier, told apart from years, page numbers and other numbers.

"more than 33,000 leads" is the figure 33000 with qualifier "more than" and unit "leads"; offsets are into the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.language.tokens import COMMON
from rag.language.units import CODES, MONEY, money_of


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
    "dozen": 12, "hundred": 1e2, "thousand": 1e3, "k": 1e3, "tsd": 1e3, "lakh": 1e5, "million": 1e6, "millionen": 1e6,
    "mio": 1e6, "mln": 1e6, "mn": 1e6, "mm": 1e6, "m": 1e6, "crore": 1e7, "billion": 1e9, "milliarden": 1e9,
    "milliard": 1e9, "mrd": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12, "tn": 1e12,
}  # fmt: skip
_MONEY_BEHIND = re.compile(
    r"\.?\s(?:(?:US|U\.S\.|Canadian|Australian|Swiss|Indian|Japanese)\s)?(?P<unit>(?:d['’])?(?:pounds|sterling|dollars|euros?|pence|cents|yen|rupees|francs|franken)\b)",
    re.IGNORECASE,
)
_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_SMALL = {word: value for value, word in enumerate(_UNITS)} | _TENS
_MULTIPLES = {"halved": 0.5, "doubled": 2, "double": 2, "twice": 2, "trebled": 3, "tripled": 3, "quadrupled": 4,
              "twofold": 2, "threefold": 3, "fourfold": 4, "fivefold": 5, "sixfold": 6, "sevenfold": 7, "eightfold": 8,
              "ninefold": 9, "tenfold": 10}  # fmt: skip
_PARTS = "half third quarter fifth sixth seventh eighth ninth tenth".split()
_FRACTIONS = dict(zip(_PARTS, (1 / each for each in (2, 3, 4, 5, 6, 7, 8, 9, 10)), strict=True))
_FRACTIONS |= {f"{name}s": value for name, value in _FRACTIONS.items() if name != "half"}

_WORD_NUMBER = "|".join(sorted(_SMALL, key=len, reverse=True))
_BELOW_A_HUNDRED = rf"(?:(?:{'|'.join(_TENS)})[-\s](?:{'|'.join(_UNITS[1:10])})\b|(?:{_WORD_NUMBER}))"
_BELOW_A_THOUSAND = rf"(?:(?:{_BELOW_A_HUNDRED}|a)\s+hundred(?:\s+and\s+{_BELOW_A_HUNDRED})?|{_BELOW_A_HUNDRED})"
_IN_WORDS = (
    rf"{_BELOW_A_THOUSAND}\s+thousand\s+(?:and\s+)?{_BELOW_A_THOUSAND}|{_BELOW_A_HUNDRED}\s+and\s+a\s+half"
    rf"|a\s+hundred\s+and\s+{_BELOW_A_HUNDRED}|{_BELOW_A_HUNDRED}(?:\s+hundred(?:\s+and\s+{_BELOW_A_HUNDRED})?)?"
    r"|half\s+a(?=\s+(?:million|billion|dozen|percentage|per\ ?cent)\b)|a\s+quarter\s+of\s+a(?=\s+(?:million|billion)\b)"
    r"|a(?=\s+(?:hundred|thousand|million|billion|dozen)\b)"
)
_QUALIFIERS = (
    "no more than|not more than|no fewer than|no less than|not less than|not fewer than|more than|fewer than|less than|"
    "greater than|higher than|lower than|just over|just under|just above|just below|well over|well under|slightly over|"
    "slightly under|a little over|a little under|at least|at most|as many as|as few as|as much as|as little as|up to|"
    "close to|nearly|almost|about|around|approximately|approx\\.?|roughly|some|over|under|above|below|an estimated|"
    "estimated|circa|ca\\.|c\\.|only|exactly|a provisional|provisionally|provisional|a preliminary|preliminary|a projected|"
    "projected|a minimum of|a maximum of|upwards of|in the region of|a record|a total of|in excess of|plus or minus|"
    "\\+/[-−]|~|>|<|≥|≤|≈|±"
)
_NOT_A_QUALIFIER = {"only", "a record", "a total of", "exactly"}  # they are kept in the span, not in the meaning
_SAID_SHORTER = {"plus or minus": "±", "+/-": "±", "+/−": "±"}
_SPACES = "\u00a0\u202f\u2009"
_ENGLISH = (
    rf"\d{{1,3}}(?:[,{_SPACES}'’]\d{{3}})+(?!\d)(?:\.\d+)?|\d{{1,2}}(?:,\d{{2}})+,\d{{3}}(?!\d)(?:\.\d+)?"
    r"|\d{1,3}(?:\ \d{3})+(?!\d)|\d+(?:\.\d+)?[½¼¾]?|\.\d+|[½¼¾]"
)
_CONTINENTAL = rf"\d{{1,3}}(?:[.{_SPACES}\ '’]\d{{3}})+(?!\d)(?:,\d+)?|\d+(?:,\d+)?"
_VULGAR = {"½": 0.5, "¼": 0.25, "¾": 0.75}
# Lengths, where a bare "25m" would be 25 million.
_LENGTH = r"(?:long|high|wide|deep|tall|away|from|race|sprint|pool|swim|track)\b"
_MANY = r"(?:people|users|visitors|visits|customers|households|homes|tonnes|pounds|euros)\b"


def _numbers_of(digits: str) -> re.Pattern[str]:
    """What finds numbers whose digits are grouped in one way."""
    return re.compile(
        rf"""
        (?=[\d£$€¥₹.(+−–½¼¾-]|\b[a-z])
        (?P<currency>(?:(?:US|U\.S\.|AU|CA|HK|NZ|[ACS])?\$|[£€¥₹]|\b(?:{"|".join(sorted(CODES))})|\brs\b\.?)\s?)?
        (?P<open>\(\s?)?(?P<sign>[-−–+](?=[\d.])|(?<!or\s)\bminus\s(?=\d))?
        (?:(?P<digits>{digits})|(?P<words>\b(?:{_IN_WORDS})\b))
        (?P<close>\))?
        (?:[\s-]?(?P<scale>(?:thousand|million|billion|trillion|milliard|crore|lakh)s?|millionen|milliarden|dozen|bn|mn|tn
          |mio|mrd|mln|tsd|hundred
          |(?(currency)(?:mm|[kmb])|(?:(?<![\s-])[kmb](?!\s{_LENGTH})|(?<=\s)m(?=\s{_MANY}))))(?!\w))?
        (?(currency)|(?P<behind>\.?(?:\s|\sd['’])?(?:€|¢|(?:{"|".join(sorted(CODES))})\b)(?!\s?\d)|(?<=\d)p\b)?)
        (?P<percent>\s?(?:%|per\ ?cent\b|prozent\b|pc\b|-?percentage[\s-]points?\b|ppt?\b|basis\ points?\b|bps?\b))?
        (?P<times>[x×](?!\w|\s*\d))?
        """,
        re.VERBOSE | re.IGNORECASE,
    )


_NUMBER = _numbers_of(_ENGLISH)
_NUMBER_ABROAD = _numbers_of(_CONTINENTAL)
# Which way a text groups its digits is asked only where it matters: "33.000", "3,5".
_TWO_WAYS = re.compile(r"\d\.\d{3}(?!\d)|\d,\d{1,2}(?![\d,])")
_ONLY_ABROAD = re.compile(r"\d\.\d{3},\d|\d\.\d{3}\.\d{3}(?![.\d])|€\s?\d{1,3}(?:\.000)+(?!\d)")
_SPEAKS_ENGLISH = re.compile(r"\b(?:the|of|and|to|were|was|for|with|by|is|are|in)\b", re.IGNORECASE)
_FROM_ABROAD = re.compile(
    r"\b(?:der|das|und|wurden|wurde|für|wir|von|auf|les|des|une|est|dans|het|een|van|il|della|los|las)\b"
    r"|\d,\d{1,2}\s?(?:€|EUR|%|Mio|Mrd|Euro|Prozent)|^\d+\.\d{3}\s(?:[A-ZÄÖÜ][\w-]+|€)",
    re.IGNORECASE,
)
_WORTH_A_LOOK = re.compile(
    rf"[\d½¼¾]|\b(?:{'|'.join(_SMALL)}|hundred|thousand|million|dozen|half|quarter|third|{'|'.join(_MULTIPLES)})",
    re.IGNORECASE,
)
_FOLD = re.compile(
    rf"\b(?:{'|'.join(each for each in _MULTIPLES if each != 'double')}|double(?=\s+(?:the|that|those|what|its|our|their)\b)"
    rf"|(?<=to\s)double|(?P<n>\d+|{_WORD_NUMBER})[-\s]?fold)\b(?![-\s]+(?:room|glazing|digit|check)|-)",
    re.IGNORECASE,
)
_SHARE = re.compile(
    rf"\b(?P<n>a|{_WORD_NUMBER}|\d+)[\s-](?P<f>(?:{'|'.join(_PARTS[1:])})s?|half)\b(?!\s+of\s+a\s+(?:million|billion)\b)"
    r"|(?<!\bfirst\s)(?<!\bsecond\s)(?<!\blatter\s)(?<!\bother\s)(?<!\blast\s)(?<!\band\sa\s)(?<![-\w])(?P<half>half)\b"
    r"(?![-\w])(?!\s+an?\b)",
    re.IGNORECASE,
)
_OF_IT = re.compile(r"\s+of\b", re.IGNORECASE)
_OF_ITS_OWN = re.compile(r"\s+(?:of|the|our|its|their|all|these|those)\b", re.IGNORECASE)
_BY = re.compile(rf"\b(?:by|{_QUALIFIERS})\s+$", re.IGNORECASE)
_RATIO = re.compile(
    r"\bratio\b[^.;\d]{0,30}?(?P<whole>(?P<a>\d+(?:\.\d+)?)(?::|\s?:\s|\sto\s)(?P<b>\d+(?:\.\d+)?))(?![\d:])",
    re.IGNORECASE,
)
_ONE_IN = re.compile(
    rf"(?<![\d.,])\b(?P<n>{_WORD_NUMBER}|\d+)\s+(?:in|out of)\s+(?:every\s+)?(?P<d>{_WORD_NUMBER}|\d+(?:,\d{{3}})*)\b(?!\s?%|[.,]\d)",
    re.IGNORECASE,
)
_QUALIFIED = re.compile(rf"(?:\b|(?<=\s)|^)(?:{_QUALIFIERS})\s*$", re.IGNORECASE)
_OF_SO_MANY = re.compile(rf"\s+of\s+(?:the\s+|our\s+|its\s+|all\s+)?(?:{_WORD_NUMBER}|\d+)\b", re.IGNORECASE)
_AFTER_QUALIFIER = re.compile(
    r"\s*(?:\(\s*(?P<in>provisional|estimated|estimate|revised)\s*\)"
    r"|(?P<or>or more|or fewer|or less|or so|or above|or over|and above|and over|or under|or below|and under)\b|(?P<plus>\+))",
    re.IGNORECASE,
)
_BEFORE_INSTEAD = {
    "or more": "at least", "+": "at least", "or above": "at least", "or over": "at least", "and above": "at least",
    "and over": "at least", "or fewer": "at most", "or less": "at most", "or under": "at most", "or below": "at most",
    "and under": "at most", "or so": "about",
}  # fmt: skip  # it is told before
# "page 6", "Table 2", "No. 5", "(a) 3": the number names a thing and counts nothing.
_LISTED = r"\d[\d.]*"
_NAMES_A_THING = re.compile(
    r"\b(?:(?:page|pp?\.|table|figure|fig\.?|section|chapter|note|footnote|item|rule|article|appendix|annex|part|volume|"
    r"vol\.|issue|version|no\.|number|level|grade|step|stage|class|type|phase|act|route|room|unit|form|exhibit|"
    r"verse|line|day|week|year|season|episode|world war|windows|python|group|paragraph|para\.?|clause|recommendation|"
    r"objective|principle|regulation|resolution|cohort|tier|scope|category|registered charity|"
    # "We schedule 40 visits", "in each ward 12 beds": written small, these count.
    r"(?-i:Schedule|Question|Goal|Option|Priority|Wave|Slide|Ward|Gate|Platform|Junction|Band|Reference|Error|Box))"
    rf"\s*(?:{_LISTED}\s?(?:[-–—]|to|and|of)\s?)?"
    r"|(?:pages|tables|figures|sections|chapters|notes|items|articles|paragraphs|clauses|recommendations|questions|"
    rf"nos\.|pp\.|scope|goals|objectives|principles|grades|levels|phases)\s*(?:{_LISTED}(?:,\s?|\s?(?:[-–—]|to|and|or|&)\s?)){{0,4}})$",
    re.IGNORECASE,
)
# Numbers that are telephones, addresses, times of day, standards, marks of a list or of a footnote.
_NO_FIGURE = re.compile(
    r"""(?=[\d(+A-Z]|(?<=://))(?:(?<![\d.,'’])(?<!\d\s)(?:\+\d[\d\ ()-]{7,}\d|\(?0\d{2,4}\)?[\ -]\d{3,4}(?:[\ -]\d{3,4})?(?!\d)|0\d+(?![.,]?\d)
      |(?:1-\d{3}-|\(\d{3}\)\s?|\d{3}-)\d{3}-\d{4}
      |\d{1,2}(?:[.:]\d\d)?\s?[ap]\.?m\b
      |\d{1,4}\s(?:[A-Z][a-z]+\s){1,3}(?:Street|Road|Avenue|Lane|Drive|Square|Place|Close|Terrace|Boulevard|Crescent)\b
      |\d+\([a-z]\)(?:\(\d+\))*)
    |^\d{1,2}(?:\.\d{1,2})+\s+(?=[A-Z][a-z])(?!Mi|Prozent|Million|Billion)|^\d{1,2}[.)]\s+(?=[^\W_]|[$£€])
    |^\(\d{1,2}\)\s+(?=[^\W_]|[$£€])(?![mb]illion|thousand|per|bps?\b|basis|ppt?\b)
    |(?<=[\w)])\(\d{1,2}\)|(?<=[a-z,;]\s)\([1-9]\)(?!\s?%)
    |(?<=\bper\s)\d[\d,]*|(?<=,\s[A-Z]{2}\s)\d{5}\b|(?<=ISBN\s)[\d-]+|(?<=://)\S+
    |\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\s\d{1,2}\b
      (?!\s(?:people|[a-z-]+s)\b|[,.%]?\d|%)|(?<![\d.,])\d{1,2}\s(?=(?:January|February|March|April|June|July|August|September
      |October|November|December)\b|May\b)
    |\bRule\s\d+[a-z]?-\d+|\b(?:ISO|IEC|EN|BS|IFRS|IAS|FRS|IFRIC|ASC|ASU|SOC|WCAG|TLS|HTTP|RFC|SDG|FTSE|Fortune|Russell|S&P)\s\d+(?:[-.:]\d+)*)""",
    re.VERBOSE,
)
_HYPHENED = re.compile(r"-(?P<unit>year|month|week|day|hour|minute|page|point|person|bed)s?\b", re.IGNORECASE)
# Measures that are written as signs; their case tells them from scales.
_MEASURE = re.compile(r"[ \u00a0]?(?P<unit>km²?|kg|m²|[kMGT]Wh?|[MGT]B|ha|°C|tCO2e|mph|mg|ml|cm|mm)(?!\w)")
_NOUN_ABROAD = re.compile(r"\s[A-ZÄÖÜ][a-zäöüß]+\b")  # its plural has no one ending, and it begins with a capital
_LENGTH_BEHIND = re.compile(rf"m\s{_LENGTH}")
_JOINS = re.compile(r"\s?[-–—]\s?|\s+to\s+|\s+and\s+")
_BETWEEN = re.compile(rf"\bbetween\s+(?:(?:{_QUALIFIERS})\s+)?$", re.IGNORECASE)
_MOVED = re.compile(
    r"\b(?:by|up|down|rose|risen|fell|fallen|grew|grown|increased|decreased|dropped|reduced|moved|went)(?:\s+by)?\s+$",
    re.IGNORECASE,
)
_MOVED_FROM = re.compile(r"\bfrom\s+$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_PLURALS = frozenset("people children men women staff feet mice criteria data persons headcount fte".split())


def numbers(text: str, start: int = 0, end: int | None = None, taken: Sequence[tuple[int, int]] = ()) -> list[Number]:
    """The figures in ``text[start:end]``, in order. ``taken`` are spans that are something else, such as periods."""
    end = len(text) if end is None else end
    found: list[Number] = []
    if not _WORTH_A_LOOK.search(text, start, end):
        return found
    # A cell of digits alone is no share in words, no telephone, and no mark but one behind a figure.
    in_words = _WORD.search(text, start, end)
    busy = list(taken)
    if in_words or "(" in text:
        busy += [match.span() for match in _NO_FIGURE.finditer(text, start, end)]
    kinds = _KINDS_ABROAD if _is_from_abroad(text) else _KINDS
    for pattern, make in kinds if in_words else kinds[-1:]:
        for match in pattern.finditer(text, start, end):
            if any(a < match.end() and match.start() < b for a, b in busy):
                continue
            number = make(text, match, start, end)
            if number is not None:
                found.append(number)
                busy.append((match.start(), match.end()))
    return _in_ranges(text, start, _apart(sorted(found, key=lambda number: number.number_start)))


def _is_from_abroad(text: str) -> bool:
    """Whether the text parts thousands with points and decimals with commas, as far as that matters."""
    if not _TWO_WAYS.search(text):
        return False
    return bool(_ONLY_ABROAD.search(text) or (_FROM_ABROAD.search(text) and not _SPEAKS_ENGLISH.search(text)))


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


def _in_ranges(text: str, start: int, found: list[Number]) -> list[Number]:
    """The figures, the ends of a range marked as such: "3 to £4 million" is at least 3 million and up to 4 million."""
    for at, (low, high) in enumerate(pairwise(found)):
        joined = _JOINS.fullmatch(text, low.number_end, high.number_start)
        if not joined or not (low.unit in ("", high.unit) or (low.unit in MONEY and not high.unit)):
            continue
        opening = max(start, low.start - 32)
        moved = _MOVED.search(text, opening, low.start)
        if moved or ("and" in joined.group() and not _BETWEEN.search(text, opening, low.start)):
            continue
        low = _as_the_other(text, low, high)
        if low.unit in MONEY and not high.unit:
            high = replace(high, unit=low.unit)  # "£1.2–1.4 million"
        if low.value < high.value and not _MOVED_FROM.search(text, opening, low.start):
            low = replace(low, qualifier=low.qualifier or "at least")
            high = replace(high, qualifier=high.qualifier or "up to")
        found[at : at + 2] = low, high
    return found


def _as_the_other(text: str, low: Number, high: Number) -> Number:
    """The lower end with the scale and the sign that only the upper end bears: "10 to 15 per cent"."""
    own, other = (_NUMBER.match(text, each.number_start, each.number_end) for each in (low, high))
    scale = _SCALES.get(_scale_word(other), 1.0) if other and own and not own["scale"] else 1.0
    if other and (other["words"] or "").endswith("hundred") and low.value < 10:
        scale *= 100  # "two to three hundred"
    unit = high.unit if other and (other["percent"] or other["currency"]) else low.unit
    value = low.value * scale if low.value * scale < high.value else low.value
    return replace(low, value=value, unit=unit)


def _scale_word(match: re.Match[str]) -> str:
    word = (match["scale"] or "").lower()
    return word if word in _SCALES else word.removesuffix("s")


def word_value(words: str) -> float | None:
    """What a number in words stands for: "thirty-three" is 33, "two hundred and six" is 206."""
    said = " ".join(re.split(r"[\s-]+", words.lower()))
    if said in ("half a", "a quarter of a"):
        return 0.5 if said == "half a" else 0.25
    whole = said.removesuffix(" and a half")
    total, current = 0.5 if whole != said else 0.0, 0.0
    for word in whole.split(" "):
        if word in _SMALL:
            current += _SMALL[word]
        elif word == "a":
            current = 1
        elif word == "hundred":
            current = (current or 1) * 100
        elif word == "thousand":
            total, current = total + (current or 1) * 1000, 0.0
        elif word != "and":
            return None
    return total + current


def _plain(text: str, match: re.Match[str], start: int, end: int) -> Number | None:
    if match["digits"]:
        value = _digits_value(match)
    else:
        spoken = word_value(match["words"])
        if spoken is None:
            return None
        value = spoken
        if value <= 1 and not (match["scale"] or match["percent"]) and not _OF_SO_MANY.match(text, match.end()):
            counts_none = (
                value == 0
                and text[match.end() : match.end() + 1] == " "
                and _counted(text, match.end(), end)[1]
                and not text[: match.start()].lower().endswith("net ")
            )
            if not counts_none:
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
    value *= _SCALES.get(_scale_word(match), 1.0) if number_end == match.end() else 1.0
    alone = text[start:end].strip()
    in_accounts = enclosed and bool(match["currency"] or match["percent"])  # "$(0.5) million", "(1.2)%"
    enclosed = alone == (match.group().strip() if enclosed else f"({text[number_start:number_end].strip()})")
    if match["currency"] and re.search(r"(?<![\w%)])[-−]$", text[start : match.start()]):
        number_start -= 1
        value = -value  # "-£12"
    elif (match["sign"] and match["sign"] != "+" and not dash) or in_accounts:
        value = -value
    elif enclosed and match["digits"] and not match["percent"]:
        value = -value  # accounts write a loss as (1,284); in prose brackets are only brackets
    unit = _unit_beside(match)
    number_start, number_end = _stripped(text, number_start, number_end)
    number = _with_surroundings(text, start, end, number_start, number_end, value, unit)
    if not number.unit and (match.re is _NUMBER_ABROAD or "'" in (match["digits"] or "")):
        noun = _NOUN_ABROAD.match(text, number.end, end)
        number = replace(number, end=noun.end(), unit=noun.group().strip()) if noun else number
    return _top_of_range(text, start, number) if match["digits"] else number


def _digits_value(match: re.Match[str]) -> float:
    digits = re.sub(rf"[\s{_SPACES}'’]", "", match["digits"])
    part = _VULGAR.get(digits[-1], 0.0)
    digits = digits.rstrip("½¼¾")
    # A number from abroad has its point where others have a comma.
    if match.re is _NUMBER_ABROAD:
        digits = digits.replace(".", "").replace(",", ".")
    return float(digits.replace(",", "") or 0) + part


def _unit_beside(match: re.Match[str]) -> str:
    """The unit that a sign beside the digits gives: a currency, a share, so many times."""
    if match["currency"]:
        return money_of(match["currency"].strip().upper())
    if match["behind"]:
        sign = match["behind"].strip(" .'’\u00a0")
        return {"p": "pence", "¢": "cents"}.get(sign.lower()) or money_of(sign.upper())
    percent = (match["percent"] or "").strip().lower()
    if percent.startswith("b"):
        return "bps"
    if percent.startswith("pp") or "point" in percent:
        return "percentage points"
    return "%" if percent else "times" if match["times"] else ""


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
    before = text[start : match.start("sign")].rstrip() if match["sign"] == "–" else text[start : match.start("sign")]
    return match["sign"] in ("-", "−", "–", "+") and before[-1:] in tuple("0123456789%")


def _part_of_a_name(text: str, match: re.Match[str], start: int) -> bool:
    opening = match.start("sign") + 1 if _is_dash(text, match, start) else match.start()
    closing = match.end("digits") if match["digits"] else match.end("words")
    before, after = text[max(start, opening - 1) : opening], text[closing : closing + 2]
    joined = text[max(start, opening - 2) : opening - 1] if before in ("-", ".") else ""
    if joined.isalnum() and not (before == "-" and joined.isdigit()):
        return True  # COVID-19, but not "10-15"
    if before.isalnum() or before in ("_", "/", "#", ":"):
        return True  # A4, 10/12
    if after[:1].isalpha() and not (match["scale"] or match["times"] or match["percent"] or match["behind"]):
        # 1st, 3D, but not 2.5x, 12km, 25m long
        return not (_MEASURE.match(text, closing) or _LENGTH_BEHIND.match(text, closing))
    if after[:1] in (":", "/", ".") and after[1:].isdigit():
        return True  # 10:30, 24/7, section 3.5.1
    if after[:1] == "-" and after[1:].isalpha() and not (match["currency"] or match["scale"] or match["percent"]):
        return _HYPHENED.match(text, closing) is None
    if match["currency"] or match["percent"] or match["scale"] or match["behind"] or "," in (match["digits"] or ""):
        return False
    return bool(_NAMES_A_THING.search(text[max(0, opening - 32) : opening]))


def _share(text: str, match: re.Match[str], start: int, end: int) -> Number | None:
    said_of = (_OF_ITS_OWN if match["half"] else _OF_IT).match(text, match.end(), end)
    if not said_of and not _BY.search(text, max(0, match.start() - 24), match.start()):
        return None  # "a third party", "in a quarter"
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


def _ratio(text: str, match: re.Match[str], start: int, end: int) -> Number | None:
    if not float(match["b"]):
        return None
    value = round(float(match["a"]) / float(match["b"]), 4)
    return Number(
        match.start("whole"), match.end("whole"), match.start("whole"), match.end("whole"), value, "times", ""
    )


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
            said = found.group().strip()
            qualifiers.insert(0, _SAID_SHORTER.get(said.lower(), said))
        opening = found.start()
    closing = number_end
    behind = _AFTER_QUALIFIER.match(text, number_end, end)
    if behind:
        closing = behind.end()
    if not unit and (beside := _HYPHENED.match(text, number_end, end) or _MEASURE.match(text, number_end, end)):
        unit, closing = beside["unit"], beside.end()
        unit = f"{unit.lower()}s" if beside.re is _HYPHENED else unit
    if not unit and (money := _MONEY_BEHIND.match(text, number_end, end)):
        unit, closing = money_of(money.group()), money.end()
    if not unit or unit == "times":
        noun_end, noun = _counted(text, closing, end)
        if not noun and (base := _OF_SO_MANY.match(text, closing)):
            _, noun = _counted(text, base.end(), end)  # "one of the seven targets" counts targets
            noun_end = closing
        if noun and not unit:
            unit, closing = noun, noun_end
            unit = noun
            behind = behind or _AFTER_QUALIFIER.match(text, closing, end)  # "18 weeks or less"
            closing = behind.end() if behind and behind.start() >= noun_end else closing
    if behind:
        words = (behind["in"] or behind["or"] or behind["plus"]).lower()
        qualifiers.append(_BEFORE_INSTEAD.get(words, words))
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


_IN_OTHER_WORDS = ((_SHARE, _share), (_ONE_IN, _one_in), (_FOLD, _fold), (_RATIO, _ratio))
_KINDS = (*_IN_OTHER_WORDS, (_NUMBER, _plain))
_KINDS_ABROAD = (*_IN_OTHER_WORDS, (_NUMBER_ABROAD, _plain))
