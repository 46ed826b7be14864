"""JSON (.json, .jsonl): articles become pages, records tables, and all else an outline of keys and values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from rag.errors import UnreadableReport
from rag.reading import dates
from rag.reading.compose import PageText
from rag.reading.limits import Limits
from rag.reading.text.json_fields import (
    is_article,
    known_by_name,
    published,
    title_of,
    write_article,
)
from rag.reading.text.json_outline import Outline
from rag.reading.text.plain import decode
from rag.types import Page, Published, Reading

_LISTS = (
    "articles", "items", "posts", "results", "entries", "documents", "docs", "pages", "stories", "news", "records",
    "hits", "@graph", "data", "content", "list", "value", "response", "query", "feed", "channel", "rss", "result",
)  # fmt: skip
_PIECES = frozenset({"content", "data", "list", "value"})  # of an article these are pieces of its text
_WRAPPERS = ("article", "_source", "source", "post", "item", "document", "node", "fields")
_CALLBACK = re.compile(r"^\s*[\w.$]+\((.*)\)\s*;?\s*$", re.DOTALL)
_MOST_NOTES = 20
_LABEL = 80


def read_json(content: bytes, name: str, limits: Limits) -> Reading:
    """Articles, each a page, or one page with the tables and the outline of what else the file holds."""
    text = decode(content, name)
    if called := _CALLBACK.match(text):
        text = called[1]
    try:
        value = _parsed(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":  # several values, one a line, whatever the file's ending says
            values, notes = _lines(text)
            if values and not notes:
                return _reading(values, name, limits, ())
        raise UnreadableReport(
            f"{name}: not JSON: {_lower(error.msg)} in line {error.lineno}, column {error.colno}"
        ) from error
    except RecursionError:
        raise UnreadableReport(f"{name}: the JSON is nested too deeply") from None
    return _reading(value, name, limits, ())


def read_json_lines(content: bytes, name: str, limits: Limits) -> Reading:
    """As `read_json`, from one value a line; a line that is not JSON is a note."""
    values, notes = _lines(decode(content, name))
    if not values or len(notes) > len(values):
        try:
            return read_json(content, name, limits)  # one value over many lines
        except UnreadableReport:
            if not values:
                raise
    if len(notes) > _MOST_NOTES:
        notes[_MOST_NOTES:] = [f"{len(notes) - _MOST_NOTES:,} more lines are not JSON and were left out."]
    return _reading(values, name, limits, tuple(notes))


def _lines(text: str) -> tuple[list[Any], list[str]]:
    """The values of a text's lines, and a sentence for each line that has none."""
    values, notes = [], []
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        line = line.strip(" \t\x1e,")  # RFC 7464 begins each line with a mark
        if not line:
            continue
        try:
            values.append(_parsed(line))
        except json.JSONDecodeError as error:
            notes.append(f"Line {number} is not JSON and was left out: {_lower(error.msg)} in column {error.colno}.")
        except RecursionError:
            notes.append(f"Line {number} is nested too deeply and was left out.")
    return values, notes


def _parsed(text: str) -> Any:
    """The value, with its numbers as they are written: 17.80 stays 17.80, and NaN is nothing."""
    return json.loads(
        text.lstrip("\ufeff"), parse_float=str, parse_int=str, parse_constant=lambda _: None, strict=False
    )


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


# --- what it holds ----------------------------------------------------------------------------------------------------


def _reading(value: Any, name: str, limits: Limits, notes: tuple[str, ...]) -> Reading:
    try:
        items = _articles(value)
        if items is not None:
            return _of_articles(value, items, name, limits, notes)
        return _of_data(value, name, limits, notes)
    except RecursionError:
        raise UnreadableReport(f"{name}: the JSON is nested too deeply") from None


def _articles(value: Any, depth: int = 0) -> list[Any] | None:
    """The list of articles that a value is or holds; None if it holds none."""
    if isinstance(value, list):
        items = [_unwrapped(item) for item in value]
        return items if sum(map(is_article, items)) * 2 >= max(1, len(items)) else None
    if not isinstance(value, Mapping) or depth > 3:
        return None
    own, known = _unwrapped(value), known_by_name(value)
    inside = [(name, known[name]) for name in _LISTS if name in known]
    for name, inner in inside:
        found = _articles(inner, depth + 1) if isinstance(inner, list) else None
        if found and (not is_article(own) or (name not in _PIECES and all(map(_is_titled, found)))):
            return found
    if is_article(own):
        return [own]
    for name, inner in inside:
        if isinstance(inner, Mapping):  # wikis give their pages by number
            pages = list(inner.values()) if name == "pages" else inner
            if found := _articles(pages, depth + 1):
                return found
    return None


def _is_titled(item: Any) -> bool:
    return isinstance(item, Mapping) and bool(title_of(item))


def _unwrapped(item: Any) -> Any:
    """The article inside an object that only carries it."""
    if isinstance(item, Mapping):
        known = known_by_name(item)
        for name in _WRAPPERS:
            if isinstance(known.get(name), Mapping) and is_article(known[name]):
                return known[name]
    return item


def _of_articles(value: Any, items: Sequence[Any], name: str, limits: Limits, notes: tuple[str, ...]) -> Reading:
    pages: list[Page] = []
    empty = 0
    for item in items:
        page = PageText()
        if isinstance(item, Mapping):
            write_article(page, item)
        if all(block.kind == "heading" for block in page.blocks):
            empty += 1
        elif len(pages) < limits.pages:
            pages.append(_page(page, item, len(pages) + 1))
    if not pages:
        raise UnreadableReport(f"{name}: no article of it holds text")
    if empty:
        notes += (f"{empty:,} of {len(items):,} items hold no text and were left out.",)
    if len(items) - empty > len(pages):
        notes += (f"Only the first {len(pages):,} of {len(items):,} articles were read (setting reader_pages).",)
    return _one(pages[0], name, notes) if len(items) == 1 else _many(value, pages, name, notes)


def _page(page: PageText, item: Mapping[str, Any], number: int) -> Page:
    title, day = title_of(item), published(item)
    label = title if len(title) <= _LABEL else f"{title[: _LABEL - 1].rstrip()}…"
    return replace(page.page(number, label=label), published=day)


def _one(page: Page, name: str, notes: tuple[str, ...]) -> Reading:
    title = dates.first_heading([page]) if page.label else dates.title_of_file(name)
    return Reading(
        "Article",
        title,
        (replace(page, label="", published=None),),
        dates.first_date(
            page.published, dates.in_imprint([page]), dates.in_title(title, name), dates.in_file_name(name)
        ),
        dates.covers(title, dates.title_of_file(name)),
        notes,
    )


def _many(value: Any, pages: Sequence[Page], name: str, notes: tuple[str, ...]) -> Reading:
    title = (title_of(value) if isinstance(value, Mapping) else "") or dates.title_of_file(name)
    days = [page.published for page in pages if page.published]
    return Reading(
        "Articles",
        title,
        tuple(pages),
        dates.first_date(max(days, key=_day, default=None), dates.in_file_name(name)),
        dates.covers(title, dates.title_of_file(name)),
        notes,
    )


def _day(published: Published) -> date:
    return published.day


def _of_data(value: Any, name: str, limits: Limits, notes: tuple[str, ...]) -> Reading:
    own = title_of(value) if isinstance(value, Mapping) else ""
    title = own or dates.title_of_file(name)
    page = PageText()
    Outline(page, name, limits.rows).write(value, caption=title)
    if not page.blocks:
        raise UnreadableReport(f"{name}: the JSON holds no values")
    stated = published(value) if isinstance(value, Mapping) else None
    return Reading(
        "JSON data",
        title,
        (page.page(),),
        dates.first_date(stated, dates.in_title(title, name), dates.in_file_name(name)),
        dates.covers(title, dates.title_of_file(name)),
        notes,
    )
