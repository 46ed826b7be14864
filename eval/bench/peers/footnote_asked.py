"""Footnote asked by one user, then by several at once: `footnote_asked LIBRARY VECTORS QUESTIONS`, one JSON object."""

from __future__ import annotations

import gc
import json
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from eval.bench.peers.shared import WARMING, K, peak
from eval.bench.recall import recall
from rag.ask import ask
from rag.index.crossencoder import CrossEncoder
from rag.index.embed import MiniLM
from rag.library import Library
from rag.types import EVERYTHING, Asked, Spanned

AS_OF = date(2026, 11, 24)
USERS = (8, 32)


def main(library: Path, vectors: Path, questions: Sequence[str]) -> None:
    with Library.open(library, MiniLM(), judge=CrossEncoder()) as held:
        for question in questions[:WARMING]:
            ask(held, Asked(question, AS_OF))
        gc.collect()
        gc.freeze()  # as the page's server does
        told: dict[str, object] = {"alone": _alone(held, questions[WARMING:])}
        told["nearest"] = [_nearest(held, question) for question in questions[WARMING:]]
        # Each goes on where the one before stopped, so that few are asked twice.
        on = cycle(questions[WARMING:])
        told |= {f"at once, {users}": _at_once(held, users, islice(on, len(questions) - WARMING)) for users in USERS}
        told["peak"] = peak()  # before anything is compared, which takes more
        told["recall"] = _recall(held, np.load(vectors, mmap_mode="r"), questions[WARMING:])
    json.dump(told, sys.stdout)


def _alone(library: Library, questions: Sequence[str]) -> dict[str, list[float]]:
    """Milliseconds of each question: until its passages are ranked, and until it is answered."""
    search, whole, statuses = [], [], []
    for question in questions:
        started = time.perf_counter()
        answer = ask(library, Asked(question, AS_OF))
        whole.append(1000 * (time.perf_counter() - started))
        search.append(answer.timings_ms["understand"] + answer.timings_ms["search"])
        statuses.append(float(answer.status == "answered"))
    return {"search": search, "whole": whole, "answered": statuses}


def _nearest(library: Library, question: str) -> float:
    """Milliseconds for what LlamaIndex's retriever does and no more: embed, find the nearest vectors, read passages."""
    started = time.perf_counter()
    nearest = library.dense(library.embed([Spanned(question)])[0].vector, K, EVERYTHING)
    library.passages([id for id, _ in nearest])
    return 1000 * (time.perf_counter() - started)


def _at_once(library: Library, users: int, questions: Iterator[str]) -> dict[str, object]:
    """So many users, each asking the next question when the last is answered."""
    whole: list[float] = []
    taking = threading.Lock()

    def use() -> None:
        while True:
            with taking:
                question = next(questions, None)
            if question is None:
                return
            started = time.perf_counter()
            answer = ask(library, Asked(question, AS_OF))
            whole.append(1000 * (time.perf_counter() - started))
            if answer.status == "error":
                raise SystemExit(answer.text)

    threads = [threading.Thread(target=use) for _ in range(users)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"whole": whole, "seconds": time.perf_counter() - started}


def _recall(library: Library, vectors: np.ndarray, questions: Sequence[str]) -> float:
    """Of Chroma as Footnote asks it, also where Footnote would compare every vector."""
    ids, _ = library.catalog.vectors(library.embed.fingerprint)
    asked = np.stack([library.embed([Spanned(question)])[0].vector for question in questions])
    (collection,) = {held.report.collection for held in library.held}
    found = [[id for id, _ in library.vectors.nearest(collection, vector, K)] for vector in asked]
    return recall(vectors, asked, found, {id: row for row, id in enumerate(ids)}, K)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(Path(sys.argv[3]).read_text()))
