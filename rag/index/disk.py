"""What is said where the disk, and not what is on it, is at fault: it is full, or it may not be written to."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from rag.errors import MAKE_ROOM, DiskFull, FootnoteError

_FULL = ("disk is full", "disk full", "no space left", "quota exceeded")
# What SQLite, tantivy and Chroma say too where a write failed: it was for want of room if there is hardly any left.
_MAY_BE_FULL = ("disk i/o error", "io::error", "error in compaction", "error sending backfill")
_SCANT = 100_000  # bytes; SQLite alone needs 32 kB to open a catalog
_SHUT = ("permission denied", "read-only file system", "readonly database", "unable to open database")


def disk_trouble(folder: Path, error: BaseException) -> FootnoteError | None:
    """The error to be raised instead of this one, if it came of the disk that the folder is on."""
    said, number = str(error).lower(), getattr(error, "errno", None)
    full = any(words in said for words in _FULL) or number in {errno.ENOSPC, errno.EDQUOT}
    if not full and any(words in said for words in _MAY_BE_FULL):
        full = shutil.disk_usage(folder).free < _SCANT
    if full:
        return DiskFull(f"The disk that holds {folder} is full. {MAKE_ROOM}")
    if any(words in said for words in _SHUT) or number in {errno.EROFS, errno.EACCES, errno.EPERM}:
        return FootnoteError(
            f"{folder} cannot be written to, which Footnote must even to answer. Give this account the right to, or "
            "copy the library to where it has it."
        )
    return None
