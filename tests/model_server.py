"""A scripted OpenAI-compatible server: real HTTP on loopback, streaming, with every fault on command. No tests here.

    with model_server() as server:
        server.reply("The answer [1].")                      # every request gets this
        server.reply(lambda request: "…")                    # … or what this makes of the request
        server.fault("stall_after", after=2)                 # every request gets this fault
        server.script("first", Fault("status", status=503), Reply("third", finish="length"))   # in turn, the last again
        Model("test-model", base_url=server.url)
        server.requests[-1].prompt                           # all messages of a request, as one text
        server.requests[-1].hung_up.wait(2)                  # the client closed the connection before the end

Chat, the list of models (`server.models`) and embeddings (`server.embed`) are served, also at Azure's addresses.
"""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Kind = Literal[
    "status",  # answers with `status`, and `retry_after` if that is given
    "no_stream_options",  # 400 as long as the request has stream_options; then as usual
    "stall",  # nothing comes, not even a header
    "stall_before",  # headers, then nothing
    "keep_alive",  # headers and `after` tokens, then comments that keep the connection alive
    "stall_after",  # `after` tokens, then nothing
    "cut",  # `after` tokens, then the connection breaks
    "no_finish",  # `after` tokens, then a clean end without finish_reason
    "error_inside",  # `after` tokens, then an error as an event of the stream
    "html",  # a web page, 200
    "garbage",  # a stream of what is not JSON
    "json",  # 200, JSON that is no reply
    "nothing",  # 200 and an empty stream
]


@dataclass(frozen=True)
class Reply:
    """A reply as it should be, word by word. `usage` is (prompt, completion); None: the endpoint reports none."""

    text: str = ""
    usage: tuple[int, int] | None = None
    finish: str = "stop"
    reasoning: str = ""  # comes first, as reasoning_content
    stream: bool = True  # False: one JSON answer although a stream was asked for
    pause: float = 0.0  # seconds before each word
    stays: bool = False  # True: nothing after finish_reason, and the connection stays open


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong; `after` counts the words sent before it."""

    kind: Kind
    status: int = 500
    after: int = 0
    message: str = "something went wrong"
    code: str = ""
    retry_after: str = ""


@dataclass
class Request:
    """What a client sent, and whether it closed the connection before it had the whole answer."""

    path: str
    headers: dict[str, str]  # names in lower case
    body: dict[str, Any]
    hung_up: threading.Event = field(default_factory=threading.Event)

    @property
    def prompt(self) -> str:
        return "\n\n".join(message["content"] for message in self.body["messages"])


Scripted = str | Reply | Fault | Callable[[Request], "str | Reply | Fault"]
WORDS = "one two three four five six".split()


class ModelServer:
    """What a test scripts and reads. Every method replaces what was scripted before it."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[Request] = []  # of chat
        self.embedded: list[Request] = []  # of embeddings
        self.models: Sequence[str] | Fault = ("test-model",)
        self.stopping = threading.Event()
        self._chat: list[Scripted] = [Reply("ok")]
        self._embeddings: list[int | Fault] = [8]
        self._turn = threading.Lock()

    def reply(self, text: Scripted, **how: Any) -> None:
        """Every request gets this; `how` are the fields of Reply."""
        self.script(Reply(text, **how) if isinstance(text, str) else text)

    def fault(self, kind: Kind, **how: Any) -> None:
        """Every request meets this; `how` are the fields of Fault."""
        self.script(Fault(kind, **how))

    def script(self, *replies: Scripted) -> None:
        """The next requests get these in turn, and all later ones the last."""
        with self._turn:
            self._chat = list(replies)

    def embed(self, *replies: int | Fault) -> None:
        """As `script`, for embeddings: a number is how many dimensions the vectors have. They come from the letters."""
        with self._turn:
            self._embeddings = list(replies)

    def next_chat(self, request: Request) -> Reply | Fault:
        with self._turn:
            self.requests.append(request)
            scripted = self._chat.pop(0) if len(self._chat) > 1 else self._chat[0]
        made = scripted(request) if callable(scripted) else scripted
        return Reply(made) if isinstance(made, str) else made

    def next_embedding(self, request: Request) -> int | Fault:
        with self._turn:
            self.embedded.append(request)
            return self._embeddings.pop(0) if len(self._embeddings) > 1 else self._embeddings[0]


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """A running server; `server.url` is what a client takes for its base URL."""
    server = ModelServer()
    http = _Server(("127.0.0.1", 0), _Handler)
    http.scripted = server
    server.url = f"http://127.0.0.1:{http.server_port}/v1"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        http.shutdown()
        http.server_close()


def vector(text: str, dimensions: int) -> list[float]:
    """A vector that depends on the letters alone."""
    counts = [1.0] * dimensions
    for letter in text.lower():
        counts[ord(letter) % dimensions] += 1.0
    return counts


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    scripted: ModelServer


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        models = self.server.scripted.models
        if isinstance(models, Fault):
            self._meet(models, Request(self.path, {}, {}))
        else:
            self._json({"object": "list", "data": [{"id": name, "object": "model"} for name in models]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        request = Request(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        scripted = self.server.scripted
        with suppress(ConnectionError):
            if "/embeddings" in self.path:
                self._embed(scripted.next_embedding(request), request)
            else:
                reply = scripted.next_chat(request)
                if isinstance(reply, Fault):
                    self._meet(reply, request)
                else:
                    self._reply(reply, request)
            return
        request.hung_up.set()

    # --- what is sent ---

    def _reply(self, reply: Reply, request: Request) -> None:
        if not reply.stream:
            message = {"role": "assistant", "content": reply.text}
            choice = {"index": 0, "message": message, "finish_reason": reply.finish}
            self._json({"id": "c", "object": "chat.completion", "choices": [choice], "usage": _usage(reply)})
            return
        self._begin()
        self._delta({"role": "assistant", "content": ""})
        for word in _words(reply.reasoning):
            self._delta({"reasoning_content": word})
        for word in _words(reply.text):
            if reply.pause and self._gone(request, reply.pause):
                return
            self._delta({"content": word})
        if reply.finish:
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": reply.finish}]})
        if reply.stays:
            self._stall(request)
            return
        if reply.usage and "stream_options" in request.body:
            self._event({"choices": [], "usage": _usage(reply)})
        self._send(b"data: [DONE]\n\n")
        self._end()

    def _meet(self, fault: Fault, request: Request) -> None:
        if fault.kind == "no_stream_options":
            if "stream_options" not in request.body:
                self._reply(Reply("ok"), request)
                return
            self._json({"error": {"message": "Unrecognized request argument: stream_options"}}, 400)
        elif fault.kind == "status":
            headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
            self._json({"error": {"message": fault.message, "code": fault.code or None}}, fault.status, headers)
        elif fault.kind == "html":
            self._whole(b"<!doctype html><title>Sign in</title><p>Welcome", "text/html")
        elif fault.kind == "json":
            self._json({"hello": "world"})
        elif fault.kind == "stall":
            self._stall(request)
        elif self.path.endswith("/embeddings"):  # of the rest only "cut" means something there
            self._break()
        else:
            self._begin()
            self._broken_stream(fault, request)

    def _broken_stream(self, fault: Fault, request: Request) -> None:
        if fault.kind not in ("garbage", "nothing", "stall_before"):
            self._delta({"role": "assistant", "content": ""})
        for word in WORDS[: fault.after]:
            self._delta({"content": word + " "})
        if fault.kind in ("stall_before", "stall_after"):
            self._stall(request)
        elif fault.kind == "keep_alive":
            while not self._gone(request, 0.02):
                self._send(b": keep-alive\n\n")
        elif fault.kind == "cut":
            self._break()
        elif fault.kind == "error_inside":
            self._event({"error": {"message": fault.message, "code": fault.code or None}})
            self._end()
        else:
            if fault.kind == "garbage":
                self._send(b"data: {]\x00 nonsense\n\n")
            self._end()

    def _embed(self, reply: int | Fault, request: Request) -> None:
        if isinstance(reply, Fault):
            self._meet(reply, request)
            return
        texts = request.body["input"]
        rows = [{"index": i, "embedding": vector(text, reply)} for i, text in enumerate(texts)]
        self._json({"data": rows[::-1], "model": request.body["model"]})  # order is not promised

    # --- how it is sent: in chunks, so that an end can be told from a break ---

    def _begin(self) -> None:
        self.protocol_version = "HTTP/1.1"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()

    def _delta(self, delta: dict[str, Any]) -> None:
        self._event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})

    def _event(self, data: dict[str, Any]) -> None:
        about = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "test-model"}
        self._send(b"data: " + json.dumps(data if "error" in data else about | data).encode() + b"\n\n")

    def _send(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def _end(self) -> None:
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def _break(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)

    def _json(self, data: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> None:
        self._whole(json.dumps(data).encode(), "application/json", status, headers)

    def _whole(self, data: bytes, kind: str, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _stall(self, request: Request) -> None:
        while not self._gone(request, 0.02):
            pass

    def _gone(self, request: Request, seconds: float) -> bool:
        """Waits; whether the client has hung up by then, or the test is over."""
        until = time.monotonic() + seconds
        while not self.server.scripted.stopping.is_set():
            ready, _, _ = select.select([self.connection], [], [], max(0.0, min(0.02, until - time.monotonic())))
            if ready and not self.connection.recv(1, socket.MSG_PEEK):
                request.hung_up.set()
                return True
            if time.monotonic() >= until:
                return False
        return True

    def log_message(self, *_: Any) -> None:
        pass


def _words(text: str) -> list[str]:
    """The text in pieces that make it up again."""
    return [word if i == 0 else " " + word for i, word in enumerate(text.split(" "))] if text else []


def _usage(reply: Reply) -> dict[str, int] | None:
    if reply.usage is None:
        return None
    prompt, completion = reply.usage
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
