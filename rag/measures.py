"""What the library knows of one measure: every figure that counts it, by part and by period, with the gaps between.

Nothing is searched for by meaning here: every figure whose statement names the measure is read from the catalog, and
what may count another thing is left out. Answers are not made here; see ``rag.answering``.
"""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from dateutil.relativedelta import relativedelta

from rag.answering.facets import WHOLE
from rag.errors import BadInput
from rag.language import periods
from rag.language.mentions import Anchor, label_period, mentions
from rag.language.tokens import content_stem_set, stem
from rag.library import Library
from rag.measuring.agreement import reconciled, told_by
from rag.measuring.coverage import KINDS, WHOLE_OF_IT, Coverage, Gap, Kind, Part, Slot, kind_of
from rag.measuring.rows import in_row
from rag.measuring.sentences import in_sentence
from rag.measuring.tables import Counted, Found, Tables
from rag.measuring.words import Words, family
from rag.search import ANYONE
from rag.types import EVERYTHING, Period, PeriodKind, Within

NEAR = 5  # measures that are offered where one is not known


def known(library: Library, measure: str, period: Period | None = None, within: Within = EVERYTHING) -> Coverage:
    """Every figure of the live reports that counts what the words name ("referrals in the North East").

    With a period only those of it and of what lies inside it.
    """
    nouns = library.counted_nouns(within)
    words = Words(measure, nouns)
    statements = library.statements_naming(words.beginnings, within) if words.all else []
    tables = Tables(statements, words)
    words.narrow(tables.asked)
    counted = _counted(statements, words, tables)
    if not any(each.figure.period for each in counted):
        words.by_label = True
        counted = _counted(statements, words, tables)
    there = sorted(each.figure.period for each in counted if each.figure.period)
    reaches = periods.named(Period(there[0].start, max(each.end for each in there), "")) if there else None
    counted = [each for each in counted if period is None or _inside(each.figure.period, period)]
    parts = _parts(counted)
    undated = tuple(told_by([each for each in counted if each.figure.period is None]))
    near = () if reaches else tuple(_near(words, nouns, library, within))
    return Coverage(measure, period, parts, tuple(_gaps(parts)), undated, near, reaches)


def period_named(words: str, measure: str, as_of: date) -> Period | None:
    """The period that the words name on that day, or else the measure's own ("referrals in 2025"); None for none.

    `BadInput` where there are words that name none.
    """
    anchor = Anchor(as_of)
    if not words.strip():
        return next((mention.period for mention in mentions(measure, anchor) if mention.period), None)
    period = label_period(words, anchor)
    if period is None:
        raise BadInput(f'"{words}" is not a period; write it like 2025, 2024/25, "Q2 2026" or "last year".')
    return period


def _inside(found: Period | None, wanted: Period) -> bool:
    return periods.relation(found, wanted) in ("equal", "inside")


def _counted(statements: Sequence[Found], words: Words, tables: Tables) -> list[Counted]:
    counted: list[Counted] = []
    for found in statements:
        counted += (in_row if found[2].kind == "row" else in_sentence)(found, words, tables)
    return _provisional_within(counted)


def _provisional_within(counted: list[Counted]) -> list[Counted]:
    """The same, those provisional that hold a period whose figures their own report calls so: a year with its last
    quarter."""
    told: dict[str, set[Period]] = defaultdict(set)
    for each in counted:
        if each.standing == "provisional" and each.figure.period:
            told[each.found[0].id].add(each.figure.period)

    def holds_one(each: Counted) -> bool:
        own = each.figure.period
        return any(periods.relation(own, other) == "contains" for other in told[each.found[0].id])

    return [
        replace(each, standing="provisional") if not each.standing and holds_one(each) else each for each in counted
    ]


# --- parts and periods ------------------------------------------------------------------------------------------------


def _parts(counted: Sequence[Counted]) -> tuple[Part, ...]:
    """The figures by part and period; parts in the order in which the tables list them, the whole first."""
    groups: dict[tuple[frozenset[str], str], list[Counted]] = defaultdict(list)
    for each in sorted(counted, key=lambda each: each.found[2].kind != "row"):
        if each.figure.period is not None:
            groups[each.key, family(each.figure.unit)].append(each)
    made = {key: _part(*key, group) for key, group in groups.items()}
    for key, into in _same(made):
        groups[into] += groups.pop(key)
        del made[key]
        made[into] = _part(*into, groups[into])
    rows = {each.key for each in counted if each.found[2].kind == "row"}
    order = list(made)
    scopes = list(dict.fromkeys(part.scope for part in made.values() if part.scope))
    at = {scope: n for n, scope in enumerate(scopes)}
    # What is opened and closed, then regions and channels, then what only sentences tell apart.
    order.sort(key=lambda key: (bool(key[0]), key[0] not in rows, at.get(made[key].scope, -1)))
    return tuple(made[key] for key in order)


def _part(key: frozenset[str], unit: str, counted: Sequence[Counted]) -> Part:
    labels = Counter(each.label for each in counted if each.label)
    scopes = Counter(each.scope for each in counted if each.scope)
    label = min(labels, key=lambda label: (-labels[label], len(label)), default=" ".join(sorted(key)))
    slots: dict[tuple[date, date], list[Counted]] = defaultdict(list)
    for each in counted:
        if each.figure.period:
            slots[each.figure.period.start, each.figure.period.end].append(each)
    made = [_slot(group) for group in slots.values()]
    made.sort(key=lambda slot: (KINDS.index(slot.kind), slot.period))
    scope = scopes.most_common(1)[0][0] if scopes and key else ""
    return Part(label if key else WHOLE_OF_IT, scope, unit, tuple(made))


def _same(
    parts: dict[tuple[frozenset[str], str], Part],
) -> Iterator[tuple[tuple[frozenset[str], str], tuple[frozenset[str], str]]]:
    """Parts under a longer and a shorter name that are one: told for two periods or more, and never differing."""
    values = {key: {slot.period: slot.best.value for slot in part.slots} for key, part in parts.items()}
    gone: set[tuple[frozenset[str], str]] = set()
    for key in sorted(parts, key=lambda key: -len(key[0])):
        for other in sorted(parts, key=lambda key: len(key[0])):
            alike = key[1] == other[1] if key[0] != other[0] else not key[1] and other[1]
            if key != other and key[0] >= other[0] and alike and not {key, other} & gone:
                shared = values[key].keys() & values[other].keys()
                if len(shared) > (key[0] != other[0]) and all(
                    values[key][at] == values[other][at] != 0 for at in shared
                ):
                    gone.add(key)
                    yield key, other
                    break


def _slot(counted: Sequence[Counted]) -> Slot:
    own = next(each.figure.period for each in counted if each.figure.period)
    plain = periods.named(own) if own.kind is PeriodKind.CALENDAR else own
    return Slot(plain, kind_of(own), reconciled(told_by(counted)))


# --- gaps -------------------------------------------------------------------------------------------------------------


def _gaps(parts: Sequence[Part]) -> Iterator[Gap]:
    """Periods for which nothing is known, of the whole or of the part that is told for most: years between two others,
    quarters and months of a year that has others."""
    for kind in KINDS[:-1]:
        told = [[slot.period for slot in part.slots if slot.kind == kind and slot.actual] for part in parts]
        most = max(map(len, told), default=0)
        at = next((n for n, there in enumerate(told) if 2 * len(there) >= most), None)
        if at is None or not most:
            continue
        held = {period.start for period in told[at]}
        yield from (Gap(kind, each, parts[at].label) for each in _between(kind, told[at]) if each.start not in held)


def _between(kind: Kind, there: Sequence[Period]) -> Iterator[Period]:
    """Every period of the kind from the first to the last; of months and quarters those of years that have some."""
    if not there:
        return
    months = {"year": 12, "fiscal year": 12, "quarter": 3}.get(kind, 1)
    counts = Counter(period.start.year for period in there)
    # One month of a year is what was told at its end, or of a record: the others are not missed.
    begun = {year for year, count in counts.items() if count > (months == 1)}
    start = min(period.start for period in there)
    if months < 12:
        start = date(start.year, 1, 1)
    while start <= max(period.start for period in there):
        if months == 12 or start.year in begun:
            end = start + relativedelta(months=months)
            fiscal = PeriodKind.FISCAL if kind == "fiscal year" else PeriodKind.CALENDAR
            label = f"{start.year}/{end.year % 100:02}" if kind == "fiscal year" else ""
            yield Period(start, end, label, fiscal) if label else periods.named(Period(start, end, ""))
        start += relativedelta(months=months)


# --- what else there is -----------------------------------------------------------------------------------------------


_SAYS_NOTHING = frozenset(
    stem(word)
    for word in "things reasons ways others times parts stages members sets points additional further separate".split()
)


def _near(words: Words, nouns: Counter[str], library: Library, within: Within) -> Iterator[str]:
    """Measures that the library does know: first those written alike or sharing a word, then the most counted."""
    counted: Counter[str] = Counter()
    for unit, count in nouns.items():
        own = content_stem_set(unit)
        if not family(unit) and own - ANYONE - WHOLE and own.isdisjoint(_SAYS_NOTHING):
            counted[unit.lower()] += count
    alike = difflib.get_close_matches(words.text, counted, n=NEAR, cutoff=0.7)
    sharing = [unit for unit in counted if content_stem_set(unit) & words.all]
    yield from list(dict.fromkeys([*alike, *sharing, *(unit for unit, _ in counted.most_common(NEAR))]))[:NEAR]
