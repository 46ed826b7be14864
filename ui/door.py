"""What may come in and what goes out with it: hosts, origins, sizes, Gradio's routes, response headers. Plain ASGI."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from fastapi import HTTPException
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

# For our own pages: no script, nothing from anywhere else.
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": STRICT,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

# All that the page uses of Gradio. Everything else it serves is shut: file=URL and proxy=URL (the server would fetch
# what a stranger names), uploads, API descriptions, monitoring, code editing.
_GRADIO = (
    "/assets/",
    "/static/",
    "/theme.css",
    "/gradio_api/queue/join",
    "/gradio_api/queue/data",
    "/gradio_api/cancel",
    "/gradio_api/heartbeat/",
    "/gradio_api/reset",
    "/gradio_api/startup-events",
    "/gradio_api/theme.css",
    "/gradio_api/app_id",
)
_OURS = ("/api/", "/read/", "/file/", "/library", "/figures", "/own/", "/favicon.svg")
_SAFE = ("GET", "HEAD")


class Door:
    """Lets in requests to a known host, from our own pages, for an open route; puts our headers on every answer."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] | None, max_bytes: int) -> None:
        self.app = app
        self.hosts = hosts  # None: any, for a server that was deliberately bound to a network
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # the page uses no websockets

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refused = self._refused(scope)
        if refused:
            await refused(scope, receive, with_headers)
        else:
            await self.app(scope, self._counted(receive), with_headers)

    def _refused(self, scope: Scope) -> JSONResponse | None:
        headers, path, method = Headers(scope=scope), scope["path"], scope["method"]
        host = headers.get("host", "")
        if self.hosts is not None and _name(host) not in self.hosts:
            return _refusal(421, "This server does not answer to that host name.")
        if not _is_open(path):
            return _refusal(404, "There is nothing here.")
        if (method not in _SAFE or path.startswith(("/api/", "/gradio_api/"))) and _is_foreign(headers, host):
            return _refusal(403, "Requests from other sites are refused.")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self.max_bytes:
            return _refusal(413, self._too_large)
        return None

    def _counted(self, receive: Receive) -> Receive:
        """The body as it arrives, cut off where it grows beyond the limit, whatever its header said."""
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > self.max_bytes:
                raise HTTPException(413, self._too_large)
            return message

        return counted

    @property
    def _too_large(self) -> str:
        return f"That is larger than the {self.max_bytes / 1_000_000:g} MB this server takes."


def _is_open(path: str) -> bool:
    return path == "/" or any(
        path == known or (known.endswith("/") and path.startswith(known)) for known in (*_OURS, *_GRADIO)
    )


def _is_foreign(headers: Headers, host: str) -> bool:
    """Whether a browser says that another site's page made this request. Command-line clients say nothing, and may."""
    if headers.get("sec-fetch-site", "none") in ("cross-site", "same-site"):
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != host.lower()


def _name(host: str) -> str:
    """A Host header without its port."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() else host).lower()


def _refusal(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"error": sentence}, status_code=status)
