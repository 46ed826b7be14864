"""Footnote's ingest line over a folder of texts, as `footnote ingest` runs it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from eval.bench.peers.shared import Clock


def main(texts: Path, store: Path) -> None:
    clock = Clock()
    import chromadb  # noqa: F401 (the peers' imports are timed apart, too)

    from rag.index.embed import MiniLM
    from rag.ingest import ingest
    from rag.library import Library
    from rag.passages import read_and_cut, read_in
    from rag.reading.limits import Limits
    from rag.reading.sandbox import Sandboxes
    from rag.types import Spanned

    embed = MiniLM()
    embed([Spanned("It is loaded at the first text.", ())])
    clock.loaded()
    readers = max(1, (os.cpu_count() or 2) // 2)
    with Library.open(store, embed, create=True) as library, Sandboxes(read_and_cut, Limits(), readers) as sandboxes:
        done = ingest(library, [texts], read=read_in(sandboxes), at_once=sandboxes.count)
        passages = sum(file.passages for file in done.files)
        read = sum(held.size for held in library.held)
    if done.embedded < passages:
        raise SystemExit(f"Only {done.embedded} of {passages} passages were embedded: some texts are the same.")
    clock.tell(passages, read)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
