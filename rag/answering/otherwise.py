"""What other reports say where they answer the same question in other words: a name, a date or a place that differs."""

from __future__ import annotations

from rag.answering.confidence import confidence
from rag.answering.phrases import is_of_kind, short_answer
from rag.answering.twins import twins
from rag.language.tokens import content_stem_set
from rag.search import Found, Ranked
from rag.types import Understood

OTHERWISE = "Other reports say otherwise."
MOST = 2  # that are told beside the answer
BEHIND = 2.0  # log-odds by which another report's sentence may be the less likely one


def otherwise(best: Ranked, short: str | None, found: Found, understood: Understood) -> list[tuple[Ranked, str]]:
    """Sentences of other reports that contradict the answer, each with the words that would answer; one a report, none
    that says what another says: first those that are the same sentence but for those words, then those that are about
    as likely to answer and share no word with the answer."""
    seen, others = {best.passage.report.id}, list[tuple[Ranked, str]]()
    said = [content_stem_set(short)] if short else []
    for each, own, words in twins(best, found):
        stems = content_stem_set(words)
        concerned = is_of_kind(words, understood) and (not short or _share_a_word(short, own) or _alike(short, own))
        if each.passage.report.id not in seen and concerned and stems not in said and len(others) < MOST:
            seen.add(each.passage.report.id)
            said.append(stems)
            others.append((each, words))
    if short is None or best.judged is None:
        return others
    read = [each for each in found.statements if each.judged is not None]
    for each in sorted(read, key=lambda one: -one.judged.relevance if one.judged else 0.0):
        if each.judged is None or each.judged.relevance < best.judged.relevance - BEHIND or len(others) >= MOST:
            break
        answer = short_answer(each, understood, found.weights)
        if each.passage.report.id in seen or answer is None:
            continue
        stems = content_stem_set(answer)
        likely = confidence(each, found, understood) >= found.threshold
        if likely and stems and not any(stems & other for other in said):
            seen.add(each.passage.report.id)
            said.append(stems)
            others.append((each, answer))
    return others


def _share_a_word(one: str, other: str) -> bool:
    return not content_stem_set(one).isdisjoint(content_stem_set(other))


def _alike(short: str, own: str) -> bool:
    """Whether both are dates or numbers: what differs may be the one that was meant."""
    return any(char.isdigit() for char in short) and any(char.isdigit() for char in own)
