"""A run is read back as it was kept; a baseline holds what is needed to be held against, and nothing of the machine."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from kept_runs import kept, result

from eval.kept import Kept, bless, read_baseline, read_run
from eval.run import keep
from rag.errors import BadInput

DAY = date(2026, 11, 22)
MADE_BY = {
    "set": "/home/somebody/sets/known.jsonl",
    "answerer": "llm",
    "settings": {"library": "/home/somebody/library", "openai_model": "small", "openai_api_key": "**********"},
}


@pytest.fixture
def run(tmp_path: Path) -> Kept:
    results = [
        result("a", True, must=True, citations=[{"report": "r", "page": 1, "quote": "q", "n": 1}]),
        result("b", False),
    ]
    return read_run(str(keep(results, {}, MADE_BY, tmp_path / "runs", "known")))


def test_a_run_is_read_back_as_it_was_kept(run: Kept) -> None:
    assert list(run.results) == ["a", "b"] and run.set == "known"
    assert run.results["a"].case.must and run.results["b"].cause == "wrong answer"
    assert run.results["b"].grades == {"status": 1.0, "answer": 0.0, "figure": None}


def test_a_run_is_found_by_its_name_too(run: Kept, tmp_path: Path) -> None:
    assert read_run(run.name, tmp_path / "runs").results == run.results


def test_a_baseline_is_read_back_with_its_results_and_its_reason(run: Kept, tmp_path: Path) -> None:
    path = bless(run, "The first that is good enough.", today=DAY, baselines=tmp_path)
    baseline = read_baseline("known", tmp_path)
    assert path == tmp_path / "known.json" and read_baseline(str(path)) == baseline
    assert (baseline.why, baseline.when) == ("The first that is good enough.", "2026-11-22")
    for id, each in run.results.items():
        assert baseline.results[id].case == each.case
        assert (baseline.results[id].grades, baseline.results[id].cause) == (each.grades, each.cause)


def test_a_baseline_holds_neither_paths_nor_keys_nor_a_name_that_was_not_given(run: Kept, tmp_path: Path) -> None:
    text = bless(run, "Why not.", today=DAY, baselines=tmp_path).read_text(encoding="utf-8")
    assert "somebody" not in text and "*****" not in text and "who" not in json.loads(text)
    assert json.loads(text)["settings"] == {"answerer": "llm", "openai_model": "small"}
    named = bless(run, "Why not.", today=DAY, who="The reading group", baselines=tmp_path)
    assert json.loads(named.read_text(encoding="utf-8"))["who"] == "The reading group"


def test_a_baseline_needs_a_reason(run: Kept, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="Say why"):
        bless(run, "  ", today=DAY, baselines=tmp_path)


def test_a_run_can_stand_in_for_a_baseline(run: Kept, tmp_path: Path) -> None:
    assert read_baseline(run.name, tmp_path, tmp_path / "runs").results == run.results


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("", "holds no results"),
        ("{", "line 1"),
        ("{}", "result 1 is not one that footnote eval run kept"),
        ("[]", "result 1 is not one that footnote eval run kept"),
        ('{"case": {"id": "a"}, "answer": {}, "grades": {}, "cause": null}', "question: Field required"),
    ],
)
def test_what_is_no_run_gets_a_sentence(tmp_path: Path, lines: str, sentence: str) -> None:
    (tmp_path / "settings.json").write_text("{}")
    (tmp_path / "results.jsonl").write_text(lines)
    with pytest.raises(BadInput, match=sentence):
        read_run(str(tmp_path))


def test_a_baseline_that_is_not_there_says_how_one_is_made(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="footnote eval bless"):
        read_baseline("none", tmp_path, tmp_path)


def test_a_file_that_is_no_baseline_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "none.json").write_text('{"cases": 3}')
    with pytest.raises(BadInput, match="is no baseline"):
        read_baseline("none", tmp_path)


def test_a_set_without_a_name_still_has_a_baseline(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not say which set"):
        bless(kept([result("a", True)], which=""), "Why not.", today=DAY, baselines=tmp_path)
