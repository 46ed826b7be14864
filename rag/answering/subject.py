"""What a claim is about: whether its words are those of its sources, or say the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.answering.vouching import Vouched, places
from rag.language.tokens import COMMON, content_words, stem

_ENOUGH = 0.5  # of a claim's words that must stand in its sources, and
_ENOUGH_OWN = 0.4  # in the statements themselves, of a claim without a figure


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


# How a thing is told, whatever it is: these words need stand in no source.
TELLING = _stems(
    """according accordingly overall total totalled number numbers figure figures amount amounted report reports
    row rows reported reporting record recorded records register registered log logged receive received receives count
    counted counts come came year years annual annually month months monthly quarter quarterly period level
    stood stand reach reached show shows showed shown state stated states note noted notes say says said
    describe described mention mentioned per cent percent percentage compare compared comparison against
    previous also additionally moreover furthermore however while whereas meanwhile both respectively thousand
    million billion hundred dozen exactly about around nearly approximately average specifically particular
    including include includes included altogether together combined same respective first second latest earlier
    later since time calendar financial fiscal following data source sources one two three four five six seven
    eight nine ten happen happened occur occurred take took taken place change changed difference sum
    provisional preliminary another gives next share ratio highest lowest entire whole rate point points""",
)
_SAME = [
    _stems(group)
    for group in (
        "rise rose risen increase increased grow grew growth climb climbed up gain higher more",
        "fall fell fallen decrease decreased decline declined drop dropped reduce reduced reduction down lower fewer "
        "less",
        "spend spent spending expenditure cost costs expense expenses outlay",
        "income revenue earnings",
        "staff employee employees workforce",
        "office branch",
        "phone telephone call calls",
        "answer reply respond response",
        "household family families",
        "begin begun start started open opened launch launched",
        "end ended close closed finish finished",
        "buy bought purchase purchased",
        "help assist assistance support",
        "child children kids",
        "wait waiting waited",
        "aim target goal objective",
        "job post role position",
        "highest most largest greatest biggest peak busiest longest",
        "lowest fewest smallest least quietest shortest",
        "rule policy",
        "pupil student",
        "run ran held hold organised",
        "average mean",
        "keep kept retain retained store stored",
        "apart separate separately",
        "pay paid payable payment",
        "part instalment portion share",
        "due expected planned scheduled",
        "choose chosen pick select",
        "fund funded financed",
        "find found located situated",
        "near close nearby",
        "reason cause caused because due",
        "make made create created produce",
        "want wanted wish",
        "show shown indicate",
        "big large major",
        "quick fast rapid",
        "problem difficulty trouble issue",
        "teach train training course",
        "sick sickness ill illness absent",
        "whole entire overall",
        "change changed alter revised amend",
        "must need required have",
        "allow allowed may can permitted",
    )
]
CLASS = {word: f"={n}" for n, group in enumerate(_SAME) for word in group}
_MOVES = {CLASS[stem(word)] for word in ("rise", "fall", "highest", "lowest")}  # the figures bear them out, or not
# What an organisation is called by where its name has been told.
BODIES = frozenset(
    """partnership trust council agency board committee company group service department charity foundation university
    hospital association authority ministry commission centre society institute office director chair government team
    organisation""".split()
)
CAPITAL = re.compile(r"(?<![\w'’.])[^\W\d_a-z][\w'’&-]*", re.UNICODE)
OPENS = re.compile(r"^\W*$|[.!?:;“\"(–—]\s*$")


def coverage_problem(
    claim: str, spans: Sequence[tuple[int, int]], cited: Sequence[Vouched], has_figure: bool
) -> str | None:
    """Too few of the claim's words stand in its sources: it is about something else."""
    words = _content(claim, spans)
    if not words:
        return None
    every = frozenset().union(*(each.stems for each in cited))
    own = frozenset().union(*(each.own_stems for each in cited))
    there, here = (_share(words, held) for held in (every, own))
    if there < _ENOUGH or (not has_figure and here < _ENOUGH_OWN):
        missing = [word for word in words if not _stands(stem(word), every, classes(every))]
        return f"{places(cited)} does not say this: {', '.join(f'“{word}”' for word in missing[:4] or words[:2])}."
    return None


def states_a_fact(claim: str, spans: Sequence[tuple[int, int]], has_figure: bool, all_cited: Sequence[Vouched]) -> bool:
    """Whether a claim says something that needs a source: a figure, a name, a date, or words of the sources."""
    words = _content(claim, spans)
    names = [each for each in CAPITAL.finditer(claim) if not OPENS.search(claim[: each.start()])]
    held = frozenset().union(*(each.stems for each in all_cited)) if all_cited else frozenset()
    named = any(each.group().lower() not in COMMON and stem(each.group().lower()) not in TELLING for each in names)
    return has_figure or bool(spans) or named or len(words) > 1 or any(stem(word) in held for word in words)


def _content(claim: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    for start, end in sorted(spans, reverse=True):
        claim = f"{claim[:start]} {claim[end:]}"
    return [
        word
        for word in content_words(claim)
        if not word[0].isdigit()
        and len(word) > 1
        and stem(word) not in TELLING
        and word not in BODIES
        and CLASS.get(stem(word)) not in _MOVES
    ]


def about(text: str) -> frozenset[str]:
    return frozenset(CLASS.get(each, each) for word in content_words(text) if (each := stem(word)) not in TELLING)


def classes(words: Iterable[str]) -> frozenset[str]:
    return frozenset(CLASS[word] for word in words if word in CLASS)


def _share(words: Sequence[str], held: frozenset[str]) -> float:
    alike = classes(held)
    weights = [1.0 + (len(word) > 6) * 0.5 for word in words]
    there = sum(weight for word, weight in zip(words, weights, strict=True) if _stands(stem(word), held, alike))
    return there / sum(weights)


def _stands(word: str, held: frozenset[str], classes: frozenset[str]) -> bool:
    if word in held or CLASS.get(word) in classes:
        return True
    return len(word) > 4 and any(each.startswith(word[:5]) for each in held)
