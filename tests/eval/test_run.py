"""A failed case is blamed on the first place that went wrong; an error is not graded; a run can be kept and read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.cases import Case
from eval.report import summarise, told
from eval.run import Examined, Result, keep, result_of, set_path
from rag.errors import BadInput

QUOTE = "more than 33,000 leads"


def case(status: str = "answered", **more: Any) -> Case:
    expect: dict[str, Any] = {"status": status}
    if status == "answered":
        expect |= {"answer": ["more than 33,000"], "value": {"number": 33000}}
        expect |= {"evidence": [{"report": "a", "page": 1, "quote": QUOTE}]}
        expect |= {"period": {"start": "2025-01-01", "end": "2026-01-01"}}
    return Case.model_validate({"id": "c", "question": "?", "as_of": "2026-11-22", "expect": expect} | more)


def answer(**changes: Any) -> dict[str, Any]:
    return {
        "status": "answered",
        "short": "more than 33,000",
        "text": "They had more than 33,000 leads.",
        "citations": [{"n": 1, "report": "a", "page": 1, "start": 0, "end": 22, "quote": QUOTE}],
        "passages": [],
        "figures": [{"value": 33000.0, "unit": "leads"}],
        "period": {"start": "2025-01-01", "end": "2026-01-01"},
        "timings_ms": {"total": 10.0},
    } | changes


WRONG_FIGURE = {"short": "15", "figures": [{"value": 15.0, "unit": "%"}]}
ELSEWHERE = {"citations": [{"n": 1, "report": "b", "page": 1, "start": 0, "end": 3, "quote": "b 1"}]}


@pytest.mark.parametrize(
    ("cause", "changes", "known"),
    [
        (None, {}, {}),
        ("error", {"status": "error", "error": "It broke."}, {}),
        ("not read", {"status": "not_found"}, {"held": (False,), "ranks": (None,)}),
        ("not retrieved", {"status": "not_found"}, {"held": (True,), "ranks": (None,)}),
        ("ranked low", {"status": "not_found"}, {"held": (True,), "ranks": (9,)}),
        ("wrongly refused", {"status": "not_found"}, {"held": (True,), "ranks": (1,)}),
        ("wrong period", {"period": None}, {"held": (True,), "ranks": (1,)}),
        ("wrong statement", WRONG_FIGURE | ELSEWHERE, {"held": (True,), "ranks": (1,)}),
        ("wrong figure", WRONG_FIGURE, {"held": (True,), "ranks": (1,)}),
        ("wrong answer", {"short": "leads"}, {"held": (True,), "ranks": (1,)}),
        ("cited wrongly", ELSEWHERE, {"held": (True,), "ranks": (1,)}),
        ("cited wrongly", {}, {"held": (True,), "ranks": (1,), "misplaced": (1,)}),
        ("partly answered", {"status": "partial"}, {"held": (True,), "ranks": (1,)}),
    ],
)
def test_the_cause_is_the_first_place_that_went_wrong(
    cause: str | None, changes: dict[str, Any], known: dict[str, Any]
) -> None:
    assert result_of(case(), Examined(answer(**changes), **known)).cause == cause


def test_an_answer_where_none_may_be_given_should_have_been_refused() -> None:
    assert result_of(case("not_found"), Examined(answer())).cause == "should have refused"
    assert result_of(case("not_found"), Examined(answer(status="not_found"))).cause is None


def results() -> list[Result]:
    return [
        result_of(case(), Examined(answer(), (True,), (1,))),
        result_of(case(id="d", must_pass=True), Examined(answer(**WRONG_FIGURE), (True,), (1,))),
        result_of(case(id="e"), Examined({"status": "error", "error": "It broke.", "timings_ms": {}})),
    ]


def test_a_summary_counts_an_error_as_failed_and_grades_it_in_nothing() -> None:
    summary = summarise(results())
    assert (summary["cases"], summary["passed"], summary["must_pass_failed"]) == (3, 1, ["d"])
    assert summary["causes"] == {"wrong figure": 1, "error": 1}
    assert summary["metrics"]["figure"] == {"mean": 0.5, "n": 2}
    assert summary["median_ms"] == 10.0


def test_what_was_not_measured_is_never_zero() -> None:
    summary = summarise([result_of(case("not_found"), Examined(answer(status="not_found")))])
    assert summary["metrics"]["figure"] == {"mean": None, "n": 0}
    assert summarise([result_of(case(), Examined({"status": "error"}))])["metrics"] == {}


def test_what_failed_is_told_with_what_was_expected_and_what_came() -> None:
    text = told(results(), summarise(results()))
    assert "d: wrong figure (must pass)" in text and "answered · more than 33,000" in text
    assert "e: error" in text and "It broke." in text
    assert "1 of 3 cases passed (33.3%)" in text


def test_a_run_is_kept_in_a_folder_of_its_own(tmp_path: Path) -> None:
    kept = [keep(results(), summarise(results()), {"set": "s"}, tmp_path, "s") for _ in range(2)]
    assert len(set(kept)) == 2
    lines = [json.loads(line) for line in (kept[0] / "results.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == ["c", "d", "e"]
    assert lines[2]["grades"] is None and lines[2]["cause"] == "error"
    assert json.loads((kept[0] / "settings.json").read_text()) == {"set": "s"}


def test_a_set_is_a_file_or_one_that_ships() -> None:
    assert set_path("sample").name == "sample.jsonl"
    with pytest.raises(BadInput, match="sample"):
        set_path("nonsense")
