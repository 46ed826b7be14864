"""A job is done here or in the server that holds the library, and nobody can tell the difference."""

from __future__ import annotations

import http.client
import json
import os
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from rag.errors import BadInput, FootnoteError, LibraryBusy
from rag.settings import Settings
from ui.handover import NOTE, ServerGone, announced, find_server
from ui.jobs import JOBS, answer, open_library, run
from ui.jobs_api import jobs_router

LIMITS: dict[str, Any] = {}
BEES = {"question": "How many bees were counted in 2025?", "as_of": "2026-02-01"}


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "bees-2026-01-10.txt").write_text("Bees\n\nIn 2025 the wardens counted 4,100 bees.\n", encoding="utf-8")
    return folder


@pytest.fixture
def settings(tmp_path: Path, reports: Path) -> Settings:
    """Of a library that holds one report."""
    settings = Settings(library=tmp_path / "library")
    do("ingest", {"paths": [str(reports)], "collection": "main", "limits": LIMITS}, settings)
    return settings


def do(name: str, options: dict[str, Any], settings: Settings) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    events: list[dict[str, Any]] = []
    result = run(name, options, events.append, settings=settings, jobs=JOBS | {"fail": fail, "wait": wait})
    return events, result


def fail(library: Any, options: dict[str, Any], emit: Any) -> dict[str, Any]:
    raise BadInput("That will not do.")


def wait(library: Any, options: dict[str, Any], emit: Any) -> dict[str, Any]:
    """Goes on for as long as `gate` is shut, and leaves a file when it is done."""
    emit({"waiting": True})
    gate.wait(20)
    Path(options["leaves"]).touch()
    return {}


gate = threading.Event()


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """A server that holds the library; gives its token."""
    with socket.create_server(("127.0.0.1", 0)) as listener, open_library(settings) as library:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with announced(settings.library, url) as token:
            app = FastAPI()
            app.include_router(jobs_router(library, token, JOBS | {"fail": fail, "wait": wait}))
            server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
            thread.start()
            while not server.started:
                thread.join(0.02)
            yield token
            server.should_exit = True
            thread.join(20)


def test_a_job_gives_the_same_here_and_through_a_server(settings: Settings) -> None:
    here, _ = do("ask", {"questions": [BEES]}, settings)
    with serving(settings):
        there, _ = do("ask", {"questions": [BEES]}, settings)

    assert here[0]["short"] == there[0]["short"] == "4,100"
    assert json.loads(json.dumps(here[0] | {"timings_ms": None})) == there[0] | {"timings_ms": None}


def test_a_filter_holds_in_a_server_as_it_does_here(settings: Settings) -> None:
    questions = [
        BEES | within
        for within in (
            {"published_from": "2026-01-10", "published_to": "2026-01-10", "collection": "main"},
            {"published_from": "2026-01-11"},
            {"collection": "press"},
        )
    ]
    here, _ = do("ask", {"questions": questions}, settings)
    with serving(settings):
        there, _ = do("ask", {"questions": questions}, settings)

    assert [each["status"] for each in here] == ["answered", "not_found", "not_found"]
    assert [each["text"] for each in here] == [each["text"] for each in there]


def test_a_search_gives_the_same_here_and_through_a_server(settings: Settings) -> None:
    options = BEES | {"k": 3, "published_from": "2026-01-10"}
    _, here = do("search", options, settings)
    with serving(settings):
        _, there = do("search", options, settings)

    assert json.loads(json.dumps(here)) == there
    assert there["statements"][0]["text"] == "In 2025 the wardens counted 4,100 bees."
    for each in (*there["statements"], *there["weighed"]):
        assert each["score"] == pytest.approx(sum(each["why"].values()), abs=0.01)


def test_what_is_ingested_through_a_server_is_seen_by_the_next_question(settings: Settings, reports: Path) -> None:
    (reports / "bees-2026-01-10.txt").write_text("Bees\n\nIn 2025 the wardens counted 4,300 bees.\n", encoding="utf-8")
    with serving(settings):
        events, done = do("ingest", {"paths": [str(reports)], "collection": "main", "limits": LIMITS}, settings)
        answers, _ = do("ask", {"questions": [BEES]}, settings)

    assert done["changed"] == 1 and events[0]["path"] == "bees-2026-01-10.txt"
    assert answers[0]["short"] == "4,300"


def test_an_error_in_the_server_is_the_same_error_here(settings: Settings) -> None:
    with serving(settings), pytest.raises(BadInput, match="That will not do"):
        do("fail", {}, settings)


def test_a_job_comes_to_its_end_when_nobody_listens_any_more(settings: Settings, tmp_path: Path) -> None:
    gate.clear()
    with serving(settings) as token:
        server = find_server(settings.library)
        assert server
        connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]))
        body = json.dumps({"leaves": str(tmp_path / "done")})
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request("POST", "/api/jobs/wait", body, headers)
        assert json.loads(connection.getresponse().readline()) == {"event": {"waiting": True}}
        connection.close()
        gate.set()
        for thread in threading.enumerate():
            if thread.name == "job":
                thread.join(10)
    assert (tmp_path / "done").exists()


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer wrong", "Basic wrong"])
def test_without_the_token_nothing_is_done(settings: Settings, token: str) -> None:
    with serving(settings):
        server = find_server(settings.library)
        assert server
        connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]))
        connection.request(
            "POST", "/api/jobs/status", "{}", {"Authorization": token, "Content-Type": "application/json"}
        )
        assert connection.getresponse().status == 401


def test_a_servers_note_is_for_its_owner_only_and_goes_with_it(tmp_path: Path) -> None:
    with announced(tmp_path, "http://127.0.0.1:1") as token:
        assert stat.S_IMODE((tmp_path / NOTE).stat().st_mode) == 0o600
        assert json.loads((tmp_path / NOTE).read_text()) == {
            "url": "http://127.0.0.1:1",
            "token": token,
            "pid": os.getpid(),
        }
    assert list(tmp_path.iterdir()) == []


def test_the_note_of_a_server_that_was_killed_changes_nothing(settings: Settings) -> None:
    note = {"url": "http://127.0.0.1:9", "token": "old", "pid": 2**22 + 1}  # above the largest process number
    (settings.library / NOTE).write_text(json.dumps(note))
    assert find_server(settings.library) is None
    assert do("status", {}, settings)[1]["reports"] == 1


def test_a_note_that_is_not_ours_to_understand_changes_nothing(tmp_path: Path) -> None:
    for text in ("", "[]", '{"url": "x"}', "\xff"):
        (tmp_path / NOTE).write_text(text)
        assert find_server(tmp_path) is None


def test_a_library_that_is_busy_without_a_server_says_so(settings: Settings) -> None:
    with open_library(settings), pytest.raises(LibraryBusy, match="in use by another Footnote process"):
        do("status", {}, settings)


def test_a_server_that_does_not_answer_is_gone(settings: Settings) -> None:
    with announced(settings.library, "http://127.0.0.1:9"):
        server = find_server(settings.library)
        assert server
        with pytest.raises(ServerGone):
            server.run("status", {}, print)
        assert do("status", {}, settings)[1]["reports"] == 1  # the lock says that the library is free


def test_a_server_that_stops_in_the_middle_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def half() -> None:
            connection, _ = listener.accept()
            connection.recv(65536)
            chunk = b'{"event": {}}\n'
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(chunk), chunk)
            )
            connection.close()

        threading.Thread(target=half, daemon=True).start()
        with announced(tmp_path, f"http://127.0.0.1:{listener.getsockname()[1]}"):
            server = find_server(tmp_path)
            assert server
            with pytest.raises(FootnoteError, match="stopped before the job was done"):
                server.run("ask", {}, lambda event: None)


def test_a_question_that_breaks_something_is_an_error_and_the_others_go_on(settings: Settings) -> None:
    broken = {"question": "How many?", "as_of": "not a day", "id": "b"}
    refused = {"error": "line 2: invalid JSON", "id": "2"}
    answers, done = do("ask", {"questions": [BEES, refused, broken, BEES]}, settings)

    assert [each["status"] for each in answers] == ["answered", "error", "error", "answered"]
    assert answers[1]["error"] == "line 2: invalid JSON" and answers[1]["id"] == "2"
    assert answers[2]["id"] == "b" and "ValueError" in answers[2]["error"]
    assert done == {"asked": 4}


def test_an_error_has_every_field_of_an_answer(settings: Settings) -> None:
    with open_library(settings) as library:
        good, bad = answer(library, BEES), answer(library, {"error": "No."})
    assert good.keys() == bad.keys()
