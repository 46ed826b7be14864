"""Claims that a library's statements bear out: quoted, rows told, and put in other words by rule."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.answering.citing import Footnotes, claim_text, short_figure
from rag.library import Library
from rag.search import Ranked
from rag.types import Citation, Figure, Passage, Statement

_PERIOD_FIRST = re.compile(r"^(?P<when>(?:In|From|Since|During) [^,]{3,40}?),? (?P<rest>(?:the|there|we) .+)\.$", re.I)
_PERIOD_LAST = re.compile(
    r"^(?P<rest>(?!Since)[A-Z](?:(?! but | and )[^,;:])+?) "
    r"(?P<when>in (?:(?:19|20)\d\d(?:/\d\d)?|Q[1-4] (?:19|20)\d\d))\.$"
)
_ACTIVE = re.compile(
    r"^(?P<when>In (?:19|20)\d\d )?(?:The|the) (?:[A-Z]\w+|trust|charity) (?P<verb>received|opened|closed|held) "
    r"(?P<what>(?:more than |nearly |about )?[\d,]+ \w+)(?P<rest>(?: in (?:19|20)\d\d)?)\.$"
)
_CUT = re.compile(
    r"^(?P<first>[^,;]{30,}?\d[^,;]*)(?:; |, (?:compared|against|a (?:rise|fall)|which|of which|while|but|up|down)).+$"
)
_SWAPS = (
    ("compared with", "against"), ("per cent", "%"), ("a rise of", "an increase of"), ("a fall of", "a decrease of"),
    ("received", "recorded"), ("rose", "increased"), ("fell", "dropped"), ("more than", "over"), ("about", "around"),
)  # fmt: skip
_SWAPS_HELD_OUT = (
    ("compared with", "as against"), ("per cent", " percent"), ("a rise of", "growth of"), ("a fall of", "a drop of"),
    ("received", "registered"), ("rose", "grew"), ("fell", "declined"), ("nearly", "almost"), ("there were",
    "it counted"),
)  # fmt: skip
_SMALL = "two three four five six seven eight nine ten".split()


@dataclass(frozen=True, slots=True)
class Right:
    """A claim that its citations bear out. ``held_out``: its rule was not looked at when the check was made."""

    text: str
    citations: tuple[Citation, ...]
    rule: str
    held_out: bool = False
    beside: tuple[Statement, ...] = ()  # other statements of its passage
    passage: Passage | None = None


def right_claims(library: Library, seed: int, most: int) -> list[Right]:
    """Up to ``most`` right claims of the library's statements, as many of each rule as there are."""
    rng = random.Random(seed)
    passages = [library.passages([each])[each][0] for each in sorted(library.catalog.passage_ids())]
    every = [
        claim for passage in passages for statement in passage.statements for claim in _of(passage, statement, rng)
    ]
    every += _joined(every, rng)
    by_rule: dict[str, list[Right]] = {}
    for claim in every:
        by_rule.setdefault(claim.rule, []).append(claim)
    share = max(1, most // max(1, len(by_rule)))
    chosen: list[Right] = []
    for rule in sorted(by_rule):
        rng.shuffle(by_rule[rule])
        chosen += by_rule[rule][:share]
    return chosen


def cited(passage: Passage, statement: Statement, figure: Figure | None = None) -> Citation:
    """The citation of one statement, as an answer has it."""
    notes = Footnotes()
    notes.cite(_ranked(passage, statement), figure)
    return notes.citations[0]


def _ranked(passage: Passage, statement: Statement) -> Ranked:
    return Ranked(statement, passage, 0.0, {}, frozenset())


def _of(passage: Passage, statement: Statement, rng: random.Random) -> Iterator[Right]:
    beside = tuple(each for each in passage.statements if each.id != statement.id)
    make = _of_row if statement.kind == "row" else _of_sentence
    for rule, held_out, text, figure in make(passage, statement, rng):
        yield Right(text, (cited(passage, statement, figure),), rule, held_out, beside, passage)


Told = tuple[str, bool, str, Figure | None]


def _of_sentence(passage: Passage, statement: Statement, rng: random.Random) -> Iterator[Told]:
    text = " ".join(statement.text.split())
    if not text.endswith(".") or len(text.split()) < 5:
        return
    figure = statement.figures[0] if statement.figures else None
    yield "quoted", False, text, figure
    lowered = text if re.match(r"[A-Z]\w* [A-Z]|[A-Z]{2}|I ", text) else text[0].lower() + text[1:]
    for rule, held_out, made in (
        ("reordered", False, _reordered(text)),
        ("period last", True, _period_first(text)),
        ("passive", True, _passive(text)),
        ("cut short", False, _cut(text)),
        ("as the report says", False, f"According to {passage.report.title}, {lowered}"),
        ("the report notes", True, f"The report notes that {lowered}"),
        ("other words", False, _swapped(text, _SWAPS)),
        ("further words", True, _swapped(text, _SWAPS_HELD_OUT)),
        ("in digits", False, _in_digits(text)),
        ("round words", True, _in_thousands(text)),
    ):
        if made and made != text:
            yield rule, held_out, made, figure


def _reordered(text: str) -> str:
    found = _PERIOD_FIRST.match(text)
    if not found or "," in found["rest"] or ";" in found["rest"]:
        return ""
    when = found["when"][0].lower() + found["when"][1:]
    return f"{found['rest'][0].upper()}{found['rest'][1:]} {when}."


def _period_first(text: str) -> str:
    found = _PERIOD_LAST.match(text)
    return f"{found['when'].capitalize().replace(' q', ' Q')}, {_small(found['rest'])}." if found else ""


def _small(text: str) -> str:
    return text[0].lower() + text[1:] if re.match(r"(?:The|There|We|A|It|Six|Seven)\b", text) else text


def _passive(text: str) -> str:
    found = _ACTIVE.match(text)
    if not found:
        return ""
    when = (found["when"] or "").strip()
    opening = f"{when}, {found['what']}" if when else found["what"][0].upper() + found["what"][1:]
    return f"{opening} were {found['verb']}{found['rest']}."


def _cut(text: str) -> str:
    found = _CUT.match(text)
    return f"{found['first']}." if found else ""


def _swapped(text: str, swaps: Sequence[tuple[str, str]]) -> str:
    for old, new in swaps:
        text = re.sub(rf"(?<!no )(?<!not )(?<!little )(?<!\w){old}\b", new, text).replace(" %", "%").replace("  ", " ")
    return text


def _in_digits(text: str) -> str:
    for value, word in enumerate(_SMALL, start=2):
        text = re.sub(rf"(?<=\s){word}(?= [a-z]+s\b)", str(value), text)
    return text


def _in_thousands(text: str) -> str:
    return re.sub(r"(?<![\d£,.])(\d{1,3}),(\d)00(?![\d,])", lambda m: f"{m[1]}.{m[2]} thousand".replace(".0", ""), text)


def _of_row(passage: Passage, statement: Statement, rng: random.Random) -> Iterator[Told]:
    ranked = _ranked(passage, statement)
    figures = [each for each in statement.figures if each.period and _column(statement, each)]
    if not figures or len(statement.cells) < 2:
        return
    figure = rng.choice(figures)
    yield "row told", False, claim_text(ranked, figure), figure
    yield "row whole", False, claim_text(ranked), None
    label = " ".join(
        statement.text[c.start - statement.start : c.end - statement.start] for c in statement.cells[:1]
    ).strip()
    header, short, when = (
        _column(statement, figure),
        short_figure(ranked, figure),
        figure.period.label if figure.period else "",
    )
    if len(label) < 3 or re.search(r"\d", header.replace(when, "")) or not re.match(r"[A-Za-z]", label):
        return
    named = "" if re.fullmatch(r"[\d/ –]+", header) or header == when else f" for {header.lower()}"
    yield "label had", False, f"In {when}, {label} had {short}{named}.", figure
    yield (
        "it was",
        True,
        f"{short[0].upper()}{short[1:]} was the figure for {label}{named.replace(' for', ',')} in {when}.",
        figure,
    )
    yield "at", False, f"{label}{named.replace(' for', ',')} ({when}): {short}.", figure
    yield "stood at", True, f"For {label}{named.replace(' for', ',')}, the number stood at {short} in {when}.", figure
    yield from _moves(statement, figures, ranked, label)


def _moves(statement: Statement, figures: Sequence[Figure], ranked: Ranked, label: str) -> Iterator[Told]:
    """ "Phone rose from 1,064 in 2023 to 1,039 in 2024", where two columns are two years."""
    years = [
        each for each in figures if each.period and _column(statement, each) == each.period.label and each.value > 0
    ]
    if len(years) < 2 or years[0].value == years[1].value:
        return
    one, other = years[:2]
    went = "rose" if other.value > one.value else "fell"
    told = [short_figure(ranked, each) for each in (one, other)]
    when = [each.period.label for each in (one, other) if each.period]
    yield "moved", False, f"{label} {went} from {told[0]} in {when[0]} to {told[1]} in {when[1]}.", one
    grew = "an increase" if went == "rose" else "a decrease"
    yield (
        "moved, compared",
        True,
        f"{label} came to {told[1]} in {when[1]}, {grew} compared with {told[0]} in {when[0]}.",
        one,
    )
    a, b = (
        statement.text[each.number_start - statement.start : each.number_end - statement.start] for each in (one, other)
    )
    if one.unit == other.unit == "" and "%" not in a + b:
        gap = f"{abs(other.value - one.value):,.10g}"
        high, low = (b, a) if went == "rose" else (a, b)
        yield (
            "worked out",
            False,
            f"The difference for {label} between {when[0]} and {when[1]}: {high} − {low} = {gap}.",
            one,
        )


def _column(statement: Statement, figure: Figure) -> str:
    for cell in statement.cells[1:]:
        if cell.start <= figure.number_start < cell.end:
            return " ".join(cell.headers)
    return ""


def _joined(claims: Sequence[Right], rng: random.Random) -> list[Right]:
    """Two claims in one sentence, with both their sources."""
    short = [each for each in claims if each.rule in ("quoted", "row told") and len(each.text) < 140 and each.passage]
    made: list[Right] = []
    for at in range(0, min(400, len(short) - 1), 2):
        one, other = rng.sample(short, 2)
        second = replace(other.citations[0], n=2)
        if second.statement_id != one.citations[0].statement_id:
            text = f"{one.text[:-1]}{('; ', ', and ')[at // 2 % 2]}{other.text}"
            made.append(
                Right(text, (one.citations[0], second), "joined" if at // 2 % 2 else "side by side", bool(at // 2 % 2))
            )
    return made
