"""What is shown of ranked passages: trimmed to the statements needed, neighbours joined."""

from __future__ import annotations

from rag.types import Passage, Report, Statement
from rag.windows import GAP, LONGEST, windows

REPORT = Report("r", "1", "r.txt", "main", "Report", "Text", 1, None, None)
PAGE = "".join(chr(ord("a") + at % 26) for at in range(6000))


def passage(name: str, *spans: tuple[int, int]) -> Passage:
    statements = tuple(
        Statement(f"{name}{start}", name, 1, at, start, end, PAGE[start:end], "sentence")
        for at, (start, end) in enumerate(spans)
    )
    start, end = spans[0][0], spans[-1][1]
    return Passage(name, REPORT, 1, 1, start, end, PAGE[start:end], "", statements)


def page_text(report: Report, number: int, start: int, end: int) -> str:
    return PAGE[start:end]


def test_a_passage_is_cut_to_the_statements_that_are_good_enough() -> None:
    whole = passage("p", (0, 100), (100, 200), (200, 300))
    (window,) = windows([(whole, 1.0)], {"p0": 0.1, "p100": 2.0, "p200": 0.2}, 5, page_text)
    assert (window.start, window.end, window.text) == (100, 200, PAGE[100:200])


def test_neighbours_become_one_window_and_leave_room_for_another() -> None:
    near = [(passage("p", (0, 100)), 3.0), (passage("q", (150, 300)), 2.0), (passage("s", (2000, 2100)), 1.0)]
    found = windows(near, {"p0": 1.0, "q150": 1.0, "s2000": 1.0}, 2, page_text)
    assert [(each.start, each.end) for each in found] == [(0, 300), (2000, 2100)]
    assert found[0].text == PAGE[0:300]


def test_passages_far_apart_or_too_long_together_stay_apart() -> None:
    far = [(passage("p", (0, 100)), 2.0), (passage("q", (100 + GAP, 400)), 1.0)]
    assert len(windows(far, {"p0": 1.0, f"q{100 + GAP}": 1.0}, 5, page_text)) == 2
    long = [(passage("p", (0, 1000)), 2.0), (passage("q", (1001, LONGEST + 2)), 1.0)]
    assert len(windows(long, {"p0": 1.0, "q1001": 1.0}, 5, page_text)) == 2
