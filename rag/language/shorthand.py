"""What people type in a hurry, written out: "whats the avg wait" is "what is the average wait"."""

from __future__ import annotations

import re

_WRITTEN_OUT = {
    "whats": "what is", "what's": "what is", "who's": "who is", "whos": "who is", "where's": "where is",
    "when's": "when is", "how's": "how is", "that's": "that is", "it's": "it is", "there's": "there is",
    "didn't": "did not", "don't": "do not", "isn't": "is not", "wasn't": "was not", "weren't": "were not",
    "avg": "average", "av": "average", "ppl": "people", "kids": "children", "kid": "child", "yr": "year", "yrs": "years",
    "qtr": "quarter", "mth": "month", "mths": "months", "no.": "number", "nr": "number", "govt": "government",
    "dept": "department", "info": "information", "vs": "against", "vs.": "against", "w/o": "without", "approx": "about",
    "exec": "executive", "org": "organisation", "ytd": "this year so far",
}  # fmt: skip
# Words that are kind, or say only that the question is asked now.
_EMPTY = re.compile(
    r"\b(?:pls|plz|please|thanks|thank you|thx|cheers|hi|hello|hey)\b[\s,!.]*|[\s,]*\b(?:these days|right now|at the moment)\b",
    re.IGNORECASE,
)
_PHRASES = (
    (re.compile(r"\b(?:go|goes|gone|going) up\b", re.IGNORECASE), "rise"),
    (re.compile(r"\bwent up\b", re.IGNORECASE), "rose"),
    (re.compile(r"\b(?:go|goes|gone|going|come|came) down\b", re.IGNORECASE), "fall"),
    (re.compile(r"\bwent down\b", re.IGNORECASE), "fell"),
    (re.compile(r"\bget in touch(?: with)?\b|\bgot in touch(?: with)?\b", re.IGNORECASE), "contact"),
)
_WORD = re.compile(r"(?<![\w'’])[a-z]+(?:['’][a-z]+|\.|/[a-z])?(?![\w'’])", re.IGNORECASE)
_ASKS = re.compile(r"\b(?:how (?:many|much|long|often)|what|when|who|why|where|which)\b", re.IGNORECASE)
# A question that opens so asks two things, "Did costs rise, and if so, why?": its first part is no preamble.
_ASKS_AT_ONCE = re.compile(
    r"\W*(?:(?:in|for|from|during) [^,]{1,40}, )?(?:how|what|who|why|where|which|has|have|did|does|was|were|is|are)\b(?! (?:you|there any(?:one|body)))",
    re.IGNORECASE,
)
_LONG = 18  # words; beyond, what stands before the last question word is preamble


def written_out(question: str) -> str:
    """The question without shorthand, courtesies and preamble; the rest of its words are untouched."""
    plain = _EMPTY.sub(" ", question)
    plain = _WORD.sub(lambda found: _long_form(found.group()), plain)
    for phrase, written in _PHRASES:
        plain = phrase.sub(written, plain)
    plain = " ".join(plain.split()).strip(" ,")
    if len(plain.split()) > _LONG:
        asks = list(_ASKS.finditer(plain))
        if asks and asks[-1].start() > 40 and "," in plain[: asks[-1].start()] and not _ASKS_AT_ONCE.match(plain):
            plain = plain[asks[-1].start() :]
    return plain or question


def _long_form(word: str) -> str:
    plain = word.lower().replace("’", "'")
    if plain in _WRITTEN_OUT:
        return _WRITTEN_OUT[plain]
    # A full stop that ends the sentence is not part of the word.
    bare = plain.rstrip(".")
    return _WRITTEN_OUT[bare] + "." if plain.endswith(".") and bare in _WRITTEN_OUT else word
