"""Whether a write failed for want of room, and the error that says so."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from rag.errors import MAKE_ROOM, DiskFull

_SAID = ("disk is full", "disk full", "no space left", "quota exceeded")
# What SQLite, tantivy and Chroma say too where a write failed: it was for want of room if there is hardly any left.
_MAY_MEAN = ("disk i/o error", "io::error", "error in compaction", "error sending backfill")
_SCANT = 100_000  # bytes; SQLite alone needs 32 kB to open a catalog


def disk_full(folder: Path, error: BaseException) -> DiskFull | None:
    """The error to be raised instead, if this one came of a full disk under the folder."""
    said = str(error).lower()
    full = any(words in said for words in _SAID) or getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT}
    if not full and any(words in said for words in _MAY_MEAN):
        full = shutil.disk_usage(folder).free < _SCANT
    return DiskFull(f"The disk that holds {folder} is full. {MAKE_ROOM}") if full else None
