"""The set that ships fits the library that ships, and the examples offered to a first visitor are answered."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from eval.cases import read_cases
from eval.metrics import squeezed
from eval.report import summarise, told
from eval.run import examine, result_of, set_path
from rag.ask import as_json, ask
from rag.settings import read_settings
from rag.types import Asked

if TYPE_CHECKING:
    from rag.library import Library

ROOT = Path(__file__).parents[2]
READS_SCANS = shutil.which("tesseract") is not None
CASES = [case for case in read_cases(set_path("sample")) if READS_SCANS or "scan" not in case.tags]


def test_the_set_is_large_enough_and_asks_for_refusals_too() -> None:
    assert len(CASES) >= 60
    assert sum(case.expect.status == "not_found" for case in CASES) >= 10
    assert sum(case.must for case in CASES) >= 5


def test_each_quote_stands_on_its_page_in_the_library(sample_library: Library) -> None:
    missing = [
        (case.id, evidence.report, evidence.page, evidence.quote)
        for case in CASES
        for evidence in case.expect.evidence
        if squeezed(evidence.quote)
        not in squeezed(sample_library.page(sample_library.report(evidence.report), evidence.page or 1).text)
    ]
    assert missing == []


def test_each_answered_case_has_evidence() -> None:
    assert [case.id for case in CASES if (case.expect.status == "answered") != bool(case.expect.evidence)] == []


def test_every_example_for_a_first_visitor_is_answered(sample_library: Library) -> None:
    examples = read_settings(ROOT).examples
    answers = [ask(sample_library, Asked(example, date(2026, 11, 22))) for example in examples]
    assert len(examples) == 4
    assert [answer.status for answer in answers] == ["answered"] * 4
    assert all(answer.citations for answer in answers)


def test_nine_cases_in_ten_pass_and_all_that_must_and_no_quote_is_misplaced(sample_library: Library) -> None:
    results = []
    for case in CASES:
        answer = as_json(ask(sample_library, case.asked))
        results.append(result_of(case, examine(sample_library, case.asked, answer, case.expect.evidence)))
    summary = summarise(results)
    assert summary["must_pass_failed"] == [], told(results, summary)
    assert summary["metrics"]["quotes"]["mean"] == 1.0, told(results, summary)
    assert summary["passed"] >= 0.9 * summary["cases"], told(results, summary)


def test_all_but_one_in_twenty_of_the_cases_on_periods_and_figures_pass(sample_library: Library) -> None:
    cases = read_cases(set_path("figures"))
    results = []
    for case in cases:
        answer = as_json(ask(sample_library, case.asked))
        results.append(result_of(case, examine(sample_library, case.asked, answer, case.expect.evidence)))
        assert all(claim["supported"] for claim in answer["claims"]), (case.question, answer["text"])
    summary = summarise(results)
    assert len(cases) >= 80
    assert summary["passed"] >= 0.95 * summary["cases"], told(results, summary)
