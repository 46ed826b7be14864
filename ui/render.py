"""An Answer as safe HTML: the question, what was understood, the figure, the prose. Knows no Gradio.

Whatever stands in an answer was written by somebody else, so nothing reaches a page but through ``ui.words``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from rag.types import Answer, Citation, Claim, Understood
from ui.chart import trend
from ui.evidence import card_id, described
from ui.words import day, days, isolated, shown, visible

UNSUPPORTED = "not supported by the sources shown"
NOT_FOUND = "Not in these reports."
_LONG = 500  # characters from which each sentence of an answer stands as a paragraph of its own


def conversation(turns: Sequence[Answer]) -> Markup:
    """All turns, oldest first."""
    told = Markup("").join(turn(answer, number) for number, answer in enumerate(turns, 1))
    return Markup('<h1 class="unseen">Questions and answers</h1>{}').format(told) if turns else Markup("")


def turn(answer: Answer, number: int) -> Markup:
    """One question with its answer, as far as it has grown."""
    body = _reading(answer, number) if not answer.done else _finished(answer, number)
    return Markup(
        '<article class="turn" id="t{n}" data-status="{status}" aria-busy="{busy}" data-announce="{announce}" '
        'aria-labelledby="t{n}-q"><h2 class="q" id="t{n}-q" dir="auto">{question}</h2>{chips}{body}</article>'
    ).format(
        n=number,
        status=answer.status if answer.done else "reading",
        busy="false" if answer.done else "true",
        announce=announcement(answer) if answer.done else "",
        question=shown(answer.question),
        chips=_understood(answer.understood, answer.question),
        body=body,
    )


def welcome(summary: dict[str, object], examples: Sequence[str]) -> Markup:
    """The first visit: what is here, and questions to begin with."""
    reports, pages = summary.get("reports", 0), summary.get("pages", 0)
    if not reports:
        return Markup(
            '<div class="welcome"><h1>No reports yet.</h1><p class="dim">Add a folder of articles and reports with '
            "<code>footnote ingest PATH</code>, then ask.</p></div>"
        )
    buttons = Markup("").join(
        Markup('<li><button type="button" data-ask="{0}" dir="auto">{0}</button></li>').format(shown(example))
        for example in examples
    )
    return Markup(
        '<div class="welcome"><h1>Ask your reports.</h1><p class="dim">{}. Every answer carries footnotes that open '
        "the exact sentence or table row.</p>{}</div>"
    ).format(
        _counted(reports, pages),
        Markup('<ul class="next" aria-label="Questions to begin with">{}</ul>').format(buttons) if buttons else "",
    )


def announcement(answer: Answer) -> str:
    """What a screen reader says once, when the answer is complete."""
    if answer.status == "error":
        return visible(answer.error or answer.text)
    if answer.status == "not_found":
        return f"{NOT_FOUND} {visible(answer.text)}".strip()
    if answer.headline:
        words = (answer.headline.qualifier, answer.headline.figure, answer.headline.label)
        return visible(" ".join(word for word in words if word))
    return visible(answer.short or (answer.claims[0].text if answer.claims else answer.text))


def with_sources(answer: Answer) -> str:
    """The answer as plain text with its references, for pasting into a briefing."""
    lines = [visible(answer.question), ""]
    if answer.claims:
        prose = []
        for claim in answer.claims:
            marks = "".join(f"[{n}]" for n in claim.citations)
            prose.append(f"{visible(claim.text)}{marks}" + ("" if claim.supported else f" ({UNSUPPORTED})"))
        lines.append(" ".join(prose))
    else:
        lines.append(visible(answer.text))
    lines += ["", *(visible(note) for note in answer.notes)] if answer.notes else []
    lines += ["", *(_reference(citation) for citation in answer.citations)] if answer.citations else []
    if answer.as_of:
        lines += ["", f"As of {day(answer.as_of)}."]
    return "\n".join(lines)


def _reference(citation: Citation) -> str:
    words = ", ".join([citation.title or citation.report, *described(citation, quoted_period=False)])
    quote = " ".join(citation.quote.split())
    return visible(f"[{citation.n}] {words}: “{quote}” ({citation.report})")


def _understood(understood: Understood | None, question: str) -> Markup:
    """The period as it was understood, and the question as it was completed, where either says something new."""
    if understood is None:
        return Markup("")
    chips = []
    if understood.period:
        meant = days(understood.period)
        words = understood.period_words
        new = bool(words) and meant.casefold() not in visible(words).casefold()
        chips.append(
            Markup('<span class="chip">{}<b>{}</b></span>').format(
                Markup("{} → ").format(isolated(words)) if new else "", meant
            )
        )
    if understood.standalone and understood.standalone.strip() != question.strip():
        chips.append(Markup('<span class="as">asked as: {}</span>').format(isolated(understood.standalone)))
    return Markup('<div class="chips">{}</div>').format(Markup("").join(chips)) if chips else Markup("")


def _reading(answer: Answer, number: int) -> Markup:
    return Markup('{}<p class="reading"><span aria-hidden="true"></span>Reading …</p>').format(_prose(answer, number))


def _finished(answer: Answer, number: int) -> Markup:
    if answer.status == "error":
        return Markup('<p class="sorry" dir="auto">{}</p>').format(shown(answer.error or answer.text))
    if answer.status == "not_found":
        return _nothing(answer, number)
    return Markup("{}{}{}{}{}{}").format(
        _headline(answer),
        trend(answer, number, _footnote),
        _prose(answer, number),
        _side_by_side(answer, number),
        _notes(answer),
        _foot(answer),
    )


def _nothing(answer: Answer, number: int) -> Markup:
    """Not found is an answer: what was looked for, and the nearest evidence, offered and not claimed."""
    known = {citation.n for citation in answer.citations}
    near = Markup("").join(
        Markup('<li><a class="near" href="#{}" dir="auto">{}</a></li>').format(card_id(number, n), shown(label))
        for label, n in answer.suggestions
        if n in known
    )
    return Markup('<div class="none"><p><b>{}</b></p>{}{}{}</div>').format(
        NOT_FOUND,
        Markup('<p class="dim" dir="auto">{}</p>').format(shown(answer.text))
        if answer.text.strip(". ") != NOT_FOUND.strip(". ")
        else "",
        Markup('<ul class="next" aria-label="Nearest evidence">{}</ul>').format(near) if near else "",
        _notes(answer),
    )


def _headline(answer: Answer) -> Markup:
    headline = answer.headline
    if headline is None:
        return Markup("")
    return Markup('<p class="figure"><strong>{}{}</strong>{}</p>').format(
        Markup("<small>{}</small> ").format(isolated(headline.qualifier)) if headline.qualifier else "",
        isolated(headline.figure),
        Markup(" <span>{}</span>").format(isolated(headline.label)) if headline.label else "",
    )


def _prose(answer: Answer, number: int) -> Markup:
    if not answer.claims:
        return Markup('<p class="said" dir="auto">{}</p>').format(shown(answer.text)) if answer.text else Markup("")
    titles = {citation.n: citation.title or citation.report for citation in answer.citations}
    claims = [_claim(claim, number, titles) for claim in answer.claims]
    paragraphs = claims if sum(len(claim.text) for claim in answer.claims) > _LONG else [Markup(" ").join(claims)]
    return Markup("").join(Markup('<p class="said" dir="auto">{}</p>').format(each) for each in paragraphs)


def _side_by_side(answer: Answer, number: int) -> Markup:
    """Where sources disagree: each value with its date and its place, first the one that was chosen, if one was."""
    first = [figure.citation for figure in answer.figures] or [n for claim in answer.claims for n in claim.citations]
    told = {value.get("citation") for value in answer.conflicts}
    chosen = [{"short": answer.short, "citation": n} for n in first[:1] if n not in told]
    sources = {citation.n: citation for citation in answer.citations}
    values = [
        value for value in (*chosen, *answer.conflicts) if value.get("citation") in sources and value.get("short")
    ]
    if not answer.conflicts or len(values) < 2:
        return Markup("")
    boxes = Markup("").join(_box(value, sources[value["citation"]], number) for value in values)
    return Markup('<div class="two" role="group" aria-label="What each source gives">{}</div>').format(boxes)


def _box(value: Mapping[str, Any], source: Citation, number: int) -> Markup:
    said = ["provisional"] if value.get("provisional") else []
    said += [f"{source.published:%b %Y}"] if source.published else []
    place = source.title or source.report
    return Markup('<div class="box">{}<strong>{}</strong><p class="dim">{}{}</p></div>').format(
        Markup('<span class="tag">{}</span>').format(" · ".join(said)) if said else "",
        isolated(str(value["short"])),
        isolated(f"{place}, {source.place}" if source.pages > 1 else place),
        _footnote(source.n, place, number),
    )


def _footnote(n: int, title: str, number: int) -> Markup:
    link = Markup('<a class="fn" href="#{}" aria-label="Footnote {}: {}">{}</a>')
    return link.format(card_id(number, n), n, shown(title), n)


def _claim(claim: Claim, number: int, titles: dict[int, str]) -> Markup:
    notes = Markup("").join(_footnote(n, titles[n], number) for n in claim.citations if n in titles)
    if claim.supported:
        return Markup("{}{}").format(shown(claim.text), notes)
    return Markup('<span class="unsup">{}</span>{} <span class="why">{}</span>').format(
        shown(claim.text), notes, UNSUPPORTED
    )


def _notes(answer: Answer) -> Markup:
    return Markup("").join(Markup('<p class="note" dir="auto">{}</p>').format(shown(note)) for note in answer.notes)


def _foot(answer: Answer) -> Markup:
    unsupported = sum(not claim.supported for claim in answer.claims)
    checked = Markup("")
    if unsupported:
        said = "1 sentence is" if unsupported == 1 else f"{unsupported} sentences are"
        checked = Markup('<span class="why">{} {}</span>').format(said, UNSUPPORTED)
    elif answer.figures:
        said = "1 figure" if len(answer.figures) == 1 else f"{len(answer.figures)} figures"
        checked = Markup('<span class="ok">✓ {} checked</span>').format(said)
    return Markup('<div class="foot">{}<button type="button" data-copy="{}">Copy with sources</button></div>').format(
        checked, with_sources(answer)
    )


def _counted(reports: object, pages: object) -> str:
    return f"{reports} report{'' if reports == 1 else 's'}, {pages} page{'' if pages == 1 else 's'}"
