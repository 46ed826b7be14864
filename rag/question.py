"""What is asked: a follow-up made standalone, the period meant, the kind of answer wanted. No library, no model."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from dateutil.relativedelta import relativedelta

from rag.errors import BadInput
from rag.language.mentions import Anchor, mentions
from rag.language.periods import is_year, month, quarter, shifted, year
from rag.language.shorthand import written_out
from rag.language.tokens import COMMON, content_stems, content_words, tokens
from rag.types import Asked, Mention, Period, PeriodKind, Understood, Wants

MAX_QUESTION_CHARS = 2000
MOST_YEARS = 12  # that a question about a longer period is put to one by one
FIGURES: tuple[Wants, ...] = ("count", "figure", "share", "money", "duration")  # kinds of answer that are a number

_WANTS: tuple[tuple[Wants, str], ...] = (
    ("reason", r"^\W*(?:and |but |so )?(?:why\b|how come\b|what (?:caused|explains|led to|is the reason|was the reason|were the reasons|are the reasons))|\breasons? (?:for|why|behind)\b"),
    ("duration", r"\bhow long\b|\bhow many (?:working )?(?:days|weeks|hours|minutes|months)\b|\b(?:wait|waiting times?|waits)\b.*\b(?:shorter|longer)\b|\b(?:shorter|longer)\b.*\bwait"),
    ("share", r"\b(?:what|which) (?:share|proportion|percentage|percent|per cent|fraction)\b|\bhow (?:large|big|high) (?:a |is the |was the )?(?:share|proportion|percentage)\b|\bpercent(?:age)?\b|\bper cent\b"),
    ("money", r"\bhow much (?:money|(?:did|does|do|was|is|were|will|has|have) .*\b(?:cost|costs|spend|spent|pay|paid|earn|raise|raised|funding))|\bhow much .*\b(?:budget|money|funding)\b|^\W*what (?:did|does|do|would|will) .*\bcosts?\b|^\W*what (?:was|is|were|are) (?:the |our |their )?(?:[\w-]+ ){0,3}(?:budget|income|spending|expenditure|costs?|salary|price|revenue|deficit|surplus)\b"),
    ("count", r"\bhow many\b"),
    ("date", r"^\W*(?:and |but |so )?(?:when\b|(?:in|on|by|since|until) (?:what|which) (?:year|month|date|day|quarter)|what (?:year|date|month|day|time)|which (?:year|month|date|quarter))|\bsince when\b"),
    ("figure", r"\bhow much\b|\bby how much\b|\bhow often\b|\bnumber of\b|\bhow (?:large|big|high|low|tall|old|far|fast)\b|^\W*how (?:have|has|did) .*\b(?:develop|developed|change|changed|evolve|evolved|move|moved)\b|\bwhat (?:is|was|are|were) (?:the|our|their|its) (?:[\w-]+ ){0,3}(?:targets?|total|sum|difference|number|figure|average|median|level|size|population|volume|rate|count)\b"),
    ("person", r"^\W*(?:and |but |so )?(?:who|whom|whose|(?:by|to|from|with) whom)\b"),
    ("place", r"^\W*(?:and |but |so )?(?:where\b|(?:in |from |to )?(?:what|which) (?:city|town|country|state|place|region|location|county))"),
    ("definition", r"^\W*(?:and |but |so )?(?:what (?:is|are) (?:an? )(?:[\w’'-]+\s*){1,4}\W*$|what (?:is|are) (?:the |an? )?meaning|what (?:does|do) .* mean|how (?:is|are|do we|do you|does .*) .*\b(?:defined?|count(?:ed)?|measured?)|what counts as|define\b|what is meant)|\bdefinition of\b"),
)  # fmt: skip
# "Which region had the most referrals?" wants a ranking: no one figure or name of a sentence will do for it.
_MOST = r"(?<!at )most|highest|largest|biggest|greatest|longest|busiest"
_LEAST = r"fewest|(?<!at )least|lowest|smallest|shortest|quietest"
_RANKS = re.compile(
    rf"^\W*(?:in |for )?(?:which|what)\b.*\b(?:(?P<most>{_MOST})|(?P<least>{_LEAST}))\b"
    r"|\b(?:(?P<most_of>busiest)|(?P<least_of>quietest)) (?:month|quarter|year|region|channel)\b",
    re.IGNORECASE,
)
_RANKED = re.compile(
    rf"\b(?:which|what)\s+\w+|\b(?:{_MOST}|{_LEAST})(?: (?:month|quarter|year|region|channel))?\b", re.IGNORECASE
)
_WHAT_WAS = re.compile(r"\W*what (?:was|were|is|are) (?!an? )", re.IGNORECASE)
_FROM_TO = re.compile(r"\b(?:from|between)\b.*\b(?:to|and|until|till)\b|\b\d{4}\s?[-–]\s?\d{2,4}\b", re.IGNORECASE)
_YES_OR_NO = re.compile(r"\W*(?:was|were|is|are|did|do|does|has|have)\b", re.IGNORECASE)
_ASKS_WHETHER = re.compile(
    r"\W*(?:was|were|is|are|am|did|do|does|has|have|had|can|could|will|would|should|may|might|must)\b", re.IGNORECASE
)
_HAS_VERB = re.compile(r"\b(?:what|who|why|when|where|which|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|tell|show|explain|describe|list|summarise|summarize|happened|changed)\b", re.IGNORECASE)  # fmt: skip
_COUNTED = re.compile(
    r"\bhow many\s+(?:(?:new|more|fewer|other|different|of the|full-time|active)\s+)*(?P<noun>[\w'’-]+(?:\s+[\w'’-]+)?)",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(r"\W*how many\b", re.IGNORECASE)
_WHICH = re.compile(r"\W*(?:and\s+|in\s+|for\s+)*(?:which|what)\s+([\w-]+)", re.IGNORECASE)
_RANK_WORD = re.compile(rf"(?:{_MOST}|{_LEAST}|had|was|were|is|are)", re.IGNORECASE)
_AS_SHARE = re.compile(
    r"\W*(?:and\s+)?(?:what (?:is|was) (?:that|it) )?(?:as|in) (?:an? )?(?:percentage|per ?cent|share|proportion)"
    r"(?: of (?:the )?(?:total|all|whole))?\W*",
    re.IGNORECASE,
)
_MORE_THAN = re.compile(r"\b(?:more|fewer|less|higher|lower|larger|smaller|up|down)\b.*\b(?:than|on)\b", re.IGNORECASE)
_MOVED = re.compile(
    r"\b(?:rise|risen|fall|fallen|grow|grown|increased?|decreased?|declined?|changed?)\b", re.IGNORECASE
)
_THAT = re.compile(r"\b(?:did|has|have|is|was)\s+(that|it|this|they|these|those)\b", re.IGNORECASE)
# A question that opens so, or stands on a pronoun, needs the turn before it.
_CONTINUES = re.compile(
    r"^\W*(?:and|but|or|so|also|then|what about|how about|what of|same (?:for|in|question))\b", re.IGNORECASE
)
_PRONOUN = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|one|ones|there|the (?:same|former|latter|first|second|other))\b",
    re.IGNORECASE,
)
_OPENER = re.compile(
    r"^\W*(?:(?:and|but|so|also|then|ok|okay|thanks|please)\b[\s,]*)*(?:(?:what|how) about|what of|same (?:for|in))?\s*",
    re.IGNORECASE,
)
_YEAR_BACK = (
    r"\b(?:the )?same (?:quarter|month|period|time)(?: (?:of|in))? (?:last year|the (?:previous year|year before)|a year (?:earlier|before))"
    r"|\ba year (?:earlier|before)\b"
)
_ASKS_ANEW = re.compile(
    r"\b(?:did|do|does|is|are|was|were|has|have|why|who|when|what|which|how|share)\b", re.IGNORECASE
)
_STEP_BACK = re.compile(
    _YEAR_BACK
    + r"|\b(?:the )?(?:year|quarter|month) before(?: that)?\b|^\W*(?:and )?before that\b|\b(?:the )?(?:previous|prior|preceding) (?:year|quarter|month)\b",
    re.IGNORECASE,
)
_STEP_ON = re.compile(
    r"\b(?:the )?(?:year|quarter|month) after(?: that)?\b|\b(?:the )?(?:next|following) (?:year|quarter|month)\b",
    re.IGNORECASE,
)
# "in the North", "via schools": what a follow-up can put in the place of what was asked before.
_PHRASE = re.compile(
    r"\b(?P<prep>in|for|by|via|through|from|at|within|across|to|of)\s+(?:the\s+)?(?P<what>[\w'’-]+(?:\s+[A-Z][\w'’-]+)*)"
)
# Prepositions that can stand for one another in such a phrase.
_FAMILY = {
    word: group[0] for group in (("in", "at", "within", "across", "from"), ("by", "via", "through")) for word in group
}
_GENERIC = frozenset(
    """number total figure figures amount count many much rate level report reports say says said year years month quarter
    long last latest take took taken need needs know use used whole calendar now currently current high low large big far thought believed estimated reported recorded registered gone went up per cent develop
    sum combined developed still overall altogether there more less fewer shorter longer higher lower better worse greater bigger smaller""".split()
)


def understand(asked: Asked) -> Understood:
    """What the question means on the day it is asked, with what the conversation before it supplies."""
    question = " ".join(asked.question.split())
    if not question:
        raise BadInput("There is no question: type one, for example “how many referrals last year?”")
    if len(question) > MAX_QUESTION_CHARS:
        raise BadInput(f"The question is {len(question):,} characters long; {MAX_QUESTION_CHARS:,} is the most.")
    question = written_out(question)
    anchor = Anchor(asked.as_of)
    before = _before(asked)
    understood = (
        _understood(question, mentions(question, anchor)) if before is None else _follow_up(question, before, anchor)
    )
    return _of_period(understood, asked.period, anchor) if asked.period.strip() else understood


def _of_period(understood: Understood, words: str, anchor: Anchor) -> Understood:
    """The question of the period that the asker gives apart from it."""
    words = " ".join(words.split())
    periods = tuple(mention.period for mention in mentions(words, anchor) if mention.period)
    if not periods:
        raise BadInput(f"“{words[:60]}” is no period that can be read: write it as 2025, Q3 2025, May 2024 or 2024/25.")
    return replace(
        understood,
        standalone=_asked_of(understood.about.strip(" ?"), periods[0]),
        period=periods[0],
        periods=periods,
        period_words=words,
    )


def is_marked(understood: Understood) -> bool:
    """Whether a few words of a sentence can answer, which a cross-encoder marks: not why, what a thing is, or yes or no."""
    return understood.wants not in ("reason", "definition") and not asks_whether(understood)


def held_in(understood: Understood) -> Period | None:
    """The time for which it asks who or what something was; None where it asks something else, as for a figure of a time.

    "Who, born in 1936, chaired the board from 2001 to 2004?" asks of the range.
    """
    if understood.period is None or understood.rank or not is_marked(understood):
        return None
    wanted = understood.wants not in FIGURES or (
        understood.wants == "figure" and bool(_WHAT_WAS.match(understood.about))
    )
    if not wanted or not _FROM_TO.search(understood.standalone):
        return None
    ranges = [each for each in understood.periods if (each.end - each.start).days > 31 and not is_year(each)]
    return ranges[-1] if ranges else understood.period


def asks_whether(understood: Understood) -> bool:
    """Whether it is a question for yes or no."""
    return bool(_ASKS_WHETHER.match(understood.standalone))


def subject(understood: Understood) -> list[str]:
    """The words that say what is asked for, without how and when it is asked."""
    return [word for word in content_words(understood.about) if word not in _GENERIC]


def counted(understood: Understood) -> frozenset[str]:
    """The stems of the noun that a question counts: "how many active volunteers" counts volunteers."""
    named = _COUNTED.search(understood.about)
    return frozenset(content_stems(named["noun"])) if named else frozenset()


def years_asked(understood: Understood) -> tuple[Period, ...]:
    """The years of a range, if they are not too many, which a question about it asks of one by one."""
    period = understood.period
    if period is None or (period.end - period.start).days <= 366:
        return ()
    years = years_of(period)
    return years if 1 < len(years) <= MOST_YEARS else ()


def years_of(period: Period) -> tuple[Period, ...]:
    """The years that a longer period touches; of one that is counted in financial years, those."""
    first, last = period.start.year, (period.end - timedelta(days=1)).year
    if period.kind is PeriodKind.ROLLING or (period.start.month, period.start.day) == (1, 1) or period.start.day != 1:
        return tuple(year(number) for number in range(first, last + 1))
    starts = [period.start + relativedelta(years=n) for n in range(last - first + 1)]
    return tuple(
        Period(start, start + relativedelta(years=1), f"{start.year}/{(start.year + 1) % 100:02d}", PeriodKind.FISCAL)
        for start in starts
        if start < period.end
    )


# --- follow-ups -------------------------------------------------------------------------------------------------------


def _before(asked: Asked) -> Understood | None:
    """What the turns before this one were about, each completed by those before it."""
    earlier: Understood | None = None
    anchor = Anchor(asked.as_of)
    for turn in asked.history[-12:]:
        words = written_out(" ".join(turn.content.split())[:MAX_QUESTION_CHARS])
        if turn.role != "user" or not words:
            continue
        earlier = _follow_up(words, earlier, anchor) if earlier else _understood(words, mentions(words, anchor))
    return earlier


def _follow_up(question: str, before: Understood, anchor: Anchor) -> Understood:
    step = _step(question, before)
    named = mentions(question, anchor)
    rest = _without(question, named)
    rest = _STEP_ON.sub(" ", _STEP_BACK.sub(" ", rest)) if step else rest
    own = [word for word in content_words(_OPENER.sub("", rest)) if word not in _GENERIC]
    continues = bool(_CONTINUES.match(question))
    if (composed := _asked_of_that(question, before, own, step, named)) is not None:
        return _understood(composed, mentions(composed, anchor))
    short = len(tokens(question)) <= 7
    if not own and (step or named or continues):
        # Only the time is new: "and the year before?"
        period = step or (named[0].period if named else before.period)
        words = question if not named else named[0].words
        return _replaced(before, period, words.strip(" ?"))
    whole = bool(named) and bool(own) and bool(_HAS_VERB.match(question.lstrip(" ,.")))  # asks on its own
    if step is None and not continues and not _PRONOUN.search(question) and (whole or not (short and len(own) < 2)):
        return _understood(question, named)
    fragment = _OPENER.sub("", rest)
    if continues and len(own) <= 3 and not _ASKS_ANEW.search(fragment):
        return _other_part(rest, own, before, step, named)
    period = step or next((mention.period for mention in named if mention.period), None)
    supplied = [word for word in content_words(before.about) if word not in own]
    completed = f"{question.rstrip(' ?')} ({' '.join(supplied[:8])})" if supplied else question
    if period is None and _wants(question) in (*FIGURES, "reason"):
        period = before.period
    return Understood(
        standalone=completed + ("?" if question.endswith("?") else ""),
        period=period,
        period_words=named[0].words if named else before.period_words if period is before.period else "",
        periods=(period,) if period else (),
        wants=_wants(question),
        about=_without(question, named),
        before=" ".join(supplied),
    )


def _asked_of_that(
    question: str, before: Understood, own: list[str], step: Period | None, named: list[Mention]
) -> str | None:
    """The question that one about the answer before amounts to: "which month was highest?" after "How many referrals in
    2025?" asks which month of 2025 had the most referrals. None for any other."""
    measure, when = " ".join(subject(before)), f" in {before.period.label}" if before.period else ""
    counting = _HOW_MANY.match(before.about)
    if not measure:
        return None
    asked = _OPENER.sub("", question)
    ranked, kind = _RANKS.search(asked), _WHICH.match(asked)
    if ranked and kind and not [word for word in own if word != kind[1].lower() and not _RANK_WORD.fullmatch(word)]:
        return f"Which {kind[1]} had the {_rank(asked)} {measure}{when}?"
    if counting and _AS_SHARE.fullmatch(question):
        return f"What percentage of{before.about[counting.end() :].rstrip(' ?')}{when}?"
    if counting and step and before.period and _MORE_THAN.search(question):
        return f"How many more{before.about[counting.end() :].rstrip(' ?')}{when} than in {step.label}?"
    if _MOVED.search(question) and (that := _THAT.search(question)):
        until = f" to {before.period.label}" if before.period and len(named) == 1 else "" if named else when
        return f"{question[: that.start(1)]}{measure}{question[that.end(1) :].rstrip(' ?')}{until}?"
    return None


def _step(question: str, before: Understood) -> Period | None:
    """ "The year before" in a follow-up counts from the period last asked about, not from today."""
    if before.period is None:
        return None
    if _STEP_BACK.search(question):
        return _moved(before.period, question, -1)
    if _STEP_ON.search(question):
        return _moved(before.period, question, 1)
    return None


def _moved(period: Period, question: str, by: int) -> Period:
    if re.search(_YEAR_BACK, question, re.IGNORECASE):
        return shifted(period, by)
    days = (period.end - period.start).days
    unit = (
        "quarter"
        if re.search(r"\bquarter\b", question, re.I)
        else "month"
        if re.search(r"\bmonth\b", question, re.I)
        else "year"
    )
    if unit == "year":
        return shifted(period, by)
    months = 3 if unit == "quarter" else 1
    start = period.start + relativedelta(months=by * months)
    if days > 31 * months:
        return shifted(period, by)
    return quarter((start.month - 1) // 3 + 1, start.year) if unit == "quarter" else month(start.month, start.year)


def _replaced(before: Understood, period: Period | None, words: str) -> Understood:
    """The question before, asked of another period."""
    about = before.about.strip(" ?")
    return Understood(
        standalone=_asked_of(about, period),
        period=period,
        period_words=words,
        periods=(period,) if period else (),
        wants=before.wants,
        about=about,
    )


def _other_part(rest: str, own: list[str], before: Understood, step: Period | None, named: list[Mention]) -> Understood:
    """The question before, asked of another part: "and in the North East?", "what about schools?"."""
    fragment = _OPENER.sub("", rest).strip(" ?,.")
    about = before.about.strip(" ?")
    new = _PHRASE.match(fragment)
    taken = False
    if new is None and fragment.removeprefix("the ")[:1].isupper():
        # "What about the North East?": the name asked about before gives way.
        for old in reversed(list(_PHRASE.finditer(about))):
            if old["what"][:1].isupper():
                about = about[: old.start("what")] + fragment.removeprefix("the ") + about[old.end("what") :]
                taken = True
                break
    if new:
        for old in reversed(list(_PHRASE.finditer(about))):
            if _family(old["prep"]) == _family(new["prep"]) and old["what"].lower() not in COMMON:
                about = about[: old.start()] + fragment + about[old.end() :]
                taken = True
                break
    elif not taken:
        # "And contacts?" after "How many referrals …": the noun counted is what changes.
        counted = re.search(r"\bhow many\s+(?P<noun>[\w'’-]+)", about, re.IGNORECASE)
        if counted and len(own) == 1:
            about = about[: counted.start("noun")] + fragment + about[counted.end("noun") :]
            taken = True
        elif len(own) == 1 and len(measure := subject(before)) == 1:
            about = re.sub(rf"\b{re.escape(measure[0])}\b", fragment, about, count=1, flags=re.IGNORECASE)
            taken = fragment in about
    if not taken:
        about = f"{about} {fragment}"
    period = step or next((mention.period for mention in named if mention.period), None) or before.period
    return Understood(
        standalone=_asked_of(about, period),
        period=period,
        period_words=named[0].words if named else before.period_words,
        periods=(period,) if period else (),
        wants=before.wants,
        about=about,
        added=fragment,
    )


def _asked_of(about: str, period: Period | None) -> str:
    """The whole question again, as the asker would have put it: "how many leads in 2024?"."""
    if period is None:
        return f"{about}?"
    joint = (
        " in "
        if re.match(
            r"\d{4}|Q\d|H\d|(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{4}$",
            period.label,
        )
        else " "
        if period.label.startswith("since")
        else ", "
    )
    return f"{about}{joint}{period.label}?"


def _family(preposition: str) -> str:
    return _FAMILY.get(preposition.lower(), preposition.lower())


# --- one question by itself -------------------------------------------------------------------------------------------


def _understood(question: str, named: list[Mention]) -> Understood:
    resolved = [mention for mention in named if mention.period]
    periods = tuple(dict.fromkeys(mention.period for mention in resolved if mention.period))
    return Understood(
        standalone=question,
        period=periods[0] if periods else None,
        period_words=resolved[0].words if resolved else "",
        periods=periods,
        wants=_wants(question, len(periods)),
        rank=_rank(question),
        about=_RANKED.sub(" ", _without(question, named)) if _rank(question) else _without(question, named),
    )


def _wants(question: str, periods: int = 0) -> Wants:
    if _rank(question):
        return "figure"
    for wants, pattern in _WANTS:
        if re.search(pattern, question, re.IGNORECASE):
            return wants
    # "Referrals in the North East last year?", "What was staff turnover in 2022?", "Was it more in 2023 than in 2022?"
    bare = len(question.split()) <= 9 and not _HAS_VERB.search(question)
    return (
        "figure"
        if periods and (bare or _WHAT_WAS.match(question) or (periods > 1 and _YES_OR_NO.match(question)))
        else "text"
    )


def _rank(question: str) -> Literal["", "most", "least"]:
    found = _RANKS.search(question)
    if found is None:
        return ""
    return "most" if found["most"] or found["most_of"] else "least"


def _without(question: str, named: list[Mention]) -> str:
    """The question with the words for its periods cut out, and the prepositions that led to them."""
    for mention in reversed(named):
        # "Play for from 2005 to 2007": what stands before a range that has its own "from" leads to no period.
        ranged = mention.words.lower().startswith("from ")
        head = (
            question[: mention.start]
            if ranged
            else re.sub(
                r"\b(?:in|during|for|over|since|of|by|at|on|the|to|from|as of)(?:\s+the)?\s*$",
                "",
                question[: mention.start],
                flags=re.IGNORECASE,
            )
        )
        question = f"{head.rstrip()} {question[mention.end :].lstrip()}"
    question = re.sub(r"\b(?:and|or|between|to|from)\s*(?=[?.!,]*$)", "", question.strip(), flags=re.IGNORECASE)
    return re.sub(r"\s+([?.!,])", r"\1", " ".join(question.split()))
