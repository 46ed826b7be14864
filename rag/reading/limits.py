"""What one file may cost while it is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one file may take. A file that needs more is listed as unreadable, with the limit's name."""

    memory_mb: int = 1536  # address space of the reading process
    cpu_seconds: int = 120
    wall_seconds: float = 180.0
    file_mb: int = 200
    inflated_mb: int = 400  # a zip-based file (Word) once unpacked
    pages: int = 3000
