"""The scale and unit that a table's words hand down to its cells: under "£ million" a 3.9 is 3,900,000 GBP."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

MONEY = frozenset("GBP USD EUR JPY AUD CAD CHF CNY HKD INR NZD SGD pence cents".split())
DOLLARS = frozenset("AUD CAD HKD NZD SGD".split())  # a cell under "A$m" writes "$"
_SIGNS = {
    "£": "GBP", "€": "EUR", "¥": "JPY", "₹": "INR", "rs": "INR", "rmb": "CNY", "a$": "AUD", "au$": "AUD", "c$": "CAD",
    "ca$": "CAD", "hk$": "HKD", "nz$": "NZD", "s$": "SGD", "us$": "USD", "u.s.$": "USD", "$": "USD",
}  # fmt: skip
_NAMES = {
    "pounds": "GBP", "sterling": "GBP", "euro": "EUR", "euros": "EUR", "u.s. dollars": "USD", "us dollars": "USD",
    "canadian dollars": "CAD", "australian dollars": "AUD", "dollars": "USD", "yen": "JPY", "rupees": "INR",
    "francs": "CHF", "franken": "CHF",
    "pence": "pence", "cents": "cents", "(p)": "pence",
}  # fmt: skip
CODES = frozenset(unit for unit in MONEY if unit.isupper())
_SIGN = (
    "(?:" + "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True) if not sign.isalpha()) + ")"
    r"|\b(?:rs\.?|rmb)(?![a-z])"
)
_MONEY_SAID = re.compile(
    rf"(?P<sign>{_SIGN})|\b(?P<name>{'|'.join(map(re.escape, sorted(_NAMES, key=len, reverse=True)[:-1]))})\b|(?P<p>\(p\))"
    rf"|(?-i:\b[kT]?(?P<code>{'|'.join(sorted(CODES))})(?=m\b|\b))",
    re.IGNORECASE,
)
_SCALES = {
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "crore": 1e7, "lakh": 1e5, "mn": 1e6, "m": 1e6,
    "k": 1e3, "bn": 1e9, "b": 1e9, "000": 1e3, "mio": 1e6,
    "t": 1e3, "tsd": 1e3, "milliers": 1e3, "millionen": 1e6, "mrd": 1e9, "milliards": 1e9,
}  # fmt: skip
_SCALE_SAID = re.compile(
    rf"\b(?P<word>thousand|million|billion|trillion|crore|lakh)s?\b"
    rf"|(?:{_SIGN}|\b(?:{'|'.join(sorted(CODES))}))\s?['’‘]?(?P<short>000|mn|mio|m|k|bn|b)['’‘]?s?\b"
    rf"|['’‘](?P<nought>000)s?\b|\(?\b(?P<alone>000)['’‘]?s\b|\((?:in )?(?P<bracket>m|bn|000)\)"
    r"|\b(?P<abroad>mio|mrd|tsd|milliers|millionen|milliards)\b|\b(?P<before>[kt])(?=€|eur\b)",
    re.IGNORECASE,
)
# "Length (m)" is in metres.
_METRES = re.compile(
    r"\b(?:length|height|width|depth|distance|altitude|elevation|diameter|draught|beam|drop|climb)\b", re.I
)
_AMOUNT = re.compile(
    rf"(?:{_SIGN})\s?(?!000(?:s|\b))\.?\d[\d,.]*(?:\s?(?:thousand|million|billion|m|bn|k)\b)?", re.IGNORECASE
)
_PERCENT = re.compile(r"(?<![\d.])(?<!\d\s)%|\bper ?cent\b(?<!\d per cent)|\bpercentages?\b(?! points?)", re.IGNORECASE)
_POINTS = re.compile(r"\b(?:percentage points?|pp|bps|basis points?)\b", re.IGNORECASE)
_TIME = re.compile(r"\b(?P<unit>(?:working )?(?:days|weeks|months|hours|minutes))\b", re.IGNORECASE)
_TIME_IN = re.compile(
    r"(?:\bin |\()(?P<unit>(?:working )?(?:days|weeks|months|years|hours|minutes))\b|^(?P<alone>(?:working )?(?:days|hours|minutes))$",
    re.IGNORECASE,
)
# "Three months ended", "30–60 days", "within 5 working days" say when, and give no unit.
_COUNTED = re.compile(
    r"(?:\d|\b(?:an?|half|one|two|three|four|five|six|seven|eight|nine|ten|twelve|last|past|next|previous|first|few)\b)[\s+–-]*$",
    re.IGNORECASE,
)
_RUNNING_TIME = re.compile(r"\s*(?:ended|ending|ends?|to|from|old|after|before|ago|period|past due)\b", re.IGNORECASE)
_EXCEPT = re.compile(r"\b(?:except|other than)\b", re.IGNORECASE)

_EACH = re.compile(
    r"\bper\s+(?:(?!cent\b|annum\b)[\w-]+\s+){0,3}?(?:shares?|units?|ads|adr|rsus?|options?|warrants?|stock)\b", re.I
)
_SHARES = re.compile(
    r"\bnumber of (?:[\w-]+ ){0,3}(?:shares|rsus|options|units)\b|\bweighted[- ]average (?:[\w-]+ ){0,4}shares\b"
    r"|\bshares? (?:[\w-]+ ){0,2}(?:used|outstanding|issued|repurchased|purchased|granted|vested|authori[sz]ed|forfeited)\b"
    r"|\b(?:average|outstanding|diluted|basic) shares\b|\btotal shares\b|^\W*(?:common |ordinary )?shares\W*$",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"\W*(?:numbers?|no\.|count|headcount)(?:\W|$)", re.IGNORECASE)
_OF_SHARES = re.compile(r"\b(?:par value|cost|capital|price|value|proceeds|expense|income|payments?)\b", re.IGNORECASE)


@lru_cache(maxsize=4096)  # headers and captions come again with every row
def scale_of(words: str) -> tuple[float, str]:
    """The scale and unit that a caption or header says: "£ million" is (1e6, "GBP"), "(%)" is (1, "%").

    What is said of exceptions is left out: "in millions, except per share data" is (1e6, "").
    """
    words = _AMOUNT.sub(" ", _EXCEPT.split(words, maxsplit=1)[0])
    scale = 1.0
    for match in _SCALE_SAID.finditer(words):
        if match["bracket"] and _METRES.search(words):
            continue
        if match["word"] is None or not _COUNTED.search(words, 0, match.start()):
            scale = _SCALES[next(group for group in match.groups() if group).lower()]
            break
    return scale, money_of(words) or _share(words) or _time(words, _TIME_IN) or _time(words, _TIME)


def handed_down(header: str, label: str, sections: Sequence[str] = (), around: Sequence[str] = ()) -> tuple[float, str]:
    """Scale and unit of a cell, from its column's header, its row's label, the label's own headers (outermost first)
    and the words around the table (nearest first), each heard only where none nearer says it.

    What is per share is never in millions; numbers of shares are what the exception of a unit line makes of them.
    """
    own = [_of_label(label), scale_of(header), scale_of(label), *map(_of_label, reversed(sections))]
    near = (label, header) if own[0][1] else (label, header, *reversed(sections))  # "Wait (days)" is in days anywhere
    outer = [scale_of(words) for words in around]
    counted = next((kind for kind in map(_kind, near) if kind), "")
    if counted == "each":
        return 1.0, _first(unit for _, unit in own + outer if unit in MONEY)
    if counted == "shares":
        said = (*(scale for scale, _ in own if scale != 1.0), *map(_scale_of_shares, around))
        return next((scale for scale in said if scale), 1.0), "shares"
    if "%" in (own[0][1], own[1][1]):
        return 1.0, "%"
    if counted == "number":  # "£ thousand" is not said of it, "in thousands" is
        scales = [scale for scale, _ in own] + [scale for scale, unit in outer if unit not in MONEY]
        return next((scale for scale in scales if scale != 1.0), 1.0), ""
    every = own + outer
    at = next((i for i, (_, unit) in enumerate(every) if unit), len(every))
    unit = every[at][1] if at < len(every) else ""
    if unit == "%":
        return 1.0, unit
    # Days in a table "in thousands" of pounds are days.
    heard = every if unit in MONEY or not unit else every[: at + 1]
    return next((scale for scale, _ in heard if scale != 1.0), 1.0), unit


def _first(units: Iterable[str]) -> str:
    return next(iter(units), "")


@lru_cache(maxsize=4096)
def _kind(words: str) -> str:
    """Whether a label or header is about money for each share, numbers of shares, or numbers of something else."""
    words = _EXCEPT.split(words, maxsplit=1)[0]
    if _SHARES.search(words) and not _OF_SHARES.search(words):
        return "shares"
    return "each" if _EACH.search(words) else "number" if _NUMBERS.match(words) else ""


def _scale_of_shares(words: str) -> float | None:
    """What a unit line makes of numbers of shares; None where it says nothing of any scale."""
    said, *excepted = _EXCEPT.split(words, maxsplit=1)
    if excepted and (match := re.search(r"(?<!per )\bshares?\b(?! (?:and )?per share)?", excepted[0], re.IGNORECASE)):
        return scale_of(excepted[0][match.start() :])[0]
    scale = scale_of(said)[0]
    return scale if scale != 1.0 else None


@lru_cache(maxsize=4096)
def money_of(words: str) -> str:
    """The currency that words, a sign or a code say first: "Canadian dollars" and "C$" are "CAD"; "" where none does."""
    match = _MONEY_SAID.search(words)
    if not match:
        return ""
    if match["code"]:
        return match["code"]
    if match["p"] or match["name"]:
        return _NAMES[(match["p"] or match["name"]).lower()]
    return _SIGNS[match["sign"].lower().rstrip(".")]


def _share(words: str) -> str:
    if match := _POINTS.search(words):
        return "bps" if match.group()[0].lower() == "b" else "percentage points"
    return "%" if _PERCENT.search(words) else ""


@lru_cache(maxsize=4096)
def _of_label(words: str) -> tuple[float, str]:
    """What the header of the labels says of the values: "(In thousands)", "£m"; "Month" says nothing of them."""
    scale, _ = scale_of(words)
    words = _EXCEPT.split(words, maxsplit=1)[0]
    return scale, (money_of(words) or _share(words) or _time(words, _TIME_IN))


def _time(words: str, pattern: re.Pattern[str]) -> str:
    for match in pattern.finditer(words):
        if not _COUNTED.search(words, 0, match.start()) and not _RUNNING_TIME.match(words, match.end()):
            return next(group for group in match.groups() if group).lower()
    return ""
