"""Texts to unit vectors: with the model on this machine or at an OpenAI-compatible endpoint. Nothing is stored."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from rag.errors import EndpointFailed
from rag.index import minilm
from rag.types import Embedded, Spanned

if TYPE_CHECKING:
    from numpy.typing import NDArray

T = TypeVar("T")

_BATCH = 12  # texts; more are slower
# Token states in a batch, padding included. What attention takes grows with the square of a text's length: a batch of
# twelve long texts took 240 MB for a moment, one of so many tokens takes 48, in no more time.
_TOKENS = 1024
_AT_ONCE = 96  # texts in one request to an endpoint


@dataclass(frozen=True, slots=True)
class _Patience:
    """How long an endpoint that is busy is waited for: a person waits for a question, nobody for an ingest."""

    tries: int
    pause: float  # seconds at most between two tries, whatever the endpoint asks for
    timeout: float  # seconds for one answer


_FOR_A_QUESTION = _Patience(tries=3, pause=5.0, timeout=20.0)
_FOR_MANY = _Patience(tries=6, pause=60.0, timeout=60.0)


class MiniLM:
    """all-MiniLM-L6-v2, int8, on ONNX Runtime. Loads at the first text; safe to call from several threads.

    One pass gives both sizes: a text's vector is the mean of all its token states, a part's the mean of those inside
    its span. A text is read up to 512 tokens; a part that lies wholly behind them gets the text's vector.

    int8 scales are found for a batch at a time, so a text's company changes its vector a little: cosine .992 on average
    to the vector it has alone, as near as that is to float32's. Padding itself changes nothing.
    """

    fingerprint = f"minilm-l6-v2-int8@{minilm.SHA256['model.safetensors'][:8]}"
    dimensions = minilm.DIMENSIONS

    def __init__(self, threads: int = 0) -> None:
        self._threads = threads or os.cpu_count() or 2
        self._loading = threading.Lock()
        self._loaded: tuple[Any, Any, ThreadPoolExecutor] | None = None

    def knows(self, word: str) -> bool:
        """Whether it has a vector for the whole word, as it has for the commonest of English."""
        return self._load()[0].token_to_id(word.lower()) is not None

    def __call__(self, texts: Sequence[Spanned], /) -> list[Embedded]:
        tokenizer, session, threads = self._load()
        encodings = tokenizer.encode_batch([text.text for text in texts])
        by_length = sorted(range(len(texts)), key=lambda i: len(encodings[i].ids))  # so that little is padding
        batches = list(_padded(by_length, [len(each.ids) for each in encodings]))

        def embedded(batch: Sequence[int]) -> list[Embedded]:
            states = _states(session, [encodings[i].ids for i in batch])
            return [
                _pooled(states[row, : len(encodings[i].ids)], encodings[i].offsets, texts[i].spans)
                for row, i in enumerate(batch)
            ]

        # A batch a thread: threads that share one batch wait for each other at each of its layers.
        parts = threads.map(embedded, batches) if len(batches) > 1 else map(embedded, batches)
        done = dict(zip(by_length, chain.from_iterable(parts), strict=True))
        return [done[i] for i in range(len(texts))]

    def _load(self) -> tuple[Any, Any, ThreadPoolExecutor]:
        with self._loading:
            if self._loaded is None:
                from tokenizers import Tokenizer

                model = minilm.ready()
                tokenizer = Tokenizer.from_file(str(model.tokenizer))
                tokenizer.no_padding()  # its file asks for 128 tokens, always
                tokenizer.enable_truncation(minilm.LONGEST)
                self._loaded = tokenizer, minilm.session(model), ThreadPoolExecutor(self._threads, "embedding")
            return self._loaded


def _states(session: Any, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
    """The model's token states for texts of token ids, the longest last: (texts, tokens, dimensions)."""
    padded = np.zeros((len(ids), len(ids[-1])), np.int32)
    mask = np.zeros_like(padded)
    for row, own in enumerate(ids):
        padded[row, : len(own)] = own
        mask[row, : len(own)] = 1
    (states,) = session.run(None, {"input_ids": padded, "mask": mask})
    found: NDArray[np.float32] = states
    return found


def _padded(by_length: Sequence[int], lengths: Sequence[int]) -> Iterator[Sequence[int]]:
    """The texts, shortest first, in batches that stay small when each is padded to its longest."""
    start = 0
    for end in range(1, len(by_length) + 1):
        full = end - start == _BATCH
        if full or end == len(by_length) or (end - start + 1) * lengths[by_length[end]] > _TOKENS:
            yield by_length[start:end]
            start = end


def _pooled(
    states: NDArray[np.float32], offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]
) -> Embedded:
    """The means of token states (tokens, dimensions): over all of them, and over those that touch each span."""
    whole = _unit(states.mean(axis=0))
    parts = np.tile(whole, (len(spans), 1))
    starts = np.array([start for start, _ in offsets])
    ends = np.array([end for _, end in offsets])  # the model's own marks, [CLS] and [SEP], are (0, 0): in no span
    for row, (start, end) in enumerate(spans):
        inside = (ends > start) & (starts < end)
        if inside.any():
            parts[row] = _unit(states[inside].mean(axis=0))
    return Embedded(whole, parts)


class EndpointEmbed:
    """Any OpenAI-compatible embeddings endpoint. Parts are embedded as texts of their own.

    `dimensions` is what the first answer has, unless it is given; a later answer that differs is an error.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        key: str = "",
        dimensions: int = 0,
        pause: float = 1.0,
    ) -> None:
        self._url = base_url.rstrip("/") + "/embeddings"
        self._model = model
        self._key = key
        self._dimensions = dimensions
        self._pause = pause

    @property
    def fingerprint(self) -> str:
        """The model's name: the same model behind another address gives the same vectors."""
        return f"endpoint:{self._model}"

    @property
    def dimensions(self) -> int:
        if not self._dimensions:
            self._embed(["dimensions"], _FOR_A_QUESTION)
        return self._dimensions

    def expect(self, dimensions: int) -> None:
        """Hold the endpoint to as many dimensions as the vectors have that it gave before; 0: there are none yet."""
        self._dimensions = dimensions or self._dimensions

    def __call__(self, texts: Sequence[Spanned], /) -> list[Embedded]:
        flat = [piece for text in texts for piece in (text.text, *(text.text[a:b] for a, b in text.spans))]
        if not flat:
            return []
        patience = _FOR_A_QUESTION if len(texts) == 1 else _FOR_MANY
        rows = np.concatenate([self._embed(batch, patience) for batch in _batches(flat, _AT_ONCE)])
        firsts = accumulate((1 + len(text.spans) for text in texts), initial=0)
        return [
            Embedded(rows[i], rows[i + 1 : i + 1 + len(text.spans)])
            for i, text in zip(firsts, texts, strict=False)  # accumulate ends with the total
        ]

    def _embed(self, texts: Sequence[str], patience: _Patience) -> NDArray[np.float32]:
        """Unit vectors of shape (texts, dimensions)."""
        # An empty input is refused by some endpoints, and a space means as little.
        body: dict[str, object] = {
            "model": self._model,
            "input": [text or " " for text in texts],
            "encoding_format": "float",
        }
        answer = self._ask(body, patience)
        try:
            given = sorted(answer["data"], key=lambda item: item["index"])
            rows = np.array([item["embedding"] for item in given], dtype=np.float32)
        except (KeyError, TypeError, ValueError):
            raise EndpointFailed(
                f"The embeddings endpoint {self._url} answered in a form that is not OpenAI's."
            ) from None
        if rows.ndim != 2 or len(rows) != len(texts):
            raise EndpointFailed(f"The embeddings endpoint gave {len(rows)} vectors for {len(texts)} texts.")
        if not np.isfinite(rows).all() or not np.linalg.norm(rows, axis=1).all():
            raise EndpointFailed("The embeddings endpoint gave a vector that is zero or not a number.")
        self._dimensions = self._dimensions or rows.shape[1]
        if rows.shape[1] != self._dimensions:
            raise EndpointFailed(
                f"The embeddings endpoint gave {rows.shape[1]} dimensions where {self._model} has {self._dimensions}."
            )
        return _unit(rows)

    def _ask(self, body: dict[str, object], patience: _Patience) -> Any:
        """The endpoint's answer, parsed. Tried again only where that may help: busy, failing or out of reach."""
        import httpx

        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        why, asked = "", ""
        for attempt in range(patience.tries):
            if attempt:
                time.sleep(min(_seconds(asked, self._pause * 2 ** (attempt - 1)), patience.pause))
            try:
                answer = httpx.post(self._url, json=body, headers=headers, timeout=patience.timeout)
            except httpx.HTTPError as error:
                why, asked = f"could not be reached ({type(error).__name__})", ""
                continue
            if answer.status_code == 429 or answer.status_code >= 500:
                why, asked = f"answered {answer.status_code}", answer.headers.get("retry-after", "")
                continue
            if answer.status_code != 200:
                hint = {401: ": is the key right?", 403: ": is the key right?", 404: f": does it have {self._model}?"}
                what = f"answered {answer.status_code}{hint.get(answer.status_code, '')}"
                raise EndpointFailed(f"The embeddings endpoint {self._url} {what}")
            try:
                return answer.json()
            except ValueError:
                raise EndpointFailed(
                    f"The embeddings endpoint {self._url} answered with something other than JSON."
                ) from None
        raise EndpointFailed(f"The embeddings endpoint {self._url} {why}, {patience.tries} times.")


def _seconds(asked: str, otherwise: float) -> float:
    """What a Retry-After header asks for, where it is a number of seconds."""
    try:
        return max(float(asked), 0.0)
    except ValueError:
        return otherwise


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length 1, float32."""
    unit: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)
    return unit


def _batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[i : i + size] for i in range(0, len(items), size))
