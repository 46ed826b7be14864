"""The figures of a table's row that count a measure, each with the part that its labels narrow it to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answering.asked import HOPED
from rag.answering.facets import narrowing
from rag.language.rows import cell_text, label_cells
from rag.language.tokens import content_stem_set
from rag.measuring.coverage import Standing
from rag.measuring.tables import (
    A_UNIT,
    ALL_OF_IT,
    STANDINGS,
    TABLE,
    TAIL,
    TURNS,
    Counted,
    Found,
    Narrowed,
    Tables,
    counted_as,
    dimension_of,
    name_of,
    named_alone,
    narrowed_by,
    standing_of,
    subject_of,
)
from rag.measuring.words import Words
from rag.types import Cell, Figure, Statement

_AVERAGED = re.compile(r"\b(?:per|average|median|mean)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Row:
    """What stands around the cells of one row: the same for all of its figures."""

    labels: tuple[tuple[str, str], ...]  # each with what kind of part its column lists, if any
    label: str
    title: str  # the caption without its "from", "by" or "per" and what follows
    caption: str
    last: str  # of the headings above, the nearest
    measure: frozenset[str]  # stems of the labels that are no parts
    head: frozenset[str]  # stems of what the table says that it counts
    anywhere: frozenset[str]
    named: frozenset[frozenset[str]]  # the parts named above the table
    above: tuple[Narrowed, ...]  # what of that narrows the whole table


def in_row(found: Found, words: Words, tables: Tables) -> Iterator[Counted]:
    """Each figure of the row that counts the measure, of the parts that it names."""
    statement = found[2]
    row = _row(statement, words, tables)
    for figure in statement.figures:
        cell = _cell_of(statement, figure)
        behind = statement.text[figure.number_end - statement.start : cell.end - statement.start]
        header = " ".join(cell.headers)
        if not _counts(row, header, figure, words, tables) or _turned(row, header, behind, figure, words):
            continue
        named = {name_of(text, dimension) for text, dimension in (*row.labels, (header, ""))} | row.named
        if tables.asked <= named:
            narrowed = _narrowings(row, cell.headers, words, tables)
            yield counted_as(found, figure, narrowed, _standing(row, header, figure, words))


def _row(statement: Statement, words: Words, tables: Tables) -> _Row:
    cells = label_cells(statement)
    labels = tuple((cell_text(statement, cell), dimension_of(cell)) for cell in cells)
    label = " ".join(text for text, _ in labels)
    title, last = TAIL.sub("", statement.caption), statement.heading.rpartition(" > ")[2]
    corner = " ".join(header for cell in cells for header in cell.headers)
    head = content_stem_set(f"{title} {corner}")
    if corner and not narrowing(TABLE.sub("", title)):  # a caption that says nothing leaves it to the heading to say
        head |= content_stem_set(TAIL.sub("", last))
    return _Row(
        labels=labels,
        label=label,
        title=title,
        caption=statement.caption,
        last=last,
        measure=content_stem_set(" ".join(TAIL.sub("", text) for text, dimension in labels if not dimension)),
        head=head,
        anywhere=content_stem_set(f"{label} {statement.caption} {statement.heading}"),
        named=tables.named(statement.caption) | tables.named(last),
        above=tuple(named_alone(text, words, tables) for text in (statement.caption, last)),
    )


def _cell_of(statement: Statement, figure: Figure) -> Cell:
    cells = statement.cells
    return next((cell for cell in cells if cell.start <= figure.start < max(cell.end, cell.start + 1)), cells[-1])


def _counts(row: _Row, header: str, figure: Figure, words: Words, tables: Tables) -> bool:
    """Whether a cell counts the measure: its noun stands where the table says what it counts, the rest anywhere."""
    if words.generic or not words.fits_unit(figure.unit) or "±" in figure.qualifier:
        return False
    across = content_stem_set(TAIL.sub("", header))
    held = row.measure | across | row.head | (content_stem_set(figure.unit) if words.time else frozenset())
    held |= content_stem_set(row.label) if words.by_label else frozenset()
    sought = words.all.difference(*tables.asked)
    if not (words.nouns & held if words.nouns else sought <= held) or not words.all <= held | row.anywhere:
        return False
    if _of_another(across, words, tables) or (words.all.isdisjoint(across) and _of_another(row.measure, words, tables)):
        return False
    if not words.all.isdisjoint(HOPED) and across & STANDINGS:
        return False  # a budget is asked for, and this is what was spent
    return words.in_form(f"{row.label} {row.caption} {row.last} {header}")


def _of_another(own: frozenset[str], words: Words, tables: Tables) -> bool:
    """Whether a label or header names another thing that the reports count."""
    return bool(own & tables.nouns) and own.isdisjoint(words.all)


def _turned(row: _Row, header: str, behind: str, figure: Figure, words: Words) -> bool:
    """Whether a cell's label or header makes it a change, a share, a time or an average, and that is not asked for."""
    told = f"{header} {row.label}"
    if (content_stem_set(told) & TURNS) - words.all:
        return True
    if not words.share and header.lower().startswith("cent)"):
        return True  # what is left of a header that a page wrote on two lines
    if not words.nouns:
        return False
    if figure.value != int(figure.value) or A_UNIT.search(header) or _AVERAGED.search(f"{told} {row.title}"):
        return True  # nobody counts 17.1 people
    other = content_stem_set(behind)
    return bool(other) and other.isdisjoint(words.all)  # "1 working day" counts days


def _narrowings(row: _Row, headers: Sequence[str], words: Words, tables: Tables) -> list[Narrowed]:
    """What narrows a cell: its labels, its headers, and the one part that caption or heading name.

    Where a unit is asked for, what is measured in it is told first: "Average wait · North". And so is what is counted
    where that is asked for by the name of a part.
    """
    telling = _telling(headers, words, tables)
    if words.time or words.by_label:
        texts = [(row.title, ""), *row.labels, *((text, "") for text in telling)]
        return [narrowed_by(subject_of(text), words, dimension) for text, dimension in texts]
    narrowed = [narrowed_by(text, words, dimension) for text, dimension in row.labels]
    return [*narrowed, *(narrowed_by(text, words) for text in telling), *row.above]


def _telling(headers: Sequence[str], words: Words, tables: Tables) -> list[str]:
    """The headers that can narrow a cell: the innermost, and those above it that name a part; all where it is empty."""
    joined = " ".join(headers)
    if len(headers) < 2 or any(header.count("(") != header.count(")") for header in headers):
        return [joined]
    *outer, inner = headers
    if not narrowed_by(inner, words).key and not ALL_OF_IT.match(inner):
        return [joined]
    return [*(each for each in outer if frozenset(narrowing(each)) in tables.scopes), inner]


def _standing(row: _Row, header: str, figure: Figure, words: Words) -> Standing:
    told = f"{header} {row.label}"
    if (content_stem_set(told) & HOPED) - words.all:
        return "target"
    return standing_of(figure, f"{told} {figure.qualifier}") or standing_of(figure, row.caption)
