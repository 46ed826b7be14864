"""A small library and an engine that give canned answers, for the page's tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from rag.errors import BadInput
from rag.types import (
    Answer,
    AnsweredFigure,
    Asked,
    Block,
    Cell,
    Citation,
    CitedCell,
    Claim,
    Headline,
    Page,
    Period,
    Published,
    Report,
    Understood,
)

TODAY = date(2026, 11, 20)
YEAR_2025 = Period(date(2025, 1, 1), date(2026, 1, 1), "2025")

HOSTILE = (
    '<script>window.ran=1</script><img src=x onerror="window.ran=1">{{constructor}} ${window.ran=1} `"\'> '
    "\u202egnol\u202c \u200bz"
)

ARTICLE = (
    "Reports about unsafe lifts come from caretakers, tenants and insurers. The unit has grown by a half in five "
    "years. It now works in three cities.\n\n"
    "Last year the inspectorate received more than 33,000 reports, of which 15 per cent concerned lifts in hospitals "
    "or schools. Around 1,000 lifts are now stopped each month. Most run again within a day. "
    "A public register of stopped lifts opens in the spring."
)
CITED = ARTICLE[ARTICLE.index("Last year") : ARTICLE.index(" Around 1,000")]

ROWS = (
    ("Measure", "2022", "2023", "2024", "2025"),
    ("Lifts inspected", "18,204", "18,950", "19,377", "20,016"),
    ("Referrals received", "3,556", "3,801", "4,046", "4,212"),
    ("Lifts stopped", "410", "455", "502", "530"),
)


def table_page() -> Page:
    """Page 2 of the annual report: a heading, a sentence, a captioned table."""
    text, blocks = "", []

    def add(words: str) -> tuple[int, int]:
        nonlocal text
        start = len(text)
        text += words
        return start, len(text)

    blocks.append(Block("heading", *add("Inspections"), level=2))
    add("\n")
    blocks.append(Block("paragraph", *add("Referrals rose again. The rise is smaller than the year before.")))
    add("\n")
    caption = "Table 2. Inspections and referrals, all regions"
    blocks.append(Block("caption", *add(caption)))
    for row in ROWS:
        add("\n")
        begin, cells = len(text), []
        for header, cell in zip(ROWS[0], row, strict=True):
            cells.append(Cell(*add(cell), headers=() if row is ROWS[0] else (header,)))
            if cell is not row[-1]:
                add(" | ")
        blocks.append(Block("table_row", begin, len(text), cells=tuple(cells), caption=caption))
    add("\n")
    blocks.append(Block("furniture", *add("Annual report 2025 · 2")))
    return Page(2, text, tuple(blocks))


def article_page() -> Page:
    split = ARTICLE.index("\n\n")
    blocks = (Block("paragraph", 0, split), Block("paragraph", split + 2, len(ARTICLE)))
    return Page(1, ARTICLE, blocks)


def _report(
    path: str, title: str, kind: str, pages: int, published: Published | None, covers: Period | None = None
) -> Report:
    return Report(path, "3f9a", path, "default", title, kind, pages, published, covers)


REPORTS = (
    _report(
        "articles/lift-reports.md",
        "Reports of unsafe lifts rise by half",
        "Article",
        1,
        Published(date(2026, 2, 20), "front matter"),
    ),
    _report(
        "reports/annual 2025.pdf",
        "Annual report 2025",
        "PDF",
        24,
        Published(date(2026, 6, 12), "title page"),
        YEAR_2025,
    ),
    _report("hostile.html", HOSTILE, "Web article", 1, None),
)


@dataclass
class FakeShelf:
    """Three reports in a folder, and one that could not be read."""

    folder: Path
    held: tuple[Report, ...] = REPORTS

    def reports(self) -> list[Report]:
        return list(self.held)

    def report(self, path: str) -> Report:
        for report in self.held:
            if report.path == path:
                return report
        raise BadInput(f"There is no report called {path} in this library.")

    def page(self, report: Report, number: int) -> Page:
        if report.path.endswith(".pdf"):
            return replace(table_page(), number=number)
        return article_page() if report.path.endswith(".md") else Page(1, HOSTILE, ())

    def original(self, report: Report) -> Path:
        file = self.folder / report.path
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"<script>window.ran=1</script> {report.path}")
        return file

    def summary(self) -> dict[str, Any]:
        unread = [{"path": "scans/minutes-1998.pdf", "reason": "no text on any page; is it a scan?"}]
        return {
            "reports": len(self.held),
            "pages": sum(report.pages for report in self.held),
            "statements": 97,
            "unread": unread,
        }


def article_citation(n: int = 1) -> Citation:
    start = ARTICLE.index(CITED)
    return Citation(
        n,
        "articles/lift-reports.md",
        "Reports of unsafe lifts rise by half",
        date(2026, 2, 20),
        1,
        start,
        start + len(CITED),
        CITED,
        "lift-reports@3f9a:p1:s4",
        kind="Article",
        said="Last year",
        period=YEAR_2025,
        passage_start=0,
        passage_text=ARTICLE,
    )


def row_citation(n: int = 1) -> Citation:
    page, words = table_page(), " | ".join(ROWS[2])
    start, begin = page.text.index(words), page.text.index("Measure")
    at = start + words.rindex(ROWS[2][-1])
    return Citation(
        n,
        "reports/annual 2025.pdf",
        "Annual report 2025",
        date(2026, 6, 12),
        2,
        start,
        start + len(words),
        words,
        "annual-2025@77aa:p2:s5",
        kind="PDF",
        pages=24,
        heading="Inspections",
        covers="2025",
        headers=tuple(zip(ROWS[0], ROWS[2], strict=True)),
        cells=(CitedCell(len(ROWS[2]) - 1, at, at + len(ROWS[2][-1])),),
        caption="Table 2. Inspections and referrals, all regions",
        period=YEAR_2025,
        passage_start=begin,
        passage_text=page.text[begin : page.text.index("Annual report")].rstrip(),
    )


def figure_answer(question: str = "How many reports last year?") -> Answer:
    return Answer(
        question,
        "answered",
        "The inspectorate received more than 33,000 reports in 2025. Of these, 15% concerned hospitals or schools.",
        short="more than 33,000",
        headline=Headline("33,000", "more than", "reports received · 2025"),
        claims=(
            Claim("The inspectorate received more than 33,000 reports in 2025.", (1,)),
            Claim("Of these, 15% concerned hospitals or schools.", (1,)),
        ),
        citations=(article_citation(), row_citation(2)),
        figures=(
            AnsweredFigure(33000, "reports", "more than", YEAR_2025, 1),
            AnsweredFigure(15, "%", "", YEAR_2025, 1),
        ),
        understood=Understood(question, YEAR_2025, "last year", "count"),
        as_of=TODAY,
    )


def row_answer(question: str = "How many referrals were received in 2025?") -> Answer:
    return Answer(
        question,
        "answered",
        "Referrals received in 2025: 4,212.",
        short="4,212",
        headline=Headline("4,212", "", "referrals received · 2025"),
        claims=(Claim("Referrals received in 2025: 4,212.", (1,)),),
        citations=(row_citation(),),
        figures=(AnsweredFigure(4212, "referrals", "", YEAR_2025, 1),),
        understood=Understood(question, YEAR_2025, "in 2025", "count"),
        as_of=TODAY,
    )


def prose_answer(question: str = "Why did referrals rise?") -> Answer:
    return Answer(
        question,
        "partial",
        "Referrals rose again.",
        claims=(
            Claim("Reports about unsafe lifts come from caretakers, tenants and insurers.", (1,)),
            Claim("Referrals rose from 3,556 in 2022 to 4,212 in 2025.", (2, 1)),
            Claim("The rise was driven by schools.", (), supported=False),
        ),
        citations=(article_citation(), row_citation(2)),
        understood=Understood(question, None),
        as_of=TODAY,
        notes=("The figures for 2025 are provisional.",),
    )


def not_found_answer(question: str = "And in 2027?") -> Answer:
    period = Period(date(2027, 1, 1), date(2028, 1, 1), "2027")
    return Answer(
        question,
        "not_found",
        "Looked for referrals received, 2027, in 3 reports. The latest figure is for 2025.",
        citations=(row_citation(),),
        suggestions=(("2025: 4,212", 1),),
        as_of=TODAY,
        understood=Understood("How many referrals were received in 2027?", period, "in 2027", "count"),
    )


def hostile_answer(question: str = HOSTILE) -> Answer:
    citation = replace(
        article_citation(),
        title=HOSTILE,
        kind=HOSTILE,
        heading=HOSTILE,
        covers=HOSTILE,
        said=HOSTILE,
        quote=HOSTILE,
        passage_text=HOSTILE,
        passage_start=0,
        start=0,
        end=len(HOSTILE),
        report="hostile.html",
    )
    row = replace(row_citation(2), headers=((HOSTILE, HOSTILE), ("2025", HOSTILE)), caption=HOSTILE, title=HOSTILE)
    return Answer(
        question,
        "answered",
        HOSTILE,
        short=HOSTILE,
        headline=Headline(HOSTILE, HOSTILE, HOSTILE),
        claims=(Claim(HOSTILE, (1, 2)), Claim(HOSTILE, (9,), supported=False)),
        citations=(citation, row),
        notes=(HOSTILE,),
        understood=Understood(HOSTILE + "!", YEAR_2025, HOSTILE),
        as_of=TODAY,
    )


released = threading.Event()  # lets answers to questions with "wait" in them come to their end


def canned(_: Any, asked: Asked) -> Iterator[Answer]:
    """An engine that knows a handful of words. Each answer grows once before it is complete."""
    question = asked.question
    if "error" in question:
        yield Answer(
            question, "error", "", error="The library is being rebuilt; ask again in a minute.", as_of=asked.as_of
        )
        return
    if "<" in question:
        answer = hostile_answer(question)
    elif "2027" in question:
        answer = not_found_answer(question)
    elif "hy " in question:
        answer = prose_answer(question)
    elif "before" in question and asked.history:
        whole = f"{asked.history[0].content.rstrip('?')}, the year before?"
        answer = replace(
            row_answer(question),
            understood=Understood(whole, Period(date(2024, 1, 1), date(2025, 1, 1), "2024"), "the year before"),
        )
    elif "referrals" in question:
        answer = row_answer(question)
    else:
        answer = figure_answer(question)
    yield replace(answer, claims=answer.claims[:1], done=False)
    if "wait" in question:
        released.wait(60)
    yield replace(answer, as_of=asked.as_of)


def as_json(answer: Answer) -> dict[str, Any]:
    """As much of an answer's JSON as the tests look at."""
    return {"question": answer.question, "status": answer.status, "short": answer.short, "as_of": str(answer.as_of)}
