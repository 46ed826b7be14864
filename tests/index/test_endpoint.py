"""An ingest whose vectors come from an endpoint: held up, ended in the middle, gone on with."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import read_text
from model_server import Fault, ModelServer, model_server

from rag.errors import EndpointFailed
from rag.index.embed import EndpointEmbed
from rag.ingest import IngestReport, ingest
from rag.library import Library
from rag.types import Spanned

TEXTS = [Spanned("bees"), Spanned("wasps")]
LATER = Fault("status", status=429, retry_after="0")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """One report that takes several groups of texts, and so several commits of the cache."""
    folder = tmp_path / "reports"
    folder.mkdir()
    pages = (f"# Hive {n}\nIn 2025 the wardens counted {n + 40} bees at hive {n}." for n in range(200))
    (folder / "hives.txt").write_text("\f".join(pages), encoding="utf-8")
    return folder


def embed(server: ModelServer) -> EndpointEmbed:
    return EndpointEmbed(server.url, "small", pause=0.01)


def run(server: ModelServer, library: Path, reports: Path) -> IngestReport:
    with Library.open(library, embed(server), create=True) as opened:
        return ingest(opened, [reports], read=read_text)


def test_an_endpoint_that_asks_to_wait_is_waited_for(server: ModelServer) -> None:
    server.embed(LATER, LATER, LATER, LATER, 8)
    assert len(embed(server)(TEXTS)) == 2
    assert len(server.embedded) == 5


def test_a_question_waits_less(server: ModelServer) -> None:
    server.embed(LATER)
    with pytest.raises(EndpointFailed, match="answered 429, 3 times"):
        embed(server)(TEXTS[:1])


def test_the_pause_that_is_asked_for_is_made(server: ModelServer) -> None:
    server.embed(Fault("status", status=429, retry_after="0.2"), 8)
    started = time.monotonic()
    embed(server)(TEXTS)
    assert time.monotonic() - started >= 0.2


def test_a_connection_that_breaks_is_tried_again(server: ModelServer) -> None:
    server.embed(Fault("cut"), 8)
    assert len(embed(server)(TEXTS)) == 2


def test_an_ingest_that_dies_goes_on_where_it_was(server: ModelServer, tmp_path: Path, reports: Path) -> None:
    server.embed(*[8] * 4, Fault("status", status=401))
    with pytest.raises(EndpointFailed, match="is the key right"):
        run(server, tmp_path / "library", reports)
    server.embed(8)
    before = {text for request in server.embedded[:-1] for text in request.body["input"]}
    server.embedded.clear()

    again = run(server, tmp_path / "library", reports)

    asked = [text for request in server.embedded for text in request.body["input"]]
    assert 0 < again.embedded < 200
    assert len(asked) < 200 * 2  # each page is a passage and a statement
    assert len(before & set(asked)) <= 2 * 96  # at most the group that had not been committed
    with Library.open(tmp_path / "library", embed(server)) as library:
        assert library.summary()["passages"] == 200 and library.verify() == []


def test_a_library_takes_no_vectors_of_another_size(server: ModelServer, tmp_path: Path, reports: Path) -> None:
    run(server, tmp_path / "library", reports)
    (reports / "more.txt").write_text("And 12 wasps.", encoding="utf-8")
    server.embed(4)

    with pytest.raises(EndpointFailed, match="gave 4 dimensions where small has 8"):
        run(server, tmp_path / "library", reports)


def test_an_endpoint_that_changes_in_the_middle_of_an_ingest_ends_it(
    server: ModelServer, tmp_path: Path, reports: Path
) -> None:
    server.embed(8, 4)
    with pytest.raises(EndpointFailed, match="gave 4 dimensions where small has 8"):
        run(server, tmp_path / "library", reports)
