"""The process that readers run in: files' paths come in over a pipe, readings go out. Started by `sandbox.py` only."""

from __future__ import annotations

import contextlib
import sys
import time
from multiprocessing.connection import Connection

from rag.errors import FootnoteError
from rag.reading.limits import Limits

try:
    import resource
except ImportError:  # Windows: there the wall time is the only limit
    resource = None  # type: ignore[assignment]

_XML_NO_MEMORY = 2  # libxml2's XML_ERR_NO_MEMORY


def limit_memory(limits: Limits) -> None:
    """Cap this process's address space, once."""
    if resource is not None:
        size = limits.memory_mb * 1024 * 1024
        with contextlib.suppress(ValueError, OSError):  # a lower limit is already set from outside
            resource.setrlimit(resource.RLIMIT_AS, (size, size))
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_cpu(limits: Limits) -> None:
    """Allow so many more seconds of processor time from now: the limit counts from the start of the process."""
    if resource is not None:
        allowed = int(time.process_time()) + 1 + limits.cpu_seconds
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def came_of_memory(error: BaseException | None) -> bool:
    """Whether what a reader took for damage was a want of memory, which lxml calls a syntax error."""
    while error is not None:
        unparsed = type(error).__name__ == "XMLSyntaxError"  # by its name: lxml is imported where it is used
        if isinstance(error, MemoryError) or (unparsed and getattr(error, "code", 0) == _XML_NO_MEMORY):
            return True
        error = error.__cause__ or error.__context__
    return False


def serve(pipe: Connection) -> None:
    """Take the limits, then answer each ``(reader, path, more)`` with ``(outcome, what)``: "read" with what was made,
    "refused" with the error, "memory" with nothing, or "failed" with words."""
    limits: Limits = pipe.recv()
    limit_memory(limits)
    while True:
        try:
            reader, path, more = pipe.recv()
        except EOFError:  # the parent is gone or done
            return
        limit_cpu(limits)
        try:
            answer = ("read", reader(path, limits, *more))
        except FootnoteError as error:
            answer = ("memory", None) if came_of_memory(error) else ("refused", error)
        except MemoryError:
            answer = ("memory", None)
        except RecursionError:
            answer = ("failed", "it is nested too deeply")
        except Exception as error:  # noqa: BLE001 - whatever a library raises costs this file only
            answer = ("failed", f"{type(error).__name__}: {error}"[:300])
        pipe.send(answer)


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
