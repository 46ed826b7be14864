"""The web server: our own pages and API, and the Gradio page at ``/``. Gradio is imported only when it is mounted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, BeforeValidator, Field
from starlette.staticfiles import StaticFiles

from rag.errors import BadInput, FootnoteError
from rag.filters import first_day, last_day, why_empty
from rag.measuring.coverage import Coverage
from rag.types import EVERYTHING, Answer, Asked, Page, Report, Turn
from ui import coverage, reader
from ui.door import LOOPBACK, STRICT, Door
from ui.frontpage import FrontPage
from ui.shelf import LONGEST, Ask, Known, Shelf, ToJson

STATIC = Path(__file__).parent / "static"
_ALONE = "sandbox; default-src 'none'; frame-ancestors 'none'"
# A PDF viewer is a plug-in to the browser, and a sandboxed one stays blank.
_PDF = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; img-src 'self' blob:; frame-ancestors 'none'"


_FORM = STRICT.replace("form-action 'none'", "form-action 'self'")  # for a page that asks this server


class Message(BaseModel):
    role: Literal["user", "assistant"]
    content: str = Field(max_length=20_000)


class Question(BaseModel):
    """The body of ``POST /api/ask``."""

    question: str = Field(min_length=1, max_length=LONGEST)
    history: list[Message] = Field(default=[], max_length=80)
    as_of: date | None = None
    scope: str = Field(default="", max_length=1000)
    collection: str = Field(default="", max_length=200)
    published_from: Annotated[date, BeforeValidator(first_day)] | None = None
    published_to: Annotated[date, BeforeValidator(last_day)] | None = None
    id: str = Field(default="", max_length=200)
    period: str = Field(default="", max_length=60)


def create_app(
    library: Shelf,
    *,
    to_json: ToJson,
    ask: Ask | None = None,
    known: Known | None = None,
    examples: tuple[str, ...] = (),
    today: Callable[[], date] = date.today,
    max_upload_mb: int = 50,
    hosts: tuple[str, ...] | None = LOOPBACK,
    routers: Sequence[APIRouter] = (),
) -> FastAPI:
    """The whole application over one library.

    ``hosts`` are the names it answers to (None: any); ``ask`` is ``rag.ask.stream`` and ``known`` asks
    ``rag.measures`` unless others are given; ``routers`` add routes under ``/api/``.
    """
    answer = ask or _engine()
    app = FastAPI(title="Footnote", docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/own", StaticFiles(directory=STATIC), name="own")
    _add_pages(app, library)
    _add_figures(app, library, known or _measured, today)
    _add_api(app, library, answer, to_json, today)
    for router in routers:
        app.include_router(router)
    _mount_gradio(app, library, answer, examples, today)
    app.add_middleware(FrontPage)
    app.add_middleware(CORSMiddleware, allow_origins=())  # where there is one, Gradio leaves out its own, which is lax
    app.add_middleware(Door, hosts=hosts, max_bytes=max_upload_mb * 1_000_000)
    return app


def serve(
    library: Shelf, host: str = "127.0.0.1", port: int = 7860, *, log_level: str = "warning", **options: Any
) -> None:
    """Runs the application until it is interrupted. ``options`` are those of ``create_app``.

    Bound to this machine alone it answers to this machine's names only: no web site can reach it by a name of its own.
    """
    import uvicorn

    local = host in ("127.0.0.1", "localhost", "::1")
    options.setdefault("hosts", LOOPBACK if local else None)
    app = create_app(library, **options)
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level=log_level,
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=3,  # an open page listens for ever
    )


def _engine() -> Ask:
    from rag.ask import stream

    return stream


def _measured(library: Any, measure: str, period: str, as_of: date) -> Coverage:
    from rag.measures import known, period_named

    return known(library, measure, period_named(period, measure, as_of))


def _mount_gradio(app: FastAPI, library: Shelf, ask: Ask, examples: tuple[str, ...], today: Callable[[], date]) -> None:
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["HF_HUB_OFFLINE"] = "1"
    import gradio as gr

    from ui.page import build

    system = ("system-ui", "sans-serif")
    gr.mount_gradio_app(
        app,
        build(library, ask, examples, today),
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=gr.themes.Base(font=system, font_mono=("monospace",)),
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
    )


def _add_pages(app: FastAPI, library: Shelf) -> None:
    def report_or_404(path: str) -> Report:
        try:
            return library.report(path)
        except FootnoteError as error:
            raise HTTPException(404, str(error)) from error

    def page_or_404(report: Report, number: int) -> Page:
        if not 1 <= number <= report.pages:
            raise HTTPException(404, f"{report.title} has no page {number}; its last is page {report.pages}.")
        try:
            return library.page(report, number)
        except FootnoteError as error:
            raise HTTPException(404, str(error)) from error

    @app.get("/read/{path:path}")
    def read(path: str, page: int = 1, at: str = "") -> HTMLResponse:
        report = report_or_404(path)
        found = page_or_404(report, page)
        return HTMLResponse(reader.report_page(report, found, reader.span(at, found)))

    @app.get("/file/{path:path}")
    def file(path: str) -> Response:
        report = report_or_404(path)
        original = library.original(report)
        if not original.is_file():
            raise HTTPException(404, f"The stored file of {report.path} is missing; ingest it again.")
        pdf = report.path.lower().endswith(".pdf")
        return FileResponse(
            original,
            media_type="application/pdf" if pdf else "application/octet-stream",
            filename=report.path.rpartition("/")[2],
            content_disposition_type="inline" if pdf else "attachment",
            headers={"Content-Security-Policy": _PDF if pdf else _ALONE},
        )

    @app.get("/library")
    def shelf() -> HTMLResponse:
        unread = [(file["path"], file["reason"]) for file in library.summary().get("unread", ())]
        return HTMLResponse(reader.library(library.reports(), unread))

    @app.get("/favicon.svg")
    def favicon() -> FileResponse:
        return FileResponse(STATIC / "favicon.svg", media_type="image/svg+xml")

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        if request.url.path.startswith("/api/"):
            return JSONResponse({"error": str(error.detail)}, status_code=error.status_code)
        return HTMLResponse(reader.missing(str(error.detail)), status_code=error.status_code)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        sentence = "; ".join(_complaints(error))
        if request.url.path.startswith("/api/"):
            return JSONResponse({"error": sentence}, status_code=422)
        return HTMLResponse(reader.missing(sentence), status_code=422)


def _add_figures(app: FastAPI, library: Shelf, known: Known, today: Callable[[], date]) -> None:
    headers = {"Content-Security-Policy": _FORM}

    @app.get(coverage.PATH)
    def figures(
        measure: Annotated[str, Query(max_length=400)] = "", period: Annotated[str, Query(max_length=60)] = ""
    ) -> HTMLResponse:
        measure, period = measure.strip(), period.strip()
        try:
            found = known(library, measure, period, today())
        except BadInput as error:
            return HTMLResponse(coverage.refused(measure, period, str(error)), 400, headers)
        empty = why_empty(EVERYTHING, library.reports())
        return HTMLResponse(coverage.figures_page(found, period, empty), headers=headers)


def _add_api(app: FastAPI, library: Shelf, ask: Ask, to_json: ToJson, today: Callable[[], date]) -> None:
    @app.get("/api/health")
    def health() -> dict[str, Any]:
        held = library.summary()
        return {"status": "ok", "reports": held.get("reports", 0), "pages": held.get("pages", 0)}

    @app.post("/api/ask")
    def answer(body: Question) -> JSONResponse:
        history = tuple(Turn(message.role, message.content) for message in body.history)
        asked = Asked(
            body.question.strip(),
            body.as_of or today(),
            history,
            scope=body.scope,
            id=body.id,
            collection=body.collection,
            published_from=body.published_from,
            published_to=body.published_to,
            period=body.period,
        )
        if not asked.question:
            raise BadInput("The question is empty.")
        return JSONResponse(to_json(_last(ask(library, asked))))

    @app.exception_handler(BadInput)
    def bad_input(request: Request, error: BadInput) -> JSONResponse:
        return JSONResponse({"error": str(error)}, status_code=400)

    @app.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> JSONResponse:  # the server logs what it was
        return JSONResponse({"error": "Something went wrong; the server's log says what."}, status_code=500)

    @app.exception_handler(FootnoteError)
    def failed(request: Request, error: FootnoteError) -> JSONResponse:
        return JSONResponse({"error": str(error)}, status_code=503)


def _last(answers: Iterator[Answer]) -> Answer:
    *_, answer = answers
    return answer


def _complaints(error: RequestValidationError) -> Iterator[str]:
    for each in error.errors():
        where = ".".join(str(part) for part in each["loc"] if part not in ("body", "query", "path"))
        said = each["msg"].removeprefix("Value error, ")
        yield f"{where or 'the request'}: {said[:1].lower()}{said[1:]}"
