"""Text and Markdown. The page's text is the decoded file itself, so that offsets are offsets into the file."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import yaml
from markdown_it import MarkdownIt

from rag.errors import UnreadableReport
from rag.language.sentences import sentences
from rag.reading import dates, tables
from rag.reading.compose import PageText, fold
from rag.reading.limits import Limits
from rag.reading.text import encodings
from rag.reading.text.aligned import AlignedTable, aligned_tables
from rag.types import Block, BlockKind, Cell, Page, Reading

_LINE = re.compile(r"[^\r\n\f]*(?:\r\n|\n|\r|\f)|[^\r\n\f]+")
_ITEM = re.compile(r"[ \t]*(?:[-*•‣▪◦–·●○■□]|\(?\d{1,3}[.)]|\(?[a-z][.)])[ \t]+(?=\S)")
_NUMBER = re.compile(r"(?:\d{1,2}\.)+(?:\d{1,2})?\s+[A-Z]")
_UNDERLINE = re.compile(r"^[ \t]*(=+|-+|~+)[ \t]*$")
_HASHES = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_EQUALS = re.compile(r"^\s*(=(?: ?=){0,5}) (.+?) \1\s*$")  # = Title =, as wikis write it
_SENTENCE_END = tuple(".!?:;,…。！？：；，、؟؛۔।॥")
_CELLS = re.compile(r"[|\t]|  +\S*\d")  # a row of a table, not a heading
_PAGE_NUMBER = re.compile(r"[\W_]*(?:page\b|p\.)?[\W_]*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?[\W_]*", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_MARK = b"\xef\xbb\xbf"  # the byte order mark of UTF-8
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x0b\x1b"))  # no text holds many of these
_LONG_LINE = 200  # a line this long was not wrapped by hand: it is a paragraph of its own
_HEADING_LENGTH = 90

Line = tuple[int, int]  # a line's span without its line end


def decode(content: bytes, name: str) -> str:
    """The file's text: UTF-8 or UTF-16 if it is that, else the likeliest older encoding. Line ends are kept."""
    if content.startswith(_MARK):
        return content.decode("utf-8-sig", errors="replace")
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):  # begins like UTF-16, so it is looked for first
        return content.decode("utf-32", errors="replace")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    if b"\0" in content:
        order = encodings.utf16_without_mark(content)
        if order is not None:
            return content.decode(order, errors="replace")
        if content.count(b"\0") > len(content) / 100:  # a stray zero in a long text does no harm
            raise UnreadableReport(f"{name}: the file holds bytes that are not text")
    if len(content.translate(None, _CONTROLS)) < 0.97 * len(content):
        raise UnreadableReport(f"{name}: the file holds bytes that are not text")
    if b"\x1b$B" in content or b"\x1b$@" in content:  # Japanese in seven bits, as in old mail
        return content.decode("iso2022_jp", errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        older = "utf-8" if encodings.mostly_utf8(content) else encodings.older_encoding(content)
        return content.decode(older, errors="replace")


def lines_of(text: str) -> list[Line]:
    """The span of every line, without its line end: ``\\n``, ``\\r\\n``, ``\\r`` or a form feed."""
    return [(found.start(), found.start() + len(found[0].rstrip("\r\n\f"))) for found in _LINE.finditer(text)]


def read_text(content: bytes, name: str, limits: Limits | None = None) -> Reading:
    """One page, whose text is the file; paragraphs, headings, list items and tables are told by their layout."""
    text = decode(content, name)
    page = Page(1, text, tuple(text_blocks(text, lines_of(text))))
    return _with_mark(_reading("Text", page, name, {}), content)


def read_markdown(content: bytes, name: str, limits: Limits | None = None) -> Reading:
    """One page, whose text is the file; front matter is furniture and gives title and date."""
    text = decode(content, name)
    lines = lines_of(text)
    matter, body = _front_matter(text, lines)
    blocks = _markdown_blocks(text, lines[body:])
    if body:
        blocks.insert(0, Block("furniture", lines[0][0], lines[body - 1][1]))
    return _with_mark(_reading("Markdown", Page(1, text, tuple(blocks)), name, matter), content)


def write_text(page: PageText, text: str, titles: bool = True) -> None:
    """Write the blocks of a plain text to a page that is composed, each on a line of its own."""
    write_blocks(page, text, text_blocks(text, lines_of(text), titles))


def write_markdown(page: PageText, text: str) -> None:
    """Write the blocks of a Markdown text to a page that is composed, each on a line of its own."""
    write_blocks(page, text, _markdown_blocks(text, lines_of(text)))


def write_blocks(page: PageText, text: str, blocks: Iterable[Block]) -> None:
    """Write blocks of one text to a page that is composed, each on a line of its own."""
    for block in blocks:
        if block.kind == "table_row":
            cells = [(fold(text[cell.start : cell.end]), cell.headers) for cell in block.cells]
            page.add_row(cells, block.caption, total=block.total)
        else:
            page.add(block.kind, fold(text[block.start : block.end]), level=block.level)


def _with_mark(reading: Reading, content: bytes) -> Reading:
    """The reading with the file's byte order mark back in front, so that offsets are those of the decoded file."""
    if not content.startswith(_MARK):
        return reading
    page = reading.pages[0]
    blocks = tuple(
        replace(
            block,
            start=block.start + 1,
            end=block.end + 1,
            cells=tuple(replace(cell, start=cell.start + 1, end=cell.end + 1) for cell in block.cells),
        )
        for block in page.blocks
    )
    return replace(reading, pages=(replace(page, text=f"\ufeff{page.text}", blocks=blocks),))


def _reading(kind: str, page: Page, name: str, matter: dict[str, Any]) -> Reading:
    title = str(matter.get("title") or "") or dates.first_heading((page,)) or dates.title_of_file(name)
    stated = next(
        (matter[key] for key in ("published", "date", "publish_date", "publication_date") if matter.get(key)), None
    )
    return Reading(
        kind,
        title,
        (page,),
        dates.first_date(
            dates.published(stated, "front matter"),
            dates.in_imprint((page,)),
            dates.in_title(title, name),
            dates.in_file_name(name),
        ),
        dates.covers(str(matter.get("covers") or matter.get("period") or ""), title, dates.title_of_file(name)),
    )


# --- text -------------------------------------------------------------------------------------------------------------


def text_blocks(text: str, lines: Sequence[Line], titles: bool = True, above: str = "") -> Iterator[Block]:
    """The blocks of plain text, in order. `titles`: a short line by itself is a heading, as in reports and articles;
    in a message it is more likely to be a greeting. `above`: what stands there already, if it may name a table."""
    first = True
    for part in _parts(text, lines):
        blocks: Iterable[Block]
        if isinstance(part, AlignedTable):
            blocks = _aligned_rows(text, part, above)
        elif isinstance(part, Block):
            blocks = [part]
        else:
            blocks = _run_blocks(text, part, titles, 1 if first else 2, above)
        for block in blocks:
            yield block
            first = first and block.kind == "furniture"
            above = _caption_below(text, block) if block.kind != "furniture" else above


def _parts(text: str, lines: Sequence[Line]) -> Iterator[AlignedTable | Block | list[Line]]:
    """Tables, running lines of pages, and the runs of lines between them."""
    running = _running_lines(text, lines)
    at = 0
    for table in [*aligned_tables(text, lines), None]:
        until = table.first if table else len(lines)
        for i in sorted(i for i in running if at <= i < until):
            yield from _runs(text, lines[at:i])
            yield _block(text, "furniture", *lines[i])
            at = i + 1
        yield from _runs(text, lines[at:until])
        if table:
            yield table
            at = table.after


def _running_lines(text: str, lines: Sequence[Line]) -> set[int]:
    """The lines beside form feeds that number the page, or that stand at most pages' top or foot."""
    breaks = [i for i, (_, end) in enumerate(lines) if text[end : end + 1] == "\f"]
    beside = {_nearest_line(text, lines, range(i, max(-1, i - 3), -1)) for i in breaks}
    beside |= {_nearest_line(text, lines, range(i + 1, min(len(lines), i + 4))) for i in breaks}
    if breaks:
        beside.add(_nearest_line(text, lines, range(len(lines) - 1, -1, -1)))
    words = {i: text[slice(*lines[i])].strip() for i in beside if i is not None}
    times = Counter(_DIGITS.sub("", line) for line in words.values())
    most = max(2, len(breaks) * 0.6)
    return {i for i, line in words.items() if _PAGE_NUMBER.fullmatch(line) or times[_DIGITS.sub("", line)] >= most}


def _nearest_line(text: str, lines: Sequence[Line], indexes: Iterable[int]) -> int | None:
    return next((i for i in indexes if text[slice(*lines[i])].strip()), None)


def _caption_below(text: str, block: Block) -> str:
    """What the block says of a table that follows it: a heading, a caption, or a sentence that ends in a colon."""
    words = text[block.start : block.end]
    if block.kind in {"heading", "caption"}:
        return fold(words)
    if block.kind in {"paragraph", "list_item"} and words.endswith((":", "：")):
        start, end = list(sentences(words))[-1]
        return fold(words[start:end]) if end - start < 300 else ""
    return ""


def _aligned_rows(text: str, table: AlignedTable, above: str) -> Iterator[Block]:
    """A fixed-width table's blocks: its caption lines, then its rows; a list of contents is furniture."""
    captions = [text[slice(*span)] for span in table.captions]
    if not any(map(tables.is_caption, captions)):
        captions.insert(0, above)
    yield from (Block("caption", *span) for span in table.captions)
    if table.contents:
        yield from (Block("furniture", row[0][0], row[-1][1]) for row in table.body)
    else:
        yield from _rows(text, table.headers, table.body, " ".join(filter(None, captions)), table.indents)


def _runs(text: str, lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Lines between empty ones."""
    run: list[Line] = []
    for start, end in lines:
        if text[start:end].strip():
            run.append((start, end))
        if run and (not text[start:end].strip() or text[end : end + 1] == "\f"):
            yield run
            run = []
    if run:
        yield run


def _run_blocks(text: str, run: Sequence[Line], alone: bool, level: int, above: str) -> Iterator[Block]:
    """The blocks of one run. `alone`: a short line by itself is a heading (Markdown has marks for that)."""
    if rows := _piped_rows(text, run, above):
        yield from rows
        return
    if alone and len(run) == 1 and _is_title(text[slice(*run[0])]):
        yield _block(text, "heading", *run[0], level=level)
        return
    kind: BlockKind = "paragraph"
    start = end = -1
    for i, line in enumerate(run):
        words = text[slice(*line)]
        heading = _marked_heading(text, line)
        item = _ITEM.match(words)
        opens = alone and i + 1 < len(run) and _opens_section(words, text[slice(*run[i + 1])])
        underlined = alone and i + 1 < len(run) and bool(_UNDERLINE.match(text[slice(*run[i + 1])]))
        ends_before = heading or item or opens or underlined or (end - start > 0 and _is_long(text, run[i - 1]))
        if ends_before and start >= 0:
            yield _block(text, kind, start, end)
            start = -1
        if heading:
            yield heading
        elif opens:
            yield _block(text, "heading", *line, level=level)
        elif underlined and start < 0 and len(words.strip()) <= 2 * _HEADING_LENGTH:
            yield _block(text, "heading", *line, level=1 if "=" in text[slice(*run[i + 1])] else 2)
        elif _UNDERLINE.match(words):
            if start >= 0:
                yield _block(text, kind, start, end)
                start = -1
        elif start < 0:
            kind = "list_item" if item else "paragraph"
            start, end = line[0] + (item.end() if item else 0), line[1]
        else:
            end = line[1]
    if start >= 0:
        yield _block(text, kind, start, end)


def _is_long(text: str, line: Line) -> bool:
    return line[1] - line[0] > _LONG_LINE


def _is_title(line: str) -> bool:
    """Whether a line that stands alone is a heading: short, no sentence, some letters, not a list item or a row."""
    words = line.strip()
    return (
        len(words) <= _HEADING_LENGTH
        and not words.endswith(_SENTENCE_END)
        and any(letter.isalpha() for letter in words[:20])
        and words[0].isalnum()
        and not words[0].islower()
        and not _ITEM.match(line)
        and not _CELLS.search(words)
    )


def _opens_section(line: str, following: str) -> bool:
    """Whether a line is a heading though text follows at once: in capitals, or numbered above lines of sentences."""
    words = line.strip()
    if len(words) > _HEADING_LENGTH or words.endswith(_SENTENCE_END) or _CELLS.search(words):
        return False
    if len(words) > 3 and words.isupper() and " " in words and not following.strip().isupper():
        return True
    numbered = _NUMBER.match(line)
    return bool(numbered) and following[:1].isupper() and not _ITEM.match(following) and words[-1:].isalnum()


def _marked_heading(text: str, line: Line) -> Block | None:
    """A heading that says so: ``## Title`` or ``= Title =``."""
    words = text[slice(*line)]
    if len(words) > 3 * _HEADING_LENGTH:
        return None
    for pattern in (_HASHES, _EQUALS):
        if (found := pattern.match(words)) and found[2]:
            level = len(found[1].replace(" ", ""))
            return Block("heading", line[0] + found.start(2), line[0] + found.end(2), level=min(level, 6))
    return None


def _block(text: str, kind: BlockKind, start: int, end: int, level: int = 0) -> Block:
    """A block without the white space at its ends."""
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    return Block(kind, start, start + len(words.strip()), level=level)


def _piped_rows(text: str, run: Sequence[Line], caption: str = "") -> list[Block]:
    """Rows of a table written as lines of ``a | b | c`` (or with tabs), if every line of the run is one."""
    for mark in ("|", "\t"):
        if len(run) < 2 or any(text.find(mark, *line) < 0 for line in run):
            continue
        if mark == "\t" and not all(mark in text[slice(*line)].strip() for line in run):
            continue  # the lines are indented
        cells = [_cells(text, line, mark) for line in run]
        if len(run) > 1 and all(len(row) > 1 for row in cells) and abs(len(cells[0]) - len(cells[1])) < 2:
            return _split_rows(
                text, [row for row, line in zip(cells, run, strict=True) if not _is_rule(text, line)], caption
            )
    return []


def _is_rule(text: str, line: Line) -> bool:
    """The line of dashes below a table's header."""
    return not set(text[slice(*line)]) - set(" |:-\t")


def _cells(text: str, line: Line, mark: str = "|") -> list[Line]:
    """The spans of a row's cells, without the white space around them; an escaped mark is part of its cell."""
    start, end = line
    words = text[start:end]
    inner_start = start + len(words) - len(words.lstrip(" "))
    inner_end = start + len(words.rstrip(" "))
    if mark == "|":
        inner_start += text.startswith("|", inner_start, inner_end)
        if inner_end > inner_start and text[inner_end - 1] == "|" and text[inner_end - 2] != "\\":
            inner_end -= 1
    cuts = [inner_start - 1]
    cuts += [i for i in range(inner_start, inner_end) if text[i] == mark and text[i - 1] != "\\"]
    cuts.append(inner_end)
    spans = []
    for left, right in pairwise(cuts):
        piece = text[left + 1 : right]
        at = left + 1 + len(piece) - len(piece.lstrip()) if piece.strip() else left + 1
        spans.append((at, at + len(piece.strip())))
    return spans


def _rows(
    text: str,
    headers: tables.Grid,
    body: Sequence[Sequence[Line]],
    caption: str = "",
    indents: Sequence[float] = (),
) -> list[Block]:
    """Table rows whose cells are spans of the text itself, below these header rows."""
    grid = [[text[start:end] for start, end in row] for row in body]
    above = tables.column_headers(headers, max((len(row) for row in [*headers, *grid]), default=0))
    blocks = []
    for spans, row in zip(body, tables.body_rows(grid, above, indents), strict=True):
        filled = [span for i, span in enumerate(spans) if i == 0 or span[1] > span[0]]
        cells = tuple(Cell(*span, heads) for span, (_, heads) in zip(filled, row.cells, strict=False))
        blocks.append(Block("table_row", cells[0].start, cells[-1].end, cells=cells, caption=caption, total=row.total))
    return [block for block in blocks if block.end > block.start]


def _split_rows(text: str, spans: Sequence[Sequence[Line]], caption: str = "", depth: int | None = None) -> list[Block]:
    """Table rows of a table whose header rows, so many of them or as many as look like it, are the first of these."""
    grid = [[text[start:end] for start, end in row] for row in spans]
    depth = tables.header_depth(grid) if depth is None else depth
    return _rows(text, grid[:depth], spans[depth:], caption)


# --- Markdown ---------------------------------------------------------------------------------------------------------


def _front_matter(text: str, lines: Sequence[Line]) -> tuple[dict[str, Any], int]:
    """What the front matter says, and the number of lines it takes: none if there is none, or it is not YAML."""
    if not lines or text[slice(*lines[0])].rstrip() != "---":
        return {}, 0
    for i, (start, end) in enumerate(lines[1:200], 1):
        if text[start:end].rstrip() in {"---", "..."}:
            try:
                matter = yaml.safe_load(text[lines[1][0] : start])
            except yaml.YAMLError:
                return {}, 0
            if isinstance(matter, dict):
                return {str(key).lower(): value for key, value in matter.items()}, i + 1
            return {}, 0
    return {}, 0


def _markdown_blocks(text: str, lines: Sequence[Line]) -> list[Block]:
    """The blocks of these lines, found by the parser's line maps: offsets stay those of the raw text."""
    deep = {"maxNesting": 100}  # beyond this the parser drops text; its own limit is 20
    parser = (
        MarkdownIt("commonmark", deep).enable("table").disable(["inline"])
    )  # only blocks and their lines are wanted
    blocks: list[Block] = []
    depth = 0  # of list items
    for token in parser.parse("\n".join(text[start:end] for start, end in lines)):
        depth += {"list_item_open": 1, "list_item_close": -1}.get(token.type, 0)
        run = lines[token.map[0] : token.map[1]] if token.map else ()
        if not run:
            continue
        above = _caption_below(text, blocks[-1]) if blocks else ""
        if token.type == "heading_open":
            blocks.append(_heading(text, run, int(token.tag[1])))
        elif token.type == "paragraph_open":
            blocks += _item(text, run) if depth else _paragraph(text, run, above)
        elif token.type == "table_open":
            if blocks and blocks[-1].kind == "paragraph" and _is_table_caption(text[blocks[-1].start : blocks[-1].end]):
                blocks[-1] = replace(blocks[-1], kind="caption")
                above = text[blocks[-1].start : blocks[-1].end]
            blocks += _split_rows(text, [_cells(text, line) for i, line in enumerate(run) if i != 1], above, depth=1)
        elif token.type in {"fence", "code_block"}:
            inside = run[1:-1] if token.type == "fence" else run
            if any(True for _ in aligned_tables(text, inside)):
                blocks += text_blocks(text, inside, titles=False, above=above)
            elif inside:
                blocks.append(_block(text, "paragraph", inside[0][0], inside[-1][1]))
    return [block for block in blocks if block.end > block.start]


def _heading(text: str, run: Sequence[Line], level: int) -> Block:
    """A heading of either kind, with hashes or underlined, without its marks."""
    if marked := _marked_heading(text, run[0]):
        return replace(marked, level=level)
    return _block(text, "heading", run[0][0], run[max(0, len(run) - 2)][1], level=level)


def _is_table_caption(words: str) -> bool:
    return tables.is_caption(words.lstrip("*_ ")) and len(words) < 300


def _item(text: str, run: Sequence[Line]) -> Iterable[Block]:
    """A paragraph inside a list item, without the item's mark."""
    if rows := _piped_rows(text, run):
        return rows
    marker = _ITEM.match(text[slice(*run[0])])
    return [_block(text, "list_item", run[0][0] + (marker.end() if marker else 0), run[-1][1])]


def _paragraph(text: str, run: Sequence[Line], above: str) -> Iterable[Block]:
    if text[slice(*run[0])].lstrip().startswith("[^"):
        return [_block(text, "footnote", run[0][0], run[-1][1])]
    return text_blocks(text, run, titles=False, above=above)
