"""How many tokens a text has. The vocabulary is one that is installed: nothing is fetched."""

from __future__ import annotations

import os
import threading
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoken import Encoding

_once = threading.Lock()


def tokens_in(text: str) -> int:
    """The tokens of a text in cl100k_base: near enough for a budget, whatever the model."""
    with _once:
        encoding = _encoding()
    return len(encoding.encode(text, disallowed_special=()))


@cache
def _encoding() -> Encoding:
    import tiktoken

    # LlamaIndex ships the vocabulary, and tiktoken looks for it where this variable points before it fetches it.
    package = find_spec("llama_index.core")
    assert package is not None and package.origin is not None
    before = os.environ.get("TIKTOKEN_CACHE_DIR")
    os.environ["TIKTOKEN_CACHE_DIR"] = str(Path(package.origin).parent / "_static" / "tiktoken_cache")
    try:
        return tiktoken.get_encoding("cl100k_base")
    finally:
        if before is None:
            del os.environ["TIKTOKEN_CACHE_DIR"]
        else:
            os.environ["TIKTOKEN_CACHE_DIR"] = before
