"""Sentences of two reports that are one but for a few words: the same thing told twice, once otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from rag.language.rows import told
from rag.search import Found, Ranked, own_stems

_WORD = re.compile(r"\w[\w,.'’-]*\w|\w")
_FEWEST, _MOST_OTHER = 5, 6  # words that are the same; words that differ
_RUN = 2  # words that count as the same only together
_ALIKE = 0.6  # of the shorter sentence's words


def twins(best: Ranked, found: Found) -> Iterator[tuple[Ranked, str, str]]:
    """Each sentence of another report that says the same but for one stretch of words, with those words of the best and
    its own. Reports of different times are none: what was then is not what is now."""
    if best.statement.kind == "row":
        return
    own = own_stems(best.statement)
    for each in found.statements:
        report = each.passage.report
        if report.id == best.passage.report.id or each.statement.kind == "row" or not _of_one_time(best, each):
            continue
        its = own_stems(each.statement)
        if 2 * len(own & its) < min(len(own), len(its)):
            continue  # far too little in common to be looked at word for word
        words = differing(told(best.statement), told(each.statement))
        if words is not None:
            yield each, *words


def differing(one: str, other: str) -> tuple[str, str] | None:
    """The words in which two sentences differ, if they do so in one place. A title that one opens with, or a page's
    other text that it runs into, is no difference: it is far longer, or the other sentence has none there."""
    words = [[(m.group().lower(), *m.span()) for m in _WORD.finditer(text)] for text in (one, other)]
    own, its = ([word for word, *_ in each] for each in words)
    if min(len(own), len(its)) < _FEWEST:
        return None
    matched = SequenceMatcher(None, own, its, autojunk=False).get_matching_blocks()
    runs = [run for run in matched if run.size >= _RUN]
    if sum(run.size for run in runs) < max(_FEWEST, _ALIKE * min(len(own), len(its))):
        return None
    edges = [(0, 0), *((run.a + run.size, run.b + run.size) for run in runs)]
    starts = [*((run.a, run.b) for run in runs), (len(own), len(its))]
    gaps = [(a, c, b, d) for (a, b), (c, d) in zip(edges, starts, strict=True)]
    differ = [gap for gap in gaps[1:-1] if gap[0] < gap[1] or gap[2] < gap[3]]
    differ += [gap for gap in (gaps[0], gaps[-1]) if _is_short(gap)]
    if len(differ) != 1 or not _is_short(differ[0]):
        return None
    a, b, c, d = differ[0]
    return one[words[0][a][1] : words[0][b - 1][2]], other[words[1][c][1] : words[1][d - 1][2]]


def _is_short(gap: tuple[int, int, int, int]) -> bool:
    """Whether both sentences have a few words of their own there."""
    start, end, its_start, its_end = gap
    return 0 < end - start <= _MOST_OTHER and 0 < its_end - its_start <= _MOST_OTHER


def _of_one_time(one: Ranked, other: Ranked) -> bool:
    """Whether nothing says that two sentences, or their reports, are of different times."""
    reports = one.passage.report, other.passage.report
    if reports[0].covers != reports[1].covers:
        return False
    days = [report.published.day for report in reports if report.published and report.published.certain]
    return len(days) < 2 or days[0] == days[1]
