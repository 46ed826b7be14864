"""Build the files of the sample library that are not plain text, and the CSV, from the sources beside this script.

    python corpus/sources/build.py

The same sources always give the same bytes. The other files in text formats (HTML, Markdown, plain text, RTF, TSV,
JSON, e-mail) are written by hand in their folders and are not touched.
"""

from __future__ import annotations

from datetime import date

from annual import write_annual_report
from board import write_board_papers
from bulletins import write_bulletin
from figures import SOURCES, YEARS, load
from guidance import write_guidance
from office import write_channels, write_workbook
from scans import write_scans
from volunteers import write_volunteers

CORPUS = SOURCES.parent


def main() -> None:
    figures = load()
    for year in YEARS:
        write_annual_report(figures, year, CORPUS / "annual-reports" / f"annual-report-{year}.pdf")
    for key in figures.raw["published"]["bulletins"]:
        write_bulletin(figures, key, CORPUS / "bulletins")
    write_board_papers(figures, CORPUS / "board")
    write_workbook(CORPUS / "data" / "referrals-and-contacts-2019-2025.xlsx", figures, date(2026, 6, 12))
    write_channels(CORPUS / "data" / "referrals-by-channel-2019-2025.csv", figures)
    write_volunteers(CORPUS / "data" / "volunteers-by-office-2025.xls", figures)
    write_guidance(CORPUS / "guidance")
    write_scans(CORPUS / "scans")


if __name__ == "__main__":
    main()
