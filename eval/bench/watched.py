"""A command's seconds, memory and processors, seen from outside, with all the processes that it starts."""

from __future__ import annotations

import contextlib
import os
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
MB = 1_000_000
_EVERY = 0.1  # seconds between two looks
_NEW = 0.3  # seconds; a process younger than this may not run its program yet, and show its parent's memory as its own
# For the peers: nothing is to be fetched, and nobody told.
_QUIET = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}


@dataclass(frozen=True, slots=True)
class Run:
    """A command that has ended well."""

    seconds: float
    peak: float  # MB of memory
    growth: float  # the most memory of its second half to that of its first
    busy: float  # processors, on average
    told: str  # what it wrote to stdout


def run(command: Sequence[object]) -> Run:
    """Run a command in the project's folder to its end, and look at its memory meanwhile."""
    words = [str(word) for word in command]
    used, started, memory = _processor_seconds(), time.perf_counter(), _Memory()
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = psutil.Popen(words, stdout=out, stderr=err, cwd=ROOT, env=os.environ | _QUIET)
        while child.poll() is None:
            memory.look(child)
            with contextlib.suppress(psutil.TimeoutExpired):
                child.wait(timeout=_EVERY)
        seconds = time.perf_counter() - started
        out.seek(0)
        err.seek(0)
        if child.returncode:
            raise SystemExit(f"{' '.join(words)} ended with {child.returncode}: {err.read()[-2000:]}")
        busy = (_processor_seconds() - used) / seconds
        return Run(seconds, memory.peak / MB, memory.growth(), busy, out.read())


@dataclass(slots=True)
class _Memory:
    """What a process and all below it took, look by look."""

    peak: int = 0  # bytes
    resident: list[int] = field(default_factory=list)

    def look(self, top: psutil.Process) -> None:
        with contextlib.suppress(psutil.Error):  # they end while we look
            below = top.children(recursive=True)
            tree = [top, *(process for process in below if time.time() - process.create_time() > _NEW)]
            resident = sum(process.memory_info().rss for process in tree)
            self.resident.append(resident)
            # Pages that processes share count for each of them in the resident set. Telling them apart takes longer,
            # and never gives more: so it is asked only where it could be a new peak.
            if resident > self.peak:
                self.peak = max(self.peak, sum(_own(process) for process in tree))

    def growth(self) -> float:
        half = len(self.resident) // 2
        return max(self.resident[half:]) / max(self.resident[:half]) if half else 1.0


def _own(process: psutil.Process) -> int:
    """Bytes of a process, a page that n of them share as an nth; where the system cannot tell, its resident set."""
    with contextlib.suppress(psutil.AccessDenied):
        full = process.memory_full_info()
        return int(getattr(full, "pss", full.rss))
    return int(process.memory_info().rss)


def _processor_seconds() -> float:
    """Of all processes below this one that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
