"""The gate closes on a real drop and on a broken must-pass case, and on nothing else."""

from __future__ import annotations

from kept_runs import flipped, kept, result

from eval.gate import gate, told


def test_a_real_drop_closes_the_gate() -> None:
    before, after = flipped(150, 100, worse=16, better=4)
    assert gate(after, before).closed


def test_a_drop_that_chance_explains_leaves_the_gate_open_and_the_flips_are_told() -> None:
    before, after = flipped(150, 100, worse=17, better=16)
    found = gate(after, before)
    assert not found.closed
    assert told(found).count("now fails: wrong answer") == 17


def test_a_rise_leaves_the_gate_open() -> None:
    before, after = flipped(150, 63, worse=4, better=16)
    assert not gate(after, before).closed


def test_a_broken_must_pass_case_closes_the_gate_whatever_the_mean() -> None:
    others = [f"c{number}" for number in range(50)]
    before = kept([result("vital", True, must=True), *(result(id, False) for id in others)])
    after = kept([result("vital", False, must=True), *(result(id, True) for id in others)])
    found = gate(after, before)
    assert found.compared.verdict == "better" and found.closed
    assert "Must pass, and does not: vital: wrong answer" in told(found)


def test_a_must_pass_case_cannot_be_unmarked_or_left_out_without_a_new_blessing() -> None:
    before = kept([result("vital", True, must=True), result("other", True)])
    assert gate(kept([result("vital", False), result("other", True)]), before).broken == ("vital: wrong answer",)
    assert gate(kept([result("other", True)]), before).broken == ("vital: was not asked",)


def test_a_new_must_pass_case_that_fails_closes_the_gate() -> None:
    before = kept([result("old", True)])
    assert gate(kept([result("old", True), result("new", False, must=True)]), before).broken == ("new: wrong answer",)


def test_the_gate_says_how_small_a_drop_it_could_have_seen() -> None:
    before, after = flipped(150, 100, worse=3, better=3)
    found = gate(after, before)
    assert found.smallest and 0.05 < found.smallest < 0.1
    assert f"a drop of {found.smallest * 100:.1f} points would be seen four times out of five" in told(found)


def test_a_set_that_is_too_small_to_see_any_drop_says_so() -> None:
    before, after = flipped(5, 5, worse=5, better=0)
    found = gate(after, before)
    assert not found.closed and "With these 5 cases no drop would be seen" in told(found)
