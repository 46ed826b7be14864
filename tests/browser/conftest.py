"""A real server on a free loopback port, and a real headless Chromium that is watched for what it must not do."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1] / "ui"))  # the small library of the page's own tests

import shelves

CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def running(app: Any) -> Iterator[str]:
    """The application served from a thread; gives its address."""
    import uvicorn

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="warning", access_log=False, ws="none", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            thread.join(0.05)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over the small library."""
    from ui.server import create_app

    app = create_app(
        shelves.FakeShelf(tmp_path_factory.mktemp("files")),
        to_json=shelves.as_json,
        ask=shelves.canned,
        examples=("How many reports last year?", "How many referrals were received in 2025?"),
        today=lambda: shelves.TODAY,
    )
    with running(app) as address:
        yield address


@pytest.fixture(scope="session")
def served_sample(sample_library: Any) -> Iterator[str]:
    """The address of a server over the sample library, answered by the engine itself, on a day that stays."""
    from rag.ask import as_json
    from ui.server import create_app

    with running(create_app(sample_library, to_json=as_json, today=lambda: shelves.TODAY)) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser. Without one these tests are skipped, and say so; in CI they fail."""
    path = os.environ.get("CHROMIUM") or next((path for path in CHROMIUM if Path(path).exists()), None)
    if path is None:
        reason = "NO BROWSER: none of " + ", ".join(CHROMIUM) + " is there (or set CHROMIUM); the page was not tried"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def chromium_page(chromium: Any, served: str) -> Iterator[Any]:
    """A page at the server, watched: no request may leave, no script may fail, no policy may be broken."""
    with watched(chromium, served) as page:
        yield page


@contextmanager
def watched(browser: Any, address: str, **options: Any) -> Iterator[Any]:
    context = browser.new_context(base_url=address, **{"viewport": {"width": 1280, "height": 900}, **options})
    wrong: list[str] = []
    context.on(
        "request", lambda request: None if request.url.startswith((address, "data:")) else wrong.append(request.url)
    )
    context.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    page = context.new_page()
    page.goto("/")
    page.wait_for_selector(".welcome")
    yield page
    context.close()
    assert [each for each in wrong if not _left_early(each)] == []


def _left_early(error: str) -> bool:
    """What Gradio's script says when a page is left while it still listens to the server: nothing is wrong then."""
    return error.startswith("AbortError") or "Connection errored out" in error
