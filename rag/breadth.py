"""Whether a question wants an account of a thing, not one figure or sentence; and the words that it is about."""

from __future__ import annotations

import re

from rag.accounts import spelt_out
from rag.language.tokens import COMMON, content_words, stem, tokens
from rag.types import Understood

_OVER_TIME = re.compile(
    r"\b(?:over (?:time|(?:the |these )(?:\w+ )?(?:periods?|quarters|years|timeframe))|trends?|patterns?"
    r"|(?:these|those|recent|past|prior|previous|reported|each (?:reported )?|every) "
    r"(?:quarters?|periods?|10-[QK]s|filings|reports)"
    r"|(?:across|through|throughout|during) (?:the |these |those )?(?:\w+ )?"
    r"(?:quarters|periods|years|filings|reports|10-[QK]s)"
    r"|quarterly (?:reports|filings)|per the \w+ reports|(?:provided|these) (?:10-[QK]s|documents)"
    r"|quarter (?:to|over|by) quarter|year (?:to|over|by) year|evolution of)\b",
    re.IGNORECASE,
)
_BROAD = re.compile(
    r"\bhow (?:has|have|did|do|does|is|are|was|were) .*\b(?:chang|develop|evolv|shift|mov|fluctuat|vari|compar|affect"
    r"|impact|influenc|relat|correspond|reflect|correlat|align|stack|perform|look|distribut|contribut|link|connect)\w*"
    r"|\bwhat (?:\w+ )?(?:\w+ )?(?:\w+ )?(?:factors?|drivers?|elements?|changes?|movements?|effects?|impacts?"
    r"|influences?|insights?|differences?)\b"
    r"|\b(?:any|substantial|significant|notable|major|material)\b[^?]{0,40}\b(?:changes?|movements?|shifts?"
    r"|activit(?:y|ies)|alterations?|programs?|programmes?|developments?|trends?|differences?)\b"
    r"|(?:^|[.;,]\s+)(?:please )?(?:detail|outline|analy[sz]e|assess|evaluate|describe|summari[sz]e|discuss|examine"
    r"|compare|explain|list)\b"
    r"|\bmeasure up\b|[,;] and (?:what|how|why|if so)\b|\bcombine\b|\bcompare[ds]? (?:to|with|against)\b"
    r"|\bwhat do(?:es)? .*\b(?:suggest|indicate|reveal|say|show|tell)\b"
    r"|\bwhat (?:is|was|are|were) the (?:\w+ )?(?:impact|effect|influence|scale|relationship|connection)\b",
    re.IGNORECASE,
)
_NEWEST = re.compile(
    r"\b(?:latest|newest|most recent|current|last) (?:\w+ ){0,3}?(?:10-[QK]|quarter|report|filing|period|year)\w*\b",
    re.IGNORECASE,
)
_FORM = re.compile(r"\b(?:form )?\d{1,2}-[QK]s?\b", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s$")
# Words that say how an account is asked for, or of what kind of report, not of what.
_ASKING = frozenset(
    stem(word)
    for word in """account activities activity align alignment alteration alterations analysis analyze analyse assess
    associated change changes changed company company's compare compared comparison component components configuration
    connect connection consequence consequences context contribute contributing contributor contributors
    correlate correlated correspond depict describe detail details disclose disclosed discern discerned discuss
    discussed discussion document documents driver drivers economic effect effects element elements engaged
    evaluate evolution evolve examine explain explained factor factors figure figures filing filings financial
    fluctuate fluctuated fluctuation fluctuations form identified identify impact impacted implication
    implications indicate influence influenced insight insights key latest level levels link list major
    management's material mention mentioned movement movements most notable note notes number observe observed
    outline outlined overview part partaken pattern patterns perform performance period periods position
    potential prior previous program programs provide provided quarter quarterly quarters reason reasons recent
    reflect relate related relation relationship repercussions report reported reporting reports result results
    reveal section sections separately shared shift shifts shown significant situation specific specifically
    stack state stated statement statements status structure substantial suggest summarize summary term terms
    time timeframe total trend trends understand vary various year years across affect affected any throughout
    distribution issue issues q1 q2 q3 q4 might generated include includes including per past whole bring
    brought against management measure combine measured strategies strategy strategic priorities been overall
    significantly effectively business 10 q k main behind chief primary principal ways way data""".split()
)


def wants_account(understood: Understood) -> bool:
    """Whether a trend, a comparison, factors or a summary is asked for, which no one figure or sentence gives."""
    if understood.rank and not _NEWEST.search(understood.standalone):  # "the most recent" ranks nothing
        return False
    return over_time(understood) or bool(_BROAD.search(understood.standalone))


def over_time(understood: Understood) -> bool:
    """Whether it is asked how something went, from one report to the next."""
    return bool(_OVER_TIME.search(understood.standalone))


def of_the_newest(understood: Understood) -> bool:
    """Whether only the newest report is asked about."""
    return bool(_NEWEST.search(understood.standalone)) and not over_time(understood)


def topic(understood: Understood, names: frozenset[str]) -> tuple[str, ...]:
    """The stems of what a question is about: neither who, nor when, nor how it is asked."""
    about = _FORM.sub(" ", spelt_out(understood.standalone.replace(understood.period_words or "\0", " ")))
    words = (stem(_POSSESSIVE.sub("", word)) for word in content_words(about))
    return tuple(
        dict.fromkeys(
            word for word in words if word not in _ASKING and word not in names and not any(c.isdigit() for c in word)
        )
    )


def words_asked(understood: Understood) -> frozenset[str]:
    """All stems of a question but those that no measure is called by: "effective" is of a rate's name."""
    return frozenset(stem(word) for word in content_words(spelt_out(understood.standalone)))


def called(text: str) -> frozenset[str]:
    """The stems of the words in a text that open with a capital, without a possessive's ending; no kind of report."""
    text = _FORM.sub(" ", text)
    found = (
        stem(_POSSESSIVE.sub("", word))
        for word, start, _ in tokens(text)
        if text[start].isupper() and word not in COMMON
    )
    return frozenset(word for word in found if word not in _ASKING)
