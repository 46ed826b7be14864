"""Cases are read strictly, and what is wrong with one is named by line and field."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eval.cases import Case, Question, parse, read_cases
from rag.errors import BadInput
from rag.types import Within

GOOD: dict[str, Any] = {"id": "a", "question": "How many?", "as_of": "2026-11-22", "expect": {"status": "answered"}}


def written(tmp_path: Path, *cases: object) -> Path:
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(case if isinstance(case, str) else json.dumps(case) for case in cases), encoding="utf-8")
    return path


def test_a_case_is_read_with_all_its_fields(tmp_path: Path) -> None:
    expect = {
        "status": "answered",
        "answer": ["more than 33,000"],
        "value": {"number": 33000, "unit": "leads"},
        "evidence": [{"report": "a.html", "page": 1, "quote": "more than 33,000 leads"}],
        "period": {"start": "2025-01-01", "end": "2026-01-01"},
    }
    turns = [{"role": "user", "content": "Hello"}]
    (case,) = read_cases(written(tmp_path, GOOD | {"history": turns, "expect": expect, "tags": ["must-pass"]}))
    assert case.as_of == date(2026, 11, 22) and case.history[0].role == "user" and case.must
    assert case.expect.value and case.expect.value.number == 33000
    assert case.expect.period and case.expect.period.end == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"questin": "?"}, "line 1: questin: there is no such field."),
        ({"as_of": "2026-13-01"}, "line 1: as_of: "),
        ({"expect": {"status": "maybe"}}, "line 1: expect.status: "),
        ({"expect": {"evidence": [{"report": "a", "page": 0, "quote": "q"}]}}, "line 1: expect.evidence.0.page: "),
        ({"expect": {"evidence": [{"report": "a", "page": 1}]}}, "line 1: expect.evidence.0.quote: field required"),
        ({"question": ""}, "line 1: question: "),
        ({"published_to": "June"}, 'line 1: published_to: "June" is no year, month or day; write it like 2025, '),
    ],
)
def test_what_is_wrong_is_named_by_line_and_field(tmp_path: Path, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_cases(written(tmp_path, GOOD | change))
    assert str(refused.value).startswith(sentence)


def test_a_case_of_a_set_says_on_which_day_it_is_asked(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="line 2: as_of: field required"):
        read_cases(written(tmp_path, GOOD, {key: GOOD[key] for key in ("question", "expect")}))


def test_a_case_may_say_which_reports_it_is_put_to(tmp_path: Path) -> None:
    within = {"scope": "annual/", "collection": "main", "published_from": 2025, "published_to": "2026-06"}
    (case,) = read_cases(written(tmp_path, GOOD | within))
    assert case.asked.within == Within("annual/", "main", date(2025, 1, 1), date(2026, 6, 30))


def test_two_cases_cannot_share_an_id(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match='line 3: id: "a" is also that of an earlier case'):
        read_cases(written(tmp_path, GOOD, "", GOOD))


def test_a_set_without_cases_or_without_a_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no cases"):
        read_cases(written(tmp_path))
    with pytest.raises(BadInput, match="There is no file"):
        read_cases(tmp_path / "none.jsonl")


def test_a_question_of_a_batch_may_carry_fields_that_are_not_ours() -> None:
    question = parse(Question, 7, '{"question": "How many?", "expect": {"form": "long"}, "difficulty": 3}')
    assert (question.id, question.question, question.as_of) == ("7", "How many?", None)


def test_a_line_separator_inside_a_question_does_not_end_its_line(tmp_path: Path) -> None:
    (case,) = read_cases(written(tmp_path, json.dumps(GOOD | {"question": "How\u2028many?"}, ensure_ascii=False)))
    assert case.question == "How\u2028many?"


def test_a_case_is_frozen() -> None:
    case = parse(Case, 1, json.dumps(GOOD))
    with pytest.raises(ValueError, match="frozen"):
        case.id = "b"  # type: ignore[misc]
