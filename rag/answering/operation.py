"""The operation that a question asks of figures: one of them as it stands, a change, a share, a mean, a ranking."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import Literal

from rag.language.numbers import numbers
from rag.language.tokens import stem
from rag.question import years_of
from rag.types import Period, Understood

Kind = Literal[
    "value",
    "change",
    "growth",
    "sum",
    "average",
    "ratio",
    "share",
    "most",
    "least",
    "top",
    "bottom",
    "where",
    "count",
    "trend",
    "moved",
]


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


_MOVED = _stems(
    "change difference increase decrease rise fall growth grow decline drop movement nominal variation more fewer less "
    "higher lower"
)
# How far something moved, where a ranking is of that: "the biggest rise in".
ROSE, FELL = _stems("rise increase growth grow change improvement"), _stems("fall decrease drop decline reduction")
SHARE = _stems("percent percentage per cent share proportion")
_AVERAGE = _stems("average mean")
_RATIO = _stems("ratio")
SUM = _stems("sum combined together altogether total aggregate overall")
TOTAL = _stems("total overall altogether")
LATEST = _stems("latest recent newest current")
FISCAL = _stems("fiscal fy")
QUARTER = stem("quarter")
# Words of a question that no table need hold: those of the operations, of time, and those that only ask.
ASIDE = frozenset().union(_MOVED, SHARE, _AVERAGE, _RATIO, SUM, LATEST) | _stems(
    "what which how much many value amount number figure year years quarter company group respective respectively "
    "fiscal period represent represented made make due does did has have had was were been ended end recorded reported "
    "january february march april may june july august september october november december thousand million billion "
    "between from versus compared terms nominal across both each all form part among account consist comprise come "
    "cost spend spent attributed attributable generated contribute contributed filing report state company's "
    "respect whole entire there also only highest largest biggest greatest most larger greater higher bigger more peak "
    "lowest smallest least fewest smaller lower less fewer exceed above below under over than"
)
# Words by which a question asks how something went, and what to make of it.
TELLING = _stems(
    "trend time develop evolve shift move fluctuate vary over through throughout during these those past reported last "
    "identify pattern notice observe suggest indicate way can any what does this about levels level see show explain"
)
PERCENT = re.compile(r"%|\bper ?cent(?:age)?\b", re.IGNORECASE)
_HOW_MUCH_MORE = re.compile(r"\bhow (?:much|many) (?:more|fewer|less|higher|lower)\b", re.IGNORECASE)
_OF_WHOLE = re.compile(
    r"\b(?:as a (?:percent(?:age)?|per cent|share|proportion) of|(?:percent(?:age)?|per cent|share|proportion) of)\b",
    re.I,
)
AS_SHARE = re.compile(r"\bas a (?:percent(?:age)?|per cent|share|proportion) of\b|\bproportion of\b", re.IGNORECASE)
# "What do tax fees comprise", "What is the increase due to": a sentence says that, whatever figures there are.
WANTS_WORDS = re.compile(
    r"^\W*(?:what|how) (?:do|does|did|has|have|can|could|will|would|should)\b(?!.*\b(?:amount|cost|total|come) to\b)"
    r"|\b(?:due|attributable|attributed|related?|relating|owing|subject|according) to\W*$"
    r"|\b(?:of|by|from|for|include|included|represent|comprised?)\W*$",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"\b(?:(?P<least>at least)|(?P<most>at most|no more than)"
    r"|(?P<above>exceed(?:ed|ing|s)?|(?:more|greater|higher|larger) than|above|over)"
    r"|(?P<below>(?:less|lower|smaller|fewer) than|below|under))\s+",
    re.IGNORECASE,
)
_HOLDS = {"least": operator.ge, "most": operator.le, "above": operator.gt, "below": operator.lt}
SEVERAL = re.compile(r"\b(?:and|respective(?:ly)?|both)\b", re.IGNORECASE)
TREND = re.compile(
    r"\b(?:over (?:time|the (?:\w+ )?(?:periods?|quarters|years|months))|trends?|quarter to quarter|year to year"
    r"|(?:these|those|recent|past|reported) (?:quarters|periods)"
    r"|(?:across|through|throughout|during) (?:the |these |those )?(?:\w+ )?(?:quarters|periods|years|filings|reports)"
    r"|how (?:has|have|did) .*\b(?:chang|develop|evolv|shift|mov|fluctuat|vari)\w*)\b",
    re.IGNORECASE,
)
_HOW_MANY_TIMES = re.compile(r"\bhow many (?:\w+ )?(?:years|quarters|months|periods)\b", re.IGNORECASE)
WHEN = re.compile(r"\b(?:which|what) (?:fiscal |financial )?(?:year|quarter|month|period)s?\b", re.IGNORECASE)
_HIGH = re.compile(
    r"\b(?:highest|largest|biggest|greatest|most|larger|greater|higher|bigger|more|peak)\b", re.IGNORECASE
)
_LOW = re.compile(r"\b(?:lowest|smallest|least|fewest|smaller|lower|less|fewer)\b", re.IGNORECASE)


def kind_of(free: frozenset[str], understood: Understood) -> Kind:
    """The operation asked for; ``free`` are the question's words that name no row, by which it is told."""
    asked = understood.standalone
    if condition(asked) is not None:
        return "count" if _HOW_MANY_TIMES.search(asked) else "where" if WHEN.search(asked) else "value"
    share, moved = bool(PERCENT.search(asked)), bool(free & _MOVED) or bool(_HOW_MUCH_MORE.search(asked))
    if WHEN.search(asked) and (_HIGH.search(asked) or _LOW.search(asked)):
        return "least" if _LOW.search(asked) else "most"
    if understood.rank:
        return "top" if understood.rank == "most" else "bottom"
    if share and moved:
        return "growth"
    if free & _RATIO:
        return "ratio"
    if free & _AVERAGE:
        return "average"
    if _OF_WHOLE.search(asked):
        return "share"
    if moved:
        return "change"
    return "sum" if free & SUM else "value"


# By which a text says the result of an operation itself: "rose by 8%", "3.1 a month", "on average".
_TOLD: dict[Kind, re.Pattern[str]] = {
    "change": re.compile(
        r"\b(?:chang\w*|differen\w*|increas\w*|decreas\w*|rise|rose|risen|rising|fall|fell|fallen|grew|grow\w*|declin\w*"
        r"|drop\w*|mov(?:ed|ement)|variation|variance|reduc\w*|up|down|more|fewer|less|higher|lower|gap|widen\w*"
        r"|narrow\w*|improv\w*|climb\w*|shr[aiu]nk|doubled|halved|tripled|add(?:ed|ition\w*)|net)\b|[+−-]\s?\d",
        re.IGNORECASE,
    ),
    "average": re.compile(
        r"\b(?:averag\w*|mean|median|typical\w*|per|each|every|a (?:day|week|month|year))\b", re.IGNORECASE
    ),
    "ratio": re.compile(r"\b(?:ratio|times|per|for (?:each|every)|to (?:one|1))\b|%|:\s?1\b", re.IGNORECASE),
    "share": re.compile(
        r"%|\bper ?cent|\b(?:share|proportion|half|thirds?|quarters?|fifths?|one in|out of)\b", re.IGNORECASE
    ),
}
_TOLD["growth"] = re.compile(rf"{_TOLD['change'].pattern}|{_TOLD['share'].pattern}|\btimes\b", re.IGNORECASE)


def tells_result(text: str, kind: Kind) -> bool:
    """Whether a text may say what the operation gives; a figure that only enters into it is no answer."""
    if kind in ("where", "count"):
        return False  # which of several, and how many of them, no one figure says
    return kind not in _TOLD or bool(_TOLD[kind].search(text))


def is_nested(free: frozenset[str]) -> bool:
    """Whether a question asks for one operation upon another: "the change in the average", "the average share"."""
    return bool(free & _AVERAGE) and not free.isdisjoint(_MOVED | SHARE | _RATIO)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a figure is asked to be, in the question's words, and than what: "exceed" 1,500,000."""

    words: str
    side: str  # "least", "most", "above", "below"
    bound: float

    def holds(self, value: float) -> bool:
        return bool(_HOLDS[self.side](value, self.bound))


def condition(asked: str) -> Condition | None:
    """The condition that a question sets: "exceed $1,500 thousand"."""
    match = _BOUND.search(asked)
    number = next(iter(numbers(asked[match.end() :], taken=[])), None) if match else None
    if match is None or number is None or number.number_start > 3:
        return None
    sign = -1 if asked[match.end() :].lstrip()[:1] in ("-", "−") and number.value > 0 else 1
    return Condition(match.group().strip().lower(), str(match.lastgroup), sign * number.value)


def periods_of(understood: Understood, kind: Kind) -> list[Period]:
    """The periods of which a figure each is wanted: the ends of a range for a change, its years for an average."""
    asked: list[Period] = []
    for period in understood.periods:
        years = [*years_of(period)] if (period.end - period.start).days > 370 else [period]
        asked += [years[0], years[-1]] if kind in ("change", "growth") and len(years) > 1 else years
    if kind == "ratio":
        return asked
    return sorted(set(asked), key=lambda each: each.start)
