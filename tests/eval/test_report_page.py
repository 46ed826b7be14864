"""A run as one file: nothing is fetched, nothing in an answer is taken for markup, what failed comes first."""

from __future__ import annotations

import re

from kept_runs import flipped, kept, result

from eval.gate import gate
from eval.page import html, markdown

SLY = '<script>alert(1)</script><img src="https://example.org/x.png">'


def test_the_page_fetches_nothing_and_runs_nothing() -> None:
    before, after = flipped(20, 10, worse=2, better=1)
    page = html(after, gate(after, before))
    assert not re.search(r"<script|<link|<img|<iframe|src=|url\(|@import|https?:", page)
    assert "default-src 'none'" in page and "prefers-color-scheme: dark" in page


def test_what_answers_and_questions_say_is_escaped() -> None:
    cited = [{"report": SLY, "page": 1, "quote": SLY}]
    after = kept([result(SLY, False, short=SLY, citations=cited), result("b", True, short=SLY)], name=SLY, which=SLY)
    before = kept([result(SLY, True), result("b", True)], which=SLY)
    for page in (html(after, None), html(after, gate(after, before))):
        assert "<script" not in page and "<img" not in page and "&lt;script&gt;" in page


def test_characters_that_are_not_seen_are_left_out() -> None:
    assert "a\u202eb" not in html(kept([result("a\u202eb\x1b[31m", False)]), None)
    assert "\x1b" not in markdown(kept([result("a\u202eb\x1b[31m", False)]), None)


def test_failures_come_first_and_of_them_those_that_must_pass() -> None:
    before = kept([result("old", False), result("new", True), result("vital", True, must=True), result("fine", True)])
    after = kept([result("old", False), result("new", False), result("vital", False, must=True), result("fine", True)])
    page = html(after, gate(after, before))
    order = [page.index(f"Question {id}?") for id in ("vital", "new", "old", "fine")]
    assert order == sorted(order)
    assert "The gate is closed" in page and "must pass" in page and "passed before" in page


def test_a_run_without_a_baseline_is_shown_alone() -> None:
    run = kept([result("a", False), result("b", True)])
    assert "Held against no baseline" in html(run, None) and "1 of 2 cases passed (50.0%)" in html(run, None)
    assert "| figure | 0 | not measured |" in markdown(run, None)


def test_the_summary_holds_the_verdict_the_numbers_and_the_flips() -> None:
    before, after = flipped(150, 63, worse=4, better=16)
    text = markdown(after, gate(after, before))
    assert "- The gate is open. Better: 42.0% of 150 cases passed before, 50.0% after" in text
    assert "| passed | 150 | 42.0% | 50.0% | +8.0 |" in text
    assert text.count("now fails: wrong answer") == 4 and text.count("now passes (was: wrong answer)") == 16


def test_nothing_in_an_answer_breaks_the_summary() -> None:
    run = kept([result("a", False, short="x | y\n\n# [z](https://example.org) <b>`")])
    assert r"x \| y \# \[z\](https://example.org) &lt;b>\`" in markdown(run, None)
