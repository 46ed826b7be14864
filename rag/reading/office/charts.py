"""Charts in Word, PowerPoint and Excel files: the numbers they were drawn from, as a table of categories and series."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from lxml import etree

from rag.reading.compose import fold
from rag.reading.office import package as office
from rag.reading.office.flow import TablePart

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"
_MOST_POINTS = 20_000  # of a series: a chart of more is a cloud, not a table
_QUOTED = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|_.|\*.')
_DATE_CODE = re.compile(r"[dy]|mmm", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Series:
    name: str
    categories: dict[int, str]
    values: dict[int, str]


def chart_table(content: bytes) -> TablePart | None:
    """The chart's cached data: a row for each category, a column for each series; None if it holds no numbers."""
    try:
        root = office.xml(content)
    except etree.LxmlError:
        return None
    from_1904 = _flag(root.find(f"{_C}date1904"))
    series = [_series(element, from_1904) for element in _ordered(root)]
    series = [one for one in series if one.values]
    if not series:
        return None
    title = _words(root.find(f"{_C}chart/{_C}title"))
    if not title and len(series) == 1:
        title = series[0].name  # Office draws the only series' name as the title
    labels = _labels(series)
    top = (_axis(root, "catAx") or _axis(root, "dateAx"), *(one.name for one in series))
    body = [
        (label, *(one.values.get(i, "") if one.categories.get(i, label) == label else "" for one in series))
        for i, label in labels
    ]
    return TablePart((top, *body), 1 if any(top) else 0, title, _axis(root, "valAx"), chart=True)


def _ordered(root: Any) -> list[Any]:
    def order(element: Any) -> int:
        found = element.find(f"{_C}order")
        return office.number(found.get("val")) if found is not None else 0

    return sorted(root.iter(f"{_C}ser"), key=order)


def _series(element: Any, from_1904: bool) -> _Series:
    name = element.find(f"{_C}tx")
    words = " ".join(v.text or "" for v in name.iter(f"{_C}v")) if name is not None else ""
    return _Series(
        fold(words),
        _points(_first(element, "cat", "xVal"), from_1904),
        _points(_first(element, "val", "yVal"), from_1904),
    )


def _first(element: Any, *names: str) -> Any:
    return next((found for name in names if (found := element.find(f"{_C}{name}")) is not None), None)


def _labels(series: list[_Series]) -> list[tuple[int, str]]:
    """The categories by index, in order; where series have their own (a scatter), all of them."""
    found: dict[tuple[int, str], None] = {}
    for one in series:
        for i in one.values:
            found[i, one.categories.get(i, str(i + 1) if not one.categories else "")] = None
    return sorted(found, key=lambda label: label[0])


def _points(element: Any, from_1904: bool) -> dict[int, str]:
    """The cached texts or numbers by index; the levels of nested categories are joined, outermost first."""
    if element is None:
        return {}
    levels = list(element.iter(f"{_C}lvl"))
    if levels:
        return _nested(levels)
    code = next((found.text or "" for found in element.iter(f"{_C}formatCode")), "General")
    numbers = element.find(f"{_C}numRef") is not None or element.find(f"{_C}numLit") is not None
    points: dict[int, str] = {}
    for point in list(element.iter(f"{_C}pt"))[:_MOST_POINTS]:
        value = fold(point.findtext(f"{_C}v") or "")
        if value and (index := point.get("idx", "")).isdigit():
            own = point.get("formatCode") or code
            points[int(index)] = format_number(value, own, from_1904) if numbers else value
    return points


def _nested(levels: list[Any]) -> dict[int, str]:
    inner, *outer = [
        {office.number(p.get("idx")): fold(p.findtext(f"{_C}v") or "") for p in level.iter(f"{_C}pt")}
        for level in levels
    ]
    labels = {}
    for i in sorted(inner)[:_MOST_POINTS]:
        above = [level[max(at)] for level in reversed(outer) if (at := [j for j in level if j <= i])]
        labels[i] = " ".join((*above, inner[i]))
    return labels


def format_number(value: str, code: str, from_1904: bool = False) -> str:
    """A stored number as its format shows it, with currency, per cent and decimals; a scale to thousands is undone, so
    that the figure is the whole one."""
    try:
        number = float(value)
    except ValueError:
        return value
    if abs(number) > 1e15 or number != number:  # no figure of a report
        return value
    section = code.split(";")[0]
    bare = _QUOTED.sub("", section)
    if _DATE_CODE.search(bare) and bare.lower() != "general":
        return _date(number, bare, from_1904)
    if "0" not in bare and "#" not in bare:
        return f"{number:.10g}" if number % 1 else f"{number:.0f}"
    if "%" in bare:
        number *= 100
    shown = _QUOTED.sub(lambda found: found[1] or found[2] or found[3] or "", section)
    before, after = re.split(r"[#0?][#0?,.]*", shown.replace("%", ""), maxsplit=1)
    places = len(decimals[1]) if (decimals := re.search(r"\.([0#?]+)", bare)) else 0
    rounded = Decimal(repr(number)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)  # as Office rounds
    digits = f"{rounded:,f}" if re.search(r"[#0],[#0]", bare) else f"{rounded:f}"
    return f"{before.lstrip()}{digits}{'%' if '%' in bare else ''}{after.rstrip()}"


def _date(number: float, code: str, from_1904: bool) -> str:
    try:
        day = (date(1904, 1, 1) if from_1904 else date(1899, 12, 30)) + timedelta(days=int(number))
    except (OverflowError, ValueError):
        return f"{number:.10g}"
    lower = code.lower()
    parts = [str(day.day)] if "d" in lower else []
    parts += [f"{day:%B}"] if "m" in lower else []
    parts += [f"{day:%Y}"] if "y" in lower else []
    return " ".join(parts)


def _axis(root: Any, name: str) -> str:
    """The title of the first axis of this kind that has one."""
    return next((words for axis in root.iter(f"{_C}{name}") if (words := _words(axis.find(f"{_C}title")))), "")


def _words(element: Any) -> str:
    return fold(" ".join(_paragraphs(element))) if element is not None else ""


def _paragraphs(element: Any) -> Iterator[str]:
    for paragraph in element.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}p"):
        yield "".join(text.text or "" for text in paragraph.iter(_TEXT))
    yield from (v.text or "" for v in element.iter(f"{_C}v"))


def _flag(element: Any) -> bool:
    return element is not None and element.get("val", "1") in {"1", "true"}
