"""Each metric says what it says, and nothing about a case that it does not apply to."""

from __future__ import annotations

from typing import Any

import pytest

from eval.cases import Evidence, Expect
from eval.metrics import cited, grade, holds, passed, token_f1, words

QUOTE = "Last year the agency received more than 33,000 leads, of which 15 per cent concerned people in trust."
CITATION = {"n": 1, "report": "a.html", "page": 1, "start": 100, "end": 202, "quote": QUOTE}
EXPECT = Expect.model_validate(
    {
        "answer": ["more than 33,000"],
        "value": {"number": 33000, "unit": "leads"},
        "evidence": [{"report": "a.html", "page": 1, "quote": "more than 33,000 leads"}],
        "period": {"start": "2025-01-01", "end": "2026-01-01"},
    }
)


def answer(**changes: Any) -> dict[str, Any]:
    return {
        "status": "answered",
        "short": "more than 33,000",
        "text": QUOTE,
        "citations": [CITATION],
        "passages": [{"rank": 1, "report": "a.html", "page": 1, "start": 0, "end": 300, "text": f"Leads. {QUOTE}"}],
        "figures": [{"value": 33000.0, "unit": "leads"}],
        "period": {"start": "2025-01-01", "end": "2026-01-01", "label": "2025"},
    } | changes


def test_a_right_answer_is_right_in_every_metric() -> None:
    grades = grade(EXPECT, answer())
    assert set(grades.values()) == {1.0} and passed(grades)


@pytest.mark.parametrize(
    ("changes", "metric"),
    [
        ({"status": "not_found"}, "status"),
        ({"status": "partial"}, "status"),
        ({"short": "33,001"}, "answer"),
        ({"figures": []}, "figure"),
        ({"figures": [{"value": 33001.0, "unit": "leads"}]}, "figure"),
        ({"figures": [{"value": 33000.0, "unit": "arrests"}]}, "figure"),
        ({"citations": []}, "cited"),
        ({"citations": [CITATION | {"page": 2}]}, "cited"),
        ({"citations": [CITATION | {"report": "b.html"}]}, "cited"),
        ({"citations": [CITATION | {"quote": "Something else."}]}, "cited"),
        ({"citations": [CITATION | {"quote": "Something else."}, CITATION]}, "cited"),
        ({"period": {"start": "2024-01-01", "end": "2025-01-01", "label": "2024"}}, "period"),
        ({"period": None}, "period"),
    ],
)
def test_what_is_wrong_fails_the_case(changes: dict[str, Any], metric: str) -> None:
    grades = grade(EXPECT, answer(**changes))
    assert grades[metric] == 0 and not passed(grades)


def test_a_citation_whose_quote_does_not_stand_at_its_place_fails_the_case() -> None:
    assert not passed(grade(EXPECT, answer(), misplaced=[1]))


def test_what_a_case_does_not_ask_for_is_not_measured() -> None:
    grades = grade(Expect(), answer(figures=[], citations=[], period=None))
    assert {name for name, value in grades.items() if value is None} == set(grades) - {"status", "quotes"}
    assert passed(grades)


def test_a_refusal_is_graded_by_its_status_alone() -> None:
    refused = answer(status="not_found", short=None, figures=[])
    assert passed(grade(Expect(status="not_found"), refused))
    assert not passed(grade(Expect(status="not_found"), answer()))


def test_the_tolerance_is_a_part_of_the_number() -> None:
    near = answer(figures=[{"value": 33300.0, "unit": "leads"}])
    assert grade(Expect.model_validate({"value": {"number": 33000, "tolerance": 0.01}}), near)["figure"] == 1
    assert grade(Expect.model_validate({"value": {"number": 33000, "tolerance": 0.005}}), near)["figure"] == 0


def test_equal_words_at_another_place_of_the_page_are_another_place() -> None:
    wanted = Evidence(report="a.html", page=1, quote="more than 33,000 leads", start=900, end=922)
    assert not cited([wanted], [CITATION])
    assert cited([wanted.model_copy(update={"start": 126, "end": 148})], [CITATION])


def test_a_quote_may_be_broken_over_lines() -> None:
    wanted = Evidence(report="a.html", page=1, quote="Last year the agency")
    assert cited([wanted], [CITATION | {"quote": "Last year\nthe  agency received"}])


def test_words_are_compared_without_case_articles_and_thousands_separators() -> None:
    assert words("The 33,000 leads, 15%") == words("33000 Leads 15 per cent")
    assert holds("It was more than 33,000 leads.", "more than 33,000")
    assert not holds("It was 133,000 leads.", "33,000")
    assert not holds("anything", "")


def test_token_f1_is_between_none_and_all() -> None:
    assert token_f1("more than 33,000", "more than 33,000") == 1
    assert token_f1("more than 33,000", "33,000") == pytest.approx(0.5)
    assert token_f1("more than 33,000", "none of it") == 0
    assert token_f1("", "") == 0
