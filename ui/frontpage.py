"""Gradio's first page in our dress: our title, style and script, and a policy that names its inline scripts by hash."""

from __future__ import annotations

import base64
import hashlib
import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEAD = (
    '<title>Footnote</title><meta name="description" content="Ask your own articles and reports.">'
    '<meta name="color-scheme" content="light dark"><link rel="icon" href="/favicon.svg" type="image/svg+xml">'
    '<link rel="stylesheet" href="/own/footnote.css"><script defer src="/own/footnote.js"></script>'
)
_VIEWPORT = re.compile(rb'(<meta\s+name="viewport"\s+content=")[^"]*(")')
_THEIRS = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>|<link rel="manifest"[^>]*>')
_INLINE = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


class FrontPage:
    """Rewrites ``GET /`` and sends its policy; everything else passes through."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/":
            await self.app(scope, receive, send)
            return
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        start: Message = {}
        body = b""

        async def collect(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] != "http.response.body":
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            html = dressed(body)
            headers = MutableHeaders(scope=start)
            if scope["method"] != "HEAD":
                headers["content-length"] = str(len(html))
            headers["content-security-policy"] = policy(html)
            headers["cache-control"] = "no-store"
            await send(start)
            await send({"type": "http.response.body", "body": html})

        await self.app({**scope, "headers": plain}, receive, collect)


def dressed(html: bytes) -> bytes:
    html = _VIEWPORT.sub(rb"\1width=device-width,initial-scale=1\2", _THEIRS.sub(b"", html))
    return html.replace(b"</head>", HEAD.encode() + b"</head>", 1)


def policy(html: bytes) -> str:
    """Only our own server, only scripts that were in the page when it left.

    Gradio compiles the template of each ``gr.HTML`` in the browser, hence ``unsafe-eval``; its components carry style
    attributes, hence ``unsafe-inline`` for styles. Inline event handlers stay forbidden.
    """
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" for script in _INLINE.findall(html)
    )
    return (
        f"default-src 'self'; script-src 'self' 'unsafe-eval' {hashes}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; frame-src 'none'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )
