"""What can go wrong with a language model's endpoint: to its cause and one sentence. No calls are made here."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from rag.errors import Cause, ModelFailed, brief

if TYPE_CHECKING:
    from openai import APIStatusError
    from tenacity import RetryCallState

_LONGEST_PAUSE = 5.0  # seconds; some endpoints ask for minutes, and a person waits


@dataclass(frozen=True, slots=True)
class Place:
    """Which model, and where: what a sentence about a fault may name. The key is known so that it is never shown."""

    url: str
    model: str
    key: str = field(default="", repr=False)

    @property
    def where(self) -> str:
        return urlsplit(self.url).netloc or "an address that is none"

    def failed(self, cause: Cause, what: str) -> ModelFailed:
        """The fault in a sentence: what the model did."""
        said = f"The language model at {self.where} {self.without_key(what)}"
        return ModelFailed(said if said.endswith("?") else f"{said}.", cause)

    def without_key(self, text: str) -> str:
        return text.replace(self.key, "…") if self.key else text


def apart(url: str) -> tuple[str, dict[str, str]]:
    """An address without the password that it may hold, and the header that says it: clients log addresses."""
    user, _, host = urlsplit(url).netloc.rpartition("@")
    if not user:
        return url, {}
    said = base64.b64encode(unquote(user).encode()).decode()
    return url.replace(f"{user}@{host}", host, 1), {"Authorization": f"Basic {said}"}


def fault(error: Exception, place: Place, *, begun: bool = False) -> ModelFailed:
    """What an error of the client means; `begun` where text had come already."""
    import httpx
    from openai import APIConnectionError, APIError, APIResponseValidationError, APIStatusError

    match error:
        case ModelFailed():
            return error
        case APIStatusError():
            return _status(error, place)
        case APIResponseValidationError() | ValueError():
            return place.failed("not_json", "answered with something that cannot be read; is its address right?")
        case APIConnectionError() | httpx.ConnectError() | httpx.UnsupportedProtocol():
            return place.failed("unreachable", "cannot be reached; is it running, and is its address right?")
        case httpx.HTTPError() | httpx.StreamError():
            return place.failed("cut", "broke off before the end of its answer" if begun else "broke off its reply")
        case APIError():  # told in the middle of a stream
            limited = "rate" in str(error.code or error.type or "").lower()
            return _limited(place) if limited else place.failed("server_error", "failed in the middle of its answer")
        case _:
            return place.failed("not_json", f"answered in a way that was not expected ({type(error).__name__})")


def passing(error: BaseException) -> bool:
    """Whether another try may help: out of reach, busy or failing."""
    from openai import APIConnectionError, APIStatusError

    if isinstance(error, APIStatusError):
        return error.status_code >= 500 or (error.status_code == 429 and not _spent(error))
    return isinstance(error, APIConnectionError)


def pause(first: float) -> Callable[[RetryCallState], float]:
    """Seconds until the next try: what the endpoint asks for, within reason, or `first` and then twice that."""
    from openai import APIStatusError

    def seconds(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.response.headers.get("retry-after", "") if isinstance(error, APIStatusError) else ""
        try:
            return min(max(float(asked), 0.0), _LONGEST_PAUSE)
        except ValueError:  # none, or a date
            return float(first * 2 ** (state.attempt_number - 1))

    return seconds


def _status(error: APIStatusError, place: Place) -> ModelFailed:
    status, about = error.status_code, f"{error.code} {_said(error)}".lower()
    if status in (401, 403):
        return place.failed("unauthorised", "does not accept the key" if place.key else "asks for a key")
    if "content_filter" in about:
        return place.failed("refused", "declined to answer this")
    if status == 404 or (status == 400 and "model" in about and ("not found" in about or "invalid_model" in about)):
        return place.failed("unknown_model", f'does not know the model "{place.model}", or its address is not right')
    if status == 429:
        return _limited(place, spent=_spent(error))
    if status < 500:
        said = _said(error)
        return place.failed(
            "server_error", f"refused the request ({status})" + (f": {said.rstrip('.')}" if said else "")
        )
    return place.failed("server_error", f"failed ({status})")


def _limited(place: Place, *, spent: bool = False) -> ModelFailed:
    what = "says that this key's quota is spent" if spent else "takes no more requests at the moment"
    return place.failed("rate_limited", what)


def _spent(error: APIStatusError) -> bool:
    """Whether no waiting helps."""
    return error.code == "insufficient_quota"


def _said(error: APIStatusError) -> str:
    """The endpoint's own words, on one line."""
    body = error.body
    said = body.get("message") if isinstance(body, dict) else ""
    return brief(Exception(said)) if isinstance(said, str) else ""
