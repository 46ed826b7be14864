"""Questions made from statements by rule: a few words taken out, a question word put first, some words dropped or
exchanged for their neighbours. Noisy, and many; after Lewis, Denoyer and Riedel 2019, "Unsupervised Question Answering
by Cloze Translation"."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from rag.language.rows import cell_text, row_label, told
from rag.types import Passage, Statement

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = re.compile(
    rf"\b(?:(?:\d{{1,2}} )?(?:{_MONTHS})(?: \d{{1,2}})?,? )?(?:1[0-9]|20)\d\d\b|\b(?:{_MONTHS}) \d{{1,2}}\b"
)
_NUMBER = re.compile(
    r"(?P<n>[$£€]?\d[\d,]*(?:\.\d+)?(?: (?:million|billion|thousand|percent|per cent))?%?)(?: (?P<unit>[a-z]+s)\b)?"
)
_SPELT = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|hundreds?|thousands?) (?P<unit>[a-z]+s)\b"
)
_NAME = re.compile(r"(?<!^)\b[A-Z][\w'’.-]*(?: (?:(?:of|de|von|van|the|and) )?[A-Z][\w'’.-]*)*")
_NOUNS = re.compile(
    r"\b(?:the|an?|its|their|his|her) (?:[a-z-]+ ){0,3}[a-z-]{4,}\b|\b[a-z-]{5,} (?:and|or) [a-z-]{5,}\b"
    r"|\b[a-z]{4,}(?:ing|tion|ment|ity|ics|ism)\b"
)
_AUXILIARY = frozenset("was were is are has had have can could will would did does may must".split())
_SMALL = frozenset(
    "the a an of in on at to for by and or with from as that this it its their his her he she they which who was were "
    "is are be been has had have not also but".split()
)
_PRONOUNS = frozenset("he she it they his her its their".split())
_LEADS = frozenset("in on at by to from of for with about during the a an".split())
_ROWS = ("What was {l} {h}?", "what is the {h} of {l}", "What is {l} for {h}?", "how much {l} {h}?", "{l} {h}")
STATEMENTS = 5  # of a passage that a made question is shown

Neighbour = Callable[[str], str]


def clozes(
    reports: Iterable[list[Passage]], most: int, neighbour: Neighbour, rng: random.Random
) -> Iterator[dict[str, Any]]:
    """Up to ``most`` questions a passage of each report, beside another passage of the same report."""
    for passages in reports:
        for passage in passages:
            shown = _some(passage, rng)
            made = [made for statement in shown for made in _of(statement, passage.report.title, neighbour, rng)]
            rng.shuffle(made)
            others = [each for each in passages if each.id != passage.id]
            for statement, asked, answer in made[:most]:
                beside = [rng.choice(others)] if others else []
                yield {
                    "set": "made",
                    "question": asked,
                    "status": "answered",
                    "passages": [
                        _told(passage, shown, statement, answer),
                        *(_told(other, _some(other, rng)) for other in beside),
                    ],
                }


def _some(passage: Passage, rng: random.Random) -> list[Statement]:
    at = rng.randint(0, max(0, len(passage.statements) - STATEMENTS))
    return list(passage.statements[at : at + STATEMENTS])


def _told(
    passage: Passage, shown: list[Statement], gold: Statement | None = None, answer: tuple[int, int] | None = None
) -> dict[str, Any]:
    return {
        "title": passage.report.title,
        "heading": passage.heading,
        "statements": [
            {"told": told(each), "gold": each is gold, "answer": answer if each is gold else None} for each in shown
        ],
    }


def _of(
    statement: Statement, title: str, neighbour: Neighbour, rng: random.Random
) -> Iterator[tuple[Statement, str, tuple[int, int]]]:
    text = told(statement)
    if statement.kind == "row" and len(statement.cells) > 1:
        cell = rng.choice(statement.cells[1:])
        value = cell_text(statement, cell)
        at = text.find(value)
        if value.strip() and at >= 0:
            asked = rng.choice(_ROWS).format(l=row_label(statement), h=" ".join(cell.headers))
            yield statement, asked, (at, at + len(value))
    elif 40 < len(text) < 350 and text.count(" ") > 6:
        answers = candidates(text, rng)
        rng.shuffle(answers)
        for start, end, word in answers[:2]:
            asked_of = question(text, start, end, word, title, neighbour, rng)
            if asked_of:
                yield statement, asked_of, (start, end)


def candidates(text: str, rng: random.Random) -> list[tuple[int, int, str]]:
    """Spans of a sentence that a question could be asked for, which do not overlap, each with its question word."""
    found: list[tuple[int, int, str]] = []

    def add(start: int, end: int, *words: str) -> None:
        if not any(a < end and start < b for a, b, _ in found):
            found.append((start, end, rng.choice(words)))

    for match in _DATE.finditer(text):
        dated = re.search(r"\d{4}", match.group())
        add(*match.span(), *(("when", "when", "in what year", "what year") if dated else ("when", "on what date")))
    for match in _NUMBER.finditer(text):
        number, unit = match["n"], match["unit"]
        if "%" in number or "per" in number:
            words: tuple[str, ...] = ("what percentage", "what percent", "how much")
        elif number[0] in "$£€":
            words = ("how much", "how much money", "what amount")
        else:
            words = (f"how many {unit}",) if unit else ("how many", "what number", "how much")
        add(*match.span("n"), *words)
    for match in _SPELT.finditer(text):
        add(*match.span(1), f"how many {match['unit']}")
    for match in _NAME.finditer(text):
        before = text[: match.start()].rstrip().rpartition(" ")[2].lower()
        if match.end() - match.start() >= 3:
            by, at = before == "by", before in ("in", "at", "near", "to", "from")
            add(*match.span(), *(("who", "who", "what") if by else ("where", "where", "what", "which") if at else ("who", "what", "which")))  # fmt: skip # noqa: E501
    nouns = list(_NOUNS.finditer(text))
    rng.shuffle(nouns)
    for match in nouns[:3]:
        add(*match.span(), "what", "what", "which", "what kind of", "what type of")
    return found


def question(
    text: str, start: int, end: int, word: str, title: str, neighbour: Neighbour, rng: random.Random
) -> str | None:
    """The sentence asked for the span ``[start, end)``, or None where too little of it is left."""
    before, behind = text[:start].split(), text[end:].split()
    if word.startswith("how many ") and behind and behind[0].strip(".,") == word.split()[-1]:
        behind = behind[1:]
    for _ in range(2):
        if before and before[-1].lower() in _LEADS:
            before.pop()
    length = rng.randint(5, 13)
    before = before[-max(3, int(length * rng.uniform(0.5, 1.0))) :]
    behind = behind[: max(2, length - len(before))]
    close = next((at for at, each in enumerate(behind) if each.endswith((",", ";", "."))), len(behind))
    body = [bare for each in before + behind[: close + 1] if (bare := each.strip('.,;:()"“”')) and bare != "''"]
    if not body:
        return None
    if body[0].lower() in _PRONOUNS and rng.random() < 0.8:
        body = title.split() + body[1:]
    elif body[0].lower() in _SMALL:
        body[0] = body[0].lower()
    auxiliary = next((at for at, each in enumerate(body[:8]) if each.lower() in _AUXILIARY), None)
    if not before:
        asked = [word, *body]
    elif auxiliary is not None:
        asked = [word, body[auxiliary], *body[:auxiliary], *body[auxiliary + 1 :]]
    else:
        asked = [word, *([rng.choice(("did", "did", "does"))] if rng.random() < 0.7 else []), *body]
    kept = [asked[0], *_noisy(asked[1:], neighbour, rng)]
    if sum(each.lower() not in _SMALL for each in kept) < 3:
        return None
    whole = " ".join(kept)
    whole = whole.lower() if rng.random() < 0.35 else whole[:1].upper() + whole[1:]
    return whole + "?" if rng.random() < 0.7 else whole


def _noisy(words: list[str], neighbour: Neighbour, rng: random.Random) -> Iterator[str]:
    """Some words dropped, some exchanged: else the model learns no more than to look for the same words."""
    for word in words:
        chance, tells = rng.random(), word.lower() not in _SMALL
        if chance < (0.14 if tells else 0.1):
            continue
        yield neighbour(word) if tells and chance < 0.34 and word.islower() else word
