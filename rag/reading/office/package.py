"""What the files of office programs have in common: XML parts, and the title and dates in their properties."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lxml import etree

from rag.errors import UnreadableReport
from rag.reading import dates
from rag.reading.compose import fold
from rag.types import Published

# What the libraries and the standard library raise on a damaged file.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, etree.LxmlError, struct.error, KeyError, IndexError, ValueError, AttributeError,
    TypeError, EOFError, NotImplementedError, RuntimeError, OSError,
)  # fmt: skip
_NO_TITLE = re.compile(
    r"^(?:(?:word|powerpoint|microsoft)\b.*\b(?:document|presentation|powerpoint|word)\b.*|"
    r"(?:presentation|document)\s?\d*|untitled(?:\s.*)?|title|slide \d+|(?:click to )?(?:add|edit) title|"
    r".*\.(?:docx?|dotx?|pptx?|potx?|odt|rtf|indd))$",
    re.IGNORECASE,
)
_STRICT = b"http://purl.oclc.org/ooxml/"


def refuse_strict(content: bytes, name: str, ending: str) -> None:
    """Refuse Office's other dialect, whose names for everything differ; hardly any program reads it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if _STRICT in archive.read("_rels/.rels"):
            raise UnreadableReport(
                f'{name}: the file is saved as "Strict Open XML", which is not read; save it as a plain {ending}'
            )


def xml(content: bytes) -> Any:
    """The root of an XML part. Entities are not resolved, and nothing outside the file is looked at."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    return etree.fromstring(content, parser)


def number(words: str | None, otherwise: int = 0) -> int:
    """The whole number that an attribute gives; what is none says nothing."""
    return int(words) if words and re.fullmatch(r"-?\d{1,12}", words) else otherwise


@dataclass(frozen=True, slots=True)
class Properties:
    """What a file says of itself, as far as it can be read."""

    title: str = ""
    modified: datetime | None = None
    created: datetime | None = None


def properties(part: Any) -> Properties:
    """The properties of the file whose main part this is; none if they are damaged, since the rest can be read."""
    try:
        core = part.core_properties
        return Properties(own_title(core.title), core.modified, core.created)
    except DAMAGED:
        return Properties()


def own_title(words: str | None) -> str:
    """The title in a file's properties, unless a program or template put it there."""
    title = fold(words or "")
    return "" if _NO_TITLE.match(title) else title


def last_made(*stamps: datetime | date | str | None, template: date | None = None) -> Published | None:
    """The day of the first stamp (give the modification first: templates keep old creation dates) that is not that of
    the template which a program makes all its files from."""
    for stamp in stamps:
        found = dates.published(stamp, "document properties")
        if found and found.day != template:
            return found
    return None
