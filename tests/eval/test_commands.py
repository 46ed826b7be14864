"""compare, gate, bless and report as an evaluator meets them: what is printed, what is written, which exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from kept_runs import flipped, kept, result

from eval.kept import Kept
from eval.run import keep
from ui.cli import main


class Done(NamedTuple):
    code: int
    out: str
    err: str


Evaluate = Callable[..., Done]


@pytest.fixture
def evaluate(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Evaluate:
    """Runs an eval command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Done:
        with pytest.raises(SystemExit) as ended:
            main(("eval", *arguments))
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return run


def saved(run: Kept, which: str = "known") -> str:
    """The name of the run's folder under runs."""
    made_by: dict[str, Any] = {"set": f"{which}.jsonl", "answerer": "extract", "settings": {}}
    return keep(list(run.results.values()), {}, made_by, Path("runs"), which).name


def test_compare_says_better_and_lists_the_flips(evaluate: Evaluate) -> None:
    before, after = map(saved, flipped(150, 63, worse=4, better=16))
    done = evaluate("compare", before, f"runs/{after}")
    assert done.code == 0 and "Better: 42.0% of 150 cases passed before, 50.0% after" in done.out
    assert done.out.count("now passes") == 16 and done.out.count("now fails") == 4


def test_compare_as_json_holds_the_same(evaluate: Evaluate) -> None:
    before, after = map(saved, flipped(150, 60, worse=16, better=17))
    found = json.loads(evaluate("compare", before, after, "--json").out)
    assert (found["verdict"], len(found["flips"]), found["passed"]["p"]) == ("no real difference", 33, 1.0)


def test_comparing_runs_with_no_case_in_common_ends_with_2_and_a_sentence(evaluate: Evaluate) -> None:
    done = evaluate("compare", saved(kept([result("a", True)])), saved(kept([result("b", True)])))
    assert done.code == 2 and "no case in common" in done.err and "Traceback" not in done.err


def test_from_a_run_to_a_gate(evaluate: Evaluate) -> None:
    before, after = map(saved, flipped(150, 100, worse=16, better=4))
    blessed = evaluate("bless", before, "--why", "The first good one.")
    assert blessed.code == 0 and Path("eval/baselines/known.json").is_file()
    assert "100 of 150 cases pass" in blessed.out
    assert evaluate("gate", before).code == 0
    closed = evaluate("gate", after)
    assert closed.code == 1 and "The gate is closed. Worse" in closed.out and "The first good one." in closed.out
    assert "would be seen four times out of five" in closed.out
    assert evaluate("gate", after, "--baseline", after).code == 0


def test_the_gate_as_json_ends_with_the_same_code(evaluate: Evaluate) -> None:
    before, after = map(saved, flipped(150, 100, worse=16, better=4))
    done = evaluate("gate", after, "--baseline", before, "--json")
    assert done.code == 1 and json.loads(done.out)["open"] is False


def test_blessing_a_run_with_a_broken_must_pass_case_says_what_follows(evaluate: Evaluate) -> None:
    run = saved(kept([result("vital", False, must=True), result("b", True)]))
    assert "The gate stays closed until these pass, as they must: vital" in evaluate("bless", run, "--why", "x").out
    assert evaluate("gate", run).code == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("gate", "nonsense"), 'There is no run "nonsense"'),
        (("gate", "RUN"), 'There is no baseline "known"'),
        (("gate", "RUN", "--baseline", "nonsense"), 'There is no baseline "nonsense"'),
        (("bless", "RUN", "--why", " "), "Say why"),
        (("bless", "RUN"), "--why"),
        (("compare", "RUN", "nonsense"), 'There is no run "nonsense"'),
        (("report", "nonsense"), 'There is no run "nonsense"'),
        (("report", "RUN", "--out", "no/such/folder/report.html"), "No such file or directory"),
    ],
)
def test_misuse_ends_with_2_and_a_sentence(evaluate: Evaluate, arguments: tuple[str, ...], sentence: str) -> None:
    run = saved(kept([result("a", True)]))
    done = evaluate(*(run if each == "RUN" else each for each in arguments))
    assert done.code == 2 and sentence in done.err and done.out == ""


def test_a_report_goes_where_it_is_told_or_to_the_folder_of_its_run(evaluate: Evaluate) -> None:
    run = saved(kept([result("a", True), result("b", False)]))
    assert evaluate("report", run).code == 0
    assert "1 of 2 cases passed" in Path("runs", run, "report.html").read_text(encoding="utf-8")
    assert evaluate("report", run, "--out", "here.html").code == 0
    assert Path("here.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_report_is_held_against_the_blessed_baseline_where_there_is_one(evaluate: Evaluate) -> None:
    before, after = map(saved, flipped(30, 20, worse=2, better=1))
    assert "The gate" not in evaluate("report", after, "--markdown").out
    evaluate("bless", before, "--why", "x")
    assert "- The gate is open. No real difference" in evaluate("report", after, "--markdown").out


def test_what_an_answer_says_cannot_steer_the_terminal(evaluate: Evaluate) -> None:
    before, after = saved(kept([result("a", True)])), saved(kept([result("a", False, short="\x1b[2Jgone")]))
    assert "\x1b" not in evaluate("compare", before, after).out
