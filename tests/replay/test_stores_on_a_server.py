"""Where stores are collections on a server, a live one is made what the rebuilt one is by writes.

Nothing here is particular to a server: what holds of one store holds of every one.
"""

from collections.abc import Mapping

import pytest
from ijaza_runtime.adapters.memory_store import MemoryStore
from ijaza_runtime.bus import Record
from ijaza_runtime.comparing import differences, replace_all, unsent
from ijaza_runtime.store import Document, Store, StoreError

THINGS = "things"


def thing(key: str, content: str, version: int = 1, labels: tuple[str, ...] = ()) -> Document:
    """A document whose body says `content`."""
    body = f'{{"schema":1,"state":{{"content":"{content}"}}}}'.encode()
    return Document(key, version, "mg-4", 0, "", body, labels=labels)


async def holding(things: Mapping[str, str]) -> MemoryStore:
    """A store with documents of these contents."""
    store = MemoryStore()
    await store.save(THINGS, [thing(key, content) for key, content in things.items()])
    return store


async def told(live: Store, rebuilt: Store) -> list[tuple[str, tuple[str, ...]]]:
    """What differs, by key."""
    found = differences(live, rebuilt, [THINGS], lambda what, count: None)
    return [(each.key, each.fields) async for each in found]


async def test_a_live_store_becomes_what_the_rebuilt_one_is() -> None:
    """What differs is written, what is too much goes, what is missing comes."""
    live = await holding({"same": "x", "other": "old", "gone": "old"})
    rebuilt = await holding({"same": "x", "other": "new", "more": "new"})

    await replace_all(live, rebuilt, MemoryStore(), [THINGS])

    assert await told(live, rebuilt) == []
    assert {key: each.version for key, each in (await live.load(THINGS, ["same", "other"])).items()}
    assert (await live.load(THINGS, ["same"]))["same"].version == 1
    assert (await live.load(THINGS, ["other"]))["other"].version == 2


async def test_what_is_written_over_is_kept_aside() -> None:
    """So that a switch can be undone."""
    live = await holding({"same": "x", "other": "old", "gone": "old"})
    aside = MemoryStore()

    await replace_all(live, await holding({"same": "x", "other": "new"}), aside, [THINGS])

    kept = await aside.load(THINGS, ["same", "other", "gone"])
    assert {key: each.body for key, each in kept.items()} == {
        "other": thing("other", "old").body,
        "gone": thing("gone", "old").body,
    }


class Meddled(MemoryStore):
    """A store of which a document is written by somebody else as soon as it was read."""

    async def load(self, collection: str, keys: object) -> Mapping[str, Document]:
        found = await super().load(collection, ["other"])
        await self.save(collection, [thing("other", "theirs", found["other"].version + 1)])
        return found


async def test_somebody_elses_write_is_not_lost() -> None:
    """It is refused to write over it, with what to do."""
    live = Meddled()
    await live.save(THINGS, [thing("other", "old")])

    with pytest.raises(StoreError, match="end every process of the service"):
        await replace_all(live, await holding({"other": "new"}), MemoryStore(), [THINGS])


async def test_labels_that_find_a_document_count() -> None:
    """A serial that does not lead to its certificate any more is told."""
    live, rebuilt = MemoryStore(), MemoryStore()
    await live.save(THINGS, [thing("one", "x", labels=("4TG9",))])
    await rebuilt.save(THINGS, [thing("one", "x")])

    assert await told(live, rebuilt) == [("one", ("labels",))]


async def test_versions_and_bases_do_not_count() -> None:
    """They tell how a document came to be."""
    live = await holding({"one": "x"})
    await live.save(THINGS, [thing("one", "x", version=2)])

    assert await told(live, await holding({"one": "x"})) == []


async def test_what_was_not_sent_is_seen() -> None:
    """A store with it is never switched from: a command that was answered would be lost."""
    store = await holding({"one": "x"})
    assert not await unsent(store, [THINGS])
    waiting = Document("two", 1, "mg-4", 0, "", b"{}", outbox=(Record("t", "two", b"", {}),))
    await store.save(THINGS, [waiting])

    assert await unsent(store, [THINGS])
