"""The board's papers of September 2026: a briefing in Word and a slide deck."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml
from figures import SOURCES, Figures, change, number, signed
from office import FICTIONAL, write_document, write_slides
from pdf import Meta
from prose import Table, parse

PUBLISHED = date(2026, 9, 1)
SPAN = range(2021, 2026)


def years(figures: Figures) -> Table:
    rows = [
        [str(year), *(number(figures.total(year, subject)) for subject in ("contacts", "referrals", "cases"))]
        for year in SPAN
    ]
    header = ["Year", "Contacts", "Referrals received", "Cases opened"]
    return Table("Table 1. Contacts, referrals and cases by calendar year", header, rows)


def regions(figures: Figures) -> Table:
    first, last = (figures.sums(year, "referrals_by_region") for year in (SPAN[0], SPAN[-1]))
    rows = [[name, number(first[name]), number(last[name]), signed(change(last[name], first[name]))] for name in first]
    before, now = sum(first.values()), sum(last.values())
    rows.append(["All regions", number(before), number(now), signed(change(now, before))])
    header = ["Region", str(SPAN[0]), str(SPAN[-1]), "Change"]
    return Table("Table 2. Referrals received by region, 2021 and 2025", header, rows, bold=frozenset({-1}))


def waiting(figures: Figures) -> Table:
    raw = figures.raw["waiting"]
    rows = [[str(year), number(raw[year]["average"]), number(raw[year]["within_15"])] for year in SPAN]
    header = ["Year", "Average wait (working days)", "Seen within 15 working days (per cent)"]
    return Table("Waiting", header, rows)


TABLES = {"years": years, "regions": regions, "waiting": waiting}


def write_board_papers(figures: Figures, folder: Path) -> None:
    """Build the briefing and the deck."""
    briefing = Meta(
        "Board briefing, September 2026",
        "Demand, waiting times and decisions for the meeting on 9 September 2026. Published 1 September 2026",
        PUBLISHED,
        "Briefing of a fictional organisation for its board",
        FICTIONAL,
    )
    text = (SOURCES / "board" / "briefing.md").read_text(encoding="utf-8")
    write_document(
        folder / "board-briefing-2026-09.docx", briefing, parse(text, {}), lambda name: TABLES[name](figures)
    )
    deck = Meta(
        "Demand and waiting times",
        "Slides for the meeting of the board on 9 September 2026",
        PUBLISHED,
        "Slides of a fictional organisation for its board",
        FICTIONAL,
    )
    slides: list[dict[str, Any]] = yaml.safe_load((SOURCES / "board" / "slides.yaml").read_text(encoding="utf-8"))
    for slide in slides:
        if "table" in slide:
            table = TABLES[slide["table"]](figures)
            slide["table"] = [table.header, *table.rows]
    write_slides(folder / "board-slides-2026-09.pptx", deck, slides)
