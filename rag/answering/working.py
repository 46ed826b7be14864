"""What a table says, told: the result first, the arithmetic in the open, each operand cited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.asked import MONEY
from rag.answering.beside import beside
from rag.answering.citing import (
    SIGNS,
    Footnotes,
    Placed,
    answer_text,
    answered_figure,
    bracketed,
    listed,
    ranking,
    short_figure,
    source,
    written,
)
from rag.answering.operands import Operand, Reckoned
from rag.answering.operation import FELL, Kind, condition
from rag.language.tokens import content_sequence
from rag.types import Answer, AnsweredFigure, Claim, Headline, Understood


def told(reckoned: Reckoned, understood: Understood) -> Answer:
    """The answer with each operand cited and the arithmetic shown, and other reports' beside it."""
    answer = _told(reckoned, understood)
    if not reckoned.others:
        return answer
    titles = [each.report.title for each in (reckoned, *reckoned.others)]
    return beside(answer, [_told(each, understood) for each in reckoned.others], titles)


def _told(reckoned: Reckoned, understood: Understood) -> Answer:
    if reckoned.kind in ("top", "bottom"):
        return _ranking(reckoned, understood)
    if reckoned.kind == "moved":
        return _moved(reckoned, understood)
    if reckoned.kind == "trend":
        return _trend(reckoned, understood)
    if len(reckoned.operands) == 1:
        return _alone(reckoned, understood)
    notes = Footnotes()
    numbers = [notes.cite(each.row.ranked, each.figure) for each in reckoned.operands]
    figures = [answered_figure(each.figure, n) for each, n in zip(reckoned.operands, numbers, strict=True)]
    claims = [Claim(f"{_sentence(each)}.", (n,)) for each, n in zip(reckoned.operands, numbers, strict=True)]
    if reckoned.kind == "value":
        short = "; ".join(short_figure(each.row.ranked, each.figure) for each in reckoned.operands)
        label = listed(_names(reckoned.operands))
    else:
        result = _worked(reckoned, understood)
        short, label = result.short, result.label
        claims.insert(0, Claim(result.text, tuple(dict.fromkeys(numbers))))
        if result.value is not None:
            figures.insert(0, AnsweredFigure(result.value, result.unit, "", None, numbers[0]))
    return Answer(
        question=understood.standalone,
        status="answered",
        text=answer_text(claims, []),
        short=short,
        headline=Headline(figure=short, label=label),
        claims=tuple(claims),
        citations=notes.citations,
        figures=tuple(figures),
    )


def _alone(reckoned: Reckoned, understood: Understood) -> Answer:
    """One cell."""
    only, figure = reckoned.operands[0], reckoned.operands[0].figure
    notes = Footnotes()
    n = notes.cite(only.row.ranked, figure)
    claims = [Claim(f"{_sentence(only)}.", (n,))]
    when = figure.period.label if figure.period else ""
    remarks = [f"The figure is for {when}."] if reckoned.period and when and figure.period != reckoned.period else []
    short = short_figure(only.row.ranked, figure)
    return Answer(
        question=understood.standalone,
        status="answered",
        text=answer_text(claims, remarks),
        short=short,
        headline=Headline(
            figure=short.removeprefix(figure.qualifier).strip(),
            qualifier=figure.qualifier,
            label=" · ".join(part for part in (only.row.label, when) if part),
        ),
        claims=tuple(claims),
        citations=notes.citations,
        figures=(answered_figure(figure, n),),
        notes=tuple(remarks),
    )


def _trend(reckoned: Reckoned, understood: Understood) -> Answer:
    """A row's figures in time order; the last of them large."""
    notes = Footnotes()
    numbers = [notes.cite(each.row.ranked, each.figure) for each in reckoned.operands]
    shorts = [short_figure(each.row.ranked, each.figure) for each in reckoned.operands]
    names = [each.name for each in reckoned.operands]
    last = reckoned.operands[-1]
    header = " ".join(last.row.cell(last.column).headers)
    what = header if last.row.label == last.name else last.row.label
    claims = [
        Claim(f"{name}: {short} ({source(each.row.ranked)}).", (n,))
        for name, short, each, n in zip(names, shorts, reckoned.operands, numbers, strict=True)
    ]
    return Answer(
        question=understood.standalone,
        status="answered",
        text=answer_text(claims, []),
        short="; ".join(f"{short} ({name})" for short, name in zip(shorts, names, strict=True)),
        headline=Headline(figure=shorts[-1], label=f"{what} · {names[-1]} · from {shorts[0]} in {names[0]}"),
        claims=tuple(claims),
        citations=notes.citations,
        figures=tuple(answered_figure(each.figure, n) for each, n in zip(reckoned.operands, numbers, strict=True)),
    )


def _ranking(reckoned: Reckoned, understood: Understood) -> Answer:
    rows = reckoned.operands
    how = "highest" if reckoned.kind == "top" else "lowest"
    table = rows[0].row.statement.caption.rstrip(".") or rows[0].row.passage.report.title
    first, second = (Placed(each.name, each.row.ranked, each.figure) for each in rows[:2])
    return ranking(first, second, f"the {how} of the {len(rows)} rows in “{table}”", understood)


def _moved(reckoned: Reckoned, understood: Understood) -> Answer:
    """The row that moved most, with the next one beside it, each move worked out."""
    notes = Footnotes()
    claims, figures, shown = [], [], []
    for at, (first, last) in enumerate((reckoned.operands[:2], reckoned.operands[2:])):
        n = notes.cite(first.row.ranked, first.figure)
        notes.cite(last.row.ranked, last.figure)
        a, b = last.figure.value / last.scale, first.figure.value / last.scale
        shown.append(_with_unit(a - b, last.figure.unit, last.scale))
        what = f"{first.name}: {written(a)} − {bracketed(b)} = {shown[-1]}"
        claims.append(Claim(f"{what}, the most of all rows." if not at else f"Next: {what}.", (n,)))
        figures += [answered_figure(last.figure, n), answered_figure(first.figure, n)]
    first, last = reckoned.operands[:2]
    when = " to ".join(each.figure.period.label for each in (first, last) if each.figure.period)
    return Answer(
        question=understood.standalone,
        status="answered",
        text=answer_text(claims, []),
        short=first.name,
        headline=Headline(figure=first.name, label=f"{shown[0]} · {when}"),
        claims=tuple(claims),
        citations=notes.citations,
        figures=tuple(figures),
    )


def _names(operands: Sequence[Operand]) -> list[str]:
    """What tells the operands apart: their rows, their columns, or both."""
    labels, columns = [each.row.label for each in operands], [each.name for each in operands]
    if len(set(columns)) == 1 and len(set(labels)) == len(labels):
        return labels
    return (
        columns
        if len(set(labels)) == 1 or labels == columns
        else [f"{a}, {b}" if b else a for a, b in zip(labels, columns, strict=True)]
    )


def _sentence(operand: Operand) -> str:
    shown = short_figure(operand.row.ranked, operand.figure)
    header = " ".join(operand.row.cell(operand.column).headers)
    caption = operand.row.statement.caption.rstrip(".")
    where = f" ({caption})" if caption else ""
    return f"{operand.row.label}, {header}: {shown}{where}" if header else f"{operand.row.label}: {shown}{where}"


@dataclass(frozen=True, slots=True)
class _Result:
    """What was worked out: the sentence that shows how, the result at its shortest, what it is called, its value."""

    text: str
    short: str
    label: str
    value: float | None = None  # None of a name or a list, which is no figure
    unit: str = ""


@dataclass(frozen=True, slots=True)
class _Worked:
    """The operands as the arithmetic shows them: at their table's scale, by what tells them apart."""

    kind: Kind
    operands: tuple[Operand, ...]

    @property
    def scale(self) -> float:
        return self.operands[0].scale if len({each.scale for each in self.operands}) == 1 else 1.0

    @property
    def values(self) -> list[float]:
        return [each.figure.value / self.scale for each in self.operands]

    @property
    def names(self) -> list[str]:
        return _names(self.operands)

    @property
    def unit(self) -> str:
        return self.operands[0].figure.unit

    @property
    def told(self) -> str:
        return "; ".join(f"{name}: {written(value)}" for name, value in zip(self.names, self.values, strict=True))


def _worked(reckoned: Reckoned, understood: Understood) -> _Result:
    given = _Worked(reckoned.kind, reckoned.operands)
    if reckoned.kind in ("where", "count"):
        return _where(given, understood)
    if reckoned.kind in ("most", "least"):
        return _extreme(given)
    if reckoned.kind in ("change", "growth"):
        return _change(given, fell=not FELL.isdisjoint(content_sequence(understood.standalone)))
    if reckoned.kind in ("ratio", "share"):
        return _ratio(given)
    return _added(given)


def _where(given: _Worked, understood: Understood) -> _Result:
    """Those that are as the question asks, or how many they are."""
    asked = condition(understood.standalone)
    if asked is None:
        raise ValueError("only a question that sets a condition is reckoned so")
    holds = [name for name, each in zip(given.names, given.operands, strict=True) if asked.holds(each.figure.value)]
    what = (
        f"{asked.words.capitalize()} that" if given.scale != 1 else f"{asked.words.capitalize()} {written(asked.bound)}"
    )
    text = f"{what}: {listed(holds) if holds else 'none'} ({given.told})."
    return _Result(text, str(len(holds)) if given.kind == "count" else ", ".join(holds) or "none", "")


def _extreme(given: _Worked) -> _Result:
    values, names = given.values, given.names
    best = (max if given.kind == "most" else min)(range(len(values)), key=lambda at: values[at])
    how = "highest" if given.kind == "most" else "lowest"
    return _Result(f"{names[best]} is the {how} ({given.told}).", names[best], given.operands[0].row.label)


def _change(given: _Worked, *, fell: bool) -> _Result:
    """From the earlier to the later, in per cent where growth is asked of counts; of two rows the difference.

    ``fell``: it is asked by how much something fell, which a person answers without a sign.
    """
    names, (first, last) = given.names, given.values
    if not _in_order(given.operands):
        names, first, last = names[::-1], last, first
    called = "change from"
    if fell and first > last >= 0:
        called, first, last = "fall from", last, first
    if given.kind == "growth" and first and given.unit not in ("%", "percentage points"):
        return _in_per_cent(called, names, first, last)
    joint = "to"
    if given.operands[0].row.label != given.operands[1].row.label and not all(name.isdigit() for name in names):
        called, joint = "difference between", "and"
        first, last = sorted((first, last))
    unit = "percentage points" if given.unit == "%" else given.unit
    shown = _with_unit(last - first, unit, given.scale)
    both = f"{names[0]} {joint} {names[1]}"
    text = f"The {called} {both}: {written(last)} − {bracketed(first)} = {shown}."
    return _Result(text, shown, both, (last - first) * given.scale, unit)


def _in_per_cent(called: str, names: Sequence[str], first: float, last: float) -> _Result:
    whole = last if called == "fall from" else first  # what it fell from
    base = whole if first * last > 0 else abs(whole)  # an outflow that grows has grown
    share = _rounded(100 * (last - first) / base)
    shown = f"{written(share)}%"
    how = f"({written(last)} − {bracketed(first)}) ÷ {bracketed(base)} = {shown}"
    return _Result(f"The {called} {names[0]} to {names[1]}: {how}.", shown, f"{names[0]} to {names[1]}", share, "%")


def _ratio(given: _Worked) -> _Result:
    names, (part, whole) = given.names, given.values
    ratio = part / whole if whole else 0.0
    value = _rounded(100 * ratio) if given.kind == "share" else round(ratio, 2)
    unit = "%" if given.kind == "share" else ""
    shown = f"{written(value)}{unit}"
    text = f"{names[0]} to {names[1]}: {written(part)} ÷ {written(whole)} = {shown}."
    return _Result(text, shown, f"{names[0]} ÷ {names[1]}", value, unit)


def _added(given: _Worked) -> _Result:
    values, of = given.values, listed(given.names)
    mean = given.kind == "average"
    added = " + ".join([written(values[0]), *(bracketed(value) for value in values[1:])])
    result = sum(values) / len(values) if mean else sum(values)
    what = "average" if mean else "sum"
    shown = _with_unit(result, given.unit, given.scale)
    text = f"The {what} of {of}: {f'({added}) ÷ {len(values)}' if mean else added} = {shown}."
    return _Result(text, shown, f"{what} · {of}", result * given.scale, given.unit)


def _in_order(operands: Sequence[Operand]) -> bool:
    """Whether the first operand is the earlier one; of two rows the first is what the second is compared with."""
    ends = [each.figure.period.end if each.figure.period else None for each in operands]
    if operands[0].row.label != operands[1].row.label or None in ends or ends[0] == ends[1]:
        names = [each.name for each in operands]
        return not all(name.isdigit() for name in names) or names[0] <= names[1]
    return ends[0] < ends[1]  # type: ignore[operator]


def _rounded(share: float) -> float:
    return round(share, 1 if abs(share) >= 100 else 2)


_AFTER = {"%": "%", "percentage points": " percentage points"}


def _with_unit(value: float, unit: str, scale: float) -> str:
    """ "−£12.6 million", "1.5 percentage points", "456"."""
    number = written(abs(round(value, 2 if abs(value) >= 1 else 4)))
    sign = "−" if value < 0 else ""
    words = {1e3: " thousand", 1e6: " million", 1e9: " billion"}.get(scale, "")
    if unit in MONEY:
        return f"{sign}{SIGNS.get(unit, unit + ' ')}{number}{words}"
    return f"{sign}{number}{words}{_AFTER.get(unit, '')}"
