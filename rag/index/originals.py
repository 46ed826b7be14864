"""The ingested files themselves, each kept once under the hash of its content. What is in them is not known here."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Set
from pathlib import Path
from typing import BinaryIO

from rag.index.disk import disk_trouble


class Originals:
    """One library's `files/` folder: `files/3f/3f9a….pdf`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, sha256: str, name: str) -> Path:
        """Where the content with this hash is, or would be; the name gives its ending."""
        return self._folder / sha256[:2] / self.name(sha256, name)

    @staticmethod
    def name(sha256: str, name: str) -> str:
        """What the file is called here."""
        return sha256 + os.path.splitext(name)[1].lower()  # noqa: PTH122 (called for every report)

    def keep(self, file: Path) -> str:
        """Copy the file in and give the SHA-256 of what was copied; it is on disk when this returns.

        Raises OSError where the file cannot be read, DiskFull or FootnoteError where the copy cannot be written.
        """
        with file.open("rb") as source:
            try:
                return self._copied(source, file.name)
            except OSError as error:
                if trouble := disk_trouble(self._folder.parent, error):
                    raise trouble from error
                raise

    def _copied(self, source: BinaryIO, name: str) -> str:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(prefix=".", dir=self._folder)
        seen = hashlib.sha256()
        try:
            with os.fdopen(handle, "wb") as copy:
                while piece := source.read(1 << 20):
                    seen.update(piece)
                    copy.write(piece)
                copy.flush()
                os.fsync(copy.fileno())
            target = self.path(seen.hexdigest(), name)
            if not target.exists():
                target.parent.mkdir(exist_ok=True)
                Path(part).replace(target)
                _sync(target.parent)
        finally:
            Path(part).unlink(missing_ok=True)
        return seen.hexdigest()

    def sweep(self, used: Set[str]) -> None:
        """Delete all files but those of these names, and what a killed ingest left half copied."""
        for folder, _, names in os.walk(self._folder):
            for name in names:
                if name not in used:
                    Path(folder, name).unlink()


def _sync(folder: Path) -> None:
    """Make a rename in the folder last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
