"""What is right about an answer: numbers between 0 and 1 from a case and its answer line. No model, no library.

A metric that does not apply to a case is None and counts for nothing. An answer with status error is not graded at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from eval.cases import Evidence, Expect, Value

Grades = dict[str, float | None]
Answer = Mapping[str, Any]  # the fixed answer format of the design

DECIDING = ("status", "answer", "figure", "cited", "period", "quotes")  # a case passes when none of these is wrong
FIRST = 5  # passages that count as retrieved


def grade(expect: Expect, answer: Answer, *, misplaced: Sequence[int] = ()) -> Grades:
    """The grades of an answer. `misplaced` are the citations whose quote does not stand at their place."""
    answered = expect.status == "answered" and answer["status"] in ("answered", "partial")
    short = answer["short"] or ""
    said = bool(expect.answer) and answered
    return {
        "status": float(answer["status"] == expect.status),
        "short_exact": max(float(words(want) == words(short)) for want in expect.answer) if said else None,
        "short_f1": max(token_f1(want, short) for want in expect.answer) if said else None,
        "answer": float(any(holds(short or answer["text"], want) for want in expect.answer)) if said else None,
        "figure": float(figure_is_right(expect.value, answer)) if expect.value and answered else None,
        "cited": float(cited(expect.evidence, answer["citations"][:1])) if expect.evidence and answered else None,
        "quotes": float(not misplaced) if answered else None,
        "period": float(period_is_right(expect, answer)) if expect.period and answered else None,
        "passage": float(cited(expect.evidence, answer["passages"][:FIRST], "text")) if expect.evidence else None,
    }


def passed(grades: Grades) -> bool:
    return all(grades[name] in (None, 1.0) for name in DECIDING)


def figure_is_right(value: Value, answer: Answer) -> bool:
    """Whether the answer's first figure is the value, in its unit, within its tolerance."""
    figures = answer["figures"]
    if not figures:
        return False
    off = abs(figures[0]["value"] - value.number)
    return off <= value.tolerance * abs(value.number) + 1e-9 and _same_unit(value.unit, figures[0]["unit"] or "")


def period_is_right(expect: Expect, answer: Answer) -> bool:
    period = answer["period"]
    if expect.period is None or period is None:
        return expect.period is period
    return (period["start"], period["end"]) == (expect.period.start.isoformat(), expect.period.end.isoformat())


def cited(evidence: Sequence[Evidence], places: Sequence[Mapping[str, Any]], text: str = "quote") -> bool:
    """Whether one of the places (citations, or passages with their `text`) is one of the evidence's."""
    return any(is_place(wanted, place, text) for wanted in evidence for place in places)


def is_place(wanted: Evidence, place: Mapping[str, Any], text: str = "quote") -> bool:
    """Same report, same page, one quote within the other, and overlapping where both say where they stand."""
    if place["report"] != wanted.report or (wanted.page is not None and place["page"] != wanted.page):
        return False
    ours, theirs = squeezed(wanted.quote), squeezed(place[text])
    if ours not in theirs and theirs not in ours:
        return False
    if wanted.start is None or wanted.end is None or place["start"] is None:
        return True
    return bool(place["start"] < wanted.end and wanted.start < place["end"])


def holds(text: str, wanted: str) -> bool:
    """Whether the wanted words stand in the text, as whole words in a row."""
    have, want = words(text), words(wanted)
    return bool(want) and any(have[i : i + len(want)] == want for i in range(len(have) - len(want) + 1))


def token_f1(wanted: str, given: str) -> float:
    """The harmonic mean of precision and recall over words, as SQuAD scores answers (Rajpurkar et al. 2016)."""
    want, have = words(wanted), words(given)
    common = (Counter(want) & Counter(have)).total()
    return 2 * common / (len(want) + len(have)) if common else 0.0


def words(text: str) -> list[str]:
    """Words and numbers to compare by: lower case, no articles, no thousands separators, percent spelt one way."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "").replace("'", "")
    plain = re.sub(r"(?<=\d),(?=\d{3}\b)", "", plain)
    plain = re.sub(r"%|\bper cent\b", " percent ", plain)
    return [word for word in re.findall(r"\d+(?:\.\d+)?|[^\W\d_]+", plain) if word not in ("a", "an", "the")]


def squeezed(text: str) -> str:
    """The text with each run of white space as one space: a quote may be broken over lines."""
    return " ".join(text.split())


def _same_unit(wanted: str, given: str) -> bool:
    want, have = words(wanted), words(given)
    return not want or want == have or all(any(w.rstrip("s") == h.rstrip("s") for h in have) for w in want)
