"""The ways people and reports name time, against days written down by hand in ``periods.tsv``."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st

from rag.language import periods
from rag.language.mentions import Anchor, label_period, mentions
from rag.language.periods import relation, shifted
from rag.types import Period, PeriodKind

TABLE = Path(__file__).with_name("periods.tsv")
FEWEST_CASES = 300
EXACT = 0.98  # of the rows; a row that names nothing it should is a miss, a row with wrong days is never let through


@dataclass(frozen=True, slots=True)
class Case:
    """One text, or the cells of one header, and what it should be found to name."""

    where: str
    text: str
    anchor: Anchor
    expected: tuple[str, ...]

    @property
    def kept(self) -> tuple[str, ...]:
        return tuple(each for each in self.expected if each not in ("none", "unknown"))


def cases() -> list[Case]:
    lines = (line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return [
        Case(
            row["where"],
            row["text"],
            Anchor(date.fromisoformat(row["day"]), _period(row["covers"]) if row["covers"] else None),
            tuple(each.strip() for each in row["expected"].split(";")),
        )
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    ]


def found(case: Case) -> tuple[str, ...]:
    """What the text is found to name, written as the table writes it."""
    if case.where == "header":
        return tuple(_told(label_period(cell, case.anchor)) for cell in case.text.split(" | "))
    named = mentions(case.text, case.anchor)
    resolved = tuple(_told(mention.period) for mention in named if mention.period)
    return resolved or (("unknown",) if named else ("none",))


def exact(case: Case) -> bool:
    if case.where == "header":  # of a cell it only counts whether it hands a period down
        return found(case) == tuple("none" if each == "unknown" else each for each in case.expected)
    return found(case) == case.expected


def wrong(case: Case) -> Iterator[str]:
    """The days that the text is said to name and does not."""
    days = {each.split()[0] for each in case.kept}
    for each in found(case):
        if each not in ("none", "unknown") and each.split()[0] not in days:
            yield each


def _period(told: str) -> Period:
    days, kind = told.split()
    start, end = (date.fromisoformat(each) for each in days.split(".."))
    return Period(start, end, days, PeriodKind(kind))


def _told(period: Period | None) -> str:
    return f"{period.start}..{period.end} {period.kind}" if period else "none"


def _missed(case: Case) -> str:
    return f"{case.where}: {case.text!r}\n   expected {'; '.join(case.expected)}\n   found    {'; '.join(found(case))}"


def test_there_are_enough_expressions_of_every_place_they_stand_in() -> None:
    every = cases()

    assert len(every) >= FEWEST_CASES
    assert {case.where for case in every} == {"question", "report", "header"}
    assert len({(case.where, case.text, case.anchor) for case in every}) == len(every)


def test_nearly_all_expressions_are_resolved_exactly() -> None:
    every = cases()
    missed = [case for case in every if not exact(case)]

    rate = 1 - len(missed) / len(every)
    assert rate >= EXACT, f"{rate:.1%} of {len(every)} exact\n" + "\n".join(map(_missed, missed))


def test_no_expression_is_resolved_to_days_it_does_not_name() -> None:
    bad = [case for case in cases() if list(wrong(case))]

    assert not bad, f"{len(bad)} with wrong days\n" + "\n".join(map(_missed, bad))


# --- properties -------------------------------------------------------------------------------------------------------

YEARS = st.integers(1990, 2080)
FISCAL = st.builds(periods.fiscal_year, YEARS, st.integers(2, 12))
WHOLE = st.one_of(st.builds(periods.year, YEARS), FISCAL)
DAYS = st.dates(date(1990, 1, 1), date(2080, 12, 31))
ANY = st.builds(lambda start, days: Period(start, start + timedelta(days), ""), DAYS, st.integers(1, 900))


def laid_end_to_end(parts: list[Period], whole: Period) -> bool:
    edges = [parts[0].start, *(part.end for part in parts)]
    return edges == [*(part.start for part in parts), whole.end] and edges[0] == whole.start


@given(WHOLE)
def test_quarters_and_halves_make_up_their_year(whole: Period) -> None:
    quarters = [periods.quarter_of(whole, number) for number in (1, 2, 3, 4)]
    halves = [periods.half_of(whole, number) for number in (1, 2)]

    assert laid_end_to_end(quarters, whole)
    assert laid_end_to_end(halves, whole)
    assert laid_end_to_end(quarters[:2], halves[0])
    assert {part.kind for part in (*quarters, *halves)} == {whole.kind}


@given(YEARS)
def test_months_make_up_their_quarter_and_year(number: int) -> None:
    months = [periods.month(each, number) for each in range(1, 13)]

    assert laid_end_to_end(months, periods.year(number))
    assert all(laid_end_to_end(months[3 * q - 3 : 3 * q], periods.quarter(q, number)) for q in (1, 2, 3, 4))


@given(WHOLE, st.integers(1, 11))
def test_the_first_months_and_the_last_make_up_the_year(whole: Period, count: int) -> None:
    first, last = periods.edge_of(whole, count, last=False), periods.edge_of(whole, 12 - count, last=True)

    assert laid_end_to_end([first, last], whole)


@given(ANY)
def test_the_plainest_name_of_a_period_keeps_its_days(period: Period) -> None:
    assert periods.named(period) == period


@given(ANY, ANY, st.integers(-20, 15))
def test_periods_moved_together_lie_to_each_other_as_before(one: Period, other: Period, by: int) -> None:
    edges = (one.start, one.end, other.start, other.end)
    assume(all((edge.month, edge.day) != (2, 29) for edge in edges))

    assert relation(shifted(one, by), shifted(other, by)) == relation(one, other)


ASKED = Anchor(date(2081, 6, 1))


@given(YEARS)
def test_a_calendar_year_is_the_same_however_it_is_written(number: int) -> None:
    ways = (
        f"in {number}",
        f"in calendar year {number}",
        f"from January to December {number}",
        f"from 1 January {number} to 31 December {number}",
        f"between Q1 {number} and Q4 {number}",
        f"in the year ended 31 December {number}",
        f"in the twelve months to December {number}",
        f"in the first twelve months of {number}",
    )

    assert {tuple(m.period for m in mentions(way, ASKED)) for way in ways} == {(periods.year(number),)}


@given(YEARS)
def test_a_financial_year_is_the_same_however_it_is_written(first: int) -> None:
    last = first + 1
    ways = (
        f"in {first}/{last % 100:02}",
        f"in {first}–{last % 100:02}",
        f"in FY{last}",
        f"in FY {first}/{last % 100:02}",
        f"in fiscal {last}",
        f"in the {last} financial year",
        f"in the year to March {last}",
        f"in the year ended March 31, {last}",
        f"from 1 April {first} to 31 March {last}",
        f"from Q1 {first}/{last % 100:02} to Q4 {first}/{last % 100:02}",
    )

    assert {tuple(m.period for m in mentions(way, ASKED)) for way in ways} == {(periods.fiscal_year(first),)}


@given(FISCAL, st.integers(1, 4))
def test_a_report_s_own_financial_year_is_the_one_its_words_count_by(own: Period, number: int) -> None:
    report = Anchor(own.end + timedelta(days=60), own)
    last = own.end.year

    assert [m.period for m in mentions(f"sales of fiscal {last}", report)] == [own]
    assert [m.period for m in mentions(f"sales of fiscal {last - 1}", report)] == [shifted(own, -1)]
    assert [m.period for m in mentions(f"sales in Q{number}", report)] == [periods.quarter_of(own, number)]
