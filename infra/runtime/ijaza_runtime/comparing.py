"""Two stores of one service side by side: what differs, and how one takes the other's place."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import msgspec

from ijaza_runtime.store import Document, Store, StoreError

PAGE = 100
"""Documents in memory at once; some hold the files of a certificate."""

Progress = Callable[[str, int], None]


class Difference(NamedTuple):
    """A document that is not alike in both stores, by the names of its fields, never their values.

    `fields` are of the document, or of its state (`state.renames`); of one that is in one store
    alone it says in which.
    """

    collection: str
    key: str
    fields: tuple[str, ...]


ONLY_LIVE = ("only in the live store",)
ONLY_REBUILT = ("only in the rebuilt store",)


async def differences(
    live: Store, rebuilt: Store, collections: Sequence[str], progress: Progress
) -> AsyncIterator[Difference]:
    """Every document whose body, scope, partition or labels are not alike in both.

    Version, outbox, basis and trace tell how a document came to be, and may differ.
    """
    for collection in collections:
        async for page in pages(live, collection):
            there = await rebuilt.load(collection, [each.key for each in page])
            for document in page:
                other = there.get(document.key)
                fields = ONLY_LIVE if other is None else _fields(document, other)
                if fields:
                    yield Difference(collection, document.key, fields)
            progress("compared", len(page))
        async for keys in _keys(rebuilt, collection):
            known = await live.load(collection, keys)
            for key in keys:
                if key not in known:
                    yield Difference(collection, key, ONLY_REBUILT)


async def pages(store: Store, collection: str) -> AsyncIterator[list[Document]]:
    """All documents of a collection, some at a time."""
    async for keys in _keys(store, collection):
        found = await store.load(collection, keys)
        yield [found[key] for key in keys if key in found]


async def copy(source: Store, target: Store, collections: Sequence[str]) -> None:
    """Put all documents of one store into another, which is empty."""
    for collection in collections:
        async for page in pages(source, collection):
            await target.save(collection, [replace(each, version=1, outbox=()) for each in page])


async def clear(store: Store, collections: Sequence[str]) -> None:
    """Remove all documents of collections."""
    for collection in collections:
        async for keys in _keys(store, collection):
            await store.delete(collection, keys)


async def is_empty(store: Store, collections: Sequence[str]) -> bool:
    """Whether no collection has a document."""
    found = [await store.headings(collection, most=1) for collection in collections]
    return not any(found)


async def unsent(store: Store, collections: Sequence[str]) -> bool:
    """Whether a document has still something to send."""
    found = [await store.unsent(collection, "", 1) for collection in collections]
    return any(found)


async def replace_all(live: Store, rebuilt: Store, aside: Store, found: Sequence[str]) -> None:
    """Make a live store what the rebuilt one is, collection by collection, by its own writes.

    What is written over or removed is put into `aside` before. Each document is compared with
    what was read of it, so that nobody's write is lost: raises `StoreError` where somebody else
    wrote one meanwhile. Cut off in between, it can be done again.
    """
    for collection in found:
        async for page in pages(live, collection):
            there = await rebuilt.load(collection, [each.key for each in page])
            changed = [
                each for each in page if each.key not in there or _fields(each, there[each.key])
            ]
            await aside.save(collection, [replace(each, version=1) for each in changed])
            await _save(
                live,
                collection,
                [
                    replace(there[each.key], version=each.version + 1, outbox=())
                    for each in changed
                    if each.key in there
                ],
            )
            gone = [each.key for each in changed if each.key not in there]
            if gone:
                await live.delete(collection, gone)
        async for page in pages(rebuilt, collection):
            known = await live.load(collection, [each.key for each in page])
            new = [replace(each, version=1, outbox=()) for each in page if each.key not in known]
            await _save(live, collection, new)


async def _save(store: Store, collection: str, documents: Sequence[Document]) -> None:
    if documents and await store.save(collection, documents):
        raise StoreError(
            f"somebody else writes in {collection}: end every process of the service, and replay "
            "again"
        )


async def _keys(store: Store, collection: str) -> AsyncIterator[list[str]]:
    after = ""
    while headings := await store.headings(collection, after=after, most=PAGE):
        yield [heading.key for heading in headings]
        after = headings[-1].key


def _fields(one: Document, other: Document) -> tuple[str, ...]:
    """The names of what differs, as deep as a state's own fields."""
    fields = [name for name in ("scope", "partition") if getattr(one, name) != getattr(other, name)]
    if sorted(one.labels) != sorted(other.labels):
        fields.append("labels")
    if one.body != other.body:
        fields += _body_fields(one.body, other.body) or ["body"]
    return tuple(fields)


def _body_fields(one: bytes, other: bytes) -> list[str]:
    before, after = _parts(one), _parts(other)
    return sorted(
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    )


def _parts(body: bytes) -> dict[str, Any]:
    whole = msgspec.json.decode(body)
    if not isinstance(whole, dict):
        return {"body": whole}
    state = whole.pop("state", None)
    if isinstance(state, dict):
        return {**whole, **{f"state.{name}": value for name, value in state.items()}}
    return whole if state is None else {**whole, "state": state}
