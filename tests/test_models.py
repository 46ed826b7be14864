"""A language model's endpoint, real HTTP on loopback: what it says, and each way in which it can fail."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from rag.errors import ModelFailed
from rag.models import Limits, Model
from rag.types import Turn, Usage
from tests.model_server import ModelServer, model_server

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


def test_azure_has_its_own_address_and_its_own_header(server: ModelServer) -> None:
    list(model(server, base_url=server.url.removesuffix("/v1"), api_version="2024-10-21")(ASKED))

    (request,) = server.requests
    assert request.path == "/openai/deployments/test-model/chat/completions?api-version=2024-10-21"
    assert request.headers["api-key"] == KEY
