"""How a command hands its job to the server that holds the library. The server's half is in `jobs_api`.

A server leaves a note in the library folder, readable by its owner only: where it listens, and a token that is new
each time. Jobs travel over loopback, their events come back a line each.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rag import errors
from rag.errors import FootnoteError

NOTE = "server.json"
JOBS_PATH = "/api/jobs/"
_STOPPED = "The server that holds the library stopped before the job was done."


class ServerGone(Exception):
    """No server answers where the note says: the job was not begun."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, as its note describes it."""

    url: str
    token: str
    pid: int

    def run(self, name: str, options: dict[str, Any], emit: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """Has the server do a job: its events go to `emit`, its result comes back, its error is raised as ours."""
        address = urlsplit(self.url)
        # Not httpx: this is a command's start, and no proxy of the environment has any business here.
        connection = HTTPConnection(address.hostname or "", address.port, timeout=10)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            connection.request("POST", JOBS_PATH + name, json.dumps(options), headers)
            if connection.sock:
                connection.sock.settimeout(None)  # it is there; the job may take its time
            answer = connection.getresponse()
        except (OSError, HTTPException) as error:
            raise ServerGone from error
        with contextlib.closing(connection):
            if answer.status != 200:
                raise ServerGone
            for message in _messages(answer):
                if "event" in message:
                    emit(message["event"])
                elif "error" in message:
                    raise getattr(errors, message["error"]["kind"], FootnoteError)(message["error"]["sentence"])
                else:
                    result: dict[str, Any] = message["result"]
                    return result
        raise FootnoteError(_STOPPED)


def _messages(answer: HTTPResponse) -> Iterator[dict[str, Any]]:
    try:
        for line in answer:
            yield json.loads(line)
    except (OSError, HTTPException, ValueError) as error:
        raise FootnoteError(_STOPPED) from error


def find_server(library: Path) -> Server | None:
    """The server that left its note in the library folder, if that process is still alive."""
    try:
        server = Server(**json.loads((library / NOTE).read_text(encoding="utf-8")))
        os.kill(server.pid, 0)
    except (OSError, ValueError, TypeError):
        return None
    return server


@contextlib.contextmanager
def announced(library: Path, url: str) -> Iterator[str]:
    """Leaves this process's note in the library folder while the body runs; gives the token that jobs must bring."""
    token = secrets.token_urlsafe(32)
    note, fresh = library / NOTE, library / f".{NOTE}.{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps({"url": url, "token": token, "pid": os.getpid()}), encoding="utf-8")
    fresh.replace(note)
    try:
        yield token
    finally:
        note.unlink(missing_ok=True)
