"""How likely a statement answers a question. Below the threshold Footnote says that the reports do not say."""

from __future__ import annotations

import math
import re

from rag.search import Found, Ranked
from rag.types import Understood

SURE_ENOUGH = 0.5
SURER = 0.9


def confidence(ranked: Ranked, found: Found, understood: Understood, reach: float = 0.0) -> float:
    """Between 0 and 1, from the statement's likeness to the question and the share of its words that it holds.

    For a figure the share that stands with it counts, if that is larger: words such as "rise" are no part of it.
    """
    features = ranked.features
    coverage = max(features["coverage"], 0.9 * reach)
    # A name that no report holds ("Westmoor") is asked for in vain; other unknown words only weigh as uncovered.
    names = sum(
        bool(re.search(rf"\b{re.escape(word)}", understood.standalone, re.IGNORECASE)) and _is_name(word, understood)
        for word in found.unknown
    )
    score = 3.2 * features["dense"] + 2.6 * coverage - 2.2 - 1.5 * min(names, 2)
    return 1 / (1 + math.exp(-3 * score))


def _is_name(word: str, understood: Understood) -> bool:
    match = re.search(rf"(?<!^)\b{re.escape(word)}\b", understood.standalone, re.IGNORECASE)
    return bool(match and match.group()[0].isupper() and not match.group().isupper())  # "UK" may stand spelt out
