"""The pages we serve ourselves, without script: a report's page with the cited span marked, and the library's list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from markupsafe import Markup

from rag.types import SHEETS, Block, Cell, Page, Published, Report, place
from ui.words import day, file_link, isolated, marked, read_link, shown

BRAND = Markup("Footnote<sup>1</sup>")
_AT = re.compile(r"(\d{1,9})-(\d{1,9})")
_RUNS = {"list_item": "list", "table_row": "table"}

_GRIDS = (SHEETS, "CSV file", "TSV file")  # kinds of report that are nothing but tables
Span = tuple[int, int]


def document(title: str, body: Markup, current: str = "") -> Markup:
    """A whole page around a body: head, navigation, main."""
    links = Markup("").join(
        Markup('<a href="{}"{}>{}</a>').format(href, Markup(' aria-current="page"') if href == current else "", name)
        for href, name in (("/", "Ask"), ("/figures", "Figures"), ("/library", "Library"))
    )
    return Markup(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        'content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><title>{}</title>'
        '<link rel="icon" href="/favicon.svg" type="image/svg+xml"><link rel="stylesheet" href="/own/footnote.css">'
        '</head><body class="plain"><header class="top"><a class="brand" href="/">{}</a>'
        '<nav aria-label="Main">{}</nav></header><main>{}</main></body></html>'
    ).format(shown(title), BRAND, links, body)


def span(at: str, page: Page) -> Span:
    """The span that a link asks to mark, or an empty one where it names none on this page."""
    match = _AT.fullmatch(at)
    start, end = (int(match[1]), int(match[2])) if match else (0, 0)
    if not start < end <= len(page.text):
        return 0, 0
    return start + len(page.text[start:end]) - len(page.text[start:end].lstrip()), end


def report_page(report: Report, page: Page, cited: Span) -> Markup:
    """One page of a report as it reads, the cited span in yellow."""
    body = Markup(
        '<article class="reader{kind}"><p class="meta">{meta}</p><h1 dir="auto">{title}</h1>{turn}'
        '<div class="sheet" dir="auto">{text}</div>{turn}'
        '<p class="meta"><a href="{file}">Original file</a> · {path}</p></article>'
    ).format(
        kind=" wide-sheet" if report.kind in _GRIDS else "",
        meta=Markup(" · ").join(isolated(words) for words in _about(report)),
        title=shown(report.title),
        turn=_turn_pages(report, page.number, page.label),
        text=_text(page, cited),
        file=file_link(report.path, page.number),
        path=isolated(report.path),
    )
    return document(f"{report.title} · Footnote", body)


def library(reports: Sequence[Report], unread: Sequence[tuple[str, str]]) -> Markup:
    """Every report with its date, where that was found and what it covers; first of all what could not be read."""
    in_part = [(report.path, note) for report in reports for note in report.notes]
    missing = _told_of("Could not be read", unread) + _told_of("Read in part", in_part)
    rows = Markup("").join(
        Markup(
            '<tr><td dir="auto"><a href="{}">{}</a><span class="path">{}</span></td><td data-name="Kind">{}</td>'
            '<td data-name="Published">{}</td><td data-name="Covers">{}</td>'
            '<td data-name="Pages" class="num">{}</td></tr>'
        ).format(
            read_link(report.path, 1),
            shown(report.title or report.path),
            shown(report.path),
            shown(report.kind),
            Markup('{} <span class="dim">{}</span>').format(
                day(report.published.day), shown(_found_in(report.published))
            )
            if report.published
            else Markup('<span class="dim">no date found</span>'),
            Markup('<span class="only-narrow">covers </span>{}').format(shown(report.covers.label))
            if report.covers
            else Markup('<span class="dim">period not said</span>'),
            report.pages,
        )
        for report in reports
    )
    table = Markup(
        '<table class="reports"><thead><tr><th scope="col">Report</th><th scope="col">Kind</th>'
        '<th scope="col">Published</th><th scope="col">Covers</th>'
        '<th scope="col" class="num">Pages</th></tr></thead><tbody>{}</tbody></table>'
    ).format(rows)
    count = f"{len(reports)} report{'' if len(reports) == 1 else 's'}"
    return document(
        "Library · Footnote",
        Markup('<div class="shelf"><h1>Library</h1><p class="meta">{}</p>{}{}</div>').format(
            count, missing, table if reports else Markup('<p class="dim">Nothing has been ingested yet.</p>')
        ),
        current="/library",
    )


def _told_of(heading: str, files: Sequence[tuple[str, str]]) -> Markup:
    """The files of a list, each with its sentence; nothing if there are none."""
    if not files:
        return Markup("")
    lines = Markup("").join(
        Markup('<li><b dir="auto">{}</b><span dir="auto">{}</span></li>').format(shown(path), shown(sentence))
        for path, sentence in files
    )
    return Markup('<section class="unread"><h2>{}</h2><ul>{}</ul></section>').format(heading, lines)


def _found_in(published: Published) -> str:
    return published.source if published.certain else f"{published.source}, uncertain"


def missing(sentence: str) -> Markup:
    return document(
        "Not here · Footnote",
        Markup('<div class="shelf"><h1>Not here.</h1><p dir="auto">{}</p></div>').format(shown(sentence)),
    )


def _about(report: Report) -> list[str]:
    words = [report.kind]
    if report.published:
        words.append(f"published {day(report.published.day)} ({_found_in(report.published)})")
    if report.covers:
        words.append(f"covers {report.covers.label}")
    return words


def _turn_pages(report: Report, number: int, label: str) -> Markup:
    if report.pages < 2:
        return Markup("")
    before = Markup('<a href="{}" rel="prev">‹ Page {}</a>').format(read_link(report.path, number - 1), number - 1)
    after = Markup('<a href="{}" rel="next">Page {} ›</a>').format(read_link(report.path, number + 1), number + 1)
    here = place(report.kind, number, label) + (f" · {number}" if label else "")
    return Markup('<nav class="pages" aria-label="Pages">{}<span>{} of {}</span>{}</nav>').format(
        before if number > 1 else Markup("<span></span>"),
        isolated(here),
        report.pages,
        after if number < report.pages else Markup("<span></span>"),
    )


def _text(page: Page, cited: Span) -> Markup:
    """The page's blocks in order. The first highlight is what a link's ``#cited`` scrolls to."""
    if page.blocks:
        following = (*page.blocks[1:], None)
        drawn = [each for each, after in zip(page.blocks, following, strict=True) if not _repeats(page, each, after)]
        text = Markup("").join(_run(page, role, list(run), cited) for role, run in groupby(drawn, _role))
    else:
        text = Markup('<div class="raw">{}</div>').format(_piece(page, 0, len(page.text), cited))
    # The text is escaped by now, so the tag can only be ours.
    return text.replace(Markup("<mark>"), Markup('<mark id="cited">'), 1)


def _repeats(page: Page, block: Block, after: Block | None) -> bool:
    """Whether a block is the line of column headers that the table after it is drawn with anyway."""
    if after is None or block.kind != "furniture" or after.kind != "table_row":
        return False
    return _letters(page.text[block.start : block.end]) == _letters(
        "".join("".join(cell.headers) for cell in after.cells)
    )


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _role(block: Block) -> str:
    """Blocks of one role that follow each other are shown together."""
    return _RUNS.get(block.kind, block.kind)


def _run(page: Page, kind: str, blocks: list[Block], cited: Span) -> Markup:
    """Blocks of one kind that follow each other: one list, some tables, or each for itself."""
    if kind == "list":
        items = (Markup("<li>{}</li>").format(_piece(page, block.start, block.end, cited)) for block in blocks)
        return Markup("<ul>{}</ul>").format(Markup("").join(items))
    if kind == "table":
        tables = groupby(blocks, lambda block: block.caption)
        return Markup("").join(_table(page, caption, list(rows), cited) for caption, rows in tables)
    return Markup("").join(_block(page, block, cited) for block in blocks)


def _block(page: Page, block: Block, cited: Span) -> Markup:
    text = _piece(page, block.start, block.end, cited)
    if block.kind == "heading":
        level = min(max(block.level, 1), 5) + 1
        return Markup("<h{0}>{1}</h{0}>").format(level, text)
    return Markup('<p class="{}">{}</p>').format(block.kind, text)


def _table(page: Page, caption: str, rows: list[Block], cited: Span) -> Markup:
    """Rows with their cells in columns, under the headers that the reader found, unless a row already shows them."""
    columns = _columns(rows)
    headers = [" · ".join(column) for column in columns]
    first = [page.text[cell.start : cell.end].strip() for cell in rows[0].cells]
    head = Markup("")
    if any(headers) and headers != first:
        head = Markup("<thead><tr>{}</tr></thead>").format(
            Markup("").join(Markup('<th scope="col">{}</th>').format(shown(header)) for header in headers)
        )
    above = any(
        block.kind == "caption" and page.text[block.start : block.end].strip() == caption.strip()
        for block in page.blocks
    )
    return Markup(
        '<div class="wide" tabindex="0" role="group" aria-label="Table"><table>{}{}<tbody>{}</tbody></table></div>'
    ).format(
        Markup("<caption>{}</caption>").format(shown(caption)) if caption and not above else "",
        head,
        Markup("").join(_table_row(page, row, columns, cited) for row in rows),
    )


def _columns(rows: Sequence[Block]) -> list[tuple[str, ...]]:
    """The headers of a table's columns, the labels' first. A row leaves out its empty cells, so none may have them all:
    they are those of the longest row, and any other that stands in one of the others, each after the one before it."""
    longest = max(rows, key=lambda row: len(row.cells)).cells
    columns = [cell.headers for cell in longest]
    for row in rows:
        at = 0
        for cell in row.cells[1:]:
            if cell.headers in columns[1:]:
                at = columns.index(cell.headers, 1)
            elif cell.headers:
                at += 1
                columns.insert(at, cell.headers)
    return columns


def _table_row(page: Page, row: Block, columns: Sequence[tuple[str, ...]], cited: Span) -> Markup:
    touched = max(row.start, cited[0]) < min(row.end, cited[1])
    kinds = [name for name, is_so in (("cited", touched), ("total", row.total)) if is_so]
    return Markup("<tr{}>{}</tr>").format(
        Markup(' class="{}"').format(" ".join(kinds)) if kinds else "",
        Markup("").join(_table_cells(page, row, columns, cited)),
    )


def _table_cells(page: Page, row: Block, columns: Sequence[tuple[str, ...]], cited: Span) -> Iterator[Markup]:
    """The row's cells, each under its own header, with empty ones where the row has none."""
    cells = row.cells or (Cell(row.start, row.end),)
    at = 0
    for i, cell in enumerate(cells):
        if i and cell.headers in columns[at:]:
            under = columns.index(cell.headers, at)
            yield from (Markup("<td></td>") for _ in range(under - at))
            at = under
        at += 1
        words = not any(char.isdigit() for char in page.text[cell.start : cell.end])
        yield Markup("<td{}>{}</td>").format(
            Markup(' class="words"') if words else "", _piece(page, cell.start, cell.end, cited)
        )


def _piece(page: Page, start: int, end: int, cited: Span) -> Markup:
    """``page.text[start:end]`` with what is cited of it marked."""
    return marked(page.text[start:end], cited[0] - start, cited[1] - start)
