"""The ingested files themselves, each kept once under the hash of its content. What is in them is not known here."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Set
from pathlib import Path


class Originals:
    """One library's `files/` folder: `files/3f/3f9a….pdf`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, sha256: str, name: str) -> Path:
        """Where the content with this hash is, or would be; the name gives its ending."""
        return self._folder / sha256[:2] / f"{sha256}{Path(name).suffix.lower()}"

    def keep(self, file: Path) -> str:
        """Copy the file in and give the SHA-256 of what was copied; it is on disk when this returns."""
        self._folder.mkdir(parents=True, exist_ok=True)
        part, name = tempfile.mkstemp(prefix=".", dir=self._folder)
        try:
            with os.fdopen(part, "wb") as copy, file.open("rb") as source:
                shutil.copyfileobj(source, copy, 1 << 20)
                copy.flush()
                os.fsync(copy.fileno())
            with Path(name).open("rb") as copied:
                sha256 = hashlib.file_digest(copied, "sha256").hexdigest()
            target = self.path(sha256, file.name)
            if not target.exists():
                target.parent.mkdir(exist_ok=True)
                Path(name).replace(target)
                _sync(target.parent)
        finally:
            Path(name).unlink(missing_ok=True)
        return sha256

    def sweep(self, used: Set[Path]) -> None:
        """Delete all files but these, and what a killed ingest left half copied."""
        for file in self._folder.rglob("*"):
            if file.is_file() and file not in used:
                file.unlink()


def _sync(folder: Path) -> None:
    """Make a rename in the folder last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
