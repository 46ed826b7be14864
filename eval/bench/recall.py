"""How much of what exact search finds an index finds, too. Numpy alone, so that the peers can use it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROWS = 50_000  # compared at a time: a million vectors need not be in memory at once
_SAME = 1e-5  # cosines this near are equal: which of two equal ones is found does not matter


def recall(
    vectors: NDArray[np.float32],
    asked: NDArray[np.float32],
    found: Sequence[Sequence[str]],
    rows: Mapping[str, int],
    k: int,
) -> float:
    """The share of the k nearest that was found, over all that was asked.

    `vectors` (passages, dimensions) and `asked` (questions, dimensions) have length 1, `rows` is each id's row. What
    was found counts if it is as near as the k-th nearest.
    """
    least = _kth(vectors, asked, k) - _SAME
    hits = 0
    for vector, ids, limit in zip(asked, found, least, strict=True):
        cosines = vectors[[rows[id] for id in set(ids[:k])]] @ vector
        hits += int((cosines >= limit).sum())
    return hits / (k * len(asked))


def _kth(vectors: NDArray[np.float32], asked: NDArray[np.float32], k: int) -> NDArray[np.float32]:
    """For each question, the cosine of the k-th nearest vector."""
    best = np.full((len(asked), k), -1.0, np.float32)
    for start in range(0, len(vectors), _ROWS):
        cosines = asked @ np.asarray(vectors[start : start + _ROWS]).T
        best = np.sort(np.concatenate([best, cosines], axis=1), axis=1)[:, -k:]
    kth: NDArray[np.float32] = best[:, 0]
    return kth
