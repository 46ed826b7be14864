"""Chat over an OpenAI-compatible endpoint: its watchdogs, its retries, its usage. What is asked is written elsewhere.

Each request runs on one background event loop, where it can be ended at any moment: while it connects, while the
endpoint is silent, in the middle of an answer. A read that blocks a thread cannot.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from rag.errors import ModelFailed
from rag.model_faults import Place, apart, fault, passing, pause
from rag.model_reply import Reply, chunks
from rag.types import Turn, Usage
from rag.vocabulary import tokens_in

if TYPE_CHECKING:
    from openai import AsyncOpenAI, AsyncStream
    from openai.types.chat import ChatCompletionChunk

    from rag.settings import Settings

__all__ = ["Limits", "Model", "model_of", "tokens_in"]

log = logging.getLogger(__name__)

OPENAI = "https://api.openai.com/v1"
_MORE_TRIES = 2
_CONNECT = 5.0  # seconds
_CHECK = 10.0  # seconds
_USAGE = 2.0  # seconds that the count of tokens may take to come once the answer is whole
_LOOK = 0.02  # seconds between two looks at whether it was stopped
_MESSAGE_TOKENS, _REPLY_TOKENS = 4, 3  # what OpenAI's format puts around a message, and before the reply


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that a request may take, on a monotonic clock. Keep-alive comments are not tokens."""

    first_token: float = 30.0  # tries again included
    idle: float = 20.0  # between two tokens
    total: float = 120.0
    pause: float = 0.25  # before the second try, and twice that before the third


class Model:
    """A chat model behind an endpoint; `Writes` says what a call gives. Safe to call from several threads.

    Without a name it is the only model that the endpoint lists. `api_version` makes it one of Azure's.
    """

    def __init__(
        self,
        name: str = "",
        *,
        base_url: str = "",
        key: str = "",
        api_version: str = "",
        headers: Mapping[str, str] | None = None,
        temperature: float = 0.0,
        limits: Limits = Limits(),
        prices: Mapping[str, tuple[float, float]] | None = None,
        budget: int = 6000,
    ) -> None:
        self._name = name
        self._url, password = apart(base_url or OPENAI)
        self._key = key.strip()
        self._api_version = api_version
        self._headers = password | dict(headers or {})
        self._temperature = temperature
        self._limits = limits
        self._prices = dict(prices or {})
        self.budget = budget  # tokens of a prompt
        self._refuses: frozenset[str] = frozenset()  # options that the endpoint was seen not to know
        self._connected: AsyncOpenAI | None = None

    def __repr__(self) -> str:
        return f"Model({self._name!r}, {self._place.where!r})"

    @property
    def name(self) -> str:
        """The model's name; empty until the first call where the endpoint is to say it."""
        return self._name

    def __call__(self, messages: Sequence[Turn], cancel: threading.Event | None = None) -> Iterator[str | Usage]:
        import openai  # noqa: F401 -- takes over a second: here, not on the loop that others wait for

        pieces: SimpleQueue[str | Usage | ModelFailed] = SimpleQueue()
        request = asyncio.run_coroutine_threadsafe(self._write(messages, cancel, pieces.put), _loop())
        try:
            while True:
                piece = pieces.get()
                if isinstance(piece, ModelFailed):
                    log.log(
                        logging.INFO if piece.cause == "stopped" else logging.WARNING, "%s (%s)", piece, piece.cause
                    )
                    raise ModelFailed(str(piece), piece.cause)  # a new one: that one's context may quote the key
                yield piece
                if isinstance(piece, Usage):
                    return
        finally:
            request.cancel()

    def check(self) -> str:
        """What is wrong with the endpoint, the key or the model's name, in a sentence; empty if all is well."""
        import openai  # noqa: F401

        return asyncio.run_coroutine_threadsafe(self._check(), _loop()).result()

    # --- on the loop ---

    async def _write(
        self, messages: Sequence[Turn], cancel: threading.Event | None, put: Callable[[str | Usage | ModelFailed], None]
    ) -> None:
        """Puts the pieces and the usage, or the pieces and what went wrong."""
        watch = asyncio.create_task(_cancel_when(cancel, asyncio.current_task()))
        try:
            async with asyncio.timeout(self._limits.total):
                put(await self._stream(messages, put))
        except asyncio.CancelledError:
            put(ModelFailed("The language model was stopped.", "stopped"))
        except TimeoutError:
            put(self._place.failed("total", f"was not done after {self._limits.total:g} seconds"))
        except Exception as error:  # noqa: BLE001 -- whatever it is, the one who waits must hear of it
            put(fault(error, self._place))
        finally:
            watch.cancel()

    async def _stream(self, messages: Sequence[Turn], put: Callable[[str], None]) -> Usage:
        """Puts the pieces of text; gives the usage."""
        reply = Reply()
        now = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(self._limits.first_token) as clock, await self._open(messages) as stream:
                async for chunk in chunks(stream):
                    moved = reply.take(chunk)
                    if text := reply.text():
                        put(text)
                    if reply.finish:
                        clock.reschedule(now() + min(_USAGE, self._limits.idle))
                    elif moved:
                        clock.reschedule(now() + self._limits.idle)
        except TimeoutError:
            if not reply.finish and reply.begun:
                silent = f"broke off its answer and was silent for {self._limits.idle:g} seconds"
                raise self._place.failed("idle", silent) from None
            if not reply.finish:
                late = f"did not begin to answer within {self._limits.first_token:g} seconds"
                raise self._place.failed("first_token", late) from None
        except Exception as error:  # noqa: BLE001 -- a whole answer stands, however its connection ends
            if not reply.finish:
                raise fault(error, self._place, begun=reply.begun) from None
        if text := reply.rest():
            put(text)
        self._judge(reply)
        return self._usage(messages, reply)

    async def _open(self, messages: Sequence[Turn]) -> AsyncStream[ChatCompletionChunk]:
        """The answer's stream, at its start. Tried again only here, so never once text has come."""
        from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, stop_before_delay

        await self._find_name()
        patience = stop_before_delay(min(self._limits.first_token, self._limits.total))
        tries = AsyncRetrying(
            retry=retry_if_exception(passing),
            stop=stop_after_attempt(1 + _MORE_TRIES) | patience,
            wait=pause(self._limits.pause),
            reraise=True,
        )
        return await tries(self._request, messages, self._refuses)

    async def _request(
        self, messages: Sequence[Turn], without: frozenset[str] = frozenset()
    ) -> AsyncStream[ChatCompletionChunk]:
        """One request; again without an option that the endpoint says it does not know."""
        from openai import BadRequestError, UnprocessableEntityError

        every: dict[str, Any] = {"temperature": self._temperature, "stream_options": {"include_usage": True}}
        options = {option: value for option, value in every.items() if option not in without}
        create: Any = self._client().chat.completions.create  # its overloads know no options in a dict
        told = [{"role": turn.role, "content": turn.content} for turn in messages]
        try:
            stream: AsyncStream[ChatCompletionChunk] = await create(
                model=self._name, messages=told, stream=True, extra_headers=self._sent_along(), **options
            )
        except (BadRequestError, UnprocessableEntityError) as error:
            # Some endpoints do not name what they refuse, and the count of tokens is the newest of the two.
            refused = next((option for option in options if option in str(error)), "stream_options")
            if refused not in options:
                raise
            return await self._request(messages, without | {refused})
        self._refuses = without
        return stream

    async def _find_name(self) -> None:
        if self._name:
            return
        if self._url == OPENAI:
            raise self._place.failed("unknown_model", "needs a model's name; set OPENAI_MODEL")
        try:
            listed = await self._listed()
        except Exception as error:  # noqa: BLE001
            raise fault(error, self._place) from None
        chat = [name for name in listed if "embed" not in name.lower()]
        if len(chat) != 1:
            has = "lists " + (", ".join(chat[:12]) if chat else "no model")
            raise self._place.failed("unknown_model", f"{has}; set OPENAI_MODEL to the one that is to answer")
        self._name = chat[0]

    async def _listed(self) -> list[str]:
        """The endpoint's models; none where it has no such list."""
        from openai import APIStatusError

        try:
            page = await self._client().models.list(extra_headers=self._sent_along())
            return [str(model.id) for model in page.data]
        except APIStatusError as error:
            if error.status_code in (400, 404, 405, 501):
                return []
            raise
        except (AttributeError, TypeError, ValueError):  # something other than a list
            return []

    async def _check(self) -> str:
        try:
            async with asyncio.timeout(_CHECK):
                await self._find_name()
                # A name that is not listed may still be known: without its tag, or where nothing is listed.
                if self._name not in await self._listed():
                    async with await self._request([Turn("user", "Say yes.")]) as stream:
                        async for _ in chunks(stream):
                            return ""
                        self._judge(Reply())
        except TimeoutError:
            return str(self._place.failed("first_token", f"did not answer within {_CHECK:g} seconds"))
        except Exception as error:  # noqa: BLE001 -- promised: never raises
            return str(fault(error, self._place))
        return ""

    # --- leaves ---

    @property
    def _place(self) -> Place:
        return Place(self._url, self._name, self._key)

    def _client(self) -> AsyncOpenAI:
        if self._connected is None:
            # The client would quote such a key in its log.
            if not all(said.isascii() and said.isprintable() for said in (self._key, *self._headers.values())):
                raise self._place.failed("unauthorised", "was not asked: the key holds a character that no key has")
            import httpx
            from openai import AsyncAzureOpenAI, AsyncOpenAI

            # Silence is measured above: a socket's own limit would be reset by each keep-alive comment.
            common: dict[str, Any] = {"max_retries": 0, "timeout": httpx.Timeout(None, connect=_CONNECT)}
            key = self._key or "none"  # the client wants one; see `_sent_along`
            if self._api_version:
                self._connected = AsyncAzureOpenAI(
                    azure_endpoint=self._url, api_version=self._api_version, api_key=key, **common
                )
            else:
                self._connected = AsyncOpenAI(base_url=self._url, api_key=key, **common)
        return self._connected

    def _sent_along(self) -> dict[str, Any]:
        """The headers beside the client's own; where there is no key, none is sent."""
        from openai import Omit

        # Spelt as the client spells them: it would send another spelling beside its own.
        spelt = {name.lower(): name for name in ("Authorization", "api-key")}
        own = {spelt.get(name.lower(), name): value for name, value in self._headers.items()}
        return own if self._key else {**{name: Omit() for name in spelt.values()}, **own}

    def _judge(self, reply: Reply) -> None:
        """Raises where the answer is not whole."""
        if reply.finish == "content_filter" or reply.declined:
            raise self._place.failed("refused", "declined to answer this")
        if reply.finish == "length":
            raise self._place.failed("length", "reached its limit of length before the end of its answer")
        if not reply.finish and reply.chunks:
            raise self._place.failed("cut", "broke off before the end of its answer")
        if not reply.chunks:
            raise self._place.failed("not_json", "answered with something other than a reply; is its address right?")
        if not reply.shown.strip():
            raise self._place.failed("empty", "gave an empty answer")

    def _usage(self, messages: Sequence[Turn], reply: Reply) -> Usage:
        """As the endpoint counted, or as we do."""
        try:
            prompt, completion = int(reply.usage["prompt_tokens"]), int(reply.usage["completion_tokens"])
        except (KeyError, TypeError, ValueError):
            prompt = sum(_MESSAGE_TOKENS + tokens_in(turn.content) for turn in messages) + _REPLY_TOKENS
            completion = tokens_in(reply.shown)
        price = self._prices.get(self._name)
        cost = None if price is None else (prompt * price[0] + completion * price[1]) / 1_000_000
        return Usage(prompt, completion, cost)


def model_of(settings: Settings) -> Model | None:
    """The language model of the settings; None where neither a key nor an address is set."""
    key = settings.openai_api_key.get_secret_value()
    if not key and not settings.openai_base_url:
        return None
    return Model(
        settings.openai_model,
        base_url=settings.openai_base_url,
        key=key,
        api_version=settings.openai_api_version,
        headers={name: value.get_secret_value() for name, value in settings.openai_headers.items()},
        temperature=settings.temperature,
        limits=Limits(settings.first_token_seconds, settings.idle_seconds, settings.total_seconds),
        prices=settings.prices,
        budget=settings.prompt_tokens,
    )


_once = threading.Lock()


def _loop() -> asyncio.AbstractEventLoop:
    """The one loop on which all requests run, in a thread of its own."""
    with _once:
        return _started_loop()


@cache
def _started_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="models", daemon=True).start()
    return loop


async def _cancel_when(cancel: threading.Event | None, task: asyncio.Task[None] | None) -> None:
    while cancel is not None and task is not None:
        if cancel.is_set():
            task.cancel()
            return
        await asyncio.sleep(_LOOK)
