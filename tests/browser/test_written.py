"""What a language model writes, on the page: it grows, its failed sentences are marked, and Stop reaches the model."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import watched
from model_server import Fault, ModelServer, Reply, Request, model_server

from rag.library import Library
from rag.models import Limits, Model

QUESTION = "How many referrals in 2025?"
PAUSE = 0.3  # seconds before each word
SAID = "The Partnership received 4,212 referrals in 2025"


@pytest.fixture
def server(sample_library: Library) -> Iterator[ModelServer]:
    """A scripted model that writes the sample library's answers while a test lasts."""
    with model_server() as running:
        sample_library.model = Model("test-model", base_url=running.url, limits=Limits(pause=0.01))
        yield running
        sample_library.model = None


@pytest.fixture
def page(chromium: Any, served_sample: str, server: ModelServer) -> Iterator[Any]:
    with watched(chromium, served_sample) as page:
        yield page


def number_of(request: Request) -> int:
    found = re.search(r"^\[(\d+)\] [^\n]*4,212 referrals", request.prompt, re.MULTILINE)
    assert found, request.prompt
    return int(found[1])


def put(page: Any, question: str = QUESTION) -> None:
    box = page.get_by_role("textbox", name="Question")
    box.fill(question)
    box.press("Enter")


def test_it_grows_on_the_page_and_ends_with_footnotes(page: Any, server: ModelServer) -> None:
    server.reply(lambda request: Reply(f"{SAID} [{number_of(request)}]. In 2024 there were 9,999.", pause=0.1))
    put(page)
    page.locator("#t1[aria-busy=true] .said", has_text="The Partnership").wait_for()
    answer = page.locator("#t1[aria-busy=false]")
    answer.wait_for()

    assert SAID in answer.inner_text()
    assert answer.locator(".fn").count() >= 1
    assert answer.locator(".unsup").all_inner_texts() == ["In 2024 there were 9,999."]


def test_the_first_words_are_shown_as_soon_as_they_come(page: Any, server: ModelServer) -> None:
    """Says with `-s` how long they take, from when the endpoint sends them to when the page holds them."""
    sent: list[float] = []

    def written(request: Request) -> Reply:
        sent.append(time.time())
        return Reply(f"{SAID} [{number_of(request)}].", pause=PAUSE)

    server.reply(written)
    taken = []
    for _ in range(5):
        page.goto("/")
        page.wait_for_selector(".welcome")
        page.evaluate(
            """() => { window.seen = 0; const look = () => {
                 const said = document.querySelector('#t1 .said');
                 if (said && said.textContent.includes('The')) window.seen = Date.now();
                 else requestAnimationFrame(look);
               }; look(); }"""
        )
        put(page)
        page.locator("#t1[aria-busy=false]").wait_for()
        taken.append(page.evaluate("window.seen") - 1000 * (sent[-1] + PAUSE))  # it waits before the first word, too
    print(f"\nfirst words on the page after {sorted(taken)[2]:.0f} ms (median of {len(taken)})")  # noqa: T201

    assert all(each > -50 for each in taken)  # they were seen at all, and none before it was sent


def test_the_next_question_can_be_typed_while_an_answer_grows(page: Any, server: ModelServer) -> None:
    server.reply(lambda request: Reply(f"{SAID} [{number_of(request)}].", pause=0.1))
    put(page)
    page.locator("#t1[aria-busy=true] .said").wait_for()
    page.get_by_role("textbox", name="Question").fill("And in 2024?")
    page.locator("#t1[aria-busy=false]").wait_for()

    assert page.get_by_role("textbox", name="Question").input_value() == "And in 2024?"


def test_stop_ends_the_request_at_the_model_and_the_next_question_is_answered(page: Any, server: ModelServer) -> None:
    server.fault("stall_after", after=4)
    put(page)
    page.locator("#t1[aria-busy=true] .said").wait_for()
    page.get_by_role("button", name="Stop").click()
    page.locator("#t1[aria-busy=false]").wait_for()

    assert server.requests[0].hung_up.wait(10)
    server.reply(lambda request: f"{SAID} [{number_of(request)}].")
    put(page)
    answer = page.locator("#t2[aria-busy=false]")
    answer.wait_for()
    assert SAID in answer.inner_text()


def test_a_fault_ends_in_the_quoted_answer_and_a_sentence(page: Any, server: ModelServer) -> None:
    server.script(Fault("cut", after=3))
    put(page)
    answer = page.locator("#t1[aria-busy=false]")
    answer.wait_for()

    assert "4,212" in answer.inner_text()
    assert "quoted from the reports without it" in answer.inner_text()


def test_what_a_model_writes_is_shown_as_text(page: Any, server: ModelServer) -> None:
    evil = '<img src="https://evil.example/x" onerror="x()"> ![p](https://evil.example/p.png) <script>x()</script>'
    server.reply(lambda request: f"{evil} [{number_of(request)}]")
    put(page)
    answer = page.locator("#t1[aria-busy=false]")
    answer.wait_for()

    assert answer.locator("img, script, iframe").count() == 0  # and `watched` fails if a request left the page
    assert "<script>" in answer.inner_text()
