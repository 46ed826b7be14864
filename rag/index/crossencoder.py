"""A small cross-encoder: reads a question beside a passage's statements and says which one answers, with which words.

Its weights are in this folder, fitted on public question sets by `make fit`; the word and position vectors are those of
all-MiniLM-L6-v2, so `minilm` builds its graph too. It ranks nothing by itself; see `rag.search`.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import FootnoteError
from rag.index import minilm
from rag.types import Judged, Shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEIGHTS = Path(__file__).with_name("crossencoder.safetensors")
SHA256 = "4d71023248dd390c2b9227d53b8f900ab2d972e053657b11ad2934bbf5f6434a"
_QUESTION, _TITLE, _STATEMENT = 40, 16, 90  # tokens of each part that are read, as in training
# Tokens of the first passage, and of the others together, so that two processors are done with them at the same time.
# In training a passage had 300, which takes longer and finds no more.
_ALL = 190
_LEAST = 100  # tokens of any passage: its first statement at least
_LONGEST_SPAN = 14  # tokens of a marked answer
_CLS, _SEP, _COLON = 101, 102, 1024  # of the vocabulary
_FROM_BASE = ("embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight")


class CrossEncoder:
    """The model on ONNX Runtime, int8. Loads at the first question; safe to call from several threads."""

    def __init__(self, threads: int = 0, weights: Path = WEIGHTS, sha256: str = SHA256) -> None:
        self._weights, self._sha256 = weights, sha256
        self._threads = threads or os.cpu_count() or 2
        self._loading = threading.Lock()
        self._loaded: _Loaded | None = None

    def __call__(self, question: str, passages: Sequence[Shown], /) -> list[list[Judged | None]]:
        """For each passage what is said of each of its statements; None of one that the model has no room for."""
        loaded = self._load()
        asked = loaded.tokenizer.encode(question, add_special_tokens=False).ids[:_QUESTION]
        behind = max(_LEAST, _ALL // max(1, len(passages) - 1))
        inputs = [_input(loaded.tokenizer, asked, each, behind if n else _ALL) for n, each in enumerate(passages)]
        return list(loaded.threads.map(loaded.judged, inputs))

    def _load(self) -> _Loaded:
        with self._loading:
            if self._loaded is None:
                self._loaded = _Loaded(ready(self._weights, self._sha256), self._weights, self._threads)
            return self._loaded


@dataclass(frozen=True, slots=True)
class _Input:
    ids: list[int]
    second: int  # where the second text begins: title and statements
    spans: list[tuple[int, int] | None]  # the tokens of each statement
    offsets: list[list[tuple[int, int]]]  # the characters of each of a statement's tokens


class _Loaded:
    """Session, tokenizer and the two small heads, which are a product each."""

    def __init__(self, model: minilm.Model, weights: Path, threads: int) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        self.tokenizer = Tokenizer.from_file(str(model.tokenizer))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self._session = minilm.session(model)
        self.threads = ThreadPoolExecutor(threads, "reading")
        held = load_file(weights)
        self._relevance, self._bias = held["relevance.weight"], float(held["relevance.bias"][0])
        self._span, self._span_bias = held["span.weight"], held["span.bias"]

    def judged(self, given: _Input) -> list[Judged | None]:
        """One passage read."""
        ids = np.array([given.ids], np.int32)
        types = np.zeros_like(ids)
        types[0, given.second :] = 1
        (states,) = self._session.run(None, {"input_ids": ids, "types": types, "mask": np.ones_like(ids)})
        edges = states[0] @ self._span.T + self._span_bias
        return [
            None if span is None else self._one(states[0, slice(*span)], edges[slice(*span)], offsets)
            for span, offsets in zip(given.spans, given.offsets, strict=True)
        ]

    def _one(self, states: NDArray[np.float32], edges: NDArray[np.float32], offsets: list[tuple[int, int]]) -> Judged:
        best, first, last = max(
            (float(edges[i, 0] + edges[j, 1]), i, j)
            for i in range(len(edges))
            for j in (i + int(np.argmax(edges[i : i + _LONGEST_SPAN, 1])),)
        )
        relevance = float(states.mean(axis=0) @ self._relevance) + self._bias
        return Judged(relevance, offsets[first][0], offsets[last][1], best)


def _input(tokenizer: Any, asked: list[int], reading: Shown, most: int) -> _Input:
    above, *texts = tokenizer.encode_batch([reading.above, *reading.statements], add_special_tokens=False)
    ids = [_CLS, *asked, _SEP]
    second = len(ids)
    ids += [*above.ids[:_TITLE], _COLON]
    spans: list[tuple[int, int] | None] = []
    for text in texts:
        own = text.ids[:_STATEMENT]
        if not own or len(ids) + len(own) > most:
            spans.append(None)
            continue
        spans.append((len(ids), len(ids) + len(own)))
        ids += own
    return _Input([*ids, _SEP], second, spans, [text.offsets for text in texts])


def ready(weights: Path = WEIGHTS, sha256: str = SHA256) -> minilm.Model:
    """The built model; built now from the weights where it is missing or damaged."""
    if not weights.is_file() or minilm.sha256(weights) != sha256:
        raise FootnoteError(f"{weights} is not the file that came with this version: its SHA-256 differs.")
    name = f"{minilm.NAME}-crossencoder-{sha256[:8]}"
    return minilm.kept(name) or build(name, weights)


def build(name: str, weights: Path) -> minilm.Model:
    """The graph of the fitted weights over the pinned word and position vectors, quantised again as it was stored."""
    from safetensors.numpy import load_file

    stored = load_file(weights)
    folder = minilm.weights()
    base = load_file(folder / "model.safetensors")
    held = {part: base[part] for part in _FROM_BASE}
    for part, values in stored.items():
        scale = stored.get(f"{part}.scale")
        held[part] = values if scale is None else values.astype(np.float32) * scale[:, None]
    return minilm.keep(name, minilm.graph(held, paired=True), folder)


if __name__ == "__main__":  # ahead of the first question
    sys.stdout.write(f"{ready().graph}\n")
