"""Guidance as people keep it: the complaints procedure as an OpenDocument text, the volunteers' handbook as an EPUB."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from figures import SOURCES
from office import FICTIONAL
from packages import write_epub, write_odt
from pdf import Meta
from prose import Block, parse


def write_guidance(folder: Path) -> None:
    """Build both."""
    write_odt(
        folder / "complaints-procedure.odt",
        Meta("Complaints procedure", "", date(2026, 2, 2), "Guidance of a fictional organisation", FICTIONAL),
        blocks("complaints-procedure"),
    )
    write_epub(
        folder / "volunteer-handbook.epub",
        Meta("Volunteer handbook", "", date(2026, 4, 1), "Handbook of a fictional organisation", FICTIONAL),
        blocks("volunteer-handbook"),
    )


def blocks(name: str) -> list[Block]:
    return parse((SOURCES / "guidance" / f"{name}.md").read_text(encoding="utf-8"), {})
