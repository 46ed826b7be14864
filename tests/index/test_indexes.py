"""Chroma and tantivy keep what they are given, find it, and drop it: the two derived indexes by themselves."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.index.originals import Originals
from rag.index.vectors import EF_SEARCH_LARGE, HNSW, Vectors, exact
from rag.index.words import Wording, Words


@pytest.fixture
def vectors(tmp_path: Path) -> Iterator[Vectors]:
    vectors = Vectors(tmp_path / "chroma", "lib1")
    yield vectors
    vectors.close()


@pytest.fixture
def words(tmp_path: Path) -> Iterator[Words]:
    words = Words(tmp_path / "words")
    yield words
    words.close()


def unit(count: int, dimensions: int = 16) -> np.ndarray:
    rows = np.random.default_rng(3).normal(size=(count, dimensions)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_exact_search_is_the_sorted_cosine() -> None:
    rows = unit(200)
    ids = [f"p{i}" for i in range(200)]

    found = exact(ids, rows, rows[7], 5)

    order = np.argsort(-(rows @ rows[7]), kind="stable")[:5]
    assert [id for id, _ in found] == [ids[i] for i in order]
    assert exact(ids, rows, rows[7], 999)[-1][0] == ids[int(np.argmin(rows @ rows[7]))]
    assert exact([], rows[:0], rows[7], 5) == []


def test_equal_vectors_come_in_the_order_they_were_read() -> None:
    rows = np.repeat(unit(1), 6, axis=0)

    assert [id for id, _ in exact(list("abcdef"), rows, rows[0], 6)] == list("abcdef")


def test_chroma_finds_what_exact_search_finds(vectors: Vectors) -> None:
    rows = unit(6000)
    ids = [f"r{i % 3}@a:p1:g{i}" for i in range(6000)]
    vectors.add("main", ids, rows, [id.partition(":")[0] for id in ids])  # more than Chroma takes at once

    assert vectors.count("main") == 6000
    assert vectors.ids("main") == set(ids)
    shared = [
        len({id for id, _ in vectors.nearest("main", row, 10)} & {id for id, _ in exact(ids, rows, row, 10)})
        for row in unit(30)
    ]
    assert sum(shared) / len(shared) > 9.5
    assert {id[:2] for id, _ in vectors.nearest("main", rows[0], 10, revisions=["r1@a"])} == {"r1"}


def test_what_chroma_is_told_to_drop_is_gone_and_the_rest_stays(vectors: Vectors) -> None:
    vectors.add("main", ["a@1:g1", "b@1:g1"], unit(2), ["a@1", "b@1"])
    vectors.add("other", ["c@1:g1"], unit(1), ["c@1"])

    vectors.remove("main", ["a@1", "never@1"])

    assert (vectors.ids("main"), vectors.ids("other")) == ({"b@1:g1"}, {"c@1:g1"})
    assert vectors.collections() == ["main", "other"]
    vectors.clear()
    assert vectors.collections() == []


def test_chroma_keeps_it_for_the_next_process(tmp_path: Path, vectors: Vectors) -> None:
    vectors.add("main", ["a@1:g1"], unit(1), ["a@1"])
    vectors.close()

    assert Vectors(tmp_path / "chroma", "lib1").nearest("main", unit(1)[0], 3)[0][0] == "a@1:g1"


def wordings() -> list[Wording]:
    texts = {"a": "lead rose in 2025", "b": "lead fell", "c": "the weather rose rose"}
    return [Wording(f"{r}@1:p1:g1", r, f"{r}@1", text.split()) for r, text in texts.items()]


def test_in_a_large_collection_more_neighbours_are_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.vectors.LARGE", 3)
    some = np.eye(4, dtype=np.float32)
    made = Vectors(tmp_path, "library")
    made.add("all", ["a", "b"], some[:2], ["r", "r"])
    assert made._collection("all").configuration_json["hnsw"]["ef_search"] == HNSW["ef_search"]
    made.add("all", ["c", "d"], some[2:], ["r", "r"])
    made.close()

    again = Vectors(tmp_path, "library")
    assert again._collection("all").configuration_json["hnsw"]["ef_search"] == EF_SEARCH_LARGE
    assert [id for id, _ in again.nearest("all", some[3], 1)] == ["d"]
    again.close()


def test_words_are_found_by_any_stem_the_rarest_counting_most(words: Words) -> None:
    words.add(wordings())

    assert [id[0] for id, _ in words.search(["2025", "lead"], 5)] == ["a", "b"]
    assert words.search(["unheard"], 5) == []
    assert words.search([], 5) == []
    assert len(words.search(["lead", "rose"], 2)) == 2
    assert {id[0] for id, _ in words.search(["lead", "rose"], 5, ["b", "c"])} == {"b", "c"}


def test_idf_is_that_of_bm25_and_follows_the_index(words: Words) -> None:
    words.add(wordings())
    assert words.idf(["lead"]) == {"lead": pytest.approx(math.log(1 + 1.5 / 2.5))}

    words.add([Wording("d@1:p1:g1", "d", "d@1", ["lead"])])
    assert words.idf(["lead"]) == {"lead": pytest.approx(math.log(1 + 1.5 / 3.5))}


def test_words_of_a_dropped_revision_are_gone(words: Words) -> None:
    words.add(wordings())
    words.remove(["a@1", "never@1"])

    assert words.ids() == {"b@1:p1:g1", "c@1:p1:g1"}
    assert len(words) == 2
    words.clear()
    assert words.ids() == set()


def test_words_are_there_for_the_next_process(tmp_path: Path, words: Words) -> None:
    words.add(wordings())
    words.close()

    assert len(Words(tmp_path / "words")) == 3


def test_an_original_is_kept_once_and_swept_when_unused(tmp_path: Path) -> None:
    originals = Originals(tmp_path / "files")
    (tmp_path / "One.TXT").write_text("same")
    (tmp_path / "two.txt").write_text("same")

    first, second = (originals.keep(tmp_path / name) for name in ("One.TXT", "two.txt"))

    kept = originals.path(first, "One.TXT")
    assert first == second
    assert kept == originals.path(second, "two.txt")
    assert kept.read_text() == "same"
    (tmp_path / "files" / ".half").write_text("a copy that was killed")
    originals.sweep({kept.name})
    assert [p for p in (tmp_path / "files").rglob("*") if p.is_file()] == [kept]
    originals.sweep(set())
    assert not kept.exists()


def test_a_closed_index_is_not_being_connected_any_more(tmp_path: Path) -> None:
    for _ in range(3):
        vectors = Vectors(tmp_path / "chroma", "abc")
        vectors.warm()
        vectors.close()
        assert "chroma" not in {thread.name for thread in threading.enumerate()}
        assert vectors._client is None
