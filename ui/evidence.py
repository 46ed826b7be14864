"""The cards on the right: each citation with its statement marked in its passage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from markupsafe import Markup

from rag.types import Answer, Citation
from ui.words import day, days, file_link, isolated, read_link, shown, visible

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”’)]*\s+|\n{2,}")
_KEPT = 2  # sentences of the passage shown on either side of the statement before "Show context"
_LONG = 320  # characters, for passages without sentences
_WIDE = 5  # columns a card can show side by side


def pane(turns: Sequence[Answer]) -> Markup:
    """The evidence of every turn; only the last one's is shown until a footnote of another is followed."""
    groups = [_group(answer, turn, last=turn == len(turns)) for turn, answer in enumerate(turns, 1)]
    hint = Markup("")
    if not any(answer.citations for answer in turns):
        hint = Markup('<p class="hint">The sentences and table rows that an answer rests on stand here.</p>')
    return Markup('<div class="evidence">{}{}</div>').format(hint, _joined(groups))


def card_id(turn: int, n: int) -> str:
    return f"t{turn}-e{n}"


def described(citation: Citation, quoted_period: bool = True) -> list[str]:
    """What should be known of a source, in words: kind, dates, and the page where there is more than one."""
    words = [citation.kind] if citation.kind else []
    if citation.published:
        words.append(f"published {day(citation.published)}")
    if citation.covers:
        words.append(f"covers {citation.covers}")
    if quoted_period and citation.said and citation.period:
        meant = days(citation.period)
        if meant.casefold() not in citation.said.casefold():
            words.append(f"says “{citation.said}” = {meant}")
    if citation.pages > 1:
        words.append(f"{citation.place} of {citation.pages}" if not citation.label else citation.place)
    return words


def _group(answer: Answer, turn: int, last: bool) -> Markup:
    if not answer.citations:
        return Markup("")
    heading = "Nearest evidence" if answer.status == "not_found" else "Evidence"
    return Markup('<div class="sources" id="t{}-sources" data-turn="{}"{}><h2>{}</h2>{}</div>').format(
        turn,
        turn,
        Markup("") if last else Markup(" hidden"),
        heading,
        _joined(_card(citation, turn) for citation in answer.citations),
    )


def _card(citation: Citation, turn: int) -> Markup:
    name = card_id(turn, citation.n)
    path = _path(citation)
    heading = Markup('<span class="path" dir="auto">{}</span>').format(shown(path)) if path else ""
    meta = Markup(" · ").join(isolated(words) for words in described(citation))
    body, folded = _row(citation) if citation.headers else _quote(citation)
    return Markup(
        '<article class="ev" id="{name}" tabindex="-1" aria-labelledby="{name}-title">'
        '<header><span class="n">{n}</span><h3 id="{name}-title" dir="auto">{title}</h3>'
        '<span class="meta">{meta}</span>{heading}</header>{body}<footer>{context}'
        '<a href="{read}" target="_blank" rel="noopener">{open}</a>'
        '<a href="{file}" target="_blank" rel="noopener">Original file</a>'
        '<button type="button" class="back" data-back aria-label="Back to the answer">↩ Back</button>'
        "</footer></article>"
    ).format(
        name=name,
        n=citation.n,
        title=shown(citation.title or citation.report),
        meta=meta,
        heading=heading,
        body=body,
        context=Markup('<button type="button" data-context aria-expanded="false">Show context</button>')
        if folded
        else "",
        read=read_link(citation.report, citation.page, *_marked(citation)),
        open=_open(citation),
        file=file_link(citation.report, citation.page),
    )


def _open(citation: Citation) -> str:
    if citation.pages > 1:
        return f"Open at {citation.place}"
    return "Open article" if "article" in citation.kind.lower() else "Open report"


def _path(citation: Citation) -> str:
    """The headings above the statement, without the title that stands above them anyway."""
    parts = [part.strip() for part in citation.heading.split(" > ")]
    return " › ".join(parts[1:] if parts[0] == citation.title else parts)


def _quote(citation: Citation) -> tuple[Markup, bool]:
    """The statement marked in its passage, and whether some of the passage is folded away."""
    before, statement, after = _around(citation)
    far, near = _split_before(before)
    close, rest = _split_after(after)
    return Markup(
        '<blockquote dir="auto">{}<span class="dim">{}</span><mark>{}</mark><span class="dim">{}</span>{}</blockquote>'
    ).format(_rest(far, "… "), shown(near), shown(statement), shown(close), _rest(rest, " …")), bool(
        far.strip() or rest.strip()
    )


def _row(citation: Citation) -> tuple[Markup, bool]:
    """A table row that can be read alone, under its column headers; its passage is folded away."""
    headers = [shown(header) for header, _ in citation.headers]
    cells = _cells(citation)
    if len(cells) <= _WIDE:
        across = _joined(Markup('<th scope="col">{}</th>').format(header) for header in headers)
        table = Markup('<thead><tr>{}</tr></thead><tbody><tr class="cited">{}</tr></tbody>').format(
            across, _joined(cells)
        )
    else:
        line = Markup('<tr class="cited"><th scope="row">{}</th>{}</tr>')
        table = Markup("<tbody>{}</tbody>").format(_joined(map(line.format, headers, cells)))
    caption = Markup("<caption>{}</caption>").format(shown(citation.caption)) if citation.caption else ""
    before, statement, after = _around(citation)
    folded = bool(before.strip() or after.strip())
    passage = Markup(
        '<blockquote class="rest" dir="auto"><span class="dim">{}</span><mark>{}</mark><span class="dim">{}</span>'
        "</blockquote>"
    ).format(shown(before), shown(statement), shown(after))
    frame = Markup('<div class="cells" tabindex="0" role="group" aria-label="Table row"><table>{}{}</table></div>{}')
    return frame.format(caption, table, passage if folded else ""), folded


def _cells(citation: Citation) -> list[Markup]:
    """The cells of the cited row. The one that it is cited for is ringed, if it is one and not all the row."""
    rings = {cell.column for cell in citation.cells}
    ring = Markup(' class="hit"') if len(rings) == 1 else ""
    return [
        Markup("<td{}><mark>{}</mark></td>").format(ring if i in rings else "", shown(text))
        if text
        else Markup("<td></td>")
        for i, (_, text) in enumerate(citation.headers)
    ]


def _marked(citation: Citation) -> tuple[int, int]:
    """What is marked on the page: the one cell that a row is cited for, else the whole statement."""
    if len(citation.cells) == 1:
        return citation.cells[0].start, citation.cells[0].end
    return citation.start, citation.end


def _around(citation: Citation) -> tuple[str, str, str]:
    """The passage before the statement, the statement, and the passage after it."""
    start, end = citation.start - citation.passage_start, citation.end - citation.passage_start
    text = citation.passage_text
    if not 0 <= start < end <= len(text):
        return "", citation.quote, ""
    return text[:start], text[start:end], text[end:]


def _split_before(text: str) -> tuple[str, str]:
    """(folded away, shown): the last sentences of what comes before the statement are shown."""
    starts = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    starts = sorted({at for at in starts if text[at:].strip()})
    cut = starts[-_KEPT] if len(starts) > _KEPT else 0
    if len(text) - cut > _LONG:
        cut = text.find(" ", len(text) - _LONG) + 1 or len(text) - _LONG
    return text[:cut], text[cut:]


def _split_after(text: str) -> tuple[str, str]:
    """(shown, folded away): the first sentences of what comes after the statement are shown."""
    ends = [match.start() for match in _SENTENCE_END.finditer(text) if text[: match.start()].strip()]
    cut = ends[_KEPT - 1] if len(ends) >= _KEPT else len(text)
    if cut > _LONG:
        cut = text.rfind(" ", 0, _LONG)
        cut = cut if cut > 0 else _LONG
    return text[:cut], text[cut:]


def _rest(text: str, dots: str) -> Markup:
    if not visible(text).strip():
        return Markup("")
    return Markup('<span class="dots dim">{}</span><span class="rest dim">{}</span>').format(dots, shown(text))


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)
