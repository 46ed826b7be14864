"""What a signed S/MIME message holds: its content, taken out of the signature's envelope. Nothing is verified."""

from __future__ import annotations

from collections.abc import Iterator

_SIGNED = bytes.fromhex("2a864886f70d010702")  # the object identifier of CMS signed data
_CONSTRUCTED, _OCTETS, _CONTENT = 0x20, 0x04, 0xA0
_DEEPEST = 12

Node = tuple[int, bytes]  # a tag and what it holds


def signed_content(content: bytes) -> bytes | None:
    """The message inside CMS signed data (BER or DER); None for anything else, such as encrypted data."""
    try:
        (_, outer), *_ = _nodes(content)
        (_, kind), (_, wrapped), *_ = _nodes(outer)
        if kind != _SIGNED:
            return None
        (_, signed), *_ = _nodes(wrapped)
        _, _, (_, encapsulated), *_ = _nodes(signed)
        _, (tag, held), *_ = _nodes(encapsulated)
        return b"".join(_octets(held, 0)) if tag == _CONTENT else None
    except (ValueError, IndexError):
        return None


def _nodes(content: bytes) -> list[Node]:
    """The values that stand one behind the other."""
    at, nodes = 0, []
    while at < len(content) and content[at : at + 2] != b"\0\0":
        tag, start, end, after = _bounds(content, at)
        nodes.append((tag, content[start:end]))
        at = after
    return nodes


def _bounds(content: bytes, at: int, depth: int = 0) -> tuple[int, int, int, int]:
    """A value's tag, where what it holds starts and ends, and where the next value is."""
    tag, size, start = content[at], content[at + 1], at + 2
    if size < 0x80:
        return tag, start, start + size, start + size
    if size > 0x80:
        start += size - 0x80
        size = int.from_bytes(content[at + 2 : start])
        if start + size > len(content):
            raise ValueError("a value is cut off")
        return tag, start, start + size, start + size
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    inner = start  # of unknown length: it ends with two zeros
    while content[inner : inner + 2] != b"\0\0":
        inner = _bounds(content, inner, depth + 1)[3]
    return tag, start, inner, inner + 2


def _octets(content: bytes, depth: int) -> Iterator[bytes]:
    """The bytes of an octet string, whole or in pieces."""
    for tag, held in _nodes(content):
        if tag == _OCTETS:
            yield held
        elif tag & _CONSTRUCTED and depth < _DEEPEST:
            yield from _octets(held, depth + 1)
