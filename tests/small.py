"""A library of seven short reports of a made-up trust, whose every figure can be kept in mind."""

from __future__ import annotations

from pathlib import Path

from rag.ingest import ingest
from rag.library import Library
from rag.passages import read_and_cut
from rag.reading.limits import Limits
from rag.types import Embed


def annual(year: int, published: str, text: str, rows: dict[str, str]) -> str:
    cells = "\n".join(f"| {region} | {number} |" for region, number in rows.items())
    return (
        f"---\ntitle: Harbour Trust annual report {year}\ndate: {published}\n---\n\n# Enquiries\n\n{text}\n\n"
        f"Table 1: Enquiries by region, {year}\n\n| Region | Number |\n| --- | --- |\n{cells}\n"
    )


REPORTS = {
    "annual/2023.md": annual(
        2023,
        "2024-05-13",
        "In 2023 the trust received 3,801 enquiries. Most of them were about rent and repairs.",
        {"North": "1,100", "North East": "801", "South": "1,900", "Total": "3,801"},
    ),
    "annual/2024.md": annual(
        2024,
        "2025-05-12",
        "In 2024 the trust received 4,046 enquiries. The target for 2024 was 4,300 enquiries.\n\n"
        "## Workshops\n\nWe ran 58 workshops in 2024, in libraries and schools.",
        {"North": "1,204", "North East": "842", "South": "2,000", "Total": "4,046"},
    ),
    "annual/2025.md": annual(
        2025,
        "2026-05-14",
        "In 2025 the trust received 4,212 enquiries. The target for 2025 was 4,500 enquiries. "
        "Enquiries rose because rents rose across the harbour towns.\n\n"
        "## Home visits\n\nIn 2025 there were 640 home visits. The office in Quayford opened on 3 March 2025.",
        {"North": "1,310", "North East": "871", "South": "2,031", "Total": "4,212"},
    ),
    "bulletins/2025-q4.md": (
        "---\ntitle: Harbour Trust bulletin, Q4 2025\ndate: 2026-01-20\n---\n\n"
        "In 2025 the trust received a provisional 4,190 enquiries."
    ),
    "press/2026-06-24-gazette.md": (
        "---\ntitle: Harbour towns under pressure\ndate: 2026-06-24\n---\n\n"
        "In 2025 the trust received nearly 4,200 enquiries. The council says there were 655 home visits in 2025."
    ),
    "articles/parcels.md": (
        "---\ntitle: Parcels for the winter\ndate: 2026-02-10\n---\n\n"
        "Last year the pantry packed more than 33,000 parcels, of which 15 per cent went to schools. "
        "The pantry is run by volunteers."
    ),
    "guidance.txt": "How to ask us\n\nAn enquiry is one question from one household. We answer in ten working days.\n",
}


def fill(folder: Path, reports: dict[str, str]) -> Path:
    """The folder, with these reports in it."""
    for path, text in reports.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def made(folder: Path, reports: dict[str, str], embed: Embed) -> Library:
    """An open library of these reports."""
    library = Library.open(folder / "library", embed, create=True)
    ingest(library, [fill(folder / "reports", reports)], read=lambda path, draft: read_and_cut(path, Limits(), draft))
    return library
