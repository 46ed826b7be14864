"""The Gradio page: where the panes stand, and what happens when a question is asked. `ui.render` says what they show.

Importing this imports Gradio, which is slow and reads the environment: the server does it last, in ``create_app``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from threading import Event
from typing import Any

import gradio as gr
from markupsafe import Markup

from rag.errors import FootnoteError
from rag.types import Answer, Asked, Turn
from ui.evidence import pane
from ui.reader import BRAND
from ui.render import conversation, welcome
from ui.shelf import LONGEST, Ask, Shelf
from ui.words import day

AT_ONCE = 8  # questions answered at the same time; Gradio's own default is one
KEPT = 40  # turns of one conversation
STOPPED = "Stopped before it was answered."

log = logging.getLogger(__name__)
Turns = tuple[Answer, ...]


def build(shelf: Shelf, ask: Ask, examples: Sequence[str], today: Callable[[], date]) -> gr.Blocks:
    """The page, ready to be mounted."""
    under_way: dict[str | None, Event] = {}  # by visit: ends the question that is being answered

    def opened(request: gr.Request) -> tuple[str, str]:
        """What a visitor sees first."""
        return _bar(as_of(request, today), today()), str(welcome(shelf.summary(), examples))

    def asked(question: str, period: str, turns: Turns, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """The panes as the answer grows, the question box emptied."""
        question = question.strip()[:LONGEST]
        if not question:
            yield tuple(gr.skip() for _ in range(5))
            return
        earlier = turns[-KEPT:]
        cancel = under_way[request.session_hash] = Event()
        put = Asked(question, as_of(request, today), history(earlier), period=period.strip()[:LONGEST], cancel=cancel)
        boxes: tuple[Any, Any] = ("", "")  # emptied once: who types the next question meanwhile keeps it
        try:
            for answer in _answers(shelf, ask, put):
                shown = (*earlier, answer)
                yield str(conversation(shown)), str(pane(shown)), shown, *boxes
                boxes = (gr.skip(), gr.skip())
        finally:
            cancel.set()  # also where the visitor is gone
            if under_way.get(request.session_hash) is cancel:
                del under_way[request.session_hash]

    def stopped(turns: Turns, request: gr.Request) -> tuple[str, str, Turns]:
        """The panes when an answer was interrupted; what is under way for it is ended, at a model's endpoint too."""
        if request.session_hash in under_way:
            under_way[request.session_hash].set()
        if not turns or turns[-1].done:
            return gr.skip(), gr.skip(), gr.skip()
        shown = (*turns[:-1], Answer(turns[-1].question, "error", "", error=STOPPED))
        return str(conversation(shown)), str(pane(shown)), shown

    blocks: gr.Blocks
    with gr.Blocks(title="Footnote", analytics_enabled=False, fill_width=True) as blocks:
        turns = gr.State(())
        with gr.Row(elem_id="app"):
            gr.HTML(str(_navigation()), elem_id="side", **_BARE)
            with gr.Column(elem_id="middle"):
                bar = gr.HTML("", elem_id="bar", **_BARE)
                talk = gr.HTML(str(welcome(shelf.summary(), examples)), elem_id="talk", **_BARE)
                with gr.Row(elem_id="ask"):
                    question = gr.Textbox(
                        label="Question",
                        placeholder="Ask about your reports",
                        show_label=False,
                        container=False,
                        max_length=LONGEST,
                        autofocus=True,
                        lines=1,
                        max_lines=1,
                        elem_id="question",
                    )
                    period = gr.Textbox(
                        label="Period meant",
                        placeholder="Period",
                        show_label=False,
                        container=False,
                        max_length=60,
                        lines=1,
                        max_lines=1,
                        elem_id="period",
                    )
                    put = gr.Button("Ask", elem_id="put")
                    stop = gr.Button("Stop", elem_id="stop")
            evidence = gr.HTML(str(pane(())), elem_id="evidence", **_BARE)
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        blocks.load(opened, None, [bar, talk], **quiet)
        asking = gr.on(
            [put.click, question.submit, period.submit],
            asked,
            [question, period, turns],
            [talk, evidence, turns, question, period],
            trigger_mode="multiple",  # "once" stays shut for good after a cancelled question; the script guards instead
            concurrency_limit=AT_ONCE,
            **quiet,
        )
        stop.click(stopped, turns, [talk, evidence, turns], cancels=[asking], concurrency_limit=AT_ONCE, **quiet)
    blocks.queue(default_concurrency_limit=AT_ONCE, max_size=64, api_open=False)
    return blocks


_BARE: dict[str, Any] = {"js_on_load": None, "apply_default_css": False}


def as_of(request: Any, today: Callable[[], date]) -> date:
    """The day that "last year" is counted from: today, or the one named in the address."""
    try:
        return date.fromisoformat(request.query_params["as_of"])
    except (KeyError, ValueError, TypeError):
        return today()


def history(turns: Turns) -> tuple[Turn, ...]:
    """What a follow-up may lean on: each earlier question as it was completed, with its answer, but no failures."""
    said: list[Turn] = []
    for answer in turns:
        if answer.done and answer.status != "error":
            question = answer.understood.standalone if answer.understood else ""
            said += [Turn("user", question or answer.question), Turn("assistant", answer.text)]
    return tuple(said)


def _answers(shelf: Shelf, ask: Ask, put: Asked) -> Iterator[Answer]:
    """The answer as it grows, begun by an empty one, so that the question stands on the page at once."""
    yield Answer(put.question, "answered", "", as_of=put.as_of, done=False)
    try:
        yield from ask(shelf, put)
    except FootnoteError as error:
        yield Answer(put.question, "error", "", as_of=put.as_of, error=str(error))
    except Exception:
        log.exception("a question could not be answered")
        sentence = "Something went wrong while answering; whoever runs this server finds the details in its log."
        yield Answer(put.question, "error", "", as_of=put.as_of, error=sentence)


def _navigation() -> Markup:
    return Markup(
        '<header class="rail"><a class="brand" href="/" data-new>{}</a><nav aria-label="Main">'
        '<a href="/" data-new aria-current="page">Ask</a><a href="/figures" data-leaves>Figures</a>'
        '<a href="/library" data-leaves>Library</a></nav>'
        '<a class="new" href="/" data-new>New question</a></header>'
    ).format(BRAND)


def _bar(when: date, today: date) -> str:
    """Says so where questions are not asked as of today."""
    if when == today:
        return ""
    return str(Markup('<p class="asof">Questions are asked as of <b>{}</b>.</p>').format(day(when)))
