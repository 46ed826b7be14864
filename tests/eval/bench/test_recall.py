from __future__ import annotations

import numpy as np
import pytest

from eval.bench.recall import recall

VECTORS = np.eye(4, dtype=np.float32)
ROWS = {"a": 0, "b": 1, "c": 2, "d": 3}


def asked(*near: float) -> np.ndarray:
    vector = np.array([near], np.float32)
    return vector / np.linalg.norm(vector)


def test_what_exact_search_finds_is_all_there_is() -> None:
    assert recall(VECTORS, asked(4, 3, 2, 1), [["b", "a"]], ROWS, 2) == 1.0


def test_one_of_two_is_half() -> None:
    assert recall(VECTORS, asked(4, 3, 2, 1), [["a", "d"]], ROWS, 2) == 0.5


def test_of_equal_ones_any_will_do() -> None:
    assert recall(VECTORS, asked(4, 3, 3, 1), [["a", "c"]], ROWS, 2) == 1.0


def test_what_is_found_twice_or_behind_the_k_best_does_not_count() -> None:
    assert recall(VECTORS, asked(4, 3, 2, 1), [["a", "a", "b"]], ROWS, 2) == 0.5


def test_vectors_compared_in_parts_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.bench.recall._ROWS", 2)
    assert recall(VECTORS, asked(1, 2, 3, 4), [["d", "c", "b"]], ROWS, 3) == 1.0
