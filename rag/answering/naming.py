"""Whether a claim names only what its sources name: links, periods, dates, and what begins with a capital."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from rag.answering.subject import BODIES, CAPITAL, CLASS, OPENS, TELLING, classes
from rag.answering.vouching import Vouched, places
from rag.language.tokens import COMMON, stem, tokens
from rag.types import Mention, PeriodKind

_LINK = re.compile(
    r"https?://\S+|\bwww\.\S+|!?\[[^\]]*\]\([^)]*\)|<\s*/?\s*(?:a|img|script|iframe|form|style)\b[^>]*>|\bjavascript:|\bdata:\w+/",
    re.I,
)
_FULL_NAME = re.compile(
    rf"(?P<name>(?:[A-Z][\w’'-]+ )+(?P<body>{'|'.join(sorted(each.capitalize() for each in BODIES))}))\b"
)
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = re.compile(
    r"(?:\b(?P<before>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?)?"
    rf"\b(?P<month>{'|'.join(each.capitalize() for each in _MONTHS)})\b"
    r"(?!\s+(?:not|be|also|have|only|choose|end|use|ask)\b)(?:\s+(?P<behind>\d{1,2})(?![\d:]|\s[a-z]))?"
)
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()


def shortened_bodies(claim: str, passages: Sequence[str]) -> str:
    """The claim with an organisation's full name cut to its last word, where the passage around a statement gives that
    name: what a statement calls "the agency" an answer may name.
    """

    def cut(found: re.Match[str]) -> str:
        known = any(found["name"] in " ".join(passage.split()) for passage in passages)
        return found["body"] if known else found.group()

    return _FULL_NAME.sub(cut, claim)


def link_problem(claim: str, cited: Sequence[Vouched]) -> Iterator[str]:
    """A link or an image that no source shows."""
    for match in _LINK.finditer(claim):
        shown = match.group().rstrip(".,)")
        if not any(shown in each.text for each in cited):
            yield f"“{shown[:60]}” does not stand in the sources."


def period_problems(named: Sequence[Mention], cited: Sequence[Vouched]) -> Iterator[str]:
    """Each period that the claim names and no cited statement does."""
    for mention in named:
        if not _tells(mention, cited):
            yield f"{mention.words.strip()} is no period of {places(cited)}."


def year_problems(named: Sequence[Mention], cited: Sequence[Vouched]) -> Iterator[str]:
    """Each year that the claim names, also one whose first day it does not say ("fiscal 2023"), and no source does."""
    held = frozenset(year for each in cited for year in each.years)
    for mention in named:
        for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", mention.words):
            if int(year) not in held and not any(mention.period in each.periods for each in cited if mention.period):
                yield f"{year} is no year of {places(cited)}."


def date_problems(claim: str, cited: Sequence[Vouched]) -> Iterator[str]:
    """Each month, and each day of a month, that the claim names and no cited statement does."""
    text = " ".join(f"{each.text} {each.around} {each.also}" for each in cited)
    held = [
        period
        for each in cited
        for period in each.periods
        if (period.end - period.start).days < 300 and period != each.published
    ]
    published = {(each.published.start.day, f"{each.published.start:%B}") for each in cited if each.published}
    for match in _MONTH.finditer(claim):
        month, number = match["month"], match["before"] or match["behind"]
        if number and (int(number), month) in published:
            continue
        edges = {edge for each in held for edge in (each.start, each.end - timedelta(days=1))}
        if not re.search(rf"\b{month[:3]}(?:{month[3:]})?\b", text) and month not in {f"{each:%B}" for each in edges}:
            yield f"{month} is no month of {places(cited)}."
        elif number:
            days = {(each.day, f"{each:%B}") for each in edges}
            told = rf"\b0?{number}(?:st|nd|rd|th)?\s+(?:of\s+)?{month[:3]}|\b{month[:3]}\w*\.?\s+0?{number}\b"
            listed = rf"\b0?{number}(?:st|nd|rd|th)?(?:,| and| to|\s?[–-])\s?[^.;]{{0,20}}{month[:3]}"
            if (int(number), month) not in days and not re.search(f"{told}|{listed}", text):
                yield f"{match.group().strip()} is no day of {places(cited)}."


def _tells(mention: Mention, cited: Sequence[Vouched]) -> bool:
    period = mention.period
    held = frozenset(period for each in cited for period in each.periods)
    if period is None or period in held:
        return True
    words = re.sub(r"^(?:since|before|after)\s+", "", mention.words.strip().lower())
    if any(re.search(rf"\b{re.escape(words)}(?!\d|/\d)", f"{each.text} {each.around}".lower()) for each in cited):
        return True
    if period.start in {each.start for each in held} and period.end in {each.end for each in held}:
        return True  # "from 2019 to 2025"
    length = (period.end - period.start).days
    if length == 1:
        day_told = f"{period.start.day} {period.start:%B}".lower()
        return any(
            day_told in f"{each.text} {each.around}".lower() and period.start.year in each.years for each in cited
        )
    if period.kind is PeriodKind.FISCAL or length < 27:
        return False
    years = frozenset(year for each in cited for year in each.years)
    first, last = period.start, period.end - timedelta(days=1)
    if first.year <= 1000:  # "before 2019"
        return bool(years & {last.year, period.end.year})
    if length > 360:
        opened = words != mention.words.strip().lower()
        return first.year in years and (opened or last.year in years)
    months = {_MONTHS[first.month - 1], _MONTHS[last.month - 1]}
    return {first.year, last.year} <= years and months <= frozenset(word for each in cited for word in each.words)


def name_problems(claim: str, spans: Sequence[tuple[int, int]], cited: Sequence[Vouched]) -> Iterator[str]:
    """Each name in the claim that no cited statement holds, nor what stands above it."""
    words = frozenset().union(*(each.words for each in cited)) if cited else frozenset()
    for match in CAPITAL.finditer(claim):
        if any(start <= match.start() < end for start, end in spans):
            continue
        if OPENS.search(claim[: match.start()]) and not _opens_with_a_name(claim, match, words):
            continue
        name = match.group()
        is_body = name.lower() in BODIES and re.search(r"\b(?:the|our|this|its|a|an)\s$", claim[: match.start()], re.I)
        if not is_body and not _is_held(name, words, cited):
            yield f"“{name}” does not stand in {places(cited)}."


def _is_held(name: str, words: Iterable[str], cited: Sequence[Vouched]) -> bool:
    parts = [word for word, _, _ in tokens(name)]
    if all(part in words or stem(part) in words or part in COMMON or part in _DAYS + _MONTHS for part in parts):
        return True
    if len(parts) == 1 and CLASS.get(stem(parts[0]), "?") in classes(words):
        return True
    short = re.sub(r"[^A-Z]", "", name).lower()
    return len(short) > 1 and any(short in each.initials for each in cited)


def _opens_with_a_name(claim: str, match: re.Match[str], words: Iterable[str]) -> bool:
    """Whether the capital that opens a sentence is a name's and not the sentence's: "Skelwick had", "North East:"."""
    word = match.group()
    plain = word.lower()
    if plain in COMMON or stem(plain) in TELLING or len(word) < 3 or plain in BODIES:
        return False
    if word[1:2].isupper():
        return True
    if plain.endswith(("ing", "ly", "ed", "s")) and not plain.endswith("ss"):
        return False
    follows = claim[match.end() : match.end() + 16]
    return bool(
        re.match(r"(?:'s|’s)?\s+[A-Z]|(?:'s|’s)|:|\s+(?:had|has|was|received|recorded|saw|made)\b", follows)
    ) and (stem(plain) not in CLASS)
