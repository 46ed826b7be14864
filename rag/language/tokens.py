"""Words of a text in the form in which they are compared: folded, stemmed, numbers without their separators.

The lexical index and the ranking of statements both use ``stems``, so that what one finds the other can explain.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import tantivy

# A number with its separators, or a run of letters and digits. Scripts without spaces between words are cut below.
_LETTERS = "[^\\W\\d_](?:[^\\W\\d_]|[\u0300-\u036f])*"  # an accent may be a character of its own
_TOKEN = re.compile(rf"\d+(?:[.,]\d+)*|{_LETTERS}(?:['’]{_LETTERS})*|[^\W_]+")
_ASCII_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[A-Za-z]+(?:'[A-Za-z]+)*|[A-Za-z0-9]+", re.ASCII)  # the same, faster
_GROUPED = re.compile(r"^\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff\uac00-\ud7af]")

_stemmer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).filter(tantivy.Filter.stemmer("english")).build()

# Words that say how a thing is asked or told, not what it is about.
COMMON = frozenset(
    """a about above after again all also am an and any are as at be because been before being below between both but by
    can could did do does doing down during each few for from further get give given had has have having he her here
    hers him his how i if in into is it its itself just let like made make many me more most much my no nor not of off
    on once only or other our ours out over own please same she should show so some such tell than that the their
    theirs them then there these they this those through to too under until up us very was we were what when where
    which while who whom whose why will with would you your yours there's what's it's""".split()
)


# Forms that no ending tells.
_IRREGULAR = {
    form: base
    for base, forms in {
        "rise": "rose risen", "fall": "fell fallen", "grow": "grew grown growth", "child": "children", "man": "men",
        "woman": "women", "spend": "spent", "pay": "paid", "buy": "bought", "sell": "sold", "give": "gave given",
        "take": "took taken", "begin": "began begun", "leave": "left", "lead": "led", "write": "wrote written",
        "win": "won", "lose": "lost", "build": "built", "hold": "held", "find": "found", "meet": "met", "bring": "brought",
        "come": "came", "go": "went gone", "run": "ran", "see": "saw seen", "speak": "spoke spoken", "die": "dead death",
        "choose": "chose chosen", "become": "became", "send": "sent", "teach": "taught", "think": "thought", "feed": "fed",
        "foot": "feet", "sing": "sang sung", "drive": "drove driven", "draw": "drew drawn",
    }.items()
    for form in forms.split()
}  # fmt: skip


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of one lower-case word; English endings only, other words come back as they are."""
    word = _IRREGULAR.get(word, word)
    found = _stemmer.analyze(word)
    return found[0] if found else word


def tokens(text: str) -> list[tuple[str, int, int]]:
    """Every token as (folded form, start, end), in order; unspaced scripts give one token a character."""
    if pattern := _spaced(text):
        return [(_fold(match.group()), match.start(), match.end()) for match in pattern.finditer(text)]
    found: list[tuple[str, int, int]] = []
    for match in _TOKEN.finditer(text):
        raw = match.group()
        start = match.start()
        if _UNSPACED.search(raw):
            found.extend((char, start + i, start + i + 1) for i, char in enumerate(raw))
            continue
        found.append((_fold(raw), start, match.end()))
    return found


def stems(text: str) -> list[str]:
    """The stems of all words of a text, in order, common words included."""
    return [stem(word) for word in _words(text)]


def content_words(text: str) -> list[str]:
    """The words of a text that say what it is about, folded, in order, each once."""
    return list(dict.fromkeys(word for word in _words(text) if word not in COMMON))


def content_stems(text: str) -> list[str]:
    """The stems of the words that say what a text is about, in order, each once."""
    return list(dict.fromkeys(stem(word) for word in content_words(text)))


def content_sequence(text: str) -> list[str]:
    """As ``content_stems``, each as often as it stands there."""
    return [stem(word) for word in _words(text) if word not in COMMON]


def _words(text: str) -> list[str]:
    """The folded forms of ``tokens``: a statement's words are looked at far more often than their places."""
    if pattern := _spaced(text):
        return [_fold(raw) for raw in pattern.findall(text)]
    return [word for word, _, _ in tokens(text)]


def _spaced(text: str) -> re.Pattern[str] | None:
    """What finds the tokens of a text whose scripts all part their words; None for any other."""
    if text.isascii():
        return _ASCII_TOKEN
    return None if _UNSPACED.search(text) else _TOKEN


@lru_cache(maxsize=65536)
def _fold(raw: str) -> str:
    if raw[0].isdigit():
        return raw.replace(",", "") if _GROUPED.match(raw) else raw
    plain = unicodedata.normalize("NFKD", raw.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char)).replace("’", "'")
    return plain.removesuffix("'s").replace("'", "")


@lru_cache(maxsize=50_000)
def content_stem_set(text: str) -> frozenset[str]:
    """``content_stems`` as a set, remembered: labels, headers and captions come again with every row."""
    return frozenset(content_stems(text))
