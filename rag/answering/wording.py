"""Whether the words of a claim are those of its sources: names, periods, direction, negation, and what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from rag.answering.vouching import Vouched
from rag.language.tokens import COMMON, content_words, stem, tokens
from rag.types import Figure, Mention, PeriodKind

_ENOUGH = 0.5  # of a claim's words that must stand in its sources, and
_ENOUGH_OWN = 0.4  # in the statements themselves, of a claim without a figure


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


# How a thing is told, whatever it is: these words need stand in no source.
_TELLING = _stems(
    """according accordingly overall total totalled number numbers figure figures amount amounted report reports reported
    reporting record recorded records register registered log logged receive received receives count counted counts come
    came year years annual annually month months monthly quarter quarterly period level stood stand reach reached show
    shows showed shown state stated states note noted notes say says said describe described mention mentioned per cent
    percent percentage compare compared comparison against previous also additionally moreover furthermore however while
    whereas meanwhile both respectively thousand million billion hundred dozen exactly about around nearly approximately
    average specifically particular including include includes included altogether together combined same respective
    first second latest earlier later since time calendar financial fiscal following data source sources one two three four
    five six seven eight nine ten happen happened occur occurred take took taken place change changed difference sum provisional preliminary another
    gives next share ratio highest lowest entire whole rate
    point points""",
)
_SAME = [
    _stems(group)
    for group in (
        "rise rose risen increase increased grow grew growth climb climbed up gain higher more",
        "fall fell fallen decrease decreased decline declined drop dropped reduce reduced reduction down lower fewer less",
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
_CLASS = {word: f"={n}" for n, group in enumerate(_SAME) for word in group}

_MOVES = {_CLASS[stem(word)] for word in ("rise", "fall", "highest", "lowest")}  # the figures bear them out, or not
_UP = r"rose|risen|rises?|rising|increas\w+|grew|grows?|grown|growth|climb\w+|went up|up (?:by|from|on)|gain\w*"
_DOWN = r"fell|fallen|falls?|falling|decreas\w+|declin\w+|drop\w*|reduc\w+|went down|down (?:by|from|on)|shr[aiu]nk"
_OPPOSITES = tuple(
    (re.compile(rf"\b(?:{one})\b", re.I), re.compile(rf"\b(?:{other})\b", re.I))
    for one, other in (
        (_UP, _DOWN),
        (r"more|higher|greater|larger", r"fewer|less|lower|smaller"),
        (r"longer", r"shorter"),
        (r"highest|most|largest|greatest|busiest|maximum", r"lowest|fewest|smallest|least|quietest|minimum"),
        (r"longest", r"shortest"),
        (r"surplus", r"deficit"),
        (r"above|exceed\w*", r"below|under"),
        (r"before|earlier", r"after|later"),
        (r"best|better|improv\w+", r"worst|worse\w*|deteriorat\w+"),
        (r"first", r"last"),
        (r"(?:re)?open(?:ed|s|ing)?", r"clos(?:ed|es|ing|ure)"),
        (r"accepted|approved|allowed", r"rejected|refused|forbidden"),
        (r"always", r"never"),
    )
)
_FROM_TO = re.compile(
    r"\bfrom\s+(?P<low>[^;.]{0,12}?\d[\d,.]*)[^;]{0,30}?\s+to\s+(?P<high>[^;.]{0,12}?\d[\d,.]*)", re.I
)
_COMPARED = re.compile(
    rf"\b(?:(?:an?|the) (?:{_UP}|{_DOWN})|up|down|more|higher|fewer|less|lower)\s+"
    r"(?:compared (?:with|to)|from|against|than|on)\s+(?:the\s+)?$",
    re.I,
)
_PARTS = frozenset({"%", "percentage points", "bps"})
_NOT = re.compile(r"\b(?:not|no|never|none|nobody|neither|nor|without|cannot|can't|[a-z]+n['’]t)\b", re.I)
_NO_DENIAL = re.compile(
    r"\bnot only\b|\bno (?:more|fewer|less) than\b|\bnot (?:more|fewer|less) than\b|\bwhether or not\b|\bNo\. \d|\bif not\b"
    r"|\bnot least\b",
    re.I,
)
_AMOUNTS_TO_NOT = re.compile(
    r"\b(?:fail\w*|refus\w*|lack\w*|unable|unlikely|unchanged|rather than|instead of|except|prevented|stopped|missed|withh\w+|omitted|excluded|hidden)\b",
    re.I,
)
_CLAUSES = re.compile(r"[;:]|,\s|\b(?:but|while|whereas|although|though|because|and)\b", re.I)
_LINK = re.compile(
    r"https?://\S+|\bwww\.\S+|!?\[[^\]]*\]\([^)]*\)|<\s*/?\s*(?:a|img|script|iframe|form|style)\b[^>]*>|\bjavascript:|\bdata:\w+/",
    re.I,
)
_CAPITAL = re.compile(r"(?<![\w'’.])[^\W\d_a-z][\w'’&-]*", re.UNICODE)
_OPENS = re.compile(r"^\W*$|[.!?:;“\"(–—]\s*$")
# What an organisation is called by where its name has been told.
_BODIES = frozenset(
    """partnership trust council agency board committee company group service department charity foundation university
    hospital association authority ministry commission centre society institute office director chair government team
    organisation""".split()
)
_FULL_NAME = re.compile(
    rf"(?P<name>(?:[A-Z][\w’'-]+ )+(?P<body>{'|'.join(sorted(each.capitalize() for each in _BODIES))}))\b"
)
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = re.compile(
    rf"(?:\b(?P<before>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?)?\b(?P<month>{'|'.join(each.capitalize() for each in _MONTHS)})\b"
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
            yield f"{mention.words.strip()} is no period of {_places(cited)}."


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
            yield f"{month} is no month of {_places(cited)}."
        elif number:
            days = {(each.day, f"{each:%B}") for each in edges}
            told = rf"\b0?{number}(?:st|nd|rd|th)?\s+(?:of\s+)?{month[:3]}|\b{month[:3]}\w*\.?\s+0?{number}\b"
            listed = rf"\b0?{number}(?:st|nd|rd|th)?(?:,| and| to|\s?[–-])\s?[^.;]{{0,20}}{month[:3]}"
            if (int(number), month) not in days and not re.search(f"{told}|{listed}", text):
                yield f"{match.group().strip()} is no day of {_places(cited)}."


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
    for match in _CAPITAL.finditer(claim):
        if any(start <= match.start() < end for start, end in spans):
            continue
        if _OPENS.search(claim[: match.start()]) and not _opens_with_a_name(claim, match, words):
            continue
        name = match.group()
        is_body = name.lower() in _BODIES and re.search(r"\b(?:the|our|this|its|a|an)\s$", claim[: match.start()], re.I)
        if not is_body and not _is_held(name, words, cited):
            yield f"“{name}” does not stand in {_places(cited)}."


def _is_held(name: str, words: Iterable[str], cited: Sequence[Vouched]) -> bool:
    parts = [word for word, _, _ in tokens(name)]
    if all(part in words or stem(part) in words or part in COMMON or part in _DAYS + _MONTHS for part in parts):
        return True
    if len(parts) == 1 and _CLASS.get(stem(parts[0]), "?") in _classes(words):
        return True
    short = re.sub(r"[^A-Z]", "", name).lower()
    return len(short) > 1 and any(short in each.initials for each in cited)


def _opens_with_a_name(claim: str, match: re.Match[str], words: Iterable[str]) -> bool:
    """Whether the capital that opens a sentence is a name's and not the sentence's: "Skelwick had", "North East:"."""
    word = match.group()
    plain = word.lower()
    if plain in COMMON or stem(plain) in _TELLING or len(word) < 3 or plain in _BODIES:
        return False
    if word[1:2].isupper():
        return True
    if plain.endswith(("ing", "ly", "ed", "s")) and not plain.endswith("ss"):
        return False
    follows = claim[match.end() : match.end() + 16]
    return bool(
        re.match(r"(?:'s|’s)?\s+[A-Z]|(?:'s|’s)|:|\s+(?:had|has|was|received|recorded|saw|made)\b", follows)
    ) and (stem(plain) not in _CLASS)


def direction_problem(claim: str, figures: Sequence[Figure], cited: Sequence[Vouched]) -> str | None:
    """A word that says the opposite of what the sources say of the same, or of what its own figures say."""
    if found := _against_its_figures(claim, figures):
        return found
    for told in _FROM_TO.finditer(claim):
        low, high = (_first_number(told[name]) for name in ("low", "high"))
        before = claim[max(0, told.start() - 60) : told.start()]
        up, down = (bool(each.search(before)) for each in _OPPOSITES[0])
        years = {low, high} <= {float(year) for year in range(1900, 2100)} and "," not in told.group()
        if (
            low is not None
            and high is not None
            and not years
            and up != down
            and ((up and low > high) or (down and low < high))
        ):
            return f"“{told.group()}” goes the other way."
    source = " ".join(each.text for each in cited)
    for one, other in _OPPOSITES:
        for mine, theirs in ((one, other), (other, one)):
            if found := _opposed(claim, source, mine, theirs):
                return f"“{found}” is the opposite of what {_places(cited)} says."
    return _wrong_sign(claim, cited)


def _against_its_figures(claim: str, figures: Sequence[Figure]) -> str:
    """ "556, a decrease compared with 549": the two figures on either side of the comparison."""
    for other in figures:
        if not (compared := _COMPARED.search(claim, 0, other.start)):
            continue
        before = [each for each in figures if each.end <= compared.start()]
        if not before or (before[-1].unit in _PARTS) != (other.unit in _PARTS):
            continue
        up = bool(re.search(rf"\b(?:{_UP}|up|more|higher)\b", compared.group(), re.I))
        if before[-1].value != other.value and up != (before[-1].value > other.value):
            return f"“{compared.group().strip()}” is not what its figures say."
    return ""


def _opposed(claim: str, source: str, mine: re.Pattern[str], theirs: re.Pattern[str]) -> str:
    said = mine.search(claim)
    if not said or (theirs.search(claim) and not mine.search(source) and not theirs.search(source)):
        return ""
    if not mine.search(source):
        return said.group() if theirs.search(source) and not theirs.search(claim) else ""
    # Both directions stand in the source: what matters is the one beside the same figure.
    for clause in _CLAUSES.split(claim):
        if not (said := mine.search(clause)) or theirs.search(clause):
            continue
        digits = set(re.findall(r"\d[\d,.]*\d|\d", clause))
        beside = [
            each for each in _CLAUSES.split(source) if digits and digits & set(re.findall(r"\d[\d,.]*\d|\d", each))
        ]
        if beside and any(theirs.search(each) for each in beside) and not any(mine.search(each) for each in beside):
            return said.group()
    return ""


def _wrong_sign(claim: str, cited: Sequence[Vouched]) -> str | None:
    """ "Rose by 15.1%" of a cell that says −15.1%."""
    up, down = (each.search(claim) for each in _OPPOSITES[0])
    if bool(up) == bool(down):
        return None
    for digits in re.findall(r"(?:by|of)\s+(\d[\d,]*(?:\.\d+)?)", claim):
        value = float(digits.replace(",", ""))
        signed = [held.value for each in cited for held in each.figures if held.is_cell and abs(held.value) == value]
        if signed and all(each < 0 for each in signed) and up:
            return f"“{up.group()}” is the opposite of −{digits} in {_places(cited)}."
        if (
            signed
            and all(each > 0 for each in signed)
            and down
            and re.search(rf"\+\s?{digits}", " ".join(c.text for c in cited))
        ):
            return f"“{down.group()}” is the opposite of +{digits} in {_places(cited)}."
    return None


def negation_problem(claim: str, cited: Sequence[Vouched]) -> str | None:
    """A denial that no source makes, or one that a source makes and the claim leaves out."""
    plain = _NO_DENIAL.sub(" ", claim)
    source = _NO_DENIAL.sub(" ", " ".join(each.statement for each in cited))
    denied, there = _NOT.findall(plain), _NOT.findall(source)
    if len(denied) > len(there) + len(_AMOUNTS_TO_NOT.findall(source)):
        return f"“{denied[-1]}”: {_places(cited)} does not deny this."
    mine = _about(plain)
    sentences = _NO_DENIAL.sub(" ", " ".join(each.statement for each in cited if not each.is_row))
    left_out = [clause for clause in _CLAUSES.split(sentences) if _NOT.search(clause) and _is_in(_about(clause), mine)]
    if len(denied) + len(_AMOUNTS_TO_NOT.findall(plain)) < len(left_out):
        return f"{_places(cited)} says “{_NOT.findall(left_out[0])[0]}” of this."
    return None


def _is_in(theirs: frozenset[str], mine: frozenset[str]) -> bool:
    return bool(theirs) and len(theirs & mine) >= 0.75 * len(theirs)


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
        missing = [word for word in words if not _stands(stem(word), every, _classes(every))]
        return f"{_places(cited)} does not say this: {', '.join(f'“{word}”' for word in missing[:4] or words[:2])}."
    return None


def states_a_fact(claim: str, spans: Sequence[tuple[int, int]], has_figure: bool, all_cited: Sequence[Vouched]) -> bool:
    """Whether a claim says something that needs a source: a figure, a name, a date, or words of the sources."""
    words = _content(claim, spans)
    names = [each for each in _CAPITAL.finditer(claim) if not _OPENS.search(claim[: each.start()])]
    held = frozenset().union(*(each.stems for each in all_cited)) if all_cited else frozenset()
    named = any(each.group().lower() not in COMMON and stem(each.group().lower()) not in _TELLING for each in names)
    return has_figure or bool(spans) or named or len(words) > 1 or any(stem(word) in held for word in words)


def _content(claim: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    for start, end in sorted(spans, reverse=True):
        claim = f"{claim[:start]} {claim[end:]}"
    return [
        word
        for word in content_words(claim)
        if not word[0].isdigit()
        and len(word) > 1
        and stem(word) not in _TELLING
        and word not in _BODIES
        and _CLASS.get(stem(word)) not in _MOVES
    ]


def _about(text: str) -> frozenset[str]:
    return frozenset(_CLASS.get(each, each) for word in content_words(text) if (each := stem(word)) not in _TELLING)


def _classes(words: Iterable[str]) -> frozenset[str]:
    return frozenset(_CLASS[word] for word in words if word in _CLASS)


def _share(words: Sequence[str], held: frozenset[str]) -> float:
    classes = _classes(held)
    weights = [1.0 + (len(word) > 6) * 0.5 for word in words]
    there = sum(weight for word, weight in zip(words, weights, strict=True) if _stands(stem(word), held, classes))
    return there / sum(weights)


def _stands(word: str, held: frozenset[str], classes: frozenset[str]) -> bool:
    if word in held or _CLASS.get(word) in classes:
        return True
    return len(word) > 4 and any(each.startswith(word[:5]) for each in held)


def _first_number(words: str) -> float | None:
    found = re.search(r"\d[\d,]*(?:\.\d+)?", words)
    return float(found.group().replace(",", "")) if found else None


def _places(cited: Sequence[Vouched]) -> str:
    return "".join(f"[{each.n}]" for each in cited)
