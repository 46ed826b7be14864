"""Whether a claim says the opposite: a rise for a fall, a denial that no source makes, one that is left out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.subject import about
from rag.answering.vouching import Vouched, places
from rag.types import Figure

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
_NOT = re.compile(r"\b(?:not|no(?!\.)|never|none|nobody|neither|nor|without|cannot|can't|[a-z]+n['’]t)\b", re.I)
_NO_DENIAL = re.compile(
    r"\bnot only\b|\bno (?:more|fewer|less) than\b|\bnot (?:more|fewer|less) than\b|\bwhether or not\b"
    r"|\bNo\. \d|\bif not\b|\bnot least\b",
    re.I,
)
_AMOUNTS_TO_NOT = re.compile(
    r"\b(?:fail\w*|refus\w*|lack\w*|unable|unlikely|unchanged|rather than|instead of|except|prevented"
    r"|stopped|missed|withh\w+|omitted|excluded|hidden)\b",
    re.I,
)
_CLAUSES = re.compile(r"[;:]|,\s|\b(?:but|while|whereas|although|though|because|and)\b", re.I)


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
                return f"“{found}” is the opposite of what {places(cited)} says."
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
        near = abs(other.value) / 20 < abs(before[-1].value) < 20 * abs(other.value)
        if near and before[-1].value != other.value and up != (before[-1].value > other.value):
            return f"“{compared.group().strip()}” is not what its figures say."
    return ""


def _opposed(claim: str, source: str, mine: re.Pattern[str], theirs: re.Pattern[str]) -> str:
    said = mine.search(claim)
    if not said:
        return ""
    if not mine.search(source):
        return said.group() if len(theirs.findall(claim)) < len(theirs.findall(source)) else ""
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
            return f"“{up.group()}” is the opposite of −{digits} in {places(cited)}."
        if (
            signed
            and all(each > 0 for each in signed)
            and down
            and re.search(rf"\+\s?{digits}", " ".join(c.text for c in cited))
        ):
            return f"“{down.group()}” is the opposite of +{digits} in {places(cited)}."
    return None


def negation_problem(claim: str, cited: Sequence[Vouched]) -> str | None:
    """A denial that no source makes, or one that a source makes and the claim leaves out."""
    plain = _NO_DENIAL.sub(" ", claim)
    source = _NO_DENIAL.sub(" ", " ".join(each.text if each.is_row else each.statement for each in cited))
    denied, there = _NOT.findall(plain), _NOT.findall(source)
    if len(denied) > len(there) + len(_AMOUNTS_TO_NOT.findall(source)):
        return f"“{denied[-1]}”: {places(cited)} does not deny this."
    mine = about(plain)
    sentences = _NO_DENIAL.sub(" ", " ".join(each.statement for each in cited if not each.is_row))
    left_out = [clause for clause in _CLAUSES.split(sentences) if _NOT.search(clause) and _is_in(about(clause), mine)]
    if len(denied) + len(_AMOUNTS_TO_NOT.findall(plain)) < len(left_out):
        return f"{places(cited)} says “{_NOT.findall(left_out[0])[0]}” of this."
    return None


def _is_in(theirs: frozenset[str], mine: frozenset[str]) -> bool:
    return bool(theirs) and len(theirs & mine) >= 0.75 * len(theirs)


def _first_number(words: str) -> float | None:
    found = re.search(r"\d[\d,]*(?:\.\d+)?", words)
    return float(found.group().replace(",", "")) if found else None
