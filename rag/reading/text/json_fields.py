"""The fields of an article in JSON: its title, its text and its date, by the names that feeds and archives use."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from rag.errors import UnreadableReport
from rag.reading import dates
from rag.reading.compose import PageText, fold
from rag.reading.text.plain import write_blocks, write_markdown, write_text
from rag.reading.web.reader import write_fragment
from rag.types import Published

SOURCE = "JSON field"  # where a date is found

# Names in lower case without "_", "-" and prefixes such as "dc:".
_TITLES = ("headline", "title", "name", "subject", "heading")
_BODIES = (
    "contenthtml", "bodyhtml", "html", "articlebody", "body", "bodytext", "content", "contenttext", "text", "article",
    "fulltext", "story", "markdown", "paragraphs",
)  # fmt: skip
_SUMMARIES = ("standfirst", "summary", "description", "excerpt", "abstract", "lead", "dek")
_DATES = (
    "datepublished", "published", "publishedat", "publisheddate", "publishedon", "publicationdate", "publishdate",
    "pubdate", "webpublicationdate", "firstpublished", "date", "dateissued", "issued", "posted", "postedat",
    "timestamp", "created", "createdat", "datecreated",
)  # fmt: skip
_LINKS = ("url", "link", "permalink", "externalurl", "guid", "weburl")
_INSIDE = ("rendered", "value", "#text", "__html", "html", "plain", "text", "$t", "_", "*", "$date")
_TAG = re.compile(
    r"</?(?:p|div|br|h[1-6]|ul|ol|li|table|tr|td|a|em|strong|b|i|span|img|figure|section|article)\b[^<>]*>",
    re.IGNORECASE,
)
_ESCAPED_TAG = re.compile(r"&lt;(?:p|div|h[1-6]|ul|table)\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,6});")
_MARKDOWN = re.compile(r"^#{1,6} \S|^\|? ?:?-{3,}:? ?\||\[[^\]\n]+\]\(\S+\)|\*\*[^*\n]+\*\*|^```", re.MULTILINE)
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\ufeff\ufffe\uffff]")
_LONG = 80  # characters: a text of this length is an article even where nothing else says so


def folded_key(key: str) -> str:
    """A field's name as it is compared: ``datePublished``, ``date_published`` and ``dc:date-published`` are one."""
    return re.sub(r"[_\-\s.]", "", key.rpartition(":")[2]).lower()


def clean(text: str) -> str:
    """The text without what no page can hold: halves of characters and control characters."""
    return _UNWRITABLE.sub("", text.encode("utf-8", "replace").decode())


def is_scalar(value: object) -> bool:
    """Whether a value is one text, number or truth, or none."""
    return value is None or isinstance(value, str | int | float)


def words(value: Any, depth: int = 0) -> str:
    """The text of a field: a text, a wrapped one (``{"rendered": …}``), or a list of such; nothing for others."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping) and depth < 4:
        return next((found for key in _INSIDE if key in value and (found := words(value[key], depth + 1))), "")
    if isinstance(value, list) and depth < 4:
        return "\n\n".join(filter(None, (words(inner, depth + 1) for inner in value)))
    return ""


def known_by_name(item: Mapping[str, Any]) -> dict[str, Any]:
    """An object's values by their names as they are compared; of names that are alike the first counts."""
    known: dict[str, Any] = {}
    for key, value in item.items():
        known.setdefault(folded_key(key), value)
    return known


def field(item: Mapping[str, Any], names: Iterable[str]) -> str:
    """The text of the first of these fields that has one, in the order of the names."""
    known = known_by_name(item)
    return next((found for name in names if name in known and (found := words(known[name]).strip())), "")


def is_article(item: object) -> bool:
    """Whether an object is an article: it has a text, and a title, date or link, or the text is long."""
    if not isinstance(item, Mapping):
        return False
    body = field(item, _BODIES)
    if any(map(str.isalpha, body)):
        return bool(len(body) >= _LONG or field(item, _TITLES) or field(item, _DATES) or field(item, _LINKS))
    return bool(field(item, _SUMMARIES) and field(item, _TITLES) and (field(item, _DATES) or field(item, _LINKS)))


def title_of(item: Mapping[str, Any]) -> str:
    """An article's title on one line, without markup."""
    return fold(html.unescape(_TAG.sub("", field(item, _TITLES))))


def published(item: Mapping[str, Any]) -> Published | None:
    """The day of the first of an article's date fields that names one; numbers count from 1970."""
    known = known_by_name(item)
    for name in _DATES:
        said = words(known.get(name)).strip()
        if not re.fullmatch(r"\d{0,4}", said) and (found := dates.published(_epoch(said) or said, SOURCE)):
            return found
    return None


def _epoch(said: str) -> object:
    """The day of a number of seconds, or thousandths or finer, since 1970; nothing for other words."""
    if not re.fullmatch(r"\d{9,19}(?:\.\d+)?", said):
        return None
    seconds = float(said)
    while seconds > 10_000_000_000:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC).date()


def write_article(page: PageText, item: Mapping[str, Any]) -> None:
    """Write an article: its title as a heading, its summary where the text does not begin with it, its text."""
    title = title_of(item)
    page.add("heading", title, level=1)
    body, summary = PageText(), PageText()
    write_markup(body, field(item, _BODIES))
    write_markup(summary, field(item, _SUMMARIES))
    own, lead = body.page(), summary.page()
    if lead.text.rstrip(" .…[]") not in own.text:
        write_blocks(page, lead.text, lead.blocks)
    blocks = own.blocks
    if blocks and blocks[0].kind == "heading" and own.text[blocks[0].start : blocks[0].end] == title:
        blocks = blocks[1:]
    write_blocks(page, own.text, blocks)


def write_markup(page: PageText, text: str) -> None:
    """Write a text that may be HTML, Markdown or plain."""
    if not _TAG.search(text) and _ESCAPED_TAG.search(text):
        text = html.unescape(text)
    if _TAG.search(text):
        try:
            write_fragment(page, text, "")
        except UnreadableReport:
            return  # no text between its tags
    else:
        text = html.unescape(text) if _ENTITY.search(text) else text
        (write_markdown if _MARKDOWN.search(text) else write_text)(page, clean(text))
