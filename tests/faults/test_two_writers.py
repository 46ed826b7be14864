"""Two that want to write to one library at once: the second waits its turn or is told, and nothing is lost."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from machine import KILLED, Footnote, Running, dies, until, waits

BUSY = "The library library is in use by another Footnote process. Wait for it to end, or stop it.\n"


@contextmanager
def held_up(footnote: Footnote, at: str) -> Iterator[Running]:
    """An ingest that has come to a place and goes on when the body is done."""
    gate = footnote.folder / "gate"
    running = footnote.start("ingest", "reports", "--json", traps=[waits(at, gate)])
    try:
        until(gate.with_name("gate.reached"))
        yield running
    finally:
        gate.touch()


@pytest.mark.parametrize("at", ["rag.ingest:planned", "rag.index.vectors:Vectors.add"])
def test_a_second_ingest_is_refused_and_the_first_is_done(at: str, footnote: Footnote) -> None:
    with held_up(footnote, at) as first:
        second = footnote("ingest", "reports")
        asked = footnote("ask", "How many bees in 2025?")

    assert (second.code, second.out, second.err) == (1, "", BUSY)
    assert (asked.code, asked.err) == (1, BUSY)
    assert first.wait().json["added"] == 1
    assert footnote.is_well()
    assert footnote.ingest().json["unchanged"] == 1


def test_the_lock_of_a_killed_ingest_binds_nobody(footnote: Footnote) -> None:
    assert footnote.ingest(traps=[dies("rag.index.vectors:Vectors.add")]).code == KILLED

    assert footnote.ingest().json["added"] == 1
    assert footnote.is_well()


@contextmanager
def served(footnote: Footnote) -> Iterator[None]:
    """A server that holds the library."""
    port = free_port()
    server = footnote.start("serve", "--port", str(port))
    try:
        until(footnote.library / "server.json")
        listens(port)
        yield
    finally:
        os.kill(server.pid, signal.SIGTERM)
    assert server.wait().code == 0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


def listens(port: int) -> None:
    """Wait for a server: its note is there before it answers."""
    patience = time.monotonic() + 120
    while time.monotonic() < patience:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise AssertionError("the server never came")


def test_two_ingests_beside_a_server_are_both_done_by_it(ingested: Footnote) -> None:
    for name, insects in (("first", "moths"), ("second", "wasps")):
        (ingested.folder / name).mkdir()
        (ingested.folder / name / f"{insects}.txt").write_text(f"In 2025 the wardens counted 12 {insects}.")
    with served(ingested):
        running = [ingested.start("ingest", name, "--json") for name in ("first", "second")]
        done = [each.wait() for each in running]
        short = ingested.short("How many moths in 2025?")

    assert [(each.code, json.loads(each.out)["added"]) for each in done] == [(0, 1), (0, 1)]
    assert short == "12"
    assert ingested.short("How many wasps in 2025?") == "12"
    assert ingested.is_well()


def test_a_server_that_is_killed_leaves_a_library_that_anybody_may_take(ingested: Footnote) -> None:
    server = ingested.start("serve", "--port", str(free_port()))
    try:
        until(ingested.library / "server.json")
        second = ingested("serve", "--port", str(free_port()))
    finally:
        os.kill(server.pid, signal.SIGKILL)
    assert (second.code, second.err) == (1, BUSY)
    assert server.wait().code == KILLED

    assert ingested.ingest().code == 0
    assert ingested.is_well()
