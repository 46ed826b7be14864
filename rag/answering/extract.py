"""An answer built from statements, not generated: the figure or phrase asked for, then the statements, cited.

What cannot be found is said, with the nearest thing that the reports do say.
"""

from __future__ import annotations

import re
from typing import Any

from rag.answering.account import account
from rag.answering.asked import MONEY
from rag.answering.citing import Footnotes, answer_text, claim_text, short_figure, source
from rag.answering.confidence import SURER, confidence
from rag.answering.figures import Candidate, Candidates, answered, is_provisional
from rag.answering.lookup import from_cells, is_alone, shown
from rag.answering.nearest import nearest_figures, nothing_said
from rag.answering.operands import Reckoned
from rag.answering.operation import FELL, ROSE, TREND, Kind, kind_of, tells_result
from rag.answering.otherwise import MOST, OTHERWISE
from rag.answering.ranking import highest
from rag.answering.series import series
from rag.answering.sources import disagreeing, how_it_differs, last_revision
from rag.answering.statements import best_statements
from rag.answering.tables import from_table
from rag.answering.twins import twins
from rag.answering.working import told
from rag.language.periods import is_day, is_year
from rag.language.rows import row_label
from rag.language.tokens import content_stem_set, content_stems
from rag.question import FIGURES, asks_whether, counted, years_asked
from rag.search import ANYONE, Found, Ranked, own_stems
from rag.types import Answer, Claim, Figure, Headline, Period, PeriodKind, Understood

_PLAIN = ("value", "top", "bottom")  # what a table says of which a fitting sentence may say more
_ALL = 0.95  # of a question's words, by weight, that a table accounts for which gives all that is asked
_REACH = 0.85  # of the measure's words, by weight, that stand with a lone figure which is in no doubt
_READ_AS_ANSWER = 1.0  # log-odds, by the cross-encoder
_FEWEST, _MOST_YEARS = 3, 12  # figures of a trend
_TO_DATE = re.compile(r"^(?:since|after)\b|\bso far$")
_AT_THE_END = re.compile(r"\b(?:(?:at|by) the (?:end|close) of|year[- ]end|end of)\b", re.IGNORECASE)


def extract(found: Found, understood: Understood) -> Answer:
    """The answer that the found statements give, or ``not_found`` with the nearest evidence."""
    if is_alone(found):
        return _of_one_table(found, understood)
    table = from_table(found, understood)
    told_whole = None if table is not None and _works_it_out(table, found, understood) else account(found, understood)
    if told_whole is not None:
        return told_whole
    if understood.wants not in FIGURES:
        looked = from_cells(found, understood) if table is None else None
        if looked is not None:
            return shown(looked, understood)
        return told(table, understood) if table else best_statements(found, understood)
    if table is not None and table.kind not in (*_PLAIN, "trend"):
        return told(table, understood)
    weighed = Candidates(found, understood)
    answer = _from_figures(weighed, found, understood)
    if table is not None and table.kind == "trend":  # the longer of the two, which also goes on to the latest
        return told(table, understood) if answer is None or len(answer.figures) <= len(table.operands) else answer
    if answer is not None:
        return told(table, understood) if table is not None and _tells_more(table, answer) else answer
    if table is not None:
        return told(table, understood)
    looked = from_cells(found, understood)
    if looked is not None:
        return shown(looked, understood)
    if understood.rank and _of_moves(understood):
        return nothing_said(list(found.statements), understood)  # no one sentence compares how all of them moved
    nearest = nearest_figures(weighed, found, understood)
    if nearest is not None:
        return nearest
    if understood.wants in ("count", "share", "money") or weighed.asks_for_a_part:
        if weighed.asks_for_a_part or found.names or not _holds_what_is_counted(found, understood):
            return nothing_said(list(found.statements), understood)  # a part's figure, or somebody's, is theirs alone
        # No figure is sure to count what is asked: the whole sentence may answer, if it is the likelier to.
        return best_statements(found, understood, SURER)
    return best_statements(found, understood)


def _of_one_table(found: Found, understood: Understood) -> Answer:
    """The answer where one table is all that was found: by its rows, or worked out of its cells.

    A lone cell or figure of it is hardly ever what a question asks that its rows do not answer.
    """
    looked = from_cells(found, understood)
    if looked is not None:
        return shown(looked, understood)
    table = None if asks_whether(understood) else from_table(found, understood)
    if table is not None and (table.kind != "value" or understood.periods):
        return told(table, understood)
    return nothing_said(list(found.statements), understood)


def _holds_what_is_counted(found: Found, understood: Understood) -> bool:
    """Whether one of the first statements holds the noun counted: arrests by the police are no referrals by them."""
    noun = counted(understood) - ANYONE
    return not noun or any(not noun.isdisjoint(own_stems(each.statement)) for each in found.statements[:3])


def _works_it_out(table: Reckoned, found: Found, understood: Understood) -> bool:
    """Whether a table gives all that is asked for: no account of the figures it is worked out of gives more."""
    if table.kind in ("value", "trend"):
        return False
    whole = found.across is not None and found.across.whole
    return not whole or (bool(understood.periods) and table.worth >= _ALL)


def _tells_more(table: Reckoned, answer: Answer) -> bool:
    """Whether a table answers the same, and says besides what other reports give under that name."""
    return (
        bool(table.others and answer.figures and not answer.conflicts)
        and answer.figures[0].value == table.operands[0].figure.value
    )


def _of_moves(understood: Understood) -> bool:
    """Whether what is ranked is how far something rose or fell."""
    return not (ROSE | FELL).isdisjoint(content_stems(understood.standalone))


# --- figures ----------------------------------------------------------------------------------------------------------


def _from_figures(weighed: Candidates, found: Found, understood: Understood) -> Answer | None:
    if understood.rank:
        return None if _of_moves(understood) else highest(weighed.of(understood.period), understood)
    if len(understood.periods) > 1:
        listed = [(period, _fitting(weighed, found, understood, period)) for period in understood.periods]
        return series(listed, understood, least=1)
    if not understood.periods and TREND.search(understood.standalone):
        listed = [(each, _fitting(weighed, found, understood, each)) for each in _years_told(weighed)]
        answer = series(listed, understood, _FEWEST)
        if answer is not None:
            return answer
    whole = _fitting(weighed, found, understood, understood.period)
    years = years_asked(understood)
    if years and understood.wants != "share" and (not whole or whole[0].relation != "equal"):
        answer = series([(each, _fitting(weighed, found, understood, each)) for each in years], understood)
        if answer is not None:
            return answer
    if not whole or _is_doubtful(whole[0], found):
        return None
    if not tells_result(_around(whole[0].ranked, whole[0].figure), _operation(understood)):
        return None
    return _single(whole, weighed.of(understood.period), found, understood)


def _is_doubtful(best: Candidate, found: Found) -> bool:
    """Whether a figure lacks words of the measure, or is narrowed by others, and its statement was not read as an
    answer either, where any was read."""
    if not any(each.judged for each in found.statements):
        return False
    read = best.ranked.judged is not None and best.ranked.judged.relevance > _READ_AS_ANSWER
    return not read and (best.reach < _REACH or best.narrowed > 1)


def _operation(understood: Understood) -> Kind:
    return kind_of(content_stem_set(understood.standalone), understood)


def _around(ranked: Ranked, figure: Figure) -> str:
    """What is said with a figure: its sentence, or its cell with what heads it."""
    return f"{claim_text(ranked, figure)} {figure.unit}"


def _years_told(weighed: Candidates) -> list[Period]:
    """The years for which the found statements have a figure of what is asked, in order."""
    periods = {
        each.period
        for each in weighed.of(None)
        if each.measured and not each.narrowed and each.period and is_year(each.period)
    }
    return sorted(periods, key=lambda each: each.end)[-_MOST_YEARS:]


def _fitting(weighed: Candidates, found: Found, understood: Understood, wanted: Period | None) -> list[Candidate]:
    """The figures that may be shown for a period, best first; none if the best of them is not sure enough."""
    at_the_end = bool(_AT_THE_END.search(understood.standalone))
    fitting = [each for each in weighed.of(wanted) if each.measured and _may_stand_for(each, wanted, at_the_end)]
    if not fitting or confidence(fitting[0].ranked, found, understood, fitting[0].reach) < found.threshold:
        return []
    if wanted is None:
        latest = weighed.latest(fitting)
        fitting = [latest, *(each for each in fitting if each is not latest)]
    return fitting


def _may_stand_for(candidate: Candidate, wanted: Period | None, at_the_end: bool) -> bool:
    """A period may stand for another of nearly its length: "the last five years" counted from different months.

    A part of it may not: nine months are not the year.
    """
    if wanted is None:
        return True
    if candidate.rate:
        return False  # "about 1,000 a month" is no figure for a year
    if candidate.relation in ("equal", "unknown"):
        return True
    if candidate.relation == "apart" or candidate.period is None:
        return False
    period = candidate.period
    if period.end == wanted.end and (is_day(period) or at_the_end):
        return True  # what is counted on the last day stands for the period's end
    if candidate.relation == "inside":
        # "Since 2022" and "this year so far" run to today; what reports hold of them ends before.
        return (
            wanted.kind is PeriodKind.ROLLING and period.start == wanted.start and bool(_TO_DATE.search(wanted.label))
        )
    shared = (min(period.end, wanted.end) - max(period.start, wanted.start)).days
    return shared >= 0.8 * max((period.end - period.start).days, (wanted.end - wanted.start).days)


def _single(ordered: list[Candidate], every: list[Candidate], found: Found, understood: Understood) -> Answer:
    best = last_revision(ordered[0], every)
    notes = Footnotes()
    n = notes.cite(best.ranked, best.figure)
    claims = [Claim(claim_text(best.ranked, best.figure), (n,))]
    conflicts: list[dict[str, Any]] = []
    for other in disagreeing(best, ordered):
        m = notes.cite(other.ranked, other.figure)
        said = short_figure(other.ranked, other.figure)
        plain = re.sub(r"^(?:a )?provisional ", "", said)
        claims.append(Claim(f"{how_it_differs(other, best)} {plain} ({source(other.ranked)}).", (m,)))
        conflicts.append(
            {"value": other.figure.value, "short": said, "citation": m, "provisional": is_provisional(other)}
        )
    remarks = _remarks(best, understood)
    for twin, its in [] if conflicts else _told_otherwise(best, found):
        said = short_figure(twin, its)
        conflicts.append({"value": its.value, "short": said, "citation": notes.cite(twin, its), "provisional": False})
        remarks = [*_remarks(best, understood), OTHERWISE]
    return Answer(
        question=understood.standalone,
        status="answered",
        text=answer_text(claims, remarks),
        short=short_figure(best.ranked, best.figure),
        headline=_headline(best, understood),
        claims=tuple(claims),
        citations=notes.citations,
        figures=(answered(best, n),),
        conflicts=tuple(conflicts),
        notes=tuple(remarks),
    )


def _told_otherwise(best: Candidate, found: Found) -> list[tuple[Ranked, Figure]]:
    """The figures that stand in the place of the answer's where other reports tell the very sentence."""
    told: dict[float, tuple[Ranked, Figure]] = {}
    for other, own, its in twins(best.ranked, found):
        if not _holds(own, best.ranked, best.figure):
            continue
        figure = next((each for each in other.statement.figures if _holds(its, other, each)), None)
        if figure is not None and figure.value != best.figure.value:
            told.setdefault(figure.value, (other, figure))
    return list(told.values())[:MOST]


def _holds(words: str, ranked: Ranked, figure: Figure) -> bool:
    """Whether words of a statement hold the number of one of its figures."""
    start = ranked.statement.start
    return ranked.statement.text[figure.number_start - start : figure.number_end - start].strip("$£€ ") in words


def _remarks(best: Candidate, understood: Understood) -> list[str]:
    remarks = ["The figure is provisional."] if is_provisional(best) else []
    wanted = understood.period
    if wanted and best.relation == "unknown":
        remarks.append("The source does not say which period the figure is for.")
    elif wanted and best.relation != "equal" and best.period:
        remarks.append(f"The figure is for {best.period.label}.")
    return remarks


def _headline(best: Candidate, understood: Understood) -> Headline:
    figure = best.figure
    short = short_figure(best.ranked, figure)
    number = short.removeprefix(figure.qualifier).strip()
    noun = "" if figure.unit in MONEY or figure.unit in ("%", "times") or number.endswith(figure.unit) else figure.unit
    if not noun and best.ranked.statement.kind == "row":
        asked = re.search(r"\bhow many\s+([\w'’-]+)", understood.about, re.IGNORECASE)
        counts = content_stem_set(figure.counts)
        noun = asked.group(1) if asked and content_stem_set(asked.group(1)) & counts else ""
    part = _part_asked(best, understood)
    label = " · ".join(each for each in (noun, part, best.period.label if best.period else "") if each)
    return Headline(figure=number, qualifier=figure.qualifier, label=label)


def _part_asked(best: Candidate, understood: Understood) -> str:
    """The row's label, where it is the part that was asked for: "North East"."""
    if best.ranked.statement.kind != "row":
        return ""
    label = row_label(best.ranked.statement)
    words = content_stem_set(label)
    counted = content_stem_set(best.figure.unit) | content_stem_set(
        " ".join(re.findall(r"how many (\w+)", understood.about, re.I))
    )
    return label if words and words <= content_stem_set(understood.about) and not words & counted else ""
