"""A difference is called when it is one, and not when it is not; each case that flipped is shown either way."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from kept_runs import flipped, kept, result, run_of

from eval.compare import as_json, bootstrap, compare, holm, mcnemar, smallest_drop, told
from rag.errors import BadInput


def test_63_to_75_of_150_with_4_lost_and_16_won_is_called_better() -> None:
    found = compare(*flipped(150, 63, worse=4, better=16))
    assert (found.passed.before, found.passed.after) == (63 / 150, 75 / 150)
    assert found.passed.p == pytest.approx(0.012, abs=0.0005)
    assert found.verdict == "better"
    assert 0 < found.passed.low < 12 / 150 < found.passed.high


def test_the_same_the_other_way_is_called_worse() -> None:
    assert compare(*reversed(flipped(150, 63, worse=4, better=16))).verdict == "worse"


def test_25_to_29_of_150_is_no_real_difference() -> None:
    assert compare(*flipped(150, 25, worse=0, better=4)).verdict == "no real difference"
    assert compare(*flipped(150, 25, worse=5, better=9)).verdict == "no real difference"


def test_16_against_17_flips_is_no_real_difference_and_all_33_are_listed() -> None:
    found = compare(*flipped(150, 60, worse=16, better=17))
    assert found.verdict == "no real difference" and found.passed.p == 1
    assert len(found.flips) == 33
    text = told(found)
    assert text.count("now fails: wrong answer") == 16 and text.count("now passes (was: wrong answer)") == 17
    assert all(f"{new.case.id}: now" in text for _, new in found.flips)
    assert text.count("    before    answered · 1") == text.count("    after     answered · 1") == 33
    assert len(as_json(found)["flips"]) == 33


def test_two_runs_that_are_the_same_do_not_differ() -> None:
    found = compare(*flipped(150, 63, worse=0, better=0))
    assert found.verdict == "no real difference" and found.flips == ()
    assert (found.passed.low, found.passed.high, found.passed.p) == (0, 0, 1)


def test_by_chance_alone_at_most_one_comparison_in_twenty_is_called() -> None:
    """150 cases of which 5% flip at random; the metrics together are held to the same."""
    rng = np.random.default_rng(7)
    called = metric_called = 0
    for _ in range(1_000):
        before = rng.random(150) < 0.6
        found = compare(run_of(before), run_of(before ^ (rng.random(150) < 0.05)))
        called += found.verdict != "no real difference"
        metric_called += any(each.verdict != "no real difference" for each in found.metrics)
    assert called <= 50 and metric_called <= 50


def test_a_drop_of_ten_points_among_random_flips_is_seen_four_times_out_of_five() -> None:
    rng = np.random.default_rng(8)
    seen = 0
    for _ in range(200):
        before = rng.random(150) < 0.7
        after = before ^ (rng.random(150) < 0.05)
        after[rng.choice(np.flatnonzero(after), 15, replace=False)] = False
        seen += compare(run_of(before), run_of(after)).verdict == "worse"
    assert seen >= 160


def test_mcnemar_gives_the_values_of_its_table() -> None:
    assert mcnemar(0, 0) == 1
    assert mcnemar(5, 0) == 0.0625 and mcnemar(0, 6) == 0.03125
    assert mcnemar(4, 16) == mcnemar(16, 4) == pytest.approx(0.011818, abs=1e-6)
    assert mcnemar(1_000, 1_000) == 1


def test_holm_raises_the_smallest_most_and_keeps_the_order() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_the_interval_is_the_same_each_time_and_close_to_the_textbook_one() -> None:
    differences = [1.0] * 30 + [-1.0] * 10 + [0.0] * 160
    low, high = bootstrap(differences)
    assert (low, high) == bootstrap(differences)
    spread = 1.96 * float(np.std(differences)) / 200**0.5
    assert (low, high) == pytest.approx((0.1 - spread, 0.1 + spread), abs=0.01)


def test_the_smallest_drop_grows_with_the_noise_and_shrinks_with_the_set() -> None:
    quiet, noisy, large = smallest_drop(150, 0), smallest_drop(150, 8), smallest_drop(1_000, 50)
    assert quiet and noisy and large and large < quiet * 2 and quiet < noisy < 0.15
    assert smallest_drop(5, 0) is None


def test_runs_of_two_sets_are_compared_on_the_cases_in_common_and_that_is_said() -> None:
    before = kept([result("a", True), result("b", True)], "one", "first")
    after = kept([result("b", False), result("c", True)], "two", "second")
    found = compare(before, after)
    assert (found.passed.n, found.only_before, found.only_after) == (1, ("a",), ("c",))
    assert "Two sets, first and second: only the 1 case in common is compared." in told(found)


def test_runs_without_a_case_in_common_are_not_compared() -> None:
    with pytest.raises(BadInput, match="no case in common"):
        compare(kept([result("a", True)]), kept([result("b", True)]))


def test_a_case_that_is_asked_otherwise_under_the_same_id_is_left_out() -> None:
    other = result("1", False)
    other = replace(other, case=other.case.model_copy(update={"question": "Another question?"}))
    found = compare(kept([result("1", True), result("2", True)]), kept([other, result("2", True)]))
    assert (found.passed.n, found.changed, found.flips) == (1, ("1",), ())
    assert "asked or graded otherwise" in told(found)


def test_a_case_that_only_got_a_tag_is_still_the_same() -> None:
    assert compare(kept([result("1", True)]), kept([result("1", False, must=True)])).changed == ()


def test_an_error_fails_its_case_and_is_measured_in_nothing() -> None:
    broke = replace(result("a", False, status="error", error="It broke."), grades=None, cause="error")
    found = compare(kept([result("a", True), result("b", True)]), kept([broke, result("b", True)]))
    assert found.passed.worse == 1
    assert {each.name: each.n for each in found.metrics} == {"status": 1, "answer": 1}
    assert "error · It broke." in told(found)


def test_a_metric_that_neither_run_measured_is_not_a_zero() -> None:
    assert "figure" not in {each.name for each in compare(*flipped(10, 5, worse=1, better=1)).metrics}


def test_the_json_holds_both_answers_whole() -> None:
    (flip,) = json.loads(json.dumps(as_json(compare(*flipped(10, 5, worse=1, better=0)))))["flips"]
    assert (flip["id"], flip["now"]) == ("c0", "fails")
    assert (flip["before"]["text"], flip["after"]["text"]) == ("It is 12.", "It is 13.")
