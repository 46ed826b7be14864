"""What one file may cost while it is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one file may take. Each is the setting of its name with ``reader_`` before it.

    A file that needs more is listed as unreadable, in a sentence that names the setting.
    """

    memory_mb: int = 1536  # address space of the reading process
    cpu_seconds: int = 120
    wall_seconds: float = 300.0
    file_mb: int = 200
    inflated_mb: int = 400  # a zip-based file (Word, Excel, EPUB …) once unpacked
    pages: int = 3000
    rows: int = 100_000  # of all tables and sheets of a file
