"""The vector index: Chroma, one collection for each of the library's, always with our own vectors.

Two searches give the same answer. `exact` compares the question with every vector, taken from the catalog: up to
`EXACT_MOST` passages it is as fast as an index, finds all there is, and spares a question the second or two that
importing Chroma takes. Beyond that many, `Vectors.nearest` asks Chroma. Ingest writes both, and `verify` compares them.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from rag.errors import FootnoteError, LibraryDamaged, brief
from rag.index.disk import disk_trouble

if TYPE_CHECKING:
    from numpy.typing import NDArray

# 20,000 x 384 float32 is 31 MB: read once in a quarter of a second, compared in 6 ms (two busy cores).
EXACT_MOST = 20_000
# On 20,000 clustered vectors the 40 nearest are all found, with these as with Chroma's defaults; they are for larger
# libraries, and cost 1.7 times as much to build.
HNSW = {"space": "cosine", "ef_construction": 200, "max_neighbors": 32, "ef_search": 128}
# From so many passages on the neighbours of more are looked through: of a million's 20 nearest .983 are found in 5 ms,
# where 128 find .919 in 2 ms. A hundred thousand do with fewer: .987.
LARGE, EF_SEARCH_LARGE = 300_000, 640
# Chroma takes at most 5,461 records at once.
_BATCH = 5000
_PATIENCE = 60.0  # seconds for a server to answer


def exact(
    ids: Sequence[str], vectors: NDArray[np.float32], vector: NDArray[np.float32], k: int
) -> list[tuple[str, float]]:
    """The k ids whose unit vectors (ids, dimensions) are nearest, with their cosine, best first."""
    if not ids or k < 1:
        return []
    cosines = np.vecdot(vectors, vector)  # not `@`, whose threads wait for each other where processors are busy
    k = min(k, len(ids))
    best = np.argpartition(-cosines, k - 1)[:k]
    best = best[np.lexsort((best, -cosines[best]))]  # equal ones in the order they were read
    return [(ids[i], float(cosines[i])) for i in best]


class Vectors:
    """The Chroma side of one library, embedded in this process or, given a url, on a server. Connects at first use."""

    def __init__(self, folder: Path, library: str, url: str = "") -> None:
        self._folder = folder
        self._library = library  # so that libraries can share a server
        self._url = url
        self._client: Any = None
        self._connecting = threading.Lock()
        self._warming: threading.Thread | None = None
        self._collections: dict[str, Any] = {}
        self._widened: set[str] = set()

    def warm(self) -> None:
        """Connect in a thread of its own: importing Chroma takes a second that others can use."""

        def connect() -> None:
            with contextlib.suppress(FootnoteError):  # whoever needs it next is told
                self._connected()

        self._warming = threading.Thread(target=connect, name="chroma", daemon=True)
        self._warming.start()

    def close(self) -> None:
        if self._warming is not None:
            self._warming.join()  # or it would connect once the library is closed, in the way of who opens it next
            self._warming = None
        if self._client is not None:
            self._client.close()
        self._client = None
        self._collections = {}

    def add(self, collection: str, ids: Sequence[str], vectors: NDArray[np.float32], revisions: Sequence[str]) -> None:
        """Add passages under ids that were never used before: Chroma's add() would silently keep an old record."""
        into = self._collection(collection)
        for start in range(0, len(ids), _BATCH):
            part = slice(start, start + _BATCH)
            metadatas = [{"revision": revision} for revision in revisions[part]]
            self._told(into.add, ids=list(ids[part]), embeddings=vectors[part], metadatas=metadatas)
        if collection not in self._widened and self._told(into.count) >= LARGE:
            # It holds from when the collection is opened next.
            self._told(into.modify, configuration={"hnsw": {"ef_search": EF_SEARCH_LARGE}})
            self._widened.add(collection)

    def remove(self, collection: str, revisions: Sequence[str]) -> None:
        """Drop all passages of these revisions."""
        at = self._collection(collection)
        where = {"revision": {"$in": list(revisions)}}
        while found := self._told(at.get, where=where, include=[], limit=_BATCH)["ids"]:
            self._told(at.delete, ids=found)

    def nearest(
        self, collection: str, vector: NDArray[np.float32], k: int, *, revisions: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """Up to k passage ids with their cosine, best first; of these revisions only, if they are named (slower)."""
        where = None if revisions is None else {"revision": {"$in": list(revisions)}}
        found = self._told(
            self._collection(collection).query,
            query_embeddings=vector[None, :],
            n_results=k,
            where=where,
            include=["distances"],
        )
        return [(id, 1.0 - float(away)) for id, away in zip(found["ids"][0], found["distances"][0], strict=True)]

    def ids(self, collection: str) -> set[str]:
        """The id of every passage Chroma has in the collection."""
        at = self._collection(collection)
        found: set[str] = set()
        while page := self._told(at.get, include=[], limit=_BATCH, offset=len(found))["ids"]:
            found.update(page)
        return found

    def count(self, collection: str) -> int:
        return int(self._told(self._collection(collection).count))

    def collections(self) -> list[str]:
        """The library's collections that Chroma has."""
        ending = f"-{self._library}"
        names = (each.name for each in self._told(self._connected().list_collections))
        return sorted(name.removesuffix(ending) for name in names if name.endswith(ending))

    def missing(self) -> bool:
        """Whether the embedded index's folder is not there. Says nothing of a server."""
        return not self._url and not (self._folder / "chroma.sqlite3").is_file()

    def clear(self) -> None:
        """Drop everything of this library."""
        if self._url:
            for name in self.collections():
                self._told(self._connected().delete_collection, name=f"{name}-{self._library}")
            self._collections = {}
            return
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _collection(self, name: str) -> Any:
        if name not in self._collections:
            self._collections[name] = self._told(
                self._connected().get_or_create_collection,
                f"{name}-{self._library}",
                configuration={"hnsw": dict(HNSW)},
                embedding_function=None,  # the default would fetch a model
            )
        return self._collections[name]

    def _connected(self) -> Any:
        with self._connecting:
            return self._client_of_this_library()

    def _client_of_this_library(self) -> Any:
        if self._client is None:
            import chromadb
            from chromadb.api.shared_system_client import SharedSystemClient

            # No telemetry, and no settings from an .env that happens to lie in the working directory.
            settings = chromadb.config.Settings(anonymized_telemetry=False, _env_file=None)  # type: ignore[call-arg]
            if self._url:
                at = urlsplit(self._url)
                port = at.port or (443 if at.scheme == "https" else 8000)
                self._client = self._told(
                    chromadb.HttpClient, host=at.hostname, port=port, ssl=at.scheme == "https", settings=settings
                )
                self._client._server._session.timeout = _PATIENCE  # it has none of its own, and no way to ask for one
            else:
                try:
                    self._client = self._told(chromadb.PersistentClient, path=str(self._folder), settings=settings)
                except FootnoteError:
                    # Chroma keeps what it had begun, and would go on with it.
                    SharedSystemClient._identifier_to_system.pop(str(self._folder), None)
                    raise
        return self._client

    def _told(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """The call's result; what Chroma raises, as a sentence."""
        try:
            return call(*args, **kwargs)
        except FootnoteError:
            raise
        except Exception as error:  # Chroma's errors share no class, and its Rust side has its own
            if self._url:
                raise FootnoteError(f"The Chroma server {self._url} failed: {brief(error)}") from error
            if trouble := disk_trouble(self._folder, error):
                raise trouble from error
            raise LibraryDamaged(
                f"The vector index {self._folder} failed ({brief(error)}). Run `footnote rebuild` to make it anew."
            ) from error
