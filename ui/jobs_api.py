"""The server's half of the handover: does a command's job on the library it holds, for whoever brings the token."""

from __future__ import annotations

import json
import logging
import secrets
import threading
from collections.abc import Iterator, Mapping
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Header, HTTPException
from fastapi.responses import StreamingResponse

from rag.errors import FootnoteError
from ui.handover import JOBS_PATH
from ui.jobs import Job

if TYPE_CHECKING:
    from rag.library import Library


def jobs_router(library: Library, token: str, jobs: Mapping[str, Job]) -> APIRouter:
    """`POST /api/jobs/NAME` with the job's options: its events and its result, a JSON line each."""
    router = APIRouter()

    @router.post(JOBS_PATH + "{name}", response_model=None)
    def do(name: str, options: dict[str, Any], authorization: str = Header("")) -> StreamingResponse:
        if not secrets.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401, "This needs the token of the library's server.")
        if name not in jobs:
            raise HTTPException(404, f"There is no job {name}.")
        return StreamingResponse(_lines(jobs[name], library, options), media_type="application/x-ndjson")

    return router


def _lines(job: Job, library: Library, options: dict[str, Any]) -> Iterator[str]:
    """Does the job in a thread of its own, so that it comes to its end even when nobody listens any more."""
    messages: SimpleQueue[dict[str, Any]] = SimpleQueue()

    def work() -> None:
        try:
            result = job(library, options, lambda event: messages.put({"event": event}))
            messages.put({"result": result})
        except FootnoteError as error:
            messages.put({"error": {"kind": type(error).__name__, "sentence": str(error)}})
        except Exception:
            logging.getLogger(__name__).exception("A job failed")
            messages.put(
                {"error": {"kind": "FootnoteError", "sentence": "The server could not do this; its log says why."}}
            )

    threading.Thread(target=work, name="job").start()
    while True:
        waiting = [messages.get()]
        while not messages.empty():  # together: each piece takes its own way through the server's threads
            waiting.append(messages.get())
        yield "".join(json.dumps(message, ensure_ascii=False, default=str) + "\n" for message in waiting)
        if "event" not in waiting[-1]:
            return
