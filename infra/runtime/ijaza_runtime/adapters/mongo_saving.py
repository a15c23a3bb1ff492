"""Saving a page of documents in one round trip, and finding out what became of each.

The reply to a bulk of conditional writes has one count for all of them. If it falls short, or a
key was there already, or the reply was lost, the documents in doubt are read back. Every save
leaves a token of its own in what it writes, and later saves keep the last few tokens: so our write
is known as ours, also when somebody has written on top of it meanwhile. See decision 21.
"""

import asyncio
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pymongo.errors import AutoReconnect, BulkWriteError, ServerSelectionTimeoutError

from ijaza_runtime.adapters.mongo_client import Collection
from ijaza_runtime.adapters.mongo_documents import STANDING, refuse_too_large, write_of
from ijaza_runtime.adapters.mongo_errors import DUPLICATE_KEY, UNKNOWN
from ijaza_runtime.store import Document, StoreError

T = TypeVar("T")

_PAGE = 1000
_MISSING: Mapping[str, Any] = {"version": 0, "writers": ()}
_PAUSES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4)
"""Seconds before each look at what is stored: what we wrote, or what was there before us, may not
have reached a majority yet."""


async def save(collection: Collection, documents: Sequence[Document]) -> frozenset[str]:
    """See `Store.save`. Raises `StoreError` or an error of PyMongo if the outcome is unknown."""
    refuse_too_large(documents)
    refused: set[str] = set()
    for page in in_pages(documents):
        refused |= await _save_page(collection, page)
    return frozenset(refused)


def in_pages(whole: Sequence[T]) -> Iterator[Sequence[T]]:
    """Portions that a server does in well under the time that it has for a reply."""
    for start in range(0, len(whole), _PAGE):
        yield whole[start : start + _PAGE]


async def _save_page(collection: Collection, documents: Sequence[Document]) -> set[str]:
    """Save what goes in one round trip; the keys of what was refused."""
    token = secrets.randbits(63)
    doubtful = await _write(collection, documents, token)
    if not doubtful:
        return set()
    refused: set[str] = set()
    for pause in _PAUSES:
        await asyncio.sleep(pause)
        stored = await _standing(collection, doubtful)
        others = [d for d in doubtful if token not in stored.get(d.key, _MISSING)["writers"]]
        # Nobody has written what is still the version before: neither we nor another, yet.
        doubtful = [d for d in others if stored.get(d.key, _MISSING)["version"] == d.version - 1]
        refused |= {d.key for d in others} - {d.key for d in doubtful}
        if not doubtful:
            return refused
    raise StoreError(f"{len(doubtful)} of {len(documents)} documents are not settled: {UNKNOWN}.")


async def _write(
    collection: Collection, documents: Sequence[Document], token: int
) -> Sequence[Document]:
    """Write documents; those of which it is not certain that they were written."""
    writes = [write_of(document, token) for document in documents]
    changes = [document for document in documents if document.version != 1]
    try:
        result = await collection.bulk_write(writes, ordered=False)
    except ServerSelectionTimeoutError:
        raise  # reading back would wait as long, for nothing
    except AutoReconnect:
        return documents
    except BulkWriteError as error:
        details = error.details
        failed = details["writeErrors"]
        if details["writeConcernErrors"] or any(e["code"] != DUPLICATE_KEY for e in failed):
            raise
        there = [documents[each["index"]] for each in failed]
        return [*there, *(changes if details["nMatched"] < len(changes) else ())]
    return changes if result.matched_count < len(changes) else ()


async def _standing(
    collection: Collection, documents: Sequence[Document]
) -> Mapping[str, Mapping[str, Any]]:
    """Versions and writers of what is stored, durably, of these documents."""
    keys = [document.key for document in documents]
    cursor = collection.find({"_id": {"$in": keys}}, STANDING, batch_size=len(keys) + 1)
    return {found["_id"]: found for found in await cursor.to_list(None)}
