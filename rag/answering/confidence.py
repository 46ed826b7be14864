"""How likely a statement answers a question. Below the threshold Footnote says that the reports do not say."""

from __future__ import annotations

import math
import re

from rag.question import is_marked
from rag.search import Found, Ranked
from rag.types import Understood
from rag.weights import WEIGHTS

SURER = 0.9  # where only a whole sentence can answer a question for a number or a name
_UNKNOWN_NAME = 4.5  # log-odds that a name takes which no report holds


def confidence(ranked: Ranked, found: Found, understood: Understood, reach: float = 0.0) -> float:
    """The probability that the statement answers, as fitted on public question sets: see `rag/weights.json`.

    For a figure the share that stands with it counts, if that is larger: words such as "rise" are no part of it.
    """
    features = {**ranked.features, "coverage": max(ranked.features["coverage"], 0.9 * reach)}
    weights = WEIGHTS.answers if ranked.judged and not reach and is_marked(understood) else WEIGHTS.answers_unread
    odds = sum(weight * features.get(name, 1.0) for name, weight in weights.items())  # the bias is a weight of 1
    # A name that no report holds ("Westmoor") is asked for in vain; other unknown words only weigh as uncovered.
    names = sum(
        bool(re.search(rf"\b{re.escape(word)}", understood.standalone, re.IGNORECASE)) and _is_name(word, understood)
        for word in found.unknown
    )
    odds -= _UNKNOWN_NAME * min(names, 2)
    return 1 / (1 + math.exp(-odds))


def _is_name(word: str, understood: Understood) -> bool:
    match = re.search(rf"(?<!^)\b{re.escape(word)}\b", understood.standalone, re.IGNORECASE)
    return bool(match and match.group()[0].isupper() and not match.group().isupper())  # "UK" may stand spelt out
