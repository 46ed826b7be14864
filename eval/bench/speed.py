"""How long things take on this machine, as medians: `make bench`. Commands are timed as whole processes.

The sample library is made anew in a temporary folder; nothing of yours is touched. Machines are noisy: trust ratios.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from eval.cases import Case, read_cases
from eval.run import set_path
from rag.ask import ask
from rag.index.crossencoder import CrossEncoder
from rag.index.embed import MiniLM
from rag.library import Library
from rag.types import Asked

CORPUS = Path(__file__).parents[2] / "corpus"
QUESTION = ("ask", "How many leads last year?", "--as-of", "2026-11-22")
RUNS = 7


def main() -> None:
    footnote = shutil.which("footnote", path=str(Path(sys.executable).parent)) or "footnote"
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library"
        in_library = ("--library", str(library))

        def command(*arguments: str) -> Callable[[], None]:
            # 3: some files of the sample library are of a kind that is not read yet.
            return lambda: _run([footnote, *arguments], may_end_with=(0, 3))

        print(f"{'':44}{'median':>10}{'p95':>10}")
        _print("footnote --help", _times(command("--help")), limit=0.4)
        _print("footnote ingest corpus, a new library", _times(command("ingest", str(CORPUS), *in_library), runs=1))
        _print("footnote ingest corpus, nothing changed", _times(command("ingest", str(CORPUS), *in_library), runs=3))
        _print("footnote ask, from cold", _times(command(*QUESTION, *in_library)), limit=2.5)
        cases = read_cases(set_path("sample"))
        _print(f"a question to a warm library, {len(cases)} of them", warm(library, cases), limit=0.05)


def warm(library: Path, cases: Sequence[Case]) -> list[float]:
    """Seconds of each case's question, complete answer included, in a process that has answered before."""
    with Library.open(library, MiniLM(), judge=CrossEncoder()) as held:
        ask(held, Asked("How many?", date(2026, 11, 22)))
        return [seconds for case in cases for seconds in _times(partial(ask, held, case.asked), runs=1)]


def _run(command: Sequence[str], may_end_with: tuple[int, ...]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in may_end_with:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")


def _times(do: Callable[[], object], runs: int = RUNS) -> list[float]:
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        do()
        seconds.append(time.perf_counter() - started)
    return seconds


def _print(what: str, seconds: Sequence[float], limit: float | None = None) -> None:
    middle = median(seconds)
    worst = f"{1000 * quantiles(seconds, n=20)[-1]:>7,.0f} ms" if len(seconds) >= 20 else ""
    note = "" if limit is None else f"   under {1000 * limit:,.0f} ms: {'yes' if middle < limit else 'NO'}"
    print(f"{what:<44}{1000 * middle:>7,.0f} ms{worst:>10}{note}", flush=True)


if __name__ == "__main__":
    main()
