"""The real model gives the vectors it should, and an endpoint is held to what it promises."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import numpy as np
import pytest

from rag.errors import EndpointFailed
from rag.index.embed import EndpointEmbed, MiniLM
from rag.types import Spanned

LEADS = "The agency received more than 33,000 leads about suspected abuse last year."
REFERRALS = "Police forces were sent over thirty thousand referrals concerning child abuse."
GARDEN = "Water the tomatoes in the evening and cut back the roses in March."


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM()


def test_equal_texts_have_equal_vectors_of_length_one(minilm: MiniLM) -> None:
    one, other = minilm([Spanned(LEADS), Spanned(LEADS)])

    assert one.vector.shape == (minilm.dimensions,)
    assert one.vector.dtype == np.float32
    assert float(one.vector @ other.vector) == pytest.approx(1, abs=1e-6)


def test_texts_that_mean_much_the_same_are_near(minilm: MiniLM) -> None:
    leads, referrals, garden = (each.vector for each in minilm([Spanned(t) for t in (LEADS, REFERRALS, GARDEN)]))

    assert float(leads @ referrals) > 0.5
    assert float(leads @ garden) < 0.15


def test_the_company_a_text_keeps_in_a_batch_hardly_changes_it(minilm: MiniLM) -> None:
    alone = minilm([Spanned(LEADS)])[0].vector
    among = minilm([Spanned(GARDEN * n) for n in range(1, 8)] + [Spanned(LEADS)])[-1].vector

    assert float(alone @ among) >= 0.98


def test_each_span_has_a_vector_near_that_of_its_own_text(minilm: MiniLM) -> None:
    text = f"{LEADS} {GARDEN}"
    middle = len(LEADS)

    whole = minilm([Spanned(text, ((0, middle), (middle + 1, len(text))))])[0]
    leads, garden = (each.vector for each in minilm([Spanned(LEADS), Spanned(GARDEN)]))

    assert whole.parts.shape == (2, minilm.dimensions)
    assert np.allclose(np.linalg.norm(whole.parts, axis=1), 1, atol=1e-5)
    assert float(whole.parts[0] @ leads) > float(whole.parts[0] @ garden)
    assert float(whole.parts[1] @ garden) > float(whole.parts[1] @ leads)


def test_a_part_behind_the_last_token_that_is_read_gets_the_texts_vector(minilm: MiniLM) -> None:
    text = LEADS * 60

    found = minilm([Spanned(text, ((0, len(LEADS)), (len(text) - len(LEADS), len(text))))])[0]

    assert np.array_equal(found.parts[1], found.vector)
    assert not np.array_equal(found.parts[0], found.vector)


def test_texts_come_back_in_the_order_they_were_given(minilm: MiniLM) -> None:
    texts = [LEADS * 4, GARDEN, REFERRALS * 2, "short", ""]

    together = minilm([Spanned(text) for text in texts])

    for text, found in zip(texts, together, strict=True):
        assert float(found.vector @ minilm([Spanned(text)])[0].vector) > 0.9
    assert minilm([]) == []


# --- an endpoint ------------------------------------------------------------------------------------------------------


@contextmanager
def endpoint(*answers: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server that gives these answers in turn, the last again and again: a status, a text, or a size for vectors."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(body | {"key": self.headers["Authorization"]})
            answer = answers[min(len(asked), len(answers)) - 1]
            status, text = (answer, "") if isinstance(answer, int) and answer >= 100 else (200, answer)
            if isinstance(text, int):
                data = [{"index": i, "embedding": [len(t), *[1.0] * (text - 1)]} for i, t in enumerate(body["input"])]
                text = json.dumps({"data": data[::-1]})
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        server.server_close()


def test_an_endpoint_embeds_texts_and_their_parts() -> None:
    with endpoint(4) as (url, asked):
        embed = EndpointEmbed(url, "small", key="k")
        one, other = embed([Spanned("ab cde", ((0, 2), (3, 6))), Spanned("xyz")])

    assert asked[0]["input"] == ["ab cde", "ab", "cde", "xyz"]
    assert (asked[0]["model"], asked[0]["key"]) == ("small", "Bearer k")
    assert (one.parts.shape, other.parts.shape) == ((2, 4), (0, 4))
    assert np.allclose(np.linalg.norm(one.parts, axis=1), 1)
    assert np.allclose(one.parts[1], other.vector)
    assert (embed.dimensions, embed.fingerprint) == (4, "endpoint:small")


def test_a_busy_endpoint_is_asked_again() -> None:
    with endpoint(429, 503, 4) as (url, asked):
        assert len(EndpointEmbed(url, "small", pause=0.01)([Spanned("a")])) == 1
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (500, "answered 500, 3 times"),
        (401, r"answered 401: is the key right\?"),
        ("<html>", "something other than JSON"),
        ('{"data": [{}]}', "not OpenAI's"),
        ('{"data": []}', "gave 0 vectors for 1 texts"),
        ('{"data": [{"index": 0, "embedding": [0.0, 0.0]}]}', "zero or not a number"),
        (3, "gave 3 dimensions where small has 4"),
    ],
)
def test_what_an_endpoint_does_wrong_is_said(answer: Any, said: str) -> None:
    with endpoint(answer) as (url, _), pytest.raises(EndpointFailed, match=said):
        EndpointEmbed(url, "small", dimensions=4, pause=0.01)([Spanned("a")])


def test_an_endpoint_out_of_reach_is_said() -> None:
    with pytest.raises(EndpointFailed, match="could not be reached"):
        EndpointEmbed("http://127.0.0.1:9/v1", "small", pause=0.01)([Spanned("a")])
