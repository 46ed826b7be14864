"""Libraries of as many passages as asked for, made once and kept: `python -m eval.bench.stocked FOLDER TEXTS PASSAGES`.

The real text is ingested as it always is. Where that gives more passages than asked for, the last reports are retired;
where it gives fewer, made ones are published behind them (see `recombined`). Nothing is measured here.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from eval.bench import recombined
from eval.bench.recombined import Made, Real, reports, shortened
from rag.folders import files_of, root_of
from rag.index.embed import MiniLM
from rag.index.vectors import HNSW
from rag.ingest import PIPELINE, ingest
from rag.library import Library
from rag.passages import read_and_cut, read_in, rendered
from rag.reading.limits import Limits
from rag.reading.sandbox import Sandboxes
from rag.types import Embed, Spanned

_AT_ONCE = 5000  # made passages in one publish
_SAMPLE = 200  # made passages embedded after all, to know how far their vectors are from that


@dataclass(frozen=True, slots=True)
class Stock:
    """A library that is kept, and what it was made of. `vectors` and `texts` hold its passages for the others."""

    folder: Path
    passages: int
    real: int  # of them, from the text as it is
    seconds: float  # to make it, the real text's ingest left out
    cosine: float  # of a made passage's vector to the one it would have if it were embedded, on average

    @property
    def library(self) -> Path:
        return self.folder / "library"

    @property
    def vectors(self) -> Path:
        """Their unit vectors (passages, dimensions), as numpy keeps them."""
        return self.folder / "vectors.npy"

    @property
    def texts(self) -> Path:
        """Their ids and the texts that were embedded, one JSON array a line, in the order of the vectors."""
        return self.folder / "texts.jsonl"


def stock(folder: Path, texts: list[Path], passages: int, embed: Embed) -> Stock:
    """The library of so many passages, from an earlier run or made now."""
    known = _fingerprint(folder, texts, embed)
    real = folder / f"real-{known}"
    if not _kept(real):
        _ingest(real, texts, embed)
    at = folder / f"{passages}-{known}"
    if not _kept(at):
        shutil.rmtree(at, ignore_errors=True)
        started = time.monotonic()
        shutil.copytree(real / "library", at / "library")
        with Library.open(at / "library", embed) as library:
            _shrink(library, passages)
            held = sum(each.passages for each in library.held)
            cosine = _fill(library, passages, embed)
            made = Stock(at, passages, held, time.monotonic() - started, cosine)
            _export(library, made)
        _keep(at, asdict(made) | {"folder": ""})
    told = json.loads((at / "made.json").read_text())
    return Stock(**(told | {"folder": at}))


def real_passages(library: Library) -> Iterator[Real]:
    """The passages of the reports that were ingested, in the order of their paths."""
    for held in library.held:
        if held.pipeline != "made":
            ids, _ = library.catalog.vectors(library.embed.fingerprint, [held.report.id])
            whole = library.catalog.passages(ids, {held.report.id: held.report}, library.embed.fingerprint)
            yield from (Real(passage, parts) for passage, parts in whole.values())


def _ingest(folder: Path, texts: list[Path], embed: Embed) -> None:
    """The texts in a library of their own."""
    readers = max(1, (os.cpu_count() or 2) // 2)
    with (
        Library.open(folder / "library", embed, create=True) as library,
        Sandboxes(read_and_cut, Limits(), readers) as sandboxes,
    ):
        ingest(library, texts, read=read_in(sandboxes), at_once=sandboxes.count)
    _keep(folder, {})


def _shrink(library: Library, passages: int) -> None:
    """Retire the last reports until there are no more passages than asked for."""
    held = list(library.held)
    retired = []
    while sum(each.passages for each in held) > passages:
        retired.append(held.pop())
    if retired:
        library.publish([], retired)
        library.catalog.drop_unused_embeddings()


def _fill(library: Library, passages: int, embed: Embed) -> float:
    """Publish made reports until there are as many passages as asked for; the made vectors' cosine to embedded ones."""
    missing = passages - sum(each.passages for each in library.held)
    if missing <= 0:
        return 1.0
    real = list(real_passages(library))
    sample: list[float] = []
    for group in _groups(reports(real), missing):
        library.catalog.cache(
            embed.fingerprint,
            (pair for made in group for pair in zip(made.entry.hashes, made.embedded, strict=True)),
        )
        library.publish([made.entry for made in group])
        if len(sample) < _SAMPLE:
            sample += _cosines(group, embed)
        print(f"{sum(each.passages for each in library.held):,} of {passages:,} passages", file=sys.stderr, flush=True)
    return float(np.mean(sample))


def _groups(made: Iterable[Made], missing: int) -> Iterator[list[Made]]:
    """Made reports in groups to be published together, in all just the passages that are missing."""
    group: list[Made] = []
    for each in made:
        group.append(shortened(each, missing) if missing < len(each.embedded) else each)
        missing -= len(group[-1].embedded)
        if sum(len(one.embedded) for one in group) >= _AT_ONCE or not missing:
            yield group
            group = []
        if not missing:
            return


def _cosines(group: list[Made], embed: Embed) -> list[float]:
    """For some of the passages, made vector to embedded one."""
    some = [pair for made in group for pair in zip(made.entry.passages, made.embedded, strict=True)][:_SAMPLE]
    embedded = embed([rendered(passage) for passage, _ in some])
    return [float(ours.vector @ theirs.vector) for (_, ours), theirs in zip(some, embedded, strict=True)]


def _export(library: Library, made: Stock) -> None:
    ids, vectors = library.catalog.vectors(library.embed.fingerprint)
    np.save(made.vectors, vectors)
    del vectors
    reports = {held.report.id: held.report for held in library.held}
    with made.texts.open("w", encoding="utf-8") as file:
        for start in range(0, len(ids), 1000):
            whole = library.catalog.passages(ids[start : start + 1000], reports, library.embed.fingerprint)
            told = [[id, rendered(passage).text] for id, (passage, _) in whole.items()]
            file.writelines(json.dumps(each, ensure_ascii=False) + "\n" for each in told)


def _fingerprint(folder: Path, texts: list[Path], embed: Embed) -> str:
    """Of all that a library depends on: the files, the code that reads and recombines them, the model, the index."""
    seen = hashlib.sha256(json.dumps([PIPELINE, embed.fingerprint, HNSW]).encode())
    seen.update(Path(recombined.__file__).read_bytes())
    for text in texts:
        for file in sorted(files_of(root_of(text), folder), key=lambda file: file.path):
            seen.update(f"{file.path}\0".encode())
            seen.update(hashlib.sha256(file.place.read_bytes()).digest())
    return seen.hexdigest()[:10]


def _kept(folder: Path) -> bool:
    """Whether it was made to its end: what says so is written last."""
    return (folder / "made.json").is_file()


def _keep(folder: Path, told: dict[str, object]) -> None:
    (folder / "made.json").write_text(json.dumps(told))


def main(folder: Path, passages: int, texts: list[Path]) -> None:
    embed = MiniLM()
    embed([Spanned("It is loaded at the first text.")])
    with contextlib.redirect_stdout(sys.stderr):
        made = stock(folder, texts, passages, embed)
    print(json.dumps(asdict(made) | {"folder": str(made.folder)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), [Path(text) for text in sys.argv[3:]])
