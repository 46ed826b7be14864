"""What is known of a measure, as frozen dataclasses, and the same as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from rag.types import Period, place

Kind = Literal["year", "fiscal year", "quarter", "month", "other"]
Standing = Literal["", "provisional", "final", "revised", "target"]  # "": its source does not say
TITLES: dict[Kind, str] = {
    "year": "By year",
    "fiscal year": "By financial year",
    "quarter": "By quarter",
    "month": "By month",
    "other": "Other periods",
}
KINDS = tuple(TITLES)
WHOLE_OF_IT = "all"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure stands: the statement ``[start, end)`` of a page, and the figure's own span inside it."""

    report: str  # path relative to the ingested root
    collection: str
    title: str
    kind: str
    published: date | None
    page: int
    label: str  # of the page: "iv", a sheet's name
    start: int
    end: int
    quote: str
    statement_id: str
    figure_start: int
    figure_end: int
    cell: bool  # it stands in a cell of a table's row
    counts: str  # what is counted, in the source's words: of a cell its row, column and caption
    heading: str

    @property
    def place(self) -> str:
        """The page as people would name it."""
        return place(self.kind, self.page, self.label)


@dataclass(frozen=True, slots=True)
class Told:
    """One value and all who tell it, newest first."""

    value: float
    qualifier: str  # "nearly", of the newest
    standing: Standing
    sources: tuple[Source, ...]
    gives_way: Literal["", "replaced", "rounded"] = ""  # to a final figure, or to a more exact one that it rounds

    @property
    def newest(self) -> date:
        """The day on which it was last told."""
        return self.sources[0].published or date.min

    @property
    def loose(self) -> bool:
        """Whether it is told as no exact figure."""
        return bool(self.qualifier) and "provisional" not in self.qualifier

    @property
    def trust(self) -> tuple[bool, bool, bool, int, date]:
        """What it is chosen by: the greater, the rather."""
        reports = len({source.report for source in self.sources})
        return not self.gives_way, not self.loose, self.standing != "provisional", reports, self.newest


@dataclass(frozen=True, slots=True)
class Slot:
    """All that is told of one part in one period, newest first."""

    period: Period
    kind: Kind
    told: tuple[Told, ...]

    @property
    def actual(self) -> tuple[Told, ...]:
        """What was, as against what was hoped for."""
        return tuple(each for each in self.told if each.standing != "target")

    @property
    def targets(self) -> tuple[Told, ...]:
        return tuple(each for each in self.told if each.standing == "target")

    @property
    def best(self) -> Told:
        """What to show where there is room for one: what was, final and exact, told by most, newest."""
        return max(self.actual or self.told, key=lambda told: told.trust)

    @property
    def disagreeing(self) -> bool:
        """Whether two stand that do not agree: neither is replaced, and neither rounds to the other."""
        standing = [each for each in (self.actual or self.told) if not each.gives_way]
        return len({each.value for each in standing}) > 1


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the measure: "all", or what narrows it, such as a region; each unit apart."""

    label: str
    scope: str  # what kind of part its tables call it: "Region"
    unit: str  # "" of things counted, "%", "GBP", "working days"
    slots: tuple[Slot, ...]  # by kind and date


@dataclass(frozen=True, slots=True)
class Gap:
    """A period between others for which no figure is known."""

    kind: Kind
    period: Period
    part: str  # "all", or the part that is told for most periods of the kind


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of a measure. Without parts and figures it is unknown, and ``near`` names measures that are not."""

    measure: str
    period: Period | None
    parts: tuple[Part, ...]
    gaps: tuple[Gap, ...]
    undated: tuple[Told, ...]  # figures of which no period is known
    near: tuple[str, ...] = ()
    reaches: Period | None = None  # from the first period of any of its figures to the last, whatever was asked for

    @property
    def known(self) -> bool:
        return bool(self.parts or self.undated)


def bound(qualifier: str) -> str:
    """The sign of a figure that is told as no exact one: ">" of "more than", "<" of "up to", "~" of any other."""
    if not qualifier or "provisional" in qualifier:
        return ""
    if any(word in qualifier for word in ("more", "over", "least", "above", ">")):
        return "<" if "no more" in qualifier or "not more" in qualifier else ">"
    return "<" if any(word in qualifier for word in ("less", "under", "most", "up to", "below", "fewer")) else "~"


def kind_of(period: Period) -> Kind:
    """Which grid a period belongs in."""
    start, end = period.start, period.end
    months = (end.year - start.year) * 12 + end.month - start.month
    if start.day != 1 or end.day != 1:
        return "other"
    if months == 12:
        return "year" if start.month == 1 else "fiscal year"
    if months == 3 and start.month % 3 == 1:
        return "quarter"
    return "month" if months == 1 else "other"


# --- as JSON ----------------------------------------------------------------------------------------------------------


def as_json(coverage: Coverage) -> dict[str, Any]:
    """The coverage as JSON takes it: every cell with its figures, every figure with its citations."""
    return {
        "measure": coverage.measure,
        "known": coverage.known,
        "period": _period_json(coverage.period),
        "reaches": _period_json(coverage.reaches),
        "parts": [
            {
                "label": part.label,
                "scope": part.scope,
                "unit": part.unit,
                "cells": [
                    {
                        "period": _period_json(slot.period),
                        "kind": slot.kind,
                        "disagreeing": slot.disagreeing,
                        "best": slot.told.index(slot.best),
                        "figures": [_told_json(told) for told in slot.told],
                    }
                    for slot in part.slots
                ],
            }
            for part in coverage.parts
        ],
        "gaps": [{"kind": gap.kind, "part": gap.part, "period": _period_json(gap.period)} for gap in coverage.gaps],
        "undated": [_told_json(told) for told in coverage.undated],
        "near": list(coverage.near),
    }


def _period_json(period: Period | None) -> dict[str, str] | None:
    if period is None:
        return None
    return {"start": period.start.isoformat(), "end": period.end.isoformat(), "label": period.label}


def _told_json(told: Told) -> dict[str, Any]:
    return {
        "value": told.value,
        "qualifier": told.qualifier,
        "standing": told.standing,
        "gives_way": told.gives_way,
        "citations": [
            {name: getattr(source, name) for name in Source.__slots__}
            | {"published": source.published and source.published.isoformat(), "place": source.place}
            for source in told.sources
        ],
    }
