"""What other reports say where they answer the same question in other words: a name, a date or a place that differs."""

from __future__ import annotations

from rag.answering.confidence import confidence
from rag.answering.phrases import short_answer
from rag.language.tokens import content_stem_set
from rag.search import Found, Ranked
from rag.types import Understood

MOST = 2  # that are told beside the answer
BEHIND = 1.0  # log-odds by which another report's sentence may be the less likely one


def otherwise(best: Ranked, short: str | None, found: Found, understood: Understood) -> list[tuple[Ranked, str]]:
    """Sentences of other reports that are about as likely to answer and share no word with the answer, each with the
    words that would; one a report, none that says what another says."""
    if short is None or best.judged is None:
        return []
    said = [content_stem_set(short)]
    seen = {best.passage.report.id}
    others: list[tuple[Ranked, str]] = []
    read = [each for each in found.statements if each.judged is not None]
    for each in sorted(read, key=lambda one: -one.judged.relevance if one.judged else 0.0):
        if each.judged is None or each.judged.relevance < best.judged.relevance - BEHIND or len(others) == MOST:
            break
        words = short_answer(each, understood, found.weights)
        if each.passage.report.id in seen or words is None:
            continue
        stems = content_stem_set(words)
        likely = confidence(each, found, understood) >= found.threshold
        if likely and stems and not any(stems & other for other in said):
            seen.add(each.passage.report.id)
            said.append(stems)
            others.append((each, words))
    return others
