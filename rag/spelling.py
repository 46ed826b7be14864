"""A question's misspelt words, mended with the library's own: "refferals" is read as "referrals", and said so."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.language.tokens import content_words, stem
from rag.types import Understood

if TYPE_CHECKING:
    from rag.library import Library

SHORTEST = 5  # letters; shorter words have too many neighbours
LONG = 9  # from here on two slips are forgiven, before that one


def spelt(understood: Understood, library: Library) -> Understood:
    """The question with each word that no report holds read as the likeliest one that some report does hold.

    A word typed with a capital may be a name that the reports do not know, and stays as it is; and so does a common
    word of the language: "at least" is no slip for "at last" where no report happens to say least.
    """
    knows = getattr(library.embed, "knows", lambda word: False)  # an endpoint's model does not say what words it has
    words = [word for word in content_words(understood.about) if len(word) >= SHORTEST and word.isalpha()]
    known = library.idf([stem(word) for word in words])
    mended = {
        word: better
        for word in words
        if stem(word) not in known
        and not knows(word)
        and not re.search(rf"(?<!^)\b{re.escape(word.capitalize())}", understood.about)
        and (better := _nearest(word, library))
    }
    if not mended:
        return understood

    def read(text: str) -> str:
        for word, better in mended.items():
            text = re.sub(rf"\b{re.escape(word)}\b", better, text, flags=re.IGNORECASE)
        return text

    return replace(
        understood,
        standalone=read(understood.standalone),
        about=read(understood.about),
        added=read(understood.added),
        before=read(understood.before),
    )


def _nearest(word: str, library: Library) -> str | None:
    """The most frequent of the nearest words, within one or two slips and with the same first letter."""
    allowed = 2 if len(word) >= LONG else 1
    near = [
        (distance, -count, other)
        for other, count in library.vocabulary().items()
        if other[0] == word[0]
        and abs(len(other) - len(word)) <= allowed
        and (distance := slips(word, other, allowed)) <= allowed
    ]
    return min(near)[2] if near else None


def slips(one: str, other: str, most: int) -> int:
    """Letters changed, left out, added or swapped with their neighbour (Damerau 1964); ``most + 1`` if more."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        before, last, row = row, before, [i]
        for j, facing in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != facing))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == facing:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
