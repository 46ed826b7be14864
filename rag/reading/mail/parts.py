"""The parts of a mail message: its headers in words, the text it shows, and what is attached. Composes nothing."""

from __future__ import annotations

import contextlib
import mimetypes
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import PurePath
from typing import Any, Literal, cast

from rag.errors import UnreadableReport
from rag.reading.compose import fold
from rag.reading.formats import FORMATS, NOT_READ
from rag.reading.mail.smime import signed_content
from rag.reading.mail.text import is_encrypted
from rag.reading.text.plain import decode

_SMALL_IMAGE = 100_000  # bytes: an image shown inside the text and no larger than this is a logo
_SIGNATURES = {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
_ENVELOPES = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_PASSED_OVER = _SIGNATURES | {"application/pgp-keys", "text/calendar", "message/delivery-status", "text/rfc822-headers"}
# What mail programs name is older than what they write.
_WIDER = {
    "us-ascii": "", "ascii": "", "iso-8859-1": "cp1252", "latin1": "cp1252", "iso-8859-9": "cp1254",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "ks_c_5601-1987": "cp949", "euc-kr": "cp949",
    "unicode-1-1-utf-7": "utf-7", "x-mac-roman": "mac_roman", "unknown-8bit": "", "default": "", "x-unknown": "",
}  # fmt: skip
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\ufeff\ufffe\uffff]")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_DEEPEST = 30  # parts inside parts


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message: its name with an ending, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Body:
    """One text that a message shows."""

    kind: Literal["plain", "html"]
    text: str
    flowed: bool = False  # its lines are broken softly (format=flowed)
    delsp: bool = False  # and the space at a soft break is not part of the text


@dataclass(slots=True)
class Parts:
    """What a message is made of. `alternatives`: the same text in several forms, to choose one from."""

    bodies: list[Body | list[Parts]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    encrypted: bool = False

    def join(self, other: Parts) -> None:
        self.bodies += other.bodies
        self.join_files(other)

    def join_files(self, other: Parts) -> None:
        self.attachments += other.attachments
        self.messages += other.messages
        self.encrypted = self.encrypted or other.encrypted


def parsed(content: bytes) -> Message:
    """The message in these bytes; whatever they are, the parser makes one of them."""
    content = content.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    try:
        return cast(Message, message_from_bytes(content, policy=policy.default))
    except Exception:  # noqa: BLE001 - its strict parser raises all kinds of errors on broken headers
        return message_from_bytes(content, policy=policy.compat32)


# --- headers ----------------------------------------------------------------------------------------------------------


def header(message: Message, name: str) -> str:
    """The first header of this name, decoded, on one line; nothing if there is none."""
    raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    return decoded(str(raw))


def decoded(raw: str) -> str:
    """The words of a header: encoded words decoded, and bytes that should have been encoded taken as text."""
    if any("\udc80" <= char <= "\udcff" for char in raw):
        raw = _text(raw.encode("utf-8", "surrogateescape"), "")
    if "=?" in raw:
        with contextlib.suppress(HeaderParseError, ValueError):  # it is left as it is written
            pieces = (
                piece if isinstance(piece, str) else _text(piece, charset or "raw-unicode-escape")
                for piece, charset in decode_header(fold(raw))
            )
            raw = "".join(pieces) or raw
    return fold(clean(raw))


def clean(text: str) -> str:
    """The text without what no page can hold: halves of characters, control characters, marks of byte order."""
    return _CONTROLS.sub("", text.encode("utf-8", "replace").decode())


def moment(message: Message) -> datetime | None:
    """When the message was sent, in its own zone; else when it was last received."""
    for words in (header(message, "Date"), header(message, "Received").rpartition(";")[2]):
        for read in (parsedate_to_datetime, datetime.fromisoformat):
            with contextlib.suppress(ValueError, TypeError, IndexError, OverflowError):
                return read(words)
    return None


# --- parts ------------------------------------------------------------------------------------------------------------


def parts_of(message: Message, depth: int = 0) -> Parts:
    """What the message shows and what is attached, signatures left out and signed content unpacked."""
    kind, parts = _kind(message), Parts()
    if depth > _DEEPEST:
        return parts
    if message.is_multipart() and kind != "message/rfc822":
        return _of_many(message, kind, depth)
    name = _file_name(message)
    if kind == "message/rfc822":
        inner = message.get_payload()
        parts.messages += [part for part in inner if isinstance(part, Message)] if isinstance(inner, list) else []
    elif kind in _ENVELOPES:
        signed = signed_content(_bytes(message))
        if signed is None:
            parts.encrypted = True
        else:
            parts.join(parts_of(parsed(signed), depth + 1))
    elif kind in _PASSED_OVER and not (name and PurePath(name).suffix.lower() in FORMATS):
        pass
    elif kind.startswith("text/") and not _is_file(message, kind, name):
        body = _body(message, kind)
        if is_encrypted(body.text):
            parts.encrypted = True
        elif body.text.strip():
            parts.bodies.append(body)
    elif not _is_logo(message, kind):
        parts.attachments.append(Attachment(name, _bytes(message)))
    return parts


def _of_many(message: Message, kind: str, depth: int) -> Parts:
    inside = cast(list[Message], message.get_payload())
    parts = Parts(encrypted=kind == "multipart/encrypted")
    if parts.encrypted:
        return parts
    each = [parts_of(part, depth + 1) for part in inside if isinstance(part, Message)]
    if kind == "multipart/alternative":
        parts.bodies = [[part for part in each if part.bodies]]
    elif kind == "multipart/related":
        parts.bodies = [body for part in each for body in part.bodies][:1]
    else:
        parts.bodies = [body for part in each for body in part.bodies]
    for part in each:
        parts.join_files(part)
    return parts


def _is_file(message: Message, kind: str, name: str) -> bool:
    """Whether a text part is a file that came with the message, not its text."""
    if kind not in {"text/plain", "text/html"} and PurePath(name).suffix.lower() in FORMATS:
        return True
    return _quiet(message.get_content_disposition) == "attachment" or bool(_own_name(message))


def _is_logo(message: Message, kind: str) -> bool:
    inline = bool(header(message, "Content-ID")) or _quiet(message.get_content_disposition) == "inline"
    return kind.startswith("image/") and inline and len(_bytes(message)) < _SMALL_IMAGE


def _quiet(ask: Callable[[], Any]) -> Any:
    """What a question to the mail parser gives; None where a header is so broken that it fails."""
    try:
        return ask()
    except Exception:  # noqa: BLE001 - the standard parser raises all kinds of errors on broken headers
        return None


def _kind(message: Message) -> str:
    return str(_quiet(message.get_content_type) or "text/plain")


def _own_name(message: Message) -> str:
    name = decoded(str(_quiet(message.get_filename) or ""))
    return re.sub(r"[\x00-\x1f\x7f]", "", PurePath(name.replace("\\", "/")).name)


def _file_name(message: Message) -> str:
    """The attachment's name, with the ending of its type where it has none that says what it is."""
    name = _own_name(message) or "attachment"
    ending = PurePath(name).suffix.lower()
    if ending in FORMATS or ending in NOT_READ:
        return name
    kind = _kind(message)
    guessed = {"text/plain": ".txt", "text/html": ".html"}.get(kind) or mimetypes.guess_extension(kind) or ""
    return name + guessed if guessed in FORMATS or not ending else name


def _bytes(message: Message) -> bytes:
    payload = _quiet(lambda: message.get_payload(decode=True))
    return payload if isinstance(payload, bytes) else b""


def _body(message: Message, kind: str) -> Body:
    charset = str(_quiet(message.get_content_charset) or "")
    text = _text(_bytes(message), charset, is_html=kind == "text/html")
    flowed = str(_quiet(lambda: message.get_param("format")) or "").lower() == "flowed"
    delsp = str(_quiet(lambda: message.get_param("delsp")) or "").lower() == "yes"
    return Body("html" if kind == "text/html" else "plain", clean(text), flowed, delsp)


def _text(content: bytes, charset: str, is_html: bool = False) -> str:
    """The text in its charset, or in the likeliest where it names none, an unknown one, or the wrong one."""
    charset = _WIDER.get(charset.lower(), charset)
    if not charset and is_html and (found := _CHARSET.search(content[:4096])):
        charset = found[1].decode()
    if charset:
        try:
            return content.decode(charset)
        except (LookupError, ValueError):
            pass
    try:
        return decode(content, "")
    except UnreadableReport:
        return content.decode("utf-8", errors="replace")
