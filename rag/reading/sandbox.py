"""Readers run in a child process: a file that crashes, hangs or swells costs itself and nothing else."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Generic, TypeVar

from rag.errors import ReaderKilled, UnreadableReport
from rag.reading.formats import reader_for
from rag.reading.limits import Limits
from rag.types import Reading

T = TypeVar("T")
_FILES_A_CHILD = 200  # then a fresh one, so that what a library leaks does not add up


def read_directly(path: Path, limits: Limits | None = None, name: str = "") -> Reading:
    """Read a file in this process, with no limit but on its size; `UnreadableReport` says why it cannot be read.

    `name`: what the file is called where it came from, if it is read from a copy.
    """
    limits = limits or Limits()
    name = name or path.name
    if not path.is_file():
        raise UnreadableReport(f"{name}: not a file")
    if told := too_large(path.stat().st_size, limits):
        raise UnreadableReport(f"{name}: {told}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableReport(f"{name}: {error.strerror or 'could not be opened'}") from error
    return reader_for(name, content)(content, name, limits)


def too_large(size: int, limits: Limits) -> str:
    """What is said of a file of so many bytes if it is not even to be opened; else nothing."""
    if size <= limits.file_mb * 1024 * 1024:
        return ""
    return f"{size / 1024 / 1024:,.0f} MB, over the limit of {limits.file_mb} (setting reader_file_mb)"


class Sandbox(Generic[T]):
    """A reading process kept warm between files and restarted when one breaks it. For one thread at a time.

    `read` is any importable function of a path, limits and whatever else it is given; its result comes back.
    """

    def __init__(self, read: Callable[..., T], limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._read = read
        self._child: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._served = 0

    def __enter__(self) -> Sandbox[T]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def read(self, path: Path, *more: Any, name: str = "") -> T:
        """What the function makes of the file, or `UnreadableReport` with the reason, the limit named where one was
        met, under the name given."""
        name = name or path.name
        pipe = self.start()
        try:
            pipe.send((self._read, path, more))
            if not pipe.poll(self.limits.wall_seconds):
                self._stop()
                raise UnreadableReport(
                    f"{name}: not read within {self.limits.wall_seconds:g} seconds (setting reader_wall_seconds)"
                )
            outcome, what = pipe.recv()
        except (EOFError, OSError):
            raise self._why_it_died(name) from None
        self._served += 1
        if outcome == "read":
            made: T = what
            return made
        if outcome == "refused":
            raise what
        self._stop()  # what failed may have left its library in any state
        if outcome == "memory":
            raise UnreadableReport(
                f"{name}: needs more than {self.limits.memory_mb} MB of memory (setting reader_memory_mb)"
            )
        raise UnreadableReport(f"{name}: could not be read ({what})")

    def start(self) -> Connection:
        """Have a process ready; the pipe to it."""
        if self._served >= _FILES_A_CHILD or (self._child is not None and self._child.poll() is not None):
            self._stop()
        if self._pipe is None:
            ours, theirs = Pipe()
            self._child = subprocess.Popen(
                [sys.executable, "-m", "rag.reading.child", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for us to answer, by closing the pipe
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
            theirs.close()
            ours.send(self.limits)
            self._pipe, self._served = ours, 0
        return self._pipe

    def _stop(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.pid, signal.SIGKILL)  # with what it started: Tesseract
            self._child.kill()
            self._child.wait()
        self._child = self._pipe = None

    def _why_it_died(self, name: str) -> UnreadableReport:
        """In words, from how the child ended."""
        code = None
        if self._child is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self._child.wait(timeout=5)
        self._stop()
        if code == -signal.SIGXCPU:
            most = f"{self.limits.cpu_seconds} seconds of processor time (setting reader_cpu_seconds)"
            return UnreadableReport(f"{name}: needs more than {most}")
        if code == -signal.SIGKILL:
            return ReaderKilled(f"{name}: the reading process was killed, perhaps for want of memory: ingest it again")
        most = f"{self.limits.memory_mb} MB (setting reader_memory_mb)"
        return UnreadableReport(f"{name}: its reader crashed; it may be damaged, or need more than {most}")


class Sandboxes(Generic[T]):
    """As many reading processes as files may be read at the same time; for as many threads."""

    def __init__(self, read: Callable[..., T], limits: Limits | None = None, count: int = 1) -> None:
        self.count = count
        self._all = [Sandbox(read, limits) for _ in range(count)]
        self._free: SimpleQueue[Sandbox[T]] = SimpleQueue()
        for sandbox in self._all:
            self._free.put(sandbox)

    def __enter__(self) -> Sandboxes[T]:
        self._all[0].start()  # it gets ready while the files are looked for
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for sandbox in self._all:
            sandbox.__exit__(kind, error, trace)

    def read(self, path: Path, *more: Any, name: str = "") -> T:
        """As a sandbox's own, in the next one that is free."""
        sandbox = self._free.get()
        try:
            return sandbox.read(path, *more, name=name)
        finally:
            self._free.put(sandbox)
