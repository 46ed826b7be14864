"""Build the PDF, Word, PowerPoint, Excel and CSV files of the sample library from the sources beside this script.

    python corpus/sources/build.py

The same sources always give the same bytes. The files in text formats (HTML, Markdown, plain text, e-mail) are written
by hand in their folders and are not touched.
"""

from __future__ import annotations

from annual import write_annual_report
from figures import SOURCES, YEARS, load

CORPUS = SOURCES.parent


def main() -> None:
    figures = load()
    for year in YEARS:
        write_annual_report(figures, year, CORPUS / "annual-reports" / f"annual-report-{year}.pdf")


if __name__ == "__main__":
    main()
