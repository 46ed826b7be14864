"""Readers that misbehave, for the sandbox to survive. They are importable by its child process."""

from __future__ import annotations

import os
import time
from pathlib import Path

from rag.errors import UnreadableReport
from rag.reading.limits import Limits
from rag.types import Page, Reading


def fine(path: Path, limits: Limits) -> Reading:
    return Reading("Text", path.name, (Page(1, path.read_text(), ()),))


def by_name(path: Path, limits: Limits) -> Reading:
    """Do what the file's name says."""
    match path.stem:
        case "hang":
            time.sleep(60)
        case "crash":
            os.abort()
        case "swell":
            bytearray(8_000_000_000)
        case "spin":
            while True:
                pass
        case "raise":
            raise ZeroDivisionError("by nothing")
        case "refuse":
            raise UnreadableReport(f"{path.name}: not today")
    return fine(path, limits)
