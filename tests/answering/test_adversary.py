"""Right claims of a small library made wrong one thing at a time: what the check lets through, and what it marks."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from eval.bench.adversary.__main__ import caught, told
from eval.bench.adversary.right import Right, right_claims
from eval.bench.adversary.wrong import KINDS, Wrong, wrong_claims

if TYPE_CHECKING:
    from rag.library import Library

SURE = ("digit", "scale", "year", "unknown marker", "no marker")


@pytest.fixture(scope="module")
def rights(small_library: Library) -> list[Right]:
    return right_claims(small_library, 7, 400)


@pytest.fixture(scope="module")
def wrongs(rights: list[Right]) -> list[Wrong]:
    return wrong_claims(rights, 7, 60)


def test_one_right_claim_in_fifty_is_marked_at_most(rights: list[Right]) -> None:
    marked = [(right.text, told(right)) for right in rights if told(right)]

    assert len(rights) >= 150
    assert len(marked) <= 0.02 * len(rights), marked


def test_wrong_claims_are_marked(wrongs: list[Wrong]) -> None:
    made = Counter(wrong.kind for wrong in wrongs)
    through = {kind: [each.claim.text for each in wrongs if each.kind == kind and not caught(each)] for kind in KINDS}

    assert len(wrongs) >= 500
    for kind, let in through.items():
        share = 0.99 if kind in SURE else 0.9 if kind == "moved citation" else 0.8
        assert len(let) <= (1 - share) * made[kind], (kind, let)


def test_the_same_seed_makes_the_same_claims(rights: list[Right], wrongs: list[Wrong]) -> None:
    assert wrong_claims(rights, 7, 60) == wrongs


def test_no_wrong_claim_is_the_claim_it_was_made_of(wrongs: list[Wrong]) -> None:
    assert all(wrong.claim.text != wrong.was for wrong in wrongs if wrong.kind not in ("moved citation",))
