"""Excel's number formats: the text a person sees in a cell that holds a value. Knows no file.

Where the screen is ambiguous the text is not: a day in digits is written 2026-06-12, a year in full, and a negative
number that is only red gets its minus sign.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

Value = str | float | bool

_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)"? | \\(?P<escaped>.) | _(?P<space>.) | \*(?P<fill>.)
  | \[(?P<elapsed>h+|m+|s+)\] | \[\$(?P<currency>[^\]-]*)[^\]]*\] | \[(?P<op><=|>=|<>|<|>|=)(?P<bound>-?[\d.]+)\]
  | \[(?P<colour>[^\]]*)\]
  | (?P<general>general) | (?P<half>am/pm|a/p) | (?P<exponent>e[+-])
  | (?P<date>y+|m+|d+|h+|s+) | (?P<digit>[0#?]) | (?P<point>\.) | (?P<comma>,) | (?P<percent>%) | (?P<text>@)
  | (?P<slash>/) | (?P<char>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_LITERALS = {"quoted", "escaped", "char", "currency"}
_BETWEEN_DATES = frozenset("/-., 年月日")  # what stands between day, month and year
_SECONDS_A_DAY = 86_400
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class _Section:
    """One of the parts between semicolons: what it prints, and for which values."""

    tokens: tuple[_Token, ...]
    test: tuple[str, float] | None
    red: bool  # it has a colour, which may be all that marks a number as negative

    def has(self, *kinds: str) -> bool:
        return any(token.kind in kinds for token in self.tokens)

    @property
    def is_date(self) -> bool:
        """Whether it prints a date or time; a letter behind digits ("0 m") is only a letter."""
        for token in self.tokens:
            if token.kind in {"date", "elapsed"}:
                return True
            if token.kind == "digit":
                return False
        return False


@lru_cache(maxsize=200_000, typed=True)  # typed: 1, 1.0 and True are the same key otherwise
def shown(value: Value, code: str, epoch: datetime = WINDOWS_EPOCH) -> str:
    """The value as the format shows it; dates are days since the epoch, as Excel stores them."""
    sections = _sections(code or "General")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return _words(value, sections)
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    section, signed = _chosen(sections, value)
    if section is None:
        return general(value)
    if section.is_date:
        return _date(section.tokens, value, epoch)
    if not section.tokens:
        return ""  # ";;;" and "0;-0;;@" hide what they do not print
    if section.has("text") and not section.has("digit"):
        return "".join(general(value) if token.kind == "text" else _literal(token) for token in section.tokens).strip()
    text = _number(section.tokens, abs(value))
    return f"-{text}" if signed and re.search(r"[1-9]", text) else text


def general(value: float) -> str:
    """A number as the format General shows it: at most eleven characters of a fraction, no noise, no exponent."""
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    size = abs(value)
    if size >= 1e21 or size < 1e-9:
        return f"{value:.5E}"
    if size < 1e-4:
        return _plain(Decimal(f"{value:.5g}"))
    whole = len(str(int(size)))
    return _plain(_rounded(value, max(0, 10 - whole)))


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def _rounded(value: float, decimals: int) -> Decimal:
    """Half away from zero, from the fifteen digits that Excel keeps."""
    return Decimal(f"{value:.15g}").quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


# --- sections ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=10_000)
def _sections(code: str) -> tuple[_Section, ...]:
    parts: list[list[_Token]] = [[]]
    tests: list[tuple[str, float] | None] = [None]
    colours = [False]
    for found in _TOKEN.finditer(code):
        kind = found.lastgroup or "char"
        if kind == "bound":
            tests[-1] = (found["op"], float(found["bound"]))
        elif kind == "colour":
            colours[-1] = True
        elif kind == "char" and found[0] == ";":
            parts.append([])
            tests.append(None)
            colours.append(False)
        elif kind == "space":
            parts[-1].append(_Token("quoted", " "))
        elif kind != "fill":
            parts[-1].append(_Token(kind, found[kind]))
    return tuple(
        _Section(tuple(tokens), test, colour) for tokens, test, colour in zip(parts, tests, colours, strict=True)
    )


def _chosen(sections: tuple[_Section, ...], value: float) -> tuple[_Section | None, bool]:
    """The section for a number, and whether the minus sign is still to be written."""
    numeric = sections[:3]
    if any(section.test for section in numeric):
        for section in numeric:
            if section.test is None or _passes(value, *section.test):
                only_negative = section.test is not None and section.test[0] in "<=" and section.test[1] <= 0
                return section, value < 0 and not only_negative
        return None, False
    if len(numeric) == 1 or (value < 0 and len(numeric) < 2):
        return numeric[0], value < 0
    if value < 0:
        unmarked = numeric[1].red and not any(token.text in {"-", "(", "−"} for token in numeric[1].tokens)
        return numeric[1], unmarked
    return (numeric[2] if value == 0 and len(numeric) > 2 else numeric[0]), False


def _passes(value: float, op: str, bound: float) -> bool:
    return {
        "<": value < bound,
        "<=": value <= bound,
        ">": value > bound,
        ">=": value >= bound,
        "=": value == bound,
        "<>": value != bound,
    }[op]


def _words(value: str, sections: tuple[_Section, ...]) -> str:
    """A text in its section: the fourth, or the one that has an "@"."""
    section = sections[3] if len(sections) > 3 else next((s for s in sections if s.has("text")), None)
    if section is None or not section.has("text"):
        return value
    return "".join(value if token.kind == "text" else _literal(token) for token in section.tokens)


def _literal(token: _Token) -> str:
    return token.text if token.kind in _LITERALS or token.kind in {"slash", "date", "half"} else ""


# --- numbers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Plain:
    """A format whose digits stand together, as nearly all do."""

    before: str
    behind: str
    least: int  # digits before the point
    grouped: bool
    decimals: int
    kept: int  # of these, those that are shown though they are zeros
    factor: float


_SHAPE = re.compile(
    r"(?P<before>[xp]*)(?P<whole>[d,]*d)?(?P<scale>,*)(?:\.(?P<decimals>d*)(?P<late>,*))?(?P<behind>[xp]*)"
)
_SHAPES = {"digit": "d", "comma": ",", "point": ".", "percent": "p", "quoted": "x", "escaped": "x", "char": "x"} | {
    "currency": "x"
}


@lru_cache(maxsize=10_000)
def _plain_format(tokens: tuple[_Token, ...]) -> _Plain | None:
    """How to print with such a format; None for one with digits among its words, an exponent or a fraction."""
    found = _SHAPE.fullmatch("".join(_SHAPES.get(token.kind, "?") for token in tokens))
    if not found or not (found["whole"] or found["decimals"]):
        return None
    texts = [token.text for token in tokens]
    whole = [text for text in texts[found.start("whole") : found.end("whole")] if text != ","] if found["whole"] else []
    decimals = texts[found.start("decimals") : found.end("decimals")] if found["decimals"] else []
    scale = len(found["scale"]) + len(found["late"] or "")
    return _Plain(
        before="".join(texts[: found.end("before")]),
        behind="".join(texts[found.start("behind") :]),
        least=len(whole) - whole.index("0") if "0" in whole else 0,
        grouped="," in (found["whole"] or ""),
        decimals=len(decimals),
        kept=max((i for i, text in enumerate(decimals, 1) if text == "0"), default=0),
        factor=100.0 ** found[0].count("p") / 1000.0**scale,
    )


def _number(tokens: tuple[_Token, ...], value: float) -> str:
    """A number, without its sign, where the format's digits stand; what is printed around it stays around it."""
    form = _plain_format(tokens)
    if form is None:
        return _mixed_number(tokens, value)
    digits, _, rest = f"{_rounded(value * form.factor, form.decimals):f}".partition(".")
    digits = ("" if digits == "0" else digits).rjust(form.least, "0")
    if form.grouped and len(digits) > 3:
        digits = f"{int(digits):0{len(digits) + (len(digits) - 1) // 3},}"
    if form.kept < form.decimals:
        rest = rest[: form.kept] + rest[form.kept :].rstrip("0")
    return f"{form.before}{digits}{'.' if rest or form.kept else ''}{rest}{form.behind}".strip()


def _mixed_number(tokens: tuple[_Token, ...], value: float) -> str:
    """The same for any format: each digit in its own place."""
    kinds = [token.kind for token in tokens]
    if "digit" not in kinds:
        return "".join(general(value) if token.kind == "general" else _literal(token) for token in tokens).strip()
    if fraction := _fraction(tokens, value):
        return fraction
    value *= 100 ** kinds.count("percent")
    first, last = kinds.index("digit"), len(kinds) - 1 - kinds[::-1].index("digit")
    end = next((i for i, kind in enumerate(kinds) if kind == "exponent"), len(kinds))
    point = next((i for i, kind in enumerate(kinds) if kind == "point" and i < end), end)
    whole = [i for i in range(first, min(point, end)) if kinds[i] == "digit"]
    decimals = [i for i in range(point, end) if kinds[i] == "digit"]
    scaled = _scaling_commas(kinds, [*whole, *decimals])
    value /= 1000 ** len(scaled)
    grouped = any(kinds[i] == "comma" and i not in scaled for i in range(first, min(point, last)))
    power = ""
    if end < len(kinds):
        value, power = _scientific(value, len(whole), tokens[end:])
    digits, _, rest = f"{_rounded(value, len(decimals)):f}".partition(".")
    written = _placed_whole(digits, [tokens[i].text for i in whole], grouped)
    behind = _placed_decimals(rest, [tokens[i].text for i in decimals])
    out: list[str] = []
    for i, token in enumerate(tokens):
        if i in whole:
            out.append(written[whole.index(i)])
        elif i in decimals:
            out.append(behind[decimals.index(i)])
        elif i == point and i < end:
            out.append("." if any(behind) or "0" in [tokens[d].text for d in decimals] else "")
        elif i == end:
            out.append(power)
        elif i > end and token.kind == "digit":
            continue
        elif token.kind == "percent":
            out.append("%")
        elif token.kind == "general":
            out.append(general(value))
        else:
            out.append(_literal(token))
    return "".join(out).strip()


def _scaling_commas(kinds: list[str], digits: list[int]) -> set[int]:
    """The commas right behind the last digit before or after the point: each divides by a thousand."""
    found: set[int] = set()
    for at in digits:
        i = at + 1
        while i < len(kinds) and kinds[i] == "comma":
            i += 1
        if i == len(kinds) or kinds[i] != "digit":
            found |= set(range(at + 1, i))
    return found


def _scientific(value: float, whole: int, tokens: tuple[_Token, ...]) -> tuple[float, str]:
    """The mantissa and the power: "E+06"."""
    places = max(1, whole)
    power = 0
    if value:
        power = int(f"{value:E}".partition("E")[2]) - (places - 1)
    width = sum(token.kind == "digit" and token.text == "0" for token in tokens)
    sign = "-" if power < 0 else "+" if tokens[0].text.endswith("+") else ""
    return value / 10.0**power, f"E{sign}{abs(power):0{width}d}"


def _placed_whole(digits: str, places: list[str], grouped: bool) -> list[str]:
    """The digits before the point, shared out among their places from the right; the first place takes what is over."""
    least = len(places) - places.index("0") if "0" in places else 0
    digits = ("" if digits == "0" else digits).rjust(least, "0")
    if not places:
        return []
    shares = [""] * len(places)
    for i in range(len(places) - 1, 0, -1):
        shares[i], digits = digits[-1:], digits[:-1]
    shares[0] = digits
    if not grouped:
        return shares
    count = sum(len(share) for share in shares)
    out = []
    for share in shares:
        text = ""
        for digit in share:
            text += digit
            count -= 1
            text += "," if count and count % 3 == 0 else ""
        out.append(text)
    return out


def _placed_decimals(digits: str, places: list[str]) -> list[str]:
    """The digits behind the point; trailing zeros only where the format has a zero."""
    shares = list(digits[: len(places)])
    for i in range(len(places) - 1, -1, -1):
        if places[i] == "0" or shares[i] != "0":
            break
        shares[i] = ""
    return shares


_FRACTION = re.compile(r"([#0?]*)\s*([#0?]+)\s*/\s*([#0?]+|\d+)")


def _fraction(tokens: tuple[_Token, ...], value: float) -> str:
    """ "# ?/?": a whole number and a fraction; nothing where the format is not one."""
    if not any(token.kind == "slash" for token in tokens):
        return ""
    found = _FRACTION.search("".join(token.text for token in tokens))
    if not found:
        return ""
    below = found[3]
    if below.isdigit() and int(below):
        exact = Fraction(round(value * int(below)), int(below))
        top, bottom = exact.numerator * (int(below) // exact.denominator), int(below)
    else:
        exact = Fraction(value).limit_denominator(10 ** len(below) - 1)
        top, bottom = exact.numerator, exact.denominator
    whole, top = divmod(top, bottom) if found[1] else (0, top)
    parts = [str(whole)] if whole or not top else []
    return " ".join(parts + ([f"{top}/{bottom}"] if top else []))


# --- dates and times --------------------------------------------------------------------------------------------------


def _date(tokens: tuple[_Token, ...], value: float, epoch: datetime) -> str:
    if any(token.kind == "elapsed" for token in tokens):
        text = _clock(tokens, _fine(value * _SECONDS_A_DAY, tokens))
        return f"-{text}" if value < 0 else text
    try:
        whole_seconds = round(value * _SECONDS_A_DAY, 3 if _tenths(tokens) else 0) / _SECONDS_A_DAY
        moment = from_excel(whole_seconds, epoch)
    except (OverflowError, ValueError):
        return general(value)
    if value < 0 or moment is None:
        return general(value)  # the screen shows only ######
    if isinstance(moment, time):
        day = "1900-01-00"
        seconds = moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6
        return _clock(tokens, seconds, [day, *[""] * 20] if _day_tokens(tokens) else [])
    moment = moment if isinstance(moment, datetime) else datetime(1900, 1, 1)
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6
    return _clock(tokens, seconds, _days(tokens, moment))


def _fine(seconds: float, tokens: tuple[_Token, ...]) -> float:
    return abs(round(seconds, 3 if _tenths(tokens) else 0))


def _tenths(tokens: tuple[_Token, ...]) -> bool:
    return any(token.kind == "digit" for token in tokens)


def _day_tokens(tokens: tuple[_Token, ...]) -> list[int]:
    """The places of year, month and day; an "m" beside hours or seconds is minutes."""
    timed = [i for i, token in enumerate(tokens) if token.kind in {"date", "elapsed"}]
    found = []
    for at, i in enumerate(timed):
        letter = tokens[i].text[0].lower()
        if tokens[i].kind == "elapsed" or letter in "hs":
            continue
        if letter == "m" and len(tokens[i].text) < 3:
            before = tokens[timed[at - 1]].text[0].lower() if at else ""
            after = tokens[timed[at + 1]].text[0].lower() if at + 1 < len(timed) else ""
            if before == "h" or after == "s":
                continue
        found.append(i)
    return found


def _days(tokens: tuple[_Token, ...], moment: datetime) -> list[str]:
    """What each year, month and day token prints. In digits they are one ISO date, at the first of them."""
    places = _day_tokens(tokens)
    letters = [tokens[i].text.lower() for i in places]
    dated = {text[0] for text in letters if not text.startswith("ddd")}
    named = any(text.startswith("mmm") for text in letters)
    if "m" in dated and len(dated) > 1 and not named:
        iso = f"{moment:%Y-%m-%d}" if "d" in dated else f"{moment:%Y-%m}"
        out = ["" if not text.startswith("ddd") else _weekday(text, moment) for text in letters]
        out[next(i for i, text in enumerate(letters) if not text.startswith("ddd"))] = iso
        return out
    return [_day_part(text, moment) for text in letters]


def _day_part(text: str, moment: datetime) -> str:
    if text.startswith("y"):
        return f"{moment.year:04}"
    if text.startswith("mmm"):
        name = _MONTHS[moment.month - 1]
        return name if len(text) == 4 else name[:3]
    if text.startswith("m"):
        return str(moment.month)
    return _weekday(text, moment) if text.startswith("ddd") else str(moment.day)


def _weekday(text: str, moment: datetime) -> str:
    name = _DAYS[moment.weekday()]
    return name if len(text) > 3 else name[:3]


def _clock(tokens: tuple[_Token, ...], seconds: float, days: list[str] | None = None) -> str:
    """The tokens of a date or time, printed: `days` are the texts of those for year, month and day."""
    places = _day_tokens(tokens)
    half = any(token.kind == "half" for token in tokens)
    longest = next((token.text[0].lower() for token in tokens if token.kind == "elapsed"), "")
    hours, minutes = int(seconds // 3600), int(seconds // 60)
    out: list[str] = []
    for i, token in enumerate(tokens):
        letter = token.text[:1].lower()
        width = min(2, len(token.text))
        if i in places:
            out.append(days[places.index(i)] if days else "")
        elif token.kind in {"date", "elapsed"}:
            if letter == "h":
                hour = hours if longest == "h" else hours % 24
                out.append(f"{(hour - 1) % 12 + 1 if half else hour:0{width}}")
            elif letter == "m":
                out.append(f"{minutes if longest == 'm' else minutes % 60:0{width}}")
            else:
                out.append(f"{int(seconds) if longest == 's' else int(seconds) % 60:0{width}}")
        elif token.kind == "half":
            out.append("AM" if hours % 24 < 12 else "PM")
        elif token.kind == "point" and _tenths(tokens[i : i + 2]):
            shown_digits = sum(1 for later in tokens[i:] if later.kind == "digit")
            out.append(f"{seconds % 1:.{shown_digits}f}"[1:])
        elif token.kind != "digit":
            text = token.text if token.kind in _LITERALS or token.kind in {"slash", "comma", "point"} else ""
            out.append(_joint(text, places, i, days))
    return re.sub(r"\s+", " ", "".join(out)).strip(" ,")


def _joint(text: str, places: list[int], at: int, days: list[str] | None) -> str:
    """What stands between day, month and year: nothing inside an ISO date, a space where a month has its name."""
    if text == "日" and days:
        return ""
    inside = bool(places) and places[0] < at < places[-1] and bool(days)
    if not inside or not set(text) <= _BETWEEN_DATES:
        return text
    left = [days[k] for k, place in enumerate(places) if place < at] if days else []
    right = [days[k] for k, place in enumerate(places) if place > at] if days else []
    if not any(right) or not any(left):
        return ""
    return ", " if "," in text else " "
