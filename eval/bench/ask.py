"""How Footnote answers from a large library: beside LlamaIndex's retriever, with several users, and what it takes.

`make bench-ask` makes libraries of 10,000 and of 100,000 passages, `--large` one of a million besides. They are kept in
a folder between runs. Each system is asked in a process of its own, one after the other, the same questions, warm. Made
passages and their vectors are told apart from real ones (see `recombined`). Machines are noisy: trust ratios.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any

from eval.bench.ingest import PEERS, Figure
from eval.bench.made import CORPUS
from eval.bench.peers.shared import WARMING, K
from eval.bench.questions import from_files, from_statements
from eval.bench.stocked import Stock, real_passages
from eval.bench.watched import MB, run
from rag.index.embed import MiniLM
from rag.library import Library

SIZES, LARGE = (10_000, 100_000), 1_000_000
MOST_FOR_PEERS = 100_000  # to fill LlamaIndex's store with more takes hours
QUESTIONS = 300
# The goals, by the number of passages, on two processors: milliseconds, and MB.
WHOLE = {10_000: 60.0, 100_000: 100.0}
SEARCH = {LARGE: 150.0}
MEMORY = {100_000: 800.0}
RECALL, FASTER = 0.98, 3.0


def main() -> None:
    asked = _options()
    sizes = asked.passages or [*SIZES, *([LARGE] if asked.large else [])]
    for passages in sizes:
        stock = _stocked(asked.folder, passages, asked.texts)
        print(_told(stock), flush=True)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(_questions(stock, asked.questions, WARMING + asked.count), file)
            file.flush()
            for figure in _figures(stock, Path(file.name)):
                print(figure, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.ask", description="How Footnote answers.")
    parser.add_argument("--passages", type=int, nargs="+", metavar="N", help="in each library, in place of the usual")
    parser.add_argument("--large", action="store_true", help=f"ask one of {LARGE:,} passages besides")
    parser.add_argument("--texts", type=Path, nargs="+", default=[CORPUS], metavar="DIR", help="real text")
    parser.add_argument(
        "--questions", type=Path, nargs="+", metavar="FILE", help='lines of JSON with a "question"; else they are built'
    )
    parser.add_argument("--count", type=int, default=QUESTIONS, help="of questions, besides those that warm up")
    kept = Path(tempfile.gettempdir()) / "footnote-bench-ask"
    parser.add_argument("--folder", type=Path, default=kept, metavar="DIR", help=f"to keep libraries in, if not {kept}")
    return parser.parse_args()


def _stocked(folder: Path, passages: int, texts: Sequence[Path]) -> Stock:
    """The library, made in a process of its own, so that what that takes is not counted."""
    ran = run([sys.executable, "-m", "eval.bench.stocked", folder, passages, *texts])
    told = json.loads(ran.told)
    return Stock(**(told | {"folder": Path(told["folder"])}))


def _told(stock: Stock) -> str:
    """What the library holds, plainly."""
    made = stock.passages - stock.real
    what = f"\n{stock.passages:,} passages, {stock.real:,} of real text as it is"
    if made:
        what += (
            f". The other {made:,} are recombined from its statements; their vectors are the\nmeans of their "
            f"statements' (cosine {stock.cosine:.3f} to what embedding them gives). Made in {stock.seconds:,.0f} s."
        )
    return what


def _questions(stock: Stock, files: Sequence[Path] | None, count: int) -> list[str]:
    """So many questions, the same ones each time."""
    if files:
        questions = from_files(files)
        random.Random(1).shuffle(questions)
    else:
        with Library.open(stock.library, MiniLM()) as library:
            questions = list(from_statements(list(real_passages(library))))
    return list(dict.fromkeys(questions))[:count]


def _figures(stock: Stock, questions: Path) -> Iterator[Figure]:
    """All that is printed of one library."""
    size = stock.passages
    scripts = "eval.bench.peers"
    ours = json.loads(
        run([sys.executable, "-m", f"{scripts}.footnote_asked", stock.library, stock.vectors, questions]).told
    )
    yield from _times("Footnote: search", ours["alone"]["search"], SEARCH.get(size))
    yield from _times("Footnote: whole answer", ours["alone"]["whole"], WHOLE.get(size))
    yield from _times("Footnote: nearest passages by vector", ours["nearest"])
    yield Figure("Footnote: of the questions, answered", fmean(ours["alone"]["answered"]), "")
    for name in [name for name in ours if name.startswith("at once")]:
        users = name.rpartition(" ")[2]
        yield from _times(f"Footnote: whole answer, {users} users at once", ours[name]["whole"])
        pace = len(ours[name]["whole"]) / ours[name]["seconds"]
        yield Figure(f"Footnote: answers with {users} users at once", pace, "/s")
    yield Figure("Footnote: peak memory", ours["peak"], "MB", at_most=MEMORY.get(size))
    for name in ("catalog.db", "chroma", "words"):
        yield Figure(f"Footnote: {name} on disk", _size(stock.library / name) / MB, "MB")
    yield Figure(f"Footnote: recall@{K} of the vector index", ours["recall"], "", at_least=RECALL)
    if size > MOST_FOR_PEERS:
        return
    if not (PEERS / "bin" / "python").exists():
        raise SystemExit(f"The peers are not in {PEERS}: `make bench-ask` installs them.")
    script = [PEERS / "bin" / "python", "-m", f"{scripts}.llamaindex_asked"]
    kept = [stock.folder / "llamaindex", stock.texts, stock.vectors]
    run([*script, *kept])
    theirs = json.loads(run([*script, *kept, questions]).told)
    yield from _times("LlamaIndex: search", theirs["search"])
    yield Figure("LlamaIndex: peak memory", theirs["peak"], "MB")
    yield Figure("LlamaIndex: its store on disk", _size(kept[0]) / MB, "MB")
    yield Figure(f"LlamaIndex: recall@{K} of its retriever", theirs["recall"])
    yield from _ratios(ours, theirs)


def _times(what: str, milliseconds: Sequence[float], p95_at_most: float | None = None) -> Iterator[Figure]:
    cuts = quantiles(milliseconds, n=20)
    yield Figure(f"{what}, p50", cuts[9], "ms")
    yield Figure(f"{what}, p95", cuts[18], "ms", at_most=p95_at_most)


def _ratios(ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[Figure]:
    """Once for like work, once for all that a search of Footnote's does, which also ranks the statements it found."""
    for what, own in (("nearest passages by vector", ours["nearest"]), ("search", ours["alone"]["search"])):
        for name, cut in (("p50", 9), ("p95", 18)):
            ratio = quantiles(theirs["search"], n=20)[cut] / quantiles(own, n=20)[cut]
            yield Figure(f"LlamaIndex to Footnote: {what}, {name}", ratio, "times", at_least=FASTER)
    yield Figure("Footnote to LlamaIndex: recall", ours["recall"] - theirs["recall"], "more", at_least=0.0)


def _size(folder: Path) -> int:
    """Bytes of the folder, or of a file with what SQLite keeps beside it."""
    files = [file for file in folder.rglob("*") if file.is_file()] or list(folder.parent.glob(f"{folder.name}*"))
    return sum(file.stat().st_size for file in files)


if __name__ == "__main__":
    main()
