"""Questions made for training, and what counts as gold. Training itself needs torch and is not run here."""

from __future__ import annotations

import random

from eval.bench.fit.clozes import candidates, question
from eval.bench.fit.labelled import fold_of, is_gold, overlaps

SENTENCE = "The office in Skelwick was opened by Northmoor Council in September 2023."


def test_dates_and_names_of_a_sentence_are_asked_for() -> None:
    found = {SENTENCE[start:end]: word for start, end, word in candidates(SENTENCE, random.Random(1))}
    assert found["September 2023"] in ("when", "in what year", "what year")
    assert found["Northmoor Council"] in ("who", "what")


def test_a_made_question_does_not_hold_its_answer() -> None:
    start = SENTENCE.index("September")
    for seed in range(20):
        asked = question(SENTENCE, start, len(SENTENCE) - 1, "when", "Report", str, random.Random(seed))
        assert asked is None or ("2023" not in asked and asked.lower().startswith("when"))


def test_half_of_the_shorter_span_must_be_common() -> None:
    assert overlaps(0, 100, {"start": 50, "end": 500})
    assert not overlaps(0, 100, {"start": 60, "end": 500})
    assert not overlaps(0, 100, {"start": None})


def test_without_a_place_a_report_is_evidence_as_a_whole() -> None:
    assert is_gold("a.txt", 0, 100, [{"report": "a.txt"}])
    assert not is_gold("b.txt", 0, 100, [{"report": "a.txt"}])
    assert not is_gold("a.txt", 0, 100, [{"report": "a.txt", "start": 500, "end": 600}])


def test_all_questions_of_one_report_are_of_one_fold_where_a_set_is_split_by_report() -> None:
    assert len({fold_of("squad", f"q{n}", ["a.txt"]) for n in range(20)}) == 1
    assert {fold_of("chunking", f"q{n}", ["a.txt"]) for n in range(20)} == {0, 1}
