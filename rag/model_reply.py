"""A language model's reply as it comes in, chunk by chunk: its text without its thinking, and how it ended."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openai import AsyncStream
    from openai.types.chat import ChatCompletionChunk

_THINK, _THOUGHT = "<think>", "</think>"


async def chunks(stream: AsyncStream[ChatCompletionChunk]) -> AsyncIterator[dict[str, Any]]:
    """The chunks of a reply; a whole reply in one piece, as some endpoints give it, is one chunk."""
    kind = stream.response.headers.get("content-type", "")
    if "json" in kind and "event-stream" not in kind:
        whole = json.loads(await stream.response.aread())
        if not isinstance(whole, dict) or not whole.get("choices"):
            raise ValueError("not a reply")
        yield whole
        return
    async for chunk in stream:
        yield chunk.to_dict(mode="json", exclude_unset=False)


class Reply:
    """What has come of one reply. What a model thought before it wrote is counted as a sign of life and not shown."""

    def __init__(self) -> None:
        self.chunks = 0
        self.begun = False  # a token has come, of text or of thinking
        self.finish = ""  # the endpoint's reason for the end
        self.declined = False
        self.shown = ""
        self.usage: Mapping[str, Any] = {}
        self._waits = ""  # text that may still turn out to be thinking
        self._thinks: bool | None = None  # None: not known yet

    def take(self, chunk: Mapping[str, Any]) -> bool:
        """Adds a chunk; gives whether it held a token."""
        self.chunks += 1
        self.usage = chunk.get("usage") or self.usage
        moved = False
        for choice in (chunk.get("choices") or ())[:1]:
            piece = choice.get("delta") or choice.get("message") or {}
            self.finish = choice.get("finish_reason") or self.finish
            self.declined = self.declined or bool(piece.get("refusal"))
            text = piece.get("content") or ""
            self._waits += text
            moved = bool(text or piece.get("reasoning_content") or piece.get("reasoning"))
        self.begun = self.begun or moved
        return moved

    def text(self) -> str:
        """The text that has come since this was last asked, as far as it is sure to be text."""
        if self._thinks is None:
            self._waits = self._waits.lstrip()
            if _THINK.startswith(self._waits[: len(_THINK)]) and len(self._waits) < len(_THINK):
                return ""  # it may become the mark
            self._thinks = self._waits.startswith(_THINK)
        if self._thinks:
            _, mark, behind = self._waits.partition(_THOUGHT)
            behind = behind.lstrip()
            if not mark or not behind:
                return ""
            self._thinks, self._waits = False, behind
        return self._release()

    def rest(self) -> str:
        """At the end of the reply: the text that was still held back."""
        return "" if self._thinks else self._release()

    def _release(self) -> str:
        text, self._waits = self._waits, ""
        self.shown += text
        return text
