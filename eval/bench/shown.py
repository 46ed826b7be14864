"""How many of the figures that a known answer gives an answer of ours shows: `python -m eval.bench.shown SET LIBRARY`.

For sets whose answers are prose about reports, such as filings. Counted are the figures of the known answer that its
report holds; shown is one whose value stands in our answer, for the period that the prose gives it where it gives one.
What is not shown is told by its cause: the figure is not in the library as read, its report's passages were not found,
it stands in another period, or it stood in a passage found and was not given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from eval.bench.public import asked_of, cases
from rag.ask import ask
from rag.language.mentions import Anchor, mentions
from rag.language.numbers import numbers
from rag.language.periods import relation
from rag.language.sentences import sentences
from rag.library import Library
from rag.types import Answer, Figure, Period

TOLERANCE = 0.005  # of the value: prose rounds


@dataclass(frozen=True, slots=True)
class Told:
    """A figure of a known answer with the periods that its sentence names."""

    value: float
    periods: tuple[Period, ...]


def main() -> None:
    causes: Counter[str] = Counter()
    for case, library in cases("eval.bench.shown", "Figures of known answers, shown."):
        causes.update(_causes(case, library))
    held = sum(causes.values()) - causes["not in the report"]
    for cause, count in causes.most_common():
        print(f"{cause:<32}{count:>6}{'' if cause == 'not in the report' else f'{count / held:>8.1%}'}")


def _causes(case: dict[str, Any], library: Library) -> Iterator[str]:
    """For each figure of the known answer whether it is shown, or why not."""
    expect = case["expect"]
    reports = {each["report"] for each in expect.get("evidence", ())}
    as_of = date.fromisoformat(case["as_of"])
    told = [figure for text in expect.get("answer", ())[:1] for figure in _told(text, as_of)]
    if not told:
        return
    answer = ask(library, asked_of(case))
    held = [figure for report in library.reports() if report.path in reports for figure in _figures(library, report.id)]
    for each in told:
        yield _cause(each, answer, held, reports)


def _cause(told: Told, answer: Answer, held: list[Figure], reports: set[str]) -> str:
    same = [figure for figure in held if _equal(figure.value, told.value)]
    if not same:
        return "not in the report"
    shown = [figure for figure in answer.figures if _equal(figure.value, told.value)]
    named = {cited.n: cited.covers for cited in answer.citations}
    if any(_timely(each.period, told.periods) or _of_filing(named[each.citation], told.periods) for each in shown):
        return "shown"
    if shown:
        return "shown for another period"
    if any(_equal(each.value, told.value) for each in _told(answer.text, date.today())):
        return "shown"
    return "not given" if any(passage.report in reports for passage in answer.passages) else "not retrieved"


def _told(text: str, as_of: date) -> Iterator[Told]:
    for start, end in sentences(text):
        sentence = text[start:end]
        named = mentions(sentence, Anchor(as_of))
        periods = tuple(mention.period for mention in named if mention.period)
        for number in numbers(sentence, taken=[(mention.start, mention.end) for mention in named]):
            yield Told(number.value, periods)


def _figures(library: Library, report: str) -> list[Figure]:
    ids = [id for id in library.catalog.passage_ids() if id.startswith(f"{report}@")]
    return [
        figure
        for passage, _ in library.passages(ids).values()
        for statement in passage.statements
        for figure in statement.figures
    ]


def _timely(period: Period | None, named: tuple[Period, ...]) -> bool:
    return not named or period is None or any(relation(period, each) in ("equal", "inside") for each in named)


def _of_filing(covers: str, named: tuple[Period, ...]) -> bool:
    """Whether the prose names a figure's time by its filing: a "third quarter of 2023" that ends in June."""
    return any(each.label == covers for each in named)


def _equal(one: float, other: float) -> bool:
    return abs(abs(one) - abs(other)) <= TOLERANCE * max(abs(other), 1e-9)


if __name__ == "__main__":
    main()
