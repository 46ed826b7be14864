"""Documents that came from elsewhere than a file, as `rag.llama` keeps them: a title, a date, and pages of text."""

from __future__ import annotations

import json
from dataclasses import replace

from rag.errors import UnreadableReport
from rag.reading import dates
from rag.reading.limits import Limits
from rag.reading.text.plain import read_text
from rag.types import Reading

ENDING = ".document"


def read_documents(content: bytes, name: str, limits: Limits) -> Reading:
    """The pages of one report: ``{"title", "published", "pages": [{"label", "text"}, …]}``."""
    try:
        held = json.loads(content)
        texts = [(page["label"], page["text"].encode()) for page in held["pages"]]
        title, published = held["title"], held["published"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableReport(f"{name}: these are no documents that Footnote kept") from error
    if len(texts) > limits.pages:
        raise UnreadableReport(f"{name}: {len(texts)} pages, over the limit of {limits.pages} (setting reader_pages)")
    pages = tuple(
        replace(read_text(text, name).pages[0], number=number, label=label)
        for number, (label, text) in enumerate(texts, start=1)
    )
    day = dates.published(published, "document metadata") if published else None
    return Reading("Document", title, pages, day, dates.covers(title))
