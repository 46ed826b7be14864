"""A language model's endpoint, real HTTP on loopback: what it says, and each way in which it can fail."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from model_server import Fault, ModelServer, Reply, model_server

from rag.errors import ModelFailed
from rag.models import Limits, Model, model_of, tokens_in
from rag.settings import Settings
from rag.types import Turn, Usage

KEY = "sk-a-key-that-must-not-be-seen"
ASKED = (Turn("system", "Answer from the statements."), Turn("user", "How many bees?"))
PATIENT = Limits(first_token=20, idle=20, total=20)  # never reached, however busy the machine is


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


def model(server: ModelServer, **how: Any) -> Model:
    return Model(**{"name": "test-model", "base_url": server.url, "key": KEY, "limits": PATIENT, **how})


def said(pieces: Sequence[str | Usage]) -> str:
    return "".join(piece for piece in pieces if isinstance(piece, str))


def failure(asked: Model, cancel: threading.Event | None = None) -> tuple[str, ModelFailed]:
    """The text that came, and what went wrong then."""
    pieces: list[str | Usage] = []
    with pytest.raises(ModelFailed) as caught:
        pieces.extend(asked(ASKED, cancel))
    return said(pieces), caught.value


# --- what is sent and what comes back ---------------------------------------------------------------------------------


def test_the_text_comes_in_pieces_and_the_usage_last(server: ModelServer) -> None:
    server.reply("In 2025 there were 4,100 bees [1].", usage=(40, 10))

    *pieces, usage = model(server, prices={"test-model": (1.0, 2.0)})(ASKED)

    assert len(pieces) > 3
    assert said(pieces) == "In 2025 there were 4,100 bees [1]."
    assert usage == Usage(40, 10, pytest.approx(60 / 1_000_000))


def test_the_request_has_the_messages_the_name_and_the_key(server: ModelServer) -> None:
    list(model(server, headers={"X-Team": "bees"}, temperature=0.5)(ASKED))

    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.body["messages"] == [{"role": turn.role, "content": turn.content} for turn in ASKED]
    assert (request.body["model"], request.body["temperature"]) == ("test-model", 0.5)
    assert (request.headers["authorization"], request.headers["x-team"]) == (f"Bearer {KEY}", "bees")


def test_without_a_key_none_is_sent(server: ModelServer) -> None:
    list(model(server, key="")(ASKED))
    assert "authorization" not in server.requests[0].headers


def test_a_password_in_the_address_is_sent_as_a_header(server: ModelServer) -> None:
    list(model(server, key="", base_url=server.url.replace("//", "//bees:h%20ive@"))(ASKED))
    assert server.requests[0].headers["authorization"] == "Basic YmVlczpoIGl2ZQ=="


def test_azure_has_its_own_address_and_its_own_header(server: ModelServer) -> None:
    list(model(server, base_url=server.url.removesuffix("/v1"), api_version="2024-10-21")(ASKED))

    (request,) = server.requests
    assert request.path == "/openai/deployments/test-model/chat/completions?api-version=2024-10-21"
    assert request.headers["api-key"] == KEY


def test_a_whole_answer_in_one_piece_is_taken(server: ModelServer) -> None:
    server.reply("4,100 bees [1].", stream=False, usage=(7, 5))
    assert list(model(server)(ASKED)) == ["4,100 bees [1].", Usage(7, 5)]


def test_the_connection_may_stay_open_after_the_end(server: ModelServer) -> None:
    server.reply("All of it.", stays=True)

    pieces = list(model(server, limits=replace(PATIENT, idle=0.1))(ASKED))

    assert said(pieces) == "All of it."
    assert server.requests[0].hung_up.wait(5)


# --- thinking ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        Reply("4,100 bees.", reasoning="let me count them"),
        Reply("<think>let me count: 3 or 4</think>\n\n4,100 bees."),
        Reply("\n <think> </think> 4,100 bees."),
        Reply("<think>one piece</think>4,100 bees.", stream=False),
    ],
)
def test_what_a_model_thinks_is_not_shown(server: ModelServer, reply: Reply) -> None:
    server.script(reply)
    assert said(list(model(server)(ASKED))) == "4,100 bees."


@pytest.mark.parametrize("text", ["<", "<th", "<b> is a tag", "a <think>b</think> c"])
def test_what_only_looks_like_thinking_is_shown(server: ModelServer, text: str) -> None:
    server.reply(text)
    assert said(list(model(server)(ASKED))) == text


def test_a_model_that_thinks_is_not_silent(server: ModelServer) -> None:
    server.reply("Done.", reasoning=" ".join(["hm"] * 10))
    assert said(list(model(server)(ASKED))) == "Done."


def test_thinking_without_an_answer_is_an_empty_answer(server: ModelServer) -> None:
    server.reply("<think>I cannot say")
    assert failure(model(server))[1].cause == "empty"


# --- each fault has its cause and a sentence --------------------------------------------------------------------------

AT_ONCE = {"retry_after": "0"}


@pytest.mark.parametrize(
    ("scripted", "cause", "words", "requests"),
    [
        (Fault("status", status=401), "unauthorised", "does not accept the key", 1),
        (Fault("status", status=403), "unauthorised", "does not accept the key", 1),
        (Fault("status", status=404), "unknown_model", 'does not know the model "test-model"', 1),
        (Fault("status", status=429, **AT_ONCE), "rate_limited", "no more requests at the moment", 3),
        (Fault("status", status=429, code="insufficient_quota"), "rate_limited", "quota is spent", 1),
        (Fault("status", status=500, **AT_ONCE), "server_error", "failed (500)", 3),
        (Fault("status", status=502, **AT_ONCE), "server_error", "failed (502)", 3),
        (Fault("status", status=503, **AT_ONCE), "server_error", "failed (503)", 3),
        (Fault("status", status=413, message="Too long."), "server_error", "refused the request (413): Too long.", 1),
        (Fault("status", status=400, code="content_filter"), "refused", "declined to answer", 2),
        (Fault("cut", after=3), "cut", "broke off before the end", 1),
        (Fault("cut"), "cut", "broke off", 1),
        (Fault("no_finish", after=3), "cut", "broke off before the end", 1),
        (Fault("error_inside", after=3), "server_error", "failed in the middle", 1),
        (Fault("error_inside", code="rate_limit_exceeded"), "rate_limited", "no more requests", 1),
        (Fault("html"), "not_json", "is its address right?", 1),
        (Fault("garbage"), "not_json", "is its address right?", 1),
        (Fault("json"), "not_json", "is its address right?", 1),
        (Fault("nothing"), "not_json", "is its address right?", 1),
        (Reply(""), "empty", "an empty answer", 1),
        (Reply("", stream=False), "empty", "an empty answer", 1),
        (Reply("Half an", finish="length"), "length", "limit of length", 1),
        (Reply("Half an", finish="content_filter"), "refused", "declined", 1),
    ],
    ids=lambda value: str(value.kind + str(value.status) if isinstance(value, Fault) else value)[:24],
)
def test_a_fault_is_told_with_its_cause(
    server: ModelServer, scripted: Fault | Reply, cause: str, words: str, requests: int
) -> None:
    server.script(scripted)

    _, failed = failure(model(server))

    assert failed.cause == cause
    assert words in str(failed)
    assert str(failed).startswith("The language model at 127.0.0.1:") and str(failed).count(". ") == 0
    assert len(server.requests) == requests


def test_nobody_at_the_address_is_told() -> None:
    _, failed = failure(Model("m", base_url="http://127.0.0.1:9/v1", limits=replace(PATIENT, pause=0.01)))
    assert failed.cause == "unreachable"
    assert (
        str(failed) == "The language model at 127.0.0.1:9 cannot be reached; is it running, and is its address right?"
    )


@pytest.mark.parametrize("address", ["127.0.0.1:9/v1", "http://", "not an address", "http://127.0.0.1:notaport/v1"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    _, failed = failure(Model("m", base_url=address, limits=replace(PATIENT, pause=0.01)))
    assert failed.cause in ("unreachable", "not_json")


@pytest.mark.parametrize(
    ("kind", "after", "limits", "cause", "words"),
    [
        ("stall", 0, {"first_token": 0.2}, "first_token", "did not begin to answer within 0.2 seconds"),
        ("stall_before", 0, {"first_token": 0.2}, "first_token", "did not begin"),
        ("keep_alive", 0, {"first_token": 0.2}, "first_token", "did not begin"),
        ("stall_after", 2, {"idle": 0.2}, "idle", "was silent for 0.2 seconds"),
        ("keep_alive", 2, {"idle": 0.2}, "idle", "was silent for 0.2 seconds"),
        ("stall_after", 2, {"total": 0.4}, "total", "was not done after 0.4 seconds"),
        ("keep_alive", 0, {"total": 0.4}, "total", "was not done"),
    ],
)
def test_silence_ends_at_its_limit_and_the_endpoint_sees_it(
    server: ModelServer, kind: Any, after: int, limits: dict[str, float], cause: str, words: str
) -> None:
    server.fault(kind, after=after)

    text, failed = failure(model(server, limits=replace(PATIENT, **limits)))

    assert (failed.cause, words in str(failed)) == (cause, True)
    assert text == ("one two " if cause == "idle" else text)
    assert len(server.requests) <= 1  # none where the machine was too busy to get that far
    assert all(request.hung_up.wait(5) for request in server.requests)


def test_tokens_that_keep_coming_end_at_the_total(server: ModelServer) -> None:
    server.reply("word " * 10_000, pause=0.01)
    _, failed = failure(model(server, limits=replace(PATIENT, total=0.4)))
    assert failed.cause == "total"
    assert all(request.hung_up.wait(5) for request in server.requests)


# --- tries ------------------------------------------------------------------------------------------------------------


def test_a_busy_endpoint_is_asked_again(server: ModelServer) -> None:
    server.script(Fault("status", status=429, **AT_ONCE), Fault("status", status=503, **AT_ONCE), "At last.")
    assert said(list(model(server)(ASKED))) == "At last."
    assert len(server.requests) == 3


def test_nothing_is_asked_again_once_text_has_come(server: ModelServer) -> None:
    server.script(Fault("cut", after=1), "Never asked.")
    text, failed = failure(model(server))
    assert (text, failed.cause, len(server.requests)) == ("one ", "cut", 1)


def test_a_pause_that_the_limit_does_not_allow_is_not_made(server: ModelServer) -> None:
    server.fault("status", status=429, retry_after="120")  # of which five seconds would be granted
    started = time.monotonic()
    _, failed = failure(model(server, limits=replace(PATIENT, first_token=4)))
    assert failed.cause == "rate_limited"
    assert time.monotonic() - started < 4
    assert len(server.requests) == 1


def test_an_option_that_the_endpoint_does_not_know_is_left_out_from_then_on(server: ModelServer) -> None:
    server.fault("no_stream_options")
    asked = model(server)

    first, second = list(asked(ASKED)), list(asked(ASKED))

    assert said(first) == said(second) == "ok"
    assert ["stream_options" in request.body for request in server.requests] == [True, False, False]
    assert isinstance(first[-1], Usage) and first[-1].completion_tokens == 1


def test_a_temperature_that_the_model_does_not_take_is_left_out(server: ModelServer) -> None:
    refused = Fault("status", status=400, message="Unsupported value: 'temperature' does not support 0")
    server.script(refused, "Well.")
    assert said(list(model(server)(ASKED))) == "Well."
    assert "temperature" not in server.requests[1].body and "stream_options" in server.requests[1].body


# --- stopping ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["stall", "stall_before", "stall_after"])
def test_a_stop_reaches_the_endpoint(server: ModelServer, kind: Any) -> None:
    server.fault(kind, after=2)
    cancel = threading.Event()
    threading.Timer(0.1, cancel.set).start()

    _, failed = failure(model(server), cancel)

    assert failed.cause == "stopped"
    assert not server.requests or server.requests[0].hung_up.wait(5)


def test_a_stop_reaches_the_endpoint_although_nobody_reads_on(server: ModelServer) -> None:
    server.fault("stall_after", after=2)
    cancel = threading.Event()
    pieces = model(server)(ASKED, cancel)
    next(pieces)
    cancel.set()
    assert server.requests[0].hung_up.wait(5)


def test_one_who_reads_no_further_ends_the_request(server: ModelServer) -> None:
    server.fault("stall_after", after=2)
    pieces = model(server)(ASKED)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert server.requests[0].hung_up.wait(5)


def test_what_is_stopped_beforehand_is_not_asked(server: ModelServer) -> None:
    cancel = threading.Event()
    cancel.set()
    assert failure(model(server), cancel)[1].cause == "stopped"


def test_many_are_answered_at_the_same_time(server: ModelServer) -> None:
    server.reply(lambda request: "said: " + request.body["messages"][-1]["content"])
    asked, answers = model(server), {}

    def ask(number: int) -> None:
        answers[number] = said(list(asked([Turn("user", str(number))])))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: f"said: {number}" for number in range(12)}


# --- the key ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [KEY, KEY + "\n", KEY + "\x00", KEY + "“"])
@pytest.mark.parametrize("status", [200, 401, 418, 500])
def test_the_key_is_never_seen(server: ModelServer, key: str, status: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.fault("status", status=status, message=f"the key {key.strip()} is odd", retry_after="0")
    asked = model(server, key=key)

    _, failed = failure(asked)

    assert KEY not in f"{failed!r} {failed.__cause__!r} {failed.__context__!r} {asked!r} {asked.check()} {caplog.text}"


def test_a_password_in_the_address_is_never_seen(server: ModelServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asked = model(server, key="", base_url=server.url.replace("//", f"//bees:{KEY}@"))
    assert KEY not in f"{list(asked(ASKED))!r} {asked!r} {asked.check()} {caplog.text}"


def test_a_fault_is_logged_with_its_cause(server: ModelServer, caplog: pytest.LogCaptureFixture) -> None:
    server.fault("html")
    failure(model(server))
    assert "(not_json)" in caplog.text


# --- tokens -----------------------------------------------------------------------------------------------------------


def test_tokens_are_counted_where_the_endpoint_counts_none(server: ModelServer) -> None:
    server.reply("4,100 bees were counted.")
    usage = list(model(server, prices={"test-model": (3.0, 15.0)})(ASKED))[-1]
    assert isinstance(usage, Usage)
    assert usage.completion_tokens == tokens_in("4,100 bees were counted.") == 7
    assert usage.prompt_tokens == sum(tokens_in(turn.content) + 4 for turn in ASKED) + 3
    assert usage.cost == pytest.approx((usage.prompt_tokens * 3 + usage.completion_tokens * 15) / 1_000_000)


def test_a_model_without_a_price_costs_an_unknown_amount(server: ModelServer) -> None:
    server.reply("ok", usage=(1, 1))
    assert list(model(server, prices={"another": (1.0, 1.0)})(ASKED))[-1] == Usage(1, 1, None)


def test_a_mark_of_the_vocabulary_is_text_like_any_other() -> None:
    assert tokens_in("<|endoftext|>") > 1
    assert tokens_in("") == 0


# --- the name ---------------------------------------------------------------------------------------------------------


def test_the_only_model_of_an_endpoint_is_taken(server: ModelServer) -> None:
    server.models = ("llama3.2:latest", "nomic-embed-text")
    asked = model(server, name="")
    list(asked(ASKED))
    assert asked.name == server.requests[0].body["model"] == "llama3.2:latest"


@pytest.mark.parametrize(
    ("models", "words"), [(("one", "other"), "lists one, other; set OPENAI_MODEL"), ((), "lists no model; set")]
)
def test_which_of_several_models_is_not_guessed(server: ModelServer, models: tuple[str, ...], words: str) -> None:
    server.models = models
    asked = model(server, name="")
    _, failed = failure(asked)
    assert failed.cause == "unknown_model"
    assert words in str(failed) and asked.check() == str(failed)


def test_openai_itself_wants_a_name() -> None:
    _, failed = failure(Model(key=KEY))
    assert str(failed) == "The language model at api.openai.com needs a model's name; set OPENAI_MODEL."


# --- the check --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("models", "scripted", "words", "requests"),
    [
        (("test-model",), Fault("html"), "", 0),  # it is listed: nothing needs to be written
        (("test-model:latest",), "yes", "", 1),
        ((), "yes", "", 1),
        (Fault("status", status=404), "yes", "", 1),
        (Fault("html"), "yes", "", 1),
        (Fault("html"), Fault("html"), "is its address right?", 1),
        (Fault("status", status=401), "yes", "does not accept the key", 0),
        (("another",), Fault("status", status=404), 'does not know the model "test-model"', 1),
        (Fault("status", status=500), "yes", "failed (500)", 0),
    ],
)
def test_the_check_says_what_is_wrong(
    server: ModelServer, models: Any, scripted: Any, words: str, requests: int
) -> None:
    server.models = models
    server.script(scripted)
    found = model(server).check()
    assert words in found if words else not found
    assert len(server.requests) == requests


def test_the_check_says_that_nobody_is_there() -> None:
    assert "cannot be reached" in Model("m", base_url="http://127.0.0.1:9/v1").check()
    assert "cannot be reached" in Model("m", base_url="nonsense").check()


# --- the settings -----------------------------------------------------------------------------------------------------


def settings(**of: Any) -> Settings:
    nothing = {"openai_base_url": "", "openai_model": "", "openai_api_key": "", "openai_api_version": ""}
    return Settings(**{**nothing, **of})


def test_where_neither_a_key_nor_an_address_is_set_there_is_no_model() -> None:
    assert model_of(settings(openai_model="m")) is None
    assert model_of(settings(openai_api_key=KEY)) is not None


def test_the_settings_are_those_of_the_model(server: ModelServer) -> None:
    server.reply("ok", usage=(1_000_000, 1))
    asked = model_of(
        settings(
            openai_base_url=server.url,
            openai_model="m",
            openai_headers={"X-Team": "bees"},
            temperature=0.25,
            prices={"m": [2, 0]},
        )
    )
    assert asked is not None
    assert list(asked(ASKED))[-1] == Usage(1_000_000, 1, 2.0)
    assert (server.requests[0].headers["x-team"], server.requests[0].body["temperature"]) == ("bees", 0.25)
    assert asked.name == "m"
