"""Prose sources: a small Markdown, its placeholders filled in, as a list of blocks for whatever writes them.

# Chapter   ## Section   - list item   1. numbered item   paragraph with **bold** and a note[^Text of the footnote.]
Table 1. Caption, and under it lines of | cells | between bars |, the first of them the header
@table name   @chart name   @include key   @two (two columns, new page)   @one (one column, new page)
@break (new page)   @column (next column)   @contents
?first text   only in the first year of the series      ?later text   only in the years after it
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

NOTE = re.compile(r"\[\^([^\]]+)\]")


@dataclass(frozen=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True)
class Para:
    text: str


@dataclass(frozen=True)
class Bullets:
    items: list[str]


@dataclass(frozen=True)
class Steps:
    """A numbered list."""

    items: list[str]


@dataclass(frozen=True)
class Directive:
    name: str
    argument: str = ""


@dataclass(frozen=True)
class Table:
    caption: str
    header: list[str]
    rows: list[list[str]]
    note: str = ""
    bold: frozenset[int] = field(default_factory=frozenset)
    left: int = 1
    """How many columns, from the left, hold words and not figures."""


Block = Heading | Para | Bullets | Steps | Table | Directive


def read_parts(path: Path) -> dict[str, str]:
    """A file of year's texts: "# key" lines, each followed by the text of that key."""
    parts = re.split(r"^# (\S+)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {key: text.strip() for key, text in zip(parts[1::2], parts[2::2], strict=True)}


def include(template: str, parts: Mapping[str, str]) -> str:
    """Put the named parts where the template asks for them."""
    return re.sub(r"^@include (\S+)$", lambda found: parts.get(found[1], ""), template, flags=re.MULTILINE)


def parse(text: str, facts: Mapping[str, str], first: bool = False) -> list[Block]:
    """Blocks of a filled-in source text."""
    return list(_blocks(text.format_map(facts), first))


def _blocks(text: str, first: bool) -> Iterator[Block]:
    for chunk in re.split(r"\n\s*\n", text.strip()):
        if chunk.startswith("?"):
            condition, chunk = chunk.split(" ", 1)
            if (condition == "?first") != first:
                continue
        if chunk.startswith("@"):
            name, _, argument = chunk[1:].partition(" ")
            yield Directive(name, argument.strip())
        elif chunk.startswith("#"):
            marks, title = chunk.split(" ", 1)
            yield Heading(len(marks), title)
        elif chunk.startswith("- "):
            yield Bullets([" ".join(item.split()) for item in re.split(r"(?:^|\n)- ", chunk) if item.strip()])
        elif chunk.startswith("1. "):
            yield Steps([" ".join(item.split()) for item in re.split(r"(?:^|\n)\d+\. ", chunk) if item.strip()])
        elif "\n| " in chunk:
            caption, *lines = chunk.splitlines()
            header, *rows = ([cell.strip() for cell in line.strip("| ").split("|")] for line in lines)
            yield Table(caption, header, rows)
        elif chunk.strip():
            yield Para(" ".join(chunk.split()))
