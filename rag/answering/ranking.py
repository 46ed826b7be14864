"""Which part has the most or the least: the highest or lowest row of one table, with the next one beside it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from rag.answering.citing import Placed, ranking
from rag.answering.facets import narrowing
from rag.answering.figures import Candidate
from rag.answering.fit import cell_of
from rag.answering.grid import Row
from rag.language.mentions import NOWHEN, label_period
from rag.language.rows import label_cells, row_label
from rag.language.tokens import content_stem_set
from rag.types import Answer, Understood

FEWEST = 3  # rows without which a ranking says little
_TIMES = frozenset(("month", "quarter", "year", "day", "week"))
_KIND = re.compile(
    r"\b(?:which|what)\s+(?P<kind>[\w-]+)|\b(?:busiest|quietest|highest|lowest|best|worst)\s+(?P<time>\w+)",
    re.IGNORECASE,
)


def highest(ordered: Iterable[Candidate], understood: Understood) -> Answer | None:
    """The winning row, cited, with the runner-up. None where no one table holds the parts asked about."""
    asked = _KIND.search(understood.standalone)
    kind = content_stem_set((asked["kind"] or asked["time"]) if asked else "")
    rows = _best_column(ordered, kind, understood)
    if rows is None:
        return None
    rows.sort(key=lambda each: each.figure.value, reverse=understood.rank == "most")
    how = "highest" if understood.rank == "most" else "lowest"
    table = rows[0].ranked.statement.caption.rstrip(".") or "its table"
    first, second = (Placed(_label(each, kind), each.ranked, each.figure) for each in rows[:2])
    return ranking(first, second, f"the {how} in “{table}”", understood)


def _best_column(ordered: Iterable[Candidate], kind: frozenset[str], understood: Understood) -> list[Candidate] | None:
    """The part rows of the best-scored column of one table whose parts are of the kind asked for."""
    of_time = bool(kind & _TIMES)
    columns: dict[tuple[str, str, str], list[Candidate]] = defaultdict(list)
    for each in ordered:
        statement = each.ranked.statement
        if statement.kind != "row" or not each.measured:
            continue
        label = row_label(statement)
        timed = label_period(label, NOWHEN) is not None or (not narrowing(label) and each.period is not None)
        if of_time:
            fits = each.relation in ("inside", "unknown") and timed and not statement.total
        else:
            fits = each.relation in ("equal", "unknown") and bool(narrowing(label)) and not statement.total
        if fits and (of_time or kind & _named_kind(each)):
            header = " ".join(cell_of(each.ranked, each.figure).headers)
            columns[each.ranked.passage.report.path, statement.caption, header].append(each)
    full = [rows for rows in columns.values() if len({_label(row) for row in rows}) >= FEWEST]
    return max(full, key=lambda rows: (max(row.score for row in rows), len(rows)), default=None)


def _named_kind(candidate: Candidate) -> frozenset[str]:
    """What the rows of a table are, as its first column's header and its caption say: regions, channels."""
    statement = candidate.ranked.statement
    corner = " ".join(header for cell in label_cells(statement) for header in cell.headers)
    return content_stem_set(f"{corner} {statement.caption}")


def _label(candidate: Candidate, kind: frozenset[str] = frozenset()) -> str:
    """What a row is called, by those of its labels that are of the kind asked for."""
    return Row(candidate.ranked.passage, candidate.ranked.statement, 0).called(kind)
