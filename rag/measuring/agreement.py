"""One value with all who tell it; which values agree, and which give way to a later or a more exact one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from rag.language.rounding import rounds_to
from rag.measuring.coverage import Source, Told
from rag.measuring.tables import Counted
from rag.types import Report


def told_by(counted: Iterable[Counted]) -> list[Told]:
    """Each value once with all its sources, newest first. A target is apart from what was."""
    groups: dict[tuple[float, bool], list[Counted]] = defaultdict(list)
    for each in counted:
        groups[round(each.figure.value, 6), each.standing == "target"].append(each)
    told = [_one(value, group) for (value, _), group in groups.items()]
    return sorted(told, key=lambda each: (each.newest, len(each.sources)), reverse=True)


def _one(value: float, counted: Sequence[Counted]) -> Told:
    newest = sorted(counted, key=lambda each: _published(each.found[0]), reverse=True)
    sources = list(dict.fromkeys(_source(each) for each in newest))
    plain = next((each for each in newest if not each.figure.qualifier), newest[0])
    standings = {each.standing for each in newest}
    best = next((each for each in ("target", "revised", "final", "", "provisional") if each in standings), "")
    return Told(value, plain.figure.qualifier, best, tuple(sources))  # type: ignore[arg-type]


def _published(report: Report) -> date:
    return report.published.day if report.published else date.min


def _source(counted: Counted) -> Source:
    (report, label, statement), figure = counted.found, counted.figure
    return Source(
        report=report.path,
        collection=report.collection,
        title=report.title,
        kind=report.kind,
        published=report.published.day if report.published else None,
        page=statement.page,
        label=label,
        start=statement.start,
        end=statement.end,
        quote=statement.text,
        statement_id=statement.id,
        figure_start=figure.start,
        figure_end=figure.end,
        cell=statement.kind == "row",
        counts=figure.counts or figure.unit,
        heading=statement.heading,
    )


def reconciled(told: Sequence[Told]) -> tuple[Told, ...]:
    """The same, those marked that give way to another: provisional to a later final one, rounded to exact."""
    actual = [each for each in told if each.standing != "target"]

    def gives_way(each: Told) -> Literal["", "replaced", "rounded"]:
        others = [other for other in actual if other is not each and other.value != each.value]
        if each.standing == "target":
            return ""
        if any(rounds_to(each.value, each.qualifier, other.value) and not other.loose for other in others):
            return "rounded"
        if each.standing == "provisional" and any(
            other.standing != "provisional" and not other.loose and other.newest >= each.newest for other in others
        ):
            return "replaced"
        return ""

    return tuple(replace(each, gives_way=gives_way(each)) for each in told)
