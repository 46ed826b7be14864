"""A question is understood as its asker means it on that day, after what was asked before."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import BadInput
from rag.question import MAX_QUESTION_CHARS, held_in, subject, understand
from rag.types import Asked, Turn, Understood, Wants

TODAY = date(2026, 11, 22)


def understood(question: str, *before: str, as_of: date = TODAY) -> Understood:
    """What is understood after the earlier questions, each of them answered."""
    turns = (turn for words in before for turn in (Turn("user", words), Turn("assistant", "It was 4,212 in 1999.")))
    return understand(Asked(question, as_of, tuple(turns)))


def label(of: Understood) -> str:
    return of.period.label if of.period else ""


# --- one question -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "wants"),
    [
        ("How many referrals last year?", "count"),
        ("how many people got in touch", "count"),
        ("What share of referrals came from schools?", "share"),
        ("What percentage of calls was answered?", "share"),
        ("What was the budget for 2024/25?", "money"),
        ("How much did we spend on staff?", "money"),
        ("How much money was raised?", "money"),
        ("When did the office open?", "date"),
        ("In which year did contacts peak?", "date"),
        ("How long do people wait?", "duration"),
        ("How many days is the wait?", "duration"),
        ("Who chairs the board?", "person"),
        ("Where is the new office?", "place"),
        ("In which town is the new office?", "place"),
        ("Why did referrals fall?", "reason"),
        ("What caused the fall in referrals?", "reason"),
        ("What is a referral?", "definition"),
        ("What counts as a referral?", "definition"),
        ("What was the median wait in 2025?", "figure"),
        ("How much did referrals rise?", "figure"),
        ("Referrals last year?", "figure"),
        ("Tell me about outreach", "text"),
    ],
)
def test_the_kind_of_answer_is_known(question: str, wants: Wants) -> None:
    assert understood(question).wants == wants


@pytest.mark.parametrize(
    ("as_of", "year"), [(date(2026, 11, 22), "2025"), (date(2027, 11, 22), "2026"), (date(2026, 1, 1), "2025")]
)
def test_last_year_is_counted_from_the_day_the_question_is_asked(as_of: date, year: str) -> None:
    found = understood("How many leads last year?", as_of=as_of)

    assert (label(found), found.period_words) == (year, "last year")


def test_what_is_searched_for_is_the_question_without_its_period() -> None:
    found = understood("How many leads were there in 2025?")

    assert "2025" not in found.about
    assert subject(found) == ["leads"]
    assert found.standalone == "How many leads were there in 2025?"


def test_all_periods_named_are_kept() -> None:
    found = understood("How many referrals in 2023 and 2024?")

    assert [period.label for period in found.periods] == ["2023", "2024"]


def test_a_question_without_a_period_has_none() -> None:
    found = understood("How many referrals are there?")

    assert (found.period, found.period_words, found.periods) == (None, "", ())


@pytest.mark.parametrize("question", ["", "   ", "\n\t"])
def test_an_empty_question_is_refused_in_a_sentence(question: str) -> None:
    with pytest.raises(BadInput, match="There is no question"):
        understood(question)


def test_an_overlong_question_is_refused_with_its_length() -> None:
    with pytest.raises(BadInput, match=r"2,001 characters"):
        understood("a" * (MAX_QUESTION_CHARS + 1))
    assert understood("a" * MAX_QUESTION_CHARS)


@given(st.text(min_size=1, max_size=80), st.lists(st.text(max_size=40), max_size=4), st.dates(date(1900, 1, 1)))
def test_any_question_is_understood_or_refused_in_a_sentence(question: str, before: list[str], as_of: date) -> None:
    try:
        found = understood(question, *before, as_of=as_of)
    except BadInput as refused:
        assert str(refused)
    else:
        assert found.standalone


# --- follow-ups -------------------------------------------------------------------------------------------------------

LAST_YEAR = "How many referrals last year?"


@pytest.mark.parametrize(
    ("before", "question", "period"),
    [
        ([LAST_YEAR], "and the year before?", "2024"),
        ([LAST_YEAR], "What about the year before that?", "2024"),
        ([LAST_YEAR, "and the year before?"], "and the year before?", "2023"),
        ([LAST_YEAR, "and the year before?", "and the year before?"], "and the year before?", "2022"),
        ([LAST_YEAR], "what about 2023?", "2023"),
        ([LAST_YEAR], "And 2023?", "2023"),
        ([LAST_YEAR], "2023?", "2023"),
        ([LAST_YEAR], "and this year?", "2026"),
        (["How many referrals in 2023?"], "and the year after?", "2024"),
        (["How many referrals in 2023?"], "and the following year?", "2024"),
        (["How many referrals in 2024/25?"], "and the year before?", "2023/24"),
        (["How many referrals in Q1 2025?"], "and the previous quarter?", "Q4 2024"),
        (["How many referrals in Q1 2025?"], "and the same quarter last year?", "Q1 2024"),
        (["How many referrals in January 2025?"], "and the month before?", "December 2024"),
    ],
)
def test_a_follow_up_about_another_time_keeps_what_was_asked(before: list[str], question: str, period: str) -> None:
    found = understood(question, *before)

    assert (label(found), found.wants) == (period, "count")
    assert subject(found) == ["referrals"]
    assert [each.label for each in found.periods] == [period]


@pytest.mark.parametrize(
    ("before", "question", "named", "gone"),
    [
        ("How many referrals in the North last year?", "and in the North East?", "North East", "North last"),
        ("How many referrals in the North East last year?", "What about the South West?", "South West", "North East"),
        ("How many referrals by post last year?", "and by phone?", "by phone", "post"),
        (LAST_YEAR, "and by phone?", "by phone", "none"),
        (LAST_YEAR, "and in the North East?", "North East", "none"),
        (LAST_YEAR, "and contacts?", "contacts", "referrals"),
    ],
)
def test_a_follow_up_about_another_part_keeps_the_time(before: str, question: str, named: str, gone: str) -> None:
    found = understood(question, before)

    assert (label(found), found.wants) == ("2025", "count")
    assert named in found.about
    assert gone not in found.about


def test_part_and_time_can_be_changed_one_after_the_other() -> None:
    found = understood("and the year before?", LAST_YEAR, "and in the North East?")

    assert label(found) == "2024"
    assert "North East" in found.standalone


@pytest.mark.parametrize(
    "question",
    [
        "How many complaints were upheld in 2022?",
        "Who chairs the board?",
        "Where is the head office of the partnership?",
    ],
)
def test_a_whole_new_question_is_left_alone(question: str) -> None:
    alone, after = understood(question), understood(question, LAST_YEAR, "and the year before?")

    assert after == alone
    assert after.standalone == question


def test_why_takes_its_subject_and_time_from_the_turn_before() -> None:
    found = understood("Why did they rise?", LAST_YEAR)

    assert (label(found), found.wants) == ("2025", "reason")
    assert "referrals" in found.standalone


def test_what_the_assistant_said_is_not_asked_about() -> None:
    assert label(understood("and the year before?", LAST_YEAR)) == "2024"


def test_a_history_of_answers_alone_makes_no_follow_up() -> None:
    found = understand(Asked("and the year before?", TODAY, (Turn("assistant", "Hello!"), Turn("user", "  "))))

    assert found.standalone == "and the year before?"


@pytest.mark.parametrize(
    ("question", "rank"),
    [
        ("Which region had the least referrals?", "least"),
        ("Which regions had at least 500 referrals?", ""),
        ("Which month had at most 300 referrals?", ""),
        ("Which region had the most referrals?", "most"),
    ],
)
def test_at_least_asks_for_no_ranking(question: str, rank: str) -> None:
    assert understand(Asked(question, date(2026, 11, 22))).rank == rank


@pytest.mark.parametrize(
    ("before", "then", "meant"),
    [
        (
            "How many referrals were there in 2025?",
            "which month was highest?",
            "Which month had the most referrals in 2025?",
        ),
        (
            "How many referrals in 2025?",
            "And which region had the fewest?",
            "Which region had the least referrals in 2025?",
        ),
        (
            "How many referrals came from schools in 2024?",
            "as a percentage?",
            "What percentage of referrals came from schools in 2024?",
        ),
        (
            "How many referrals in 2024?",
            "is that more than the year before?",
            "How many more referrals in 2024 than in 2023?",
        ),
        (
            "How many referrals in 2024?",
            "by how much did that rise from 2023?",
            "by how much did referrals rise from 2023 to 2024?",
        ),
        (
            "How have contacts developed over the years?",
            "and referrals?",
            "How have referrals developed over the years?",
        ),
    ],
)
def test_a_question_about_the_answer_before_is_asked_in_full(before: str, then: str, meant: str) -> None:
    asked = Asked(then, date(2026, 11, 22), (Turn("user", before),))

    assert understand(asked).standalone == meant


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("Where was the depot from 1997 to 2005?", "1997–2005"),
        ("Who, born in 1936, chaired the board from 2001 to 2004?", "2001–2004"),
        ("What was the name of the depot from 1997 to 2005?", "1997–2005"),
        ("How many parcels came from 1997 to 2005?", None),
        ("Where was the depot in 1997?", None),
    ],
)
def test_what_held_is_asked_of_a_range(question: str, label: str | None) -> None:
    period = held_in(understand(Asked(question, date(2026, 11, 22))))

    assert (period.label if period else None) == label
