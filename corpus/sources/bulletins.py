"""The quarterly bulletins: most as PDF with a two-column first page, some as Word files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from figures import MONTHS, SOURCES, Figures, long_date, number, split_key
from office import write_document
from pdf import BODY, COLUMN, SMALL, Meta, Writer, write_pdf
from prose import Block, include, parse, read_parts
from reportlab.platypus import Flowable, FrameBreak, Paragraph, Spacer
from tables import BulletinTables

AS_WORD = {"2024-q2", "2025-q1", "2025-q4"}
NEXT = {1: "July", 2: "October", 3: "January", 4: "April"}
NAMES = {1: "first", 2: "second", 3: "third", 4: "fourth"}


def facts(figures: Figures, key: str) -> dict[str, str]:
    """What the bulletin template may say."""
    year, quarter = split_key(key)
    published: date = figures.raw["published"]["bulletins"][key]
    waiting = figures.raw["waiting"][year]
    return {
        "average": number(waiting["quarters"][quarter - 1]),
        "within": number(waiting["shares"][quarter - 1]),
        "contacts": number(figures.quarter(year, quarter, "contacts")),
        "cases": number(figures.quarter(year, quarter, "cases")),
        "published": long_date(published),
        "taken": f"on {8 + quarter} {MONTHS[published.month - 1]} {published.year}",
        "next_month": f"{NEXT[quarter]} {year + 1 if quarter == 3 else published.year}",
    }


def write_bulletin(figures: Figures, key: str, folder: Path) -> None:
    """Build one bulletin in its format."""
    year, quarter = split_key(key)
    first, last = MONTHS[3 * quarter - 3], MONTHS[3 * quarter - 1]
    published: date = figures.raw["published"]["bulletins"][key]
    meta = Meta(
        title=f"Quarterly bulletin Q{quarter} {year}",
        subtitle=f"{first} to {last} {year}, the {NAMES[quarter]} quarter. Published {long_date(published)}",
        published=published,
        subject=f"Provisional figures of a fictional organisation for {first} to {last} {year}",
        footer="Tarnside Advice Partnership is a fictional organisation; its reports were written as sample data.",
    )
    template = (SOURCES / "bulletins" / "template.md").read_text(encoding="utf-8")
    text = include(template, read_parts(SOURCES / "bulletins" / f"{key}.md"))
    blocks = parse(text, facts(figures, key))
    tables = BulletinTables(figures, key)
    if key in AS_WORD:
        write_document(folder / f"bulletin-{key}.docx", meta, blocks, tables.get)
    else:
        write_pdf(folder / f"bulletin-{key}.pdf", meta, story(meta, blocks, tables), cover=False)


def story(meta: Meta, blocks: list[Block], tables: BulletinTables) -> list[Flowable]:
    """A masthead over two columns, then pages of tables."""

    def no_chart(name: str) -> tuple[str, list[str], list[int]]:
        raise ValueError(name)

    writer = Writer(tables.get, no_chart)
    writer.body = COLUMN
    masthead = [
        Spacer(1, 8),
        Paragraph("Tarnside Advice Partnership", BODY),
        writer.heading(1, meta.title),
        Paragraph(meta.subtitle, BODY),
        Paragraph(f"All figures for the quarter are provisional. {meta.footer}", SMALL),
        FrameBreak(),
    ]
    return [*masthead, *writer.story(blocks)]
