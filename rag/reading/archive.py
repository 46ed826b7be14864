"""Zip-based files (Word, Excel, PowerPoint, OpenDocument, EPUB): looked at before anything unpacks them."""

from __future__ import annotations

import io
import zipfile

from rag.errors import UnreadableReport
from rag.reading.limits import Limits


def check_inflated(content: bytes, name: str, limits: Limits) -> None:
    """Refuse a zip-based file that is damaged or would unpack to more than the limit, before anything unpacks it.

    An entry may lie about its size; Python's zipfile reads no more of it than it says.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inflated = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise UnreadableReport(f"{name}: the file is damaged ({error})") from error
    if inflated > limits.inflated_mb * 1024 * 1024:
        size = f"{inflated / 1024 / 1024:,.0f} MB"
        raise UnreadableReport(
            f"{name}: unpacks to {size}, over the limit of {limits.inflated_mb} (setting reader_inflated_mb)"
        )
